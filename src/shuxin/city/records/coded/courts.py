"""The court: cases, judgments, enforcement, dishonest debtors, bans, bankruptcies and freezes (T45-T51, T11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.records.coded.days import (
    UNTIL,
    among,
    answerable_until,
    code,
    coded,
    dated,
    day_of,
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
from shuxin.city.records.coded.docket import BANK, PERSON, docket
from shuxin.city.records.coded.parties import (
    BANKS,
    INTERMEDIATE,
    court_names,
    court_of,
    heads,
    house_bank,
    named,
    outside_firm,
    some_person,
)
from shuxin.city.records.drawn import NOTHING, person_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded import Shared
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.coded.docket import Docket
    from shuxin.city.records.drawn import Block, Drawn, Names, Recipe
    from shuxin.city.world.world import World

_PLAINTIFF, _DEFENDANT, _THIRD = (
    code("case_role", word) for word in ("plaintiff", "defendant", "third_party")
)
_WON, _PARTLY = (code("judgment_result", word) for word in ("for_plaintiff", "partly"))
_FULFILLED, _SETTLED = (code("close_mode", word) for word in ("fulfilled", "settled"))
_APPEALED, _PUBLISHED = 0.27, 0.67
"""Share of judgments against which somebody appeals, and that are published."""
_YEAR_ZERO = 1970
_KINDS = {"civil": "民初", "appeal": "民终", "enforced": "执", "freeze": "财保", "bankrupt": "破"}


def _own(block: Block, *firms: Whole) -> NDArray[np.intp]:
    """Rows in which one of these is a firm of the block."""
    found = np.zeros(len(firms[0]), np.bool_)
    for firm in firms:
        found |= (firm >= block.first) & (firm < block.stop)
    return np.flatnonzero(found)


def number(kind: str, day: Whole, court: Whole, serial: NDArray[np.integer]) -> pa.StringArray:
    """Case numbers (案号): year, court, kind and serial number."""
    year = day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + _YEAR_ZERO
    return text("（", year, "）澜", padded(court + 1, 2), _KINDS[kind], serial, "号")


def _opponent(world: World, cases: Docket, *, of_defendant: NDArray[np.bool_]) -> Names:
    """The other side of each case, seen by its defendant or its plaintiff."""
    firm = np.where(of_defendant, cases.plaintiff, cases.defendant)
    person = person_name(some_person(world, cases.bits))
    outsider = outside_firm(world, cases.bits)
    stranger = np.where(cases.outside == PERSON, person, outsider)
    stranger = np.where(cases.outside == BANK, -1, stranger)
    bank = house_bank(world, np.maximum(cases.defendant, 0))
    return named(np.where(firm >= 0, firm, stranger), bank, BANKS)


def _serials(cases: Docket, block: Block) -> tuple[Docket, Whole]:
    """The cases of the block's firms, and their numbers in the city."""
    serial = _own(block, cases.defendant, cases.plaintiff, cases.third)
    return cases.of(serial), serial + 1


def case_filings(world: World, block: Block) -> Drawn:
    """T45: a row for each party that is a firm of the city, a further one on appeal, some third parties."""
    cases, serial = _serials(docket(world), block)
    rows = np.arange(len(cases))
    appeal = working(cases.judged + 15 + np.floor(15 * other(cases.bits, 31)).astype(np.int64))
    appealed = np.flatnonzero((falls(cases.bits, 30, _APPEALED)) & (appeal < UNTIL))
    third = np.flatnonzero(cases.third >= 0)
    place = np.concatenate([rows, rows, appealed, appealed, third])
    role = np.repeat(
        [_PLAINTIFF, _DEFENDANT, _PLAINTIFF, _DEFENDANT, _THIRD],
        [len(rows), len(rows), len(appealed), len(appealed), len(third)],
    ).astype(np.int8)
    is_appeal = np.zeros(len(place), np.bool_)
    is_appeal[2 * len(rows) : 2 * (len(rows) + len(appealed))] = True
    found, bits = cases.of(place), cases.bits[place]
    firm = np.where(role == _PLAINTIFF, found.plaintiff, found.defendant)
    firm = np.where(role == _THIRD, found.third, firm)
    filed = np.where(is_appeal, appeal[place], found.filed)
    court = court_of(world, np.maximum(found.defendant, 0), found.amount)
    court = np.where(
        found.defendant >= 0, court, court_of(world, np.maximum(firm, 0), found.amount)
    )
    first, second = (number(kind, filed, court, serial[place]) for kind in ("civil", "appeal"))
    return gathered(
        block,
        firm=firm,
        day=filed,
        known=seen(filed, 2 + np.floor(10 * other(bits, 33)).astype(np.int64), other(bits, 34)),
        kept=(firm >= 0) & (filed < answerable_until(world)[np.maximum(firm, 0)]),
        values={
            "case_no": pc.if_else(pa.array(is_appeal), second, first),
            "cause": found.cause,
            "role": role,
            "uscc": firm.astype(np.int32),
            "opponent": _opponent(world, found, of_defendant=role != _PLAINTIFF),
            "amount": found.amount,
            "court": court_names(court),
            "stage": np.where(
                is_appeal,
                code("case_stage", "second"),
                among(bits, 35, "case_stage", first=98, retrial=2),
            ).astype(np.int8),
        },
    )


