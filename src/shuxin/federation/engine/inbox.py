"""What peers send of one job (收件箱): parts are taken in their order, each once; anything else changes nothing.

A file's name says all that is known of it, so one rename is the whole record::

    inbox/<peer>/part~<name>~<whole>~<total>~<durable parts>     what follows them is written again
    inbox/<peer>/kept~<name>~<whole>                             complete, checked, durable
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.federation.engine import journal
from shuxin.federation.engine.channel import PART_BYTES
from shuxin.federation.engine.journal import Kept, explained, file_name, parts_of
from shuxin.federation.wire.messages import Taken
from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from shuxin.federation.engine.channel import Declared
    from shuxin.federation.wire.messages import Part, Where

SYNC_EVERY = 16
"""Parts after which what came is made durable."""

_NOTHING_CHANGED = Text(
    en="Nothing was changed; the sender's program is not the one that the parties agreed on",
    zh="未作任何改动；发送方所用程序与各方约定的不一致",
)


class MessageUndeclared(NotPermitted):
    code = "message_undeclared"
    what = Text(
        en="this job declares no message '{name}' from {party}",
        zh="该任务未声明来自 {party} 的消息“{name}”",
    )
    mend = _NOTHING_CHANGED


class MessageBeyondDeclared(InvalidInput):
    code = "message_longer_than_declared"
    what = Text(
        en="message '{name}' is longer than the {most} bytes that the job declares",
        zh="消息“{name}”超过任务声明的 {most} 字节",
    )
    mend = _NOTHING_CHANGED


class PartDamaged(InvalidInput):
    code = "part_damaged"
    what = Text(
        en="a part of message '{name}' does not have the length or the digest that it says",
        zh="消息“{name}”的一个分片与其所称的长度或摘要不符",
    )
    mend = _NOTHING_CHANGED


class MessageDiffers(Conflict):
    code = "message_differs"
    what = Text(
        en="message '{name}' is not the one that was begun or kept before, or not the one its digest says",
        zh="消息“{name}”与此前已接收的不同，或与其摘要不符",
    )
    mend = Text(
        en="A node sends the same bytes again after a restart; look whether its folder was restored or lost",
        zh="节点重启后应重发相同内容；请检查该节点目录是否被恢复或丢失",
    )


class PartOutOfOrder(Conflict):
    code = "part_out_of_order"
    what = Text(
        en="a part of message '{name}' came before those in front of it",
        zh="消息“{name}”的分片先于其前面的分片到达",
    )
    mend = Text(
        en="Ask how far the message has come, and go on from there",
        zh="请查询该消息的接收进度，并从该处继续",
    )


@dataclass(slots=True)
class _Arriving:
    """A message of which some parts came; ``durable`` of them would survive a loss of power."""

    name: str
    whole: bytes
    total: int
    taken: int = 0
    durable: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    @property
    def parts(self) -> int:
        return parts_in(self.total)

    @property
    def file(self) -> str:
        return file_name("part", self.name, self.whole.hex(), str(self.total), str(self.durable))


def parts_in(total: int) -> int:
    """How many parts a message of ``total`` bytes has; an empty one has one."""
    return max(1, -(-total // PART_BYTES))


class _Box:
    """The messages of one peer. Not for two threads at once: ``lock`` is held around every call."""

    def __init__(self, folder: Path) -> None:
        self.lock = threading.Lock()
        self.kept: dict[str, Kept] = {}
        self._folder = folder
        self._arriving: dict[str, _Arriving] = {}
        self._doubtful: set[str] = set()
        journal.make_folder(folder)
        for path in sorted(folder.iterdir()):
            self._load(path)
        journal.sync(folder)

    def take(self, part: Part) -> tuple[Taken, bool]:
        """What is kept of the message now, and whether this part was a new one."""
        self._settle(part.name)
        if part.name in self.kept:
            return self._again(part), False
        arriving = self._arriving.get(part.name) or _Arriving(part.name, part.whole, part.total)
        if (arriving.whole, arriving.total) != (part.whole, part.total):
            raise MessageDiffers(name=part.name)
        if part.number > arriving.taken:
            raise PartOutOfOrder(name=part.name)
        if part.number < arriving.taken:
            self._same(self._folder / arriving.file, part)
            return Taken(arriving.durable, complete=False), False
        try:
            return self._append(part, arriving), True
        except OSError:
            self._doubtful.add(part.name)
            raise

    def where(self, name: str, whole: bytes) -> Taken:
        self._settle(name)
        kept, arriving = self.kept.get(name), self._arriving.get(name)
        known = kept.sha256 if kept else arriving.whole if arriving else whole
        if known != whole:
            raise MessageDiffers(name=name)
        if kept:
            return Taken(parts_in(kept.size), complete=True)
        if arriving is None:
            return Taken(0, complete=False)
        try:
            self._mark(arriving)
        except OSError:
            self._doubtful.add(name)
            raise
        return Taken(arriving.durable, complete=False)

    def _again(self, part: Part) -> Taken:
        """A part of a message that is complete."""
        kept = self.kept[part.name]
        if (kept.sha256, kept.size) != (part.whole, part.total):
            raise MessageDiffers(name=part.name)
        self._same(kept.path, part)
        return Taken(parts_in(kept.size), complete=True)

    def _same(self, path: Path, part: Part) -> None:
        at = part.number * PART_BYTES
        if journal.read_at(path, at=at, size=len(part.data)) != part.data:
            raise MessageDiffers(name=part.name)

    def _append(self, part: Part, arriving: _Arriving) -> Taken:
        path = self._folder / arriving.file
        journal.write_at(path, part.data, at=part.number * PART_BYTES)
        arriving.digest.update(part.data)
        arriving.taken += 1
        self._arriving[part.name] = arriving
        if arriving.taken == arriving.parts:
            return self._finish(arriving, path)
        if arriving.taken - arriving.durable >= SYNC_EVERY:
            self._mark(arriving)
        return Taken(arriving.durable, complete=False)

    def _finish(self, arriving: _Arriving, path: Path) -> Taken:
        if arriving.digest.digest() != arriving.whole:
            journal.drop(path)
            del self._arriving[arriving.name]
            raise MessageDiffers(name=arriving.name)
        journal.sync(path)
        target = self._folder / file_name("kept", arriving.name, arriving.whole.hex())
        journal.name_it(path, target)
        del self._arriving[arriving.name]
        self.kept[arriving.name] = Kept(target, arriving.total, arriving.whole)
        return Taken(arriving.parts, complete=True)

    def _mark(self, arriving: _Arriving) -> None:
        """Make durable what came, and say so in the file's name."""
        if arriving.taken == arriving.durable:
            return
        old = self._folder / arriving.file
        journal.sync(old)
        marked = file_name(
            "part", arriving.name, arriving.whole.hex(), str(arriving.total), str(arriving.taken)
        )
        journal.name_it(old, self._folder / marked)
        arriving.durable = arriving.taken

    def _settle(self, name: str) -> None:
        """After a write that failed, believe only what the disk says."""
        if name not in self._doubtful:
            return
        self._arriving.pop(name, None)
        for path in sorted(self._folder.iterdir()):
            if parts_of(path.name)[1] == name:
                self._load(path)
        journal.sync(self._folder)
        self._doubtful.discard(name)

    def _load(self, path: Path) -> None:
        state, name, whole, *rest = parts_of(path.name)
        if state == "kept":
            self.kept[name] = Kept(path, path.stat().st_size, bytes.fromhex(whole))
        elif rest[1] == "0":
            journal.drop(path)
        else:
            total, durable = map(int, rest)
            arriving = _Arriving(name, bytes.fromhex(whole), total, durable, durable)
            for number in range(durable):
                at = number * PART_BYTES
                arriving.digest.update(journal.read_at(path, at=at, size=PART_BYTES))
            self._arriving[name] = arriving


