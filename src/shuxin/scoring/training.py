"""From loans and their outcomes to a card and a rating model (模型训练)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from shuxin.consent.api import Purpose
from shuxin.fusion.api import (
    TRADE_FEATURES,
    compute_features,
    keep_snapshot,
    loan_outcomes,
    require_past,
    subjects_with_features,
)
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.binning.characteristic import BinningPlan
from shuxin.scoring.binning.merge import MergePlan
from shuxin.scoring.bundle import bundle_of
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.ordinal import OrdinalPlan, fit_ordinal
from shuxin.scoring.card.plan import CardPlan, SelectionPlan, Separation
from shuxin.scoring.card.training import train_card
from shuxin.scoring.characteristics import SMALL_SAMPLE_BADS, candidates
from shuxin.scoring.decision import COUNTS
from shuxin.scoring.explaining import TRADES
from shuxin.scoring.policy import RATINGS
from shuxin.scoring.rating import INPUTS, RatingModel, rating_matrix

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from shuxin.consent.api import Permit
    from shuxin.fusion.api import LoanOutcome
    from shuxin.infra.api import Settings
    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.card.training import Trained


class AsOfNeeded(InvalidInput):
    code = "as_of_needed"
    what = Text(
        en="{count} loans bear no day of drawing, so the day before which data count must be stated",
        zh="有 {count} 笔贷款没有放款日，需指定特征的截止日",
    )
    mend = Text(
        en="Add --as-of YYYY-MM-DD; results are then not out of time, and say so",
        zh="请加 --as-of YYYY-MM-DD；此时结果不是跨时间验证，输出会注明",
    )


class NothingToTrain(InvalidInput):
    code = "nothing_to_train"
    what = Text(
        en="none of the {count} loans has a feature before its day: {unknown} borrowers have no invoices",
        zh="{count} 笔贷款在其截止日前均无特征，{unknown} 个借款人没有发票",
    )
    mend = Text(
        en="Import the invoices of these enterprises, and run 'shuxin resolve'",
        zh="请导入这些企业的发票并运行 shuxin resolve",
    )


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Rows with an outcome. columns: (n,) by feature, NaN without data. outcomes: (n,) true where bad.

    ratings: "" where the bank gave none. out_of_time: whether each row has a day of its own.
    without_data: loans left out because no source knew the borrower before the day.
    """

    entities: tuple[str, ...]
    as_ofs: tuple[dt.date, ...]
    columns: Mapping[str, NDArray[np.float64]]
    outcomes: NDArray[np.bool_]
    ratings: tuple[str, ...]
    out_of_time: bool
    without_data: int
    snapshot: str = ""

    @property
    def groups(self) -> NDArray[np.int64]:
        """(n,) number of the entity of each row."""
        return np.unique(np.array(self.entities), return_inverse=True)[1].astype(np.int64)

    def rows(self, places: NDArray[np.int64]) -> TrainingSet:
        """The rows at these places."""
        at = places.tolist()
        return replace(
            self,
            entities=tuple(self.entities[i] for i in at),
            as_ofs=tuple(self.as_ofs[i] for i in at),
            columns={name: column[places] for name, column in self.columns.items()},
            outcomes=self.outcomes[places],
            ratings=tuple(self.ratings[i] for i in at),
        )

    def features(self, place: int) -> dict[str, float | None]:
        return {name: known(column[place]) for name, column in self.columns.items()}


@dataclass(frozen=True, slots=True)
class TrainedModels:
    """A bundle ready for use, and the record of how its card came about."""

    bundle: Bundle
    trained: Trained
    ratings: Mapping[str, int] = field(default_factory=dict)


def training_set(
    *, as_of: dt.date | None, permit: Permit, settings: Settings, now: dt.datetime
) -> TrainingSet:
    """Loans with what was known before their day, kept as a snapshot.

    as_of: the day for loans without one. Raises PermitForOtherPurpose, AsOfNeeded, NothingToTrain, NoOutcomes and as
    ``fusion.compute_features``.
    """
    permit.require_purpose(Purpose.MODEL_TRAINING)
    if as_of is not None:
        require_past(as_of, now=now)
    loans = loan_outcomes(permit=permit, settings=settings, now=now)
    undated = [loan for loan in loans if loan.drawn_on is None]
    if undated and as_of is None:
        raise AsOfNeeded(count=len(undated))
    spine = [(loan.entity, loan.drawn_on or as_of or now.date()) for loan in loans]
    table = _trade(spine, permit=permit, settings=settings, now=now)
    columns = numeric_columns(table)
    has_data = has_invoices(columns)
    if not has_data.any():
        raise NothingToTrain(count=len(loans), unknown=int((~has_data).sum()))
    snapshot = keep_snapshot(table, settings=settings, now=now)
    whole = _whole(loans, spine, columns, snapshot.name, out_of_time=not undated)
    kept = whole.rows(np.flatnonzero(has_data))
    return replace(kept, without_data=int((~has_data).sum()))


def _whole(
    loans: Sequence[LoanOutcome],
    spine: Sequence[tuple[str, dt.date]],
    columns: Mapping[str, NDArray[np.float64]],
    snapshot: str,
    *,
    out_of_time: bool,
) -> TrainingSet:
    return TrainingSet(
        entities=tuple(loan.entity for loan in loans),
        as_ofs=tuple(day for _, day in spine),
        columns=columns,
        outcomes=np.array([loan.defaulted for loan in loans], dtype=np.bool_),
        ratings=tuple(loan.rating for loan in loans),
        out_of_time=out_of_time,
        without_data=0,
        snapshot=snapshot,
    )


