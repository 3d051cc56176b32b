"""A digest of what a table says, whatever file it is in: SHA-256 over its columns in the order of its rows.

Each column is hashed by itself: of whole numbers, times, flags and decimals eight little-endian bytes a value with 0
for what is missing; of texts their lengths and their UTF-8; and a byte for each value that says whether it is there.
So neither encoding nor compression, row groups or dictionaries change the digest.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


class Digest:
    """Batches of one table, in order, of any lengths."""

    def __init__(self, schema: pa.Schema) -> None:
        self._names = list(schema.names)
        self._kinds = [_kind(one.type) for one in schema]
        self._parts = [tuple(hashlib.sha256() for _ in range(3)) for _ in self._names]
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Raises KeyError when the batch has not the columns of the schema."""
        self.rows += len(batch)
        for name, parts in zip(self._names, self._parts, strict=True):
            column = batch.column(name)
            values, sizes, there = parts
            for part, data in zip((values, sizes, there), _bytes(column), strict=True):
                if data is not None:
                    part.update(data)

    def hex(self) -> str:
        whole = hashlib.sha256(f"{self.rows}\n".encode())
        for name, kind, parts in zip(self._names, self._kinds, self._parts, strict=True):
            whole.update(f"{name} {kind}\n".encode())
            for part in parts:
                whole.update(part.digest())
        return whole.hexdigest()


def digest_of(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> str:
    made = Digest(schema)
    for batch in batches:
        made.add(batch)
    return made.hex()


def _kind(of: pa.DataType) -> str:
    of = of.value_type if pa.types.is_dictionary(of) else of
    return "text" if pa.types.is_string(of) or pa.types.is_large_string(of) else str(of)


def _bytes(
    column: pa.Array,
) -> tuple[memoryview, memoryview | None, memoryview]:
    """Values, lengths of texts, and what is there."""
    there = np.asarray(column.is_valid()).view(np.uint8)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _text(column, there)
    if column.null_count:
        column = column.fill_null(_nought(column.type))
    return _numbers(column).data, None, there.data


def _nought(of: pa.DataType) -> pa.Scalar:
    if pa.types.is_boolean(of):
        return pa.scalar(0, pa.int8()).cast(of)
    if pa.types.is_date32(of):
        return pa.scalar(0, pa.int32()).cast(of)
    return pa.scalar(0, pa.int64()).cast(of)


def _numbers(column: pa.Array) -> NDArray[np.generic]:
    if pa.types.is_boolean(column.type):
        return np.asarray(column).astype("<i8")
    if pa.types.is_date32(column.type):
        return np.asarray(column.view(pa.int32())).astype("<i8")
    if pa.types.is_timestamp(column.type):
        return np.asarray(column.view(pa.int64())).astype("<i8")
    if pa.types.is_floating(column.type):
        return np.asarray(column).astype("<f8")
    return np.asarray(column).astype("<i8")


def _text(column: pa.Array, there: NDArray[np.uint8]) -> tuple[memoryview, memoryview, memoryview]:
    if column.null_count:
        column = column.fill_null("")
    sizes = np.asarray(pc.binary_length(column)).astype("<i4")
    data = column.buffers()[2]
    if not len(column) or data is None:
        return memoryview(b""), sizes.data, there.data
    ends = np.frombuffer(column.buffers()[1], np.int32)
    first, last = int(ends[column.offset]), int(ends[column.offset + len(column)])
    return memoryview(data)[first:last], sizes.data, there.data
