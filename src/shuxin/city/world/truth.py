"""The truth as Arrow tables: for checks of a city, never for those who score it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.world import parameters as p
from shuxin.city.world.books import COLUMNS, Cause, Event
from shuxin.city.world.population import FORMS, INDUSTRIES, REGIONS, SECTIONS
from shuxin.city.world.scale import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.city.world.world import World

_MONTH = pa.date32()
_SHOCKS = ("macro", "industry_shock", "region_shock")


def truth_tables(*, world: World) -> Mapping[str, pa.RecordBatchReader]:
    """Readers by name; each can be read once.

    firms: one row a firm, by number, with its traits. months: a row for each firm and month of trade: latents, and
    the columns of :class:`Money` in fen; one batch a month, so that the whole never lies in memory.
    edges: seller, buyer, share of the seller's sales. events: firm, month, kind, fen. defaults: failures with month,
    whether of a loan, cause. loans, guarantees, stakes, persons, ring_flows: as their classes say.
    """
    whole = {
        "firms": _firms(world),
        "edges": _edges(world),
        "events": _events(world),
        "defaults": _defaults(world),
        "loans": _loans(world),
        "guarantees": _guarantees(world),
        "stakes": _stakes(world),
        "persons": _persons(world),
        "ring_flows": _ring_flows(world),
    }
    readers = {name: table.to_reader() for name, table in whole.items()}
    months = pa.RecordBatchReader.from_batches(_months_schema(), _months(world))
    return {**readers, "months": months}


def _words(places: NDArray[np.integer], words: Sequence[str]) -> pa.DictionaryArray:
    """Words by place; -1 is missing."""
    missing = places < 0
    return pa.DictionaryArray.from_arrays(
        pa.array(places.astype(np.int16), mask=missing), list(words)
    )


def _days(days: NDArray[np.int32]) -> pa.Array:
    """-1 is missing."""
    return pa.array(days.astype(np.int32), mask=days == -1).cast(pa.date32())


def _in_months(places: NDArray[np.integer]) -> pa.Array:
    """First days of months of the window; earlier ones (loans) count back from it."""
    count = 12 * 2021 + places.astype(np.int64)
    months = (count - 12 * 1970).astype("datetime64[M]").astype("datetime64[D]")
    return pa.array(months).cast(pa.date32())


def _firms(world: World) -> pa.Table:
    firms, ties, traits = world.firms, world.ties, world.traits
    columns = {
        "firm": np.arange(world.count, dtype=np.int32),
        "kind": _words(firms.kind, p.KINDS),
        "form": _words(firms.form, FORMS),
        "region": _words(firms.region, REGIONS),
        "section": _words(firms.section, SECTIONS),
        "industry": _words(firms.industry, INDUSTRIES),
        "size": _words(firms.size, p.SIZES),
        "founded": _days(firms.founded),
        "ended": _days(world.ended),
        "exit_kind": _words(world.exit_kind - 1, p.EXIT_KINDS[1:]),
        "controller": ties.controller,
        "ring": pa.array(ties.rings.member, mask=ties.rings.member < 0),
        "address_group": pa.array(ties.address, mask=ties.address < 0),
        "phone_group": pa.array(ties.phone, mask=ties.phone < 0),
        "top_share": world.network.top_share,
        "opening_fen": world.money.opening,
    }
    plain = ("base_revenue", "employees", "capital", "general", "tech", "tenant", "insured")
    columns |= {name: getattr(firms, name) for name in plain}
    columns |= {
        f"trait_{name}": getattr(traits, name) for name in type(traits).__dataclass_fields__
    }
    return pa.table(columns)


def _months_schema() -> pa.Schema:
    latents = [(name, pa.float64()) for name in _SHOCKS]
    latents += [("quality", pa.float32()), ("contagion", pa.float32())]
    money = [(f"{name}_fen", pa.int64()) for name in COLUMNS]
    return pa.schema([("month", _MONTH), ("firm", pa.int32()), *latents, *money])


def _months(world: World) -> Iterator[pa.RecordBatch]:
    schema, firms, shocks = _months_schema(), world.firms, world.shocks
    for month, day in enumerate(MONTHS):
        firm = np.flatnonzero(world.active(month)).astype(np.int32)
        columns = [
            pa.array([day] * len(firm), _MONTH),
            firm,
            np.full(len(firm), shocks.macro[month]),
            shocks.industry[firms.section[firm], month],
            shocks.region[firms.region[firm], month],
            world.quality[firm, month],
            world.outcome.contagion[firm, month],
            *(getattr(world.money, name)[firm, month] for name in COLUMNS),
        ]
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=schema)


def _edges(world: World) -> pa.Table:
    network = world.network
    return pa.table({"seller": network.seller, "buyer": network.buyer, "share": network.share})


def _events(world: World) -> pa.Table:
    firm, month, kind, fen = world.outcome.events
    words = [event.name.lower() for event in Event]
    return pa.table(
        {
            "firm": firm.astype(np.int32),
            "month": _in_months(month),
            "kind": _words(kind, words),
            "fen": fen,
        }
    )


def _defaults(world: World) -> pa.Table:
    outcome = world.outcome
    firm = np.flatnonzero(outcome.failed >= 0)
    words = [cause.name.lower() for cause in Cause]
    return pa.table(
        {
            "firm": firm.astype(np.int32),
            "month": _in_months(outcome.failed[firm]),
            "by_loan": outcome.by_loan[firm],
            "cause": _words(outcome.cause[firm], words),
        }
    )


def _loans(world: World) -> pa.Table:
    firm, month, fen, tenor, whole, rate, renewal = world.outcome.loans
    return pa.table(
        {
            "firm": firm.astype(np.int32),
            "month": _in_months(month),
            "fen": fen,
            "tenor_months": tenor.astype(np.int16),
            "due_whole": whole.astype(bool),
            "rate_bp": rate.astype(np.int16),
            "renewal": renewal.astype(bool),
        }
    )


def _guarantees(world: World) -> pa.Table:
    ties = world.ties.guarantees
    return pa.table(
        {
            "guarantor": ties.guarantor,
            "debtor": ties.debtor,
            "share_ppm": ties.share_ppm,
            "circle": ties.circle,
        }
    )


def _stakes(world: World) -> pa.Table:
    stakes = world.ties.stakes
    return pa.table(
        {
            "firm": stakes.firm,
            "holder_firm": pa.array(stakes.holder, mask=~stakes.corporate),
            "holder_person": pa.array(stakes.holder, mask=stakes.corporate),
            "share_ppm": stakes.share_ppm,
        }
    )


def _persons(world: World) -> pa.Table:
    persons = world.ties.persons
    return pa.table(
        {
            "person": np.arange(len(persons.born), dtype=np.int32),
            "born": persons.born.astype("datetime64[D]"),
            "female": persons.female,
            "region": _words(persons.region, REGIONS),
        }
    )


def _ring_flows(world: World) -> pa.Table:
    rings = world.ties.rings
    return pa.table(
        {
            "source": rings.source,
            "target": rings.target,
            "month": _in_months(rings.month),
            "fen": rings.amount,
        }
    )
