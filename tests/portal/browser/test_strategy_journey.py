"""A strategy officer from draft to publication with a second person: a real site of a bank, two real browsers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.portal.browser.clean import assert_clean, watch
from tests.portal.browser.strategy_home import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.soak
ROOT = Path(__file__).resolve().parents[3]
SHUXIN = str(Path(sys.executable).parent / "shuxin")


@dataclass
class World:
    site: str
    folder: Path
    secrets: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("bank")
    environment = os.environ | {"SHUXIN_HOME": str(folder / "home"), "SHUXIN_DATABASE_URL": ""}
    environment.pop("SHUXIN_URL", None)
    command = [sys.executable, "-m", "tests.portal.browser.strategy_home", str(folder)]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    secrets = json.loads(done.stdout.splitlines()[-1])
    with served(environment) as site:
        yield World(site, folder, secrets)


@contextmanager
def served(environment: dict[str, str]) -> Iterator[str]:
    command = [SHUXIN, "--lang", "en", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        try:
            assert "://" in said, said + server.stdout.read()
            yield said.split()[-1]
        finally:
            server.terminate()


def signed_in(browser: Browser, world: World, name: str, *, language: str, width: int) -> Page:
    context = browser.new_context(
        locale=language, viewport={"width": width, "height": 900}, accept_downloads=True
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    watch(page)
    page.goto(f"{world.site}/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main form button[type=submit]")
    page.fill("#code", pyotp.TOTP(world.secrets[name]).now())
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page


def button(page: Page, words: str) -> None:
    """Open the act's dialogue and send it."""
    page.get_by_role("button", name=words, exact=True).first.click()
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_load_state()


def test_a_strategy_goes_from_draft_to_use(browser: Browser, world: World) -> None:
    first = signed_in(browser, world, "zhang.min", language="en-GB", width=1440)
    first.goto(f"{world.site}/bank/strategies/new")
    first.set_input_files("#file", world.folder / "strategy.json")
    first.get_by_role("button", name="Import").click()
    expect(first.locator("h1")).to_contain_text("流动资金信用贷标准策略")
    address = first.url.partition("?")[0]
    assert_clean(first)
    edits_a_table(first, address)
    is_tested(first, address, world)
    button(first, "Approve (first person)")
    expect(first.locator("main")).to_contain_text("another person must publish it")
    expect(first.get_by_role("button", name="Agree and publish")).to_have_count(0)

    second = signed_in(browser, world, "li.hua", language="zh-CN", width=390)
    second.goto(address)
    assert_clean(second)
    button(second, "复核并发布")
    expect(second.locator("h1")).to_contain_text("使用中")
    second.goto(f"{world.site}/bank/strategies")
    expect(second.locator("main")).to_contain_text("当前启用情况")
    assert_clean(second)
    first.context.close()
    second.context.close()


def edits_a_table(page: Page, address: str) -> None:
    """A malformed cell and an overlap are shown where they are; only what is saved counts."""
    page.goto(f"{address}/tables/age")
    page.fill("[name=cell-0-0]", "<< 24 (")
    page.get_by_role("button", name="Check only").click()
    expect(page.locator("#wrong-0-0")).to_contain_text("not of the permitted form")
    page.fill("[name=cell-0-0]", "< 24")
    page.get_by_role("button", name="Check only").click()
    expect(page.locator("[role=alert]")).to_contain_text("hold at once")
    expect(page.locator("[role=alert]")).to_contain_text("for example")
    page.fill("[name=cell-1-0]", ">= 24")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator("[name=cell-3-0]")).to_be_visible()
    page.locator("button[value=drop-row-3]").click()
    page.get_by_role("button", name="Check only").click()
    expect(page.locator("[role=status]")).to_contain_text("Nothing stands against this table")
    assert_clean(page)
    page.get_by_role("button", name="Save the table").click()
    expect(page.locator("main")).to_contain_text("tested on history anew")


def is_tested(page: Page, address: str, world: World) -> None:
    page.goto(f"{address}/back-test")
    page.get_by_text("a table (CSV)").click()
    page.set_input_files("#file", world.folder / "history.csv")
    page.select_option("#kind", "tax")
    for name, value in (("amount_least", "5"), ("amount_most", "300")):
        page.fill(f"#{name}", value)
    for name, value in (("rate_least", "3"), ("rate_most", "9")):
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile(r"/back-test$"), timeout=60_000)
    expect(page.locator("main")).to_contain_text("approval rate")
    page.locator(".chart").first.scroll_into_view_if_needed()
    page.locator(".chart canvas, .chart svg").first.wait_for()
    assert_clean(page)
    page.goto(address)
