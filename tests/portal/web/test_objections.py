"""A holder's officers handle objections: every step in order, in the log, under their own account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.consent.rights_world import FIELD, FILED, Desk, agree, load
from tests.permits import HOLDER

from shuxin.consent.api import rights
from shuxin.parties.api import KeyRole, accounts
from shuxin.portal.bootstrap import own_log, start
from shuxin.portal.founding import set_up
from shuxin.portal.web import access, pages
from shuxin.portal.web.routes import objections

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(db: None, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A bank's home with one dataset that came in before anybody objected."""
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    settings = start()
    clock.now = FILED
    monkeypatch.setattr(objections, "now_in_china", lambda: clock.now)
    set_up(settings, party=HOLDER, kind="bank", name="Bank", now=FILED - timedelta(days=9))
    agree()
    load(FILED - timedelta(days=1))
    return settings


@pytest.fixture
def number(bank: Settings) -> str:
    return Desk().file(text="罚款已撤销 <b>")


def seated(
    patch: pytest.MonkeyPatch, *, name: str = "li", role: KeyRole = KeyRole.OFFICER
) -> Client:
    person = accounts.Person(1, name, HOLDER, frozenset({role}), has_second_factor=True)
    for module in (access, pages):
        patch.setattr(module, "signed_in_account", lambda _: person)
    return Client(headers={"Accept-Language": "en"})


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:2000]
    return answer.content.decode()


def state() -> str:
    (found,) = rights.objections(now=FILED + timedelta(days=1))
    return found.state.value


class TestObjections:
    def test_nobody_objects_at_first(self, bank: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "Nobody objects" in text(seated(monkeypatch).get("/objections"))

    def test_are_shown_with_words_as_text_and_the_day(
        self, number: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        officer = seated(monkeypatch)
        assert FIELD in text(officer.get("/objections"))
        shown = text(officer.get(f"/objections/{number}"))
        assert "罚款已撤销 &lt;b&gt;" in shown
        assert "2026-03-22" in shown
        assert officer.get("/objections/nothing").status_code == 404

    def test_are_marked_when_they_are_late(
        self, number: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock.forward(days=21)
        late = rights.Escalation.SUPERVISOR.text.en
        assert f'<span class="state bad">{late}</span>' in text(
            seated(monkeypatch).get("/objections")
        )

    def test_go_their_way_to_the_end(
        self, number: str, bank: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock.forward(hours=1)
        size = own_log(bank).size
        for act, name, after in (
            ("forward", "li", "forwarded"),
            ("uphold", "wang", "upheld"),
            ("close", "li", "closed"),
        ):
            clock.forward(hours=1)
            officer = seated(monkeypatch, name=name)
            answer = officer.post(f"/objections/{number}/{act}", {"reason": "核查"})
            assert answer.status_code == 302, answer.content
            assert state() == after
        assert own_log(bank).size == size + 3
        shown = text(seated(monkeypatch).get(f"/objections/{number}"))
        assert "wang: 核查" in shown
        assert "/close" not in shown

    def test_a_step_out_of_order_is_refused_on_the_page(
        self, number: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock.forward(hours=1)
        answer = seated(monkeypatch).post(f"/objections/{number}/close", {"reason": ""})
        assert "step" in text(answer, 409).lower()
        assert state() == "marked"

    def test_are_the_officers(self, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for role in (KeyRole.AUDITOR, KeyRole.SYSTEM_ADMIN):
            other = seated(monkeypatch, role=role)
            assert other.get("/objections").status_code == 403
            assert other.post(f"/objections/{number}/forward").status_code == 403
        assert seated(monkeypatch).post(f"/objections/{number}/burn").status_code == 404
