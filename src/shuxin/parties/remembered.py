"""Directories of few parties that were built before, used again only while their rows are the very same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.parties.domain.anchors import TrustAnchors
    from shuxin.parties.domain.directory import Directory

MOST = 10_000
Asked = tuple[tuple[str, ...], "TrustAnchors"]


@dataclass(frozen=True, slots=True)
class Built:
    """A directory, when each statement that it was built from was first kept, and the keys these are about."""

    kept: Mapping[str, dt.datetime]
    key_ids: frozenset[str]
    directory: Directory


class Memory:
    """The last built directories, by what was asked; safe among threads."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[Asked, Built] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: Asked) -> Built | None:
        with self._lock:
            if asked in self._held:
                self._held.move_to_end(asked)
            return self._held.get(asked)

    def put(self, asked: Asked, built: Built) -> None:
        with self._lock:
            self._held[asked] = built
            self._held.move_to_end(asked)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
