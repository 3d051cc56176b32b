"""Power (T77 bills, T78 days), water (T79) and gas (T80): what a firm uses follows what it sells.

A meter's days of a month add up to its bill. Tenants' meters are in their landlords' names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.accounts import MOST_UNITS
from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.days import (
    STARTS,
    bell,
    code,
    dated,
    lots_of,
    seen,
    working,
)
from shuxin.city.records.coded.months import (
    ALL_MONTHS,
    budget,
    cell_lots,
    firm_lots,
    living,
    looks,
    lot_of_firms,
    money_of,
    numbered,
    told,
)
from shuxin.city.records.coded.sums import pieces, split
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp, rounded
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import WINDOW_MONTHS
from shuxin.city.world.traits import seasons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.months import Grid
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

YEAR = 12
LAST = WINDOW_MONTHS - 2
"""The last month whose bills are seen before the day of the extracts."""
_METERS = (1.0, 2.2, 5.0, 12.0)
_KWH_PER_10K_YUAN: Mapping[str, float] = {
    "B": 420,
    "C": 560,
    "D": 700,
    "E": 60,
    "H": 260,
    "F": 45,
    "A": 130,
}
_USUAL_KWH = 70.0
_SEASONS = np.array([1.18, 1.02, 0.94, 0.90, 0.94, 1.05, 1.22, 1.24, 1.02, 0.92, 0.94, 1.13])
_FIXED, _NOISE, _SEEN_IN_USE = 0.68, 0.20, 0.095
_PRICES = (58.0, 76.0, 52.0, 56.0)
_INDUSTRIAL_KVA = 315.0
_INDUSTRIAL, _GENERAL, _FARMS = (
    code("power_account", one) for one in ("industrial", "general", "agricultural")
)
_SLACK, _SLACK_SLOPE, _SHORT = 0.009, 0.65, 0.22
"""Chance that a bill stays unpaid, by what is seen of the firm; and where it does not pay its people."""
_CUT_OFF_AFTER = 3
_FIRST_DAY_MONTH = WINDOW_MONTHS - YEAR
_FESTIVAL = (27, 36)
"""Days of 2025, from the first on 0, of the Spring Festival."""
_ESTIMATED = 0.01


def _owners(world: World) -> NDArray[np.bool_]:
    return ~world.firms.tenant


def _months(world: World) -> NDArray[np.int64]:
    first, last = (
        np.maximum(world.firms.born, 0).astype(np.int64),
        world.outcome.gone.astype(np.int64) - 1,
    )
    return np.maximum(np.minimum(last, LAST) - first + 1, 0)


def meters(world: World, slug: str, able: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n,) meters of each firm, more of larger ones, so that bills are as many as the catalogue has."""
    wanted = np.where(able, np.array(_METERS)[world.firms.size], 0.0)
    whole = int(np.rint(wanted * 64).astype(np.int64) @ _months(world)) / 64
    factor = budget(slug, world) / max(whole, 1.0)
    many = np.floor(wanted * factor + lot_of_firms(world, f"{slug}/meters")).astype(np.int64)
    return np.minimum(many, MOST_UNITS)


def usual_kwh(world: World, block: Block) -> NDArray[np.float64]:
    """(firms of the block,) kWh of all meters in a usual month of each firm's trade."""
    own, firms = slice(block.first, block.stop), world.firms
    per = np.array([_KWH_PER_10K_YUAN.get(name, _USUAL_KWH) for name in SECTIONS])[
        firms.section[own]
    ]
    own_way = exp(rounded(0.5 * bell(lots_of(world, "kwh").bits(block.firms))))
    usual: NDArray[np.float64] = np.maximum(firms.base_revenue[own] / 12e6 * per * own_way, 40.0)
    return usual


def used(world: World, block: Block) -> NDArray[np.float64]:
    """(firms, months) kWh of all meters of each firm: a part that is always there, the rest as it sells."""
    own, firms = slice(block.first, block.stop), world.firms
    usual = usual_kwh(world, block)[:, None]
    sales = money_of(world, block, "sales") / world.traits.usual[own, None]
    busy = np.minimum(sales / seasons()[firms.section[own]], 3.0)
    seen_as = looks(world, block, "power")
    firm = np.repeat(block.firms, WINDOW_MONTHS)
    noise = bell(lots_of(world, "kwh/month").bits(firm, np.tile(ALL_MONTHS, len(block.firms))))
    moved = exp(rounded(_NOISE * noise.reshape(busy.shape) + _SEEN_IN_USE * seen_as))
    season = _SEASONS[ALL_MONTHS % YEAR]
    kwh: NDArray[np.float64] = usual * season * (_FIXED + (1 - _FIXED) * busy) * moved
    return kwh * living(world, block)


