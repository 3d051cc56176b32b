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
        """Count one batch; ``lines`` are where its rows stand in the file. A dictionary is looked at once a word."""
        words, times = _counted(codes)
        long_enough = pc.fill_null(pc.equal(pc.binary_length(words), _LENGTH), fill_value=False)
        ascii_only = pc.fill_null(pc.equal(pc.utf8_length(words), _LENGTH), fill_value=False)
        shaped = pc.and_(long_enough, ascii_only)
        checks = uscc_checks(_symbols(words.filter(shaped)))
        there = np.asarray(shaped.to_numpy(zero_copy_only=False), dtype=np.bool_)
        held = times[there]
        self.filled += int(times.sum())
        self.shaped += int(held.sum())
        self.check += int(held[checks.check].sum())
        self.both += int(held[checks.check & checks.organisation_check].sum())
        self.registered += int(held[checks.check & checks.shape].sum())
        if len(self.examples) < _MOST_EXAMPLES:
            passing = there.copy()
            passing[there] = checks.check
            self._add_examples(codes, lines, passing)

    def _add_examples(
        self, codes: pa.Array, lines: NDArray[np.int64], passing: NDArray[np.bool_]
    ) -> None:
        failing = pa.array(~passing)
        if pa.types.is_dictionary(codes.type):
            failing = failing.take(codes.indices)
        bad = np.asarray(pc.fill_null(failing, fill_value=False).to_numpy(zero_copy_only=False))
        bad &= np.asarray(codes.is_valid().to_numpy(zero_copy_only=False))
        self.examples += lines[bad][: _MOST_EXAMPLES - len(self.examples)].tolist()


def _counted(codes: pa.Array) -> tuple[pa.Array, NDArray[np.int64]]:
    """Texts and how often each stands there: of a dictionary its words, else the cells, a missing one 0 times."""
    if pa.types.is_dictionary(codes.type):
        places = codes.indices.drop_null().to_numpy(zero_copy_only=False)
        return codes.dictionary, np.bincount(places, minlength=len(codes.dictionary))
    return codes, np.asarray(codes.is_valid().to_numpy(zero_copy_only=False), dtype=np.int64)


def _symbols(codes: pa.Array) -> NDArray[np.uint8]:
    """(n, 18) ASCII symbols of codes that all have 18."""
    if not len(codes):
        return np.empty((0, _LENGTH), dtype=np.uint8)
    fixed = pc.cast(pc.cast(codes, pa.binary()), pa.binary(_LENGTH))
    flat = np.frombuffer(fixed.buffers()[1], dtype=np.uint8)
    return flat[fixed.offset * _LENGTH :][: len(codes) * _LENGTH].reshape(-1, _LENGTH)
