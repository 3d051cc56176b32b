"""All that follows from the job alone: shapes of each step, rules of the card, messages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.federation.card.contract import Contract, Contribution, Reasons
from shuxin.federation.domain.job import CipherName
from shuxin.federation.domain.parameters import ScorecardParameters
from shuxin.federation.engine.channel import Declared
from shuxin.federation.product.generator import Cipher
from shuxin.federation.product.plan import Seats
from shuxin.federation.regression.task import Task
from shuxin.federation.regression.task import messages as fit_messages
from shuxin.federation.scorecard.rounds import name_of, round_bytes
from shuxin.federation.statistics.relating import Relating, relating_messages
from shuxin.federation.statistics.task import Counting, Minimum, table_messages
from shuxin.scoring.api import BinningPlan, MergePlan, Scaling, SelectionPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.federation.domain.job import Job

NOTICE = "scorecard/notice"
CARD = "card"
_NOTICE_BYTES, _NOTICE_FEATURE_BYTES = 1 << 12, 1 << 11
_NO_LIMIT = 1_000_000
_CIPHERS = {
    CipherName.AES: Cipher.AES,
    CipherName.CHACHA20: Cipher.CHACHA20,
    CipherName.SM4: Cipher.SM4,
}


def asked_of(job: Job) -> ScorecardParameters:
    """Raises TypeError: a job of another kind."""
    if not isinstance(job.parameters, ScorecardParameters):
        raise TypeError("not a scorecard")
    return job.parameters


def helper_of(job: Job) -> str:
    """Raises TypeError: the job has none."""
    if job.helper is None:
        raise TypeError("a scorecard needs a helper")
    return job.helper


def features_of(job: Job, party: str) -> tuple[str, ...]:
    """Fields that the party enters as features."""
    found = job.input_of(party)
    return () if found is None else found.features


def widths_of(job: Job) -> tuple[int, ...]:
    """How many features each data party enters, the label party first."""
    return tuple(len(features_of(job, party)) for party in job.data_parties)


def minimum_of(job: Job) -> Minimum:
    asked = asked_of(job)
    return Minimum(rows=asked.min_rows, good=asked.min_good, bad=asked.min_bad)


def counting_of(job: Job, holder: str) -> Counting:
    """The joint counts of one holder's features."""
    return Counting(
        step=f"counts.{job.data_parties.index(holder)}",
        seats=Seats(helper_of(job), holder, job.label),
        most_rows=job.limits.rows,
        most_features=len(features_of(job, holder)),
        most_bins=asked_of(job).max_fine,
        minimum=minimum_of(job),
        cipher=_CIPHERS[job.cipher],
    )


def relating_of(job: Job, *, rows: int, columns: Sequence[int]) -> Relating:
    """Correlation over all data parties that have a column. ``columns``: of each, the label party first."""
    return Relating(
        step="relate",
        label=job.label,
        holders=job.holders,
        helper=helper_of(job),
        rows=rows,
        columns=tuple(columns),
        cipher=_CIPHERS[job.cipher],
    )


def fit_of(job: Job, nth: int, *, rows: int, columns: Sequence[int]) -> Task:
    """The ``nth`` fit, from 0, of the label party and those holders that have a column. Raises RegressionTooLarge."""
    return Task(
        step=f"fit{nth}",
        label=job.label,
        holders=job.holders,
        helper=helper_of(job),
        rows=rows,
        columns=tuple(columns),
        iterations=asked_of(job).iterations,
        cipher=_CIPHERS[job.cipher],
    )


def binning_of(job: Job) -> BinningPlan:
    asked = asked_of(job)
    return BinningPlan(max_fine=asked.max_fine, merge=MergePlan(max_bins=asked.max_bins))


def selection_of(job: Job) -> SelectionPlan:
    """Scoring's rules; how many features a card has is limited by what the parties enter."""
    asked = asked_of(job)
    return SelectionPlan(
        min_iv=asked.min_iv_thousandths / 1000,
        max_correlation=asked.max_correlation_hundredths / 100,
        max_vif=asked.max_vif_tenths / 10,
        most=_NO_LIMIT,
    )


def scaling_of(job: Job) -> Scaling:
    asked = asked_of(job)
    return Scaling(
        base_points=float(asked.base_points),
        base_odds=float(asked.base_odds),
        pdo=float(asked.pdo),
    )


def contract_of(job: Job) -> Contract:
    asked = asked_of(job)
    return Contract(
        contribution=Contribution(asked.contribution),
        reasons=Reasons(asked.reasons),
        most_categories=asked.most_categories,
        min_holders=asked.min_holders,
    )


def fewest_holders(job: Job) -> int:
    """With features of fewer there is no joint card."""
    contract = contract_of(job)
    return contract.min_holders if contract.contribution is Contribution.SUM else 1


def last_round(job: Job) -> int:
    """Number of the last word that the label party can say: counts, relations, each fit, the end."""
    return 2 + asked_of(job).fits


def messages(job: Job) -> tuple[Declared, ...]:
    """All after the alignment, with the most bytes that each can have."""
    found = [one for holder in job.holders for one in table_messages(counting_of(job, holder))]
    found += _rounds(job)
    rows, widths = job.limits.rows, widths_of(job)
    found += relating_messages(relating_of(job, rows=rows, columns=widths))
    for nth in range(asked_of(job).fits):
        found += fit_messages(fit_of(job, nth, rows=rows, columns=widths))
    found += (
        Declared(NOTICE, holder, job.label, _NOTICE_BYTES + _NOTICE_FEATURE_BYTES * width)
        for holder, width in zip(job.holders, widths_of(job)[1:], strict=True)
    )
    return tuple(found)


def _rounds(job: Job) -> Iterator[Declared]:
    for nth in range(last_round(job) + 1):
        yield Declared(name_of(nth), job.label, helper_of(job), round_bytes(job, 0))
        for holder, width in zip(job.holders, widths_of(job)[1:], strict=True):
            yield Declared(name_of(nth), job.label, holder, round_bytes(job, width))
