"""What features of neighbours ask of everybody's facts, as they stood before the day, and what fields that reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import ibis

from shuxin.catalogue.api import column_lineage
from shuxin.fusion.features.conditions import Filled, Is, Lasts, Yes, all_hold, fields_of
from shuxin.fusion.features.definition import months
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.library.registration import HEAD_POSTS
from shuxin.fusion.features.queries import query_of, reading_of, tables_of, written_steps
from shuxin.fusion.features.readings import CELLS, SPINE, STANDING

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from shuxin.catalogue.api import ColumnLineage

YEAR = months(12)
_WIDE = "".join(chr(point) for point in range(0xFF01, 0xFF5F))
_NARROW = "".join(chr(point - 0xFEE0) for point in range(0xFF01, 0xFF5F))
_MARKS = r"""[\s,.;:'"()\[\]·、。]+"""
_A_DOOR = r"[0-9]|[一二三四五六七八九十百]+[号室栋幢座楼层组]"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question about everybody: of facts as they stood, of invoices the sums by month and party.

    Every answer has ``entity``; one of ties has ``tied`` too, a code of a firm or what firms share, and may have
    ``fen``, what the tie is worth.
    """

    name: str
    standard: str
    of: Callable[[ir.Table], ir.Table]


def _still(until: str) -> Callable[[ir.Table], ir.Table]:
    """Of whom a fact stands that had not ended before the day."""

    def ask(facts: ir.Table) -> ir.Table:
        return facts.filter(Lasts(until)(facts)).select("entity").distinct()

    return ask


def _ever(facts: ir.Table) -> ir.Table:
    return facts.select("entity").distinct()


def _in_business(facts: ir.Table) -> ir.Table:
    """By enterprise whether the register says that it is in business."""
    standing = (facts["alive"] > 0) & (facts["ended"] == 0) & (facts["cancelled"] == 0)
    told = facts.select("entity", stands=standing)
    return told.group_by("entity").aggregate(stands=told["stands"].all())


def _founded(facts: ir.Table) -> ir.Table:
    """By enterprise the days since it was founded."""
    return facts.group_by("entity").aggregate(days=facts["days"].min())


def _addresses(facts: ir.Table) -> ir.Table:
    """By enterprise its registered address, where that names a door; width, case, spaces and marks aside."""
    narrow = facts["address"].translate(_WIDE, _NARROW).lower()
    told = facts.select("entity", tied=narrow.re_replace(_MARKS, ""))
    return told.filter(told["tied"].re_search(_A_DOOR)).distinct()


def _operators(facts: ir.Table) -> ir.Table:
    """By enterprise who runs it, where the register says."""
    said = facts.filter(facts["operator_id"].notnull())
    return said.select("entity", tied=said["operator_id"]).distinct()


def _heads(facts: ir.Table) -> ir.Table:
    """By enterprise who holds the post of its legal representative."""
    said = Filled("person_id")
    heads = facts.filter(Is("post", HEAD_POSTS)(facts) | Yes("legal_rep")(facts), said(facts))
    return heads.select("entity", tied=heads["person_id"]).distinct()


def _holders(facts: ir.Table) -> ir.Table:
    """By enterprise its holders, firms or persons, and what they subscribed."""
    holder = ibis.coalesce(facts["holder_uscc"], facts["holder_id"])
    return facts.group_by("entity", tied=holder).aggregate(fen=facts["share"].sum().cast("int64"))


def _guarantees(facts: ir.Table) -> ir.Table:
    """By guarantor its debtors, and what is guaranteed for them."""
    given = facts.filter(all_hold((Lasts("to"), Filled("debtor_uscc")), facts))
    return given.select("entity", tied=given["debtor_uscc"], fen=given["sum"])


def _sales(cells: ir.Table) -> ir.Table:
    """By seller its buyers of twelve months, and what they bought, red invoices taken off."""
    year = cells.filter(YEAR.holds(cells["k"]), cells["party"].notnull())
    net = year.group_by("entity", tied=year["party"]).aggregate(fen=year["net"].sum().cast("int64"))
    return net.filter(net["fen"] > 0)


_EVERY = (
    Ask("dishonest", "dishonest_listing", _still("removed")),
    Ask("enforced", "enforcement_case", _still("closed")),
    Ask("bankrupt", "bankruptcy", _ever),
    Ask("abnormal", "abnormal_listing", _still("out_date")),
    Ask("in_business", "registration", _in_business),
    Ask("founded", "registration", _founded),
    Ask("addresses", "registration", _addresses),
    Ask("operators", "registration", _operators),
    Ask("heads", "key_person", _heads),
    Ask("holders", "shareholder", _holders),
    Ask("guarantees", "reported_guarantee", _guarantees),
    Ask("sales", "invoice_out", _sales),
)
ASKS = {ask.name: ask for ask in _EVERY}
BAD = ("dishonest", "enforced", "bankrupt")
"""Of whom one of these tells is bad."""


@cache
def ask_query(name: str) -> str:
    """Written once for a process: it is the same for all days."""
    ask = ASKS[name]
    reading = reading_of(ask.standard)
    steps = written_steps(reading)
    made = tables_of(reading, steps)
    return query_of(steps, ask.of(made.get(CELLS, made[STANDING])))


@cache
def fields_asked(name: str) -> frozenset[str]:
    """Fields of the standard that the answer is made of or that choose its rows, out of the expressions themselves.

    Which of a fact's versions stands is asked of every fact alike, and not counted in.
    """
    ask = ASKS[name]
    reading = READINGS[reading_of(ask.standard)]
    tables = tables_of(reading.name, written_steps(reading.name))
    asked = _columns(ask.of(tables[CELLS if CELLS in tables else STANDING])).values()
    open_ones = {one for column in asked for one in column.direct | column.indirect}
    fields = {reading.event, *(n for each in getattr(reading, "only", ()) for n in fields_of(each))}
    while open_ones:
        one = open_ones.pop()
        if one.table == ask.standard:
            fields.add(one.column)
        elif one.table != SPINE:
            open_ones |= _step_columns(reading.name, one.table)[one.column].direct
    return frozenset(each for each in fields if not each.startswith("_")) - {"entity"}


@cache
def _step_columns(reading: str, step: str) -> dict[str, ColumnLineage]:
    made = next(one.made for one in READINGS[reading].steps if one.name == step)
    return _columns(made(tables_of(reading, written_steps(reading))))


def _columns(expression: ir.Table) -> dict[str, ColumnLineage]:
    return {column.column: column for column in column_lineage(expression=expression).columns}
