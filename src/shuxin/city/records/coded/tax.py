"""The tax bureau (税务局): its register (T21), VAT returns (T22), payments (T25), arrears (T26); grades in ``grades``.

Payments follow the returns: VAT as declared, the other taxes on the trade in the books, less what is listed as owed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded import grades
from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.days import STARTS, UNTIL, code, dated, seen
from shuxin.city.records.coded.declared import (
    bought,
    changed_on,
    monthly,
    registered,
    returns,
    sold,
)
from shuxin.city.records.coded.months import (
    QUARTER,
    budget,
    cell_lots,
    firm_lots,
    lived_months,
    living,
    numbered,
    told,
)
from shuxin.city.records.coded.owed import owed, paid_share
from shuxin.city.records.coded.sums import pieces, spells, split
from shuxin.city.records.drawn import NO_DAY, blocks
from shuxin.city.world import parameters as p
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.months import Grid
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

_ACTUAL = 0.84
_NORMAL, _ABNORMAL, _CANCELLED = (
    code("taxpayer_status", one) for one in ("normal", "abnormal", "cancelled")
)
_VAT, _INCOME, _WITHHELD, _BUILDING, _STAMP, _PROPERTY, _LAND = (
    code("tax_kind", one)
    for one in (
        "vat", "income_tax", "withheld_income_tax", "construction_tax", "stamp_duty", "property_tax", "land_use_tax",
    )
)  # fmt: skip
_QUARTERLY = np.array([_INCOME, _WITHHELD, _BUILDING, _STAMP, _PROPERTY, _LAND], np.int8)
_MONTHLY = np.array([_WITHHELD, _BUILDING, _STAMP, _INCOME, _PROPERTY, _LAND], np.int8)
_OF_SHOPS = np.array([_WITHHELD, _BUILDING, _STAMP, _LAND, _PROPERTY, _STAMP], np.int8)
"""Taxes that a month's payment is made of, the first ones first."""
_PARTS = np.array([50, 25, 15, 8, 5, 4])
_MOST_KINDS = 6
_VAT_ROWS = 0.2245
"""Payments of VAT in a month of a firm's life."""
_FINE_PPM = 500
"""Late fee (滞纳金) a day."""
_OWED_KINDS = np.array([_VAT, _BUILDING, _INCOME, _WITHHELD, _STAMP, _LAND], np.int8)
_ANNOUNCED = 0.28
_QUARTER_LAG = 20


def taxpayers(world: World, block: Block) -> Drawn:
    """One row when a firm registers, one when its status changes: the latter known when it did."""
    firms, own = world.firms, block.firms[registered(world)[block.first : block.stop]]
    day = firms.founded[own].astype(np.int64) + np.floor(
        30 * firm_lots(world, own, "tax register")
    ).astype(np.int64)
    change, status = changed_on(world)
    changed = own[change[own] < UNTIL]
    later = np.maximum(change[changed], day[np.isin(own, changed)] + 1)
    firm = np.concatenate([own, changed])
    status = np.concatenate([np.full(len(own), _NORMAL), status[changed]])
    actual = (firms.kind[firm] != p.INDIVIDUAL) & (firm_lots(world, firm, "cit mode") < _ACTUAL)
    days = np.concatenate([day, day[np.isin(own, changed)]])
    visible = np.concatenate([day, later])
    return told(
        block,
        firm=firm,
        day=days,
        known=seen(visible, 1, firm_lots(world, firm, "tax register seen")),
        values={
            "taxpayer_kind": np.where(firms.general[firm], 0, 1).astype(np.int8),
            "cit_mode": np.where(actual, 0, 1).astype(np.int8),
            "filing_cycle": np.where(monthly(world)[firm], 0, 1).astype(np.int8),
            "status": status.astype(np.int8),
            "abnormal_date": dated(visible, status == _ABNORMAL),
        },
    )


def vat_returns(world: World, block: Block) -> Drawn:
    found = returns(world, block)
    row, month = np.nonzero(found.filed)
    cells = (row, month)
    lots = cell_lots(world, block, "return seen")[cells]
    again = np.where(found.corrected, 10 + 50 * cell_lots(world, block, "corrected on"), 0.0)[cells]
    filed = found.filed_on[cells]
    return told(
        block,
        firm=block.first + row,
        day=STARTS[month],
        known=seen(filed + again.astype(np.int64), 1, lots),
        values={
            "sales_taxable": found.taxable[cells],
            "sales_simple": found.simple[cells],
            "sales_export": found.export[cells],
            "sales_exempt": found.exempt[cells],
            "output_tax": found.output[cells],
            "input_tax": found.input[cells],
            "input_transfer_out": found.transfer[cells],
            "carried_forward": found.carried[cells],
            "payable": found.payable[cells],
            "relief": found.relief[cells],
            "paid": found.paid[cells],
            "filed_at": seen(filed, 0, (lots * 811) % 1.0),
            "corrected": found.corrected[cells],
        },
    )


