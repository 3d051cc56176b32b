from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.lending.desk_world import Advises, World
from tests.lending.lending_world import AMOUNT, submitted
from tests.market.shelf_world import BANK, FIRM, PRODUCT, bank, firm

from shuxin.kernel.machine import StepImpossible
from shuxin.lending.api import (
    PERSON_REASONS,
    Answer,
    CaseNotYours,
    CaseTaken,
    OfferOutsideTerms,
    OverrideNeedsReason,
    Ruling,
    SecondIsFirst,
    Verdict,
    agree_case,
    application,
    case,
    cases,
    override_case,
    release_case,
    send_back_case,
    step_application,
    take_case,
)
from shuxin.lending.case_models import CaseRow, Outgoing
from shuxin.market.api import Doer, Repayment, ThingUnknown, steps_of

pytestmark = pytest.mark.django_db
APPROVE = Ruling(Verdict.APPROVE, "现场核实经营正常", amount_fen=AMOUNT, rate_bp=420)
DECLINE = Ruling(Verdict.DECLINE, "对外担保过多", reasons=("debt_burden",))
ASK = Ruling(Verdict.NEED_INFORMATION, "流水不全", question="请补充近六个月流水")


def officer(name: str) -> Doer:
    return replace(bank(BANK), by=name)


def queued() -> tuple[World, str]:
    key, world = submitted(), World(Advises((Verdict.REFER,)))
    world.rounds()
    return world, key


def decide(
    world: World, key: str, ruling: Ruling, *, by: str = "li", above: int | None = None
) -> None:
    override_case(
        key, ruling, terms=PRODUCT, doer=officer(by), now=world.clock(), second_above_fen=above
    )


