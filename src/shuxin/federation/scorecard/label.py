"""The label party's program: it counts, chooses, fits, and makes its own part of the card."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.card.building import Draft, Weight, label_part, with_points
from shuxin.federation.card.files import file_of, read_file
from shuxin.federation.card.offers import Notice
from shuxin.federation.card.points import GRID, HUNDREDTHS, rounded_mean
from shuxin.federation.regression.fitting import fit
from shuxin.federation.scorecard.choosing import Choice, Column
from shuxin.federation.scorecard.errors import (
    FitsUsedUp,
    FitUnfinished,
    NoHolderLeft,
    ScorecardMessageWrong,
)
from shuxin.federation.scorecard.holder import VERSION_DIGITS
from shuxin.federation.scorecard.report import Attempt, report
from shuxin.federation.scorecard.rounds import Leading, Then
from shuxin.federation.scorecard.rows import common_rows, fine_features, values_of
from shuxin.federation.scorecard.target import target_of
from shuxin.federation.scorecard.task import (
    CARD,
    NOTICE,
    asked_of,
    binning_of,
    contract_of,
    counting_of,
    features_of,
    fewest_holders,
    fit_of,
    minimum_of,
    relating_of,
    scaling_of,
    selection_of,
)
from shuxin.federation.statistics.features import counted_together
from shuxin.federation.statistics.relating import relate
from shuxin.federation.statistics.tables import coded, joint_table, joint_tables
from shuxin.federation.statistics.wire import shared
from shuxin.kernel.text import Text
from shuxin.scoring.api import (
    CardBin,
    CardCharacteristic,
    OneClassOnly,
    TrainingFacts,
    roc_auc,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.federation.alignment.reuse import Earlier
    from shuxin.federation.card.parts import LabelPart
    from shuxin.federation.engine.channel import Work
    from shuxin.federation.regression.climb import Fit
    from shuxin.federation.scorecard.rows import Common
    from shuxin.federation.statistics.features import FineFeature
    from shuxin.federation.statistics.tables import CodedFeature, JointTable

    BoolArray: TypeAlias = NDArray[np.bool_]
    FloatArray: TypeAlias = NDArray[np.float64]
    IntArray: TypeAlias = NDArray[np.int64]

REPORT = "report"
_NO_BRACES = str.maketrans("{}", "()")


@dataclass(frozen=True, slots=True, eq=False)
class _Own:
    """What the label party has itself (标签方样本): outcomes, and features by the rules for holders."""

    common: Common
    bad: BoolArray
    tables: tuple[JointTable, ...]
    coded: tuple[CodedFeature, ...]
    merged: tuple[FineFeature, ...]
    columns: IntArray
    """(n, p) hundredths of WOE."""


def make_scorecard(work: Work, *, earlier: Earlier) -> None:
    """Keeps ``card``, the label party's part, and ``report``.

    Raises:
        OneClassOnly, TargetMissing, TargetUnreadable: the outcomes are not fit for a card.
        NoHolderLeft, FitsUsedUp, FitUnfinished: no joint card by the job's rules.
        ReleaseRefused, ScorecardMessageWrong, CardInvalid, and as the steps do.
    """
    job = work.job
    common = common_rows(work, earlier=earlier)
    lead = Leading(work, rows=common.count)
    with lead.stopping():
        own = _own(work, common)
    lead.say(Then.COUNT, {party: range(len(found)) for party, found in _entered(work).items()})
    tables = [own.tables]
    for holder in job.holders:
        task = counting_of(job, holder)
        tables.append(joint_tables(work, task, bad=own.bad, plan=binning_of(job)))
    columns = [Column(nth, table) for each in tables for nth, table in enumerate(each)]
    choice = Choice(columns, selection_of(job))
    with lead.stopping():
        choice.by_table()
        _require_holders(work, choice)
    _relate(work, lead, choice, own)
    attempts = _fits(work, lead, choice, own)
    lead.say(Then.DONE, choice.kept())
    draft = _draft(work, choice, own, attempts[-1].fit)
    part = label_part(draft, _notices(work, choice))
    work.keep(CARD, file_of(part))
    work.keep(
        REPORT,
        report(
            part=part,
            columns=columns,
            choice=choice,
            attempts=attempts,
            own_auc=_own_auc(own, part),
        ),
    )


def _entered(work: Work) -> dict[str, tuple[str, ...]]:
    return {party: features_of(work.job, party) for party in work.job.data_parties}


def _own(work: Work, common: Common) -> _Own:
    """Raises TargetMissing, TargetUnreadable, OneClassOnly, InfiniteValues."""
    job, asked = work.job, asked_of(work.job)
    values = values_of(work, common)
    bad = target_of(values[asked.target], bad=asked.bad)
    if bad.all() or not bad.any():
        raise OneClassOnly(rows=len(bad))
    fine = fine_features(job, work.party, values)
    together = [counted_together(each, least=asked.min_rows) for each in fine]
    tables = tuple(
        joint_table(
            told,
            bad=np.bincount(each.bins[bad], minlength=each.shape.count).astype(np.int64),
            party=work.party,
            plan=binning_of(job),
            minimum=minimum_of(job),
        )
        for told, each in zip(shared(together), together, strict=True)
    )
    known = tuple(coded(each, table.answer) for each, table in zip(fine, tables, strict=True))
    columns = [each.column(rows) for each, rows in zip(known, fine, strict=True)]
    merged = tuple(each.merge(rows) for each, rows in zip(known, fine, strict=True))
    empty = np.empty((common.count, 0), np.int64)
    whole = np.column_stack([empty, *columns]).astype(np.int64)
    return _Own(common, bad, tables, known, merged, whole)


def _require_holders(work: Work, choice: Choice) -> None:
    """Raises NoHolderLeft."""
    least, kept = fewest_holders(work.job), choice.kept()
    if sum(1 for holder in work.job.holders if holder in kept) < least:
        raise NoHolderLeft(least=least, names=choice.last_names())


def _relate(work: Work, lead: Leading, choice: Choice, own: _Own) -> None:
    kept = choice.kept()
    columns = lead.say(Then.RELATE, kept)
    relating = relating_of(work.job, rows=len(own.columns), columns=columns)
    relations = relate(work, relating, own.columns[:, kept.get(work.party, [])])
    with lead.stopping():
        choice.by_correlation(relations.correlation)
        _require_holders(work, choice)


def _fits(work: Work, lead: Leading, choice: Choice, own: _Own) -> list[Attempt]:
    """Fit, drop what breaks a rule, and fit again until nothing does."""
    attempts: list[Attempt] = []
    most = asked_of(work.job).fits
    for nth in range(most):
        work.progress(nth, most, "fits")
        kept = choice.kept()
        columns = lead.say(Then.FIT, kept)
        task = fit_of(work.job, nth, rows=len(own.bad), columns=columns)
        x = own.columns[:, kept.get(work.party, [])] / HUNDREDTHS
        found = fit(work, task, x, ~own.bad)
        with lead.stopping():
            attempts.append(Attempt(tuple(choice.left), found))
            if _fits_rules(choice, found):
                return attempts
            _require_holders(work, choice)
            if nth + 1 == most:
                raise FitsUsedUp(fits=nth + 1, names=choice.last_names())
    raise ValueError("a job has one fit at least")


def _fits_rules(choice: Choice, found: Fit) -> bool:
    """Raises FitUnfinished."""
    if not found.converged or found.standard_errors is None:
        raise FitUnfinished(iterations=found.iterations)
    errors = np.concatenate(found.standard_errors)
    return not choice.by_fit(np.concatenate(found.coefficients), errors)


def _draft(work: Work, choice: Choice, own: _Own, found: Fit) -> Draft:
    job, asked = work.job, asked_of(work.job)
    scaling = scaling_of(job)
    told = list(zip(choice.left, np.concatenate(found.coefficients).tolist(), strict=True))
    mine = [(each.place, number) for each, number in told if each.party == work.party]
    holders: dict[str, tuple[Weight, ...]] = {}
    for each, number in told:
        if each.party != work.party:
            weight = Weight(each.table.name, round(number * GRID), each.table.answer.hundredths)
            holders[each.party] = (*holders.get(each.party, ()), weight)
    return Draft(
        job=work.job_id,
        model=asked.model,
        version=work.job_id[:VERSION_DIGITS],
        made_on=job.proposed_at.date().isoformat(),
        target=_plain(f"{asked.target}: {', '.join(asked.bad)}"),
        party=work.party,
        contract=contract_of(job),
        scaling=scaling,
        intercept=found.intercept,
        characteristics=tuple(
            _characteristic(own, place, coefficient, scaling.factor) for place, coefficient in mine
        ),
        holders=holders,
        cut_off=asked.cut_off,
        training=TrainingFacts(len(own.bad), int(own.bad.sum()), _data_hash(own)),
    )


def _plain(said: str) -> Text:
    """For people to read; a card's texts have no braces."""
    shown = said.translate(_NO_BRACES)
    return Text(en=shown, zh=shown)


