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
    falls,
    gathered,
    lots_of,
    other,
    padded,
    seen,
    text,
)
from shuxin.city.records.coded.loans import MORTGAGE, Loans, loans, loans_of
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
    that it has not drawn. amount: fen, the guarantor's share of the loan.
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
        both = np.maximum(world.firms.founded[self.debtor], world.firms.founded[self.guarantor])
        both = np.maximum(both + 30, FIRST - 300)
        undrawn = np.minimum(both + np.floor(300 * other(self.bits, 1)).astype(np.int64), UNTIL - 5)
        line = world.firms.base_revenue[self.debtor] // 12 // 10_000 * 10_000
        fen = np.where(drawn, every.fen[loan], line) if len(every) else line
        share = ties.share_ppm[self.pair].astype(np.int64)
        self.amount = scaled(fen, share, np.full(len(share), PPM))
        self.start = np.where(drawn, every.day[loan], undrawn) if len(every) else undrawn
        length = np.where(drawn, every.due[loan] - every.day[loan], 1_095) if len(every) else 1_095
        self.stop = self.start + length
        bank = house_bank(world, self.debtor)
        self.bank = np.where(drawn, every.bank[loan], bank) if len(every) else bank

    @property
    def joint(self) -> NDArray[np.bool_]:
        return falls(self.bits, 2, 0.24)


def guarantee_relations(world: World, block: Block) -> Drawn:
    """T86: the pairs are those of the World; the guarantor is the subject."""
    found = _Contracts(world, block)
    bits = found.bits
    return gathered(
        block,
        firm=found.guarantor,
        day=found.start,
        known=seen(found.start, 1 + np.floor(3 * other(bits, 3)).astype(np.int64), other(bits, 4)),
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
    says = (world.firms.kind[found.guarantor] == 0) & (falls(bits, 11, 0.8))
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


_EQUITY, _MOVABLE = 0.07, 0.68
_BEFORE_FAILURE = 0.05


def equity_pledges(world: World, block: Block) -> Drawn:
    """T09: with some loans of companies, and in the year before some failures, to lenders of last resort."""
    found = loans_of(world, block)
    company = world.firms.kind[found.firm] == 0
    found = found.of(np.flatnonzero(company & (falls(found.bits, 20, _EQUITY))))
    failed = block.firms[world.outcome.failed[block.firms] >= 0].astype(np.int64)
    failed = failed[world.firms.kind[failed] == 0]
    late = lots_of(world, "pledges/late").bits(failed)
    failed, late = failed[falls(late, 1, _BEFORE_FAILURE)], late[falls(late, 1, _BEFORE_FAILURE)]
    firm = np.concatenate([found.firm, failed])
    bits = np.concatenate([found.bits, late])
    when = day_of(world.outcome.failed[failed] + 1 - 3 - 9 * other(late, 2))
    day = np.concatenate([found.day, when])
    capital = world.firms.capital[firm]
    equity = scaled(
        capital,
        100_000 + np.floor(900_000 * other(bits, 21)).astype(np.int64),
        np.full(len(firm), PPM),
    )
    off = day + 330 + np.floor(900 * other(bits, 22)).astype(np.int64)
    is_off = (off < UNTIL) & (falls(bits, 23, 0.8))
    status = np.where(is_off, code("pledge_status", "cancelled"), code("pledge_status", "valid"))
    return gathered(
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


def movable_mortgages(world: World, block: Block) -> Drawn:
    """T10: machines, stock and receivables that secure loans without a mortgage of land."""
    found = loans_of(world, block)
    secured = (found.security != MORTGAGE) & (falls(found.bits, 30, _MOVABLE))
    found = found.of(np.flatnonzero(secured))
    bits: Bits = found.bits
    amount = scaled(
        found.fen,
        400_000 + np.floor(600_000 * other(bits, 31)).astype(np.int64),
        np.full(len(found), PPM),
    )
    off = np.minimum(found.due + 20, UNTIL)
    return gathered(
        block,
        firm=found.firm,
        day=found.day,
        known=seen(found.day, 1 + np.floor(3 * other(bits, 32)).astype(np.int64), other(bits, 33)),
        values={
            "reg_no": text("DC", padded(found.number + 1, 8)),
            "debtor": found.firm.astype(np.int32),
            "creditor": bank_names(found.bank),
            "secured": amount,
            "collateral": coded(other(bits, 34), "collateral_kind"),
            "to": found.due.astype(np.int32),
            "status": _status(found, off),
        },
    )


def _status(found: Loans, off: Whole) -> NDArray[np.int8]:
    over = off < UNTIL
    standing = among(found.bits, 35, "movable_status", registered=90, changed=10)
    return np.where(over, code("movable_status", "cancelled"), standing).astype(np.int8)


RECIPES: Mapping[str, Recipe] = {
    "guarantee_relations": guarantee_relations,
    "annual_report_guarantees": annual_report_guarantees,
    "equity_pledges": equity_pledges,
    "movable_mortgages": movable_mortgages,
}
