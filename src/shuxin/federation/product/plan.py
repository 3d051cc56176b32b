"""What a dealt product will do, declared before it begins: parties, shapes, ring, messages."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.engine.channel import Declared
from shuxin.federation.product.generator import Cipher
from shuxin.federation.product.matrices import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.product.ring import Ring

_BYTES_PER_SUM = 64
_STEP = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
BOUND_BYTES = 32


@dataclass(frozen=True, slots=True)
class Memory:
    """How much of it a side may take at once: its own affair, the messages are the same."""

    chunk_bytes: int = CHUNK_BYTES
    """Words of rows; about four times as much is taken, for limbs and copies."""
    batch_bytes: int = 1 << 25
    """Sums of the columns that are worked on at once."""


STANDARD = Memory()


@dataclass(frozen=True, slots=True)
class Seats:
    """Who deals, who holds the left matrix, who has the right ones (party ids)."""

    helper: str
    holder: str
    label: str


@dataclass(frozen=True, slots=True)
class Check:
    """Secret random combination columns of the label party (校验列).

    Results are numbers in [-2^(value_bits-1), 2^(value_bits-1)). A wrong result, by whatever helper or holder does who
    cannot know the coefficients, is missed with a probability of at most 2^-(columns * (ring bits - value_bits + 1)).
    """

    columns: int
    value_bits: int

    def missed(self, ring: Ring) -> float:
        """The probability above."""
        return 2.0 ** -(self.columns * (ring.bits - self.value_bits + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One unchanged left matrix and the products with it (乘积计划); the same at all three parties.

    step: begins the names of the messages and is part of every seed; another one for every left matrix and holder.
        Small letters, digits, ``.`` and ``-``: with a slash, names of one plan could be those of another.
    schedule: columns of each product's right matrix, without the check's.
    """

    step: str
    seats: Seats
    rows: int
    left: int
    schedule: tuple[int, ...]
    ring: Ring
    check: Check | None = None
    cipher: Cipher = Cipher.AES

    def __post_init__(self) -> None:
        if min(self.rows, self.left, *self.schedule, 0) < 0:
            raise ValueError("shapes are not negative")
        if not _STEP.fullmatch(self.step):
            raise ValueError("a step is small letters, digits, . and -")
        if self.check and self.check.columns < 1:
            raise ValueError("a check has a column")
        if self.check and not 1 <= self.check.value_bits <= self.ring.bits:
            raise ValueError("the values fit in the ring")

    def width(self, number: int) -> int:
        """Columns of product ``number`` with the check's."""
        return self.schedule[number] + (self.check.columns if self.check else 0)

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(self.width(number) for number in range(len(self.schedule)))

    @property
    def digest(self) -> bytes:
        """32 bytes over all of it."""
        seats, columns = self.seats, ",".join(map(str, self.widths))
        text = (
            f"shuxin/product/v1|{self.step}|{seats.helper}|{seats.holder}|{seats.label}|{self.rows}|{self.left}"
            f"|{columns}|{self.ring.bits}|{self.cipher}"
        )
        return hashlib.sha256(text.encode()).digest()

    def name(self, what: str) -> str:
        """The name of a message, seed or kept value of this plan."""
        return f"{self.step}/{what}"


def messages(plan: Plan) -> tuple[Declared, ...]:
    """All that goes between the three, but for opened shares; each has just ``most_bytes``."""
    helper, holder, label = plan.seats.helper, plan.seats.holder, plan.seats.label
    word = plan.ring.bytes
    products = tuple(
        Declared(plan.name(f"{number}/masked"), label, holder, plan.rows * width * word)
        for number, width in enumerate(plan.widths)
    )
    return (
        Declared(plan.name("bound"), holder, helper, BOUND_BYTES),
        Declared(plan.name("masked"), holder, label, plan.rows * plan.left * word),
        Declared(plan.name("dealt"), helper, label, sum(plan.widths) * plan.left * word),
        *products,
    )


def openings(plan: Plan) -> tuple[Declared, ...]:
    """The holder's shares, where all products of the plan are opened to the label party."""
    holder, label = plan.seats.holder, plan.seats.label
    return tuple(
        Declared(plan.name(f"{number}/share"), holder, label, width * plan.left * plan.ring.bytes)
        for number, width in enumerate(plan.widths)
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """Columns ``low`` to ``high`` of product ``number``."""

    number: int
    low: int
    high: int


def batches(plan: Plan, *, most: int) -> Iterator[tuple[Piece, ...]]:
    """All columns in order, cut into batches whose sums need at most ``most`` bytes (one column at least)."""
    room = most_columns = max(1, most // (_BYTES_PER_SUM * max(1, plan.left)))
    batch: list[Piece] = []
    for number, width in enumerate(plan.widths):
        low = 0
        while low < width:
            high = min(width, low + room)
            batch.append(Piece(number, low, high))
            room -= high - low
            low = high
            if not room:
                yield tuple(batch)
                batch, room = [], most_columns
    if batch:
        yield tuple(batch)
