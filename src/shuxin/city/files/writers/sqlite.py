"""Tables of an SQLite database, which stands for a department's business system."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from shuxin.catalogue.api import FieldType

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.files.sheet import Sheet

_TYPES = {FieldType.MONEY: "REAL", FieldType.INTEGER: "INTEGER"}


def write(path: Path, sheet: Sheet) -> None:
    """Adds one table to the database, which is made when it is not there."""
    header, *body = sheet.lines
    columns = ", ".join(
        f"{_quoted(column.header)} {_TYPES.get(column.type, 'TEXT')}"
        for column in sheet.table.columns
    )
    marks = ", ".join("?" * len(header.cells))
    table = _quoted(sheet.table.form.table)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE {table} ({columns})")
        database.executemany(
            f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608 - names are ours, values are bound
            [line.cells for line in body],
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
