"""Which subjects are bad, from a field of the label party's dataset (目标变量)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class TargetMissing(InvalidInput):
    code = "job_target_missing"
    what = Text(
        en="the outcome of {count} of {rows} subjects is missing",
        zh="{rows} 个主体中有 {count} 个缺少结果标签",
    )
    mend = Text(
        en="Enter a dataset or period in which every subject has one outcome",
        zh="请使用每个主体都有唯一结果的数据集或期间",
    )


class TargetUnreadable(InvalidInput):
    code = "job_target_unreadable"
    what = Text(
        en="the outcome is a number, and '{value}' is none",
        zh="结果标签为数值，而“{value}”不是数值",
    )
    mend = Text(
        en="Name the bad outcomes as the dataset has them, such as 1",
        zh="请按数据集中的取值指定坏样本，例如 1",
    )


def target_of(values: NDArray[Any], *, bad: Sequence[str]) -> NDArray[np.bool_]:
    """Which subjects are bad: those whose value is one of ``bad``, for a number one of the numbers that it names.

    Raises TargetMissing, TargetUnreadable.
    """
    number = values.dtype.kind == "f"
    column = pa.array(values, pa.float64() if number else pa.string(), from_pandas=True)
    if column.null_count:
        raise TargetMissing(count=column.null_count, rows=len(column))
    if number:
        return np.isin(values, [_number(one) for one in bad])
    met = pc.is_in(column, value_set=pa.array(list(bad), pa.string()))
    is_bad: NDArray[np.bool_] = met.to_numpy(zero_copy_only=False)
    return is_bad


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise TargetUnreadable(value=text)
    return number
