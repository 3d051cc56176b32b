from __future__ import annotations

import datetime as dt

import pytest
from tests.market.shelf_world import (
    BANK,
    DAY,
    FACTS,
    FIRM,
    FOURTH_BANK,
    HOUR,
    JOURNAL,
    NOW,
    OPERATOR,
    OTHER_BANK,
    OTHER_FIRM,
    SYSTEM,
    THIRD_BANK,
    agent,
    bank,
    chosen,
    claimed,
    firm,
    online_product,
    published,
)

from shuxin.kernel.machine import StepImpossible, StepOfOther
from shuxin.market.api import (
    THE_OPERATOR,
    AlreadyReferred,
    ApplicationDiffers,
    Band,
    ClaimsFull,
    ClaimSpent,
    DeclineCodeUnknown,
    ProductNotFitting,
    StepNeedsReason,
    ThingUnknown,
    assign,
    choose,
    claim,
    demand,
    events_after,
    link_application,
    referral,
    referrals_of_demand,
    referrals_of_lender,
    run_timers,
    step_product,
    step_referral,
    steps_of,
)

pytestmark = pytest.mark.django_db


class TestClaims:
    def test_begin_taken(self) -> None:
        key, product = published(), online_product()
        mine = claimed(key, product)
        view = referral(mine, viewer=BANK)
        assert (view.state, view.mode, view.firm, view.product_version) == (
            "taken",
            "claim",
            FIRM,
            1,
        )
        assert [one.event for one in steps_of("referral", mine)] == ["begin", "take"]
        assert [one.key for one in referrals_of_lender(BANK, states=("taken",))] == [mine]
        assert referrals_of_lender(OTHER_BANK) == []

    def test_are_capped_and_a_place_comes_free_again(self) -> None:
        key = published()
        shelf = {one: online_product(one) for one in (BANK, OTHER_BANK, THIRD_BANK)}
        first = claimed(key, shelf[BANK])
        claimed(key, shelf[OTHER_BANK], OTHER_BANK)
        with pytest.raises(ClaimsFull):
            claimed(key, shelf[THIRD_BANK], THIRD_BANK)
        step_referral(first, "decline", doer=bank(), now=NOW, code="capacity")
        claimed(key, shelf[THIRD_BANK], THIRD_BANK)

    def test_end_with_the_board_even_before_the_timers_ran(self) -> None:
        key, product = published(), online_product()
        late = NOW + 30 * DAY
        with pytest.raises(ThingUnknown) as unknown:
            claim(key, product, doer=bank(), now=late)
        assert unknown.value.sentences("zh")[0] == "没有该记录（融资需求）"
        assert demand(key, viewer=THE_OPERATOR).state == "published"

    def test_do_not_count_choices_and_assignments(self) -> None:
        key = published()
        shelf = {one: online_product(one) for one in (BANK, OTHER_BANK, THIRD_BANK, FOURTH_BANK)}
        chosen(key, shelf[BANK])
        assign(key, shelf[OTHER_BANK], doer=OPERATOR, now=NOW)
        claimed(key, shelf[THIRD_BANK], THIRD_BANK)
        claimed(key, shelf[FOURTH_BANK], FOURTH_BANK)

    def test_of_one_lender_are_one_whatever_the_product(self) -> None:
        key, one, two = published(), online_product(), online_product(name="另一种")
        claimed(key, one)
        for product in (one, two):
            with pytest.raises(AlreadyReferred):
                claimed(key, product)
            with pytest.raises(AlreadyReferred):
                chosen(key, product)

    def test_are_not_made_again_after_a_decline_or_a_lapse(self) -> None:
        key, product = published(), online_product()
        mine = claimed(key, product)
        step_referral(mine, "decline", doer=bank(), now=NOW, code="capacity")
        with pytest.raises(ClaimSpent):
            claimed(key, product)
        chosen(key, product)

    def test_are_for_products_that_hold_amount_and_term(self) -> None:
        key = published()
        small = online_product(amount_fen=Band(1_000_000, 40_000_000))
        short = online_product(OTHER_BANK, term_months=Band(1, 6))
        for product, lender in ((small, BANK), (short, OTHER_BANK)):
            with pytest.raises(ProductNotFitting):
                claimed(key, product, lender)
        assert referrals_of_demand(key, viewer=FIRM) == []

    def test_are_for_the_lenders_own_products_that_are_online(self) -> None:
        key, mine, other = published(), online_product(), online_product(OTHER_BANK)
        with pytest.raises(ThingUnknown):
            claimed(key, other)
        step_product(mine, "pause", doer=bank(), now=NOW)
        with pytest.raises(ThingUnknown):
            claimed(key, mine)

    def test_of_demands_that_a_lender_does_not_see_are_refused_like_of_none(self) -> None:
        online_product()
        other = online_product(OTHER_BANK)
        key = published(lenders=(BANK,))
        for wanted in (key, "0" * 32):
            with pytest.raises(ThingUnknown):
                claimed(wanted, other, OTHER_BANK)

    def test_are_for_lenders(self) -> None:
        key, product = published(), online_product()
        for who in (firm(), OPERATOR, SYSTEM):
            with pytest.raises(StepOfOther):
                claim(key, product, doer=who, now=NOW)

    def test_again_with_the_same_number_give_the_same_referral(self) -> None:
        key, product = published(), online_product()
        made = {claim(key, product, doer=bank(), now=NOW, request_id="x") for _ in range(3)}
        assert len(made) == 1
        assert len(referrals_of_demand(key, viewer=FIRM)) == 1

    def test_refused_leave_nothing_and_may_be_tried_again_with_the_same_number(self) -> None:
        key, product = published(), online_product()
        step_product(product, "pause", doer=bank(), now=NOW)
        before = len(JOURNAL.entries)
        with pytest.raises(ThingUnknown):
            claim(key, product, doer=bank(), now=NOW, request_id="x")
        assert len(JOURNAL.entries) == before
        step_product(product, "resume", doer=bank(), now=NOW)
        claim(key, product, doer=bank(), now=NOW, request_id="x")


