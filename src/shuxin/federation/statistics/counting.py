"""Counts of the label party's sets of rows in the bins of a holder's features: one dealt product with a one-hot matrix.

Programs of three parties over a ``Work``; each may be run again after a kill. docs/protocols/statistics.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.product.check import bins_add_up
from shuxin.federation.product.dealt import HelperSide, HolderSide, LabelSide
from shuxin.federation.product.matrices import Dense, OneHot
from shuxin.federation.statistics.errors import StatisticsMessageWrong
from shuxin.federation.statistics.features import counted_together
from shuxin.federation.statistics.wire import (
    description,
    read_description,
    require_fitting,
    shared,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.product.plan import Plan
    from shuxin.federation.statistics.features import FineFeature
    from shuxin.federation.statistics.task import Counting
    from shuxin.federation.statistics.wire import SharedFeature

    BoolArray: TypeAlias = NDArray[np.bool_]
    IntArray: TypeAlias = NDArray[np.int64]

_WORD = 8


def help_counts(work: Work, counting: Counting) -> None:
    """The helper: learns rows and bins of all features together, nothing else.

    Raises:
        StatisticsMessageWrong: the holder's shape is not one that the job allows.
    """
    name, holder = counting.name("shape"), counting.seats.holder
    content = work.channel.receive(holder, name).read()
    rows, left = (int.from_bytes(content[k : k + _WORD], "little") for k in (0, _WORD))
    if len(content) != 2 * _WORD or rows > counting.most_rows or left > counting.most_left:
        raise StatisticsMessageWrong(name=name, party=holder, reason="shape")
    HelperSide(work, counting.plan(rows=rows, left=left)).deal()


def hold_counts(work: Work, counting: Counting, features: Sequence[FineFeature]) -> None:
    """The holder: describes its features and has them counted. The label party learns the counts.

    Raises:
        FeaturesTooMany: more than the job declares.
        ValueError: no features, or of different rows.
    """
    together = [counted_together(each, least=counting.minimum.rows) for each in features]
    told = shared(together)
    require_fitting(told, counting)
    bins = np.stack([each.bins for each in together], axis=1).astype(np.int32)
    plan = counting.plan(rows=len(bins), left=sum(each.count for each in told))
    shape = plan.rows.to_bytes(_WORD, "little") + plan.left.to_bytes(_WORD, "little")
    work.channel.send(counting.seats.helper, counting.name("shape"), lambda: [shape])
    content = description(told)
    work.channel.send(counting.seats.label, counting.name("features"), lambda: [content])
    side = HolderSide(work, plan, OneHot(bins, tuple(each.count for each in told), plan.ring))
    side.send_mask()
    side.open_to_label(0, side.product(0))


def counts(
    work: Work, counting: Counting, sets: BoolArray
) -> tuple[tuple[SharedFeature, IntArray], ...]:
    """The label party: how many rows of each set lie in each bin.

    Args:
        work: what the program got.
        counting: the same as at the others.
        sets: (n, counting.columns) whether a row belongs to the set.

    Returns:
        For each feature what is known of it, and (columns, bins) counts.

    Raises:
        StatisticsMessageWrong: the description cannot be right, or the counts do not fit in it.
        ProductWrong: helper or holder did not keep to the protocol.
    """
    content = work.channel.receive(counting.seats.holder, counting.name("features")).read()
    told = read_description(content, counting=counting, rows=len(sets))
    plan = counting.plan(rows=len(sets), left=sum(each.count for each in told))
    ends = np.cumsum([each.count for each in told])[:-1]
    parts = np.split(_opened(work, plan, sets, tuple(each.count for each in told)), ends, axis=1)
    for each, part in zip(told, parts, strict=True):
        if (part < 0).any() or (part > np.array(each.rows)).any():
            raise StatisticsMessageWrong(
                name=counting.name("features"),
                party=counting.seats.holder,
                reason="a bin with fewer rows than were counted in it",
            )
    return tuple(zip(told, parts, strict=True))


def _opened(work: Work, plan: Plan, sets: BoolArray, sizes: tuple[int, ...]) -> IntArray:
    """(columns, left) counts."""
    ring = plan.ring
    side = LabelSide(work, plan)
    share = side.product(0, Dense(ring.of(sets.astype(np.int64)), ring))
    result = side.opened(0, share)
    totals = ring.of(sets.sum(axis=0, dtype=np.int64))
    bins_add_up(result, sizes=sizes, totals=totals, ring=ring, step=plan.name("0"))
    return ring.signed(result)
