"""The price (定价) by a strategy, DOMAIN 4.8: what a loan must earn, and whether the product's band lets it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from shuxin.lending.strategy.document import BP

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.lending.strategy.applied import Given
    from shuxin.lending.strategy.document import PriceStage

_NORMAL = NormalDist()
_LEAST_PD, _MOST_PD = 0.0003, 0.9999
_CONFIDENCE = 0.999
_FIVE_YEARS = 60
_DIGITS = 9
"""Shares are rounded to it, so that two machines' last bits do not matter."""


@dataclass(frozen=True, slots=True)
class PriceFound:
    """Basis points a year. ``needed_bp``: what reaches the hurdle, with the margin; ``rate_bp``: within the band.

    el_bp, capital_bp: expected loss and what the capital must earn. raroc_bp: of rate_bp. reaches: the hurdle
    is reached. lpr_bp: the quotation that the spread counts from, None before the first one.
    """

    rate_bp: int
    needed_bp: int
    ftp_bp: int
    el_bp: int
    capital_bp: int
    raroc_bp: int | None
    reaches: bool
    lpr_bp: int | None

    @property
    def spread_bp(self) -> int | None:
        """As the contract states it: over LPR (LPR 加点)."""
        return None if self.lpr_bp is None else self.rate_bp - self.lpr_bp


def price_found(stage: PriceStage, *, given: Given, pd: float, on: dt.date) -> PriceFound:
    """``pd``: over 12 months, 0-1; ``on``: the day whose LPR counts."""
    lgd = stage.lgd_bp / BP * (1 - given.guaranteed_bp / BP)
    loss, capital = round(pd * lgd, _DIGITS), capital_share(pd, lgd=lgd)
    ftp = next((one.bp for one in stage.ftp if given.term_months <= one.months), stage.ftp[-1].bp)
    el_bp = _up(loss * BP)
    capital_bp = _up(capital * stage.hurdle_bp)
    cost = ftp + stage.opex_bp + el_bp
    least = cost + capital_bp
    needed = least + stage.margin_bp
    rate = min(max(needed, given.rate_least_bp), given.rate_most_bp)
    raroc = round((rate - cost) / capital) if capital else None
    return PriceFound(
        rate, needed, ftp, el_bp, capital_bp, raroc, rate >= least, _lpr(stage, given, on)
    )


def capital_share(pd: float, *, lgd: float) -> float:
    """Capital by the formula for other retail exposures (Basel III, 资本管理办法), a share of the loan."""
    pd = min(max(pd, _LEAST_PD), _MOST_PD)
    weight = (1 - math.exp(-35 * pd)) / (1 - math.exp(-35))
    rho = 0.03 * weight + 0.16 * (1 - weight)
    far = _NORMAL.inv_cdf(pd) + math.sqrt(rho) * _NORMAL.inv_cdf(_CONFIDENCE)
    return round(lgd * (_NORMAL.cdf(far / math.sqrt(1 - rho)) - pd), _DIGITS)


def _up(bp: float) -> int:
    return math.ceil(round(bp, 6))


def _lpr(stage: PriceStage, given: Given, on: dt.date) -> int | None:
    known = [one for one in stage.lpr if one.since <= on]
    if not known:
        return None
    last = known[-1]
    return last.five_years_bp if given.term_months > _FIVE_YEARS else last.one_year_bp
