"""A decision table as a form (决策表编辑): cells as typed, rows and columns added or dropped, then a table again.

A malformed cell is kept as it was typed: the strategy's own findings say what is wrong with it, at the cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

MOST_ROWS, MOST_INPUTS, _LONGEST = 500, 20, 400
MOST_CELLS = 1900
"""Of one form: a browser's form has 2,000 fields at most here."""
_ACT = re.compile(r"(add-row|drop-row|up-row|copy-row|add-input|drop-input)(?:-(\d{1,4}))?")


class GridTooLarge(InvalidInput):
    code = "strategy_grid_too_large"
    what = Text(en="the table has no place for more", zh="决策表已达上限")
    mend = Text(
        en="Part it in two, or change it in the strategy's file: a page takes about 1,900 cells",
        zh="请拆分为两张表，或在策略文件中修改：页面最多编辑约 1900 个单元格",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it was typed."""

    when: tuple[str, ...]
    verdict: str = "pass"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it was typed; every line has one cell for each input."""

    id: str
    name: str
    hit: str
    inputs: tuple[str, ...]
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Grid:
        """Of a table of the document. Raises GridTooLarge."""
        if len(stated["rows"]) * (len(stated["inputs"]) + 2) > MOST_CELLS:
            raise GridTooLarge
        lines = tuple(Line(tuple(r["when"]), r["verdict"], r["code"]) for r in stated["rows"])
        return cls(stated["id"], stated["name"], stated["hit"], tuple(stated["inputs"]), lines)

    @classmethod
    def typed(cls, given: QueryDict, *, identity: str) -> Grid:
        """Of a form that was sent. Raises GridTooLarge."""
        inputs = tuple(str(one)[:80] for one in given.getlist("input"))
        count = _count(given.get("rows", "0"))
        if count > MOST_ROWS or len(inputs) > MOST_INPUTS or count * len(inputs) > MOST_CELLS:
            raise GridTooLarge
        lines = tuple(
            Line(
                tuple(
                    given.get(f"cell-{r}-{c}", "")[:_LONGEST].strip() for c in range(len(inputs))
                ),
                given.get(f"verdict-{r}", "pass")[:40],
                given.get(f"code-{r}", "")[:40].strip(),
            )
            for r in range(count)
        )
        return cls(
            identity, given.get("name", "")[:80].strip(), given.get("hit", "unique"), inputs, lines
        )

    def changed(self, act: str, *, wanted: str = "") -> Grid:
        """With a row or an input more or less; ``wanted``: the input to add. Raises GridTooLarge."""
        found = _ACT.fullmatch(act)
        if found is None:
            return self
        at = int(found[2] or 0)
        return _ACTS[found[1]](self, at, wanted)

    @property
    def stated(self) -> dict[str, Any]:
        """As the document has it; the reason of a row that passes is dropped."""
        rows = [
            {
                "when": list(line.when),
                "verdict": line.verdict,
                "code": "" if line.verdict == "pass" else line.code,
            }
            for line in self.lines
        ]
        return {
            "id": self.id,
            "name": self.name,
            "hit": self.hit,
            "inputs": list(self.inputs),
            "rows": rows,
        }


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0  # noqa: PLR2004 - figures


def _require_room(grid: Grid, *, rows: int = 0, inputs: int = 0) -> None:
    """Raises GridTooLarge."""
    height, width = len(grid.lines) + rows, len(grid.inputs) + inputs
    if height > MOST_ROWS or width > MOST_INPUTS or height * (width + 2) > MOST_CELLS:
        raise GridTooLarge


def _add_row(grid: Grid, at: int, wanted: str) -> Grid:  # noqa: ARG001 - the form of an act
    _require_room(grid, rows=1)
    return replace(grid, lines=(*grid.lines, Line(("",) * len(grid.inputs))))


def _copy_row(grid: Grid, at: int, wanted: str) -> Grid:  # noqa: ARG001
    _require_room(grid, rows=1)
    return replace(
        grid, lines=(*grid.lines[: at + 1], *grid.lines[at : at + 1], *grid.lines[at + 1 :])
    )


def _drop_row(grid: Grid, at: int, wanted: str) -> Grid:  # noqa: ARG001
    if len(grid.lines) == 1:
        return grid
    return replace(grid, lines=(*grid.lines[:at], *grid.lines[at + 1 :]))


def _up_row(grid: Grid, at: int, wanted: str) -> Grid:  # noqa: ARG001
    if not 0 < at < len(grid.lines):
        return grid
    lines = list(grid.lines)
    lines[at - 1], lines[at] = lines[at], lines[at - 1]
    return replace(grid, lines=tuple(lines))


def _add_input(grid: Grid, at: int, wanted: str) -> Grid:  # noqa: ARG001
    if not wanted or wanted in grid.inputs:
        return grid
    _require_room(grid, inputs=1)
    lines = tuple(replace(line, when=(*line.when, "")) for line in grid.lines)
    return replace(grid, inputs=(*grid.inputs, wanted[:80]), lines=lines)


def _drop_input(grid: Grid, at: int, wanted: str) -> Grid:  # noqa: ARG001
    if len(grid.inputs) == 1 or at >= len(grid.inputs):
        return grid
    lines = tuple(
        replace(line, when=(*line.when[:at], *line.when[at + 1 :])) for line in grid.lines
    )
    return replace(grid, inputs=(*grid.inputs[:at], *grid.inputs[at + 1 :]), lines=lines)


_ACTS = {
    "add-row": _add_row,
    "copy-row": _copy_row,
    "drop-row": _drop_row,
    "up-row": _up_row,
    "add-input": _add_input,
    "drop-input": _drop_input,
}


def with_table(document: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """The document with this table in the place of the one of its id."""
    stages = [
        {**stage, "tables": [table if one["id"] == table["id"] else one for one in stage["tables"]]}
        if stage["kind"] == "rules"
        else stage
        for stage in document["stages"]
    ]
    return {**document, "stages": stages}


def table_in(document: Mapping[str, Any], identity: str) -> tuple[dict[str, Any], str] | None:
    """The table of this id, and the level of its stage."""
    for stage in document["stages"]:
        for table in stage.get("tables", ()):
            if table["id"] == identity:
                return table, str(stage["level"])
    return None


def facts_for(level: str, levels: Sequence[str]) -> frozenset[str]:
    """Levels whose facts a table of this one may read: it and the cheaper ones."""
    return frozenset(levels[: list(levels).index(level) + 1])
