"""The deviance that the label party reckons from slopes, against the true one of the pooled data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.federation.regression.world import LABEL, RegressionKind, design, run, sample, task_of

from shuxin.federation.regression.curve import CURVE, Curve

if TYPE_CHECKING:
    from pathlib import Path


def deviance(x: np.ndarray, good: np.ndarray, beta: np.ndarray) -> float:
    odds = x @ beta
    return float(2 * (np.logaddexp(0, odds) - good * odds).sum())


class TestCurve:
    @given(st.integers(0, 10_000))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_where_the_slope_is_linear_along_the_steps_the_rule_is_exact(self, seed: int) -> None:
        """Of a quadratic, whatever the steps."""
        rng = np.random.default_rng(seed)
        half = rng.normal(size=(3, 3))
        form, top = half @ half.T + np.eye(3), rng.normal(size=3)
        kept: dict[str, bytes] = {}
        curve = Curve(kept.__setitem__, step="fit0", good=1, rows=2, most=9, curvature=form)
        betas = [np.zeros(3), *rng.normal(size=(4, 3))]
        for beta in betas:
            curve.note(beta, -form @ (beta - top))
        told = [one["deviance"] for one in json.loads(kept[CURVE + "fit0"])["points"]]
        true = [float((beta - top) @ form @ (beta - top)) for beta in betas]
        assert np.allclose(np.diff(told), np.diff(true))

    def test_begins_at_what_the_outcomes_alone_say(self) -> None:
        kept: dict[str, bytes] = {}
        good, rows = 70, 100
        curve = Curve(
            kept.__setitem__, step="fit0", good=good, rows=rows, most=9, curvature=np.eye(2)
        )
        curve.note(np.array([np.log(good / (rows - good)), 0.0]), np.zeros(2))
        told = json.loads(kept[CURVE + "fit0"])["points"][0]["deviance"]
        assert np.isclose(told, -2 * (70 * np.log(0.7) + 30 * np.log(0.3)))


class TestCurveOfAJointFit:
    def test_follows_the_true_deviance_of_the_pooled_data(self, tmp_path: Path) -> None:
        parts, good = sample(7, rows=1500, columns=(2, 2))
        kind = RegressionKind(task_of(parts), parts, good)
        outcome = run(kind, tmp_path)
        read = json.loads(outcome.kept[LABEL][CURVE + "fit"])
        told = [one["deviance"] for one in read["points"]]
        fit, x = kind.fit, design(parts)
        assert fit is not None
        beta = np.concatenate([[fit.intercept], *fit.coefficients])
        first = deviance(x, good, np.array([np.log(good.mean() / (1 - good.mean())), 0, 0, 0, 0]))
        last = deviance(x, good, beta)
        assert (read["rows"], read["most"], len(told)) == (
            1500,
            kind.task.iterations,
            fit.iterations,
        )
        assert abs(told[0] - first) < 0.01 * first
        assert abs(told[-1] - last) < 0.03 * (first - last)
        others = [name for party, kept in outcome.kept.items() if party != LABEL for name in kept]
        assert not [name for name in others if name.startswith(CURVE)]
