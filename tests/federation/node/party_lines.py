"""The other parties of a running job: real lines with real keys in threads, joined to the node's line directly."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.federation.domain.samples import NOW
from tests.federation.node.world import DIRECTORY, KEYS

from shuxin.federation.engine.digests import compare
from shuxin.federation.engine.line import JobEnded, Line
from shuxin.federation.engine.pump import Pump
from shuxin.federation.engine.secrets import exchange
from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Declared
    from shuxin.federation.wire.messages import Part, Taken, Where

WAIT_SECONDS = 20.0


class Away(Unavailable):
    code = "test_away"
    what = Text(en="away", zh="away")
    mend = Text(en="wait", zh="wait")


@dataclass
class Exchange:
    """Every party's line by its id, while it is open; who asks is known as a certificate would tell."""

    lines: dict[str, Line] = field(default_factory=dict)
    ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held around every message, so that none is on its way to a line that is taken out."""
    refusing: dict[str, Callable[[Part], None]] = field(default_factory=dict)
    """By receiver: raises what it answers to every part."""

    def killed(self, party: str) -> None:
        """Its process is gone: nothing reaches its line any more."""
        with self.lock:
            self.lines.pop(party, None)

    def way(self, sender: str, to: str) -> Way:
        return Way(self, sender, to)


@dataclass
class Way:
    """From one party to another."""

    exchange: Exchange
    sender: str
    to: str

    def _line(self) -> Line:
        if self.to not in self.exchange.lines:
            raise Away
        return self.exchange.lines[self.to]

    def part(self, message: Part, /) -> Taken:
        if self.to in self.exchange.refusing:
            self.exchange.refusing[self.to](message)
        with self.exchange.lock:
            return self._line().inbox.take_part(self.sender, message)

    def where(self, message: Where, /) -> Taken:
        with self.exchange.lock:
            return self._line().inbox.where(self.sender, message)

    def word(self, _: bytes) -> None:
        raise Away

    def hello(self, message: Any) -> Any:
        return message

    def close(self) -> None:
        """Nothing is open."""


def run_party(
    party: str,
    *,
    job: Job,
    job_id: str,
    declared: Sequence[Declared],
    folder: Path,
    exchange_of: Exchange,
    program: Callable[[Line], None],
) -> threading.Thread:
    """Another party's whole part in a thread: keys, its program, digests."""
    line = Line(
        folder / party[5:],
        party=party,
        declared=declared,
        wait_seconds=WAIT_SECONDS,
        ended=lambda: "over" if exchange_of.ended else None,
        say=lambda _: None,
    )
    exchange_of.lines[party] = line

    def run() -> None:
        pumps = [
            Pump(
                line=line,
                job_id=job_id,
                peer=peer,
                deliver=exchange_of.way(party, peer),
                failed=lambda *_: None,
            )
            for peer in line.receivers
        ]
        for pump in pumps:
            pump.start()
        with suppress(JobEnded):
            exchange(
                line,
                job=job,
                job_id=job_id,
                party=party,
                signer=KEYS[party],
                keys=DIRECTORY,  # type: ignore[arg-type]
                now=NOW,
            )
            program(line)
            compare(line, job=job, job_id=job_id)
            line.settle()
        for pump in pumps:
            pump.stop()

    thread = threading.Thread(target=run, name=f"party {party} {os.getpid()}")
    thread.start()
    return thread
