"""Others in a row: buyers, suppliers, holders, guarantors, institutions and persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.catalogues import FieldKind
from shuxin.city.records.drawn import Names, person_name
from shuxin.city.records.marks import texts, tokens

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.records.drawn import Values
    from shuxin.city.records.register import Register

    Places = NDArray[np.int64]

INSIDE = 0.35
"""Share of business with firms of the city (DOMAIN 9.8)."""
AT_HOUSE_BANK = 0.8
_AS_BUYER = frozenset({"buyer", "debtor", "core_firm"})
_AS_SELLER = frozenset({"supplier", "creditor"})
_INSTITUTIONS = frozenset({"court", "authority", "lender"})


def parties(
    register: Register,
    column: str,
    *,
    kind: FieldKind,
    firm: NDArray[np.int32],
    rng: Generator,
    is_own: bool,
) -> Values:
    """(r,) the other side of each row's firm as a NAME or USCC; is_own: the firm itself, as a person's employer."""
    if is_own:
        return firm
    if column in _INSTITUTIONS:
        return _institution(register, column, firm, rng)
    place = _place(register, column, firm.astype(np.int64), rng)
    return _shown(register, place, kind)


def _shown(register: Register, place: Places, kind: FieldKind) -> Values:
    """Places of firms in the city stay places; where others are among them, all become strings."""
    if (place < register.count).all() and (place >= 0).all():
        return place.astype(np.int32)
    if kind is FieldKind.USCC:
        return register.uscc.take(pa.array(np.maximum(place, 0), mask=place < 0))
    words = register.name.take(pa.array(np.maximum(place, 0), mask=place < 0))
    persons = person_name(np.maximum(-place - 1, 0))
    return Names(place=np.where(place < 0, persons, -1).astype(np.int32), words=words)


def _institution(
    register: Register, column: str, firm: NDArray[np.int32], rng: Generator
) -> Values:
    words = register.brokers[column]
    if column == "lender":
        house = (firm.astype(np.int64) * 7 + 3) % len(words)
        other = rng.integers(0, len(words), size=len(firm))
        place = np.where(rng.random(len(firm), np.float32) < AT_HOUSE_BANK, house, other)
    else:
        place = register.world.firms.region[firm].astype(np.int64)
    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int8)), words)


def _place(register: Register, column: str, firm: Places, rng: Generator) -> Places:
    """(r,) places in the register; ``-1 - p`` is person ``p``."""
    if column in _AS_BUYER:
        return _traded(register, firm, rng, *register.sellers, ends="buyer")
    if column in _AS_SELLER:
        network = register.world.network
        edges = np.arange(network.many)
        return _traded(register, firm, rng, edges, network.starts, ends="seller")
    if column == "shareholder":
        return _holder(register, firm)
    if column == "guarantor":
        return _guarantor(register, firm, rng)
    if column == "subsidiary":
        return _subsidiary(register, firm, rng)
    return _anyone(register, len(firm), rng)


def _anyone(register: Register, many: int, rng: Generator) -> Places:
    """A firm of the city, or of another place."""
    inside = rng.integers(0, register.count, size=many)
    outside = register.count + rng.integers(0, register.outside, size=many)
    return np.where(rng.random(many, np.float32) < INSIDE, inside, outside)


def _traded(
    register: Register,
    firm: Places,
    rng: Generator,
    edges: Places,
    starts: Places,
    *,
    ends: str,
) -> Places:
    """One of those whom the firm trades with in the city, or a firm elsewhere."""
    first, many = starts[firm], starts[firm + 1] - starts[firm]
    pick = first + np.floor(rng.random(len(firm)) * many).astype(np.int64)
    known = getattr(register.world.network, ends)[edges[np.minimum(pick, len(edges) - 1)]]
    other = register.count + rng.integers(0, register.outside, size=len(firm))
    inside = (many > 0) & (rng.random(len(firm), np.float32) < INSIDE)
    return np.where(inside, known, other).astype(np.int64)


def _holder(register: Register, firm: Places) -> Places:
    """The first holder of the firm, whom ``Stakes`` has at the firm's own place."""
    stakes = register.world.ties.stakes
    holder = stakes.holder[firm].astype(np.int64)
    return np.where(stakes.corporate[firm], holder, -1 - holder)


def _subsidiary(register: Register, firm: Places, rng: Generator) -> Places:
    """The first firm that the firm holds, or any other."""
    stakes = register.world.ties.stakes
    held = np.flatnonzero(stakes.corporate)[::-1]
    child = np.full(register.count, -1, np.int64)
    child[stakes.holder[held]] = stakes.firm[held]
    other = rng.integers(0, register.count, size=len(firm))
    return np.where(child[firm] >= 0, child[firm], other)


def _guarantor(register: Register, firm: Places, rng: Generator) -> Places:
    """Who stands for the firm, or anyone where nobody does."""
    pairs = register.world.ties.guarantees
    found = np.full(register.count, -1, np.int64)
    found[pairs.debtor[::-1]] = pairs.guarantor[::-1]
    return np.where(found[firm] >= 0, found[firm], _anyone(register, len(firm), rng))


def people(
    register: Register,
    column: str,
    *,
    kind: FieldKind,
    firm: NDArray[np.int32],
    unit: NDArray[np.int32],
    rng: Generator,
    is_unit: bool,
) -> Values:
    """(r,) an owner, a worker of the firm or another person, as a NAME or PERSON_HMAC.

    is_unit: the rows are of workers, and ``unit`` is the worker's number within the firm.
    """
    world = register.world
    if column == "owner":
        who = world.ties.controller[firm]
        return person_name(who) if kind is FieldKind.NAME else who
    if column == "person":
        who = rng.integers(0, len(world.ties.persons.born), size=len(firm)).astype(np.int32)
        return person_name(who) if kind is FieldKind.NAME else who
    staff = np.maximum(world.firms.employees[firm].astype(np.int64), 1)
    number = unit.astype(np.int64) if is_unit else rng.integers(0, 2**31, size=len(firm)) % staff
    worker = firm.astype(np.int64) * 2**20 + number
    if kind is FieldKind.NAME:
        return register.person_names(worker)
    return texts(tokens(world.seed, 6, worker))
