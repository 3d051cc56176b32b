"""Flows of corporate accounts (对公流水, T87): what the World's money looks like from the bank.

Each firm that banks here has one account, and others elsewhere: what passes through this one, in so many payments, and
what stands in it at a month's end is in ``tills``; transfers of its own make up the difference. What rings send around
goes through it as well.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.records.accounts import accounts
from shuxin.city.records.coded.chance import again
from shuxin.city.records.coded.days import (
    DAY_SECONDS,
    code,
    coded,
    day_of,
    falls,
    lots_of,
    month_of,
    other,
    padded,
    seen,
    text,
    words,
)
from shuxin.city.records.coded.parties import (
    BANKS,
    COURTS,
    house_bank,
    named,
    outside_firm,
    second_bank,
    some_person,
)
from shuxin.city.records.coded.payments import NO_PLACE, Flows, Grid, flows_of
from shuxin.city.records.coded.ringflows import ring_flows
from shuxin.city.records.coded.sums import pieces, split
from shuxin.city.records.coded.tills import ends, in_account, through
from shuxin.city.records.coded.transfers import FIRST_MONTH, transfers
from shuxin.city.records.drawn import Drawn, person_name
from shuxin.city.vocabulary import CITY

if TYPE_CHECKING:
    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Share, Whole
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

WORDS = (
    *BANKS,
    "第三方支付备付金账户",
    "代发工资专户",
    f"国家金库{CITY}支库",
    *(f"{court}案款专户" for court in COURTS),
)
_PAYMENTS, _PAYROLL, _TREASURY, _COURT = (len(BANKS) + place for place in range(4))
SUMMARIES = (
    "货款",
    "工资",
    "税款",
    "房租",
    "放款",
    "还本付息",
    "往来款",
    "借款",
    "还款",
    "案款",
    "投资款",
    "设备款",
    "同名划转",
)
(
    _GOODS,
    _WAGES,
    _TAX,
    _RENT,
    _DRAWN,
    _SERVICE,
    _OTHER,
    _BORROWED,
    _REPAID,
    _AWARD,
    _CAPITAL,
    _EQUIPMENT,
    _OWN,
) = range(13)
_SALE, _PURCHASE, _FOR_WAGES, _FOR_TAX, _LOAN, _TRANSFER = (
    code("flow_purpose", word) for word in ("sale", "purchase", "wages", "tax", "loan", "transfer")
)
_IN, _OUT = code("flow_direction", "in"), code("flow_direction", "out")
_BATCH = code("flow_channel", "batch")
_RECEIPTS, _PAID = (5.2, 7.5, 11.0, 17.0), (4.4, 6.2, 9.0, 14.0)
"""Payments in a month by size, beside those with firms of the city."""
_PRIVATE = 0.05
"""Share of firms that borrow from a person when the owner would have to help."""
_WAN_FEN = 1_000_000
_SLOTS = 6
_OPENS, _HOURS = 1_800, 32_400


def bank_flows(world: World, block: Block) -> Drawn:
    """T87: payments by account and time; the balance after each; known on the next day."""
    grid = Grid(world, block)
    inward, outward, received, spent = _between_firms(grid)
    whole = _joined(
        inward,
        outward,
        _receipts(grid, np.maximum(_passing(grid, "collected") - received, 0)),
        _purchases(grid, np.maximum(_passing(grid, "paid") - spent, 0)),
        *_monthly(grid),
        *_owners(grid),
        *_circles(grid),
        _opening(grid),
    )
    standing = ends(world, block)
    return _statement(grid, _joined(whole, _own(grid, whole, standing)), standing)


def _joined(*parts: Flows) -> Flows:
    return Flows(
        *(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Flows))
    )


def _passing(grid: Grid, column: str) -> Whole:
    """(g,) fen of receipts or payments that pass through the account."""
    found = through(grid.world, grid.block, column)
    return found[grid.firm - grid.block.first, grid.month]


def _own(grid: Grid, flows: Flows, standing: Whole) -> Flows:
    """To and from the firm's account elsewhere, so that so much stands here at the month's end: what is lacking comes
    early in the month, what is too much goes at its end.
    """
    moved = grid.summed(grid.cells(flows.firm, flows.month), flows.signed)
    amount = standing[grid.firm - grid.block.first, grid.month] - _before(grid, standing) - moved
    early, late = 0.01 + 0.10 * other(grid.bits, 61), 0.96 + 0.03 * other(grid.bits, 61)
    return flows_of(
        grid.firm, grid.month, amount, np.where(amount > 0, early, late), again(grid.bits, purpose=406),
        summary=_OWN, purpose=_TRANSFER, place=grid.firm,
    )  # fmt: skip


def _between_firms(grid: Grid) -> tuple[Flows, Flows, Whole, Whole]:
    """Transfers between firms of the city; what they sum to in each month, received and spent."""
    every, block = transfers(grid.world), grid.block
    found = []
    for firms, others, sign in (
        (every.seller, every.buyer, 1),
        (every.buyer, every.seller, -1),
    ):
        rows = np.flatnonzero((firms >= block.first) & (firms < block.stop))
        cells = grid.cells(firms[rows], every.month[rows])
        rows, cells = rows[cells >= 0], cells[cells >= 0]
        bits = every.of(rows).bits(grid.world)
        flows = flows_of(
            firms[rows], every.month[rows], sign * every.amount[rows], other(bits, 1), bits,
            summary=_GOODS, purpose=_SALE if sign > 0 else _PURCHASE, place=others[rows], fixed=True,
        )  # fmt: skip
        found.append((flows, grid.summed(cells, every.amount[rows])))
    (inward, received), (outward, spent) = found
    return inward, outward, received, spent


def _in_pieces(
    grid: Grid, rest: Whole, usual: tuple[float, ...], purpose: int
) -> tuple[Whole, Whole, Bits]:
    """Cells, amounts and bits of the pieces of ``rest``: about so many by size, each above 0."""
    many = np.array(usual)[grid.world.firms.size[grid.firm]]
    count = np.maximum(1, np.floor(many * (0.5 + other(grid.bits, purpose)))).astype(np.int64)
    count = np.where(rest > 0, np.minimum(count, np.maximum(rest // 100, 1)), 0)
    group, place = pieces(count)
    bits = lots_of(grid.world, f"flows/{purpose}").bits(grid.firm[group], grid.month[group], place)
    weights = 1 + np.floor(1_000 * other(bits, 1) ** 2).astype(np.int64)
    return group, split(rest, counts=count, weights=weights), bits


def _partner(grid: Grid, group: Whole, bits: Bits, purpose: int) -> Whole:
    """One of the few firms outside the city that a firm always trades with, the first of them most."""
    slot = np.floor(_SLOTS * other(bits, purpose) ** 2).astype(np.int64)
    own = lots_of(grid.world, f"flows/partners/{purpose}").bits(grid.firm[group], slot)
    return outside_firm(grid.world, own).astype(np.int64)


def _receipts(grid: Grid, rest: Whole) -> Flows:
    group, amount, bits = _in_pieces(grid, rest, _RECEIPTS, 31)
    by_card = other(bits, 2) > grid.world.traits.to_business[grid.firm[group]]
    return flows_of(
        grid.firm[group], grid.month[group], amount, other(bits, 3), bits,
        summary=_GOODS, purpose=_SALE,
        place=np.where(by_card, NO_PLACE, _partner(grid, group, bits, 4)), word=_PAYMENTS,
    )  # fmt: skip


def _purchases(grid: Grid, rest: Whole) -> Flows:
    group, amount, bits = _in_pieces(grid, rest, _PAID, 32)
    return flows_of(
        grid.firm[group], grid.month[group], -amount, 0.3 + 0.7 * other(bits, 3), bits,
        summary=_GOODS, purpose=_PURCHASE, place=_partner(grid, group, bits, 5),
    )  # fmt: skip


def _monthly(grid: Grid) -> list[Flows]:
    """What is paid once a month: wages, rent, taxes, the bank, courts."""
    world, firm = grid.world, grid.firm
    bank = house_bank(world, firm)
    landlord = outside_firm(world, lots_of(world, "flows/landlord").bits(firm))
    maker = outside_firm(world, lots_of(world, "flows/maker").bits(firm, grid.month))
    court = _COURT + world.firms.region[firm].astype(np.int64)
    return [
        grid.once_a_month("wages", -1, (0.15, 0.40), _FOR_WAGES, summary=_WAGES, word=_PAYROLL),
        grid.once_a_month("rent", -1, (0.02, 0.30), _TRANSFER, summary=_RENT, place=landlord),
        grid.once_a_month("taxes", -1, (0.30, 0.50), _FOR_TAX, summary=_TAX, word=_TREASURY),
        grid.once_a_month("debt_service", -1, (0.64, 0.70), _LOAN, summary=_SERVICE, word=bank),
        grid.once_a_month("drawn", 1, (0.60, 0.64), _LOAN, summary=_DRAWN, word=bank),
        grid.once_a_month("invested", -1, (0.66, 0.95), _PURCHASE, summary=_EQUIPMENT, place=maker),
        grid.once_a_month("losses", -1, (0.50, 0.95), _TRANSFER, summary=_AWARD, word=court),
    ]


def _owners(grid: Grid) -> list[Flows]:
    """What owners put in and take out; some borrow from a person in round sums, and pay him back instead."""
    world, firm, bits = grid.world, grid.firm, grid.bits
    amount = in_account(world, firm, grid.month, "owner", grid.money("owner"))
    head = person_name(world.ties.controller[firm]).astype(np.int64)
    own = lots_of(world, "flows/private").bits(firm)
    lender = person_name(some_person(world, own)).astype(np.int64)
    private = falls(own, 1, _PRIVATE)
    lent = np.where(private & (amount > 0), amount // _WAN_FEN * _WAN_FEN, 0)
    back = np.where(private & (amount < 0), amount, 0)
    rest = amount - lent - back
    out = np.where(amount < 0, 0.75 + 0.2 * other(bits, 41), 0.05 + 0.3 * other(bits, 41))
    made = [again(bits, purpose=purpose) for purpose in (401, 402, 403)]
    return [
        flows_of(firm, grid.month, rest, out, made[0], summary=_OTHER, purpose=_TRANSFER, place=head),
        flows_of(firm, grid.month, lent, out, made[1], summary=_BORROWED, purpose=_TRANSFER, place=lender),
        flows_of(firm, grid.month, back, out, made[2], summary=_REPAID, purpose=_TRANSFER, place=lender),
    ]  # fmt: skip


def _circles(grid: Grid) -> list[Flows]:
    """What goes round in rings; the little that stays with a firm goes to who is behind it, or comes from him."""
    every = ring_flows(grid.world)
    left = np.zeros(len(grid.firm), np.int64)
    found = []
    for firms, others, sign in ((every.target, every.source, 1), (every.source, every.target, -1)):
        cells = grid.cells(firms, every.month)
        rows = np.flatnonzero((cells >= 0) & (every.month >= FIRST_MONTH))
        left += sign * grid.summed(cells[rows], every.amount[rows])
        found.append(
            flows_of(
                firms[rows], every.month[rows], sign * every.amount[rows], every.at[rows],
                every.bits(grid.world)[rows], summary=_GOODS, purpose=_SALE if sign > 0 else _PURCHASE,
                place=others[rows], fixed=True,
            )
        )  # fmt: skip
    head = person_name(grid.world.ties.controller[grid.firm]).astype(np.int64)
    late = 0.97 + 0.02 * other(grid.bits, 51)
    rest = flows_of(
        grid.firm, grid.month, -left, late, again(grid.bits, purpose=404),
        summary=_OTHER, purpose=_TRANSFER, place=head,
    )  # fmt: skip
    return [*found, rest]


def _opening(grid: Grid) -> Flows:
    """What owners put in before the first month."""
    world = grid.world
    first = world.firms.born[grid.firm] == grid.month
    amount = np.where(first, world.money.opening[grid.firm], 0)
    head = person_name(world.ties.controller[grid.firm]).astype(np.int64)
    return flows_of(
        grid.firm, grid.month, amount, np.zeros(len(amount)), again(grid.bits, purpose=405),
        summary=_CAPITAL, purpose=_TRANSFER, place=head,
    )  # fmt: skip


def _seconds(flows: Flows, at: Share) -> Whole:
    """Seconds since 1970 UTC: a day of the month, between half past eight and half past five in China."""
    day = day_of(flows.month + at)
    second = _OPENS + np.floor(_HOURS * other(flows.bits, 90)).astype(np.int64)
    return day * DAY_SECONDS + second


def _statement(grid: Grid, flows: Flows, standing: Whole) -> Drawn:
    """Rows by account and time with balances; in months that would overdraw, receipts come first."""
    before = _before(grid, standing)
    seconds = _seconds(flows, flows.at)
    order = np.lexsort((flows.signed < 0, seconds, flows.firm))
    balance = _balances(grid, flows.of(order), before)
    cell = grid.cells(flows.firm, flows.month)
    lowest = np.zeros(len(grid.firm), np.int64)
    np.minimum.at(lowest, cell[order], balance)
    end = standing[grid.firm - grid.block.first, grid.month]
    tight = (lowest < np.minimum(np.minimum(before, end), 0))[cell] & ~flows.fixed
    early = np.where(flows.signed > 0, 0.12 * flows.at, 0.55 + 0.44 * flows.at)
    seconds = _seconds(flows, np.where(tight, early, flows.at))
    order = np.lexsort((flows.signed < 0, seconds, flows.firm))
    done, seconds = flows.of(order), seconds[order]
    return _rows(grid, done, seconds, _balances(grid, done, before))


def _before(grid: Grid, standing: Whole) -> Whole:
    """(g,) what was in the account before each month; nothing before a firm's first one."""
    first = grid.world.firms.born[grid.firm] == grid.month
    return np.where(first, 0, standing[grid.firm - grid.block.first, grid.month - 1])


