"""Formula families: what features compute, stated as data, over tables of months or of single facts.

A family is called with a table grouped by enterprise and day and gives one value. Sums are of whole numbers only, so
that no result depends on the order of rows; a test computes every feature again from the same statements in plain
Python. Nothing to add up is null, and a feature's meaning of empty takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.features.conditions import all_hold
from shuxin.fusion.features.definition import EVER, Window, ratio
from shuxin.fusion.features.formulas import YEAR, YEAR_BEFORE, positive

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from shuxin.fusion.features.conditions import Condition

MILLION = 1_000_000
_YEAR_OF_BITS = 2**12 - 1
HALF_LIFE_DAYS = 365
"""DOMAIN 3.4: w = exp(-ln2 * age_months / 12)."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Of a whole-number column."""

    column: str
    window: Window = YEAR
    where: tuple[Condition, ...] = ()

    def __call__(self, rows: ir.Table) -> ir.Value:
        return rows[self.column].sum(where=_asked(rows, self.window, self.where))


@dataclass(frozen=True, slots=True)
class Count:
    """Rows."""

    window: Window = YEAR
    where: tuple[Condition, ...] = ()

    def __call__(self, rows: ir.Table) -> ir.Value:
        return _asked(rows, self.window, self.where).sum().cast("int64")


@dataclass(frozen=True, slots=True)
class Most:
    """The largest value of a column."""

    column: str
    window: Window = YEAR
    where: tuple[Condition, ...] = ()

    def __call__(self, rows: ir.Table) -> ir.Value:
        return rows[self.column].max(where=_asked(rows, self.window, self.where))


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest value of a column: with ``days`` the age of the newest row, in days."""

    column: str
    window: Window = YEAR
    where: tuple[Condition, ...] = ()

    def __call__(self, rows: ir.Table) -> ir.Value:
        return rows[self.column].min(where=_asked(rows, self.window, self.where))


@dataclass(frozen=True, slots=True)
class Distinct:
    """Different values of a column; a missing one is none."""

    column: str
    window: Window = YEAR
    where: tuple[Condition, ...] = ()

    def __call__(self, rows: ir.Table) -> ir.Value:
        return rows[self.column].nunique(where=self.asked(rows))

    def asked(self, rows: ir.Table) -> ir.BooleanValue:
        """Rows of the window that are as asked."""
        return _asked(rows, self.window, self.where)


@dataclass(frozen=True, slots=True)
class Any:
    """1 where a row is as asked, else 0."""

    window: Window = EVER
    where: tuple[Condition, ...] = ()

    def __call__(self, rows: ir.Table) -> ir.Value:
        return _asked(rows, self.window, self.where).cast("int64").max()


@dataclass(frozen=True, slots=True)
class Newest:
    """A column in the newest row, or in the ``back``-th one before it; null where that is missing."""

    column: str
    back: int = 0

    def __call__(self, rows: ir.Table) -> ir.Value:
        return rows[self.column].max(where=rows["rank"] == 1 + self.back)


@dataclass(frozen=True, slots=True)
class Stock:
    """A column in the newest month that is known, or ``back`` months before that one."""

    column: str
    back: int = 0

    def __call__(self, months: ir.Table) -> ir.Value:
        return months[self.column].max(where=months["back"] == self.back)


@dataclass(frozen=True, slots=True)
class Difference:
    """One value less another; null where either is."""

    one: Family
    other: Family

    def __call__(self, rows: ir.Table) -> ir.Value:
        return self.one(rows) - self.other(rows)


@dataclass(frozen=True, slots=True)
class Quotient:
    """``times * top / bottom + plus``; null unless the bottom is above zero."""

    top: Family
    bottom: Family
    times: float = 1.0
    plus: float = 0.0

    def __call__(self, rows: ir.Table) -> ir.Value:
        quotient = ratio(self.top(rows), positive(self.bottom(rows)))
        scaled = quotient if self.times == 1.0 else quotient * self.times
        return scaled if self.plus == 0.0 else scaled + self.plus


@dataclass(frozen=True, slots=True)
class Product:
    """One value times another; null where either is."""

    one: Family
    other: Family

    def __call__(self, rows: ir.Table) -> ir.Value:
        return self.one(rows) * self.other(rows)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A number times and over fixed ones: thousandths as wholes."""

    value: Family
    per: int
    times: int = 1

    def __call__(self, rows: ir.Table) -> ir.Value:
        return self.value(rows).cast("float64") * float(self.times) / float(self.per)


