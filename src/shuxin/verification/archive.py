"""The archive (数字档案) of a party's own documents, and its transfers: signed facts and proofs, never the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.statements import statement_from
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry
from shuxin.verification.models import ArchivedDocument, TransferStatement, Verification
from shuxin.verification.receipt import DocumentFacts
from shuxin.verification.transfer import STEP, follow, read_step, require_current

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from shuxin.kernel.statements import Statement
    from shuxin.verification.issuing import OwnLog
    from shuxin.verification.receipt import Receipt
    from shuxin.verification.transfer import Transfer

    IsBy = Callable[[Statement, str], bool]


class AlreadyArchived(Conflict):
    code = "document_already_archived"
    what = Text(en="the archive has this document", zh="档案中已有该文件")
    mend = Text(en="Nothing more is needed", zh="无需再次操作")


class TransferUnknown(NotFound):
    code = "transfer_unknown"
    what = Text(en="there is no such transfer here", zh="此处没有该快递")
    mend = Text(
        en="'shuxin transfer list' shows those kept here", zh="用 shuxin transfer list 查看"
    )


class ChainDiffers(Conflict):
    code = "transfer_chain_differs"
    what = Text(
        en="this chain does not continue the one that is kept here", zh="该链与此处保存的链不一致"
    )
    mend = Text(
        en="Ask its sender for the whole chain; the two copies together prove who signed twice",
        zh="请向发送方索取完整的链；两份副本可共同证明谁签署了两次",
    )


@dataclass(frozen=True, slots=True)
class Archived:
    """One archived document with the newest verdict that this node made on it; ``verified_at`` None: none yet."""

    facts: DocumentFacts
    statement: Statement
    proof: dict[str, Any]
    added_at: datetime
    verified_at: datetime | None
    accepted: bool
    reasons: str


def archive_document(receipt: Receipt, *, subject: str, now: datetime) -> None:
    """Keep a receipt's signed facts and proof, without its salt. Raises AlreadyArchived."""
    try:
        with transaction.atomic():
            ArchivedDocument.objects.create(
                subject=subject,
                statement_hash=receipt.statement.hash,
                statement=receipt.statement.as_json(),
                proof=receipt.proof,
                added_at=now,
            )
    except IntegrityError as error:
        raise AlreadyArchived from error


def archive_of(subject: str) -> list[Archived]:
    """The documents of one party, newest issue first."""
    rows = list(ArchivedDocument.objects.filter(subject=subject))
    newest = _newest_verdicts([row.statement_hash for row in rows])
    found = [_archived(row, newest.get(row.statement_hash)) for row in rows]
    return sorted(found, key=lambda one: one.facts.issued_at, reverse=True)


def keep_chain(chain: Sequence[Statement], *, is_by: IsBy, log: OwnLog, now: datetime) -> Transfer:
    """Keep the new statements of a transfer, each logged without content.

    What is new must be of now by this node's own clock: a chain that timed out is not carried on with times
    set back. Raises TransferInvalid, StepOutOfTurn, ChainDiffers.
    """
    transfer = follow(chain, is_by=is_by)
    held = TransferStatement.objects.filter(order_hash=transfer.order_hash).order_by("turn")
    hashes = [row.statement_hash for row in held]
    if hashes != [statement.hash for statement in chain[: len(hashes)]]:
        raise ChainDiffers
    if len(hashes) < len(chain):
        require_current(transfer, now=now)
    try:
        with transaction.atomic():
            for turn in range(len(hashes), len(chain)):
                _keep_turn(chain[turn], turn, transfer, log=log, now=now)
    except IntegrityError as error:
        raise ChainDiffers from error
    return transfer


def chain_of(order_hash: str) -> list[Statement]:
    """Raises TransferUnknown."""
    rows = TransferStatement.objects.filter(order_hash=order_hash).order_by("turn")
    found = [statement_from(row.statement) for row in rows]
    if not found:
        raise TransferUnknown
    return found


def kept_orders() -> list[str]:
    """Hashes of the orders kept here, newest first."""
    rows = TransferStatement.objects.filter(turn=0).order_by("-kept_at", "-pk")
    return list(rows.values_list("order_hash", flat=True))


def _newest_verdicts(hashes: list[str]) -> dict[str, Verification]:
    rows = Verification.objects.filter(statement_hash__in=hashes).order_by("at", "pk")
    return {row.statement_hash: row for row in rows}


def _archived(row: ArchivedDocument, verdict: Verification | None) -> Archived:
    statement = statement_from(row.statement)
    return Archived(
        facts=DocumentFacts.read(statement.body),
        statement=statement,
        proof=row.proof,
        added_at=row.added_at,
        verified_at=verdict.at if verdict else None,
        accepted=bool(verdict and verdict.accepted),
        reasons=verdict.reasons if verdict else "",
    )


def _keep_turn(
    statement: Statement, turn: int, transfer: Transfer, *, log: OwnLog, now: datetime
) -> None:
    taken = read_step(statement) if statement.kind == STEP else None
    TransferStatement.objects.create(
        order_hash=transfer.order_hash,
        turn=turn,
        statement=statement.as_json(),
        statement_hash=statement.hash,
        kept_at=now,
    )
    entry = Entry(
        "transfer-step",
        now.replace(microsecond=0),
        taken.party if taken else transfer.order.person,
        {"step": taken.step.value if taken else "initiated", "purpose": transfer.order.purpose},
        (statement.hash,),
    )
    log.append(entry, now=now)
