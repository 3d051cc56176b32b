"""Numbers and codes in bulk, as columns of text of one width: Arrow strings from a matrix of signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.streams import stride_and_offset
from shuxin.kernel.organisation_code import CHECK_SYMBOLS
from shuxin.kernel.organisation_code import WEIGHTS as INNER_WEIGHTS
from shuxin.kernel.uscc import ALPHABET, WEIGHTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signs = NDArray[np.uint8]

_DIGITS = np.frombuffer(b"0123456789", np.uint8)
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_ALPHABET = np.frombuffer(ALPHABET.encode(), np.uint8)
_OUTER = np.array(WEIGHTS[:17], np.int64)
_INNER = np.array(INNER_WEIGHTS, np.int64)
_CHECKS = np.frombuffer(CHECK_SYMBOLS.encode(), np.uint8)
_VALUE = np.zeros(256, np.int64)
_VALUE[_ALPHABET] = np.arange(len(ALPHABET))
_BASE_36 = np.zeros(256, np.int64)
_BASE_36[np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)] = np.arange(36)
_CODES = len(ALPHABET) ** 6


def texts(signs: Signs) -> pa.StringArray:
    """(r,) strings from an (r, width) matrix of ASCII signs."""
    many, width = signs.shape
    ends = np.arange(many + 1, dtype=np.int32) * np.int32(width)
    flat = np.ascontiguousarray(signs)
    return pa.StringArray.from_buffers(many, pa.py_buffer(ends), pa.py_buffer(flat))


def signs_of(column: pa.StringArray, *, width: int) -> Signs:
    """The matrix of a column in which each text has ``width`` ASCII signs."""
    data = np.frombuffer(column.buffers()[2], np.uint8)
    first = column.offset * width
    return data[first : first + len(column) * width].reshape(-1, width)


def digits(numbers: NDArray[np.int64], *, width: int) -> Signs:
    """(r, width) decimal digits of whole numbers from 0, the first ones lost where there are more."""
    shown = np.empty((len(numbers), width), np.uint8)
    rest = numbers
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        shown[:, place] = _DIGITS[digit]
    return shown


def fixed(text: str, *, many: int) -> Signs:
    """The same text in every row."""
    return np.broadcast_to(np.frombuffer(text.encode("ascii"), np.uint8), (many, len(text)))


def spread(numbers: NDArray[np.int64], *, size: int, seed: int, purpose: str) -> NDArray[np.int64]:
    """A one-to-one map of ``0 <= number < size`` onto itself, as ``streams.scattered``, for columns.

    size times a number must stay below 2**63.
    """
    stride, offset = stride_and_offset(size=size, seed=seed, purpose=purpose)
    return (numbers * stride + offset) % size


def usccs(
    numbers: NDArray[np.int64], *, category: NDArray[np.int64], region: NDArray[np.int64], seed: int
) -> Signs:
    """(r, 18) codes with right check signs; equal to ``numbers.uscc_of`` of the same arguments.

    category: first two digits as a number, 91 for enterprises. region: six digits.
    """
    shown = np.empty((len(numbers), 18), np.uint8)
    shown[:, :2] = digits(category, width=2)
    shown[:, 2:8] = digits(region, width=6)
    shown[:, 8], shown[:, 9] = ord("M"), ord("A")
    rest = spread(numbers, size=_CODES, seed=seed, purpose="organisation_code")
    for place in range(10, 16):
        rest, sign = np.divmod(rest, len(ALPHABET))
        shown[:, place] = _ALPHABET[sign]
    inner = (_BASE_36[shown[:, 8:16]] * _INNER).sum(axis=1) % 11
    shown[:, 16] = _CHECKS[inner]
    outer = -(_VALUE[shown[:, :17]] * _OUTER).sum(axis=1) % len(ALPHABET)
    shown[:, 17] = _ALPHABET[outer]
    return shown


def mixed(*parts: NDArray[np.integer] | int) -> NDArray[np.uint64]:
    """(r,) 64 bits that look random and depend on all parts (SplitMix64, Steele and others 2014)."""
    with np.errstate(over="ignore"):
        state = np.zeros(1, np.uint64)
        for part in parts:
            state = state + np.asarray(part).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
            state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            state = state ^ (state >> np.uint64(31))
    return state


def unit(*parts: NDArray[np.integer] | int) -> NDArray[np.float64]:
    """(r,) in [0, 1): what stays the same of one thing, wherever it is asked for."""
    return (mixed(*parts) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def tokens(*parts: NDArray[np.integer] | int) -> Signs:
    """(r, 32) hexadecimal signs: what a keyed hash (HMAC) of a person's number would look like."""
    halves = [mixed(*parts, salt) for salt in (1, 2)]
    shifts = np.arange(60, -4, -4, dtype=np.uint64)
    return np.concatenate([_HEX[(half[:, None] >> shifts) & np.uint64(15)] for half in halves], 1)
