"""The card that the label party could make without anybody: of its own columns, by the very rules of the joint one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.card.points import HUNDREDTHS
from shuxin.federation.scorecard.choosing import Choice, Column
from shuxin.federation.scorecard.own import characteristic, plain
from shuxin.federation.scorecard.task import asked_of, scaling_of, selection_of
from shuxin.kernel.text import Text
from shuxin.scoring.api import (
    CardInvalid,
    CharacteristicsCollinear,
    Scorecard,
    Separated,
    TrainingFacts,
    card_bytes,
    fit_logistic,
    roc_auc,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.federation.domain.job import Job
    from shuxin.federation.scorecard.own import Own
    from shuxin.scoring.api import CardCharacteristic, Regression

    FloatArray: TypeAlias = NDArray[np.float64]

ALONE = "alone"
"""Name of the result: a scorecard's file, as scoring reads it."""
_NAME = "{model} alone"

NO_FEATURES = Text(en="the label party enters no features", zh="标签方没有提供特征")
NONE_LEFT = Text(en="none of its features is left", zh="其特征均被剔除")
_NO_FIT = Text(en="no fit of its features has an end: {why}", zh="其特征的拟合没有有限解:{why}")
_NO_FILE = Text(
    en="its card cannot be written down, at {where}", zh="其评分卡的 {where} 无法写入文件"
)


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A finished card, its fit in the order of the choice, its file, and its AUC on the training rows."""

    card: Scorecard
    fit: Regression
    content: bytes
    auc: float


@dataclass(frozen=True, slots=True)
class Alone:
    """The label party alone (标签方独立建模): what was chosen and dropped, and the card, or why there is none."""

    choice: Choice
    found: OwnCard | Text


def alone(job: Job, own: Own) -> Alone:
    """What the label party can do without the holders. Not even that it was done leaves the party.

    The rules are the job's: choice by table, correlation and inflation, sign; with scoring's own regression, and as
    many fits as it takes, since they tell nobody anything.
    """
    choice = Choice([Column(n, table) for n, table in enumerate(own.tables)], selection_of(job))
    if not own.tables:
        return Alone(choice, NO_FEATURES)
    choice.by_table()
    if choice.left:
        choice.by_correlation(np.atleast_2d(np.corrcoef(_columns(choice, own), rowvar=False)))
    try:
        fit = _fit(choice, own)
        return Alone(choice, NONE_LEFT if fit is None else _card(job, own, choice, fit))
    except (Separated, CharacteristicsCollinear) as error:
        what = type(error).what
        why = Text(en=_NO_FIT.say("en", why=what.en), zh=_NO_FIT.say("zh", why=what.zh))
        return Alone(choice, why)
    except CardInvalid as error:
        return Alone(
            choice, Text(en=_NO_FILE.say("en", **error.facts), zh=_NO_FILE.say("zh", **error.facts))
        )


def _columns(choice: Choice, own: Own) -> FloatArray:
    """(n, p) WOE of what is left."""
    return own.columns[:, [each.place for each in choice.left]] / HUNDREDTHS


def _fit(choice: Choice, own: Own) -> Regression | None:
    """Fit, drop what breaks a rule, and fit again until nothing does. Raises Separated, CharacteristicsCollinear."""
    while choice.left:
        found = fit_logistic(features=_columns(choice, own), outcomes=~own.bad)
        if not choice.by_fit(found.coefficients, found.standard_errors):
            return found
    return None


def _card(job: Job, own: Own, choice: Choice, fit: Regression) -> OwnCard:
    """On the joint card's scale; each characteristic carries an equal part of the base. Raises CardInvalid."""
    asked, scaling = asked_of(job), scaling_of(job)

    def points_by(coefficient: float, woe: float) -> int:
        return scaling.attribute_points(
            coefficient=coefficient,
            woe=woe,
            intercept=fit.intercept,
            characteristics=len(choice.left),
        )

    numbers = zip(choice.left, fit.coefficients.tolist(), strict=True)
    card = Scorecard(
        name=_NAME.format(model=asked.model),
        made_on=job.proposed_at.date().isoformat(),
        target=plain(f"{asked.target}: {', '.join(asked.bad)}"),
        scaling=scaling,
        intercept=fit.intercept,
        characteristics=tuple(
            characteristic(own, each.place, coefficient=b, points=partial(points_by, b))
            for each, b in numbers
        ),
        cut_off=asked.cut_off,
        training=TrainingFacts(len(own.bad), int(own.bad.sum()), own.data_hash),
    )
    return OwnCard(card, fit, card_bytes(card), training_auc(own, card.characteristics))


def training_auc(own: Own, characteristics: Sequence[CardCharacteristic]) -> float:
    """Of the sum of these own characteristics' points, on the training rows."""
    merged = {each.name: each for each in own.merged}
    total = np.zeros(len(own.bad), np.int64)
    for each in characteristics:
        total += np.array([one.points for one in each.bins])[merged[each.name].bins]
    return roc_auc(scores=total.astype(np.float64), outcomes=own.bad)
