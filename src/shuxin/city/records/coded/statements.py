"""Income tax returns (T23), financial statements (T24) and export refunds (T35): what follows from a firm's books.

A quarter's figures are seen half a month (returns) or a month and a half (statements) after it; a year's by 31 May of
the next.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.days import STARTS, seen, working
from shuxin.city.records.coded.declared import PPM, exporters, monthly, returns
from shuxin.city.records.coded.income import balance, income
from shuxin.city.records.coded.months import (
    ALL_MONTHS,
    QUARTER,
    budget,
    cell_lots,
    due_days,
    firm_lots,
    lived_months,
    living,
    lot_of_firms,
    told,
)
from shuxin.city.records.drawn import NOTHING
from shuxin.city.world import parameters as p
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.income import Balance, Income
    from shuxin.city.records.coded.months import Cells, Grid
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

YEAR = 12
_SMALL, _USUAL, _HIGH_TECH = 50_000, 250_000, 150_000
_SMALL_PROFIT_FEN = 300_000_000
"""Firms that earn no more than 3 million yuan a year pay 5 %."""
_LOSS_OFFSETS = 0.14
_REFUND_PPM, _REFUSED = 90_000, 0.08
_FEN_PER_USD = 715
_STATEMENT_DAYS = 45


def _kinds(world: World) -> NDArray[np.bool_]:
    """(n,) who keeps books: enterprises and cooperatives."""
    found: NDArray[np.bool_] = world.firms.kind != p.INDIVIDUAL
    return found


def _counts(world: World, last_month: int) -> tuple[NDArray[np.int64], ...]:
    """(n,) months, quarters and years, told of within the window, in which each firm traded."""
    first = np.maximum(world.firms.born, 0).astype(np.int64)
    last = world.outcome.gone.astype(np.int64) - 1
    there = last >= first
    months = np.maximum(np.minimum(last, last_month) - first + 1, 0)
    quarters = np.minimum(last // QUARTER, WINDOW_MONTHS // QUARTER - 2) - first // QUARTER + 1
    years = np.minimum(last // YEAR, WINDOW_MONTHS // YEAR - 2) - first // YEAR + 1
    return months, np.maximum(quarters, 0) * there, np.maximum(years, 0) * there


def filers(
    world: World, slug: str, *, last_month: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n,) who files, and who of them by month, so that there are as many rows as the catalogue has.

    The larger ones file by month first; where that is too many, not all enterprises file.
    """
    months, quarters, years = _counts(world, last_month)
    books = _kinds(world)
    lots = lot_of_firms(world, f"{slug}/files")
    usual = quarters + years
    room = budget(slug, world) - int(usual[books].sum())
    if room < 0:
        share = budget(slug, world) / max(int(usual[books].sum()), 1)
        return books & (lots < share), np.zeros_like(books)
    rank = np.where(books, lots - 2.0 * world.firms.size, np.inf)
    order = np.argsort(rank, kind="stable")
    more = np.where(books, months - quarters, 0)[order].cumsum()
    by_month = np.zeros_like(books)
    by_month[order[: np.searchsorted(more, room, side="right")]] = True
    return books, by_month & books


def _sums(grid: Grid, length: int) -> Grid:
    """Sums of periods of so many months, at their first month."""
    found = np.zeros_like(grid)
    found[:, ::length] = grid.reshape(len(grid), -1, length).sum(axis=2)
    return found


def _periods(world: World, block: Block, slug: str, *, last_month: int) -> list[tuple[int, Cells]]:
    """Length in months, and (firms, months) where such a period of a firm's begins."""
    own = slice(block.first, block.stop)
    files, by_month = (one[own, None] for one in filers(world, slug, last_month=last_month))
    alive = living(world, block)
    found = []
    for length, chosen, until in (
        (1, files & by_month, last_month + 1),
        (QUARTER, files & ~by_month, WINDOW_MONTHS - QUARTER),
        (YEAR, files, WINDOW_MONTHS - YEAR),
    ):
        touched = _sums(alive.astype(np.int64), length) > 0
        starts = (ALL_MONTHS % length == 0) & (until > ALL_MONTHS)
        found.append((length, touched & starts & chosen))
    return found


def cit_returns(world: World, block: Block) -> Drawn:
    books = income(world, block)
    parts = [
        _cit(world, block, books, length, cells)
        for length, cells in _periods(world, block, "cit_returns", last_month=WINDOW_MONTHS - 2)
    ]
    firm, day, known = (np.concatenate([part[n] for part in parts]) for n in range(3))
    names = parts[0][3]
    values = {name: np.concatenate([part[3][name] for part in parts]) for name in names}
    return told(block, firm=firm, day=day, known=known, values=values)


def _known(world: World, block: Block, cells: Cells, length: int, *, wait: int) -> Grid:
    """Half a month or so after the period; of a year, from March to the end of May."""
    row, month = np.nonzero(cells)
    lots = cell_lots(world, block, f"known/{length}")[row, month]
    if length == YEAR:
        may = STARTS[np.minimum(month + YEAR + 4, WINDOW_MONTHS - 1)]
        day = working(may + 30 - np.floor(lots * 85).astype(np.int64))
    elif wait:
        day = working(STARTS[month + length] + wait - np.floor(lots * 20).astype(np.int64))
    else:
        day = due_days(month + length - 1) - np.floor(lots * 9).astype(np.int64)
    return seen(day, 1, (lots * 613) % 1.0)


