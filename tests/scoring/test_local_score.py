"""What would improve a score: the nearest better range of each characteristic, and a gain that comes true."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.card.samples import card_of, place, said

from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.local_score import MOST_IMPROVEMENTS, Improvement, improvements_of

LOW = said("low")
POINTS = st.integers(-100, 100)
VALUES = st.one_of(st.none(), st.sampled_from([0.5, 1.5, 2.5, 3.5]))
EDGES = (1.0, 2.0, 3.0)
INSIDE = {"under 1": 0.5, "1 to under 2": 1.5, "2 to under 3": 2.5, "3 or more": 3.5}
"""A value within each range, by the range's words."""


def improved(points: tuple[int, ...], value: float | None) -> tuple[Improvement, ...]:
    card = card_of(place("x", points, edges=EDGES, reference=0.0, low=LOW))
    return improvements_of(card=card, scored=CompiledCard.of(card).score({"x": value}))


class TestImprovements:
    def test_name_the_nearest_range_with_more_points(self) -> None:
        (one,) = improved((10, 20, 5, 90, 0), 2.5)
        assert (one.better.en, one.gain) == ("3 or more", 85)
        (one,) = improved((10, 20, 5, 4, 0), 2.5)
        assert (one.better.en, one.gain) == ("1 to under 2", 15)

    def test_of_two_as_near_name_the_one_that_gives_more(self) -> None:
        (one,) = improved((0, 30, 5, 20, 0), 2.5)
        assert one.gain == 25

    def test_promise_nothing_for_what_is_not_known_or_best_already(self) -> None:
        assert improved((10, 20, 5, 90, 0), None) == ()
        assert improved((10, 20, 5, 90, 0), 9.0) == ()

    @given(
        st.lists(st.tuples(POINTS, POINTS, POINTS, POINTS, POINTS), min_size=1, max_size=8),
        st.lists(VALUES, min_size=8, max_size=8),
    )
    def test_come_true_when_the_value_moves_there(
        self, points: list[tuple[int, ...]], values: list[float | None]
    ) -> None:
        """And nothing else moves: the total rises by just the gain that was said."""
        names = [f"x{nth}" for nth in range(len(points))]
        card = card_of(
            *(
                place(name, each, edges=EDGES, reference=0.0, low=LOW)
                for name, each in zip(names, points, strict=True)
            )
        )
        compiled = CompiledCard.of(card)
        row = dict(zip(names, values, strict=False))
        before = compiled.score(row)
        found = improvements_of(card=card, scored=before)
        assert len(found) <= MOST_IMPROVEMENTS
        assert [one.gain for one in found] == sorted((one.gain for one in found), reverse=True)
        total = sum(gained for _, _, gained in before.by_characteristic)
        for one in found:
            after = compiled.score(row | {one.name: INSIDE[one.better.en]})
            assert sum(gained for _, _, gained in after.by_characteristic) == total + one.gain
            assert one.gain > 0
