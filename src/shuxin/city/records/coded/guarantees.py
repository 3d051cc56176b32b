"""Who stands for whose debts, and what is pledged for them (T86, T08, T09, T10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.records.coded.days import (
    FIRST,
    UNTIL,
    among,
    code,
    coded,
    dated,
    day_of,
    ends,
    ends_told_later,
    falls,
    gathered,
    lots_of,
    other,
    padded,
    seen,
    taken_off,
    text,
    with_ends,
)
from shuxin.city.records.coded.loans import MORTGAGE, loans, loans_of
from shuxin.city.records.coded.months import strained
from shuxin.city.records.coded.parties import BANKS, heads, house_bank
from shuxin.city.records.coded.sums import pieces, scaled
from shuxin.city.world.ties import PPM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World


def bank_names(place: NDArray[np.integer]) -> pa.StringArray:
    return pa.array(BANKS, pa.string()).take(pa.array(place.astype(np.int64)))


class _Contracts:
    """Contracts (k,) of guarantee: each pair of the World, once for every loan of the debtor, or for a line of credit
    that it has not drawn. amount: fen, the guarantor's share of the loan. stands: bool, whether the guarantor was there
    while the debt ran; one that was founded after the loan was drawn stands for it from then on.
    """

    def __init__(self, world: World, block: Block) -> None:
        ties, every = world.ties.guarantees, loans(world)
        own = np.flatnonzero((ties.guarantor >= block.first) & (ties.guarantor < block.stop))
        debtor = ties.debtor[own].astype(np.int64)
        first = np.searchsorted(every.firm, debtor)
        many = np.searchsorted(every.firm, debtor, side="right") - first
        group, place = pieces(np.maximum(many, 1))
        drawn = many[group] > 0
        loan = np.minimum(first[group] + place, max(len(every) - 1, 0))
        self.pair = own[group]
        self.guarantor = ties.guarantor[self.pair].astype(np.int64)
        self.debtor = debtor[group]
        self.bits: Bits = lots_of(world, "guarantees").bits(self.pair, place)
        founded = world.firms.founded
        both = np.maximum(founded[self.debtor], founded[self.guarantor]).astype(np.int64) + 30
        wait = np.floor(300 * other(self.bits, 1)).astype(np.int64)
        undrawn = np.minimum(np.maximum(both, FIRST - 300) + wait, UNTIL - 5)
        line = world.firms.base_revenue[self.debtor] // 12 // 10_000 * 10_000
        fen = np.where(drawn, every.fen[loan], line) if len(every) else line
        share = ties.share_ppm[self.pair].astype(np.int64)
        self.amount = scaled(fen, share, np.full(len(share), PPM))
        start = np.where(drawn, every.day[loan], undrawn) if len(every) else undrawn
        stop = np.where(drawn, every.due[loan], undrawn + 1_095) if len(every) else undrawn + 1_095
        self.start, self.stop = np.maximum(start, both), stop
        self.stands = (self.start < stop) & (self.start < ends(world)[self.guarantor])
        bank = house_bank(world, self.debtor)
        self.bank = np.where(drawn, every.bank[loan], bank) if len(every) else bank

    @property
    def joint(self) -> NDArray[np.bool_]:
        return falls(self.bits, 2, 0.24)


def stands_since(world: World, block: Block) -> NDArray[np.int64]:
    """(firms of the block,) day on which each first stood for another, the day of the extracts if it never did."""
    found = _Contracts(world, block)
    first = np.full(block.stop - block.first, UNTIL)
    np.minimum.at(first, (found.guarantor - block.first)[found.stands], found.start[found.stands])
    return first


def guarantee_relations(world: World, block: Block) -> Drawn:
    """T86: the pairs are those of the World; the guarantor is the subject."""
    found = _Contracts(world, block)
    bits = found.bits
    return gathered(
        block,
        firm=found.guarantor,
        day=found.start,
        known=seen(found.start, 1 + np.floor(3 * other(bits, 3)).astype(np.int64), other(bits, 4)),
        kept=found.stands,
        values={
            "contract_no": text("BZ", padded(found.pair + 1, 6), "-", found.start),
            "guarantor": found.guarantor.astype(np.int32),
            "debtor": found.debtor.astype(np.int32),
            "creditor": bank_names(found.bank),
            "amount": found.amount,
            "joint": found.joint,
            "to": found.stop.astype(np.int32),
        },
    )


def annual_report_guarantees(world: World, block: Block) -> Drawn:
    """T08: what the guarantors that are companies say of these contracts in the next June."""
    found = _Contracts(world, block)
    bits = found.bits
    year = (found.start.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)) + 1
    june = (year.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)) + 180
    told = june - np.floor(120 * other(bits, 10)).astype(np.int64)
    says = (world.firms.kind[found.guarantor] == 0) & (falls(bits, 11, 0.8)) & found.stands
    return gathered(
        block,
        firm=found.guarantor,
        day=found.start,
        known=seen(told, 0, other(bits, 12)),
        kept=says & (told < UNTIL) & (told < ends(world)[found.guarantor]) & (told >= FIRST),
        values={
            "creditor": bank_names(found.bank),
            "debtor": found.debtor.astype(np.int32),
            "debtor_uscc": np.where(falls(bits, 13, 0.85), found.debtor, -1).astype(np.int32),
            "amount": found.amount,
            "kind": among(bits, 14, "guarantee_kind", general=22, joint=78),
            "to": found.stop.astype(np.int32),
            "scope": coded(other(bits, 15), "guaranteed_scope"),
        },
    )


_EQUITY, _MOVABLE = 0.046, 0.40
_STRAIN_MONTHS, _UNDER_STRAIN = 0.8, 0.002
"""Chance of a pledge in each month in which bills of so many months' costs are overdue."""


