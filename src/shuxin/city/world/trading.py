"""A month's trade: what buyers want, what is bought for it, and what misfortune takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.books import Event
from shuxin.city.world.draws import exp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.world.books import Books, Rows
    from shuxin.city.world.draws import Draws
    from shuxin.city.world.latent import Shocks
    from shuxin.city.world.network import Network
    from shuxin.city.world.population import Firms
    from shuxin.city.world.traits import Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What is given from outside: (n,) columns and (n, months) quality. leaving as :func:`latent.leaving` says."""

    firms: Firms
    traits: Traits
    quality: NDArray[np.float32]
    shocks: Shocks
    network: Network
    seasons: NDArray[np.float64]
    draws: Draws

    def quality_in(self, month: int) -> NDArray[np.float64]:
        return self.quality[:, month].astype(np.float64)

    def usual(self, month: int) -> NDArray[np.float64]:
        """Fen that a firm of usual quality sells in a month of the mean season, at this time and age."""
        traits = self.traits
        age = month - self.firms.born.astype(np.float64)
        young = np.clip(age / p.YOUNG_MONTHS, 0.0, 1.0)
        drift = 1 + traits.growth * (month - 30) / 12
        return traits.usual * drift * (p.YOUNG_START + (1 - p.YOUNG_START) * young)


def trade(
    *,
    stage: Stage,
    books: Books,
    month: int,
    usual: NDArray[np.float64],
    winding: NDArray[np.float64],
) -> None:
    """Sales, purchases and receipts; ``winding`` (n,) is what is left of the trade of those about to leave."""
    firms, traits = stage.firms, stage.traits
    quality = stage.quality_in(month)
    wanted = usual * exp(_mood(stage, books, quality, month))
    kept = wanted * (1 - books.lost) * books.trade * winding
    sales = np.rint(kept * stage.seasons[firms.section, month] * books.alive)
    books.month["sales"][:] = sales
    at_once = np.rint(sales * traits.at_once)
    later = np.rint(books.owed * traits.collected)
    books.owed += sales - at_once - later
    books.receive("collected", at_once + later)
    costly = traits.goods * (1 - p.QUALITY_IN_COSTS * quality / traits.goods)
    needed = np.rint(sales * np.maximum(costly, 0.1))
    used = np.minimum(books.stock, np.rint(needed * p.STOCK_USED))
    books.stock -= used
    books.month["purchases"][:] = needed - used
    books.bills += needed - used
    books.level = p.WAGES_KEPT * books.level + (1 - p.WAGES_KEPT) * traits.wages * kept
    books.lost *= 1 - p.BUYER_REPLACED


def misfortunes(*, stage: Stage, books: Books, month: int, events: Rows) -> None:
    """At most one for a firm in a month, by one uniform variate; the weak meet more."""
    traits = stage.traits
    chance = stage.draws.uniform(f"misfortune/{month}")
    factor = exp(-p.QUALITY_IN_MISFORTUNE * stage.quality_in(month)) * traits.hard
    cost = stage.draws.exponential(f"misfortune/cost/{month}") * traits.usual
    edges = np.array([p.BUYER_LOST, p.BAD_DEBT, p.LAWSUIT, p.ACCIDENT]).cumsum()
    place = np.searchsorted(edges, chance / factor, side="right")
    place[~books.alive] = len(edges)
    top = stage.network.top_share.astype(np.float64)
    lost = place == Event.BUYER_LOST
    books.lost[lost] = 1 - (1 - books.lost[lost]) * (1 - p.BUYER_LOST_SHARE * top[lost])
    bad = place == Event.BAD_DEBT
    unpaid = np.rint(np.where(bad, books.owed * p.BAD_DEBT_SHARE * top, 0.0))
    books.owed -= unpaid
    months = np.where(place == Event.LAWSUIT, p.LAWSUIT_MONTHS, p.ACCIDENT_MONTHS)
    due = np.rint(
        np.where((place == Event.LAWSUIT) | (place == Event.ACCIDENT), months * cost, 0.0)
    )
    books.calls += due
    hit = np.flatnonzero(place < len(edges))
    books.hit[hit] = month
    size = np.where(lost, traits.usual * top, unpaid + due)
    events.add(hit, np.full(len(hit), month), place[hit], np.rint(size[hit]))


def _mood(
    stage: Stage, books: Books, quality: NDArray[np.float64], month: int
) -> NDArray[np.float64]:
    """Log of what buyers want over the usual."""
    firms, shocks = stage.firms, stage.shocks
    age = month - firms.born.astype(np.float64)
    young = p.YOUNG_NOISE * np.clip(1 - age / p.YOUNG_NOISE_MONTHS, 0.0, 1.0)
    fresh = stage.traits.noise * (1 + young) * stage.draws.normal(f"sales/{month}")
    books.noise = p.NOISE_KEPT * books.noise + fresh
    common = p.MACRO_IN_SALES * shocks.macro[month]
    common = common + p.INDUSTRY_IN_SALES * shocks.industry[firms.section, month]
    common = common + p.REGION_IN_SALES * shocks.region[firms.region, month]
    mood: NDArray[np.float64] = p.QUALITY_IN_SALES * quality + common + books.noise
    return mood
