r"""The tail of a log (日志尾部): entries not yet in full tiles, as one file that only grows. Pure.

::

    head   8 bytes "\x9eSXtail1", index of the first entry in 8 bytes, 16 bytes of check
    then, for each group of entries that was written in one go:
    group  8 bytes "\x9eSXgroup", index of its first entry in 8, number of entries in 4, length in 4, 16 of check,
           the entries as a C2SP bundle, 32 bytes of SHA-256 over all that
    mark   8 bytes "\x9eSXmark1", number of entries of the log in 8, 16 bytes of check

A mark is written once the group before it is durable, before the writer says so: what has no mark was never
acknowledged. The first byte of each never stands in an entry, whose bytes are ASCII, so that a mark is found behind
damage too. Checks are the head of SHA-256 over origin and the bytes before.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.ledger.tiles import bundle, split_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD, _GROUP, _MARK = b"\x9eSXtail1", b"\x9eSXgroup", b"\x9eSXmark1"
_CHECK_BYTES = 16
_DIGEST_BYTES = 32
HEAD_BYTES = MARK_BYTES = 8 + 8 + _CHECK_BYTES
_GROUP_BYTES = 8 + 8 + 4 + 4 + _CHECK_BYTES


@dataclass(frozen=True, slots=True)
class TailPart:
    """What was read from some offset of a tail on.

    ``end`` is the offset behind the last whole group or mark; ``marked`` says that it is a mark (or the head).
    ``group`` are the bytes of the last group when it has no mark.
    ``rest`` are the bytes behind it, and ``acknowledged_behind`` that a mark stands among them: then whole entries
    were damaged, and nothing may be cut.
    """

    entries: tuple[bytes, ...]
    end: int
    marked: bool
    group: bytes
    rest: bytes
    acknowledged_behind: bool

    @property
    def first_of_group(self) -> int:
        """Index of the first entry of ``group``; 0 when there is none."""
        return int.from_bytes(self.group[8:16], "big")


def tail_head(first: int, *, origin: str) -> bytes:
    return _checked(_HEAD + first.to_bytes(8, "big"), origin)


def tail_mark(size: int, *, origin: str) -> bytes:
    return _checked(_MARK + size.to_bytes(8, "big"), origin)


def tail_group(entries: Sequence[bytes], *, first: int, origin: str) -> bytes:
    content = bundle(entries)
    numbers = first.to_bytes(8, "big") + len(entries).to_bytes(4, "big")
    group = _checked(_GROUP + numbers + len(content).to_bytes(4, "big"), origin) + content
    return group + hashlib.sha256(group).digest()


def first_of(head: bytes, *, origin: str) -> int | None:
    """The index of the first entry, from the head; None when it is not a head of this log."""
    first = int.from_bytes(head[8:16], "big")
    return first if head == tail_head(first, origin=origin) else None


def read_tail(data: bytes, *, offset: int, size: int, origin: str) -> TailPart:
    """Read the bytes from ``offset`` of the tail on, where the log has ``size`` entries and a mark stands before."""
    entries: list[bytes] = []
    at, began, marked = 0, 0, True
    while at < len(data):
        if not marked and data[at : at + MARK_BYTES] == tail_mark(size, origin=origin):
            at, marked = at + MARK_BYTES, True
            continue
        group = _read_group(data, at, size, origin) if marked else None
        if group is None:
            break
        entries += group[0]
        began, at, size, marked = at, group[1], size + len(group[0]), False
    rest = data[at:]
    last = b"" if marked else data[began:at]
    return TailPart(tuple(entries), offset + at, marked, last, rest, _has_mark(rest, origin))


def is_unfinished(part: TailPart, *, size: int, origin: str) -> bool:
    """Whether the rest is the beginning of what a writer writes next, as a kill leaves it.

    ``size`` is the number of entries up to the rest.
    """
    if not part.marked:
        return tail_mark(size, origin=origin).startswith(part.rest)
    if len(part.rest) < _GROUP_BYTES:
        start = _GROUP + size.to_bytes(8, "big")
        length = min(len(part.rest), len(start))
        return part.rest[:length] == start[:length]
    found = _read_group_head(part.rest, 0, size, origin)
    return found is not None and len(part.rest) < found[1]


def _read_group(data: bytes, at: int, size: int, origin: str) -> tuple[list[bytes], int] | None:
    head = _read_group_head(data, at, size, origin)
    if head is None or head[1] > len(data):
        return None
    count, end = head
    body = data[at : end - _DIGEST_BYTES]
    if hashlib.sha256(body).digest() != data[end - _DIGEST_BYTES : end]:
        return None
    entries = split_bundle(body[_GROUP_BYTES:])
    return (entries, end) if entries is not None and len(entries) == count else None


def _read_group_head(data: bytes, at: int, size: int, origin: str) -> tuple[int, int] | None:
    """Number of entries, and offset of the group's end."""
    head = data[at : at + _GROUP_BYTES]
    start = _GROUP + size.to_bytes(8, "big")
    if not head.startswith(start) or head != _checked(head[:-_CHECK_BYTES], origin):
        return None
    count, length = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    return count, at + _GROUP_BYTES + length + _DIGEST_BYTES


def _has_mark(rest: bytes, origin: str) -> bool:
    at = rest.find(_MARK)
    while at >= 0:
        mark = rest[at : at + MARK_BYTES]
        if len(mark) == MARK_BYTES and mark == _checked(mark[:-_CHECK_BYTES], origin):
            return True
        at = rest.find(_MARK, at + 1)
    return False


def _checked(start: bytes, origin: str) -> bytes:
    return start + hashlib.sha256(origin.encode() + b"\n" + start).digest()[:_CHECK_BYTES]
