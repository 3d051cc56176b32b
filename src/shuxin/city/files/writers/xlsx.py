"""XLSX workbooks with titles, merged labels over the header and frozen panes."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import xlsxwriter

from shuxin.city.scale import UNTIL

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.files.sheet import Sheet

_WIDTH = 18


def write(path: Path, sheet: Sheet) -> None:
    """The suffix of ``path`` may be another one: the content is a workbook in any case."""
    buffer = io.BytesIO()
    form = sheet.table.form
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime.combine(UNTIL, dt.time())})
        page = book.add_worksheet(form.table)
        page.set_column(0, len(sheet.table.columns) - 1, _WIDTH)
        bold = book.add_format({"bold": True, "align": "center"})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, line in enumerate(sheet.lines):
            for place, cell in enumerate(line.cells):
                if isinstance(cell, dt.date):
                    page.write_datetime(at, place, dt.datetime.combine(cell, dt.time()), days)
                elif isinstance(cell, str):
                    page.write_string(at, place, cell, bold if line.is_header else None)
                elif cell is not None:
                    page.write_number(at, place, cell)
        _merge(page, sheet, bold)
        page.freeze_panes(sheet.header_lines[-1], 1)
    path.write_bytes(buffer.getvalue())


def _merge(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, bold: object) -> None:
    last = len(sheet.table.columns) - 1
    for at, title in enumerate(sheet.table.form.titles):
        page.merge_range(at, 0, at, last, title, bold)
    start, row = 0, sheet.header_lines[0] - 1
    for label, span in sheet.table.form.groups:
        if span > 1:
            page.merge_range(row, start, row, start + span - 1, label, bold)
        start += span
