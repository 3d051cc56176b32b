from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from tests.lending.strategy.strategy_world import (
    APPLIED,
    CLEAR,
    JOINT,
    NOW,
    OWN,
    SERVICE,
    STANDARD,
    CountingSources,
    any_application,
    any_sources,
    card_bundle,
    card_facts,
    changed,
    decided,
    no_models,
    seeds,
    table_of,
)

from shuxin.kernel.errors import NotPermitted, Unavailable
from shuxin.kernel.text import Text
from shuxin.lending.api import (
    DecisionRecord,
    ProductNotCovered,
    StatedSources,
    StrategyInvalid,
    Verdict,
    decide,
    findings_of,
    standard_strategy,
)
from shuxin.market.api import ProductKind

if TYPE_CHECKING:
    from random import Random

    from shuxin.lending.api import Strategy


class NoGrant(NotPermitted):
    code = "no_grant_of_tests"
    what = mend = Text(en="no", zh="无")


class Down(Unavailable):
    code = "down_of_tests"
    what = mend = Text(en="down", zh="停")


def outcomes(record: DecisionRecord) -> dict[str, str]:
    return {step["stage"]: step["outcome"] for step in record.trace}


class TestKnockOut:
    def test_all_passed_is_an_offer(self) -> None:
        asked = CountingSources()
        record = decided(asked)
        assert (record.verdict, record.stage, record.reasons) == (Verdict.APPROVE, "", ())
        assert asked.asked == ["open", "own", "joint"]
        assert (record.uses, record.evidence) == ((7, 8), ("score-1",))
        assert (record.limit_fen, record.pd) == (50_000_000, 0.02)
        assert 300 <= (record.rate_bp or 0) <= 900

    def test_what_the_application_itself_rules_out_asks_nobody(self) -> None:
        asked = CountingSources()
        young = replace(APPLIED.firm, established_on=NOW.date())
        record = decided(asked, firm=young)
        assert asked.asked == []
        assert (record.verdict, record.stage) == (Verdict.DECLINE, "firm")
        assert [reason.code for reason in record.reasons] == ["too_young"]
        assert set(outcomes(record).values()) == {"decline", "not_asked"}

    def test_an_open_list_saves_the_questions_after_it(self) -> None:
        asked = CountingSources(open=CLEAR | {"open.dishonest": True, "open.revoked": True})
        record = decided(asked)
        assert asked.asked == ["open"]
        assert [reason.code for reason in record.reasons] == ["on_dishonest", "on_revoked"]
        assert all(reason.zh and reason.en for reason in record.reasons)
        assert record.uses == ()

    def test_own_data_save_the_joint_question(self) -> None:
        asked = CountingSources(own=OWN | {"own.days_past_due": 3})
        assert decided(asked).stage == "behaviour"
        assert asked.asked == ["open", "own"]

    def test_what_goes_to_a_person_is_looked_at_to_the_end(self) -> None:
        asked = CountingSources(own=OWN | {"own.active_months": 4})
        record = decided(asked)
        assert asked.asked == ["open", "own", "joint"]
        assert (record.verdict, record.stage) == (Verdict.REFER, "behaviour")
        assert record.limit_fen
        assert record.rate_bp

    def test_a_later_decline_outweighs_a_person(self) -> None:
        asked = CountingSources(own=OWN | {"own.active_months": 4}, joint=JOINT | {"joint.pd": 0.5})
        assert decided(asked).verdict is Verdict.DECLINE

    def test_an_unknown_age_is_asked_for(self) -> None:
        record = decided(firm=replace(APPLIED.firm, established_on=None))
        assert (record.verdict, record.stage) == (Verdict.NEED_INFORMATION, "firm")

    @given(seeds)
    def test_a_source_is_asked_once_and_only_before_the_decision(self, rng: Random) -> None:
        asked, application = any_sources(rng), any_application(rng)
        record = decide(
            application, strategy=STANDARD, sources=asked, request_id="r", now=NOW, models=no_models
        )
        told = [step for step in record.trace if step.get("asked")]
        assert asked.asked == [step["asked"] for step in told]
        assert len(set(asked.asked)) == len(asked.asked)
        after = [step for step in record.trace if step["outcome"] == "not_asked"]
        assert all(step.keys() == {"stage", "kind", "outcome"} for step in after)
        if record.verdict is Verdict.APPROVE:
            assert record.limit_fen is not None
            assert application.amount.least <= record.limit_fen <= application.amount_fen
            assert record.limit_fen % 100_000 == 0
            assert application.rate_bp.holds(record.rate_bp or 0)
            assert record.reasons == ()
        else:
            assert record.reasons


class TestMissingSources:
    def test_a_missing_authorisation_is_asked_for(self) -> None:
        record = decided(CountingSources(own=NoGrant()))
        assert record.verdict is Verdict.NEED_INFORMATION
        assert [reason.code for reason in record.reasons] == ["authorisation_missing"]
        assert record.parts["sources"]["own"] == {"problem": "unauthorised", "code": NoGrant.code}

    @pytest.mark.parametrize(
        ("silent", "verdict"),
        [("refer", Verdict.REFER), ("decline", Verdict.DECLINE), ("go_on", Verdict.REFER)],
    )
    def test_a_silent_holder_is_answered_as_the_strategy_says(
        self, silent: str, verdict: Verdict
    ) -> None:
        def edit(stated: dict[str, Any]) -> None:
            next(one for one in stated["stages"] if one["id"] == "joint")["silent"] = silent

        record = decided(CountingSources(joint=Down()), strategy=changed(STANDARD, edit))
        assert record.verdict is verdict

    def test_going_on_without_the_joint_score_falls_back_on_the_card(self) -> None:
        digest, content = card_bundle()
        strategy = standard_strategy(model=digest, service=SERVICE)

        def edit(stated: dict[str, Any]) -> None:
            for stage in stated["stages"]:
                if stage["id"] == "joint":
                    stage |= {"silent": "go_on", "incomplete": "go_on"}

        record = decide(
            APPLIED,
            strategy=changed(strategy, edit),
            sources=CountingSources(own=OWN | card_facts(), joint=Down()),
            request_id="r",
            now=NOW,
            models=lambda _: content,
        )
        (zones,) = [step for step in record.trace if step["kind"] == "zones"]
        assert zones["by"] == "card.pd"
        assert record.pd is not None

    def test_an_incomplete_score_goes_to_a_person(self) -> None:
        record = decided(CountingSources(joint=JOINT | {"joint.complete": False}))
        assert [reason.code for reason in record.reasons] == ["joint_incomplete"]


