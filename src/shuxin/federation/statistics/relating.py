"""Correlation and variance inflation over parties: exact sums of products of WOE columns, opened to the label party.

Columns are whole hundredths of WOE. A pair of a holder and the label party is a dealt product that is opened; of two
holders' product both shares go to the label party. Programs over a ``Work``; each may be run again after a kill.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.engine.channel import Declared
from shuxin.federation.product.check import Combined, checked
from shuxin.federation.product.dealt import HelperSide, HolderSide, LabelSide
from shuxin.federation.product.generator import Cipher
from shuxin.federation.product.matrices import Dense
from shuxin.federation.product.plan import Check, Plan, Seats, messages, openings
from shuxin.federation.product.ring import Ring
from shuxin.federation.statistics.errors import StatisticsMessageWrong
from shuxin.federation.statistics.task import SPARE_BITS, largest_hundredths
from shuxin.scoring.api import variance_inflation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.product.ring import Words

    FloatArray: TypeAlias = NDArray[np.float64]
    IntArray: TypeAlias = NDArray[np.int64]

_RING = Ring(64)
_EXACT = 1 << 53
_BLOCK_ROWS = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Relating:
    """Sums of products of all parties' columns (联合相关性); the same at all parties.

    holders: all of the job. columns: how many the label party has, then each holder; who has none sends and gets
    nothing. For ``relating_messages`` they and the rows may be the most. Raises ValueError.
    """

    step: str
    label: str
    holders: tuple[str, ...]
    helper: str
    rows: int
    columns: tuple[int, ...]
    cipher: Cipher = Cipher.AES

    def __post_init__(self) -> None:
        if len(self.columns) != 1 + len(self.holders) or min(self.columns) < 0:
            raise ValueError("one number of columns for each data party")
        if self.most_sum >= _EXACT:
            raise ValueError("sums of so many rows are not exact")

    @property
    def parties(self) -> tuple[str, ...]:
        return (self.label, *self.holders)

    @property
    def most_sum(self) -> int:
        """No sum of products is larger."""
        return self.rows * largest_hundredths(self.rows) ** 2

    @property
    def check(self) -> Check:
        value_bits = self.most_sum.bit_length() + 1
        return Check(columns=-(-SPARE_BITS // (_RING.bits - value_bits + 1)), value_bits=value_bits)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """(left, right) places among the parties, of those with columns, in the order in which all go through them."""
        having = (nth for nth, columns in enumerate(self.columns) if columns)
        return tuple((left, right) for right, left in combinations(having, 2))

    @property
    def having_holders(self) -> tuple[tuple[int, str], ...]:
        """Place and party of each holder with a column."""
        pairs = enumerate(self.holders, start=1)
        return tuple((nth, party) for nth, party in pairs if self.columns[nth])

    def plan(self, left: int, right: int) -> Plan:
        """Of two holders the right one appends the check's columns itself, and the label party checks."""
        check = self.check
        own = bool(right)
        return Plan(
            step=f"{self.step}.{left}.{right}",
            seats=Seats(self.helper, self.parties[left], self.parties[right]),
            rows=self.rows,
            left=self.columns[left],
            schedule=(self.columns[right] + (check.columns if own else 0),),
            ring=_RING,
            check=None if own else check,
            cipher=self.cipher,
        )

    @property
    def released(self) -> int:
        """How many numbers the label party learns: sums and products of each holder's own, and of all pairs."""
        own = sum(p * (p + 1) // 2 + p for p in self.columns[1:])
        return own + sum(self.columns[i] * self.columns[j] for i, j in self.pairs)

    def name(self, what: str) -> str:
        """The name of a message."""
        return f"{self.step}/{what}"


def relating_messages(relating: Relating) -> tuple[Declared, ...]:
    """All, with the most bytes that each can have."""
    label, word = relating.label, _RING.bytes
    found: list[Declared] = []
    for nth, holder in relating.having_holders:
        columns = relating.columns[nth]
        found.append(Declared(relating.name("own"), holder, label, (columns + 1) * columns * word))
    for left, right in relating.pairs:
        plan = relating.plan(left, right)
        found += messages(plan)
        if not right:
            found += openings(plan)
            continue
        size = plan.width(0) * plan.left * word
        factors = relating.check.columns * relating.columns[right] * word
        found += (
            Declared(plan.name("0/share"), plan.seats.holder, label, size),
            Declared(plan.name("0/other"), plan.seats.label, label, size),
            Declared(plan.name("0/factors"), plan.seats.label, label, factors),
        )
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Relations:
    """What the label party learns (相关性与方差膨胀): columns in the order of the parties, its own first.

    sums: (p,). products: (p, p) sums of products, exact, both in hundredths of WOE.
    """

    rows: int
    sums: IntArray
    products: IntArray

    @cached_property
    def correlation(self) -> FloatArray:
        """(p, p); a column whose values are all equal correlates with nothing."""
        moments = _moments(self.rows, self.sums, self.products)
        spread = np.sqrt(np.diagonal(moments).astype(np.float64))
        scale = np.outer(spread, spread)
        found = np.divide(
            moments.astype(np.float64), scale, out=np.zeros(scale.shape), where=scale > 0
        )
        np.fill_diagonal(found, 1.0)
        return np.asarray(found, np.float64)

    @cached_property
    def inflation(self) -> FloatArray:
        """(p,) variance inflation of each column on all others."""
        return variance_inflation(self.correlation)


def _moments(rows: int, sums: IntArray, products: IntArray) -> NDArray[np.object_]:
    """n^2 times the covariances, in Python's whole numbers."""
    exact = sums.astype(object)
    return np.asarray(products.astype(object) * rows - np.outer(exact, exact), object)


def help_relations(work: Work, relating: Relating) -> None:
    """The helper: learns the shapes."""
    for pair in relating.pairs:
        HelperSide(work, relating.plan(*pair)).deal()


def hold_relations(work: Work, relating: Relating, columns: IntArray) -> None:
    """A holder with (n, p) hundredths of WOE; the label party learns all sums. Raises ValueError: not of this shape."""
    me = relating.parties.index(work.party)
    _require_columns(relating, me, columns)
    if not relating.columns[me]:
        return
    sums, products = _own(columns)
    content = np.vstack([sums, products]).astype("<i8").tobytes()
    work.channel.send(relating.label, relating.name("own"), lambda: [content])
    words = Dense(_RING.of(columns), _RING)
    for left, right in relating.pairs:
        if left == me:
            _hold_left(work, relating, relating.plan(left, right), words)
        elif right == me:
            _hold_right(work, relating, relating.plan(left, right), words)


def _hold_left(work: Work, relating: Relating, plan: Plan, words: Dense) -> None:
    side = HolderSide(work, plan, words)
    side.send_mask()
    _send(work, relating.label, plan.name("0/share"), side.product(0))


def _hold_right(work: Work, relating: Relating, plan: Plan, words: Dense) -> None:
    factors = _own_factors(work, relating, plan, words.shape[1])
    _send(work, relating.label, plan.name("0/factors"), factors)
    share = LabelSide(work, plan).product(0, _Checked(words, factors))
    _send(work, relating.label, plan.name("0/other"), share)


def relate(work: Work, relating: Relating, columns: IntArray) -> Relations:
    """The label party with (n, p) hundredths of its own WOE.

    Raises:
        ProductWrong: helper or a holder did not keep to the protocol.
        StatisticsMessageWrong: sums that no columns have.
        ValueError: columns not of this shape.
    """
    _require_columns(relating, 0, columns)
    ends = np.cumsum((0, *relating.columns))
    places = [slice(begin, end) for begin, end in pairwise(ends.tolist())]
    sums = np.zeros(ends[-1], np.int64)
    products = np.zeros((ends[-1], ends[-1]), np.int64)
    sums[places[0]], products[places[0], places[0]] = _own(columns)
    for nth, _ in relating.having_holders:
        sums[places[nth]], products[places[nth], places[nth]] = _theirs(work, relating, nth)
    words = Dense(_RING.of(columns), _RING)
    for left, right in relating.pairs:
        plan = relating.plan(left, right)
        if right:
            found = _RING.signed(_between(work, relating, plan))
        else:
            side = LabelSide(work, plan)
            found = _RING.signed(side.opened(0, side.product(0, words)))
        products[places[right], places[left]] = found
        products[places[left], places[right]] = found.T
    _require_possible(relating, sums, products)
    return Relations(relating.rows, sums, products)


def _theirs(work: Work, relating: Relating, nth: int) -> tuple[IntArray, IntArray]:
    """A holder's own sums and products."""
    party, name, columns = relating.parties[nth], relating.name("own"), relating.columns[nth]
    content = work.channel.receive(party, name).read()
    if len(content) != (columns + 1) * columns * _RING.bytes:
        raise StatisticsMessageWrong(name=name, party=party, reason="length")
    numbers = np.frombuffer(content, "<i8").reshape(columns + 1, columns).astype(np.int64)
    most = relating.most_sum
    if (numbers > most).any() or (numbers < -most).any() or (numbers[1:] != numbers[1:].T).any():
        raise StatisticsMessageWrong(name=name, party=party, reason="no sums of products")
    return numbers[0], numbers[1:]


def _between(work: Work, relating: Relating, plan: Plan) -> Words:
    """The product of two holders' columns from both shares."""
    shape = (plan.width(0), plan.left)
    check = relating.check
    columns = shape[0] - check.columns
    one = _received(work, plan.seats.holder, plan.name("0/share"), shape)
    other = _received(work, plan.seats.label, plan.name("0/other"), shape)
    factors = _received(work, plan.seats.label, plan.name("0/factors"), (check.columns, columns))
    return checked(one + other, factors, check, ring=_RING, step=plan.name("0"))


def _require_possible(relating: Relating, sums: IntArray, products: IntArray) -> None:
    """No covariance is larger than its variances allow (Cauchy-Schwarz), by whoever's fault."""
    moments = _moments(relating.rows, sums, products)
    spread = np.diagonal(moments)
    if (spread < 0).any() or (moments * moments > np.outer(spread, spread)).any():
        raise StatisticsMessageWrong(
            name=relating.name("own"), party=", ".join(relating.holders), reason="no covariances"
        )


class _Checked(Combined):
    """A right matrix with check columns of this party's own; its digest covers them."""

    def __init__(self, matrix: Dense, factors: Words) -> None:
        super().__init__(matrix, factors, _RING)
        self._covered = factors.tobytes()

    def digest(self) -> bytes:
        return hashlib.sha256(super().digest() + self._covered).digest()


def _own_factors(work: Work, relating: Relating, plan: Plan, columns: int) -> Words:
    count = relating.check.columns
    kept = work.channel.once(
        plan.name("0/own-factors"), lambda: secrets.token_bytes(count * columns * _RING.bytes)
    )
    return np.frombuffer(kept, _RING.dtype).reshape(count, columns)


def _own(columns: IntArray) -> tuple[IntArray, IntArray]:
    """(p,) sums and (p, p) sums of products; exact as doubles, see ``Relating.most_sum``."""
    products = np.zeros((columns.shape[1], columns.shape[1]))
    for start in range(0, len(columns), _BLOCK_ROWS):
        block = columns[start : start + _BLOCK_ROWS].astype(np.float64)
        products += block.T @ block
    return columns.sum(axis=0, dtype=np.int64), products.astype(np.int64)


def _require_columns(relating: Relating, nth: int, columns: IntArray) -> None:
    if columns.shape != (relating.rows, relating.columns[nth]):
        raise ValueError("the columns have the declared shape")
    if columns.size and int(np.abs(columns).max()) > largest_hundredths(relating.rows):
        raise ValueError("no WOE of so many rows is so large")


def _send(work: Work, to: str, name: str, words: Words) -> None:
    work.channel.send(to, name, lambda: [words.astype(_RING.dtype).tobytes()])


def _received(work: Work, sender: str, name: str, shape: tuple[int, int]) -> Words:
    content = work.channel.receive(sender, name).read()
    if len(content) != shape[0] * shape[1] * _RING.bytes:
        raise StatisticsMessageWrong(name=name, party=sender, reason="length")
    return np.frombuffer(content, _RING.dtype).reshape(shape)
