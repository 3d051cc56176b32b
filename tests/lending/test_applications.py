from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.lending.lending_world import (
    AMOUNT,
    MONTHS,
    OTHER_PHONE,
    OneKey,
    acceptance,
    approval,
    decline,
    opened,
    question,
    referral_to_person,
    submitted,
)
from tests.market.shelf_world import (
    BANK,
    DAY,
    FIRM,
    HOUR,
    JOURNAL,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    SYSTEM,
    LogGone,
    agent,
    bank,
    chosen,
    firm,
    online_product,
    published,
)

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.machine import StepImpossible
from shuxin.lending.api import (
    APPLICATION,
    TIMER_TEXTS,
    AcceptanceDiffers,
    AcceptanceUnproven,
    Answer,
    AnswerIncomplete,
    AnswerLate,
    ApplicationExists,
    ApplicationOutOfBand,
    Feedback,
    OfferEnded,
    OfferOutsideTerms,
    OtherOfferAccepted,
    Verdict,
    accept_offer,
    answer_application,
    application,
    applications_for,
    applications_of,
    give_feedback,
    open_application,
    run_application_timers,
    step_application,
)
from shuxin.market.api import (
    THE_OPERATOR,
    Fee,
    FeeKind,
    ThingUnknown,
    demand,
    events_after,
    outcomes,
    product_terms,
    referral,
    step_demand,
    steps_of,
)
from shuxin.parties.api import KeyRole

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
LENT = Feedback(lent=True, amount_fen=AMOUNT, rate_bp=400, on=NOW.date())


def state(key: str) -> str:
    return application(key, viewer=THE_OPERATOR).state


def demand_state(key: str) -> str:
    found = application(key, viewer=THE_OPERATOR)
    return demand(found.demand, viewer=THE_OPERATOR).state


def referral_state(key: str) -> str:
    found = application(key, viewer=THE_OPERATOR)
    return referral(found.referral, viewer=THE_OPERATOR).state


def claimed_by_bank(lender: str = BANK, wanted: str = "") -> str:
    key = submitted(lender, wanted)
    step_application(key, "claim", doer=bank(lender), now=NOW)
    return key


def approved(lender: str = BANK, wanted: str = "") -> str:
    key = claimed_by_bank(lender, wanted)
    answer_application(key, approval(), doer=bank(lender), now=NOW)
    return key


def accept(key: str, keys: OneKey | None = None, **changed: str) -> None:
    said = acceptance(key, **changed)
    accept_offer(key, statement=said, doer=firm(), now=NOW, keys=keys or OneKey())


class TestOpening:
    def test_becomes_the_lenders_when_it_is_handed_in(self) -> None:
        key = opened()
        with pytest.raises(ThingUnknown):
            application(key, viewer=BANK)
        assert applications_for(BANK) == []
        step_application(key, "submit", doer=firm(), now=NOW)
        found = application(key, viewer=BANK)
        assert (found.state, found.firm.name, found.due_at) == (
            "submitted",
            "厦门某某商贸有限公司",
            NOW + 7 * HOUR + 17 * HOUR,
        )
        assert [one.key for one in applications_for(BANK)] == [key]
        assert (demand_state(key), referral_state(key)) == ("in_application", "applied")

    def test_same_request_is_the_same_application(self) -> None:
        chosen_one = chosen(published(), online_product())
        asked = {"amount_fen": AMOUNT, "term_months": MONTHS, "doer": firm(), "now": NOW}
        first = open_application(chosen_one, **asked, request_id="r1")
        assert open_application(chosen_one, **asked, request_id="r1") == first
        with pytest.raises(ApplicationExists):
            open_application(chosen_one, **asked, request_id="r2")
        assert [one.key for one in applications_of(FIRM)] == [first]

    def test_stays_within_the_bands(self) -> None:
        chosen_one = chosen(published(), online_product())
        for amount, months in ((999_999, 12), (AMOUNT, 37)):
            with pytest.raises(ApplicationOutOfBand):
                open_application(
                    chosen_one,
                    amount_fen=amount,
                    term_months=months,
                    doer=firm(),
                    now=NOW,
                    request_id="",
                )

    def test_others_do_not_know_it(self) -> None:
        key = submitted()
        for viewer in (OTHER_FIRM, OTHER_BANK):
            with pytest.raises(ThingUnknown):
                application(key, viewer=viewer)
        for doer in (firm(OTHER_FIRM), bank(OTHER_BANK)):
            with pytest.raises(ThingUnknown):
                step_application(key, "cancel", doer=doer, now=NOW)

    def test_agent_acts_with_a_mandate_only(self) -> None:
        key = opened()
        with pytest.raises(ShuxinError):
            step_application(key, "submit", doer=agent(person="person:" + "c" * 32), now=NOW)
        step_application(key, "submit", doer=agent(), now=NOW)
        assert state(key) == "submitted"

    def test_double_click_is_one_step(self) -> None:
        key = submitted()
        step_application(key, "submit", doer=firm(), now=NOW)
        assert [one.event for one in steps_of("application", key)] == ["begin", "submit"]

    def test_referral_that_lapsed_takes_no_application(self) -> None:
        key = opened()
        step_demand(application(key, viewer=FIRM).demand, "withdraw", doer=firm(), now=NOW)
        with pytest.raises(StepImpossible):
            step_application(key, "submit", doer=firm(), now=NOW)
        assert state(key) == "draft"


