"""Proportional-odds regression (比例优势模型) for ordered ratings such as A < B < C < D.

``ln(P(grade <= j) / P(grade > j)) = threshold_j - x @ coefficients`` with x standardised: a positive
coefficient moves towards the later grades. (McCullagh, JRSS B 1980.)
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, cast

import numpy as np
from pydantic import Field, ValidationError

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.rounded import logistic
from shuxin.kernel.text import Text
from shuxin.scoring.binning.characteristic import LengthsDisagree
from shuxin.scoring.binning.lookup import numbers_of
from shuxin.scoring.card.form import Count, Form, Name, Real
from shuxin.scoring.card.sealed import CardInvalid, open_sealed, sealed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.kernel.canonical import Json

    FloatArray: TypeAlias = NDArray[np.float64]

FORMAT = "shuxin-ordinal/1"
_MOST_STEPS = 100
_MOST_HALVINGS = 40
_DECREMENT = 1e-12
_ROUNDING = 1e-13


class GradeEmpty(InvalidInput):
    code = "grade_without_rows"
    what = Text(en="Grade {label} has no training rows", zh="等级 {label} 没有训练样本")
    mend = Text(en="Pool it with the next grade", zh="请与相邻等级合并")


@dataclass(frozen=True, slots=True)
class OrdinalPlan:
    """name: of the model. names: (p,) of the columns. grades: (k,) labels in their order, best first.

    ridge: penalty ``ridge/2 * sum(coefficients^2)`` on standardised inputs, above 0. Raises ValueError.
    """

    name: str
    names: tuple[str, ...]
    grades: tuple[str, ...]
    ridge: float = 1.0

    def __post_init__(self) -> None:
        if not self.ridge > 0 or len(self.grades) < 2 or not self.names:  # noqa: PLR2004 - two ends
            raise ValueError("the ridge is above 0; there are two grades or more, and a column")


@dataclass(frozen=True, slots=True)
class OrdinalCard:
    """A fitted model as it is kept. Raises CardInvalid.

    means, scales: (p,) of the training inputs. thresholds: (k - 1,) strictly rising. made_on and
    data_hash as on a scorecard.
    """

    name: str
    made_on: str
    names: tuple[str, ...]
    grades: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    thresholds: tuple[float, ...]
    coefficients: tuple[float, ...]
    ridge: float
    rows: int
    data_hash: str
    format: str = FORMAT

    def __post_init__(self) -> None:
        widths = {len(part) for part in (self.names, self.means, self.scales, self.coefficients)}
        reals = (*self.means, *self.scales, *self.thresholds, *self.coefficients, self.ridge)
        rising = all(low < high for low, high in pairwise(self.thresholds))
        if len(widths) != 1 or len(self.thresholds) != len(self.grades) - 1 or not rising:
            raise CardInvalid(where="thresholds")
        if not all(map(math.isfinite, reals)) or not all(scale > 0 for scale in self.scales):
            raise CardInvalid(where="scales")

    def probabilities(self, features: FloatArray, /) -> FloatArray:
        """(n, k) chance of each grade from (n, p) inputs in the order of ``names``; rows sum to 1.

        NaN is a missing input and counts as the mean of the training.

        Raises:
            InfiniteValues: an input is infinite.
            LengthsDisagree: not p columns.
        """
        inputs = _standardised(
            features, names=self.names, means=np.asarray(self.means), scales=np.asarray(self.scales)
        )
        towards = (inputs @ np.asarray(self.coefficients))[:, None]
        below = _logistic(np.asarray(self.thresholds) - towards)
        return np.diff(below, axis=1, prepend=0.0, append=1.0)

    def probabilities_of(self, features: Sequence[float], /) -> tuple[float, ...]:
        """The same for one row of finite numbers, to the last bit the same on every machine; NaN where it overflows."""
        towards = 0.0
        rows = zip(features, self.means, self.scales, self.coefficients, strict=True)
        for value, mean, scale, coefficient in rows:
            towards += (value - mean) / scale * coefficient
        below = (0.0, *(logistic(threshold - towards) for threshold in self.thresholds), 1.0)
        return tuple(upper - lower for lower, upper in pairwise(below))


def fit_ordinal(
    *,
    features: FloatArray,
    grades: NDArray[np.int64],
    plan: OrdinalPlan,
    made_on: str,
    data_hash: str,
) -> OrdinalCard:
    """Maximise the penalised likelihood by Newton's method; it is concave (Pratt, JASA 1981).

    Args:
        features: (n, p) inputs, NaN missing: it counts as the mean.
        grades: (n,) 0..k-1, places in ``plan.grades``.
        plan: names, labels and ridge.
        made_on: date as text.
        data_hash: content hash of the training snapshot.

    Raises:
        GradeEmpty: a grade has no rows.
        InfiniteValues: an input is infinite.
        LengthsDisagree: not p columns, or not one grade for each row.
        ValueError: a grade outside 0..k-1.
    """
    if len(features) != len(grades):
        raise LengthsDisagree(name=plan.name, found=len(grades), wanted=len(features))
    counts = np.bincount(grades, minlength=len(plan.grades))
    if len(counts) > len(plan.grades):
        raise ValueError("a grade has no label")
    for label, count in zip(plan.grades, counts, strict=True):
        if not count:
            raise GradeEmpty(label=label)
    means, scales = _moments(features, names=plan.names)
    inputs = _standardised(features, names=plan.names, means=means, scales=scales)
    thresholds, coefficients = _fitted(inputs, grades, counts, ridge=plan.ridge)
    return OrdinalCard(
        name=plan.name,
        made_on=made_on,
        names=plan.names,
        grades=plan.grades,
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        thresholds=tuple(thresholds.tolist()),
        coefficients=tuple(coefficients.tolist()),
        ridge=plan.ridge,
        rows=len(grades),
        data_hash=data_hash,
    )


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The penalised log-likelihood over ``(thresholds, coefficients)``, (k - 1 + p,).

    upper, lower: (n, k - 1 + p) with ``upper @ parameters`` the threshold above a row's grade less its
    x @ coefficients, and likewise below. top, bottom: (n,) rows in the last, the first grade, which have
    no threshold above, below. ridge: (k - 1 + p,).
    """

    upper: FloatArray
    lower: FloatArray
    top: NDArray[np.bool_]
    bottom: NDArray[np.bool_]
    ridge: FloatArray

    @classmethod
    def of(
        cls, *, inputs: FloatArray, grades: NDArray[np.int64], classes: int, ridge: float
    ) -> Likelihood:
        place = np.arange(classes - 1)
        return cls(
            upper=np.column_stack((grades[:, None] == place, -inputs)).astype(np.float64),
            lower=np.column_stack((grades[:, None] == place + 1, -inputs)).astype(np.float64),
            top=grades == classes - 1,
            bottom=grades == 0,
            ridge=np.concatenate((np.zeros(classes - 1), np.full(inputs.shape[1], ridge))),
        )

    def value(self, parameters: FloatArray) -> float:
        """Minus infinity where the thresholds do not rise."""
        a, b = self._bounds(parameters)
        if not (a > b).all():
            return -math.inf
        logs = -np.logaddexp(0.0, -a) - np.logaddexp(0.0, b) + np.log(-np.expm1(b - a))
        return float(logs.sum() - 0.5 * (self.ridge @ parameters**2))

    def slopes(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient and information, the second derivative with its sign turned."""
        a, b = self._bounds(parameters)
        at_a, at_b = _logistic(a), _logistic(b)
        # P(grade) without the loss of digits of a plain difference
        chance = at_a * _logistic(-b) * -np.expm1(b - a)
        steep_a, steep_b = at_a * _logistic(-a), at_b * _logistic(-b)
        pull_a, pull_b = steep_a / chance, steep_b / chance
        gradient = self.upper.T @ pull_a - self.lower.T @ pull_b - self.ridge * parameters
        bend_a = pull_a**2 - pull_a * (1.0 - 2.0 * at_a)
        bend_b = pull_b**2 + pull_b * (1.0 - 2.0 * at_b)
        cross = (self.upper * (pull_a * pull_b)[:, None]).T @ self.lower
        information = (self.upper * bend_a[:, None]).T @ self.upper - cross - cross.T
        information += (self.lower * bend_b[:, None]).T @ self.lower + np.diag(self.ridge)
        return gradient, information

    def _bounds(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        above = np.where(self.top, np.inf, self.upper @ parameters)
        return above, np.where(self.bottom, -np.inf, self.lower @ parameters)


def _fitted(
    inputs: FloatArray, grades: NDArray[np.int64], counts: NDArray[np.intp], *, ridge: float
) -> tuple[FloatArray, FloatArray]:
    likelihood = Likelihood.of(inputs=inputs, grades=grades, classes=len(counts), ridge=ridge)
    share = np.cumsum(counts)[:-1] / counts.sum()
    parameters = np.concatenate((np.log(share / (1.0 - share)), np.zeros(inputs.shape[1])))
    for _ in range(_MOST_STEPS):
        gradient, information = likelihood.slopes(parameters)
        step = np.asarray(np.linalg.solve(information, gradient), np.float64)
        parameters = _climbed(likelihood, parameters, step)
        if float(gradient @ step) < _DECREMENT:
            break
    return parameters[: len(counts) - 1], parameters[len(counts) - 1 :]


def _climbed(likelihood: Likelihood, parameters: FloatArray, step: FloatArray) -> FloatArray:
    value = likelihood.value(parameters)
    for halvings in range(_MOST_HALVINGS):
        tried = parameters + step * 0.5**halvings
        if likelihood.value(tried) >= value - _ROUNDING * (1.0 + abs(value)):
            return np.asarray(tried)
    return parameters


def _moments(features: FloatArray, *, names: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Means and standard deviations of what is present; 0 and 1 where nothing varies or is present."""
    columns = [column[~np.isnan(column)] for column in _columns(features, names)]
    means = np.array([column.mean() if column.size else 0.0 for column in columns])
    spreads = np.array([column.std() if column.size else 0.0 for column in columns])
    return means, np.where(spreads > 0, spreads, 1.0)


def _standardised(
    features: FloatArray, *, names: Sequence[str], means: FloatArray, scales: FloatArray
) -> FloatArray:
    present = np.array(_columns(features, names)).reshape(len(names), -1).T
    return np.nan_to_num((present - means) / scales, nan=0.0)


def _columns(features: FloatArray, names: Sequence[str]) -> list[FloatArray]:
    if features.ndim != 2 or features.shape[1] != len(names):  # noqa: PLR2004 - a matrix
        raise LengthsDisagree(name="features", found=features.shape[-1], wanted=len(names))
    return [numbers_of(name=name, values=features[:, nth]) for nth, name in enumerate(names)]


def _logistic(log_odds: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-np.logaddexp(0.0, -log_odds)))


