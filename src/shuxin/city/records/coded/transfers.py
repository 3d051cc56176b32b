"""What buyers in the city pay to sellers in the city, month by month: the same transfer in both accounts.

A buyer pays one of its suppliers in one month of four, about what the supplier collects from it; never more in all
than the World says that it pays, nor than the supplier collects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.days import lots_of, once
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.world.world import World

FIRST_MONTH = 24
"""Of the window: three years of flows."""
_PAYS_MONTHLY, _OF_MONTHS, _MOST = 0.25, 2.0, 0.9
_LEAST_FEN, _GRAIN_FEN = 50_000, 100
_WITH_ACCOUNT, _BORROWERS_WITH = 0.50, 0.60
"""[T] Share of firms whose account the banks of the platform keep; the loans of other borrowers are paid out to, and
paid back from, accounts elsewhere."""


@dataclass(frozen=True, slots=True)
class Transfers:
    """Transfers (t,) by month: seller, buyer int32, month int8, amount fen int64."""

    seller: NDArray[np.int32]
    buyer: NDArray[np.int32]
    month: NDArray[np.int8]
    amount: Whole

    def of(self, rows: NDArray[np.integer]) -> Transfers:
        return Transfers(self.seller[rows], self.buyer[rows], self.month[rows], self.amount[rows])

    def bits(self, world: World) -> Bits:
        """Chance of each, the same for both sides."""
        return lots_of(world, "transfers/rows").bits(self.seller, self.buyer, self.month)


@once
def with_account(world: World) -> NDArray[np.bool_]:
    """(n,) whether the banks of the platform keep the firm's account: of all in rings, of some borrowers and others."""
    share = np.full(world.count, _WITH_ACCOUNT)
    share[world.outcome.loans[0]] = _BORROWERS_WITH
    share[world.ties.rings.member >= 0] = 1.0
    found: NDArray[np.bool_] = lots_of(world, "accounts").at(np.arange(world.count)) < share
    return found


@once
def transfers(world: World) -> Transfers:
    """All of which one side has its account here."""
    has, network = with_account(world), world.network
    edges = np.flatnonzero(has[network.seller] | has[network.buyer])
    lots = lots_of(world, "transfers")
    parts = [_in_month(world, edges, lots.at(edges, np.full(len(edges), month)), month)
             for month in range(FIRST_MONTH, WINDOW_MONTHS)]  # fmt: skip
    return Transfers(*(np.concatenate(column) for column in zip(*parts, strict=True)))


_Rows = tuple["NDArray[np.int32]", "NDArray[np.int32]", "NDArray[np.int8]", "Whole"]


def _in_month(world: World, edges: Whole, share: NDArray[np.float64], month: int) -> _Rows:
    network, money, n = world.network, world.money, world.count
    collected = money.collected[:, month].astype(np.float64)
    paid = money.paid[:, month].astype(np.float64)
    hit = edges[share < _PAYS_MONTHLY]
    hit = hit[(collected[network.seller[hit]] > 0) & (paid[network.buyer[hit]] > 0)]
    seller, buyer = network.seller[hit], network.buyer[hit]
    wanted = np.floor(network.share[hit].astype(np.float64) * _OF_MONTHS * collected[seller])
    asked = np.bincount(seller, weights=wanted, minlength=n)
    wanted = np.floor(wanted * np.minimum(1.0, _MOST * collected / np.maximum(asked, 1.0))[seller])
    due = np.bincount(buyer, weights=wanted, minlength=n)
    able = np.minimum(1.0, _MOST * paid / np.maximum(due, 1.0))[buyer]
    amount = np.floor(wanted * able / _GRAIN_FEN).astype(np.int64) * _GRAIN_FEN
    kept = amount >= _LEAST_FEN
    return (
        seller[kept],
        buyer[kept],
        np.full(int(kept.sum()), month, np.int8),
        amount[kept],
    )