class TestAnswer:
    def test_approval_is_an_offer_with_its_whole_cost(self) -> None:
        found = application(approved(), viewer=FIRM)
        assert found.state == "approved"
        assert found.offer is not None
        # interest monthly by ACT/360 over 365 days: twelve times the monthly rate is a little above 4 %
        assert found.offer.apr_bp == 406
        assert found.due_at == found.offer.valid_until == NOW + 15 * DAY
        assert found.decided_in_seconds == 1.5
        assert [one.event for one in steps_of("application", found.key)][-2:] == [
            "score",
            "approve",
        ]

    def test_same_decision_is_taken_once(self) -> None:
        key = claimed_by_bank()
        for _ in range(3):
            answer_application(key, decline(), doer=bank(), now=NOW)
        assert [one.event for one in steps_of("application", key)].count("decline") == 1
        with pytest.raises(AnswerLate):
            answer_application(key, approval(), doer=bank(), now=NOW)

    def test_declined_demand_is_open_again(self) -> None:
        key = claimed_by_bank()
        answer_application(key, decline(), doer=bank(), now=NOW)
        assert (demand_state(key), referral_state(key)) == ("published", "closed")
        assert application(key, viewer=FIRM).reasons[0].code == "debt"
        (kept,) = outcomes()
        assert (kept.verdict, kept.lent) == ("decline", None)

    def test_demand_stays_while_another_lender_has_it(self) -> None:
        wanted = published()
        first, second = claimed_by_bank(BANK, wanted), claimed_by_bank(OTHER_BANK, wanted)
        answer_application(first, decline(), doer=bank(), now=NOW)
        assert demand_state(second) == "in_application"
        answer_application(second, decline(), doer=bank(OTHER_BANK), now=NOW)
        assert demand_state(second) == "published"

    def test_question_and_answer(self) -> None:
        key = claimed_by_bank()
        answer_application(key, question(), doer=bank(), now=NOW)
        found = application(key, viewer=FIRM)
        assert (found.state, found.question) == ("need_information", "请提供采购合同")
        step_application(key, "answer", doer=firm(), now=NOW, reason="合同已上传")
        found = application(key, viewer=BANK)
        assert (found.state, found.answers[0].answer) == ("data_query", "合同已上传")

    @pytest.mark.parametrize(
        "answer",
        [
            Answer(Verdict.APPROVE, "a" * 64),
            Answer(Verdict.DECLINE, "a" * 64),
            Answer(Verdict.NEED_INFORMATION, "a" * 64),
            Answer(Verdict.REFER, ""),
        ],
    )
    def test_incomplete_one_is_refused(self, answer: Answer) -> None:
        key = claimed_by_bank()
        with pytest.raises(AnswerIncomplete):
            answer_application(key, answer, doer=bank(), now=NOW)

    def test_offer_keeps_to_the_product(self) -> None:
        key = submitted(fees=(Fee("担保费", FeeKind.YEARLY_BP, 100),))
        step_application(key, "claim", doer=bank(), now=NOW)
        with pytest.raises(OfferOutsideTerms):  # hides the fee
            answer_application(key, approval(), doer=bank(), now=NOW)
        found = application(key, viewer=BANK)
        terms = product_terms(found.product, found.product_version)
        with pytest.raises(OfferOutsideTerms):  # more than was asked for
            answer_application(key, approval(amount=AMOUNT * 2, terms=terms), doer=bank(), now=NOW)
        answer_application(key, approval(terms=terms), doer=bank(), now=NOW)
        offer = application(key, viewer=FIRM).offer
        assert offer is not None
        assert offer.apr_bp > 500

    def test_lender_that_did_not_claim_cannot_approve(self) -> None:
        key = submitted()
        with pytest.raises(AnswerLate):
            answer_application(key, approval(), doer=bank(), now=NOW)
        with pytest.raises(ThingUnknown):
            answer_application(key, approval(), doer=bank(OTHER_BANK), now=NOW)

    def test_nothing_is_kept_when_the_log_cannot_be_written(self) -> None:
        key = claimed_by_bank()
        JOURNAL.broken = True
        try:
            with pytest.raises(LogGone):
                answer_application(key, decline(), doer=bank(), now=NOW)
        finally:
            JOURNAL.broken = False
        assert (state(key), demand_state(key)) == ("data_query", "in_application")
        answer_application(key, decline(), doer=bank(), now=NOW)
        assert state(key) == "declined"


