"""The people and firms of a city, each from its own stream; counts by kind, trade and size are exact."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.city.firms import Firm, FirmKind, FirmStatus, Person
from shuxin.city.lives import INDIVIDUAL_FACTOR, founded_of_living, life_of_exited
from shuxin.city.naming import address_in, form_of, new_name, person_name
from shuxin.city.numbers import (
    identity_number_of,
    mobile_number_of,
    power_account_of,
    registration_number_of,
    uscc_of,
)
from shuxin.city.streams import chance, dealt, one_of, stream
from shuxin.city.vocabulary import (
    DISTRICT_SHARES,
    ENTERPRISE_FORMS,
    ENTERPRISE_SECTIONS,
    INDIVIDUAL_SECTIONS,
    TRADES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

    from shuxin.city.scale import Scale

KINDS: Mapping[str, float] = {"91": 62, "92": 36, "93": 2}
"""First two symbols of the code -> per cent of firms."""

SIZES: Mapping[str, float] = {"micro": 85.3, "small": 13.2, "medium": 1.3, "large": 0.2}
EXITS: Mapping[str, float] = {
    FirmStatus.CANCELLED: 70,
    FirmStatus.REVOKED: 25,
    FirmStatus.MOVED_OUT: 5,
}
TENANTS = 0.35
UNINSURED_MICRO = 0.45

_KIND = {"91": FirmKind.ENTERPRISE, "92": FirmKind.INDIVIDUAL, "93": FirmKind.COOPERATIVE}
_NUMBERED_UNTIL = dt.date(2015, 10, 1)
_YUAN = 100
_LOGNORMAL_YUAN = {
    "micro": (0.9e6, 1.3),
    "small": (12e6, 0.9),
    "medium": (90e6, 0.8),
    "large": (600e6, 0.6),
    "individual": (0.18e6, 1.1),
}
_REVENUE_PER_HEAD_YUAN = {"C": 0.8e6, "F": 1.5e6, "H": 0.25e6, "I": 0.7e6, "L": 0.6e6}
_USUAL_REVENUE_PER_HEAD_YUAN = 0.7e6
_INDIVIDUAL_EXTRA_HEADS = 1.68
_CAPITAL_YUAN = (100_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is dealt over the whole population, so that the counts come out exactly."""

    category: str
    section: str
    size: str
    form: str
    region: str
    exit: str
    age_share: float


def first_firms(*, scale: Scale, seed: int) -> list[Firm]:
    """Living firms first, then exited ones, before any structure binds them."""
    plans = [
        *_plans(total=scale.firms, seed=seed, stock="living"),
        *_plans(total=scale.exited, seed=seed, stock="exited"),
    ]
    taken: set[str] = set()
    firms = []
    for number, plan in enumerate(plans):
        firm = _firm(number, plan, taken=taken, seed=seed)
        taken.add(str(firm.name))
        firms.append(firm)
    return firms


def person(number: int, *, seed: int) -> Person:
    return Person(
        number,
        person_name(rng=stream(seed=seed, purpose="person", index=number)),
        identity_number_of(number, seed=seed).reveal(),
        mobile_number_of(number, seed=seed).reveal(),
    )


def _plans(*, total: int, seed: int, stock: str) -> list[_Plan]:
    rng = stream(seed=seed, purpose=f"plans/{stock}")
    categories = dealt(KINDS, total=total, rng=rng)
    many = {category: categories.count(category) for category in KINDS}
    sections = {
        "91": dealt(ENTERPRISE_SECTIONS, total=many["91"], rng=rng),
        "92": dealt(INDIVIDUAL_SECTIONS, total=many["92"], rng=rng),
        "93": ["A"] * many["93"],
    }
    sizes = dealt(SIZES, total=many["91"], rng=rng)
    forms = dealt(ENTERPRISE_FORMS, total=many["91"], rng=rng)
    regions = dealt(DISTRICT_SHARES, total=total, rng=rng)
    exits = dealt(EXITS, total=total, rng=rng)
    order = rng.permutation(total)
    return [
        _Plan(
            category,
            sections[category].pop(),
            sizes.pop() if category == "91" else "micro",
            forms.pop() if category == "91" else "",
            regions[place],
            exits[place] if stock == "exited" else FirmStatus.ACTIVE,
            (order[place] + 0.5) / total,
        )
        for place, category in enumerate(categories)
    ]


def _firm(number: int, plan: _Plan, *, taken: set[str], seed: int) -> Firm:
    rng = stream(seed=seed, purpose="firm", index=number)
    kind = _KIND[plan.category]
    founded, ended = _life(plan, kind, rng)
    industry, trade = one_of(TRADES[plan.section], rng=rng)
    form = form_of(kind=kind, section=plan.section, enterprise_form=plan.form, rng=rng)
    name = new_name(kind=kind, region=plan.region, trade=trade, form=form, taken=taken, rng=rng)
    revenue = _revenue_fen(kind, plan.size, rng)
    return Firm(
        number=number,
        kind=kind,
        status=FirmStatus(plan.exit),
        name=name,
        uscc=str(uscc_of(number, category=plan.category, region=plan.region, seed=seed)),
        registration_number=_old_number(number, plan.region, founded, seed),
        region=plan.region,
        address=address_in(plan.region, rng=rng),
        industry=industry,
        size=plan.size,
        founded_on=founded,
        ended_on=ended,
        revenue_fen=revenue,
        employees=_employees(kind, plan.section, revenue, rng),
        capital_fen=_capital_fen(kind, plan.size, rng),
        head=number,
        power_account="" if chance(TENANTS, rng=rng) else power_account_of(number, seed=seed),
        insured=not (plan.size == "micro" and chance(UNINSURED_MICRO, rng=rng)),
    )


def _life(plan: _Plan, kind: FirmKind, rng: Generator) -> tuple[dt.date, dt.date | None]:
    factor = INDIVIDUAL_FACTOR if kind is FirmKind.INDIVIDUAL else 1.0
    if plan.exit == FirmStatus.ACTIVE:
        return founded_of_living(share=plan.age_share, factor=factor), None
    return life_of_exited(share=plan.age_share, factor=factor, rng=rng)


def _old_number(number: int, region: str, founded: dt.date, seed: int) -> str:
    if founded >= _NUMBERED_UNTIL:
        return ""
    return str(registration_number_of(number, region=region, seed=seed))


def _revenue_fen(kind: FirmKind, size: str, rng: Generator) -> int:
    median, spread = _LOGNORMAL_YUAN["individual" if kind is FirmKind.INDIVIDUAL else size]
    return round(median * float(rng.lognormal(0.0, spread))) * _YUAN


def _employees(kind: FirmKind, section: str, revenue_fen: int, rng: Generator) -> int:
    if kind is FirmKind.INDIVIDUAL:
        return 1 + int(rng.poisson(_INDIVIDUAL_EXTRA_HEADS))
    per_head = _REVENUE_PER_HEAD_YUAN.get(section, _USUAL_REVENUE_PER_HEAD_YUAN)
    return max(1, round(revenue_fen / _YUAN / per_head * float(rng.lognormal(0.0, 0.5))))


def _capital_fen(kind: FirmKind, size: str, rng: Generator) -> int:
    if kind is FirmKind.INDIVIDUAL:
        return int(rng.integers(1, 30)) * 10_000 * _YUAN
    factor = 1 if size == "micro" else 5
    return one_of(_CAPITAL_YUAN, rng=rng) * factor * _YUAN
