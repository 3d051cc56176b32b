"""Whom a catalogue has rows of: parts of the population of DOMAIN 9.1-9.3, and how many firms that is in a `city`."""

from __future__ import annotations

from dataclasses import dataclass

SECTIONS = "ABCDEFGHIJKLMNOPQR"
_PER_CENT = {
    "enterprise": (3, 0.3, 14, 0.4, 9, 31, 4, 3, 6, 0.4, 3, 13, 7, 0.6, 2.5, 0.8, 0.5, 1.5),
    "individual": (4.4, 0, 5, 0, 1, 51.1, 6, 15, 1, 0, 0.3, 3, 0.7, 0, 10, 0.5, 0.6, 1.4),
    "coop": (100, *(0,) * 17),
}
"""Industry mix of each kind, in the order of SECTIONS (DOMAIN 9.2)."""
_COUNT = {"enterprise": 124_000, "individual": 72_000, "coop": 4_000}
_SIZE = {"micro": 0.853, "small": 0.132, "medium": 0.013, "large": 0.002}
KINDS = tuple(_COUNT)
SIZES = tuple(_SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Firms of these sections (GB/T 4754 letters), kinds and sizes, and of these a share chosen at random.

    Sizes are of enterprises; individual businesses and cooperatives count as micro.
    """

    sections: str = SECTIONS
    kinds: tuple[str, ...] = KINDS
    sizes: tuple[str, ...] = SIZES
    share: float = 1.0

    def __post_init__(self) -> None:
        known = set(self.sections) <= set(SECTIONS) and set(self.kinds) <= set(KINDS)
        if not (known and set(self.sizes) <= set(SIZES) and 0 < self.share <= 1):
            raise ValueError(f"no such part of the population: {self}")

    @property
    def expected(self) -> float:
        """Firms in a `city`."""
        return self.share * sum(self._of(kind) for kind in self.kinds)

    def _of(self, kind: str) -> float:
        mix = dict(zip(SECTIONS, _PER_CENT[kind], strict=True))
        part = sum(mix[section] for section in self.sections) / 100
        if kind == "enterprise":
            return _COUNT[kind] * part * sum(_SIZE[size] for size in self.sizes)
        return _COUNT[kind] * part if "micro" in self.sizes else 0.0


def every(sections: str = SECTIONS, share: float = 1.0) -> Selector:
    """Firms of all kinds."""
    return Selector(sections=sections, share=share)


def firms(sections: str = SECTIONS, share: float = 1.0, sizes: tuple[str, ...] = SIZES) -> Selector:
    """Enterprises only."""
    return Selector(sections=sections, kinds=("enterprise",), sizes=sizes, share=share)


def shops(sections: str = SECTIONS, share: float = 1.0) -> Selector:
    """Individual businesses (个体工商户) only."""
    return Selector(sections=sections, kinds=("individual",), share=share)


def coops(share: float = 1.0) -> Selector:
    """Farmers' cooperatives only."""
    return Selector(sections="A", kinds=("coop",), share=share)


ABOVE_MICRO = ("small", "medium", "large")
LARGE = ("medium", "large")
