"""Cases on a bank's site: the queue, one case step by step, what officers decide; nothing of it needs the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from tests.parties.accounts.samples import BANK
from tests.portal.web.bank_case_site import CLEAN, FIRM, keep_case, offer
from tests.portal.web.bank_market_site import Desk, Memory, desk_at, terms

from shuxin.consent.api import Purpose, entity_of, uses_of
from shuxin.infra.api import now_in_china
from shuxin.kernel.machine import Actor
from shuxin.lending.api import case, replay, verify_strategy_evidence
from shuxin.lending.case_models import CaseRow, Outgoing
from shuxin.lending.case_rows import reopen
from shuxin.market.api import Doer
from shuxin.portal.bootstrap import start
from shuxin.portal.founding import set_up
from shuxin.portal.web.views import bank_market
from shuxin.verification.api import read_trust

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    made = Memory()
    monkeypatch.setattr(bank_market, "platform", lambda: made)
    return made


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: Memory) -> Desk:
    """A bank with keys and a log: reading a firm's record is a use."""
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    set_up(start(), party=BANK, kind="bank", name="澜坪农商银行", now=now_in_china())
    return desk_at(tmp_path / "home", monkeypatch)


def approve(**changed: str) -> dict[str, str]:
    said = {"verdict": "approve", "amount": "60", "rate": "4.5", "months": "12", "why": "sound"}
    return said | changed


class TestQueue:
    def test_shows_clock_and_advice(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china())
        shown = desk.read("/bank/cases")
        assert "云栖食品有限公司" in shown
        assert "left" in shown
        assert "No application has reached" in desk.read("/bank/cases?firm=uscc:other")


class TestCase:
    def test_is_shown_stage_by_stage_and_its_reading_is_a_use(self, desk: Desk) -> None:
        record = keep_case("a1", now=now_in_china())
        shown = desk.read("/bank/cases/a1")
        assert "row 2 was hit" in shown
        assert "The least cap is the limit" in shown
        assert "What the price is made of" in shown
        assert record.verdict.value == "approve"
        uses = uses_of(subject=entity_of(FIRM))
        assert Purpose.CREDIT_DECISION in {purpose for _, _, purpose in uses}

    def test_says_what_was_not_asked(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china(), open_facts={**CLEAN, "open.dishonest": True})
        shown = desk.read("/bank/cases/a1")
        assert "declined here" in shown
        assert "not asked" in shown
        assert "public record: on the list of dishonest judgment debtors" in shown

    def test_is_computed_anew(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china())
        shown = desk.read("/bank/cases/a1?replay=1")
        assert "Identical" in shown
        assert "Every link of the chain was checked just now and holds" in shown

    def test_gives_the_evidence_that_is_checked_elsewhere(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china())
        data = desk.browser.get("/bank/cases/a1/evidence.json").content
        trust = desk.browser.get("/bank/cases/a1/trust.json").content
        found = verify_strategy_evidence(data, trust=read_trust(trust), now=now_in_china())
        assert found.holds

    def test_gives_the_record_that_replays_elsewhere(self, desk: Desk) -> None:
        record = keep_case("a1", now=now_in_china())
        content = desk.browser.get("/bank/cases/a1/record.json").content
        assert replay(content, models={}).digest == record.digest

    def test_without_a_record_of_the_engine_is_shown_all_the_same(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china())
        CaseRow.objects.update(decision="", verdict="", trouble="no_strategy_runs")
        shown = desk.read("/bank/cases/a1")
        assert "The engine did not decide" in shown
        assert "no_strategy_runs" in shown

    def test_that_is_not_here_is_not_shown(self, desk: Desk) -> None:
        desk.read("/bank/cases/none", 404)