def tax_payments(world: World, block: Block) -> Drawn:
    parts = [_vat_paid(world, block), _vat_paid_later(world, block), _others_paid(world, block)]
    firm, kind, amount, of, day, days_late = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    fee = amount * _FINE_PPM // 1_000_000 * np.maximum(days_late, 0)
    lots = Lots(seed=world.seed, purpose="payment seen").at(firm, day, kind)
    return told(
        block,
        firm=firm,
        day=day,
        known=seen(day, 1, lots),
        kept=(amount > 0),
        values={
            "tax_kind": kind.astype(np.int8),
            "period": of.astype(np.int32),
            "amount": amount,
            "late_fee": fee,
        },
    )


_Payments = tuple["Grid", "NDArray[np.integer]", "Grid", "Grid", "Grid", "Grid"]
"""Firm, kind of tax, amount, first day of the period, day of payment, days late."""


def _vat_paid(world: World, block: Block) -> _Payments:
    """With the return, or within three days of it."""
    found = returns(world, block)
    row, month = np.nonzero(found.filed & (found.paid > 0))
    cells = (row, month)
    lots = cell_lots(world, block, "vat paid")[cells]
    day = found.filed_on[cells] + np.floor(lots * lots * 4).astype(np.int64)
    on_time = found.filed_on[cells] <= found.due[cells]
    day = np.where(on_time, np.minimum(day, found.due[cells]), day)
    kind = np.full(len(row), _VAT)
    return block.first + row, kind, found.paid[cells], STARTS[month], day, day - found.due[cells]


def _vat_paid_later(world: World, block: Block) -> _Payments:
    """The rest, in the month in which the firm no longer owes taxes, if it comes."""
    found = returns(world, block)
    rest = found.payable - found.paid
    row, month = np.nonzero(found.filed & (rest > 0))
    pays = np.minimum(month + found.length[row, month], WINDOW_MONTHS - 1)
    clear = _clear_from(world, block)[row, pays]
    row, month, clear = row[clear >= 0], month[clear >= 0], clear[clear >= 0]
    lots = cell_lots(world, block, "vat paid later")[row, month]
    day = STARTS[clear] + 1 + np.floor(lots * 24).astype(np.int64)
    due = found.due[row, month]
    day = np.maximum(day, due + 1)
    kind = np.full(len(row), _VAT)
    return block.first + row, kind, rest[row, month], STARTS[month], day, day - due


def _clear_from(world: World, block: Block) -> Grid:
    """(firms, months) the first month from this one on at whose end a firm owes no taxes; -1 never."""
    free = living(world, block) & (owed(world, block) == 0)
    month = np.where(free, np.arange(WINDOW_MONTHS), WINDOW_MONTHS)
    first = np.minimum.accumulate(month[:, ::-1], axis=1)[:, ::-1]
    return np.where(first < WINDOW_MONTHS, first, -1)


def _others_paid(world: World, block: Block) -> _Payments:
    """What the firm paid in taxes in each month, split among their kinds."""
    taxes = _due_taxes(world, block)
    row, month = np.nonzero(taxes)
    total = taxes[row, month]
    every = lived_months(world, np.ones(world.count, np.bool_))
    kinds = budget("tax_payments", world) / every - _VAT_ROWS
    many = np.floor(kinds / _PAYING + cell_lots(world, block, "kinds")[row, month])
    many = np.clip(many, 1, _MOST_KINDS).astype(np.int64)
    many = np.where(total < 100 * many, 1, many)
    group, place = pieces(many)
    amount = split(total, counts=many, weights=_PARTS[place])
    firm, month = block.first + row[group], month[group]
    shop = world.firms.kind[firm] == p.INDIVIDUAL
    start = firm_lots(world, firm * WINDOW_MONTHS + month, "first kind")
    at = (place + np.floor(start * start * _MOST_KINDS).astype(np.int64)) % _MOST_KINDS
    kind = np.where(month % QUARTER == 0, _QUARTERLY[at], _MONTHLY[at])
    kind = np.where(shop, _OF_SHOPS[at], kind)
    late = owed(world, block)
    before = np.concatenate([np.zeros((len(late), 1), np.int64), late[:, :-1]], axis=1)
    was_late, is_late = before[row[group], month] > 0, late[row[group], month] > 0
    lots = Lots(seed=world.seed, purpose="paid on").at(firm, month, place)
    usual = 2 + np.floor(lots * 13)
    offset = np.where(was_late | is_late, 15 + np.floor(lots * 12), usual).astype(np.int64)
    of = np.where(month > 0, STARTS[np.maximum(month - 1, 0)], STARTS[0] - 31)
    days_late = np.where(was_late, offset + 16, np.maximum(offset - 15, 0))
    return firm, kind, amount, of, STARTS[month] + offset, days_late


