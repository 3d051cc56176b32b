"""A table of a DuckDB database file, read only and with nothing else of the machine in reach."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import ibis

from shuxin.fusion.reading.columnar import DatabaseTable, text_of_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ibis.backends.duckdb import Backend

SCHEME = "duckdb:///"
_BATCH_ROWS = 50_000
_CLOSED = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
"""A view of the file could else read other files of the machine, or the network."""


@dataclass(frozen=True, slots=True)
class DuckDBTable(DatabaseTable):
    """``[schema.]table`` of ``duckdb:///path``."""

    def records(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Column names as row 1, then the rows in the order of all columns, so that it is repeatable."""
        path = Path(self.url.removeprefix(SCHEME))
        if not path.is_file():
            raise self.unreadable("there is no such file")
        try:
            yield from self._read(path)
        except ibis.common.exceptions.TableNotFound as error:
            raise self.unreadable("there is no such table") from error
        except (duckdb.Error, ibis.common.exceptions.IbisError) as error:
            raise self.unreadable(type(error).__name__) from error

    def _read(self, path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
        connection: Backend = ibis.duckdb.connect(str(path), read_only=True, **_CLOSED)
        try:
            schema, _, name = self.table.rpartition(".")
            table = connection.table(name, database=schema or None)
            yield 1, tuple(table.columns)
            cursor = connection.con.execute(connection.compile(table.order_by(table.columns)))
            batches = iter(lambda: cursor.fetchmany(_BATCH_ROWS), [])
            for number, row in enumerate(chain.from_iterable(batches), 2):
                yield number, tuple(text_of_value(value) for value in row)
        finally:
            connection.disconnect()
