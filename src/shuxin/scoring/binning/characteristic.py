"""One characteristic in bins, and how it is found from values and outcomes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.binning.counts import auc_of_counts, iv_of_counts, woe_of_counts
from shuxin.scoring.binning.lookup import UNSEEN, Values, categories_of, numbers_of
from shuxin.scoring.binning.merge import MergePlan, Trend, merge_bins
from shuxin.scoring.binning.prebins import counts_between, fine_categories, quantile_edges
from shuxin.scoring.binning.shape import BinShape, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.kernel.canonical import Json

    FloatArray: TypeAlias = NDArray[np.float64]
    IntArray: TypeAlias = NDArray[np.int64]
    BoolArray: TypeAlias = NDArray[np.bool_]


class LengthsDisagree(InvalidInput):
    code = "scoring_lengths_disagree"
    what = Text(
        en="{name} has {found} values where {wanted} are expected",
        zh="{name} 有 {found} 个值，应为 {wanted} 个",
    )
    mend = Text(
        en="Give every column and the outcomes one value for each row, in the same order",
        zh="请让各列与结果逐行对应、长度一致",
    )


@dataclass(frozen=True, slots=True)
class BinningPlan:
    """How values become bins. ``max_fine`` bins before the merge; a category below ``rare_share`` is rare."""

    merge: MergePlan = field(default_factory=MergePlan)
    max_fine: int = 40
    rare_share: float = 0.01


@dataclass(frozen=True)
class BinnedCharacteristic:
    """A characteristic (特征变量) with the counts of each of its bins; (shape.count,) good and bad.

    WOE is positive where the good are, 0 for a bin without rows and for categories in no bin.
    """

    shape: BinShape
    good: tuple[int, ...]
    bad: tuple[int, ...]
    separates: bool = False

    def __post_init__(self) -> None:
        for counts in (self.good, self.bad):
            if len(counts) != self.shape.count:
                raise LengthsDisagree(name=self.name, found=len(counts), wanted=self.shape.count)

    @property
    def name(self) -> str:
        return self.shape.name

    @cached_property
    def woe(self) -> tuple[float, ...]:
        return tuple(woe_of_counts(good=self.good, bad=self.bad).tolist())

    @cached_property
    def iv_parts(self) -> tuple[float, ...]:
        return tuple(iv_of_counts(good=self.good, bad=self.bad).tolist())

    @property
    def iv(self) -> float:
        return sum(self.iv_parts)

    @cached_property
    def auc(self) -> float:
        """Of the characteristic alone, over its bins."""
        return auc_of_counts(good=self.good, bad=self.bad)

    def assign(self, values: Values, /) -> NDArray[np.intp]:
        """(n,) bin of each value, UNSEEN for a category no bin takes. Raises as the lookup does."""
        return self.shape.lookup.many(values)

    def woe_of(self, values: Values, /) -> FloatArray:
        """(n,) WOE of each value; 0 for a category no bin takes."""
        return np.asarray((*self.woe, 0.0), np.float64)[self.assign(values)]

    def as_json(self) -> dict[str, Json]:
        """Bins, counts, WOE and IV, for reports and records."""
        shape = self.shape
        return {
            "name": shape.name,
            "kind": shape.kind.value,
            "edges": shape.edges,
            "specials": shape.specials,
            "categories": shape.categories,
            "others": shape.others,
            "good": self.good,
            "bad": self.bad,
            "woe": self.woe,
            "iv": self.iv,
        }


def bin_numbers(
    *,
    name: str,
    values: Values,
    outcomes: BoolArray,
    plan: BinningPlan,
    specials: Sequence[float] = (),
    edges: Sequence[float] | None = None,
) -> BinnedCharacteristic:
    """Bin a numeric characteristic: fine quantile bins merged for the highest IV.

    Args:
        name: of the characteristic, for messages.
        values: (n,) numbers; NaN is missing.
        outcomes: (n,) true where bad.
        plan: the plan of the merge; its smallest share counts over all n rows.
        specials: values that are codes, each with a bin of its own.
        edges: the analyst's own edges, kept as they are; None to look for the best.

    Raises:
        InfiniteValues: infinite values.
        ValuesOfWrongKind: values that are not numbers.
        LengthsDisagree: not one outcome for each value.
        BinsInvalid: edges that do not rise strictly.
    """
    numbers = numbers_of(name=name, values=values)
    if numbers.size != outcomes.size:
        raise LengthsDisagree(name=name, found=numbers.size, wanted=outcomes.size)
    codes = tuple(sorted(set(specials)))
    apart = np.isnan(numbers) | np.isin(numbers, codes)
    ordered, ordered_bad = np.sort(numbers[~apart]), np.sort(numbers[~apart & outcomes])
    cuts = quantile_edges(ordered=ordered, most=plan.max_fine) if edges is None else tuple(edges)
    shape = BinShape(name=name, kind=Kind.NUMERIC, edges=cuts, specials=codes)
    bad = np.concatenate(
        (
            counts_between(ordered=ordered_bad, edges=cuts),
            _counts_apart(shape, numbers[apart & outcomes]),
        )
    )
    both = np.concatenate(
        (counts_between(ordered=ordered, edges=cuts), _counts_apart(shape, numbers[apart]))
    )
    fine = BinnedCharacteristic(
        shape=shape, good=tuple((both - bad).tolist()), bad=tuple(bad.tolist())
    )
    return merge_numbers(fine=fine, plan=plan.merge) if edges is None else fine


def merge_numbers(*, fine: BinnedCharacteristic, plan: MergePlan) -> BinnedCharacteristic:
    """Merge a numeric characteristic's fine bins for the highest IV; needs nothing but its counts.

    The plan's smallest share counts over all rows; special and missing values keep their bins.
    """
    groups, edges = fine.shape.groups, fine.shape.edges
    rows = sum(fine.good) + sum(fine.bad)
    ranges = merge_bins(
        good=fine.good[:groups], bad=fine.bad[:groups], plan=_of_all_rows(plan, rows)
    )
    return BinnedCharacteristic(
        shape=replace(fine.shape, edges=tuple(edges[part.start - 1] for part in ranges[1:])),
        good=(*_sums(fine.good, ranges), *fine.good[groups:]),
        bad=(*_sums(fine.bad, ranges), *fine.bad[groups:]),
        separates=_all_pure(fine.good[:groups], fine.bad[:groups]),
    )


def bin_categories(
    *, name: str, values: Values, outcomes: BoolArray, plan: BinningPlan
) -> BinnedCharacteristic:
    """Bin a categorical characteristic: rare categories pooled, the rest merged in order of bad rate.

    Args:
        name: of the characteristic, for messages.
        values: (n,) text; None and empty text are missing.
        outcomes: (n,) true where bad.
        plan: as for numbers; its trend is not used, as bad rates rise by construction.

    Raises:
        ValuesOfWrongKind: values that are not text.
        LengthsDisagree: not one outcome for each value.
    """
    texts = categories_of(name=name, values=values)
    if len(texts) != outcomes.size:
        raise LengthsDisagree(name=name, found=len(texts), wanted=outcomes.size)
    place = {text: nth for nth, text in enumerate(sorted({*texts, ""}))}  # "" is missing and first
    codes = np.fromiter((place[text] for text in texts), np.intp, len(texts))
    bad = np.bincount(codes[outcomes], minlength=len(place))
    good = np.bincount(codes, minlength=len(place)) - bad
    return merge_categories(
        name=name,
        categories=tuple(place)[1:],
        good=good[1:],
        bad=bad[1:],
        missing=(int(good[0]), int(bad[0])),
        plan=plan,
    )


def merge_categories(
    *,
    name: str,
    categories: Sequence[str],
    good: IntArray,
    bad: IntArray,
    missing: tuple[int, int],
    plan: BinningPlan,
) -> BinnedCharacteristic:
    """Merge categories into groups; needs nothing but counts.

    Args:
        name: of the characteristic.
        categories: (c,) that are not missing; none at all gives one empty group that takes them all.
        good: (c,) counts of the good in each.
        bad: (c,) counts of the bad.
        missing: good and bad among the missing values.
        plan: as for ``bin_categories``.
    """
    fine = fine_categories(
        names=categories, good=good, bad=bad, rare_share=plan.rare_share, most=plan.max_fine
    )
    if not fine.names:
        shape = BinShape(name=name, kind=Kind.CATEGORICAL, categories=((),), others=0)
        return BinnedCharacteristic(shape=shape, good=(0, missing[0]), bad=(0, missing[1]))
    rows = int(good.sum() + bad.sum()) + sum(missing)
    merge = replace(_of_all_rows(plan.merge, rows), trend=Trend.ASCENDING)
    ranges = merge_bins(good=fine.good, bad=fine.bad, plan=merge)
    groups = [fine.names[part.start : part.stop] for part in ranges]
    shape = BinShape(
        name=name,
        kind=Kind.CATEGORICAL,
        categories=tuple(tuple(sorted(filter(None, group))) for group in groups),
        others=next((nth for nth, group in enumerate(groups) if "" in group), UNSEEN),
    )
    return BinnedCharacteristic(
        shape=shape,
        good=(*_sums(fine.good.tolist(), ranges), missing[0]),
        bad=(*_sums(fine.bad.tolist(), ranges), missing[1]),
        separates=_all_pure(fine.good.tolist(), fine.bad.tolist()),
    )


def _all_pure(good: Sequence[int], bad: Sequence[int]) -> bool:
    """Whether both classes occur and no fine bin holds both."""
    mixed = any(g and b for g, b in zip(good, bad, strict=True))
    return not mixed and any(good) and any(bad)


def _counts_apart(shape: BinShape, numbers: FloatArray) -> IntArray:
    """(specials + 1,) counts of special and missing values, which are all that is given."""
    return np.bincount(shape.lookup.many(numbers), minlength=shape.count)[shape.groups :]


def _sums(counts: Sequence[int], ranges: Sequence[range]) -> list[int]:
    return [sum(counts[part.start : part.stop]) for part in ranges]


def _of_all_rows(merge: MergePlan, rows: int) -> MergePlan:
    """The smallest share counts over the missing and special values too."""
    return replace(merge, min_rows=max(merge.min_rows, math.ceil(merge.min_share * rows)))
