"""What nobody sees: how well each firm is run, the common shocks, and when a firm will leave of its own will."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.vocabulary import DISTRICT_SHARES, ENTERPRISE_SECTIONS
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp, rounded
from shuxin.city.world.frailty import MONTHS_OF_AGE, frailty
from shuxin.city.world.population import kind_counts, life_factor
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.world.draws import Draws
    from shuxin.city.world.population import Firms


@dataclass(frozen=True, slots=True, kw_only=True)
class Shocks:
    """Autoregressions (.9) of unit spread: macro (months,), industry (sections, months), region (regions, months).

    High is good.
    """

    macro: NDArray[np.float64]
    industry: NDArray[np.float64]
    region: NDArray[np.float64]


def common_shocks(*, draws: Draws) -> Shocks:
    return Shocks(
        macro=_wandering(1, draws.once("macro"))[0],
        industry=_wandering(len(ENTERPRISE_SECTIONS), draws.once("industry")),
        region=_wandering(len(DISTRICT_SHARES), draws.once("region")),
    )


def qualities(*, firms: Firms, draws: Draws) -> NDArray[np.float32]:
    """(n, months) quality: standard normal among new firms, better among those who have stayed.

    Before a firm is founded its quality means nothing.
    """
    kept = np.empty((WINDOW_MONTHS, firms.count), np.float32)
    now = _first(firms, draws)
    for month in range(WINDOW_MONTHS):
        if month:
            now = p.PERSISTENCE * now + p.WEARING * draws.normal(f"quality/{month}")
        kept[month] = now
    return kept.T


def leaving(
    *, firms: Firms, quality: NDArray[np.float32], living: int, draws: Draws
) -> NDArray[np.int16]:
    """(n,) month in which a firm leaves of its own will; the count of months for those who stay.

    Each firm leaves once its summed hazard passes an exponential threshold. One factor near 1 for each kind makes
    the number of those who stay exact.
    """
    hazard = _hazard(firms, quality)
    threshold = draws.exponential("leaving")
    total = hazard[-1]
    scaled = np.empty(firms.count)
    for kind, many in enumerate(kind_counts(living=living)):
        own = firms.kind == kind
        stay = many + round((int(own.sum()) - many) * p.FAILED_AMONG_EXITS)
        scaled[own] = threshold[own] / _factor(threshold[own] / total[own], stay=stay)
    month: NDArray[np.int64] = (hazard <= scaled[None, :]).sum(axis=0)
    return month.astype(np.int16)


def _factor(ratios: NDArray[np.float64], *, stay: int) -> float:
    """What to multiply hazards by, so that ``stay`` of the firms stay."""
    order = np.sort(ratios)
    leave = len(order) - stay
    return float(order[max(leave - 1, 0)] + order[min(leave, len(order) - 1)]) / 2


def _hazard(firms: Firms, quality: NDArray[np.float32]) -> NDArray[np.float64]:
    """(months, n) hazard summed from the firm's first month, or the window's."""
    bases = np.stack([frailty(factor=life_factor(kind)).base for kind in range(len(p.KINDS))])
    summed = np.zeros(firms.count)
    kept = np.empty((WINDOW_MONTHS, firms.count))
    for month in range(WINDOW_MONTHS):
        age = month - firms.born.astype(np.int64)
        base = bases[firms.kind, np.clip(age, 0, MONTHS_OF_AGE - 1)]
        rate = base * exp(-p.QUALITY_IN_EXIT * quality[:, month].astype(np.float64))
        summed = summed + np.where(age >= 0, rate, 0.0)
        kept[month] = summed
    return np.maximum(kept, 1e-12)


def _first(firms: Firms, draws: Draws) -> NDArray[np.float64]:
    laws = [frailty(factor=life_factor(kind)) for kind in range(len(p.KINDS))]
    age = np.clip(-firms.born.astype(np.int64), 0, MONTHS_OF_AGE - 1)
    mean = np.stack([law.mean for law in laws])[firms.kind, age]
    spread = np.stack([law.spread for law in laws])[firms.kind, age]
    return mean + spread * draws.normal("quality/first")


def _wandering(many: int, rng: Generator) -> NDArray[np.float64]:
    steps = rounded(rng.standard_normal((many, WINDOW_MONTHS)))
    for month in range(1, WINDOW_MONTHS):
        before = p.SHOCK_PERSISTENCE * steps[:, month - 1]
        steps[:, month] = before + p.SHOCK_WEARING * steps[:, month]
    return steps
