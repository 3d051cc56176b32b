"""People of the demo on their way through the marketplace: each in a browser of its own, every address remembered.

SHUXIN_JOURNEY_PICTURES names a folder for a picture of each page on the way, for people to look at.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import expect
from tests.portal.browser.clean import assert_clean
from tests.portal.demo.visitors import DESK, PHONE, Visitor, visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request
    from tests.portal.demo.world import World

PICTURES = os.environ.get("SHUXIN_JOURNEY_PICTURES", "")
SLOW = 60_000
"""Milliseconds: the longest wait for what another process does."""
NEIGHBOUR = "neighbour"
"""The owner of another firm, whose account a journey opens."""
_PHONES = frozenset({"owner", NEIGHBOUR})
_OPEN = """
import sys
from shuxin.portal.demo.firms import open_accounts
name, party, password = sys.argv[1:]
open_accounts(accounts=[{"name": name, "party": party, "roles": ["subject"], "password": password}])
"""


@dataclass(frozen=True)
class Met:
    """One address that an account asked for, with the form that it sent."""

    login: str
    method: str
    path: str
    form: tuple[tuple[str, str], ...] = ()


@dataclass
class Journey:
    """All people of one reading language, from one page to the next."""

    world: World
    browser: Browser
    language: str
    people: dict[str, Visitor] = field(default_factory=dict)
    met: dict[Met, None] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    """What one step leaves for a later one: keys of demands, applications, cases."""
    unclean: list[str] = field(default_factory=list)
    _taken: int = 0

    def say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def play(self, login: str) -> Visitor:
        if login not in self.people:
            window = PHONE if login in _PHONES else DESK
            if login == NEIGHBOUR:
                found = self._neighbour(window)
            else:
                found = visitor(
                    self.browser, self.world, login, language=self.language, window=window
                )
            found.context.on("request", lambda request: self._note(login, request))
            self.people[login] = found
        return self.people[login]

    def _neighbour(self, window: dict[str, int]) -> Visitor:
        world = Opened(self.world, self.known["neighbour"])
        return visitor(self.browser, world, NEIGHBOUR, language=self.language, window=window)  # type: ignore[arg-type]

    def _note(self, login: str, request: Request) -> None:
        address = urlsplit(request.url)
        own = urlsplit(self.people[login].site if login in self.people else request.url)
        if address.netloc != own.netloc or address.path.startswith("/static/"):
            return
        path = f"{address.path}?{address.query}" if address.query else address.path
        sent: tuple[tuple[str, str], ...] = ()
        if request.method == "POST" and "urlencoded" in request.headers.get("content-type", ""):
            sent = tuple(
                pair for pair in parse_qsl(request.post_data or "") if "csrf" not in pair[0]
            )
        self.met[Met(login, request.method, path, sent)] = None

    def look(self, page: Page, name: str) -> None:
        """One picture of the journey; what is not clean about the page is kept, and told at the end with all else."""
        self._taken += 1
        if PICTURES:
            file = Path(PICTURES) / f"{self.language}-{self._taken:02}-{name}.png"
            page.screenshot(path=file, full_page=True)
        try:
            assert_clean(page)
        except AssertionError as error:
            self.unclean.append(f"{name}: {error}")

    def press(self, page: Page, en: str, zh: str) -> None:
        """A button of the page by its words."""
        page.get_by_role("button", name=self.say(en, zh), exact=True).first.click()
        page.wait_for_load_state()

    def follow(self, page: Page, en: str, zh: str) -> None:
        """A link of the page by its words; those of the navigation are others."""
        page.locator("main").get_by_role("link", name=self.say(en, zh), exact=True).first.click()
        page.wait_for_load_state()

    def act(self, page: Page, en: str, zh: str, *, reason: str = "") -> None:
        """Open the act's dialogue, fill in the reason where one is wanted, and send it."""
        self.press(page, en, zh)
        dialogue = page.locator("dialog[open]")
        if reason:
            dialogue.locator("textarea, input[type=text]").last.fill(reason)
        dialogue.locator("button[type=submit]").click()
        page.wait_for_load_state()
        expect(page.locator("dialog[open]")).to_have_count(0)

    def sees(self, page: Page, en: str, zh: str, *, within: int = 20_000) -> None:
        expect(page.locator("main")).to_contain_text(self.say(en, zh), timeout=within)


@dataclass(frozen=True)
class Opened:
    """The world with one account more, of another firm, on the platform."""

    world: World
    party: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def site_of(self, _login: str) -> str:
        return self.world.url("platform")

    def password(self, login: str) -> str:
        """Opens the account first."""
        done = in_home(self.world.home("platform"), _OPEN, login, self.party, self.secret)
        assert done.returncode == 0, done.stderr
        return self.secret


def in_home(home: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A program of ours in a home of the demo."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SHUXIN_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        env=kept | {"SHUXIN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def submit(page: Page, form: str = "main form") -> None:
    page.locator(f"{form} button[type=submit]").first.click()
    page.wait_for_load_state()
