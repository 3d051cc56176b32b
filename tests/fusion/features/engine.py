"""The features' own expression, compiled once and run on tables made here."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from shuxin.fusion.features.computing import feature_table
from shuxin.fusion.features.definition import WHOLE
from shuxin.fusion.features.registry import TRADE_FEATURES
from shuxin.fusion.features.sources import source_columns

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import ibis.expr.types as ir
    from tests.fusion.features.slow import Invoice

NAMES = tuple(feature.name for feature in TRADE_FEATURES)
SOURCES = ("invoice_in", "invoice_out")
INTEGERS = frozenset(feature.name for feature in TRADE_FEATURES if feature.measure in WHOLE)


@dataclass(frozen=True, slots=True)
class Firm:
    """What one enterprise sold and bought."""

    sold: list[Invoice] = field(default_factory=list)
    bought: list[Invoice] = field(default_factory=list)


def expression() -> ir.Table:
    """Features of invoices over tables without data, named as their standards."""
    shapes = {source: ibis.table(source_columns(source), name=source) for source in SOURCES}
    spine = ibis.table({"entity": "string", "as_of": "date"}, name="spine")
    return feature_table(spine=spine, sources=shapes, features=TRADE_FEATURES)


@cache
def _sql() -> str:
    return str(ibis.to_sql(expression(), dialect="duckdb"))


def rows_of(firms: dict[str, Firm], standard: str) -> pa.Table:
    """Invoices of one side as ``source_table`` gives them."""
    schema = ibis.schema(source_columns(standard)).to_pyarrow()
    rows = [
        _row(entity, invoice)
        for entity, firm in firms.items()
        for invoice in (firm.sold if standard == "invoice_out" else firm.bought)
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _row(entity: str, invoice: Invoice) -> dict[str, Any]:
    return {
        "entity": entity,
        "invoice_no": invoice.number,
        "party": invoice.party,
        "issued_on": invoice.issued_on,
        "net": invoice.net,
        "tax": invoice.tax,
        "total": invoice.total,
        "status": invoice.status,
        "status_changed_on": invoice.changed_on,
        "currency": invoice.currency,
        "_known_from": invoice.known_from,
        "_known_to": invoice.known_to,
    }


def computed(
    firms: dict[str, Firm], spine: Sequence[tuple[str, dt.date]], *, threads: int = 2
) -> dict[tuple[str, dt.date], dict[str, Any]]:
    """Features of each (entity, as_of), as the expression computes them."""
    tables = {source: rows_of(firms, source) for source in SOURCES}
    return computed_on(tables, spine, threads=threads)


def computed_on(
    tables: dict[str, pa.Table], spine: Sequence[tuple[str, dt.date]], *, threads: int = 2
) -> dict[tuple[str, dt.date], dict[str, Any]]:
    backend = ibis.duckdb.connect()
    connection = backend.con
    connection.execute(f"SET threads = {threads}")
    for name, table in tables.items():
        connection.register(name, table)
    entities, days = zip(*spine, strict=True)
    days_table = {"entity": pa.array(entities, pa.string()), "as_of": pa.array(days, pa.date32())}
    connection.register("spine", pa.table(days_table))
    rows = connection.execute(_sql()).fetchall()
    backend.disconnect()
    return {(row[0], row[1]): dict(zip(NAMES, row[2:], strict=True)) for row in rows}
