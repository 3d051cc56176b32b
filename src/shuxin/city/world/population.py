"""Who trades in the city: kinds, trades, sizes, places, and when each was founded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from shuxin.city.lives import ENTRY_GROWTH, INDIVIDUAL_FACTOR
from shuxin.city.scale import UNTIL
from shuxin.city.vocabulary import (
    DISTRICT_SHARES,
    ENTERPRISE_FORMS,
    ENTERPRISE_SECTIONS,
    INDIVIDUAL_SECTIONS,
    TRADES,
)
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import dealt, exp, rounded
from shuxin.city.world.frailty import MONTHS_OF_AGE, frailty
from shuxin.city.world.scale import WINDOW_MONTHS, day_number, month_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.world.draws import Draws

SECTIONS = tuple(ENTERPRISE_SECTIONS)
REGIONS = tuple(DISTRICT_SHARES)
FORMS = tuple(ENTERPRISE_FORMS)
INDUSTRIES = tuple(code for section in SECTIONS for code, _ in TRADES[section])
"""Classes of GB/T 4754-2017; a firm's section is the first letter."""

T = TypeVar("T", bound=np.generic)

MONTH_DAYS = 30.4375
_YUAN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Firms:
    """Columns of (n,), by number of the firm: every firm that lived on some day of the window.

    kind, section, region, form, size, industry: places in ``parameters.KINDS``, ``SECTIONS``, ``REGIONS``,
    ``FORMS`` (-1 no enterprise), ``parameters.SIZES``, ``INDUSTRIES``.
    founded: int32 days since 1970-01-01. born: int16 first month that it trades throughout; negative for those
    founded before the window, so that ``t - born`` is the age in months in month ``t``.
    base_revenue: int64 fen in a usual year. capital: int64 fen.
    general, tech, tenant, insured: bool; general taxpayer, badge of a technology firm, rents, pays social insurance.
    """

    kind: NDArray[np.int8]
    section: NDArray[np.int8]
    industry: NDArray[np.int16]
    region: NDArray[np.int8]
    form: NDArray[np.int8]
    size: NDArray[np.int8]
    founded: NDArray[np.int32]
    born: NDArray[np.int16]
    base_revenue: NDArray[np.int64]
    employees: NDArray[np.int32]
    capital: NDArray[np.int64]
    general: NDArray[np.bool_]
    tech: NDArray[np.bool_]
    tenant: NDArray[np.bool_]
    insured: NDArray[np.bool_]

    @property
    def count(self) -> int:
        return len(self.kind)


def kind_counts(*, living: int) -> tuple[int, ...]:
    """Firms of each kind that live at the end."""
    edges = np.rint(np.cumsum(p.KIND_SHARES) / sum(p.KIND_SHARES) * living).astype(int)
    return tuple(int(many) for many in np.diff(edges, prepend=0))


def candidates(*, living: int) -> tuple[int, ...]:
    """Firms of each kind that lived on some day of the window, so that ``living`` are expected to stay."""
    found = []
    for kind, many in enumerate(kind_counts(living=living)):
        ever, last = _stock(kind)
        found.append(round(many * float(ever.cumsum()[-1] / last.cumsum()[-1])))
    return tuple(found)


def populate(*, living: int, draws: Draws) -> Firms:
    """The firms, in random order; counts by kind, section, size, form and region are exact."""
    counts = candidates(living=living)
    order = draws.once("order").permutation(draws.count)
    kind = _placed([np.full(many, k, np.int8) for k, many in enumerate(counts)], order)
    section = _placed([_sections(k, many, draws) for k, many in enumerate(counts)], order)
    size = _placed([_sizes(k, many, draws) for k, many in enumerate(counts)], order)
    months = _placed([_ages(k, many, draws) for k, many in enumerate(counts)], order)
    founded = _founded(months, draws)
    revenue = _revenue(kind, size, draws)
    industry = _industry(section, draws)
    is_tech = (kind == 0) & np.isin(section, [SECTIONS.index(s) for s in p.TECH_SECTIONS])
    return Firms(
        kind=kind,
        section=section,
        industry=industry,
        region=dealt(tuple(DISTRICT_SHARES.values()), total=draws.count, rng=draws.once("regions")),
        form=_forms(kind, draws),
        size=size,
        founded=founded,
        born=first_months(founded),
        base_revenue=revenue,
        employees=_employees(kind, section, revenue, draws),
        capital=_capital(kind, size, draws),
        general=revenue >= p.GENERAL_FROM_FEN,
        tech=is_tech & (draws.uniform("tech") < p.TECH_BADGES),
        tenant=draws.uniform("tenant") < p.TENANTS,
        insured=(size > 0) | (draws.uniform("insured") >= p.UNINSURED_MICRO),
    )


def life_factor(kind: int) -> float:
    return INDIVIDUAL_FACTOR if kind == p.INDIVIDUAL else 1.0


def _placed(parts: list[NDArray[T]], order: NDArray[np.int64]) -> NDArray[T]:
    return np.concatenate(parts)[order]