def _due_taxes(world: World, block: Block) -> Grid:
    """(firms, months) taxes other than VAT on last month's trade in the books, so far as the firm paid its taxes."""
    added = np.maximum(sold(world, block) - bought(world, block), 0)
    added = np.concatenate([added[:, :1], added[:, :-1]], axis=1)
    rate = world.traits.taxes[block.first : block.stop, None]
    paid: Grid = np.floor(added * rate * paid_share(world, block)).astype(np.int64)
    return paid


_PAYING = 0.9034
"""Share of a firm's months in which it pays taxes."""


def tax_arrears(world: World, block: Block) -> Drawn:
    """A row for each tax owed, seen after the quarter's end with the most of it until then; one when it is cleared."""
    late = owed(world, block)
    row, first, after = _owing(late)
    firm = block.first + row
    kinds = budget("tax_arrears", world) / max(_arrears_rows(world), 1)
    many = np.floor(kinds + Lots(seed=world.seed, purpose="owed kinds").at(firm, first)).astype(
        np.int64
    )
    many = np.minimum(many, _MOST_KINDS)
    until = np.minimum(after, (first // QUARTER + 1) * QUARTER)
    most = np.maximum.reduceat(np.append(late.ravel(), 0), _bounds(row, first, until))[::2]
    group, place = pieces(many)
    amount = split(most, counts=many, weights=_PARTS[place])
    firm, first, after = firm[group], first[group], after[group]
    since = STARTS[first] + 15
    lots = Lots(seed=world.seed, purpose="owed").at(firm, first, place)
    cleared = STARTS[np.minimum(after, WINDOW_MONTHS)] + np.floor(lots * 28).astype(np.int64)
    over = _is_cleared(world, firm, after)
    quarter = STARTS[np.minimum((first // QUARTER + 1) * QUARTER, WINDOW_MONTHS)]
    shown = (
        seen(quarter, _QUARTER_LAG, lots),
        seen(np.maximum(cleared, quarter), _QUARTER_LAG + 1, lots),
    )
    serial = (firm * WINDOW_MONTHS + first) * _MOST_KINDS + place
    both = np.concatenate([np.arange(len(firm)), np.flatnonzero(over)])
    is_end = np.arange(len(both)) >= len(firm)
    known = np.concatenate([shown[0], shown[1][over]])
    return told(
        block,
        firm=firm[both],
        day=since[both],
        known=known,
        kept=(amount[both] > 0),
        values={
            "arrears_no": numbered(serial[both], prefix="349", width=13),
            "tax_kind": _OWED_KINDS[place][both],
            "arrears": np.where(is_end, 0, amount[both]),
            "announced": (lots < _ANNOUNCED)[both],
            "cleared": np.where(is_end, cleared[both], NO_DAY).astype(np.int32),
        },
    )


def _bounds(row: Grid, first: Grid, after: Grid) -> Grid:
    """Where each spell begins and ends in the grid laid out flat, in turn."""
    ends = np.stack([row * WINDOW_MONTHS + first, row * WINDOW_MONTHS + after], axis=1)
    found: Grid = ends.ravel()
    return found


def _owing(late: Grid) -> tuple[Grid, Grid, Grid]:
    """Spells of taxes owed at month ends, of which the bureau tells within the window."""
    row, first, after = spells(late > 0)
    told = first < WINDOW_MONTHS - QUARTER
    return row[told], first[told], after[told]


def _is_cleared(world: World, firm: Grid, after: Grid) -> NDArray[np.bool_]:
    """Whether the firm was there to pay when the spell ended, early enough to be told of."""
    there: NDArray[np.bool_] = (after < WINDOW_MONTHS - 2) & (world.outcome.gone[firm] > after)
    return there


class _Last:
    """Rows of arrears of the world last asked for."""

    world: World | None = None
    rows: int


def _arrears_rows(world: World) -> int:
    """Rows in the city if each spell were of one tax."""
    if _Last.world is not world:
        _Last.rows = 0
        for block in blocks(world):
            row, _, after = _owing(owed(world, block))
            over = _is_cleared(world, block.first + row, after)
            _Last.rows += len(row) + int(over.sum())
        _Last.world = world
    return _Last.rows


RECIPES: Mapping[str, Recipe] = {
    "taxpayers": taxpayers,
    "vat_returns": vat_returns,
    "tax_payments": tax_payments,
    "tax_arrears": tax_arrears,
    **grades.RECIPES,
}
