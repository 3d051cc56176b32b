"""Annual reports, and the lists and penalties of market supervision (T05, T06, T07, T12).

Who does not report by the end of June is put on the list of abnormal operations in July; who is not found at his
address, when that comes to light: mostly a firm that has fallen silent. Who stays on it for three years comes onto the
list of serious violations.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import again
from shuxin.city.records.coded.days import (
    FIRST,
    UNTIL,
    about,
    among,
    answerable_until,
    bell,
    code,
    coded,
    dated,
    day_of,
    ends,
    ends_told_later,
    falls,
    gathered,
    lots_of,
    other,
    padded,
    seen,
    taken_off,
    text,
    with_ends,
    working,
)
from shuxin.city.records.coded.guarantees import stands_since
from shuxin.city.records.coded.recorded import books_purchases, books_sales
from shuxin.city.records.coded.sums import pieces
from shuxin.city.records.drawn import NOTHING
from shuxin.city.records.register import region_codes
from shuxin.city.world import parameters as p
from shuxin.city.world.scale import WINDOW_MONTHS, day_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Share, Whole
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.books import Column
    from shuxin.city.world.world import World

_YEARS = range(2020, 2025)
"""Years that are reported in the window, each in the first half of the next one."""
_NEW_YEARS = np.array([day_number(dt.date(year, 1, 1)) for year in (*_YEARS, 2025)], np.int64)
_MIDSUMMERS = np.array([day_number(dt.date(year + 1, 7, 1)) for year in _YEARS], np.int64)
_NEVER_REPORT = (0.010, 0.015, 0.03)
"""Share of firms by kind that never report."""
_FORGOTTEN = (0.022, 0.034, 0.034)
_SILENT_AFTER_FAILURE, _SILENT_BEFORE_EXIT, _STRAINED = 0.55, 0.25, 0.14
_STRAIN_LEAST, _STRAIN_MOST = 0.2, 1.6
"""[T] Share that forgets more with bills overdue, and from how many months of costs up to how many it grows."""
_TOLD, _SALES_TOLD, _MARGIN_TOLD = 1.8, 0.7, 0.06
"""[T] Log spread of what a report says of cash and liabilities, of sales; spread of the margin: nobody audits it."""
_HEADS_SHOWN, _BALANCE_SHOWN, _RESULT_SHOWN = 0.60, 0.20, 0.10
"""[T] Share of reports that say how many work there, and of firms that publish what they own and owe, and the result:
a firm chooses (DOMAIN T07), and most choose not to.
"""


@dataclass(frozen=True, slots=True)
class Years:
    """Firms and years for which an annual report was due (y,); place: of the year. filed: bool."""

    firm: Whole
    place: Whole
    bits: Bits
    filed: NDArray[np.bool_]


def years(world: World, firms: NDArray[np.integer]) -> Years:
    """Of these firms: reports of the years before which they were founded, while they live in the next midsummer."""
    group, place = pieces(np.full(len(firms), len(_YEARS)))
    firm = firms[group].astype(np.int64)
    due = (world.firms.founded[firm] < _NEW_YEARS[place + 1]) & (
        ends(world)[firm] > _MIDSUMMERS[place]
    )
    firm, place = firm[due], place[due]
    bits = lots_of(world, "annual reports").bits(firm, place)
    share = lots_of(world, "annual reports/never").at(firm)
    kind = world.firms.kind[firm]
    silent = share < np.array(_NEVER_REPORT)[kind]
    forgets = other(bits, 1) < np.array(_FORGOTTEN)[kind] + _more(world, firm, place)
    return Years(firm, place, bits, ~(silent | forgets))


def _more(world: World, firm: Whole, place: Whole) -> Share:
    """How much likelier a firm that is in trouble when a year ends is not to report it."""
    month = np.maximum(12 * place - 1, 0)
    outcome = world.outcome
    failed = (outcome.failed[firm] >= 0) & (outcome.failed[firm] <= month)
    leaving = (outcome.gone[firm] < WINDOW_MONTHS) & (outcome.gone[firm] < month + 12)
    money, traits = world.money, world.traits
    overdue = money.bills[firm, month] - money.purchases[firm, month]
    strain = overdue / (traits.usual[firm] * traits.costs[firm])
    part = np.clip((strain - _STRAIN_LEAST) / (_STRAIN_MOST - _STRAIN_LEAST), 0.0, 1.0)
    found: Share = _SILENT_AFTER_FAILURE * failed + _SILENT_BEFORE_EXIT * leaving + _STRAINED * part
    return found


def annual_reports(world: World, block: Block) -> Drawn:
    """T07: known on the day on which it was filed, by the end of June of the next year."""
    found = years(world, block.firms)
    rows = np.flatnonzero(found.filed)
    firm, place, bits = found.firm[rows], found.place[rows], found.bits[rows]
    sums = _figures(world, firm, place, bits)
    filed = _MIDSUMMERS[place] - 1 - np.floor(170 * other(bits, 2) ** 2).astype(np.int64)
    stood = stands_since(world, block)[firm - block.first] < _NEW_YEARS[place + 1]
    holders = np.zeros(world.count, np.bool_)
    holders[world.ties.stakes.holder[world.ties.stakes.corporate]] = True
    return gathered(
        block,
        firm=firm,
        day=_NEW_YEARS[place],
        known=seen(np.maximum(filed, world.firms.founded[firm] + 1), 0, other(bits, 3)),
        values=sums | {"invest_flag": holders[firm], "guarantee_flag": stood},
    )


def _figures(world: World, firm: Whole, place: Whole, bits: Bits) -> dict[str, object]:
    """Sums of the year from the books; of the year before the window, from its first. Most are not published."""
    money, traits = world.money, world.traits
    year = np.maximum(place - 1, 0)
    of_firm, months = firm[:, None], 12 * year[:, None] + np.arange(12)[None, :]

    def summed(column: Column) -> Whole:
        total: Whole = column[of_firm, months].sum(axis=1)
        return total

    last = 12 * year + 11
    sales, taxes = books_sales(world, of_firm, months).sum(axis=1), summed(money.taxes)
    bought = books_purchases(world, of_firm, months).sum(axis=1)
    costs = bought + summed(money.wages) + summed(money.rent) + taxes
    profit = sales - costs - summed(money.losses) // 10
    profit += np.floor(sales * (_MARGIN_TOLD * bell(again(bits, purpose=10)))).astype(np.int64)
    stock = np.floor(sales * (0.1 + 0.5 * lots_of(world, "annual reports/assets").at(firm)))
    owed = np.floor(sales / 12 * (1 - traits.at_once[firm]) / traits.collected[firm])
    seen_cash = about(np.ones(len(firm)), _TOLD, again(bits, purpose=8))
    cash = np.floor(np.maximum(money.cash[firm, last], 0) * seen_cash).astype(np.int64)
    assets = cash + stock.astype(np.int64) + owed.astype(np.int64)
    liabilities = money.debt[firm, last] + money.bills[firm, last] + money.taxes_late[firm, last]
    liabilities = liabilities + money.wages_late[firm, last]
    told = about(np.ones(len(firm)), _TOLD, again(bits, purpose=9))
    liabilities = np.floor(liabilities * told).astype(np.int64)
    level = summed(money.wages) / np.maximum(traits.usual[firm] * traits.wages[firm] * 12, 1.0)
    heads = np.maximum(1, np.rint(world.firms.employees[firm] * np.clip(level, 0.2, 3.0)))
    habit = lots_of(world, "annual reports/published").at(firm)
    most, shows = habit < _BALANCE_SHOWN, habit < _RESULT_SHOWN
    sales = np.floor(about(sales, _SALES_TOLD, again(bits, purpose=11))).astype(np.int64)

    def shown(amounts: Whole, chance: NDArray[np.bool_]) -> Whole:
        return np.where(chance, amounts // 100 * 100, NOTHING)

    counted = falls(bits, 5, _HEADS_SHOWN)
    return {
        "employees": np.where(counted, heads.astype(np.int64), NOTHING),
        "assets": shown(assets, most),
        "equity": shown(assets - liabilities, most),
        "liabilities": shown(liabilities, most),
        "tax": shown(taxes, most),
        "revenue": shown(sales, shows),
        "main_revenue": shown(
            np.floor(sales * (0.8 + 0.2 * other(bits, 6))).astype(np.int64), shows
        ),
        "profit": shown(profit, shows),
        "net_profit": shown(profit - np.maximum(profit, 0) // 20, shows),
    }


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries (e,) in the list of abnormal operations. out: the day a firm leaves it, UNTIL or later if not yet."""

    firm: Whole
    day: Whole
    out: Whole
    reason: NDArray[np.int8]
    bits: Bits