class TestChoicesAndAssignments:
    def test_wait_for_the_lender_which_does_not_know_the_firm_yet(self) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        assert referral(mine, viewer=BANK).firm == ""
        assert [one.firm_name for one in referrals_of_lender(BANK)] == [""]
        assert referral(mine, viewer=FIRM).firm == FIRM
        assert demand(key, viewer=BANK).firm.party == ""
        step_referral(mine, "take", doer=bank(), now=NOW)
        assert referral(mine, viewer=BANK).firm == FIRM
        assert referral(mine, viewer=BANK).firm_name == FACTS.name != ""
        assert [one.firm_name for one in referrals_of_lender(BANK)] == [FACTS.name]

    def test_are_the_firms_and_the_operators(self) -> None:
        key, product = published(), online_product()
        with pytest.raises(ThingUnknown):
            choose(key, product, doer=firm(OTHER_FIRM), now=NOW)
        with pytest.raises(StepOfOther):
            choose(key, product, doer=bank(), now=NOW)
        with pytest.raises(StepOfOther):
            assign(key, product, doer=bank(), now=NOW)
        mine = choose(key, product, doer=agent(), now=NOW)
        assert steps_of("referral", mine)[0].evidence == "a" * 64

    def test_go_to_no_lender_that_the_firm_left_out(self) -> None:
        online_product()
        other = online_product(OTHER_BANK)
        key = published(lenders=(BANK,))
        with pytest.raises(ThingUnknown):
            assign(key, other, doer=OPERATOR, now=NOW)

    def test_are_nobody_elses_to_see(self) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        for viewer in (OTHER_BANK, OTHER_FIRM, ""):
            with pytest.raises(ThingUnknown):
                referral(mine, viewer=viewer)
            assert referrals_of_demand(key, viewer=viewer) == []
        for who in (bank(OTHER_BANK), firm(OTHER_FIRM)):
            with pytest.raises(ThingUnknown):
                step_referral(mine, "withdraw", doer=who, now=NOW)

    def test_are_not_made_for_a_demand_that_is_over(self) -> None:
        key, product = published(), online_product()
        step_product(product, "pause", doer=bank(), now=NOW)
        step_product(product, "resume", doer=bank(), now=NOW)
        run_timers(doer=SYSTEM, now=NOW + 31 * DAY)
        with pytest.raises(StepImpossible):
            chosen(key, product)
        with pytest.raises(ThingUnknown):
            claimed(key, product)


class TestDeclines:
    def test_need_a_reason_of_the_list_or_words(self) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        for code, reason in (("", ""), ("other", " ")):
            with pytest.raises(StepNeedsReason):
                step_referral(mine, "decline", doer=bank(), now=NOW, code=code, reason=reason)
        with pytest.raises(DeclineCodeUnknown):
            step_referral(mine, "decline", doer=bank(), now=NOW, code="mood", reason="x")
        assert referral(mine, viewer=FIRM).state == "waiting"

    @pytest.mark.parametrize(
        ("code", "reason", "kept"),
        [
            ("region", "", "region"),
            ("other", "客户要求", "other"),
            ("", "客户要求", "other"),
            ("", "capacity", "capacity"),
            ("", "capacity: 本月额度已满", "capacity"),
        ],
    )
    def test_are_told_to_firm_and_operator(self, code: str, reason: str, kept: str) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        step_referral(mine, "decline", doer=bank(), now=NOW, code=code, reason=reason)
        view = referral(mine, viewer=FIRM)
        assert (view.state, view.reason_code, view.reason, view.due_at) == (
            "declined",
            kept,
            reason,
            None,
        )
        for audience in (FIRM, THE_OPERATOR):
            assert events_after(audience, 0).events[-1].body["code"] == kept

    def test_are_said_once(self) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        for _ in range(2):
            step_referral(mine, "decline", doer=bank(), now=NOW, code="region")
        assert len(steps_of("referral", mine)) == 2


