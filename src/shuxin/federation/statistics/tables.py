"""Tables of weight of evidence over parties: merged at the label party on joint counts, coded at the holder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.statistics.counting import counts, hold_counts
from shuxin.federation.statistics.features import FineFeature
from shuxin.federation.statistics.wire import Answer, answer, read_answer, shared
from shuxin.scoring.api import BinnedCharacteristic, BinShape, Kind, merge_categories, merge_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.statistics.features import Given
    from shuxin.federation.statistics.task import Counting, Minimum
    from shuxin.federation.statistics.wire import SharedFeature
    from shuxin.kernel.canonical import Json
    from shuxin.scoring.api import BinningPlan

    BoolArray: TypeAlias = NDArray[np.bool_]
    IntArray: TypeAlias = NDArray[np.int64]

_FAR = 1e6
"""Placeholders of special values lie beyond those of edges."""


@dataclass(frozen=True)
class JointTable:
    """A holder's feature as the label party knows it (联合证据权重表).

    binned: counts, exact WOE and IV by bin; its edges, special values and categories are numbers of pre-bins.
    answer: what the holder is told. withheld: bins below the minimum of goods or bads, told as WOE 0. Whoever shows the
    table leaves out their counts and those of one more bin: with a single one left out, the total tells it.
    """

    party: str
    binned: BinnedCharacteristic
    answer: Answer
    withheld: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.binned.name

    def as_json(self) -> dict[str, Json]:
        """Whole, for the label party's own records."""
        return {
            **self.binned.as_json(),
            "party": self.party,
            "groups": [list(group) for group in self.answer.groups],
            "hundredths": list(self.answer.hundredths),
            "withheld": list(self.withheld),
        }


@dataclass(frozen=True)
class CodedFeature:
    """A holder's feature in merged bins (已编码特征), with its own edges and the WOE of each bin in hundredths.

    merged: the merged bin of each fine one.
    """

    shape: BinShape
    hundredths: tuple[int, ...]
    merged: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.shape.name

    def column(self, feature: FineFeature) -> IntArray:
        """(n,) WOE hundredths of the rows whose pre-bins were counted."""
        told = np.array(self.hundredths, np.int64)
        return told[self.merge(feature).bins]

    def merge(self, feature: FineFeature) -> FineFeature:
        """The same rows in the merged bins."""
        return FineFeature(self.shape, np.asarray(self.merged, np.int64)[feature.bins])

    def of(self, values: Given) -> IntArray:
        """(n,) WOE hundredths of values; 0 for a category that no bin takes. Raises as the lookup does."""
        return np.asarray((*self.hundredths, 0), np.int64)[self.shape.lookup.many(values)]


def joint_table(
    feature: SharedFeature,
    *,
    bad: IntArray,
    party: str,
    plan: BinningPlan,
    minimum: Minimum,
) -> JointTable:
    """Merge a feature's pre-bins from counts alone, by scoring's own merge.

    Args:
        feature: what the holder told.
        bad: (feature.count,) bads of each bin.
        party: the holder.
        plan: as for pooled values; pooling rare categories was the holder's.
        minimum: of goods and bads of every merged bin.
    """
    good = np.array(feature.rows, np.int64) - bad
    least = replace(
        plan.merge,
        min_good=max(plan.merge.min_good, minimum.good),
        min_bad=max(plan.merge.min_bad, minimum.bad),
    )
    whole = replace(plan, merge=least, rare_share=0.0, max_fine=feature.values)
    merge = _numbers if feature.kind is Kind.NUMERIC else _categories
    binned, groups = merge(feature, good, bad, whole)
    withheld = tuple(
        nth
        for nth, (g, b) in enumerate(zip(binned.good, binned.bad, strict=True))
        if g < minimum.good or b < minimum.bad
    )
    hundredths = tuple(
        0 if nth in withheld else round(100 * woe) for nth, woe in enumerate(binned.woe)
    )
    return JointTable(party, binned, Answer(groups, hundredths), withheld)


