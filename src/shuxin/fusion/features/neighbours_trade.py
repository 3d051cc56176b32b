"""Features of those that an enterprise trades with: exposure, related parties, circles, and its place among all."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from shuxin.fusion.features.graph import DAMPING, LEAST_SHARE
from shuxin.fusion.features.tied import (
    Everybody,
    both_ways,
    edges_of,
    exposed,
    in_parts,
    ratio,
    shares_of,
    way_back,
    where_any,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Fens = NDArray[np.int64]
    Numbers = NDArray[np.float64]

_TOLERANCE, _MOST_ROUNDS = 1e-10, 200


def trade(everybody: Everybody) -> Mapping[str, Numbers | Fens]:
    """By name, (n,) each."""
    sold = everybody.sold
    if sold is None:
        return {}
    edge, bad, marks = edges_of(sold), everybody.bad, everybody.bad.astype(np.int64)
    bought = sparse.csr_array(sold.T)
    sales, purchases = sold.sum(axis=1), bought.sum(axis=1)
    to, of = shares_of(sold, sales), shares_of(bought, purchases)
    both = edge.multiply(edge.T)
    return {
        "buyers_bad_12m": edge @ marks,
        "sales_to_bad_12m": ratio(sold @ marks, sales),
        "sales_to_bad_2hop_12m": where_any(sales, exposed(to, bad)),
        "suppliers_bad_12m": edge.T @ marks,
        "purchases_bad_12m": ratio(bought @ marks, purchases),
        "purchases_bad_2hop_12m": where_any(purchases, exposed(of, bad)),
        "two_way_12m": both.sum(axis=1),
        "two_way_share_12m": ratio(sold.multiply(both).sum(axis=1), sales),
        "trade_circles_12m": _circles(edge),
        "sales_back_12m": where_any(sales, _back(to)),
        "trade_rank_12m": _rank(of),
        **_related(everybody, sold, bought),
    }


def _related(
    everybody: Everybody, sold: sparse.csr_array, bought: sparse.csr_array
) -> Mapping[str, Numbers]:
    """Shares of sales and purchases with those of the same controller, shareholding, address or head."""
    held = everybody.held
    ties = [None if held is None else both_ways(held), everybody.controlled, everybody.headed]
    ties.append(None if everybody.addressed is None else everybody.addressed[0])
    told = [one for one in ties if one is not None]
    if not told:
        return {}
    related = edges_of(sparse.csr_array(reduce(lambda one, other: one + other, told)))
    return {
        "related_sales_12m": ratio(sold.multiply(related).sum(axis=1), sold.sum(axis=1)),
        "related_purchases_12m": ratio(bought.multiply(related).sum(axis=1), bought.sum(axis=1)),
    }


def _circles(edge: sparse.csr_array) -> Fens:
    """(n,) circles of three that each is in."""
    found, back = np.zeros(edge.shape[0], np.int64), sparse.csr_array(edge.T)
    for rows in in_parts(edge):
        found[rows] = (edge[rows] @ edge).multiply(back[rows]).sum(axis=1)
    return found


def _back(shares: sparse.csr_array) -> Numbers:
    """(n,) what of a sale is back after two to four sales, each passing on by its own shares; first returns only.

    Of i, j, k, l: the sum of w_ij w_ji, w_ij w_jk w_ki, and w_ij w_jk w_kl w_li with k other than i. Shares below
    ``LEAST_SHARE`` are passed over, so no row has more than 1 / LEAST_SHARE of them: that bounds the work.
    """
    ways = sparse.csr_array(shares.multiply(shares >= LEAST_SHARE))
    ways.eliminate_zeros()
    back = sparse.csr_array(ways.T)
    two = way_back(ways)
    found = two - two**2
    for rows in in_parts(ways, back):
        out = ways[rows] @ ways
        found[rows] += out.multiply(back[rows]).sum(axis=1)
        found[rows] += out.multiply(back[rows] @ back).sum(axis=1)
    return np.clip(found, 0.0, 1.0)


def _rank(of: sparse.csr_array) -> Numbers:
    """(n,) PageRank, 1 in the mean of those that trade; NaN for others. of: shares of each buyer's suppliers.

    Who buys of nobody gives its rank to all that trade alike.
    """
    buys, sells = np.diff(of.indptr) > 0, of.sum(axis=0) > 0
    trades = buys | sells
    many = max(int(trades.sum()), 1)
    passed = sparse.csr_array(of.T)
    rank = trades.astype(np.float64)
    for _ in range(_MOST_ROUNDS):
        even = 1 - DAMPING + DAMPING * rank[trades & ~buys].sum() / many
        new = np.where(trades, even + DAMPING * (passed @ rank), 0.0)
        moved, rank = np.abs(new - rank).sum() / many, new
        if moved < _TOLERANCE:
            break
    return np.where(trades, rank, np.nan)
