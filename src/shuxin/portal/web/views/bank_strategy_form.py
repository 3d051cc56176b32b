"""What the page of a decision table shows: its cells with what is wrong at each, and what may be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Choice
from shuxin.portal.web.views.bank_strategies import Fault, faults_of
from shuxin.portal.web.views.bank_strategy_grid import facts_for
from shuxin.portal.web.views.bank_strategy_words import HIT, VERDICTS, Head, fact_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.kernel.text import Language
    from shuxin.lending.api import Strategy
    from shuxin.portal.web.views.bank_strategy_grid import Grid

_VERDICTS = ("pass", "decline", "refer", "need_information")
_NO_CODE = Text(en="Choose a reason.", zh="请选择原因。")
CELLS = (
    ("", Text(en="empty: anything, unknown too", zh="留空：任意值，包括未知")),
    (
        "< 12   >= 3   [12..24)",
        Text(
            en="numbers; a square bracket counts its end, a round one does not",
            zh="数值；方括号含端点，圆括号不含",
        ),
    ),
    (
        '"A"   12   true   null',
        Text(en="equal to it; null is unknown", zh="等于该值；null 表示未知"),
    ),
    (
        '!= "A"   not in ["A", "B"]',
        Text(en="anything else, unknown too", zh="除此以外的任意值，包括未知"),
    ),
    ('startsWith($, "33")', Text(en="texts that begin so", zh="以此开头的文本")),
    ("< 3, > 10, null", Text(en="commas: any one of these", zh="以逗号分隔：满足其一即可")),
)


@dataclass(frozen=True, slots=True)
class CellShown:
    value: str
    label: str
    error: Text | None


@dataclass(frozen=True, slots=True)
class LineShown:
    """``at``: from 0 as in the form, ``number``: from 1 as people count."""

    at: int
    number: int
    cells: Sequence[CellShown]
    verdict: str
    code: str
    wrong: Text | None


def grid_facts(
    strategy: Strategy,
    document: Mapping[str, Any],
    grid: Grid,
    *,
    level: str,
    checks: bool,
    language: Language,
) -> dict[str, Any]:
    """``document``: with the table as it was typed. ``checks``: whether to say what stands against it."""
    found = _findings(document, grid, language) if checks else None
    findings = found or []
    return {
        "grid": grid,
        "heads": [Head(fact_text(strategy, name), name) for name in grid.inputs],
        "lines": [_line(strategy, grid, at, findings, language) for at in range(len(grid.lines))],
        "hits": [Choice(key, text) for key, text in HIT.items()],
        "verdicts": [Choice(key, VERDICTS[key]) for key in _VERDICTS],
        "reasons": [
            Choice(code, said.zh if language == "zh" else said.en)
            for code, said in strategy.reasons.items()
        ],
        "wanted": _wanted(strategy, grid, level),
        "findings": findings,
        "checked": found is not None,
        "help": CELLS,
    }


def _findings(document: Mapping[str, Any], grid: Grid, language: Language) -> list[Fault] | None:
    """None where the table is not even in form: saving says what is wrong then."""
    from shuxin.lending.api import findings_of, strategy_of  # noqa: PLC0415 - heavy

    try:
        typed = strategy_of(dict(document))
    except InvalidInput:
        return None
    found = [one for one in findings_of(typed) if one.table == grid.id]
    return faults_of(typed, found, url="", language=language, editable=False)


def _line(
    strategy: Strategy, grid: Grid, at: int, findings: Sequence[Fault], language: Language
) -> LineShown:
    line = grid.lines[at]
    mine = [one for one in findings if at + 1 in {one.row, one.other}]
    cells = [
        CellShown(
            value,
            fact_text(strategy, name).say(language),
            next((one.text for one in mine if one.column == name), None),
        )
        for name, value in zip(grid.inputs, line.when, strict=True)
    ]
    wrong = next((one.text for one in mine if one.column not in grid.inputs), None)
    if line.verdict != "pass" and not line.code:
        wrong = _NO_CODE
    return LineShown(at, at + 1, cells, line.verdict, line.code, wrong)


def _wanted(strategy: Strategy, grid: Grid, level: str) -> list[Choice]:
    """Facts of this level and cheaper ones that the table does not read yet."""
    from shuxin.lending.api import Level  # noqa: PLC0415 - heavy

    allowed = facts_for(level, [one.value for one in Level])
    return [
        Choice(name, fact_text(strategy, name))
        for name, spec in strategy.specs.items()
        if spec.level.value in allowed and name not in grid.inputs
    ]
