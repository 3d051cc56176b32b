"""What stays the same in a business: what it sells for, what it costs, how it is paid, and who its owner is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.vocabulary import ENTERPRISE_SECTIONS
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp, rounded
from shuxin.city.world.network import business_share, by_industry
from shuxin.city.world.scale import MONTHS, WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.world.draws import Draws
    from shuxin.city.world.population import Firms

_SPRING_FESTIVAL = frozenset({(2021, 2), (2022, 2), (2023, 1), (2024, 2), (2025, 1)})
_FESTIVAL_LEVEL: Mapping[str, float] = {"C": 0.62, "E": 0.45, "F": 0.85, "G": 0.70, "H": 1.15}
_USUAL_FESTIVAL_LEVEL = 0.75
_WAVE: Mapping[str, tuple[float, int]] = {
    "A": (0.35, 9), "C": (0.12, 11), "E": (0.25, 11), "F": (0.15, 12), "H": (0.12, 8), "R": (0.25, 7),
}  # fmt: skip
_USUAL_WAVE = (0.08, 12)
"""Height of the yearly wave and the month of its crest."""
_COSINES = (1.0, 0.8660254037844387, 0.5, 0.0, -0.5, -0.8660254037844387, -1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """(n,) float64 unless said. usual: fen sold in a usual month.

    goods, rent, wages, their sum costs, and taxes: shares of sales.
    at_once, collected: share of sales paid in the month; share of what is owed that is paid in a month.
    noise: spread of the month's own noise. hard: factor on misfortunes. to_business: share of sales to businesses.
    buffer: months of costs that the owner leaves in the firm. cover: months of costs at the start. helps: chance in
    a month that the owner covers a shortfall, means: with how many months of costs in all.
    growth: of log sales in a year. wants: bool, asks banks for loans. ticket: months of sales of a loan.
    line: months of sales of the line of credit, 0 none.
    """

    usual: NDArray[np.float64]
    goods: NDArray[np.float64]
    costs: NDArray[np.float64]
    rent: NDArray[np.float64]
    wages: NDArray[np.float64]
    taxes: NDArray[np.float64]
    at_once: NDArray[np.float64]
    collected: NDArray[np.float64]
    noise: NDArray[np.float64]
    hard: NDArray[np.float64]
    to_business: NDArray[np.float64]
    buffer: NDArray[np.float64]
    cover: NDArray[np.float64]
    helps: NDArray[np.float64]
    means: NDArray[np.float64]
    growth: NDArray[np.float64]
    wants: NDArray[np.bool_]
    ticket: NDArray[np.float64]
    line: NDArray[np.float64]


def traits_of(*, firms: Firms, draws: Draws) -> Traits:
    goods = by_industry(p.GOODS, usual=p.USUAL_GOODS)[firms.industry]
    margin = by_industry(p.MARGINS, usual=p.USUAL_MARGIN)[firms.industry]
    margin = margin + np.where(firms.tech, p.TECH_MARGIN, 0.0)
    margin = margin + np.where(firms.kind == p.INDIVIDUAL, p.INDIVIDUAL_MARGIN, 0.0)
    fixed = 1 - margin - goods
    most = np.where(firms.kind == p.INDIVIDUAL, p.OWN_POCKET, p.HELP_CHANCE[1])
    hard = _hard(firms)
    spread = np.array(p.BUFFER_BY_SIZE)[firms.size]
    low, high = p.BUFFER
    wants = draws.uniform("wants") < np.array(p.WANTING)[firms.size]
    lines = draws.uniform("lines") < p.LINES
    return Traits(
        usual=firms.base_revenue / 12,
        goods=goods,
        costs=1 - margin,
        rent=fixed * p.RENT_SHARE,
        wages=fixed * (1 - p.RENT_SHARE),
        taxes=np.where(firms.general, p.TAX_GENERAL, p.TAX_SMALL),
        at_once=by_industry(p.PAID_AT_ONCE, usual=p.USUAL_PAID_AT_ONCE)[firms.industry],
        collected=by_industry(p.COLLECTED, usual=p.USUAL_COLLECTED)[firms.industry],
        noise=np.array(p.SALES_NOISE)[firms.size] * hard,
        hard=hard,
        to_business=business_share(firms),
        buffer=(low + (high - low) * draws.uniform("buffer")) * spread,
        cover=p.OPENING_COVER[0] * exp(p.OPENING_COVER[1] * draws.normal("cover")) * spread,
        helps=p.HELP_CHANCE[0] + (most - p.HELP_CHANCE[0]) * draws.uniform("helps"),
        means=p.HELP_MONTHS[0] * exp(p.HELP_MONTHS[1] * draws.normal("means")),
        growth=p.GROWTH[0] + p.GROWTH[1] * draws.normal("growth"),
        wants=wants,
        ticket=p.TICKET_MONTHS[0] * exp(p.TICKET_MONTHS[1] * draws.normal("ticket")),
        line=np.where(lines, p.LINE_MONTHS, 0.0),
    )


def seasons() -> NDArray[np.float64]:
    """(sections, months) usual share of a month's sales, about 1."""
    table = [
        [_season(name, month) for month in range(WINDOW_MONTHS)] for name in ENTERPRISE_SECTIONS
    ]
    return np.array(table)


def _season(section: str, month: int) -> float:
    height, crest = _WAVE.get(section, _USUAL_WAVE)
    day = MONTHS[month]
    apart = abs(day.month - crest) % 12
    wave = 1 + height * _COSINES[min(apart, 12 - apart)]
    is_festival = (day.year, day.month) in _SPRING_FESTIVAL
    return wave * _FESTIVAL_LEVEL.get(section, _USUAL_FESTIVAL_LEVEL) if is_festival else wave


def _hard(firms: Firms) -> NDArray[np.float64]:
    """Harder trades have more noise; a technology firm is better placed."""
    rates = by_industry(p.HARD_TRADES, usual=1.0)
    power = np.array([float(rate) ** p.HARD_POWER for rate in rates])
    hard: NDArray[np.float64] = rounded(power)[firms.industry]
    return np.where(firms.tech, hard * p.TECH_HARD, hard)
