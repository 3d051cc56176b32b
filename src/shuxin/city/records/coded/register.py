"""The register of enterprises, shareholders and key persons (T01-T03).

The register is kept as it stood after each change: the last entry that was known on a day is what an extract of that
day shows, so that nobody sees today's status in the past.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.days import (
    FIRST,
    UNTIL,
    code,
    coded,
    dated,
    ends,
    ends_told_later,
    falls,
    gathered,
    lots_of,
    other,
    padded,
    seen,
    text,
)
from shuxin.city.records.coded.filings import ADDRESS, CAPITAL, HEAD, NAME, SHAREHOLDER, approvals
from shuxin.city.records.coded.parties import named, some_person
from shuxin.city.records.coded.sums import pieces, scaled
from shuxin.city.records.drawn import NOTHING, person_name
from shuxin.city.records.register import region_codes
from shuxin.city.world import parameters as p
from shuxin.city.world.population import FORMS
from shuxin.city.world.ties import PPM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.coded.filings import Approvals
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

_TYPES = {
    "股份有限公司": code("entity_type", "joint_stock"),
    "合伙企业（有限合伙）": code("entity_type", "partnership"),
}
_LIMITED, _INDIVIDUAL, _COOPERATIVE = (
    code("entity_type", word) for word in ("limited", "individual", "cooperative")
)
_ACTIVE = code("registration_status", "active")
_STATUS = np.array(
    [_ACTIVE, *(code("registration_status", kind) for kind in p.EXIT_KINDS[1:])], np.int8
)
_CANCELLED, _REVOKED = p.EXIT_KINDS.index("cancelled"), p.EXIT_KINDS.index("revoked")
_IN_REGISTER = (NAME, ADDRESS, HEAD, CAPITAL)
_OPEN_TERM, _PAID_IN = 0.5, 0.45
_FOUNDED, _CHANGED, _GONE = 0, 1, 2


def _form(world: World, firm: Whole) -> NDArray[np.int8]:
    of_form = np.array([_TYPES.get(form, _LIMITED) for form in FORMS], np.int8)
    found = of_form[np.maximum(world.firms.form[firm], 0)]
    kind = world.firms.kind[firm]
    found = np.where(kind == p.INDIVIDUAL, _INDIVIDUAL, found)
    return np.where(kind == p.COOPERATIVE, _COOPERATIVE, found).astype(np.int8)


def enterprise_registration(world: World, block: Block) -> Drawn:
    """T01: an entry for the founding, for each change of name, address, head or capital, and for the exit."""
    found = approvals(world, block)
    changed = np.flatnonzero(found.items[:, _IN_REGISTER].any(axis=1))
    first = _first_of(found.firm, block)
    own = block.firms.astype(np.int64)
    gone = own[world.ended[own] >= 0]
    none = np.full(block.stop - block.first, -1)
    firm = np.concatenate([own, found.firm[changed], gone])
    approval = np.concatenate([none, changed, none[: len(gone)]])
    entered = np.concatenate([world.firms.founded[own], found.day[changed], world.ended[gone]])
    last_entry = np.repeat([_FOUNDED, _CHANGED, _GONE], [len(own), len(changed), len(gone)])
    order = np.lexsort((last_entry, entered, firm))
    firm, approval, entered = firm[order], approval[order], entered[order].astype(np.int64)
    is_first, is_exit = last_entry[order] == _FOUNDED, last_entry[order] == _GONE
    capital, head = _standing(world, block, found, firm, approval, is_first=is_first, first=first)
    bits = lots_of(world, "register").bits(firm)
    exit_kind = np.where(is_exit, world.exit_kind[firm], 0)
    person = person_name(head)
    ended = world.ended[firm]
    paid = np.floor(capital * other(bits, 4)).astype(np.int64)
    term = world.firms.founded[firm] + 3_652 * (1 + np.floor(3 * other(bits, 2)).astype(np.int64))
    row = lots_of(world, "register/rows").bits(firm, entered)
    return gathered(
        block,
        firm=firm,
        day=world.firms.founded[firm],
        known=seen(
            entered, 1 + is_exit * np.floor(3 * other(row, 1)).astype(np.int64), other(row, 2)
        ),
        values={
            "reg_no": text("3499", padded(firm + 1, 9)),
            "ent_type": _form(world, firm),
            "legal_rep": named(person, np.full(len(person), -1), ("",)),
            "reg_capital": capital,
            "paid_capital": np.where(falls(bits, 3, _PAID_IN), paid, NOTHING),
            "currency": coded(other(bits, 5), "currency"),
            "approve_date": entered.astype(np.int32),
            "expire_date": np.where(
                falls(bits, 1, _OPEN_TERM), np.iinfo(np.int32).min, np.maximum(term, UNTIL + 365)
            ).astype(np.int32),
            "reg_authority": region_codes()[world.firms.region[firm]],
            "region": region_codes()[world.firms.region[firm]],
            "status": _STATUS[exit_kind],
            "revoke_date": dated(ended, exit_kind == _REVOKED),
            "cancel_date": dated(ended, exit_kind == _CANCELLED),
            "operator_id_hmac": np.where(world.firms.kind[firm] == p.INDIVIDUAL, head, -1).astype(
                np.int32
            ),
        },
    )


def _first_of(firm: Whole, block: Block) -> tuple[Whole, Whole]:
    """(firms of the block,) places of each firm's first and one past its last approval."""
    own = block.firms
    return np.searchsorted(firm, own), np.searchsorted(firm, own, side="right")


