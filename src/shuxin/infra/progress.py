"""How long work tells its watcher how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as ``progress(done, total, what)``; units are the caller's, ``total`` 0 means unknown."""

    def __call__(self, done: int, total: int, what: str, /) -> None: ...


def silent_progress(_done: int, _total: int, _what: str, /) -> None:
    """For callers that nobody watches."""
