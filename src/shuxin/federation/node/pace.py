"""How many words a peer may post (限速): each leaves rows and entries of the log that are kept for good."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE, A_SECOND = 300, 2.0
"""A job has four words of each party."""


class WordsTooMany(Unavailable):
    code = "job_words_too_many"
    what = Text(
        en="{party} sends more words about jobs than this node takes at a time",
        zh="{party} 发送的任务声明过于频繁",
    )
    mend = Text(
        en="They are sent again by themselves; if it goes on, ask the people of that node",
        zh="系统会自动重发；如持续出现，请联系对方节点人员",
    )


class Pace:
    """So many words of one peer at once, and so many a second on average; from any thread."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, peer: str) -> None:
        """Raises WordsTooMany."""
        with self._lock:
            now = self._monotonic()
            left, since = self._left.get(peer, (AT_ONCE, now))
            left = min(AT_ONCE, left + (now - since) * A_SECOND)
            if left < 1:
                raise WordsTooMany(party=peer)
            self._left[peer] = left - 1, now
