"""What banks know of loans: the ledger by month, and reports on enterprises (T85, T88)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.records.coded.days import (
    FIRST,
    STARTS,
    UNTIL,
    among,
    code,
    day_of,
    ends,
    falls,
    gathered,
    lots_of,
    month_of,
    other,
    padded,
    seen,
    text,
    words,
)
from shuxin.city.records.coded.docket import docket
from shuxin.city.records.coded.loans import CREDIT, MORTGAGE, last_months, loans_of
from shuxin.city.records.coded.months import looks
from shuxin.city.records.coded.parties import lenders
from shuxin.city.records.coded.sums import pieces, scaled
from shuxin.city.world.draws import exp
from shuxin.city.world.scale import WINDOW_MONTHS
from shuxin.city.world.ties import PPM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.coded.loans import Loans
    from shuxin.city.records.drawn import Block, Drawn
    from shuxin.city.world.world import World

_SPLIT, _SPLIT_FROM_FEN, _FIRST_PART = 0.20, 100_000_000, 600_000
"""Share of loans of a million yuan and more that two banks give, and the first one's millionths of it."""
_CLASSES = (1, 91, 271, 361)
"""Days past due from which a loan is of special mention, substandard, doubtful, loss (DOMAIN 4.9)."""
_DUE_DAY = 20
_ONLINE = 0.46
_LINE_TENOR_DAYS = 365


def days_past_due(world: World, block: Block) -> NDArray[np.int64]:
    """(firms of the block, months) at the month's end; payments fall due on the 20th."""
    late = world.money.debt_late[block.first : block.stop] > 0
    found = np.zeros(late.shape, np.int64)
    since = np.zeros(len(late), np.int64)
    for month in range(WINDOW_MONTHS):
        fresh = late[:, month] & (since == 0)
        since = np.where(late[:, month], np.where(fresh, STARTS[month] + _DUE_DAY - 1, since), 0)
        found[:, month] = np.where(since > 0, STARTS[month + 1] - 1 - since, 0)
    return found


def five_class(dpd: Whole) -> NDArray[np.int8]:
    """Places in the code table (五级分类)."""
    return np.searchsorted(_CLASSES, dpd, side="right").astype(np.int8)


