"""A job (联合任务): a closed typed description of a joint operation; data, never code.

One schema serves validation, the fields of forms and the documentation (``kinds.py`` renders them).
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from shuxin.consent.api import Purpose
from shuxin.federation.domain.parameters import (
    MOST_FEATURES,
    MOST_ROWS,
    MOST_SCORECARD_ROWS,
    AligningParameters,
    Closed,
    DatasetName,
    Engine,
    FieldName,
    Learn,
    Parameters,
    PartyId,
    RehearsalParameters,
    ScorecardParameters,
    ServiceParameters,
)
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import YEARS, sign_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

JOB = "job"


class JobInvalid(InvalidInput):
    code = "job_invalid"
    what = Text(
        en="the job's field '{field}' is not right: {reason}", zh="任务字段“{field}”有误：{reason}"
    )
    mend = Text(
        en="Correct the field; docs/rooms/federation.md lists every field with its range",
        zh="请更正该字段；各字段及取值范围见 docs/rooms/federation.md",
    )


class Role(StrEnum):
    """What a party is in a job (角色)."""

    LABEL = "label"
    """Has the labels and its own features, and receives what is computed (标签方)."""
    HOLDER = "holder"
    """Has features (数据方)."""
    HELPER = "helper"
    """Deals randomness and matches keyed tags; has no data (协助方)."""

    @property
    def has_data(self) -> bool:
        return self is not Role.HELPER


class Ground(StrEnum):
    """Why rows of a party may enter a job (处理依据)."""

    AUTHORISATIONS = "authorisations"
    """Only subjects whose signed authorisations cover this use."""
    BASIS = "basis"
    """A recorded lawful basis of the party, named by its id."""


class CipherName(StrEnum):
    """What makes tags and masks (密码算法), the same at all parties."""

    AES = "aes"
    CHACHA20 = "chacha20"
    """For masks only: tags need a block cipher."""
    SM4 = "sm4"
    """Where national cryptography is required (GB/T 32907-2016)."""


class Seat(Closed):
    """One party and its role."""

    party: PartyId
    role: Annotated[Role, Field(strict=False)]


class Input(Closed):
    """What of a party's data enters: one dataset by catalogue name, on what ground, of which period."""

    party: PartyId
    dataset: DatasetName
    features: Annotated[tuple[FieldName, ...], Field(strict=False, max_length=1000)] = ()
    ground: Annotated[Ground, Field(strict=False)]
    basis: Annotated[str, Field(pattern=r"^[0-9A-Za-z._/-]{0,120}$")] = ""
    level: Annotated[int, Field(ge=1, le=3)] = 2
    data_from: Annotated[dt.date, Field(strict=False)]
    data_to: Annotated[dt.date, Field(strict=False)]


class Output(Closed):
    """One thing that is released, and to whom."""

    name: Literal["aligned", "count", "verdict", "card", "scores"]
    to: PartyId


class Limits(Closed):
    """What the job may cost and how long it may take."""

    rows: Annotated[int, Field(ge=0, le=MOST_ROWS)] = 1_000_000
    """Most rows that one party enters."""
    wait_seconds: Annotated[int, Field(ge=5, le=86_400)] = 600
    """How long a party waits for a message of another before it says whom it waits for and stops."""
    run_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """How long it may run in all, pauses and people's releases included."""


