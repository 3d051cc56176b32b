"""What the parts do under a reader's hands: search, order, dialogue, live progress, keyboard, ended sessions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, Route, expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def gallery(home: Path, site: str, page: Page) -> Iterator[Page]:
    mark = home / "development.json"
    mark.write_text("{}")
    page.goto(f"{site}/gallery")
    yield page
    mark.unlink()


class TestTable:
    def test_searches_while_one_types_and_keeps_the_place(self, gallery: Page) -> None:
        search = gallery.locator("#sample-q")
        search.press_sequentially("x-7028")
        expect(gallery.locator("#table-sample [role=status]")).to_have_text("1 of 60")
        expect(search).to_be_focused()
        assert "sample-q=x-7028" in gallery.url
        search.fill("")
        expect(gallery.locator("#table-sample [role=status]")).to_have_text("60 in all")

    def test_searches_for_what_was_typed_before_all_was_loaded(
        self, gallery: Page, site: str
    ) -> None:
        held: list[Route] = []
        page = gallery.context.new_page()
        page.route("**/htmx.min.js*", lambda route: held.append(route))  # noqa: PLW0108 - it must be ours
        page.goto(f"{site}/gallery", wait_until="commit")
        page.fill("#sample-q", "x-7028")
        while not held:
            page.wait_for_timeout(20)
        held[0].continue_()
        expect(page.locator("#table-sample [role=status]")).to_have_text("1 of 60")
        page.close()

    def test_sorts_by_its_headings_and_says_so(self, gallery: Page) -> None:
        heading = gallery.locator("#table-sample th", has_text="Amount")
        heading.locator("a").click()
        expect(heading).to_have_attribute("aria-sort", "ascending")
        heading.locator("a").click()
        expect(heading).to_have_attribute("aria-sort", "descending")
        first = gallery.locator("#table-sample tbody tr").first.locator("td.fen")
        expect(first).to_contain_text("billion")

    def test_the_back_button_undoes_a_search(self, gallery: Page) -> None:
        before = gallery.url
        gallery.locator("#sample-state").select_option("refused")
        expect(gallery.locator("#table-sample [role=status]")).to_have_text("12 of 60")
        gallery.go_back()
        expect(gallery.locator("#table-sample [role=status]")).to_have_text("60 in all")
        assert gallery.url == before

    def test_hostile_words_do_nothing(self, gallery: Page) -> None:
        gallery.locator("#sample-q").fill("<img src=x onerror=alert(1)>")
        expect(gallery.locator("#table-sample .empty")).to_be_visible()
        gallery.locator("#table-sample .empty a").click()
        expect(gallery.locator("#table-sample [role=status]")).to_have_text("60 in all")


class TestDialogue:
    def test_opens_by_its_button_closes_by_escape_and_gives_the_focus_back(
        self, gallery: Page
    ) -> None:
        button = gallery.locator("[data-opens=really]")
        button.focus()
        gallery.keyboard.press("Enter")
        expect(gallery.locator("#really")).to_be_visible()
        gallery.keyboard.press("Escape")
        expect(gallery.locator("#really")).to_be_hidden()
        expect(button).to_be_focused()
        button.click()
        gallery.locator("#really [data-closes]").first.click()
        expect(gallery.locator("#really")).to_be_hidden()


class TestLive:
    def test_goes_on_by_itself_and_ends(self, gallery: Page) -> None:
        gallery.reload()
        asked: list[str] = []
        gallery.on("request", lambda request: asked.append(request.url))
        expect(gallery.locator("[data-done]")).to_be_visible(timeout=15_000)
        expect(gallery.locator(".live")).not_to_have_attribute("hx-get", re.compile("."))
        before = len(asked)
        gallery.wait_for_timeout(1300)
        assert len(asked) == before

    @pytest.mark.soak
    def test_says_when_the_connection_is_lost_and_recovers(
        self, gallery: Page, browser: Browser
    ) -> None:
        """On a page of its own: what a lost connection writes to the console is no fault of ours."""
        with browser.new_context(locale="en-GB") as reader:
            page = reader.new_page()
            page.goto(gallery.url)
            reader.set_offline(True)
            expect(page.locator(".lost")).to_be_visible()
            reader.set_offline(False)
            expect(page.locator(".lost")).to_have_count(0)


class TestKeyboard:
    def test_the_first_stop_leads_to_the_content(self, gallery: Page, site: str) -> None:
        gallery.goto(f"{site}/gallery")
        gallery.keyboard.press("Tab")
        expect(gallery.locator(".skip")).to_be_focused()
        gallery.keyboard.press("Enter")
        expect(gallery.locator("#content")).to_be_focused()

    def test_links_in_a_graph_are_stops(self, gallery: Page) -> None:
        link = gallery.locator(".graph svg a").first
        link.focus()
        assert gallery.evaluate("document.activeElement.getAttribute('href')") == "/gallery"


class TestDraft:
    """``frame.js`` keeps what was typed when a session ends; the parts of a sign-in are played by hand."""

    DRAFT = """(page) => sessionStorage.setItem("shuxin-draft", JSON.stringify({at: Date.now(), who: page.who,
        where: "/verify", action: location.origin + "/x", values: [["a", "typed", null]], interrupted: page.cut}))"""

    def test_is_forgotten_when_another_person_comes(self, gallery: Page, site: str) -> None:
        gallery.evaluate(self.DRAFT, {"who": "somebody", "cut": True})
        gallery.goto(f"{site}/verify")
        assert gallery.evaluate("sessionStorage.getItem('shuxin-draft')") is None

    def test_is_kept_over_the_sign_in_page_and_forgotten_on_signing_out(
        self, gallery: Page, site: str
    ) -> None:
        gallery.evaluate(self.DRAFT, {"who": "somebody", "cut": False})
        gallery.goto(f"{site}/sign-in?why=session_idle")
        assert gallery.evaluate("JSON.parse(sessionStorage.getItem('shuxin-draft')).interrupted")
        gallery.goto(f"{site}/sign-in?why=signed_out")
        assert gallery.evaluate("sessionStorage.getItem('shuxin-draft')") is None
