"""A session ends while somebody writes: nothing is lost, nothing is sent twice, nobody else reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak
PASSWORD = "made-up pass phrase 4711"  # noqa: S105 - of accounts that live as long as this test
OPEN = """
from shuxin.portal.bootstrap import start
settings = start()
from shuxin.infra.api import now_in_china
from shuxin.parties.accounts.development import DemoAccount, open_demo_accounts
people = [DemoAccount(name, "uscc:91110000MA5DATA017", ("agent",), {password!r}) for name in ("wang", "zhao")]
open_demo_accounts(people, settings=settings, now=now_in_china())
"""


@pytest.fixture(scope="module")
def people(home: Path, site: str) -> str:
    """The site's address; wang and zhao may sign in there."""
    mark = home / "development.json"
    mark.write_text("{}")
    environment = os.environ | {
        "SHUXIN_HOME": str(home),
        "SHUXIN_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "shuxin.portal.settings",
    }
    code = OPEN.format(password=PASSWORD)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    mark.unlink()  # now the gallery is for signed-in people
    return site


def sign_in(page: Page, name: str) -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)


def written(browser: Browser, site: str) -> Page:
    """A page on which wang has written something, while all sessions of wang ended elsewhere."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{site}/sign-in?next=/gallery")
    sign_in(page, "wang")
    page.fill("#firm", "Made-up firm")
    page.fill("#reason", "a long reason\nof two lines")
    page.select_option("#size", "m")
    other = browser.new_context(locale="en-GB").new_page()
    other.goto(f"{site}/sign-in?next=/account")
    sign_in(other, "wang")
    other.get_by_role("button", name="Sign out everywhere").click()
    other.wait_for_url("**/sign-in**")
    other.context.close()
    return page


class TestEndedSession:
    def test_gives_the_words_back_after_signing_in(self, browser: Browser, people: str) -> None:
        page = written(browser, people)
        page.click("#form button[type=submit]")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        sign_in(page, "wang")
        expect(page.locator("#reason")).to_have_value("a long reason\nof two lines")
        expect(page.locator("#size")).to_have_value("m")
        expect(page.get_by_text("It has not been sent")).to_be_visible()
        page.reload()
        expect(page.locator("#firm")).to_have_value("Made-up firm")
        page.click("#form button[type=submit]")
        page.wait_for_url("**/gallery#form")
        page.goto(f"{people}/gallery")
        expect(page.locator("#firm")).to_have_value("")
        page.context.close()

    def test_leads_back_from_another_page(self, browser: Browser, people: str) -> None:
        page = written(browser, people)
        page.click("#form button[type=submit]")
        page.goto(f"{people}/sign-in?next=/account")
        sign_in(page, "wang")
        page.get_by_role("link", name="Go on writing").click()
        expect(page.locator("#firm")).to_have_value("Made-up firm")
        page.context.close()

    def test_shows_nothing_to_another_person(self, browser: Browser, people: str) -> None:
        page = written(browser, people)
        page.click("#form button[type=submit]")
        sign_in(page, "zhao")
        page.goto(f"{people}/gallery")
        expect(page.locator("#firm")).to_have_value("")
        assert page.evaluate("sessionStorage.getItem('shuxin-draft')") is None
        page.context.close()


class TestDoubleSubmit:
    def test_is_sent_once(self, browser: Browser, people: str) -> None:
        page = browser.new_context(locale="en-GB").new_page()
        page.goto(f"{people}/sign-in?next=/gallery")
        sign_in(page, "wang")
        page.fill("#firm", "x")
        page.select_option("#size", "m")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        page.evaluate(
            "const b = document.querySelector('#form button[type=submit]'); b.click(); b.click(); b.click();"
        )
        page.wait_for_load_state("networkidle")
        assert sent.count("POST") == 1
        page.context.close()