_MISSING, _UNREACHABLE, _FALSE, _NOT_SHOWN = (
    code("abnormal_reason", word)
    for word in ("report_missing", "unreachable", "false_publicity", "immediate_information_missing")
)  # fmt: skip
_EXITS = {
    _MISSING: code("list_exit_reason", "report_filed"),
    _UNREACHABLE: code("list_exit_reason", "address_restored"),
    _FALSE: code("list_exit_reason", "corrected"),
    _NOT_SHOWN: code("list_exit_reason", "corrected"),
}
_CANCELLED = code("list_exit_reason", "cancelled")
_NOT_FOUND = 0.50
"""Share of firms that fail and are then no longer found at their address."""
_CHECKED_YEARLY = 0.019
_STAYS_ON = 0.30
_FIRST_STAY, _MORE_STAY = 20, 900


def abnormal(world: World, firms: NDArray[np.integer]) -> Entries:
    """All entries of these firms."""
    parts = [_for_reports(world, firms), _for_silence(world, firms), _for_checks(world, firms)]
    firm, day, reason, bits = (np.concatenate(column) for column in zip(*parts, strict=True))
    stay = _FIRST_STAY + np.floor(_MORE_STAY * other(bits, 11) ** 2).astype(np.int64)
    failed = world.outcome.failed[firm]
    hopeless = (failed >= 0) & (day_of(failed - 6.0) < day)
    stays = other(bits, 12) < np.where(hopeless, 0.85, _STAYS_ON)
    out = np.where(stays, UNTIL, working(day + stay))
    kept = (day >= FIRST) & (day < UNTIL) & (day < ends(world)[firm])
    kept &= day > world.firms.founded[firm]
    return Entries(firm[kept], day[kept], out[kept], reason[kept].astype(np.int8), bits[kept])


