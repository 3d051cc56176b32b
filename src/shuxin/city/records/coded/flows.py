"""Who bills whom, and how much, in each month: what the invoices of a seller and of its buyers are both made of.

A firm bills so many invoices in a usual month, more when it sells more. A buyer in the city (an edge of the World's
network) gets its share of them: a large one some in every month, a small one now and then a whole one. What is left
is billed elsewhere. Rings of fraud bill what they send around.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.days import once
from shuxin.city.records.coded.months import budget
from shuxin.city.records.coded.recorded import sales_in
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.world.world import World

FIRST = 24
"""First month of the window from which there are invoices: three years of them."""
VOID, RED = 0.017, 0.030
"""Void invoices, and pairs of one that is taken back and its red one, over those that stay."""
PAIRS = 1.75
"""Rows of such a pair: some invoices are not yet taken back."""
_USUAL = (5.0, 22.0, 75.0, 260.0)
_USUAL_INDIVIDUAL = 3.0
_RATE_SPREAD = 1.2
_MOST, _BUSIEST = 1_500.0, 2.5
_SILENT_INDIVIDUALS = 0.30
_LEAST_BILLED = 0.62
"""Small-scale taxpayers bill this share of their sales, or more; general ones all."""
_TO_KNOWN = 0.97
"""What buyers in the city take of a month's sales at most."""
_LEAST_FEN = 10_000
_GRID = 1024.0


@dataclass(frozen=True, slots=True)
class Billing:
    """How firms bill, (n,). issues: bool. rate: invoices in a usual month. billed: share of sales, 0 to 1."""

    issues: NDArray[np.bool_]
    rate: NDArray[np.float64]
    billed: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Flows:
    """What sellers bill to buyers in the city, a row (f,) for each pair and month, by month.

    seller, buyer: int32. pair: int32 number of the edge, those of rings after the World's. month: int8. count: int16
    invoices. amount: int64 fen, without VAT. circular: bool, of a ring.
    inside: int64 (n, months), fen of each seller's sales that are in rows that are not circular. expected: float32
    (n, months), invoices that its buyers in the city are due in a month.
    """

    seller: NDArray[np.int32]
    buyer: NDArray[np.int32]
    pair: NDArray[np.int32]
    month: NDArray[np.int8]
    count: NDArray[np.int16]
    amount: NDArray[np.int64]
    circular: NDArray[np.bool_]
    inside: NDArray[np.int64]
    expected: NDArray[np.float32]


def trading(world: World, month: int) -> NDArray[np.bool_]:
    """(n,) firms that sell in the month."""
    sells: NDArray[np.bool_] = world.active(month) & (world.money.sales[:, month] > 0)
    return sells


@once
def billing(world: World) -> Billing:
    """Rates such that the invoices of the three years are as many as the catalogue has."""
    firms = world.firms
    every = np.arange(world.count)
    is_shop = firms.kind == p.INDIVIDUAL
    lots = Lots(seed=world.seed, purpose="billing")
    issues = ~is_shop | (lots.at(every) >= _SILENT_INDIVIDUALS) | (world.ties.rings.member >= 0)
    spread = Lots(seed=world.seed, purpose="billing/rate").at(every)
    usual = np.where(is_shop, _USUAL_INDIVIDUAL, np.array(_USUAL)[firms.size])
    rate = usual * exp(_RATE_SPREAD * (2 * spread - 1)) * issues
    part = Lots(seed=world.seed, purpose="billing/part").at(every)
    billed = np.where(firms.general, 1.0, _LEAST_BILLED + (1 - _LEAST_BILLED) * part)
    rough = Billing(issues=issues, rate=rate, billed=billed * issues)
    whole = 0.0
    for month in range(FIRST, WINDOW_MONTHS):
        whole += int(np.rint(due(world, rough, month) * _GRID).astype(np.int64).sum()) / _GRID
    factor = budget("invoices_out", world) / (1 + VOID + PAIRS * RED) / max(whole, 1.0)
    return Billing(issues=issues, rate=rate * factor, billed=rough.billed)