class Job(Closed):
    """A job (联合任务): who, with which data, for what purpose, on what ground, computing what, released to whom."""

    version: Literal[1] = 1
    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    title: Annotated[
        str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")
    ] = ""
    proposer: PartyId
    purpose: Annotated[Purpose, Field(strict=False)]
    parties: Annotated[tuple[Seat, ...], Field(strict=False, min_length=2, max_length=8)]
    inputs: Annotated[tuple[Input, ...], Field(strict=False, max_length=8)] = ()
    parameters: Parameters
    cipher: Annotated[CipherName, Field(strict=False)] = CipherName.AES
    outputs: Annotated[tuple[Output, ...], Field(strict=False, min_length=1, max_length=16)]
    limits: Limits = Limits()
    proposed_at: Annotated[AwareDatetime, Field(strict=False)]
    valid_to: Annotated[AwareDatetime, Field(strict=False)]

    @model_validator(mode="after")
    def _whole(self) -> Job:
        """Rules over several fields; each failure names its field."""
        ids = [seat.party for seat in self.parties]
        _require(len(set(ids)) == len(ids), "parties", "a party stands twice")
        _require(len(self.of(Role.LABEL)) == 1, "parties", "one label party is needed")
        _require(len(self.of(Role.HOLDER)) >= 1, "parties", "a holder is needed")
        _require(len(self.of(Role.HELPER)) <= 1, "parties", "one helper at most")
        _require(self.proposer in ids, "proposer", "is no party of the job")
        _require(self.proposed_at < self.valid_to, "valid_to", "lies before proposed_at")
        _require(self.proposed_at.year in YEARS and self.valid_to.year in YEARS, "valid_to", "year")
        data = {seat.party for seat in self.parties if seat.role.has_data}
        entering = [one.party for one in self.inputs]
        if isinstance(self.parameters, AligningParameters):
            _require(
                sorted(entering) == sorted(data), "inputs", "each data party enters one dataset"
            )
            tags = self.parameters.engine is Engine.TAGS
            _require(
                tags == bool(self.of(Role.HELPER)),
                "parameters.engine",
                "tags need a helper, ecdh has none",
            )
            _require(self.cipher is not CipherName.CHACHA20, "cipher", "tags need a block cipher")
            _require(tags or len(data) == 2, "parameters.engine", "ecdh is for two parties")  # noqa: PLR2004 - two
        elif isinstance(self.parameters, ServiceParameters):
            _require_service(self, self.parameters)
        else:
            _require(not self.inputs, "inputs", "a rehearsal has no data")
            _require(len(data) == 2, "parties", "a rehearsal has one holder")  # noqa: PLR2004 - two
            _require(bool(self.of(Role.HELPER)), "parties", "a rehearsal needs a helper")
        if isinstance(self.parameters, ScorecardParameters):
            _require_scorecard(self, self.parameters)
        for one in self.inputs:
            doubled = len(set(one.features)) < len(one.features)
            _require(not doubled, "inputs.features", "a feature stands twice")
            _require(one.data_from < one.data_to, "inputs.data_to", "lies before data_from")
            named = one.ground is Ground.BASIS
            _require(
                named == bool(one.basis), "inputs.basis", "is named just when the ground is a basis"
            )
        released = [(one.name, one.to) for one in self.outputs]
        _require(sorted(released) == sorted(set(released)), "outputs", "an output stands twice")
        _require(
            set(released) == set(self._wanted()),
            "outputs",
            "are not those of this kind and 'learn'",
        )
        return self

    def _wanted(self) -> list[tuple[str, str]]:
        """Outputs follow from the parameters; a job that declares others is refused."""
        label, data = self.label, [s.party for s in self.parties if s.role.has_data]
        if isinstance(self.parameters, RehearsalParameters):
            return [("verdict", label)]
        if isinstance(self.parameters, ServiceParameters):
            return [("scores", label)]
        to = data if self.parameters.learn is Learn.BOTH else [label]
        name = "count" if self.parameters.learn is Learn.COUNT else "aligned"
        names = [name, "card"] if isinstance(self.parameters, ScorecardParameters) else [name]
        return [(name, one) for name in names for one in to]

    def of(self, role: Role) -> tuple[str, ...]:
        """The parties with this role, in the job's order."""
        return tuple(seat.party for seat in self.parties if seat.role is role)

    def role_of(self, party: str) -> Role | None:
        return next((seat.role for seat in self.parties if seat.party == party), None)

    @property
    def label(self) -> str:
        return self.of(Role.LABEL)[0]

    @property
    def holders(self) -> tuple[str, ...]:
        return self.of(Role.HOLDER)

    @property
    def helper(self) -> str | None:
        return next(iter(self.of(Role.HELPER)), None)

    @property
    def data_parties(self) -> tuple[str, ...]:
        return (self.label, *self.holders)

    @property
    def enters_rows(self) -> bool:
        """Whether rows enter when it runs; those of a service are read at each question."""
        return isinstance(self.parameters, AligningParameters)

    def fields_of(self, party: str) -> tuple[str, ...]:
        """Fields of the party's dataset that are read: its features, of a scorecard's label party the target too."""
        own, asked = self.input_of(party), self.parameters
        features = () if own is None else own.features
        if isinstance(asked, ScorecardParameters) and party == self.label:
            return (*features, asked.target)
        return features

    def input_of(self, party: str) -> Input | None:
        return next((one for one in self.inputs if one.party == party), None)

    def body(self) -> dict[str, Any]:
        """As a statement's body carries it."""
        return self.model_dump(mode="json")

    def sign(self, *, signer: Signer) -> Statement:
        """By the proposer's key; the statement's hash is the job's id (64 hexadecimal digits)."""
        return sign_statement(JOB, self.body(), signer=signer)