def _numbers(
    feature: SharedFeature, good: IntArray, bad: IntArray, plan: BinningPlan
) -> tuple[BinnedCharacteristic, tuple[tuple[int, ...], ...]]:
    """Edge k stands between pre-bins k - 1 and k."""
    shape = BinShape(
        name=feature.name,
        kind=Kind.NUMERIC,
        edges=tuple(map(float, range(1, feature.values))),
        specials=tuple(_FAR + nth for nth in range(feature.apart - 1)),
    )
    fine = BinnedCharacteristic(shape=shape, good=tuple(good.tolist()), bad=tuple(bad.tolist()))
    binned = merge_numbers(fine=fine, plan=plan.merge)
    starts = [0, *map(int, binned.shape.edges)]
    ends = [*starts[1:], feature.values]
    return binned, tuple(tuple(range(*ends_of)) for ends_of in zip(starts, ends, strict=True))


def _categories(
    feature: SharedFeature, good: IntArray, bad: IntArray, plan: BinningPlan
) -> tuple[BinnedCharacteristic, tuple[tuple[int, ...], ...]]:
    """A category is its number, so written that text and number sort equally."""
    width = len(str(feature.values))
    binned = merge_categories(
        name=feature.name,
        categories=tuple(f"{nth:0{width}}" for nth in range(feature.values)),
        good=good[:-1],
        bad=bad[:-1],
        missing=(int(good[-1]), int(bad[-1])),
        plan=plan,
    )
    return binned, tuple(tuple(map(int, group)) for group in binned.shape.categories)


def coded(feature: FineFeature, told: Answer) -> CodedFeature:
    """The holder's own merged bins; ``told`` was read with ``read_answer``."""
    fine = feature.shape
    merged = {each: nth for nth, group in enumerate(told.groups) for each in group}
    apart = range(fine.count - fine.groups)
    merged |= {fine.groups + nth: len(told.groups) + nth for nth in apart}
    if fine.kind is Kind.NUMERIC:
        shape = replace(fine, edges=tuple(fine.edges[g[0] - 1] for g in told.groups[1:]))
    else:
        members = ([fine.categories[each] for each in group] for group in told.groups)
        shape = replace(
            fine,
            categories=tuple(tuple(sorted(sum(group, ()))) for group in members),
            others=merged.get(fine.others, fine.others),
        )
    return CodedFeature(shape, told.hundredths, tuple(merged[nth] for nth in range(fine.count)))


def joint_tables(
    work: Work, counting: Counting, *, bad: BoolArray, plan: BinningPlan
) -> tuple[JointTable, ...]:
    """The label party: count with one holder, merge, and tell it its bins.

    Args:
        work: what the program got.
        counting: of one column.
        bad: (n,) true where bad.
        plan: of the merge.

    Raises:
        StatisticsMessageWrong, ProductWrong: as ``counts`` does.
    """
    seats = counting.seats
    tables = tuple(
        joint_table(feature, bad=found[0], party=seats.holder, plan=plan, minimum=counting.minimum)
        for feature, found in counts(work, counting, bad[:, None])
    )
    content = answer([each.answer for each in tables])
    work.channel.send(seats.holder, counting.name("answer"), lambda: [content])
    return tables


def hold_tables(
    work: Work, counting: Counting, features: Sequence[FineFeature]
) -> tuple[CodedFeature, ...]:
    """The holder: have the features counted, and take what the label party answers.

    Raises:
        FeaturesTooMany: as ``hold_counts`` does.
        StatisticsMessageWrong: the answer cannot be right.
    """
    hold_counts(work, counting, features)
    content = work.channel.receive(counting.seats.label, counting.name("answer")).read()
    rows = len(features[0].bins)
    told = read_answer(content, counting=counting, features=shared(features), rows=rows)
    return tuple(coded(feature, each) for feature, each in zip(features, told, strict=True))
