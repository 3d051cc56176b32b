from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.fusion.conftest import uscc
from tests.parties.accounts.samples import BANK
from tests.portal.web.conftest import Visitor, opened

from shuxin.consent.api import Authorisation, Proposal, Purpose, Question, Tongue, Wanted
from shuxin.kernel.signing import Ed25519Key
from shuxin.parties.api import KeyRole, PartyKind, Pinned, read_trust, write_trust
from shuxin.portal.bootstrap import HeldKeys
from shuxin.portal.subject.sealing import box_text, new_box
from shuxin.portal.web import routes

if TYPE_CHECKING:
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

FIRM, OTHER = f"uscc:{uscc(21)}", f"uscc:{uscc(22)}"
HOLDER = f"uscc:{uscc(901)}"
FIRM_KEY, BANK_KEY = Ed25519Key(bytes([3]) * 32), Ed25519Key(bytes([7]) * 32)
PAGES = ("/my", "/my/data", "/my/portrait", "/my/uses", "/my/documents", "/my/identity")
XSS = "<script>alert(1)</script>{name}"


@pytest.fixture
def owner(platform: Settings, clock: Clock) -> Visitor:
    """Of a firm whose key this platform knows, and which one department may be asked about."""
    pinned = [
        Pinned(party, kind, name, key.public, frozenset({KeyRole.SUBJECT}), clock.now - timedelta(days=1),
               clock.now + timedelta(days=90))
        for party, kind, name, key in (
            (FIRM, PartyKind.ENTERPRISE, "某小吃店", FIRM_KEY),
            (HOLDER, PartyKind.DEPARTMENT, f"税务局{XSS}", Ed25519Key(bytes([8]) * 32)),
        )
    ]  # fmt: skip
    held = read_trust(platform.home)
    write_trust(replace(held, pinned=(*held.pinned, *pinned)), home=platform.home)
    from shuxin.portal.linking.api import add_holder

    add_holder(platform, party=HOLDER, url="https://holder.example")
    visitor = Visitor(Client(), "owner", opened("owner", "subject", party=FIRM, now=clock.now))
    visitor.sign_in(clock)
    return visitor


def question(clock: Clock, **changed: Any) -> bytes:
    asked = Question(
        nonce="a" * 32, subject=FIRM, holder=HOLDER, wanted=Wanted.OVERVIEW, dataset="",
        language=Tongue.ZH, box=box_text(new_box()), at=clock.now,
    )  # fmt: skip
    return replace(asked, **changed).sign(signer=FIRM_KEY).dump()


def send(visitor: Visitor, body: bytes) -> Any:
    return visitor.browser.post("/my/ask", data=body, content_type="application/json")


class TestPages:
    @pytest.mark.parametrize("address", PAGES)
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_open_for_the_enterprise_in_both_languages(
        self, owner: Visitor, address: str, language: str
    ) -> None:
        owner.browser.cookies["language"] = language
        answer = owner.browser.get(address)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "<h1>" in text
        assert XSS not in text

    @pytest.mark.parametrize("address", PAGES)
    def test_are_closed_to_everybody_else(
        self, owner: Visitor, officer: Visitor, clock: Clock, address: str
    ) -> None:
        officer.sign_in(clock)
        assert officer.browser.get(address).status_code == 403
        assert Client().get(address).headers["Location"].startswith("/sign-in")

    @pytest.mark.parametrize("address", [*PAGES, "/register"])
    def test_are_on_the_platform_only(
        self, agent: Visitor, clock: Clock, address: str, platform: Settings
    ) -> None:
        file = platform.home / "holder.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"kind": "bank"}))
        agent.sign_in(clock)
        assert agent.browser.get(address).status_code == 404

    def test_stand_in_its_navigation_and_in_nobody_elses(
        self, owner: Visitor, officer: Visitor, clock: Clock
    ) -> None:
        assert (
            'href="/my/data"'
            in owner.browser.get("/").content.decode() + owner.browser.get("/my").content.decode()
        )
        officer.sign_in(clock)
        assert 'href="/my/data"' not in officer.browser.get("/account").content.decode()

    def test_identity_says_which_keys_count(self, owner: Visitor) -> None:
        text = owner.browser.get("/my/identity").content.decode()
        assert FIRM_KEY.public.key_id[:4] in text
        assert "有效" in text

    def test_the_key_that_may_ask_is_named_to_the_page(self, owner: Visitor) -> None:
        text = owner.browser.get("/my/data").content.decode()
        assert json.dumps({"party": FIRM, "keys": [FIRM_KEY.public.key_id]}) in text


