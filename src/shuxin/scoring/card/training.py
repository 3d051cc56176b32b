"""From columns and outcomes to a defended scorecard (评分卡训练)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.binning.characteristic import (
    BinnedCharacteristic,
    LengthsDisagree,
    bin_categories,
    bin_numbers,
)
from shuxin.scoring.binning.finding import Finding, filled
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.binning.table import findings_of
from shuxin.scoring.card.artefact import CardBin, CardCharacteristic, Scorecard, TrainingFacts
from shuxin.scoring.card.compiled import ColumnMissing, CompiledCard
from shuxin.scoring.card.reasons import reference_points
from shuxin.scoring.card.regression import OneClassOnly, Regression
from shuxin.scoring.card.selection import Candidate, Dropped, barred, select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.scoring.binning.lookup import Values
    from shuxin.scoring.card.plan import CardPlan, Characteristic
    from shuxin.scoring.card.points import Scaling
    from shuxin.scoring.card.selection import Selected

    BoolArray: TypeAlias = NDArray[np.bool_]

DOMINANT_SHARE = 0.4

_DOMINANT = Text(
    en="It moves {share:.0%} of the whole range of points; {limit:.0%} is usual at most",
    zh="其分值跨度占全卡的 {share:.0%}，通常不超过 {limit:.0%}",
)


class TooFewRows(InvalidInput):
    code = "too_few_training_rows"
    what = Text(
        en="There are {rows} rows to train on; the plan asks for {least}",
        zh="训练样本 {rows} 行，方案要求至少 {least} 行",
    )
    mend = Text(
        en="Collect more outcomes, pool with others, or use an expert card",
        zh="请积累更多样本、联合其他机构，或使用专家评分卡",
    )


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained card and the record of how it came about.

    kept: names on the card. dropped: every candidate not on it, with its reason, in the order of the
    drops. findings: about all candidates; the card bears those about its own. binned: all candidates in
    bins, for tables. regression: of the log-odds of good, its coefficients in the order of ``kept``.
    """

    card: Scorecard
    kept: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    findings: tuple[Finding, ...]
    binned: tuple[BinnedCharacteristic, ...]
    regression: Regression


def train_card(
    *,
    columns: Mapping[str, Values],
    outcomes: BoolArray,
    characteristics: Sequence[Characteristic],
    plan: CardPlan,
    made_on: str,
    data_hash: str,
) -> Trained:
    """Bin, select, fit, scale: deterministic, and nothing outside the given rows is looked at.

    Args:
        columns: (n,) values of every characteristic; NaN and empty text are missing.
        outcomes: (n,) true where bad.
        characteristics: the candidates.
        plan: every rule and limit.
        made_on: the date, as text, that the card will bear.
        data_hash: content hash of the training snapshot that the card will bear.

    Raises:
        TooFewRows: fewer rows than the plan asks for.
        OneClassOnly: all outcomes are equal.
        ColumnMissing: a characteristic has no column.
        LengthsDisagree: a column is not as long as the outcomes.
        NothingUseful: no characteristic may enter.
        Separated: the fit has no end and the plan says to refuse.
        InfiniteValues, ValuesOfWrongKind, BinsInvalid: a column or its given edges are wrong.
        CardInvalid: a title, a reason or a name cannot stand on a card.
        ValueError: outcomes are not booleans, or two characteristics have one name.
    """
    _check(columns, outcomes, characteristics, plan)
    binned = tuple(_binned(each, columns[each.name], outcomes, plan) for each in characteristics)
    findings = tuple(found for each in binned for found in findings_of(characteristic=each))
    out = barred(binned=binned, findings=findings, plan=plan.selection)
    groups = {each.name: each.group for each in characteristics}
    selected = select(
        candidates=[
            Candidate(each.name, groups[each.name], each.iv, each.woe_of(columns[each.name]))
            for each in binned
            if each.name not in out
        ],
        outcomes=outcomes,
        plan=plan.selection,
    )
    facts = TrainingFacts(outcomes.size, int(outcomes.sum()), data_hash)
    card = Scorecard(
        name=plan.name,
        made_on=made_on,
        target=plan.target,
        scaling=plan.scaling,
        intercept=selected.regression.intercept,
        characteristics=_with_points(selected, binned, characteristics, plan.scaling),
        cut_off=plan.cut_off,
        training=facts,
    )
    findings += _dominant(card)
    on_card = tuple(each for each in findings if each.characteristic in selected.kept)
    card = _with_references(replace(card, findings=on_card), columns)
    return Trained(
        card=card,
        kept=selected.kept,
        dropped=(*(Dropped(name, why) for name, why in out.items()), *selected.dropped),
        findings=findings,
        binned=binned,
        regression=selected.regression,
    )


