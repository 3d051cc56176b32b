"""Conditions on a row, stated as data: features ask them of tables, and a test asks the same of plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir


_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Is:
    """A code is one of these words; a missing one is none."""

    field: str
    words: tuple[str, ...]

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return _told(rows[self.field].isin(self.words))


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes-or-no field says yes."""

    field: str

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return _told(rows[self.field])


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number is there and not below ``least``."""

    field: str
    least: int = 1

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return _told(rows[self.field] >= self.least)


@dataclass(frozen=True, slots=True)
class Below:
    """A number is there and below ``most``."""

    field: str
    most: int

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return _told(rows[self.field] < self.most)


@dataclass(frozen=True, slots=True)
class Lasts:
    """What the row tells had not ended before the as-of day: no end is known, or a later one."""

    until: str

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        end = rows[self.until]
        return end.isnull() | _told(end >= rows["as_of"])


@dataclass(frozen=True, slots=True)
class Filled:
    """A field says something."""

    field: str

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return rows[self.field].notnull()


@dataclass(frozen=True, slots=True)
class Weekend:
    """A date is a Saturday or Sunday, holidays and make-up days aside."""

    field: str

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return _told(rows[self.field].day_of_week.index() >= _SATURDAY)


@dataclass(frozen=True, slots=True)
class Says:
    """A text contains one of these words."""

    field: str
    words: tuple[str, ...]

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return _told(reduce(or_, (rows[self.field].contains(word) for word in self.words)))


@dataclass(frozen=True, slots=True)
class Short:
    """A text is there and has at most so many characters, as the names of persons have."""

    field: str
    most: int

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return _told(rows[self.field].length().between(1, self.most))


@dataclass(frozen=True, slots=True)
class Same:
    """Two fields say the same."""

    field: str
    other: str

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return _told(rows[self.field] == rows[self.other])


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    condition: Condition

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return ~self.condition(rows)


Condition = Is | Yes | AtLeast | Below | Lasts | Filled | Weekend | Says | Short | Same | Not
"""Never null: what is not known does not hold."""


def all_hold(conditions: tuple[Condition, ...], rows: ir.Table) -> ir.BooleanValue:
    return reduce(and_, (each(rows) for each in conditions), ibis.literal(True))  # noqa: FBT003 - a literal


def fields_of(condition: Condition) -> tuple[str, ...]:
    """Those that it looks at."""
    inner = getattr(condition, "condition", None)
    if inner is not None:
        return fields_of(inner)
    return tuple(
        getattr(condition, name) for name in ("field", "other", "until") if hasattr(condition, name)
    )


def _told(condition: ir.BooleanValue) -> ir.BooleanValue:
    return condition.fill_null(False)  # noqa: FBT003 - a literal