def _standing(
    world: World,
    block: Block,
    found: Approvals,
    firm: Whole,
    approval: Whole,
    *,
    is_first: NDArray[np.bool_],
    first: tuple[Whole, Whole],
) -> tuple[Whole, Whole]:
    """Capital and head after each entry: of its approval, or before the first one, or after the last."""
    start, stop = first
    place = firm - block.first
    some = stop[place] > start[place]
    before = np.where(some, start[place], -1)
    after = np.where(some, stop[place] - 1, -1)
    columns = []
    for plain, old, new in (
        (world.firms.capital[firm], found.capital_before, found.capital_after),
        (world.ties.controller[firm].astype(np.int64), found.head_before, found.head_after),
    ):
        at = np.where(approval >= 0, approval, after)
        held = np.where(at >= 0, _taken(new, at), plain)
        columns.append(np.where(is_first & some, _taken(old, before), held))
    return columns[0], columns[1]


def _taken(column: Whole, at: Whole) -> Whole:
    return column[np.maximum(at, 0)] if len(column) else np.zeros(len(at), np.int64)


_EARLIER_CHANGE, _ALONE = 0.10, 0.85
"""Share of companies founded before the window whose shareholders had changed before it, and of former times in which
one held the whole: so many that rows, with the second ones of all who no longer hold, come to the budget.
"""
_PAID = 0.6


