"""Delimited text: a fast path for blocks without quotation marks, Python's csv for the rest."""

from __future__ import annotations

import codecs
import csv
import io
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from shuxin.fusion.reading.careful import LineQueue, ShapedRows, careful_records, whole_records
from shuxin.fusion.reading.compressed import MIB, open_bytes
from shuxin.fusion.reading.lines import BLOCK_BYTES, Block, blocks
from shuxin.fusion.reading.records import BadRecord, RawBatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DELIMITERS = (",", "\t", ";", "|", "\x01", "^", "，")
_QUOTE = b'"'
_MOST_CHARACTERS_ABOVE = 4 * MIB


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A table in a text file; see :class:`shuxin.fusion.reading.records.Table`."""

    path: Path
    file: str
    packed: bool
    encoding: str
    delimiter: str
    label: str = ""
    block_bytes: int = BLOCK_BYTES

    def head(self, limit: int) -> list[tuple[int, tuple[str, ...]]]:
        """The first ``limit`` records that can be decoded, fewer when they are huge. Raises RecordTooLong."""
        records: list[tuple[int, tuple[str, ...]]] = []
        characters = 0
        with open_bytes(self.path, packed=self.packed, label=self.file) as file:
            lines = LineQueue(self._blocks(file))
            for item in careful_records(lines, delimiter=self.delimiter, file=self.file):
                if not isinstance(item, BadRecord):
                    records.append((item.line, tuple(item.cells)))
                    characters += sum(map(len, item.cells))
                if len(records) >= limit or characters > _MOST_CHARACTERS_ABOVE:
                    break
        return records

    def batches(self, *, skip_through: int, width: int) -> Iterator[RawBatch]:
        """Rows in file order, about one block a batch. Raises RecordTooLong."""
        with open_bytes(self.path, packed=self.packed, label=self.file) as file:
            lines = LineQueue(self._blocks(file))
            single_byte = len(self.delimiter.encode()) == 1
            while lines.fill():
                block = lines.untouched_block
                batch = None
                if block and single_byte and _QUOTE not in block.data:
                    batch = _plain_batch(block, delimiter=self.delimiter, width=width)
                if batch is None:
                    batch = self._careful_batch(lines, width=width)
                else:
                    lines.drop_block()
                yield _after(batch, skip_through)

    def _careful_batch(self, lines: LineQueue, *, width: int) -> RawBatch:
        """Records until the queue stands between two blocks."""
        shaped = ShapedRows(width=width)
        whole = whole_records(lines, delimiter=self.delimiter)
        for record in whole:
            shaped.add(record)
        if whole and lines.between_blocks:
            return shaped.batch()
        for item in careful_records(lines, delimiter=self.delimiter, file=self.file):
            shaped.add(item)
            if lines.between_blocks:
                break
        return shaped.batch()

    def _blocks(self, file: object) -> Iterator[Block | BadRecord]:
        return blocks(
            file,  # type: ignore[arg-type]
            encoding=self.encoding,
            label=self.file,
            block_bytes=self.block_bytes,
        )


def delimiter_of(sample: str) -> str:
    """The delimiter under which the largest share of records has one width above one; else a comma."""
    plain = sample.replace("\r\n", "\n").replace("\r", "\n" if "\n" not in sample else " ")
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        rows = [row for row in csv.reader(io.StringIO(plain), delimiter=delimiter) if any(row)]
        widths = Counter(map(len, rows))
        wide = [(count, width) for width, count in widths.items() if width > 1]
        if not wide:
            continue
        count, width = max(wide)
        score = count / len(rows) * (1 + math.log(width) / 20)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _plain_batch(block: Block, *, delimiter: str, width: int) -> RawBatch | None:
    """Every line a row of ``width`` cells, by Arrow's reader; None when some line is not.

    Arrow would drop a byte-order mark at the start of any block.
    """
    if block.data.startswith(codecs.BOM_UTF8):
        return None
    odd: list[object] = []

    def refuse(row: object) -> str:
        odd.append(row)
        return "skip"

    names = [str(number) for number in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.py_buffer(block.data),
            read_options=pa_csv.ReadOptions(
                column_names=names, block_size=max(len(block.data) // 2, 1 << 16)
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                quote_char=False,
                ignore_empty_lines=False,
                invalid_row_handler=refuse,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if odd:
        return None
    lines = np.arange(block.first_line, block.first_line + table.num_rows, dtype=np.int64)
    return RawBatch(lines, tuple(_one_array(column) for column in table.columns))


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _after(batch: RawBatch, line: int) -> RawBatch:
    """Without what begins at ``line`` or before."""
    if not batch.rows or batch.lines[0] > line:
        return RawBatch(batch.lines, batch.columns, tuple(b for b in batch.bad if b.line > line))
    start = int(np.searchsorted(batch.lines, line, side="right"))
    return RawBatch(
        batch.lines[start:],
        tuple(column.slice(start) for column in batch.columns),
        tuple(bad for bad in batch.bad if bad.line > line),
    )