def _stock(kind: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By months between founding and the end of the window: firms that lived in it, and those left."""
    months = np.arange(MONTHS_OF_AGE)
    alive = frailty(factor=life_factor(kind)).alive
    entered = exp(-ENTRY_GROWTH / 12 * months.astype(np.float64))
    ever = entered * alive[np.maximum(months - WINDOW_MONTHS, 0)]
    return rounded(ever), rounded(entered * alive[months])


def _ages(kind: int, many: int, draws: Draws) -> NDArray[np.int64]:
    """Months from founding to the end of the window, evenly over the law of :func:`_stock`."""
    law = _stock(kind)[0].cumsum()
    at = (draws.once(f"ages/{kind}").permutation(many) + 0.5) / max(many, 1) * law[-1]
    months: NDArray[np.int64] = np.searchsorted(law, at)
    return months


def _founded(months: NDArray[np.int64], draws: Draws) -> NDArray[np.int32]:
    days = (months + draws.uniform("founded")) * MONTH_DAYS
    return (day_number(UNTIL) - 1 - days.astype(np.int64)).astype(np.int32)


def first_months(founded: NDArray[np.int32]) -> NDArray[np.int16]:
    """``Firms.born`` of these founding days."""
    starts = month_days()[:-1]
    before = np.floor((founded - starts[0]) / MONTH_DAYS).astype(np.int16)
    first = np.searchsorted(starts, founded).astype(np.int16)
    return np.where(founded < starts[0], before, first)


def _sections(kind: int, many: int, draws: Draws) -> NDArray[np.int8]:
    if kind == p.COOPERATIVE:
        return np.zeros(many, np.int8)
    named = INDIVIDUAL_SECTIONS if kind == p.INDIVIDUAL else ENTERPRISE_SECTIONS
    shares = tuple(named.get(section, 0.0) for section in SECTIONS)
    return dealt(shares, total=many, rng=draws.once(f"sections/{kind}"))


def _sizes(kind: int, many: int, draws: Draws) -> NDArray[np.int8]:
    if kind == p.INDIVIDUAL:
        return np.zeros(many, np.int8)
    shares = p.COOPERATIVE_SIZES if kind == p.COOPERATIVE else p.SIZE_SHARES
    return dealt(shares, total=many, rng=draws.once(f"sizes/{kind}"))


def _forms(kind: NDArray[np.int8], draws: Draws) -> NDArray[np.int8]:
    forms = np.full(draws.count, -1, np.int8)
    total = int((kind == 0).sum())
    forms[kind == 0] = dealt(tuple(ENTERPRISE_FORMS.values()), total=total, rng=draws.once("forms"))
    return forms


def _industry(section: NDArray[np.int8], draws: Draws) -> NDArray[np.int16]:
    many = np.array([len(TRADES[name]) for name in SECTIONS])
    first = np.concatenate([[0], many.cumsum()[:-1]])
    place = (draws.uniform("industry") * many[section]).astype(np.int64)
    chosen: NDArray[np.int64] = first[section] + place
    return chosen.astype(np.int16)


def _revenue(kind: NDArray[np.int8], size: NDArray[np.int8], draws: Draws) -> NDArray[np.int64]:
    laws = np.array([*p.REVENUE_YUAN, p.INDIVIDUAL_REVENUE_YUAN])
    chosen = laws[np.where(kind == p.INDIVIDUAL, len(p.REVENUE_YUAN), size)]
    yuan = chosen[:, 0] * exp(chosen[:, 1] * draws.normal("revenue"))
    bunched = (kind == p.INDIVIDUAL) & (yuan > p.BUNCHING_YUAN) & (yuan < p.BUNCHED_UNTIL_YUAN)
    share = draws.uniform("bunching")
    bunched &= share < p.BUNCHED
    yuan = np.where(bunched, p.BUNCHING_YUAN * (1 - 0.06 * share), yuan)
    return np.maximum(np.rint(yuan), 5_000).astype(np.int64) * _YUAN


def _employees(
    kind: NDArray[np.int8],
    section: NDArray[np.int8],
    revenue: NDArray[np.int64],
    draws: Draws,
) -> NDArray[np.int32]:
    per_head = np.array(
        [p.REVENUE_PER_HEAD_YUAN.get(name, p.USUAL_REVENUE_PER_HEAD_YUAN) for name in SECTIONS]
    )
    heads = revenue / _YUAN / per_head[section] * exp(0.5 * draws.normal("employees"))
    few = 1 + np.floor(draws.exponential("helpers") * (p.EXTRA_HEADS + 0.5))
    chosen = np.where(kind == p.INDIVIDUAL, few, np.maximum(1, np.rint(heads)))
    return chosen.astype(np.int32)


def _capital(kind: NDArray[np.int8], size: NDArray[np.int8], draws: Draws) -> NDArray[np.int64]:
    share = draws.uniform("capital")
    usual = np.array(p.CAPITAL_YUAN)[(share * len(p.CAPITAL_YUAN)).astype(int)]
    usual = usual * np.where(size > 0, 5, 1)
    own = 10_000 * (1 + (share * 29).astype(np.int64))
    return np.where(kind == p.INDIVIDUAL, own, usual) * _YUAN
