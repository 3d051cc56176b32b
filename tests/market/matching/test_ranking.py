from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.market.matching.matching_world import (
    Offer,
    Wish,
    context,
    contexts,
    offer,
    shelves,
    wish,
)
from tests.market.shelf_world import FACTS

from shuxin.market.api import (
    Answers,
    Band,
    RankingContext,
    RankingPolicy,
    RankingPolicyInvalid,
    Repayment,
    by_cost,
    policy_from,
    rank,
    seldom_shown,
    why_above,
)
from shuxin.market.matching.exploration import drawn_up

CASES = 10_000
SIGMAS = 6
"""An estimated share is further off than six deviations about twice in 10^9 runs."""


def places(wanted: Wish, shelf: list[Offer], given: RankingContext) -> dict[str, int]:
    return {one.product: one.place for one in rank(wanted, shelf, context=given) if one.place}


class TestNeutrality:
    @given(st.data())
    def test_swapping_lenders_names_changes_no_rank(self, data: st.DataObject) -> None:
        shelf = data.draw(shelves())
        given = data.draw(contexts(shelf, explore_bp=data.draw(st.sampled_from([0, 10_000]))))
        names = sorted({one.lender for one in shelf})
        swapped = dict(zip(names, data.draw(st.permutations(names)), strict=True))
        other_shelf = [replace(one, lender=swapped[one.lender]) for one in shelf]
        other = replace(
            given,
            answers={swapped[name]: known for name, known in given.answers.items()},
            seldom=frozenset(swapped[name] for name in given.seldom),
        )
        chosen = data.draw(st.lists(st.sampled_from(names), unique=True))
        before = rank(wish(lenders=tuple(chosen)), shelf, context=given)
        after = rank(
            wish(lenders=tuple(swapped[name] for name in chosen)), other_shelf, context=other
        )
        assert [replace(one, lender=swapped[one.lender]) for one in before] == after

    @given(st.data())
    def test_the_order_in_which_products_are_given_changes_no_rank(
        self, data: st.DataObject
    ) -> None:
        shelf = data.draw(shelves())
        given = data.draw(contexts(shelf))
        shuffled = data.draw(st.permutations(shelf))
        assert places(wish(), shelf, given) == places(wish(), shuffled, given)

    def test_ties_are_drawn_by_lot_anew_for_each_demand(self) -> None:
        shelf = [offer(f"{n:032}", f"uscc:{n}") for n in range(4)]
        wins = Counter(
            rank(replace(wish(), key=f"{n:032x}"), shelf, context=context())[0].product
            for n in range(CASES // 10)
        )
        share, count = 0.25, CASES // 10
        off = SIGMAS * (count * share * (1 - share)) ** 0.5
        assert all(abs(wins[one.key] - count * share) < off for one in shelf)


class TestScore:
    @given(st.data())
    def test_it_is_the_weighted_sum_of_its_parts(self, data: st.DataObject) -> None:
        shelf = data.draw(shelves())
        given = data.draw(contexts(shelf))
        ranked = rank(wish(), shelf, context=given)
        assert sorted(one.product for one in ranked) == sorted(one.key for one in shelf)
        possible = [one for one in ranked if one.place]
        assert [one.place for one in possible] == list(range(1, len(possible) + 1))
        assert [one.points for one in possible] == sorted(
            (one.points for one in possible), reverse=True
        )
        for one in possible:
            assert not one.excluded
            assert sum(part.weight for part in one.parts) == 1000
            assert all(0 <= part.value <= 10_000 for part in one.parts)
            assert one.score == sum(part.value * part.weight for part in one.parts) // 1000
        assert all(one.excluded for one in ranked if not one.place)

    @given(st.data(), st.integers(1, 5000))
    def test_a_better_chance_never_costs_a_place(self, data: st.DataObject, more: int) -> None:
        shelf = data.draw(shelves())
        given = data.draw(contexts(shelf))
        before = places(wish(), shelf, given)
        assume(before)
        key = data.draw(st.sampled_from(sorted(before)))
        assume(key in given.chance)
        better = {**given.chance, key: min(given.chance[key] + more, 10_000)}
        assert places(wish(), shelf, replace(given, chance=better))[key] <= before[key]

    @given(st.data(), st.integers(1, 200))
    def test_a_lower_rate_never_costs_a_place(self, data: st.DataObject, less: int) -> None:
        shelf = data.draw(shelves())
        given = data.draw(contexts(shelf))
        before = places(wish(), shelf, given)
        assume(before)
        place = data.draw(st.integers(0, len(shelf) - 1))
        one = shelf[place]
        assume(one.key in before)
        rate = one.terms.rate_bp
        cheaper = replace(one.terms, rate_bp=Band(rate.least - less, rate.most - less))
        other = [*shelf]
        other[place] = replace(one, terms=cheaper)
        assert places(wish(), other, given)[one.key] <= before[one.key]

    @given(st.data())
    def test_without_the_firms_agreement_no_chance_enters(self, data: st.DataObject) -> None:
        shelf = data.draw(shelves())
        given = data.draw(contexts(shelf))
        ranked = rank(wish(may_estimate=False), shelf, context=given)
        assert ranked == rank(wish(may_estimate=False), shelf, context=replace(given, chance={}))
        for one in ranked:
            assert one.chance_bp is None
            for part in one.parts:
                if part.code == "chance":
                    assert part.value == 5000
                    assert "您未同意" in part.text.zh

    def test_a_lender_without_history_counts_as_the_average(self) -> None:
        shelf = [offer("1" * 32, "uscc:new"), offer("2" * 32, "uscc:old")]
        given = context(answers={"uscc:old": Answers(15, 20)})
        value = {
            one.lender: part.value
            for one in rank(wish(), shelf, context=given)
            for part in one.parts
            if part.code == "response"
        }
        assert value["uscc:new"] == value["uscc:old"] == 7500

    @pytest.mark.parametrize(("first", "wanted"), [(True, 10_000), (False, 0), (None, 0)])
    def test_first_loans_count_where_the_product_seeks_them(
        self, first: bool | None, wanted: int
    ) -> None:
        firm = replace(FACTS, is_first_loan=first)
        ranked = rank(
            replace(wish(), firm=firm), [offer(seeks_first_loans=True)], context=context()
        )
        assert ranked[0].parts[-1].value == wanted

    def test_cost_is_counted_as_the_firm_wants_to_repay(self) -> None:
        shelf = [offer(repayments=(Repayment.BULLET, Repayment.INSTALMENTS))]
        costs = [
            rank(wish(repayments=kinds), shelf, context=context())[0].cost
            for kinds in ((), (Repayment.INSTALMENTS,))
        ]
        assert costs[0] != costs[1]


class TestWhy:
    @given(st.data())
    def test_both_ways_name_the_same_differences(self, data: st.DataObject) -> None:
        shelf = data.draw(shelves(least=2))
        possible = [
            one for one in rank(wish(), shelf, context=data.draw(contexts(shelf))) if one.place
        ]
        assume(len(possible) >= 2)
        a, b = possible[0], possible[1]
        down, up = why_above(a, b), why_above(b, a)
        differing = [x.code for x, y in zip(a.parts, b.parts, strict=True) if x.points != y.points]
        assert len(down) == len(up) == max(len(differing), 1)
        if a.points > b.points:
            assert "points more" in down[0].en
            assert "多" in down[0].zh

    def test_equal_points_were_drawn(self) -> None:
        shelf = [offer("1" * 32), offer("2" * 32)]
        first, second = rank(wish(), shelf, context=context())
        assert "by lot" in why_above(first, second)[0].en

    @given(st.data())
    def test_by_cost_alone(self, data: st.DataObject) -> None:
        shelf = data.draw(shelves())
        ranked = rank(wish(), shelf, context=data.draw(contexts(shelf)))
        plain = by_cost(ranked)
        costs = [one.cost.apr_bp for one in plain if one.cost]
        assert costs == sorted(costs)
        assert len(plain) == sum(1 for one in ranked if one.place)


class TestExploration:
    SHELF = [
        offer(f"{n:032}", f"uscc:{n}", rate_bp=Band(300 + 20 * n, 400 + 20 * n)) for n in range(8)
    ]
    SELDOM = frozenset({"uscc:5", "uscc:6", "uscc:7"})

    def test_each_seldom_shown_lender_gets_its_equal_share(self) -> None:
        policy = RankingPolicy("test", explore_bp=1500, explore_place=3)
        order = [one.lender for one in self.SHELF]
        drawn = (
            drawn_up(order, seldom=self.SELDOM, policy=policy, demand=f"{n:032x}")
            for n in range(CASES)
        )
        found = Counter(order[place] for place in drawn if place is not None)
        each = 0.15 / len(self.SELDOM)
        off = SIGMAS * (CASES * each * (1 - each)) ** 0.5
        assert set(found) == self.SELDOM
        assert all(abs(found[lender] - CASES * each) < off for lender in self.SELDOM)

    def test_whoever_is_seen_anyway_is_not_moved(self) -> None:
        policy = RankingPolicy("test", explore_bp=10_000, explore_place=3)
        seen = frozenset({"uscc:1"})
        order = [one.lender for one in self.SHELF]
        assert drawn_up(order, seldom=seen, policy=policy, demand="d") is None

    @given(st.data())
    def test_off_it_moves_nothing_and_on_the_others_keep_their_order(
        self, data: st.DataObject
    ) -> None:
        shelf = data.draw(shelves())
        given = data.draw(contexts(shelf))
        on = replace(given, policy=replace(given.policy, explore_bp=10_000, explore_place=2))
        before = [one for one in rank(wish(), shelf, context=given) if one.place]
        after = [one for one in rank(wish(), shelf, context=on) if one.place]
        assert not any(one.explored for one in before)
        moved = [one for one in after if one.explored]
        assert len(moved) <= 1
        if moved:
            assert moved[0].place == 2
            assert moved[0].lender in given.seldom
            assert moved[0].lender != before[0].lender
            kept = [one.product for one in after if not one.explored]
            drawn = rank(
                wish(), shelf, context=replace(on, policy=replace(on.policy, explore_bp=0))
            )
            order = [one.product for one in drawn if one.place]
            assert kept == [key for key in order if key != moved[0].product]

    def test_it_says_so(self) -> None:
        policy = RankingPolicy("test", explore_bp=10_000)
        given = context(policy=policy, seldom=self.SELDOM)
        ranked = rank(wish(), self.SHELF, context=given)
        assert "every lender a chance" in why_above(ranked[2], ranked[3])[0].en

    @given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 50)))
    def test_seldom_is_below_half_of_an_equal_share(self, shown: dict[str, int]) -> None:
        found = seldom_shown(shown, "abcdef", policy=RankingPolicy("test"))
        equal = sum(shown.values()) / 6
        assert found == {one for one in "abcdef" if shown.get(one, 0) < equal / 2}


class TestPolicy:
    def test_its_hash_is_of_all_it_says(self) -> None:
        policy = RankingPolicy("one")
        assert policy.digest != replace(policy, explore_bp=1).digest
        assert policy.digest != replace(policy, version="two").digest

    @pytest.mark.parametrize(
        "changed",
        [
            {"chance": 301},
            {"chance": -1, "cost": 551},
            {"explore_bp": 10_001},
            {"explore_place": 1},
            {"version": ""},
        ],
    )
    def test_what_cannot_be_is_refused(self, changed: dict[str, Any]) -> None:
        with pytest.raises(RankingPolicyInvalid):
            replace(RankingPolicy("one"), **changed)

    @pytest.mark.parametrize("facts", [{}, {"version": "x"}, {"version": 1}])
    def test_documents_that_are_none(self, facts: dict[str, object]) -> None:
        with pytest.raises(RankingPolicyInvalid):
            policy_from(facts)
