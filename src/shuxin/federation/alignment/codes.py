"""Codes as blocks of 128 bits: the form in which every engine handles them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.alignment.refusal import RowsInvalid
from shuxin.kernel.uscc import ALPHABET, LENGTH

if TYPE_CHECKING:
    import numpy.typing as npt

    from shuxin.federation.engine.channel import Work

    Blocks = npt.NDArray[np.uint64]
    Places = npt.NDArray[np.uint32]

BLOCK_BYTES = 16
ROWS_AT_ONCE = 1 << 16
"""Rows handled between two signs of progress; their arrays stay in the processor's cache."""

_BITS = 5
_FIRST = 12
"""Symbols in the first word of a block (60 bits); the others fill the second (30 bits)."""
_NONE = 255
_VALUES = np.full(256, _NONE, np.uint8)
_VALUES[np.frombuffer(ALPHABET.encode(), np.uint8)] = np.arange(len(ALPHABET), dtype=np.uint8)


def pack(codes: bytes) -> Blocks:
    """(n, 2) words, one row a code; codes of different text never share a row, and the order stays.

    ``codes``: 18 symbols each without separators. Raises RowsInvalid: a remainder, a symbol that no code has.
    """
    rows, rest = divmod(len(codes), LENGTH)
    if rest:
        raise RowsInvalid(reason=f"not a multiple of {LENGTH} symbols")
    text = np.frombuffer(codes, np.uint8).reshape(rows, LENGTH)
    blocks = np.zeros((rows, 2), np.dtype("<u8"))
    for start in range(0, rows, ROWS_AT_ONCE):
        values = _VALUES[text[start : start + ROWS_AT_ONCE]]
        if (values == _NONE).any():
            raise RowsInvalid(reason="a symbol that codes do not have")
        for place in range(LENGTH):
            word = blocks[start : start + ROWS_AT_ONCE, int(place >= _FIRST)]
            np.left_shift(word, _BITS, out=word)
            np.bitwise_or(word, values[:, place], out=word)
    return blocks


def entered(work: Work) -> tuple[bytes, Blocks]:
    """The codes that this party enters, and their blocks. Raises RowsInvalid: also when one stands twice."""
    if work.rows is None:
        raise RowsInvalid(reason="no dataset enters")
    codes = work.rows.codes()
    if len(codes) > LENGTH * work.job.limits.rows:
        raise RowsInvalid(reason="more rows than the job allows")
    blocks = pack(codes)
    first, second = blocks[:, 0], blocks[:, 1]
    rising = (first[1:] > first[:-1]) | ((first[1:] == first[:-1]) & (second[1:] > second[:-1]))
    if not rising.all():
        raise RowsInvalid(reason="a code stands twice, or they are not sorted")
    return codes, blocks
