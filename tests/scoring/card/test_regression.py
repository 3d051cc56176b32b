"""The regression against published coefficients, a general optimiser, and its own laws."""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from shuxin.scoring.card.regression import (
    CharacteristicsCollinear,
    OneClassOnly,
    Separated,
    fit_logistic,
    refuse_separated,
    wald_p_values,
)

SHARED = Path(
    os.environ.get("SHUXIN_DATA", Path(__file__).resolve().parents[4] / "shared" / "data")
)
seeds = st.integers(0, 10_000)


def sample(seed: int, rows: int = 300, width: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, width))
    chance = 1 / (1 + np.exp(0.5 - features @ rng.normal(scale=0.7, size=width)))
    return features, rng.random(rows) < chance


@pytest.mark.real_data
class TestPublishedCase:
    """Li, Mickel and Taylor, "Should this loan be approved or denied?", JSE 26 (2018): the case of
    real-estate loans in California. The event is the default, so features that protect are negative.
    """

    def test_gives_the_published_coefficients(self) -> None:
        path = SHARED / "sba_case" / "SBAcase.11.13.17.csv"
        if not path.is_file():
            pytest.skip(f"the loan case is not at {path} (set SHUXIN_DATA)")
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row["Selected"] == "1"]
        names = ("RealEstate", "Portion", "Recession")
        features = np.array([[float(row[name]) for name in names] for row in rows])
        fit = fit_logistic(
            features=features, outcomes=np.array([row["Default"] == "1" for row in rows])
        )
        assert len(rows) == 1051
        found = (fit.intercept, *fit.coefficients.tolist())
        assert found == pytest.approx((1.393064, -2.128217, -2.987482, 0.504123), abs=1e-6)
        assert fit.converged


class TestFitLogistic:
    @given(seeds, st.sampled_from([0.0, 0.5, 20.0]))
    def test_reaches_what_a_general_optimiser_reaches(self, seed: int, ridge: float) -> None:
        features, outcomes = sample(seed)
        signs = np.where(outcomes, 1.0, -1.0)

        def loss(beta: np.ndarray) -> float:
            eta = beta[0] + features @ beta[1:]
            return float(np.logaddexp(0, -signs * eta).sum() + 0.5 * ridge * (beta[1:] ** 2).sum())

        slow = minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-7})
        fit = fit_logistic(features=features, outcomes=outcomes, ridge=ridge)
        assert fit.converged
        assert [fit.intercept, *fit.coefficients] == pytest.approx(slow.x, abs=2e-4)

    @given(seeds)
    def test_predicts_as_many_events_as_there_are(self, seed: int) -> None:
        features, outcomes = sample(seed)
        fit = fit_logistic(features=features, outcomes=outcomes)
        chance = 1 / (1 + np.exp(-fit.log_odds(features)))
        assert chance.sum() == pytest.approx(outcomes.sum(), abs=1e-6)
        assert fit.gradient < 1e-6

    @given(seeds)
    def test_the_other_event_turns_every_sign(self, seed: int) -> None:
        features, outcomes = sample(seed)
        fit = fit_logistic(features=features, outcomes=outcomes)
        turned = fit_logistic(features=features, outcomes=~outcomes)
        assert turned.coefficients == pytest.approx(-fit.coefficients, abs=1e-7)
        assert turned.intercept == pytest.approx(-fit.intercept, abs=1e-7)

    @given(seeds)
    def test_a_weight_is_so_many_equal_rows(self, seed: int) -> None:
        features, outcomes = sample(seed)
        times = np.random.default_rng(seed).integers(1, 4, len(outcomes))
        weighted = fit_logistic(features=features, outcomes=outcomes, weights=times.astype(float))
        repeated = fit_logistic(
            features=np.repeat(features, times, axis=0), outcomes=np.repeat(outcomes, times)
        )
        assert weighted.coefficients == pytest.approx(repeated.coefficients, abs=1e-8)
        assert weighted.standard_errors == pytest.approx(repeated.standard_errors, abs=1e-8)
        assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood)

    def test_two_by_two_has_a_closed_form(self) -> None:
        features = np.array([[0.0]] * 40 + [[1.0]] * 60)
        outcomes = np.array([True] * 10 + [False] * 30 + [True] * 45 + [False] * 15)
        fit = fit_logistic(features=features, outcomes=outcomes)
        assert fit.intercept == pytest.approx(math.log(10 / 30))
        assert fit.coefficients[0] == pytest.approx(math.log((45 / 15) / (10 / 30)))
        spread = math.sqrt(1 / 10 + 1 / 30 + 1 / 45 + 1 / 15)
        assert fit.standard_errors[0] == pytest.approx(spread)
        assert fit.intercept_error == pytest.approx(math.sqrt(1 / 10 + 1 / 30))
        z = fit.coefficients[0] / spread
        assert fit.p_values[0] == pytest.approx(math.erfc(z / math.sqrt(2)))
        likelihood = 10 * math.log(0.25) + 30 * math.log(0.75) + 45 * math.log(0.75)
        likelihood += 15 * math.log(0.25)
        assert fit.log_likelihood == pytest.approx(likelihood)
        assert fit.aic == pytest.approx(4 - 2 * likelihood)
        assert fit.bic == pytest.approx(2 * math.log(100) - 2 * likelihood)

    def test_no_feature_gives_the_share(self) -> None:
        fit = fit_logistic(features=np.empty((10, 0)), outcomes=np.arange(10) < 3)
        assert fit.intercept == pytest.approx(math.log(3 / 7))

    def test_a_ridge_draws_coefficients_in(self) -> None:
        features, outcomes = sample(1)
        sizes = [
            np.abs(fit_logistic(features=features, outcomes=outcomes, ridge=r).coefficients).sum()
            for r in (0.0, 1.0, 100.0)
        ]
        assert sizes == sorted(sizes, reverse=True)

    @pytest.mark.parametrize("event", [True, False])
    def test_one_class_is_refused(self, event: bool) -> None:
        with pytest.raises(OneClassOnly, match="All 5 outcomes"):
            fit_logistic(features=np.ones((5, 1)), outcomes=np.full(5, event))

    def test_a_doubled_feature_is_refused(self) -> None:
        features, outcomes = sample(2)
        doubled = np.column_stack((features, features[:, 0]))
        with pytest.raises(CharacteristicsCollinear):
            fit_logistic(features=doubled, outcomes=outcomes)
        assert fit_logistic(features=doubled, outcomes=outcomes, ridge=1.0).converged

    def test_shapes_must_agree(self) -> None:
        with pytest.raises(ValueError, match="features"):
            fit_logistic(features=np.ones((5, 1)), outcomes=np.array([True, False]))


