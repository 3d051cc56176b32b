"""What a department's table is: its columns, its rhythm, the file it comes in, and who fills it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.catalogue.api import (
    Contract,
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    Sharing,
)
from shuxin.city.firms import City, Firm
from shuxin.city.lives import whole_months
from shuxin.city.scale import UNTIL
from shuxin.city.streams import stream
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit

if TYPE_CHECKING:
    from numpy.random import Generator

Value = str | int | float | bool | dt.date | None
"""Text and codes, counts and fen, numbers, yes or no, days and months (their first day); None is missing."""


class Kind(StrEnum):
    """Kinds of file."""

    TEXT = "text"
    XLSX = "xlsx"
    XLS = "xls"
    PARQUET = "parquet"
    SQLITE = "sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. ``header`` is the department's own wording.

    unit, grouped: how money is written, and whether with thousands separators.
    spelling: of dates and months; ``mixed`` columns hold other spellings here and there.
    placeholders: what clerks write instead of leaving the cell empty.
    summed: the totals row adds it up.
    exact: a machine writes it, so that it is never damaged.
    """

    name: str
    header: str
    type: FieldType = FieldType.STRING
    meaning: Meaning = Meaning.NONE
    level: Level = Level.L1
    personal: PersonalClass = PersonalClass.NONE
    required: bool = False
    unit: Unit = Unit.YUAN
    grouped: bool = False
    spelling: DateSpelling = DateSpelling.DASH
    mixed: bool = False
    placeholders: tuple[str, ...] = ()
    summed: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The shape of the file.

    file: name in the department's folder, or of the database. table: sheet or table, or "".
    packed: gzip around the text. titles: lines above the header. groups: labels of a merged row
    over the header with the count of columns each spans. notes: lines below the data.
    header_every: the header is printed again after so many rows; 0 never.
    """

    kind: Kind
    file: str
    table: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    line_end: str = "\r\n"
    packed: bool = False
    titles: tuple[str, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    totals_label: str = ""
    blank_rows: float = 0.0
    header_every: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """``values`` in the order of the columns; ``subject`` and ``other`` are entities, "" if there is none."""

    subject: str
    values: tuple[Value, ...]
    other: str = ""


Filler = Callable[[City, Firm, "Generator"], Iterator[Row]]
"""The rows of one firm."""
CityFiller = Callable[[City, "Generator"], Iterator[Row]]
"""All rows of a table that is not made firm by firm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A dataset of the domain notes (``number`` as T01, or "") with the function that fills it.

    ``fill`` is asked firm by firm; a table that is not made firm by firm has ``fill_city`` instead, and, if nobody
    tells when its rows became known, no ``known_time`` ("").
    An extract shows the last state of each fact, and its known time is that of its last change.
    missing_codes: share of rows whose code the department did not record.
    """

    dataset: str
    number: str
    title: str
    department: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    known_time: str
    cycle: Cycle
    lag_days: int
    sharing: Sharing
    form: Form
    fill: Filler | None = None
    fill_city: CityFiller | None = None
    group: DataGroup = DataGroup.PUBLIC
    missing_codes: float = 0.0

    def contract(self) -> Contract:
        """What the table promises when it is clean."""
        return Contract(
            dataset=self.dataset,
            version="1.0.0",
            title=self.title,
            department=self.department,
            group=self.group,
            fields=tuple(map(self._field, self.columns)),
            key=self.key,
            cycle=self.cycle,
            lag_days=self.lag_days,
            known_time_field=self.known_time,
        )

    def place(self, name: str) -> int:
        """Raises KeyError."""
        for place, column in enumerate(self.columns):
            if column.name == name:
                return place
        raise KeyError(name)

    def rows(self, city: City) -> list[Row]:
        """Rows that were known before the day of the extract, firm by firm."""
        rows = self._all_rows(city)
        if not self.known_time:
            return list(rows)
        known = self.place(self.known_time)
        return [row for row in rows if _before(row.values[known], UNTIL)]

    def _all_rows(self, city: City) -> Iterator[Row]:
        if self.fill is not None:
            for firm in city.firms:
                yield from self.fill(city, firm, self._stream(city, firm.number))
        if self.fill_city is not None:
            yield from self.fill_city(city, self._stream(city, 0))

    def _stream(self, city: City, index: int) -> Generator:
        return stream(seed=city.seed, purpose=f"table/{self.dataset}", index=index)

    def _field(self, column: Column) -> Field:
        return Field(
            name=column.name,
            type=column.type,
            title=column.header,
            unit="fen" if column.type is FieldType.MONEY else "",
            required=column.required,
            level=column.level,
            personal=column.personal,
            sharing=self.sharing,
            meaning=column.meaning,
        )


def _before(value: Value, day: dt.date) -> bool:
    return isinstance(value, dt.date) and value < day


LATE_SHARE = 0.03
"""Share of facts that arrive a month to half a year late."""


def later(day: dt.date, *, usual: int, spread: int, rng: Generator) -> dt.date:
    """When a fact of ``day`` becomes known: ``usual`` days later or a few more, seldom much later."""
    days = usual + int(rng.integers(spread + 1))
    if rng.random() < LATE_SHARE:
        days += int(rng.integers(30, 200))
    return day + dt.timedelta(days=days)


def month_end(month: dt.date) -> dt.date:
    """The first day after ``month``."""
    return dt.date(month.year + month.month // 12, month.month % 12 + 1, 1)


def a_day_of(month: dt.date, *, rng: Generator) -> dt.date:
    return month.replace(day=1 + int(rng.integers(28)))


def live_months(city: City, firm: Firm) -> Iterator[tuple[int, dt.date]]:
    """Index and first day of each month in which the firm lives from the first to the last day."""
    return whole_months(firm, months=city.months)


def view(city: City, firm: Firm, *, month: int, weight: float, rng: Generator) -> float:
    """What one department sees of the quality: ``weight * q + sqrt(1 - weight^2) * noise``, N(0, 1)."""
    noise = float(rng.standard_normal())
    return weight * float(city.quality[firm.number, month]) + math.sqrt(1 - weight**2) * noise
