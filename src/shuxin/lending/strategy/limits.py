"""The limit (额度) by a strategy: every cap in fen, and the least of them, DOMAIN 4.7. Whole numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from shuxin.lending.strategy.cells import exact
from shuxin.lending.strategy.document import BP, Affordable, Multiple, WorkingCapital

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.lending.strategy.applied import Given
    from shuxin.lending.strategy.document import Cap, Grade, LimitStage
    from shuxin.lending.strategy.facts import Fact

_FEN_PER_YUAN = 100
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class CapFound:
    """``amount_fen`` None: a fact that it needs is unknown."""

    code: str
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class LimitFound:
    """amount_fen: the least cap, rounded down to the step; 0 where it is below the product's least. bound_by: its code.

    is_known: enough caps from data are known, and the pd where there are grades. grade: "" without grades or pd.
    """

    amount_fen: int
    bound_by: str
    caps: tuple[CapFound, ...]
    is_known: bool
    grade: str


def limit_found(
    stage: LimitStage, *, given: Given, facts: Mapping[str, Fact], pd: float | None
) -> LimitFound:
    """``facts``: all that is known by now. A pd above every grade has a factor of 0."""
    grade = grade_of(stage.grades, pd)
    factor = Fraction(grade.factor_bp, BP) if grade else Fraction(0 if stage.grades else 1)
    found = [_graded(cap.code, _cap(cap, given, facts), factor) for cap in stage.caps]
    fixed = [
        CapFound("asked", given.amount_fen),
        CapFound("product", given.amount_most_fen),
        CapFound("most", stage.most_yuan * _FEN_PER_YUAN),
    ]
    caps = (*fixed, *found)
    least, code = min((cap.amount_fen, cap.code) for cap in caps if cap.amount_fen is not None)
    step = stage.step_yuan * _FEN_PER_YUAN
    amount = least // step * step
    known = sum(cap.amount_fen is not None for cap in found) >= stage.caps_needed
    known &= pd is not None or not stage.grades
    within = amount if amount >= given.amount_least_fen else 0
    return LimitFound(within, code, caps, known, grade.code if grade else "")


def _graded(code: str, amount: Fraction | None, factor: Fraction) -> CapFound:
    return CapFound(code, None if amount is None else max(int(amount * factor), 0))


def grade_of(grades: tuple[Grade, ...], pd: float | None) -> Grade | None:
    """The first whose bound the pd (0-1) does not exceed."""
    if pd is None:
        return None
    return next((one for one in grades if exact(pd) * BP <= one.pd_most_bp), None)


def _cap(cap: Cap, given: Given, facts: Mapping[str, Fact]) -> Fraction | None:
    """In fen, before the grade's factor."""
    if isinstance(cap, Multiple):
        amount = _fen(facts, cap.fact)
        return None if amount is None else amount * cap.factor_bp / BP
    if isinstance(cap, WorkingCapital):
        return _working_capital(cap, _fen(facts, cap.sales))
    if isinstance(cap, Affordable):
        return _affordable(cap, given, facts)
    sales, debt = _fen(facts, cap.sales), _fen(facts, cap.debt) if cap.debt else Fraction(0)
    return None if sales is None or debt is None else sales * cap.share_bp / BP - debt


def _working_capital(cap: WorkingCapital, sales: Fraction | None) -> Fraction | None:
    if sales is None:
        return None
    need = sales * (BP - cap.margin_bp) / BP * (BP + cap.growth_bp) / BP * BP / cap.turns_bp
    return need * (BP - cap.others_bp) / BP


def _affordable(cap: Affordable, given: Given, facts: Mapping[str, Fact]) -> Fraction | None:
    """Present value of the payment that the cash flow bears, at the top of the product's band."""
    flow = _fen(facts, cap.cash_flow)
    service = _fen(facts, cap.service) if cap.service else Fraction(0)
    if flow is None or service is None:
        return None
    payment = flow * BP / cap.cover_bp - service
    rate, months = Fraction(given.rate_most_bp, BP * _MONTHS), given.term_months
    factor = (1 - (1 / (1 + rate)) ** months) / rate if rate else Fraction(months)
    return payment * factor


def _fen(facts: Mapping[str, Fact], name: str) -> Fraction | None:
    """A fact in yuan; not below 0."""
    value = facts.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return max(Fraction(exact(value)), Fraction(0)) * _FEN_PER_YUAN
