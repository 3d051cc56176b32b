"""What every reader yields: batches of raw cells with the place that each came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot become a row: its first line (1-based), a reason code, what could be read."""

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Rows as text.

    lines: (n,) int64, 1-based line of a text file, or row of a sheet or table.
    columns: k arrays of n strings; an empty cell is ``""``; never null.
    bad: records that do not have k cells or cannot be decoded.
    """

    lines: NDArray[np.int64]
    columns: tuple[pa.Array, ...]
    bad: tuple[BadRecord, ...] = ()

    @property
    def rows(self) -> int:
        return len(self.lines)


class Table(Protocol):
    """One table inside a source. ``label`` is "" for a file that holds a single table."""

    @property
    def label(self) -> str: ...

    def head(self, limit: int) -> list[tuple[int, tuple[str, ...]]]:
        """The first ``limit`` records with their lines, as they stand, of any width."""
        ...

    def batches(self, *, skip_through: int, width: int) -> Iterator[RawBatch]:
        """Rows of ``width`` cells that begin after line ``skip_through``."""
        ...