@dataclass(frozen=True, slots=True)
class Growth:
    """A sum over the same sum earlier, less one; an empty near window is a sum of zero."""

    column: str
    near: Window = YEAR
    before: Window = YEAR_BEFORE

    def __call__(self, months: ir.Table) -> ir.Value:
        near = Sum(self.column, self.near)(months).fill_null(0)
        return ratio(near, positive(Sum(self.column, self.before)(months))) - 1.0


@dataclass(frozen=True, slots=True)
class Slope:
    """Least squares of ln(1 + x / unit) on time over 12 months; absent months are zero. Per month."""

    column: str
    unit: float

    def __call__(self, months: ir.Table) -> ir.Value:
        within = YEAR.within(months)
        height = (ibis.greatest(months[self.column], 0).cast("float64") / self.unit + 1.0).ln()
        billionths = (height * 1e9).round().cast("int64")
        weighed = ((13 - 2 * months["k"]) * billionths).sum(where=within)
        return weighed.cast("float64") / (2 * 143.0 * 1e9)


@dataclass(frozen=True, slots=True)
class Variation:
    """Standard deviation over mean of the months of a window; absent months are zero, all under the root is exact."""

    column: str
    window: Window = YEAR

    def __call__(self, months: ir.Table) -> ir.Value:
        within = self.window.within(months)
        value = months[self.column]
        whole = value.sum(where=within)
        squares = (_exact(value) * _exact(value)).sum(where=within)
        count = self.window.last - self.window.first + 1
        spread = squares * count - _exact(whole) * _exact(whole)
        return ratio(spread.cast("float64").sqrt(), positive(whole))


@dataclass(frozen=True, slots=True)
class Peak:
    """The largest month over the sum of a window."""

    column: str
    window: Window = YEAR

    def __call__(self, months: ir.Table) -> ir.Value:
        return Quotient(Most(self.column, self.window), Sum(self.column, self.window))(months)


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest run of the last 12 months without the reading's main fact, its older end included."""

    def __call__(self, months: ir.Table) -> ir.Value:
        """One bit for each ``active`` month."""
        within = YEAR.within(months) & months["active"].notnull()
        bit = ibis.literal(1, "int64") << ibis.ifelse(within, months["active"] - 1, 0)
        return bit.sum(where=within).fill_null(0)

    def finished(self, bits: ir.IntegerValue) -> ir.Value:
        """The longest run of bits that are not set."""
        idle = run = _YEAR_OF_BITS - bits
        longest = ibis.literal(0, "int64")
        for length in range(1, 13):
            longest = longest + (run > 0).cast("int64")
            run = run & (idle >> length)
        return longest


@dataclass(frozen=True, slots=True)
class Faded:
    """Rows weighted by age, half as much after a year; or a column of small whole numbers so weighted."""

    where: tuple[Condition, ...] = ()
    column: str = ""

    def __call__(self, rows: ir.Table) -> ir.Value:
        age = rows["days"].cast("float64") / float(HALF_LIFE_DAYS)
        weight = ((age * -0.6931471805599453).exp() * float(MILLION)).round().cast("int64")
        weighed = weight * rows[self.column] if self.column else weight
        whole = weighed.sum(where=all_hold(self.where, rows))
        return whole.cast("float64") / float(MILLION)


@dataclass(frozen=True, slots=True)
class Of:
    """Of the features already computed: one."""

    name: str

    def __call__(self, known: ir.Table) -> ir.Value:
        return known[self.name]


@dataclass(frozen=True, slots=True)
class Together:
    """Values added up; a missing one is zero, and without any it is null."""

    parts: tuple[Family, ...]

    def __call__(self, known: ir.Table) -> ir.Value:
        values = [part(known) for part in self.parts]
        whole = values[0].fill_null(0)
        for value in values[1:]:
            whole = whole + value.fill_null(0)
        return ibis.ifelse(ibis.coalesce(*values).isnull(), ibis.null(whole.type()), whole)


Family = (
    Sum
    | Count
    | Most
    | Least
    | Distinct
    | Any
    | Newest
    | Stock
    | Difference
    | Quotient
    | Product
    | Scaled
    | Growth
    | Slope
    | Variation
    | Peak
    | Gap
    | Faded
    | Of
    | Together
)


def _asked(rows: ir.Table, window: Window, where: tuple[Condition, ...]) -> ir.BooleanValue:
    held = window.within(rows)
    return held & all_hold(where, rows) if where else held


def _exact(value: ir.IntegerValue) -> ir.DecimalValue:
    return value.cast("decimal(19, 0)")
