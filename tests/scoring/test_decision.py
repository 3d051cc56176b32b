"""One decision: which gates hold, what they lead to, and what is offered."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.samples import (
    AS_OF,
    NAMES,
    POLICY,
    WAN,
    amounts,
    applicant,
    bundle,
    decided,
    features,
    policies,
    vectors,
)

from shuxin.scoring.card.compiled import ColumnMissing
from shuxin.scoring.decision import (
    ACTIVE,
    BUDGET_SPENT,
    COUNTS,
    GATES,
    SALES,
    SINCE_SALE,
    UNKNOWN,
    Applicant,
    Assessment,
    Outcome,
    assess,
    conclude,
)
from shuxin.scoring.policy import ChurnPoint, Gates, LendingPolicy, Limits
from shuxin.scoring.price import handling_fen

BY_CODE = {gate.code: gate for gate in GATES}
applicants = st.builds(Applicant, st.just("firm"), st.just(AS_OF), vectors, amounts)


def assessed(who: Applicant, policy: LendingPolicy = POLICY) -> Assessment:
    return assess(who, models=bundle().models, policy=policy)


def codes(found: Assessment) -> set[str]:
    return {gate.code for gate in found.gates}


class TestAssess:
    @given(applicants, policies)
    def test_laws_of_every_assessment(self, who: Applicant, policy: LendingPolicy) -> None:
        found = assessed(who, policy)
        led = {gate.leads_to for gate in found.gates}
        assert found.outcome == next(
            (o for o in (Outcome.DECLINE, Outcome.REFER) if o in led), Outcome.APPROVE
        )
        assert 0 < found.pd < 1
        assert math.fsum(found.ratings) == pytest.approx(1)
        assert len(found.reasons) <= 4
        assert len({reason.group for reason in found.reasons}) == len(found.reasons)
        assert [reason.rank for reason in found.reasons] == [*range(1, len(found.reasons) + 1)]
        if found.outcome is Outcome.APPROVE:
            assert found.price is not None
            assert found.limit.amount_fen >= policy.fen(policy.limits.lowest)
            assert found.pd <= policy.pd_refer
            earned = found.price.profit * found.limit.amount_fen
            assert earned > handling_fen(found.price, policy=policy)

    @given(policies, amounts)
    def test_of_whom_nothing_is_known_a_person_decides(
        self, policy: LendingPolicy, requested: int | None
    ) -> None:
        unknown: dict[str, float | None] = dict.fromkeys(NAMES, None) | dict.fromkeys(COUNTS, 0.0)
        found = assessed(Applicant("firm", AS_OF, unknown, requested), policy)
        assert (found.gates, found.outcome) == ((UNKNOWN,), Outcome.REFER)
        decision = conclude(found, offered_fen=None, policy=policy)
        assert (decision.limit_fen, decision.rate_bp) == (0, None)

    def test_a_feature_of_the_card_that_is_not_there_is_an_error(self) -> None:
        name = bundle().card.characteristics[0].name
        known = features()
        del known[name]
        with pytest.raises(ColumnMissing, match=name):
            assessed(Applicant("firm", AS_OF, known))

    @given(st.floats(0.001, 0.999))
    def test_pd_is_moved_to_the_population_of_the_policy(self, target: float) -> None:
        """DOMAIN 4.4: logit(p') = logit(p) + ln(odds_bad_target) - ln(odds_bad_sample)."""
        plain = assessed(applicant())
        moved = assessed(applicant(), POLICY.model_copy(update={"bad_rate": target}))
        facts = bundle().card.training
        odds = plain.pd / (1 - plain.pd) * target / (1 - target)
        odds /= facts.bads / (facts.rows - facts.bads)
        assert moved.pd == pytest.approx(odds / (1 + odds), rel=1e-9)
        assert moved.scored == plain.scored


class TestGates:
    def test_a_sound_firm_meets_none(self) -> None:
        assert assessed(applicant()).gates == ()

    @pytest.mark.parametrize(
        ("code", "free", "held"),
        [
            ("no_sales", {SALES: 1.0}, {SALES: 0.0}),
            ("no_sales", {SALES: 1.0}, {SALES: -5.0}),
            ("no_sales", {SALES: 1.0}, {SALES: None}),
            ("thin_file", {ACTIVE: 6.0}, {ACTIVE: 5.0}),
            ("thin_file", {ACTIVE: 6.0}, {ACTIVE: None}),
            ("dormant", {SINCE_SALE: 180.0}, {SINCE_SALE: 181.0}),
            ("dormant", {SINCE_SALE: 180.0}, {SINCE_SALE: None}),
            ("no_data", dict(zip(COUNTS, (1.0, 0.0), strict=True)), dict.fromkeys(COUNTS, 0.0)),
            ("no_data", dict(zip(COUNTS, (None, 1.0), strict=True)), dict.fromkeys(COUNTS)),
        ],
    )
    def test_borders_of_features(self, code: str, free: dict, held: dict) -> None:
        assert code not in codes(assessed(applicant(**free)))
        assert code in codes(assessed(applicant(**held)))

    def test_borders_of_risk(self) -> None:
        pd = assessed(applicant()).pd
        above, below = math.nextafter(pd, 1), math.nextafter(pd, 0)
        expected = (
            (pd, above, set()),
            (below, pd, {"risk_between"}),
            (below, below, {"risk_high"}),
            (pd, pd, set()),
        )
        for refer, decline, held in expected:
            policy = POLICY.model_copy(update={"pd_refer": refer, "pd_decline": decline})
            assert codes(assessed(applicant(), policy)) & {"risk_between", "risk_high"} == held

    def test_border_of_the_lowest_limit(self) -> None:
        asked = applicant(20 * WAN)
        just = POLICY.model_copy(update={"limits": Limits(lowest=200_000)})
        more = POLICY.model_copy(update={"limits": Limits(lowest=201_000)})
        assert "limit_low" not in codes(assessed(asked, just))
        assert "limit_low" in codes(assessed(asked, more))

    def test_who_is_most_probably_d_is_declined(self) -> None:
        weak = applicant(
            **{SALES: 1.0, ACTIVE: 6.0, "inv_out_parties_12m": 0.0, "inv_out_void_rate_12m": 0.9}
        )
        found = assessed(weak)
        assert found.ratings[3] > max(found.ratings[:3])
        assert "rated_d" in codes(found)
        assert found.outcome is Outcome.DECLINE
        assert "rated_d" not in codes(assessed(applicant()))

    def test_too_little_to_judge_by_goes_to_a_person_whatever_the_score(self) -> None:
        thin = assessed(applicant(**{ACTIVE: 1.0, "inv_out_void_rate_12m": 0.9}))
        assert set(codes(thin)) == {"thin_file"}
        assert thin.outcome is Outcome.REFER

    def test_a_rate_that_only_loses_is_no_offer(self) -> None:
        churn = (ChurnPoint(rate=0.04, lost=(0, 0, 0)),)
        dear = POLICY.model_copy(update={"churn": churn, "funding_rate": 0.5})
        found = assessed(applicant(), dear)
        assert found.price is None
        assert "no_profit" in codes(found)

    def test_border_of_the_cost_of_handling(self) -> None:
        """The rate pays, but not for a loan as small as this."""
        price = assessed(applicant(10 * WAN)).price
        assert price is not None
        bears = int(price.profit * 10 * WAN / price.taken / 100)
        cheap = POLICY.model_copy(update={"cost_yuan": bears})
        dear = POLICY.model_copy(update={"cost_yuan": bears + 1})
        assert assessed(applicant(10 * WAN), cheap).outcome is Outcome.APPROVE
        found = assessed(applicant(10 * WAN), dear)
        assert (codes(found), found.outcome) == ({"no_profit"}, Outcome.DECLINE)
        assert assessed(applicant(11 * WAN), dear).outcome is Outcome.APPROVE

    def test_gates_can_be_opened_by_policy(self) -> None:
        policy = POLICY.model_copy(update={"gates": Gates(active_months=0, days_since_sale=730)})
        found = codes(assessed(applicant(**{ACTIVE: 0.0, SINCE_SALE: 730.0}), policy))
        assert not found & {"thin_file", "dormant"}

    @given(st.sets(st.sampled_from(GATES)))
    def test_a_decline_goes_before_a_referral(self, met: set) -> None:
        found = replace(assessed(applicant()), gates=tuple(met))
        led = {gate.leads_to for gate in met}
        expected = (
            Outcome.DECLINE
            if Outcome.DECLINE in led
            else Outcome.REFER
            if Outcome.REFER in led
            else Outcome.APPROVE
        )
        assert found.outcome is expected
        assert (found.candidate(policy=POLICY) is None) == (expected is not Outcome.APPROVE)


class TestConclude:
    def test_without_a_budget_the_cap_is_the_limit(self) -> None:
        found = assessed(applicant())
        decision = conclude(found, offered_fen=None, policy=POLICY)
        assert decision.outcome is Outcome.APPROVE
        assert decision.limit_fen == found.limit.amount_fen
        assert found.price is not None
        assert decision.rate_bp == found.price.rate_bp
        earned = found.price.profit * decision.limit_fen - handling_fen(found.price, policy=POLICY)
        assert decision.expected_profit_fen == round(earned) > 0
        assert decision.expected_loss_fen == round(found.price.lost * decision.limit_fen)

    def test_what_a_budget_gives_is_the_limit(self) -> None:
        decision, _ = decided(applicant(), offered_fen=30 * WAN)
        assert (decision.outcome, decision.limit_fen, decision.gates) == (
            Outcome.APPROVE,
            30 * WAN,
            (),
        )

    def test_a_spent_budget_is_said(self) -> None:
        decision, _ = decided(applicant(), offered_fen=0)
        assert (decision.outcome, decision.gates) == (Outcome.DECLINE, (BUDGET_SPENT,))
        assert (decision.limit_fen, decision.rate_bp, decision.expected_profit_fen) == (0, None, 0)

    def test_a_spent_budget_is_no_reason_for_those_who_were_not_approved(self) -> None:
        decision, _ = decided(applicant(**{ACTIVE: 5.0}), offered_fen=0)
        assert decision.outcome is Outcome.REFER
        assert BUDGET_SPENT not in decision.gates

    @given(applicants, policies)
    def test_only_the_approved_are_offered_anything(
        self, who: Applicant, policy: LendingPolicy
    ) -> None:
        found = assessed(who, policy)
        decision = conclude(found, offered_fen=None, policy=policy)
        assert decision.outcome is found.outcome
        approved = decision.outcome is Outcome.APPROVE
        assert (decision.limit_fen > 0) == (decision.rate_bp is not None) == approved

    @given(applicants, policies)
    def test_a_candidate_may_have_what_the_decision_would_give(
        self, who: Applicant, policy: LendingPolicy
    ) -> None:
        found = assessed(who, policy)
        candidate = found.candidate(policy=policy)
        if candidate is not None:
            decision = conclude(found, offered_fen=None, policy=policy)
            assert candidate.most_fen == decision.limit_fen >= candidate.least_fen
            assert round(candidate.profit_fen(decision.limit_fen)) == decision.expected_profit_fen
