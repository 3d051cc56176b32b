"""The gallery and the public pages in a real browser: clean in every width, colour and language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.portal.browser.clean import assert_clean, findings, watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PUBLIC = ("/", "/verify", "/api-docs", "/sign-in", "/account/open", "/account/recover", "/nowhere")
WAYS = [
    (width, scheme, locale)
    for width in (360, 390, 1440)
    for scheme in ("light", "dark")
    for locale in ("zh-CN", "en-GB")
]


@pytest.fixture(scope="module")
def open_gallery(home: Path, site: str) -> Iterator[str]:
    """The site's address, while the gallery is open to everybody."""
    mark = home / "development.json"
    mark.write_text("{}")
    yield site
    mark.unlink()


@pytest.fixture
def pages(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A watched page of the width, colours and language that the test names."""
    width, scheme, locale = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    watch(page)
    yield page
    context.close()


def draw_all(page: Page) -> None:
    """Every chart comes into view and is drawn."""
    for chart in page.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
    expect(page.locator("[data-chart]:not([data-drawn])")).to_have_count(0)


def all_clean(page: Page, site: str, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        page.goto(f"{site}{address}")
        draw_all(page)
        assert_clean(page)


class TestPages:
    @pytest.mark.soak
    @pytest.mark.parametrize("pages", WAYS, indirect=True, ids=str)
    def test_all_are_clean_in_every_way(self, pages: Page, open_gallery: str) -> None:
        all_clean(pages, open_gallery, ("/gallery", *PUBLIC))

    @pytest.mark.parametrize("pages", WAYS[:1], indirect=True, ids=str)
    def test_what_is_not_clean_is_found(self, pages: Page, site: str) -> None:
        """The judge itself: a picture without words, faint words, a forbidden style, a stranger's file."""
        pages.goto(f"{site}/sign-in")
        assert not any("echarts" in url for url in watch(pages).sent)
        pages.evaluate(
            """document.querySelector("main").innerHTML +=
            "<img src='http://stranger.invalid/x.png'><p class='faint'>faint</p><p style='color:red'>x</p>";
            document.querySelector(".faint").style.color = "#ddd";"""
        )
        told = " ".join(findings(pages))
        assert "image-alt" in told
        assert "color-contrast" in told
        pages.wait_for_timeout(100)
        seen = watch(pages)
        assert any("style-src" in report for report in seen.policy)
        assert "stranger.invalid" in seen.hosts


class TestCharts:
    @pytest.mark.parametrize("pages", [WAYS[4]], indirect=True, ids=str)
    def test_hovered_all_over_they_break_no_rule(self, pages: Page, open_gallery: str) -> None:
        """On the gallery, which is found clean in this one way at every change, and the library came once."""
        pages.goto(f"{open_gallery}/gallery")
        draw_all(pages)
        for box in pages.locator(".chart-box").all():
            box.scroll_into_view_if_needed()
            place = box.bounding_box()
            assert place
            for i in range(1, 9):
                x = place["x"] + place["width"] * i / 9
                pages.mouse.move(x, place["y"] + place["height"] / 2)
            assert box.locator("canvas").count() >= 1
        assert_clean(pages)
        assert len([url for url in watch(pages).sent if "echarts" in url]) == 1