class TestCard:
    def test_gives_points_and_reasons_of_a_decline(self) -> None:
        digest, content = card_bundle()
        strategy = standard_strategy(model=digest)

        def edit(stated: dict[str, Any]) -> None:
            for stage in stated["stages"]:
                if stage["kind"] == "zones":
                    stage["zones"] = [{"by": "card.points", "approve": 900, "decline": 900}]

        record = decide(
            APPLIED,
            strategy=changed(strategy, edit),
            sources=StatedSources(open=CLEAR, own=OWN | dict.fromkeys(card_facts())),
            request_id="r",
            now=NOW,
            models=lambda _: content,
        )
        assert record.verdict is Verdict.DECLINE
        assert record.reasons[0].code == "score_low"
        assert 1 < len(record.reasons) <= 5
        (card,) = [step for step in record.trace if step["kind"] == "card"]
        assert card["model"] == digest
        assert card["out"]["by_characteristic"]


class TestStrategyOfOthers:
    def test_another_kind_of_product_is_refused(self) -> None:
        with pytest.raises(ProductNotCovered):
            decided(product_kind=ProductKind.MORTGAGE)

    def test_a_second_joint_score_would_not_be_asked(self) -> None:
        def edit(stated: dict[str, Any]) -> None:
            at = next(n for n, one in enumerate(stated["stages"]) if one["kind"] == "joint")
            stated["stages"].insert(at, {**stated["stages"][at], "id": "second", "service": "b"})

        with pytest.raises(StrategyInvalid):
            changed(STANDARD, edit)

    def test_a_malformed_cell_never_decides(self) -> None:
        def edit(stated: dict[str, Any]) -> None:
            table_of(stated, "age")["rows"][0]["when"] = ["<< 12 ("]

        with pytest.raises(StrategyInvalid) as caught:
            decided(strategy=changed(STANDARD, edit))
        assert caught.value.facts["where"] == "age, row 1, firm.age_months"


def _malformed(stated: dict[str, Any]) -> None:
    table_of(stated, "age")["rows"][0]["when"] = ["<< 12 ("]


def _gap(stated: dict[str, Any]) -> None:
    table_of(stated, "behaviour")["rows"].pop()


def _overlap(stated: dict[str, Any]) -> None:
    table_of(stated, "age")["rows"][1]["when"] = [">= 11"]


def _unknown_fact(stated: dict[str, Any]) -> None:
    table_of(stated, "age")["inputs"] = ["own.nobody"]


def _unknown_code(stated: dict[str, Any]) -> None:
    table_of(stated, "age")["rows"][0]["code"] = "nobody_said"


def _too_early(stated: dict[str, Any]) -> None:
    table_of(stated, "age")["inputs"] = ["own.active_months"]


def _order(stated: dict[str, Any]) -> None:
    stated["stages"][1], stated["stages"][2] = stated["stages"][2], stated["stages"][1]


def _no_limit(stated: dict[str, Any]) -> None:
    stated["stages"] = [stage for stage in stated["stages"] if stage["kind"] != "limit"]


def _unknown_cap(stated: dict[str, Any]) -> None:
    limit = next(stage for stage in stated["stages"] if stage["kind"] == "limit")
    limit["caps"][0]["fact"] = "own.nobody"


class TestFindings:
    @pytest.mark.parametrize("made", [STANDARD, standard_strategy(model=card_bundle()[0])])
    def test_the_standard_strategy_has_none(self, made: Strategy) -> None:
        assert findings_of(made, models=lambda _: card_bundle()[1]) == ()

    @pytest.mark.parametrize(
        ("edit", "code"),
        [
            (_malformed, "malformed"),
            (_gap, "gap"),
            (_overlap, "overlap"),
            (_unknown_fact, "unknown_fact"),
            (_unknown_code, "unknown_code"),
            (_too_early, "too_early"),
            (_order, "order"),
            (_no_limit, "missing_stage"),
            (_unknown_cap, "unknown_fact"),
        ],
    )
    def test_a_planted_fault_is_found(self, edit: Any, code: str) -> None:
        found = findings_of(changed(STANDARD, edit))
        assert code in {finding.code for finding in found}
        assert all(finding.text.zh and finding.table for finding in found)

    def test_a_model_that_is_not_here_is_named(self) -> None:
        digest, content = card_bundle()
        other = standard_strategy(model="0" * 64)
        found = findings_of(other, models=lambda _: content)
        assert "unknown_model" in {finding.code for finding in found}
        assert digest != "0" * 64


def test_without_a_score_people_decide() -> None:
    record = decided(strategy=standard_strategy())
    assert (record.verdict, record.limit_fen, record.rate_bp) == (Verdict.REFER, None, None)
    assert [one.code for one in record.reasons] == ["people_decide"]
