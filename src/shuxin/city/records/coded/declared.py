"""What firms declare to the tax bureau: value-added tax by period, and when they file and pay.

General taxpayers file by month. Of the others so many do, that returns are as many as the catalogue has; the rest file
by quarter. Small-scale taxpayers near the limit of the exemption declare what keeps them below it (DOMAIN 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.days import STARTS, UNTIL, code
from shuxin.city.records.coded.months import (
    ALL_MONTHS,
    QUARTER,
    budget,
    cell_lots,
    due_days,
    living,
    looks,
    lot_of_firms,
)
from shuxin.city.records.coded.owed import owed, paid_share
from shuxin.city.records.coded.papers import rates_of
from shuxin.city.records.coded.recorded import purchases_of, sales_of
from shuxin.city.records.coded.sums import scaled
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.months import Cells, Grid
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

PPM = 1_000_000
EXEMPT_FEN = 10_000_000
"""A month's sales up to which small-scale taxpayers owe no VAT; three times that in a quarter."""
BUNCHED_UNTIL, BUNCHED = 1.3, 0.6
"""So many of those above the limit, and up to so many times of it, declare just below it."""
_LEVY, _RELIEVED = 30_000, 20_000
"""Small-scale taxpayers: levy of 3 %, of which 2 points are waived."""
_INPUT: dict[int, int] = {130_000: 112_000, 90_000: 76_000, 60_000: 54_000}
"""Input tax on purchases, in millionths, of sellers of goods, of building and transport, of services."""
_EXPORTERS, _SIMPLE, _RELIEF, _TRANSFERRED = 0.20, 0.18, 0.08, 0.08
_FILED_AFTER_FAILURE = 0.6
_LATE, _LATE_SLOPE, _LATE_OWING = 0.034, 0.50, 0.20
_CORRECTED = 0.03
_LAST_MONTH = WINDOW_MONTHS - 2
"""The last month whose returns are due before the day of the extracts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """VAT returns of a block's firms, (firms, months): a period's figures stand at its first month.

    filed: bool, there is a return. length: months, 1 or 3. due, filed_on: days. Amounts are int64 fen, and
    ``payable = output - (input - transfer) - carried - relief``.
    """

    filed: Cells
    length: Grid
    taxable: Grid
    simple: Grid
    export: Grid
    exempt: Grid
    output: Grid
    input: Grid
    transfer: Grid
    carried: Grid
    payable: Grid
    relief: Grid
    paid: Grid
    due: Grid
    filed_on: Grid
    corrected: Cells


_NEVER = np.iinfo(np.int64).max
_ABNORMAL, _GONE = code("taxpayer_status", "abnormal"), code("taxpayer_status", "cancelled")
_SILENT_MONTHS = 6


def changed_on(world: World) -> tuple[Grid, NDArray[np.int64]]:
    """(n,) day on which the bureau changes a firm's status, and to which: gone, or out of contact.

    The last change alone: a firm that fails is out of contact half a year later, unless it ended before.
    """
    failed = world.outcome.failed.astype(np.int64)
    later = failed + _SILENT_MONTHS
    lost = (failed >= 0) & (later < WINDOW_MONTHS)
    day = np.where(lost, STARTS[np.minimum(later, WINDOW_MONTHS)] + 9, _NEVER)
    ended, revoked = world.ended >= 0, world.exit_kind == p.EXIT_KINDS.index("revoked")
    away = world.ended + 30
    day = np.where(ended & revoked & ~lost, away, np.where(ended & ~revoked, world.ended, day))
    status = np.where(ended & ~revoked, _GONE, _ABNORMAL)
    return day.astype(np.int64), status


def registered(world: World) -> NDArray[np.bool_]:
    """(n,) firms that the tax bureau knows: of the individual businesses so many as its register has room for."""
    shops = world.firms.kind == p.INDIVIDUAL
    rows = 1 + (changed_on(world)[0] < UNTIL)
    room = budget("taxpayers", world) - int(rows[~shops].sum())
    share = min(1.0, max(0.0, room / max(int(rows[shops].sum()), 1)))
    found: NDArray[np.bool_] = ~shops | (lot_of_firms(world, "registered") < share)
    return found


def monthly(world: World) -> NDArray[np.bool_]:
    """(n,) firms that file VAT by month."""
    known = registered(world)
    first, last = (
        np.maximum(world.firms.born, 0).astype(np.int64),
        world.outcome.gone.astype(np.int64) - 1,
    )
    months = np.maximum(np.minimum(last, _LAST_MONTH) - first + 1, 0) * known
    last_quarter = np.minimum(last // QUARTER, _LAST_MONTH // QUARTER - 1)
    quarters = np.maximum(last_quarter - first // QUARTER + 1, 0) * known * (last >= first)
    general = world.firms.general
    room = (
        budget("vat_returns", world) * _MORE
        - int(months[general].sum())
        - int(quarters[~general].sum())
    )
    more = int((months - quarters)[~general].sum())
    share = min(1.0, max(0.0, room / max(more, 1)))
    return known & (general | (lot_of_firms(world, "monthly") < share))


_MORE = 1.006
"""For returns that failed firms do not file."""


def circular(world: World, block: Block, firm: NDArray[np.int32]) -> Grid:
    """(firms, months) fen that rings send around, by ``firm``: ``rings.source`` sold it, ``rings.target`` bought it."""
    rings, born, gone = world.ties.rings, world.firms.born, world.outcome.gone
    mine = (firm >= block.first) & (firm < block.stop)
    for party in (rings.source, rings.target):
        mine &= (born[party] <= rings.month) & (gone[party] > rings.month)
    own = np.flatnonzero(mine)
    found = np.zeros((block.stop - block.first, WINDOW_MONTHS), np.int64)
    np.add.at(found, (firm[own] - block.first, rings.month[own]), rings.amount[own])
    return found


def sold(world: World, block: Block) -> Grid:
    """(firms, months) sales with what rings bill each other."""
    return sales_of(world, block) + circular(world, block, world.ties.rings.source)


def bought(world: World, block: Block) -> Grid:
    return purchases_of(world, block) + circular(world, block, world.ties.rings.target)


def late_chance(world: World, block: Block) -> NDArray[np.float64]:
    """(firms, months) chance that what is due in the month is filed late."""
    seen = looks(world, block, "tax")
    owing = owed(world, block) > 0
    return _LATE * exp(-_LATE_SLOPE * seen) + np.where(owing, _LATE_OWING, 0.0)


def returns(world: World, block: Block) -> Returns:
    """All VAT returns of a block's firms that were due before the day of the extracts."""
    own = slice(block.first, block.stop)
    by_month = monthly(world)[own, None]
    known = registered(world)[own, None]
    general = world.firms.general[own, None]
    alive = living(world, block)
    sales = _declared(world, block, by_month=by_month, general=general)
    length = np.where(by_month, 1, QUARTER) + np.zeros(alive.shape, np.int64)
    starts = by_month | (ALL_MONTHS % QUARTER == 0)
    ends = ALL_MONTHS + length - 1
    there = _touched(alive, by_month) & starts & known & (ends <= _LAST_MONTH)
    filed = there & _files(world, block, ends)
    parts = _parts(world, block, sales, general)
    output, relief_small = _output(world, block, parts, general, sales, length=length)
    bought_for = np.where(general, bought(world, block), 0)
    rate = np.array([_INPUT.get(int(one), 0) for one in rates_of(world)[own]], np.int64)[:, None]
    certified = 850_000 + (150_000 * lot_of_firms(world, "input")[own]).astype(np.int64)[:, None]
    put_in = bought_for * rate // PPM * certified // PPM
    moved = cell_lots(world, block, "transfer")
    transfer = np.where(moved < _TRANSFERRED, (put_in * moved * 0.3).astype(np.int64), 0)
    payable, carried, relief = _settled(
        world, block, output, put_in - transfer, relief_small, general=general
    )
    pays = np.minimum(ends + 1, WINDOW_MONTHS - 1)
    share = np.take_along_axis(paid_share(world, block), pays, axis=1)
    due, filed_on = _filing(world, block, ends)
    return Returns(
        filed=filed, length=length, taxable=parts[0], simple=parts[1], export=parts[2], exempt=parts[3],
        output=output, input=put_in, transfer=transfer, carried=carried, payable=payable, relief=relief,
        paid=np.where(share >= 1.0, payable, np.floor(payable * share).astype(np.int64)),
        due=due, filed_on=filed_on, corrected=cell_lots(world, block, "corrected") < _CORRECTED,
    )  # fmt: skip


