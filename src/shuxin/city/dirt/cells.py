"""Damage to single cells of one table, at the rates of the domain notes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import FieldType, Meaning
from shuxin.city.dirt.codes import miswritten
from shuxin.city.dirt.kinds import CellDirt, DirtKind
from shuxin.city.dirt.names import misquoted
from shuxin.city.spelling import (
    MIXED_SPELLINGS,
    Cell,
    day_text,
    money_in_wrong_unit,
    shown,
)
from shuxin.city.streams import Streams, chance, one_of
from shuxin.city.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

    from shuxin.city.firms import City
    from shuxin.city.tables import Column, Row, Table, Value

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
_DAMAGED: dict[int, tuple[Table, tuple[tuple[int, Column], ...]]] = {}
"""By the table's identity: hashing all that a table says would cost more than it saves."""
_DATASET_OF_RECORD = "reg_enterprise"
"""The register names a firm as it is; its codes are miskeyed at most."""


def dirt_streams(*, table: Table, city: City) -> Streams:
    """The randomness of :func:`dirty_cells`: one stream for each row of the table."""
    return Streams(seed=city.seed, purpose=f"dirt/{table.dataset}")


def dirty_cells(
    row: Row,
    clean: Sequence[Cell],
    *,
    number: int,
    table: Table,
    city: City,
    streams: Streams,
) -> tuple[tuple[Cell, ...], tuple[CellDirt, ...]]:
    """The cells of row ``number`` as they stand in the file, and what was done to them.

    clean: as ``clean_cells`` has the row. The damage depends on the seed, the table and the number of the row only.
    """
    rng = streams.at(number)
    cells: list[Cell] | None = None
    done: list[CellDirt] = []
    for place, column in damaged_columns(table):
        value = row.values[place]
        damage = _damage(value, row=row, column=column, table=table, city=city, rng=rng)
        if damage is None:
            continue
        kind, after = damage
        cell = _typed(after, column=column, table=table) if kind is DirtKind.UNIT_SLIP else after
        cells = cells or list(clean)
        cells[place] = cell if after else None
        done.append(CellDirt(place, kind, shown(clean[place]), shown(cell)))
    return tuple(cells or clean), tuple(done)


def damaged_columns(table: Table) -> tuple[tuple[int, Column], ...]:
    """Places of the columns that people, not machines, write: only these are ever damaged."""
    known = _DAMAGED.get(id(table))
    if known is None or known[0] is not table:
        found = tuple((n, column) for n, column in enumerate(table.columns) if not column.exact)
        known = _DAMAGED[id(table)] = (table, found)
    return known[1]


def _damage(
    value: Value, *, row: Row, column: Column, table: Table, city: City, rng: Generator
) -> tuple[DirtKind, str] | None:
    if value is None:
        return _placeholder(column, rng)
    if column.meaning in CODES:
        return _code_damage(str(value), column, table, rng)
    if column.meaning is Meaning.SUBJECT_NAME and table.dataset != _DATASET_OF_RECORD:
        firm = city.firm(row.subject)
        return misquoted(str(value), firm=firm, rng=rng) if chance(NAME_VARIANTS, rng=rng) else None
    if isinstance(value, dt.date) and column.mixed and chance(OTHER_SPELLINGS, rng=rng):
        others = [spelling for spelling in MIXED_SPELLINGS if spelling is not column.spelling]
        return DirtKind.DATE_SPELLING, day_text(value, spelling=one_of(others, rng=rng))
    if column.type is FieldType.MONEY and value and chance(_slips(table), rng=rng):
        return DirtKind.UNIT_SLIP, money_in_wrong_unit(int(value), column=column)  # type: ignore[arg-type]
    return None


def _placeholder(column: Column, rng: Generator) -> tuple[DirtKind, str] | None:
    if column.placeholders and chance(PLACEHOLDERS, rng=rng):
        return DirtKind.PLACEHOLDER, one_of(column.placeholders, rng=rng)
    return None


def _code_damage(
    code: str, column: Column, table: Table, rng: Generator
) -> tuple[DirtKind, str] | None:
    is_subject = column.meaning in {Meaning.SUBJECT_CODE, Meaning.ORGANISATION_CODE}
    if is_subject and chance(table.missing_codes, rng=rng):
        return DirtKind.CODE_MISSING, ""
    return miswritten(code, rng=rng) if chance(CODE_ERRORS, rng=rng) else None


def _slips(table: Table) -> float:
    return 0.0 if table.form.kind in {Kind.PARQUET, Kind.SQLITE} else UNIT_SLIPS


def _typed(text: str, *, column: Column, table: Table) -> Cell:
    return text if column.grouped or table.form.kind is Kind.TEXT else float(text)