class TestApplications:
    def test_are_linked_once_and_move_the_demand(self) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        for _ in range(2):
            link_application(mine, "app1", doer=firm(), now=NOW)
        assert referral(mine, viewer=FIRM).application == "app1"
        assert demand(key, viewer=FIRM).state == "in_application"
        with pytest.raises(ApplicationDiffers):
            link_application(mine, "app2", doer=firm(), now=NOW)
        with pytest.raises(StepImpossible):
            step_referral(mine, "apply", doer=firm(), now=NOW)

    def test_several_run_side_by_side_and_the_last_to_end_opens_the_demand_again(self) -> None:
        key = published()
        mine, other = chosen(key, online_product()), chosen(key, online_product(OTHER_BANK))
        link_application(mine, "app1", doer=firm(), now=NOW)
        link_application(other, "app2", doer=firm(), now=NOW)
        later = NOW + 28 * DAY
        with pytest.raises(StepOfOther):
            step_referral(mine, "close", doer=bank(), now=later)
        step_referral(mine, "close", doer=SYSTEM, now=later)
        assert demand(key, viewer=FIRM).state == "in_application"
        step_referral(other, "close", doer=SYSTEM, now=later)
        view = demand(key, viewer=FIRM)
        assert (view.state, view.expires_at) == ("published", later + 7 * DAY)

    def test_are_not_opened_by_the_lender(self) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        with pytest.raises(StepOfOther):
            link_application(mine, "app1", doer=bank(), now=NOW)


class TestClocks:
    def test_a_silent_lender_loses_its_referral_and_firm_and_operator_learn_of_it(self) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        assert referral(mine, viewer=FIRM).due_at == NOW + DAY
        assert run_timers(doer=SYSTEM, now=NOW + DAY - HOUR) == {}
        assert run_timers(doer=SYSTEM, now=NOW + DAY) == {"lapsed": 1}
        assert run_timers(doer=SYSTEM, now=NOW + DAY) == {}
        assert referral(mine, viewer=FIRM).state == "lapsed"
        for audience in (FIRM, BANK, THE_OPERATOR):
            assert events_after(audience, 0).events[-1].event == "lapse"
        with pytest.raises(StepImpossible):
            step_referral(mine, "take", doer=bank(), now=NOW + DAY)

    def test_a_firm_that_does_not_apply_frees_the_place(self) -> None:
        key, product = published(), online_product()
        mine = claimed(key, product)
        due = referral(mine, viewer=FIRM).due_at
        assert due == NOW + 3 * DAY
        assert run_timers(doer=SYSTEM, now=due) == {"lapsed": 1}
        assert demand(key, viewer=FIRM).state == "published"

    def test_nothing_lapses_that_has_an_application(self) -> None:
        key, product = published(), online_product()
        mine = chosen(key, product)
        link_application(mine, "app1", doer=firm(), now=NOW)
        assert run_timers(doer=SYSTEM, now=NOW + 90 * DAY) == {}

    def test_demands_expire_but_not_while_a_lender_has_them_before_it(self) -> None:
        key, product = published(), online_product()
        late = NOW + 30 * DAY - HOUR
        mine = choose(key, product, doer=firm(), now=late)
        assert run_timers(doer=SYSTEM, now=NOW + 30 * DAY) == {}
        assert run_timers(doer=SYSTEM, now=NOW + 35 * DAY) == {"lapsed": 1, "expired": 1}
        assert referral(mine, viewer=FIRM).state == "lapsed"
        assert demand(key, viewer=FIRM).state == "expired"

    def test_run_in_working_hours(self) -> None:
        friday = dt.datetime(2026, 6, 5, 16, tzinfo=NOW.tzinfo)
        key, product = published(), online_product(claim_hours=2)
        mine = choose(key, product, doer=firm(), now=friday)
        assert referral(mine, viewer=FIRM).due_at == friday + 2 * DAY + 18 * HOUR