class TestNeeds:
    def proposal(self, clock: Clock, *, days: int = 300) -> Proposal:
        terms = Authorisation(
            subject=FIRM, grantee=BANK, holders=(HOLDER,), purpose=Purpose.CREDIT_DECISION,
            catalogues=("tax",), level_max=3, data_from=clock.now.date() - timedelta(days=400),
            data_to=clock.now.date(), valid_from=clock.now, valid_to=clock.now + timedelta(days=days),
            max_uses=3, text_hash="", language="zh", signed_at=clock.now,
        )  # fmt: skip
        return Proposal(terms, f"经营贷款{XSS}", clock.now)

    def test_nothing_waits_at_first(self, owner: Visitor) -> None:
        assert "暂无待办" in owner.browser.get("/my").content.decode()

    def test_a_request_waits(self, owner: Visitor, clock: Clock, platform: Settings) -> None:
        from shuxin.consent.api import ask

        number = ask(
            self.proposal(clock).sign(signer=BANK_KEY), keys=HeldKeys(platform.home), now=clock.now
        )
        text = owner.browser.get("/my").content.decode()
        assert f"/inbox/{number}" in text
        assert "申请使用您的数据" in text
        listed = owner.browser.get("/inbox").content.decode()
        assert "待您答复" in listed
        shown = owner.browser.get(f"/inbox/{number}").content.decode()
        assert "&lt;script&gt;" in shown
        assert XSS not in shown

    def test_a_key_that_ends_soon_is_said(
        self, owner: Visitor, clock: Clock, platform: Settings
    ) -> None:
        held = read_trust(platform.home)
        (own,) = (one for one in held.pinned if one.party == FIRM)
        rest = tuple(one for one in held.pinned if one != own)
        soon = replace(own, valid_to=clock.now + timedelta(days=9))
        write_trust(replace(held, pinned=(*rest, soon)), home=platform.home)
        assert "您的密钥即将到期" in owner.browser.get("/my").content.decode()

    def test_a_firm_without_a_key_is_told(self, owner: Visitor, clock: Clock) -> None:
        other = Visitor(Client(), "other", opened("other", "subject", party=OTHER, now=clock.now))
        other.sign_in(clock)
        assert "您还没有已核验的密钥" in other.browser.get("/my").content.decode()


class TestRelay:
    @pytest.fixture
    def carried(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes]]:
        """What went to holders; each answers the same."""
        found: list[tuple[str, bytes]] = []

        def relay(settings: Settings, *, holder: str, body: bytes) -> bytes:
            found.append((holder, body))
            return b'{"sealed":"x"}'

        monkeypatch.setattr("shuxin.portal.linking.holders.relay_question", relay)
        return found

    def test_carries_the_firms_own_question_byte_for_byte(
        self, owner: Visitor, clock: Clock, carried: list[tuple[str, bytes]]
    ) -> None:
        body = question(clock)
        answer = send(owner, body)
        assert (answer.status_code, answer.content) == (200, b'{"sealed":"x"}')
        assert carried == [(HOLDER, body)]

    @pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"a" * 20_000], ids=len)
    def test_carries_nothing_else(
        self, owner: Visitor, carried: list[tuple[str, bytes]], body: bytes
    ) -> None:
        answer = send(owner, body)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert carried == []

    def test_carries_no_question_of_another_party_nor_another_kind(
        self, owner: Visitor, clock: Clock, carried: list[tuple[str, bytes]]
    ) -> None:
        for body in (
            question(clock, subject=OTHER),
            question(clock).replace(b'"subject-question"', b'"authorisation"'),
        ):
            assert send(owner, body).status_code == 403
        assert carried == []

    def test_needs_the_form_token(self, owner: Visitor, clock: Clock) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = owner.browser.cookies
        answer = strict.post("/my/ask", data=question(clock), content_type="application/json")
        assert answer.status_code == 403

    def test_says_that_a_holder_has_no_site(self, owner: Visitor, clock: Clock) -> None:
        answer = send(owner, question(clock, holder=OTHER))
        assert answer.status_code == 404
        assert json.loads(answer.content)["code"]

    def test_is_closed_to_other_roles_and_strangers(
        self, owner: Visitor, officer: Visitor, clock: Clock, carried: list[tuple[str, bytes]]
    ) -> None:
        officer.sign_in(clock)
        assert send(officer, question(clock)).status_code == 403
        assert Client().post("/my/ask").status_code == 302
        assert carried == []


class TestRegister:
    @pytest.mark.usefixtures("platform")
    def test_checks_the_code_and_keeps_nothing(self) -> None:
        form = {"code": uscc(33).lower(), "name": f" 某餐馆 {XSS}"}
        answer = Client().post("/register", form)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert f'data-party="uscc:{uscc(33)}"' in text
        assert XSS not in text

    @pytest.mark.usefixtures("platform")
    def test_shows_what_was_typed_again_when_it_is_wrong(self) -> None:
        for form in ({"code": "91350200769254544", "name": "某店"}, {"code": uscc(33), "name": ""}):
            answer = Client().post("/register", form)
            assert answer.status_code == 400
            assert f'value="{form["code"]}"' in answer.content.decode()

    @pytest.mark.usefixtures("platform")
    def test_is_open_to_strangers(self) -> None:
        assert Client().get("/register").status_code == 200


def test_the_modules_are_listed() -> None:
    assert {"enterprise", "subject_api"} <= set(routes.MODULES)