class TestAcceptance:
    def test_is_signed_by_the_firms_own_device(self) -> None:
        key = approved()
        accept(key)
        assert (state(key), demand_state(key)) == ("accepted", "in_application")
        assert steps_of("application", key)[-1].evidence == acceptance(key).hash

    def test_of_a_lost_reply_changes_nothing(self) -> None:
        key = approved()
        accept(key)
        accept(key)
        assert [one.event for one in steps_of("application", key)].count("accept") == 1

    @pytest.mark.parametrize("field", ["application", "offer", "firm", "lender", "at"])
    def test_names_just_this_offer(self, field: str) -> None:
        key = approved()
        with pytest.raises(AcceptanceDiffers):
            accept(key, **{field: "x" * 64})

    @pytest.mark.parametrize(
        "keys",
        [OneKey(key=OTHER_PHONE), OneKey(party=OTHER_FIRM), OneKey(role=KeyRole.OFFICER)],
    )
    def test_by_another_key_is_none(self, keys: OneKey) -> None:
        key = approved()
        with pytest.raises(AcceptanceUnproven):
            accept(key, keys)
        assert state(key) == "approved"

    def test_of_a_second_offer_is_refused(self) -> None:
        wanted = published()
        first, second = approved(BANK, wanted), approved(OTHER_BANK, wanted)
        accept(first)
        with pytest.raises(OtherOfferAccepted):
            accept(second)
        give_feedback(first, Feedback(lent=False, reason="企业放弃提款"), doer=bank(), now=NOW)
        accept(second)
        assert state(second) == "accepted"

    def test_too_late(self) -> None:
        key = approved()
        late = NOW + 15 * DAY
        with pytest.raises(OfferEnded):
            accept_offer(
                key, statement=acceptance(key, moment=late), doer=firm(), now=late, keys=OneKey()
            )
        assert run_application_timers(doer=SYSTEM, now=late) == {"lapse": 1}
        assert (state(key), demand_state(key)) == ("lapsed", "published")


class TestFeedback:
    def test_of_a_loan_fulfils_the_demand(self) -> None:
        key = approved()
        accept(key)
        said = LENT
        for _ in range(2):
            give_feedback(key, said, doer=bank(), now=NOW)
        assert (demand_state(key), referral_state(key)) == ("fulfilled", "closed")
        assert application(key, viewer=FIRM).feedback == said
        (kept,) = outcomes()
        assert (kept.lent, kept.amount_fen, kept.rate_bp) == (True, AMOUNT, 400)

    def test_without_a_loan_opens_the_demand_again(self) -> None:
        key = approved()
        accept(key)
        give_feedback(key, Feedback(lent=False, reason="未提款"), doer=bank(), now=NOW)
        assert demand_state(key) == "published"

    def test_goes_with_an_accepted_offer_only(self) -> None:
        key = approved()
        with pytest.raises(StepImpossible):
            give_feedback(key, LENT, doer=bank(), now=NOW)
        accept(key)
        with pytest.raises(ShuxinError):
            give_feedback(key, replace(LENT, amount_fen=AMOUNT * 2), doer=bank(), now=NOW)


