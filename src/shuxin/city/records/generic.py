"""The rows of a catalogue that has no recipe: when they happened and to whom, by its kind of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.catalogues import RowsKind
from shuxin.city.records.choice import PERIODIC, SPACED, choose, last_days, window_start
from shuxin.city.records.drawn import Drawn
from shuxin.city.records.times import DAY_SECONDS, LAST_DAY, known_of, month_of
from shuxin.city.records.views import factor
from shuxin.city.world.scale import WINDOW_MONTHS, month_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.choice import Choice
    from shuxin.city.records.drawn import Block
    from shuxin.city.records.views import Views
    from shuxin.city.world.world import World

    Rows = tuple[Drawn, NDArray[np.int32], NDArray[np.bool_]]
    """Rows, the unit of each, and which are late."""

AFTER_FAILURE = 2.5
"""Standard deviations of worse quality that a failure weighs in rows that follow default."""
_FOLLOWS_FOR = 12
_FIRST_ENTRY = 0.1
_LICENCE_YEARS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What is worked out once for a catalogue, before its blocks."""

    world: World
    views: Views
    catalogue: Catalogue
    choice: Choice


def plan_of(world: World, views: Views, catalogue: Catalogue) -> Plan:
    return Plan(world, views, catalogue, choose(world, catalogue))


def generic(plan: Plan, block: Block) -> Rows:
    """Rows of one block; of each, int32, the number of its meter, person or vehicle within its firm; which are late."""
    kind = plan.catalogue.rows.kind
    if kind in PERIODIC:
        return _periodic(plan, block)
    firm, day, unit = (_spaced if kind in SPACED else _events)(plan, block)
    known, late = known_of(
        plan.catalogue, day, rng=block.rng(plan.catalogue.slug, "known"), is_due=False
    )
    return _shown(Drawn(firm=firm, day=day, month=month_of(day), known=known), unit, late)


def _shown(drawn: Drawn, unit: NDArray[np.int32], late: NDArray[np.bool_]) -> Rows:
    """Only what is known before the day of the extracts."""
    kept = drawn.known < LAST_DAY * DAY_SECONDS if drawn.known is not None else late
    if kept.all():
        return drawn, unit, late
    known = None if drawn.known is None else drawn.known[kept]
    drawn = Drawn(firm=drawn.firm[kept], day=drawn.day[kept], month=drawn.month[kept], known=known)
    return drawn, unit[kept], late[kept]


def _periodic(plan: Plan, block: Block) -> Rows:
    """A row of every unit in every period of its firm's life."""
    choice, periods = plan.choice, plan.choice.periods
    if periods is None:
        raise TypeError("the rows are not periodic")
    own = slice(block.first, block.stop)
    first = choice.first[own].astype(np.int64)
    spans = np.maximum(choice.stop[own] - first, 0)
    unit_firm = np.repeat(np.arange(block.stop - block.first), choice.units[own])
    unit = _ranks(choice.units[own])
    many = spans[unit_firm]
    row_unit = np.repeat(np.arange(len(unit)), many)
    period = _ranks(many) + np.repeat(first[unit_firm], many)
    firm = (unit_firm[row_unit] + block.first).astype(np.int32)
    rng = block.rng(plan.catalogue.slug, "known")
    known, late = known_of(plan.catalogue, periods.due[period], rng=rng, is_due=True)
    drawn = Drawn(firm=firm, day=periods.start[period], month=periods.month[period], known=known)
    return _shown(drawn, unit[row_unit].astype(np.int32), late)


def _ranks(many: NDArray[np.integer]) -> NDArray[np.int64]:
    """0 to m - 1 for each count m, one after another."""
    counts = many.astype(np.int64)
    ends = counts.cumsum()
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)


