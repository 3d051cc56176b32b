"""Logistic regression by Newton's method, with weights, ridge, standard errors and a word on separation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float64]
    BoolArray: TypeAlias = NDArray[np.bool_]

_MOST_STEPS = 100
_MOST_HALVINGS = 30
_DECREMENT = 1e-12
_FAR = 15.0
_ROUNDING = 1e-13
_LARGEST_CONDITION = 1e12
_SEPARATES = 1e-6


class OneClassOnly(InvalidInput):
    code = "one_class_only"
    what = Text(
        en="All {rows} outcomes are alike: there is nothing to tell apart",
        zh="{rows} 个结果全部相同，无从区分好坏",
    )
    mend = Text(
        en="Take a longer window or more applicants, until there are both good and bad",
        zh="请延长表现期或增加样本，使好坏样本都存在",
    )


class Separated(InvalidInput):
    code = "outcomes_separated"
    what = Text(
        en="A combination of the characteristics tells all or some outcomes without error, so no finite"
        " coefficients fit best",
        zh="特征组合可无误地区分全部或部分结果（完全分离），不存在有限的最优系数",
    )
    mend = Text(
        en="Look for a characteristic that contains the outcome, use fewer, or set a ridge",
        zh="请检查是否有特征包含结果信息，减少特征，或设置岭惩罚",
    )


class CharacteristicsCollinear(InvalidInput):
    code = "characteristics_collinear"
    what = Text(
        en="Some characteristics are combinations of others",
        zh="部分特征是其他特征的线性组合",
    )
    mend = Text(en="Leave out what is doubled, or set a ridge", zh="请去掉重复特征，或设置岭惩罚")


@dataclass(frozen=True, slots=True)
class Regression:
    """A fit of ``ln(p / (1 - p)) = intercept + features @ coefficients``, p the chance of a true outcome.

    coefficients, standard_errors, p_values: (p,), the p-values two-sided by Wald. intercept_error: the
    intercept's standard error. log_likelihood: at the fit, without the penalty. steps: of Newton.
    gradient: largest absolute slope left. ridge: the penalty used.
    """

    intercept: float
    coefficients: FloatArray
    intercept_error: float
    standard_errors: FloatArray
    log_likelihood: float
    rows: int
    steps: int
    gradient: float
    converged: bool
    ridge: float

    @property
    def p_values(self) -> FloatArray:
        return wald_p_values(coefficients=self.coefficients, standard_errors=self.standard_errors)

    @property
    def aic(self) -> float:
        """Akaike's criterion: lower is better."""
        return 2.0 * (len(self.coefficients) + 1) - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion: lower is better."""
        return math.log(self.rows) * (len(self.coefficients) + 1) - 2.0 * self.log_likelihood

    def log_odds(self, features: FloatArray, /) -> FloatArray:
        """(n,) of (n, p)."""
        return np.asarray(self.intercept + features @ self.coefficients)


def wald_p_values(*, coefficients: FloatArray, standard_errors: FloatArray) -> FloatArray:
    """(p,) two-sided, of coefficients that are normal about nothing with these standard errors (Wald)."""
    sizes = np.abs(coefficients / standard_errors) / math.sqrt(2.0)
    return np.array([math.erfc(size) for size in sizes.tolist()])


def fit_logistic(
    *,
    features: FloatArray,
    outcomes: BoolArray,
    weights: FloatArray | None = None,
    ridge: float = 0.0,
) -> Regression:
    """Maximise the (weighted) log-likelihood less ``ridge/2 * sum(coefficients^2)``.

    Args:
        features: (n, p) finite numbers; p may be 0.
        outcomes: (n,) the event whose log-odds are modelled.
        weights: (n,) of the rows, positive; None for 1 each.
        ridge: penalty on the coefficients, never on the intercept, in units of the features.

    Raises:
        OneClassOnly: all outcomes are equal.
        Separated: without ridge, the outcomes can be told apart and the coefficients have no end.
        CharacteristicsCollinear: without ridge, features depend on one another.
        ValueError: the shapes disagree.
    """
    if features.ndim != 2 or len(features) != len(outcomes):  # noqa: PLR2004 - a matrix
        raise ValueError("features is (n, p), outcomes (n,)")
    if outcomes.all() or not outcomes.any():
        raise OneClassOnly(rows=len(outcomes))
    weight = np.ones(len(outcomes)) if weights is None else np.asarray(weights, np.float64)
    penalty = np.array([0.0, *([ridge] * features.shape[1])])
    design = np.column_stack((np.ones(len(features)), features))
    problem = _Problem(
        design=design, event=outcomes.astype(np.float64), weight=weight, ridge=penalty
    )
    return _newton(problem, outcomes=outcomes, ridge=ridge)


@dataclass(frozen=True, slots=True)
class _Problem:
    """design: (n, p + 1) with the intercept first; ridge: (p + 1,)."""

    design: FloatArray
    event: FloatArray
    weight: FloatArray
    ridge: FloatArray

    def log_likelihood(self, eta: FloatArray) -> float:
        return float(self.weight @ (self.event * eta - np.logaddexp(0.0, eta)))

    def objective(self, beta: FloatArray) -> float:
        return self.log_likelihood(self.design @ beta) - 0.5 * float(self.ridge @ beta**2)

    def slopes(self, beta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (p + 1,) and information (p + 1, p + 1) of the objective."""
        chance = 0.5 * (1.0 + np.tanh(0.5 * (self.design @ beta)))
        gradient = self.design.T @ (self.weight * (self.event - chance)) - self.ridge * beta
        spread = self.weight * chance * (1.0 - chance)
        information = (self.design * spread[:, None]).T @ self.design + np.diag(self.ridge)
        return gradient, information


