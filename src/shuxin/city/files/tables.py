"""What a department's table is: its columns, its rhythm, the file it comes in, and who fills it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from shuxin.city.scale import UNTIL
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit

if TYPE_CHECKING:
    from shuxin.city.files.source import Extract, Source

Value = str | int | float | bool | dt.date | None
"""Text and codes, counts and fen, numbers, yes or no, days and months (their first day); None is missing."""
Picker = Callable[["Extract"], Sequence[Value]]
"""Values of a column, (r,), of all rows of an extract."""


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
    take: the field of the table's catalogue that it shows, or how it is made of the extract.
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
    take: str | Picker = ""


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


Filler = Callable[["Source"], Iterable[Row]]
"""All rows of a table that is no extract of one catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A dataset of the domain notes (``number`` as T01, or "") as a department's file has it.

    catalogue: slug of the city's catalogue that the rows are an extract of; or "", and ``fill`` makes them. If nobody
    tells when rows became known, ``known_time`` is "". Of a fact that changed, the extract shows the last state, by
    ``key``; a row of it has been known since that change.
    kept: which rows of the catalogue the file has; all of them if None. other: field with the code of another firm.
    ends: the column with the day on which a fact ended, and those that say how: known when it had ended.
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
    catalogue: str = ""
    fill: Filler | None = None
    kept: Picker | None = None
    other: str = ""
    ends: tuple[str, ...] = ()
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

    def rows(self, source: Source) -> list[Row]:
        """Rows that were known before the day of the extract, firm by firm."""
        if self.fill is not None:
            return self._last_states(self.fill(source))
        return self._last_states(self._extracted(source.extract(self.catalogue)))

    def _extracted(self, extract: Extract) -> Iterator[Row]:
        columns = [
            one.take(extract) if callable(one.take) else extract.values(one.take)
            for one in self.columns
        ]
        whole = [
            list(map(_AS_TYPED.get(one.type, _as_is), column))
            for one, column in zip(self.columns, columns, strict=True)
        ]
        others = extract.values(self.other) if self.other else [None] * len(extract)
        kept = self.kept(extract) if self.kept else [True] * len(extract)
        firms = extract.source.numbers
        for firm, values, other, stays in zip(
            extract.firm, zip(*whole, strict=True), others, kept, strict=True
        ):
            if stays:
                number = firms.get(str(other))
                other_key = "" if number is None else key_of(number)
                yield Row(key_of(firm), self._as_extracted(values), other_key)

    def _as_extracted(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """With an end, known since it came; without one that is not known before the day of the extract."""
        if not self.ends:
            return values
        told, places = self.place(self.known_time), [self.place(name) for name in self.ends]
        end, known = values[places[0]], values[told]
        if not (isinstance(end, dt.date) and isinstance(known, dt.date)) or end <= known:
            return values
        changed, since = list(values), end + dt.timedelta(days=self.lag_days)
        if since < UNTIL:
            changed[told] = since
        else:
            for place in places:
                changed[place] = None
        return tuple(changed)

    def _last_states(self, rows: Iterable[Row]) -> list[Row]:
        """Of rows with one key the one that was known last, at the place of the first."""
        if not self.known_time:
            return list(rows)
        known, places = self.place(self.known_time), [self.place(name) for name in self.key]
        found: dict[tuple[Value, ...], Row] = {}
        for row in rows:
            if not _before(row.values[known], UNTIL):
                continue
            key = tuple(row.values[place] for place in places)
            earlier = found.get(key)
            if earlier is None or not _before(row.values[known], earlier.values[known]):
                found[key] = row
        return list(found.values())

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


def key_of(firm: int) -> str:
    """How the truth names a firm."""
    return f"F{firm:07d}"


def _before(value: Value, day: Value) -> bool:
    return isinstance(value, dt.date) and isinstance(day, dt.date) and value < day


def _as_is(value: Value) -> Value:
    return value


def _whole(value: Value) -> Value:
    return None if value is None else round(float(value))  # type: ignore[arg-type]


def _number(value: Value) -> Value:
    return None if value is None else float(value)  # type: ignore[arg-type]


_AS_TYPED: Mapping[FieldType, Callable[[Value], Value]] = {
    FieldType.INTEGER: _whole,
    FieldType.NUMBER: _number,
}