def _touched(alive: Cells, by_month: NDArray[np.bool_]) -> Cells:
    """Whether the firm traded in the period that begins with the month."""
    quarter = alive.reshape(len(alive), -1, QUARTER).any(axis=2).repeat(QUARTER, axis=1)
    return np.where(by_month, alive, quarter)


def _files(world: World, block: Block, ends: Grid) -> Cells:
    """Some firms that have failed no longer file."""
    failed = world.outcome.failed[block.first : block.stop, None]
    silent = (failed >= 0) & (ends >= failed)
    return ~silent | (cell_lots(world, block, "files") < _FILED_AFTER_FAILURE)


def _declared(
    world: World, block: Block, *, by_month: NDArray[np.bool_], general: NDArray[np.bool_]
) -> Grid:
    """Sales of each period, at its first month; zero at the others."""
    sales = sold(world, block)
    quarters = np.zeros_like(sales)
    quarters[:, ::QUARTER] = sales.reshape(len(sales), -1, QUARTER).sum(axis=2)
    found = np.where(by_month, sales, quarters)
    limit = np.where(by_month, EXEMPT_FEN, QUARTER * EXEMPT_FEN)
    lots = cell_lots(world, block, "bunching")
    near = (found > limit) & (found < BUNCHED_UNTIL * limit) & ~general & (lots < BUNCHED)
    below = limit - np.floor(limit * 0.06 * lots / BUNCHED).astype(np.int64)
    return np.where(near, below, found)