def loan_ledger(world: World, block: Block) -> Drawn:
    """T85: every loan in each month until it is paid back; balances of a firm and month sum to the World's debt.

    What a firm has drawn of its line of credit is a loan of its own.
    """
    found = loans_of(world, block)
    group, month = _months(world, found)
    two = (falls(found.bits, 40, _SPLIT)) & (found.fen >= _SPLIT_FROM_FEN)
    row = np.repeat(np.arange(len(group)), 1 + two[group])
    part = np.arange(len(row)) - np.searchsorted(row, row)
    share = np.where(two[group[row]], np.where(part == 0, _FIRST_PART, PPM - _FIRST_PART), PPM)
    loan, at = group[row], month[row]
    firm = found.firm[loan]
    is_open = at < last_months(world, found)[loan]
    debt, late = world.money.debt[firm, at], world.money.debt_late[firm, at]
    contract = _part(found.fen[loan], share, part)
    dpd = np.where(is_open, days_past_due(world, block)[firm - block.first, at], 0)
    bits, rate = found.bits[loan], found.rate_bp[loan] * 100
    overdue = np.where(is_open, _part(late, share, part), 0)
    careless = _careless(world, block, firm, at) & is_open & (dpd == 0)
    overdue = np.where(careless, 1 + _part(debt, share, part) * rate // (12 * PPM), overdue)
    dpd = np.where(
        careless,
        1 + np.floor(_FEW_DAYS * other(lots_of(world, "ledger/days").bits(firm, at), 1)),
        dpd,
    )
    dpd = dpd.astype(np.int64)
    columns = {
        "loan_no": text("JK", padded(found.number[loan] + 1, 8), "-", part + 1),
        "product": _product(found)[loan],
        "contract": contract,
        "drawn": contract,
        "balance": np.where(is_open, _part(debt, share, part), 0),
        "rate": rate,
        "guarantee": found.security[loan],
        "from": found.day[loan].astype(np.int32),
        "to": found.due[loan].astype(np.int32),
        "repay_mode": _repay_mode(found)[loan],
        "five_class": five_class(dpd),
        "dpd": dpd,
        "overdue": overdue,
        "online": falls(bits, 41, _ONLINE),
        "first_loan": found.first[loan],
    }
    lines = _lines(world, block)
    line_firm, line_month = lines.pop("firm"), lines.pop("month")
    both = {name: _joined(column, lines[name]) for name, column in columns.items()}
    firm, at = np.concatenate([firm, line_firm]), np.concatenate([at, line_month])
    lots = lots_of(world, "ledger").bits(firm, at)
    day = STARTS[at]
    known = seen(STARTS[at + 1], np.floor(2 * other(lots, 1)).astype(np.int64), other(lots, 2))
    return gathered(block, firm=firm, day=day, known=known, values=both)


def _joined(one: object, two: object) -> object:
    if isinstance(one, np.ndarray):
        return np.concatenate([one, np.asarray(two, one.dtype)])
    return pa.concat_arrays([one, two])


def _months(world: World, found: Loans) -> tuple[Whole, Whole]:
    """Loan and month of each row: from the drawing to the month in which it is paid back, which shows nothing owed."""
    begin = np.maximum(found.month, 0)
    end = last_months(world, found)
    lives = end < np.minimum(world.outcome.gone[found.firm], WINDOW_MONTHS)
    group, place = pieces(np.maximum(end + lives - begin, 0))
    return group, begin[group] + place


def _part(amount: Whole, share: Whole, part: Whole) -> Whole:
    """The first part is rounded down, the second is the rest."""
    whole = np.full(len(amount), PPM)
    first = scaled(amount, np.where(part == 0, share, PPM - share), whole)
    return np.where(part == 0, first, amount - first)


def _product(found: Loans) -> NDArray[np.int8]:
    word = among(found.bits, 42, "loan_product", flow_loan=42, tax_loan=38, supply_chain=20)
    return np.where(found.security == MORTGAGE, code("loan_product", "mortgage_loan"), word).astype(
        np.int8
    )


def _repay_mode(found: Loans) -> NDArray[np.int8]:
    whole = among(found.bits, 43, "repay_mode", bullet=70, interest_first=30)
    return np.where(found.whole, whole, code("repay_mode", "level")).astype(np.int8)


def _lines(world: World, block: Block) -> dict[str, object]:
    """Lines of credit in the months in which something is drawn of them: for want of cash, or to have it at hand."""
    cash = np.where(line_here(world, block.firms)[:, None], _with_ease(world, block), 0)
    own, month = np.nonzero(cash < 0)
    firm = block.first + own
    drawn = -cash[own, month]
    limit = np.rint(world.traits.usual * world.traits.line).astype(np.int64)[firm]
    limit = np.maximum(limit, -np.minimum.accumulate(cash, axis=1)[own, month])
    dpd = days_past_due(world, block)[own, month]
    first = np.maximum(cash < 0, 0).argmax(axis=1)[own]
    start = STARTS[first] + 4
    none = np.zeros(len(own), np.int64)
    return {
        "firm": firm,
        "month": month,
        "loan_no": text("XE", padded(firm + 1, 8)),
        "product": np.full(len(own), code("loan_product", "flow_loan")),
        "contract": limit,
        "drawn": drawn,
        "balance": drawn,
        "rate": none + 45_000,
        "guarantee": np.full(len(own), CREDIT),
        "from": start,
        "to": start + _LINE_TENOR_DAYS * (1 + (STARTS[month] - start) // _LINE_TENOR_DAYS),
        "repay_mode": np.full(len(own), code("repay_mode", "interest_first")),
        "five_class": five_class(dpd),
        "dpd": dpd,
        "overdue": none,
        "online": np.ones(len(own), np.bool_),
        "first_loan": np.zeros(len(own), np.bool_),
    }


_LINES_HERE = 0.5
"""[T] Share of firms whose line of credit is with a bank of the platform."""


def line_here(world: World, firm: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(r,) whether a firm's line of credit, if it has one, is with a bank of the platform: the ledger has no other."""
    found: NDArray[np.bool_] = lots_of(world, "ledger/line").at(firm) < _LINES_HERE
    return found


_CARELESS, _CARELESS_SLOPE, _FEW_DAYS = 0.045, 0.40, 28
"""[T] Chance in a month that interest is some days late for no want of money, how it moves with what the bank sees of
a firm, and most days.
"""


def _careless(world: World, block: Block, firm: Whole, month: Whole) -> NDArray[np.bool_]:
    seen_as = looks(world, block, "bank")[firm - block.first, month]
    chance = _CARELESS * exp(-_CARELESS_SLOPE * seen_as)
    return falls(lots_of(world, "ledger/careless").bits(firm, month), 1, chance)


_EASY, _EASY_SLOPE, _EASY_PART, _EASY_MONTHS = 0.80, 0.15, 1.0, 4
"""[T] Share of stretches in which a borrower draws on his line although he need not, how it moves with what the bank
sees, up to what part of it, and months of a stretch.
"""


def _with_ease(world: World, block: Block) -> NDArray[np.int64]:
    """(firms, months) cash, below 0 as far as the line is drawn: with what borrowers draw and leave in the account."""
    own, lots = slice(block.first, block.stop), lots_of(world, "ledger/ease")
    cash, traits = world.money.cash[own], world.traits
    firm = np.repeat(block.firms, WINDOW_MONTHS).reshape(cash.shape)
    month = np.tile(np.arange(WINDOW_MONTHS), len(cash)).reshape(cash.shape)
    start = np.floor(_EASY_MONTHS * lots.at(block.firms)).astype(np.int64)[:, None]
    bits = lots.bits(firm, (month + start) // _EASY_MONTHS + 1)
    has = (world.money.debt[own] > 0) & (world.money.debt_late[own] == 0)
    easy = has & falls(bits, 1, _EASY * exp(-_EASY_SLOPE * looks(world, block, "bank")))
    most = (traits.usual[own] * traits.line[own] * _EASY_PART)[:, None]
    extra = np.where(easy, np.floor(most * other(bits, 2) / 10_000), 0).astype(np.int64) * 10_000
    found: NDArray[np.int64] = np.minimum(cash, 0) - extra
    return found


_ASKED_YEARLY = 0.21
_ASKED_AGAIN = 0.5
"""Share of renewals before which the bank asks again."""
_CLASS_WORDS = ("无未结清", "仅有正常类", "正常类与关注类", "含不良类")


def credit_reports(world: World, block: Block) -> Drawn:
    """T88: on companies, before each loan and now and then; it shows the end of the month before."""
    found = loans_of(world, block)
    own = np.flatnonzero(
        (world.firms.kind[found.firm] == 0) & (found.day >= FIRST) & ~found.renewal
    )
    again = found.renewal & (falls(found.bits, 44, _ASKED_AGAIN))
    renewed = np.flatnonzero((world.firms.kind[found.firm] == 0) & again)
    some = _asked(world, block)
    firm = np.concatenate([found.firm[own], found.firm[renewed], some[0]])
    before = np.concatenate([found.day[own], found.day[renewed], some[1]])
    bits = lots_of(world, "credit reports").bits(firm, before)
    day = before - 2 - np.floor(25 * other(bits, 1)).astype(np.int64)
    kept = (day >= FIRST) & (day > world.firms.founded[firm])
    month = np.maximum(month_of(day).astype(np.int64) - 1, 0)
    debt = np.where(day >= STARTS[1], world.money.debt[firm, month], 0)
    dpd = days_past_due(world, block)[firm - block.first, month]
    worst = np.where(debt > 0, five_class(dpd), 0)
    word = np.where(debt > 0, np.minimum(1 + worst, 3), 0)
    short = world.money.bills[firm, month] > world.traits.usual[firm] * 1.5
    queries = np.floor(5 * other(bits, 2) ** 2 + short * 5 * other(bits, 3)).astype(np.int64)
    return gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, 1, other(bits, 4)),
        kept=kept,
        values={
            "report_no": text("XY", padded(firm + 1, 7), "-", day),
            "loans_by_class": words(word, _CLASS_WORDS),
            "worst_class": worst.astype(np.int8),
            "open_balance": debt,
            "closed_loans": _closed(found, firm, day),
            "guarantees": _standing_for(world, firm, month),
            "public_info": _cases_against(world, firm, day),
            "queries": queries,
            "queried_by": lenders(world, firm, bits),
            "reported_at": seen(day, 0, other(bits, 5)),
        },
    )


def _asked(world: World, block: Block) -> tuple[Whole, Whole]:
    """Firms and days on which a bank asked without lending."""
    group, year = pieces(np.full(block.stop - block.first, WINDOW_MONTHS // 12))
    firm = block.first + group
    bits = lots_of(world, "credit reports/asked").bits(firm, year)
    company = world.firms.kind[firm] == 0
    rate = np.where(world.traits.wants[firm], 2.0, 0.6) * _ASKED_YEARLY
    day = day_of(12 * (year + other(bits, 1)))
    hit = company & (other(bits, 2) < rate) & (day > world.firms.founded[firm] + 60)
    hit &= (day < ends(world)[firm]) & (day < UNTIL)
    return firm[hit], day[hit]


def _closed(found: Loans, firm: Whole, day: Whole) -> Whole:
    """Loans of a firm before its last one of that day."""
    key = found.firm * 100_000 + np.clip(found.day, 0, 99_999)
    upto = np.searchsorted(key, firm * 100_000 + day)
    before: Whole = np.maximum(upto - np.searchsorted(found.firm, firm) - 1, 0)
    return before


def _standing_for(world: World, firm: Whole, month: Whole) -> Whole:
    """Fen of others' debts that a firm stands for."""
    ties = world.ties.guarantees
    order = np.argsort(ties.guarantor, kind="stable")
    guarantor = ties.guarantor[order]
    first = np.searchsorted(guarantor, firm)
    group, place = pieces(np.searchsorted(guarantor, firm, side="right") - first)
    pair = order[first[group] + place]
    debt = world.money.debt[ties.debtor[pair], month[group]]
    share = ties.share_ppm[pair].astype(np.int64)
    stood = scaled(debt, share, np.full(len(share), PPM))
    total = np.zeros(len(firm), np.int64)
    np.add.at(total, group, stood)
    return total


def _cases_against(world: World, firm: Whole, day: Whole) -> Whole:
    """Cases filed against a firm until a day."""
    cases = docket(world)
    own = cases.defendant >= 0
    key = np.sort(cases.defendant[own] * 100_000 + cases.filed[own])
    return np.searchsorted(key, firm * 100_000 + day) - np.searchsorted(key, firm * 100_000)
