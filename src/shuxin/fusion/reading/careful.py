"""Records by Python's csv, with the line each began at; a quotation mark never closed costs one line."""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.fusion.reading.compressed import MIB
from shuxin.fusion.reading.errors import RecordTooLong
from shuxin.fusion.reading.lines import LONGEST_LINE_MIB, Block
from shuxin.fusion.reading.records import BadRecord, RawBatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST_OPEN_RECORD = MIB
MOST_BROKEN_QUOTES = 200

csv.field_size_limit(2 * LONGEST_LINE_MIB * MIB)


@dataclass(frozen=True, slots=True)
class Record:
    """Cells of one record and the line (1-based) where it began."""

    line: int
    cells: Sequence[str]


class LineQueue:
    """Lines out of blocks, for a reader that pulls one line at a time."""

    def __init__(self, source: Iterator[Block | BadRecord]) -> None:
        self._source = source
        self._lines: deque[tuple[int, str]] = deque()
        self.untouched_block: Block | None = None
        self.bad: deque[BadRecord] = deque()

    @property
    def between_blocks(self) -> bool:
        return not self._lines

    def fill(self) -> bool:
        """Make sure that a line, a block or a bad record is at hand; False at the end."""
        while not self._lines and self.untouched_block is None and not self.bad:
            item = next(self._source, None)
            if item is None:
                return False
            if isinstance(item, BadRecord):
                self.bad.append(item)
            else:
                self.untouched_block = item
        return True

    def drop_block(self) -> None:
        self.untouched_block = None

    def pull(self) -> tuple[int, str] | None:
        """The next line; bad records met on the way wait in ``bad``."""
        while not self._lines:
            if self.untouched_block is None:
                item = next(self._source, None)
                if item is None:
                    return None
                if isinstance(item, BadRecord):
                    self.bad.append(item)
                    continue
                self.untouched_block = item
            self._open_block(self.untouched_block)
        return self._lines.popleft()

    def push_back(self, lines: list[tuple[int, str]]) -> None:
        self._lines.extendleft(reversed(lines))

    def _open_block(self, block: Block) -> None:
        self._lines.extend(numbered_lines(block))
        self.untouched_block = None


class _OpenTooLong(Exception):  # leaves csv.reader in the middle of a record
    pass


@dataclass(slots=True)
class _OneRecord:
    """The lines of the record that csv.reader is putting together; ``cut_off``: it asked for more."""

    queue: LineQueue
    taken: list[tuple[int, str]] = field(default_factory=list)
    size: int = 0
    cut_off: bool = False

    def __iter__(self) -> _OneRecord:
        return self

    def __next__(self) -> str:
        numbered = self.queue.pull()
        if numbered is None:
            self.cut_off = bool(self.taken)
            raise StopIteration
        self.taken.append(numbered)
        self.size += len(numbered[1])
        if len(self.taken) > 1 and self.size > LONGEST_OPEN_RECORD:
            raise _OpenTooLong
        return numbered[1]


def whole_records(queue: LineQueue, *, delimiter: str) -> list[Record]:
    """Records of an untouched block by one csv reader, up to the first that is not plainly right.

    What follows it, such as a record that goes on in the next block, is left in the queue. Nothing is
    taken when no untouched block is next.
    """
    block = queue.untouched_block
    if block is None or queue.bad or not queue.between_blocks:
        return []
    lines = numbered_lines(block)
    queue.drop_block()
    records: list[Record] = []
    reader = csv.reader((text for _, text in lines), delimiter=delimiter, strict=True)
    done = 0
    try:
        for cells in reader:
            if (
                reader.line_num - done > 1
                and _size(lines[done : reader.line_num]) > LONGEST_OPEN_RECORD
            ):
                break
            records.append(Record(lines[done][0], cells))
            done = reader.line_num
    except csv.Error:
        pass  # the careful reader judges the record that this one refused
    queue.push_back(lines[done:])
    return records


def _size(lines: list[tuple[int, str]]) -> int:
    return sum(len(text) for _, text in lines)


def numbered_lines(block: Block) -> list[tuple[int, str]]:
    """Lines with their numbers, each ended by a line feed."""
    texts = block.data.decode().split("\n")
    if not texts[-1]:
        texts.pop()
    return list(enumerate((text + "\n" for text in texts), block.first_line))


def careful_records(queue: LineQueue, *, delimiter: str, file: str) -> Iterator[Record | BadRecord]:
    """Records in file order, with bad ones where they were met.

    A quotation mark that opens and is not closed within 1 MiB or by the end of the file makes its line
    a bad record, and reading goes on with the next line. Raises RecordTooLong after 200 of those.
    """
    broken = 0
    while queue.fill():
        yield from _drained(queue)
        lines = _OneRecord(queue)
        try:
            cells = next(csv.reader(lines, delimiter=delimiter), None)
        except (_OpenTooLong, csv.Error):
            cells = None
        if not lines.taken:
            continue
        line, text = lines.taken[0]
        if cells is not None and not lines.cut_off:
            yield Record(line, cells)
            continue
        broken += 1
        if broken > MOST_BROKEN_QUOTES:
            raise RecordTooLong(file=file, line=line, limit_mib=LONGEST_OPEN_RECORD // MIB)
        queue.push_back(lines.taken[1:])
        yield BadRecord(line, "quote_not_closed", (text.rstrip("\n"),))
    yield from _drained(queue)


def _drained(queue: LineQueue) -> Iterator[BadRecord]:
    """Each once, also for a reader that stops after the first."""
    while queue.bad:
        yield queue.bad.popleft()


@dataclass(slots=True)
class ShapedRows:
    """Collects records of ``width`` cells; the others are bad records.

    Empty cells beyond the width are cut off; an empty line becomes a row of empty cells.
    """

    width: int
    lines: list[int] = field(default_factory=list)
    rows: list[Sequence[str]] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)

    def add(self, item: Record | BadRecord) -> None:
        if isinstance(item, BadRecord):
            self.bad.append(item)
            return
        cells = item.cells
        if len(cells) > self.width and not any(cell.strip() for cell in cells[self.width :]):
            cells = cells[: self.width]
        if not any(cells):
            cells = [""] * self.width
        if len(cells) == self.width:
            self.lines.append(item.line)
            self.rows.append(cells)
            return
        reason = "too_many_cells" if len(cells) > self.width else "too_few_cells"
        self.bad.append(BadRecord(item.line, reason, tuple(cells)))

    def batch(self) -> RawBatch:
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * self.width
        return RawBatch(
            np.array(self.lines, dtype=np.int64),
            tuple(pa.array(column, pa.string()) for column in columns),
            tuple(self.bad),
        )
