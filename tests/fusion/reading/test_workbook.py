from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fusion.reading.conftest import Row, read_all, tables

from shuxin.fusion.reading import rehearsal, workbook
from shuxin.fusion.reading.errors import (
    SheetMissing,
    WorkbookTooHeavy,
    WorkbookTooLarge,
    WorkbookUnreadable,
)
from shuxin.fusion.reading.workbook import Sheet, cell_text, sheets_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

words = st.text("ab12甲乙 ,;\"'\n", min_size=1, max_size=6)
Writer = Any


def xlsx(fill: Callable[[Writer], None]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    fill(book.add_worksheet("名单"))
    book.close()
    return content.getvalue()


def xls(fill: Callable[[Writer], None]) -> bytes:
    content, book = io.BytesIO(), xlwt.Workbook()
    fill(book.add_sheet("名单"))
    book.save(content)
    return content.getvalue()


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[bytes], list[Sheet]]:
    def open_content(content: bytes) -> list[Sheet]:
        path = tmp_path / "list.csv"
        path.write_bytes(content)
        return sheets_of(path, file="list.csv")

    return open_content


class TestSheet:
    @pytest.mark.parametrize("write", [xlsx, xls])
    @settings(max_examples=8)
    @given(tables(words), st.integers(0, 3), st.integers(0, 2))
    def test_gives_every_cell_at_its_row_and_column(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        write: Callable[..., bytes],
        rows: list[Row],
        down: int,
        right: int,
    ) -> None:
        def fill(sheet: Writer) -> None:
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    (getattr(sheet, "write_string", sheet.write))(r + down, c + right, cell)

        path = tmp_path_factory.getbasetemp() / "cells.xlsx"
        path.write_bytes(write(fill))
        (sheet,) = sheets_of(path, file="cells.xlsx")
        found, bad = read_all(sheet, width=len(rows[0]) + right)
        blank = ("",) * right
        expected = [(r, (*blank, *row)) for r, row in enumerate(rows, down + 1)]
        assert found[down:] == expected
        assert all(not any(cells) for _, cells in found[:down])
        assert not bad
        assert sheet.head(2) == found[:2]

    def test_keeps_a_row_whose_formula_has_no_stored_value_as_bad(
        self, opened: Callable[[bytes], list[Sheet]]
    ) -> None:
        def fill(sheet: Writer) -> None:
            sheet.write_row(0, 0, ["名称", "数量"])
            sheet.write_string(1, 0, "甲")
            sheet.write_formula(1, 1, "=1+1", value=2)
            sheet.write_string(2, 0, "乙")
            sheet.write_formula(2, 1, '=""', value="empty text")
            sheet.write_string(3, 0, "丙")
            sheet.write_formula(3, 1, "=1+2", value=777)
            sheet.write_formula(4, 1, "=1+2", value=777)

        content = _replaced(xlsx(fill), b"<v>777</v>", b"")
        content = _replaced(content, b"<v>empty text</v>", b"<v></v>")
        found, bad = read_all(opened(content)[0], width=2)
        assert found == [(1, ("名称", "数量")), (2, ("甲", "2")), (3, ("乙", ""))]
        assert [(record.line, record.reason) for record in bad] == [
            (4, "formula_without_value"),
            (5, "formula_without_value"),
        ]

    def test_knows_such_a_row_also_without_addresses_and_in_the_strict_form(
        self, opened: Callable[[bytes], list[Sheet]]
    ) -> None:
        def fill(sheet: Writer) -> None:
            sheet.write_row(0, 0, ["甲", "乙"])
            sheet.write_formula(1, 0, "=1+2", value=777)
            sheet.write_string(1, 1, "丙")

        content = _replaced(xlsx(fill), b"<v>777</v>", b"")
        content = _replaced(content, b' r="A2"', b"")
        usual = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        content = _replaced(content, usual, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        _, bad = read_all(opened(content)[0], width=2)
        assert [record.line for record in bad] == [2]

    def test_tells_that_a_sheet_is_gone(self, tmp_path: Path) -> None:
        path = tmp_path / "list.xlsx"
        path.write_bytes(xlsx(lambda sheet: sheet.write(0, 0, "x")))
        with pytest.raises(SheetMissing):
            Sheet(path, "list.xlsx", "别的").head(5)


class TestSheetsOf:
    @pytest.mark.parametrize("write", [xlsx, xls])
    @pytest.mark.parametrize("name", ["list.xls", "list.xlsx", "list.ods", "list.csv", "list"])
    def test_goes_by_the_content(
        self, tmp_path: Path, write: Callable[..., bytes], name: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(write(lambda sheet: sheet.write(0, 0, "x")))
        (sheet,) = sheets_of(path, file=name)
        assert sheet.head(5) == [(1, ("x",))]

    def test_leaves_out_empty_sheets(self, opened: Callable[[bytes], list[Sheet]]) -> None:
        content = io.BytesIO()
        book = xlsxwriter.Workbook(content)
        book.add_worksheet("空")
        book.add_worksheet("满").write(0, 0, "x")
        book.close()
        assert [sheet.label for sheet in opened(content.getvalue())] == ["满"]

    @pytest.mark.parametrize("write", [xlsx, xls])
    def test_survives_a_cell_in_the_far_corner(
        self, opened: Callable[[bytes], list[Sheet]], write: Callable[..., bytes]
    ) -> None:
        content = write(lambda sheet: [sheet.write(0, 0, "x"), sheet.write(65_000, 255, "x")])
        if write is xlsx:
            content = _replaced(content, b'r="IV65001"', b'r="XFD1048576"')
        else:
            content = content.replace(b"\xe8\xfd\xff\x00", b"\xff\xff\xff\xff")
        with pytest.raises((WorkbookTooHeavy, WorkbookUnreadable)):
            opened(content)

    def test_refuses_sheets_that_unpack_too_far(
        self, opened: Callable[[bytes], list[Sheet]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workbook, "LARGEST_UNPACKED_MIB", 1)
        content = io.BytesIO(xlsx(lambda sheet: sheet.write(0, 0, "x")))
        with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/nothing.bin", bytes(2 << 20))
        with pytest.raises(WorkbookTooLarge):
            opened(content.getvalue())

    def test_refuses_a_workbook_that_takes_too_much_memory(
        self, opened: Callable[[bytes], list[Sheet]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rehearsal, "_rehearsed", lambda *_: rehearsal.Ending.TOO_HEAVY)
        with pytest.raises(WorkbookTooHeavy):
            opened(xlsx(lambda sheet: sheet.write(0, 0, "x")))

    @pytest.mark.parametrize(
        "change", [(b"</sheetData>", b""), (b"<row", b"<ro\xff w"), (b"<c r=", b'<c r="<')]
    )
    def test_refuses_a_damaged_sheet(
        self, opened: Callable[[bytes], list[Sheet]], change: tuple[bytes, bytes]
    ) -> None:
        content = _replaced(xlsx(lambda sheet: sheet.write_row(0, 0, ["x", "y"])), *change)
        with pytest.raises(WorkbookUnreadable):
            for sheet in opened(content):
                read_all(sheet, width=2)

    def test_refuses_a_workbook_with_a_password(
        self, opened: Callable[[bytes], list[Sheet]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rehearsal, "_rehearsed", lambda *_: rehearsal.Ending.NEEDS_PASSWORD)
        with pytest.raises(WorkbookUnreadable, match="password"):
            opened(xlsx(lambda sheet: sheet.write(0, 0, "x")))


class TestCellText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("a\r\nb\rc", "a\nb c"),
            (3.0, "3"),
            (0.1, "0.1"),
            (9.1110108e17, "9.1110108E+17"),
            (True, "TRUE"),
            (dt.date(2024, 1, 5), "2024-01-05"),
            (dt.datetime(2024, 1, 5), "2024-01-05"),  # noqa: DTZ001 - sheets know no zone
            (dt.datetime(2024, 1, 5, 13, 20), "2024-01-05 13:20:00"),  # noqa: DTZ001
        ],
    )
    def test_is_what_a_person_would_type(self, value: object, text: str) -> None:
        assert cell_text(value) == text

    @given(st.integers(-(10**15) + 1, 10**15 - 1))
    def test_of_a_whole_number_has_all_its_digits(self, number: int) -> None:
        assert cell_text(float(number)) == str(number)


def _replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    """The archive with a piece of every member replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return out.getvalue()
