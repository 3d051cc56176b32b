"""The language of a policy's conditions (政策条件): comparisons of a firm's facts, with all and any; nothing else.

A condition is yes, no or cannot tell (Kleene's three values): what is not known is never guessed. It is written in
lines, two spaces deeper for what belongs together, so that an officer reads and writes it::

    size in micro, small
    age_months >= 12
    any
      tax_grade in A, B
      is_first_loan = yes
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.market.policies.fields import POLICY_FIELDS, Field, Operator, Unwritten, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_LINES, MOST_DEPTH, MOST_CHARACTERS = 60, 4, 8000
_LINE = re.compile(r"(?P<field>[a-z_]{1,30}) (?P<operator>in|not in|>=|<=|=) (?P<value>.{1,200})")


class ConditionInvalid(InvalidInput):
    code = "policy_condition_invalid"
    what = Text(
        en="line {line} of the conditions cannot be read: {why}", zh="条件第 {line} 行有误：{why}"
    )
    mend = Text(
        en="Write one comparison a line as the list beside the field shows, or all / any with lines two spaces deeper",
        zh="每行写一个条件（见字段说明），或写 all / any 并将其下各行缩进两个空格",
    )


class Truth(StrEnum):
    """Whether a condition holds for a firm."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact compared with fixed values."""

    field: str
    operator: Operator
    values: tuple[Value, ...]

    @property
    def text(self) -> Text:
        return POLICY_FIELDS[self.field].said(self.operator, self.values)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; with no part it does."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; with no part none does."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Comparison | All | Any


@dataclass(frozen=True, slots=True)
class Finding:
    """What a condition comes to. failing: comparisons that make it no; missing: those that nobody can tell yet."""

    truth: Truth
    failing: tuple[Comparison, ...] = ()
    missing: tuple[Comparison, ...] = ()


def holds(condition: Condition, facts: Mapping[str, Value | None]) -> Finding:
    """By Kleene's rules; a fact that is None or not there is unknown. Pure."""
    if isinstance(condition, Comparison):
        return _compared(condition, facts)
    parts = [holds(part, facts) for part in condition.parts]
    return _of_all(parts) if isinstance(condition, All) else _of_any(parts)


def _compared(one: Comparison, facts: Mapping[str, Value | None]) -> Finding:
    found = POLICY_FIELDS[one.field].compare(facts.get(one.field), one.operator, one.values)
    if found is None:
        return Finding(Truth.UNKNOWN, missing=(one,))
    return Finding(Truth.YES) if found else Finding(Truth.NO, failing=(one,))


def _of_all(parts: Sequence[Finding]) -> Finding:
    refused = [part for part in parts if part.truth is Truth.NO]
    if refused:
        return Finding(Truth.NO, failing=_joined(part.failing for part in refused))
    missing = _joined(part.missing for part in parts if part.truth is Truth.UNKNOWN)
    return Finding(Truth.UNKNOWN, missing=missing) if missing else Finding(Truth.YES)


def _of_any(parts: Sequence[Finding]) -> Finding:
    if any(part.truth is Truth.YES for part in parts):
        return Finding(Truth.YES)
    open_parts = [part for part in parts if part.truth is Truth.UNKNOWN]
    if open_parts:
        return Finding(Truth.UNKNOWN, missing=_joined(part.missing for part in open_parts))
    return Finding(Truth.NO, failing=_joined(part.failing for part in parts))


def _joined(each: Iterator[tuple[Comparison, ...]]) -> tuple[Comparison, ...]:
    return tuple(dict.fromkeys(one for some in each for one in some))


def read_condition(text: str) -> Condition:
    """From lines. Raises ConditionInvalid, which names the line."""
    if len(text) > MOST_CHARACTERS:
        raise ConditionInvalid(line=1, why=Text(en="too long", zh="内容过长"))
    lines = [(n, line.rstrip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not 0 < len(lines) <= MOST_LINES:
        raise ConditionInvalid(line=1, why=Text(en="between 1 and 60 lines", zh="应为 1 至 60 行"))
    parts, rest = _block(lines, 0)
    if rest:
        raise _wrong(rest[0][0], "indentation", "缩进有误")
    return parts[0] if len(parts) == 1 else All(tuple(parts))


_Lines: TypeAlias = "list[tuple[int, str]]"


def _block(lines: _Lines, depth: int) -> tuple[list[Condition], _Lines]:
    """The conditions at this depth, and the lines after them."""
    found: list[Condition] = []
    while lines:
        number, line = lines[0]
        indent = len(line) - len(line.lstrip(" "))
        if indent < 2 * depth:
            break
        if indent != 2 * depth or depth > MOST_DEPTH:
            raise _wrong(number, "indentation", "缩进有误")
        if line.strip() in {"all", "any"}:
            parts, after = _block(lines[1:], depth + 1)
            if not parts:
                raise _wrong(number, "nothing belongs to it", "其下没有条件")
            found.append((All if line.strip() == "all" else Any)(tuple(parts)))
            lines = after
        else:
            found.append(_comparison(number, line.strip()))
            lines = lines[1:]
    return found, lines


def _comparison(number: int, line: str) -> Comparison:
    match = _LINE.fullmatch(line)
    if match is None:
        raise _wrong(number, "not a comparison", "不是有效的条件")
    name, operator = match["field"], Operator(match["operator"])
    if name not in POLICY_FIELDS:
        raise _wrong(number, "no such fact", "没有该字段")
    return Comparison(
        name, operator, _values(number, POLICY_FIELDS[name], operator, match["value"])
    )


def _values(number: int, field: Field, operator: Operator, written: str) -> tuple[Value, ...]:
    try:
        return field.read(operator, written)
    except Unwritten as error:
        raise ConditionInvalid(line=number, why=field.allowed) from error


def _wrong(line: int, en: str, zh: str) -> ConditionInvalid:
    return ConditionInvalid(line=line, why=Text(en=en, zh=zh))


def written(condition: Condition) -> str:
    """The lines that ``read_condition`` reads back."""
    top = (
        condition.parts if isinstance(condition, All) and len(condition.parts) > 1 else (condition,)
    )
    return "\n".join(line for part in top for line in _lines(part, 0))


def _lines(condition: Condition, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(condition, Comparison):
        values = POLICY_FIELDS[condition.field].write(condition.values)
        yield f"{indent}{condition.field} {condition.operator.value} {values}"
        return
    yield f"{indent}{'all' if isinstance(condition, All) else 'any'}"
    for part in condition.parts:
        yield from _lines(part, depth + 1)