def judgments(world: World, block: Block) -> Drawn:
    """T46: of the judgments those that are published, to either party, one to three months late."""
    cases, serial = _serials(docket(world), block)
    published = np.flatnonzero((falls(cases.bits, 40, _PUBLISHED)) & (cases.judged < UNTIL))
    place = np.concatenate([published, published])
    is_defendant = np.arange(len(place)) >= len(published)
    found, bits = cases.of(place), cases.bits[place]
    firm = np.where(is_defendant, found.defendant, found.plaintiff)
    court = court_of(world, np.maximum(found.defendant, found.plaintiff), found.amount)
    effective = working(found.judged + 15)
    share = np.where(found.result == _PARTLY, 0.3 + 0.6 * other(bits, 41), 1.0)
    paid = np.isin(found.result, (_WON, _PARTLY, code("judgment_result", "mediated")))
    awarded = np.floor(found.amount * share / 100).astype(np.int64) * 100
    case_no = number("civil", found.filed, court, serial[place])
    return gathered(
        block,
        firm=firm,
        day=effective,
        known=seen(
            effective, 30 + np.floor(60 * other(bits, 42)).astype(np.int64), other(bits, 43)
        ),
        kept=(firm >= 0) & (effective < answerable_until(world)[np.maximum(firm, 0)]),
        values={
            "case_no": case_no,
            "doc_no": text("JU", serial[place], "-", is_defendant.astype(np.int64) + 1),
            "result": found.result,
            "amount_awarded": np.where(paid, awarded, NOTHING),
            "court_fee": 5_000 + np.floor(found.amount * 0.012).astype(np.int64),
            "in_absence": other(bits, 44) < np.where(found.failure >= 0, 0.6, 0.12),
        },
    )


def _closing(cases: Docket) -> tuple[NDArray[np.bool_], NDArray[np.int8]]:
    """Whether enforcement has closed by now, and how; (e,) each."""
    is_failing = cases.failure >= 0
    failing = among(cases.bits, 50, "close_mode", fulfilled=8, settled=12, terminated=80)
    sound = among(cases.bits, 50, "close_mode", fulfilled=75, settled=25)
    mode = np.where(is_failing, failing, sound)
    closed = (cases.closed >= 0) & (cases.closed < UNTIL) & (falls(cases.bits, 51, 0.9))
    return closed, mode.astype(np.int8)


def _enforced(world: World, block: Block) -> tuple[Docket, Whole, Whole]:
    """Cases against firms of the block that have come to enforcement, their serials and courts."""
    cases = docket(world)
    serial = _own(block, cases.defendant)
    serial = serial[cases.enforced[serial] >= 0]
    found = cases.of(serial)
    return found, serial + 1, court_of(world, found.defendant, found.amount)