def _cit(
    world: World, block: Block, books: Income, length: int, cells: Cells
) -> tuple[Grid, Grid, Grid, dict[str, NDArray[np.generic]]]:
    row, month = np.nonzero(cells)
    firm = block.first + row
    total = {one.name: _sums(getattr(books, one.name), length)[row, month] for one in fields(books)}
    lots = cell_lots(world, block, f"adjust/{length}")[row, month]
    profit, earned = total["profit"], np.maximum(total["profit"], 0)
    adjust = np.floor(earned * (0.2 * lots - 0.05)).astype(np.int64)
    tech = world.firms.tech[firm]
    research = np.where(tech, total["research"], NOTHING)
    offset = firm_lots(world, firm, "offset") < _LOSS_OFFSETS
    base = np.maximum(earned + adjust - np.where(tech, total["research"], 0), 0)
    used = np.where(offset, np.floor(base * lots * 0.5), 0).astype(np.int64)
    taxable = base - used
    small = (taxable * (YEAR // length) <= _SMALL_PROFIT_FEN) & (world.firms.size[firm] <= 1)
    rate = np.where(small, _SMALL, np.where(tech, _HIGH_TECH, _USUAL)).astype(np.int64)
    known = _known(world, block, cells, length, wait=0)
    values = {
        "is_annual": np.full(len(row), length == YEAR),
        "revenue": total["revenue"],
        "cost": total["cost"],
        "profit": profit,
        "adjust": adjust,
        "taxable_income": taxable,
        "rate": rate,
        "tax": taxable * rate // PPM,
        "rd_super_deduction": research,
        "loss_offset": np.where(offset, used, NOTHING),
        "small_low_profit": small,
    }
    return firm, STARTS[month], known, values


def financial_statements(world: World, block: Block) -> Drawn:
    books, sheet = income(world, block), balance(world, block)
    parts = [
        _statement(world, block, books, sheet, length=length, cells=cells)
        for length, cells in _periods(
            world, block, "financial_statements", last_month=WINDOW_MONTHS - 3
        )
    ]
    firm, day, known = (np.concatenate([part[n] for part in parts]) for n in range(3))
    values = {name: np.concatenate([part[3][name] for part in parts]) for name in parts[0][3]}
    return told(block, firm=firm, day=day, known=known, values=values)


def _statement(
    world: World, block: Block, books: Income, sheet: Balance, *, length: int, cells: Cells
) -> tuple[Grid, Grid, Grid, dict[str, NDArray[np.generic]]]:
    row, month = np.nonzero(cells)
    firm = block.first + row
    gone = np.minimum(world.outcome.gone[firm].astype(np.int64), WINDOW_MONTHS)
    last = np.minimum(month + length, gone) - 1
    total = {one.name: _sums(getattr(books, one.name), length)[row, month] for one in fields(books)}
    profit = total["profit"]
    rate = np.where(world.firms.size[firm] <= 1, _SMALL, _USUAL)
    tax = np.maximum(profit, 0) * rate // PPM

    def ends(grid: Grid) -> Grid:
        found: Grid = grid[row, last]
        return found

    def begins(grid: Grid) -> Grid:
        return np.where(month > 0, grid[row, np.maximum(month - 1, 0)], grid[row, 0])

    values: dict[str, NDArray[np.generic]] = {
        "cash": ends(sheet.cash), "cash_begin": begins(sheet.cash),
        "receivables": ends(sheet.receivables), "receivables_begin": begins(sheet.receivables),
        "inventory": ends(sheet.inventory), "inventory_begin": begins(sheet.inventory),
        "fixed_assets": ends(sheet.fixed),
        "total_assets": ends(sheet.assets), "total_assets_begin": begins(sheet.assets),
        "short_loans": ends(sheet.short_loans), "payables": ends(sheet.payables),
        "payables_begin": begins(sheet.payables), "long_loans": ends(sheet.long_loans),
        "total_liabilities": ends(sheet.liabilities), "equity": ends(sheet.equity),
        "revenue": total["revenue"], "cost": total["cost"], "tax_surcharge": total["surcharge"],
        "sell_expense": total["selling"], "admin_expense": total["admin"],
        "rd_expense": total["research"], "finance_expense": total["finance"],
        "operating_profit": total["operating"], "total_profit": profit, "net_profit": profit - tax,
    }  # fmt: skip
    known = _known(world, block, cells, length, wait=_STATEMENT_DAYS)
    return firm, STARTS[month], known, values


def export_refunds(world: World, block: Block) -> Drawn:
    """For each return with sales abroad, and the months of those who file by month."""
    found = returns(world, block)
    cells = found.filed & (found.export > 0) & monthly(world)[block.first : block.stop, None]
    share = budget("export_refunds", world) / max(lived_months(world, exporters(world)), 1)
    cells &= cell_lots(world, block, "refund asked") < share
    row, month = np.nonzero(cells)
    lots = cell_lots(world, block, "refund")[row, month]
    export = found.export[row, month]
    declared = export * _REFUND_PPM // PPM
    refused = np.where(lots < _REFUSED, np.floor(declared * lots * 2.5), 0).astype(np.int64)
    day = due_days(month) + 4 + np.floor(lots * 10).astype(np.int64)
    return told(
        block,
        firm=block.first + row,
        day=STARTS[month],
        known=seen(day, 1, (lots * 417) % 1.0),
        values={
            "declared": declared,
            "refunded": declared - refused,
            "export_usd": np.rint(export / _FEN_PER_USD),
        },
    )


RECIPES: Mapping[str, Recipe] = {
    "cit_returns": cit_returns,
    "financial_statements": financial_statements,
    "export_refunds": export_refunds,
}
