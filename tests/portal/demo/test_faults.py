"""What people see when something goes wrong: on real processes, in a real browser."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import expect
from tests.portal.browser.clean import assert_clean, watch
from tests.portal.demo.visitors import DESK, Visitor, chromium, visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from tests.portal.demo.world import World

pytestmark = pytest.mark.soak
SLOW = 90_000
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}{% load x %}",
    "javascript:alert(1)",
    "\u202e\u0000\ufeff" + "字" * 300,
    "=HYPERLINK(1)",
)
SEARCHES = ("/bank/customers", "/datamap", "/jobs", "/uses", "/log", "/models", "/objections")
SCORE = re.compile(r"/bank/scores/[0-9a-f]{32}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def officer(browser: Browser, demo_world: World) -> Iterator[Visitor]:
    found = visitor(browser, demo_world, "bank-officer", language="en", window=DESK)
    yield found
    found.context.close()


def applicant(officer: Visitor) -> str:
    """A firm that agreed, other than the one that a person plays: one is enough."""
    links = officer.open("/bank/customers").locator("main table a[href^='/bank/customers/']")
    codes = set(re.findall(r"[0-9A-Z]{18}", " ".join(links.all_inner_texts())))
    return min(codes - {officer.world.state["firm"]})


def ready_to_ask(officer: Visitor, firm: str) -> Page:
    service = officer.world.state["service"]
    return officer.open(f"/bank/scores/new?service={service}&firm={firm}")


@contextmanager
def stopped(port: int) -> Iterator[None]:
    """The process that listens on a port does nothing meanwhile, as on a machine that hangs."""
    (pid,) = {
        one.pid
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr.port == port and one.pid
    }
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class TestFaults:
    def test_a_holder_that_hangs_is_named_and_nothing_is_half_shown(
        self, officer: Visitor, demo_world: World
    ) -> None:
        page = ready_to_ask(officer, applicant(officer))
        with stopped(demo_world.state["ports"]["bureau-node"]):
            page.locator("main form[method=post] button[type=submit]").click()
            alert = page.locator("[role=alert]").first
            expect(alert).to_be_visible(timeout=SLOW)
        assert "澜坪市数据局" in page.inner_text("main")
        assert page.locator("p.big").count() == 0
        assert_clean(page)

    def test_two_clicks_ask_once_and_going_back_asks_nothing(self, officer: Visitor) -> None:
        firm = applicant(officer)
        before = self._scores(officer, firm)
        page = ready_to_ask(officer, firm)
        page.locator("main form[method=post] button[type=submit]").dblclick()
        page.wait_for_url(SCORE, timeout=SLOW)
        page.go_back()
        page.go_forward()
        expect(page.locator("p.big")).to_be_visible(timeout=SLOW)
        assert self._scores(officer, firm) == before + 1

    def _scores(self, officer: Visitor, firm: str) -> int:
        page = officer.open(f"/bank/customers/{firm}/joint")
        return page.locator("main a[href^='/bank/scores/']:not([href*='new'])").count()

    def test_a_locked_database_is_said_and_the_next_try_works(
        self, officer: Visitor, demo_world: World
    ) -> None:
        (file,) = demo_world.home("bank").glob("*.sqlite*3")
        page = ready_to_ask(officer, applicant(officer))
        lock = sqlite3.connect(file, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        try:
            page.locator("main form[method=post] button[type=submit]").click(timeout=SLOW)
            expect(page.locator("code", has_text="database_busy")).to_be_visible(timeout=SLOW)
            assert_clean(page)
        finally:
            lock.execute("ROLLBACK")
            lock.close()
        page = ready_to_ask(officer, applicant(officer))
        page.locator("main form[method=post] button[type=submit]").click()
        page.wait_for_url(SCORE, timeout=SLOW)

    @pytest.mark.parametrize("path", SEARCHES)
    def test_hostile_words_stay_words(self, officer: Visitor, path: str) -> None:
        ran: list[str] = []
        page = officer.open(path)
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        names = page.locator("main input:not([type=hidden])").evaluate_all(
            "nodes => nodes.map(node => node.name).filter(Boolean)"
        )
        for words in HOSTILE:
            for name in names:
                page.goto(page.url.split("?")[0])
                box = page.locator(f"main [name='{name}']").first
                if box.get_attribute("type") in {"checkbox", "radio", "file", "date", "number"}:
                    continue
                box.fill(words)
                box.press("Enter")
                page.wait_for_load_state()
                assert "fault_in_the_software" not in page.content()
        assert ran == []
        seen = watch(page)
        assert (seen.policy, seen.faults) == ([], [])