def enforcements(world: World, block: Block) -> Drawn:
    """T47: four to twelve months after a failure; against others, soon after the judgment.

    An entry when it is opened, and one when it is closed, each seen on its day.
    """
    found, serial, court = _enforced(world, block)
    closed, mode = _closing(found)
    place = np.concatenate([np.arange(len(found)), np.flatnonzero(closed)])
    is_end = np.arange(len(place)) >= len(found)
    found, serial, court, mode = found.of(place), serial[place], court[place], mode[place]
    bits = found.bits
    target = np.floor(found.amount * (1.0 + 0.15 * other(bits, 52)) / 100).astype(np.int64) * 100
    part = np.where(mode == _FULFILLED, 1.0, np.where(mode == _SETTLED, 0.5, 0.3))
    part = np.where(part < 1, part * other(bits, 53), part)
    performed = np.floor(target * part).astype(np.int64)
    entered = np.where(is_end, found.closed, found.enforced)
    return gathered(
        block,
        firm=found.defendant,
        day=found.enforced,
        known=seen(entered, 3 + np.floor(9 * other(bits, 54)).astype(np.int64), other(bits, 55)),
        values={
            "exec_no": number("enforced", found.enforced, court, serial),
            "target": target,
            "performed": np.where(is_end, performed, NOTHING),
            "court": court_names(court),
            "basis_no": number("civil", found.filed, court, serial),
            "close_mode": np.where(is_end, mode, -1).astype(np.int8),
            "closed": dated(found.closed, is_end),
        },
    )


def dishonest_list(world: World, block: Block) -> Drawn:
    """T48: eight to eighteen months after a failure; who is taken off has a second row, seen then."""
    found, serial, court = _enforced(world, block)
    rows = np.flatnonzero(found.listed >= 0)
    found, serial, court = found.of(rows), serial[rows], court[rows]
    is_failing = found.failure >= 0
    stay = np.where(is_failing, 500, 120) + np.floor(600 * other(found.bits, 60)).astype(np.int64)
    leaves = falls(found.bits, 61, np.where(is_failing, 0.25, 0.9))
    out = found.listed + stay
    place, is_end = with_ends(leaves & (out < UNTIL))
    found, serial, court, out = found.of(place), serial[place], court[place], out[place]
    bits = found.bits
    entry = seen(found.listed, 1 + np.floor(5 * other(bits, 63)).astype(np.int64), other(bits, 64))
    part = among(bits, 62, "performed", none=80, part=20)
    return gathered(
        block,
        firm=found.defendant,
        day=found.listed,
        known=taken_off(entry, out, is_end, bits),
        values={
            "exec_no": number("enforced", found.enforced, court, serial),
            "party_name": found.defendant.astype(np.int32),
            "fact": coded(other(bits, 65), "dishonest_fact"),
            "performed": part,
            "court": court_names(court),
            "removed": dated(out, is_end),
        },
    )


def consumption_bans(world: World, block: Block) -> Drawn:
    """T49: on those at the head of a firm that does not obey a judgment; its lifting is a second row."""
    found, serial, court = _enforced(world, block)
    rows = np.flatnonzero(found.banned >= 0)
    found, serial, court = found.of(rows), serial[rows], court[rows]
    leaves = other(found.bits, 70) < np.where(found.failure >= 0, 0.25, 0.85)
    out = found.banned + 60 + np.floor(900 * other(found.bits, 71)).astype(np.int64)
    place, is_end = with_ends(leaves & (out < UNTIL))
    found, serial, court, out = found.of(place), serial[place], court[place], out[place]
    bits = found.bits
    entry = seen(found.banned, 1 + np.floor(5 * other(bits, 72)).astype(np.int64), other(bits, 73))
    return gathered(
        block,
        firm=found.defendant,
        day=found.banned,
        known=taken_off(entry, out, is_end, bits),
        values={
            "order_no": text(number("enforced", found.enforced, court, serial), "限"),
            "person": heads(world, found.defendant),
            "uscc": found.defendant.astype(np.int32),
            "applicant": _opponent(world, found, of_defendant=np.ones(len(found), np.bool_)),
            "court": court_names(court),
            "lifted": dated(out, is_end),
        },
    )


def asset_freezes(world: World, block: Block) -> Drawn:
    """T51: around the filing of a case."""
    cases = docket(world)
    serial = _own(block, cases.defendant)
    serial = serial[cases.frozen[serial] >= 0]
    found = cases.of(serial)
    bits = found.bits
    court = court_of(world, found.defendant, found.amount)
    day = working(found.frozen)
    return gathered(
        block,
        firm=found.defendant,
        day=day,
        known=seen(day, 1 + np.floor(5 * other(bits, 80)).astype(np.int64), other(bits, 81)),
        kept=(day > world.firms.founded[found.defendant])
        & (day < answerable_until(world)[found.defendant]),
        values={
            "doc_no": number("freeze", day, court, serial + 1),
            "amount": found.amount,
            "object": coded(other(bits, 82), "frozen_object"),
            "applicant": _opponent(world, found, of_defendant=np.ones(len(found), np.bool_)),
            "before_suit": found.frozen < found.filed,
            "to": (day + 180 + np.floor(900 * other(bits, 83)).astype(np.int64)).astype(np.int32),
        },
    )


