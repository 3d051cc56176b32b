"""A platform with two lenders and a firm, and their systems at ``/api/v1``."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from tests.parties.accounts.samples import BANK
from tests.portal.web.conftest import PLATFORM

from shuxin.kernel.machine import Actor
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.uscc import check_symbol
from shuxin.market import api as market
from shuxin.parties.api import KeyRole, PartyKind, Pinned, accounts, read_trust, write_trust
from shuxin.portal.bootstrap import journal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

OTHER_BANK = "uscc:91320594MA1MTX0K0W"
FIRM = "uscc:91110000MA5DATA017"
OFFICE = "uscc:11350200004138996A"
KEYS = {OTHER_BANK: Ed25519Key(bytes([8]) * 32), OFFICE: Ed25519Key(bytes([9]) * 32)}
TERMS: dict[str, Any] = {
    "name": "税易贷",
    "kind": "tax",
    "amount_fen": {"least": 10_000_000, "most": 300_000_000},
    "rate_bp": {"least": 345, "most": 480},
    "term_months": {"least": 3, "most": 24},
    "guarantees": ["none"],
    "repayments": ["bullet"],
}
DEMAND: dict[str, Any] = {
    "amount_fen": 50_000_000,
    "term_months": 12,
    "use": "stock",
    "urgency": "month",
}


@contextmanager
def application() -> Iterator[Any]:
    """This process's site as a WSGI application; as in Django's own client, requests leave the connection open."""
    inner, signals = get_wsgi_application(), (request_started, request_finished)

    def called(environ: Any, start_response: Any) -> Any:
        for signal in signals:  # each time: Django's own client connects them again
            signal.disconnect(close_old_connections)
        return inner(environ, start_response)

    yield called
    for signal in signals:
        signal.connect(close_old_connections)


@dataclass
class System:
    """One party's system with a token for everything about the marketplace."""

    party: str
    token: str
    client_id: str
    asked: int = 0

    @classmethod
    def of(cls, party: str, clock: Clock, *scopes: str) -> System:
        scopes = scopes or ("market:read", "market:write", "uses:read", "lists:write")
        new = accounts.register_client(party=party, name="core", scopes=scopes, now=clock.now)
        form = {
            "grant_type": "client_credentials",
            "client_id": new.client_id,
            "client_secret": new.secret,
        }
        answer = Client().post("/api/oauth/token", form)
        return cls(party, str(answer.json()["access_token"]), new.client_id)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        **headers: str,
    ) -> HttpResponse:
        sent = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: HttpResponse = Client().generic(
            method,
            f"/api/v1{path}",
            sent,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **named},
        )
        return answer

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: object, *, key: str = "", **headers: str) -> HttpResponse:
        self.asked += 1
        key = key or f"{self.client_id}-{self.asked:06}"
        return self.call("POST", path, body, Idempotency_Key=key, **headers)

    def made(self, path: str, body: object) -> str:
        answer = self.post(path, body)
        assert answer.status_code == 201, answer.content
        return str(answer.json()["key"])


def pin_others(settings: Settings, clock: Clock) -> None:
    """The platform knows a second lender and an office."""
    held = read_trust(settings.home)
    more = [
        Pinned(
            party=party,
            kind=kind,
            name=name,
            public=KEYS[party].public,
            roles=frozenset({KeyRole.SUBJECT}),
            valid_from=clock.now - timedelta(days=1),
            valid_to=clock.now + timedelta(days=1),
        )
        for party, kind, name in (
            (OTHER_BANK, PartyKind.BANK, "Other"),
            (OFFICE, PartyKind.DEPARTMENT, "Office"),
        )
    ]
    write_trust(replace(held, pinned=(*held.pinned, *more)), home=settings.home)


@dataclass
class Town:
    """Everybody who calls."""

    settings: Settings
    clock: Clock
    bank: System
    other: System
    firm: System

    @classmethod
    def built(cls, settings: Settings, clock: Clock) -> Town:
        pin_others(settings, clock)
        return cls(
            settings, clock, *(System.of(party, clock) for party in (BANK, OTHER_BANK, FIRM))
        )

    def operator(self) -> market.Doer:
        return market.Doer(Actor.OPERATOR, PLATFORM, "op", journal_of(self.settings))

    def product(self, system: System | None = None, **terms: Any) -> str:
        """Online: drafted and submitted over the API, approved by the operator."""
        who = system or self.bank
        key = who.made("/products", TERMS | terms)
        answer = who.call("POST", f"/products/{key}/steps", {"event": "submit"})
        assert answer.status_code == 200, answer.content
        market.step_product(key, "approve", doer=self.operator(), now=self.clock.now)
        return key

    def demand(self, **terms: Any) -> str:
        """Published."""
        key = self.firm.made("/demands", DEMAND | terms)
        answer = self.firm.call("POST", f"/demands/{key}/steps", {"event": "submit"})
        assert answer.status_code == 200, answer.content
        if answer.json()["state"] == "screening":
            market.step_demand(key, "publish", doer=self.operator(), now=self.clock.now)
        return key


def campaign_of(town: Town, *contact: str) -> str:
    """A running campaign; a firm of the bank's share for each answer to "May a bank contact you?"."""
    doer = market.Doer(Actor.GOVERNMENT, OFFICE, "clerk", town.operator().journal)
    government, now = market.government, town.clock.now
    government.assign_region(
        party=OFFICE, account="clerk", region="3502", doer=town.operator(), now=now
    )
    key = government.draft_campaign(
        title="百行进万企",
        region="3502",
        grades="A",
        quotas={BANK: len(contact)},
        doer=doer,
        now=now,
    )
    lines = ["统一社会信用代码,企业名称,行政区划代码,纳税信用级别,开户银行"]
    for number in range(len(contact)):
        body = f"91350203{number:09}"
        lines.append(f"{body}{check_symbol(body)},某{number}公司,350203,A,")
    government.share_campaign(key, "\n".join(lines).encode(), doer=doer, now=now)
    usual = {each.code: each.answers[0][0] for each in government.QUESTIONS}
    firms = government.campaign_firms(key, doer=doer, now=now)
    for firm, said in zip(firms, contact, strict=True):
        token = government.link_token(firm.key, key=bytes(32), now=now)
        government.keep_reply(token, usual | {"contact": said}, key=bytes(32), now=now)
    return key
