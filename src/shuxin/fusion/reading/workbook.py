"""XLS and XLSX sheets: values as the text a person would have typed into a CSV."""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import python_calamine

from shuxin.fusion.reading.careful import Record, ShapedRows
from shuxin.fusion.reading.compressed import MIB
from shuxin.fusion.reading.errors import (
    SheetMissing,
    WorkbookTooHeavy,
    WorkbookTooLarge,
    WorkbookUnreadable,
)
from shuxin.fusion.reading.formulas import FormulasUnreadable, rows_without_value
from shuxin.fusion.reading.records import BadRecord
from shuxin.fusion.reading.rehearsal import MEMORY_MIB, Ending, by_content, rehearse
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.fusion.reading.records import RawBatch

LARGEST_UNPACKED_MIB = 512
_BATCH_ROWS = 50_000
_EXACT_FLOAT = 1e15
_SHEET_DAMAGED = Text(en="a sheet is damaged", zh="工作表已损坏")
_REFUSED = {
    Ending.NEEDS_PASSWORD: Text(en="it needs a password", zh="文件设有密码"),
    Ending.DAMAGED: Text(en="it is damaged or of an unknown kind", zh="文件已损坏或类型未知"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; see :class:`shuxin.fusion.reading.records.Table`. Lines are row numbers, 1-based.

    A cell that a merge covers is empty except its first; a formula gives its stored value, and a row
    with a formula that has no stored value is a bad record.
    """

    path: Path
    file: str
    label: str

    def head(self, limit: int) -> list[tuple[int, tuple[str, ...]]]:
        records = []
        for number, cells in self._rows():
            if number > limit:
                break
            records.append((number, cells))
        return records

    def batches(self, *, skip_through: int, width: int) -> Iterator[RawBatch]:
        hollow = self._rows_without_value()
        shaped = ShapedRows(width=width)
        number = 0
        for number, cells in self._rows():
            if number <= skip_through:
                continue
            if number in hollow:
                shaped.add(BadRecord(number, "formula_without_value", cells))
            else:
                shaped.add(Record(number, (*cells, *("",) * (width - len(cells)))))
            if len(shaped.rows) >= _BATCH_ROWS:
                yield shaped.batch()
                shaped = ShapedRows(width=width)
        for below in sorted(row for row in hollow if row > max(number, skip_through)):
            shaped.add(BadRecord(below, "formula_without_value", ()))
        yield shaped.batch()

    def _rows_without_value(self) -> frozenset[int]:
        try:
            return rows_without_value(self.path, sheet=self.label)
        except FormulasUnreadable as error:
            raise WorkbookUnreadable(file=self.file, reason=_SHEET_DAMAGED) from error

    def _rows(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        workbook = open_workbook(self.path, file=self.file)
        try:
            sheet = workbook.get_sheet_by_name(self.label)
        except python_calamine.WorksheetNotFound as error:
            raise SheetMissing(file=self.file, sheet=self.label) from error
        except python_calamine.CalamineError as error:
            raise WorkbookUnreadable(file=self.file, reason=_SHEET_DAMAGED) from error
        left = ("",) * (sheet.start or (0, 0))[1]
        for number, row in enumerate(sheet.iter_rows(), 1):
            yield number, (*left, *map(cell_text, row))


def open_workbook(path: Path, *, file: str) -> python_calamine.CalamineWorkbook:
    """Raises WorkbookTooLarge, WorkbookTooHeavy, WorkbookUnreadable (password, damage, not a workbook)."""
    try:
        _refuse_bombs(path, file)
        ending = rehearse(path)
        if ending in _REFUSED:
            raise WorkbookUnreadable(file=file, reason=_REFUSED[ending])
        if ending is Ending.TOO_HEAVY:
            raise WorkbookTooHeavy(file=file, limit_mib=MEMORY_MIB)
        return by_content(path)
    except (python_calamine.CalamineError, OSError) as error:
        raise WorkbookUnreadable(file=file, reason=_REFUSED[Ending.DAMAGED]) from error


def sheets_of(path: Path, *, file: str) -> list[Sheet]:
    """The sheets that hold at least one cell, in the workbook's order; charts and the like are left out."""
    workbook = open_workbook(path, file=file)
    found = []
    for entry in workbook.sheets_metadata:
        if entry.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if workbook.get_sheet_by_name(entry.name).height:
            found.append(Sheet(path, file, entry.name))
    return found


def _refuse_bombs(path: Path, file: str) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise WorkbookUnreadable(
            file=file, reason=Text(en="the archive is damaged", zh="压缩结构已损坏")
        ) from error
    if size > LARGEST_UNPACKED_MIB * MIB:
        raise WorkbookTooLarge(file=file, size_mib=size // MIB, limit_mib=LARGEST_UNPACKED_MIB)


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a point, dates as ISO, a date's midnight left out.

    Line ends are those of text files as they are read: a lone carriage return is a space.
    """
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", " ")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def _number_text(value: float) -> str:
    """Beyond 15 digits a sheet has lost the rest: such a number keeps its exponent, never false zeros."""
    if value.is_integer():
        return str(int(value)) if abs(value) < _EXACT_FLOAT else f"{value:.15G}"
    return f"{value:.15g}"
