"""The whole way, from values at each party to the score: against a reader that goes one value at a time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.federation.card.samples import (
    HOLDERS,
    LABEL,
    World,
    contract_of,
    scored,
    slow_points,
    slow_standings,
    summing,
    world_of,
)

from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.label import STANDING_TEXT, Standing, begin, judge
from shuxin.federation.card.points import GRID
from shuxin.scoring.api import Scored, reasons_of

away = st.dictionaries(
    st.sampled_from(HOLDERS), st.sampled_from([Standing.DOWN, Standing.REFUSED]), max_size=3
)


@st.composite
def contracts(draw: st.DrawFn, holders: int) -> object:
    contribution = draw(st.sampled_from(list(Contribution)))
    least = draw(st.integers(1, holders)) if contribution is Contribution.SUM else 1
    silent = draw(st.sampled_from([(), ("watch",), ("credit", "watch")]))
    return contract_of(contribution, at_least=least, most=draw(st.integers(0, 4)), silent=silent)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    holders = draw(st.integers(1, 4))
    return world_of(
        draw(contracts(holders)),  # type: ignore[arg-type]
        seed=draw(st.integers(0, 10_000)),
        holders=holders,
        own=draw(st.integers(0, 2)),
    )


def slow_total(world: World, standings: dict[str, Standing], row: int) -> int:
    label = world.label
    total = label.base_points
    for each in label.characteristics:
        place = each.shape.lookup.one(world.values[LABEL][each.name][row])
        total += each.all_points[place]
    for seat in label.seats:
        points = slow_points(world.parts[seat.party], world.values[seat.party], row)
        answered = standings[seat.party] is Standing.ANSWERED
        total += sum(points.values()) if answered else seat.missing_points
    return total


class TestScore:
    @given(world=worlds(), absent=away)
    def test_is_what_the_parts_add_up_to(self, world: World, absent: dict[str, Standing]) -> None:
        found = scored(world, absent)
        for row in range(world.rows):
            standings = slow_standings(world, absent, row)
            one = found.one(row)
            assert {each.party: each.standing for each in one.shares} == standings
            assert one.total == slow_total(world, standings, row)
            assert one.points == world.label.scaling.clamp(one.total)
            assert one.pd == world.label.scaling.probability_of_bad(score=one.points)

    @given(world=worlds(), absent=away)
    def test_of_many_is_that_of_each_alone(self, world: World, absent: dict[str, Standing]) -> None:
        found = scored(world, absent)
        for row in range(world.rows):
            assert scored(world, absent, rows=[row]).one(0) == found.one(row)

    @given(world=worlds(), seed=st.integers(0, 99))
    def test_does_not_depend_on_the_order_of_subjects(self, world: World, seed: int) -> None:
        order = np.random.default_rng(seed).permutation(world.rows).tolist()
        found, again = scored(world, {}), scored(world, {}, rows=order)
        assert [again.one(n) for n in range(world.rows)] == [found.one(row) for row in order]

    @settings(max_examples=15)
    @given(seed=st.integers(0, 10_000), holders=st.integers(2, 4), absent=away)
    def test_does_not_depend_on_how_the_points_are_opened(
        self, seed: int, holders: int, absent: dict[str, Standing]
    ) -> None:
        ways = [summing(at_least=1), *map(contract_of, list(Contribution)[1:])]
        totals = [
            scored(world_of(way, seed=seed, holders=holders), absent).totals.tolist()
            for way in ways
        ]
        assert totals[0] == totals[1] == totals[2]

    @given(world=worlds())
    def test_differs_from_the_exact_one_by_half_a_point_each_at_most(self, world: World) -> None:
        everybody = replace(world, known={p: np.ones(world.rows, bool) for p in world.parts})
        found = scored(everybody, {})
        label = world.label
        factor = Fraction(label.scaling.factor)
        many = len(label.characteristics) + sum(
            len(p.characteristics) for p in world.parts.values()
        )
        for row in range(world.rows):
            exact = Fraction(label.intercept) * factor + Fraction(label.scaling.offset)
            for own in label.characteristics:
                woe = [*(each.woe for each in own.bins), 0.0]
                place = own.shape.lookup.one(world.values[LABEL][own.name][row])
                exact += Fraction(own.coefficient) * Fraction(woe[place]) * factor
            for party, part in world.parts.items():
                for each in part.characteristics:
                    place = each.shape.lookup.one(world.values[party][each.shape.name][row])
                    hundredths = (*each.woe, 0)[place]
                    exact += Fraction(each.coefficient * hundredths, 100 * GRID) * factor
            assert abs(int(found.totals[row]) - exact) <= Fraction(many + 1, 2)


class TestMissingParty:
    @given(world=worlds(), standing=st.sampled_from([Standing.DOWN, Standing.REFUSED]))
    def test_counts_by_the_rule_and_the_score_says_why(
        self, world: World, standing: Standing
    ) -> None:
        one = scored(world, dict.fromkeys(HOLDERS, standing)).one(0)
        rule = [seat.missing_points for seat in world.label.seats]
        assert [each.points for each in one.shares] == rule
        assert {each.standing for each in one.shares} == {standing}
        own = sum(points for _, _, points in one.own)
        assert one.total == world.label.base_points + own + sum(rule)

    @given(seed=st.integers(0, 10_000), least=st.integers(1, 3))
    def test_a_sum_of_too_few_is_never_opened(self, seed: int, least: int) -> None:
        world = world_of(summing(at_least=least), seed=seed, holders=3, unknown=0.5)
        standings = scored(world, {}).tally.standings
        answered = (standings == Standing.ANSWERED).sum(axis=1)
        assert ((answered == 0) | (answered >= least)).all()

    def test_every_standing_of_a_decision_has_its_words(self) -> None:
        assert STANDING_TEXT.keys() == set(Standing) - {Standing.WAITING}

    def test_nothing_is_judged_while_a_question_is_due(self) -> None:
        world = world_of(summing(at_least=1), seed=1, holders=1)
        with pytest.raises(ValueError, match="due"):
            judge(begin(world.label, rows=world.rows), world.values[LABEL])


class TestShares:
    @given(seed=st.integers(0, 10_000), contribution=st.sampled_from(list(Contribution)))
    def test_show_what_the_contract_says_and_no_more(
        self, seed: int, contribution: Contribution
    ) -> None:
        contract = contract_of(contribution, silent=("trade", "watch"))
        world = world_of(contract, seed=seed, holders=3)
        found = scored(world, {})
        for row in range(world.rows):
            for share in found.one(row).shares:
                if share.standing is not Standing.ANSWERED:
                    continue
                points = slow_points(world.parts[share.party], world.values[share.party], row)
                if contribution is Contribution.SUM:
                    assert (share.points, share.by_category) == (None, ())
                    continue
                assert share.points == sum(points.values())
                if contribution is Contribution.BY_HOLDER:
                    assert share.by_category == ()
                    continue
                named = {code: n for code, n in points.items() if code not in contract.silent}
                silent = [n for code, n in points.items() if code in contract.silent]
                assert dict(share.by_category) == named | ({"": sum(silent)} if silent else {})


class TestReasons:
    @given(world=worlds(), absent=away)
    def test_are_the_own_ones_then_the_categories_each_holder_lost_most_in(
        self, world: World, absent: dict[str, Standing]
    ) -> None:
        found, label = scored(world, absent), world.label
        for row in range(world.rows):
            one = found.one(row)
            assert [each.rank for each in one.reasons] == [*range(1, len(one.reasons) + 1)]
            wanted = []
            if label.own_card is not None:
                mine = Scored(one.points, one.pd, one.own)
                wanted = [
                    (LABEL, each.characteristic, each.text)
                    for each in reasons_of(card=label.own_card, scored=mine)
                ]
            for share in one.shares:
                if share.standing is Standing.ANSWERED:
                    wanted += slow_reasons(world, share.party, row)
            assert [(each.party, each.about, each.text) for each in one.reasons] == wanted


def slow_reasons(world: World, party: str, row: int) -> list[tuple[str, str, object]]:
    part = world.parts[party]
    points = slow_points(part, world.values[party], row)
    losses = []
    for nth, category in enumerate(part.categories):
        reference = sum(
            each.reference for each in part.characteristics if each.category == category.code
        )
        loss = reference - 100 * points[category.code]
        if loss > 0 and category.code not in part.contract.silent:
            losses.append((-loss, nth, category))
    losses.sort(key=lambda loss: loss[:2])
    return [
        (party, category.code, category.title)
        for _, _, category in losses[: part.contract.most_categories]
    ]