def _check(
    columns: Mapping[str, Values],
    outcomes: BoolArray,
    characteristics: Sequence[Characteristic],
    plan: CardPlan,
) -> None:
    names = [each.name for each in characteristics]
    if outcomes.dtype != np.bool_ or len(names) != len(set(names)):
        raise ValueError("outcomes are booleans, and each characteristic is named once")
    for name in names:
        if name not in columns:
            raise ColumnMissing(name=name)
        if len(columns[name]) != outcomes.size:
            raise LengthsDisagree(name=name, found=len(columns[name]), wanted=outcomes.size)
    if outcomes.size < plan.min_rows:
        raise TooFewRows(rows=outcomes.size, least=plan.min_rows)
    if outcomes.all() or not outcomes.any():
        raise OneClassOnly(rows=outcomes.size)


def _binned(
    characteristic: Characteristic, values: Values, outcomes: BoolArray, plan: CardPlan
) -> BinnedCharacteristic:
    name, binning = characteristic.name, plan.binning
    if characteristic.kind is Kind.CATEGORICAL:
        return bin_categories(name=name, values=values, outcomes=outcomes, plan=binning)
    trend = characteristic.trend or binning.merge.trend
    return bin_numbers(
        name=name,
        values=values,
        outcomes=outcomes,
        plan=replace(binning, merge=replace(binning.merge, trend=trend)),
        specials=characteristic.specials,
        edges=characteristic.edges,
    )


def _with_points(
    selected: Selected,
    binned: Sequence[BinnedCharacteristic],
    characteristics: Sequence[Characteristic],
    scaling: Scaling,
) -> tuple[CardCharacteristic, ...]:
    in_bins = {each.name: each for each in binned}
    wanted = {each.name: each for each in characteristics}
    fit = selected.regression
    places = []
    for name, coefficient in zip(selected.kept, fit.coefficients.tolist(), strict=True):
        points = [
            scaling.attribute_points(
                coefficient=coefficient,
                woe=woe,
                intercept=fit.intercept,
                characteristics=len(selected.kept),
            )
            for woe in (*in_bins[name].woe, 0.0)
        ]
        places.append(_place(in_bins[name], wanted[name], coefficient, points))
    return tuple(places)


def _place(
    binned: BinnedCharacteristic,
    characteristic: Characteristic,
    coefficient: float,
    points: Sequence[int],
) -> CardCharacteristic:
    """One characteristic with its points, unseen last; the reference comes when all points are known."""
    bins = map(CardBin, points[:-1], binned.woe, binned.good, binned.bad)
    return CardCharacteristic(
        shape=binned.shape,
        title=characteristic.title,
        group=characteristic.group,
        unit=characteristic.unit,
        bins=tuple(bins),
        unseen_points=points[-1],
        coefficient=coefficient,
        reference=0.0,
        reason_low=characteristic.reason_low,
        reason_high=characteristic.reason_high,
        reason_missing=characteristic.reason_missing,
    )


def _dominant(card: Scorecard) -> tuple[Finding, ...]:
    """Characteristics that move more of the range of points than is usual."""
    spans = [max(each.all_points) - min(each.all_points) for each in card.characteristics]
    if len(spans) == 1 or not sum(spans):
        return ()
    return tuple(
        Finding(
            "dominant",
            each.name,
            filled(_DOMINANT, share=span / sum(spans), limit=DOMINANT_SHARE),
        )
        for each, span in zip(card.characteristics, spans, strict=True)
        if span > DOMINANT_SHARE * sum(spans)
    )


def _with_references(card: Scorecard, columns: Mapping[str, Values]) -> Scorecard:
    compiled = CompiledCard.of(card)
    references = reference_points(
        points=compiled.points_many(columns),
        scores=compiled.score_many(columns),
        cut_off=card.cut_off,
    )
    places = tuple(
        replace(each, reference=float(reference))
        for each, reference in zip(card.characteristics, references, strict=True)
    )
    return replace(card, characteristics=places)
