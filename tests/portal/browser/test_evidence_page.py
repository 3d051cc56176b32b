"""The verification page with an evidence file and a list of trust: walked without a network, the broken link named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.federation.evidence.tampering import NOW, SUM, changed, golden, higher_leaf, trust_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

LINKS = ["file", "authorisation", "use", "use", "job", "model", "answer", "answer", "score"]


@pytest.fixture
def offline(browser: Browser, site: str) -> Iterator[Page]:
    """The page as it was loaded, on a machine that has no network any more."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    page.goto(f"{site}/verify")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    yield page
    context.close()


def check(page: Page, data: bytes) -> list[dict[str, str]]:
    page.locator("details").nth(1).evaluate("(box) => { box.open = true; }")
    given = (("#file", data), ("#trust", trust_file()))
    for place, content in given:
        file = {"name": "x.json", "mimeType": "application/json", "buffer": content}
        page.set_input_files(place, [file])  # type: ignore[list-item]
    page.click("#check")
    page.locator("#outcome:not([hidden]), #problem:not([hidden])").first.wait_for()
    found: list[dict[str, str]] = page.locator("#checks li").evaluate_all(
        "(lines) => lines.map(({ dataset }) => ({ ...dataset }))"
    )
    return found


def test_walks_the_chain_and_names_the_first_broken_link(offline: Page) -> None:
    found = check(offline, golden(SUM))
    assert [one["check"] for one in found] == LINKS
    assert {one["result"] for one in found} == {"passed"}
    expect(offline.locator("#verdict")).to_contain_text("各环节均成立")
    found = check(offline, changed(SUM, higher_leaf))
    assert [one["check"] for one in found if one.get("first")] == ["answer"]
    expect(offline.locator("#verdict")).to_contain_text("应答")
    wide = offline.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
