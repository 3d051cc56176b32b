"""Every page that the navigation offers to every account of the demo, as it really is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.portal.browser.clean import assert_clean
from tests.portal.demo.visitors import DESK, PHONE, chromium, visitor

from shuxin.portal.demo.plan import LOGINS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from tests.portal.demo.world import World

pytestmark = pytest.mark.soak
LOOKS = {
    "zh-desk-light": ("zh", DESK, "light"),
    "en-phone-dark": ("en", PHONE, "dark"),
}
PICTURES = os.environ.get("SHUXIN_PICTURES", "")
"""A folder for pictures of every page, for people to look at; "" for none."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("login", [one.name for one in LOGINS])
def test_pages_answer_and_are_clean(
    browser: Browser, demo_world: World, login: str, look: str
) -> None:
    """No finding of axe, no report of the policy with every chart hovered, no other host, nothing too wide."""
    language, window, scheme = LOOKS[look]
    guest = visitor(
        browser, demo_world, login, language=language, window=window, color_scheme=scheme
    )
    links, wrong = guest.links(), []
    assert len(links) > 3
    for link in links:
        page = guest.open(link)
        for chart in page.locator("figure.chart").all():
            chart.hover()
        if PICTURES:
            name = f"{login}{link.replace('/', '_')}-{look}.png"
            page.screenshot(path=Path(PICTURES) / name, full_page=True)
        try:
            assert_clean(page)
        except AssertionError as error:
            wrong.append(f"{link}: {error}")
    guest.context.close()
    assert wrong == []
