"""The label party's program: it counts, chooses, fits, and makes its own part of the card."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.card.building import Draft, Weight, label_part
from shuxin.federation.card.files import file_of, read_file
from shuxin.federation.card.offers import Notice
from shuxin.federation.card.points import GRID, HUNDREDTHS, bin_points
from shuxin.federation.regression.fitting import fit
from shuxin.federation.scorecard.alone import ALONE, OwnCard, alone, training_auc
from shuxin.federation.scorecard.choosing import Choice, Column
from shuxin.federation.scorecard.errors import (
    FitsUsedUp,
    FitUnfinished,
    NoHolderLeft,
    ScorecardMessageWrong,
)
from shuxin.federation.scorecard.holder import VERSION_DIGITS
from shuxin.federation.scorecard.own import characteristic, own_rows, plain
from shuxin.federation.scorecard.report import Attempt, report
from shuxin.federation.scorecard.rounds import Leading, Then
from shuxin.federation.scorecard.rows import common_rows
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
    relating_of,
    scaling_of,
    selection_of,
)
from shuxin.federation.statistics.relating import relate
from shuxin.federation.statistics.tables import joint_tables
from shuxin.scoring.api import TrainingFacts

if TYPE_CHECKING:
    from shuxin.federation.alignment.reuse import Earlier
    from shuxin.federation.engine.channel import Work
    from shuxin.federation.regression.climb import Fit
    from shuxin.federation.scorecard.own import Own
    from shuxin.scoring.api import CardCharacteristic

REPORT = "report"


def make_scorecard(work: Work, *, earlier: Earlier) -> None:
    """Keeps ``card``, the label party's part; ``report``; ``alone``, a card of its own columns, if there is one.

    Raises:
        OneClassOnly, TargetMissing, TargetUnreadable: the outcomes are not fit for a card.
        NoHolderLeft, FitsUsedUp, FitUnfinished: no joint card by the job's rules.
        ReleaseRefused, ScorecardMessageWrong, CardInvalid, and as the steps do.
    """
    job = work.job
    common = common_rows(work, earlier=earlier)
    lead = Leading(work, rows=common.count)
    with lead.stopping():
        own = own_rows(work, common)
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
    own_alone = alone(job, own)
    work.keep(CARD, file_of(part))
    if isinstance(own_alone.found, OwnCard):
        work.keep(ALONE, own_alone.found.content)
    work.keep(
        REPORT,
        report(
            part=part,
            columns=columns,
            choice=choice,
            attempts=attempts,
            own_auc=training_auc(own, part.characteristics),
            alone=own_alone,
        ),
    )


def _entered(work: Work) -> dict[str, tuple[str, ...]]:
    return {party: features_of(work.job, party) for party in work.job.data_parties}


def _require_holders(work: Work, choice: Choice) -> None:
    """Raises NoHolderLeft."""
    least, kept = fewest_holders(work.job), choice.kept()
    if sum(1 for holder in work.job.holders if holder in kept) < least:
        raise NoHolderLeft(least=least, names=choice.last_names())


def _relate(work: Work, lead: Leading, choice: Choice, own: Own) -> None:
    kept = choice.kept()
    columns = lead.say(Then.RELATE, kept)
    relating = relating_of(work.job, rows=len(own.columns), columns=columns)
    relations = relate(work, relating, own.columns[:, kept.get(work.party, [])])
    with lead.stopping():
        choice.by_correlation(relations.correlation)
        _require_holders(work, choice)


def _fits(work: Work, lead: Leading, choice: Choice, own: Own) -> list[Attempt]:
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


def _draft(work: Work, choice: Choice, own: Own, found: Fit) -> Draft:
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
        target=plain(f"{asked.target}: {', '.join(asked.bad)}"),
        party=work.party,
        contract=contract_of(job),
        scaling=scaling,
        intercept=found.intercept,
        characteristics=tuple(
            _characteristic(own, place, coefficient, scaling.factor) for place, coefficient in mine
        ),
        holders=holders,
        cut_off=asked.cut_off,
        training=TrainingFacts(len(own.bad), int(own.bad.sum()), own.data_hash),
    )


def _characteristic(own: Own, place: int, coefficient: float, factor: float) -> CardCharacteristic:
    points = partial(_points, coefficient, factor)
    return characteristic(own, place, coefficient=coefficient, points=points)


def _points(coefficient: float, factor: float, woe: float) -> int:
    return bin_points(coefficient=coefficient, woe=woe, factor=factor)


def _notices(work: Work, choice: Choice) -> list[Notice]:
    """Raises ScorecardMessageWrong, CardInvalid."""
    kept, found = choice.kept(), []
    for holder in (each for each in work.job.holders if each in kept):
        notice = read_file(Notice, work.channel.receive(holder, NOTICE).read())
        if notice.party != holder:
            raise ScorecardMessageWrong(name=NOTICE, party=holder, reason="another party's")
        found.append(notice)
    return found
