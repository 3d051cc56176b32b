"""What each kind of department sees of a firm's quality: a noisy view, never the quality itself (DOMAIN 9.6).

``s_k = r_k * q + sqrt(1 - r_k**2) * e_k``: q the latent quality, e_k noise that a firm keeps with one kind of
department (an autoregression of .97, like q), r_k the correlation. Whoever combines departments averages e_k out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.drawn import blocks
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp, rounded
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

CORRELATIONS: Mapping[str, float] = {
    "bank": 0.55, "tax": 0.55, "social": 0.40, "judicial": 0.40, "power": 0.35, "registry": 0.30,
}  # fmt: skip
VIEW_OF: Mapping[str, str] = {
    "TAX": "tax", "HRSS": "social", "MED": "social", "HPF": "social", "COURT": "judicial", "PSB": "judicial",
    "JUS": "judicial", "PWR": "power", "WAT": "power", "GAS": "power", "PBC": "bank", "LFB": "bank", "BANK": "bank",
}  # fmt: skip
"""The view of a department; all others see as the registry does."""
LEAD_OF_QUALITY = 6
"""Months by which the fall of quality precedes the failure that it brings."""
_REACH, _KNOTS = 6.0, 1536


class Views:
    """Views of all firms, by kind: float32 (n, months), made when first asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: dict[str, NDArray[np.float32]] = {}

    def make_all(self) -> None:
        """Before processes are forked, so that they share them."""
        for kind in CORRELATIONS:
            self.of(kind)

    def of(self, kind: str) -> NDArray[np.float32]:
        """Raises KeyError for a kind that is none of CORRELATIONS."""
        if kind not in self._made:
            seen = np.empty((self._world.count, WINDOW_MONTHS), np.float32)
            for block in blocks(self._world):
                seen[block.first : block.stop] = view(self._world, block, kind)
            self._made[kind] = seen
        return self._made[kind]

    def trouble(
        self, department: str, firm: NDArray[np.integer], month: NDArray[np.integer], *, lead: int
    ) -> NDArray[np.float64]:
        """(r,) standard deviations of worse quality, as that department sees it ``lead`` months from default.

        A sign that comes long before default shows the quality of the month, one that comes with it an older one.
        """
        seen = self.of(VIEW_OF.get(department, "registry"))
        wait = max(0, min(LEAD_OF_QUALITY + lead, 2 * LEAD_OF_QUALITY))
        at = np.maximum(month.astype(np.int64) - wait, 0)
        trouble: NDArray[np.float64] = -seen[firm, at].astype(np.float64)
        return trouble


def view(world: World, block: Block, kind: str) -> NDArray[np.float32]:
    """(firms of the block, months) of one kind. Raises KeyError for a kind that is none of CORRELATIONS."""
    share = CORRELATIONS[kind]
    rng = block.rng("views", kind)
    noise = rounded(rng.standard_normal((WINDOW_MONTHS, block.stop - block.first)))
    for month in range(1, WINDOW_MONTHS):
        noise[month] = p.PERSISTENCE * noise[month - 1] + p.WEARING * noise[month]
    quality = world.quality[block.first : block.stop].astype(np.float64)
    rest = float(np.sqrt(1 - share * share))
    return (share * quality + rest * noise.T).astype(np.float32)


def factor(power: NDArray[np.float64], slope: float) -> NDArray[np.float64]:
    """``exp(slope * power)`` between knots, for ``power`` within 6 of 0; the same on every machine.

    Straight between 1,536 knots: off by less than 4e-6 of itself at a slope of 1.
    """
    return between_knots(power, exp(slope * _GRID))


_GRID = np.linspace(-_REACH, _REACH, _KNOTS + 1)


def between_knots(power: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """(r,) ``levels`` (1537,) at evenly spaced knots from -6 to 6, straight between them."""
    place = (np.clip(power, -_REACH, _REACH) + _REACH) * (_KNOTS / (2 * _REACH))
    left = np.minimum(place.astype(np.int64), _KNOTS - 1)
    low = levels[left]
    found: NDArray[np.float64] = low + (levels[left + 1] - low) * (place - left)
    return found
