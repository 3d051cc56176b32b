"""Who buys from whom in the city: buyers of each firm, with their shares of its sales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp, rounded
from shuxin.city.world.population import INDUSTRIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.world.draws import Draws
    from shuxin.city.world.population import Firms


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Edges of (m,), sorted by buyer: seller, buyer int32 numbers of firms; share float32 of the seller's sales.

    top_share: float32 (n,), share of the largest business buyer, in the city or not. starts: int64 (n + 1,): the
    edges of buyer ``i`` are ``starts[i]:starts[i + 1]``. An edge says who buys while both trade.
    """

    seller: NDArray[np.int32]
    buyer: NDArray[np.int32]
    share: NDArray[np.float32]
    top_share: NDArray[np.float32]
    starts: NDArray[np.int64]

    @property
    def many(self) -> int:
        return len(self.seller)

    def edges_of(self, buyers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Places of all edges of these buyers."""
        first, many = self.starts[buyers], self.starts[buyers + 1] - self.starts[buyers]
        ends = many.cumsum()
        if not len(ends):
            return np.zeros(0, np.int64)
        places: NDArray[np.int64] = np.arange(ends[-1]) + np.repeat(first - (ends - many), many)
        return places


def by_industry(named: Mapping[str, float], *, usual: float) -> NDArray[np.float64]:
    """(industries,) the figure of the longest prefix in ``named``, or ``usual``."""
    ordered = sorted(named, key=len, reverse=True)
    found = [next((named[k] for k in ordered if code.startswith(k)), usual) for code in INDUSTRIES]
    return np.array(found)


def business_share(firms: Firms) -> NDArray[np.float64]:
    """(n,) share of sales that goes to businesses."""
    return by_industry(p.TO_BUSINESS, usual=p.USUAL_TO_BUSINESS)[firms.industry]


def connect(*, firms: Firms, draws: Draws) -> Network:
    """Each firm's buyers, drawn block by block; a firm is found as a buyer by its purchases."""
    market = _Market(firms)
    parts = [market.block(places, rng) for places, rng in draws.blocks("buyers")]
    seller, buyer, share = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((seller, buyer))
    starts = np.searchsorted(buyer[order], np.arange(firms.count + 1))
    return Network(
        seller=seller[order].astype(np.int32),
        buyer=buyer[order].astype(np.int32),
        share=share[order].astype(np.float32),
        top_share=market.tops,
        starts=starts.astype(np.int64),
    )


_NEIGHBOURS = 0.45
"""[D] Share of local buyers that are of the seller's own region."""
_NAMELESS = 0.5
"""Individual businesses buy mostly without a name."""


class _Some:
    """Firms, to be found by what they buy."""

    def __init__(self, members: NDArray[np.int64], wanted: NDArray[np.int64]) -> None:
        self.members = members
        self.law = wanted[members].cumsum()

    def found(self, at: NDArray[np.float64]) -> NDArray[np.int64]:
        place = np.searchsorted(self.law, at * self.law[-1], side="right")
        found: NDArray[np.int64] = self.members[place]
        return found


class _Market:
    """Who may buy; ``tops`` (n,) fills with the share of each seller's largest buyer."""

    def __init__(self, firms: Firms) -> None:
        self.firms = firms
        self.to_business = business_share(firms)
        self.tops = np.zeros(firms.count, np.float32)
        named = np.where(firms.kind == p.INDIVIDUAL, _NAMELESS, 1.0)
        wanted = np.rint(np.sqrt(firms.base_revenue.astype(np.float64)) * named).astype(np.int64)
        self.all = _Some(np.arange(firms.count), wanted)
        regions = range(int(firms.region.max()) + 1)
        self.near = [_Some(np.flatnonzero(firms.region == place), wanted) for place in regions]

    def block(
        self, places: slice, rng: Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Sellers, buyers and shares of the sellers of one block."""
        many = _customers(self.firms.size[places], rng)
        own = np.repeat(np.arange(len(many)), many)
        share = _shares(own, many, rng) * self.to_business[places][own]
        largest = np.zeros(len(many))
        np.maximum.at(largest, own, share)
        self.tops[places] = largest
        is_local = rng.random(len(own)) < p.LOCAL_BUYERS
        seller, share = own[is_local] + places.start, share[is_local]
        buyer = self._buyers(seller, rng)
        kept = buyer != seller
        return seller[kept], buyer[kept], share[kept]

    def _buyers(self, seller: NDArray[np.int64], rng: Generator) -> NDArray[np.int64]:
        at, is_near = rng.random(len(seller)), rng.random(len(seller)) < _NEIGHBOURS
        buyer = self.all.found(at)
        for region, known in enumerate(self.near):
            chosen = is_near & (self.firms.region[seller] == region)
            if len(known.members):
                buyer[chosen] = known.found(at[chosen])
        return buyer


def _customers(size: NDArray[np.int8], rng: Generator) -> NDArray[np.int64]:
    """Pareto numbers of business customers."""
    tail = exp(rounded(rng.standard_exponential(len(size))) / p.CUSTOMER_TAIL)
    many = np.floor(np.array(p.CUSTOMERS)[size] * tail)
    return np.minimum(many, p.MOST_CUSTOMERS).astype(np.int64)


def _shares(own: NDArray[np.int64], many: NDArray[np.int64], rng: Generator) -> NDArray[np.float64]:
    """Shares of a seller's customers: rank to the power -1.05 with noise, summing to one."""
    first = many.cumsum() - many
    rank = np.arange(len(own)) - first[own] + 1
    logs = np.array([0.0, *np.log(np.arange(1, p.MOST_CUSTOMERS + 1))])
    noise = p.BUYER_SHARE_NOISE * rounded(rng.standard_normal(len(own)))
    weight = exp(noise - p.BUYER_SHARE_DECAY * rounded(logs)[rank])
    return weight / np.bincount(own, weights=weight, minlength=len(many))[own]
