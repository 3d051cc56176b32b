"""People of the demo in browsers of their own: one profile each, signed in, watched from the first address on."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright
from tests.portal.browser.clean import watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page
    from tests.portal.demo.world import World

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
_LINKS = "nodes => nodes.map(node => node.getAttribute('href'))"
_ELSEWHERE = ("/language/", "/sign-", "/scheme/")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's. Skips the test where there is none."""
    if _CHROMIUM is None:
        pytest.skip("no chromium on this machine: the pages are not tested in a browser")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield found
        found.close()


@dataclass(frozen=True)
class Visitor:
    """One account's browser."""

    world: World
    login: str
    context: BrowserContext
    page: Page

    @property
    def site(self) -> str:
        """The address of the account's own site."""
        return self.world.site_of(self.login)

    def open(self, path: str) -> Page:
        """A page of the account's own site; it must answer 200."""
        answer = self.page.goto(self.site + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        return self.page

    def links(self) -> list[str]:
        """Where the navigation leads."""
        self.open("/")
        found = self.page.locator("nav a, header a").evaluate_all(_LINKS)
        return sorted(
            {one for one in found if one.startswith("/") and not one.startswith(_ELSEWHERE)}
        )


def visitor(
    browser: Browser,
    world: World,
    login: str,
    *,
    language: str,
    window: dict[str, int],
    **more: Any,
) -> Visitor:
    """Signed in by the form, as people do."""
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    context = browser.new_context(
        locale=locale,
        viewport=window,
        accept_downloads=True,
        **more,  # type: ignore[arg-type]
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    watch(page)
    page.goto(world.site_of(login) + "/sign-in")
    page.fill("[name=name]", login)
    page.fill("[name=password]", world.password(login))
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    assert "/sign-in" not in page.url, page.inner_text("main")
    return Visitor(world, login, context, page)
