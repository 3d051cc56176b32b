"""Whom a catalogue has rows of: the firms of its selector, how many units each has, and how many rows a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.catalogues import RowsKind
from shuxin.city.catalogues.population import KINDS, SIZES
from shuxin.city.records.drawn import blocks
from shuxin.city.records.times import LAST_DAY, periods_of, shown_share
from shuxin.city.streams import stream
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import FIRMS, WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.catalogues.population import Selector
    from shuxin.city.records.times import Periods
    from shuxin.city.world.world import World

    Flags = NDArray[np.bool_]
    Whole = NDArray[np.int64]

PERIODIC = frozenset({RowsKind.PERIODIC, RowsKind.PERSON_PERIODIC})
SPACED = frozenset({RowsKind.REGISTER, RowsKind.LICENCE, RowsKind.RELATION})
"""Kinds whose rows are spread over a firm's whole life."""
ABSENT = 0.02
"""Share of firms that a department never recorded."""
_TENANTS_UNSEEN = frozenset({"PWR", "WAT", "GAS"})
_UNINSURED_UNSEEN = frozenset({"HRSS", "MED", "HPF"})


def matching(world: World, selector: Selector) -> Flags:
    """(n,) firms of these sections, kinds and sizes; the selector's share is not drawn yet."""
    firms = world.firms
    section = np.array([name in selector.sections for name in SECTIONS])
    kind = np.array([name in selector.kinds for name in KINDS])
    size = np.array([name in selector.sizes for name in SIZES])
    of_size = np.where(firms.kind == 0, size[firms.size], size[0])
    found: Flags = section[firms.section] & kind[firms.kind] & of_size
    return found


def absent(world: World, department: str) -> Flags:
    """(n,) firms that a department has nothing of, although it might: DOMAIN 9.8, and some it never recorded.

    Meters of tenants are in their landlords' names; firms without insured employees are unknown to the insurers.
    """
    if department in _TENANTS_UNSEEN:
        return world.firms.tenant
    if department in _UNINSURED_UNSEEN:
        found: Flags = ~world.firms.insured
        return found
    rng = stream(seed=world.seed, purpose=f"records/absent/{department}")
    return rng.random(world.count) < ABSENT


def last_days(world: World) -> NDArray[np.int32]:
    """(n,) last day of each firm; the day before the extracts for those that live."""
    return np.where(world.ended >= 0, world.ended, LAST_DAY - 1).astype(np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How many rows of a catalogue without a recipe fall on whom.

    able: bool (n,), may have rows. units: int32 (n,), of PERIODIC rows the units of each firm, of SPACED ones its
    rows. first, stop: int32 (n,), of PERIODIC rows the periods of each firm. many: int64 (blocks,), rows of the other
    kinds in each block.
    """

    able: Flags
    units: NDArray[np.int32]
    first: NDArray[np.int32]
    stop: NDArray[np.int32]
    many: Whole
    periods: Periods | None


def choose(world: World, catalogue: Catalogue) -> Choice:
    """So that the rows known before the day of the extracts come to the catalogue's budget, as far as firms go."""
    rows = catalogue.rows
    wanted = rows.expected(FIRMS[world.size]) / shown_share(catalogue)
    able = matching(world, rows.of) & ~absent(world, catalogue.department)
    rng = stream(seed=world.seed, purpose=f"records/{catalogue.slug}/choice")
    if rows.kind in PERIODIC:
        return _periodic(world, catalogue, able, wanted, rng)
    if rows.kind in SPACED:
        return _spaced(world, catalogue, able, wanted, rng)
    return _eventful(world, catalogue, able, wanted, rng)


def _periodic(
    world: World, catalogue: Catalogue, able: Flags, wanted: float, rng: Generator
) -> Choice:
    periods = periods_of(catalogue)
    first = np.searchsorted(periods.stop, world.firms.founded, side="right").astype(np.int32)
    stop = np.searchsorted(periods.start, last_days(world), side="right").astype(np.int32)
    many = np.where(able, np.maximum(stop - first, 0), 0)
    most = 1 if catalogue.rows.per == "firm" else None
    weight = _weights(world, catalogue)
    total = float((many * weight).sum())
    share = wanted / total if total else 0.0
    expected = np.where(many > 0, weight * share, 0.0)
    units = _dealt(expected if most is None else np.minimum(expected, most), many, rng)
    return Choice(
        able=able,
        units=units,
        first=first,
        stop=stop,
        many=np.zeros(0, np.int64),
        periods=periods,
    )


def _weights(world: World, catalogue: Catalogue) -> NDArray[np.float64]:
    """(n,) how many units a firm has, relative to others: persons by employees, meters by size."""
    if catalogue.rows.per == "firm":
        return np.ones(world.count)
    if catalogue.rows.kind is RowsKind.PERSON_PERIODIC:
        return np.minimum(world.firms.employees, 400).astype(np.float64)
    return np.array([1.0, 1.6, 3.0, 8.0])[world.firms.size]


def _dealt(expected: NDArray[np.floating], many: Whole, rng: Generator) -> NDArray[np.int32]:
    """(n,) whole units of these expectations: firms stand in the order of their periods, and one draw decides, so
    that the rows come out as expected (systematic sampling).
    """
    order = np.lexsort((rng.random(len(many)), many))
    steps = np.floor(np.cumsum(np.rint(expected[order] * 2**20)) / 2**20 + float(rng.random()))
    units = np.empty(len(many), np.int32)
    units[order] = np.diff(steps, prepend=0.0).astype(np.int32)
    return np.where(expected > 0, np.maximum(units, 0), 0).astype(np.int32)


def _chosen(able: Flags, share: float, rng: Generator) -> Flags:
    """A share of those who may have rows, as many as it says."""
    deck = np.flatnonzero(able)
    kept = rng.permutation(deck)[: max(1, round(len(deck) * share))]
    found = np.zeros(len(able), np.bool_)
    found[kept] = True
    return found


def _spaced(
    world: World, catalogue: Catalogue, able: Flags, wanted: float, rng: Generator
) -> Choice:
    if catalogue.rows.of.share < 1:
        able = _chosen(able, catalogue.rows.of.share, rng)
    expected = able * (wanted / max(1, int(able.sum())))
    units = _dealt(expected, np.zeros(world.count, np.int64), rng)
    nothing = np.zeros(0, np.int32)
    many = np.array([int(units[b.first : b.stop].sum()) for b in blocks(world)], np.int64)
    return Choice(able=able, units=units, first=nothing, stop=nothing, many=many, periods=None)


def _eventful(
    world: World, catalogue: Catalogue, able: Flags, wanted: float, rng: Generator
) -> Choice:
    if catalogue.rows.of.share < 1:
        able = _chosen(able, catalogue.rows.of.share, rng)
    start = window_start(catalogue)
    lived = np.minimum(world.outcome.gone, WINDOW_MONTHS) - np.maximum(world.firms.born, start)
    exposed = np.where(able, np.maximum(lived, 0), 0).astype(np.int64)
    upto = np.cumsum(exposed)[[block.stop - 1 for block in blocks(world)]]
    steps = np.floor(upto * (wanted / max(1, int(upto[-1]))) + float(rng.random()))
    many = np.diff(steps, prepend=0.0).astype(np.int64)
    nothing = np.zeros(0, np.int32)
    units = able.astype(np.int32)
    return Choice(able=able, units=units, first=nothing, stop=nothing, many=many, periods=None)


def window_start(catalogue: Catalogue) -> int:
    """Month of the window in which the catalogue's history begins."""
    return max(0, WINDOW_MONTHS - round(12 * catalogue.rows.years))
