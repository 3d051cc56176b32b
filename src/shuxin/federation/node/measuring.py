"""A joint card measured in service (联合评分检验): the label party scores firms whose outcomes it now knows.

They are asked about like any other: each holder judges, counts and logs every use. ``batch_of`` says what it will
cost; ``ask`` asks; then the card's worth or a calibration is made of what was answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.consent.api import entity_of, read_authorisation
from shuxin.federation.alignment.result import aligned_codes, read_aligned
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.gathering import chosen, joined
from shuxin.federation.card.label import Standing
from shuxin.federation.card.values import points_of
from shuxin.federation.card.worth import MOST_SOURCES, TooManySources, known_rows, worth
from shuxin.federation.domain.parameters import ScorecardParameters
from shuxin.federation.models import JobRecord
from shuxin.federation.node.book import job_in
from shuxin.federation.node.serving import open_service
from shuxin.federation.scorecard.alone import ALONE
from shuxin.federation.service.kind import asked_of
from shuxin.federation.wire.messages import MOST_SUBJECTS
from shuxin.kernel.errors import InvalidInput, Unavailable
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import LENGTH
from shuxin.scoring.api import OneClassOnly, card_hash, read_card

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shuxin.federation.card.label import JointScores
    from shuxin.federation.card.parts import LabelPart
    from shuxin.federation.card.worth import Worth
    from shuxin.federation.domain.job import Job
    from shuxin.federation.node.asking import Asking, Because, Scoring
    from shuxin.federation.node.outcomes import KnownFirms
    from shuxin.infra.api import Progress
    from shuxin.kernel.statements import Statement
    from shuxin.scoring.api import Scorecard

    IntArray: TypeAlias = NDArray[np.int64]

_SILENT = (Standing.DOWN, Standing.REFUSED)


class BatchTooLarge(InvalidInput):
    code = "joint_batch_too_large"
    what = Text(
        en="{firms} firms are more than the {most} that the service allows a day",
        zh="企业 {firms} 家，超过评分服务每日限额 {most}",
    )
    mend = Text(
        en="Measure on fewer firms, or propose a service with a higher limit",
        zh="请减少企业数，或提出限额更高的服务",
    )


class NobodyAnsweredAbout(Unavailable):
    code = "joint_batch_unanswered"
    what = Text(
        en="of {firms} firms there is none about which every holder answered",
        zh="{firms} 家企业中没有一家得到全部数据方应答",
    )
    mend = Text(
        en="The reasons stand above; when holders are there and the firms agree, ask again",
        zh="原因见上；待数据方可用且企业已授权后再试",
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """What the questions cost at one holder (授权消耗).

    uses: of authorisations, at most. without: firms of which none is at hand, about which it will not answer.
    """

    holder: str
    uses: int
    without: int


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Firms to be asked about, and what is at hand for it. words: by credit code."""

    service: str
    job: Job
    part: LabelPart
    firms: KnownFirms
    words: Mapping[str, tuple[Statement, ...]]
    trained: int
    """How many of the firms the card was made from."""

    def costs(self) -> tuple[Cost, ...]:
        """Of each holder. A sum is asked for again without who gave nothing, down to the fewest of the contract."""
        contract, seats = self.part.contract, len(self.part.seats)
        is_sum = contract.contribution is Contribution.SUM
        times = 1 + seats - contract.min_holders if is_sum else 1
        found = []
        for holder in self.part.holders:
            agreed = sum(self._agrees(code, holder) for code in self.firms.codes)
            found.append(Cost(holder, times * agreed, len(self.firms.codes) - agreed))
        return tuple(found)

    def _agrees(self, code: str, holder: str) -> bool:
        theirs = self.job.input_of(holder)
        terms = (read_authorisation(one) for one in self.words.get(code, ()))
        return theirs is not None and any(
            holder in each.holders and theirs.dataset in each.catalogues for each in terms
        )


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Firms about which every holder answered, with their scores (有效检验样本).

    kept: (n,) of the batch's firms, which these are. silent: by holder, firms left out since it refused or could not
    be reached. lacking: by holder, firms that stay and that it does not have: the model's points for a missing party
    count.
    """

    scores: JointScores
    firms: KnownFirms
    kept: NDArray[np.bool_]
    silent: Mapping[str, int]
    lacking: Mapping[str, int]
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class OwnPoints:
    """The label party's own card alone: its hash, and (n,) points of the batch's firms."""

    card: str
    points: IntArray


def bad_outcomes(service: str, /, *, now: dt.datetime) -> tuple[str, ...]:
    """Values that were bad in the service's scorecard job; none where the job is not here any more.

    Raises ServiceUnknown, ServiceOver.
    """
    asked = asked_of(open_service(service, now=now))
    record = JobRecord.objects.filter(job_id=asked.scorecard).first()
    job = None if record is None else job_in(record)
    if job is None or not isinstance(job.parameters, ScorecardParameters):
        return ()
    return job.parameters.bad


def batch_of(
    asking: Asking, service: str, *, firms: KnownFirms, words: Iterable[Statement]
) -> Batch:
    """Nobody is asked yet; what can be known to fail later fails here.

    Raises ServiceUnknown, ServiceOver, NotTheLabelParty, BatchTooLarge, OneClassOnly, AuthorisationInvalid.
    """
    job = asking.job(service)
    most = asked_of(job).subjects_per_day
    if len(firms.codes) > most:
        raise BatchTooLarge(firms=f"{len(firms.codes):,}", most=f"{most:,}")
    _require_both(firms)
    part = asking.part(service)
    theirs: dict[str, list[Statement]] = {code: [] for code in firms.codes}
    for one in words:
        subject = entity_of(read_authorisation(one).subject)
        if subject in theirs:
            theirs[subject].append(one)
    trained = _trained(asking.results(asked_of(job).scorecard)) & theirs.keys()
    kept = {code: tuple(them) for code, them in theirs.items()}
    return Batch(service, job, part, firms, kept, len(trained))


def require_countable(batch: Batch, /) -> None:
    """Raises TooManySources: the worth of that many cannot be told apart."""
    is_sum = batch.part.contract.contribution is Contribution.SUM
    if not is_sum and len(batch.part.seats) > MOST_SOURCES:
        raise TooManySources(count=len(batch.part.seats), most=MOST_SOURCES)


def ask(asking: Asking, batch: Batch, /, *, progress: Progress) -> Answered:
    """As many firms at once as one question may have. Raises as ``Asking.score``."""
    codes, found = batch.firms.codes, []
    for start in range(0, len(codes), MOST_SUBJECTS):
        some = codes[start : start + MOST_SUBJECTS]
        words = [one for code in some for one in batch.words[code]]
        found.append(asking.score(batch.service, subjects=some, words=words))
        progress(min(start + MOST_SUBJECTS, len(codes)), len(codes), batch.part.model)
    return _answered(batch, found)


def _answered(batch: Batch, found: Sequence[Scoring]) -> Answered:
    scores = joined([each.scores for each in found])
    because = tuple(dict.fromkeys(why for each in found for why in each.because))
    silent = np.isin(scores.tally.standings, _SILENT)
    kept = np.asarray((~silent).all(axis=1))
    stayed = chosen(scores, kept)
    lacking = stayed.tally.standings == Standing.UNKNOWN_SUBJECT
    holders = batch.part.holders
    return Answered(
        scores=stayed,
        firms=batch.firms.chosen(kept),
        kept=kept,
        silent=dict(zip(holders, silent.sum(axis=0).tolist(), strict=True)),
        lacking=dict(zip(holders, lacking.sum(axis=0).tolist(), strict=True)),
        because=because,
    )


def require_answered(answered: Answered, /) -> None:
    """Raises NobodyAnsweredAbout, OneClassOnly."""
    if not answered.firms.codes:
        raise NobodyAnsweredAbout(firms=f"{len(answered.kept):,}")
    _require_both(answered.firms)


def own_points(asking: Asking, batch: Batch, /) -> OwnPoints | None:
    """By the card that the scorecard job made of this party's own columns alone; None where it left none.

    Values are read under a permit of this party's gate for that card's fields. Raises UseRefused, CardAltered.
    """
    card = _own_card(asking.results(asked_of(batch.job).scorecard))
    if card is None:
        return None
    names = tuple(each.name for each in card.characteristics)
    values = asking.own_values(batch.job, names, subjects=batch.firms.codes)
    table = [(each.shape, each.all_points) for each in card.characteristics]
    return OwnPoints(card_hash(card), points_of(table, values).sum(axis=1))


def worth_of(
    answered: Answered, /, *, alone: IntArray, acceptance: float, seed: int, resamples: int = 1000
) -> Worth:
    """``alone``: (n,) points by the own card of the firms that were answered about. Raises as ``card.worth.worth``."""
    firms = answered.firms
    rows = known_rows(answered.scores, outcomes=firms.bad, alone=alone, first=firms.first)
    rng = np.random.default_rng(seed)
    return worth(rows, acceptance=acceptance, rng=rng, resamples=resamples)


def _own_card(folder: Path) -> Scorecard | None:
    """Raises CardAltered, CardInvalid."""
    file = folder / ALONE
    return read_card(file.read_bytes()) if file.is_file() else None


def _require_both(firms: KnownFirms) -> None:
    if firms.bad.all() or not firms.bad.any():
        raise OneClassOnly(rows=len(firms.bad))


def _trained(folder: Path) -> set[str]:
    """Codes of the firms that a scorecard job was made from; none where its results are gone. Raises ResultDamaged."""
    if not (folder / "summary").is_file():
        return set()
    codes = aligned_codes(read_aligned(folder)).decode()
    return {codes[at : at + LENGTH] for at in range(0, len(codes), LENGTH)}
