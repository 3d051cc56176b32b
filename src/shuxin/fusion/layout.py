"""Where the table begins: titles, header rows (also doubled and merged), width, and what the columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shuxin.fusion.masking import mask_embedded
from shuxin.fusion.recognise import TYPED, Look, cell_words, look_of

if TYPE_CHECKING:
    from shuxin.fusion.reading.records import RawBatch, Table

Records = list[tuple[int, tuple[str, ...]]]

HEAD_RECORDS = 200
_MOST_ROWS_ABOVE = 30
_BODY_ROWS = 60
_LONGEST_HEADER = 60
_LONGEST_GROUP_LABEL = 10
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\\"'`:*?<>|;{}\[\]]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of a table inside its file.

    width: cells of a full record. header_lines: lines of the header rows, empty when there is no
    header. last_line_above: the last line before the data. titles: words above the header.
    headers: one unique name per column, "" where a column has neither header nor content.
    """

    width: int
    header_lines: tuple[int, ...]
    last_line_above: int
    titles: tuple[str, ...]
    headers: tuple[str, ...]

    @property
    def has_header(self) -> bool:
        return bool(self.header_lines)


def find_layout(records: Records) -> Layout | None:
    """The layout that the first records suggest; None when there is no cell with content.

    The header is the row, among the first thirty, whose cells differ most in kind from the cells
    below them: names of columns are short words, no codes, dates, numbers or organisations.
    """
    width = _usual_width(records)
    rows = [(line, _cells(cells, width)) for line, cells in records]
    if not any(any(cells) for _, cells in rows):
        return None
    at = _header_at(rows)
    if at is None:
        first = next(i for i, (_, cells) in enumerate(rows) if any(cells))
        line = rows[first - 1][0] if first else 0
        return Layout(width, (), line, (), _numbered(rows, width))
    top = _group_row_above(rows, at)
    bottom = at + 1 if _continues(rows, at) else at
    header_rows = [rows[i][1] for i in range(top, bottom + 1)]
    names = unique_names(_joined(header_rows, body=[cells for _, cells in rows[bottom + 1 :]]))
    titles = tuple(word for _, cells in rows[:top] for word in dict.fromkeys(cells) if word)
    lines = tuple(rows[i][0] for i in range(top, bottom + 1))
    return Layout(width, lines, lines[-1], titles, names)


def _usual_width(records: Records) -> int:
    widths = Counter(len(cells) for _, cells in records if any(cell.strip() for cell in cells))
    best = max(widths.values(), default=0)
    return max((width for width, count in widths.items() if count == best), default=1)


