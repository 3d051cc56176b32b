"""Joint scores as probabilities of default, learnt at the label party from outcomes of rows that it scored.

``logit PD = intercept + slope * logit PD of the scale``, fitted by scoring's own calibration line (Cox 1958, Platt
1999). With a slope above 0 it is monotone: no two firms change places.
"""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
from pydantic import TypeAdapter, ValidationError

from shuxin.federation.card.files import hash_of
from shuxin.federation.card.parts import Name  # noqa: TC001 - pydantic reads the annotations
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.api import CardInvalid, calibration_line, open_sealed, sealed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.federation.card.label import JointScores
    from shuxin.federation.card.parts import LabelPart
    from shuxin.kernel.canonical import Json

    BoolArray: TypeAlias = NDArray[np.bool_]
    FloatArray: TypeAlias = NDArray[np.float64]

CALIBRATION_FORMAT = "shuxin-card-calibration/1"
_HASH = re.compile(r"[0-9a-f]{64}")
_LEAST = 1e-12
"""A PD of the scale that is nearer to 0 or 1 counts as this near, for a logit has no end there."""


class CalibrationFalls(InvalidInput):
    code = "joint_calibration_falls"
    what = Text(
        en="in these {rows} rows, {bads} of them bad, higher scores did not default less: nothing to calibrate",
        zh="这 {rows} 个样本（坏样本 {bads} 个）中，分数高者违约并不更少，无法保序校准",
    )
    mend = Text(
        en="Check that the outcomes belong to these rows; if they do, the card no longer tells bad from good",
        zh="请核对结果标签与样本是否对应；如无误，说明该评分卡已失去区分能力",
    )


class CalibrationOfOtherPart(InvalidInput):
    code = "joint_calibration_of_other_part"
    what = Text(
        en="the calibration was made for another part of a joint card",
        zh="该校准结果属于另一评分卡分片",
    )
    mend = Text(
        en="Use the calibration made with this part, or make one from rows that it scored",
        zh="请使用由本分片生成的校准结果，或用其评分样本重新校准",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A map from scores of one label part to PD (校准). Raises CardInvalid.

    part: content hash of the label part. made_on: a date as text. rows, bads: what it was learnt from.
    """

    part: str
    made_on: Name
    intercept: float
    intercept_error: float
    slope: float
    slope_error: float
    rows: int
    bads: int
    format: str = CALIBRATION_FORMAT

    def __post_init__(self) -> None:
        if self.format != CALIBRATION_FORMAT:
            raise CardInvalid(where="format")
        if not _HASH.fullmatch(self.part):
            raise CardInvalid(where="part")
        errors = (self.intercept_error, self.slope_error)
        if not all(map(math.isfinite, (self.intercept, self.slope, *errors))) or min(errors) < 0:
            raise CardInvalid(where="intercept")
        if self.slope <= 0:
            raise CardInvalid(where="slope")
        if not 0 < self.bads < self.rows:
            raise CardInvalid(where="rows")

    def pd(self, points: NDArray[np.int64], /, *, part: LabelPart) -> FloatArray:
        """(n,) PD of (n,) points within the scale. Raises CalibrationOfOtherPart."""
        self._require(part)
        chances = _scale_pd(part, points)
        logits = self.intercept + self.slope * (np.log(chances) - np.log1p(-chances))
        return np.asarray(0.5 * (1 + np.tanh(logits / 2)))

    def _require(self, part: LabelPart) -> None:
        if hash_of(part) != self.part:
            raise CalibrationOfOtherPart


def calibration_of(scores: JointScores, /, *, outcomes: BoolArray, made_on: str) -> Calibration:
    """Learnt from rows that the label party scored and whose outcomes (true where bad) it now knows.

    All rows count as they were scored, those with a missing party too.

    Raises:
        OneClassOnly: no good or no bad outcome.
        SlopeUndefined: the scores part good and bad without overlap, or are all alike.
        CalibrationFalls: higher scores did not default less.
        ValueError: not one outcome for each row.
    """
    part = scores.tally.part
    line = calibration_line(probabilities=_scale_pd(part, scores.points), outcomes=outcomes)
    rows, bads = len(outcomes), int(outcomes.sum())
    if line.slope <= 0:
        raise CalibrationFalls(rows=rows, bads=bads)
    return Calibration(
        part=hash_of(part),
        made_on=made_on,
        intercept=line.intercept,
        intercept_error=line.intercept_error,
        slope=line.slope,
        slope_error=line.slope_error,
        rows=rows,
        bads=bads,
    )


def with_calibration(scores: JointScores, calibration: Calibration, /) -> JointScores:
    """The same scores with PD by the calibration in place of the scale's. Raises CalibrationOfOtherPart."""
    return replace(scores, pd=calibration.pd(scores.points, part=scores.tally.part))


def calibration_file(calibration: Calibration, /) -> bytes:
    """Canonical JSON with its own hash; equal calibrations have equal bytes."""
    return sealed(cast("Json", asdict(calibration)))


def calibration_hash(calibration: Calibration, /) -> str:
    """Content hash, 64 hexadecimal digits; the file carries the same."""
    return content_hash(cast("Json", asdict(calibration)))


def read_calibration(
    data: bytes, /, *, part: LabelPart, expected_hash: str | None = None
) -> Calibration:
    """What ``calibration_file`` made, for this part; ``expected_hash`` is the approved one, where it is known.

    Raises:
        CardAltered: the content does not match its own hash or the expected one.
        CardInvalid: it is no calibration; also NotCanonical.
        CalibrationOfOtherPart: it was made for another part.
    """
    content = open_sealed(data, expected_hash=expected_hash)
    try:
        found = TypeAdapter(Calibration).validate_json(content, strict=True)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise CardInvalid(where=where or "card") from error
    if calibration_file(found) != data:
        raise CardInvalid(where="fields")
    if found.part != hash_of(part):
        raise CalibrationOfOtherPart
    return found


def _scale_pd(part: LabelPart, points: NDArray[np.int64]) -> FloatArray:
    """(n,) by the scale alone, so that calibrating twice is the same as once."""
    levels, places = np.unique(points, return_inverse=True)
    chances = [part.scaling.probability_of_bad(score=level) for level in levels.tolist()]
    inside: FloatArray = np.clip(np.array(chances)[places], _LEAST, 1 - _LEAST)
    return inside
