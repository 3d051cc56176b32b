"""Erasure with a tombstone (删除与墓碑): two persons decide, the data are on hold at once and for good, then go.

The rows themselves are removed by fusion; what was replaced by what is recorded here, and proved in the log.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.catalogue.api import contract
from shuxin.consent.domain.retention import Bound, retention_rule
from shuxin.consent.holds import ERASED, EVERYTHING
from shuxin.consent.issuing import SALT_BYTES
from shuxin.consent.models import Hold
from shuxin.consent.rights_models import (
    DeletionProofRow,
    ErasureApproval,
    ErasureRow,
    Replacement,
)
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import Conflict, NotFound, NotPermitted
from shuxin.kernel.statements import parse_statement, sign_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry, commitment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shuxin.consent.issuing import Journal
    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

DELETION_PROOF = "deletion-proof"
ERASURE, DELETION = "erasure", "deletion"


class ErasureUnknown(NotFound):
    code = "erasure_unknown"
    what = Text(en="there is no erasure {number} here", zh="此处没有编号为 {number} 的删除申请")
    mend = Text(en="List them with 'shuxin erase list'", zh="请用 shuxin erase list 查看")


class ErasureNotApproved(NotPermitted):
    code = "erasure_not_approved"
    what = Text(en="erasure {number} is not approved", zh="删除申请 {number} 尚未批准")
    mend = Text(
        en="Another person than who asked must approve it first", zh="须先由申请人以外的人员批准"
    )


class ErasureBySamePerson(NotPermitted):
    code = "erasure_second_person"
    what = Text(
        en="the person who asked for this erasure cannot approve it",
        zh="提出该删除申请的人员不能批准该申请",
    )
    mend = Text(en="Let another person approve it", zh="请由另一人批准")


class ErasureApproved(Conflict):
    code = "erasure_already_approved"
    what = Text(en="erasure {number} is approved already", zh="删除申请 {number} 已批准")
    mend = Text(en="Nothing is left to decide", zh="无需再次批准")


class ErasureBlocked(NotPermitted):
    code = "erasure_blocked"
    what = Text(
        en="dataset {dataset} must be kept: its contract states the duty '{duty}'",
        zh="数据集 {dataset} 依法须保存：其合约载明保存义务“{duty}”",
    )
    mend = Text(
        en="A legal duty goes before erasure; stop other processing by withdrawing the authorisations",
        zh="法定保存义务优先于删除；可撤回授权以停止其他处理",
    )


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure as it stands. ``approved_by`` "" while it waits; ``proved`` how many proofs it has.

    ``salt`` opens what the log's entry of the approval commits to, as ``approval_content`` says it.
    """

    erasure_id: str
    subject: str
    dataset: str
    reason: str
    requested_by: str
    requested_at: datetime
    approved_by: str
    salt: str
    proved: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """A stored file before and after, and how many rows it lost. ``number`` is its record here."""

    number: int
    file: str
    before: str
    after: str
    rows: int


def request_erasure(*, subject: str, dataset: str, reason: str, by: str, now: datetime) -> str:
    """Ask for it; its number. Raises DatasetUnknown, ErasureBlocked."""
    _require_no_duty(dataset)
    number = secrets.token_hex(8)
    ErasureRow.objects.create(
        erasure_id=number, subject=subject, dataset=dataset, reason=reason, requested_by=by, at=now
    )
    return number


def _require_no_duty(dataset: str) -> None:
    """A dataset that the contract keeps for a legal duty is not erased."""
    rule = retention_rule(contract(dataset=dataset))
    if rule is not None and rule.bound is Bound.AT_LEAST:
        raise ErasureBlocked(dataset=dataset, duty=rule.name)


def approve_erasure(
    number: str, *, by: str, holder: str, journal: Journal, now: datetime
) -> Erasure:
    """A second person agrees: all processing of these data stops now. Raises as the classes above say."""
    salt = secrets.token_bytes(SALT_BYTES)
    with transaction.atomic():
        row = _row(number)
        if row.requested_by == by:
            raise ErasureBySamePerson
        _require_no_duty(row.dataset)
        try:
            with transaction.atomic():
                ErasureApproval.objects.create(erasure=row, approved_by=by, salt=salt.hex(), at=now)
        except IntegrityError as error:
            raise ErasureApproved(number=number) from error
        Hold.objects.create(
            subject=row.subject,
            dataset=row.dataset,
            field=EVERYTHING,
            why=ERASED,
            since=now,
            reference=number,
        )
        content = approval_content(subject=row.subject, dataset=row.dataset)
        entry = Entry(
            kind=ERASURE,
            at=now,
            actor=holder,
            facts={"erasure": number, "step": "approved"},
            commitments=(commitment(salt, content),),
        )
        journal.append_all([entry], now=now)
    return _view(row)


