"""Parquet as it is: columns of their own types, some rows at a time, without an object for each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shuxin.fusion.reading.columnar import damage_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ROWS_AT_ONCE = 1 << 18
_FIRST_ROWS, _MOST_DISTINCT = 1 << 17, 0.5
_ENCODINGS = frozenset({"RLE_DICTIONARY", "PLAIN_DICTIONARY"})


@dataclass(frozen=True, slots=True)
class TypedFile:
    """A Parquet file. Line 1 stands for the names of its columns; rows follow."""

    path: Path
    file: str

    def schema(self) -> pa.Schema:
        """Raises NotATable."""
        with damage_named(self.file):
            return pq.read_schema(self.path)

    def rows(self) -> int:
        """How many there are, by the footer. Raises NotATable."""
        with damage_named(self.file):
            return int(pq.read_metadata(self.path).num_rows)

    def repeating(self) -> frozenset[str]:
        """Columns of texts that the file keeps as words and places in every row group, and whose first rows repeat.

        A writer tries words first, and goes on without them where they do not repeat. Raises NotATable.
        """
        kept = sorted(self._kept_as_words())
        if not kept:
            return frozenset()
        first = next(self.batches(kept, repeating=frozenset(), at_once=_FIRST_ROWS), None)
        if first is None:
            return frozenset()
        most = first[1].num_rows * _MOST_DISTINCT
        return frozenset(n for n in kept if pc.count_distinct(first[1].column(n)).as_py() <= most)

    def _kept_as_words(self) -> frozenset[str]:
        with damage_named(self.file):
            footer = pq.read_metadata(self.path)
            texts = {
                name
                for name, kind in zip(footer.schema.names, _kinds(footer), strict=True)
                if kind == "STRING"
            }
            for group in map(footer.row_group, range(footer.num_row_groups)):
                for column in map(group.column, range(group.num_columns)):
                    if not _ENCODINGS.intersection(column.encodings):
                        texts.discard(column.path_in_schema)
        return frozenset(texts)

    def batches(
        self, columns: Sequence[str], *, repeating: frozenset[str], at_once: int = 0
    ) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Rows with the line of the first of them; columns of ``repeating`` as dictionaries.

        at_once: most rows of one batch, 0 for ROWS_AT_ONCE. Raises NotATable.
        """
        line = 2
        with (
            damage_named(self.file),
            pq.ParquetFile(self.path, read_dictionary=sorted(repeating)) as file,
        ):
            for batch in file.iter_batches(
                batch_size=at_once or ROWS_AT_ONCE, columns=list(columns)
            ):
                batch.validate(full=True)
                yield line, batch
                line += batch.num_rows


def _kinds(footer: pq.FileMetaData) -> list[str]:
    """The logical type of each leaf column."""
    columns = map(footer.schema.column, range(len(footer.schema.names)))
    return [column.logical_type.type for column in columns]
