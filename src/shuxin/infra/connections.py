"""Connections that must not hold a server up: who says nothing in time is dropped, nobody has too many.

uvicorn has no limit for a request that never comes, and counts silent connections like running requests.
"""

from __future__ import annotations

import contextlib
import resource
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

SECONDS_FOR_HEAD = 10
MOST_FILES = 65_536


def allow_many_files() -> None:
    """As many open files as this process may have: each connection is one, and shells often give few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class Droppable(Protocol):
    def drop(self) -> None: ...


class Connections:
    """The open connections of one server (连接), counted by whose they are; ``""`` is nobody's in particular.

    When there are too many, the oldest one that is silent goes: so a newcomer who speaks gets in, and what a killed
    process left open locks nobody out.
    """

    def __init__(self, *, most: int, most_each: int) -> None:
        self._most, self._most_each = most, most_each
        self._open: dict[Droppable, str] = {}
        self._silent: dict[Droppable, str] = {}
        self._count: Counter[str] = Counter()

    def enter(self, one: Droppable, *, whose: str) -> bool:
        """Whether it may stay."""
        if whose and self._count[whose] >= self._most_each and not self._drop_silent(whose):
            return False
        if len(self._open) >= self._most and not self._drop_silent(""):
            return False
        self._open[one] = self._silent[one] = whose
        self._count[whose] += 1
        return True

    def speaking(self, one: Droppable) -> None:
        self._silent.pop(one, None)

    def silent(self, one: Droppable) -> None:
        """Nothing of its next request is there."""
        if one in self._open:
            self._silent[one] = self._open[one]

    def leave(self, one: Droppable) -> None:
        self._silent.pop(one, None)
        whose = self._open.pop(one, None)
        if whose is not None:
            self._count[whose] -= 1
            if not self._count[whose]:
                del self._count[whose]

    def _drop_silent(self, whose: str) -> bool:
        """Drop the oldest silent one, of this one's when one is named."""
        found = next((one for one, of in self._silent.items() if whose in {"", of}), None)
        if found is None:
            return False
        self.leave(found)
        found.drop()
        return True


class TimedProtocol(H11Protocol):
    """uvicorn's protocol with a time for each stage of a request; it watches what h11 has read so far."""

    seconds: ClassVar[Mapping[object, float]]
    """How long the peer may take, by stage."""
    first: ClassVar[object]
    """The stage in which a connection begins."""
    resting: ClassVar[object]
    """The stage between two requests."""

    def __init__(self, *, book: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._book = book
        self._stage: object = None
        self._timer: asyncio.TimerHandle | None = None

    def whose(self) -> str:
        """To whom the connection counts."""
        raise NotImplementedError

    def reached(self) -> object:
        """The stage now."""
        return self.conn.their_state

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        if self._book.enter(self, whose=self.whose()):
            self.watch(self.first)
        else:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._book.leave(self)
        self._stop_timer()

    def handle_events(self) -> None:
        super().handle_events()
        self.watch(self.reached())

    def drop(self) -> None:
        self._stop_timer()
        self.transport.abort()

    def watch(self, stage: object) -> None:
        """The time runs from the beginning of a stage, not from the last byte."""
        if stage is self._stage:
            return
        self._stage = stage
        self._stop_timer()
        if stage in self.seconds:
            self._timer = self.loop.call_later(self.seconds[stage], self.drop)
        if stage is self.resting:
            self._book.silent(self)
        else:
            self._book.speaking(self)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
