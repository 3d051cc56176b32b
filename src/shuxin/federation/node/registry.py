"""The joint models that this node has a part of (联合模型登记): who agreed to each, which parts, what uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.card.calibration import calibration_hash
from shuxin.federation.card.files import hash_of, read_file
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.federation.domain.job import Role
from shuxin.federation.domain.parameters import ScorecardParameters, ServiceParameters
from shuxin.federation.domain.states import State
from shuxin.federation.domain.words import Approval, read_word
from shuxin.federation.models import JobRecord, ServiceEnd
from shuxin.federation.models import JobWord as WordRow
from shuxin.federation.node.book import job_in
from shuxin.federation.node.calibrating import calibration_in
from shuxin.federation.scorecard.holder import VERSION_DIGITS
from shuxin.federation.scorecard.task import CARD
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.scoring.api import CardInvalid

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.consent.api import Purpose
    from shuxin.federation.domain.job import Job, Seat
    from shuxin.federation.node.services import NodeServices

OPEN, OVER = Text(en="in service", zh="服务中"), Text(en="ended", zh="已结束")


@dataclass(frozen=True, slots=True)
class ApprovedBy:
    """A party's approval (批准): its account, or ``standing:<n>``; ``hash`` of the signed word."""

    party: str
    by: str
    at: dt.datetime
    hash: str


@dataclass(frozen=True, slots=True)
class UsedBy:
    """A service of the model, proposed or more.

    calibration: content hash, "" where there is none here; problem: code of why it cannot be read, else "".
    """

    job_id: str
    state: Text
    calibration: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PartOf:
    """A party's part by its content hash."""

    party: str
    hash: str


@dataclass(frozen=True, slots=True)
class JointModel:
    """A joint card that this node has a part of (联合模型).

    job_id: the scorecard job. role: of this party. made_at: when the job was done here. parts: as far as this party's
    own tells, a holder its own alone. problem: code of why the own part cannot be read, else "".
    """

    job_id: str
    model: str
    version: str
    role: Role
    purpose: Purpose
    parties: tuple[Seat, ...]
    approvals: tuple[ApprovedBy, ...]
    made_at: dt.datetime
    parts: tuple[PartOf, ...]
    services: tuple[UsedBy, ...]
    problem: str


def joint_models(*, services: NodeServices) -> list[JointModel]:
    """Of all scorecard jobs that are done here and left this party a part, the newest first."""
    rows = [(row, job_in(row)) for row in JobRecord.objects.order_by("-received_at", "-id")]
    known = [(row, job) for row, job in rows if job is not None]
    return [
        _model(row, job, job.parameters, known=known, services=services)
        for row, job in known
        if isinstance(job.parameters, ScorecardParameters)
        and row.state == State.DONE
        and (services.results_folder(row.job_id) / CARD).is_file()
    ]


def _model(
    row: JobRecord,
    job: Job,
    asked: ScorecardParameters,
    *,
    known: Sequence[tuple[JobRecord, Job]],
    services: NodeServices,
) -> JointModel:
    role = job.role_of(services.party)
    if role is None:
        raise ValueError("a job is done at its parties")
    parts, problem = _parts(row.job_id, role=role, services=services)
    return JointModel(
        job_id=row.job_id,
        model=asked.model,
        version=row.job_id[:VERSION_DIGITS],
        role=role,
        purpose=job.purpose,
        parties=job.parties,
        approvals=_approvals(row),
        made_at=row.changed_at,
        parts=parts,
        services=_uses(row.job_id, known, services=services),
        problem=problem,
    )


def _parts(job_id: str, *, role: Role, services: NodeServices) -> tuple[tuple[PartOf, ...], str]:
    """And the code of why there are none: a part that cannot be read is registered all the same."""
    me, content = services.party, (services.results_folder(job_id) / CARD).read_bytes()
    try:
        if role is Role.LABEL:
            label = read_file(LabelPart, content)
            _require_of(label, job_id=job_id, me=me)
            others = (PartOf(seat.party, seat.part) for seat in label.seats)
            return (PartOf(me, hash_of(label)), *others), ""
        part = read_file(CardPart, content)
        _require_of(part, job_id=job_id, me=me)
        return (PartOf(me, hash_of(part)),), ""
    except ShuxinError as error:
        return (), error.code


def _require_of(part: LabelPart | CardPart, *, job_id: str, me: str) -> None:
    """Raises CardInvalid: a file of another job or party was put there."""
    if (part.job, part.party) != (job_id, me):
        raise CardInvalid(where="job")


def _approvals(row: JobRecord) -> tuple[ApprovedBy, ...]:
    """In the order in which they came."""
    said = WordRow.objects.filter(job=row, kind=Approval.kind).order_by("id")
    words = ((read_word(parse_statement(one.statement)), one.hash) for one in said)
    return tuple(
        ApprovedBy(word.party, word.by, word.at, digest)
        for word, digest in words
        if isinstance(word, Approval)
    )


def _uses(
    job_id: str, known: Sequence[tuple[JobRecord, Job]], *, services: NodeServices
) -> tuple[UsedBy, ...]:
    found = []
    for row, job in known:
        asked = job.parameters
        if isinstance(asked, ServiceParameters) and asked.scorecard == job_id:
            state = _state(row, asked, now=services.now())
            found.append(_used(row.job_id, state, folder=services.results_folder(row.job_id)))
    return tuple(found)


def _used(job_id: str, state: Text, *, folder: Path) -> UsedBy:
    try:
        calibration = calibration_in(folder)
    except ShuxinError as error:
        return UsedBy(job_id, state, problem=error.code)
    return UsedBy(job_id, state, "" if calibration is None else calibration_hash(calibration))


def _state(row: JobRecord, asked: ServiceParameters, *, now: dt.datetime) -> Text:
    """Of the job until it is done, then of the service."""
    if row.state != State.DONE:
        return State(row.state).text
    ended = now >= asked.until or ServiceEnd.objects.filter(service=row.job_id).exists()
    return OVER if ended else OPEN
