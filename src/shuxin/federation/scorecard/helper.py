"""The helper's program: it deals masks for every step, and learns shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.federation.regression.fitting import help_fit
from shuxin.federation.scorecard.rounds import Following, Then
from shuxin.federation.scorecard.rows import align
from shuxin.federation.scorecard.task import (
    counting_of,
    fit_of,
    last_round,
    relating_of,
    widths_of,
)
from shuxin.federation.statistics.counting import help_counts
from shuxin.federation.statistics.relating import help_relations

if TYPE_CHECKING:
    from shuxin.federation.alignment.reuse import Earlier
    from shuxin.federation.engine.channel import Work


def help_scorecard(work: Work, *, earlier: Earlier) -> None:
    """Raises ScorecardNotMade, and as the steps do."""
    job = work.job
    align(work, earlier=earlier)
    words = Following(work, widths=widths_of(job), last=last_round(job), rows=None)
    words.hear()
    for holder in job.holders:
        help_counts(work, counting_of(job, holder))
    word = words.hear()
    help_relations(work, relating_of(job, rows=word.rows, columns=word.columns))
    nth = 0
    while (word := words.hear()).then is Then.FIT:
        help_fit(work, fit_of(job, nth, rows=word.rows, columns=word.columns))
        nth += 1
