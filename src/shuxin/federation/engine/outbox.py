"""What this party sends to one peer (发件箱): kept whole and durable before anything of it goes out.

::

    outbox/<peer>/wait~<number>~<name>~<whole>     to be delivered, in the order of the numbers
    outbox/<peer>/sent~<number>~<name>~<whole>     the peer said that it has all of it
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.federation.engine import journal
from shuxin.federation.engine.journal import Kept, explained, file_name, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

_ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way; ``fresh`` when nothing of it can have gone out before."""

    number: int
    name: str
    kept: Kept
    fresh: bool


class Outbox:
    """One writer (the program) and one reader (the pump of this peer)."""

    def __init__(self, folder: Path, *, changed: threading.Condition) -> None:
        self._folder = folder
        self._changed = changed
        self._writing = threading.Lock()
        self._messages: dict[str, Kept] = {}
        self._waiting: deque[Outgoing] = deque()
        self._last: Outgoing | None = None
        self._numbers = 0
        journal.make_folder(folder)
        journal.drop(folder / _ASIDE)
        for path in sorted(folder.iterdir(), key=lambda path: parts_of(path.name)[1]):
            self._load(path)
        journal.sync(folder)

    def keep(
        self, name: str, parts: Callable[[], Iterable[bytes | memoryview]], *, most: int
    ) -> None:
        """Keep a message and let it go; one that is kept already stays as it is. Raises LineUnwritable, ValueError."""
        with self._writing:
            if name in self._messages:
                return
            outgoing = self._written(name, parts(), most=most)
        with self._changed:
            self._messages[name] = outgoing.kept
            self._waiting.append(outgoing)
            self._changed.notify_all()

    def first(self) -> Outgoing | None:
        """What is to be delivered now."""
        with self._changed:
            return self._waiting[0] if self._waiting else None

    def wait(self, seconds: float, *, unless: Callable[[], bool]) -> None:
        """Until there is something to deliver, so many seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or unless(), timeout=seconds)

    @property
    def last(self) -> Outgoing | None:
        """What was delivered last."""
        return self._last

    def delivered(self, outgoing: Outgoing) -> None:
        """The peer has all of it. Should the new name be lost, it is just asked again."""
        old = outgoing.kept.path
        path = old.with_name("sent" + old.name.removeprefix("wait"))
        with explained():
            journal.rename(old, path)
        kept = replace(outgoing.kept, path=path)
        with self._changed:
            self._waiting.popleft()
            self._messages[outgoing.name] = kept
            self._last = replace(outgoing, kept=kept)
            self._changed.notify_all()

    def messages(self) -> Mapping[str, Kept]:
        """Every message that was kept, by name."""
        with self._changed:
            return dict(self._messages)

    def _written(self, name: str, pieces: Iterable[bytes | memoryview], *, most: int) -> Outgoing:
        aside, number = self._folder / _ASIDE, self._numbers
        target = aside
        try:
            with explained():
                made = journal.write_aside(aside, pieces, most=most)
                target = self._folder / file_name("wait", f"{number:08}", name, made.sha256.hex())
                journal.name_it(aside, target)
        except Exception:
            with explained():
                journal.drop(aside)
                journal.drop(target)
            raise
        self._numbers += 1
        return Outgoing(number, name, replace(made, path=target), fresh=True)

    def _load(self, path: Path) -> None:
        state, number, name, whole = parts_of(path.name)
        kept = Kept(path, path.stat().st_size, bytes.fromhex(whole))
        outgoing = Outgoing(int(number), name, kept, fresh=False)
        self._messages[name] = kept
        self._numbers = int(number) + 1
        if state == "wait":
            self._waiting.append(outgoing)
        else:
            self._last = outgoing


def in_one_piece(content: bytes) -> Callable[[], list[bytes]]:
    """A small message, as ``send`` asks for it."""
    return lambda: [content]