def due(world: World, how: Billing, month: int) -> NDArray[np.float64]:
    """(n,) invoices that each firm is expected to bill in the month."""
    sales = sales_in(world, month)
    busy = np.minimum(sales / world.traits.usual, _BUSIEST)
    return np.where(trading(world, month), np.minimum(how.rate * busy, _MOST), 0.0)


def bill(world: World, month: int, how: Billing) -> NDArray[np.int64]:
    """(n,) fen that each firm bills in the month, but for what rings send around."""
    sold = sales_in(world, month) * how.billed
    return np.where(trading(world, month), np.floor(sold), 0.0).astype(np.int64)


def _known_buyers(
    world: World, how: Billing, month: int, lots: Lots
) -> tuple[NDArray[np.generic], ...]:
    """Pair, count, amount of the month, then inside and expected, (n,)."""
    network, n = world.network, world.count
    rate = due(world, how, month)
    sells = rate > 0
    both = np.flatnonzero(sells[network.seller] & world.active(month)[network.buyer])
    seller, share = network.seller[both], network.share[both].astype(np.float64)
    wanted = share * rate[seller]
    expected = np.bincount(seller, weights=wanted, minlength=n).astype(np.float32)
    count = np.floor(wanted + lots.at(both, np.full(len(both), month))).astype(np.int64)
    found = np.flatnonzero(count > 0)
    pair, seller, count = both[found], seller[found], count[found]
    part = np.where(wanted[found] >= 1.0, share[found], 1.0 / np.maximum(rate[seller], 1.0))
    taken = np.bincount(seller, weights=part, minlength=n)
    fits = np.minimum(1.0, _TO_KNOWN / np.maximum(taken, _TO_KNOWN))
    amount = np.floor(bill(world, month, how)[seller] * part * fits[seller]).astype(np.int64)
    kept = amount >= _LEAST_FEN
    pair, seller, count, amount = pair[kept], seller[kept], count[kept], amount[kept]
    inside = np.bincount(seller, weights=amount, minlength=n).astype(np.int64)
    return pair, count, amount, inside, expected


@once
def flows(world: World) -> Flows:
    """Of the whole city: a seller's and a buyer's block need the same."""
    how, network, rings = billing(world), world.network, world.ties.rings
    lots = Lots(seed=world.seed, purpose="flows")
    parts, months = [], []
    inside = np.zeros((WINDOW_MONTHS, world.count), np.int64)
    expected = np.zeros((WINDOW_MONTHS, world.count), np.float32)
    for month in range(FIRST, WINDOW_MONTHS):
        *rows, inside[month], expected[month] = _known_buyers(world, how, month, lots)
        parts.append(rows)
        months.append(np.full(len(rows[0]), month, np.int8))
    pair, count, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
    ring = _circular(world)
    many = np.where(rings.amount[ring] > 0, 1 + ring % 3, 0)
    return Flows(
        seller=np.concatenate([network.seller[pair], rings.source[ring]]),
        buyer=np.concatenate([network.buyer[pair], rings.target[ring]]),
        pair=np.concatenate([pair, network.many + ring]).astype(np.int32),
        month=np.concatenate([*months, rings.month[ring]]).astype(np.int8),
        count=np.concatenate([count, many]).astype(np.int16),
        amount=np.concatenate([amount, rings.amount[ring]]),
        circular=np.arange(len(pair) + len(ring)) >= len(pair),
        inside=inside.T,
        expected=expected.T,
    )


def _circular(world: World) -> NDArray[np.int64]:
    """Rows of the rings' flows for which invoices are written."""
    rings, outcome, born = world.ties.rings, world.outcome, world.firms.born
    both = np.ones(len(rings.month), np.bool_)
    for firm in (rings.source, rings.target):
        both &= (born[firm] <= rings.month) & (outcome.gone[firm] > rings.month)
    return np.flatnonzero(both & (rings.month >= FIRST))
