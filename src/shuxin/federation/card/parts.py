"""The joint scorecard in parts: what each holder keeps, and what the label party keeps."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import Field

from shuxin.federation.card.contract import MOST_HOLDERS, Category, Contract, Contribution
from shuxin.federation.card.points import base_points, bin_points, holder_points
from shuxin.federation.domain.parameters import PartyId  # noqa: TC001 - pydantic reads the annotations
from shuxin.kernel.text import Text  # noqa: TC001 - as above
from shuxin.scoring.api import (
    BinShape,
    CardCharacteristic,
    CardInvalid,
    Scaling,
    Scorecard,
    TrainingFacts,
)

PART_FORMAT = "shuxin-card-part/1"
LABEL_FORMAT = "shuxin-card-label/1"
MOST_POINTS = 100_000
"""Of one bin, either way. With MOST_CHARACTERISTICS and MOST_HOLDERS sums stay below 2^31."""
MOST_CHARACTERISTICS = 200
_LARGEST = (1 << 53) - 1
_HASH = re.compile(r"[0-9a-f]{64}")
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]


@dataclass(frozen=True, slots=True)
class HolderCharacteristic:
    """A characteristic of a holder; bins in the order of ``shape``. Raises CardInvalid.

    coefficient: in 1/65536. woe: (shape.count,) in hundredths. points: (shape.count + 1,), the last of UNSEEN.
    reference: hundredths of points, the mean of those that an applicant is compared with, for reasons.
    """

    shape: BinShape
    category: str
    coefficient: int
    woe: tuple[int, ...]
    points: tuple[int, ...]
    reference: int

    def __post_init__(self) -> None:
        fits = len(self.woe) == self.shape.count and len(self.points) == self.shape.count + 1
        fits &= all(abs(points) <= MOST_POINTS for points in self.points)
        fits &= abs(self.reference) <= MOST_POINTS * 100
        if not fits or max(map(abs, (self.coefficient, *self.woe))) > _LARGEST:
            raise CardInvalid(where=f"characteristics.{self.shape.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPart:
    """A holder's part of a joint card (评分卡分片); it never leaves the holder, for it has its edges.

    party: the holder; holders: all of the model, rising. factor: points per unit of log-odds.
    missing_points: what counts instead of this holder's total where it gives none: the mean over the
    ``rows`` of training. salt: 256 random bits in hexadecimal, for the others get this part's hash and know all
    of it but edges and categories, which they could guess.
    Raises CardInvalid, also where points do not follow from coefficient, WOE and factor.
    """

    job: Name
    model: Name
    version: Name
    party: PartyId
    holders: tuple[PartyId, ...]
    contract: Contract
    factor: float
    categories: tuple[Category, ...]
    characteristics: tuple[HolderCharacteristic, ...]
    missing_points: int
    rows: int
    salt: str
    format: str = PART_FORMAT

    def __post_init__(self) -> None:
        if self.format != PART_FORMAT:
            raise CardInvalid(where="format")
        check_holders(self.holders, self.contract)
        if self.party not in self.holders:
            raise CardInvalid(where="party")
        if not _HASH.fullmatch(self.salt):
            raise CardInvalid(where="salt")
        if not math.isfinite(self.factor) or self.factor <= 0:
            raise CardInvalid(where="factor")
        check_categories(self.categories)
        names = [each.shape.name for each in self.characteristics]
        if not 0 < len(names) == len(set(names)) <= MOST_CHARACTERISTICS:
            raise CardInvalid(where="characteristics")
        if {each.category for each in self.characteristics} != {
            one.code for one in self.categories
        }:
            raise CardInvalid(where="categories")
        for each in self.characteristics:
            found = holder_points(coefficient=each.coefficient, woe=each.woe, factor=self.factor)
            if found != each.points:
                raise CardInvalid(where=f"characteristics.{each.shape.name}.points")
        lowest = sum(min(each.points) for each in self.characteristics)
        highest = sum(max(each.points) for each in self.characteristics)
        if self.rows < 1 or not lowest <= self.missing_points <= highest:
            raise CardInvalid(where="missing_points")


@dataclass(frozen=True, slots=True)
class Span:
    """Points from ``low`` to ``high``, both included. Raises CardInvalid."""

    low: int
    high: int

    def __post_init__(self) -> None:
        most = MOST_POINTS * MOST_CHARACTERISTICS
        if not -most <= self.low <= self.high <= most:
            raise CardInvalid(where="spans")

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderSeat:
    """What the label party knows of one holder's part. Raises CardInvalid.

    part: its content hash, as the holder told. spans: what the points of each category can be.
    missing_points: what counts where this holder gives none, as the holder told.
    """

    party: PartyId
    part: str
    characteristics: int
    categories: tuple[Category, ...]
    spans: tuple[Span, ...]
    missing_points: int

    def __post_init__(self) -> None:
        where = f"holders.{self.party}"
        check_categories(self.categories)
        if not _HASH.fullmatch(self.part) or len(self.spans) != len(self.categories):
            raise CardInvalid(where=where)
        if not len(self.spans) <= self.characteristics <= MOST_CHARACTERISTICS:
            raise CardInvalid(where=where)
        if not self.span.low <= self.missing_points <= self.span.high:
            raise CardInvalid(where=f"{where}.missing_points")

    @property
    def span(self) -> Span:
        """Of the holder's total."""
        return self._over(tuple(range(len(self.spans))))

    def column_spans(self, contract: Contract, /) -> tuple[Span, ...]:
        """Of each number of its answer."""
        return tuple(map(self._over, contract.columns(self.categories)))

    def _over(self, places: tuple[int, ...]) -> Span:
        return sum((self.spans[place] for place in places), Span(0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPart:
    """The label party's part of a joint card (标签方分片): its own characteristics, and the whole scale.

    made_on: a date as text. intercept: log-odds of good where all WOE are 0; with the scale's offset it makes the
    base points, which no characteristic carries. seats: the holders', rising. cut_off: points from which an
    application passes. Raises CardInvalid, also where points do not follow from coefficient, WOE and scale.
    """

    job: Name
    model: Name
    version: Name
    made_on: Name
    target: Text
    party: PartyId
    contract: Contract
    scaling: Scaling
    intercept: float
    characteristics: tuple[CardCharacteristic, ...]
    seats: tuple[HolderSeat, ...]
    cut_off: int
    training: TrainingFacts
    format: str = LABEL_FORMAT

    def __post_init__(self) -> None:
        if self.format != LABEL_FORMAT:
            raise CardInvalid(where="format")
        check_holders(self.holders, self.contract)
        if self.party in self.holders:
            raise CardInvalid(where="party")
        if not math.isfinite(self.intercept) or abs(self.base_points) > MOST_POINTS:
            raise CardInvalid(where="intercept")
        if not 0 < self.training.bads < self.training.rows or abs(self.cut_off) > MOST_POINTS:
            raise CardInvalid(where="training")
        if len(self.characteristics) > MOST_CHARACTERISTICS:
            raise CardInvalid(where="characteristics")
        _ = self.own_card
        for each in self.characteristics:
            woes = (*(one.woe for one in each.bins), 0.0)
            found = tuple(
                bin_points(coefficient=each.coefficient, woe=woe, factor=self.scaling.factor)
                for woe in woes
            )
            if found != each.all_points:
                raise CardInvalid(where=f"characteristics.{each.name}.points")

    @property
    def holders(self) -> tuple[str, ...]:
        return tuple(seat.party for seat in self.seats)

    @property
    def base_points(self) -> int:
        return base_points(intercept=self.intercept, scaling=self.scaling)

    @property
    def own_card(self) -> Scorecard | None:
        """The own characteristics, as scoring explains them; None where there are none. Raises CardInvalid."""
        if not self.characteristics:
            return None
        return Scorecard(
            name=self.model,
            made_on=self.made_on,
            target=self.target,
            scaling=self.scaling,
            intercept=self.intercept,
            characteristics=self.characteristics,
            cut_off=self.cut_off,
            training=self.training,
        )


def check_holders(holders: tuple[str, ...], contract: Contract, /) -> None:
    """Rising, none twice, and enough for the contract. Raises CardInvalid."""
    if not 0 < len(holders) <= MOST_HOLDERS or list(holders) != sorted(set(holders)):
        raise CardInvalid(where="holders")
    if contract.contribution is Contribution.SUM and contract.min_holders > len(holders):
        raise CardInvalid(where="contract.min_holders")


def check_categories(categories: tuple[Category, ...], /) -> None:
    """Raises CardInvalid."""
    codes = [each.code for each in categories]
    if not 0 < len(codes) == len(set(codes)) <= MOST_CHARACTERISTICS:
        raise CardInvalid(where="categories")
