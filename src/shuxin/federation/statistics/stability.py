"""Whether a holder's features are distributed as before (联合稳定性): counts of two sets of rows in their merged bins.

The holder's side is ``hold_counts`` with ``CodedFeature.merge``, the helper's ``help_counts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.statistics.counting import counts
from shuxin.federation.statistics.errors import SetTooSmall
from shuxin.scoring.api import stability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.statistics.task import Counting
    from shuxin.scoring.api import Stability

    BoolArray: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FeatureShift:
    """The index of one feature (CSI); None where all rows lie in one bin."""

    name: str
    stability: Stability | None


def joint_shifts(
    work: Work, counting: Counting, *, before: BoolArray, after: BoolArray
) -> tuple[FeatureShift, ...]:
    """The label party: compare two sets of rows, chosen by a rule that does not look at single rows.

    Args:
        work: what the program got.
        counting: of two columns.
        before: (n,) whether a row belongs to the first set.
        after: (n,) whether to the second.

    Raises:
        SetTooSmall: a set below the minimum of rows; nothing was sent.
        StatisticsMessageWrong, ProductWrong: as ``counts`` does.
    """
    if min(int(before.sum()), int(after.sum())) < counting.minimum.rows:
        raise SetTooSmall(least=counting.minimum.rows)
    found = counts(work, counting, np.stack([before, after], axis=1))
    return tuple(FeatureShift(feature.name, _shift(*part)) for feature, part in found)


def _shift(before: NDArray[np.int64], after: NDArray[np.int64]) -> Stability | None:
    held = before + after > 0
    if np.count_nonzero(held) < 2:  # noqa: PLR2004 - one bin cannot shift
        return None
    return stability(before=before[held], after=after[held])
