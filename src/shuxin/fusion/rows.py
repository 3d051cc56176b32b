"""One batch of raw cells into rows to store and rejects to keep: nothing disappears in between."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import SUBJECT_MEANINGS, Contract, Meaning
from shuxin.catalogue.api import Field as ContractField
from shuxin.fusion.codes import CodeTally
from shuxin.fusion.masking import (
    PERSONAL_MEANINGS,
    mask_embedded,
    mask_number,
    mask_person,
    mask_person_cell,
)
from shuxin.fusion.recognise import Look, cell_words, look_of
from shuxin.fusion.standardise import standardise, stored_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.fusion.mapping import ColumnMapping
    from shuxin.fusion.mapping import Mapping as TableMapping
    from shuxin.fusion.reading.records import BadRecord, RawBatch

_TOTAL = re.compile(
    r"(合计|总计|小计|共计|总数|累计|total|subtotal|sum)[::]?(\d+[户家个条项件]?)?", re.IGNORECASE
)
CREDIT_CODES = frozenset({Meaning.SUBJECT_CODE, Meaning.OTHER_CODE})
_NOTE = r"^\s*([注附]|备注|说明|填报|制表|资料来源|以上|\*)"
_LONGEST_CELL_KEPT = 500
_BETWEEN_PIECES = re.compile(r"([\s,;|,;、\"\x01^]+)")
_DIGITS_OF_NOBODY = 6
_HARMLESS = frozenset(
    {
        Look.EMPTY,
        Look.CREDIT_CODE,
        Look.MASKED_CODE,
        Look.DATE,
        Look.ORGANISATION,
        Look.TRUTH,
        Look.MASKED_PERSON,
    }
)
_NOTE_STANDS_OUT = 3  # columns from which a row of one cell is a note
REJECT_SCHEMA = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),
        pa.field("column", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("cells", pa.list_(pa.string()), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a load does with each column of the file.

    columns: position in the file of every mapped field, with its field and mapping. spare: positions
    that must stay empty. headers: the folded header of each position, to know it again further down.
    """

    width: int
    columns: tuple[tuple[int, ContractField, ColumnMapping], ...]
    spare: tuple[int, ...]
    headers: tuple[str, ...]
    schema: pa.Schema

    @classmethod
    def of(cls, *, headers: tuple[str, ...], mapping: TableMapping, contract: Contract) -> Plan:
        """``headers``: one per position, "" where the table has none."""
        fields = {field.name: field for field in contract.fields}
        by_header = {column.header: column for column in mapping.columns}
        columns = tuple(
            (position, fields[by_header[header].field], by_header[header])
            for position, header in enumerate(headers)
            if header and by_header[header].field
        )
        ordered = tuple(sorted(columns, key=lambda c: contract.fields.index(c[1])))
        spare = tuple(position for position, header in enumerate(headers) if not header)
        schema = stored_schema(tuple(field for _, field, _ in ordered))
        return cls(len(headers), ordered, spare, headers, schema)