def shareholders(world: World, block: Block) -> Drawn:
    """T02: who holds a company from one change to the next; the shares valid on a day make the whole.

    Who held it before stands there twice: as he was first entered, and with the day of the change, seen after it.
    """
    firm, start, stop, is_last, capital = _epochs(world, block)
    stakes = world.ties.stakes
    rows = np.flatnonzero((stakes.firm >= block.first) & (stakes.firm < block.stop))
    rows = rows[np.argsort(stakes.firm[rows], kind="stable")]
    begin = np.searchsorted(stakes.firm[rows], firm)
    many = np.searchsorted(stakes.firm[rows], firm, side="right") - begin
    alone = lots_of(world, "shareholders/alone").at(firm, start) < _ALONE
    group, place = pieces(np.where(is_last, many, np.where(alone, 1, 2)))
    current = is_last[group]
    stake = rows[np.where(current, begin[group] + place, begin[group])]
    bits = lots_of(world, "shareholders").bits(firm, start)[group]
    share = 510_000 + np.floor(other(bits, 1) * 380_000).astype(np.int64)
    share = np.where(alone[group], PPM, np.where(place == 0, share, PPM - share))
    share = np.where(current, stakes.share_ppm[stake], share)
    former = ~current & (place == 1)
    corporate = stakes.corporate[stake] & ~former
    person = np.where(former, some_person(world, bits), stakes.holder[stake])
    holder = np.where(corporate, stakes.holder[stake], person_name(person))
    whole = np.full(len(group), PPM)
    rest = capital[group] - scaled(capital[group], PPM - share, whole)
    subscribed = np.where(place == 0, scaled(capital[group], share, whole), rest)
    entries = gathered(
        block,
        firm=firm[group],
        day=start[group],
        known=seen(start[group], 2 + np.floor(7 * other(bits, 2)).astype(np.int64), other(bits, 3)),
        values={
            "holder_type": np.where(
                corporate, code("holder_type", "enterprise"), code("holder_type", "natural_person")
            ).astype(np.int8),
            "holder_name": named(holder, np.full(len(holder), -1), ("",)),
            "holder_uscc": np.where(corporate, stakes.holder[stake], -1).astype(np.int32),
            "holder_id_hmac": np.where(corporate, -1, person).astype(np.int32),
            "subscribed": subscribed,
            "paid": np.where(
                falls(bits, 4, _PAID),
                np.floor(subscribed * other(bits, 5)).astype(np.int64),
                NOTHING,
            ),
            "ratio": share.astype(np.int64),
            "form": coded(other(bits, 6), "contribution_form"),
            "valid_to": dated(stop[group], ~current),
        },
    )
    return ends_told_later(world, entries, end="valid_to")


def _epochs(world: World, block: Block) -> tuple[Whole, Whole, Whole, NDArray[np.bool_], Whole]:
    """Firm, first day, day of the next change, whether it is the last, capital: between changes of shareholders."""
    found = approvals(world, block)
    changed = np.flatnonzero(found.items[:, (SHAREHOLDER, CAPITAL)].any(axis=1))
    own = block.firms[world.firms.kind[block.firms] == 0].astype(np.int64)
    founded = world.firms.founded[own].astype(np.int64)
    lots = lots_of(world, "shareholders/earlier")
    earlier = (lots.at(own) < _EARLIER_CHANGE) & (founded < FIRST - 400)
    old = own[earlier]
    share = 0.2 + 0.7 * lots.at(old, np.ones(len(old), np.int64))
    then = founded[earlier] + np.floor((FIRST - founded[earlier]) * share).astype(np.int64)
    of_company = changed[world.firms.kind[found.firm[changed]] == 0]
    firm = np.concatenate([own, old, found.firm[of_company]])
    start = np.concatenate([founded, then, found.day[of_company]])
    order = np.lexsort((start, firm))
    firm, start = firm[order], start[order]
    once_only = np.append(True, (firm[1:] != firm[:-1]) | (start[1:] != start[:-1]))
    firm, start = firm[once_only], start[once_only]
    is_last = np.append(firm[1:] != firm[:-1], True)
    stop = np.append(start[1:], UNTIL)
    return (
        firm,
        start,
        np.where(is_last, UNTIL, stop),
        is_last,
        _capital_on(world, found, firm, start),
    )


def _capital_on(world: World, found: Approvals, firm: Whole, day: Whole) -> Whole:
    """Capital of firms after what was approved until a day."""
    both = firm * 100_000 + day
    key = found.firm * 100_000 + found.day
    at = np.searchsorted(key, both, side="right")
    first = np.searchsorted(found.firm, firm)
    stop = np.searchsorted(found.firm, firm, side="right")
    plain = np.where(
        stop > first,
        _taken(found.capital_before, np.minimum(first, stop - 1)),
        world.firms.capital[firm],
    )
    found_now: Whole = np.where(at > first, _taken(found.capital_after, at - 1), plain)
    return found_now


_TERM_DAYS = 1_095
_TERMS_SHOWN_FROM = FIRST
_POSTS = tuple(code("post", word) for word in ("director", "supervisor", "manager"))
_HEADS_ARE_DIRECTORS, _HEADS_MANAGE, _KEPT_FOR_ANOTHER_TERM = 0.85, 0.5, 0.75


