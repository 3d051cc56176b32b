"""XLS workbooks of the old kind."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import xlwt

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.files.sheet import Sheet


def write(path: Path, sheet: Sheet) -> None:
    form = sheet.table.form
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(form.table)
    days = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    plain = xlwt.Style.default_style
    merged = _merged(sheet)
    for at, line in enumerate(sheet.lines):
        for place, cell in enumerate(line.cells):
            if cell is not None and cell != "" and (at, place) not in merged:
                page.write(at, place, cell, days if isinstance(cell, dt.date) else plain)
    for (at, place), (span, label) in merged.items():
        page.write_merge(at, at, place, place + span - 1, label)
    page.set_panes_frozen(True)
    page.set_horz_split_pos(sheet.header_lines[-1])
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(buffer.getvalue())


def _merged(sheet: Sheet) -> dict[tuple[int, int], tuple[int, str]]:
    """First cell of each merge -> columns it spans and its text."""
    form, width = sheet.table.form, len(sheet.table.columns)
    found = {(at, 0): (width, title) for at, title in enumerate(form.titles)}
    start = 0
    for label, span in form.groups:
        found[sheet.header_lines[0] - 1, start] = (span, label)
        start += span
    return found
