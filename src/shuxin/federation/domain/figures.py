"""How many figures about a party's subjects a job lets out (发布数值个数), at most; pure, known before it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.federation.domain.parameters import ScorecardParameters

if TYPE_CHECKING:
    from shuxin.federation.domain.job import Job

MOST_APART = 4
"""Bins of special values and of missing that a feature may have besides."""
_PLAIN = frozenset({"count"})
"""Outputs that are one figure each."""


def figures_of(job: Job, *, party: str) -> int:
    """What the job may let out of ``party``'s data in all: what is counted in its budgets."""
    if not isinstance(job.parameters, ScorecardParameters):
        return sum(one.name in _PLAIN for one in job.outputs)
    return sum(figures_to(job, party=party, to=to) for to in job.data_parties)


def figures_to(job: Job, *, party: str, to: str) -> int:
    """What ``to`` learns of ``party``'s data in a scorecard, at most; two holders learn nothing of each other's.

    Of a holder to the label party: rows and bads of each fine bin; sums and products of columns for correlations; in
    each fit sums of products, gradients and weighted sums of products in which its columns play a part; its mean
    points. Of the label party to a holder: groups and WOE of bins, which features stay, coefficients of every
    iteration. 0 for a job of another kind.
    """
    asked = job.parameters
    if not isinstance(asked, ScorecardParameters):
        return 0
    if party == job.label and to in job.holders:
        return _of_labels(asked, own=_features(job, to))
    if party in job.holders and to == job.label:
        everybody = sum(_features(job, one) for one in job.data_parties)
        return _of_features(asked, own=_features(job, party), everybody=everybody)
    return 0


def _of_features(asked: ScorecardParameters, *, own: int, everybody: int) -> int:
    counts = 2 * own * (asked.max_fine + MOST_APART)
    whole = 1 + everybody
    products = own * (own + 1) // 2 + own * (whole - own)
    each_fit = products + asked.iterations * whole + whole * (whole + 1) // 2
    return counts + products + asked.fits * each_fit + 1


def _of_labels(asked: ScorecardParameters, *, own: int) -> int:
    bins = asked.max_fine + asked.max_bins + MOST_APART
    choices, coefficients = 2 + asked.fits, asked.fits * (asked.iterations + 2)
    return own * (bins + choices + coefficients)


def _features(job: Job, party: str) -> int:
    own = job.input_of(party)
    return 0 if own is None else len(own.features)