def _newton(problem: _Problem, *, outcomes: BoolArray, ridge: float) -> Regression:
    beta = np.zeros(problem.design.shape[1])
    value = problem.objective(beta)
    converged, steps = False, 0
    gradient, information = problem.slopes(beta)
    while steps < _MOST_STEPS and not converged:
        step = _solve(problem, information, gradient, outcomes, ridge)
        converged = float(gradient @ step) < _DECREMENT
        beta, value = _climb(problem, beta, step, value)
        gradient, information = problem.slopes(beta)
        steps += 1
    eta = problem.design @ beta
    if not ridge and (not converged or float(np.abs(eta).max()) > _FAR):
        refuse_separated(features=problem.design[:, 1:], outcomes=outcomes)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    return Regression(
        intercept=float(beta[0]),
        coefficients=beta[1:],
        intercept_error=float(errors[0]),
        standard_errors=errors[1:],
        log_likelihood=problem.log_likelihood(eta),
        rows=len(outcomes),
        steps=steps,
        gradient=float(np.abs(gradient).max()),
        converged=converged,
        ridge=ridge,
    )


def _solve(
    problem: _Problem,
    information: FloatArray,
    gradient: FloatArray,
    outcomes: BoolArray,
    ridge: float,
) -> FloatArray:
    """Newton's step; an information matrix that has no inverse is told as what caused it."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(information), np.finfo(np.float64).tiny))
    scaled = information * np.outer(scale, scale)
    if not np.linalg.cond(scaled) < _LARGEST_CONDITION:
        if not ridge:
            refuse_separated(features=problem.design[:, 1:], outcomes=outcomes)
        raise CharacteristicsCollinear
    return np.asarray(scale * np.linalg.solve(scaled, scale * gradient))


def _climb(
    problem: _Problem, beta: FloatArray, step: FloatArray, value: float
) -> tuple[FloatArray, float]:
    """The step, halved until it does not go down but for rounding; no step when none of the halves does."""
    lowest = value - _ROUNDING * (1.0 + abs(value))
    for halvings in range(_MOST_HALVINGS):
        tried = beta + step * 0.5**halvings
        reached = problem.objective(tried)
        if reached >= lowest:
            return tried, reached
    return beta, value


def refuse_separated(*, features: FloatArray, outcomes: BoolArray) -> None:
    """Raise Separated when a line leaves all events on one side and all others on the other.

    Decided exactly by a linear programme: is there a direction with ``s * (1, x) @ d >= 0`` for every row,
    s = 1 for events and -1 for the rest, and more than 0 for some? (Albert and Anderson, Biometrika 1984.)
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import, and rarely needed

    size = np.maximum(np.abs(features).max(axis=0, initial=0.0), np.finfo(np.float64).tiny)
    sides = np.column_stack((np.ones(len(features)), features / size))
    sides = np.unique(sides * np.where(outcomes, 1.0, -1.0)[:, None], axis=0)
    found = linprog(-sides.sum(axis=0), A_ub=-sides, b_ub=np.zeros(len(sides)), bounds=(-1, 1))
    if found.status == 0 and (sides @ found.x).max() > _SEPARATES:
        raise Separated
