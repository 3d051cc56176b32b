from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.market.shelf_world import (
    AGENT,
    BANK,
    DAY,
    DEMAND,
    FACTS,
    FIRM,
    JOURNAL,
    NOW,
    OPERATOR,
    OTHER_BANK,
    OTHER_FIRM,
    SYSTEM,
    THIRD_BANK,
    LogGone,
    agent,
    bank,
    chosen,
    claimed,
    doer,
    firm,
    known,
    online_product,
    published,
)

from shuxin.kernel.machine import Actor, StepImpossible, StepOfOther
from shuxin.market.api import (
    THE_OPERATOR,
    Borrower,
    Channel,
    DemandTerms,
    MandateMissing,
    StepNeedsReason,
    ThingUnknown,
    board,
    demand,
    demands,
    demands_of,
    draft_demand,
    edit_demand,
    events_after,
    firm_facts,
    keep_firm,
    link_application,
    referrals_of_demand,
    step_demand,
    step_product,
    step_referral,
    steps_of,
    submit_demand,
)

pytestmark = pytest.mark.django_db


def draft(terms: DemandTerms = DEMAND, request_id: str = "") -> str:
    return draft_demand(terms, firm=FIRM, doer=firm(), now=NOW, request_id=request_id)


def submitted(terms: DemandTerms = DEMAND) -> list[str]:
    """Codes of what the checks found."""
    view = submit_demand(draft(terms), doer=firm(), now=NOW)
    assert (view.state == "published") is not bool(view.findings)
    return [one.code for one in view.findings]


class TestFacts:
    def test_of_each_the_newest_word_of_the_best_source_counts(self) -> None:
        assert firm_facts(FIRM) is None
        keep_firm(FACTS, source="consented", by="t", now=NOW)
        declared = replace(FACTS, name="新名", region="350206", employees=None)
        keep_firm(declared, source="declared", by="t", now=NOW + DAY)
        assert firm_facts(FIRM) == FACTS
        keep_firm(replace(FACTS, region="350211", tax_grade=""), source="open", by="t", now=NOW)
        assert firm_facts(FIRM) == FACTS

    def test_the_unknown_leaves_the_known_as_it_is(self) -> None:
        keep_firm(FACTS, source="declared", by="t", now=NOW)
        bare = replace(FACTS, tax_grade="", yearly_sales_fen=None, region="350206")
        keep_firm(bare, source="declared", by="t", now=NOW)
        assert firm_facts(FIRM) == replace(FACTS, region="350206")
        keep_firm(replace(bare, tax_grade="A"), source="open", by="t", now=NOW)
        assert firm_facts(FIRM) == replace(FACTS, region="350206", tax_grade="A")


