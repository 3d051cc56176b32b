"""What a loan costs all in (综合融资成本): interest, fees and subsidy together as one yearly rate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from shuxin.market.domain.terms import TermsInvalid
from shuxin.market.domain.words import FeeKind, Repayment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.market.domain.terms import Fee

_BP, _YEAR_DAYS, _YEAR_MONTHS = 10_000, 360, 12
_DAYS_OF_TWELVE_MONTHS = 365
_EXACT = Context(prec=40, rounding=ROUND_HALF_UP)
_ROUNDS, _NEAR = 60, 1e-13


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the whole amount drawn at once and repaid as agreed.

    apr_bp: internal rate of return of a month times twelve, basis points a year, halves up. first_payment_fen: what
    falls due after the first month, before subsidy. total_cost_fen: all interest and fees less the subsidy.
    """

    apr_bp: int
    first_payment_fen: int
    total_cost_fen: int


@dataclass(frozen=True, slots=True)
class Due:
    """One month's payment, fen."""

    interest_fen: int
    principal_fen: int


def interest_fen(*, principal_fen: int, rate_bp: int, days: int) -> int:
    """Simple interest by actual days over 360 (ACT/360), fen, halves up."""
    return _halves_up(principal_fen * rate_bp * days, _BP * _YEAR_DAYS)


def schedule(
    *, amount_fen: int, months: int, rate_bp: int, repayment: Repayment
) -> tuple[Due, ...]:
    """What falls due at the end of each month; principal adds up to ``amount_fen``.

    Equal instalments and equal principal bear a twelfth of the yearly rate a month; interest that is paid monthly with
    the principal at the end goes by ACT/360. There is no date yet: twelve months are 365 days, month k ends on day
    ``365 k // 12``. Revolving is counted as drawn whole and repaid at the end. Raises TermsInvalid.
    """
    if amount_fen < 1 or months < 1 or rate_bp < 0:
        raise TermsInvalid(where="amount_fen, term_months, rate_bp")
    if repayment is Repayment.INSTALMENTS:
        return _level(amount_fen, months, rate_bp)
    if repayment is Repayment.PRINCIPAL:
        return _equal_principal(amount_fen, months, rate_bp)
    return tuple(
        Due(
            interest_fen(principal_fen=amount_fen, rate_bp=rate_bp, days=_days_of(month)),
            amount_fen if month == months else 0,
        )
        for month in range(1, months + 1)
    )


def all_in_apr_bp(
    *,
    amount_fen: int,
    months: int,
    rate_bp: int,
    repayment: Repayment,
    fees: Sequence[Fee] = (),
    subsidy_bp: int = 0,
) -> Cost:
    """The one figure by which products are compared.

    A loan without fees and subsidy in equal instalments costs its own rate. Yearly fees are paid in advance on what is
    owed then, the last year by its months. The subsidy is counted by ACT/360 on what is owed, never above a month's
    interest. Raises TermsInvalid: fees eat the loan up.
    """
    return _cost(
        amount=amount_fen,
        months=months,
        rate_bp=rate_bp,
        repayment=repayment,
        fees=tuple(fees),
        subsidy_bp=subsidy_bp,
    )


@lru_cache(maxsize=4096)
def _cost(
    *,
    amount: int,
    months: int,
    rate_bp: int,
    repayment: Repayment,
    fees: tuple[Fee, ...],
    subsidy_bp: int,
) -> Cost:
    dues = schedule(amount_fen=amount, months=months, rate_bp=rate_bp, repayment=repayment)
    owed = _owed(amount, dues)
    at_start, charges = _fees(amount, owed, fees)
    if at_start >= amount:
        raise TermsInvalid(where="fees")
    paid, spent = [], at_start
    for month, due in enumerate(dues, 1):
        helped = interest_fen(
            principal_fen=owed[month - 1], rate_bp=subsidy_bp, days=_days_of(month)
        )
        cost = due.interest_fen - min(helped, due.interest_fen) + charges.get(month, 0)
        paid.append(cost + due.principal_fen)
        spent += cost
    first = dues[0]
    return Cost(
        apr_bp=int(_monthly_return(amount - at_start, paid) * _YEAR_MONTHS * _BP + 0.5),
        first_payment_fen=first.interest_fen + first.principal_fen,
        total_cost_fen=spent,
    )


def _level(amount: int, months: int, rate_bp: int) -> tuple[Due, ...]:
    """The last payment settles what rounding left."""
    monthly = _EXACT.divide(Decimal(rate_bp), Decimal(_BP * _YEAR_MONTHS))
    payment = _level_payment(amount, months, monthly)
    rest, dues = amount, []
    for month in range(1, months + 1):
        interest = _halves_up(rest * rate_bp, _BP * _YEAR_MONTHS)
        part = rest if month == months else min(max(payment - interest, 0), rest)
        dues.append(Due(interest, part))
        rest -= part
    return tuple(dues)


def _level_payment(amount: int, months: int, monthly: Decimal) -> int:
    if not monthly:
        return _halves_up(amount, months)
    grown = _EXACT.power(1 + monthly, months)
    payment = _EXACT.divide(Decimal(amount) * monthly * grown, grown - 1)
    return int(payment.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _equal_principal(amount: int, months: int, rate_bp: int) -> tuple[Due, ...]:
    part, rest, dues = amount // months, amount, []
    for month in range(1, months + 1):
        principal = rest if month == months else part
        dues.append(Due(_halves_up(rest * rate_bp, _BP * _YEAR_MONTHS), principal))
        rest -= principal
    return tuple(dues)


def _owed(amount: int, dues: Sequence[Due]) -> list[int]:
    """Principal owed at the beginning of each month."""
    owed = [amount]
    for due in dues[:-1]:
        owed.append(owed[-1] - due.principal_fen)
    return owed


def _fees(amount: int, owed: Sequence[int], fees: Sequence[Fee]) -> tuple[int, dict[int, int]]:
    """Fen at the drawdown, and fen by the month at whose end they fall due."""
    at_start, charges = 0, dict[int, int]()
    for fee in fees:
        if fee.kind is FeeKind.ONCE_FEN:
            at_start += fee.value
        elif fee.kind is FeeKind.ONCE_BP:
            at_start += _halves_up(amount * fee.value, _BP)
        else:
            for month in range(0, len(owed), _YEAR_MONTHS):
                share = min(len(owed) - month, _YEAR_MONTHS)
                charge = _halves_up(owed[month] * fee.value * share, _BP * _YEAR_MONTHS)
                charges[month] = charges.get(month, 0) + charge
    return at_start + charges.pop(0, 0), charges


def _monthly_return(received: int, paid: Sequence[int]) -> float:
    """The rate at which ``paid`` (month by month) is worth ``received``: Newton's steps from zero.

    The worth falls and is convex in the rate, so the steps rise to the root and never pass it. Only the four basic
    operations are used, which every machine rounds alike.
    """
    rate = 0.0
    for _ in range(_ROUNDS):
        worth, slope, by = 0.0, 0.0, 1.0 / (1.0 + rate)
        for amount in reversed(paid):
            slope = (slope + worth + amount) * by
            worth = (worth + amount) * by
        step = (worth - received) / (slope * by)
        rate += step
        if abs(step) < _NEAR:
            break
    return max(rate, 0.0)


def _days_of(month: int) -> int:
    return _DAYS_OF_TWELVE_MONTHS * month // 12 - _DAYS_OF_TWELVE_MONTHS * (month - 1) // 12


def _halves_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
