"""What a job costs this party, phase by phase (任务计量): processor time of its program, and time spent waiting.

A file of its own beside the archive, for people; nothing rests on it. A job that is taken up after a kill goes on
with what was counted before.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from shuxin.federation.engine.channel import Channel, Received

SAVE_SECONDS = 1.0
_LONGEST = 1 << 16
_PHASE = re.compile(r"fit\d+|[a-z]+")


@dataclass(slots=True)
class PhaseCost:
    """One phase of a program (阶段): ``cpu_ms`` of its thread, ``wait_ms`` for messages of others."""

    phase: str
    cpu_ms: float = 0.0
    wait_ms: float = 0.0


def phase_of(message: str) -> str:
    """The phase that a message belongs to: ``counts`` of ``counts.1/shape``, ``fit0`` of ``fit0.own.0-1/masked``."""
    found = _PHASE.match(message)
    return message.split("/", 1)[0] if found is None else found[0]


def costs_in(file: Path) -> tuple[PhaseCost, ...]:
    """What was counted, in the order of the phases; nothing where there is no readable file."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        with file.open("rb") as opened:
            read = json.loads(opened.read(_LONGEST))
        return tuple(PhaseCost(str(p), float(c), float(w)) for p, c, w in read["phases"])
    return ()


class Metered:
    """A channel that counts what its program costs; for one thread."""

    def __init__(
        self,
        channel: Channel,
        file: Path,
        *,
        cpu: Callable[[], float] = time.thread_time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channel, self._file, self._cpu, self._monotonic = channel, file, cpu, monotonic
        self._costs = {one.phase: one for one in costs_in(file)}
        self._last = cpu()
        self._saved = monotonic()

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        return self._channel.once(name, make)

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        self._channel.send(to, name, parts)
        self._charge(name)

    def receive(self, sender: str, name: str) -> Received:
        self._charge(name)
        began = self._monotonic()
        found = self._channel.receive(sender, name)
        self._cost(name).wait_ms += 1000 * (self._monotonic() - began)
        return found

    def save(self) -> None:
        """Write what was counted; a disk that does not take it loses these figures only."""
        self._saved = self._monotonic()
        rows = [list(asdict(one).values()) for one in self._costs.values()]
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._file, json.dumps({"phases": rows}).encode())

    def _charge(self, name: str) -> None:
        now = self._cpu()
        self._cost(name).cpu_ms += 1000 * (now - self._last)
        self._last = now
        if self._monotonic() - self._saved >= SAVE_SECONDS:
            self.save()

    def _cost(self, name: str) -> PhaseCost:
        phase = phase_of(name)
        return self._costs.setdefault(phase, PhaseCost(phase))
