from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from shuxin.catalogue.domain.check import Dimension, Measured, Verdict
from shuxin.catalogue.domain.freshness import Freshness, Timeliness
from shuxin.catalogue.domain.scorecard import WEIGHTS, scorecard

UNKNOWN = Freshness(Timeliness.UNKNOWN, None, None)
measured = st.builds(
    Measured,
    rule=st.sampled_from(["complete", "valid", "key"]),
    field=st.sampled_from(["", "a", "b"]),
    dimension=st.sampled_from(Dimension),
    kept=st.floats(0, 1),
    figure=st.floats(-10, 10),
    limit=st.none() | st.floats(0, 1),
    of=st.integers(0, 10**12),
    verdict=st.sampled_from(Verdict),
)
late = st.tuples(st.integers(1, 400), st.integers(0, 4000)).map(
    lambda days: Freshness(
        Timeliness.LATE if days[1] else Timeliness.ON_TIME, sum(days) if days[1] else 0, days[0]
    )
)
freshnesses = st.just(UNKNOWN) | late


def one(kept: float, *, dimension: Dimension = Dimension.VALIDITY, **more: object) -> Measured:
    plain = {"rule": "valid", "field": "a", "figure": kept, "limit": 1.0, "of": 100}
    return Measured(dimension=dimension, kept=kept, verdict=Verdict.KEPT, **(plain | more))  # type: ignore[arg-type]


class TestScorecard:
    def test_weights_make_a_hundred(self) -> None:
        assert sum(WEIGHTS.values()) == 100
        assert set(WEIGHTS) == set(Dimension)

    @given(st.lists(measured, max_size=8), freshnesses)
    def test_stays_between_its_parts_and_within_0_and_100(
        self, found: list[Measured], fresh: Freshness
    ) -> None:
        card = scorecard(measured=found, freshness=fresh)
        scores = [part.score for part in card.parts if part.score is not None]
        assert [part.dimension for part in card.parts] == list(WEIGHTS)
        assert all(0 <= score <= 100 for score in scores)
        assert all(0 <= part.broken <= part.rules for part in card.parts)
        assert (card.total is None) == (not scores)
        if card.total is not None:
            assert min(scores) - 1e-9 <= card.total <= max(scores) + 1e-9

    @given(st.lists(measured, min_size=1, max_size=4), st.data())
    def test_never_falls_when_a_rule_is_kept_better(
        self, found: list[Measured], data: st.DataObject
    ) -> None:
        place = data.draw(st.integers(0, len(found) - 1))
        old = found[place]
        better = Measured(
            rule=old.rule, field=old.field, dimension=old.dimension, figure=old.figure,
            limit=old.limit, of=old.of, verdict=old.verdict,
            kept=data.draw(st.floats(old.kept, 1)),
        )  # fmt: skip
        before = scorecard(measured=found, freshness=UNKNOWN).total
        changed = [*found[:place], better, *found[place + 1 :]]
        after = scorecard(measured=changed, freshness=UNKNOWN).total
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert after >= before - 1e-9

    def test_counts_files_by_their_cases_and_rules_alike(self) -> None:
        files = [one(1.0, of=900), one(0.0, of=100), one(0.5, field="b", of=7)]
        (validity,) = [
            part
            for part in scorecard(measured=files, freshness=UNKNOWN).parts
            if part.score is not None
        ]
        assert math.isclose(validity.score or 0, 70)
        assert (validity.rules, validity.weight) == (2, 25)

    def test_what_nothing_measured_has_no_weight(self) -> None:
        found = [one(0.5), one(1.0, dimension=Dimension.UNIQUENESS)]
        total = scorecard(measured=found, freshness=UNKNOWN).total
        assert math.isclose(total or 0, (50 * 25 + 100 * 15) / 40)

    def test_what_was_not_judged_does_not_count(self) -> None:
        unjudged = Measured(
            rule="drift", field="a", dimension=Dimension.CONSISTENCY, kept=1.0, figure=0.0,
            limit=0.1, of=5, verdict=Verdict.UNJUDGED,
        )  # fmt: skip
        assert scorecard(measured=[unjudged], freshness=UNKNOWN).total is None

    def test_lateness_costs_by_the_days(self) -> None:
        late_twice = Freshness(Timeliness.LATE, 60, 30)
        assert math.isclose(scorecard(measured=[], freshness=late_twice).total or 0, 50)
        on_time = Freshness(Timeliness.ON_TIME, 3, 30)
        assert scorecard(measured=[], freshness=on_time).total == 100
