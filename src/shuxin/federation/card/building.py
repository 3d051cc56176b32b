"""From coefficients to parts: what the label party sends each holder, what each makes of it, what it tells back.

The label party knows a holder's WOE by name and place of the bin, so both find the same points; edges and names of
categories stay with the holder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.federation.card.offers import Notice, Offer
from shuxin.federation.card.parts import (
    CardPart,
    HolderCharacteristic,
    HolderSeat,
    LabelPart,
    Span,
)
from shuxin.federation.card.points import bin_points, holder_points, rounded_mean
from shuxin.federation.card.values import points_of
from shuxin.scoring.api import CardInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from shuxin.federation.card.contract import Category, Contract
    from shuxin.kernel.text import Text
    from shuxin.scoring.api import BinShape, CardCharacteristic, Scaling, TrainingFacts, Values


@dataclass(frozen=True, slots=True)
class Weight:
    """What the label party knows of a holder's characteristic: coefficient in 1/65536, WOE in hundredths by bin."""

    name: str
    coefficient: int
    woe: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The fitted model at the label party, before the parts are made (模型草案).

    characteristics: its own; their points are not yet right and may be anything. holders: the weights of each.
    """

    job: str
    model: str
    version: str
    made_on: str
    target: Text
    party: str
    contract: Contract
    scaling: Scaling
    intercept: float
    characteristics: tuple[CardCharacteristic, ...]
    holders: Mapping[str, tuple[Weight, ...]]
    cut_off: int
    training: TrainingFacts

    def offer(self, party: str, /) -> Offer:
        """For one holder. Raises CardInvalid."""
        return Offer(
            job=self.job,
            model=self.model,
            version=self.version,
            party=party,
            holders=tuple(sorted(self.holders)),
            contract=self.contract,
            factor=self.scaling.factor,
            coefficients=tuple((each.name, each.coefficient) for each in self.holders[party]),
        )


@dataclass(frozen=True, slots=True)
class Coded:
    """A holder's own characteristic after binning: its bins, (shape.count,) WOE in hundredths, public category."""

    shape: BinShape
    woe: tuple[int, ...]
    category: str


@dataclass(frozen=True, slots=True)
class Training:
    """A holder's aligned training rows: (n,) values by name; ``near``: (n,) those that reasons compare with."""

    values: Mapping[str, Values]
    near: NDArray[np.bool_]


def card_part(
    *,
    offer: Offer,
    coded: Sequence[Coded],
    categories: Sequence[Category],
    training: Training,
    salt: bytes,
) -> CardPart:
    """The holder's part: points of every bin, reference points, and what counts where a subject is missing.

    coded: at least those of the offer; others are left out. categories: in the order in which ties are broken.
    salt: 32 random bytes that nobody else gets.
    Raises CardInvalid, ColumnMissing and what lookups raise.
    """
    found = {each.shape.name: each for each in coded}
    if not {name for name, _ in offer.coefficients} <= found.keys():
        raise CardInvalid(where="coefficients")
    places = tuple(_place(found[name], one, offer.factor) for name, one in offer.coefficients)
    gained = points_of([(one.shape, one.points) for one in places], training.values)
    near = gained[training.near]
    if not len(near):
        raise CardInvalid(where="training")
    used = {one.category for one in places}
    return CardPart(
        job=offer.job,
        model=offer.model,
        version=offer.version,
        party=offer.party,
        holders=offer.holders,
        contract=offer.contract,
        factor=offer.factor,
        categories=tuple(each for each in categories if each.code in used),
        characteristics=tuple(
            replace(one, reference=rounded_mean(100 * int(near[:, nth].sum()), len(near)))
            for nth, one in enumerate(places)
        ),
        missing_points=rounded_mean(int(gained.sum()), len(gained)),
        rows=len(gained),
        salt=salt.hex(),
    )


def notice_of(part: CardPart, *, part_hash: str) -> Notice:
    """part_hash: ``hash_of`` the part."""
    return Notice(
        party=part.party,
        part=part_hash,
        categories=part.categories,
        characteristics=tuple((one.shape.name, one.category) for one in part.characteristics),
        missing_points=part.missing_points,
    )


def label_part(draft: Draft, notices: Sequence[Notice], /) -> LabelPart:
    """The label party's part, once every holder has told of its own. Raises CardInvalid."""
    told = {each.party: each for each in notices}
    if told.keys() != draft.holders.keys() or len(told) != len(notices):
        raise CardInvalid(where="notices")
    factor = draft.scaling.factor
    return LabelPart(
        job=draft.job,
        model=draft.model,
        version=draft.version,
        made_on=draft.made_on,
        target=draft.target,
        party=draft.party,
        contract=draft.contract,
        scaling=draft.scaling,
        intercept=draft.intercept,
        characteristics=tuple(with_points(one, factor=factor) for one in draft.characteristics),
        seats=tuple(_seat(draft, told[party]) for party in sorted(told)),
        cut_off=draft.cut_off,
        training=draft.training,
    )


def with_points(characteristic: CardCharacteristic, /, *, factor: float) -> CardCharacteristic:
    """A characteristic of the label party with the points that follow from its coefficient and WOE."""
    coefficient = characteristic.coefficient
    bins = tuple(
        replace(one, points=bin_points(coefficient=coefficient, woe=one.woe, factor=factor))
        for one in characteristic.bins
    )
    return replace(characteristic, bins=bins, unseen_points=0)


def _seat(draft: Draft, notice: Notice) -> HolderSeat:
    """With the span of each category, as the label party computes it from what it returned to the holder."""
    weights = draft.holders[notice.party]
    if tuple(name for name, _ in notice.characteristics) != tuple(each.name for each in weights):
        raise CardInvalid(where=f"notices.{notice.party}")
    spans = {each.code: Span(0, 0) for each in notice.categories}
    for weight, (_, category) in zip(weights, notice.characteristics, strict=True):
        points = holder_points(
            coefficient=weight.coefficient, woe=weight.woe, factor=draft.scaling.factor
        )
        spans[category] += Span(min(points), max(points))
    return HolderSeat(
        party=notice.party,
        part=notice.part,
        characteristics=len(weights),
        categories=notice.categories,
        spans=tuple(spans.values()),
        missing_points=notice.missing_points,
    )


def _place(coded: Coded, coefficient: int, factor: float) -> HolderCharacteristic:
    return HolderCharacteristic(
        shape=coded.shape,
        category=coded.category,
        coefficient=coefficient,
        woe=coded.woe,
        points=holder_points(coefficient=coefficient, woe=coded.woe, factor=factor),
        reference=0,
    )
