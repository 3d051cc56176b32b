"""What makes one firm's record look like another's: branches, successors, twins, siblings, old names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.city.firms import Badge, Bond, Firm, FirmKind, FirmStatus, Relation
from shuxin.city.naming import renamed, twin_name
from shuxin.city.scale import UNTIL
from shuxin.city.streams import stream
from shuxin.city.vocabulary import ORDINALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

BRANCHES = 0.05
SUCCESSORS = 0.025
TWINS = 0.05
SIBLINGS = 0.035
RENAMED = 0.08
SECOND_FIRMS = 0.06
SAME_ADDRESS = 0.05
"""Shares of the living enterprises that each structure touches."""

BADGES: Mapping[Badge, tuple[float, int]] = {
    Badge.HIGH_TECH: (0.012, 8),
    Badge.SPECIALISED: (0.004, 5),
    Badge.TECH_SME: (0.03, 10),
}
"""Share of living enterprises, and the fewest that still make a list."""

_LIMITED = ("有限公司", "有限责任公司", "股份有限公司")
_RENAMED_WITHIN_DAYS = 900
_SETTLED_DAYS = 365


@dataclass(slots=True)
class _Town:
    """Firms under construction. ``deck`` deals living enterprises that no structure has touched."""

    firms: list[Firm]
    deck: list[int]
    taken: set[str]
    rng: Generator
    relations: list[Relation]

    def put(self, firm: Firm) -> None:
        self.firms[firm.number] = firm
        self.taken.add(str(firm.name))

    def deal(self, count: int) -> list[Firm]:
        dealt = [self.firms[self.deck.pop()] for _ in range(min(count, len(self.deck)))]
        return sorted(dealt, key=lambda firm: firm.founded_on)


def with_structure(*, firms: list[Firm], seed: int) -> tuple[list[Firm], list[Relation]]:
    """The firms with their structure, and the relations that it makes."""
    rng = stream(seed=seed, purpose="structure")
    living = [f.number for f in firms if f.kind is FirmKind.ENTERPRISE and f.ended_on is None]
    deck = [living[place] for place in rng.permutation(len(living))]
    town = _Town(list(firms), deck, {str(f.name) for f in firms}, rng, [])
    size = len(living)
    _add_branches(town, count=_count(BRANCHES, size))
    _add_successors(town, count=_count(SUCCESSORS, size))
    _add_twins(town, count=_count(TWINS, size))
    _add_siblings(town, count=_count(SIBLINGS, size))
    _add_old_names(town, count=_count(RENAMED, size))
    _add_second_firms(town, count=_count(SECOND_FIRMS, size))
    _add_shared_addresses(town, count=_count(SAME_ADDRESS, size))
    _add_badges(town, size=size)
    return town.firms, town.relations


def _count(share: float, size: int) -> int:
    return max(2, round(share * size))


def _add_branches(town: _Town, *, count: int) -> None:
    """The older firms of the deal are head offices; every second one has two branches."""
    dealt = town.deal(count + (count + 1) // 2)
    offices, branches = dealt[: len(dealt) - count], dealt[len(dealt) - count :]
    for place, branch in enumerate(branches):
        office = town.firms[offices[place % len(offices)].number]
        if office.name.form not in _LIMITED:
            office = replace(office, name=replace(office.name, form=_LIMITED[0]))
            town.put(office)
        tail = f"{ORDINALS[place // len(offices)]}分公司"
        town.put(
            replace(
                branch,
                kind=FirmKind.BRANCH,
                name=replace(office.name, tail=tail),
                industry=office.industry,
                capital_fen=0,
            )
        )
        _bind(town, Bond.BRANCH, branch, office, since=branch.founded_on)


def _add_successors(town: _Town, *, count: int) -> None:
    """个转企: an individual business ends and goes on, the same day, as a company with a new code."""
    ended = [f for f in town.firms if f.kind is FirmKind.INDIVIDUAL and f.ended_on is not None]
    for heir, place in zip(town.deal(count), town.rng.permutation(len(ended)), strict=False):
        old = replace(ended[place], status=FirmStatus.CANCELLED)
        name = replace(old.name, form=_LIMITED[0])
        if old.ended_on is None or str(name) in town.taken:
            continue
        town.put(old)
        town.put(
            replace(
                heir,
                name=name,
                industry=old.industry,
                founded_on=old.ended_on,
                registration_number="",
                head=old.head,
                address=old.address,
                region=old.region,
            )
        )
        _bind(town, Bond.SUCCESSOR, old, heir, since=old.ended_on)


def _add_twins(town: _Town, *, count: int) -> None:
    """Different firms whose names are one character apart."""
    dealt = town.deal(2 * (count // 2))
    for one, other in zip(dealt[::2], dealt[1::2], strict=True):
        name = replace(twin_name(one.name, taken=town.taken), tail="")
        town.put(replace(other, name=name, industry=one.industry))


def _add_siblings(town: _Town, *, count: int) -> None:
    """Different firms whose names are equal but for the legal form."""
    others = [f for f in town.firms if f.kind is FirmKind.INDIVIDUAL and f.ended_on is None]
    order = town.rng.permutation(len(others))
    for one, place in zip(town.deal(count), order, strict=False):
        name = replace(one.name, form="经营部", tail="")
        if str(name) not in town.taken:
            town.put(replace(others[place], name=name, industry=one.industry))


def _add_old_names(town: _Town, *, count: int) -> None:
    for firm in town.deal(count):
        days = (UNTIL - firm.founded_on).days
        if days < _SETTLED_DAYS:
            continue
        ago = int(town.rng.integers(60, min(days - 60, _RENAMED_WITHIN_DAYS)))
        former = renamed(firm.name, taken=town.taken, rng=town.rng)
        town.taken.add(str(former))
        town.put(replace(firm, former_name=former, renamed_on=UNTIL - dt.timedelta(days=ago)))


def _add_second_firms(town: _Town, *, count: int) -> None:
    """Persons who own two firms."""
    dealt = town.deal(2 * (count // 2))
    for one, other in zip(dealt[::2], dealt[1::2], strict=True):
        town.put(replace(other, head=one.head))


def _add_shared_addresses(town: _Town, *, count: int) -> None:
    dealt = town.deal(2 * (count // 2))
    for one, other in zip(dealt[::2], dealt[1::2], strict=True):
        town.put(replace(other, address=one.address, region=one.region))
        _bind(town, Bond.SAME_ADDRESS, one, other, since=other.founded_on)


def _add_badges(town: _Town, *, size: int) -> None:
    able = [
        f.number
        for f in town.firms
        if f.kind is FirmKind.ENTERPRISE and f.ended_on is None and f.industry[0] in "CIM"
    ]
    for badge, (share, fewest) in BADGES.items():
        count = max(fewest, round(share * size))
        for place in town.rng.permutation(len(able))[:count]:
            firm = town.firms[able[place]]
            town.put(replace(firm, badges=firm.badges | {badge}))


def _bind(town: _Town, bond: Bond, source: Firm, target: Firm, *, since: dt.date) -> None:
    town.relations.append(
        Relation(bond=bond, source=source.key, target=target.key, valid_from=since)
    )
