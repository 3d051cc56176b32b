"""The durable line of one job at one party (持久通信): a program that is run again after a kill sees the same bytes.

All of it lies in one folder of the node: ``once/``, ``outbox/<peer>/``, ``inbox/<peer>/``.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shuxin.federation.engine import journal
from shuxin.federation.engine.erasing import was_erased
from shuxin.federation.engine.inbox import Inbox
from shuxin.federation.engine.journal import explained
from shuxin.federation.engine.outbox import Outbox
from shuxin.kernel.errors import Conflict, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from shuxin.federation.engine.channel import Declared
    from shuxin.federation.engine.journal import Kept

POLL_SECONDS = 0.05
"""How often a wait looks whether the job has ended; what arrives wakes it at once."""
REACHED_SECONDS = 60.0
"""A peer that was heard of within this time counts as reachable."""
_LONGEST_ONCE = 1 << 34
_NAME = re.compile(r"[a-z0-9][a-z0-9./-]{0,79}")


class PeerSilent(Unavailable):
    code = "peer_silent"
    what = Text(
        en="{party} can be reached, but '{name}' did not move for {seconds} s",
        zh="可以联系到 {party}，但消息“{name}”已 {seconds} 秒没有进展",
    )
    mend = Text(
        en="Ask the people there what their node does; run the job again with more time to wait",
        zh="请向对方询问其节点状态；可用更长的等待时间重新运行任务",
    )


class PeerGone(PeerSilent):
    code = "peer_gone"
    what = Text(
        en="{party} was not reached; '{name}' did not move for {seconds} s",
        zh="未能联系到 {party}；消息“{name}”已 {seconds} 秒没有进展",
    )
    mend = Text(
        en="See that its node runs and that the network lets this node and that one meet, then run the job again",
        zh="请确认对方节点正在运行且双方网络互通，然后重新运行任务",
    )


class JobEnded(Conflict):
    code = "job_ended"
    what = Text(en="the job has ended ({reason})", zh="任务已结束（{reason}）")
    mend = Text(
        en="Nothing more is sent or read; propose a new job if it is still wanted",
        zh="不再发送或读取任何内容；如仍需要，请提出新任务",
    )


class Line:
    """A Channel, and what the server and the pumps of the same job work on. Close it before opening it again."""

    def __init__(
        self,
        folder: Path,
        *,
        party: str,
        declared: Sequence[Declared],
        wait_seconds: float,
        ended: Callable[[], str | None],
        say: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take up where the folder is. Raises LineHeld, LineUnwritable, JobEnded (its secrets were erased).

        declared: every message of the job, of all parties. ended: why the job ended here, asked up to 20 times a
        second. say: told whom the program waits for.
        """
        if not all(_NAME.fullmatch(one.name) for one in declared):
            raise ValueError("a message's name is small letters, digits and . / -")
        self.folder, self.party = folder, party
        self._wait_seconds, self._ended, self._say = wait_seconds, ended, say
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._making = threading.RLock()
        self._declared = {(one.sender, one.receiver, one.name): one.most_bytes for one in declared}
        self._moved: dict[tuple[str, str], float] = {}
        self._heard: dict[str, float] = {}
        self._awaited: Counter[str] = Counter()
        self._halted = False
        self._doubtful: set[Path] = set()  # of once/: named, but the folder's sync failed
        with explained():
            journal.make_folder(folder)
            self._lock = journal.hold(folder)
            try:
                self._take_up(declared)
            except BaseException:
                self.close()
                raise

    def _take_up(self, declared: Sequence[Declared]) -> None:
        if was_erased(self.folder):
            raise JobEnded(reason="erased")
        journal.make_folder(self.folder / "once")
        journal.sync(self.folder / "once")
        to_me = [one for one in declared if one.receiver == self.party]
        self.inbox = Inbox(self.folder / "inbox", declared=to_me, heard=self.heard, came=self._came)
        peers = sorted({one.receiver for one in declared if one.sender == self.party})
        self._outboxes = {
            one: Outbox(self.folder / "outbox" / journal.peer_folder(one), changed=self._changed)
            for one in peers
        }

    def close(self) -> None:
        """Let another open the folder, once no server and no pump uses this one; nothing is lost."""
        os.close(self._lock)

    @property
    def receivers(self) -> tuple[str, ...]:
        """Parties that this one may send to; each has a pump."""
        return tuple(self._outboxes)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """See Channel. ``name`` is any text; it is not shown anywhere. Raises LineUnwritable, JobEnded."""
        path = self.folder / "once" / hashlib.sha256(name.encode()).hexdigest()
        with self._making:
            if path in self._doubtful or not path.exists():
                self._go_on()
                if was_erased(self.folder):
                    raise JobEnded(reason="erased")
                made = make()
                with explained():
                    aside = path.with_name("aside")
                    journal.write_aside(aside, [made], most=_LONGEST_ONCE)
                    self._doubtful.add(path)
                    journal.name_it(aside, path)
                    self._doubtful.discard(path)
            with explained():
                return path.read_bytes()

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        """See Channel. Raises ValueError when it is not declared or too long, LineUnwritable, JobEnded."""
        most = self._most(self.party, to, name)
        self._go_on()
        self._outboxes[to].keep(name, parts, most=most)

    def receive(self, sender: str, name: str) -> Kept:
        """See Channel. Raises ValueError when it is not declared, PeerSilent or PeerGone, JobEnded."""
        self._most(sender, self.party, name)
        self._go_on()
        kept = self.inbox.kept(sender, name)
        if kept is not None:
            return kept
        self._say(f"waiting for {sender}: {name}")
        began = self._monotonic()
        with self._awaits(sender):
            while (kept := self.inbox.kept(sender, name)) is None:
                self._go_on()
                self._be_patient(sender, name, began=began)
                with self._changed:
                    if self.inbox.kept(sender, name) is None:
                        self._changed.wait(POLL_SECONDS)
        return kept

    def settle(self) -> None:
        """Wait until the peers have all that was sent. Raises PeerSilent or PeerGone, JobEnded."""
        began = self._monotonic()
        for to, outbox in self._outboxes.items():
            with self._awaits(to):
                while (first := outbox.first()) is not None:
                    self._go_on()
                    self._be_patient(to, first.name, began=began)
                    with self._changed:
                        if outbox.first() is first:
                            self._changed.wait(POLL_SECONDS)

    def outbox(self, to: str) -> Outbox:
        """For the pump of this peer."""
        return self._outboxes[to]

    def sent(self, to: str) -> Mapping[str, Kept]:
        """Every message that was sent to a party, delivered or not."""
        return self._outboxes[to].messages() if to in self._outboxes else {}

    def received(self, sender: str) -> Mapping[str, Kept]:
        """Every whole message of a party."""
        return self.inbox.kept_of(sender)

    def heard(self, peer: str) -> None:
        """Note that the peer could be reached just now."""
        self._heard[peer] = self._monotonic()

    def moved(self, peer: str, name: str) -> None:
        """Note that a message to or from the peer made progress just now."""
        self._moved[peer, name] = self._monotonic()

    def awaits(self, peer: str) -> bool:
        """Whether the program waits for this peer now."""
        return self._awaited[peer] > 0

    @property
    def halted(self) -> bool:
        return self._halted

    def halt(self) -> None:
        """Nothing more goes out, whatever the program does until it sees the end; from any thread."""
        self._halted = True
        self.wake()

    def wake(self) -> None:
        """Let every wait on this line look again."""
        with self._changed:
            self._changed.notify_all()

    def _came(self, peer: str, name: str) -> None:
        self.moved(peer, name)
        self.wake()

    @contextmanager
    def _awaits(self, peer: str) -> Iterator[None]:
        self._awaited[peer] += 1
        try:
            yield
        finally:
            self._awaited[peer] -= 1

    def _go_on(self) -> None:
        reason = self._ended()
        if reason is not None:
            raise JobEnded(reason=reason)

    def _be_patient(self, peer: str, name: str, *, began: float) -> None:
        now = self._monotonic()
        if now - max(began, self._moved.get((peer, name), began)) < self._wait_seconds:
            return
        reached = now - self._heard.get(peer, -REACHED_SECONDS) < REACHED_SECONDS
        raised = PeerSilent if reached else PeerGone
        raise raised(party=peer, name=name, seconds=self._wait_seconds)

    def _most(self, sender: str, receiver: str, name: str) -> int:
        most = self._declared.get((sender, receiver, name))
        if most is None:
            raise ValueError(f"the job does not declare {name!r} from {sender} to {receiver}")
        return most
