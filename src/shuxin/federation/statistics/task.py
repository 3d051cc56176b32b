"""What joint counts will do, declared before they begin: parties, largest shapes, minimum counts, messages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.engine.channel import Declared
from shuxin.federation.product.generator import Cipher
from shuxin.federation.product.plan import Check, Plan, messages, openings
from shuxin.federation.product.ring import Ring

if TYPE_CHECKING:
    from shuxin.federation.product.plan import Seats

SPARE_BITS = 40
"""A wrong product is missed with a probability of at most two to the minus this."""
MOST_CHECKS = 4
LONGEST_NAME = 200
"""Characters of a feature's public name."""
_SHAPE_BYTES = 16
_NAME_BYTES, _BIN_BYTES, _FEATURE_BYTES = 4 * LONGEST_NAME, 16, 96


@dataclass(frozen=True, slots=True)
class Minimum:
    """The fewest (最少数量): rows of a pre-bin that is counted jointly, goods and bads of a bin whose WOE is told."""

    rows: int = 20
    good: int = 5
    bad: int = 5

    def __post_init__(self) -> None:
        if min(self.rows, self.good, self.bad) < 1:
            raise ValueError("a minimum is at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Joint counts of one holder's bins (联合计数); the same at the label party, the holder and the helper.

    step: begins all names, as in Plan. columns: how many sets of rows the label party has counted, 1 for the bads.
    most_bins, most_apart: of one feature; apart are special values and missing.
    """

    step: str
    seats: Seats
    most_rows: int
    most_features: int
    most_bins: int = 50
    most_apart: int = 4
    columns: int = 1
    minimum: Minimum = Minimum()
    cipher: Cipher = Cipher.AES

    @property
    def most_left(self) -> int:
        return self.most_features * (self.most_bins + self.most_apart)

    def plan(self, *, rows: int, left: int) -> Plan:
        """With the shapes that came to be."""
        ring, check = ring_for(most=self.most_rows)
        return Plan(
            step=self.step,
            seats=self.seats,
            rows=rows,
            left=left,
            schedule=(self.columns,),
            ring=ring,
            check=check,
            cipher=self.cipher,
        )

    def name(self, what: str) -> str:
        """The name of a message."""
        return f"{self.step}/{what}"

    def released(self, *, left: int) -> int:
        """Numbers that the label party learns of ``left`` bins: rows and counts of each."""
        return left * (1 + self.columns)

    @property
    def features_bytes(self) -> int:
        """The most of the holder's description."""
        return 2 + self.most_features * (_NAME_BYTES + _FEATURE_BYTES) + _BIN_BYTES * self.most_left

    @property
    def answer_bytes(self) -> int:
        """The most of the label party's answer."""
        return 2 + self.most_features * _FEATURE_BYTES + 2 * _BIN_BYTES * self.most_left


def ring_for(*, most: int) -> tuple[Ring, Check]:
    """The ring of the shortest words for numbers of at most ``most`` in size, and the check of products in it.

    A shorter ring that needs many check columns is not taken: each column is one that a false label party can pack.
    """
    value_bits = most.bit_length() + 1
    for bits in (16, 32, 64):
        spare = bits - value_bits + 1
        if spare * MOST_CHECKS >= SPARE_BITS:
            return Ring(bits), Check(columns=-(-SPARE_BITS // spare), value_bits=value_bits)
    raise ValueError("no ring is long enough")


def counting_messages(counting: Counting) -> tuple[Declared, ...]:
    """All of the joint counts, with the most bytes that each can have."""
    seats = counting.seats
    plan = counting.plan(rows=counting.most_rows, left=counting.most_left)
    return (
        Declared(counting.name("shape"), seats.holder, seats.helper, _SHAPE_BYTES),
        Declared(counting.name("features"), seats.holder, seats.label, counting.features_bytes),
        *messages(plan),
        *openings(plan),
    )


def table_messages(counting: Counting) -> tuple[Declared, ...]:
    """The same with the label party's answer."""
    seats = counting.seats
    answer = Declared(counting.name("answer"), seats.label, seats.holder, counting.answer_bytes)
    return (*counting_messages(counting), answer)


def largest_hundredths(rows: int) -> int:
    """No smoothed WOE of counts of ``rows`` rows is larger: both its logarithms are at most ln(2 n + 1)."""
    return math.ceil(200 * math.log(2 * rows + 1))
