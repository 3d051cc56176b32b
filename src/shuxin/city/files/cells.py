"""Damage to single cells of one table, at the rates of the domain notes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from shuxin.catalogue.api import FieldType, Meaning
from shuxin.city.dirt.kinds import CellDirt, DirtKind
from shuxin.city.files.codes import miswritten
from shuxin.city.files.spelling import (
    MIXED_SPELLINGS,
    Cell,
    day_text,
    money_in_wrong_unit,
    shown,
)
from shuxin.city.files.tables import Kind
from shuxin.city.records.register import NAME_KINDS
from shuxin.city.streams import one_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.random import Generator

    from shuxin.city.files.source import Source
    from shuxin.city.files.tables import Column, Row, Table

CODE_ERRORS = 0.008
NAME_VARIANTS = 0.05
OTHER_SPELLINGS = 0.4
UNIT_SLIPS = 0.004
PLACEHOLDERS = 0.7

CODES = frozenset(
    {
        Meaning.SUBJECT_CODE,
        Meaning.OTHER_CODE,
        Meaning.ORGANISATION_CODE,
        Meaning.REGISTRATION_NUMBER,
    }
)
_DATASET_OF_RECORD = "reg_enterprise"
"""The register names a firm as it is; its codes are miskeyed at most."""


Damaged = tuple[tuple[Cell, ...], tuple[CellDirt, ...]]
"""The cells of a row as they stand in the file, and what was done to them."""


def dirty_rows(
    rows: Sequence[Row], clean: Sequence[Sequence[Cell]], *, table: Table, source: Source
) -> Mapping[int, Damaged]:
    """The rows to which something was done, by number; the same for the same city and table.

    clean: as ``clean_cells`` has the rows.
    """
    rng = source.rng(f"dirt/{table.dataset}")
    found: dict[int, list[tuple[int, DirtKind, str]]] = {}
    for place, column in damaged_columns(table):
        share = rng.random(len(rows))
        for number in np.flatnonzero(share < _most(column, table)).tolist():
            damage = _damage(
                rows[number],
                place,
                column,
                float(share[number]),
                table=table,
                source=source,
                rng=rng,
            )
            if damage is not None:
                found.setdefault(number, []).append((place, *damage))
    return {number: _applied(clean[number], damages, table) for number, damages in found.items()}


def _applied(
    clean: Sequence[Cell], damages: Sequence[tuple[int, DirtKind, str]], table: Table
) -> Damaged:
    cells, done = list(clean), []
    for place, kind, after in damages:
        slipped = kind is DirtKind.UNIT_SLIP
        cell = _typed(after, column=table.columns[place], table=table) if slipped else after
        cells[place] = cell if after else None
        done.append(CellDirt(place, kind, shown(clean[place]), shown(cell)))
    return tuple(cells), tuple(done)


def damaged_columns(table: Table) -> tuple[tuple[int, Column], ...]:
    """Places of the columns that people, not machines, write: only these are ever damaged."""
    return tuple((n, column) for n, column in enumerate(table.columns) if not column.exact)


def _most(column: Column, table: Table) -> float:
    """The highest chance that anything is done to a cell of the column."""
    chances = [CODE_ERRORS + table.missing_codes if column.meaning in CODES else 0.0]
    chances.append(PLACEHOLDERS if column.placeholders else 0.0)
    chances.append(NAME_VARIANTS if column.meaning is Meaning.SUBJECT_NAME else 0.0)
    chances.append(OTHER_SPELLINGS if column.mixed else 0.0)
    chances.append(_slips(table) if column.type is FieldType.MONEY else 0.0)
    return max(chances)


def _damage(
    row: Row,
    place: int,
    column: Column,
    share: float,
    *,
    table: Table,
    source: Source,
    rng: Generator,
) -> tuple[DirtKind, str] | None:
    """share: uniform in [0, 1), the cell's lot."""
    value = row.values[place]
    if value is None:
        return _placeholder(column, share, rng)
    if column.meaning in CODES:
        return _code_damage(str(value), column, share, table=table, rng=rng)
    if column.meaning is Meaning.SUBJECT_NAME and table.dataset != _DATASET_OF_RECORD:
        return _misquoted(str(value), row, source, rng) if share < NAME_VARIANTS else None
    if isinstance(value, dt.date) and column.mixed and share < OTHER_SPELLINGS:
        others = [spelling for spelling in MIXED_SPELLINGS if spelling is not column.spelling]
        return DirtKind.DATE_SPELLING, day_text(value, spelling=one_of(others, rng=rng))
    if column.type is FieldType.MONEY and value and share < _slips(table):
        return DirtKind.UNIT_SLIP, money_in_wrong_unit(int(value), column=column)  # type: ignore[arg-type]
    return None


def _placeholder(column: Column, share: float, rng: Generator) -> tuple[DirtKind, str] | None:
    if column.placeholders and share < PLACEHOLDERS:
        return DirtKind.PLACEHOLDER, one_of(column.placeholders, rng=rng)
    return None


def _code_damage(
    code: str, column: Column, share: float, *, table: Table, rng: Generator
) -> tuple[DirtKind, str] | None:
    is_subject = column.meaning in {Meaning.SUBJECT_CODE, Meaning.ORGANISATION_CODE}
    missing = table.missing_codes if is_subject else 0.0
    if share < missing:
        return DirtKind.CODE_MISSING, ""
    return miswritten(code, rng=rng) if share < missing + CODE_ERRORS else None


def _misquoted(name: str, row: Row, source: Source, rng: Generator) -> tuple[DirtKind, str] | None:
    """One of the ways that changes the name; a former name is quoted as it was."""
    firm = int(row.subject[1:])
    ways = source.misquoted(firm) if name == source.names[firm] else []
    if not ways:
        return None
    way, text = one_of(ways, rng=rng)
    return NAME_KINDS[way], text


def _slips(table: Table) -> float:
    return 0.0 if table.form.kind in {Kind.PARQUET, Kind.SQLITE} else UNIT_SLIPS


def _typed(text: str, *, column: Column, table: Table) -> Cell:
    return text if column.grouped or table.form.kind is Kind.TEXT else float(text)
