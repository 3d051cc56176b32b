"""The checks of ``uscc`` on columns of millions of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from shuxin.kernel import organisation_code
from shuxin.kernel.uscc import ALPHABET, CATEGORIES, LENGTH, WEIGHTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROWS_AT_ONCE = 8192  # one block of symbols and its sums stays in the second-level cache

# The table holds one 64-bit word for each symbol at each place. Adding the 18 words of a code
# forms five sums at once, 12 bits each; none can exceed 18 x 30.
_BITS = 12
_OUTER_SUM, _INNER_SUM, _NOT_ALPHABET, _NOT_DIGIT, _NOT_ORGANISATION = range(0, 5 * _BITS, _BITS)
_REGION, _ORGANISATION, _ORGANISATION_CHECK = range(2, 8), range(8, 16), 16


class USCCChecks(NamedTuple):
    """(n,) bool each: registered shape, check symbol (alphabet included), organisation check."""

    shape: NDArray[np.bool_]
    check: NDArray[np.bool_]
    organisation_check: NDArray[np.bool_]


def uscc_checks(codes: NDArray[np.bytes_] | NDArray[np.uint8]) -> USCCChecks:
    """Check every code as ``has_registered_shape``, ``USCC`` and ``organisation_check`` would.

    Args:
        codes: (n,) of dtype ``S18``, or (n, 18) uint8 of ASCII, cleaned and upper case. A missing
            code is empty or zeros: all three checks are false. numpy cuts longer texts when it
            makes ``S18``, so rule them out before.

    Raises:
        ValueError: another dtype or shape.
    """
    symbols = _as_symbols(codes)
    checks = USCCChecks(*(np.empty(len(symbols), dtype=np.bool_) for _ in range(3)))
    for start in range(0, len(symbols), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        block = _checked_block(np.ascontiguousarray(symbols[rows].T))
        for whole, part in zip(checks, block, strict=True):
            whole[rows] = part
    return checks


def _as_symbols(codes: NDArray[np.bytes_] | NDArray[np.uint8]) -> NDArray[np.uint8]:
    if codes.dtype == np.dtype(f"S{LENGTH}") and codes.ndim == 1:
        return np.ascontiguousarray(codes).view(np.uint8).reshape(-1, LENGTH)
    if codes.dtype == np.uint8 and codes.shape[1:] == (LENGTH,):
        return codes.view(np.uint8)
    raise ValueError(f"codes must be (n,) S18 or (n, 18) uint8, not {codes.shape} {codes.dtype}")


def _checked_block(places: NDArray[np.uint8]) -> USCCChecks:
    """Checks of a block given as (18, rows)."""
    sums = _WORDS[0].take(places[0])
    for place in range(1, LENGTH):
        sums += _WORDS[place].take(places[place])
    pairs = places[0].astype(np.uint16) << 8 | places[1]
    in_alphabet = _part(sums, _NOT_ALPHABET) == 0
    return USCCChecks(
        shape=in_alphabet & (_part(sums, _NOT_DIGIT) == 0) & _IS_REGISTERED.take(pairs),
        check=in_alphabet & (_part(sums, _OUTER_SUM) % 31 == 0),
        organisation_check=(_part(sums, _NOT_ORGANISATION) == 0)
        & (_part(sums, _INNER_SUM) % 11 == 0),
    )


def _part(sums: NDArray[np.int64], shift: int) -> NDArray[np.uint16]:
    return (sums >> shift & (1 << _BITS) - 1).astype(np.uint16)


def _word(place: int, symbol: str) -> int:
    word = 0
    if symbol in ALPHABET:
        word |= ALPHABET.index(symbol) * WEIGHTS[place] % 31 << _OUTER_SUM
    else:
        word |= 1 << _NOT_ALPHABET
    if place in _REGION and symbol not in "0123456789":
        word |= 1 << _NOT_DIGIT
    inner = _inner_value(place, symbol)
    return word | (1 << _NOT_ORGANISATION if inner is None else inner << _INNER_SUM)


def _inner_value(place: int, symbol: str) -> int | None:
    """What the symbol adds to the sum of GB 11714, 0 modulo 11; None if it cannot stand."""
    if place in _ORGANISATION:
        value = organisation_code.SYMBOL_VALUE.get(symbol)
        return None if value is None else value * organisation_code.WEIGHTS[place - 8] % 11
    if place == _ORGANISATION_CHECK:
        return {"X": 10}.get(symbol, int(symbol) if symbol in "0123456789" else None)
    return 0


_WORDS: NDArray[np.int64] = np.array(
    [[_word(place, chr(byte)) for byte in range(256)] for place in range(LENGTH)], dtype=np.int64
)
_IS_REGISTERED: NDArray[np.bool_] = np.zeros(1 << 16, dtype=np.bool_)
_IS_REGISTERED[[ord(pair[0]) << 8 | ord(pair[1]) for pair in CATEGORIES]] = True
