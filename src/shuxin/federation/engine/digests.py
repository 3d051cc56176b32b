"""Transcript digests (通信摘要): last of all, both ends of every pair show that they saw the same bytes.

The digest of one direction is a SHA-256 chain over its messages sorted by name, ``digest`` itself left out::

    h0 = SHA-256("shuxin/transcript/v1|<job>|<sender>|<receiver>")
    h' = SHA-256(h | length of name, 8 bytes | name | length of message, 8 bytes | SHA-256 of message)

Each party sends the digest of what it sent. Messages arrive in their order, so when this one has come, all have.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Literal

from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.inbox import MessageDiffers, MessageUndeclared, parts_in
from shuxin.federation.engine.journal import parts_of, peer_of
from shuxin.federation.engine.outbox import in_one_piece
from shuxin.federation.wire.messages import Taken
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.line import Line
    from shuxin.federation.wire.messages import Part, Where

DIGEST = "digest"
_DIGEST_BYTES = 32
Direction = Literal["sent", "received"]
Summary = dict[tuple[Direction, str, str], tuple[int, str]]
"""(direction, peer, name) -> (bytes, SHA-256 as 64 hexadecimal digits)."""


class TranscriptsDiffer(Conflict):
    code = "transcripts_differ"
    what = Text(
        en="{party} says that it sent other messages than those that arrived here",
        zh="{party} 所称发送的消息与本节点收到的不一致",
    )
    mend = Text(
        en="Do not use the results; compare both nodes' archived hashes of this job, message by message",
        zh="请勿使用结果；请逐条比对双方节点存档的该任务消息摘要",
    )


def digest_messages(job: Job) -> tuple[Declared, ...]:
    """One of every party to every other."""
    parties = [seat.party for seat in job.parties]
    return tuple(
        Declared(DIGEST, one, other, _DIGEST_BYTES)
        for one in parties
        for other in parties
        if one != other
    )


def compare(line: Line, *, job: Job, job_id: str) -> dict[str, str]:
    """The last exchange of a job: by peer, the digest of both directions (64 hexadecimal digits, the same there).

    Raises TranscriptsDiffer, and what the line raises.
    """
    me = line.party
    peers = [seat.party for seat in job.parties if seat.party != me]
    sent = {peer: _chain(_sent(line, peer), job_id, me, peer) for peer in peers}
    for peer in peers:
        line.send(peer, DIGEST, in_one_piece(sent[peer]))
    return {peer: _agreed(line, job_id, peer, sent[peer]) for peer in peers}


def summary(folder: Path) -> Summary:
    """Every whole message of a job's folder, for the archive."""
    found: Summary = {}
    for path in sorted(folder.glob("outbox/*/*~*")):
        _, _, name, whole = parts_of(path.name)
        found["sent", peer_of(path.parent.name), name] = (path.stat().st_size, whole)
    for path in sorted(folder.glob("inbox/*/kept~*")):
        _, name, whole = parts_of(path.name)
        found["received", peer_of(path.parent.name), name] = (path.stat().st_size, whole)
    return found


def dump_summary(found: Summary) -> bytes:
    """As JSON lines, sorted."""
    rows = sorted([*key, size, whole] for key, (size, whole) in found.items())
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def load_summary(content: bytes) -> Summary:
    """What ``dump_summary`` wrote."""
    rows = [json.loads(line) for line in content.splitlines()]
    return {(way, peer, name): (size, whole) for way, peer, name, size, whole in rows}


def taken_after_end(found: Summary, *, peer: str, asked: Part | Where) -> Taken:
    """What to answer when a job is done here and a peer, killed before it heard so, still delivers.

    Raises MessageUndeclared, MessageDiffers.
    """
    size, whole = found.get(("received", peer, asked.name), (0, ""))
    if not whole:
        raise MessageUndeclared(name=asked.name, party=peer)
    if asked.whole.hex() != whole:
        raise MessageDiffers(name=asked.name)
    return Taken(parts_in(size), complete=True)


def _agreed(line: Line, job_id: str, peer: str, sent: bytes) -> str:
    claimed = line.receive(peer, DIGEST).read()
    came = {name: (kept.size, kept.sha256) for name, kept in line.received(peer).items()}
    if claimed != _chain(came, job_id, peer, line.party):
        raise TranscriptsDiffer(party=peer)
    both = {line.party: sent, peer: claimed}
    return hashlib.sha256(b"".join(both[one] for one in sorted(both))).hexdigest()


def _sent(line: Line, peer: str) -> dict[str, tuple[int, bytes]]:
    return {name: (kept.size, kept.sha256) for name, kept in line.sent(peer).items()}


def _chain(
    messages: Mapping[str, tuple[int, bytes]], job_id: str, sender: str, receiver: str
) -> bytes:
    chain = hashlib.sha256(f"shuxin/transcript/v1|{job_id}|{sender}|{receiver}".encode()).digest()
    for name in sorted(messages):
        if name != DIGEST:
            size, whole = messages[name]
            said = len(name).to_bytes(8) + name.encode() + size.to_bytes(8) + whole
            chain = hashlib.sha256(chain + said).digest()
    return chain
