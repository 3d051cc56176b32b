"""What a joint card was worth, against slow recomputation and the laws of sharing a gain."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.federation.card.samples import HOLDERS, contract_of, scored, summing, world_of

from shuxin.federation.card.contract import Contract, Contribution
from shuxin.federation.card.label import Standing
from shuxin.federation.card.worth import (
    MOST_SOURCES,
    KnownRows,
    Source,
    TooManySources,
    Worth,
    known_rows,
    shapley_weights,
    worth,
)
from shuxin.scoring.api import OneClassOnly
from shuxin.scoring.evaluation.metrics import ks, roc_auc

EXACT = pytest.approx
fewer = settings(max_examples=settings().max_examples // 2)
"""Every example goes through all sets of sources, resampled."""


def rows_of(
    seed: int, *, sources: int = 2, rows: int = 40, spread: int = 6, first: bool = True
) -> KnownRows:
    """Few distinct points, so that many firms tie."""
    rng = np.random.default_rng(seed)
    risk = rng.normal(size=rows)
    bad = rng.random(rows) < 1 / (1 + np.exp(1 + risk))
    bad[:2] = (True, False)

    def view() -> np.ndarray:
        return np.rint(spread * (0.5 * risk + rng.normal(size=rows))).astype(np.int64)

    return KnownRows(
        outcomes=bad,
        alone=view(),
        own=500 + view(),
        sources=tuple(
            Source((f"holder {nth}",), view(), int(rng.integers(-3, 4))) for nth in range(sources)
        ),
        first=rng.random(rows) < 0.4 if first else None,
    )


def quick(rows: KnownRows, *, acceptance: float = 0.6) -> Worth:
    return worth(rows, acceptance=acceptance, rng=np.random.default_rng(1), resamples=2)


def slow_points(rows: KnownRows, there: set[int]) -> np.ndarray:
    total = []
    for row in range(len(rows.outcomes)):
        points = int(rows.own[row])
        for nth, source in enumerate(rows.sources):
            points += int(source.points[row]) if nth in there else source.missing
        total.append(points)
    return np.array(total)


def slow_auc(rows: KnownRows, points: np.ndarray) -> float:
    return roc_auc(scores=points.astype(float), outcomes=rows.outcomes)


def slow_financed(points: np.ndarray, rows: KnownRows, limit: tuple[int, int]) -> tuple[int, int]:
    """One cut-off after another, one firm after another."""
    best = (0, 0)
    for cut_off in sorted(set(points.tolist())):
        accepted = [row for row, each in enumerate(points.tolist()) if each >= cut_off]
        bads = sum(bool(rows.outcomes[row]) for row in accepted)
        if bads * limit[1] <= limit[0] * len(accepted) and len(accepted) > best[0]:
            known = rows.first is not None
            best = (len(accepted), sum(bool(rows.first[row]) for row in accepted) if known else 0)
    return best


class TestAgainstSlowWays:
    @fewer
    @given(seed=st.integers(0, 10_000), sources=st.integers(1, 3))
    def test_every_set_of_sources_has_scorings_auc_and_ks(self, seed: int, sources: int) -> None:
        rows = rows_of(seed, sources=sources)
        found = quick(rows)
        for chosen, quality in enumerate(found.coalitions):
            points = slow_points(rows, {nth for nth in range(sources) if chosen >> nth & 1})
            assert quality.auc.value == EXACT(slow_auc(rows, points), abs=1e-12)
            gap = ks(scores=points.astype(float), outcomes=rows.outcomes).value
            assert quality.ks.value == EXACT(gap, abs=1e-12)
        assert found.joint.quality == found.coalitions[-1]
        assert found.alone.quality.auc.value == EXACT(slow_auc(rows, rows.alone), abs=1e-12)

    @fewer
    @given(seed=st.integers(0, 10_000), sources=st.integers(1, 3))
    def test_leaving_one_out_counts_what_the_model_gives_a_missing_party(
        self, seed: int, sources: int
    ) -> None:
        rows = rows_of(seed, sources=sources)
        found = quick(rows)
        joint = slow_auc(rows, slow_points(rows, set(range(sources))))
        for nth, source in enumerate(found.sources):
            points = slow_points(rows, set(range(sources)) - {nth})
            firms, first = slow_financed(points, rows, found.limit)
            assert source.without.quality.auc.value == EXACT(slow_auc(rows, points), abs=1e-12)
            assert source.gain.quality.auc.value == EXACT(joint - slow_auc(rows, points), abs=1e-12)
            financed = source.without.financed
            assert (financed.firms, financed.first) == (firms, first)
            if financed.cut_off is not None:
                assert (points >= financed.cut_off).sum() == firms
            assert source.gain.firms.value == found.joint.financed.firms - firms

    @fewer
    @given(seed=st.integers(0, 10_000), acceptance=st.sampled_from([0.01, 0.3, 0.5, 0.9, 1.0]))
    def test_finances_the_most_firms_whose_bad_rate_keeps_to_the_limit(
        self, seed: int, acceptance: float
    ) -> None:
        rows = rows_of(seed)
        found = quick(rows, acceptance=acceptance)
        bads, firms = found.limit
        at_least = [
            cut for cut in set(rows.alone.tolist()) if np.mean(rows.alone >= cut) >= acceptance
        ]
        taken = rows.alone >= max(at_least)
        assert (bads, firms) == (int(rows.outcomes[taken].sum()), int(taken.sum()))
        for way, points in (
            (found.alone, rows.alone),
            (found.joint, slow_points(rows, {0, 1})),
        ):
            financed = way.financed
            assert (financed.firms, financed.first) == slow_financed(points, rows, found.limit)
            if financed.cut_off is None:
                assert financed.firms == financed.bads == 0
            else:
                passed = points >= financed.cut_off
                assert financed.firms == int(passed.sum())
                assert financed.bads == int(rows.outcomes[passed].sum())
                assert financed.bads * firms <= bads * financed.firms
        assert found.alone.financed.firms >= firms
        assert found.gain.firms.value == found.joint.financed.firms - found.alone.financed.firms

    def test_each_resample_draws_goods_and_bads_apart_the_same_for_all(self) -> None:
        """With one resample an interval is a point: that of the rows drawn, measured by scoring."""
        rows = rows_of(5)
        found = worth(rows, acceptance=0.5, rng=np.random.default_rng(9), resamples=1)
        rng = np.random.default_rng(9)
        good, bad = np.flatnonzero(~rows.outcomes), np.flatnonzero(rows.outcomes)
        who = np.concatenate([rng.choice(good, good.size), rng.choice(bad, bad.size)])
        drawn = KnownRows(
            rows.outcomes[who],
            rows.alone[who],
            rows.own[who],
            tuple(Source(s.parties, s.points[who], s.missing) for s in rows.sources),
            None if rows.first is None else rows.first[who],
        )
        again = quick(drawn, acceptance=0.5)
        for wanted, interval in (
            (again.gain.quality.auc.value, found.gain.quality.auc),
            (again.gain.quality.ks.value, found.gain.quality.ks),
            (again.gain.firms.value, found.gain.firms),
            (again.sources[1].gain.first.value, found.sources[1].gain.first),
            (again.sources[0].shapley.value, found.sources[0].shapley),
            (again.refit.value, found.refit),
        ):
            assert interval.low == interval.high == EXACT(wanted, abs=1e-12)

    def test_intervals_hold_the_middle_of_the_resamples(self) -> None:
        rng = np.random.default_rng(1)
        found = worth(rows_of(5, rows=60), acceptance=0.5, rng=rng, resamples=100)
        for each in (found.gain.quality.auc, found.joint.quality.auc, found.gain.firms):
            assert each.low < each.value < each.high


class TestShares:
    @fewer
    @given(seed=st.integers(0, 10_000), sources=st.integers(1, 4))
    def test_add_up_to_the_gain_over_the_own_card(self, seed: int, sources: int) -> None:
        found = quick(rows_of(seed, sources=sources))
        shares = sum(each.shapley.value for each in found.sources)
        none, everything = found.coalitions[0].auc.value, found.coalitions[-1].auc.value
        assert shares == EXACT(everything - none, abs=1e-12)
        assert shares + found.refit.value == EXACT(found.gain.quality.auc.value, abs=1e-12)

    @fewer
    @given(seed=st.integers(0, 10_000))
    def test_are_means_over_all_orders(self, seed: int) -> None:
        rows = rows_of(seed, sources=3)
        sets = [frozenset(nth for nth in range(3) if chosen >> nth & 1) for chosen in range(8)]
        auc = {there: slow_auc(rows, slow_points(rows, set(there))) for there in sets}
        sums = [0.0] * 3
        for order in permutations(range(3)):
            for place, nth in enumerate(order):
                before = frozenset(order[:place])
                sums[nth] += (auc[before | {nth}] - auc[before]) / 6
        assert [each.shapley.value for each in quick(rows).sources] == EXACT(sums, abs=1e-12)

    @fewer
    @given(seed=st.integers(0, 10_000))
    def test_of_symmetric_sources_are_equal(self, seed: int) -> None:
        rows = rows_of(seed, sources=2)
        one, other = rows.sources
        twin = KnownRows(rows.outcomes, rows.alone, rows.own, (one, other, one), rows.first)
        found = quick(twin).sources
        assert found[0].shapley.value == EXACT(found[2].shapley.value, abs=1e-12)
        assert found[0].without.quality.auc.value == found[2].without.quality.auc.value

    @fewer
    @given(seed=st.integers(0, 10_000), points=st.integers(-50, 50), missing=st.integers(-50, 50))
    def test_of_a_source_with_constant_points_are_nothing(
        self, seed: int, points: int, missing: int
    ) -> None:
        rows = rows_of(seed)
        flat = Source(("flat",), np.full(len(rows.outcomes), points), missing)
        more = KnownRows(rows.outcomes, rows.alone, rows.own, (*rows.sources, flat), rows.first)
        found = worth(more, acceptance=0.5, rng=np.random.default_rng(1), resamples=3).sources[-1]
        for each in (found.shapley, found.gain.quality.auc, found.gain.quality.ks):
            assert (each.value, each.low, each.high) == EXACT((0, 0, 0), abs=1e-12)
        assert found.gain.firms.value == 0

    def test_of_a_joint_card_equal_to_the_own_one_are_nothing(self) -> None:
        rows = rows_of(3)
        flat = Source(("flat",), np.zeros(len(rows.outcomes), np.int64), 0)
        same = KnownRows(rows.outcomes, rows.alone, rows.alone + 7, (flat,), rows.first)
        found = worth(same, acceptance=0.5, rng=np.random.default_rng(1), resamples=20)
        for each in (found.gain.firms, found.gain.first, found.gain.quality.auc, found.refit):
            assert each is not None
            assert (each.value, each.low, each.high) == (0, 0, 0)

    @pytest.mark.parametrize("sources", range(1, MOST_SOURCES + 1))
    def test_weigh_every_set_as_often_as_orders_have_it(self, sources: int) -> None:
        weights = shapley_weights(sources)
        assert weights.shape == (sources, 1 << sources)
        assert weights.sum(axis=1) == EXACT(np.zeros(sources), abs=1e-12)
        assert np.clip(weights, 0, None).sum(axis=1) == EXACT(np.ones(sources), abs=1e-12)


class TestKnownRows:
    @pytest.mark.parametrize("contribution", [Contribution.BY_HOLDER, Contribution.BY_CATEGORY])
    def test_have_each_holders_points_and_missing_points_where_it_gave_none(
        self, contribution: Contribution
    ) -> None:
        world = world_of(contract_of(contribution), seed=4, holders=3, rows=40)
        scores = scored(world, {HOLDERS[1]: Standing.DOWN})
        found = known_rows(scores, outcomes=np.arange(40) % 3 == 0, alone=scores.points)
        assert (found.points(0b111) == scores.totals).all()
        assert [each.parties for each in found.sources] == [(each,) for each in HOLDERS[:3]]
        for nth, source in enumerate(found.sources):
            shares = [scores.one(row).shares[nth].points for row in range(40)]
            assert source.points.tolist() == shares
            assert source.missing == world.label.seats[nth].missing_points
        assert (found.sources[1].points == found.sources[1].missing).all()
        assert quick(found).is_by_holder

    @pytest.mark.parametrize("at_least", [1, 3])
    def test_of_a_sum_tell_only_all_or_none(self, at_least: int) -> None:
        contract: Contract = summing(at_least=at_least)
        world = world_of(contract, seed=4, holders=3, rows=40)
        scores = scored(world, {})
        found = known_rows(scores, outcomes=np.arange(40) % 3 == 0, alone=scores.points)
        (together,) = found.sources
        assert together.parties == tuple(HOLDERS[:3])
        assert together.missing == sum(seat.missing_points for seat in world.label.seats)
        assert (found.points(1) == scores.totals).all()
        told = quick(found)
        assert not told.is_by_holder
        assert len(told.coalitions) == 2
        assert told.sources[0].shapley.value == EXACT(
            told.sources[0].gain.quality.auc.value, abs=1e-12
        )

    def test_of_a_sum_over_one_holder_are_that_holders(self) -> None:
        world = world_of(summing(at_least=1), seed=4, holders=1, rows=40)
        scores = scored(world, {})
        found = known_rows(scores, outcomes=np.arange(40) % 3 == 0, alone=scores.points)
        assert quick(found).is_by_holder

    def test_need_not_know_who_borrowed_before(self) -> None:
        found = quick(rows_of(3, first=False))
        assert found.gain.first is None
        assert found.joint.financed.first is None
        assert found.joint.financed.firms == quick(rows_of(3)).joint.financed.firms

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("alone", np.zeros(3, np.int64)),
            ("own", np.zeros(4)),
            ("outcomes", np.zeros(4, np.int64)),
            ("sources", ()),
            ("first", np.zeros(4, np.int64)),
        ],
    )
    def test_have_one_whole_number_each(self, name: str, value: object) -> None:
        good = {
            "outcomes": np.array([True, False, False, True]),
            "alone": np.zeros(4, np.int64),
            "own": np.zeros(4, np.int64),
            "sources": (Source(("a",), np.zeros(4, np.int64), 0),),
        }
        KnownRows(**good)  # type: ignore[arg-type] # the fields stand above
        with pytest.raises(ValueError, match=r"whole|each row|booleans"):
            KnownRows(**(good | {name: value}))  # type: ignore[arg-type] # as above

    def test_of_one_class_have_no_worth(self) -> None:
        rows = rows_of(3)
        with pytest.raises(OneClassOnly):
            quick(KnownRows(rows.outcomes & False, rows.alone, rows.own, rows.sources))

    def test_of_many_sources_are_refused(self) -> None:
        with pytest.raises(TooManySources):
            quick(rows_of(3, sources=MOST_SOURCES + 1))

    @pytest.mark.parametrize("acceptance", [0.0, 1.01, float("nan")])
    def test_need_a_share_to_accept(self, acceptance: float) -> None:
        with pytest.raises(ValueError, match="share"):
            quick(rows_of(3), acceptance=acceptance)