_FROZEN_SHARES = 0.205
_FROZEN_CODE = code("freeze_status", "frozen")
_BANKRUPT = (0.14, 0.5, 0.8, 0.8)
"""Share of firms that have failed and go through bankruptcy, by size."""


def equity_freezes(world: World, block: Block) -> Drawn:
    """T11: of shares in a firm, whose owner stands for its debts, in enforcement against it.

    Lifted within a year or renewed after three: a second row, seen then.
    """
    found, serial, court = _enforced(world, block)
    is_company = world.firms.kind[found.defendant] == 0
    rows = np.flatnonzero(is_company & (falls(found.bits, 90, _FROZEN_SHARES)))
    found, serial, court = found.of(rows), serial[rows], court[rows]
    bits = found.bits
    day = working(found.enforced + 5 + np.floor(60 * other(bits, 94)).astype(np.int64))
    state = among(bits, 96, "freeze_status", frozen=70, renewed=14, lifted=16)
    out = day + np.where(state == code("freeze_status", "lifted"), 200, 1_060)
    out = out + np.floor(30 * other(bits, 99)).astype(np.int64)
    kept = day < answerable_until(world)[found.defendant]
    place, is_end = with_ends(kept & (state != _FROZEN_CODE) & (out < UNTIL))
    found, serial, court, kept = found.of(place), serial[place], court[place], kept[place]
    bits, day, state = bits[place], day[place], state[place]
    entry = seen(day, 2 + np.floor(8 * other(bits, 97)).astype(np.int64), other(bits, 98))
    capital = world.firms.capital[found.defendant]
    share = np.floor(capital * (0.1 + 0.9 * other(bits, 95)) / 100).astype(np.int64) * 100
    return gathered(
        block,
        firm=found.defendant,
        day=day,
        known=taken_off(entry, out[place], is_end, bits),
        kept=kept,
        values={
            "doc_no": text(number("enforced", found.enforced, court, serial), "协"),
            "person": heads(world, found.defendant),
            "amount": share,
            "court": court_names(court),
            "freeze_status": np.where(is_end, state, _FROZEN_CODE).astype(np.int8),
            "to": (day + 1_095).astype(np.int32),
        },
    )


def bankruptcies(world: World, block: Block) -> Drawn:
    """T50: half a year to two years after the failure of a company, the larger the likelier."""
    outcome, firms = world.outcome, world.firms
    failed = block.firms[outcome.failed[block.firms] >= 0].astype(np.int64)
    failed = failed[firms.kind[failed] == 0]
    bits = lots_of(world, "bankruptcies").bits(failed)
    rows = np.flatnonzero(other(bits, 1) < np.array(_BANKRUPT)[firms.size[failed]])
    firm, bits = failed[rows], bits[rows]
    month = outcome.failed[firm].astype(np.int64)
    day = working(day_of(month + 7 + 14 * other(bits, 2)))
    debt = world.money.debt[firm, month] + world.money.bills[firm, month]
    known_debt = 1_000_000 + np.floor(debt * (1.0 + other(bits, 3))).astype(np.int64)
    court = np.full(len(firm), INTERMEDIATE)
    return gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, 2 + np.floor(7 * other(bits, 4)).astype(np.int64), other(bits, 5)),
        kept=day < answerable_until(world)[firm],
        values={
            "case_no": number("bankrupt", day, court, firm + 1),
            "kind": coded(other(bits, 6), "bankruptcy_kind"),
            "known_debt": known_debt,
            "known_assets": np.floor(known_debt * (0.05 + 0.5 * other(bits, 7))).astype(np.int64),
        },
    )


SHARED: Shared = {"case_filings": (docket,)}
RECIPES: Mapping[str, Recipe] = {
    "case_filings": case_filings,
    "judgments": judgments,
    "enforcements": enforcements,
    "dishonest_list": dishonest_list,
    "consumption_bans": consumption_bans,
    "asset_freezes": asset_freezes,
    "equity_freezes": equity_freezes,
    "bankruptcies": bankruptcies,
}