def key_persons(world: World, block: Block) -> Drawn:
    """T03: the head from one change to the next, told of after it in a second row; directors, supervisors and managers
    for terms of three years, whose end is known when they begin.
    """
    heads = _heads(world, block)
    terms = _terms(world, block)
    firm, start, stop, person, post = (
        np.concatenate(pair) for pair in zip(heads, terms, strict=True)
    )
    bits = lots_of(world, "key persons/rows").bits(firm, start, post)
    is_head = np.arange(len(firm)) < len(heads[0])
    place = person_name(person)
    entries = gathered(
        block,
        firm=firm,
        day=start,
        known=seen(start, 2 + np.floor(7 * other(bits, 2)).astype(np.int64), other(bits, 3)),
        values={
            "name": named(place, np.full(len(place), -1), ("",)),
            "id_hmac": person.astype(np.int32),
            "post": post.astype(np.int8),
            "appointed_by": coded(other(bits, 4), "appointment"),
            "is_legal_representative": is_head,
            "to": np.where(is_head, dated(stop, is_head), stop).astype(np.int32),
        },
    )
    is_head = np.asarray(entries.values["is_legal_representative"])
    return ends_told_later(world, entries, end="to", among=is_head)


_Posts = tuple["Whole", "Whole", "Whole", "Whole", "Whole"]


def _heads(world: World, block: Block) -> _Posts:
    found = approvals(world, block)
    own = block.firms[world.firms.kind[block.firms] == 0].astype(np.int64)
    changed = np.flatnonzero(found.items[:, HEAD] & (world.firms.kind[found.firm] == 0))
    none = np.full(len(own), -1)
    firm = np.concatenate([own, found.firm[changed]])
    approval = np.concatenate([none, changed])
    start = np.concatenate([world.firms.founded[own].astype(np.int64), found.day[changed]])
    order = np.lexsort((start, approval >= 0, firm))
    firm, approval, start = firm[order], approval[order], start[order]
    _, person = _standing(
        world,
        block,
        found,
        firm,
        approval,
        is_first=approval < 0,
        first=_first_of(found.firm, block),
    )
    last = np.append(firm[1:] != firm[:-1], True)
    stop = np.where(last, UNTIL, np.append(start[1:], UNTIL))
    post = np.full(len(firm), code("post", "legal_representative"))
    return firm, start, stop, person, post


def _terms(world: World, block: Block) -> _Posts:
    own = block.firms[world.firms.kind[block.firms] == 0].astype(np.int64)
    life = np.minimum(ends(world)[own], UNTIL) - world.firms.founded[own]
    group, term = pieces(len(_POSTS) * (1 + life // _TERM_DAYS))
    firm = own[group]
    post, term = term % len(_POSTS), term // len(_POSTS)
    start = world.firms.founded[firm] + _TERM_DAYS * term
    shown = np.flatnonzero(start + _TERM_DAYS > _TERMS_SHOWN_FROM)
    firm, post, term, start = firm[shown], post[shown], term[shown], start[shown]
    fixed: Bits = lots_of(world, "key persons").bits(firm, post)
    anew = lots_of(world, "key persons/terms").bits(firm, post, term)
    stays = falls(anew, 1, _KEPT_FOR_ANOTHER_TERM)
    stranger = np.where(stays, some_person(world, fixed), some_person(world, anew))
    own_share = np.array([_HEADS_ARE_DIRECTORS, 0.0, _HEADS_MANAGE])[post]
    is_head = other(fixed, 2) < own_share
    person = np.where(is_head, world.ties.controller[firm], stranger)
    return firm, start, start + _TERM_DAYS, person.astype(np.int64), np.array(_POSTS)[post]


RECIPES: Mapping[str, Recipe] = {
    "enterprise_registration": enterprise_registration,
    "shareholders": shareholders,
    "key_persons": key_persons,
}
