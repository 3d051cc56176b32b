"""Employment beside insurance: income tax withheld (T34), disputes (T39), wage arrears (T40), subsidies (T44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.days import STARTS, code, dated, seen
from shuxin.city.records.coded.declared import PPM
from shuxin.city.records.coded.months import (
    ALL_MONTHS,
    budget,
    cell_lots,
    due_days,
    firm_lots,
    living,
    looks,
    money_of,
    told,
)
from shuxin.city.records.coded.staff import LAST, companies, employers, insures, ranked, staff
from shuxin.city.records.coded.sums import spells
from shuxin.city.records.drawn import NOTHING
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

YEAR = 12
_DISPUTE_SLOPE = 0.5
_LISTED_SECTIONS = [SECTIONS.index(name) for name in "ECHFO"]
_LISTED_AFTER = 3
_WAGE_TOPIC = code("dispute_topic", "wage")
_RETURN_PPM, _PREMIUM_PPM = (300_000, 600_000), 10_000
_UNTAXED_FEN = 500_000
_BONUS, _BY_WAGES, _COLLECTIVE, _MUCH = 0.5, 0.8, 0.2, 0.5
"""Shares of firms that pay a bonus, of disputes about unpaid wages, of collective ones; contributions left unpaid that
count.
"""


def iit_withholding(world: World, block: Block) -> Drawn:
    """Heads on whom income tax was withheld: those of the social insurance and some more, or fewer."""
    now = staff(world, block)
    books = world.firms.kind != p.INDIVIDUAL
    rank = ranked(world, "withholds", books, by_size=1.0) + np.where(insures(world), 0.0, 5.0)
    chosen = employers(world, "iit_withholding", rank)[block.first : block.stop, None]
    row, month = np.nonzero(chosen & (now.heads > 0) & (ALL_MONTHS <= LAST))
    cells = (row, month)
    lots = cell_lots(world, block, "withheld")[cells]
    own = firm_lots(world, block.first + row, "withheld")
    heads = np.maximum(np.rint(now.heads[cells] * (0.88 + 0.14 * own + 0.06 * (lots - 0.5))), 1)
    paid = money_of(world, block, "wages")[cells]
    bonus = (month % YEAR == 0) & (own > _BONUS)
    each = paid / heads
    taxed = np.clip((each - _UNTAXED_FEN) / np.maximum(each, 1.0), 0.0, 0.6)
    zero = np.rint(heads * np.clip(0.92 - taxed, 0.3, 0.95))
    return told(
        block,
        firm=block.first + row,
        day=STARTS[month],
        known=seen(due_days(month), 1 + np.floor(lots * 3).astype(np.int64), lots),
        values={
            "headcount": heads.astype(np.int64),
            "income_total": paid,
            "tax": np.floor(paid * taxed * 0.05 * (0.5 + own)).astype(np.int64),
            "zero_tax_persons": zero.astype(np.int64),
            "bonus_total": np.where(bonus, paid * 3 // 10, NOTHING),
        },
    )


def labour_disputes(world: World, block: Block) -> Drawn:
    """Of people who leave or are not paid: more where wages are late and where the office sees worse."""
    now = staff(world, block)
    seen_as = looks(world, block, "social")
    unpaid = money_of(world, block, "wages_late") > 0
    size = np.minimum(now.heads, 60) * (0.00018 * exp(-_DISPUTE_SLOPE * seen_as))
    rate = np.minimum((size + np.where(unpaid, 0.035, 0.0)) * _DISPUTED, 0.9)
    hit = (cell_lots(world, block, "dispute") < rate) & living(world, block)
    row, month = np.nonzero(hit)
    lots = cell_lots(world, block, "dispute day")[row, month]
    day = STARTS[month] + np.floor(lots * 28).astype(np.int64)
    by_wages = unpaid[row, month] & (lots < _BY_WAGES)
    topic = np.where(by_wages, _WAGE_TOPIC, np.floor((lots * 37) % 1.0 * 4)).astype(np.int8)
    return told(
        block,
        firm=block.first + row,
        day=day,
        known=seen(day, 30 + np.floor(lots * 30).astype(np.int64), (lots * 83) % 1.0),
        values={"topic": topic, "collective": by_wages & ((lots * 53) % 1.0 < _COLLECTIVE)},
    )


_DISPUTED = 2.70
"""[T] So that disputes are as many as the catalogue has."""


def wage_arrears_list(world: World, block: Block) -> Drawn:
    """Firms of trades with migrant workers that leave wages unpaid for months."""
    late = money_of(world, block, "wages_late")
    able = np.isin(world.firms.section, _LISTED_SECTIONS) & (world.firms.kind == 0)
    row, first, after = spells(late > 0)
    month = first + _LISTED_AFTER
    firm = block.first + row
    share = budget("wage_arrears_list", world) / (_LISTABLE * world.count)
    listed = able[firm] & (month < np.minimum(after + 2, WINDOW_MONTHS)) & (after - first > 1)
    listed &= Lots(seed=world.seed, purpose="listed").at(firm, first) < share
    row, month, firm = row[listed], month[listed], firm[listed]
    lots = Lots(seed=world.seed, purpose="listed on").at(firm, month)
    day = STARTS[month] + np.floor(lots * 28).astype(np.int64)
    before = np.maximum(month - 1, 0)
    heads = staff(world, block).heads[row, np.maximum(month - _LISTED_AFTER, 0)]
    return told(
        block,
        firm=firm,
        day=day,
        known=seen(day, 10 + np.floor(lots * 10).astype(np.int64), lots),
        kept=late[row, before] > 0,
        values={
            "amount": late[row, before],
            "people": np.maximum(heads, 1),
            "out_date": dated(day, np.zeros(len(day), np.bool_)),
        },
    )


_LISTABLE = 0.023
"""[T] Such firms over all firms of the city."""


def stable_job_subsidies(world: World, block: Block) -> Drawn:
    """For employers that laid off few in the year and paid their contributions."""
    now = staff(world, block)
    insured = companies(world)[block.first : block.stop]
    parts = []
    for year in range(WINDOW_MONTHS // YEAR - 1):
        first, last = YEAR * year, YEAR * year + YEAR - 1
        start, end = now.insured[:, first], now.insured[:, last]
        fewer = np.maximum(start - end, 0) / np.maximum(start, 1)
        owes = now.unpaid[:, first : last + 1].max(axis=1) >= _MUCH
        asks = firm_lots(world, block.firms, f"stable/{year}") < _ASKS
        row = np.flatnonzero(insured & (start > 0) & (end > 0) & (fewer <= _FEW) & ~owes & asks)
        base = now.base[row, first : last + 1].sum(axis=1)
        parts.append((row, np.full(len(row), year), base, fewer[row], end[row]))
    row, of, base, fewer, people = (np.concatenate(one) for one in zip(*parts, strict=True))
    firm = block.first + row
    low, high = _RETURN_PPM
    ratio = np.where(world.firms.size[firm] <= 1, high, low).astype(np.int64)
    lots = Lots(seed=world.seed, purpose="stable seen").at(firm, of)
    published = STARTS[YEAR * (of + 1) + 2] + np.floor(lots * 90).astype(np.int64)
    return told(
        block,
        firm=firm,
        day=STARTS[YEAR * of],
        known=seen(published, 1, lots),
        values={
            "amount": base * _PREMIUM_PPM // PPM * ratio // PPM,
            "people": people,
            "layoff_rate": np.floor(fewer * PPM).astype(np.int64),
            "return_ratio": ratio,
        },
    )


_FEW, _ASKS = 0.2, 0.98


RECIPES: Mapping[str, Recipe] = {
    "iit_withholding": iit_withholding,
    "labour_disputes": labour_disputes,
    "wage_arrears_list": wage_arrears_list,
    "stable_job_subsidies": stable_job_subsidies,
}
