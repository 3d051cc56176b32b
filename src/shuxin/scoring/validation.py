"""How good a card is on enterprises that it has not seen (模型验证), beside a plain regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.fusion.api import TRADE_FEATURES
from shuxin.kernel.text import Text
from shuxin.scoring.binning.lookup import UNSEEN
from shuxin.scoring.binning.table import bin_labels
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.regression import fit_logistic
from shuxin.scoring.characteristics import SMALL_SAMPLE_BADS
from shuxin.scoring.evaluation.calibration import brier, expected_calibration_error
from shuxin.scoring.evaluation.folds import cross_validated, honest_auc, stratified_folds
from shuxin.scoring.evaluation.intervals import bootstrapped
from shuxin.scoring.evaluation.stability import characteristic_shift, stability
from shuxin.scoring.report.content import Measured, ModelShown
from shuxin.scoring.report.model_report import (
    BinShown,
    CharacteristicShown,
    DroppedShown,
    ModelReport,
)
from shuxin.scoring.training import card_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.card.artefact import CardCharacteristic
    from shuxin.scoring.card.training import Trained
    from shuxin.scoring.evaluation.folds import FoldScores, HonestAuc
    from shuxin.scoring.evaluation.intervals import Quality
    from shuxin.scoring.evaluation.stability import CharacteristicShift, Stability
    from shuxin.scoring.training import TrainingSet

    Columns = Mapping[str, NDArray[np.float64]]
    Places = NDArray[np.int64]

FOLDS, REPEATS = 10, 10
PLAIN_RIDGE = 10.0
PSI_BANDS = 10
_WINSOR = (0.01, 0.99)
_HEAVY = frozenset({"fen", "count", "days"})

NOT_OUT_OF_TIME = Text(
    en="the loans bear no date: all were judged as of one day, so this is not an out-of-time test, and traces of a"
    " default that had already happened may be in the data",
    zh="贷款没有日期,全部以同一日为截止日,因此不是跨时间验证;数据中可能已含违约发生后的痕迹",
)
FEW_BADS = Text(
    en="{bads} bads: the error of the AUC is several points; differences smaller than that mean nothing",
    zh="坏样本仅 {bads} 个:AUC 的误差达数个百分点,更小的差异没有意义",
)


@dataclass(frozen=True, slots=True)
class Validation:
    """Measured on unseen folds. card, plain: AUC with both intervals. quality: of the averaged unseen scores.

    probabilities: (n,) unseen PD, averaged over the repeats. stability: of the score between the
    training rows and the others that have features; None without any.
    """

    card: HonestAuc
    plain: HonestAuc
    quality: Quality
    folds: FoldScores
    probabilities: NDArray[np.float64]
    brier: float
    ece: float
    stability: Stability | None
    shifts: Mapping[str, CharacteristicShift]


def validate(
    known_rows: TrainingSet,
    *,
    bundle: Bundle,
    others: Columns | None,
    seed: int,
    progress: Callable[[int, int, str], None],
    folds: int = FOLDS,
    repeats: int = REPEATS,
) -> Validation:
    """Repeated stratified folds, everything learnt anew inside each; an enterprise is never in two.

    others: features of enterprises without outcome, to compare the populations.
    Raises TooFewForFolds, OneClassOnly.
    """
    rng = np.random.default_rng(seed)
    parted = stratified_folds(
        outcomes=known_rows.outcomes,
        folds=folds,
        repeats=repeats,
        rng=rng,
        groups=known_rows.groups,
    )
    done = [0]
    pds = np.zeros(known_rows.outcomes.size)

    def fit_card(train: Places) -> Callable[[Places], NDArray[np.float64]]:
        compiled = _card_of(known_rows.rows(train))
        done[0] += 1
        progress(done[0], 2 * folds * repeats, "card")

        def score(test: Places) -> NDArray[np.float64]:
            points = compiled.score_many(known_rows.rows(test).columns)
            pds[test] += compiled.probability_of_bad(points) / repeats
            return points.astype(np.float64)

        return score

    def fit_plain(train: Places) -> Callable[[Places], NDArray[np.float64]]:
        scorer = plain_regression(known_rows.rows(train))
        done[0] += 1
        progress(done[0], 2 * folds * repeats, "regression")
        return lambda test: scorer(known_rows.rows(test).columns)

    outcomes = known_rows.outcomes
    measured = cross_validated(fit=fit_card, outcomes=outcomes, folds=parted)
    plain = cross_validated(fit=fit_plain, outcomes=outcomes, folds=parted)
    shift, shifts = _populations(bundle, known_rows.columns, others)
    return Validation(
        card=honest_auc(measured=measured, rng=rng),
        plain=honest_auc(measured=plain, rng=rng),
        quality=bootstrapped(scores=measured.averaged_scores, outcomes=outcomes, rng=rng),
        folds=measured,
        probabilities=pds,
        brier=brier(probabilities=pds, outcomes=outcomes),
        ece=expected_calibration_error(probabilities=pds, outcomes=outcomes),
        stability=shift,
        shifts=shifts,
    )


def _card_of(rows: TrainingSet) -> CompiledCard:
    return CompiledCard.of(card_of(rows, name="fold", made_on="", data_hash="").card)


def plain_regression(rows: TrainingSet) -> Callable[[Columns], NDArray[np.float64]]:
    """Logistic regression on all features, the alternative that a user would try first.

    Sizes as logarithms, cut at the 1st and 99th percentile, missing as the median, standardised;
    ridge 10. Returns the scorer, higher is better.
    """
    known = _Scaler.of(rows.columns)
    fit = fit_logistic(
        features=known.matrix(rows.columns), outcomes=~rows.outcomes, ridge=PLAIN_RIDGE
    )
    return lambda columns: fit.log_odds(known.matrix(columns))


@dataclass(frozen=True, slots=True)
class _Scaler:
    """(p,) middle, low, high, mean and scale of each feature, learnt from the training rows."""

    middle: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def of(cls, columns: Columns) -> _Scaler:
        raw = _raw(columns)
        all_missing = np.isnan(raw).all(axis=0)
        raw[:, all_missing] = 0.0
        middle = np.nanmedian(raw, axis=0)
        filled = np.where(np.isnan(raw), middle, raw)
        low, high = np.quantile(filled, _WINSOR, axis=0)
        cut = np.clip(filled, low, high)
        scale = cut.std(axis=0)
        return cls(middle, low, high, cut.mean(axis=0), np.where(scale > 0, scale, 1.0))

    def matrix(self, columns: Columns) -> NDArray[np.float64]:
        raw = _raw(columns)
        cut = np.clip(np.where(np.isnan(raw), self.middle, raw), self.low, self.high)
        return np.asarray((cut - self.mean) / self.scale)


def _raw(columns: Columns) -> NDArray[np.float64]:
    return np.column_stack(
        [
            np.sign(columns[f.name]) * np.log1p(np.abs(columns[f.name]))
            if f.measure in _HEAVY
            else columns[f.name]
            for f in TRADE_FEATURES
        ]
    )


def _populations(
    bundle: Bundle, trained_on: Columns, others: Columns | None
) -> tuple[Stability | None, dict[str, CharacteristicShift]]:
    if others is None or not len(next(iter(others.values()))):
        return None, {}
    compiled = CompiledCard.of(bundle.card)
    before, after = compiled.score_many(trained_on), compiled.score_many(others)
    edges = np.unique(np.quantile(before, np.linspace(0, 1, PSI_BANDS + 1)[1:-1]))
    count = len(edges) + 1
    score = stability(
        before=np.bincount(np.searchsorted(edges, before, side="right"), minlength=count),
        after=np.bincount(np.searchsorted(edges, after, side="right"), minlength=count),
    )
    shifts = {
        c.name: _shift(c, trained_on[c.name], others[c.name]) for c in bundle.card.characteristics
    }
    return score, shifts


def _shift(
    place: CardCharacteristic, before: NDArray[np.float64], after: NDArray[np.float64]
) -> CharacteristicShift:
    points = np.array([found.points for found in place.bins], dtype=np.float64)
    counts = [
        np.bincount(bins[bins != UNSEEN], minlength=len(points))
        for bins in (place.shape.lookup.many(before), place.shape.lookup.many(after))
    ]
    return characteristic_shift(name=place.name, before=counts[0], after=counts[1], points=points)


_AUC = Text(en="AUC of the card, mean of {count} unseen folds", zh="评分卡 AUC({count} 折均值)")
_AUC_SUBJECTS = Text(en="AUC of the card, averaged unseen scores", zh="评分卡 AUC(样本外平均分)")
_KS = Text(en="KS of the card, averaged unseen scores", zh="评分卡 KS(样本外平均分)")
_PLAIN = Text(en="AUC of a plain regression, same folds", zh="普通逻辑回归 AUC(相同折)")


def measured_of(checked: Validation) -> tuple[Measured, ...]:
    """The figures that a reader asks for, each with its interval."""
    count = checked.folds.auc.size
    rows = (
        (
            Text(en=_AUC.say("en", count=count), zh=_AUC.say("zh", count=count)),
            checked.card.over_folds,
        ),
        (_AUC_SUBJECTS, checked.card.over_subjects),
        (_KS, checked.quality.ks),
        (_PLAIN, checked.plain.over_folds),
    )
    return tuple(Measured(name, i.value, i.low, i.high, i.method) for name, i in rows)


def cautions_of(known_rows: TrainingSet) -> tuple[Text, ...]:
    """What the figures do not prove."""
    bads = int(known_rows.outcomes.sum())
    said = [] if known_rows.out_of_time else [NOT_OUT_OF_TIME]
    if bads < SMALL_SAMPLE_BADS:
        said.append(Text(en=FEW_BADS.say("en", bads=bads), zh=FEW_BADS.say("zh", bads=bads)))
    return tuple(said)


def model_shown(
    bundle: Bundle, measured: tuple[Measured, ...], cautions: tuple[Text, ...]
) -> ModelShown:
    """The model as reports show it."""
    facts = bundle.card.training
    said = Text(
        en=f"{facts.rows} loans, {facts.bads} in default; made {bundle.card.made_on}",
        zh=f"{facts.rows} 笔贷款,其中违约 {facts.bads} 笔;训练于 {bundle.card.made_on}",
    )
    return ModelShown(bundle.card.name, bundle.digest, said, measured, cautions)


def model_report(
    known_rows: TrainingSet, *, bundle: Bundle, trained: Trained, checked: Validation
) -> ModelReport:
    """Everything for the page of the model."""
    titles = {feature.name: feature.title for feature in TRADE_FEATURES}
    ivs = {each.name: each.iv for each in trained.binned}
    return ModelReport(
        model=model_shown(bundle, (), cautions_of(known_rows)),
        scores=checked.folds.averaged_scores,
        outcomes=known_rows.outcomes,
        probabilities=checked.probabilities,
        quality=measured_of(checked),
        characteristics=tuple(
            CharacteristicShown(
                c.title,
                ivs[c.name],
                tuple(
                    BinShown(label, found.good, found.bad, found.woe, found.points)
                    for label, found in zip(
                        bin_labels(shape=c.shape, unit=c.unit), c.bins, strict=True
                    )
                ),
                checked.shifts.get(c.name),
            )
            for c in bundle.card.characteristics
        ),
        dropped=tuple(
            DroppedShown(titles[d.name], ivs.get(d.name), d.why) for d in trained.dropped
        ),
        stability=checked.stability,
    )
