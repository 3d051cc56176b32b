"""What a home keeps of its link: address and secret, own requests, and at the platform the holders' sites."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.consent.world import FIRM, HOLDER, NOW, OTHER_FIRM, presented

from shuxin.infra.api import Settings
from shuxin.portal.linking import holders, requests
from shuxin.portal.linking.api import (
    HolderSiteUnknown,
    Link,
    NotJoined,
    SiteUnreachable,
    add_holder,
    all_grants,
    grants_of,
    holder_sites,
    join,
    leave,
    link_of,
    my_requests,
    relay_question,
    remove_holder,
)
from shuxin.portal.linking.asking import Answer, SiteRefused
from shuxin.portal.linking.joined import JoinedAlready, LinkSettingsInvalid
from shuxin.portal.web.address import PublicAddressInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from tests.portal.linking.conftest import Following, Spoken

SECRET = "a secret"  # noqa: S105 - nobody's


@pytest.fixture
def bare(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url="")


class TestJoin:
    def test_keeps_the_secret_apart_and_for_its_owner_only(self, bare: Settings) -> None:
        link = Link("https://platform.example", "client", "", 5.0)
        join(bare, link=link, secret=SECRET)
        assert link_of(bare) == link
        file = bare.keys / "platform.secret"
        assert (file.read_text(), file.stat().st_mode & 0o777) == (SECRET, 0o600)
        assert SECRET not in (bare.home / "platform.json").read_text()

    def test_is_to_one_platform_at_a_time(self, bare: Settings) -> None:
        link = Link("https://platform.example", "client", "", 5.0)
        join(bare, link=link, secret=SECRET)
        with pytest.raises(JoinedAlready):
            join(bare, link=link, secret=SECRET)
        leave(bare)
        assert not (bare.keys / "platform.secret").exists()
        with pytest.raises(NotJoined):
            leave(bare)

    @pytest.mark.parametrize("client", ["", "a b", "x" * 41, "ü"])
    def test_needs_a_client(self, client: str) -> None:
        with pytest.raises(LinkSettingsInvalid):
            Link("https://platform.example", client, "", 2.0)

    @pytest.mark.parametrize("every", [0.5, 4000.0, float("nan"), float("inf")])
    def test_neither_hurries_nor_sleeps(self, every: float) -> None:
        with pytest.raises(LinkSettingsInvalid):
            Link("https://platform.example", "client", "", every)

    def test_demands_tls(self) -> None:
        with pytest.raises(PublicAddressInvalid):
            Link("http://platform.example", "client", "", 2.0)

    @pytest.mark.parametrize("secret", ["", "x" * 201, "a\nb"])
    def test_needs_a_secret(self, bare: Settings, secret: str) -> None:
        with pytest.raises(LinkSettingsInvalid):
            join(bare, link=Link("https://p.example", "client", "", 2.0), secret=secret)
        assert link_of(bare) is None

    @pytest.mark.parametrize("text", ["{", "[]", '{"address": "https://p.example"}', '"x"'])
    def test_a_damaged_file_is_said(self, bare: Settings, text: str) -> None:
        (bare.home / "platform.json").write_text(text)
        with pytest.raises(LinkSettingsInvalid):
            link_of(bare)


class TestGrantsOf:
    def test_are_those_that_hold_for_this_party(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        mine = presented(grantee=HOLDER, holders=(OTHER_FIRM,))
        suspended = presented(grantee=HOLDER, holders=(OTHER_FIRM,), max_uses=3)
        platform.publish_directory()
        platform.given = [mine.statement, suspended.statement, presented().statement]
        platform.publish(number=2, suspended=frozenset({suspended.terms.auth_id}))
        follows.rounds(2)
        assert grants_of(home, FIRM, NOW) == [mine.statement]
        assert grants_of(home, OTHER_FIRM, NOW) == []
        assert len(all_grants(home, NOW)) == 2


ROW: dict[str, Any] = {
    "request_id": "r", "subject": FIRM, "holders": [HOLDER], "purpose": "credit_decision",
    "catalogues": ["tax"], "level_max": 2, "max_uses": 3, "reason": "…", "state": "requested",
    "asked_at": NOW.isoformat(), "lapses_at": NOW.isoformat(), "valid_to": NOW.isoformat(), "auth_id": "",
}  # fmt: skip


class TestMyRequests:
    def answered(self, monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, Any]]) -> None:
        monkeypatch.setattr(requests, "_with_platform", lambda *_: rows)

    def test_are_read_as_they_are_told(
        self, home: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.answered(monkeypatch, [ROW] * 201)
        found = my_requests(home)
        assert len(found) == 200
        assert (found[0].asked_at, found[0].state_text.zh) == (NOW, "待答复")

    @pytest.mark.parametrize("wrong", [{"state": "gone"}, {"max_uses": None}, {"asked_at": "soon"}])
    def test_of_another_form_are_no_requests(
        self, home: Settings, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
    ) -> None:
        self.answered(monkeypatch, [ROW | wrong])
        with pytest.raises(SiteUnreachable):
            my_requests(home)


class TestHolderSites:
    def test_are_registered_changed_and_removed(self, bare: Settings) -> None:
        assert holder_sites(bare) == {}
        add_holder(bare, party=HOLDER, url="https://old.example")
        add_holder(bare, party=HOLDER, url="https://new.example/")
        assert holder_sites(bare) == {HOLDER: "https://new.example"}
        remove_holder(bare, party=HOLDER)
        with pytest.raises(HolderSiteUnknown):
            remove_holder(bare, party=HOLDER)

    def test_are_reached_by_tls_only(self, bare: Settings) -> None:
        with pytest.raises(PublicAddressInvalid):
            add_holder(bare, party=HOLDER, url="http://bureau.example")


class TestRelay:
    @pytest.fixture(autouse=True)
    def known(self, bare: Settings) -> None:
        add_holder(bare, party=HOLDER, url="https://bureau.example")

    def answering(self, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> list[bytes]:
        sent: list[bytes] = []

        def ask(_: object, method: str, path: str, *, body: bytes, **__: object) -> Answer:
            assert (method, path) == ("POST", "/api/subject")
            sent.append(body)
            return answer

        monkeypatch.setattr(holders.Site, "ask", ask)
        return sent

    def test_carries_both_ways_unread(
        self, bare: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = self.answering(monkeypatch, Answer(200, b"\x00sealed"))
        assert relay_question(bare, holder=HOLDER, body=b"\xffquestion") == b"\x00sealed"
        assert sent == [b"\xffquestion"]

    def test_gives_the_holders_own_reason(
        self, bare: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        problem = {"code": "question_old", "title": "too old", "detail": "ask anew"}
        self.answering(monkeypatch, Answer(409, json.dumps(problem).encode()))
        with pytest.raises(SiteRefused) as caught:
            relay_question(bare, holder=HOLDER, body=b"x")
        assert (caught.value.refusal, caught.value.status) == ("question_old", 409)

    def test_goes_to_registered_holders_only_and_is_short(self, bare: Settings) -> None:
        with pytest.raises(HolderSiteUnknown):
            relay_question(bare, holder=FIRM, body=b"x")
        with pytest.raises(holders.QuestionTooLong):
            relay_question(bare, holder=HOLDER, body=b"x" * (holders.LONGEST_QUESTION + 1))
