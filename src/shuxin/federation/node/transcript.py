"""What this party received in a job (通信记录): every message in words, and a search over their bytes.

Bytes are there while a job runs, and afterwards where the node records (``record = true``); of other jobs only
lengths and hashes remain.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.domain.meanings import meaning_of
from shuxin.federation.engine.journal import parts_of, peer_of
from shuxin.federation.node.book import record_of
from shuxin.federation.node.progress import messages_of
from shuxin.federation.node.spellings import spellings_of
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.federation.domain.meanings import Rule
    from shuxin.federation.node.services import NodeServices
    from shuxin.federation.node.spellings import Spelling

SHOWN_BYTES = 512
MOST_HITS = 50
"""That are listed; all are counted."""
MOST_BYTES = 4 << 30
"""Searched at once."""


class TranscriptMissing(NotFound):
    code = "transcript_missing"
    what = Text(
        en="the bytes of this job's messages are not kept here", zh="本节点未保留该任务的消息内容"
    )
    mend = Text(
        en="Messages are kept while a job runs, and afterwards where node.toml says record = true",
        zh="任务运行期间保留消息；如需在结束后保留，请在 node.toml 中设置 record = true",
    )


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message that came (收到的消息). meaning: None for one of a later program. file: None where not kept."""

    sender: str
    name: str
    size: int
    sha256: str
    meaning: Rule | None
    file: Path | None


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a spelling stands in a message: its first byte from 0."""

    message: Message
    spelling: Spelling
    at: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to (查找结果).

    by_chance: how many hits to expect in as many random bytes. hits: the first ones; total: how many there are.
    """

    spellings: tuple[Spelling, ...]
    messages: int
    size: int
    by_chance: float
    hits: tuple[Hit, ...]
    total: int


def received(job_id: str, *, services: NodeServices) -> tuple[Message, ...]:
    """All whole messages, by sender and name. Raises JobUnknown."""
    record_of(job_id)
    kept = _files(services.job_folder(job_id))
    rows = messages_of(job_id, services=services)
    return tuple(
        Message(peer, name, size, digest, meaning_of(name), kept.get((peer, name)))
        for (way, peer, name), (size, digest) in sorted(rows.items())
        if way == "received"
    )


def content_of(job_id: str, *, sender: str, name: str, services: NodeServices) -> bytes:
    """A kept message. Raises JobUnknown, TranscriptMissing."""
    record_of(job_id)
    file = _files(services.job_folder(job_id)).get((sender, name))
    if file is None:
        raise TranscriptMissing
    return file.read_bytes()


def find_value(job_id: str, value: str, *, services: NodeServices) -> Found:
    """Look for a value in every way it may be spelled, in every message that came.

    Raises JobUnknown, TranscriptMissing, ValueUnsearchable.
    """
    spellings = spellings_of(value)
    there = [one for one in received(job_id, services=services) if one.file is not None]
    if not there:
        raise TranscriptMissing
    hits: list[Hit] = []
    size = total = 0
    by_chance = 0.0
    for message in there:
        if size + message.size > MOST_BYTES:
            break
        size += message.size
        by_chance += sum(one.by_chance(message.size) for one in spellings)
        for hit in _hits(message, spellings):
            total += 1
            if len(hits) < MOST_HITS:
                hits.append(hit)
    return Found(spellings, len(there), size, by_chance, tuple(hits), total)


def _hits(message: Message, spellings: tuple[Spelling, ...]) -> Iterator[Hit]:
    if message.file is None or not message.size:
        return
    with (
        message.file.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        for spelling in spellings:
            at = content.find(spelling.content)
            while at >= 0:
                yield Hit(message, spelling, at)
                at = content.find(spelling.content, at + 1)


def _files(folder: Path) -> dict[tuple[str, str], Path]:
    """Whole messages of an inbox, by sender and name."""
    found = {}
    for path in folder.glob("inbox/*/kept~*"):
        _, name, _ = parts_of(path.name)
        found[peer_of(path.parent.name), name] = path
    return found
