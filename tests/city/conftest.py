"""One tiny city for all tests, and a slow reader that knows nothing of how the files were written."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import sqlite3
from collections import defaultdict
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
import python_calamine

from shuxin.city.api import Size, read_truth, write_messy_files
from shuxin.city.build import build_city

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from shuxin.city.api import CityFiles, Truth
    from shuxin.city.firms import City

SEED = 20260101


@pytest.fixture(scope="session")
def city() -> City:
    return build_city(size=Size.TINY, seed=SEED)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return write_messy_files(tmp_path_factory.mktemp("city") / "tiny", size=Size.TINY, seed=SEED)


@pytest.fixture(scope="session")
def truth(written: CityFiles) -> Truth:
    return read_truth(written.folder)


@pytest.fixture(scope="session")
def read_grid() -> Callable[[Path, dict[str, Any]], dict[int, list[str]]]:
    return _read_grid


@pytest.fixture(scope="session")
def grids(written: CityFiles, truth: Truth) -> dict[str, dict[int, list[str]]]:
    """Dataset -> line -> texts of its cells, as an independent reader sees the file."""
    return {
        entry["dataset"]: _read_grid(written.folder, entry) for entry in truth.manifest["files"]
    }


@pytest.fixture(scope="session")
def mentions_by_dataset(truth: Truth) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for mention in truth.mentions.to_pylist():
        found[mention["dataset"]].append(mention)
    return found


@pytest.fixture(scope="session")
def dirt_by_dataset(truth: Truth) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for entry in truth.dirt.to_pylist():
        found[entry["dataset"]].append(entry)
    return found


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
