from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.parties.accounts.samples import BANK, PASSWORD, code_at, opened, with_second_factor

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.signing import Ed25519Key
from shuxin.parties.accounts.keys import AccountKeys
from shuxin.parties.api import KeyRole, PartyKind, Pinned, read_trust, write_trust
from shuxin.portal.bootstrap import start
from shuxin.portal.founding import set_up
from shuxin.portal.web import follow_api, systems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper

    from shuxin.infra.api import Settings

CLOCKED = (
    "shuxin.portal.web.middleware",
    "shuxin.portal.web.routes.account",
    "shuxin.portal.web.endpoints",
    "shuxin.parties.accounts.guards",
    "shuxin.portal.web.systems",
    "shuxin.portal.web.follow_api",
    "shuxin.portal.commands.account",
)


@pytest.fixture(autouse=True)
def cheap_hashing(settings: SettingsWrapper) -> None:
    settings.PASSWORD_HASHERS = ["tests.parties.accounts.cheap.CheapArgon2"]


@dataclass
class Clock:
    """What time the platform believes it is."""

    now: datetime

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(now_in_china())
    for module in CLOCKED:
        monkeypatch.setattr(f"{module}.now_in_china", lambda: made.now)
    return made


@pytest.fixture
def keys() -> AccountKeys:
    return AccountKeys.of(settings_from_environment())


PLATFORM = "uscc:91320594088140947F"
BANK_KEY = Ed25519Key(bytes([7]) * 32)


@pytest.fixture
def platform(
    db: None, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """An operator's installation of its own, which knows a bank's key."""
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    settings = start()
    bank = Pinned(
        party=BANK,
        kind=PartyKind.BANK,
        name="Bank",
        public=BANK_KEY.public,
        roles=frozenset({KeyRole.SUBJECT}),
        valid_from=clock.now - timedelta(days=1),
        valid_to=clock.now + timedelta(days=1),
    )
    set_up(settings, party=PLATFORM, kind="operator", name="Platform", now=clock.now)
    held = read_trust(settings.home)
    write_trust(replace(held, pinned=(*held.pinned, bank)), home=settings.home)
    yield settings
    systems.trust_here.forget()
    systems.status_here.forget()
    follow_api.current_here.forget()
    follow_api.directory_here.forget()


@dataclass
class Visitor:
    """A browser, and the account that its user has."""

    browser: Client
    name: str
    account_id: int
    secret: str = ""

    def password(self, password: str = PASSWORD, **form: str) -> HttpResponse:
        return self.browser.post("/sign-in", {"name": self.name, "password": password} | form)

    def code(self, code: str) -> HttpResponse:
        return self.browser.post("/sign-in/code", {"code": code})

    def sign_in(self, clock: Clock) -> HttpResponse:
        answer = self.password()
        return self.code(code_at(self.secret, clock.now)) if self.secret else answer

    def is_in(self) -> bool:
        return self.browser.get("/account").status_code == 200


@pytest.fixture
def agent(db: None, clock: Clock) -> Visitor:
    """Without a second factor, as people of enterprises may be."""
    return Visitor(Client(), "agent", opened("agent", "agent", now=clock.now))


@pytest.fixture
def officer(db: None, clock: Clock, keys: AccountKeys) -> Visitor:
    account_id = opened("officer", "officer", now=clock.now)
    secret, _ = with_second_factor(account_id, keys=keys, now=clock.now)
    return Visitor(Client(), "officer", account_id, secret)
