"""Readings: how rows of a standard dataset become the months and facts that formulas see.

Nothing here, and no formula, can reach a row before it is filtered by what was known before the as-of day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import ibis

from shuxin.fusion.features.conditions import all_hold, fields_of
from shuxin.fusion.features.definition import Grain
from shuxin.fusion.features.grains import (
    KEY,
    MOST_FEN,
    each_once,
    invoices_once,
    moment_of,
    month_number,
    months_of,
    named,
    parties_of,
    party_months,
    several_times,
    trade_rows,
)
from shuxin.fusion.known import KNOWN_FROM, known_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.types as ir

    from shuxin.fusion.features.conditions import Condition

LONGEST_MONTHS = 36
_PLACES = ("_dataset", "_file", "_line")


class Reading(Protocol):
    """What features of one source are computed from. Two readings may read one standard."""

    @property
    def name(self) -> str: ...
    @property
    def standards(self) -> tuple[str, ...]: ...
    @property
    def event(self) -> str:
        """The field that says when what a row tells happened."""

    @property
    def size(self) -> str:
        """The field by which the largest rows are shown first, or "" ."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the tables of grains come out of the standards' rows."""

    def tables(
        self, made: Mapping[str, ir.Table], wanted: frozenset[Grain]
    ) -> dict[Grain, ir.Table]:
        """The wanted tables of grains, out of the steps."""


@dataclass(frozen=True, slots=True)
class Step:
    """One table, made of the standards' rows, ``spine`` (``entity, as_of``) and the steps before it, by name.

    ROWS: versions that were known before each day of the spine, with ``k``. TWICE: which facts have several.
    STANDING: each fact once, as it stood. CELLS: invoices by month and party. MONTHLY: sums by month, PARTIES: by
    party, where they come some other way.
    """

    name: str
    made: Callable[[Mapping[str, ir.Table]], ir.Table]


SPINE, ROWS, TWICE, STANDING = "spine", "rows", "twice", "standing"
CELLS, MONTHLY, PARTIES = "cells", "monthly", "parties"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole-number field as it is; beyond 10^16 it is an error, and missing."""

    field: str

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        value = rows[self.field]
        return ibis.ifelse(value.between(-MOST_FEN, MOST_FEN), value, ibis.null("int64"))


@dataclass(frozen=True, slots=True)
class Thousandths:
    """A decimal field in whole thousandths; beyond 10^12 it is an error, and missing."""

    field: str

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        value = rows[self.field]
        sound = ibis.ifelse(value.between(-1e12, 1e12), value, ibis.null("float64"))
        return (sound * 1000.0).round().cast("int64")


@dataclass(frozen=True, slots=True)
class Added:
    """Whole-number fields added up; ``less`` is taken away; missing ones are zero."""

    fields: tuple[str, ...]
    less: tuple[str, ...] = ()

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        whole = ibis.literal(0, "int64")
        for field in self.fields:
            whole = whole + Whole(field)(rows).fill_null(0)
        for field in self.less:
            whole = whole - Whole(field)(rows).fill_null(0)
        return whole


@dataclass(frozen=True, slots=True)
class Coded:
    """A number for each word of a code; null for other words."""

    field: str
    table: tuple[tuple[str, int], ...]

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        said = rows[self.field]
        branches = [(said == word, ibis.literal(number, "int64")) for word, number in self.table]
        return ibis.cases(*branches, else_=ibis.null("int64"))


@dataclass(frozen=True, slots=True)
class Tells:
    """1 where all conditions hold, else 0."""

    where: tuple[Condition, ...]

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        return all_hold(self.where, rows).cast("int64")


@dataclass(frozen=True, slots=True)
class If:
    """A column of another kind where conditions hold, else 0."""

    value: Whole | Thousandths | Added
    where: tuple[Condition, ...]

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        return ibis.ifelse(all_hold(self.where, rows), self.value(rows).fill_null(0), 0)


@dataclass(frozen=True, slots=True)
class DaysFrom:
    """Days from one date field to another; null where either is missing, or the later one is after the as-of day."""

    first: str
    then: str

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        then = rows[self.then].cast("date")
        told = ibis.ifelse(then < rows["as_of"], then, ibis.null("date"))
        return told.delta(rows[self.first], unit="day").cast("int64")


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """Days from the as-of day to a date field, below 0 when it has passed."""

    field: str

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        return rows[self.field].delta(rows["as_of"], unit="day").cast("int64")


@dataclass(frozen=True, slots=True)
class MonthOfYear:
    """1 to 12 of a date field, 13 for none of it: how many months a year-to-date amount covers."""

    field: str

    def __call__(self, rows: ir.Table) -> ir.IntegerValue:
        return rows[self.field].month().cast("int64")


Column = Whole | Thousandths | Added | Coded | Tells | If | DaysFrom | DaysLeft | MonthOfYear


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Rows of one standard.

    key: fields that name a fact; of rows alike in them and the day the one known last stands, then the larger by
    ``columns``. only: conditions on the fact as it stood; others do not exist. columns: computed for each fact.
    texts: fields kept as they are. sums: columns that the months add up; main: of them the one that makes a month
    active when it is above zero. horizon: months looked back.
    """

    name: str
    standard: str
    event: str
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()
    only: tuple[Condition, ...] = ()
    texts: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    main: str = ""
    size: str = ""
    horizon: int = 0

    @property
    def standards(self) -> tuple[str, ...]:
        return (self.standard,)

    @property
    def last(self) -> str:
        """The step whose facts are counted."""
        return STANDING

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.facts_steps()

    def facts_steps(self) -> tuple[Step, ...]:
        """Those that end in facts, each once."""
        return (
            Step(ROWS, self._rows),
            Step(TWICE, lambda made: several_times(made[ROWS])),
            Step(STANDING, lambda made: self._standing(made[ROWS], made[TWICE])),
        )

    def _rows(self, made: Mapping[str, ir.Table]) -> ir.Table:
        """KEY, ``k, days``, columns, texts, and places where there are any."""
        rows = made[self.standard]
        joined = rows.join(made[SPINE].select(*KEY), "entity")
        happened = joined[self.event].cast("date")
        months = month_number(joined["as_of"]) - month_number(happened)
        filters = [known_at(joined, moment_of(joined)), happened < joined["as_of"]]
        if self.horizon:
            filters.append(months.between(0, self.horizon))
        filters += [each(joined) for each in self.only if {*fields_of(each)} <= {*self.key}]
        stood = joined.mutate(k=months, _on=happened).filter(*filters)
        columns = {name: column(stood) for name, column in self.columns.items()}
        return stood.select(
            *KEY, "k", "_on", KNOWN_FROM, *self.read(rows),
            _key=named(stood, *KEY, *self.key, "_on"),
            days=stood["as_of"].delta(stood["_on"], unit="day").cast("int64"),
            **columns,
        )  # fmt: skip

    def _standing(self, rows: ir.Table, twice: ir.Table) -> ir.Table:
        """Of versions of one fact the one known last stands."""
        once = each_once(rows, twice, key=(*self.key, "_on"), order=self.order(rows))
        return once.filter(*(each(once) for each in self.only)) if self.only else once

    def order(self, rows: ir.Table) -> list[tuple[str, str]]:
        """By which the version stands first that does."""
        return [
            (KNOWN_FROM, "desc"),
            *((name, "desc") for name in self.columns),
            *((name, "asc") for name in sorted({*self.texts, *self._asked()} - set(self.key))),
            *((name, "asc") for name in _PLACES if name in rows.columns),
        ]

    def read(self, rows: ir.Table) -> list[str]:
        """Places, and fields that are kept as they are."""
        shown = {self.size} - {"", *self.columns}
        places = [name for name in _PLACES if name in rows.columns]
        return [*places, *sorted({*self.texts, *self.key, *self._asked(), *shown})]

    def _asked(self) -> set[str]:
        """Fields that the conditions on the fact look at, the columns among them aside."""
        return {name for each in self.only for name in fields_of(each)} - set(self.columns)

    def tables(
        self, made: Mapping[str, ir.Table], wanted: frozenset[Grain]
    ) -> dict[Grain, ir.Table]:
        """Of facts that are known the tables of rows and months."""
        found = {}
        if Grain.ROWS in wanted:
            found[Grain.ROWS] = self._ranked(made[self.last])
        if Grain.MONTHS in wanted:
            months = made[MONTHLY] if MONTHLY in made else self.monthly(made[self.last])
            found[Grain.MONTHS] = spaced(months, months[self.main or "rows"] > 0)
        return found

    def _ranked(self, known: ir.Table) -> ir.Table:
        """Facts with ``rank``, 1 for the newest; of one day the larger first."""
        order = [
            "days",
            *(known[name].desc() for name in self.columns),
            *(known[n] for n in self.key),
        ]
        rank = ibis.row_number().over(group_by=list(KEY), order_by=order)
        return known.mutate(rank=rank + 1)

    def monthly(self, facts: ir.Table, *, by: Sequence[str] = (*KEY, "k")) -> ir.Table:
        """One row for each month: how many facts (``rows``) and the sums."""
        return facts.group_by(list(by)).aggregate(
            rows=facts.count(),
            **{name: facts[name].sum().fill_null(0).cast("int64") for name in self.sums},
        )


