"""The platform's business and merchants' takings (T94, T93).

An application has rows of its own for each step, under one number: who lent, and whether it went wrong, is seen on the
day on which it happened and not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.accounts import accounts
from shuxin.city.records.coded.chance import again
from shuxin.city.records.coded.days import (
    DAY_SECONDS,
    STARTS,
    UNTIL,
    about,
    code,
    day_of,
    ends,
    falls,
    gathered,
    lots_of,
    other,
    padded,
    seen,
    text,
)
from shuxin.city.records.coded.guarantees import bank_names
from shuxin.city.records.coded.loans import loans_of
from shuxin.city.records.coded.parties import house_bank
from shuxin.city.records.coded.sums import pieces, split
from shuxin.city.records.drawn import NOTHING
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

_ASK, _AUTHORISE, _APPLY, _DECIDE, _LEND, _ALERT, _COMPENSATE = (
    code("app_kind", word)
    for word in ("demand", "authorisation", "application", "decision", "loan", "alert", "compensation")
)  # fmt: skip
_DONE, _WITHDRAWN = code("app_state", "done"), code("app_state", "withdrawn")
_THROUGH_PLATFORM = 0.55
"""Share of new loans of the World that came through the platform."""
_REFUSED_YEARLY, _REFUSED_MORE = 0.036, 1.6
_STEPS = (0.35, 0.65)
"""Share of applications with a demand on the platform, and with an authorisation of their own before."""
_OUTCOME_MONTHS = 12
_COMPENSATED = 0.35


class _Applications:
    """Applications (a,) of a block. day: of the application. granted: fen, 0 refused. failed: month, -1 never."""

    def __init__(self, world: World, block: Block) -> None:
        lent = loans_of(world, block)
        through = ~lent.renewal & (lent.month >= 0) & (falls(lent.bits, 60, _THROUGH_PLATFORM))
        lent = lent.of(np.flatnonzero(through))
        wait = 2 + np.floor(20 * other(lent.bits, 61)).astype(np.int64)
        firm, day, bits = _refused(world, block)
        self.firm = np.concatenate([lent.firm, firm])
        self.day = np.concatenate([lent.day - wait, day])
        self.bits: Bits = np.concatenate([lent.bits, bits])
        self.lent = np.concatenate([lent.day, np.full(len(firm), -1)])
        self.granted = np.concatenate([lent.fen, np.zeros(len(firm), np.int64)])
        self.bank = np.concatenate([lent.bank, house_bank(world, firm)]).astype(np.int64)
        usual = about(world.traits.usual[self.firm] * 1.6, 0.5, again(self.bits, purpose=62))
        more = np.floor(usual / 1_000_000).astype(np.int64) * 1_000_000
        least = np.maximum(more, 2_000_000)
        self.asked = np.where(self.granted > 0, np.maximum(self.granted, least // 2), least)
        self.failed = world.outcome.failed[self.firm].astype(np.int64)

    def __len__(self) -> int:
        return len(self.firm)


def _refused(world: World, block: Block) -> tuple[Whole, Whole, Bits]:
    """Those without a loan who ask and get none: more of them where bills stay unpaid."""
    group, month = pieces(np.full(block.stop - block.first, WINDOW_MONTHS))
    firm = block.first + group
    bits = lots_of(world, "refused").bits(firm, month)
    money = world.money
    overdue = money.bills[firm, month] - money.purchases[firm, month]
    short = overdue > world.traits.usual[firm] * 0.3
    rate = _REFUSED_YEARLY / 12 * (1 + _REFUSED_MORE * short)
    hit = (other(bits, 1) < rate) & (money.sales[firm, month] > 0) & (money.debt[firm, month] == 0)
    firm, month, bits = firm[hit], month[hit], bits[hit]
    day = day_of(month + other(bits, 2))
    kept = (day > world.firms.founded[firm] + 90) & (day < ends(world)[firm])
    return firm[kept], day[kept], bits[kept]


def platform_records(world: World, block: Block) -> Drawn:
    """T94: demand, authorisation, application, decision, loan; alert and compensation if the firm fails in a year."""
    found = _Applications(world, block)
    every = np.arange(len(found))
    approved = found.granted > 0
    fails = day_of(found.failed + 1.0)
    lent = np.where(approved, found.lent, UNTIL)
    broke = approved & (found.failed >= 0) & (fails > lent)
    broke &= fails <= lent + round(_OUTCOME_MONTHS * 30.4375)
    paid = broke & (falls(found.bits, 71, _COMPENSATED))
    decided = np.where(approved, np.maximum(found.lent - 1, found.day), found.day + 1)
    steps = (
        (_ASK, every[falls(found.bits, 72, _STEPS[0])], found.day - 3),
        (_AUTHORISE, every[falls(found.bits, 73, _STEPS[1])], found.day - 1),
        (_APPLY, every, found.day),
        (_DECIDE, every, decided),
        (_LEND, every[approved], lent),
        (_ALERT, every[broke], fails + 3),
        (_COMPENSATE, every[paid], fails + 60),
    )
    kind = np.repeat([step[0] for step in steps], [len(step[1]) for step in steps])
    row = np.concatenate([step[1] for step in steps])
    day = np.concatenate([step[2][step[1]] for step in steps])
    bits = lots_of(world, "platform").bits(found.firm[row], found.day[row], kind)
    done = day * DAY_SECONDS + 3_600 + np.floor(32_400 * other(bits, 1)).astype(np.int64)
    answers = np.isin(kind, (_DECIDE, _LEND)) & approved[row]
    withdrawn = np.isin(kind, (_ASK, _AUTHORISE)) & (falls(bits, 2, 0.05))
    return gathered(
        block,
        firm=found.firm[row],
        day=day,
        known=done,
        kept=day > world.firms.founded[found.firm[row]],
        values={
            "record_no": text("SQ", padded(found.firm[row] + 1, 7), "-", found.day[row], "-", kind),
            "app_kind": kind.astype(np.int8),
            "state": np.where(withdrawn, _WITHDRAWN, _DONE).astype(np.int8),
            "institution": bank_names(found.bank[row]),
            "asked": np.where(np.isin(kind, (_ASK, _APPLY, _DECIDE)), found.asked[row], NOTHING),
            "granted": np.where(answers, found.granted[row], NOTHING),
            "done_at": done,
        },
    )


_MERCHANTS, _MERCHANT_SECTIONS = 0.262, "FHOR"
_FIRST_MONTH = WINDOW_MONTHS - 12
_BY_CARD = (0.25, 0.6)
_WEEK = np.array([90, 88, 92, 96, 118, 140, 128], np.int64)
"""What the days of a week sell, Monday first."""
_MONDAY = 3
_LEAST_SALES_FEN = 10_000
_TICKET_FEN = (6_000.0, 1.0)


def merchant_days(world: World, block: Block) -> Drawn:
    """T93: a merchant's takings of each day of the last year; a month's sum to a firm's share of its sales."""
    own = block.firms.astype(np.int64)
    lots = lots_of(world, "merchants")
    wanted = np.isin(world.firms.section[own], [SECTIONS.index(one) for one in _MERCHANT_SECTIONS])
    own = own[wanted & (lots.at(own) < _MERCHANTS)]
    group, place = pieces(np.full(len(own), WINDOW_MONTHS - _FIRST_MONTH))
    firm, month = own[group], _FIRST_MONTH + place
    sales = world.money.sales[firm, month]
    sells = sales >= _LEAST_SALES_FEN
    firm, month, sales = firm[sells], month[sells], sales[sells]
    share = _BY_CARD[0] + _BY_CARD[1] * lots.at(firm, np.ones(len(firm), np.int64))
    total = np.floor(sales * share).astype(np.int64)
    long = STARTS[month + 1] - STARTS[month]
    cell, number = pieces(long)
    day = STARTS[month[cell]] + number
    bits = lots_of(world, "merchants/days").bits(firm[cell], day)
    weight = _WEEK[(day + _MONDAY) % 7] * (1 + np.floor(12 * other(bits, 1))).astype(np.int64)
    amount = split(total, counts=long, weights=weight)
    ticket = about(np.full(len(firm), _TICKET_FEN[0]), _TICKET_FEN[1], lots.bits(firm))[cell]
    return gathered(
        block,
        firm=firm[cell],
        day=day,
        known=seen(day, 1, other(bits, 2)),
        values={
            "merchant": accounts("MKT", firm[cell], seed=world.seed),
            "orders": np.maximum(1, np.rint(amount / ticket)).astype(np.int64),
            "amount": amount,
        },
    )


RECIPES: Mapping[str, Recipe] = {
    "platform_records": platform_records,
    "merchant_days": merchant_days,
}