def _characteristic(own: _Own, place: int, coefficient: float, factor: float) -> CardCharacteristic:
    """With true counts of its bins; the reference is the mean of points over all training rows."""
    merged, title = own.merged[place], _plain(own.coded[place].name)
    rows = merged.rows
    bads = np.bincount(merged.bins[own.bad], minlength=merged.shape.count)
    bins = tuple(
        CardBin(points=0, woe=woe / HUNDREDTHS, good=int(all_of - bad_of), bad=int(bad_of))
        for woe, all_of, bad_of in zip(own.coded[place].hundredths, rows, bads, strict=True)
    )
    bare = CardCharacteristic(
        shape=merged.shape, title=title, group="", unit="", bins=bins, unseen_points=0,
        coefficient=coefficient, reference=0.0,
        reason_low=title, reason_high=None, reason_missing=title,
    )  # fmt: skip
    points = [one.points for one in with_points(bare, factor=factor).bins]
    total = sum(each * int(count) for each, count in zip(points, rows, strict=True))
    return replace(bare, reference=rounded_mean(100 * total, int(rows.sum())) / 100)


def _data_hash(own: _Own) -> str:
    """Of the common rows, the own columns and the outcomes; it stays in the own part."""
    content = hashlib.sha256(own.common.codes)
    content.update(np.ascontiguousarray(own.columns).astype("<i8").tobytes())
    content.update(np.packbits(own.bad).tobytes())
    return content.hexdigest()


def _notices(work: Work, choice: Choice) -> list[Notice]:
    """Raises ScorecardMessageWrong, CardInvalid."""
    kept, found = choice.kept(), []
    for holder in (each for each in work.job.holders if each in kept):
        notice = read_file(Notice, work.channel.receive(holder, NOTICE).read())
        if notice.party != holder:
            raise ScorecardMessageWrong(name=NOTICE, party=holder, reason="another party's")
        found.append(notice)
    return found


def _own_auc(own: _Own, part: LabelPart) -> float:
    """Of the own characteristics' points alone, on the training rows."""
    merged = {each.name: each for each in own.merged}
    total = np.zeros(len(own.bad), np.int64)
    for each in part.characteristics:
        total += np.array([one.points for one in each.bins])[merged[each.name].bins]
    return roc_auc(scores=total.astype(np.float64), outcomes=own.bad)
