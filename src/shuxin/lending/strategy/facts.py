"""Facts that a strategy may read (决策变量): names, kinds, ranges; and numbers as both evaluators see them alike."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.market.api import Borrower, LoanUse, Size, Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Fact: TypeAlias = "int | float | str | bool | None"
DECIMALS = 6
GREATEST, GREATEST_NUMBER = 10**12, 10**9
"""Of whole numbers, and of those with six decimals: 15 digits are exact in a double and equal in zen's decimals."""
LONGEST_TEXT = 200


class FactUnfit(InvalidInput):
    code = "fact_unfit"
    what = Text(
        en="a source gave '{fact}' in a form that the strategy does not know",
        zh="数据源给出的“{fact}”与策略声明的类型不符",
    )
    mend = Text(
        en="Correct the source, or how the strategy declares this fact",
        zh="请更正数据源，或修改策略中该变量的声明",
    )


class FactKind(StrEnum):
    """What values it takes (变量类型). INTEGER: whole; NUMBER: six decimals; amounts are whole yuan."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"


class Level(StrEnum):
    """By cost and sensitivity (数据层级), cheapest first; each level may read those before it."""

    APPLICATION = "application"
    OPEN = "open"
    OWN = "own"
    JOINT = "joint"


LEVELS = tuple(Level)
_PREFIX = {
    Level.APPLICATION: ("application.", "firm."),
    Level.OPEN: ("open.",),
    Level.OWN: ("own.", "card."),
    Level.JOINT: ("joint.",),
}
_Whole = Annotated[int, Field(ge=-GREATEST, le=GREATEST)]
FactName = Annotated[
    str, Field(pattern=r"^(application|firm|open|own|card|joint)\.[a-z][a-z0-9_]*$", max_length=80)
]


class FactSpec(BaseModel):
    """One fact as a strategy declares it. ``one_of``: all texts there are, empty for any text.

    least, most: bounds of numbers that the source keeps. may_be_unknown: the value may be missing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: FactName
    kind: FactKind
    one_of: Annotated[
        tuple[Annotated[str, Field(max_length=LONGEST_TEXT)], ...], Field(max_length=200)
    ] = ()
    least: _Whole | None = None
    most: _Whole | None = None
    may_be_unknown: bool = True
    zh: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    en: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        is_number = self.kind in {FactKind.INTEGER, FactKind.NUMBER}
        if not is_number and (self.least, self.most) != (None, None):
            raise ValueError("only numbers have bounds")
        if self.one_of and self.kind is not FactKind.TEXT:
            raise ValueError("only texts are of a list")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is not above most")
        return self

    @property
    def level(self) -> Level:
        return level_of(self.name)


def level_of(name: str) -> Level:
    """Raises KeyError."""
    for level, prefixes in _PREFIX.items():
        if name.startswith(prefixes):
            return level
    raise KeyError(name)


def taken(value: object, spec: FactSpec) -> Fact:
    """The value as rules see it: numbers with six decimals; NaN and None are unknown. Raises FactUnfit."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    kind = spec.kind
    if kind is FactKind.BOOLEAN and isinstance(value, bool):
        return value
    if kind is FactKind.TEXT and isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FactUnfit(fact=spec.name)
    if not abs(value) <= greatest(kind):
        raise FactUnfit(fact=spec.name)
    if kind is FactKind.INTEGER and value == int(value):
        return int(value)
    if kind is FactKind.NUMBER:
        return plain(value)
    raise FactUnfit(fact=spec.name)


def greatest(kind: FactKind) -> int:
    """The largest size of a number of this kind."""
    return GREATEST if kind is FactKind.INTEGER else GREATEST_NUMBER


def plain(value: float) -> int | float:
    """At most six decimals; whole numbers are integers, so that equal facts have equal bytes."""
    rounded = round(float(value), DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


def _spec(name: str, kind: FactKind, zh: str, en: str, **rest: Any) -> FactSpec:
    return FactSpec(name=name, kind=kind, zh=zh, en=en, **rest)


def _listed(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(word.value) if hasattr(word, "value") else str(word) for word in words)


STANDARD: Mapping[str, FactSpec] = {
    spec.name: spec
    for spec in (
        _spec("application.amount_yuan", FactKind.INTEGER, "申请金额（元）", "amount applied for, yuan",
              least=0, may_be_unknown=False),
        _spec("application.term_months", FactKind.INTEGER, "申请期限（月）", "term, months",
              least=1, most=360, may_be_unknown=False),
        _spec("application.use", FactKind.TEXT, "贷款用途", "use of the money",
              one_of=_listed(LoanUse), may_be_unknown=False),
        _spec("application.urgency", FactKind.TEXT, "用款紧急程度", "urgency",
              one_of=_listed(Urgency), may_be_unknown=False),
        _spec("firm.borrower", FactKind.TEXT, "借款主体", "kind of borrower",
              one_of=_listed(Borrower), may_be_unknown=False),
        _spec("firm.region", FactKind.TEXT, "所在地区代码", "region code"),
        _spec("firm.industry", FactKind.TEXT, "行业代码", "industry code"),
        _spec("firm.size", FactKind.TEXT, "企业规模", "size class", one_of=_listed(Size)),
        _spec("firm.age_months", FactKind.INTEGER, "成立月数", "age, months", least=0),
        _spec("firm.first_loan", FactKind.BOOLEAN, "是否首贷户", "first loan"),
        _spec("card.points", FactKind.INTEGER, "评分卡分数", "points of the card"),
        _spec("card.pd", FactKind.NUMBER, "评分卡违约概率", "probability of default by the card",
              least=0, most=1),
        _spec("joint.points", FactKind.INTEGER, "联合评分", "joint points"),
        _spec("joint.pd", FactKind.NUMBER, "联合评分违约概率", "probability of default by the joint score",
              least=0, most=1),
        _spec("joint.complete", FactKind.BOOLEAN, "联合评分各方是否均已应答", "all holders answered"),
    )
}  # fmt: skip
"""Facts that every strategy has without declaring them; lists and features are declared by the strategy."""
