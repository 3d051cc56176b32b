"""The business of one enterprise as charts show it: months of sales and purchases, shares of buyers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from shuxin.fusion.features.computation import spine_table
from shuxin.fusion.features.grains import months_of, parties_of
from shuxin.fusion.features.queries import query_of, tables_of, written_steps
from shuxin.fusion.features.readings import CELLS, SPINE
from shuxin.fusion.features.sources import source_table
from shuxin.fusion.findings import connect
from shuxin.kernel.periods import Month

if TYPE_CHECKING:
    import datetime as dt

    import duckdb

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
    connection.con.register(SPINE, spine_table([(entity, as_of)]))
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
        connection.create_view(standard, table)
        found.update(_by_month(connection.con, standard))
        if standard == "invoice_out":
            shares = _shares(connection.con, standard)
    last = Month.of(as_of)
    months = tuple(
        (last.plus(-k), amounts["invoice_out"].get(k), amounts["invoice_in"].get(k))
        for k in range(SHOWN_MONTHS, 0, -1)
    )
    return Business(months, tuple(shares[:SHOWN_BUYERS]), len(shares))


def _by_month(engine: duckdb.DuckDBPyConnection, side: str) -> dict[int, int]:
    rows = engine.sql(_months_query(side)).fetchall()
    return dict(rows)


def _shares(engine: duckdb.DuckDBPyConnection, side: str) -> list[float]:
    amounts = [amount for (amount,) in engine.sql(_parties_query(side)).fetchall()]
    whole = sum(amounts)
    return [amount / whole for amount in amounts]


@cache
def _months_query(side: str) -> str:
    """``k, net`` of the invoices of one side, written once for a process."""
    steps = written_steps(side)
    return query_of(steps, months_of(tables_of(side, steps)[CELLS]).select("k", "net"))


@cache
def _parties_query(side: str) -> str:
    """What the parties of one side come to, the largest first."""
    steps = written_steps(side)
    parties = parties_of(tables_of(side, steps)[CELLS])
    shown = parties.filter(parties["positive"] > 0).order_by("rank")
    return query_of(steps, shown.select("positive"))
