"""What a party states of the rows that it enters in a job (入场声明)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted
from shuxin.kernel.statements import sign_statement
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyProblem, KeyRole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.consent.api import Keys
    from shuxin.federation.domain.job import Ground, Job
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

JOB_ENTRY = "job-entry"
_HASH = re.compile(r"[0-9a-f]{64}")
_FIELDS = frozenset(
    {"job", "party", "dataset", "dataset_version", "ground", "basis", "root", "rows"}
)
_MAY_STATE = frozenset({KeyRole.SUBJECT, KeyRole.OFFICER, KeyRole.NODE})


class EntryInvalid(InvalidInput):
    code = "job_entry_invalid"
    what = Text(
        en="what {party} says of the rows that it enters does not count: {field}",
        zh="{party} 关于其入场数据的声明无效：{field}",
    )
    mend = Text(
        en="It must be signed by a valid key of that party and say just what the job says; propose the job again",
        zh="声明须由该方有效密钥签名，且与任务内容一致；请重新提出任务",
    )


class DataMoved(Conflict):
    code = "job_data_moved"
    what = Text(
        en="the dataset {dataset} was loaded anew since this job began",
        zh="数据集 {dataset} 在任务开始后被重新装载",
    )
    mend = Text(en="Propose the job again when no import runs", zh="请在没有导入运行时重新提出任务")


class RowsOutsideLimits(NotPermitted):
    code = "job_rows_outside_limits"
    what = Text(
        en="{party} would enter {side} rows than {limit}, which is the limit of this job or of the policy here",
        zh="{party} 的入场行数{side} {limit}，超出本任务或本方策略的界限",
    )
    mend = Text(
        en="Propose a job over another period or dataset; limits are in the job and in each holder's policy",
        zh="请改用其他期间或数据集提出任务；界限见任务及各方策略",
    )


@dataclass(frozen=True, slots=True)
class EntryStatement:
    """What a party states of its rows in a job, before anything made from them leaves it (入场声明).

    ``root``: Merkle root (RFC 9162) over the sorted hashes of the authorisations that they rest on, or the hash of
    the basis' statement.
    """

    job: str
    party: str
    dataset: str
    dataset_version: str
    ground: Ground
    basis: str
    root: str
    rows: int

    def sign(self, *, signer: Signer) -> Statement:
        body = {name: getattr(self, name) for name in sorted(_FIELDS)}
        return sign_statement(JOB_ENTRY, body | {"ground": self.ground.value}, signer=signer)


def read_entry(
    statement: Statement, *, job: Job, job_id: str, party: str, keys: Keys, now: dt.datetime
) -> EntryStatement:
    """What a party states of its rows, as the job has them. Raises EntryInvalid, naming the field."""
    body: Mapping[str, Any] = statement.body
    wanted = job.input_of(party)
    if statement.kind != JOB_ENTRY or set(body) != _FIELDS or wanted is None:
        raise EntryInvalid(party=party, field="kind")
    said = {"job": job_id, "party": party, "dataset": wanted.dataset, "ground": wanted.ground.value}
    for name, value in (said | {"basis": wanted.basis}).items():
        if body[name] != value:
            raise EntryInvalid(party=party, field=name)
    for name in ("dataset_version", "root"):
        if not isinstance(body[name], str) or not _HASH.fullmatch(body[name]):
            raise EntryInvalid(party=party, field=name)
    rows = body["rows"]
    if not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise EntryInvalid(party=party, field="rows")
    key = keys.who_signed(statement, party=party, seen_at=now)
    if isinstance(key, KeyProblem) or not key.roles & _MAY_STATE:
        raise EntryInvalid(party=party, field="signature")
    return EntryStatement(
        job_id, party, wanted.dataset, body["dataset_version"], wanted.ground, wanted.basis,
        body["root"], rows,
    )  # fmt: skip


def require_size(entry: EntryStatement, *, job: Job, least: int) -> None:
    """The limit is named, the number is not: a small one may tell of somebody. Raises RowsOutsideLimits."""
    if entry.rows > job.limits.rows:
        side, limit = Text(en="more", zh="多于"), job.limits.rows
    elif entry.rows < least:
        side, limit = Text(en="fewer", zh="少于"), least
    else:
        return
    raise RowsOutsideLimits(party=entry.party, side=side, limit=limit)
