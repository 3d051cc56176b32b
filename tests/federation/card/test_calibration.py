"""Joint scores as PD: learnt by scoring's own line, kept in order, bound to one label part."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.federation.card.samples import contract_of, scored, world_of

from shuxin.federation.card.calibration import (
    Calibration,
    CalibrationFalls,
    CalibrationOfOtherPart,
    calibration_file,
    calibration_of,
    read_calibration,
    with_calibration,
)
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import hash_of
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.scoring.card.points import Scaling
from shuxin.scoring.card.sealed import CardAltered, CardInvalid
from shuxin.scoring.evaluation.calibration import SlopeUndefined, calibration_line
from shuxin.scoring.evaluation.metrics import OneClassOnly

ROWS = 200
WORLD = world_of(contract_of(Contribution.BY_HOLDER), seed=8, holders=2, rows=ROWS)
SCORES = scored(WORLD, {})
PART = WORLD.label
fewer = settings(max_examples=settings().max_examples // 2)
"""Of those that fit a line in each example."""


def outcomes_of(seed: int, *, slope: float = 0.5, intercept: float = -0.3) -> np.ndarray:
    """Bad as often as another line says than the scale."""
    rng = np.random.default_rng(seed)
    logits = intercept + slope * np.log(SCORES.pd / (1 - SCORES.pd))
    return np.asarray(rng.random(ROWS) < 1 / (1 + np.exp(-logits)))


FOUND = calibration_of(SCORES, outcomes=outcomes_of(1), made_on="2026-11-22")


class TestCalibration:
    @fewer
    @given(seed=st.integers(0, 10_000))
    def test_is_scorings_own_line(self, seed: int) -> None:
        outcomes = outcomes_of(seed)
        found = calibration_of(SCORES, outcomes=outcomes, made_on="2026-11-22")
        line = calibration_line(probabilities=SCORES.pd, outcomes=outcomes)
        assert (found.slope, found.intercept) == pytest.approx((line.slope, line.intercept))
        assert (found.slope_error, found.intercept_error) == pytest.approx(
            (line.slope_error, line.intercept_error)
        )
        assert (found.rows, found.bads) == (ROWS, outcomes.sum())

    @fewer
    @given(seed=st.integers(0, 10_000))
    def test_on_its_own_rows_expects_as_many_bads_as_there_were(self, seed: int) -> None:
        """The likelihood's own equations: sums of PD, and of PD by logit, equal those of the outcomes."""
        outcomes = outcomes_of(seed)
        found = calibration_of(SCORES, outcomes=outcomes, made_on="2026-11-22")
        pd = with_calibration(SCORES, found).pd
        logits = np.log(SCORES.pd / (1 - SCORES.pd))
        assert pd.sum() == pytest.approx(outcomes.sum(), abs=1e-6)
        assert pd @ logits == pytest.approx(outcomes @ logits, abs=1e-6)
        again = calibration_line(probabilities=pd, outcomes=outcomes)
        assert (again.slope, again.intercept) == pytest.approx((1, 0), abs=1e-6)

    @given(
        slope=st.floats(1e-3, 20), intercept=st.floats(-20, 20), at=st.lists(st.integers(300, 850))
    )
    def test_keeps_the_order_of_scores(self, slope: float, intercept: float, at: list[int]) -> None:
        line = replace(FOUND, slope=slope, intercept=intercept)
        pd = line.pd(np.array(sorted(at), np.int64), part=PART)
        assert ((pd >= 0) & (pd <= 1)).all()
        assert (np.diff(pd) <= 0).all()

    def test_of_slope_one_and_nothing_added_is_the_scale(self) -> None:
        plain = with_calibration(SCORES, replace(FOUND, slope=1.0, intercept=0.0))
        assert plain.pd == pytest.approx(SCORES.pd, rel=1e-12)

    def test_takes_the_place_of_the_scale_in_a_joint_score(self) -> None:
        found = with_calibration(SCORES, FOUND)
        one, before = found.one(3), SCORES.one(3)
        assert one.pd == found.pd[3] != before.pd
        assert replace(one, pd=before.pd) == before
        assert (with_calibration(found, FOUND).pd == found.pd).all()

    def test_of_scores_so_far_apart_that_a_pd_is_one_has_numbers(self) -> None:
        steep = replace(PART, scaling=Scaling(pdo=1e-2), characteristics=(), intercept=0.0)
        tally = replace(SCORES.tally, part=steep)
        points = np.where(np.arange(ROWS) % 2 == 0, 300, 850)
        outcomes = np.random.default_rng(1).random(ROWS) < np.where(points == 300, 0.6, 0.1)
        scores = replace(SCORES, tally=tally, points=points)
        found = calibration_of(scores, outcomes=outcomes, made_on="2026-11-22")
        pd = with_calibration(scores, found).pd
        assert pd[:2] == pytest.approx([outcomes[::2].mean(), outcomes[1::2].mean()])