class Inbox:
    """What peers may send, and what they sent; called from the threads of the server."""

    def __init__(
        self,
        folder: Path,
        *,
        declared: Sequence[Declared],
        heard: Callable[[str], None],
        came: Callable[[str, str], None],
    ) -> None:
        """Take up what is in ``folder``. ``declared``: messages to this party only.

        heard: called as ``heard(peer)`` when a peer asked anything that it may. came: as ``came(peer, name)``
        after a new part of a message was taken.
        """
        self._most = {(one.sender, one.name): one.most_bytes for one in declared}
        senders = sorted({one.sender for one in declared})
        self._heard, self._came = heard, came
        self._boxes = {one: _Box(folder / journal.peer_folder(one)) for one in senders}

    def take_part(self, peer: str, part: Part) -> Taken:
        """Take the next part, or see that one came before. Durable when ``complete``.

        Raises MessageUndeclared, MessageBeyondDeclared, PartDamaged, MessageDiffers, PartOutOfOrder, LineUnwritable;
        nothing is changed then, but that a whole message with a wrong digest is dropped.
        """
        most = self._declared(peer, part.name)
        if part.total > most:
            raise MessageBeyondDeclared(name=part.name, most=most)
        if not _is_sound(part):
            raise PartDamaged(name=part.name)
        box = self._boxes[peer]
        with box.lock, explained():
            taken, fresh = box.take(part)
        self._heard(peer)
        if fresh:
            self._came(peer, part.name)
        return taken

    def where(self, peer: str, where: Where) -> Taken:
        """Raises MessageUndeclared, MessageDiffers, LineUnwritable."""
        self._declared(peer, where.name)
        self._heard(peer)
        box = self._boxes[peer]
        with box.lock, explained():
            return box.where(where.name, where.whole)

    def kept(self, peer: str, name: str) -> Kept | None:
        """A whole message."""
        return self._boxes[peer].kept.get(name)

    def kept_of(self, peer: str) -> Mapping[str, Kept]:
        """Every whole message of a peer."""
        box = self._boxes.get(peer)
        return {} if box is None else dict(box.kept)

    def _declared(self, peer: str, name: str) -> int:
        most = self._most.get((peer, name))
        if most is None:
            raise MessageUndeclared(name=name, party=peer)
        return most


def _is_sound(part: Part) -> bool:
    """Whether its length is the one for its place, and its digest that of its bytes."""
    if part.number >= parts_in(part.total):
        return False
    if len(part.data) != min(PART_BYTES, part.total - part.number * PART_BYTES):
        return False
    return hashlib.sha256(part.data).digest() == part.digest