def spaced(months: ir.Table, counts: ir.BooleanValue) -> ir.Table:
    """With ``active`` (k of a month that counts) and ``back`` (months before the newest row)."""
    active = ibis.ifelse(counts, months["k"], ibis.null("int64"))
    newest = months["k"].min().over(group_by=list(KEY))
    return months.mutate(active=active, back=months["k"] - newest)


@dataclass(frozen=True, slots=True)
class Trade:
    """Invoices of one side."""

    standard: str
    event: str = "issued_on"
    size: str = "net"

    @property
    def name(self) -> str:
        return self.standard

    @property
    def standards(self) -> tuple[str, ...]:
        return (self.standard,)

    @property
    def steps(self) -> tuple[Step, ...]:
        return (
            Step(ROWS, lambda made: trade_rows(made[self.standard], made[SPINE])),
            Step(TWICE, lambda made: several_times(made[ROWS])),
            Step(STANDING, lambda made: invoices_once(made[ROWS], made[TWICE])),
            Step(CELLS, lambda made: party_months(made[STANDING])),
        )

    def tables(
        self, made: Mapping[str, ir.Table], wanted: frozenset[Grain]
    ) -> dict[Grain, ir.Table]:
        found = {}
        if Grain.MONTHS in wanted:
            found[Grain.MONTHS] = months_of(made[MONTHLY] if MONTHLY in made else made[CELLS])
        if Grain.PARTIES in wanted:
            found[Grain.PARTIES] = parties_of(made[PARTIES] if PARTIES in made else made[CELLS])
        return found


def all_made(
    reading: Reading, sources: Mapping[str, ir.Table], spine: ir.Table
) -> dict[str, ir.Table]:
    """What the tables of grains are made of: the standards' rows, the spine, and every step."""
    made = {**sources, SPINE: spine}
    for step in reading.steps:
        made[step.name] = step.made(made)
    return made