class TestNoCalibration:
    def test_where_higher_scores_default_more(self) -> None:
        with pytest.raises(CalibrationFalls, match=f"{ROWS} rows"):
            calibration_of(SCORES, outcomes=outcomes_of(1, slope=-1.0), made_on="2026-11-22")

    def test_of_one_class(self) -> None:
        with pytest.raises(OneClassOnly):
            calibration_of(SCORES, outcomes=np.zeros(ROWS, np.bool_), made_on="2026-11-22")

    def test_where_scores_part_good_from_bad(self) -> None:
        with pytest.raises(SlopeUndefined):
            calibration_of(
                SCORES, outcomes=SCORES.points < np.median(SCORES.points), made_on="2026-11-22"
            )


def forged(**change: Any) -> bytes:
    """Changed and sealed again; ... takes a field away."""
    content = json.loads(calibration_file(FOUND))["card"] | change
    content = {name: value for name, value in content.items() if value is not ...}
    return canonical_json({"card": content, "sha256": content_hash(content)})


class TestFile:
    @fewer
    @given(seed=st.integers(0, 10_000))
    def test_comes_back_and_equal_ones_are_equal_bytes(self, seed: int) -> None:
        found = calibration_of(SCORES, outcomes=outcomes_of(seed), made_on="2026-11-22")
        data = calibration_file(found)
        assert read_calibration(data, part=PART) == found
        assert calibration_file(read_calibration(data, part=PART)) == data

    def test_is_bound_to_the_hash_of_its_part(self) -> None:
        assert FOUND.part == hash_of(PART)
        other = replace(PART, cut_off=PART.cut_off + 1)
        with pytest.raises(CalibrationOfOtherPart):
            read_calibration(calibration_file(FOUND), part=other)
        with pytest.raises(CalibrationOfOtherPart):
            with_calibration(replace(SCORES, tally=replace(SCORES.tally, part=other)), FOUND)

    def test_is_refused_where_the_approved_one_is_another(self) -> None:
        data = calibration_file(FOUND)
        known = json.loads(data)["sha256"]
        assert read_calibration(data, part=PART, expected_hash=known) == FOUND
        with pytest.raises(CardAltered):
            read_calibration(data, part=PART, expected_hash="0" * 64)

    @given(place=st.integers(0, len(calibration_file(FOUND)) - 1), byte=st.integers(0, 255))
    def test_with_any_byte_changed_is_refused(self, place: int, byte: int) -> None:
        data = bytearray(calibration_file(FOUND))
        if data[place] != byte:
            data[place] = byte
            with pytest.raises(InvalidInput):
                read_calibration(bytes(data), part=PART)

    @pytest.mark.parametrize(
        "change",
        [
            {"slope": 0},
            {"slope": -0.5},
            {"slope": "1"},
            {"slope": True},
            {"slope": ...},
            {"slope_error": -0.1},
            {"intercept": None},
            {"rows": 10.5},
            {"bads": 0},
            {"bads": ROWS},
            {"part": "0" * 63},
            {"part": "G" * 64},
            {"made_on": ""},
            {"format": "shuxin-card-label/1"},
            {"format": ...},
            {"more": 1},
        ],
        ids=str,
    )
    def test_of_another_form_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(CardInvalid):
            read_calibration(forged(**change), part=PART)

    @pytest.mark.parametrize("name", ["slope", "intercept", "slope_error"])
    def test_has_finite_numbers(self, name: str) -> None:
        given = {each: getattr(FOUND, each) for each in Calibration.__slots__}
        with pytest.raises(CardInvalid):
            Calibration(**(given | {name: float("nan")}))