class TestOfficers:
    def test_take_a_case_and_another_one_cannot(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china())
        assert "Your decision" not in desk.read("/bank/cases/a1")
        assert desk.browser.post("/bank/cases/a1/take").status_code == 302
        assert "Your decision" in desk.read("/bank/cases/a1")
        desk.who = "another"
        assert desk.browser.post("/bank/cases/a1/take").status_code == 409
        assert desk.browser.post("/bank/cases/a1/decide", approve()).status_code == 409
        assert case("a1").state == "queue"

    def test_decide_beside_the_engine(self, desk: Desk) -> None:
        record = keep_case("a1", now=now_in_china())
        desk.browser.post("/bank/cases/a1/take")
        answer = desk.browser.post("/bank/cases/a1/decide", approve())
        assert answer["Location"].endswith("?done=decide")
        one = case("a1")
        assert (one.state, one.decision) == ("approved", record.digest)
        (officer,) = one.officers
        assert (officer.amount_fen, officer.rate_bp, officer.reason) == (60_000_000, 450, "sound")
        told = Outgoing.objects.get(case="a1")
        assert told.content["offer"]["amount_fen"] == 60_000_000
        assert "approved by a person" in desk.read("/bank/cases/a1")

    @pytest.mark.parametrize(
        ("changed", "wrong"),
        [
            ({"why": ""}, "why"),
            ({"amount": "lots"}, "amount"),
            ({"rate": "0"}, "rate"),
            ({"verdict": "decline"}, "reasons"),
            ({"verdict": "need_information"}, "question"),
            ({"verdict": "refer"}, "verdict"),
        ],
    )
    def test_are_told_what_is_missing(
        self, desk: Desk, changed: dict[str, str], wrong: str
    ) -> None:
        keep_case("a1", now=now_in_china())
        desk.browser.post("/bank/cases/a1/take")
        answer = desk.browser.post("/bank/cases/a1/decide", approve(**changed))
        assert answer.status_code == 400
        assert f'id="{wrong}-error"' in answer.content.decode()
        assert case("a1").state == "queue"

    def test_cannot_offer_outside_the_product(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china())
        desk.browser.post("/bank/cases/a1/take")
        answer = desk.browser.post("/bank/cases/a1/decide", approve(rate="9.9"))
        shown = answer.content.decode()
        assert "not what the product says: the yearly rate" in desk.text(answer, 400)
        assert "rate_bp" not in shown
        assert 'value="9.9"' in shown
        assert 'value="sound"' in shown or ">sound</textarea>" in shown
        assert desk.browser.post("/bank/cases/a1/decide", approve()).status_code == 302

    def test_choose_among_the_ways_of_repayment_of_the_product(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china())
        desk.browser.post("/bank/cases/a1/take")
        shown = desk.browser.get("/bank/cases/a1").content.decode()
        assert '<option value="bullet" selected>' in shown
        assert '<option value="revolving">' in shown
        assert '<option value="instalments"' not in shown
        wrong = desk.browser.post("/bank/cases/a1/decide", approve(repayment="instalments"))
        assert "the repayment" in desk.text(wrong, 400)
        desk.browser.post("/bank/cases/a1/decide", approve(repayment="revolving"))
        assert Outgoing.objects.get(case="a1").content["offer"]["repayment"] == "revolving"
        assert "as drawn, within the limit" in desk.read("/bank/cases/a1")

    def test_get_a_refused_offer_back_with_what_they_typed(self, desk: Desk) -> None:
        now = now_in_china()
        keep_case("a1", now=now)
        desk.browser.post("/bank/cases/a1/take")
        desk.browser.post("/bank/cases/a1/decide", approve(repayment="revolving", months="9"))
        Outgoing.objects.update(done_at=now, refused="offer_outside_terms")
        row = CaseRow.objects.get(key="a1")
        system = Doer(Actor.SYSTEM, BANK, "desk", lambda _: None)
        with transaction.atomic():
            reopen(row, terms=terms(fees=()), due_at=now, doer=system, now=now)
        shown = desk.browser.get("/bank/cases/a1").content.decode()
        assert "the firm has not seen it" in shown
        assert "the fees" in shown
        for value in ('value="60"', 'value="4.5"', 'value="9"', '"revolving" selected', ">sound<"):
            assert value in shown
        assert desk.browser.post("/bank/cases/a1/decide", approve()).status_code == 302

    def test_are_heard_while_the_platform_is_down_but_cannot_offer(
        self, desk: Desk, memory: Memory
    ) -> None:
        keep_case("a1", now=now_in_china())
        desk.browser.post("/bank/cases/a1/take")
        memory.is_down = True
        assert "cannot be reached" in desk.text(
            desk.browser.post("/bank/cases/a1/decide", approve()), 503
        )
        assert case("a1").state == "queue"


class TestFeedback:
    def test_of_an_accepted_offer_goes_to_the_platform(self, desk: Desk) -> None:
        now = now_in_china()
        keep_case("a1", now=now, accepted=True, offer=offer(now))
        assert "What became of it?" in desk.read("/bank/cases/a1")
        said = {"lent": "yes", "amount": "60", "rate": "4.5", "on": "2026-11-21"}
        answer = desk.browser.post("/bank/cases/a1/feedback", {**said, "on": "soon"})
        assert answer.status_code == 400
        assert desk.browser.post("/bank/cases/a1/feedback", said).status_code == 302
        told = Outgoing.objects.get(case="a1", kind="feedback")
        assert told.content["amount_fen"] == 60_000_000
        assert told.by == "officer"
        shown = desk.read("/bank/cases/a1")
        assert "reported by officer" in shown
        assert "4.50%" in shown

    def test_that_the_platform_refused_is_said_and_may_be_mended(self, desk: Desk) -> None:
        now = now_in_china()
        keep_case("a1", now=now, accepted=True, offer=offer(now))
        said = {"lent": "yes", "amount": "70", "rate": "4.5", "on": "2026-11-21"}
        desk.browser.post("/bank/cases/a1/feedback", said)
        desk.browser.post("/bank/cases/a1/feedback", said)
        assert "on its way" in desk.read("/bank/cases/a1")
        refused = Outgoing.objects.get(kind="feedback")
        Outgoing.objects.filter(pk=refused.pk).update(done_at=now, refused="feedback_invalid")
        assert "refused: feedback_invalid" in desk.read("/bank/cases/a1")
        desk.browser.post("/bank/cases/a1/feedback", {**said, "amount": "60"})
        waits = Outgoing.objects.get(kind="feedback", done_at=None)
        assert waits.content["amount_fen"] == 60_000_000
        assert "feedback_invalid" not in desk.read("/bank/cases/a1")

    def test_is_not_asked_for_before(self, desk: Desk) -> None:
        keep_case("a1", now=now_in_china())
        assert "What became of it?" not in desk.read("/bank/cases/a1")
        desk.browser.post("/bank/cases/a1/feedback", {"lent": "no", "because": "x"})
        assert not Outgoing.objects.exists()
