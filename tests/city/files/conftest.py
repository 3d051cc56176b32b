"""One tiny city for all tests, and a slow reader that knows nothing of how the files were written.

The large tables, a million cells, are written and read in the soak only.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
import python_calamine

from shuxin.city.api import WorldSize, read_truth, write_messy_files
from shuxin.city.files import service
from shuxin.city.files.offices import TABLES
from shuxin.city.files.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.api import CityFiles, Truth

SEED = 20260101
LARGE = frozenset({"invoice_out", "invoice_in", "bank_flow", "power_bill"})


@pytest.fixture(scope="session")
def source() -> Source:
    return Source.of(size=WorldSize.TINY, seed=SEED)


@dataclass(frozen=True)
class Sent:
    """What was sent, what is true about it, and what an independent reader sees."""

    files: CityFiles
    truth: Truth

    @cached_property
    def grids(self) -> dict[str, dict[int, list[str]]]:
        """Dataset -> line -> texts of its cells."""
        return {
            entry["dataset"]: _read_grid(self.files.folder, entry)
            for entry in self.truth.manifest["files"]
        }

    @cached_property
    def mentions(self) -> dict[str, list[dict[str, Any]]]:
        found = defaultdict(list)
        for mention in self.truth.mentions.to_pylist():
            found[mention["dataset"]].append(mention)
        return found

    @cached_property
    def dirt(self) -> dict[str, list[dict[str, Any]]]:
        found = defaultdict(list)
        for entry in self.truth.dirt.to_pylist():
            found[entry["dataset"]].append(entry)
        return found


def _sent(folder: Path) -> Sent:
    files = write_messy_files(folder, size=WorldSize.TINY, seed=SEED)
    return Sent(files, read_truth(files.folder))


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """All but the large tables."""
    with pytest.MonkeyPatch.context() as patch:
        small = tuple(table for table in TABLES if table.dataset not in LARGE)
        patch.setattr(service, "TABLES", small)
        return _sent(tmp_path_factory.mktemp("city") / "small")


@pytest.fixture(scope="session")
def all_sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    return _sent(tmp_path_factory.mktemp("city") / "tiny")


def _read_grid(folder: Path, entry: dict[str, Any]) -> dict[int, list[str]]:
    path = folder / entry["file"]
    match entry["kind"]:
        case "text":
            data = gzip.decompress(path.read_bytes()) if entry["packed"] else path.read_bytes()
            text = data.decode("utf-8-sig" if entry["encoding"] == "utf-8" else entry["encoding"])
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=entry["delimiter"]))
        case "xlsx" | "xls":
            book = python_calamine.load_workbook(path)
            rows = book.get_sheet_by_name(entry["table"]).to_python(skip_empty_area=False)
        case "parquet":
            table = pq.read_table(path)
            rows = [table.column_names, *(list(row.values()) for row in table.to_pylist())]
        case "sqlite":
            with closing(sqlite3.connect(path)) as database:
                cursor = database.execute(f'SELECT * FROM "{entry["table"]}"')
                rows = [[name for name, *_ in cursor.description], *cursor.fetchall()]
    return {line: [_text(cell) for cell in row] for line, row in enumerate(rows, 1)}


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell == round(cell) else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
