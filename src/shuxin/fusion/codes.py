"""Columns of credit codes, counted by what they pass, without looking at one code twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.kernel.uscc_array import uscc_checks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LENGTH = 18
_MOST_EXAMPLES = 20


@dataclass(slots=True)
class CodeTally:
    """Counts of one column of codes (统一社会信用代码 checks); ``examples`` are lines that fail.

    filled: cells with content. shaped: 18 symbols. check: outer check symbol holds. both: the inner
    organisation check too. registered: check holds and department, category and region read as
    registered.
    """

    filled: int = 0
    shaped: int = 0
    check: int = 0
    both: int = 0
    registered: int = 0
    examples: list[int] = field(default_factory=list)

    def add(self, codes: pa.Array, lines: NDArray[np.int64]) -> None:
        """Count one batch; ``lines`` are where its rows stand in the file."""
        present = codes.drop_null()
        self.filled += len(present)
        if not len(present):
            return
        long_enough = pc.fill_null(pc.equal(pc.binary_length(codes), _LENGTH), fill_value=False)
        ascii_only = pc.fill_null(pc.equal(pc.utf8_length(codes), _LENGTH), fill_value=False)
        shaped = pc.and_(long_enough, ascii_only)
        self.shaped += pc.sum(shaped).as_py() or 0
        symbols = _symbols(codes.filter(shaped))
        checks = uscc_checks(symbols)
        self.check += int(checks.check.sum())
        self.both += int((checks.check & checks.organisation_check).sum())
        self.registered += int((checks.check & checks.shape).sum())
        if len(self.examples) < _MOST_EXAMPLES:
            passing = np.asarray(shaped.to_numpy(zero_copy_only=False), dtype=np.bool_).copy()
            passing[passing] = checks.check
            bad = lines[~passing & np.asarray(codes.is_valid().to_numpy(zero_copy_only=False))]
            self.examples += bad[: _MOST_EXAMPLES - len(self.examples)].tolist()


def _symbols(codes: pa.Array) -> NDArray[np.uint8]:
    """(n, 18) ASCII symbols of codes that all have 18."""
    if not len(codes):
        return np.empty((0, _LENGTH), dtype=np.uint8)
    fixed = pc.cast(pc.cast(codes, pa.binary()), pa.binary(_LENGTH))
    flat = np.frombuffer(fixed.buffers()[1], dtype=np.uint8)
    return flat[fixed.offset * _LENGTH :][: len(codes) * _LENGTH].reshape(-1, _LENGTH)
