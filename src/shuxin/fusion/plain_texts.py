"""Columns of serial numbers, told at a glance: nothing in them to trim, to clean or to mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

SHORTEST = 8
_SIGNS = np.zeros(256, dtype=np.bool_)
_SIGNS[list(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")] = True
_DIGITS = np.zeros(256, dtype=np.uint8)
_DIGITS[list(b"0123456789")] = 1
_MOBILE, _IDENTITY, _LONGEST = 11, 17, 200
"""Digits of a mobile number, and of an identity number without its last sign."""


def all_plain(column: pa.Array) -> bool:
    """Whether all texts (strings, not a dictionary) are of one length, 8 of 0-9 and A-Z or more, and none can hold a
    number of a person. False too where that is not told at a glance.
    """
    texts = column.drop_null() if column.null_count else column
    symbols = _symbols(texts)
    return symbols is not None and bool(_SIGNS.take(symbols).all()) and not _may_be_persons(symbols)


def _symbols(texts: pa.StringArray) -> NDArray[np.uint8] | None:
    """(length, n) bytes of texts that have one length; None of others."""
    if not len(texts):
        return None
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    lengths = np.diff(places)
    longest = int(lengths[0])
    if longest < SHORTEST or (lengths != longest).any():
        return None
    flat = np.frombuffer(data, np.uint8)[places[0] : places[-1]]
    return np.ascontiguousarray(flat.reshape(len(texts), longest).T)


def _may_be_persons(symbols: NDArray[np.uint8]) -> bool:
    """Whether any text has as many digits in a row, no more and no less, as a person's number, and its first digits."""
    run = np.zeros(symbols.shape[1], dtype=np.uint8)
    for place, signs in enumerate(symbols):
        digit = _DIGITS.take(signs)
        if _ends_one(symbols, place, np.where(digit, 0, run)):
            return True
        run = (np.minimum(run, _LONGEST) + 1) * digit
    return _ends_one(symbols, len(symbols), run)


def _ends_one(symbols: NDArray[np.uint8], end: int, run: NDArray[np.uint8]) -> bool:
    """run: (n,) digits in a row that end before ``end``; 0 where none do."""
    prefixed = _MOBILE + len("0086")
    if ((run == _MOBILE) | (run == prefixed)).any() and (
        _starts(symbols, end - _MOBILE, b"1", b"3456789") & (run >= _MOBILE) & (run <= prefixed)
    ).any():
        return True
    for digits in (_IDENTITY, _IDENTITY + 1):
        of_that_length = run == digits
        if of_that_length.any():
            year = end - digits + 6
            last = _starts(symbols, year, b"1", b"89") | _starts(symbols, year, b"2", b"0")
            if (of_that_length & last).any():
                return True
    return False


def _starts(symbols: NDArray[np.uint8], at: int, first: bytes, second: bytes) -> NDArray[np.bool_]:
    """Whether two signs of each text are one of these and one of those."""
    one = np.isin(symbols[at], list(first))
    found: NDArray[np.bool_] = one & np.isin(symbols[at + 1], list(second))
    return found