def unpaid_bills(world: World, block: Block, utility: str) -> NDArray[np.float64]:
    """(firms, months) share of a utility's bill that stays unpaid."""
    seen_as = looks(world, block, "power")
    short = money_of(world, block, "wages_late") > 0
    chance = _SLACK * exp(-_SLACK_SLOPE * seen_as) + np.where(short, _SHORT, 0.0)
    lots = cell_lots(world, block, f"{utility}/unpaid")
    return np.where(lots < chance, 0.4 + 0.6 * cell_lots(world, block, f"{utility}/part"), 0.0)


def _metered(
    world: World, block: Block, many: NDArray[np.int64], use: NDArray[np.float64]
) -> tuple[Grid, Grid, Grid, Grid]:
    """Place in the block, month, meter and use of each bill; a firm's use is split among its meters."""
    own = many[block.first : block.stop]
    cells = (own > 0)[:, None] & (use > 0) & (ALL_MONTHS <= LAST)
    row, month = np.nonzero(cells)
    group, meter = pieces(own[row])
    lots = Lots(seed=world.seed, purpose="meter").at(block.first + row[group], meter)
    weights = 100 + np.floor(900 * lots).astype(np.int64)
    amount = split(np.rint(use[row, month]).astype(np.int64), counts=own[row], weights=weights)
    return row[group], month[group], meter, amount


def _paid(
    world: World, block: Block, row: Grid, month: Grid, meter: Grid, *, unpaid: NDArray[np.float64]
) -> tuple[NDArray[np.int32], Grid]:
    """The day of payment, missing where a part stayed unpaid, and when the bill as it then stood was seen."""
    lots = Lots(seed=world.seed, purpose="bill paid").at(block.first + row, month, meter)
    end = STARTS[month + 1]
    day = end + 4 + np.floor(lots * lots * 18).astype(np.int64)
    is_paid = unpaid <= 0
    known = seen(np.where(is_paid, day, end + 24), 1, lots)
    return dated(day, is_paid), known


def power_bills(world: World, block: Block) -> Drawn:
    use, unpaid = used(world, block), unpaid_bills(world, block, "power")
    row, month, meter, kwh = _metered(
        world, block, meters(world, "power_bills", _owners(world)), use
    )
    firm, cells = block.first + row, (row, month)
    capacity, kind = _contract(world, block, row, meter)
    amount = np.floor(kwh * np.array(_PRICES)[kind]).astype(np.int64)
    owed = np.floor(amount * unpaid[cells]).astype(np.int64)
    paid_at, known = _paid(world, block, row, month, meter, unpaid=unpaid[cells])
    peak = 0.30 + 0.18 * firm_lots(world, firm, "peak")
    valley = 0.16 + 0.20 * firm_lots(world, firm, "valley")
    before = np.stack([unpaid[row, np.maximum(month - k, 0)] > 0 for k in range(_CUT_OFF_AFTER)])
    return told(
        block,
        firm=firm,
        day=STARTS[month],
        known=known,
        values={
            "unit": meter.astype(np.int32),
            "kwh": kwh.astype(np.float64),
            "peak": np.rint(kwh * peak),
            "valley": np.rint(kwh * valley),
            "amount": amount,
            "paid_at": paid_at,
            "arrears": owed,
            "breach_fee": owed * 3 // 100,
            "capacity_kva": capacity,
            "acct_kind": kind.astype(np.int8),
            "outage_for_debt": before.all(axis=0) & (month >= _CUT_OFF_AFTER),
        },
    )


def _contract(
    world: World, block: Block, row: Grid, meter: Grid
) -> tuple[NDArray[np.float64], Grid]:
    """Contracted capacity in kVA, steps of five, for the greatest month of a usual year; and the kind of account."""
    firms = world.firms
    many = meters(world, "power_bills", _owners(world))[block.first + row]
    load = usual_kwh(world, block)[row] * _SEASONS.max() / np.maximum(many, 1) / 300.0
    lots = Lots(seed=world.seed, purpose="capacity").at(block.first + row, meter)
    capacity = np.maximum(np.ceil(load * (1.2 + lots) / 5), 1.0) * 5
    section = firms.section[block.first + row]
    makes = np.isin(section, [SECTIONS.index(name) for name in "BCD"])
    kind = np.where(makes & (capacity >= _INDUSTRIAL_KVA), _INDUSTRIAL, _GENERAL)
    return capacity, np.where(section == SECTIONS.index("A"), _FARMS, kind)


