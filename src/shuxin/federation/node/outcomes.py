"""Firms whose outcomes the label party now knows, from a table of its own (已知结果的企业)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    BoolArray: TypeAlias = NDArray[np.bool_]

CODE, OUTCOME, FIRST = "code", "outcome", "first_loan"
_HEADS = {CODE: CODE, "代码": CODE, OUTCOME: OUTCOME, "结果": OUTCOME, FIRST: FIRST, "首贷": FIRST}
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")
_YES_OR_NO = {"0": False, "1": True}
_PLAIN = {**_YES_OR_NO, "good": False, "bad": True, "好": False, "坏": True}

_ENCODING = Text(en="it is not UTF-8 text", zh="不是 UTF-8 文本")
_NO_TABLE = Text(en="it is no CSV table", zh="不是 CSV 表格")
_HEAD = Text(
    en="its first line names the columns code, outcome and, if known, first_loan, each once",
    zh="首行应为列名 code、outcome，以及可选的 first_loan，各一次",
)
_NO_ROWS = Text(en="it names no firm", zh="没有企业")
_CELLS = Text(en="the line has more or fewer cells than the first", zh="该行列数与首行不符")
_CODE = Text(en="the code is not one of 18 symbols", zh="代码不是 18 位")
_TWICE = Text(en="the firm stands twice", zh="企业重复")
_EMPTY = Text(en="the outcome is empty", zh="结果为空")
_LOAN = Text(en="first_loan is neither 0 nor 1", zh="first_loan 须为 0 或 1")
_REVERSED = Text(
    en="'{value}' means good here and bad in the scorecard job; write good and bad",
    zh="“{value}”在此表示好、在评分卡任务中表示坏；请改写为“好”“坏”",
)


class OutcomesUnreadable(InvalidInput):
    code = "joint_outcomes_unreadable"
    what = Text(
        en="the table of outcomes cannot be used, line {line}: {reason}",
        zh="结果表第 {line} 行不可用：{reason}",
    )
    mend = Text(
        en="A CSV with a line a firm: code, outcome (0 good, 1 bad, or the scorecard job's values),"
        " first_loan (0 or 1) if known",
        zh="CSV 每行一家企业：code、outcome（0 好、1 坏，或评分卡任务中的取值）、可选 first_loan（0 或 1）",
    )


@dataclass(frozen=True, slots=True, eq=False)
class KnownFirms:
    """n firms in the order of the table. bad: (n,). first: (n,) never borrowed before; None where not known."""

    codes: tuple[str, ...]
    bad: BoolArray
    first: BoolArray | None = None

    def chosen(self, rows: BoolArray, /) -> KnownFirms:
        """Of a mask (n,)."""
        codes = tuple(code for code, is_in in zip(self.codes, rows.tolist(), strict=True) if is_in)
        return KnownFirms(codes, self.bad[rows], None if self.first is None else self.first[rows])


def read_firms(content: bytes, /, *, bad: Sequence[str]) -> KnownFirms:
    """A CSV with the columns ``code``, ``outcome`` and, if known, ``first_loan``; others are not looked at.

    Outcomes that are all 0 or 1 (good or bad) mean that; of others those in ``bad``, the scorecard job's, are bad and
    the rest good, as there. Raises OutcomesUnreadable.
    """
    lines = _lines(content)
    _, head = next(lines, (1, []))
    names = [_HEADS.get(cell.strip().lower(), "") for cell in head]
    if any(names.count(name) != 1 for name in (CODE, OUTCOME)) or names.count(FIRST) > 1:
        raise OutcomesUnreadable(line=1, reason=_HEAD)
    codes: dict[str, int] = {}
    outcomes: list[tuple[int, str]] = []
    first: list[bool] = []
    for line, cells in lines:
        row = _row(line, cells, names)
        if row[CODE] in codes:
            raise OutcomesUnreadable(line=line, reason=_TWICE)
        codes[row[CODE]] = line
        outcomes.append((line, row[OUTCOME]))
        if FIRST in row:
            first.append(_YES_OR_NO[row[FIRST]])
    if not codes:
        raise OutcomesUnreadable(line=2, reason=_NO_ROWS)
    return KnownFirms(
        tuple(codes), _bad(outcomes, bad), np.array(first, np.bool_) if FIRST in names else None
    )


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Numbers and cells of the lines that have any. Raises OutcomesUnreadable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OutcomesUnreadable(line=1, reason=_ENCODING) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from ((reader.line_num, cells) for cells in reader if any(map(str.strip, cells)))
    except csv.Error:
        raise OutcomesUnreadable(line=reader.line_num, reason=_NO_TABLE) from None


def _row(line: int, cells: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Raises OutcomesUnreadable."""
    if len(cells) != len(names):
        raise OutcomesUnreadable(line=line, reason=_CELLS)
    row = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name}
    row[CODE] = row[CODE].upper()
    for reason, holds in (
        (_CODE, _CREDIT_CODE.fullmatch(row[CODE])),
        (_EMPTY, row[OUTCOME]),
        (_LOAN, row.get(FIRST, "0") in _YES_OR_NO),
    ):
        if not holds:
            raise OutcomesUnreadable(line=line, reason=reason)
    return row


def _bad(outcomes: Sequence[tuple[int, str]], bad: Sequence[str]) -> BoolArray:
    """Raises OutcomesUnreadable: a word that says good here was bad in training."""
    told, named = [_plain(cell) for _, cell in outcomes], {_plain(one) for one in bad}
    if not set(told) <= _PLAIN.keys():
        return np.array([cell in named for cell in told], np.bool_)
    for (line, _), cell in zip(outcomes, told, strict=True):
        if not _PLAIN[cell] and cell in named:
            raise OutcomesUnreadable(line=line, reason=_reversed(cell))
    return np.array([_PLAIN[cell] for cell in told], np.bool_)


def _reversed(value: str) -> Text:
    return Text(en=_REVERSED.say("en", value=value), zh=_REVERSED.say("zh", value=value))


def _plain(cell: str) -> str:
    """1 and 1.0, as spreadsheets write it, are one value."""
    text = cell.strip()
    try:
        number = float(text)
    except ValueError:
        return text.lower() if text.lower() in _PLAIN else text
    return str(int(number)) if number.is_integer() else repr(number)