class TestHandingIn:
    def test_publishes_when_nothing_speaks_against_it(self) -> None:
        key = published()
        view = demand(key, viewer=FIRM)
        assert (view.state, view.findings, view.expires_at) == ("published", (), NOW + 30 * DAY)
        events = [one.event for one in steps_of("demand", key)]
        assert events == ["begin", "submit", "publish"]
        assert [one.actor for one in steps_of("demand", key)][-1] == "system"

    @pytest.mark.parametrize(
        ("found", "changed"),
        [
            ("facts_missing", {"region": ""}),
            ("facts_missing", {"industry": ""}),
            ("sales_unknown", {"yearly_sales_fen": None}),
            ("above_sales", {"yearly_sales_fen": 40_000_000}),
        ],
    )
    def test_asks_a_person_about_doubtful_firms(
        self, found: str, changed: dict[str, object]
    ) -> None:
        asked = replace(DEMAND, amount_fen=100_000_001) if found == "sales_unknown" else DEMAND
        keep_firm(replace(FACTS, **changed), source="declared", by="t", now=NOW)
        assert submitted(asked) == [found]

    def test_asks_a_person_about_a_firm_of_which_nothing_is_known(self) -> None:
        assert submitted() == ["facts_missing"]

    def test_farmers_and_small_amounts_need_no_sales(self) -> None:
        keep_firm(replace(FACTS, yearly_sales_fen=None), source="declared", by="t", now=NOW)
        assert submitted(replace(DEMAND, amount_fen=100_000_000)) == []
        farmer = replace(FACTS, yearly_sales_fen=None, borrower=Borrower.FARMER)
        keep_firm(farmer, source="open", by="t", now=NOW)
        assert submitted(replace(DEMAND, amount_fen=100_000_001)) == []

    def test_finds_the_same_demand_and_too_many_of_one_firm(self) -> None:
        known()
        assert submitted() == []
        assert submitted() == ["duplicate"]
        assert submitted(replace(DEMAND, term_months=11)) == []
        assert submitted(replace(DEMAND, term_months=10)) == ["many_demands"]
        known(OTHER_FIRM)
        mine = draft_demand(DEMAND, firm=OTHER_FIRM, doer=firm(OTHER_FIRM), now=NOW, request_id="")
        assert submit_demand(mine, doer=firm(OTHER_FIRM), now=NOW).findings == ()

    def test_finds_chosen_lenders_that_offer_nothing(self) -> None:
        known()
        online_product()
        assert submitted(replace(DEMAND, lenders=(BANK, OTHER_BANK))) == ["lender_unknown"]
        assert submitted(replace(DEMAND, lenders=(BANK,), term_months=11)) == []

    def test_the_operator_publishes_or_rejects_what_is_doubtful(self) -> None:
        first, second = draft(), draft(replace(DEMAND, term_months=10))
        for key in (first, second):
            submit_demand(key, doer=firm(), now=NOW)
        (told, _) = events_after(THE_OPERATOR, 0).events
        assert told.body["findings"] == ["facts_missing"]
        step_demand(first, "publish", doer=OPERATOR, now=NOW + DAY)
        assert demand(first, viewer=FIRM).expires_at == NOW + 31 * DAY
        with pytest.raises(StepNeedsReason):
            step_demand(second, "reject", doer=OPERATOR, now=NOW)
        step_demand(second, "reject", doer=OPERATOR, now=NOW, reason="资料不全")
        assert demand(second, viewer=FIRM).state == "rejected"
        assert steps_of("demand", second)[-1].reason == "资料不全"

    def test_a_double_click_hands_in_once(self) -> None:
        key = published()
        submit_demand(key, doer=firm(), now=NOW)
        assert len(steps_of("demand", key)) == 3
        step_demand(key, "withdraw", doer=firm(), now=NOW)
        with pytest.raises(StepImpossible):
            submit_demand(key, doer=firm(), now=NOW)

    def test_a_log_that_cannot_be_written_keeps_nothing(self) -> None:
        known()
        key = draft()
        JOURNAL.broken = True
        try:
            with pytest.raises(LogGone):
                submit_demand(key, doer=firm(), now=NOW)
        finally:
            JOURNAL.broken = False
        assert demand(key, viewer=FIRM).state == "draft"
        assert len(steps_of("demand", key)) == 1

    def test_the_same_request_again_gives_the_same_demand(self) -> None:
        assert draft(request_id="a") == draft(request_id="a")
        assert len(demands_of(FIRM)) == 1

    def test_only_a_draft_is_edited(self) -> None:
        known()
        key = draft()
        edit_demand(key, replace(DEMAND, term_months=9), doer=firm(), now=NOW)
        submit_demand(key, doer=firm(), now=NOW)
        assert demand(key, viewer=FIRM).terms.term_months == 9
        with pytest.raises(StepImpossible):
            edit_demand(key, DEMAND, doer=firm(), now=NOW)


