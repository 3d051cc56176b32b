"""Commercial bills and vouchers of receivables (T90, T91)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import again
from shuxin.city.records.coded.days import (
    STARTS,
    UNTIL,
    about,
    answerable_until,
    code,
    day_of,
    falls,
    gathered,
    lots_of,
    month_of,
    other,
    padded,
    seen,
    text,
    working,
)
from shuxin.city.records.coded.parties import BANKS, house_bank, named, outside_firm
from shuxin.city.records.coded.sums import pieces
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.drawn import Block, Drawn
    from shuxin.city.world.world import World

_DRAWERS, _HOLDERS = "CEFGI", "CEFG"
_DRAWING, _HOLDING = 0.20, 0.25
"""Share of the companies of these sections that draw bills, and that are paid in vouchers."""
_BILLS_MONTHLY, _VOUCHERS_MONTHLY = 0.20, 0.22
_BANK_BILLS = 0.82
_LEAST_FEN = 1_000_000
_CORE_SIZES = (2, 3)
_REFUSED = 0.004


def _some(
    world: World, block: Block, purpose: str, *, sections: str, share: float, monthly: float
) -> tuple[Whole, Whole, Bits]:
    """Firm, month and bits of what happens to some companies of some sections in some months of trade."""
    own = block.firms.astype(np.int64)
    wanted = np.isin(world.firms.section[own], [SECTIONS.index(one) for one in sections])
    wanted &= (world.firms.kind[own] == 0) & (lots_of(world, purpose).at(own) < share)
    own = own[wanted]
    group, month = pieces(np.full(len(own), WINDOW_MONTHS))
    firm = own[group]
    bits = lots_of(world, f"{purpose}/months").bits(firm, month)
    hit = (other(bits, 1) < monthly) & (world.money.sales[firm, month] > 0)
    return firm[hit], month[hit], bits[hit]


def commercial_bills(world: World, block: Block) -> Drawn:
    """T90: an entry when a bill is drawn, and one when it is paid, overdue or refused."""
    firm, month, bits = _some(
        world, block, "bills", sections=_DRAWERS, share=_DRAWING, monthly=_BILLS_MONTHLY
    )
    day = working(day_of(month + other(bits, 2)))
    bought = world.money.purchases[firm, month].astype(np.float64)
    fen = about(bought * 0.4, 0.5, again(bits, purpose=3))
    amount = _LEAST_FEN + np.floor(fen / 100_000).astype(np.int64) * 100_000
    due = day + 90 + np.floor(185 * other(bits, 4)).astype(np.int64)
    is_bank = falls(bits, 5, _BANK_BILLS)
    status = _settled(world, firm, due, bits)
    later = np.flatnonzero(due < UNTIL)
    place = np.concatenate([np.arange(len(firm)), later])
    is_end = np.arange(len(place)) >= len(firm)
    open_code = code("bill_status", "outstanding")
    shown = np.where(is_end, status[place], open_code).astype(np.int8)
    seen_on = np.where(is_end, due[place] + 1, day[place] + 1)
    kind = np.where(is_bank, code("bill_kind", "bank"), code("bill_kind", "commercial"))
    acceptor = np.where(is_bank, -1, outside_firm(world, bits))
    return gathered(
        block,
        firm=firm[place],
        day=day[place],
        known=seen(
            seen_on, np.floor(2 * other(bits[place], 6)).astype(np.int64), other(bits[place], 7)
        ),
        values={
            "bill_no": text("PJ", padded(firm[place] + 1, 7), "-", padded(month[place], 2)),
            "kind": kind[place].astype(np.int8),
            "drawer": firm[place].astype(np.int32),
            "acceptor": named(acceptor[place], house_bank(world, firm[place]), BANKS),
            "amount": amount[place],
            "status": shown,
            "overdue_list": shown == code("bill_status", "overdue"),
            "due": due[place].astype(np.int32),
        },
    )


def _settled(world: World, firm: Whole, due: Whole, bits: Bits) -> NDArray[np.int64]:
    """A bill is overdue when its drawer has failed or owes its bank by then."""
    month = np.minimum(month_of(due).astype(np.int64), WINDOW_MONTHS - 1)
    outcome, money = world.outcome, world.money
    failed = (outcome.failed[firm] >= 0) & (outcome.failed[firm] <= month + 1)
    broke = failed | (money.debt_late[firm, month] > 0) | (outcome.gone[firm] <= month)
    broke &= falls(bits, 8, 0.85)
    refused = falls(bits, 9, _REFUSED)
    paid = np.where(refused, code("bill_status", "refused"), code("bill_status", "paid"))
    return np.where(
        broke & (due < answerable_until(world)[firm]), code("bill_status", "overdue"), paid
    )


def receivable_vouchers(world: World, block: Block) -> Drawn:
    """T91: a core firm owes its supplier: its largest buyer in the city that is no small one, or one outside."""
    firm, month, bits = _some(
        world, block, "vouchers", sections=_HOLDERS, share=_HOLDING, monthly=_VOUCHERS_MONTHLY
    )
    core = _core_firms(world, block)[firm - block.first]
    strange = outside_firm(world, lots_of(world, "vouchers/core").bits(firm))
    trades = (core >= 0) & (world.outcome.gone[np.maximum(core, 0)] > month)
    core = np.where(trades & (world.firms.born[np.maximum(core, 0)] <= month), core, strange)
    sales = world.money.sales[firm, month].astype(np.float64)
    fen = sales * (0.05 + 0.45 * other(bits, 3))
    amount = 500_000 + np.floor(fen / 100_000).astype(np.int64) * 100_000
    day = working(STARTS[month] + np.floor(27 * other(bits, 2)).astype(np.int64))
    due = day + 30 + np.floor(335 * other(bits, 4)).astype(np.int64)
    return gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, 1, other(bits, 5)),
        values={
            "voucher_no": text("YS", padded(firm + 1, 7), "-", padded(month, 2)),
            "core_firm": core.astype(np.int32),
            "holder": firm.astype(np.int32),
            "amount": amount,
            "confirmed": falls(bits, 6, 0.93),
            "due": due.astype(np.int32),
        },
    )


def _core_firms(world: World, block: Block) -> Whole:
    """(firms of the block,) the medium or large buyer with the largest share of a firm's sales, -1 none."""
    network = world.network
    own = (network.seller >= block.first) & (network.seller < block.stop)
    edges = np.flatnonzero(own & np.isin(world.firms.size[network.buyer], _CORE_SIZES))
    order = edges[np.argsort(network.share[edges], kind="stable")]
    found = np.full(block.stop - block.first, -1, np.int64)
    found[network.seller[order] - block.first] = network.buyer[order]
    return found