_Found = tuple["Whole", "Whole", "NDArray[np.integer]", "Bits"]


def _for_reports(world: World, firms: NDArray[np.integer]) -> _Found:
    found = years(world, firms)
    rows = np.flatnonzero(~found.filed)
    bits = again(found.bits[rows], purpose=77)
    day = working(_MIDSUMMERS[found.place[rows]] + np.floor(25 * other(bits, 1)).astype(np.int64))
    return found.firm[rows], day, np.full(len(rows), _MISSING), bits


def _for_silence(world: World, firms: NDArray[np.integer]) -> _Found:
    """Firms that nobody finds any more, from three months before they fail."""
    firm = firms[world.outcome.failed[firms] >= 0].astype(np.int64)
    bits = lots_of(world, "abnormal/silence").bits(firm)
    hit = falls(bits, 2, _NOT_FOUND)
    firm, bits = firm[hit], bits[hit]
    day = working(day_of(world.outcome.failed[firm] + 1 - 3 + 12 * other(bits, 1)))
    return firm, day, np.full(len(firm), _UNREACHABLE), bits


def _for_checks(world: World, firms: NDArray[np.integer]) -> _Found:
    """What inspections find with anybody."""
    group, year = pieces(np.full(len(firms), WINDOW_MONTHS // 12))
    firm = firms[group].astype(np.int64)
    bits = lots_of(world, "abnormal/checks").bits(firm, year)
    hit = falls(bits, 2, _CHECKED_YEARLY)
    firm, year, bits = firm[hit], year[hit], bits[hit]
    day = working(day_of(12 * (year + other(bits, 1))))
    reason = among(
        bits,
        3,
        "abnormal_reason",
        unreachable=70,
        false_publicity=8,
        immediate_information_missing=22,
    )
    return firm, day, reason, bits


def abnormal_list(world: World, block: Block) -> Drawn:
    """T05: an entry is seen some weeks after it was made; its end is another row, seen some days after it."""
    found = abnormal(world, block.firms)
    ended = np.where(world.ended[found.firm] >= 0, world.ended[found.firm], UNTIL)
    out = np.minimum(found.out, ended).astype(np.int64)
    row, is_end = with_ends(out < UNTIL)
    firm, bits, out, day = found.firm[row], found.bits[row], out[row], found.day[row]
    why = np.zeros(len(firm), np.int64)
    for reason, exit_reason in _EXITS.items():
        why[found.reason[row] == reason] = exit_reason
    why = np.where(ended[row] < found.out[row], _CANCELLED, why)
    county = region_codes()[world.firms.region[firm]]
    entry = seen(day, 10 + np.floor(20 * other(bits, 20)).astype(np.int64), other(bits, 21))
    return gathered(
        block,
        firm=firm,
        day=day,
        known=taken_off(entry, out, is_end, bits),
        values={
            "reason": found.reason[row],
            "in_authority": county,
            "in_decision_no": text("市监异字", padded(firm + 1, 7), "-", day, "号"),
            "out_date": dated(out, is_end),
            "out_reason": np.where(is_end, why, -1).astype(np.int8),
            "out_authority": np.where(is_end, county, -1).astype(np.int8),
        },
    )


_THREE_YEARS = 1_095
_DOCUMENTS, _GOODS = 0.0016, 0.0030
"""Share of firms in all that are found with false documents or fake goods."""


def serious_illegal_list(world: World, block: Block) -> Drawn:
    """T06: three years on the list of abnormal operations, or a grave violation; the end of an entry is another row."""
    found = abnormal(world, block.firms)
    firm, day, bits = found.firm, found.day + _THREE_YEARS + 15, found.bits
    long = (found.out > day) & (day < answerable_until(world)[firm])
    grave, when, more = _grave(world, block.firms)
    reason = among(more, 4, "serious_reason", false_registration=30, fake_goods=70)
    kept = np.flatnonzero(long)
    firm = np.concatenate([firm[kept], grave])
    day = working(np.concatenate([day[kept], when]))
    bits = np.concatenate([bits[kept], more])
    three = np.full(len(kept), code("serious_reason", "abnormal_three_years"), np.int8)
    reason = np.concatenate([three, reason])
    out = day + 365 + np.floor(730 * other(bits, 30)).astype(np.int64)
    row, is_end = with_ends(falls(bits, 33, 0.5) & (out < UNTIL))
    firm, day, bits, out = firm[row], day[row], bits[row], out[row]
    entry = seen(day, 10 + np.floor(20 * other(bits, 31)).astype(np.int64), other(bits, 32))
    return gathered(
        block,
        firm=firm,
        day=day,
        known=taken_off(entry, out, is_end, bits),
        kept=day < answerable_until(world)[firm],
        values={
            "reason": reason[row],
            "in_decision_no": text("市监严字", padded(firm + 1, 7), "号"),
            "authority": region_codes()[world.firms.region[firm]],
            "out_date": dated(out, is_end),
        },
    )


def _grave(world: World, firms: NDArray[np.integer]) -> tuple[Whole, Whole, Bits]:
    bits = lots_of(world, "serious").bits(firms)
    rings = world.ties.rings.member[firms] >= 0
    share = np.where(rings, 0.25, _DOCUMENTS + _GOODS)
    hit = np.flatnonzero(other(bits, 1) < share)
    firm, bits = firms[hit].astype(np.int64), bits[hit]
    day = day_of(WINDOW_MONTHS * other(bits, 2))
    run = world.ties.rings.runs[np.maximum(world.ties.rings.member[firm], 0)]
    fled = day_of(run + 2 + 8 * other(bits, 2))
    day = np.where(world.ties.rings.member[firm] >= 0, fled, day)
    kept = (day > world.firms.founded[firm]) & (day < ends(world)[firm])
    return firm[kept], day[kept], bits[kept]


_PENALTIES_YEARLY = 0.0605
_MORE_WHEN_SHORT, _PRONE = 0.4, 0.8
_FINED = code("penalty_kind", "fine")
_LEAST_FINE, _USUAL_FINE = 20_000, 300_000.0
_REPAIRED = 0.45


def market_penalties(world: World, block: Block) -> Drawn:
    """T12 of market supervision: some firms are prone to it, and more so when bills stay unpaid.

    A penalty whose record is repaired has a second row, seen then.
    """
    group, month = pieces(np.full(block.stop - block.first, WINDOW_MONTHS))
    firm = block.first + group
    bits = lots_of(world, "market penalties").bits(firm, month)
    prone = about(np.ones(len(block.firms)), _PRONE, lots_of(world, "prone").bits(block.firms))
    overdue = world.money.bills[firm, month] - world.money.purchases[firm, month]
    short = overdue > world.traits.usual[firm] * 0.5
    shops = np.where(world.firms.kind[firm] == p.INDIVIDUAL, 0.8, 1.0)
    rate = _PENALTIES_YEARLY / 12 * shops * prone[group] * (1 + _MORE_WHEN_SHORT * short)
    day = working(day_of(month + other(bits, 2)))
    hit = (other(bits, 1) < rate) & (day > world.firms.founded[firm] + 30)
    rows = np.flatnonzero(hit & (day < ends(world)[firm]) & (day < UNTIL))
    firm, day, bits = firm[rows], day[rows], bits[rows]
    kind = coded(other(bits, 3), "penalty_kind")
    fine = _LEAST_FINE + about(np.full(len(rows), _USUAL_FINE), 1.1, again(bits, purpose=4))
    repaired = day + 90 + np.floor(900 * other(bits, 5)).astype(np.int64)
    penalties = gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, 3 + np.floor(8 * other(bits, 6)).astype(np.int64), other(bits, 7)),
        values={
            "decision_no": text("澜市监罚", padded(firm + 1, 7), "-", day, "号"),
            "dept": region_codes()[world.firms.region[firm]],
            "kind": kind,
            "fine": np.where(
                kind == _FINED, np.floor(fine / 10_000).astype(np.int64) * 10_000, NOTHING
            ),
            "goods_confiscated": kind == code("penalty_kind", "confiscation"),
            "repair_date": dated(repaired, falls(bits, 8, _REPAIRED)),
        },
    )
    return ends_told_later(world, penalties, end="repair_date")


RECIPES: Mapping[str, Recipe] = {
    "annual_reports": annual_reports,
    "abnormal_list": abnormal_list,
    "serious_illegal_list": serious_illegal_list,
    "market_penalties": market_penalties,
}
