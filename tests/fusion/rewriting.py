"""The same table in other forms: encodings, workbooks named .csv, titles and merged labels above it."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter
import xlwt

from shuxin.catalogue.api import DataGroup, Level
from shuxin.fusion.layout import HEAD_RECORDS, find_layout
from shuxin.fusion.loading import ROWS_FILE, load_table
from shuxin.fusion.proposals import Holder, propose_table
from shuxin.fusion.reading.opening import FileSource, text_format
from shuxin.fusion.reading.workbook import cell_text
from shuxin.fusion.recognise import cell_words
from shuxin.infra.api import Store, silent_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Row = list[str]

MOST_XLS_ROWS = 65_000
LONGEST_SHEET_CELL = 32_000
_HOLDER = Holder(department="", place="试验", group=DataGroup.PUBLIC, level=Level.L2)
_DAY = re.compile(r"(19[1-9]\d|20\d\d)-\d\d-\d\d")
_EXACT_DIGITS = 15
_FEWEST_UNDER_A_LABEL = 2


def rows_of_file(path: Path) -> list[Row]:
    """Records of a text file by Python's csv, those of another width than most left out."""
    form = text_format(path, file=path.name)
    content = gzip.decompress(path.read_bytes()) if form.packed else path.read_bytes()
    text = io.StringIO(content.decode(form.encoding), newline="")
    rows = list(csv.reader(text, delimiter=form.delimiter))
    widths = [len(row) for row in rows]
    width = max(set(widths), key=widths.count)
    return [row for row in rows if len(row) == width]


@dataclass(frozen=True, slots=True)
class Form:
    """A table to be written; ``merges`` are (row, first column, last column)."""

    rows: list[Row]
    merges: tuple[tuple[int, int, int], ...] = ()


def below_titles(rows: Sequence[Sequence[str]]) -> Form:
    """The table under a title row, and its header under two merged labels when it has the columns."""
    width = len(rows[0])
    layout = find_layout([(number, tuple(row)) for number, row in enumerate(rows[:HEAD_RECORDS])])
    above = [["关于某事项的名单(公示)", *[""] * (width - 1)]]
    body = [list(row) for row in rows]
    merges = [(0, 0, width - 1)] if width > 1 else []
    if layout is not None and len(layout.header_lines) == 1:
        at = layout.header_lines[0]
        named = [column for column, cell in enumerate(rows[at]) if cell_words(cell)]
        first, half, last = named[0], named[len(named) // 2], named[-1]
        if len(named) >= 2 * _FEWEST_UNDER_A_LABEL:
            labels = [""] * width
            labels[first], labels[half] = "基本情况", "其他情况"
            body.insert(at, labels)
            merges += [(at + 1, first, half - 1), (at + 1, half, last)]
    return Form([*above, *body], tuple(merges))


def as_text(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def as_xls(form: Form) -> bytes:
    """Every cell as text."""
    content, book = io.BytesIO(), xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表")
    merged = {(r, a): (r, r, a, b) for r, a, b in form.merges}
    for r, row in enumerate(form.rows):
        for c, cell in enumerate(row):
            if (r, c) in merged:
                sheet.write_merge(*merged[r, c], cell)
            elif cell:
                sheet.write(r, c, cell)
    book.save(content)
    return content.getvalue()


def as_xlsx(sheets: dict[str, Form]) -> bytes:
    """Numbers and dates typed where the sheet keeps all that the text says."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, form in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(form.rows):
            for c, cell in enumerate(row):
                _write_cell(sheet, r, c, cell, days)
        for r, first, last in form.merges:
            sheet.merge_range(r, first, r, last, form.rows[r][first])
    book.close()
    return content.getvalue()


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, r: int, c: int, cell: str, days: object
) -> None:
    if not cell:
        return
    if _DAY.fullmatch(cell):
        try:
            sheet.write_datetime(r, c, dt.datetime.fromisoformat(cell), days)
        except ValueError:
            sheet.write_string(r, c, cell)
    elif _survives_as_number(cell):
        sheet.write_number(r, c, float(cell))
    else:
        sheet.write_string(r, c, cell)


def _survives_as_number(cell: str) -> bool:
    if len(cell) > _EXACT_DIGITS or not re.fullmatch(r"-?\d+(\.\d+)?", cell, re.ASCII):
        return False
    return cell_text(float(cell)) == cell


FORMS: dict[str, Callable[[Form], bytes]] = {
    "GB18030": lambda form: as_text(form.rows, "gb18030"),
    "UTF-16": lambda form: as_text(form.rows, "utf-16"),
    ".xls named .csv": as_xls,
    ".xlsx named .csv": lambda form: as_xlsx({"表": form}),
}


def fits_a_sheet(rows: Sequence[Sequence[str]]) -> bool:
    longest = max(len(cell) for row in rows for cell in row)
    return len(rows) < MOST_XLS_ROWS and longest < LONGEST_SHEET_CELL and len(rows[0]) <= 256


def loaded(path: Path, *, store: Store) -> pa.Table:
    """The stored fields of a file, proposed and loaded as it stands; ``_line`` aside."""
    source = FileSource(path, path.name)
    container, (table, *_) = source.tables()
    proposal = propose_table(
        table,
        file=path.name,
        container=container,
        alone=True,
        holder=_HOLDER,
        language="en",
    )
    result = load_table(
        source,
        seen=source.fingerprint(),
        mapping=proposal.mapping,
        contract=proposal.contract,
        store=store,
        key=bytes(32),
        progress=silent_progress,
    )
    rows = pq.read_table(store.folder(result.store_name) / ROWS_FILE)
    return rows.drop_columns(["_line"])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Cells of the one table, and how many of them the other has otherwise; all when shapes differ."""

    cells: int
    differences: int


def compared(one: pa.Table, other: pa.Table) -> Comparison:
    """By the place of row and column; names of columns may differ where labels stand above them."""
    cells = one.num_rows * one.num_columns
    types = [field.type for field in one.schema]
    if one.num_rows != other.num_rows or types != [field.type for field in other.schema]:
        return Comparison(cells, max(cells, 1))
    different = 0
    for left, right in zip(one.columns, other.columns, strict=True):
        same = pc.fill_null(pc.equal(left, right), fill_value=False)
        both_missing = pc.and_(pc.is_null(left), pc.is_null(right))
        different += one.num_rows - (pc.sum(pc.or_(same, both_missing)).as_py() or 0)
    return Comparison(cells, different)
