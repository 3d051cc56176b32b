"""Cells of decision tables (决策表单元格): the documented subset, parsed whole, or refused.

    (empty)                      anything, unknown too
    < 12   <= 12   > 12   >= 12  numbers
    [12..24)  (0..1]             ranges, the bracket says whether the end counts
    12   "A"   true   null       equal to it; null is unknown
    != "A"   not in ["A", "B"]   anything else, unknown too
    startsWith($, "33")          texts that begin so
    < 3, > 10, null              commas: any one of these

A rule engine that meets a cell it cannot parse takes the row for one that does not match and goes on; so no cell
reaches it that was not understood here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from shuxin.lending.strategy.facts import DECIMALS, FactKind, greatest

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.lending.strategy.facts import Fact

LONGEST_CELL = 400
_NUMBER = r"-?\d{1,13}(?:\.\d{1,6})?"
_TEXT = r'"[^"\\\x00-\x1f]*"'
_TOKEN = re.compile(
    rf"\s*(?:(?P<range>[\[(]\s*{_NUMBER}\s*\.\.\s*{_NUMBER}\s*[\])])"
    rf"|startsWith\(\s*\$\s*,\s*(?P<prefix>{_TEXT})\s*\)"
    rf"|not\s+in\s*\[(?P<others>\s*(?:{_NUMBER}|{_TEXT})\s*(?:,\s*(?:{_NUMBER}|{_TEXT})\s*)*)\]"
    rf"|!=\s*(?P<other>{_NUMBER}|{_TEXT}|true|false|null)(?![\w.])"
    rf"|(?P<sign><=|>=|<|>)\s*(?P<bound>{_NUMBER})(?![\w.])"
    rf"|(?:==?\s*)?(?P<literal>{_NUMBER}|{_TEXT}|true|false|null)(?![\w.]))\s*"
)
_ENDS = re.compile(rf"([\[(])\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*([\])])")
_EACH = re.compile(rf"{_NUMBER}|{_TEXT}")


class CellMalformed(ValueError):
    """Not of the subset, or not of the column's kind; the caller says in which table, row and column."""


Stated: TypeAlias = "Decimal | str | bool | None"
"""What a cell names."""
Part: TypeAlias = "Between | Equal | Other | Begins"


@dataclass(frozen=True, slots=True)
class Between:
    """Numbers between two ends; None is no end."""

    low: Decimal | None = None
    high: Decimal | None = None
    takes_low: bool = True
    takes_high: bool = True

    def holds(self, value: Fact) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        number = exact(value)
        above = self.low is None or number > self.low or (self.takes_low and number == self.low)
        below = self.high is None or number < self.high or (self.takes_high and number == self.high)
        return above and below

    def zen(self) -> str:
        if self.low is None:
            return f"$ {'<=' if self.takes_high else '<'} {self.high:f}"
        if self.high is None:
            return f"$ {'>=' if self.takes_low else '>'} {self.low:f}"
        left, right = "[" if self.takes_low else "(", "]" if self.takes_high else ")"
        return f"$ in {left}{self.low:f}..{self.high:f}{right}"


@dataclass(frozen=True, slots=True)
class Equal:
    """Just this value; None is unknown."""

    value: Stated

    def holds(self, value: Fact) -> bool:
        return _same(self.value, value)

    def zen(self) -> str:
        return f"$ == {_literal(self.value)}"


@dataclass(frozen=True, slots=True)
class Other:
    """Anything but these; unknown is something else, unless it is named."""

    values: tuple[Stated, ...]

    def holds(self, value: Fact) -> bool:
        return not any(_same(one, value) for one in self.values)

    def zen(self) -> str:
        if len(self.values) == 1:
            return f"$ != {_literal(self.values[0])}"
        return f"$ not in [{', '.join(map(_literal, self.values))}]"


