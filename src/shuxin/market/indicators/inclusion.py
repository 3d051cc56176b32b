"""Whom the market reaches (普惠覆盖): coverage, approval, price and time by group: the digital divide measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.market.indicators.statistics import Estimate, mean, median, ratio_of_shares, share
from shuxin.market.indicators.suppression import TOTAL, hidden_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.market.indicators.records import ApplicationRecord, DemandRecord, Traits
    from shuxin.market.indicators.suppression import Key

GROUPED_BY = ("region", "size", "age", "channel")


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group (群体). Every figure is None where there is too little, or it must not be shown (``is_hidden``).

    coverage: firms with a demand of the firms that are active. gap: how many times the approval of all others this
    group's is: 1 means no divide. rate_bp: mean of offers taken; seconds: median to decision.
    """

    dimension: str
    value: str
    demands: int | None
    decided: int | None
    coverage: float | None
    approval: Estimate | None
    gap: Estimate | None
    rate_bp: Estimate | None
    seconds: Estimate | None
    is_hidden: bool = False


def inclusion_of(
    demands: Sequence[DemandRecord],
    applications: Sequence[ApplicationRecord],
    *,
    active: Mapping[tuple[str, str], int],
) -> list[GroupLine]:
    """A line for each group of each dimension, those of one dimension together. Pure.

    active: how many firms there are, by dimension and value; without it there is no coverage.
    Demands, decisions and loans are hidden each on its own, when fewer than five firms stand behind them.
    """
    decided = [one for one in applications if one.decided_in is not None]
    lent = [one for one in decided if one.lent_in is not None and one.rate_bp is not None]
    traits = [[one.traits for one in some] for some in (demands, decided, lent)]
    groups = [_grouped(some) for some in traits]
    hidden = [
        hidden_groups(group, firms=[one.firm for one in some])
        for group, some in zip(groups, traits, strict=True)
    ]
    keys = sorted({key for group in groups for key in group} - {TOTAL}, key=_place)
    return [
        _line(
            key,
            [demands[n] for n in _members(groups[0], hidden[0], key)],
            [decided[n] for n in _members(groups[1], hidden[1], key)],
            [lent[n] for n in _members(groups[2], hidden[2], key)],
            others=[one for one in decided if _value(one.traits, key[0]) != key[1]]
            if TOTAL not in hidden[1]
            else [],
            active=active.get(key),
            is_hidden=any(key in some for some in hidden),
        )
        for key in keys
    ]


def _place(key: Key) -> tuple[int, str]:
    return GROUPED_BY.index(key[0]), key[1]


def _value(traits: Traits, dimension: str) -> str:
    return str(getattr(traits, dimension))


def _grouped(traits: Sequence[Traits]) -> dict[Key, frozenset[int]]:
    found: dict[Key, set[int]] = {TOTAL: set(range(len(traits)))}
    for number, one in enumerate(traits):
        for dimension in GROUPED_BY:
            if value := _value(one, dimension):
                found.setdefault((dimension, value), set()).add(number)
    return {key: frozenset(group) for key, group in found.items()}


def _members(groups: Mapping[Key, frozenset[int]], hidden: frozenset[Key], key: Key) -> list[int]:
    return [] if key in hidden else sorted(groups.get(key, ()))


def _line(
    key: Key,
    demands: Sequence[DemandRecord],
    decided: Sequence[ApplicationRecord],
    lent: Sequence[ApplicationRecord],
    *,
    others: Sequence[ApplicationRecord],
    active: int | None,
    is_hidden: bool,
) -> GroupLine:
    approved = sum(one.approved for one in decided)
    rates = [float(one.rate_bp) for one in lent if one.rate_bp is not None]
    times = [one.seconds for one in decided if one.seconds is not None]
    firms = len({one.traits.firm for one in demands})
    return GroupLine(
        dimension=key[0],
        value=key[1],
        demands=len(demands) or None,
        decided=len(decided) or None,
        coverage=firms / active if active and firms else None,
        approval=share(approved, len(decided)),
        gap=ratio_of_shares(
            approved, len(decided), sum(one.approved for one in others), len(others)
        ),
        rate_bp=mean(rates),
        seconds=median(times),
        is_hidden=is_hidden,
    )