_Reals: TypeAlias = Annotated[tuple[Real, ...], Field(max_length=1000)]
_Names: TypeAlias = Annotated[tuple[Name, ...], Field(max_length=1000)]


class OrdinalForm(Form):
    """What the file of an ordinal model may hold."""

    format: Literal["shuxin-ordinal/1"]
    name: Name
    made_on: Name
    names: _Names
    grades: _Names
    means: _Reals
    scales: _Reals
    thresholds: _Reals
    coefficients: _Reals
    ridge: Real
    rows: Count
    data_hash: Name


def ordinal_bytes(card: OrdinalCard, /) -> bytes:
    """The model's file; equal models give equal bytes. Raises CardInvalid where a text is too long."""
    content = cast("Json", asdict(card))
    _card_of(canonical_json(content))
    return sealed(content)


def ordinal_hash(card: OrdinalCard, /) -> str:
    """Content hash of the model, 64 hexadecimal digits; its file carries the same."""
    return content_hash(cast("Json", asdict(card)))


def read_ordinal(data: bytes, /, *, expected_hash: str | None = None) -> OrdinalCard:
    """The model of ``ordinal_bytes``. Raises as ``read_card``."""
    return _card_of(open_sealed(data, expected_hash=expected_hash))


def _card_of(content: bytes) -> OrdinalCard:
    try:
        form = OrdinalForm.model_validate_json(content)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise CardInvalid(where=where or "card") from error
    return OrdinalCard(**form.model_dump())