class TestRepayment:
    def test_is_one_of_the_product(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        with pytest.raises(OfferOutsideTerms) as caught:
            decide(world, key, replace(APPROVE, repayment=Repayment.REVOLVING))
        assert caught.value.sentences("zh")[0] == "报价与产品条款不符：还款方式"
        assert "the repayment" in caught.value.sentences("en")[0]
        two = replace(PRODUCT, repayments=(Repayment.BULLET, Repayment.REVOLVING))
        ruling = replace(APPROVE, repayment=Repayment.REVOLVING)
        override_case(key, ruling, terms=two, doer=officer("li"), now=world.clock())
        offer = case(key).offer
        assert offer is not None
        assert offer.repayment == case(key).officers[-1].repayment == "revolving"

    def test_of_an_offer_by_the_strategy_is_the_first_of_the_product(self) -> None:
        key, world = submitted(), World()
        world.rounds()
        offer = case(key).offer
        assert offer is not None
        assert offer.repayment == PRODUCT.repayments[0].value


class TestRefusedOffer:
    def refused(self, key: str, world: World) -> None:
        """It lay in the outbox for longer than it was valid, as on a platform that was away."""
        told = Outgoing.objects.get(case=key, kind="answer", done_at=None)
        offer = {**told.content["offer"], "valid_until": world.clock().isoformat()}
        Outgoing.objects.filter(pk=told.pk).update(content={**told.content, "offer": offer})
        world.rounds()

    def test_comes_back_to_its_officer_who_makes_another_one(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, APPROVE)
        self.refused(key, world)
        one = case(key)
        assert (one.state, one.taken_by, one.refused) == ("queue", "li", "offer_outside_terms")
        assert one.refused_where == "valid_until"
        assert one.offer is not None
        assert one.offer.amount_fen == APPROVE.amount_fen
        assert one.due_at is not None
        decide(world, key, APPROVE)
        world.rounds()
        assert (case(key).refused, case(key).told) == ("", True)
        assert application(key, viewer=BANK).state == "approved"

    def test_of_the_strategy_waits_for_any_officer(self) -> None:
        key, world = submitted(), World()
        within: Any = world.platform.within
        real, tries = within.answer, list[str]()

        def once(asked: str, answer: Answer, *, by: str) -> None:
            tries.append(asked)
            if len(tries) == 1:
                raise OfferOutsideTerms(where="fees")
            real(asked, answer, by=by)

        within.answer = once
        world.rounds()
        one = case(key)
        assert (one.state, one.taken_by, one.refused_where) == ("queue", "", "")
        take_case(key, officer="wang", now=world.clock())
        decide(world, key, APPROVE, by="wang")
        world.rounds()
        assert case(key).told


class TestTaking:
    def test_two_officers_cannot_hold_one(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        take_case(key, officer="li", now=world.clock())
        with pytest.raises(CaseTaken):
            take_case(key, officer="wang", now=world.clock())
        with pytest.raises(CaseNotYours):
            release_case(key, officer="wang")
        release_case(key, officer="li")
        take_case(key, officer="wang", now=world.clock())
        assert [one.key for one in cases(states=("queue",), taken_by="wang")] == [key]

    def test_unknown_case(self) -> None:
        world = World()
        with pytest.raises(ThingUnknown):
            take_case("x", officer="li", now=world.clock())

    def test_those_with_a_clock_come_first(self) -> None:
        _, key = queued()
        row = CaseRow.objects.get(key=key)
        row.id, row.key, row.due_at, row.state = 0, "decided", None, "approved"
        row.save(force_insert=True)
        assert [one.key for one in cases(most=1)] == [key]

    def test_that_waits_for_nobody_is_not_with_another(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, DECLINE)
        with pytest.raises(StepImpossible):
            take_case(key, officer="wang", now=world.clock())

    def test_has_a_clock(self) -> None:
        world, key = queued()
        due = case(key).due_at
        assert due is not None
        assert due > world.clock()


class TestDeciding:
    def test_stands_beside_the_advice(self) -> None:
        world, key = queued()
        advised = case(key).decision
        take_case(key, officer="li", now=world.clock())
        decide(world, key, APPROVE)
        world.rounds()
        found = application(key, viewer=FIRM)
        assert (found.state, found.by_person) == ("approved", True)
        assert found.offer is not None
        assert found.offer.amount_fen == AMOUNT
        kept = case(key)
        assert (kept.decision, kept.advised) == (advised, "refer")
        assert [(one.by, one.reason) for one in kept.officers] == [("li", "现场核实经营正常")]
        assert found.decision == kept.officers[0].digest
        assert steps_of("case", key)[-1].evidence == found.decision

    def test_decline_says_what_would_change_it(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, DECLINE)
        world.rounds()
        found = application(key, viewer=FIRM)
        assert found.state == "declined"
        assert found.reasons == (PERSON_REASONS["debt_burden"],)

    def test_question_comes_back_to_the_engine(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, ASK)
        world.rounds()
        assert application(key, viewer=FIRM).question == "请补充近六个月流水"
        step_application(key, "answer", doer=firm(), now=world.clock(), reason="已上传")
        world.rounds()
        assert case(key).state == "queue"
        assert len(world.engine.asked) == 2

    def test_what_the_firm_wants_a_person_to_see_stays_with_persons(self) -> None:
        """Asked for a review, a person may ask on; the answer is waited for, and no system decides after it."""
        key, world = submitted(), World(Advises((Verdict.DECLINE,)))
        world.rounds()
        step_application(key, "review", doer=firm(), now=world.clock(), reason="请人工复核")
        world.rounds()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, ASK)
        world.rounds()
        assert (case(key).state, case(key).told, case(key).refused) == ("asked", True, "")
        assert application(key, viewer=FIRM).state == "need_information"
        step_application(key, "answer", doer=firm(), now=world.clock(), reason="已上传")
        world.rounds()
        assert (case(key).state, case(key).advised) == ("queue", "decline")
        assert application(key, viewer=FIRM).state == "manual_review"
        take_case(key, officer="li", now=world.clock())
        decide(world, key, APPROVE)
        world.rounds()
        assert application(key, viewer=FIRM).state == "approved"

    def test_rests_on_what_the_engine_had_read(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, DECLINE)
        world.rounds()
        assert application(key, viewer=FIRM).sources == ("application", "own")

    @pytest.mark.parametrize(
        "ruling",
        [
            replace(APPROVE, reason=" "),
            replace(DECLINE, reason=""),
            replace(ASK, question=""),
        ],
    )
    def test_needs_a_reason(self, ruling: Ruling) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        with pytest.raises(OverrideNeedsReason):
            decide(world, key, ruling)
        assert case(key).officers == ()

    @pytest.mark.parametrize(
        "ruling", [replace(APPROVE, rate_bp=601), replace(APPROVE, amount_fen=AMOUNT + 1)]
    )
    def test_keeps_to_product_and_application(self, ruling: Ruling) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        with pytest.raises(OfferOutsideTerms):
            decide(world, key, ruling)

    def test_only_who_took_it(self) -> None:
        world, key = queued()
        with pytest.raises(CaseNotYours):
            decide(world, key, APPROVE)

    def test_once(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, DECLINE)
        with pytest.raises((CaseNotYours, StepImpossible)):
            decide(world, key, APPROVE)


class TestSecondPerson:
    def proposed(self) -> tuple[World, str]:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, APPROVE, above=AMOUNT - 1)
        world.rounds()
        assert case(key).state == "second"
        assert application(key, viewer=FIRM).state == "manual_review"
        return world, key

    def test_is_not_the_first(self) -> None:
        world, key = self.proposed()
        take_case(key, officer="li", now=world.clock())
        with pytest.raises(SecondIsFirst):
            agree_case(key, reason="同意", doer=officer("li"), now=world.clock())

    def test_agrees(self) -> None:
        world, key = self.proposed()
        take_case(key, officer="wang", now=world.clock())
        agree_case(key, reason="同意", doer=officer("wang"), now=world.clock())
        world.rounds()
        assert application(key, viewer=FIRM).state == "approved"
        assert [one.by for one in case(key).officers] == ["li", "wang"]

    def test_sends_back(self) -> None:
        world, key = self.proposed()
        take_case(key, officer="wang", now=world.clock())
        send_back_case(key, reason="额度偏高", doer=officer("wang"), now=world.clock())
        assert (case(key).state, case(key).taken_by) == ("queue", "")

    def test_is_not_needed_up_to_the_amount(self) -> None:
        world, key = queued()
        take_case(key, officer="li", now=world.clock())
        decide(world, key, APPROVE, above=AMOUNT)
        assert case(key).state == "approved"