class TestInAnothersName:
    def test_an_agent_acts_under_its_mandate_and_the_record_names_it(self) -> None:
        known()
        key = draft_demand(DEMAND, firm=FIRM, doer=agent(), now=NOW, request_id="")
        submit_demand(key, doer=agent(), now=NOW)
        begun, handed_in, _ = steps_of("demand", key)
        assert begun.evidence == handed_in.evidence == "a" * 64
        assert (handed_in.actor, handed_in.by) == ("agent", "clerk")
        assert demand(key, viewer=FIRM).terms.channel is Channel.AGENT

    def test_what_the_firm_enters_itself_is_no_agents_work(self) -> None:
        key = draft(replace(DEMAND, channel=Channel.AGENT))
        assert demand(key, viewer=FIRM).terms.channel is Channel.PAGE
        assert (
            demand(draft(replace(DEMAND, channel=Channel.API)), viewer=FIRM).terms.channel
            is Channel.API
        )

    @pytest.mark.parametrize(
        "who",
        [
            agent(person="person:" + "c" * 32),
            agent(person=""),
            doer(Actor.AGENT, FIRM, person=AGENT),
            agent(OTHER_FIRM),
        ],
        ids=["another person", "nobody", "no directory", "another firm"],
    )
    def test_nobody_acts_without_one(self, who: object) -> None:
        party = who.party  # type: ignore[attr-defined] # a doer
        with pytest.raises(MandateMissing):
            draft_demand(DEMAND, firm=party, doer=who, now=NOW, request_id="")  # type: ignore[arg-type] # a doer

    def test_nor_after_it_ended_nor_for_a_firm_that_it_does_not_name(self) -> None:
        key = published()
        online_product()
        for step in ("withdraw",):
            with pytest.raises(MandateMissing):
                step_demand(key, step, doer=agent(), now=NOW + 21 * DAY)
        with pytest.raises(ThingUnknown):
            draft_demand(DEMAND, firm=OTHER_FIRM, doer=agent(), now=NOW, request_id="")
        step_demand(key, "withdraw", doer=agent(), now=NOW + 19 * DAY)

    def test_an_officer_of_a_bank_or_department_hands_in_nothing(self) -> None:
        for who in (bank(), OPERATOR, doer(Actor.GOVERNMENT, FIRM), SYSTEM):
            with pytest.raises(StepOfOther):
                draft_demand(DEMAND, firm=FIRM, doer=who, now=NOW, request_id="")


class TestSight:
    def test_of_another_firm_is_like_that_of_none(self) -> None:
        key = published()
        for reader in (OTHER_FIRM, ""):
            with pytest.raises(ThingUnknown):
                demand(key, viewer=reader)
        with pytest.raises(ThingUnknown):
            step_demand(key, "withdraw", doer=firm(OTHER_FIRM), now=NOW)
        assert demands_of(OTHER_FIRM) == []
        assert [one.firm.party for one in demands()] == [FIRM]

    def test_of_a_lender_before_it_takes_it_leads_to_nobody(self) -> None:
        key = published()
        online_product()
        (line,) = board(BANK, now=NOW)
        seen = demand(key, viewer=BANK)
        assert line.firm == seen.firm
        assert (seen.firm.party, seen.firm.name, seen.terms.note) == ("", "", "")
        assert (seen.firm.score_points, seen.firm.employees) == (None, None)
        assert seen.firm.established_on == dt.date(2019, 1, 1)
        assert (seen.firm.industry, seen.firm.yearly_sales_fen) == ("F51", 400_000_000)
        said = repr(line) + repr(seen)
        assert not any(word in said for word in (FIRM, FACTS.name, "陈先生", "412345600", "F5121"))

    def test_of_the_lender_that_took_it_is_whole_and_of_others_is_not(self) -> None:
        key, product = published(), online_product()
        online_product(OTHER_BANK)
        claimed(key, product)
        assert demand(key, viewer=BANK).firm == FACTS
        assert demand(key, viewer=BANK).terms.note == DEMAND.note
        assert demand(key, viewer=OTHER_BANK).firm.party == ""
        lines = {bank: board(bank, now=NOW)[0] for bank in (BANK, OTHER_BANK)}
        assert lines[BANK].firm == FACTS
        assert (bool(lines[BANK].mine), lines[OTHER_BANK].mine, lines[OTHER_BANK].claims) == (
            True,
            "",
            1,
        )

    def test_ends_when_the_lender_declines(self) -> None:
        key, product = published(), online_product()
        taken = claimed(key, product)
        step_referral(taken, "decline", doer=bank(), now=NOW, code="capacity")
        assert demand(key, viewer=BANK).firm.party == ""
        (line,) = board(BANK, now=NOW)
        assert (line.may_claim, line.mine) == (False, "")
        step_demand(key, "withdraw", doer=firm(), now=NOW)
        with pytest.raises(ThingUnknown):
            demand(key, viewer=BANK)

    def test_a_firm_that_may_be_contacted_is_named(self) -> None:
        key = published(may_contact=True)
        online_product()
        assert board(BANK, now=NOW)[0].firm == FACTS
        assert demand(key, viewer=BANK).terms.note == DEMAND.note

    def test_no_firm_is_named_to_a_lender_without_a_product_online(self) -> None:
        published(may_contact=True)
        assert board(BANK, now=NOW)[0].firm.party == ""
        product = online_product()
        assert board(BANK, now=NOW)[0].firm == FACTS
        step_product(product, "pause", doer=bank(), now=NOW, reason="x")
        (line,) = board(BANK, now=NOW)
        assert (line.firm.name, line.terms.note) == ("", "")

    def test_of_lenders_that_the_firm_did_not_choose_is_none(self) -> None:
        online_product(), online_product(OTHER_BANK), online_product(THIRD_BANK)
        key = published(lenders=(BANK, THIRD_BANK))
        assert board(OTHER_BANK, now=NOW) == []
        with pytest.raises(ThingUnknown):
            demand(key, viewer=OTHER_BANK)
        (line,) = board(BANK, now=NOW)
        assert line.terms.lenders == (BANK,)
        assert line.is_named
        assert [
            one.event for one in events_after(OTHER_BANK, 0).events if one.kind == "demand"
        ] == []

    def test_a_party_without_a_product_is_no_lender(self) -> None:
        key = published()
        with pytest.raises(ThingUnknown):
            demand(key, viewer=BANK)

    def test_the_board_shows_what_is_open_now(self) -> None:
        first = published()
        draft(replace(DEMAND, term_months=10))
        assert [one.key for one in board(BANK, now=NOW)] == [first]
        assert board(BANK, now=NOW + 30 * DAY) == []
        step_demand(first, "withdraw", doer=firm(), now=NOW)
        assert board(BANK, now=NOW) == []

    def test_lenders_are_told_of_what_their_products_are_for(self) -> None:
        online_product()
        online_product(OTHER_BANK, name="小额")
        key = published()
        large = published(OTHER_FIRM, amount_fen=200_000_000)
        told = [one.thing for one in events_after(BANK, 0).events if one.kind == "demand"]
        assert told == [key]
        assert large not in told


