from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.market.shelf_world import (
    BANK,
    DAY,
    FACTS,
    FIRM,
    HOUR,
    JOURNAL,
    NOW,
    OPERATOR,
    OTHER_BANK,
    OTHER_FIRM,
    SYSTEM,
    bank,
    firm,
    online_product,
    published,
)

from shuxin.kernel.machine import StepImpossible, StepOfOther
from shuxin.market.api import (
    THE_OPERATOR,
    Band,
    Guarantee,
    MatchingDiffers,
    OutcomeFacts,
    RankingPolicy,
    StepNeedsReason,
    ThingUnknown,
    answers_of_lenders,
    choose,
    demand,
    demands_to_match,
    keep_firm,
    keep_outcome,
    learn_from_outcomes,
    link_application,
    match_demand,
    match_waiting,
    matching_of,
    ranking_policies,
    ranking_policy,
    replay_matching,
    run_timers,
    step_demand,
    step_product,
    step_referral,
    steps_of,
    use_ranking_policy,
)
from shuxin.market.match_models import MatchingRow

pytestmark = pytest.mark.django_db


def two_on_the_shelf() -> tuple[str, str]:
    return online_product(BANK), online_product(OTHER_BANK, rate_bp=Band(500, 700))


class TestMatching:
    def test_the_ranking_is_kept_and_the_demand_matched_under_its_hash(self) -> None:
        cheap, dear = two_on_the_shelf()
        key = published()
        matching = match_demand(key, doer=SYSTEM, now=NOW)
        assert [one.product for one in matching.possible] == [cheap, dear]
        last = steps_of("demand", key)[-1]
        assert (last.event, last.evidence) == ("match", matching.digest)
        assert JOURNAL.entries[-1].commitments == (last.commitment,)
        assert matching_of(key, viewer=FIRM) == matching

    def test_nothing_new_is_kept_while_nothing_has_changed(self) -> None:
        two_on_the_shelf()
        key = published()
        first = match_demand(key, doer=SYSTEM, now=NOW)
        assert match_demand(key, doer=SYSTEM, now=NOW) == first
        assert MatchingRow.objects.filter(demand=key).count() == 1
        online_product(OTHER_BANK)
        assert len(match_demand(key, doer=SYSTEM, now=NOW).possible) == 3
        assert MatchingRow.objects.filter(demand=key).count() == 2

    def test_where_nothing_is_possible_the_demand_stays_published(self) -> None:
        online_product(BANK, amount_fen=Band(1_000_000, 2_000_000))
        key = published()
        matching = match_demand(key, doer=SYSTEM, now=NOW)
        assert not matching.possible
        assert len(matching.excluded) == 1
        assert demand(key, viewer=FIRM).state == "published"

    def test_one_that_opened_again_is_looked_at_once_not_each_round(self) -> None:
        product = online_product(guarantees=(Guarantee.MORTGAGE,))
        key = published()
        assert match_waiting(doer=SYSTEM, now=NOW) == {"none": 1}
        chosen = choose(key, product, doer=firm(), now=NOW)
        link_application(chosen, "a" * 32, doer=firm(), now=NOW + HOUR)
        step_referral(chosen, "withdraw", doer=firm(), now=NOW + 2 * HOUR)
        assert demands_to_match() == [key]
        assert match_waiting(doer=SYSTEM, now=NOW + 3 * HOUR) == {"none": 1}
        assert demands_to_match() == []

    def test_a_demand_that_is_gone_is_not_matched(self) -> None:
        two_on_the_shelf()
        key = published()
        step_demand(key, "withdraw", doer=firm(), now=NOW)
        with pytest.raises(StepImpossible):
            match_demand(key, doer=SYSTEM, now=NOW)

    def test_the_record_has_the_firms_facts_but_not_its_name_or_code(self) -> None:
        two_on_the_shelf()
        match_demand(published(), doer=SYSTEM, now=NOW)
        content = MatchingRow.objects.get().content
        assert FACTS.name not in content
        assert FIRM not in content
        assert FACTS.region in content


class TestReplay:
    def test_it_comes_out_the_same_whatever_became_of_firm_and_products(self) -> None:
        cheap, _ = two_on_the_shelf()
        key = published()
        matching = match_demand(key, doer=SYSTEM, now=NOW)
        step_product(cheap, "pause", doer=bank(), now=NOW)
        keep_firm(replace(FACTS, tax_grade="D", region="110101"), source="open", by="t", now=NOW)
        assert replay_matching(matching.digest).ranked == matching.ranked

    @pytest.mark.parametrize("change", ["place", "input"])
    def test_a_changed_record_is_noticed(self, change: str) -> None:
        two_on_the_shelf()
        key = published(may_estimate=True)
        matching = match_demand(key, doer=SYSTEM, now=NOW)
        row = MatchingRow.objects.get()
        said = json.loads(row.content)
        if change == "place":
            said["result"][0], said["result"][1] = said["result"][1], said["result"][0]
        else:
            said["firm"]["tax_grade"] = "D"
        forged = MatchingRow(
            **{f: getattr(row, f) for f in ("demand", "digest", "shelf", "inputs", "result", "at")},
            content=json.dumps(said),
        )
        forged.save()
        with pytest.raises(MatchingDiffers):
            replay_matching(matching.digest)
        seen = matching_of(key, viewer=FIRM)
        assert seen is not None
        assert not seen.agrees

    def test_an_unknown_one(self) -> None:
        with pytest.raises(ThingUnknown):
            replay_matching("0" * 64)


