"""What a page costs a browser: first contentful paint, bytes, requests, JavaScript heap; cold and from its cache.

A real Chromium at 1440 px asks a real ``shuxin serve`` on this machine, each page three times in a new profile (median)
and once more in the same profile. Without ``--site`` an empty platform is made for it and the pages open to everybody
are measured; with ``--site`` and ``--user`` (its password in SHUXIN_PASSWORD) any page of a running one. The Chinese
font of 10 MB is not let through: only machines without any Chinese face of their own fetch it.

    python benchmarks/pages_weight.py
    SHUXIN_PASSWORD=... python benchmarks/pages_weight.py --site http://... --user NAME /bank /jobs
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

PAGES = ("/", "/verify", "/api-docs", "/sign-in", "/gallery")
RUNS = 3
SHUXIN = Path(sys.executable).parent / "shuxin"
SETTLED_MS = 700
_PAINT = """performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0"""


@dataclass(frozen=True, slots=True)
class Weight:
    """``paint_ms`` after the address was asked for; ``received`` bytes on the wire, heads and all."""

    paint_ms: float
    received: int
    requests: int
    heap: int


def main() -> None:
    asked = _arguments()
    from playwright.sync_api import sync_playwright

    with _site(asked.site) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        print(
            "page                     first paint   cold KiB  requests  heap MiB   again: paint   KiB"
        )
        for page in asked.pages or PAGES:
            print(_line(page, *_measured(browser, site + page, user=asked.user)))
        browser.close()


def _line(page: str, cold: Weight, again: Weight) -> str:
    return (
        f"{page:24} {cold.paint_ms:8.0f} ms {cold.received / 1024:9.0f} {cold.requests:9}"
        f" {cold.heap / 2**20:9.1f} {again.paint_ms:11.0f} ms {again.received / 1024:6.1f}"
    )


def _measured(browser: Browser, url: str, *, user: str) -> tuple[Weight, Weight]:
    """The median of some new profiles, and the second look of the last one."""
    runs = []
    for _ in range(RUNS):
        with browser.new_context(viewport={"width": 1440, "height": 900}) as profile:
            if user:
                _sign_in(profile, url, user)
            runs.append((_weighed(profile, url), _weighed(profile, url)))
    cold, again = ([pair[i] for pair in runs] for i in (0, 1))
    return _median(cold), _median(again)


def _median(found: list[Weight]) -> Weight:
    return Weight(
        statistics.median(one.paint_ms for one in found),
        int(statistics.median(one.received for one in found)),
        int(statistics.median(one.requests for one in found)),
        int(statistics.median(one.heap for one in found)),
    )


def _weighed(profile: BrowserContext, url: str) -> Weight:
    page = profile.new_page()
    protocol = profile.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.setBlockedURLs", {"urls": ["*.ttf"]})
    protocol.send("Performance.enable")
    sizes: list[int] = []
    protocol.on(
        "Network.loadingFinished", lambda done: sizes.append(int(done["encodedDataLength"]))
    )
    page.goto(url, wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    protocol.send("HeapProfiler.collectGarbage")
    metrics = {m["name"]: m["value"] for m in protocol.send("Performance.getMetrics")["metrics"]}
    found = Weight(page.evaluate(_PAINT), sum(sizes), len(sizes), int(metrics["JSHeapUsedSize"]))
    page.close()
    return found


def _sign_in(profile: BrowserContext, url: str, user: str) -> None:
    page = profile.new_page()
    page.goto("/".join(url.split("/")[:3]) + "/sign-in")
    page.fill("#name", user)
    page.fill("#password", os.environ["SHUXIN_PASSWORD"])
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    page.close()


@contextmanager
def _site(given: str) -> Iterator[str]:
    """The address given, else that of an empty platform in development mode, which ends with this program."""
    if given:
        yield given.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"SHUXIN_HOME": home, "SHUXIN_DATABASE_URL": ""}
        (Path(home) / "development.json").write_text("{}")
        command = [SHUXIN, "--lang", "en", "serve", "--port", "0"]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, text=True
        ) as server:
            yield (server.stdout or sys.stdin).readline().split()[-1]
            server.terminate()
            server.communicate()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--site", default="")
    parser.add_argument("--user", default="")
    parser.add_argument("pages", nargs="*")
    return parser.parse_args()


if __name__ == "__main__":
    main()
