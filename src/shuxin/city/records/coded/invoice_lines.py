"""What hangs on invoices: lines of a sample of them (T31), confirmations of red ones (T32), quotas (T33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import again, unit
from shuxin.city.records.coded.days import STARTS, code, coded, seen
from shuxin.city.records.coded.declared import circular
from shuxin.city.records.coded.flows import FIRST, bill, billing, trading
from shuxin.city.records.coded.goods import goods_of
from shuxin.city.records.coded.months import (
    ALL_MONTHS,
    budget,
    cell_lots,
    firm_lots,
    looks,
    lot_of_firms,
    told,
)
from shuxin.city.records.coded.papers import (
    CHINA,
    DAY,
    PARTLY_REVERSED,
    REVERSED,
    numbers,
    own_papers,
    rates_of,
)
from shuxin.city.records.coded.sums import pieces, split
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.papers import Papers
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

_LINES = (1, 1, 2, 3, 3, 4, 6, 8)
"""Lines of an invoice, each number as likely as it stands here: 3.5 on average."""
_RED_SHARE = 0.0252
"""[T] Of all rows of invoices issued, so many are red."""
_LASTING_SHARE = 0.928
_ROOM = (1.3, 2.7)
"""A quota over what a firm usually sells in a month."""
_STEP_FEN = 1_000_000
_LOW, _MEDIUM, _HIGH = (code("risk_level", one) for one in ("low", "medium", "high"))
_NO_CHANGE, _GROWTH, _CUT = (
    code("quota_reason", one) for one in ("none", "business_growth", "risk_cut")
)
_MEDIUM_BELOW, _HIGH_BELOW = -0.62, -1.55
_CUT_PPM, _CUT_SHARE = 400_000, 0.5


def _papers(world: World, block: Block) -> Papers:
    return own_papers(world, block, looks(world, block, "tax"))


def invoice_items(world: World, block: Block) -> Drawn:
    """Lines add up to their invoice."""
    papers = _papers(world, block)
    mean = sum(_LINES) / len(_LINES)
    share = budget("invoice_items", world) / mean / (budget("invoices_out", world) * _LASTING_SHARE)
    papers = papers.taken(papers.lasting & (unit(again(papers.bits, purpose=30)) < share))
    many = np.array(_LINES)[
        (again(papers.bits, purpose=31) % np.uint64(len(_LINES))).astype(np.int64)
    ]
    many = np.where(papers.net < 100 * many, 1, many)
    group, line = pieces(many)
    bits = again(papers.bits[group] + line.astype(np.uint64), purpose=32)
    lots = unit(bits)
    amount = split(
        papers.net, counts=many, weights=50 + np.floor(900 * lots * lots).astype(np.int64)
    )
    price = np.floor(500 + 60_000 * unit(again(bits, purpose=33))).astype(np.int64)
    papers = papers.taken(group)
    seller = papers.seller
    rate = rates_of(world)[seller]
    return told(
        block,
        firm=seller,
        day=papers.day,
        known=papers.known,
        values={
            "item_invoice_no": numbers(papers.serial),
            "line": line + 1,
            "code19": goods_of(world.firms.industry[seller]),
            "qty": np.maximum(np.rint(amount / price * 1000), 1) / 1000,
            "price": price,
            "amount": amount,
            "rate": rate,
            "issued_at": papers.day.astype(np.int64) * DAY + papers.second - CHINA,
        },
    )


def invoice_red_confirmations(world: World, block: Block) -> Drawn:
    """What was agreed on in the days before a red invoice, for a part of them."""
    papers = _papers(world, block)
    share = budget("invoice_red_confirmations", world) / (
        _RED_SHARE * budget("invoices_out", world)
    )
    red = (papers.status == REVERSED) | (papers.status == PARTLY_REVERSED)
    papers = papers.taken(red & (unit(again(papers.bits, purpose=34)) < share))
    lots = unit(again(papers.bits, purpose=35))
    day = papers.day - np.floor(3 * lots).astype(np.int32)
    at = (lots * 811) % 1.0
    return told(
        block,
        firm=papers.seller,
        day=day,
        known=seen(day, 1, at),
        values={
            "reason": coded(unit(again(papers.bits, purpose=36)), "red_reason"),
            "applicant_side": coded(unit(again(papers.bits, purpose=37)), "applicant_side"),
            "amount": -papers.net,
            "original_invoice_no": numbers(papers.red_of),
            "confirmed_at": seen(day, 0, at),
        },
    )


def invoice_quotas(world: World, block: Block) -> Drawn:
    """What a firm may bill in a month, and what it did; the bureau cuts it where it sees risk."""
    own = slice(block.first, block.stop)
    chosen = _with_quota(world)[own]
    used = _used(world, block)
    there = (used > 0) & chosen[:, None] & (ALL_MONTHS >= FIRST) & (ALL_MONTHS < WINDOW_MONTHS - 1)
    row, month = np.nonzero(there)
    firm, cells = block.first + row, (row, month)
    low, more = _ROOM
    room = low + more * firm_lots(world, firm, "quota")
    usual = np.floor(world.traits.usual[firm] * room).astype(np.int64)
    quota = -(-np.maximum(usual, used[cells] * 21 // 20) // _STEP_FEN) * _STEP_FEN
    seen_as = looks(world, block, "tax")[cells]
    risk = np.where(seen_as < _HIGH_BELOW, _HIGH, np.where(seen_as < _MEDIUM_BELOW, _MEDIUM, _LOW))
    lots = cell_lots(world, block, "quota changed")[cells]
    grown = usual < used[cells] * 21 // 20
    cut = (risk == _HIGH) & (lots < _CUT_SHARE)
    reason = np.where(cut, _CUT, np.where(grown, _GROWTH, _NO_CHANGE))
    change = np.where(
        cut, -(quota * _CUT_PPM // 1_000_000), np.where(grown, np.maximum(quota - usual, 0), 0)
    )
    return told(
        block,
        firm=firm,
        day=STARTS[month],
        known=seen(STARTS[month + 1], 2 + np.floor(3 * lots).astype(np.int64), lots),
        values={
            "quota": quota,
            "used": used[cells],
            "adjust_reason": reason.astype(np.int8),
            "adjusted_by": change,
            "dynamic_risk_level": risk.astype(np.int8),
        },
    )


def _used(world: World, block: Block) -> NDArray[np.int64]:
    """(firms, months) fen billed."""
    own, how = slice(block.first, block.stop), billing(world)
    found = circular(world, block, world.ties.rings.source)
    for month in range(FIRST, WINDOW_MONTHS):
        found[:, month] += bill(world, month, how)[own]
    return found


def _with_quota(world: World) -> NDArray[np.bool_]:
    """(n,) firms whose quotas are told, as many as there is room for."""
    how = billing(world)
    months = np.zeros(world.count, np.int64)
    for month in range(FIRST, WINDOW_MONTHS - 1):
        months += trading(world, month) & how.issues
    order = np.argsort(lot_of_firms(world, "with quota"), kind="stable")
    run = months[order].cumsum()
    chosen = np.zeros(world.count, np.bool_)
    chosen[order[: np.searchsorted(run, budget("invoice_quotas", world), side="right")]] = True
    return chosen


RECIPES: Mapping[str, Recipe] = {
    "invoice_items": invoice_items,
    "invoice_red_confirmations": invoice_red_confirmations,
    "invoice_quotas": invoice_quotas,
}