class TestWaldPValues:
    def test_are_those_of_printed_tables_on_both_sides(self) -> None:
        """Quantiles of the normal distribution for .05, .01 and .001, two-sided."""
        sizes = np.array([1.959964, -2.575829, 3.290527, 0.0])
        errors = np.array([2.0, 0.5, 1.0, 3.0])
        found = wald_p_values(coefficients=sizes * errors, standard_errors=errors)
        assert found == pytest.approx([0.05, 0.01, 0.001, 1.0], rel=1e-5)


class TestSeparation:
    def test_full_separation_is_told(self) -> None:
        features, _ = sample(3)
        with pytest.raises(Separated):
            fit_logistic(features=features, outcomes=features[:, 0] + features[:, 1] > 0.2)

    def test_a_category_without_goods_is_told(self) -> None:
        rng = np.random.default_rng(4)
        rare = (rng.random(500) < 0.04).astype(float)
        outcomes = (rng.random(500) < 0.3) | (rare > 0)
        features = np.column_stack((rare, rng.normal(size=500)))
        with pytest.raises(Separated):
            fit_logistic(features=features, outcomes=outcomes)
        assert fit_logistic(features=features, outcomes=outcomes, ridge=1.0).converged

    def test_a_steep_fit_that_ends_is_not(self) -> None:
        rng = np.random.default_rng(5)
        features = rng.normal(scale=8.0, size=(4000, 1))
        outcomes = rng.random(4000) < 1 / (1 + np.exp(-2 * features[:, 0]))
        fit = fit_logistic(features=features, outcomes=outcomes)
        assert np.abs(fit.log_odds(features)).max() > 15
        assert fit.coefficients[0] == pytest.approx(2, abs=0.5)

    @given(seeds)
    def test_on_a_line_it_is_two_ranges_that_do_not_overlap(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        values, outcomes = rng.integers(0, 6, 8), rng.random(8) < 0.5
        if outcomes.all() or not outcomes.any():
            return
        high, low = values[outcomes], values[~outcomes]
        apart = (min(high) >= max(low) or max(high) <= min(low)) and np.ptp(values) > 0
        features = values[:, None].astype(float)
        if apart:
            with pytest.raises(Separated):
                refuse_separated(features=features, outcomes=outcomes)
        else:
            refuse_separated(features=features, outcomes=outcomes)
