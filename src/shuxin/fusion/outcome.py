"""What became of each table of an import (导入结果)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuxin.kernel.errors import ShuxinError


class State(StrEnum):
    """What became of one table; HELD: read and judged, and kept aside until people have looked at it.

    MISSING: it came before, or the folder's manifest lists it, and it is not there.
    """

    LOADED = "loaded"
    HELD = "held"
    UNCHANGED = "unchanged"
    PROPOSED = "proposed"
    WAITING = "waiting"
    REFUSED = "refused"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The account of one table: ``rows_read = rows_loaded + rejected``; ``error`` says why refused.

    ``load``: the number of the load that is kept aside, 0 of every other.
    """

    file: str
    state: State
    dataset: str = ""
    proposal: str = ""
    rows_read: int = 0
    rows_loaded: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    error: ShuxinError | None = None
    load: int = 0