@dataclass(frozen=True, slots=True)
class Begins:
    """Texts that begin so."""

    prefix: str

    def holds(self, value: Fact) -> bool:
        return isinstance(value, str) and value.startswith(self.prefix)

    def zen(self) -> str:
        return f"startsWith($, {_literal(self.prefix)})"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; no parts: anything."""

    parts: tuple[Part, ...] = ()

    def holds(self, value: Fact) -> bool:
        return not self.parts or any(part.holds(value) for part in self.parts)

    def zen(self) -> str:
        """The cell as the rule engine is given it.

        Parts that unknown may satisfy come first: zen gives up the whole cell, silently, where unknown meets a
        comparison. Neither brackets nor ``and``: a cell that begins with a bracket is taken for a range, and ``and``
        binds no closer than ``or``.
        """
        return " or ".join(part.zen() for part in sorted(self.parts, key=_turn))

    def numbers(self) -> set[Decimal]:
        """Where its answer may change."""
        found: set[Stated] = set()
        for part in self.parts:
            if isinstance(part, Between):
                found |= {part.low, part.high}
            elif not isinstance(part, Begins):
                found |= set(part.values if isinstance(part, Other) else (part.value,))
        return {one for one in found if isinstance(one, Decimal)}

    def texts(self) -> set[str]:
        """Texts that are named whole."""
        named: set[Stated] = set()
        for part in self.parts:
            if isinstance(part, Equal | Other):
                named |= set(part.values if isinstance(part, Other) else (part.value,))
        return {one for one in named if isinstance(one, str)}

    def prefixes(self) -> set[str]:
        return {part.prefix for part in self.parts if isinstance(part, Begins)}


def _turn(part: Part) -> int:
    if isinstance(part, Equal):
        return 0 if part.value is None else 2
    return 1 if isinstance(part, Other) else 3


def exact(value: float) -> Decimal:
    """The decimal that a fact stands for; facts have six decimals at most."""
    return Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{DECIMALS}f}")


def parse_cell(text: str, *, kind: FactKind) -> Cell:
    """Raises CellMalformed."""
    if len(text) > LONGEST_CELL:
        raise CellMalformed
    if not text.strip():
        return Cell()
    parts, at = [], 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            raise CellMalformed
        parts.append(_part(found, kind))
        at = found.end()
        if at == len(text):
            return Cell(tuple(parts))
        if text[at] != ",":
            raise CellMalformed
        at += 1


def _part(found: re.Match[str], kind: FactKind) -> Part:
    name = found.lastgroup or ""
    return _READERS[name](found, kind)


def _range(found: re.Match[str], kind: FactKind) -> Part:
    ends = _ENDS.fullmatch(found["range"].strip())
    if ends is None:
        raise CellMalformed
    left, low, high, right = ends.groups()
    part = Between(_number(low, kind), _number(high, kind), left == "[", right == "]")
    if part.low is None or part.high is None or part.low > part.high:
        raise CellMalformed
    return part


def _bound(found: re.Match[str], kind: FactKind) -> Part:
    number, sign = _number(found["bound"], kind), found["sign"]
    if sign.startswith("<"):
        return Between(high=number, takes_high=sign == "<=")
    return Between(low=number, takes_low=sign == ">=")


def _prefix(found: re.Match[str], kind: FactKind) -> Part:
    if kind is not FactKind.TEXT or found["prefix"] == '""':
        raise CellMalformed
    return Begins(found["prefix"][1:-1])


def _others(found: re.Match[str], kind: FactKind) -> Part:
    return Other(tuple(_value(one, kind) for one in _EACH.findall(found["others"])))


_READERS: dict[str, Callable[[re.Match[str], FactKind], Part]] = {
    "range": _range,
    "bound": _bound,
    "prefix": _prefix,
    "others": _others,
    "other": lambda found, kind: Other((_value(found["other"], kind),)),
    "literal": lambda found, kind: Equal(_value(found["literal"], kind)),
}


def _value(text: str, kind: FactKind) -> Stated:
    if text == "null":
        return None
    if text in {"true", "false"}:
        if kind is not FactKind.BOOLEAN:
            raise CellMalformed
        return text == "true"
    if text.startswith('"'):
        if kind is not FactKind.TEXT:
            raise CellMalformed
        return text[1:-1]
    return _number(text, kind)


def _number(text: str, kind: FactKind) -> Decimal:
    number = Decimal(text)
    whole = kind is FactKind.INTEGER and number == number.to_integral_value()
    if not (whole or kind is FactKind.NUMBER) or abs(number) > greatest(kind):
        raise CellMalformed
    return number


def _same(stated: Stated, value: Fact) -> bool:
    if isinstance(stated, Decimal):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and exact(value) == stated  # type: ignore[arg-type]
    return type(stated) is type(value) and stated == value


def _literal(value: Stated) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return json.dumps(value, ensure_ascii=False)
