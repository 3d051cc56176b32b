"""Which characteristics enter the card, and why the others do not.

Every rule looks at the training rows it is given and nothing else, so that a caller who validates runs
the whole selection again in each fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.binning.finding import filled
from shuxin.scoring.binning.table import LEAKAGE
from shuxin.scoring.card.plan import Search, Separation
from shuxin.scoring.card.regression import Regression, Separated, fit_logistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.scoring.binning.characteristic import BinnedCharacteristic
    from shuxin.scoring.binning.finding import Finding
    from shuxin.scoring.card.plan import SelectionPlan

    FloatArray: TypeAlias = NDArray[np.float64]
    BoolArray: TypeAlias = NDArray[np.bool_]

UNUSABLE = frozenset({"constant", "all_missing"})
_NEARLY_SINGULAR = 1e6
"""Beyond this inflation an inverse says little of the last digits."""

_WEAK = Text(en="IV {iv:.4f} is below {limit}", zh="IV {iv:.4f} 低于 {limit}")
_ALIKE = Text(
    en="Its WOE correlates {r:.2f} with that of {other}, which has the higher IV",
    zh="与 IV 更高的 {other} 的 WOE 相关系数为 {r:.2f}",
)
_INFLATED = Text(
    en="Its variance inflation {vif:.1f} is not below {limit}",
    zh="方差膨胀因子 {vif:.1f} 不低于 {limit}",
)
_SIGN = Text(
    en="Its coefficient {coefficient:.3f} is not positive: its points would contradict its bad rates",
    zh="系数 {coefficient:.3f} 不为正，分值会与坏账率矛盾",
)
_INSIGNIFICANT = Text(en="Its p-value {p:.3f} is above {limit}", zh="p 值 {p:.3f} 高于 {limit}")
_FULL = Text(
    en="The card takes {most} characteristics; with p-value {p:.3f} it adds least",
    zh="评分卡最多 {most} 个特征；其 p 值 {p:.3f}，贡献最小",
)
_GROUP_FULL = Text(
    en="Its group {group} has its {most} characteristics already",
    zh="所属组 {group} 已达 {most} 个特征",
)
_NO_GAIN = Text(
    en="Adding it lowered the {criterion} too little, made a coefficient negative, or the card has its {most}",
    zh="加入后 {criterion} 降低不足、出现负系数，或评分卡已达 {most} 个特征",
)


class NothingUseful(InvalidInput):
    code = "no_useful_characteristic"
    what = Text(
        en="None of the {count} characteristics may enter the card; dropped last: {names}",
        zh="{count} 个特征均不能进入评分卡；最后剔除的是：{names}",
    )
    mend = Text(
        en="Add characteristics or rows, or change the limits of the plan",
        zh="请增加特征或样本，或调整方案中的限值",
    )


@dataclass(frozen=True, slots=True)
class Entrant:
    """A characteristic that may enter, as the filters see it."""

    name: str
    group: str
    iv: float


@dataclass(frozen=True, slots=True)
class Candidate(Entrant):
    """One whose rows are at hand: (n,) WOE of the training rows, positive = good."""

    woe: FloatArray


@dataclass(frozen=True, slots=True)
class Dropped:
    """A characteristic that did not enter, and why."""

    name: str
    why: Text


@dataclass(frozen=True, slots=True)
class Selected:
    """The names kept, in the order of the regression's coefficients, and every drop in its order."""

    kept: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    regression: Regression


def too_weak(*, iv: float, plan: SelectionPlan) -> Text | None:
    """Why this information value is not enough, None when it is."""
    return filled(_WEAK, iv=iv, limit=plan.min_iv) if iv < plan.min_iv else None


def barred(
    *, binned: Sequence[BinnedCharacteristic], findings: Sequence[Finding], plan: SelectionPlan
) -> dict[str, Text]:
    """What its own table or a finding keeps out, by name, and why."""
    found = {
        each.characteristic: each.detail
        for each in findings
        if each.code in UNUSABLE or (each.code == LEAKAGE and each.characteristic not in plan.named)
    }
    weak = ((each.name, too_weak(iv=each.iv, plan=plan)) for each in binned)
    return {name: why for name, why in weak if why} | found


