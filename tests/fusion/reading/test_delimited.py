from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.fusion.reading.conftest import (
    ENCODINGS,
    Row,
    any_cells,
    as_csv,
    plain_cells,
    read_all,
    tables,
)

from shuxin.fusion.reading import careful, delimited
from shuxin.fusion.reading.careful import LineQueue, ShapedRows, careful_records
from shuxin.fusion.reading.delimited import DELIMITERS, _plain_batch, delimiter_of
from shuxin.fusion.reading.errors import RecordTooLong
from shuxin.fusion.reading.lines import Block

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.fusion.reading.delimited import DelimitedText

line_ends = st.sampled_from(["\n", "\r\n"])
block_sizes = st.sampled_from([1, 2, 3, 7, 16, 64, 1 << 22])


def oracle(text: str, *, delimiter: str, width: int) -> list[tuple[int, Row]]:
    """Python's csv over the whole text, with the line at which each record began."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, line = [], 1
    for cells in reader:
        rows.append((line, tuple(cells) if any(cells) else ("",) * width))
        line = reader.line_num + 1
    return rows


class TestFastPath:
    @given(tables(plain_cells), st.integers(1, 50))
    def test_reads_a_block_without_quotes_as_the_careful_path_and_as_csv_do(
        self, rows: list[Row], first_line: int
    ) -> None:
        width = len(rows[0])
        text = "".join(",".join(row) + "\n" for row in rows)
        fast = _plain_batch(Block(first_line, text.encode()), delimiter=",", width=width)
        shaped = ShapedRows(width=width)
        queue = LineQueue(iter([Block(first_line, text.encode())]))
        for record in careful_records(queue, delimiter=",", file=""):
            shaped.add(record)
        slow = shaped.batch()
        expected = [
            tuple(cells) if any(cells) else ("",) * width
            for cells in csv.reader(io.StringIO(text, newline=""))
        ]
        assert list(zip(*[column.to_pylist() for column in slow.columns], strict=True)) == expected
        if text.startswith("\ufeff"):
            assert fast is None
        else:
            assert fast is not None
            assert fast.lines.tolist() == slow.lines.tolist()
            assert fast.columns == slow.columns

    def test_is_taken_by_full_rows_and_refuses_a_row_of_another_width(self) -> None:
        assert _plain_batch(Block(1, b"a,b\nc,d\n"), delimiter=",", width=2) is not None
        assert _plain_batch(Block(1, b"a,b\nc\n"), delimiter=",", width=2) is None
        assert _plain_batch(Block(1, b"a,b\nc,d,e\n"), delimiter=",", width=2) is None


class TestDelimitedText:
    @given(
        tables(any_cells),
        st.sampled_from(DELIMITERS),
        line_ends,
        st.sampled_from(sorted(ENCODINGS)),
        block_sizes,
        st.booleans(),
    )
    def test_reads_what_csv_reads_wherever_the_blocks_are_cut(
        self,
        text_table: Callable[..., DelimitedText],
        rows: list[Row],
        delimiter: str,
        line_end: str,
        encoding: str,
        block_bytes: int,
        packed: bool,
    ) -> None:
        width = len(rows[0])
        text = as_csv(rows, delimiter=delimiter, line_end=line_end)
        assume(not text.startswith("\ufeff"))
        table = text_table(
            ENCODINGS[encoding](text),
            encoding=encoding,
            delimiter=delimiter,
            packed=packed,
            block_bytes=block_bytes,
        )
        found, bad = read_all(table, width=width)
        assert found == oracle(text, delimiter=delimiter, width=width)
        assert not bad
        assert [(line, cells or ("",) * width) for line, cells in table.head(5)] == found[:5]

    @given(tables(any_cells, least_width=2), block_sizes, st.integers(0, 14))
    def test_starts_after_the_line_it_is_told(
        self,
        text_table: Callable[..., DelimitedText],
        rows: list[Row],
        block_bytes: int,
        skip: int,
    ) -> None:
        text = as_csv(rows, delimiter=",", line_end="\n")
        table = text_table(text.encode(), block_bytes=block_bytes)
        every, _ = read_all(table, width=len(rows[0]))
        found, _ = read_all(table, width=len(rows[0]), skip_through=skip)
        assert found == [(line, cells) for line, cells in every if line > skip]

    @given(
        st.lists(
            st.sampled_from(["甲,1", "乙,2", "one", "a,b,c", "", b"\xff\xfe,2", b"\xc4\xe3,3"]),
            min_size=1,
            max_size=12,
        ),
        block_sizes,
    )
    def test_accounts_for_every_line(
        self, text_table: Callable[..., DelimitedText], lines: list[str | bytes], block_bytes: int
    ) -> None:
        raw = [line if isinstance(line, bytes) else line.encode() for line in lines]
        table = text_table(b"".join(line + b"\n" for line in raw), block_bytes=block_bytes)
        found, bad = read_all(table, width=2)
        assert sorted([line for line, _ in found] + [record.line for record in bad]) == list(
            range(1, len(lines) + 1)
        )
        reasons = {record.line: record.reason for record in bad}
        for number, line in enumerate(lines, 1):
            expected = {"one": "too_few_cells", "a,b,c": "too_many_cells"}.get(str(line))
            assert reasons.get(number) == ("undecodable" if isinstance(line, bytes) else expected)

    @given(st.lists(st.sampled_from(["甲,1", "乙,2"]), min_size=2, max_size=9), block_sizes)
    def test_reads_the_line_ends_of_old_systems(
        self, text_table: Callable[..., DelimitedText], lines: list[str], block_bytes: int
    ) -> None:
        table = text_table("\r".join(lines).encode(), block_bytes=block_bytes)
        found, bad = read_all(table, width=2)
        assert found == [(n, tuple(line.split(","))) for n, line in enumerate(lines, 1)]
        assert not bad

    def test_keeps_the_lines_of_old_systems_apart_when_one_cannot_be_decoded(
        self, text_table: Callable[..., DelimitedText]
    ) -> None:
        table = text_table("甲,1\r乙,2\r".encode() + b"\xff,3\r" + "丙,4\r".encode())
        found, bad = read_all(table, width=2)
        assert found == [(1, ("甲", "1")), (2, ("乙", "2")), (4, ("丙", "4"))]
        assert [(record.line, record.reason) for record in bad] == [(3, "undecodable")]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
    def test_drops_the_byte_order_mark_before_a_quoted_header(
        self, text_table: Callable[..., DelimitedText], encoding: str
    ) -> None:
        marked = "" if encoding in {"utf-8-sig", "utf-16"} else "\ufeff"
        content = (marked + '"名,称",1\n').encode(encoding)
        found, _ = read_all(text_table(content, encoding=encoding), width=2)
        assert found == [(1, ("名,称", "1"))]

    def test_takes_a_lone_carriage_return_for_a_space(
        self, text_table: Callable[..., DelimitedText]
    ) -> None:
        found, bad = read_all(text_table(b"a\rb,1\nc,2\r\n"), width=2)
        assert found == [(1, ("a b", "1")), (2, ("c", "2"))]
        assert not bad

    @given(tables(plain_cells, least_width=2), st.data(), block_sizes)
    def test_loses_one_line_to_a_quotation_mark_that_is_never_closed(
        self,
        text_table: Callable[..., DelimitedText],
        rows: list[Row],
        data: st.DataObject,
        block_bytes: int,
    ) -> None:
        assume(not rows[0][0].startswith("\ufeff"))
        at = data.draw(st.integers(0, len(rows) - 1))
        lines = [",".join(row) for row in rows]
        lines[at] = '"open' + lines[at]
        table = text_table("".join(f"{line}\n" for line in lines).encode(), block_bytes=block_bytes)
        found, bad = read_all(table, width=len(rows[0]))
        whole = [(n, row) for n, row in enumerate(rows, 1) if n != at + 1]
        assert found == whole
        assert [(record.line, record.reason) for record in bad] == [(at + 1, "quote_not_closed")]

    def test_looks_at_few_records_when_they_are_huge(
        self, text_table: Callable[..., DelimitedText], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delimited, "_MOST_CHARACTERS_ABOVE", 1000)
        table = text_table(b"a,b\n" + (b"x" * 600 + b",y\n") * 9)
        assert [line for line, _ in table.head(9)] == [1, 2, 3]

    def test_takes_a_quotation_mark_inside_a_cell_for_text(
        self, text_table: Callable[..., DelimitedText]
    ) -> None:
        found, bad = read_all(text_table(b'"a\nb",5" disk'), width=2)
        assert found == [(1, ("a\nb", '5" disk'))]
        assert not bad

    def test_gives_up_after_many_quotation_marks_that_are_never_closed(
        self, text_table: Callable[..., DelimitedText], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(careful, "MOST_BROKEN_QUOTES", 3)
        monkeypatch.setattr(careful, "LONGEST_OPEN_RECORD", 4)
        with pytest.raises(RecordTooLong):
            read_all(text_table(b'"open,1\nab,2\nab,3\n' * 5), width=2)

    @given(st.lists(st.sampled_from(["甲", "a", "\n", ",", b"\x00\xd8", b"\x00\xdc"]), max_size=12))
    def test_makes_half_a_character_of_utf16_a_bad_record(
        self, text_table: Callable[..., DelimitedText], pieces: list[str | bytes]
    ) -> None:
        raw = b"".join(p if isinstance(p, bytes) else p.encode("utf-16-le") for p in pieces)
        lines = raw.decode("utf-16-le", "surrogatepass").split("\n")
        torn = {
            n for n, line in enumerate(lines, 1) if any("\ud800" <= c <= "\udfff" for c in line)
        }
        table = text_table(b"\xff\xfe" + raw, encoding="utf-16", block_bytes=2)
        _, bad = read_all(table, width=2)
        assert {record.line for record in bad if record.reason == "undecodable"} == torn

    def test_does_not_load_a_character_cut_off_at_the_end_of_the_file(
        self, text_table: Callable[..., DelimitedText]
    ) -> None:
        content = b"\xff\xfe" + "甲,1\n乙,2".encode("utf-16-le")[:-1]
        found, bad = read_all(text_table(content, encoding="utf-16"), width=2)
        assert found == [(1, ("甲", "1"))]
        assert [(record.line, record.reason) for record in bad] == [(2, "undecodable")]


class TestDelimiterOf:
    @given(st.sampled_from(DELIMITERS), tables(st.text("甲乙1", min_size=1), least_width=2))
    def test_finds_the_delimiter_a_table_was_written_with(
        self, delimiter: str, rows: list[Row]
    ) -> None:
        assert delimiter_of(as_csv(rows, delimiter=delimiter, line_end="\n")) == delimiter

    def test_is_not_led_astray_by_commas_inside_text(self) -> None:
        text = "名称\t说明\n" + "甲公司\t一, 二, 三\n" * 9
        assert delimiter_of(text) == "\t"

    def test_is_a_comma_when_there_is_one_column_only(self) -> None:
        assert delimiter_of("名称\n甲\n乙\n") == ","
