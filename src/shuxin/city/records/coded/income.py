"""The books behind a firm's statements and tax returns: income by month and balances at month ends.

They follow the World's money: what was sold and bought, paid and owed. What buyers never paid stays among the
receivables, as it does in the books of small firms. Equity is what is left, so that a balance sheet balances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.declared import PPM, bought, sold
from shuxin.city.records.coded.months import firm_lots, living, money_of
from shuxin.city.records.coded.recorded import loosely
from shuxin.city.records.coded.sums import scaled
from shuxin.city.world.population import SECTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.months import Grid
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

_SELLING, _INTEREST_PPM, _SURCHARGE_PPM = 0.30, 3_700, 4_000
"""Share of wages and rent that is selling expense; interest of a month's debt; surcharges on sales."""
_RESEARCH = (0.03, 0.09)
_ASSETS = {"A": 0.45, "B": 0.8, "C": 0.55, "D": 1.2, "G": 0.6, "H": 0.45, "E": 0.2}
_USUAL_ASSETS = 0.18
"""Fixed assets over a year's sales."""
_STOCK = {"C": 1.4, "F": 1.8, "E": 0.9, "A": 1.1}
_USUAL_STOCK = 0.5
"""Inventory in months of purchases."""
_LONG, _STAFF_FOLLOWED = 0.22, 0.4
_LENT_BY_OWNERS = 0.45
"""Share of firms that show money lent by their owners among short loans."""
_FOLLOWED = 0.015
"""[T] Of how cash, receivables and payables differ from the usual, so much is in the books of small firms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """(firms, months) int64 fen. profit is what is left of revenue after all the others, with losses beside trade."""

    revenue: Grid
    cost: Grid
    surcharge: Grid
    selling: Grid
    admin: Grid
    research: Grid
    finance: Grid
    operating: Grid
    profit: Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """(firms, months) int64 fen at month ends; assets = liabilities + equity."""

    cash: Grid
    receivables: Grid
    inventory: Grid
    fixed: Grid
    assets: Grid
    short_loans: Grid
    long_loans: Grid
    payables: Grid
    liabilities: Grid
    equity: Grid


def income(world: World, block: Block) -> Income:
    own = slice(block.first, block.stop)
    revenue, cost = sold(world, block), bought(world, block)
    traits = world.traits
    part = traits.wages[own, None] + traits.rent[own, None]
    usual = _recent(revenue) * part
    staff = wages_due(world, block) + money_of(world, block, "rent")
    staff = loosely(world, block, staff, usual=usual, followed=_STAFF_FOLLOWED, purpose="staff")
    staff *= living(world, block)
    share = (1e6 * (_SELLING + 0.3 * firm_lots(world, block.firms, "selling"))).astype(np.int64)
    low, high = _RESEARCH
    part = low + (high - low) * firm_lots(world, block.firms, "research")
    ppm = np.where(world.firms.tech[own], part * PPM, 0).astype(np.int64)
    research = np.minimum(revenue * ppm[:, None] // PPM, staff)
    selling = scaled(staff - research, share[:, None] + 0 * staff, np.full_like(staff, PPM))
    finance = money_of(world, block, "debt") * _INTEREST_PPM // PPM
    surcharge = revenue * _SURCHARGE_PPM // PPM
    admin = staff - research - selling
    operating = revenue - cost - surcharge - selling - admin - research - finance
    return Income(
        revenue=revenue, cost=cost, surcharge=surcharge, selling=selling, admin=admin, research=research,
        finance=finance, operating=operating, profit=operating - money_of(world, block, "losses") // 10,
    )  # fmt: skip


def wages_due(world: World, block: Block) -> Grid:
    """(firms, months) wages that fell due in each month, whether they were paid or not."""
    late = money_of(world, block, "wages_late")
    before = np.concatenate([np.zeros((len(late), 1), np.int64), late[:, :-1]], axis=1)
    due = money_of(world, block, "wages") + late - before
    found: Grid = np.maximum(due, 0)
    return found


def balance(world: World, block: Block) -> Balance:
    own = slice(block.first, block.stop)
    traits = world.traits
    costs = _recent(sold(world, block)) * traits.costs[own, None]
    debt = money_of(world, block, "debt")
    cash = loosely(
        world,
        block,
        money_of(world, block, "cash"),
        usual=costs,
        followed=_FOLLOWED,
        purpose="cash",
    )
    alive = living(world, block)
    lent = firm_lots(world, block.firms, "owner's loan")
    owners = np.where(lent < _LENT_BY_OWNERS, np.floor(traits.usual[own] * 8 * lent), 0.0)
    line = (np.maximum(-cash, 0) + owners.astype(np.int64)[:, None]) * alive
    receivables = _receivables(world, block)
    inventory = _inventory(world, block)
    fixed = _fixed(world, block)
    long_part = (1e6 * (firm_lots(world, block.firms, "long loans") < _LONG)).astype(np.int64)
    long_loans = debt * (long_part[:, None] // PPM)
    usual = _recent(bought(world, block))
    bills = money_of(world, block, "bills")
    payables = loosely(world, block, bills, usual=usual, followed=_FOLLOWED, purpose="payables")
    payables *= alive
    held = np.maximum(cash, 0) * alive
    assets = (held + receivables + inventory + fixed) * alive
    liabilities = (debt + line + payables) * alive
    return Balance(
        cash=held, receivables=receivables, inventory=inventory, fixed=fixed, assets=assets,
        short_loans=debt - long_loans + line, long_loans=long_loans, payables=payables,
        liabilities=liabilities, equity=assets - liabilities,
    )  # fmt: skip


def _receivables(world: World, block: Block) -> Grid:
    """What was sold and not yet collected, from what buyers owed when the books were opened."""
    own = slice(block.first, block.stop)
    traits = world.traits
    months = (1 - traits.at_once[own]) / traits.collected[own]
    opening = np.where(world.firms.born[own] < 0, np.rint(traits.usual[own] * months), 0).astype(
        np.int64
    )
    run = money_of(world, block, "sales") - money_of(world, block, "collected")
    found = np.maximum(opening[:, None] + run.cumsum(axis=1), 0)
    usual = _recent(sold(world, block)) * months[:, None]
    shown = loosely(world, block, found, usual=usual, followed=_FOLLOWED, purpose="receivables")
    return shown * living(world, block)


def _recent(grid: Grid) -> NDArray[np.float64]:
    """(firms, months) mean of each month and the two before it."""
    run = np.concatenate([np.zeros((len(grid), 1), np.int64), grid.cumsum(axis=1)], axis=1)
    last = np.arange(1, run.shape[1])
    first = np.maximum(last - 3, 0)
    mean: NDArray[np.float64] = (run[:, last] - run[:, first]) / np.minimum(last, 3)
    return mean


def _inventory(world: World, block: Block) -> Grid:
    """So many months of the last quarter's purchases."""
    own = slice(block.first, block.stop)
    months = np.array([_STOCK.get(name, _USUAL_STOCK) for name in SECTIONS])[
        world.firms.section[own]
    ]
    months = months * (0.5 + firm_lots(world, block.firms, "inventory"))
    bought_for = bought(world, block)
    mean = _recent(bought_for)
    found: Grid = np.floor(mean * months[:, None]).astype(np.int64)
    return found * living(world, block)


def _fixed(world: World, block: Block) -> Grid:
    """By the trade and the usual sales, more for owners of their premises, with what loans bought and wear of 1 %."""
    own = slice(block.first, block.stop)
    firms = world.firms
    part = np.array([_ASSETS.get(name, _USUAL_ASSETS) for name in SECTIONS])[firms.section[own]]
    part = (
        part
        * (0.5 + firm_lots(world, block.firms, "fixed assets"))
        * np.where(firms.tenant[own], 0.7, 1.5)
    )
    first = np.floor(firms.base_revenue[own] * part).astype(np.int64)
    bought_in = money_of(world, block, "invested") * 15 // 100
    found = np.zeros_like(bought_in)
    now = first
    for month in range(found.shape[1]):
        now = now - now // 100 + bought_in[:, month] + first // 120
        found[:, month] = now
    return found * living(world, block)
