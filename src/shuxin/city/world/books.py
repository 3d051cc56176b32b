"""The books of all firms in one month, and what is kept of each month."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Amounts = NDArray[np.float64]

COLUMNS = ("sales", "collected", "purchases", "paid", "wages", "rent", "taxes", "debt_service", "drawn", "invested",
           "owner", "losses", "cash", "debt", "debt_late", "wages_late", "taxes_late", "bills")  # fmt: skip
"""What is kept, see :class:`Money`."""


class Event(IntEnum):
    """What befell a firm: 客户流失, 坏账, 诉讼, 事故, 买方违约, 代偿, 卷款."""

    BUYER_LOST = 0
    BAD_DEBT = 1
    LAWSUIT = 2
    ACCIDENT = 3
    BUYER_FAILED = 4
    CALLED = 5
    RING_RAN = 6


class Cause(IntEnum):
    """What stands out before a failure, the strongest first: nothing did, or what is said."""

    NONE = 0
    CASH = 1
    NOT_RENEWED = 2
    MISFORTUNE = 3
    CONTAGION = 4
    RING = 5


_LOW_BITS, _LEAST_TOO_MUCH = 32, 2**47


@dataclass(frozen=True, slots=True, eq=False)
class Column(NDArrayOperatorsMixin):
    """Whole fen below 2**47 in six bytes each, as a city has a billion of them: ``high * 2**32 + low``, of one shape.

    What is taken out of it is int64; in arithmetic it is an int64 array.
    """

    low: NDArray[np.uint32]
    high: NDArray[np.int16]

    @staticmethod
    def zeros(shape: tuple[int, ...]) -> Column:
        return Column(np.zeros(shape, np.uint32), np.zeros(shape, np.int16))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.low.shape

    @property
    def T(self) -> Column:  # noqa: N802 as of arrays
        return Column(self.low.T, self.high.T)

    def __getitem__(self, key: Any) -> Any:
        found = self.high[key].astype(np.int64) << _LOW_BITS
        return found | self.low[key]

    def __setitem__(self, key: Any, amounts: NDArray[np.int64] | np.int64) -> None:
        """Raises OverflowError for amounts of 2**47 and more, above or below zero."""
        if np.abs(amounts).max(initial=0) >= _LEAST_TOO_MUCH:
            raise OverflowError("an amount of 2**47 fen or more")
        self.low[key] = amounts.astype(np.uint32)
        self.high[key] = (amounts >> _LOW_BITS).astype(np.int16)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001
        return np.asarray(self[...], dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **more: Any) -> Any:
        plain = [one[...] if isinstance(one, Column) else one for one in inputs]
        return getattr(ufunc, method)(*plain, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Fen, (n, months), zero outside a firm's life; without VAT, which passes through.

    sales, purchases: of the month. collected: received from buyers. paid: to suppliers. wages, rent, taxes: paid.
    debt_service: interest and principal paid. drawn: of loans. invested: from loans, in stock and equipment.
    owner: put in, less taken out. losses: paid for lawsuits, accidents and guarantees.
    cash: at the month's end; below zero is the drawn part of a line of credit. debt: principal owed.
    debt_late, wages_late, taxes_late: due and unpaid at the month's end. bills: owed to suppliers, overdue
    but for the purchases of the month.

    ``cash`` is last month's plus collected, drawn and owner, less paid, wages, rent, taxes, debt_service, invested and
    losses; in its first month a firm starts with what its owner has put in before (``opening``, (n,)).
    """

    opening: NDArray[np.int64]
    sales: Column
    collected: Column
    purchases: Column
    paid: Column
    wages: Column
    rent: Column
    taxes: Column
    debt_service: Column
    drawn: Column
    invested: Column
    owner: Column
    losses: Column
    cash: Column
    debt: Column
    debt_late: Column
    wages_late: Column
    taxes_late: Column
    bills: Column


@dataclass(slots=True)
class Rows:
    """A table that grows by months: columns of equal length."""

    parts: list[tuple[NDArray[np.int64], ...]] = field(default_factory=list)

    def add(self, *columns: NDArray[np.generic]) -> None:
        if len(columns[0]):
            self.parts.append(tuple(column.astype(np.int64) for column in columns))

    def columns(self, many: int) -> tuple[NDArray[np.int64], ...]:
        if not self.parts:
            return tuple(np.zeros(0, np.int64) for _ in range(many))
        return tuple(np.concatenate(column) for column in zip(*self.parts, strict=True))


class Books:
    """All firms now, (n,) each; amounts are float64 that hold whole fen.

    alive, failed: bool. owed: by buyers. bills: to suppliers. tax: due next, with tax_late, what is overdue of it.
    level: of wages, fen a month.
    lost: share of sales gone with lost buyers. trade: what is left of the trade in distress, 1 all.
    help: what the owner can still give. stock: bought with a loan and unused.
    debt, past_due, left (months), bullet, rate (a year): the loan. limit: of the line of credit, late: months with
    something past due. calls: called of a guarantor and unpaid.
    unpaid: share of the bills due that stayed unpaid last month.
    contagion: losses by the failures of others in months of sales, fading. hit, refused: last month of a misfortune,
    of a renewal refused.
    """

    def __init__(self, n: int) -> None:
        self.alive, self.failed, self.bullet = (np.zeros(n, np.bool_) for _ in range(3))
        self.cash, self.owed, self.bills, self.tax, self.level = (np.zeros(n) for _ in range(5))
        self.wages_late, self.lost, self.help, self.stock = (np.zeros(n) for _ in range(4))
        self.debt, self.past_due, self.rate, self.limit = (np.zeros(n) for _ in range(4))
        self.calls, self.contagion, self.noise, self.unpaid, self.tax_late = (
            np.zeros(n) for _ in range(5)
        )
        self.trade = np.ones(n)
        self.left, self.late = np.zeros(n, np.int16), np.zeros(n, np.int16)
        self.hit, self.refused = np.full(n, -99, np.int16), np.full(n, -99, np.int16)
        self.month = {name: np.zeros(n) for name in COLUMNS}

    def clear(self) -> None:
        for amounts in self.month.values():
            amounts[:] = 0.0

    def pay(self, name: str, due: Amounts) -> Amounts:
        """Pays of ``due`` what cash and line allow, puts it under ``name`` and gives what stays unpaid."""
        able = np.maximum(self.cash + self.limit, 0.0)
        paid = np.minimum(due, able)
        self.cash -= paid
        self.month[name] += paid
        return due - paid

    def receive(self, name: str, amounts: Amounts) -> None:
        self.cash += amounts
        self.month[name] += amounts


class Kept:
    """The months kept so far: (months, n) of each column."""

    def __init__(self, n: int) -> None:
        self.columns = {name: Column.zeros((WINDOW_MONTHS, n)) for name in COLUMNS}
        self.contagion = np.zeros((WINDOW_MONTHS, n), np.float32)
        self.opening = np.zeros(n, np.int64)

    def keep(self, books: Books, month: int) -> None:
        now = books.month
        now["cash"][:] = books.cash
        now["debt"][:], now["debt_late"][:] = books.debt, books.past_due
        now["wages_late"][:], now["taxes_late"][:] = books.wages_late, books.tax_late
        now["bills"][:] = books.bills
        for name, column in self.columns.items():
            column[month] = np.where(books.alive, now[name], 0.0).astype(np.int64)
        self.contagion[month] = np.where(books.alive, books.contagion, 0.0)

    def money(self) -> Money:
        columns = {name: column.T for name, column in self.columns.items()}
        return Money(opening=self.opening, **columns)