class TestWhoSees:
    def test_a_lender_sees_its_own_products_and_no_chance(self) -> None:
        cheap, _ = two_on_the_shelf()
        key = published(may_estimate=True)
        match_demand(key, doer=SYSTEM, now=NOW)
        seen = matching_of(key, viewer=BANK)
        assert seen is not None
        assert [one.product for one in seen.ranked] == [cheap]
        (mine,) = seen.ranked
        assert "chance" not in {part.code for part in mine.parts}
        assert mine.score == sum(part.points for part in mine.parts) // 1000

    def test_the_operator_sees_all_and_strangers_nothing(self) -> None:
        two_on_the_shelf()
        key = published()
        assert matching_of(key, viewer=THE_OPERATOR) is None
        match_demand(key, doer=SYSTEM, now=NOW)
        seen = matching_of(key, viewer=THE_OPERATOR)
        assert seen is not None
        assert len(seen.ranked) == 2
        with pytest.raises(ThingUnknown):
            matching_of(key, viewer=OTHER_FIRM)


class TestBackgroundWork:
    def test_each_demand_is_matched_once_and_again_when_the_shelf_changes(self) -> None:
        online_product(BANK, amount_fen=Band(1_000_000, 2_000_000))
        key = published()
        assert match_waiting(doer=SYSTEM, now=NOW) == {"none": 1}
        assert demands_to_match() == []
        online_product(OTHER_BANK)
        assert demands_to_match() == [key]
        assert match_waiting(doer=SYSTEM, now=NOW) == {"matched": 1}
        assert match_waiting(doer=SYSTEM, now=NOW) == {}


class TestLearning:
    def outcomes(self, product: str, keys: list[str], lender: str = BANK) -> None:
        for n in range(120):
            keep_outcome(
                OutcomeFacts(
                    referral=f"{n:032}",
                    demand=keys[n % 2],
                    product=product,
                    product_version=1,
                    lender=lender,
                    verdict="approve" if n % 2 or n % 5 == 0 else "decline",
                    at=NOW,
                )
            )

    def two_demands(self, **changed: Any) -> list[str]:
        poor = published(OTHER_FIRM, **changed)
        keep_firm(replace(FACTS, party=OTHER_FIRM, tax_grade="D"), source="open", by="t", now=NOW)
        keys = [poor, published(**changed)]
        for key in keys:
            match_demand(key, doer=SYSTEM, now=NOW)
        return keys

    def test_the_chance_is_learnt_from_verdicts_on_firms_that_agreed(self) -> None:
        product, _ = two_on_the_shelf()
        keys = self.two_demands(may_estimate=True)
        self.outcomes(product, keys)
        assert learn_from_outcomes(now=NOW) is not None
        chances = [match_demand(key, doer=SYSTEM, now=NOW).possible[0].chance_bp for key in keys]
        assert None not in chances
        assert chances[0] < 4000
        assert chances[1] > 8000
        assert replay_matching(match_demand(keys[0], doer=SYSTEM, now=NOW).digest).is_estimated

    def test_nothing_is_learnt_from_firms_that_did_not(self) -> None:
        product, _ = two_on_the_shelf()
        self.outcomes(product, self.two_demands(may_estimate=False))
        assert learn_from_outcomes(now=NOW) is None

    def test_answers_count_what_was_referred_not_what_was_claimed(self) -> None:
        product, _ = two_on_the_shelf()
        taken, silent = published(), published(OTHER_FIRM)
        first = choose(taken, product, doer=firm(), now=NOW)
        step_referral(first, "take", doer=bank(), now=NOW)
        choose(silent, product, doer=firm(OTHER_FIRM), now=NOW)
        run_timers(doer=SYSTEM, now=NOW + 7 * DAY)
        answers = answers_of_lenders(now=NOW + 7 * DAY)
        assert {lender: (one.in_time, one.all) for lender, one in answers.items()} == {BANK: (1, 2)}


class TestRules:
    def test_the_operator_puts_others_in_use_and_the_log_knows(self) -> None:
        before = len(JOURNAL.entries)
        policy = RankingPolicy("cheap-first", chance=100, cost=450)
        use_ranking_policy(policy, reason="campaign", doer=OPERATOR, now=NOW)
        use_ranking_policy(policy, reason="campaign", doer=OPERATOR, now=NOW)
        assert ranking_policy() == policy
        assert [one.reason for one in ranking_policies()] == ["campaign"]
        assert len(JOURNAL.entries) == before + 1
        two_on_the_shelf()
        assert match_demand(published(), doer=SYSTEM, now=NOW).policy_version == "cheap-first"

    def test_nobody_else_does_and_not_without_a_reason(self) -> None:
        with pytest.raises(StepOfOther):
            use_ranking_policy(RankingPolicy("mine"), reason="x", doer=bank(), now=NOW)
        with pytest.raises(StepNeedsReason):
            use_ranking_policy(RankingPolicy("x"), reason=" ", doer=OPERATOR, now=NOW)
