"""Parquet files with typed columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from shuxin.catalogue.api import FieldType
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.files.sheet import Sheet
    from shuxin.city.files.tables import Column

_TYPES = {FieldType.MONEY: pa.float64(), FieldType.INTEGER: pa.int64()}


def write(path: Path, sheet: Sheet) -> None:
    header, *body = sheet.lines
    columns = [
        pa.array([line.cells[at] for line in body], _type_of(column))
        for at, column in enumerate(sheet.table.columns)
    ]
    pq.write_table(pa.Table.from_arrays(columns, names=list(header.cells)), path)


def _type_of(column: Column) -> pa.DataType:
    if column.type is FieldType.DATE and column.spelling is DateSpelling.DASH:
        return pa.date32()
    return _TYPES.get(column.type, pa.string())
