"""Tables as random rows, and readers of files that hold them."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from shuxin.fusion.reading.delimited import DelimitedText

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.fusion.reading.records import BadRecord, Table

Row = tuple[str, ...]

PLAIN = "ab12,;|\t 甲乙ＡＢ１２，。（）-.*'\u3000\ufeff\U00020000é"
"""Half and full width, delimiters, a supplementary character, a byte-order mark in the middle."""
plain_cells = st.text(PLAIN.replace(",", ""), max_size=6)
any_cells = st.text(PLAIN + '"\n', max_size=6)


def tables(cells: st.SearchStrategy[str], *, least_width: int = 1) -> st.SearchStrategy[list[Row]]:
    """One to twelve rows of one width."""
    return st.integers(least_width, 4).flatmap(
        lambda width: st.lists(st.tuples(*[cells] * width), min_size=1, max_size=12)
    )


def as_csv(rows: list[Row], *, delimiter: str, line_end: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def read_all(
    table: Table, *, width: int, skip_through: int = 0
) -> tuple[list[tuple[int, Row]], list[BadRecord]]:
    """Every row with its line, and every bad record."""
    rows: list[tuple[int, Row]] = []
    bad: list[BadRecord] = []
    for batch in table.batches(skip_through=skip_through, width=width):
        columns = [column.to_pylist() for column in batch.columns]
        rows += zip(batch.lines.tolist(), zip(*columns, strict=True), strict=True)
        bad += batch.bad
    return rows, bad


ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8-sig": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "gb18030": lambda text: text.encode("gb18030"),
}


@pytest.fixture(scope="session")
def text_table(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., DelimitedText]:
    """A reader of bytes that are put into a file, packed or not."""
    folder = tmp_path_factory.mktemp("text")

    def make(
        content: bytes,
        *,
        encoding: str = "utf-8",
        delimiter: str = ",",
        packed: bool = False,
        block_bytes: int = 1 << 22,
    ) -> DelimitedText:
        path = folder / "table.csv"
        path.write_bytes(gzip.compress(content, 1) if packed else content)
        return DelimitedText(
            path,
            "table.csv",
            packed=packed,
            encoding=encoding.split(" ", maxsplit=1)[0],
            delimiter=delimiter,
            block_bytes=block_bytes,
        )

    return make
