"""A true value as the department writes it."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

from shuxin.catalogue.api import FieldType
from shuxin.city.files.tables import Kind
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit, amount_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.city.files.tables import Column, Row, Table, Value

Cell = str | int | float | dt.date | None
"""What a writer is given: texts, and in workbooks, Parquet and databases also numbers and days."""

SERIAL_EPOCH = dt.date(1899, 12, 30)

MIXED_SPELLINGS = (
    DateSpelling.DASH,
    DateSpelling.SLASH,
    DateSpelling.DOT,
    DateSpelling.COMPACT,
    DateSpelling.CHINESE,
    DateSpelling.CHINESE_NUMERALS,
    DateSpelling.DASH_TIME,
    DateSpelling.SLASH_TIME,
    DateSpelling.CHINESE_TIME,
    DateSpelling.ISO_TIME,
)
"""The ten spellings that appear side by side in a column without discipline."""

_TEMPLATES = {
    DateSpelling.DASH: "{d:%Y-%m-%d}",
    DateSpelling.SLASH: "{d.year}/{d.month}/{d.day}",
    DateSpelling.DOT: "{d.year}.{d.month}.{d.day}",
    DateSpelling.COMPACT: "{d:%Y%m%d}",
    DateSpelling.CHINESE: "{d.year}年{d.month}月{d.day}日",
    DateSpelling.DASH_TIME: "{d:%Y-%m-%d} 00:00:00",
    DateSpelling.SLASH_TIME: "{d.year}/{d.month}/{d.day} 00:00:00",
    DateSpelling.CHINESE_TIME: "{d.year}年{d.month}月{d.day}日 00时00分00秒",
    DateSpelling.ISO_TIME: "{d:%Y-%m-%d}T00:00:00",
    DateSpelling.DASH_MONTH: "{d:%Y-%m}",
    DateSpelling.COMPACT_MONTH: "{d:%Y%m}",
    DateSpelling.DAY_FIRST: "{d.day}/{d.month}/{d.year}",
}
_NUMERALS = "〇一二三四五六七八九"
_TEN = 10
_WITH_DAYS = frozenset({Kind.XLSX, Kind.XLS, Kind.PARQUET})
_TYPED = _WITH_DAYS | {Kind.SQLITE}


def clean_cells(rows: Sequence[Row], *, table: Table) -> Iterator[tuple[Cell, ...]]:
    """Every row as it stands in the file before any damage."""
    kind = table.form.kind
    columns = []
    for place, column in enumerate(table.columns):
        values = [row.values[place] for row in rows]
        if all(value is None or type(value) is str for value in values):
            columns.append(values)
        else:
            shown_as = {value: cell_of(value, column=column, kind=kind) for value in set(values)}
            columns.append([shown_as[value] for value in values])
    return zip(*columns, strict=True)


def cell_of(value: Value, *, column: Column, kind: Kind) -> Cell:
    """``value`` in the column's spelling, typed where the kind of file has types."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.date):
        return _day_cell(value, column=column, kind=kind)
    if isinstance(value, int) and column.type is FieldType.MONEY:
        text = money_text(value, column=column)
        return float(text) if kind in _TYPED and not column.grouped else text
    return value if kind in _TYPED else str(value)


def money_text(fen: int, *, column: Column) -> str:
    if column.unit is Unit.YUAN and not column.grouped:  # nearly all of them
        whole, rest = divmod(abs(fen), 100)
        return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"
    text = amount_text(fen, unit=column.unit)
    return text if column.grouped else text.replace(",", "")


def money_in_wrong_unit(fen: int, *, column: Column) -> str:
    """Yuan in a column of 万元 and the other way round."""
    wrong = Unit.YUAN if column.unit is not Unit.YUAN else Unit.TEN_THOUSAND_YUAN
    text = amount_text(fen, unit=wrong)
    return text if column.grouped else text.replace(",", "")


@lru_cache(maxsize=8192)
def day_text(day: dt.date, *, spelling: DateSpelling) -> str:
    """Raises KeyError for a spelling that no table uses."""
    if spelling is DateSpelling.SERIAL:
        return str((day - SERIAL_EPOCH).days)
    if spelling is DateSpelling.CHINESE_NUMERALS:
        years = "".join(_NUMERALS[int(digit)] for digit in str(day.year))
        return f"{years}年{_numeral(day.month)}月{_numeral(day.day)}日"
    return _TEMPLATES[spelling].format(d=day)


def shown(cell: Cell) -> str:
    """The text that a faithful reader sees in a cell: whole numbers without a fraction."""
    if type(cell) is str:
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def _day_cell(day: dt.date, *, column: Column, kind: Kind) -> Cell:
    if column.spelling is DateSpelling.DASH and kind in _WITH_DAYS:
        return day
    text = day_text(day, spelling=column.spelling)
    return int(text) if column.spelling is DateSpelling.SERIAL and kind in _TYPED else text


def _numeral(number: int) -> str:
    """1 to 31 as 一 to 三十一."""
    tens, units = divmod(number, _TEN)
    head = ("", "十", "二十", "三十")[tens]
    return head + (_NUMERALS[units] if units else "")