def _cells(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    padded = (*cells[:width], *("",) * (width - len(cells)))
    return tuple("".join(cell_words(cell).split()) if len(cell) < 200 else cell for cell in padded)


def _header_at(rows: list[tuple[int, tuple[str, ...]]]) -> int | None:
    body_fill = _column_fill([cells for _, cells in rows])
    best, best_score = None, 0.0
    for at in range(min(len(rows), _MOST_ROWS_ABOVE)):
        below = (cells for _, cells in rows[at + 1 : at + 1 + _BODY_ROWS])
        body = [cells for cells in below if any(cells) and cells != rows[at][1]]
        score = _header_score(rows[at][1], body, body_fill)
        under = best is not None and at == best + 1 and score == best_score
        if score > best_score or (
            under and _is_header_under_title(rows[at - 1][1], rows[at][1], body)
        ):
            best, best_score = at, score
    return best


def _is_header_under_title(
    title: tuple[str, ...], header: tuple[str, ...], body: list[tuple[str, ...]]
) -> bool:
    """Of two equally good rows the lower, if it is shorter and cannot be one of the rows below it."""
    columns = zip(header, *body, strict=True)
    typed = any(name and _contrast(name, list(below)) >= 1.0 for name, *below in columns)
    return typed and len("".join(header)) < len("".join(title))


def _column_fill(rows: list[tuple[str, ...]]) -> list[float]:
    filled = [row for row in rows if any(row)]
    return [
        sum(bool(cell) for cell in column) / len(filled) for column in zip(*filled, strict=True)
    ]


def _header_score(header: tuple[str, ...], body: list[tuple[str, ...]], fill: list[float]) -> float:
    """Positive when the row reads as names for the columns below it."""
    used = [column for column, share in enumerate(fill) if share >= 0.3]
    named = [column for column, cell in enumerate(header) if cell]
    if not named or not used or sum(1 for c in used if header[c]) < 0.6 * len(used):
        return 0.0
    if len(used) > 1 and len({header[column] for column in named}) == 1:
        return 0.0
    score = -1.0 * (len(named) - len({header[column] for column in named}))
    for column in named:
        score += _contrast(header[column], [row[column] for row in body])
    return score / len(named)


def _contrast(name: str, below: list[str]) -> float:
    look = look_of(name)
    if look in TYPED:
        return -2.0
    filled = [cell for cell in below if cell]
    if not filled:
        return -0.5 if look is Look.PERSON else 0.3
    if name in filled:
        return -1.0
    kind, count = Counter(map(look_of, filled)).most_common(1)[0]
    if kind in TYPED and count >= 0.6 * len(filled):
        return 1.0
    if look is kind is Look.PERSON:
        return -0.5  # a person above persons is rather the first of them than their header
    if kind is Look.PERSON or kind is Look.TRUTH:
        return 0.7
    if len(filled) >= 3 and len(set(filled)) < len(filled):
        return 0.5
    return 0.4 if len(name) <= 12 else 0.1


def _group_row_above(rows: list[tuple[int, tuple[str, ...]]], at: int) -> int:
    """The row of group labels over the header, when there is one (merged cells read as blanks)."""
    if at == 0:
        return at
    above = rows[at - 1][1]
    labels = {cell for cell in above if cell}
    spare = sum(1 for label, name in zip(above, rows[at][1], strict=True) if label and not name)
    plain = not any(look_of(cell) in TYPED for cell in labels)
    short = max(map(len, labels), default=0) <= _LONGEST_GROUP_LABEL
    return at - 1 if (len(labels) >= 2 or (spare and short)) and plain else at


def _continues(rows: list[tuple[int, tuple[str, ...]]], at: int) -> bool:
    """Whether the next row is the lower half of a doubled header: it starts blank, as the body does not."""
    if at + 2 >= len(rows):
        return False
    header, below = rows[at][1], rows[at + 1][1]
    body = [cells for _, cells in rows[at + 2 : at + 2 + _BODY_ROWS] if any(cells)]
    first = next(column for column, cell in enumerate(header) if cell)
    cells = [cell for cell in below if cell]
    if not cells or below[first] or not body:
        return False
    usually_filled = sum(bool(row[first]) for row in body) >= 0.9 * len(body)
    return usually_filled and not any(look_of(cell) in TYPED or len(cell) > 12 for cell in cells)


def _joined(header_rows: list[tuple[str, ...]], *, body: list[tuple[str, ...]]) -> list[str]:
    """One name per column: the lowest label, with its group before it where names repeat."""
    spread = [_spread(row) for row in header_rows[:-1]]
    lowest = list(header_rows[-1])
    names = []
    for column, name in enumerate(lowest):
        groups = [row[column] for row in spread if row[column]]
        chosen = name or (header_rows[0][column] if len(header_rows) > 1 else "")
        if name and lowest.count(name) > 1 and groups:
            chosen = "_".join([*groups, name])
        if not chosen and any(row[column] for row in body):
            chosen = nameless(column)
        names.append(chosen)
    return names


def nameless(position: int) -> str:
    """What a column without a header is called; ``position`` counts from 0."""
    return f"column_{position + 1}"


def _spread(row: tuple[str, ...]) -> list[str]:
    """Labels of merged cells carried to the right."""
    carried, out = "", []
    for cell in row:
        carried = cell or carried
        out.append(carried)
    return out


def _numbered(rows: list[tuple[int, tuple[str, ...]]], width: int) -> tuple[str, ...]:
    filled = [any(cells[column] for _, cells in rows) for column in range(width)]
    return tuple(nameless(column) if filled[column] else "" for column in range(width))


def unique_names(headers: list[str]) -> tuple[str, ...]:
    """Names fit for columns: folded, without separators and quotes, numbered where they repeat."""
    names: list[str] = []
    taken: set[str] = set()
    for header in headers:
        fit = name = fit_name(header)
        repeat = 2
        while name and name.casefold() in taken:
            name, repeat = f"{fit}_{repeat}", repeat + 1
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def fit_name(text: str) -> str:
    """A column or dataset name out of any text, without numbers of persons in it; "" stays ""."""
    folded = unicodedata.normalize("NFKC", mask_embedded(text))
    fit = _UNFIT.sub("_", folded)
    fit = "".join(c for c in fit if not unicodedata.category(c).startswith("C"))
    return re.sub(r"\s+", "_", fit).strip("_.- ")[:_LONGEST_HEADER].rstrip("_.- ")


def sample_columns(table: Table, *, skip_through: int, width: int, rows: int) -> list[pa.Array]:
    """The first ``rows`` rows as columns, for a proposal."""
    batches: list[RawBatch] = []
    seen = 0
    for batch in table.batches(skip_through=skip_through, width=width):
        batches.append(batch)
        seen += batch.rows
        if seen >= rows:
            break
    return [
        pa.concat_arrays(
            [batch.columns[position] for batch in batches] or [pa.array([], pa.string())]
        )[:rows]
        for position in range(width)
    ]


def has_content(column: pa.Array) -> bool:
    """Whether any cell holds more than white space."""
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py())
