"""One applicant and many get the same points; what is lacking is told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scoring.card.samples import applicants, card_of, place, trained

from shuxin.scoring.binning.characteristic import LengthsDisagree
from shuxin.scoring.binning.lookup import InfiniteValues, ValuesOfWrongKind
from shuxin.scoring.card.compiled import ColumnMissing, CompiledCard

CARD = trained().card
COMPILED = CompiledCard.of(CARD)
EDGES = sorted({edge for each in CARD.characteristics for edge in each.shape.edges})
numbers = st.one_of(st.none(), st.just(math.nan), st.floats(-1e9, 1e9), st.sampled_from(EDGES))
rows = st.lists(
    st.fixed_dictionaries(
        {
            "age": numbers,
            "turnover": numbers,
            "sector": st.sampled_from([None, "", "retail", "software", "catering", "mining"]),
        }
    ),
    min_size=1,
    max_size=30,
)


class TestCompiledCard:
    @given(rows)
    def test_one_and_many_agree(self, found: list[dict[str, float | str | None]]) -> None:
        columns = {name: [row[name] for row in found] for name in found[0]}
        singly = [COMPILED.score(row) for row in found]
        many = COMPILED.score_many(columns)
        assert many.tolist() == [each.points for each in singly]
        assert COMPILED.probability_of_bad(many).tolist() == [each.pd for each in singly]
        parts = [[points for _, _, points in each.by_characteristic] for each in singly]
        assert COMPILED.points_many(columns).tolist() == parts

    @given(rows)
    def test_is_what_the_card_says(self, found: list[dict[str, float | str | None]]) -> None:
        for row in found:
            scored = COMPILED.score(row)
            total = 0
            for each, (name, place_, points) in zip(
                CARD.characteristics, scored.by_characteristic, strict=True
            ):
                assert name == each.name
                assert points == (each.bins[place_].points if place_ >= 0 else each.unseen_points)
                total += points
            assert scored.points == CARD.scaling.clamp(total)
            assert scored.pd == CARD.scaling.probability_of_bad(score=scored.points)

    def test_reads_columns_of_every_width(self) -> None:
        columns, _ = applicants(rows=300, seed=5)
        columns["age"] = np.floor(columns["age"])
        wide = COMPILED.score_many(columns)
        narrow = COMPILED.score_many(columns | {"age": columns["age"].astype(np.int16)})
        assert wide.tolist() == narrow.tolist()

    def test_a_score_stays_within_the_scale(self) -> None:
        compiled = CompiledCard.of(card_of(place("x", (-900, 2000, 310), edges=(0.0,))))
        assert compiled.score_many({"x": np.array([-1.0, 1.0, np.nan])}).tolist() == [300, 850, 310]

    def test_a_new_category_gets_the_points_of_no_evidence(self) -> None:
        compiled = CompiledCard.of(
            card_of(place("x", (400, 500, 600), categories=(("a",), ("b",))))
        )
        scored = compiled.score({"x": "new"})
        assert scored.by_characteristic == (("x", -1, 7),)
        assert compiled.points_many({"x": ["new", "a", ""]}).tolist() == [[7], [400], [600]]
        assert compiled.unlisted({"x": ["new", "a", "", None, "newer"]}) == {"x": 2}

    def test_a_missing_column_is_told_by_name(self) -> None:
        columns, _ = applicants(rows=3, seed=1)
        del columns["turnover"]
        with pytest.raises(ColumnMissing, match="turnover"):
            COMPILED.score_many(columns)
        with pytest.raises(ColumnMissing, match="turnover"):
            COMPILED.score({"age": 3.0, "sector": "retail"})

    def test_columns_are_equally_long(self) -> None:
        columns, _ = applicants(rows=3, seed=1)
        with pytest.raises(LengthsDisagree):
            COMPILED.score_many(columns | {"turnover": np.array([1.0])})

    @pytest.mark.parametrize(
        ("value", "error"), [(math.inf, InfiniteValues), ("3", ValuesOfWrongKind)]
    )
    def test_bad_values_are_refused_either_way(self, value: object, error: type[Exception]) -> None:
        row = {"age": value, "turnover": 1.0, "sector": "retail"}
        with pytest.raises(error):
            COMPILED.score(row)  # type: ignore[arg-type]
        with pytest.raises(error):
            COMPILED.score_many({name: [each] for name, each in row.items()})  # type: ignore[list-item]

    @given(st.integers(0, 1000))
    @settings(max_examples=5)
    def test_higher_points_go_with_lower_bad_rates(self, seed: int) -> None:
        for each in trained(seed=seed).card.characteristics:
            held = [b for b in each.bins if b.good + b.bad]
            by_woe = sorted(held, key=lambda b: b.woe)
            assert [b.points for b in by_woe] == sorted(b.points for b in held)
