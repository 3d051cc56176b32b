"""The directory goes out as a numbered file, and comes in from a publisher that this holder has pinned."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.statements import parse_statement
from shuxin.parties.domain.snapshot import DIRECTORY, hash_of, read_head, read_snapshot, sign_head
from shuxin.parties.journal import noted
from shuxin.parties.keeping import keep_received, kept_as, kept_hashes
from shuxin.parties.models import DirectoryHeadRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from shuxin.kernel.signing import PublicKey, Signer
    from shuxin.kernel.statements import Statement
    from shuxin.parties.domain.snapshot import Head
    from shuxin.parties.journal import Journal


def publish_directory(
    *, signer: Signer, by: str, journal: Journal, now: dt.datetime
) -> tuple[Head, Iterator[bytes]]:
    """The next snapshot of everything kept: its head and its lines; numbered once, logged."""
    publisher = signer.public.key_id
    with transaction.atomic():
        previous = newest_head(publisher=publisher)
        hashes = kept_hashes()
        signed = sign_head(hashes, previous=previous, now=now, signer=signer)
        head = read_head(signed)
        _keep_head(signed, head=head, publisher=publisher, by=by, journal=journal, now=now)
    return head, (statement.dump() + b"\n" for statement in chain([signed], kept_as(hashes)))


def current_directory(
    *, signer: Signer, by: str, journal: Journal, now: dt.datetime
) -> tuple[Head, Iterator[bytes]]:
    """The newest snapshot when it still says all that is kept, else the next one: its head and its lines."""
    publisher = signer.public.key_id
    row = DirectoryHeadRow.objects.filter(publisher=publisher).order_by("-number").first()
    hashes = kept_hashes()
    if row is not None:
        signed = parse_statement(row.content, kind=DIRECTORY)
        head = read_head(signed)
        if (head.count, head.statements) == (len(hashes), hash_of(hashes)):
            return head, (one.dump() + b"\n" for one in chain([signed], kept_as(hashes)))
    return publish_directory(signer=signer, by=by, journal=journal, now=now)


def receive_directory(
    lines: Iterable[bytes], *, publisher: PublicKey, by: str, journal: Journal, now: dt.datetime
) -> tuple[Head, int]:
    """Take in a snapshot; returns its head and how many statements are new. What is held is never dropped.

    Raises SnapshotInvalid, SnapshotOlder, StatementInvalid, PartyStatementUnreadable.
    """
    held = newest_head(publisher=publisher.key_id)
    snapshot = read_snapshot(lines, publisher=publisher, held=held)
    with transaction.atomic():
        new = keep_received(snapshot.statements, now=now)
        if snapshot.head != held:
            _keep_head(
                snapshot.signed,
                head=snapshot.head,
                publisher=publisher.key_id,
                by=by,
                journal=journal,
                now=now,
            )
    return snapshot.head, new


def newest_head(*, publisher: str) -> Head | None:
    row = DirectoryHeadRow.objects.filter(publisher=publisher).order_by("-number").first()
    return read_head(parse_statement(row.content, kind=DIRECTORY)) if row else None


def _keep_head(
    signed: Statement, *, head: Head, publisher: str, by: str, journal: Journal, now: dt.datetime
) -> None:
    DirectoryHeadRow.objects.create(
        publisher=publisher, number=head.number, content=signed.dump().decode(), kept_at=now
    )
    facts: dict[str, str | int] = {
        "publisher": publisher,
        "number": head.number,
        "head": head.hash,
    }
    journal(noted("directory", by=by, now=now, facts=facts))