def _balances(grid: Grid, flows: Flows, before: Whole) -> Whole:
    """(r,) balance after each payment; rows are by firm and time."""
    run = flows.signed.cumsum()
    first = np.append(True, flows.firm[1:] != flows.firm[:-1]) if len(run) else np.zeros(0, bool)
    starts = np.flatnonzero(first)
    many = np.diff(np.append(starts, len(run)))
    opening = before[np.searchsorted(grid.firm, flows.firm[starts])]
    offset = opening - (run[starts] - flows.signed[starts])
    found: Whole = run + np.repeat(offset, many)
    return found


def _rows(grid: Grid, flows: Flows, seconds: Whole, balance: Whole) -> Drawn:
    world, bits = grid.world, flows.bits
    day = seconds // DAY_SECONDS
    inside = (flows.place >= 0) & (flows.place < world.count)
    own_bank = house_bank(world, np.where(inside, flows.place, 0))
    own_bank = np.where(flows.place == flows.firm, second_bank(world, flows.firm), own_bank)
    some_bank = np.floor(len(BANKS) * other(bits, 92)).astype(np.int64)
    cp_bank = np.where(inside, own_bank, some_bank)
    is_bank = (flows.word >= 0) & (flows.word < len(BANKS)) & (flows.place == NO_PLACE)
    cp_bank = np.where(is_bank, flows.word, cp_bank)
    channel = coded(other(bits, 91), "flow_channel")
    key = np.where(flows.place == NO_PLACE, -1_000_000_000 - flows.word, flows.place)
    serial = np.arange(len(day)) - np.searchsorted(flows.firm, flows.firm)
    return Drawn(
        firm=flows.firm.astype(np.int32),
        day=day.astype(np.int32),
        month=month_of(day),
        known=seen(day, 1, other(bits, 93)),
        values={
            "acct": accounts("BANK", flows.firm, seed=world.seed),
            "txn_no": text("LS", padded(flows.firm, 7), padded(serial + 1, 6)),
            "direction": np.where(flows.signed > 0, _IN, _OUT).astype(np.int8),
            "amount": np.abs(flows.signed),
            "balance_after": balance,
            "counterparty_name": named(flows.place, flows.word, WORDS),
            "cp_account_hmac": _hashed(lots_of(world, "flows/hmac").bits(key)),
            "cp_bank": pa.array(BANKS, pa.string()).take(pa.array(cp_bank)),
            "summary": words(flows.summary, SUMMARIES),
            "purpose": flows.purpose.astype(np.int8),
            "channel": np.where(flows.summary == _WAGES, _BATCH, channel).astype(np.int8),
            "ts": seconds,
        },
    )


def _hashed(bits: Bits) -> pa.StringArray:
    return pc.cast(pa.array(bits), pa.string())
