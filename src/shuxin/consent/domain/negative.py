"""Negative facts (负面信息): whether one still counts, and whether it must be asked for again at its source.

Credit Reporting Regulation art. 16 (five years from the end), the one-off credit repair of December 2025
(DOMAIN C3), the two-year term of the list of dishonest debtors (DOMAIN J1).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.catalogue.api import Contract

PERSONAL_YEARS = 5
DISHONEST_YEARS = 2
MAX_AGE_DAYS = 30
"""How long a negative fact may be shown without being confirmed at its source, unless the contract says."""
REPAIR_LIMIT_FEN = 1_000_000
REPAIR_ARISEN = (dt.date(2020, 1, 1), dt.date(2025, 12, 31))
REPAIR_REPAID_BY = dt.date(2026, 3, 31)
NEGATIVE, NEGATIVE_END, NEGATIVE_AMOUNT, NEGATIVE_MAX_AGE = (
    "negative",
    "negative_end",
    "negative_amount",
    "negative_max_age_days",
)
"""Properties of a contract whose rows are negative facts: kind, field of the end, field of the amount, days."""


class NegativeTermsInvalid(InvalidInput):
    code = "negative_terms_invalid"
    what = Text(
        en="the property '{name}' in the contract of {dataset} is not right",
        zh="数据集 {dataset} 合约中的属性“{name}”有误",
    )
    mend = Text(
        en="'negative' is one of overdue, dishonest, enforcement, penalty, other; negative_end names a date field,"
        " negative_amount a money field, negative_max_age_days a whole number above 0",
        zh="negative 取 overdue、dishonest、enforcement、penalty、other 之一；negative_end 为日期字段，"
        "negative_amount 为金额字段，negative_max_age_days 为正整数",
    )


class NegativeKind(StrEnum):
    """What a negative fact is."""

    OVERDUE = "overdue"
    DISHONEST = "dishonest"
    ENFORCEMENT = "enforcement"
    PENALTY = "penalty"
    OTHER = "other"


class Standing(StrEnum):
    """Whether a negative fact still counts (负面信息状态).

    ACTIVE: it does. CURED: repaid, lifted or closed, and still told as such. EXPIRED: its term is over, it
    must be deleted. MASKED: the one-off credit repair keeps it from being shown.
    """

    ACTIVE = "active"
    CURED = "cured"
    EXPIRED = "expired"
    MASKED = "masked"


SHOWN = frozenset({Standing.ACTIVE, Standing.CURED})


@dataclass(frozen=True, slots=True)
class NegativeFact:
    """One negative fact. ``ended``: repaid, lifted or closed on that day, None while it lasts.

    ``personal``: it is about a person or an individual business. ``confirmed_at``: when its source last said so.
    """

    kind: NegativeKind
    personal: bool
    arisen: dt.date
    ended: dt.date | None
    amount_fen: int | None
    confirmed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class NegativeTerms:
    """What a contract says of its rows as negative facts; field names, "" where there is none."""

    kind: NegativeKind
    end: str
    amount: str
    max_age_days: int

    @property
    def max_age(self) -> dt.timedelta:
        return dt.timedelta(days=self.max_age_days)


def standing(fact: NegativeFact, *, now: dt.datetime) -> Standing:
    """How the fact stands at ``now``, by the day in China."""
    today = now.astimezone(CHINA_TIME).date()
    ended = fact.ended if fact.ended is not None and fact.ended <= today else None
    if _is_repaired(fact, ended):
        return Standing.MASKED
    if fact.personal and ended is not None and today > years_after(ended, PERSONAL_YEARS):
        return Standing.EXPIRED
    listed = fact.kind is NegativeKind.DISHONEST and ended is None
    if listed and today > years_after(fact.arisen, DISHONEST_YEARS):
        return Standing.EXPIRED
    return Standing.ACTIVE if ended is None else Standing.CURED


def _is_repaired(fact: NegativeFact, ended: dt.date | None) -> bool:
    """The one-off credit repair (一次性信用修复): small personal arrears of 2020 to 2025, repaid in time."""
    first, last = REPAIR_ARISEN
    return (
        fact.kind is NegativeKind.OVERDUE
        and fact.personal
        and fact.amount_fen is not None
        and fact.amount_fen <= REPAIR_LIMIT_FEN
        and first <= fact.arisen <= last
        and ended is not None
        and ended <= REPAIR_REPAID_BY
    )


def requery_due(fact: NegativeFact, *, now: dt.datetime, max_age: dt.timedelta) -> bool:
    """Whether the fact would be shown as active though its source has not confirmed it lately (再查询)."""
    return standing(fact, now=now) is Standing.ACTIVE and now - fact.confirmed_at > max_age


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day of the year, February 28 where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def negative_terms(agreed: Contract) -> NegativeTerms | None:
    """What the contract's properties say; None when its rows are no negative facts.

    Raises NegativeTermsInvalid.
    """
    said = dict(agreed.extra)
    if NEGATIVE not in said:
        return None
    names = {field.name for field in agreed.fields}
    for name in (NEGATIVE_END, NEGATIVE_AMOUNT):
        if said.get(name, "") not in names | {""}:
            raise NegativeTermsInvalid(name=name, dataset=agreed.dataset)
    if said[NEGATIVE] not in set(NegativeKind):
        raise NegativeTermsInvalid(name=NEGATIVE, dataset=agreed.dataset)
    days = said.get(NEGATIVE_MAX_AGE, str(MAX_AGE_DAYS))
    if not days.isascii() or not days.isdigit() or not 0 < int(days[:6]) == int(days[:7]):
        raise NegativeTermsInvalid(name=NEGATIVE_MAX_AGE, dataset=agreed.dataset)
    return NegativeTerms(
        kind=NegativeKind(said[NEGATIVE]),
        end=said.get(NEGATIVE_END, ""),
        amount=said.get(NEGATIVE_AMOUNT, ""),
        max_age_days=int(days),
    )
