"""Proportional odds: derivatives, a slow oracle, recovery, and the file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, minimize

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.scoring.binning.characteristic import LengthsDisagree
from shuxin.scoring.binning.lookup import InfiniteValues
from shuxin.scoring.card.ordinal import (
    GradeEmpty,
    Likelihood,
    OrdinalCard,
    OrdinalPlan,
    fit_ordinal,
    ordinal_bytes,
    ordinal_hash,
    read_ordinal,
)
from shuxin.scoring.card.regression import fit_logistic
from shuxin.scoring.card.sealed import CardAltered

PLAN = OrdinalPlan(name="rating", names=("a", "b", "c"), grades=tuple("ABCD"))


def firms(*, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, 3)) * [1, 5, 0.1] + [0, 3, 1]
    worse = features @ [0.8, -0.1, 0.0] + rng.logistic(size=rows)
    return features, np.searchsorted([-1.5, 0.2, 1.5], worse)


def fitted(features: np.ndarray, grades: np.ndarray, plan: OrdinalPlan = PLAN) -> OrdinalCard:
    return fit_ordinal(
        features=features, grades=grades, plan=plan, made_on="2026-11-21", data_hash="0" * 64
    )


class TestLikelihood:
    @given(st.integers(0, 1000))
    def test_derivatives_are_those_of_the_value(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        inputs, grades = rng.normal(size=(40, 2)), rng.integers(0, 4, 40)
        likelihood = Likelihood.of(inputs=inputs, grades=grades, classes=4, ridge=0.7)
        at = np.concatenate((np.sort(rng.normal(size=3)) + [0, 1, 2], rng.normal(size=2)))
        gradient, information = likelihood.slopes(at)
        assert gradient == pytest.approx(
            approx_fprime(at, likelihood.value, 1e-7), rel=1e-3, abs=1e-3
        )
        bent = approx_fprime(at, lambda b: likelihood.slopes(b)[0], 1e-6)
        assert information == pytest.approx(-bent, rel=1e-3, abs=1e-2)

    def test_the_value_is_the_textbooks(self) -> None:
        inputs, grades = np.array([[0.5], [-1.0], [2.0]]), np.array([0, 1, 2])
        likelihood = Likelihood.of(inputs=inputs, grades=grades, classes=3, ridge=2.0)
        eta = 0.3 * inputs[:, 0]
        below = 1 / (1 + np.exp(-(np.array([-1.0, 1.5]) - eta[:, None])))
        chance = [below[0, 0], below[1, 1] - below[1, 0], 1 - below[2, 1]]
        value = np.log(chance).sum() - 0.5 * 2.0 * 0.3**2
        assert likelihood.value(np.array([-1.0, 1.5, 0.3])) == pytest.approx(value)

    def test_thresholds_that_do_not_rise_are_impossible(self) -> None:
        likelihood = Likelihood.of(
            inputs=np.zeros((3, 1)), grades=np.array([0, 1, 2]), classes=3, ridge=1.0
        )
        assert likelihood.value(np.array([1.0, 0.0, 0.0])) == -np.inf


class TestFitOrdinal:
    @given(st.integers(0, 200), st.sampled_from([0.1, 10.0]))
    @settings(max_examples=8)
    def test_reaches_what_a_general_optimiser_reaches(self, seed: int, ridge: float) -> None:
        features, grades = firms(rows=200, seed=seed)
        card = fitted(features, grades, replace(PLAN, ridge=ridge))
        inputs = (features - features.mean(axis=0)) / features.std(axis=0)

        def loss(b: np.ndarray) -> float:
            ends = np.cumsum([b[0], np.exp(b[1]), np.exp(b[2])])
            below = 1 / (1 + np.exp(-(ends - (inputs @ b[3:])[:, None])))
            chance = np.diff(below, axis=1, prepend=0, append=1)[np.arange(len(grades)), grades]
            return float(
                -np.log(np.maximum(chance, 1e-300)).sum() + 0.5 * ridge * (b[3:] ** 2).sum()
            )

        slow = minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-6})
        assert card.coefficients == pytest.approx(slow.x[3:], abs=1e-3)
        assert card.thresholds[0] == pytest.approx(slow.x[0], abs=1e-3)

    def test_recovers_what_made_the_data(self) -> None:
        """Seed 12; each of six estimates within six standard errors: a false alarm below 2e-8."""
        features, grades = firms(rows=8000, seed=12)
        card = fitted(features, grades, replace(PLAN, ridge=1e-6))
        means, spreads = features.mean(axis=0), features.std(axis=0)
        slopes = np.array([0.8, -0.1, 0.0])
        truth = np.concatenate(([-1.5, 0.2, 1.5] - means @ slopes, slopes * spreads))
        inputs = (features - means) / spreads
        likelihood = Likelihood.of(inputs=inputs, grades=grades, classes=4, ridge=0.0)
        errors = np.sqrt(np.diag(np.linalg.inv(likelihood.slopes(truth)[1])))
        assert (np.abs([*card.thresholds, *card.coefficients] - truth) < 6 * errors).all()

    @given(st.integers(0, 200))
    @settings(max_examples=10)
    def test_two_grades_are_a_logistic_regression(self, seed: int) -> None:
        features, grades = firms(rows=300, seed=seed)
        plan = replace(PLAN, grades=("good", "bad"), ridge=3.0)
        card = fitted(features, (grades > 1).astype(np.int64), plan)
        inputs = (features - features.mean(axis=0)) / features.std(axis=0)
        fit = fit_logistic(features=inputs, outcomes=grades > 1, ridge=3.0)
        assert card.coefficients == pytest.approx(fit.coefficients, abs=1e-7)
        assert card.thresholds == pytest.approx([-fit.intercept], abs=1e-7)

    def test_separated_grades_have_an_end_by_the_ridge(self) -> None:
        features = np.arange(40.0)[:, None]
        card = fitted(features, np.arange(40) // 10, replace(PLAN, names=("a",)))
        assert (card.probabilities(features).argmax(axis=1) == np.arange(40) // 10).mean() > 0.9

    def test_a_column_that_does_not_vary_has_no_weight(self) -> None:
        features, grades = firms(rows=300, seed=1)
        features[:, 1], features[:, 2] = 5.0, np.nan
        card = fitted(features, grades)
        assert card.coefficients[1:] == pytest.approx((0.0, 0.0), abs=1e-9)

    def test_a_grade_without_rows_is_told(self) -> None:
        features, grades = firms(rows=300, seed=1)
        with pytest.raises(GradeEmpty, match="Grade B"):
            fitted(features, np.where(grades == 1, 0, grades))

    def test_wrong_input_is_told(self) -> None:
        features, grades = firms(rows=300, seed=1)
        with pytest.raises(LengthsDisagree):
            fitted(features[:, :2], grades)
        with pytest.raises(LengthsDisagree):
            fitted(features, grades[:-1])
        with pytest.raises(ValueError, match="no label"):
            fitted(features, grades + 1)
        features[0, 1] = np.inf
        with pytest.raises(InfiniteValues, match="b has 1"):
            fitted(features, grades)

    @pytest.mark.parametrize("wrong", [{"ridge": 0.0}, {"grades": ("A",)}, {"names": ()}])
    def test_a_plan_that_cannot_be(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="ridge"):
            replace(PLAN, **wrong)


CARD = fitted(*firms(rows=500, seed=3))
DATA = ordinal_bytes(CARD)
wide = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=3, max_size=3)


class TestProbabilities:
    @given(st.lists(wide, min_size=1, max_size=10))
    def test_are_chances(self, rows: list[list[float]]) -> None:
        found = CARD.probabilities(np.array(rows))
        assert found.shape == (len(rows), 4)
        assert (found >= 0).all()
        assert found.sum(axis=1) == pytest.approx(1)

    def test_a_missing_input_counts_as_the_mean(self) -> None:
        missing = CARD.probabilities(np.full((1, 3), np.nan))
        assert missing == pytest.approx(CARD.probabilities(np.array([CARD.means])))

    def test_needs_its_columns(self) -> None:
        with pytest.raises(LengthsDisagree):
            CARD.probabilities(np.zeros((2, 2)))


def forged(change: dict[str, Any]) -> bytes:
    content = json.loads(DATA)["card"] | change
    return canonical_json({"card": content, "sha256": content_hash(content)})


class TestFile:
    def test_gives_the_same_model_and_bytes(self) -> None:
        again = read_ordinal(DATA, expected_hash=ordinal_hash(CARD))
        assert again == CARD
        assert ordinal_bytes(again) == DATA

    @given(st.integers(0, len(DATA) - 1), st.integers(0, 255))
    def test_one_changed_byte_is_refused(self, where: int, byte: int) -> None:
        changed = bytearray(DATA)
        changed[where] = byte
        if bytes(changed) != DATA:
            with pytest.raises(InvalidInput):
                read_ordinal(bytes(changed))

    def test_another_model_is_refused(self) -> None:
        with pytest.raises(CardAltered):
            read_ordinal(DATA, expected_hash="0" * 64)

    @pytest.mark.parametrize(
        "change",
        [
            {"format": "shuxin-scorecard/1"},
            {"thresholds": [1, 0, 2]},
            {"thresholds": [1]},
            {"scales": [1, 0, 1]},
            {"means": [0]},
            {"coefficients": ["1", 2, 3]},
            {"names": []},
            {"more": 1},
        ],
        ids=str,
    )
    def test_a_model_that_cannot_be_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            read_ordinal(forged(change))
