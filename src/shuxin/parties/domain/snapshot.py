"""The directory as a file: a signed, numbered head and the statements under it, one JSON text a line.

Statements stand in the order of their hashes, so the head's hash covers the set and reading needs no index.
The publisher orders and dates; it vouches for nothing: every reader judges the statements by its own anchors,
and keeps those that a later snapshot leaves out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.statements import Statement, parse_statement, sign_statement
from shuxin.kernel.text import Text
from shuxin.parties.domain.fields import Fields, moment_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import PublicKey, Signer

DIRECTORY = "directory"
LONGEST_LINE = 16 << 10
MOST_STATEMENTS = 5_000_000
_NAMES = frozenset({"number", "issued_at", "count", "statements", "previous"})


class SnapshotInvalid(InvalidInput):
    code = "directory_snapshot_invalid"
    what = Text(
        en="this directory file is not whole: {reason}, line {line}",
        zh="目录文件不完整：{reason}，第 {line} 行",
    )
    mend = Text(en="Fetch the file again from its publisher", zh="请向发布方重新获取该文件")


class SnapshotOlder(Conflict):
    code = "directory_snapshot_older"
    what = Text(
        en="this is directory number {number}, and number {held} or another of that number is held",
        zh="该目录编号为 {number}，已持有编号 {held} 或同号的另一份",
    )
    mend = Text(
        en="Ask the publisher for the newest; if it is this one, somebody rolled the directory back",
        zh="请向发布方索取最新目录；若确为最新，则目录曾被回退",
    )


@dataclass(frozen=True, slots=True)
class Head:
    """What the publisher signs about one snapshot (目录快照); ``previous`` is the hash of the head before."""

    number: int
    issued_at: dt.datetime
    count: int
    statements: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A head as signed, and the statements under it, read as they are asked for.

    They count only when all of them were read: the last step compares count and hash. Work in a
    transaction that a SnapshotInvalid rolls back.
    """

    head: Head
    signed: Statement
    statements: Iterator[Statement]


def sign_head(
    hashes: Sequence[str], *, previous: Head | None, now: dt.datetime, signer: Signer
) -> Statement:
    """The head of the next snapshot over these hashes, in ascending order."""
    body: dict[str, Json] = {
        "number": previous.number + 1 if previous else 1,
        "issued_at": moment_text(now),
        "count": len(hashes),
        "statements": hash_of(hashes),
        "previous": previous.hash if previous else "",
    }
    return sign_statement(DIRECTORY, body, signer=signer)


def write_snapshot(
    statements: Iterable[Statement], *, previous: Head | None, now: dt.datetime, signer: Signer
) -> Iterator[bytes]:
    """The lines of the next snapshot, the head first."""
    by_hash = dict(sorted((statement.hash, statement) for statement in statements))
    yield sign_head(list(by_hash), previous=previous, now=now, signer=signer).dump() + b"\n"
    for statement in by_hash.values():
        yield statement.dump() + b"\n"


def hash_of(hashes: Iterable[str]) -> str:
    """SHA-256 over the 32-byte hashes one after the other, in the order given."""
    digest = hashlib.sha256()
    for text in hashes:
        digest.update(bytes.fromhex(text))
    return digest.hexdigest()


def read_head(statement: Statement) -> Head:
    """Raises PartyStatementUnreadable."""
    fields = Fields(statement.body, names=_NAMES)
    return Head(
        number=fields.number("number"),
        issued_at=fields.moment("issued_at"),
        count=fields.number("count"),
        statements=fields.hex("statements", digits=64),
        previous=fields.hex_or_none("previous", digits=64),
        hash=statement.hash,
    )


def read_snapshot(lines: Iterable[bytes], *, publisher: PublicKey, held: Head | None) -> Snapshot:
    """Read line by line what ``publisher`` signed, newer than or the same as ``held``.

    The head is judged before a second line is read. Lines longer than ``LONGEST_LINE`` are
    refused; ``bounded_lines`` reads a file so that no longer one is ever in memory.

    Raises:
        SnapshotInvalid: a line, the order, the count or the hash is wrong, or another key signed;
            what is wrong beyond the head is found while the statements are read.
        SnapshotOlder: roll-back: an older number, or another snapshot of the same number.
        StatementInvalid, PartyStatementUnreadable: a line is no statement, or no head.
    """
    numbered = enumerate(lines, start=1)
    _, first = next(numbered, (1, b""))
    signed = parse_statement(_line(first, number=1), kind=DIRECTORY)
    head = read_head(signed)
    if not signed.signed_by(publisher):
        raise SnapshotInvalid(reason="signature", line=1)
    if head.count > MOST_STATEMENTS:
        raise SnapshotInvalid(reason="count", line=1)
    _check_newer(head, held=held)
    return Snapshot(head, signed, _statements(numbered, head=head))


def bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file, never reading more than ``LONGEST_LINE`` bytes and one at once."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line


def _check_newer(head: Head, *, held: Head | None) -> None:
    if held is None or head == held:
        return
    follows = head.number > held.number and head.issued_at >= held.issued_at
    is_next = head.number == held.number + 1
    if not follows or (is_next and head.previous != held.hash):
        raise SnapshotOlder(number=head.number, held=held.number)


def _statements(numbered: Iterable[tuple[int, bytes]], *, head: Head) -> Iterator[Statement]:
    digest, last, count, line = hashlib.sha256(), "", 0, 1
    for line, data in numbered:
        statement = parse_statement(_line(data, number=line))
        count += 1
        if statement.hash <= last or count > head.count:
            raise SnapshotInvalid(reason="order" if count <= head.count else "count", line=line)
        last = statement.hash
        digest.update(bytes.fromhex(last))
        yield statement
    if count != head.count or digest.hexdigest() != head.statements:
        raise SnapshotInvalid(reason="hash" if count == head.count else "count", line=line)


def _line(data: bytes, *, number: int) -> bytes:
    if len(data) > LONGEST_LINE or not data.endswith(b"\n"):
        raise SnapshotInvalid(reason="length", line=number)
    return data