class TestSteps:
    def test_that_have_causes_of_their_own_are_not_taken_by_hand(self) -> None:
        key = published()
        for event in ("match", "apply", "reopen", "expire"):
            for who in (firm(), OPERATOR, SYSTEM):
                with pytest.raises(StepImpossible):
                    step_demand(key, event, doer=who, now=NOW)

    def test_are_not_for_lenders_though_one_has_it_before_it(self) -> None:
        key, product = published(), online_product()
        claimed(key, product)
        for event in ("fund", "withdraw", "reject"):
            with pytest.raises(ThingUnknown):
                step_demand(key, event, doer=bank(), now=NOW, reason="x")

    def test_of_the_firm_end_no_check_of_the_operators(self) -> None:
        key = draft()
        submit_demand(key, doer=firm(), now=NOW)
        for event in ("publish", "reject"):
            with pytest.raises(StepOfOther):
                step_demand(key, event, doer=firm(), now=NOW, reason="x")


class TestEnds:
    def test_a_withdrawal_ends_all_referrals(self) -> None:
        key = published()
        shelf = [online_product(one) for one in (BANK, OTHER_BANK, THIRD_BANK)]
        taken = claimed(key, shelf[0])
        waiting, applied = chosen(key, shelf[1]), chosen(key, shelf[2])
        link_application(applied, "app1", doer=firm(), now=NOW)
        step_demand(key, "withdraw", doer=firm(), now=NOW)
        states = {one.key: one.state for one in referrals_of_demand(key, viewer=FIRM)}
        assert states == dict.fromkeys((taken, waiting, applied), "withdrawn")
        assert events_after(BANK, 0).events[-1].event == "withdraw"

    def test_a_financed_demand_leaves_applications_to_their_parties(self) -> None:
        key = published()
        mine, other = online_product(), online_product(OTHER_BANK)
        applied, waiting = chosen(key, mine), chosen(key, other)
        link_application(applied, "app1", doer=firm(), now=NOW)
        step_demand(key, "fund", doer=SYSTEM, now=NOW)
        states = {one.key: one.state for one in referrals_of_demand(key, viewer=FIRM)}
        assert states == {applied: "applied", waiting: "withdrawn"}
        step_referral(applied, "close", doer=SYSTEM, now=NOW)
        assert demand(key, viewer=FIRM).state == "fulfilled"
