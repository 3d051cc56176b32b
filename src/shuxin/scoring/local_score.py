"""The score of one enterprise by the card in use (本地评分): points by characteristic, reasons, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.api import compute_features, feature_named, registered_features, require_past
from shuxin.kernel.text import Text
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.binning.table import bin_labels
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.reasons import reasons_of
from shuxin.scoring.characteristics import GROUPS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.consent.api import Permit
    from shuxin.fusion.api import Feature
    from shuxin.infra.api import Settings
    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.card.artefact import CardCharacteristic, Scorecard
    from shuxin.scoring.card.compiled import Scored
    from shuxin.scoring.card.reasons import Reason

MOST_IMPROVEMENTS = 5
_UNSEEN = Text(en="not among the known categories", zh="不在已知类别中")


@dataclass(frozen=True, slots=True)
class PointLine:
    """What one characteristic gave (单项得分).

    label: the range that the value stands in. best: the most that the characteristic can give. reference: mean points
    of the training applicants near the cut-off. fields: (dataset, field) that the feature is made of here.
    """

    feature: Feature
    group: Text
    value: float | None
    label: Text
    points: int
    best: int
    reference: float
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Improvement:
    """The nearest range of one characteristic that gives more points (改进方向), all others as they are."""

    name: str
    title: Text
    now: Text
    better: Text
    gain: int


@dataclass(frozen=True, slots=True)
class LocalScore:
    """points within the scale; pd (0-1) by the scale of the card. model: name and hash of the model."""

    entity: str
    as_of: dt.date
    points: int
    pd: float
    card: Scorecard
    model: tuple[str, str]
    lines: tuple[PointLine, ...]
    reasons: tuple[Reason, ...]
    improvements: tuple[Improvement, ...]

    @property
    def passes(self) -> bool:
        return self.points >= self.card.cut_off


def local_score(
    entity: str,
    *,
    as_of: dt.date,
    bundle: Bundle,
    permit: Permit,
    settings: Settings,
    now: dt.datetime,
) -> LocalScore:
    """By what was known before ``as_of``. Raises AsOfAhead, ColumnMissing and as ``fusion.compute_features``."""
    permit.require(entity)
    require_past(as_of, now=now)
    card = bundle.card
    names = [place.name for place in card.characteristics]
    table = compute_features(
        [(entity, as_of)], permits=[permit], settings=settings, now=now, names=names
    )
    values = table.to_pylist()[0]
    scored = CompiledCard.of(card).score(values)
    return LocalScore(
        entity=entity,
        as_of=as_of,
        points=scored.points,
        pd=scored.pd,
        card=card,
        model=(card.name, bundle.digest),
        lines=_lines(card, scored, values, now=now),
        reasons=reasons_of(card=card, scored=scored),
        improvements=improvements_of(card=card, scored=scored),
    )


def improvements_of(*, card: Scorecard, scored: Scored) -> tuple[Improvement, ...]:
    """At most five, the greatest gain first, ties in the order of the card; one from each group at most.

    Numbers alone: nobody is told to become another category. Where a value is missing, the range that would follow
    is not known, and nothing is promised.
    """
    found = [
        one
        for place, (_, at, points) in zip(
            card.characteristics, scored.by_characteristic, strict=True
        )
        if (one := _improvement(place, at, points)) is not None
    ]
    groups = {place.name: place.group or place.name for place in card.characteristics}
    best: dict[str, Improvement] = {}
    for one in sorted(found, key=lambda each: -each.gain):
        best.setdefault(groups[one.name], one)
    return tuple(best.values())[:MOST_IMPROVEMENTS]


def _improvement(place: CardCharacteristic, at: int, points: int) -> Improvement | None:
    """The nearest range with more points; of two as near the one that gives more."""
    if place.shape.kind is Kind.CATEGORICAL or not 0 <= at < place.shape.groups:
        return None
    gains = [
        (abs(nth - at), points - each.points, nth)
        for nth, each in enumerate(place.bins[: place.shape.groups])
        if each.points > points
    ]
    if not gains:
        return None
    _, lost, nth = min(gains)
    labels = bin_labels(shape=place.shape, unit=place.unit)
    return Improvement(place.name, place.title, labels[at], labels[nth], -lost)


def _lines(
    card: Scorecard, scored: Scored, values: Mapping[str, float | None], *, now: dt.datetime
) -> tuple[PointLine, ...]:
    fields = {found.feature.name: found.fields for found in registered_features(now=now)}
    pairs = zip(card.characteristics, scored.by_characteristic, strict=True)
    return tuple(
        PointLine(
            feature=feature_named(name),
            group=GROUPS.get(place.group, place.title),
            value=values[name],
            label=_label(place, at),
            points=points,
            best=max(place.all_points),
            reference=place.reference,
            fields=fields[name],
        )
        for place, (name, at, points) in pairs
    )


def _label(place: CardCharacteristic, at: int) -> Text:
    return _UNSEEN if at < 0 else bin_labels(shape=place.shape, unit=place.unit)[at]
