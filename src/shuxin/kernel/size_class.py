"""Size class of an enterprise (大中小微型企业划分).

工信部联企业〔2011〕300号, revised by the statistics bureau in 2017 (国统字〔2017〕213号).
Finance, education and health are outside the rule; finance has its own (银发〔2015〕309号).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from shuxin.kernel.industry import IndustryCode

_FEN_OF_TEN_THOUSAND_YUAN = 1_000_000


class SizeClass(IntEnum):
    """Micro 微型, small 小型, medium 中型, large 大型."""

    MICRO = 1
    SMALL = 2
    MEDIUM = 3
    LARGE = 4


class SizeConfidence(StrEnum):
    """How far what was given decides the class.

    ``FULL``: every indicator of a known row. ``PARTIAL``: an indicator is missing, or the industry
    is too coarse to tell the row but all its rows agree. ``UNKNOWN``: no indicator, or the rows
    disagree. ``NOT_APPLICABLE``: the rule does not cover the industry.
    """

    FULL = "full"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class SizeFinding:
    """``size`` is None when unknown or not applicable."""

    size: SizeClass | None
    confidence: SizeConfidence


class Indicator(StrEnum):
    """Employees 从业人员 in persons; revenue 营业收入 and total assets 资产总额 in 万元."""

    EMPLOYEES = "employees"
    REVENUE = "revenue"
    ASSETS = "assets"


Bounds: TypeAlias = tuple[int, int, int]
"""Inclusive lower bounds of small, medium and large."""

Row: TypeAlias = "dict[Indicator, Bounds]"

_X, _Y, _Z = Indicator.EMPLOYEES, Indicator.REVENUE, Indicator.ASSETS

_AGRICULTURE: Row = {_Y: (50, 500, 20_000)}
_INDUSTRY: Row = {_X: (20, 300, 1_000), _Y: (300, 2_000, 40_000)}
_CONSTRUCTION: Row = {_Y: (300, 6_000, 80_000), _Z: (300, 5_000, 80_000)}
_WHOLESALE: Row = {_X: (5, 20, 200), _Y: (1_000, 5_000, 40_000)}
_RETAIL: Row = {_X: (10, 50, 300), _Y: (100, 500, 20_000)}
_TRANSPORT: Row = {_X: (20, 300, 1_000), _Y: (200, 3_000, 30_000)}
_STORAGE: Row = {_X: (20, 100, 200), _Y: (100, 1_000, 30_000)}
_POST: Row = {_X: (20, 300, 1_000), _Y: (100, 2_000, 30_000)}
_HOSPITALITY: Row = {_X: (10, 100, 300), _Y: (100, 2_000, 10_000)}
_TELECOMMUNICATIONS: Row = {_X: (10, 100, 2_000), _Y: (100, 1_000, 100_000)}
_SOFTWARE: Row = {_X: (10, 100, 300), _Y: (50, 1_000, 10_000)}
_REAL_ESTATE: Row = {_Y: (100, 1_000, 200_000), _Z: (2_000, 5_000, 10_000)}
_PROPERTY: Row = {_X: (100, 300, 1_000), _Y: (500, 1_000, 5_000)}
_LEASING: Row = {_X: (10, 100, 300), _Z: (100, 8_000, 120_000)}
_OTHER: Row = {_X: (10, 100, 300)}

# The longest key that begins a code decides; None is outside the rule.
_ROWS: dict[str, Row | None] = {
    "A": _AGRICULTURE,
    **dict.fromkeys("BCD", _INDUSTRY),
    "E": _CONSTRUCTION,
    "F51": _WHOLESALE,
    "F52": _RETAIL,
    "G53": None,
    **dict.fromkeys(("G54", "G55", "G56", "G57", "G58", "G591"), _TRANSPORT),
    "G59": _STORAGE,
    "G60": _POST,
    **dict.fromkeys(("H61", "H62"), _HOSPITALITY),
    **dict.fromkeys(("I63", "I64"), _TELECOMMUNICATIONS),
    "I65": _SOFTWARE,
    "J": None,
    "K70": _OTHER,
    "K701": _REAL_ESTATE,
    "K702": _PROPERTY,
    "L": _LEASING,
    **dict.fromkeys("MNO", _OTHER),
    "P": None,
    "Q84": None,
    "Q85": _OTHER,
    "R": _OTHER,
    **dict.fromkeys("ST", None),
}


def size_class(
    *,
    industry: IndustryCode,
    employees: int | None,
    revenue_fen: int | None,
    assets_fen: int | None,
) -> SizeFinding:
    """Class an enterprise; None is a missing indicator, ignored where the row has no use for it.

    Large, medium and small need every indicator at their lower bound, micro only one below:
    the class is the lowest that any indicator gives.
    """
    rows = _possible_rows(industry)
    if rows == [None]:
        return SizeFinding(None, SizeConfidence.NOT_APPLICABLE)
    measured = {
        _X: employees,
        _Y: None if revenue_fen is None else revenue_fen // _FEN_OF_TEN_THOUSAND_YUAN,
        _Z: None if assets_fen is None else assets_fen // _FEN_OF_TEN_THOUSAND_YUAN,
    }
    sizes = {None if row is None else _lowest(row, measured=measured) for row in rows}
    size = sizes.pop()
    if sizes or size is None:
        return SizeFinding(None, SizeConfidence.UNKNOWN)
    is_full = len(rows) == 1 and all(measured[name] is not None for name in rows[0] or ())
    return SizeFinding(size, SizeConfidence.FULL if is_full else SizeConfidence.PARTIAL)


def _possible_rows(industry: IndustryCode) -> list[Row | None]:
    """Rows the code may fall in: one, or several when the code is coarser than the table."""
    code = industry.value
    above = [key for key in _ROWS if code.startswith(key)]
    below = [key for key in _ROWS if key.startswith(code) and key != code]
    keys = [max(above, key=len)] if above else []
    rows: list[Row | None] = []
    for key in [*keys, *below]:
        if _ROWS[key] not in rows:
            rows.append(_ROWS[key])
    return rows


def _lowest(row: Row, *, measured: dict[Indicator, int | None]) -> SizeClass | None:
    ranks = [
        _rank(value, bounds=bounds)
        for indicator, bounds in row.items()
        if (value := measured[indicator]) is not None
    ]
    return min(ranks, default=None)


def _rank(value: int, *, bounds: Bounds) -> SizeClass:
    return SizeClass(1 + sum(value >= bound for bound in bounds))