def power_days(world: World, block: Block) -> Drawn:
    """The first meters of some firms, the larger ones first, on each day of the last year."""
    use = used(world, block)
    many = meters(world, "power_bills", _owners(world))
    chosen = _read_daily(world, many > 0)
    row, month, meter, kwh = _metered(world, block, np.where(chosen, many, 0), use)
    first = (meter == 0) & (month >= _FIRST_DAY_MONTH)
    row, month, kwh = row[first], month[first], kwh[first]
    long = (STARTS[month + 1] - STARTS[month]).astype(np.int64)
    group, place = pieces(long)
    firm, day = block.first + row[group], STARTS[month[group]] + place
    lots = Lots(seed=world.seed, purpose="day").at(firm, day)
    weights = np.floor(1000 * _rhythm(world, firm, day) * (0.85 + 0.3 * lots)).astype(np.int64)
    amount = split(kwh * 10, counts=long, weights=np.maximum(weights, 1)) / 10
    shape = 1.5 + 1.6 * firm_lots(world, firm, "shape")
    night = 0.06 + 0.30 * firm_lots(world, firm, "night") + 0.06 * (lots - 0.5)
    known = seen(day, 1, (lots * 367) % 1.0)
    return told(
        block,
        firm=firm,
        day=day,
        known=known,
        values={
            "unit": np.zeros(len(firm), np.int32),
            "meter_no": numbered(firm * MOST_UNITS, prefix="34", width=12),
            "kwh": amount,
            "max_kw": np.rint(amount / 24 * shape * 100) / 100,
            "night_kwh": np.rint(amount * np.maximum(night, 0.0) * 10) / 10,
            "estimated": (lots * 193) % 1.0 < _ESTIMATED,
        },
    )


def _read_daily(world: World, able: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) firms whose first meter is read by the day, as many as there is room for."""
    firms = world.firms
    first = np.maximum(firms.born, _FIRST_DAY_MONTH).astype(np.int64)
    last = np.minimum(world.outcome.gone.astype(np.int64), LAST + 1)
    stop = np.maximum(last, first)
    days = np.where(able, STARTS[stop] - STARTS[np.minimum(first, stop)], 0)
    lots = lot_of_firms(world, "daily")
    rank = np.where(days > 0, lots - 0.6 * firms.size - 0.1 * (firms.kind != p.INDIVIDUAL), np.inf)
    order = np.argsort(rank, kind="stable")
    run = days[order].cumsum()
    chosen = np.zeros(world.count, np.bool_)
    chosen[order[: np.searchsorted(run, budget("power_days", world), side="right")]] = True
    return chosen & (days > 0)


def _rhythm(world: World, firm: Grid, day: Grid) -> NDArray[np.float64]:
    """Of a usual day's use: less at weekends and in the festival, but for shops and kitchens."""
    section = world.firms.section[firm]
    open_always = np.isin(section, [SECTIONS.index(name) for name in "ADFHOQR"])
    weekend = working(day) != day
    since = day - STARTS[_FIRST_DAY_MONTH]
    festival = (since >= _FESTIVAL[0]) & (since < _FESTIVAL[1])
    level = np.where(weekend & ~open_always, 0.62, 1.0)
    return level * np.where(festival, np.where(open_always, 0.8, 0.35), 1.0)


def water_bills(world: World, block: Block) -> Drawn:
    """Owners pay for water themselves, by their heads and their trade."""
    return _piped(world, block, slug="water_bills", able=_owners(world), part=0.014, fen=(330, 40))


def gas_bills(world: World, block: Block) -> Drawn:
    """Kitchens first, then makers and laundries."""
    section = world.firms.section
    named = np.isin(section, [SECTIONS.index(name) for name in "CHOPQ"])
    return _piped(
        world, block, slug="gas_bills", able=named & _owners(world), part=0.06, fen=(360, 40)
    )


def _piped(
    world: World,
    block: Block,
    *,
    slug: str,
    able: NDArray[np.bool_],
    part: float,
    fen: tuple[int, int],
) -> Drawn:
    """Bills of a volume that follows the use of power."""
    use, unpaid = used(world, block) * part, unpaid_bills(world, block, slug)
    use = np.maximum(use, 2.0) * living(world, block)
    row, month, meter, volume = _metered(world, block, meters(world, slug, able), use)
    firm, cells = block.first + row, (row, month)
    price = fen[0] + np.floor(fen[1] * firm_lots(world, firm, f"{slug}/price")).astype(np.int64)
    amount = volume * price
    paid_at, known = _paid(world, block, row, month, meter + MOST_UNITS, unpaid=unpaid[cells])
    return told(
        block,
        firm=firm,
        day=STARTS[month],
        known=known,
        values={
            "unit": meter.astype(np.int32),
            "volume": volume.astype(np.float64),
            "amount": amount,
            "paid_at": paid_at,
            "arrears": np.floor(amount * unpaid[cells]).astype(np.int64),
        },
    )


RECIPES: Mapping[str, Recipe] = {
    "power_bills": power_bills,
    "power_days": power_days,
    "water_bills": water_bills,
    "gas_bills": gas_bills,
}
