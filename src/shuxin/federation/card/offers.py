"""What the parties of a model tell each other to make its parts: an offer to each holder, a notice back."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from shuxin.federation.card.contract import (  # noqa: TC001 - pydantic reads the annotations
    Category,
    Contract,
)
from shuxin.federation.card.parts import (
    MOST_CHARACTERISTICS,
    Name,
    check_categories,
    check_holders,
)
from shuxin.federation.domain.parameters import PartyId  # noqa: TC001 - as above
from shuxin.scoring.api import CardInvalid

OFFER_FORMAT = "shuxin-card-offer/1"
NOTICE_FORMAT = "shuxin-card-notice/1"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the label party sends one holder (分片要约). ``coefficients``: (name, in 1/65536). Raises CardInvalid."""

    job: Name
    model: Name
    version: Name
    party: PartyId
    holders: tuple[PartyId, ...]
    contract: Contract
    factor: float
    coefficients: tuple[tuple[Name, int], ...]
    format: str = OFFER_FORMAT

    def __post_init__(self) -> None:
        if self.format != OFFER_FORMAT:
            raise CardInvalid(where="format")
        check_holders(self.holders, self.contract)
        if self.party not in self.holders or not 0 < self.factor < math.inf:
            raise CardInvalid(where="offer")
        names = [name for name, _ in self.coefficients]
        if not 0 < len(names) == len(set(names)) <= MOST_CHARACTERISTICS:
            raise CardInvalid(where="coefficients")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a holder tells of its part (分片回执). ``characteristics``: (name, category). Raises CardInvalid."""

    party: PartyId
    part: str
    categories: tuple[Category, ...]
    characteristics: tuple[tuple[Name, str], ...]
    missing_points: int
    format: str = NOTICE_FORMAT

    def __post_init__(self) -> None:
        if self.format != NOTICE_FORMAT:
            raise CardInvalid(where="format")
        check_categories(self.categories)
        used = {category for _, category in self.characteristics}
        if not _HASH.fullmatch(self.part) or used != {each.code for each in self.categories}:
            raise CardInvalid(where="notice")
