"""What one joint regression will do, declared before it begins: parties, shapes, bits, messages."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from shuxin.federation.engine.channel import Declared
from shuxin.federation.product.generator import Cipher
from shuxin.federation.product.plan import Plan, Seats
from shuxin.federation.product.plan import messages as product_messages
from shuxin.federation.product.ring import Ring
from shuxin.federation.regression.errors import RegressionTooLarge
from shuxin.federation.regression.waves import CHANCE, REACH, SLOPE, chance_wave, slope_wave

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.regression.waves import Wave

RING = Ring(64)
WORD = RING.bytes
MOST_ROWS = 1 << 19
LARGEST = 8
"""A column's numbers are at most this size."""
GRID = 16
"""Fractional bits of final coefficients."""
COARSE = 10
"""Of early ones."""
LARGEST_COEFFICIENT = 64
WEIGHED = 1000
"""What stands for 1 in columns of the second derivatives, where two of them and a weight are multiplied."""
_FINE_ROWS = 32_000
_FINE, _SHORT = 65_000, 4_000
_SUM_BITS = 62
_MOST_BITS = 32
_SLOPE_BITS = 28
_STEP = re.compile(r"[a-z0-9][a-z0-9.-]{0,23}")
_BYTES_OF_STEP = 4


class Errors(StrEnum):
    """Whether standard errors are computed (标准误)."""

    NONE = "none"
    WEIGHTED = "weighted"
    """From the weighted matrix of second derivatives at the fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One fit, the same at all parties (联合回归).

    step: begins the names of messages and is part of every seed; another one for every fit of a job, and none that is
        another with a dot and more behind it.
    holders: all of the job. A party's number is its place among the label party and these, whoever else is there.
    rows: the aligned rows; for ``messages`` their upper bound. columns: of the label party, then of each holder; a
        holder with none takes no part: it sends and gets nothing.
    iterations: the most. ridge: penalty on coefficients but not the intercept, ``ridge/2 * sum(coefficients^2)``.
    tolerance: the fit ends when the next step of every coefficient is smaller than this or than the noise.

    Raises:
        RegressionTooLarge: sums of so many rows would not be exact.
        ValueError: parties or shapes make no sense.
    """

    step: str
    label: str
    holders: tuple[str, ...]
    helper: str
    rows: int
    columns: tuple[int, ...]
    iterations: int = 40
    terms: int = 32
    ridge: float = 0.0
    tolerance: float = 2.0**-13
    errors: Errors = Errors.WEIGHTED
    cipher: Cipher = Cipher.AES

    def __post_init__(self) -> None:
        if self.rows > MOST_ROWS:
            raise RegressionTooLarge(rows=self.rows, most=MOST_ROWS)
        everybody = {self.label, self.helper, *self.holders}
        if not self.holders or len(everybody) != 2 + len(self.holders):
            raise ValueError("a label party, a helper and holders, all different")
        if len(self.columns) != 1 + len(self.holders) or min(self.columns) < 0:
            raise ValueError("one count of columns for each party")
        if not any(self.columns[1:]) or self.rows < 1:
            raise ValueError("a row, and a column of a holder")
        if self.iterations < 1 or self.terms not in CHANCE:
            raise ValueError("iterations or terms out of range")
        if not 0.0 <= self.ridge < float("inf") or not 0.0 < self.tolerance < 1.0:
            raise ValueError("ridge or tolerance out of range")
        if not _STEP.fullmatch(self.step):
            raise ValueError("a step is at most 24 small letters, digits, . and -")

    @property
    def parties(self) -> tuple[str, ...]:
        """The label party, then all holders: a party's number is its place here."""
        return (self.label, *self.holders)

    @property
    def present(self) -> tuple[int, ...]:
        """Numbers of those who take part: the label party always, a holder with a column."""
        return (0, *(n for n, columns in enumerate(self.columns) if n and columns))

    @property
    def present_holders(self) -> tuple[tuple[int, str], ...]:
        """Number and party."""
        return tuple((n, self.parties[n]) for n in self.present[1:])

    @property
    def widths(self) -> tuple[int, ...]:
        """Coefficients by party: the label party's begin with the intercept."""
        return (1 + self.columns[0], *self.columns[1:])

    @property
    def scale(self) -> int:
        """What stands for 1 in columns: hundredths, as weights of evidence are rounded to, are whole numbers of it."""
        return _FINE if self.rows <= _FINE_ROWS else _SHORT

    @property
    def fraction(self) -> int:
        """Bits of the scale."""
        return self.scale.bit_length()

    @property
    def chance(self) -> Wave:
        """Its bits: as many as leave a sum over all rows below 2^62."""
        room = _SUM_BITS - self.fraction - (LARGEST * self.rows - 1).bit_length()
        return chance_wave(terms=self.terms, bits=min(_MOST_BITS, room))

    @property
    def noise(self) -> float:
        """How little of its standard error a step may be before rounding of the dealt sines blurs it; with room."""
        return float(2.0 ** (4 - self.chance.bits / 2))

    @property
    def slope(self) -> Wave:
        """A product of two columns is at most 64, a slope 1/4."""
        most = LARGEST * LARGEST * self.rows // 4
        room = _SUM_BITS - 2 * WEIGHED.bit_length() - (most - 1).bit_length()
        return slope_wave(bits=min(_SLOPE_BITS, room))

    @property
    def reach(self) -> float:
        """Largest part of log-odds that one party may add: all parts together at most 20."""
        return REACH / len(self.present)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Ordered: who has the columns, who the other factor."""
        return tuple(permutations(self.present, 2))

    @property
    def couples(self) -> tuple[tuple[int, int], ...]:
        """Pairs without order, the smaller number first; weights are shared between each couple alone."""
        return tuple(combinations(self.present, 2))

    def name(self, what: str) -> str:
        return f"{self.step}/{what}"

    def plan(self, left: int, right: int) -> Plan:
        """Products with party ``left``'s columns; the other factor is party ``right``'s.

        Product 0: ``right``'s columns (for the smaller number on the left only); 1 + i: its residuals of iteration i.
        """
        gram = self.widths[right] if left < right else 0
        schedule = (gram, *(1,) * self.iterations)
        return self._plan("", left, right, width=self.widths[left], schedule=schedule)

    def crossed_plan(self, left: int, right: int) -> Plan:
        """One product: ``left``'s columns with ``right``'s times its share of the weights."""
        schedule = (self.widths[right],)
        return self._plan(".crossed", left, right, width=self.widths[left], schedule=schedule)

    def own_plan(self, left: int, right: int) -> Plan:
        """One product: all products of two of ``left``'s columns, with its partner's share of the weights."""
        return self._plan(".own", left, right, width=self.triangle(left), schedule=(1,))

    def _plan(
        self, what: str, left: int, right: int, *, width: int, schedule: tuple[int, ...]
    ) -> Plan:
        return Plan(
            step=f"{self.step}{what}.{left}-{right}",
            seats=Seats(self.helper, self.parties[left], self.parties[right]),
            rows=self.rows,
            left=width,
            schedule=schedule,
            ring=RING,
            cipher=self.cipher,
        )

    @property
    def weighing_plans(self) -> tuple[Plan, ...]:
        """All for the second derivatives, in the order in which the helper deals."""
        own = (self.own_plan(party, self.partner(party)) for party in self.present)
        return (*(self.crossed_plan(*pair) for pair in self.pairs), *own)

    def partner(self, party: int) -> int:
        """With whom the party's weights for its own columns are shared."""
        return 0 if party else self.present[1]

    def triangle(self, party: int) -> int:
        """How many products of two of the party's columns there are."""
        return self.widths[party] * (self.widths[party] + 1) // 2

    @property
    def digest(self) -> bytes:
        """32 bytes over all of it."""
        fields = (getattr(self, field.name) for field in dataclasses.fields(self))
        return hashlib.sha256(f"shuxin/regression/v1|{tuple(map(str, fields))}".encode()).digest()

    def gram_words(self, party: int) -> int:
        """Of a holder's message with its shares of the sums of products of columns."""
        return self.widths[party] * sum(self.widths)

    def weighed_words(self, party: int) -> int:
        """Of a holder's message with its shares of the second derivatives."""
        mine = self.widths[party]
        own = [one for one in self.present if party in {one, self.partner(one)}]
        crossed = mine * (sum(self.widths) - mine)
        return crossed + sum(map(self.triangle, own))


