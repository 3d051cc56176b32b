"""The kinds of files that hold tables."""

from __future__ import annotations

from enum import StrEnum


class Container(StrEnum):
    """How the bytes hold a table."""

    TEXT = "text"
    WORKBOOK = "workbook"
    PARQUET = "parquet"
    DATABASE = "database"
