"""The operator's pages: what each role sees and does, and what a second person is for."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.consent.world import ANCHORS, FIRM, HOLDER, KEYS, OTHER_FIRM, STATEMENTS
from tests.consent.world import BANK as WORLD_BANK
from tests.consent.world import NOW as WORLD_NOW
from tests.parties.accounts.samples import opened
from tests.portal.web.conftest import CLOCKED, PLATFORM

from shuxin.parties.api import (
    KeyRole,
    PartyKind,
    Reason,
    Revocation,
    accounts,
    read_trust,
    registrations,
    sign_revocation,
    waiting_acts,
    write_trust,
)
from shuxin.portal.bootstrap import own_log
from shuxin.portal.linking.api import Told, note_contact
from shuxin.portal.web import access, pages

if TYPE_CHECKING:
    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db
CODE, NAME = OTHER_FIRM.removeprefix("uscc:"), "澜坪市瑞和餐饮有限责任公司"
MORE_CLOCKS = (
    "shuxin.portal.web.routes.operator",
    "shuxin.portal.web.routes.second_person",
    "shuxin.portal.web.routes.clients",
    "shuxin.portal.web.views.second_person",
    "shuxin.portal.web.views.administration",
)


@dataclass
class Desk:
    """Somebody at the platform, signed in without the ceremony of signing in."""

    patch: pytest.MonkeyPatch

    def sit(self, role: KeyRole, name: str = "li", *, party: str = PLATFORM) -> Client:
        person = accounts.Person(1, name, party, frozenset({role}), has_second_factor=True)
        for module in (access, pages):
            self.patch.setattr(module, "signed_in_account", lambda _: person)
        return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def desk(platform: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    clock.now = WORLD_NOW
    for module in MORE_CLOCKS:
        assert module not in CLOCKED
        monkeypatch.setattr(f"{module}.now_in_china", lambda: clock.now)
    held = read_trust(platform.home)
    write_trust(replace(held, attesters=ANCHORS.attesters), home=platform.home)
    return Desk(monkeypatch)


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:2000]
    return answer.content.decode()


def firm_key() -> SimpleUploadedFile:
    lines = [one.dump() for one in STATEMENTS if one.body.get("party", FIRM) == FIRM][:2]
    return SimpleUploadedFile("firm.key", b"\n".join(lines))


class TestHome:
    def test_is_calm_when_nothing_waits(self, desk: Desk) -> None:
        for role in (
            KeyRole.OFFICER,
            KeyRole.SYSTEM_ADMIN,
            KeyRole.SECURITY_ADMIN,
            KeyRole.AUDITOR,
        ):
            assert "Nothing waits for you" in text(desk.sit(role).get("/operator"))

    def test_names_what_waits(self, desk: Desk, clock: Clock) -> None:
        told = Told(1, 1, 0, "0.4", clock.now, objections_overdue=2)
        note_contact(client_id="c1", party=HOLDER, told=told, now=clock.now - timedelta(minutes=1))
        shown = text(desk.sit(KeyRole.OFFICER).get("/operator"))
        assert "Institutions that went silent" in shown
        assert "Objections past their 20 days" in shown
        assert "silent" not in text(desk.sit(KeyRole.AUDITOR).get("/operator"))


class TestParties:
    def test_are_registered_and_confirmed_by_officers(self, desk: Desk, platform: Settings) -> None:
        officer, form = (
            desk.sit(KeyRole.OFFICER),
            {"code": CODE, "name": NAME, "kind": "enterprise"},
        )
        for _ in range(2):
            answer = officer.post("/operator/parties/register", form)
            assert answer.status_code == 302
        assert [one.state.value for one in registrations()] == ["unconfirmed"]
        assert NAME in text(officer.get(f"/operator/parties/uscc:{CODE}"))
        officer.post(f"/operator/parties/uscc:{CODE}/confirm")
        assert [one.state.value for one in registrations()] == ["confirmed"]
        kinds = [one.kind for one in own_log(platform).entries(0, 99)]
        assert kinds.count("registration") == 2

    def test_a_refused_form_keeps_what_was_typed(self, desk: Desk) -> None:
        form = {"code": "12", "name": NAME, "kind": "enterprise"}
        shown = text(desk.sit(KeyRole.OFFICER).post("/operator/parties/register", form), 400)
        assert f'value="{NAME}"' in shown
        assert "uscc" in shown.lower()

    def test_administrators_look_but_do_not_register(self, desk: Desk) -> None:
        system = desk.sit(KeyRole.SYSTEM_ADMIN)
        assert "/operator/parties/register" not in text(system.get("/operator/parties"))
        assert system.post("/operator/parties/register", {}).status_code == 403
        assert system.post(f"/operator/parties/{FIRM}/confirm").status_code == 403

    def test_show_their_keys_as_this_platform_judges_them(self, desk: Desk) -> None:
        officer = desk.sit(KeyRole.OFFICER)
        answer = officer.post("/operator/parties/statements", {"file": firm_key()})
        assert answer["Location"] == "/operator/parties?done=taken"
        assert "某企业" in text(officer.get("/operator/parties"))
        shown = text(officer.get(f"/operator/parties/{FIRM}"))
        assert KEYS[FIRM].public.key_id in shown
        assert "business licence" in shown
        assert ">counts<" in shown

    def test_show_revoked_keys_with_the_reason(self, desk: Desk) -> None:
        officer = desk.sit(KeyRole.OFFICER)
        officer.post("/operator/parties/statements", {"file": firm_key()})
        end = Revocation(FIRM, KEYS[FIRM].public.key_id, WORLD_NOW, Reason.LOST)
        revoked = sign_revocation(end, signer=KEYS[FIRM]).dump()
        officer.post("/operator/parties/statements", {"file": SimpleUploadedFile("r", revoked)})
        shown = text(officer.get(f"/operator/parties/{FIRM}"))
        assert ">revoked<" in shown
        assert ">lost<" in shown

    def test_take_no_file_that_does_not_stand(self, desk: Desk) -> None:
        officer = desk.sit(KeyRole.OFFICER)
        for content in (b"", b"not json", STATEMENTS[0].dump().replace(b"a", b"b")):
            file = SimpleUploadedFile("x.key", content)
            answer = officer.post("/operator/parties/statements", {"file": file})
            if content:
                assert answer.status_code in {400, 403}
        assert officer.post("/operator/parties/statements", {}).status_code == 400
        assert FIRM not in text(officer.get("/operator/parties"))

    def test_that_nobody_knows_are_not_there(self, desk: Desk) -> None:
        assert desk.sit(KeyRole.OFFICER).get("/operator/parties/uscc:x").status_code == 404

    def test_hostile_names_are_text(self, desk: Desk) -> None:
        officer = desk.sit(KeyRole.OFFICER)
        form = {"code": CODE, "name": "<script>alert(1)</script>", "kind": "enterprise"}
        officer.post("/operator/parties/register", form)
        assert "<script>alert" not in text(officer.get("/operator/parties"))


class TestNodes:
    def test_tell_who_follows_and_how(self, desk: Desk, clock: Clock) -> None:
        officer = desk.sit(KeyRole.OFFICER)
        assert "No institution follows yet" in text(officer.get("/operator/nodes"))
        for name, seconds, ahead in (("a", 0, 0), ("b", 60, 0), ("c", 0, 9)):
            at = clock.now - timedelta(seconds=seconds)
            told = Told(0, 0, 0, "0.4.0", at + timedelta(seconds=ahead), objections_open=3)
            note_contact(client_id=name, party=HOLDER, told=told, now=at)
        shown = text(officer.get("/operator/nodes"))
        for tone, state in (("good", "follows"), ("bad", "silent"), ("warn", "clock is off")):
            assert shown.count(f'<span class="state {tone}">{state}</span>') == 1

    def test_leave_as_a_file(self, desk: Desk, clock: Clock) -> None:
        note_contact(
            client_id="a", party=HOLDER, told=Told(0, 0, 0, "0.4.0", clock.now), now=clock.now
        )
        answer = desk.sit(KeyRole.OFFICER).get("/operator/nodes?nodes-csv=1")
        assert answer["Content-Type"].startswith("text/csv")
        assert "0.4.0" in answer.content.decode()


class TestAccounts:
    def invite(self, who: Client, *roles: str, person: str = "new") -> HttpResponse:
        form = {"party": PLATFORM, "role": list(roles), "person": person}
        answer: HttpResponse = who.post("/invitations", form)
        return answer

    def test_privileged_ones_need_a_second_person(self, desk: Desk) -> None:
        first = self.invite(desk.sit(KeyRole.SYSTEM_ADMIN, "li"), "officer")
        assert first["Location"] == "/accounts?done=waiting"
        (act,) = waiting_acts(now=WORLD_NOW)
        own = desk.sit(KeyRole.SYSTEM_ADMIN, "li")
        assert "You stated this" in text(own.get(f"/acts/{act.number}"))
        assert own.post(f"/acts/{act.number}/agree").status_code == 403
        other = desk.sit(KeyRole.SECURITY_ADMIN, "wang")
        assert "Invite somebody" in text(other.get("/acts"))
        assert str(act.content["person"])[:16] in text(other.get(f"/acts/{act.number}"))
        given = other.post(f"/acts/{act.number}/agree")
        assert "shown once" in text(given)
        assert given["Cache-Control"] == "no-store"
        assert waiting_acts(now=WORLD_NOW) == []
        assert other.post(f"/acts/{act.number}/agree").status_code == 404

    def test_of_an_enterprise_are_invited_at_once(self, desk: Desk) -> None:
        form = {"party": FIRM, "role": ["legal_representative"], "person": "new"}
        shown = text(desk.sit(KeyRole.SYSTEM_ADMIN).post("/invitations", form))
        assert "shown once" in shown

    @pytest.mark.parametrize(
        "form",
        [
            {"party": "x", "role": ["agent"]},
            {"party": PLATFORM},
            {"party": PLATFORM, "role": ["king"]},
        ],
    )
    def test_a_refused_invitation_says_why(self, desk: Desk, form: dict) -> None:
        answer = desk.sit(KeyRole.SYSTEM_ADMIN).post("/invitations", form)
        assert answer.status_code == 400

    def test_are_shut_at_once_by_either_administrator(self, desk: Desk, clock: Clock) -> None:
        for role, name in ((KeyRole.SYSTEM_ADMIN, "zhao"), (KeyRole.SECURITY_ADMIN, "qian")):
            opened(name, "agent", now=clock.now)
            answer = desk.sit(role).post(f"/accounts/{name}/shut")
            assert answer["Location"] == f"/accounts/{name}?done=done"
        assert not any(one.is_active for one in accounts.all_accounts())
        assert desk.sit(KeyRole.SYSTEM_ADMIN).post("/accounts/zhao/shut").status_code == 409

    def test_what_gives_more_is_for_the_system_administrator_to_state(
        self, desk: Desk, clock: Clock
    ) -> None:
        opened("zhao", "agent", now=clock.now)
        security = desk.sit(KeyRole.SECURITY_ADMIN)
        assert "/accounts/zhao/reset" not in text(security.get("/accounts/zhao"))
        assert security.post("/accounts/zhao/reset").status_code == 403
        assert security.post("/invitations", {}).status_code == 403

    def test_roles_change_when_two_said_so(self, desk: Desk, clock: Clock) -> None:
        opened("zhao", "agent", now=clock.now)
        first = desk.sit(KeyRole.SYSTEM_ADMIN, "li")
        first.post("/accounts/zhao/roles", {"role": ["legal_representative"]})
        assert accounts.all_accounts()[0].roles == ("agent",)
        (act,) = waiting_acts(now=WORLD_NOW)
        answer = desk.sit(KeyRole.SECURITY_ADMIN, "wang").post(f"/acts/{act.number}/agree")
        assert answer["Location"] == "/acts?done=agreed"
        assert accounts.all_accounts()[0].roles == ("legal_representative",)

    def test_nobody_decides_about_itself(self, desk: Desk, clock: Clock) -> None:
        opened("zhao", "agent", now=clock.now)
        desk.sit(KeyRole.SYSTEM_ADMIN, "li").post("/accounts/zhao/roles", {"role": ["subject"]})
        (act,) = waiting_acts(now=WORLD_NOW)
        own = desk.sit(KeyRole.SECURITY_ADMIN, "zhao")
        assert own.post(f"/acts/{act.number}/agree").status_code == 403

    def test_acts_lapse(self, desk: Desk, clock: Clock) -> None:
        self.invite(desk.sit(KeyRole.SYSTEM_ADMIN, "li"), "officer")
        (act,) = waiting_acts(now=WORLD_NOW)
        clock.forward(days=7)
        other = desk.sit(KeyRole.SECURITY_ADMIN, "wang")
        assert "Nothing waits for a second person" in text(other.get("/acts"))
        assert other.post(f"/acts/{act.number}/agree").status_code == 404

    def test_officers_see_acts_of_their_own_kind_only(self, desk: Desk) -> None:
        self.invite(desk.sit(KeyRole.SYSTEM_ADMIN, "li"), "officer")
        (act,) = waiting_acts(now=WORLD_NOW)
        officer = desk.sit(KeyRole.OFFICER, "wang")
        assert "Nothing waits for a second person" in text(officer.get("/acts"))
        assert officer.get(f"/acts/{act.number}").status_code == 404
        assert officer.post(f"/acts/{act.number}/agree").status_code == 404


class TestTrust:
    def test_a_second_person_sees_what_changes_and_agrees(
        self, desk: Desk, platform: Settings, clock: Clock
    ) -> None:
        from shuxin.parties.api import Pinned, pin_key
        from shuxin.portal.bootstrap import journal_of

        until = clock.now + timedelta(days=9)
        pin = Pinned(
            WORLD_BANK,
            PartyKind.BANK,
            "新银行",
            KEYS[WORLD_BANK].public,
            frozenset({KeyRole.SUBJECT}),
            clock.now,
            until,
        )
        journal = journal_of(platform)
        pin_key(pin, home=platform.home, by="li", journal=journal, now=clock.now)
        (act,) = waiting_acts(now=clock.now)
        security = desk.sit(KeyRole.SECURITY_ADMIN, "wang")
        assert "新银行" in text(security.get(f"/acts/{act.number}"))
        assert pin not in read_trust(platform.home).pinned
        security.post(f"/acts/{act.number}/agree")
        assert pin in read_trust(platform.home).pinned


class TestClients:
    def test_are_registered_shown_once_and_cut_off(self, desk: Desk) -> None:
        system = desk.sit(KeyRole.SYSTEM_ADMIN)
        assert "No client is registered" in text(system.get("/clients"))
        form = {"party": HOLDER, "name": "bureau", "scope": ["grants:read", "requests:write"]}
        shown = text(system.post("/clients/new", form))
        (client,) = accounts.clients()
        assert client.client_id in shown
        assert "shown once" in shown
        assert client.client_id in text(system.get(f"/clients/{client.client_id}"))
        assert system.post(f"/clients/{client.client_id}/revoke").status_code == 302
        assert system.post(f"/clients/{client.client_id}/revoke").status_code == 404
        assert ">cut off<" in text(system.get("/clients"))

    def test_need_a_party_and_a_scope(self, desk: Desk) -> None:
        system = desk.sit(KeyRole.SYSTEM_ADMIN)
        for form in ({"party": "x", "scope": ["verify"]}, {"party": HOLDER}):
            assert system.post("/clients/new", form).status_code == 400
        assert accounts.clients() == []
        assert system.get("/clients/nobody").status_code == 404


class TestAudit:
    def test_shows_the_door_and_changes_nothing(self, desk: Desk, clock: Clock) -> None:
        opened("zhao", "agent", party=FIRM, now=clock.now)
        auditor = desk.sit(KeyRole.AUDITOR)
        shown = text(auditor.get("/sign-ins"))
        assert "account opened" in shown
        assert "/accounts/zhao" not in shown
        for url in ("/accounts", "/clients", "/acts", "/operator/parties", "/tasks"):
            assert auditor.get(url).status_code == 403

    def test_is_not_for_who_is_audited(self, desk: Desk) -> None:
        for role in (KeyRole.OFFICER, KeyRole.SYSTEM_ADMIN):
            assert desk.sit(role).get("/sign-ins").status_code == 403


class TestTasks:
    def test_show_what_runs_and_what_failed(self, desk: Desk, clock: Clock) -> None:
        from shuxin.infra.api import ask_task

        system = desk.sit(KeyRole.SYSTEM_ADMIN)
        assert "No work was ever asked for" in text(system.get("/tasks"))
        ask_task(key="k", kind="import", about={}, by="li", now=clock.now)
        assert "import of files" in text(system.get("/tasks"))


def test_another_institutions_people_do_not_get_in(desk: Desk) -> None:
    for role in (KeyRole.OFFICER, KeyRole.SYSTEM_ADMIN, KeyRole.AUDITOR, KeyRole.SECURITY_ADMIN):
        stranger = desk.sit(role, party=HOLDER)
        for url in ("/operator", "/accounts", "/acts", "/clients", "/tasks", "/sign-ins"):
            assert stranger.get(url).status_code == 403


def test_the_pages_are_the_operators(desk: Desk, platform: Settings) -> None:
    file = platform.home / "holder.json"
    file.write_text(file.read_text().replace('"operator"', '"bank"'))
    officer = desk.sit(KeyRole.OFFICER)
    for url in ("/operator", "/operator/parties", "/operator/nodes"):
        assert officer.get(url).status_code == 404
    assert dataclasses.is_dataclass(desk)
