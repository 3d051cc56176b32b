"""Rows of a typed file into rows to store and rejects to keep: as ``fusion.rows``, without texts in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import FieldType
from shuxin.fusion.claims.errors import ClaimUnmet
from shuxin.fusion.codes import CodeTally
from shuxin.fusion.masking import DIGEST_SUFFIX
from shuxin.fusion.reading.columnar import text_of_value
from shuxin.fusion.rows import (
    CREDIT_CODES,
    REJECT_SCHEMA,
    Tally,
    Verdict,
    judge_required,
    rejects_of,
)
from shuxin.fusion.standardise import stored_schema
from shuxin.fusion.typed_columns import convert, readable_as, rows_with, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.catalogue.api import Contract
    from shuxin.catalogue.api import Field as ContractField
    from shuxin.fusion.mapping import Mapping
    from shuxin.fusion.reading.typed import TypedFile

_TEXTS = frozenset({FieldType.STRING, FieldType.CODE})
_WORDS = pa.dictionary(pa.int32(), pa.string())
_LINE = "_line"


@dataclass(slots=True)
class TypedMaker:
    """Turns a file into stored tables; ``fields``: of each column that is loaded, in the contract's order."""

    file: TypedFile
    fields: tuple[tuple[str, ContractField], ...]
    repeating: frozenset[str]
    schema: pa.Schema
    key: bytes
    tally: Tally = field(default_factory=Tally)
    lines_above: int = 1
    titles: tuple[str, ...] = ()

    @classmethod
    def of(cls, file: TypedFile, *, mapping: Mapping, contract: Contract, key: bytes) -> TypedMaker:
        """Raises NotATable, ClaimUnmet for a column that is not there or cannot be read as its field."""
        schema = file.schema()
        fields = _fields(schema, file=file.file, mapping=mapping, contract=contract)
        repeating = file.repeating() & {header for header, _ in fields}
        stored = stored_schema(tuple(one for _, one in fields))
        for header, one in fields:
            if header in repeating and one.type in _TEXTS:
                place = stored.get_field_index(one.name)
                stored = stored.set(place, pa.field(one.name, _WORDS))
        return cls(file, fields, repeating, stored, key)

    @property
    def dense(self) -> list[str]:
        """Stored columns whose values seldom come again: a dictionary of them would cost more than it saves."""
        return [one.name for one in self.schema if not pa.types.is_dictionary(one.type)]

    def tables(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Rows to store (``schema``) and rejects (``REJECT_SCHEMA``), some at a time. Raises NotATable."""
        headers = [header for header, _ in self.fields]
        for line, batch in self.file.batches(headers, repeating=self.repeating):
            yield self._made(line, batch)

    def _made(self, line: int, batch: pa.RecordBatch) -> tuple[pa.Table, pa.Table]:
        lines = np.arange(line, line + batch.num_rows, dtype=np.int64)
        verdict = Verdict(batch.num_rows)
        self._judge_cells(batch, verdict)
        stored: dict[str, pa.Array] = {_LINE: pa.array(lines)}
        for header, one in self.fields:
            column = convert(batch.column(header), field=one, key=self.key)
            if column.reason:
                verdict.reject(column.failed, column.reason, one.title or one.name)
            stored[one.name] = self._as_stored(column.values, one.name)
            if column.digest is not None:
                stored[one.name + DIGEST_SUFFIX] = column.digest
            self.tally.placeholders[one.name] += column.placeholders
            self.tally.embedded[one.name] += column.embedded
            if one.meaning in CREDIT_CODES:
                counted = self.tally.codes.setdefault(one.name, CodeTally())
                counted.add(column.values, lines)
        fields = tuple(one for _, one in self.fields)
        judge_required(stored, verdict, fields=fields, tally=self.tally)
        table = pa.table(stored, schema=self.schema)
        if verdict.any:
            table = table.filter(pa.array(~verdict.rejected))
        self.tally.read += batch.num_rows
        self.tally.loaded += table.num_rows
        return table, self._rejects(batch, lines, verdict)

    def _as_stored(self, values: pa.Array, name: str) -> pa.Array:
        wants = self.schema.field(name).type
        if values.type == wants:
            return values
        return values.dictionary_encode() if pa.types.is_dictionary(wants) else values.cast(wants)

    @staticmethod
    def _judge_cells(batch: pa.RecordBatch, verdict: Verdict) -> None:
        """Rows without any value, and texts with a zero byte."""
        blank = np.ones(batch.num_rows, dtype=np.bool_)
        for column in batch.columns:
            if not column.null_count:
                blank[:] = False
                break
            blank &= np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
        verdict.reject(blank, "blank_row")
        for column in batch.columns:
            words = words_of(column)
            if pa.types.is_string(words.type) or pa.types.is_large_string(words.type):
                zero = pc.match_substring(words, "\x00")
                if pc.any(zero).as_py():
                    verdict.reject(rows_with(column, zero), "control_character")

    def _rejects(self, batch: pa.RecordBatch, lines: np.ndarray, verdict: Verdict) -> pa.Table:
        if not verdict.any:
            return REJECT_SCHEMA.empty_table()
        rows = np.flatnonzero(verdict.rejected)
        taken = batch.take(pa.array(rows))
        cells = [_as_texts(one) for one in taken.columns]
        meanings = {place: one.meaning for place, (_, one) in enumerate(self.fields)}
        return rejects_of(verdict, rows, lines, cells, meanings=meanings, tally=self.tally)


def _as_texts(column: pa.Array) -> list[str]:
    texts = pa.array([text_of_value(value) for value in _values(column)], pa.string())
    trimmed: list[str] = pc.utf8_trim_whitespace(texts).to_pylist()
    return trimmed


def _values(column: pa.Array) -> list[object]:
    """What stands in a column; of days and moments outside every calendar the bare numbers."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = pc.cast(column, pa.timestamp("us", kind.tz), safe=False)
    try:
        values: list[object] = column.to_pylist()
    except (OverflowError, ValueError):
        bits = pa.int32() if pa.types.is_date32(kind) else pa.int64()
        values = column.view(bits).to_pylist()
    return values


def _fields(
    schema: pa.Schema, *, file: str, mapping: Mapping, contract: Contract
) -> tuple[tuple[str, ContractField], ...]:
    by_name = {one.name: one for one in contract.fields}
    wanted = [(c.header, by_name[c.field]) for c in mapping.columns if c.field]
    missing = [header for header, _ in wanted if header not in schema.names]
    retyped = [
        f"{header}: {one.type.value} / {schema.field(header).type}"
        for header, one in wanted
        if header in schema.names and not readable_as(one.type, schema.field(header).type)
    ]
    if missing or retyped:
        told = {"missing": ", ".join(missing[:8]), "retyped": ", ".join(retyped[:8])}
        raise ClaimUnmet(file=file, new="", **told)
    return tuple(sorted(wanted, key=lambda pair: contract.fields.index(pair[1])))