def without_outcome(
    known_rows: TrainingSet,
    *,
    as_of: dt.date | None,
    permit: Permit,
    settings: Settings,
    now: dt.datetime,
) -> dict[str, NDArray[np.float64]] | None:
    """Features of the other enterprises with invoices, as of the day or the newest of the rows.

    None without any. Raises as ``fusion.compute_features``.
    """
    everyone = subjects_with_features(permit=permit, settings=settings, now=now, standards=TRADES)
    fresh = sorted(set(everyone) - set(known_rows.entities))
    if not fresh:
        return None
    day = as_of or max(known_rows.as_ofs)
    spine = [(entity, day) for entity in fresh]
    columns = numeric_columns(_trade(spine, permit=permit, settings=settings, now=now))
    known_of = has_invoices(columns)
    return {name: column[known_of] for name, column in columns.items()}


def _trade(
    spine: Sequence[tuple[str, dt.date]], *, permit: Permit, settings: Settings, now: dt.datetime
) -> pa.Table:
    """What invoices tell of each (entity, as_of)."""
    names = [feature.name for feature in TRADE_FEATURES]
    return compute_features(spine, permits=[permit], settings=settings, now=now, names=names)


def numeric_columns(table: pa.Table) -> dict[str, NDArray[np.float64]]:
    """(n,) float64 of every feature, NaN where it is null."""
    return {
        feature.name: np.asarray(
            table[feature.name].cast("float64").to_numpy(zero_copy_only=False), dtype=np.float64
        )
        for feature in TRADE_FEATURES
    }


def has_invoices(columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """(n,) whether any valid invoice of the last 12 months was known."""
    found = np.zeros(len(columns[COUNTS[0]]), dtype=np.bool_)
    for name in COUNTS:
        found |= np.nan_to_num(columns[name]) > 0
    return found


def good_medians(known_rows: TrainingSet) -> dict[str, float]:
    """The median of every feature among loans that were repaid; features without any number are left out."""
    medians = {}
    for name, column in known_rows.columns.items():
        numbers = column[~known_rows.outcomes & ~np.isnan(column)]
        if numbers.size:
            medians[name] = float(np.median(numbers))
    return medians


def known(value: float) -> float | None:
    """A number out of an array, None for NaN."""
    return None if np.isnan(value) else float(value)


def card_plan(name: str, *, bads: int) -> CardPlan:
    """The plan for a sample of this size: with few bads fewer bins, a ridge, and no hope of separation."""
    is_small = bads < SMALL_SAMPLE_BADS
    merge = MergePlan(max_bins=5, min_share=0.1, min_good=2, min_bad=2) if is_small else MergePlan()
    return CardPlan(
        name=name,
        target=Text(en="loan in default", zh="贷款违约"),
        binning=BinningPlan(merge=merge),
        selection=SelectionPlan(
            ridge=5.0 if is_small else 0.0,
            most=10 if is_small else 15,
            separation=Separation.RIDGE,
        ),
    )


def card_of(known_rows: TrainingSet, *, name: str, made_on: str, data_hash: str) -> Trained:
    """The card of these rows under the plan for their number of bads. Raises as ``train_card``."""
    bads = int(known_rows.outcomes.sum())
    return train_card(
        columns=known_rows.columns,
        outcomes=known_rows.outcomes,
        characteristics=candidates(TRADE_FEATURES, bads=bads),
        plan=card_plan(name, bads=bads),
        made_on=made_on,
        data_hash=data_hash,
    )


def train(known_rows: TrainingSet, *, name: str, made_on: str) -> TrainedModels:
    """Train card and rating model on all given rows. Raises as ``train_card`` and ``fit_ordinal``."""
    data_hash = known_rows.snapshot or "0" * 40
    trained = card_of(known_rows, name=name, made_on=made_on, data_hash=data_hash)
    rating = _rating(known_rows, trained, name=name, made_on=made_on, data_hash=data_hash)
    bundle = bundle_of(trained.card, rating)
    return TrainedModels(bundle, trained, dict(sorted(Counter(known_rows.ratings).items())))


def _rating(
    known_rows: TrainingSet, trained: Trained, *, name: str, made_on: str, data_hash: str
) -> RatingModel:
    rated = np.array(
        [place for place, r in enumerate(known_rows.ratings) if r in RATINGS], dtype=np.int64
    )
    points = CompiledCard.of(trained.card).score_many(known_rows.columns)
    rows = [known_rows.features(place) for place in rated.tolist()]
    grades = np.array(
        [RATINGS.index(known_rows.ratings[place]) for place in rated.tolist()], dtype=np.int64
    )
    card = fit_ordinal(
        features=rating_matrix(points[rated].tolist(), rows)
        if rows
        else np.empty((0, len(INPUTS))),
        grades=grades,
        plan=OrdinalPlan(name=f"{name}-rating", names=INPUTS, grades=RATINGS),
        made_on=made_on,
        data_hash=data_hash,
    )
    return RatingModel(card)
