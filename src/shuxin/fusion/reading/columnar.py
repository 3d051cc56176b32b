"""Parquet files and database tables: typed values as the same text that a CSV of them would hold."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuxin.fusion.reading.errors import DatabaseUnreadable, NotATable
from shuxin.fusion.reading.records import RawBatch
from shuxin.fusion.reading.workbook import cell_text
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """See :class:`shuxin.fusion.reading.records.Table`; line 1 is the column names, rows follow."""

    path: Path
    file: str
    label: str = ""

    def head(self, limit: int) -> list[tuple[int, tuple[str, ...]]]:
        records = [(1, self._names())]
        columns = next(self._columns(limit), [])
        records += enumerate(zip(*columns, strict=True), 2)
        return records[:limit]

    def batches(self, *, skip_through: int, width: int) -> Iterator[RawBatch]:
        line = 2
        for texts in self._columns(_BATCH_ROWS):
            lines = np.arange(line, line + len(texts[0]), dtype=np.int64)
            line += len(lines)
            columns = tuple(pa.array(column, pa.string()) for column in texts[:width])
            start = int(np.searchsorted(lines, skip_through, side="right"))
            yield RawBatch(lines[start:], tuple(column.slice(start) for column in columns))

    def _names(self) -> tuple[str, ...]:
        with damage_named(self.file):
            return tuple(pq.read_schema(self.path).names)

    def _columns(self, rows: int) -> Iterator[list[list[str]]]:
        """Columns of texts, ``rows`` at a time."""
        with damage_named(self.file), pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=rows):
                if batch.num_columns:
                    yield [_texts(column) for column in batch.columns]


@contextmanager
def damage_named(file: str) -> Iterator[None]:
    """Damage may show on any page, or as a value outside its type. Raises NotATable for it."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise NotATable(
            file=file, looks=Text(en="a damaged Parquet file", zh="已损坏的 Parquet 文件")
        ) from error


@dataclass(frozen=True, slots=True)
class DatabaseTable:
    """A table behind a SQLAlchemy address, read with a server-side cursor where there is one."""

    url: str
    table: str
    file: str
    label: str = ""

    def head(self, limit: int) -> list[tuple[int, tuple[str, ...]]]:
        records: list[tuple[int, tuple[str, ...]]] = []
        for number, row in self.records():
            records.append((number, row))
            if len(records) >= limit:
                break
        return records

    def batches(self, *, skip_through: int, width: int) -> Iterator[RawBatch]:
        lines: list[int] = []
        rows: list[tuple[str, ...]] = []
        for number, row in self.records():
            if number > skip_through:
                lines.append(number)
                rows.append(row[:width])
            if len(rows) >= _BATCH_ROWS:
                yield _batch(lines, rows, width)
                lines, rows = [], []
        yield _batch(lines, rows, width)

    def records(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Column names as row 1, then the rows in the order of all columns, so that it is repeatable."""
        import sqlalchemy as sa  # noqa: PLC0415 - an extra, loaded only by those who use it

        try:
            engine = sa.create_engine(self.url)
        except (sa.exc.SQLAlchemyError, ImportError, ValueError) as error:
            raise self.unreadable(type(error).__name__) from error
        try:
            schema, _, name = self.table.rpartition(".")
            table = sa.Table(name, sa.MetaData(), schema=schema or None, autoload_with=engine)
            names = tuple(column.name for column in table.columns)
            yield 1, names
            statement = sa.select(table).order_by(*table.columns)
            with engine.connect().execution_options(yield_per=_BATCH_ROWS) as connection:
                for number, row in enumerate(connection.execute(statement), 2):
                    yield number, tuple(text_of_value(value) for value in row)
        except sa.exc.NoSuchTableError as error:
            raise self.unreadable("there is no such table") from error
        except sa.exc.SQLAlchemyError as error:
            raise self.unreadable(type(error).__name__) from error
        finally:
            engine.dispose()

    def unreadable(self, reason: str) -> DatabaseUnreadable:
        """Names table and kind of database, never the address."""
        scheme = self.url.split(":", 1)[0]
        return DatabaseUnreadable(table=self.table, scheme=scheme, reason=reason)


def _batch(lines: list[int], rows: list[tuple[str, ...]], width: int) -> RawBatch:
    columns = zip(*rows, strict=True) if rows else ((),) * width
    return RawBatch(
        np.array(lines, dtype=np.int64), tuple(pa.array(c, pa.string()) for c in columns)
    )


def _texts(column: pa.Array) -> list[str]:
    if pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.timestamp("us", column.type.tz), safe=False)
    return [text_of_value(value) for value in column.to_pylist()]


def text_of_value(value: object) -> str:
    """A typed value as a CSV of it would hold it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = value.astimezone(dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None)
    return cell_text(value)