def _require_scorecard(job: Job, asked: ScorecardParameters) -> None:
    """Rules of a scorecard over several fields; each failure names its field."""
    _require(asked.learn is Learn.BOTH, "parameters.learn", "a scorecard needs the rows of both")
    _require(job.helper is not None, "parties", "a scorecard needs a helper")
    _require(job.limits.rows <= MOST_SCORECARD_ROWS, "limits.rows", f"<= {MOST_SCORECARD_ROWS}")
    for one in job.inputs:
        names, where = one.features, "inputs.features"
        _require(len(names) <= MOST_FEATURES, where, f"<= {MOST_FEATURES} of one party")
        if one.party == job.label:
            _require(asked.target not in names, where, "the target is no feature")
        else:
            _require(bool(names), where, "each holder names one at least")
    _require(len(set(asked.bad)) == len(asked.bad), "parameters.bad", "a value stands twice")
    fewest = int(asked.reasons == "categories")
    _require(
        fewest <= asked.most_categories <= 4 * fewest,
        "parameters.most_categories",
        "0 just when there are no reasons",
    )
    most = len(job.holders) if asked.contribution == "sum" else 1
    _require(
        asked.min_holders <= most, "parameters.min_holders", f"<= {most} with this contribution"
    )


def _require_service(job: Job, asked: ServiceParameters) -> None:
    """Rules of a service over several fields; each failure names its field."""
    data = sorted(job.data_parties)
    _require(sorted(one.party for one in job.inputs) == data, "inputs", "one of each data party")
    _require(job.helper is None, "parties", "nobody helps at scoring")
    _require(len(asked.parts) == len(job.holders), "parameters.parts", "one of each holder")
    _require(asked.until.year in YEARS, "parameters.until", "year")
    _require(job.proposed_at < asked.until, "parameters.until", "lies before proposed_at")
    for one in job.inputs:
        where = "inputs"
        _require(not one.features, f"{where}.features", "follow from the card")
        agreed = one.ground is Ground.AUTHORISATIONS
        _require(
            agreed == (one.party != job.label),
            f"{where}.ground",
            "holders answer on authorisations, the label party reads its own data on a basis",
        )


def _require(holds: bool, field: str, reason: str) -> None:  # noqa: FBT001 - one use, as an assertion
    if not holds:
        raise ValueError(f"{field}: {reason}")


def read_job(statement: Statement) -> Job:
    """Raises JobInvalid, naming the field."""
    if statement.kind != JOB:
        raise JobInvalid(field="kind", reason="not a job")
    return job_from(dict(statement.body))


def job_from(values: object) -> Job:
    """A job from parsed JSON of a stranger or a form. Raises JobInvalid, naming the field."""
    try:
        return Job.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = str(first["msg"]).removeprefix("Value error, ")
        if not place and ": " in reason:
            place, _, reason = reason.partition(": ")
        raise JobInvalid(field=place or "job", reason=reason) from None
