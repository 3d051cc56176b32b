"""A real server on a free port of this machine, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    sync_playwright,
)
from tests.portal.browser.issued import Bank, open_bank

import shuxin.portal

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_MODULES = "https://modules.test/"
STATIC = Path(shuxin.portal.__file__).parent / "static"
_SHUXIN = str(Path(sys.executable).parent / "shuxin")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server of these tests keeps everything."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def bank(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """An issuer elsewhere, whose attester and log the server's list of trust names."""
    found = open_bank(tmp_path_factory.mktemp("bank"))
    (home / "trust.json").write_bytes(found.anchors().dump())
    (home / "trusted-logs.json").write_text(json.dumps(found.logs()))
    return found


@pytest.fixture(scope="session")
def site(home: Path, bank: Bank) -> Iterator[str]:
    """The server's address."""
    environment = os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""}
    command = [_SHUXIN, "--lang", "en", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        try:
            assert "http://127.0.0.1:" in said, said + server.stdout.read()
            yield said.split()[-1]
        finally:
            server.terminate()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """For this folder only: while it runs, its event loop bars this process from Django's database."""
    if _CHROMIUM is None:
        pytest.skip("no chromium on this machine: the pages are not tested in a browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    """An empty page of an origin that has our modules under ``/static``, without a server."""

    def answered(route: Route) -> None:
        path = route.request.url.removeprefix(_MODULES)
        if path.startswith("static/"):
            route.fulfill(path=STATIC / path.removeprefix("static/"))
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page = browser.new_page()
    page.route(f"{_MODULES}**", answered)
    page.goto(_MODULES)
    yield page
    page.close()


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """An English reader's browser profile, kept over the tests of one module."""
    context = browser.new_context(locale="en-GB", accept_downloads=True)
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture(scope="module")
def page(reader: BrowserContext) -> Iterator[Page]:
    """One page of that reader; nothing may have failed on it in the end."""
    faults: list[str] = []
    found = reader.new_page()
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda said: faults.extend(fault(said)))
    yield found
    assert faults == []


def fault(said: ConsoleMessage) -> list[str]:
    """What the page reports as an error; a font that does not come is none, browsers have others."""
    where = str(said.location["url"])
    return [f"{said.text} {where}"] if said.type == "error" and not where.endswith(".ttf") else []