@dataclass(slots=True)
class Tally:
    """What was seen so far, for the account of a load; ``missing``: rows kept aside for an empty mandatory field."""

    read: int = 0
    loaded: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    placeholders: Counter[str] = field(default_factory=Counter)
    embedded: Counter[str] = field(default_factory=Counter)
    codes: dict[str, CodeTally] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class RowMaker:
    """Turns batches into stored tables; keeps what filling down needs between batches."""

    plan: Plan
    key: bytes
    tally: Tally = field(default_factory=Tally)
    _last: dict[str, str] = field(default_factory=dict)

    def make(self, batch: RawBatch) -> tuple[pa.Table, pa.Table]:
        """The rows to store (``plan.schema``) and the rejects (``REJECT_SCHEMA``) of one batch."""
        cells = [pc.utf8_trim_whitespace(column) for column in batch.columns]
        cells = self._with_units(self._filled_down(cells))
        verdict = Verdict(batch.rows)
        self._judge_furniture(cells, verdict)
        stored: dict[str, pa.Array] = {"_line": pa.array(batch.lines, pa.int64())}
        for position, contract_field, how in self.plan.columns:
            column = standardise(cells[position], field=contract_field, how=how, key=self.key)
            verdict.reject(
                column.failed, column.reason, contract_field.title or contract_field.name
            )
            stored[contract_field.name] = column.values
            if column.digest is not None:
                stored[f"{contract_field.name}__hmac"] = column.digest
            self.tally.placeholders[contract_field.name] += column.placeholders
            self.tally.embedded[contract_field.name] += column.embedded
            if contract_field.meaning in CREDIT_CODES:
                counted = self.tally.codes.setdefault(contract_field.name, CodeTally())
                counted.add(column.values, batch.lines)
        fields = tuple(field for _, field, _ in self.plan.columns)
        judge_required(stored, verdict, fields=fields, tally=self.tally)
        table = pa.table(stored, schema=self.plan.schema)
        if verdict.any:
            table = table.filter(pa.array(~verdict.rejected))
        rejects = self._rejects(batch, cells, verdict)
        self.tally.read += batch.rows + len(batch.bad)
        self.tally.loaded += table.num_rows
        return table, rejects

    def _with_units(self, cells: list[pa.Array]) -> list[pa.Array]:
        """Amounts followed by the unit that another column gives for their row."""
        for position, _, how in self.plan.columns:
            if how.unit_from and how.unit_from in self.plan.headers:
                units = cells[self.plan.headers.index(how.unit_from)]
                joined = pc.binary_join_element_wise(cells[position], units, "")
                cells[position] = pc.if_else(pc.equal(cells[position], ""), "", joined)
        return cells

    def _filled_down(self, cells: list[pa.Array]) -> list[pa.Array]:
        for position, contract_field, how in self.plan.columns:
            if how.fill_down and len(cells[position]):
                blank = pc.if_else(
                    pc.equal(cells[position], ""), pa.scalar(None, pa.string()), cells[position]
                )
                carried = pa.concat_arrays(
                    [pa.array([self._last.get(contract_field.name)], pa.string()), blank]
                )
                filled = pc.fill_null(pc.fill_null_forward(carried), "").slice(1)
                self._last[contract_field.name] = filled[-1].as_py()
                cells[position] = filled
        return cells

    def _judge_furniture(self, cells: list[pa.Array], verdict: Verdict) -> None:
        """Blank lines, totals, notes, the header again, and cells where no column is."""
        if not verdict.rows:
            return
        filled = np.zeros(verdict.rows, dtype=np.int32)
        mapped = {position for position, _, _ in self.plan.columns}
        for column in cells:
            filled += _bools(pc.not_equal(column, ""))
        verdict.reject(filled == 0, "blank_row")
        lead = cells[: min(3, len(cells))]
        for column in lead:
            verdict.reject(_matching(column, _TOTAL), "total_row")
        verdict.reject(self._repeats_header(cells), "repeated_header")
        if len(mapped) >= _NOTE_STANDS_OUT:
            subject = np.zeros(verdict.rows, dtype=np.bool_)
            for position, contract_field, _ in self.plan.columns:
                if contract_field.meaning in SUBJECT_MEANINGS:
                    note = _bools(pc.match_substring_regex(cells[position], _NOTE))
                    subject |= _bools(pc.not_equal(cells[position], "")) & ~note
            verdict.reject((filled == 1) & ~subject, "note_row")
        for column in cells:
            verdict.reject(_bools(pc.match_substring(column, "\x00")), "control_character")
        for position in self.plan.spare:
            verdict.reject(_bools(pc.not_equal(cells[position], "")), "cell_outside_table")

    def _repeats_header(self, cells: list[pa.Array]) -> NDArray[np.bool_]:
        same = np.ones(len(cells[0]), dtype=np.bool_)
        compared = 0
        for position, _, how in self.plan.columns:
            same &= _bools(pc.equal(cells[position], how.header))
            compared += 1
            if not same.any():
                break
        return same if compared > 1 else np.zeros(len(cells[0]), dtype=np.bool_)

    def _rejects(self, batch: RawBatch, cells: list[pa.Array], verdict: Verdict) -> pa.Table:
        rows = np.flatnonzero(verdict.rejected)
        taken = [column.take(pa.array(rows, pa.int64())).to_pylist() for column in cells]
        meanings = {position: field.meaning for position, field, _ in self.plan.columns}
        return rejects_of(
            verdict, rows, batch.lines, taken, meanings=meanings, tally=self.tally, bad=batch.bad
        )


