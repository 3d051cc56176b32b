"""The calibration of a service (评分服务校准): kept beside its card at the label party, and used from then on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.federation.card.calibration import (
    calibration_file,
    calibration_hash,
    calibration_of,
    read_calibration,
    with_calibration,
)
from shuxin.federation.card.files import read_file
from shuxin.federation.card.parts import LabelPart
from shuxin.federation.service.kind import CARD
from shuxin.infra.api import CHINA, write_whole
from shuxin.ledger.api import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.card.calibration import Calibration
    from shuxin.federation.node.asking import Asking, Scoring
    from shuxin.federation.node.measuring import Answered, Batch

CALIBRATION = "calibration"
"""Its file, in the folder of the service's results."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A calibration that was put in place. replaced: hash of the one before it, "" where there was none."""

    calibration: Calibration
    hash: str
    replaced: str


def calibration_in(folder: Path, /) -> Calibration | None:
    """That of the service with these results; None where PD is still the scale's.

    Raises CardAltered, CardInvalid, CalibrationOfOtherPart: what lies there was not made for this card.
    """
    file = folder / CALIBRATION
    if not file.is_file():
        return None
    part = read_file(LabelPart, (folder / CARD).read_bytes())
    return read_calibration(file.read_bytes(), part=part)


def calibrated(found: Scoring, calibration: Calibration | None, /) -> Scoring:
    """The same with PD by the calibration, where there is one. Raises CalibrationOfOtherPart."""
    if calibration is None:
        return found
    return replace(found, scores=with_calibration(found.scores, calibration))


def keep_calibration(asking: Asking, batch: Batch, answered: Answered, /) -> Kept:
    """Learn it from what was answered, and put it in place of an older one; first it is in the log.

    Raises SlopeUndefined, CalibrationFalls; also as ``calibration_in``: an older one that cannot be read stays.
    """
    folder, now = asking.results(batch.service), asking.now()
    before = calibration_in(folder)
    made = calibration_of(
        answered.scores,
        outcomes=answered.firms.bad,
        made_on=now.astimezone(CHINA).date().isoformat(),
    )
    kept = Kept(made, calibration_hash(made), "" if before is None else calibration_hash(before))
    facts: dict[str, str | int] = {
        "service": batch.service,
        "part": made.part,
        "calibration": kept.hash,
        "firms": made.rows,
        "bads": made.bads,
    }
    if kept.replaced:
        facts["replaced"] = kept.replaced
    asking.log(Entry("joint-calibration", now, asking.party, facts))
    write_whole(folder / CALIBRATION, calibration_file(made))
    return kept