def _events(
    plan: Plan, block: Block
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """So many rows as the block is due, in months of its firms by their weights."""
    weights = _weights(plan, block)
    total = np.cumsum(weights.ravel())
    many = int(plan.choice.many[block.number]) if total[-1] > 0 else 0
    rng = block.rng(plan.catalogue.slug, "events")
    cell = np.searchsorted(total, np.sort(rng.random(many)) * total[-1], side="right")
    cell = np.minimum(cell, len(total) - 1)
    firm, month = np.divmod(cell, WINDOW_MONTHS)
    starts = month_days().astype(np.int64)
    day = starts[month] + np.floor(rng.random(many) * (starts[month + 1] - starts[month]))
    firm = (firm + block.first).astype(np.int32)
    order = np.lexsort((day, firm))
    return firm[order], day[order].astype(np.int32), np.zeros(many, np.int32)


def _weights(plan: Plan, block: Block) -> NDArray[np.float64]:
    """(firms, months) relative frequency: in the firm's life, more where the department sees trouble.

    What follows default (lead above 0) is moved by the failure itself, from ``lead`` months after it on.
    """
    world, rows = plan.world, plan.catalogue.rows
    own = slice(block.first, block.stop)
    months = np.arange(WINDOW_MONTHS)
    first = np.maximum(world.firms.born[own], window_start(plan.catalogue))
    lives = (months >= first[:, None]) & (months < world.outcome.gone[own][:, None])
    lives &= plan.choice.able[own][:, None]
    if not rows.quality_slope:
        return lives.astype(np.float64)
    grid = np.broadcast_to(block.firms[:, None], lives.shape)
    at = np.broadcast_to(months, lives.shape)
    trouble = plan.views.trouble(plan.catalogue.department, grid, at, lead=rows.lead_months)
    if rows.lead_months > 0:
        failed = world.outcome.failed[own].astype(np.int64)[:, None]
        since = months - (failed + rows.lead_months - 1)
        trouble = trouble + AFTER_FAILURE * ((failed >= 0) & (since >= 0) & (since < _FOLLOWS_FOR))
    return np.where(lives, factor(trouble, rows.quality_slope), 0.0)


def _spaced(
    plan: Plan, block: Block
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Rows evenly apart in each firm's life, with chance; of a register the first soon after the founding.

    Where quality matters, the block's rows go to its firms by their weights.
    """
    world, rows = plan.world, plan.catalogue.rows
    own = slice(block.first, block.stop)
    rng = block.rng(plan.catalogue.slug, "spaced")
    many = plan.choice.units[own]
    if rows.quality_slope:
        many = _moved(plan, block, many)
    start = world.firms.founded[own].astype(np.int64)
    stop = np.minimum(last_days(world)[own], LAST_DAY - 1 - plan.catalogue.lag_days)
    if rows.kind is not RowsKind.REGISTER:
        start = np.maximum(start, LAST_DAY - 365 * _LICENCE_YEARS)
    life = np.maximum(stop - start, 0) + 1
    firm = np.repeat(np.arange(block.stop - block.first), many)
    rank = _ranks(many)
    place = (rank + rng.random(len(firm))) / many[firm]
    soon = (rank == 0) & (many[firm] > 1) & (rows.kind is RowsKind.REGISTER)
    place = np.where(soon, place * _FIRST_ENTRY, place)
    day = start[firm] + np.floor(place * life[firm]).astype(np.int64)
    return (
        (firm + block.first).astype(np.int32),
        day.astype(np.int32),
        rank.astype(np.int32),
    )


def _moved(plan: Plan, block: Block, many: NDArray[np.int32]) -> NDArray[np.int32]:
    """The block's rows dealt anew by the views in the middle of the window, with the same sum."""
    middle = np.full(len(many), WINDOW_MONTHS // 2)
    trouble = plan.views.trouble(plan.catalogue.department, block.firms, middle, lead=0)
    able = plan.choice.able[block.first : block.stop]
    weights = np.where(able, factor(trouble, plan.catalogue.rows.quality_slope), 0.0)
    total = np.cumsum(weights)
    rng = block.rng(plan.catalogue.slug, "moved")
    if not total[-1]:
        return many
    picks = np.searchsorted(total, rng.random(int(many.sum())) * total[-1], side="right")
    return np.bincount(np.minimum(picks, len(many) - 1), minlength=len(many)).astype(np.int32)