def messages(task: Task) -> tuple[Declared, ...]:
    """All that may go between the parties; ``task.rows`` and its columns are the most.

    Where fewer columns are left, down to none at some holders, nothing else goes and nothing longer.
    """
    plans = [task.plan(*pair) for pair in task.pairs]
    if task.errors is Errors.WEIGHTED:
        plans += task.weighing_plans
        plans += (task.own_plan(0, party) for party in task.present[2:])
    products = (one for plan in plans for one in product_messages(plan))
    return (*products, *_once(task), *_by_iteration(task), *_weighing(task))


def _once(task: Task) -> Iterator[Declared]:
    for party, holder in task.present_holders:
        yield Declared(task.name("gram"), holder, task.label, task.gram_words(party) * WORD)
        yield Declared(task.name("final"), task.label, holder, task.widths[party] * WORD)


def _by_iteration(task: Task) -> Iterator[Declared]:
    sines = task.rows * 2 * task.terms * WORD
    for i in range(task.iterations + 1):
        for party, holder in task.present_holders:
            size = 1 + WORD * task.widths[party]
            yield Declared(task.name(f"{i}/coefficients"), task.label, holder, size)
    for i in range(task.iterations):
        yield Declared(task.name(f"{i}/ask"), task.label, task.helper, 1)
        yield Declared(task.name(f"{i}/sines"), task.helper, task.label, sines)
        yield from _openings(task, str(i))
        for _, holder in task.present_holders:
            yield Declared(task.name(f"{i}/shares"), holder, task.label, sum(task.widths) * WORD)


def _weighing(task: Task) -> Iterator[Declared]:
    if task.errors is Errors.NONE:
        return
    sines = task.rows * 2 * len(SLOPE) * WORD
    yield from _openings(task, "weights")
    for one, other in task.couples:
        name = task.name(f"weights/sines.{one}-{other}")
        yield Declared(name, task.helper, task.parties[one], sines)
    for party, holder in task.present_holders:
        words = task.weighed_words(party)
        if task.partner(0) != party:  # it is, once those before it have no column left
            words += task.triangle(0)
        yield Declared(task.name("weights/shares"), holder, task.label, words * WORD)


def _openings(task: Task, what: str) -> Iterator[Declared]:
    for sender, receiver in permutations((task.parties[n] for n in task.present), 2):
        yield Declared(task.name(f"{what}/opened"), sender, receiver, task.rows * _BYTES_OF_STEP)
