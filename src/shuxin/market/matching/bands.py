"""An application in bands (分段): all that the chance of approval is estimated from. Pure."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from shuxin.market.domain.words import Guarantee, ProductKind, Size
from shuxin.market.matching.filters import age_months

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.market.domain.terms import DemandTerms, FirmFacts, ProductTerms

_WAN_FEN = 1_000_000
_AGES = (12, 24, 36, 60)
_SALES = (50 * _WAN_FEN, 100 * _WAN_FEN, 300 * _WAN_FEN, 1000 * _WAN_FEN)
_BURDENS = (10, 20, 35, 60)
_POINTS = (520, 550, 580, 610)
_TERMS = (7, 13, 25, 37)
_GRADES = "ABMCD"
_SIZES, _KINDS = tuple(Size), tuple(ProductKind)

FEATURES = (
    ("age", len(_AGES) + 2, True),
    ("size", len(_SIZES) + 1, True),
    ("tax_grade", len(_GRADES) + 1, True),
    ("sales", len(_SALES) + 2, True),
    ("burden", len(_BURDENS) + 2, True),
    ("first_loan", 3, False),
    ("points", len(_POINTS) + 2, True),
    ("term", len(_TERMS) + 2, True),
    ("kind", len(_KINDS) + 1, False),
    ("credit_only", 3, False),
)
"""Name, count of bands, and whether neighbouring bands resemble each other. Band 0 of each is: unknown."""


def bands_of(
    firm: FirmFacts, wish: DemandTerms, terms: ProductTerms, *, today: dt.date
) -> tuple[int, ...]:
    """One band for each of FEATURES. Neither who the firm is nor where."""
    sales = firm.yearly_sales_fen
    burden = wish.amount_fen * 100 // sales if sales else None
    return (
        _band(age_months(firm.established_on, today=today), _AGES),
        0 if firm.size is None else 1 + _SIZES.index(firm.size),
        1 + _GRADES.find(firm.tax_grade) if firm.tax_grade else 0,
        _band(sales, _SALES),
        _band(burden, _BURDENS),
        _yes_or_no(firm.is_first_loan),
        _band(firm.score_points, _POINTS),
        _band(wish.term_months, _TERMS),
        1 + _KINDS.index(terms.kind),
        _yes_or_no(Guarantee.NONE in terms.guarantees),
    )


def _band(value: int | None, edges: tuple[int, ...]) -> int:
    return 0 if value is None else 1 + bisect_right(edges, value)


def _yes_or_no(value: bool | None) -> int:  # noqa: FBT001 - it is the fact itself
    return 0 if value is None else 1 if value else 2
