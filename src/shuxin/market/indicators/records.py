"""What indicators are counted from (统计台账): one record for each demand and each application, without names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.market.domain.words import Channel, Size, Worded

if TYPE_CHECKING:
    from datetime import date

    from shuxin.market.domain.terms import FirmFacts

_MONTHS_OF_BANDS = ((12, "under_1"), (36, "1_to_3"), (60, "3_to_5"))
UNKNOWN = "unknown"


class AgeBand(Worded):
    """How long a firm has been established (成立年限)."""

    UNDER_1 = "under_1", Text(en="under 1 year", zh="1 年以下")
    UNDER_3 = "1_to_3", Text(en="1 to 3 years", zh="1–3 年")
    UNDER_5 = "3_to_5", Text(en="3 to 5 years", zh="3–5 年")
    OLDER = "over_5", Text(en="5 years and more", zh="5 年及以上")


@dataclass(frozen=True, slots=True)
class Traits:
    """By what firms are grouped. region: six digits or ""; a size or age that nobody knows is ``unknown``."""

    firm: str
    region: str
    size: str
    age: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class DemandRecord:
    """A published demand; month: first day of that of its publication; is_met: at least one lender made an offer."""

    traits: Traits
    month: date
    is_met: bool


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """An application and what became of it.

    decided_in, lent_in: first day of the month, None while it has not happened. seconds: from submission to answer.
    by_person: a person decided. lent_fen with rate_bp and is_unsecured: of what was lent. is_first_loan: None unknown.
    """

    traits: Traits
    lender: str
    decided_in: date | None
    approved: bool
    by_person: bool
    seconds: float | None
    lent_in: date | None = None
    lent_fen: int = 0
    rate_bp: int | None = None
    is_unsecured: bool | None = None
    is_first_loan: bool | None = None


def traits_of(firm: FirmFacts, *, channel: Channel, on: date) -> Traits:
    """Of a firm as it was known on that day."""
    return Traits(
        firm=firm.party,
        region=firm.region,
        size=firm.size.value if isinstance(firm.size, Size) else UNKNOWN,
        age=age_band(firm.established_on, on=on),
        channel=channel,
    )


def age_band(since: date | None, *, on: date) -> str:
    """The band's value, ``unknown`` without a day."""
    if since is None:
        return UNKNOWN
    months = (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)
    return next((band for most, band in _MONTHS_OF_BANDS if months < most), AgeBand.OLDER.value)
