"""Delivers one peer's outbox (投递): in its order, one part in flight, again and again until the peer has it."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from typing import TYPE_CHECKING, Protocol

from shuxin.federation.engine import journal
from shuxin.federation.engine.channel import PART_BYTES
from shuxin.federation.engine.inbox import PartOutOfOrder, parts_in
from shuxin.federation.engine.journal import explained
from shuxin.federation.wire.client import PeerRefused
from shuxin.federation.wire.messages import Part, Where
from shuxin.kernel.errors import Conflict, ShuxinError, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.federation.engine.line import Line
    from shuxin.federation.engine.outbox import Outgoing
    from shuxin.federation.wire.messages import Taken

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
PROBE_SECONDS = 10.0
"""How often a peer that is waited for, and has nothing to get, is asked whether it is there."""
_IDLE_SECONDS = 1.0


class PeerAnswerWrong(Conflict):
    code = "peer_answer_wrong"
    what = Text(
        en="{party} answered with more of message '{name}' than there is, or with less than it took",
        zh="{party} 对消息“{name}”的应答与实际不符",
    )
    mend = Text(
        en="Its program is not the one that the parties agreed on: talk to the people there",
        zh="对方所用程序与各方约定的不一致，请与对方联系",
    )


class DeliveryBroken(Conflict):
    code = "delivery_broken"
    what = Text(
        en="delivery to {party} stopped by a fault of this program ({fault})",
        zh="由于本程序故障（{fault}），向 {party} 的投递已停止",
    )
    mend = Text(
        en="Report it with the node's log; restarting the node takes the job up again",
        zh="请连同节点日志一并报告；重启节点可继续任务",
    )


class PartSender(Protocol):
    """The way to one peer; wire's client is one, and in tests the peer's inbox itself.

    Raises ShuxinError; what is Unavailable, or was refused for now, is asked again later; others are final.
    """

    def part(self, message: Part, /) -> Taken: ...

    def where(self, message: Where, /) -> Taken: ...


class Pump:
    """One thread of one job and peer; ``step`` is the same without the thread and the pauses."""

    def __init__(
        self,
        *,
        line: Line,
        job_id: str,
        peer: str,
        deliver: PartSender,
        failed: Callable[[str, str, str], None],
    ) -> None:
        """failed: told once as ``failed(code, en, zh)`` when the peer's answer ends the job."""
        self._line, self._outbox = line, line.outbox(peer)
        self._job_id, self._peer = job_id, peer
        self._deliver, self._failed = deliver, failed
        self._stopping = threading.Event()
        self._current: Outgoing | None = None
        self._next: int | None = None
        self._probed = time.monotonic()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name=f"pump to {self._peer}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the part in flight end, and stop."""
        self._stopping.set()
        self._line.wake()
        if self._thread is not None:
            self._thread.join()

    def run(self) -> None:
        """Until ``stop``, the line's ``halt`` or a final refusal."""
        try:
            self._run()
        except ShuxinError as error:
            self._fail(error)
        except Exception as error:
            self._fail(DeliveryBroken(party=self._peer, fault=type(error).__name__))
            raise

    def step(self) -> bool:
        """Deliver one part, or ask where to go on; False when there is nothing to deliver. Raises ShuxinError."""
        outgoing = self._outbox.first()
        if outgoing is None:
            return False
        if self._current is not outgoing:
            self._current, self._next = outgoing, 0 if outgoing.fresh else None
        number, self._next = self._next, None
        if number is None:
            taken = self._deliver.where(self._where(outgoing))
            self._next = taken.parts
        else:
            taken = self._deliver.part(self._part(outgoing, number))
            self._line.moved(self._peer, outgoing.name)
            self._next = number + 1
        self._line.heard(self._peer)
        self._go_on(outgoing, taken)
        return True

    def _go_on(self, outgoing: Outgoing, taken: Taken) -> None:
        if taken.complete:
            self._next = None
            self._outbox.delivered(outgoing)
        elif self._next is None or self._next >= parts_in(outgoing.kept.size):
            raise PeerAnswerWrong(party=self._peer, name=outgoing.name)

    def _run(self) -> None:
        troubles = 0
        while not self._stopping.is_set() and not self._line.halted:
            try:
                busy = self.step()
            except ShuxinError as error:
                if _answered(error):
                    self._line.heard(self._peer)
                if not _may_be_asked_again(error):
                    raise
                troubles += 1
                self._stopping.wait(pause_seconds(troubles))
            else:
                troubles = 0
                if not busy:
                    self._idle()

    def _idle(self) -> None:
        self._outbox.wait(_IDLE_SECONDS, unless=self._stopping.is_set)
        if self._line.awaits(self._peer) and time.monotonic() - self._probed > PROBE_SECONDS:
            self._probe()

    def _probe(self) -> None:
        """Ask after what was delivered last: any answer shows that it is there, some that the job is over."""
        self._probed = time.monotonic()
        last = self._outbox.last
        if last is None:
            return
        try:
            self._deliver.where(self._where(last))
        except ShuxinError as error:
            if not _may_be_asked_again(error):
                raise
            if not _answered(error):
                return
        self._line.heard(self._peer)

    def _where(self, outgoing: Outgoing) -> Where:
        return Where(self._job_id, outgoing.name, outgoing.kept.sha256)

    def _part(self, outgoing: Outgoing, number: int) -> Part:
        kept = outgoing.kept
        with explained():
            data = journal.read_at(kept.path, at=number * PART_BYTES, size=PART_BYTES)
        alone = kept.size <= PART_BYTES
        digest = kept.sha256 if alone else hashlib.sha256(data).digest()
        return Part(self._job_id, outgoing.name, number, kept.size, digest, kept.sha256, data)

    def _fail(self, error: ShuxinError) -> None:
        self._failed(_code_of(error), error.say("en"), error.say("zh"))


def pause_seconds(troubles: int) -> float:
    """0.1 s, doubled with every trouble up to 10 s; a random half of it, so that peers do not march in step."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(troubles - 1, 20))
    return longest * (0.5 + secrets.randbelow(1000) / 2000)


def _code_of(error: ShuxinError) -> str:
    """The peer's own when its node refused."""
    return error.refusal if isinstance(error, PeerRefused) else error.code


def _answered(error: ShuxinError) -> bool:
    """Whether the peer was there to say so."""
    return isinstance(error, PeerRefused) or not isinstance(error, Unavailable)


def _may_be_asked_again(error: ShuxinError) -> bool:
    """A peer that lost the end of what it took, as after a kill, is asked where to go on."""
    if isinstance(error, PeerRefused) and error.later:
        return True
    return isinstance(error, Unavailable) or _code_of(error) == PartOutOfOrder.code