def equity_pledges(world: World, block: Block) -> Drawn:
    """T09: with some loans of companies, and under strain to lenders of last resort.

    Who has it cancelled has a second row, seen then.
    """
    found = loans_of(world, block)
    company = world.firms.kind[found.firm] == 0
    found = found.of(np.flatnonzero(company & (falls(found.bits, 20, _EQUITY))))
    short, when, late = _short(world, block)
    firm = np.concatenate([found.firm, short])
    bits = np.concatenate([found.bits, late])
    day = np.concatenate([found.day, when])
    capital = world.firms.capital[firm]
    equity = scaled(
        capital,
        100_000 + np.floor(900_000 * other(bits, 21)).astype(np.int64),
        np.full(len(firm), PPM),
    )
    off = day + 330 + np.floor(900 * other(bits, 22)).astype(np.int64)
    is_off = (off < UNTIL) & (falls(bits, 23, 0.8))
    valid = code("pledge_status", "valid")
    status = np.where(is_off, code("pledge_status", "cancelled"), valid)
    pledges = gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, 8 + np.floor(20 * other(bits, 24)).astype(np.int64), other(bits, 25)),
        kept=(day >= FIRST) & (day > world.firms.founded[firm]) & (day < ends(world)[firm]),
        values={
            "pledge_no": text("澜股质", padded(firm + 1, 7), "-", day),
            "pledgor": heads(world, firm),
            "target_uscc": firm.astype(np.int32),
            "pledgee": bank_names(house_bank(world, firm)),
            "equity": equity,
            "status": status.astype(np.int8),
            "cancel_date": dated(off, is_off),
        },
    )
    return ends_told_later(world, pledges, end="cancel_date", before={"status": valid})


def _short(world: World, block: Block) -> tuple[Whole, Whole, Bits]:
    """Companies that leave bills unpaid, and a day of the month after; each once at most."""
    row, month = np.nonzero(strained(world, block, months=_STRAIN_MONTHS))
    firm = block.first + row.astype(np.int64)
    bits = lots_of(world, "pledges/late").bits(firm, month)
    rows = np.flatnonzero(falls(bits, 1, _UNDER_STRAIN) & (world.firms.kind[firm] == 0))
    rows = rows[np.unique(firm[rows], return_index=True)[1]]
    return firm[rows], day_of(month[rows] + 1 + other(bits[rows], 2)), bits[rows]


def movable_mortgages(world: World, block: Block) -> Drawn:
    """T10: machines, stock and receivables that secure loans without a mortgage of land; a second row cancels them."""
    found = loans_of(world, block)
    secured = (found.security != MORTGAGE) & (falls(found.bits, 30, _MOVABLE))
    found = found.of(np.flatnonzero(secured))
    bits: Bits = found.bits
    amount = scaled(
        found.fen,
        400_000 + np.floor(600_000 * other(bits, 31)).astype(np.int64),
        np.full(len(found), PPM),
    )
    row, is_end = with_ends(found.due + 20 < UNTIL)
    found, amount, bits = found.of(row), amount[row], bits[row]
    entry = seen(found.day, 1 + np.floor(3 * other(bits, 32)).astype(np.int64), other(bits, 33))
    standing = among(bits, 35, "movable_status", registered=90, changed=10)
    status = np.where(is_end, code("movable_status", "cancelled"), standing)
    return gathered(
        block,
        firm=found.firm,
        day=found.day,
        known=taken_off(entry, found.due + 20, is_end, bits),
        values={
            "reg_no": text("DC", padded(found.number + 1, 8)),
            "debtor": found.firm.astype(np.int32),
            "creditor": bank_names(found.bank),
            "secured": amount,
            "collateral": coded(other(bits, 34), "collateral_kind"),
            "to": found.due.astype(np.int32),
            "status": status.astype(np.int8),
        },
    )


RECIPES: Mapping[str, Recipe] = {
    "guarantee_relations": guarantee_relations,
    "annual_report_guarantees": annual_report_guarantees,
    "equity_pledges": equity_pledges,
    "movable_mortgages": movable_mortgages,
}
