"""The business of one enterprise as charts show it: months of sales and purchases, shares of buyers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.features.computation import spine_table
from shuxin.fusion.features.grains import known_rows, months_of, parties_of, party_months
from shuxin.fusion.features.sources import source_table
from shuxin.fusion.findings import connect
from shuxin.kernel.periods import Month

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings

SHOWN_MONTHS = 24
SHOWN_BUYERS = 10


@dataclass(frozen=True, slots=True)
class Business:
    """months: (month, sales, purchases), the oldest first, in fen, None where there is no invoice.

    buyer_shares: shares of the sales of 12 months, the largest ten, without names. buyers: how many.
    """

    months: tuple[tuple[Month, int | None, int | None], ...]
    buyer_shares: tuple[float, ...]
    buyers: int


def business_of(
    entity: str, *, as_of: dt.date, permit: Permit, settings: Settings, now: dt.datetime
) -> Business:
    """As known before ``as_of``. Raises PermitTooNarrow, LevelAbovePermit, StandardUnmet."""
    connection = connect()
    spine = ibis.memtable(spine_table([(entity, as_of)]))
    amounts: dict[str, dict[int, int]] = {"invoice_out": {}, "invoice_in": {}}
    shares: list[float] = []
    for standard, found in amounts.items():
        table = source_table(
            connection,
            standard=standard,
            settings=settings,
            permits=[permit],
            now=now,
            entities=frozenset({entity}),
        )
        if table is None:
            continue
        cells = party_months(known_rows(table, spine))
        found.update(_by_month(connection, cells))
        if standard == "invoice_out":
            shares = _shares(connection, cells)
    last = Month.of(as_of)
    months = tuple(
        (last.plus(-k), amounts["invoice_out"].get(k), amounts["invoice_in"].get(k))
        for k in range(SHOWN_MONTHS, 0, -1)
    )
    return Business(months, tuple(shares[:SHOWN_BUYERS]), len(shares))


def _by_month(connection: Backend, cells: ir.Table) -> dict[int, int]:
    rows = connection.to_pyarrow(months_of(cells).select("k", "net")).to_pylist()
    return {row["k"]: row["net"] for row in rows}


def _shares(connection: Backend, cells: ir.Table) -> list[float]:
    parties = parties_of(cells)
    shown = parties.filter(parties["positive"] > 0).order_by("rank")
    amounts = connection.to_pyarrow(shown["positive"]).to_pylist()
    whole = sum(amounts)
    return [amount / whole for amount in amounts]