def rejects_of(
    verdict: Verdict,
    rows: NDArray[np.int64],
    lines: NDArray[np.int64],
    columns: list[list[str]],
    *,
    meanings: Mapping[int, Meaning],
    tally: Tally,
    bad: Sequence[BadRecord] = (),
) -> pa.Table:
    """What is kept of rows that are not loaded (``REJECT_SCHEMA``): masked and cut, and counted in ``tally``.

    rows: (m,) those that the verdict speaks against. lines: (n,) of all rows. columns: for each the m cells as text.
    meanings: by position of the column.
    """
    safe = _safe_in_pieces if PERSONAL_MEANINGS & set(meanings.values()) else _safe_anywhere
    kept = [
        [_safe(cell, meanings.get(position), safe) for position, cell in enumerate(row)]
        for row in zip(*columns, strict=True)
    ]
    kept += [[safe(cell) for cell in one.cells] for one in bad]
    reasons = [verdict.reasons[row] for row in rows.tolist()]
    reasons += [_reason_of(one) for one in bad]
    tally.rejected.update(reasons)
    return pa.table(
        {
            "line": [*lines[rows].tolist(), *(one.line for one in bad)],
            "column": [*(verdict.columns[row] for row in rows.tolist()), *("" for _ in bad)],
            "reason": reasons,
            "cells": kept,
        },
        schema=REJECT_SCHEMA,
    )


def judge_required(
    stored: Mapping[str, pa.Array],
    verdict: Verdict,
    *,
    fields: Sequence[ContractField],
    tally: Tally,
) -> None:
    """Rows about nobody, and rows that lack a required value."""
    subjects = [one.name for one in fields if one.meaning in SUBJECT_MEANINGS]
    if subjects and verdict.rows:
        missing = np.logical_and.reduce([_bools(stored[name].is_null()) for name in subjects])
        verdict.reject(missing, "subject_missing")
    for one in fields:
        if one.required and one.name not in subjects:
            missing = _bools(stored[one.name].is_null())
            tally.missing[one.name] += int((missing & ~verdict.rejected).sum())
            verdict.reject(missing, "required_missing", one.title or one.name)


class Verdict:
    """The first reason that speaks against each row."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.rejected = np.zeros(rows, dtype=np.bool_)
        self.reasons: dict[int, str] = {}
        self.columns: dict[int, str] = {}

    @property
    def any(self) -> bool:
        return bool(self.reasons)

    def reject(self, rows: NDArray[np.bool_], reason: str, column: str = "") -> None:
        for row in np.flatnonzero(rows & ~self.rejected).tolist():
            self.reasons[row] = reason
            self.columns[row] = column
        self.rejected |= rows


def _bools(column: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _matching(column: pa.Array, pattern: re.Pattern[str]) -> NDArray[np.bool_]:
    """Rows whose whole folded cell matches; only short cells are looked at."""
    short = _bools(pc.less_equal(pc.utf8_length(column), 12))
    found = np.zeros(len(column), dtype=np.bool_)
    suspects = np.flatnonzero(short & _bools(pc.match_substring_regex(column, "[计数总tT]")))
    for row in suspects:
        words = re.sub(r"\s+", "", cell_words(column[int(row)].as_py()))
        found[row] = bool(pattern.fullmatch(words))
    return found


def _reason_of(bad: BadRecord) -> str:
    """A short record with one cell is a note under the table, not a broken row."""
    return "note_row" if bad.reason == "too_few_cells" and len(bad.cells) == 1 else bad.reason


def _safe(cell: str, meaning: Meaning | None, otherwise: Callable[[str], str]) -> str:
    """A rejected cell as it may be kept; the row may be shifted, so ``otherwise`` distrusts its place."""
    if meaning in PERSONAL_MEANINGS:
        mask = mask_person_cell if meaning is Meaning.PERSON_NAME else mask_number
        return mask(cell)[:_LONGEST_CELL_KEPT]
    return otherwise(cell)


def _safe_anywhere(cell: str) -> str:
    """Masked before it is cut: a number cut in two is not known for one."""
    return mask_embedded(cell[: 2 * _LONGEST_CELL_KEPT])[:_LONGEST_CELL_KEPT]


def _safe_in_pieces(cell: str) -> str:
    """A cell of a broken record: nobody knows its column, so all but the plainly harmless is masked."""
    pieces = _BETWEEN_PIECES.split(mask_embedded(cell[: 2 * _LONGEST_CELL_KEPT]))
    return "".join(
        piece if at % 2 or _is_harmless(piece) else _masked_piece(piece)
        for at, piece in enumerate(pieces)
    )[:_LONGEST_CELL_KEPT]


def _is_harmless(piece: str) -> bool:
    look = look_of(piece)
    number = look in {Look.INTEGER, Look.DECIMAL}
    return look in _HARMLESS or (number and len(piece) <= _DIGITS_OF_NOBODY)


def _masked_piece(piece: str) -> str:
    return mask_number(piece) if any(sign.isdigit() for sign in piece) else mask_person(piece)