def select(
    *, candidates: Sequence[Candidate], outcomes: BoolArray, plan: SelectionPlan
) -> Selected:
    """Filter by correlation, group and inflation, then fit so that every coefficient is positive.

    Args:
        candidates: strong enough, their WOE not all equal; equal sets in any order select equally.
        outcomes: (n,) true where bad.
        plan: the limits.

    Raises:
        NothingUseful: no candidate is left.
        OneClassOnly: all outcomes are equal.
        Separated: the fit has no end, and the plan says to refuse.
    """
    places, dropped = sift(entrants=candidates, correlation=_correlation(candidates), plan=plan)
    log = list(dropped)
    left = [candidates[nth] for nth in places]
    search = _guarded if plan.search is Search.ALL else _forward
    kept, fit = search(left, _Fitter(good=~outcomes, plan=plan), log)
    if not kept or fit is None:
        last = ", ".join(drop.name for drop in log[-5:])
        raise NothingUseful(count=len(candidates), names=last)
    return Selected(kept=tuple(each.name for each in kept), dropped=tuple(log), regression=fit)


def sift(
    *, entrants: Sequence[Entrant], correlation: FloatArray, plan: SelectionPlan
) -> tuple[tuple[int, ...], tuple[Dropped, ...]]:
    """Filter by correlation, group and inflation, from the highest IV down.

    Args:
        entrants: strong enough, their WOE not all equal.
        correlation: (p, p) of their WOE.
        plan: the limits.

    Returns:
        Places of those that stay, the highest IV first, and every drop in its order.
    """
    log: list[Dropped] = []
    ranks = sorted(range(len(entrants)), key=lambda nth: (-entrants[nth].iv, entrants[nth].name))
    sieve = _Sieve(entrants, correlation, plan, log)
    left = sieve.uninflated(sieve.within_groups(sieve.unlike(ranks)))
    return tuple(left), tuple(log)


def against(
    *, coefficients: FloatArray, p_values: FloatArray, plan: SelectionPlan
) -> dict[int, Text]:
    """What a fit drops before the next one, by place, and why; nothing when no rule is broken."""
    return _offences(coefficients, p_values, plan) or _excess(p_values, plan)


@dataclass(frozen=True, slots=True)
class _Fitter:
    """Fits the log-odds of good; separation is met as the plan says."""

    good: BoolArray
    plan: SelectionPlan

    def fit(self, chosen: Sequence[Candidate]) -> Regression:
        features = np.column_stack([np.empty((self.good.size, 0)), *(each.woe for each in chosen)])
        try:
            return fit_logistic(features=features, outcomes=self.good, ridge=self.plan.ridge)
        except Separated:
            if self.plan.separation is Separation.REFUSE:
                raise
        return fit_logistic(features=features, outcomes=self.good, ridge=self.plan.fallback_ridge)

    def offends(self, fit: Regression) -> bool:
        return bool(_offences(fit.coefficients, fit.p_values, self.plan))

    def criterion(self, fit: Regression) -> float:
        return fit.bic if self.plan.search is Search.FORWARD_BIC else fit.aic


@dataclass(frozen=True, slots=True)
class _Sieve:
    """The filters before a fit; each takes places in falling IV and gives those that stay."""

    entrants: Sequence[Entrant]
    correlation: FloatArray
    plan: SelectionPlan
    log: list[Dropped]

    def unlike(self, ranks: Sequence[int]) -> list[int]:
        """From the highest IV down, keep what correlates with nothing kept before."""
        kept: list[int] = []
        for nth in ranks:
            sizes = np.abs(self.correlation[nth, kept])
            if kept and sizes.max() >= self.plan.max_correlation:
                like = kept[int(sizes.argmax())]
                other = self.entrants[like].name
                self._drop(nth, filled(_ALIKE, r=self.correlation[nth, like], other=other))
            else:
                kept.append(nth)
        return kept

    def within_groups(self, ranks: Sequence[int]) -> list[int]:
        """Before the fit, the highest IV of each group; a search forward chooses within groups itself."""
        if self.plan.search is not Search.ALL:
            return list(ranks)
        kept: list[int] = []
        for nth in ranks:
            others = [self.entrants[other] for other in kept]
            why = _group_full(self.entrants[nth], others, self.plan)
            if why is None:
                kept.append(nth)
            else:
                self._drop(nth, why)
        return kept

    def uninflated(self, ranks: Sequence[int]) -> list[int]:
        """From the highest IV down, those that inflate nothing that stays: the strongest is never dropped."""
        places: list[int] = []
        for nth in ranks:
            tried = [*places, nth]
            part = self.correlation[np.ix_(tried, tried)]
            inflation = float(variance_inflation(part).max())
            if inflation < self.plan.max_vif:
                places = tried
            else:
                self._drop(nth, filled(_INFLATED, vif=inflation, limit=self.plan.max_vif))
        return places

    def _drop(self, nth: int, why: Text) -> None:
        self.log.append(Dropped(self.entrants[nth].name, why))


