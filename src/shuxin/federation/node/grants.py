"""The signed words that rows rest on, as the label party brings them to a holder (授权清单).

A list of statements is their canonical bytes, each behind its length in 4 bytes, most significant first; the first
one to a holder is the label party's use-request, the rest are subjects' authorisations. The holder sees from them
whose authorisations the label party has for its data: that is what it checks.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol

from shuxin.consent.api import AUTHORISED, Purpose, Request, read_authorisation, read_request
from shuxin.federation.domain.job import Ground
from shuxin.kernel.errors import InvalidInput, NotFound
from shuxin.kernel.statements import LONGEST_STATEMENT, parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from shuxin.consent.api import Authorisation
    from shuxin.federation.domain.job import Job
    from shuxin.kernel.statements import Statement

MOST_GRANTS = 200_000
GRANT_BYTES = 8192
"""Room for one authorisation on the line; they have 1 to 2 KB."""
_LENGTH = struct.Struct(">I")


class GrantsInvalid(InvalidInput):
    code = "job_grants_invalid"
    what = Text(
        en="the request and authorisations for this job are not right: {reason}",
        zh="本任务的使用申请与授权书有误：{reason}",
    )
    mend = Text(
        en="The party that asks brings one request for just this job, then whole authorisations; propose it again",
        zh="申请方须提供针对本任务的一份申请及完整的授权书；请重新提出任务",
    )


class GrantsNotFound(NotFound):
    code = "job_grants_not_found"
    what = Text(en="there are no authorisations at {place}", zh="{place} 处没有授权书")
    mend = Text(
        en="Name a folder of .json files, or a file with one authorisation a line",
        zh="请指定含 .json 文件的目录，或每行一份授权书的文件",
    )


class GrantsTooLong(InvalidInput):
    code = "job_grants_too_long"
    what = Text(
        en="the authorisations brought for {party} are more than the {limit} bytes that this job has room for",
        zh="为 {party} 提供的授权书超过本任务可容纳的 {limit} 字节",
    )
    mend = Text(
        en="Bring one authorisation of each subject, or propose a job that lets more rows in",
        zh="每个主体只提供一份授权书，或提出入场行数上限更大的任务",
    )


class Grants(Protocol):
    """The authorisations that a party brings to a job."""

    def statements(self) -> Iterable[Statement]: ...


def grants_file(folder: Path, job_id: str) -> Path:
    """Where a node keeps the authorisations that its party brings to a job."""
    return folder / "grants" / f"{job_id}.jsonl"


def grants_files(folder: Path) -> list[Path]:
    """Of all jobs."""
    return sorted((folder / "grants").glob("*.jsonl"))


@dataclass(frozen=True, slots=True)
class GrantFiles:
    """Authorisations in a folder's ``.json`` files, or in one file, one a line."""

    place: Path

    def statements(self) -> Iterator[Statement]:
        """In the order of the names, then of the lines. Raises GrantsNotFound, StatementInvalid."""
        if self.place.is_dir():
            for file in sorted(self.place.glob("*.json")):
                yield parse_statement(file.read_bytes())
        elif self.place.is_file():
            with self.place.open("rb") as stream:
                for line in iter(lambda: stream.readline(LONGEST_STATEMENT + 2), b""):
                    if line.strip():
                        yield parse_statement(line.strip())
        else:
            raise GrantsNotFound(place=str(self.place))


def most_bytes(job: Job) -> int:
    """Of a list of the most statements that this job allows."""
    return LONGEST_STATEMENT + GRANT_BYTES * min(job.limits.rows, MOST_GRANTS)


def within(pieces: Iterable[bytes], *, most: int, holder: str) -> Iterator[bytes]:
    """The same pieces. Raises GrantsTooLong."""
    size = 0
    for one in pieces:
        size += len(one)
        if size > most:
            raise GrantsTooLong(party=holder, limit=most)
        yield one


def framed(statements: Iterable[Statement]) -> Iterator[bytes]:
    for one in statements:
        data = one.dump()
        yield _LENGTH.pack(len(data)) + data


def unframed(stream: IO[bytes]) -> Iterator[Statement]:
    """Raises GrantsInvalid, StatementInvalid."""
    while head := stream.read(_LENGTH.size):
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
        if not 0 < length <= LONGEST_STATEMENT:
            raise GrantsInvalid(reason="length")
        data = stream.read(length)
        if len(data) != length:
            raise GrantsInvalid(reason="it ends too early")
        yield parse_statement(data)


def request_for(job: Job, *, job_id: str, holder: str, now: dt.datetime) -> Request:
    """What the label party asks of a holder for this job."""
    entered = job.input_of(holder)
    if entered is None:
        raise ValueError("a holder without data is not asked")
    return Request(
        request_id=f"job/{job_id}",
        grantee=job.label,
        holder=holder,
        subject=AUTHORISED,
        purpose=Purpose(job.purpose),
        catalogues=(entered.dataset,),
        level=entered.level,
        data_from=entered.data_from,
        data_to=entered.data_to,
        at=now,
    )


def require_request(statement: Statement, *, job: Job, job_id: str, holder: str) -> None:
    """That the request asks for just what the job says. Raises GrantsInvalid, StatementUnreadable."""
    asked = read_request(statement)
    if asked != request_for(job, job_id=job_id, holder=holder, now=asked.at):
        raise GrantsInvalid(reason="the request is not of this job")


def serving(
    statements: Iterable[Statement], *, job: Job, now: dt.datetime
) -> Iterator[tuple[Statement, Authorisation]]:
    """Those for this purpose of the label party that hold now, and serve a holder that asks for them."""
    for statement in statements:
        terms = read_authorisation(statement)
        wanted = (terms.grantee, terms.purpose) == (job.label, job.purpose)
        if wanted and terms.valid_from <= now < terms.valid_to and _serves_any(terms, job):
            yield statement, terms


def asked_holders(job: Job) -> tuple[str, ...]:
    """Holders whose rows rest on authorisations."""
    entered = {one.party: one for one in job.inputs}
    return tuple(
        one
        for one in job.holders
        if one in entered and entered[one].ground is Ground.AUTHORISATIONS
    )


def serves(terms: Authorisation, *, job: Job, holder: str) -> bool:
    """Whether it names this holder and its dataset."""
    entered = job.input_of(holder)
    return entered is not None and holder in terms.holders and entered.dataset in terms.catalogues


def _serves_any(terms: Authorisation, job: Job) -> bool:
    holders = asked_holders(job)
    return not holders or any(serves(terms, job=job, holder=one) for one in holders)
