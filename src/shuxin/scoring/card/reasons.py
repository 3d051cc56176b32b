"""Reason codes (拒绝原因): what cost this applicant points, in words that were agreed beforehand.

An applicant is compared with those near the cut-off, not with the average one: what parts the applicant
from a pass is what the reasons must name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.kernel.text import Text
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.binning.table import bin_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.scoring.card.artefact import CardCharacteristic, Scorecard
    from shuxin.scoring.card.compiled import Scored

NEAR_POINTS = 10
NEAR_FEWEST = 50
MOST_REASONS = 4

_UNSEEN = Text(en="not among the known categories", zh="不在已知类别中")
_NO_INFORMATION = Text(en="No information: {title}", zh="缺少信息：{title}")


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; ``rank`` counts from 1, the greatest loss first.

    Only ``text`` is for the applicant. ``bin_label``, ``points``, ``reference`` and ``loss`` (points below
    the reference) are for the lender's own files.
    """

    rank: int
    characteristic: str
    group: str
    bin_label: Text
    points: int
    reference: float
    loss: float
    text: Text


LEAST_LOSS = 1.0
"""Points: a smaller loss explains nothing."""


def reference_points(
    *, points: NDArray[np.int64], scores: NDArray[np.int64], cut_off: int
) -> NDArray[np.float64]:
    """(k,) mean points of the training applicants near the cut-off.

    Near is within 10 points of it; where fewer than 50 are, the nearest 50, with all who are as near as
    the fiftieth, so that the order of the rows does not matter.

    Args:
        points: (n, k) points of every applicant and characteristic.
        scores: (n,) scores.
        cut_off: points from which an application passes.
    """
    distance = np.abs(scores - cut_off)
    nth = min(NEAR_FEWEST, distance.size) - 1
    reach = max(NEAR_POINTS, int(np.partition(distance, nth)[nth]))
    return np.asarray(points[distance <= reach].mean(axis=0))


def reasons_of(*, card: Scorecard, scored: Scored) -> tuple[Reason, ...]:
    """At most four reasons, one from each group of characteristics, by falling loss.

    Only characteristics that earned a point or more less than the reference count, ties in the order of the card. A
    group without a name is a group of its own. A characteristic without texts gives no reason, nor does
    a value that stands in the best bin of values.
    """
    losses = sorted(
        (
            (place.reference - gained, nth, place, found)
            for nth, (place, (_, found, gained)) in enumerate(
                zip(card.characteristics, scored.by_characteristic, strict=True)
            )
            if place.reference - gained >= LEAST_LOSS
        ),
        key=lambda loss: (-loss[0], loss[1]),
    )
    chosen: dict[str, tuple[float, CardCharacteristic, int, Text]] = {}
    for loss, nth, place, found in losses:
        text = _text_of(place, found)
        if text is not None and len(chosen) < MOST_REASONS:
            chosen.setdefault(place.group or f"\0{nth}", (loss, place, found, text))
    return tuple(
        Reason(
            rank=rank,
            characteristic=place.name,
            group=place.group,
            bin_label=_label_of(place, found),
            points=place.all_points[found],
            reference=place.reference,
            loss=loss,
            text=text,
        )
        for rank, (loss, place, found, text) in enumerate(chosen.values(), start=1)
    )


def _text_of(place: CardCharacteristic, found: int) -> Text | None:
    """Bins below the best ones say low, above them high, between two best ones low too."""
    if not any((place.reason_low, place.reason_high, place.reason_missing)):
        return None
    if found >= place.shape.groups:
        return place.reason_missing or Text(
            en=_NO_INFORMATION.say("en", title=place.title.en),
            zh=_NO_INFORMATION.say("zh", title=place.title.zh),
        )
    if place.shape.kind is Kind.CATEGORICAL:
        return place.reason_low
    return _side_text(place, found, [each.points for each in place.bins[: place.shape.groups]])


def _side_text(place: CardCharacteristic, found: int, points: Sequence[int]) -> Text | None:
    best = [nth for nth, gained in enumerate(points) if gained == max(points)]
    if found in best:
        return None
    return place.reason_high if found > best[-1] else place.reason_low


def _label_of(place: CardCharacteristic, found: int) -> Text:
    if found < 0:
        return _UNSEEN
    return bin_labels(shape=place.shape, unit=place.unit)[found]