def approval_content(*, subject: str, dataset: str) -> bytes:
    """What the log's entry of an approval commits to under ``Erasure.salt``."""
    return canonical_json({"subject": subject, "dataset": dataset})


def approved_erasure(number: str) -> Erasure:
    """Raises ErasureUnknown, ErasureNotApproved."""
    found = _view(_row(number))
    if not found.approved_by:
        raise ErasureNotApproved(number=number)
    return found


def erasures() -> list[Erasure]:
    """All of them, oldest first."""
    return [_view(row) for row in ErasureRow.objects.order_by("pk")]


def record_replacement(
    number: str, *, file: str, before: str, after: str, rows: int, now: datetime
) -> None:
    """Write down what is about to be replaced by what; the replacement follows. Raises ErasureNotApproved."""
    approved_erasure(number)
    Replacement.objects.create(
        erasure=_row(number), file=file, before=before, after=after, rows=rows, at=now
    )


def unproved_replacements(number: str) -> list[Replaced]:
    """What was recorded since the last deletion proof, in order. Raises ErasureUnknown."""
    row = _row(number)
    proof = row.proofs.order_by("-pk").first()
    rows = row.replacements.filter(pk__gt=0 if proof is None else proof.through).order_by("pk")
    return [Replaced(r.pk, r.file, r.before, r.after, r.rows) for r in rows]


def prove_erasure(
    number: str,
    replaced: Sequence[Replaced],
    *,
    holder: str,
    signer: Signer,
    journal: Journal,
    now: datetime,
) -> Statement | None:
    """Sign and log that the rows are gone; None when nothing went since the last proof.

    replaced: those of ``unproved_replacements`` that took place. The first proof is made even when there
    were no rows. Raises ErasureNotApproved.
    """
    erasure, row = approved_erasure(number), _row(number)
    if not replaced and erasure.proved:
        return None
    salt = secrets.token_bytes(SALT_BYTES)
    count = sum(one.rows for one in replaced)
    body: dict[str, Json] = {
        "erasure_id": number,
        "holder": holder,
        "dataset": erasure.dataset,
        "subject": commitment(salt, erasure.subject.encode()),
        "rows": count,
        "files": [{"before": r.before, "after": r.after, "rows": r.rows} for r in replaced],
        "at": now.isoformat(),
    }
    proof = sign_statement(DELETION_PROOF, body, signer=signer)
    with transaction.atomic():
        entry = Entry(
            kind=DELETION,
            at=now,
            actor=holder,
            facts={"erasure": number, "rows": count, "files": len(replaced)},
            commitments=(commitment(salt, canonical_json(proof.as_json())),),
        )
        (appended,) = journal.append_all([entry], now=now)
        DeletionProofRow.objects.create(
            erasure=row,
            text=proof.dump().decode(),
            salt=salt.hex(),
            through=max((r.number for r in replaced), default=0),
            rows=count,
            log_index=appended.index,
            at=now,
        )
    return proof


def deletion_proofs(number: str) -> list[tuple[Statement, str, int]]:
    """Each proof with its salt and its entry in the log. Raises ErasureUnknown."""
    rows = _row(number).proofs.order_by("pk")
    return [(parse_statement(r.text, kind=DELETION_PROOF), r.salt, r.log_index) for r in rows]


def _row(number: str) -> ErasureRow:
    row: ErasureRow | None = ErasureRow.objects.filter(erasure_id=number).first()
    if row is None:
        raise ErasureUnknown(number=number)
    return row


def _view(row: ErasureRow) -> Erasure:
    approval = ErasureApproval.objects.filter(erasure=row).first()
    return Erasure(
        erasure_id=row.erasure_id,
        subject=row.subject,
        dataset=row.dataset,
        reason=row.reason,
        requested_by=row.requested_by,
        requested_at=row.at,
        approved_by="" if approval is None else approval.approved_by,
        salt="" if approval is None else approval.salt,
        proved=row.proofs.count(),
    )
