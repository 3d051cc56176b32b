"""Two parties' lines joined directly, each party killed and started again as its disk decides; one thread."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.federation.engine.disk import FaultyDisk, Killed

from shuxin.federation.engine.channel import Declared
from shuxin.federation.engine.line import Line, PeerSilent
from shuxin.federation.engine.pump import Pump
from shuxin.federation.wire.messages import Part, Taken, Where
from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

A, B = "uscc:91350200000000001A", "uscc:91350200000000002B"
JOB_ID = "ab" * 32
MOST = 2000


class PeerDown(Unavailable):
    code = "test_peer_down"
    what = Text(en="down", zh="down")
    mend = Text(en="wait", zh="wait")


def declared(sizes: Sequence[int], *, most: int = MOST) -> tuple[Declared, ...]:
    return tuple(
        Declared(f"round.{number}", *ends, most)
        for number in range(len(sizes))
        for ends in ((A, B), (B, A))
    )


def ping_pong(line: Line, sizes: Sequence[int], other: str) -> list[bytes]:
    """Each sends random bytes and answers with a digest of all that it saw; what it saw comes back."""
    seen: list[bytes] = []
    for number, size in enumerate(sizes):
        own = line.once(f"round/{number}", lambda size=size: os.urandom(size))
        told = own + hashlib.sha256(b"".join(seen)).digest()[: size % 32]
        line.send(other, f"round.{number}", lambda told=told: [told[:7], told[7:]])
        seen += [told, line.receive(other, f"round.{number}").read()]
    return seen


def open_line(folder: Path, party: str, sizes: Sequence[int], *, most: int = MOST) -> Line:
    return Line(
        folder,
        party=party,
        declared=declared(sizes, most=most),
        wait_seconds=0,
        ended=lambda: None,
        say=lambda _: None,
    )


@dataclass
class End:
    """One party; ``line`` is None while it is down."""

    party: str
    other: str
    folder: Path
    sizes: Sequence[int]
    disk: FaultyDisk
    power: bool
    line: Line | None = None
    pump: Pump | None = None
    seen: list[bytes] | None = None
    kills: int = 0
    refusals: list[str] = field(default_factory=list)

    @contextmanager
    def living(self) -> Iterator[None]:
        """Whatever is done here by this party; when it is killed, it is down afterwards."""
        try:
            yield
        except Killed:
            self.kills += 1
            self.down()

    def down(self) -> None:
        if self.line is not None:
            self.line.close()
        if self.power:
            self.disk.lose_power(self.folder)
        self.line = self.pump = self.seen = None

    def up(self, deliver: Deliver) -> None:
        if self.line is None:
            self.line = open_line(self.folder, self.party, self.sizes)
            self.pump = Pump(
                line=self.line, job_id=JOB_ID, peer=self.other, deliver=deliver,
                failed=lambda code, *_: self.refusals.append(code),
            )  # fmt: skip

    def work(self, deliver: Deliver) -> None:
        """Run the program as far as it goes, and deliver what it sent."""
        with self.living():
            try:
                self.up(deliver)
                assert self.line is not None
                assert self.pump is not None
                with suppress(PeerSilent):
                    self.seen = ping_pong(self.line, self.sizes, self.other)
                while self.pump.step():
                    pass
            except Unavailable:
                pass


@dataclass
class Deliver:
    """The way to the other party: its inbox, while it is up."""

    sender: str
    to: End

    def part(self, message: Part, /) -> Taken:
        return self._ask(lambda line: line.inbox.take_part(self.sender, message))

    def where(self, message: Where, /) -> Taken:
        return self._ask(lambda line: line.inbox.where(self.sender, message))

    def _ask(self, ask: Callable[[Line], Taken]) -> Taken:
        if self.to.line is not None:
            with self.to.living():
                return ask(self.to.line)
        raise PeerDown


def run_both(disk: FaultyDisk, sizes: Sequence[int], *, power: bool = False) -> list[End]:
    """Until both programs ended and everything is delivered; fails the test when that takes too long."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ends = [
            End(one, other, folder / one / "job", sizes, disk, power)
            for one, other in ((A, B), (B, A))
        ]
        ways = [Deliver(A, ends[1]), Deliver(B, ends[0])]
        for _ in range(20 * (len(sizes) + len(disk.kills) + len(disk.full)) + 20):
            for end, way in zip(ends, ways, strict=True):
                end.work(way)
            if all(end.seen is not None for end in ends) and not any(map(waits, ends)):
                break
        for end in ends:
            end.down() if end.line is None else end.line.close()
            assert end.seen is not None, "a program did not end"
        return ends


def waits(end: End) -> bool:
    return end.line is None or end.line.outbox(end.other).first() is not None


def tree(folder: Path) -> dict[str, Any]:
    """Every byte in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
