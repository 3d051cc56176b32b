"""Invoices (发票): issued (T29) and received (T30); what hangs on them is in ``invoice_lines``.

A month's invoices that stay add up to what the firm bills of its sales; a buyer in the city holds the same invoices as
its sellers. The tax bureau's own numbers of goods and services stand for what a seller's trade is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded import invoice_lines
from shuxin.city.records.coded.chance import Lots, again, unit
from shuxin.city.records.coded.days import STARTS, UNTIL, chosen, once
from shuxin.city.records.coded.flows import FIRST, PAIRS, RED, billing, flows, trading
from shuxin.city.records.coded.goods import goods_of
from shuxin.city.records.coded.months import budget, looks
from shuxin.city.records.coded.papers import (
    A_PERSON,
    CHINA,
    DAY,
    Papers,
    bought_elsewhere,
    joined,
    known_papers,
    numbers,
    own_papers,
    rates_of,
)
from shuxin.city.records.coded.parties import named
from shuxin.city.records.coded.recorded import (
    books_sales,
    purchases_in,
    purchases_of,
    sales_in,
)
from shuxin.city.records.drawn import NO_DAY, Drawn
from shuxin.city.world.population import INDUSTRIES
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from shuxin.city.records.coded import Shared
    from shuxin.city.records.coded.flows import Flows
    from shuxin.city.records.drawn import Block, Recipe
    from shuxin.city.world.world import World

_SPECIAL, _ORDINARY = 0, 1
_SPECIAL_SHARE = (0.35, 0.80)
"""Of invoices to firms, by small-scale and by general taxpayers."""
_EXEMPT_FEN = 10_000_000
"""Small-scale taxpayers that sell no more than 100,000 yuan a month owe no VAT (until the end of 2027)."""
_CERTIFIED, _EXPORTERS = 0.92, 0.06
_PAPER_KEEPERS = (1.0, 0.45, 0.8)
"""By kind of firm: share of those who keep invoices for what they buy outside."""
_BOUGHT = (3.0, 9.0, 24.0, 60.0)
_SAME_TRADE, _GENERAL_OUTSIDE = 0.72, 0.7
_LEAST_FEN = 100


def _views(world: World, block: Block) -> NDArray[np.float64]:
    return looks(world, block, "tax")


def invoices_out(world: World, block: Block) -> Drawn:
    papers = own_papers(world, block, _views(world, block))
    values = _common(world, papers) | {
        "buyer": named(papers.buyer, np.zeros(len(papers), np.int8), ("个人",)),
        "buyer_uscc": papers.buyer,
        "buyer_type": (papers.buyer == A_PERSON).astype(np.int8),
        "red_of": numbers(papers.red_of),
        "industry_item": _items(world, papers),
    }
    return _sorted(papers.seller, papers, values)


def invoices_in(world: World, block: Block) -> Drawn:
    papers = _received(world, block)
    common = _common(world, papers)
    general = world.firms.general[papers.buyer]
    special = common["kind"] == _SPECIAL
    can = general & special & (papers.net > 0)
    certified = can & (unit(again(papers.bits, purpose=20)) < _CERTIFIED)
    exports = unit(again(papers.bits, purpose=21)) < _EXPORTERS
    deduct = np.where(certified, np.where(exports, 2, 0), 1).astype(np.int8)
    values = common | {
        "seller": papers.seller,
        "seller_uscc": papers.seller,
        "industry_item": _items(world, papers),
        "certified": certified,
        "certified_period": np.where(certified, STARTS[papers.month], NO_DAY).astype(np.int32),
        "deduct_kind": deduct,
    }
    return _sorted(papers.buyer, papers, values)


def _received(world: World, block: Block) -> Papers:
    """What firms of the block bought: from sellers in the city as they billed it, and elsewhere what is missing."""
    found = flows(world)
    rows = np.flatnonzero((found.buyer >= block.first) & (found.buyer < block.stop))
    inside = known_papers(world, rows)
    many = block.stop - block.first
    wanted = purchases_of(world, block) - _had(found, rows, first=block.first, stop=block.stop)
    expected = bought(world)[block.first : block.stop]
    at = Lots(seed=world.seed, purpose="bought").at(
        np.repeat(block.firms, WINDOW_MONTHS), np.tile(np.arange(WINDOW_MONTHS), many)
    )
    count = np.floor(expected + at.reshape(many, -1)).astype(np.int64)
    count[(wanted < _LEAST_FEN) | (np.arange(WINDOW_MONTHS) < FIRST)] = 0
    firm, month = np.nonzero(count)
    outside = bought_elsewhere(
        world, block.first + firm, month, wanted[firm, month], count[firm, month]
    )
    return joined([inside, outside])


@once
def bought(world: World) -> NDArray[np.float64]:
    """(n, months) invoices that firms are expected to receive from outside, so that all are as the budget says."""
    found, firms = flows(world), world.firms
    every = np.arange(world.count)
    keeps = Lots(seed=world.seed, purpose="keeps").at(every) < np.array(_PAPER_KEEPERS)[firms.kind]
    usual = np.where(keeps | firms.general, np.array(_BOUGHT)[firms.size], 0.0)
    rates = np.zeros((world.count, WINDOW_MONTHS), np.float32)
    had = _had(found, np.arange(len(found.buyer)), first=0, stop=world.count)
    for month in range(FIRST, WINDOW_MONTHS):
        busy = np.minimum(sales_in(world, month) / world.traits.usual, 2.5)
        buys = trading(world, month) & (purchases_in(world, month) - had[:, month] >= _LEAST_FEN)
        rates[:, month] = np.where(buys, usual * busy, 0.0)
    inside = float(found.count.sum(dtype=np.int64)) * (1 + PAIRS * RED)
    wanted = budget("invoices_in", world) - inside
    whole = int(np.rint(rates * 1024).astype(np.int64).sum()) / 1024
    found_rates: NDArray[np.float64] = rates * np.float64(max(wanted, 0.0) / max(whole, 1.0))
    return found_rates


def _had(found: Flows, rows: NDArray[np.integer], *, first: int, stop: int) -> NDArray[np.int64]:
    """(firms from first to stop, months) fen that each bought of firms in the city, but for what rings send around.

    rows: of the flows, with all that these firms bought.
    """
    place = (found.buyer[rows].astype(np.int64) - first) * WINDOW_MONTHS + found.month[rows]
    amount = np.where(found.circular[rows], 0, found.amount[rows])
    had = np.bincount(place, weights=amount, minlength=(stop - first) * WINDOW_MONTHS)
    return had.astype(np.int64).reshape(stop - first, WINDOW_MONTHS)


def _common(world: World, papers: Papers) -> dict[str, object]:
    """The columns that both sides have."""
    is_firm = papers.buyer != A_PERSON
    inside = papers.seller < world.count
    seller = np.where(inside, papers.seller, 0)
    general = np.where(
        inside, world.firms.general[seller], unit(again(papers.bits, purpose=22)) < _GENERAL_OUTSIDE
    )
    share = np.where(general, _SPECIAL_SHARE[1], _SPECIAL_SHARE[0])
    special = is_firm & (unit(again(papers.bits, purpose=23)) < share)
    usual = np.array([130_000, 130_000, 90_000, 60_000], np.int64)
    outside = usual[(again(papers.bits, purpose=24) % np.uint64(4)).astype(np.int64)]
    rate = np.where(inside, rates_of(world)[seller], np.where(general, outside, 10_000))
    sold = books_sales(world, seller, papers.month)
    rate = np.where(inside & ~general & ~special & (sold <= _EXEMPT_FEN), 0, rate)
    tax = (np.abs(papers.net) * rate + 500_000) // 1_000_000 * np.sign(papers.net)
    return {
        "invoice_no": numbers(papers.serial),
        "kind": np.where(special, _SPECIAL, _ORDINARY).astype(np.int8),
        "date": papers.day.astype(np.int64) * DAY + papers.second - CHINA,
        "amount_net": papers.net,
        "tax": tax,
        "total": papers.net + tax,
        "top_rate": rate,
        "status": papers.status,
    }


def _items(world: World, papers: Papers) -> pa.DictionaryArray:
    """Numbers of goods and services of what the seller sells; outside, mostly of the buyer's own trade."""
    industry = world.firms.industry
    inside = papers.seller < world.count
    of_buyer = industry[
        np.where((papers.buyer >= 0) & (papers.buyer < world.count), papers.buyer, 0)
    ]
    other = (again(papers.bits, purpose=25) % np.uint64(len(INDUSTRIES))).astype(np.int16)
    same = unit(again(papers.bits, purpose=26)) < _SAME_TRADE
    place = np.where(
        inside, industry[np.where(inside, papers.seller, 0)], np.where(same, of_buyer, other)
    )
    return goods_of(place)


def _sorted(firm: NDArray[np.int32], papers: Papers, values: Mapping[str, object]) -> Drawn:
    """By firm and time of issue; what was known on the day of the extracts."""
    rows = np.flatnonzero(papers.known < UNTIL * DAY)
    order = rows[np.lexsort((papers.second[rows], papers.day[rows], firm[rows]))]
    return Drawn(
        firm=firm[order],
        day=papers.day[order],
        month=papers.month[order],
        known=papers.known[order],
        values={name: chosen(column, order) for name, column in values.items()},
    )


SHARED: Shared = {
    "invoices_out": (flows, billing),
    "invoices_in": (flows, bought),
    "invoice_items": (flows, billing),
    "invoice_red_confirmations": (flows, billing),
}
RECIPES: Mapping[str, Recipe] = {
    "invoices_out": invoices_out,
    "invoices_in": invoices_in,
    **invoice_lines.RECIPES,
}