def _parts(
    world: World, block: Block, sales: Grid, general: NDArray[np.bool_]
) -> tuple[Grid, Grid, Grid, Grid]:
    """Taxable, simple, exported and exempt sales; they sum to the sales."""
    own = slice(block.first, block.stop)
    section = world.firms.section[own]
    farms = (section == SECTIONS.index("A"))[:, None]
    ships = exporters(world)[own, None]
    lot = lot_of_firms(world, "exports")[own, None]
    abroad = np.where(ships, 100_000 + (lot * 2e6).astype(np.int64), 0)
    export = scaled(sales, abroad, np.full_like(sales, PPM))
    exempt = np.where(farms, sales - export, 0)
    lot = lot_of_firms(world, "simple")[own, None]
    plain = np.where(general & (lot < _SIMPLE) & ~farms, (lot * 1e6).astype(np.int64), 0)
    simple = scaled(sales - export, plain, np.full_like(sales, PPM))
    return sales - export - exempt - simple, simple, export, exempt


def exporters(world: World) -> NDArray[np.bool_]:
    """(n,) firms that sell abroad."""
    section = world.firms.section
    makes = (section == SECTIONS.index("C")) | (section == SECTIONS.index("F"))
    chosen = lot_of_firms(world, "exports") < _EXPORTERS
    found: NDArray[np.bool_] = makes & world.firms.general & chosen
    return found


def _output(
    world: World,
    block: Block,
    parts: tuple[Grid, Grid, Grid, Grid],
    general: NDArray[np.bool_],
    sales: Grid,
    *,
    length: Grid,
) -> tuple[Grid, Grid]:
    """Output tax with the levy on simple sales; and what is waived of small-scale taxpayers' levy."""
    taxable, simple, _, exempt = parts
    rate = rates_of(world)[block.first : block.stop, None]
    small = ~general & (sales <= EXEMPT_FEN * length)
    exempt += np.where(small, taxable, 0)
    taxable -= np.where(small, taxable, 0)
    levy = np.where(general, rate, _LEVY)
    output = taxable * levy // PPM + simple * _LEVY // PPM
    return output, np.where(general, 0, taxable * _RELIEVED // PPM)


def _settled(
    world: World,
    block: Block,
    output: Grid,
    deductible: Grid,
    waived: Grid,
    *,
    general: NDArray[np.bool_],
) -> tuple[Grid, Grid, Grid]:
    """Payable, carried forward from the month before, and relief; what is left of the input is carried on."""
    lot = lot_of_firms(world, "relief")[block.first : block.stop]
    share = np.where(general[:, 0] & (lot < _RELIEF), lot * 3, 0.0)
    payable, carried, relief = (np.zeros_like(output) for _ in range(3))
    left = np.zeros(len(output), np.int64)
    for month in range(WINDOW_MONTHS):
        carried[:, month] = left
        balance = output[:, month] - deductible[:, month] - left
        owed = np.maximum(balance, 0)
        relief[:, month] = np.where(general[:, 0], np.floor(owed * share), waived[:, month])
        payable[:, month] = owed - relief[:, month]
        left = np.maximum(-balance, 0)
    return payable, carried, relief


def _filing(world: World, block: Block, ends: Grid) -> tuple[Grid, Grid]:
    """The day on which each return was due, and that on which it was filed."""
    due = due_days(ends)
    after = np.minimum(ends + 1, WINDOW_MONTHS - 1)
    chance = np.take_along_axis(late_chance(world, block), after, axis=1)
    lots = cell_lots(world, block, "filing")
    is_late = lots < chance
    wait = 1 + np.floor(np.minimum(lots / np.maximum(chance, 1e-9), 1.0) * 40).astype(np.int64)
    first = STARTS[np.minimum(ends + 1, WINDOW_MONTHS)]
    early = first + np.floor(lots * (due - first + 1)).astype(np.int64)
    filed = np.where(is_late, due + wait, np.minimum(early, due))
    return due, np.minimum(filed, UNTIL + 60)