def _group_full(each: Entrant, kept: Sequence[Entrant], plan: SelectionPlan) -> Text | None:
    """Why the group takes no more, None when it does; a characteristic without a group is free."""
    in_group = sum(1 for other in kept if each.group and other.group == each.group)
    if plan.most_per_group is None or in_group < plan.most_per_group:
        return None
    return filled(_GROUP_FULL, group=each.group, most=plan.most_per_group)


def variance_inflation(correlation: FloatArray, /) -> FloatArray:
    """(p,) VIF (方差膨胀因子), ``1 / (1 - R^2)`` of each on the others, from their (p, p) correlations.

    They are the diagonal of the inverse, where there is one. Infinite where one is a combination of the others.
    """
    try:
        found = np.asarray(np.linalg.inv(correlation).diagonal(), np.float64)
    except np.linalg.LinAlgError:
        return _inflation_one_by_one(correlation)
    sound = found.size == 0 or (found.min() > 0.5 and found.max() < _NEARLY_SINGULAR)  # noqa: PLR2004 - at least 1
    return found if sound else _inflation_one_by_one(correlation)


def _inflation_one_by_one(correlation: FloatArray) -> FloatArray:
    """The same for any matrix: each regressed on the others, which may themselves be combinations."""
    found = np.ones(len(correlation))
    for nth in range(len(correlation)):
        others = np.delete(np.arange(len(correlation)), nth)
        with_others = correlation[nth, others]
        weights = np.linalg.lstsq(correlation[np.ix_(others, others)], with_others, rcond=None)[0]
        unexplained = 1.0 - float(with_others @ weights)
        found[nth] = 1.0 / unexplained if unexplained > 1e-12 else np.inf  # noqa: PLR2004 - rounding
    return found


def _correlation(candidates: Sequence[Candidate]) -> FloatArray:
    if not candidates:
        return np.empty((0, 0))
    columns = np.array([each.woe for each in candidates])
    return np.atleast_2d(np.corrcoef(columns))


def _guarded(
    ranked: Sequence[Candidate], fitter: _Fitter, log: list[Dropped]
) -> tuple[list[Candidate], Regression | None]:
    """Fit, drop what breaks a rule, and fit again until nothing does."""
    left = list(ranked)
    while left:
        fit = fitter.fit(left)
        offences = against(coefficients=fit.coefficients, p_values=fit.p_values, plan=fitter.plan)
        if not offences:
            return left, fit
        from_the_end = sorted(offences, reverse=True)
        log.extend(Dropped(left.pop(nth).name, offences[nth]) for nth in from_the_end)
    return left, None


def _offences(
    coefficients: FloatArray, p_values: FloatArray, plan: SelectionPlan
) -> dict[int, Text]:
    """The worst coefficient against the sign, else the worst p-value above the limit, else nothing."""
    if not len(coefficients):
        return {}
    worst = int(coefficients.argmin())
    if coefficients[worst] <= 0:
        return {worst: filled(_SIGN, coefficient=coefficients[worst])}
    least = int(p_values.argmax())
    if plan.max_p_value is not None and p_values[least] > plan.max_p_value:
        return {least: filled(_INSIGNIFICANT, p=p_values[least], limit=plan.max_p_value)}
    return {}


def _excess(p_values: FloatArray, plan: SelectionPlan) -> dict[int, Text]:
    """Of those more than the card may hold, the least significant half; so few fits are needed."""
    half = (len(p_values) - plan.most + 1) // 2
    least = np.argsort(-p_values, kind="stable")[: max(half, 0)].tolist()
    return {nth: filled(_FULL, p=p_values[nth], most=plan.most) for nth in least}


def _forward(
    ranked: Sequence[Candidate], fitter: _Fitter, log: list[Dropped]
) -> tuple[list[Candidate], Regression | None]:
    """Add the one that lowers the criterion most, while one does and all coefficients stay positive."""
    kept: list[Candidate] = []
    waiting = list(ranked)
    fit: Regression | None = None
    lowest = fitter.criterion(fitter.fit([]))
    while waiting and len(kept) < fitter.plan.most:
        tried = [
            (fitter.criterion(found), nth, found)
            for nth, each in enumerate(waiting)
            if _group_full(each, kept, fitter.plan) is None
            and not fitter.offends(found := fitter.fit([*kept, each]))
        ]
        best = min(tried, key=lambda each: each[:2], default=None)
        if best is None or best[0] >= lowest:
            break
        lowest, nth, fit = best
        kept.append(waiting.pop(nth))
    why = filled(_NO_GAIN, criterion=fitter.plan.search.value[-3:].upper(), most=fitter.plan.most)
    log.extend(Dropped(each.name, _group_full(each, kept, fitter.plan) or why) for each in waiting)
    return kept, fit