class TestTimers:
    def test_silent_lender_loses_its_claim_and_all_are_told(self) -> None:
        key = claimed_by_bank()
        due = application(key, viewer=BANK).due_at
        assert due is not None
        before = events_after(THE_OPERATOR, 0).last
        assert not run_application_timers(doer=SYSTEM, now=due - timedelta(seconds=1))
        assert run_application_timers(doer=SYSTEM, now=due) == {"return": 1}
        assert state(key) == "submitted"
        told = events_after(THE_OPERATOR, before).events
        assert [(one.event, one.body["reason"]) for one in told] == [("return", "lender_silent")]
        assert events_after(FIRM, 0).events[-1].event == "return"
        with pytest.raises(AnswerLate) as late:
            answer_application(key, approval(now=due), doer=bank(), now=due)
        assert "重新受理" in late.value.say("zh")

    def test_it_may_claim_and_answer_again_and_the_same_decision_counts(self) -> None:
        key = claimed_by_bank()
        answer_application(key, referral_to_person(), doer=bank(), now=NOW)
        due = application(key, viewer=BANK).due_at
        assert due is not None
        run_application_timers(doer=SYSTEM, now=due)
        step_application(key, "claim", doer=bank(), now=due)
        answer_application(key, referral_to_person(), doer=bank(), now=due)
        assert state(key) == "manual_review"

    def test_twice_silent_it_lapses(self) -> None:
        key = claimed_by_bank()
        for counted in ({"return": 1}, {"return": 1, "lapse": 1}):
            due = application(key, viewer=BANK).due_at
            assert due is not None
            assert run_application_timers(doer=SYSTEM, now=due) == counted
            if state(key) == "submitted":
                step_application(key, "claim", doer=bank(), now=due)
        assert (state(key), demand_state(key), referral_state(key)) == (
            "lapsed",
            "published",
            "closed",
        )

    def test_every_reason_has_words(self) -> None:
        key = submitted()
        run_application_timers(doer=SYSTEM, now=NOW + 5 * DAY)
        assert steps_of("application", key)[-1].reason in TIMER_TEXTS

    def test_withdrawn_demand_takes_its_applications_along(self) -> None:
        key = claimed_by_bank()
        step_demand(application(key, viewer=FIRM).demand, "withdraw", doer=firm(), now=NOW)
        with pytest.raises(AnswerLate):
            answer_application(key, approval(), doer=bank(), now=NOW)
        assert state(key) == "cancelled"


ACTS: dict[str, Callable[[str, int], object]] = {
    "submit": lambda key, _: step_application(key, "submit", doer=firm(), now=NOW),
    "claim": lambda key, _: step_application(key, "claim", doer=bank(), now=NOW),
    "score": lambda key, _: step_application(key, "score", doer=bank(), now=NOW),
    "cancel": lambda key, _: step_application(key, "cancel", doer=firm(), now=NOW),
    "answer": lambda key, _: step_application(key, "answer", doer=firm(), now=NOW, reason="好"),
    "approve": lambda key, n: answer_application(key, approval(f"{n:x}"), doer=bank(), now=NOW),
    "decline": lambda key, n: answer_application(key, decline(f"{n:x}"), doer=bank(), now=NOW),
    "refer": lambda key, n: answer_application(
        key, referral_to_person(f"{n:x}"), doer=bank(), now=NOW
    ),
    "ask": lambda key, n: answer_application(key, question(f"{n:x}"), doer=bank(), now=NOW),
    "accept": lambda key, _: accept(key),
    "report": lambda key, _: give_feedback(key, LENT, doer=bank(), now=NOW),
    "withdraw": lambda key, _: step_demand(
        application(key, viewer=FIRM).demand, "withdraw", doer=firm(), now=NOW
    ),
    "late": lambda _key, _: run_application_timers(doer=SYSTEM, now=NOW + 40 * DAY),
}


def test_whatever_is_tried_only_the_machines_steps_are_taken() -> None:
    """And each has one record and one log entry; the referral and the demand follow."""
    key = opened()

    @given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 3)), max_size=10))
    def law(acts: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            before = len(JOURNAL.entries)
            for act, number in acts:
                with suppress(ShuxinError):
                    ACTS[act](key, number)
            _holds(key, before)
            transaction.set_rollback(True)

    law()


def _holds(key: str, before: int) -> None:
    steps = steps_of("application", key)
    legal = {(source, one.event, one.to) for one in APPLICATION.steps for source in one.sources}
    for number, (earlier, later) in enumerate(pairwise(steps), start=1):
        assert (later.version, later.source) == (number, earlier.to)
        assert (later.source, later.event, later.to) in legal
    logged = [one for one in JOURNAL.entries[before:] if one.facts["thing"] == "application"]
    assert len(logged) == len(steps) - 1
    if steps[-1].source != "draft" and steps[-1].to in {"declined", "lapsed", "cancelled"}:
        assert referral_state(key) in {"closed", "withdrawn"}
        assert demand_state(key) in {"published", "withdrawn"}
