"""What a dataset promises: its fields, levels, sharing and rhythm (数据目录元数据)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from shuxin.catalogue.domain.finding import Severity
from shuxin.catalogue.domain.validity import (
    ContractInvalid,
    check_name,
    check_text,
    check_unlike,
    parse_version,
)
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.catalogue.domain.dataset_rules import DatasetRule


class DataGroup(StrEnum):
    """The five data (五数): whose world the data describe."""

    FINANCIAL = "financial"
    PUBLIC = "public"
    MARKET = "market"
    ENTERPRISE = "enterprise"
    PERSONAL = "personal"


class FieldType(StrEnum):
    """How a field is stored: MONEY is int64 fen, MONTH the first day of the month as a date."""

    STRING = "string"
    CODE = "code"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TIMESTAMP = "timestamp"
    MONTH = "month"
    BOOLEAN = "boolean"


class Level(IntEnum):
    """Grade of a field (数据分级), 1 open to 5 most sensitive, as in JR/T 0197-2020."""

    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4
    L5 = 5


class PersonalClass(StrEnum):
    """Class of personal information (个人信息分类), JR/T 0171-2020; C3 is the most sensitive."""

    NONE = "none"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"


class Sharing(StrEnum):
    """Sharing attribute (共享属性): unconditional, conditional, not shared."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    WITHHELD = "withheld"


class Cycle(StrEnum):
    """Update cycle (更新周期); E means at each event."""

    REAL_TIME = "RT"
    DAY = "D"
    WEEK = "W"
    MONTH = "M"
    QUARTER = "Q"
    YEAR = "Y"
    EVENT = "E"


class Meaning(StrEnum):
    """What a field is about; at most one of each SUBJECT_* in a dataset.

    SUBJECT_NUMBER is the department's own number of the subject (内部编号), the same in all its datasets.
    """

    SUBJECT_CODE = "subject_code"
    SUBJECT_NAME = "subject_name"
    SUBJECT_NUMBER = "subject_number"
    ORGANISATION_CODE = "organisation_code"
    REGISTRATION_NUMBER = "registration_number"
    OTHER_CODE = "other_code"
    OTHER_NAME = "other_name"
    PERSON_NAME = "person_name"
    IDENTITY_NUMBER = "identity_number"
    PHONE = "phone"
    ADDRESS = "address"
    EVENT_TIME = "event_time"
    AMOUNT = "amount"
    NONE = "none"


SUBJECT_MEANINGS = frozenset(meaning for meaning in Meaning if meaning.startswith("subject_"))
"""The ways in which a row says whom it is about."""
RULE_KINDS = ("complete", "valid", "unique", "in_range")
THRESHOLD_DIGITS = 6
_RESERVED = ("dataGroup", "purposes")
_MEASURABLE = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
_TIMES = frozenset({FieldType.DATE, FieldType.TIMESTAMP})


@dataclass(frozen=True, slots=True)
class QualityRule:
    """A rule that a load is measured against.

    ``kind`` is one of ``complete`` (share of non-null values >= threshold), ``valid`` (share that
    passes the check of its type or code table >= threshold), ``unique`` (share of distinct among
    non-null >= threshold), ``in_range`` (share of non-null within ``low..high`` >= threshold, both
    ends included). ``threshold`` has at most six decimals. ``severity`` is what a broken rule means for the load:
    a warning, an error that keeps it aside, or a stop that two people must lift. Raises ContractInvalid.
    """

    kind: str
    threshold: float
    low: float | None = None
    high: float | None = None
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        where = f"quality {self.kind}"
        if self.kind not in RULE_KINDS:
            raise ContractInvalid(
                where=where,
                kinds=", ".join(RULE_KINDS),
                problem=Text(en="there is no such kind of rule", zh="没有这种质量规则"),
                cure=Text(en="Use one of: {kinds}", zh="请使用以下之一：{kinds}"),
            )
        if not 0 <= self.threshold <= 1 or self.threshold != round(
            self.threshold, THRESHOLD_DIGITS
        ):
            raise ContractInvalid(
                where=where,
                problem=Text(en="the threshold is not a share", zh="阈值不是比例"),
                cure=Text(
                    en="Use a number from 0 to 1 with at most six decimals",
                    zh="请使用 0 到 1 之间、至多六位小数的数",
                ),
            )
        self._check_range(where)

    def _check_range(self, where: str) -> None:
        ends = [end for end in (self.low, self.high) if end is not None]
        fits = bool(ends) == (self.kind == "in_range")
        if not fits or not all(map(math.isfinite, ends)) or ends != sorted(ends):
            raise ContractInvalid(
                where=where,
                problem=Text(en="the range is not right", zh="取值范围有误"),
                cure=Text(
                    en="Give low, high or both, low <= high, and only to in_range",
                    zh="仅 in_range 规则需给出 low、high 或两者，且 low <= high",
                ),
            )


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``name`` is the stored column's name, ``title`` what people read.

    A code table belongs to type CODE; a field has at most one rule of each kind.
    Raises ContractInvalid.
    """

    name: str
    type: FieldType
    title: str = ""
    unit: str = ""
    required: bool = False
    code_table: tuple[str, ...] = ()
    level: Level = Level.L1
    personal: PersonalClass = PersonalClass.NONE
    sharing: Sharing = Sharing.UNCONDITIONAL
    meaning: Meaning = Meaning.NONE
    rules: tuple[QualityRule, ...] = ()

    def __post_init__(self) -> None:
        check_name(where="field", name=self.name)
        check_text(where=f"{self.name}.title", text=self.title)
        check_text(where=f"{self.name}.unit", text=self.unit, limit=40)
        check_unlike(where=f"{self.name}.code_table", values=self.code_table)
        check_unlike(where=f"{self.name}.quality", values=(rule.kind for rule in self.rules))
        for code in self.code_table:
            check_text(where=f"{self.name}.code_table", text=code, limit=200)
        if self.code_table and self.type is not FieldType.CODE:
            raise ContractInvalid(
                where=f"{self.name}.code_table",
                problem=Text(en="only a code has a code table", zh="只有代码型字段可有代码表"),
                cure=Text(
                    en="Make the type 'code', or drop the table",
                    zh="请将类型改为 code，或去掉代码表",
                ),
            )
        ranged = any(rule.kind == "in_range" for rule in self.rules)
        if ranged and self.type not in _MEASURABLE:
            raise ContractInvalid(
                where=f"{self.name}.quality",
                problem=Text(en="only numbers have a range", zh="只有数值型字段可有取值范围"),
                cure=Text(en="Drop the in_range rule", zh="请去掉 in_range 规则"),
            )


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract of one dataset (数据合约), version ``major.minor.patch``.

    ``known_time_field`` names the date or timestamp at which a row became visible, or is empty.
    ``extra`` holds further properties as (name, value) pairs that are kept but not understood.
    Field names differ in more than letter case, as SQL engines fold it. ``rules`` speak of whole rows, of other rows
    of a subject, or of other datasets. Raises ContractInvalid.
    """

    dataset: str
    version: str
    title: str
    department: str
    group: DataGroup
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    cycle: Cycle = Cycle.EVENT
    lag_days: int = 0
    purposes: tuple[str, ...] = ()
    description: str = ""
    known_time_field: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    rules: tuple[DatasetRule, ...] = ()

    def __post_init__(self) -> None:
        check_name(where="dataset", name=self.dataset)
        parse_version(text=self.version)
        check_text(where="title", text=self.title)
        check_text(where="department", text=self.department, limit=120)
        check_text(where="description", text=self.description, limit=20_000)
        check_unlike(where="fields", values=(field.name.casefold() for field in self.fields))
        check_unlike(where="key", values=self.key)
        check_unlike(where="purposes", values=self.purposes)
        check_unlike(where="extra", values=[*_RESERVED, *(name for name, _ in self.extra)])
        for words in (*self.purposes, *(word for pair in self.extra for word in pair)):
            check_text(where="purposes, extra", text=words)
        check_unlike(where="meaning", values=self._subjects())
        check_unlike(where="quality", values=(rule.name for rule in self.rules))
        self._check_references()

    def _subjects(self) -> list[str]:
        meanings = (field.meaning for field in self.fields)
        return [meaning for meaning in meanings if meaning in SUBJECT_MEANINGS]

    def _check_references(self) -> None:
        types = {field.name: field.type for field in self.fields}
        if not self.fields or self.lag_days < 0:
            raise ContractInvalid(
                where="fields, lag_days",
                problem=Text(en="no field, or a negative lag", zh="没有字段，或滞后天数为负"),
                cure=Text(
                    en="Name at least one field; lag_days is 0 or more",
                    zh="至少声明一个字段；lag_days 不小于 0",
                ),
            )
        absent = [name for name in self.key if name not in types]
        absent += [name for rule in self.rules for name in rule.fields if name not in types]
        if self.known_time_field and types.get(self.known_time_field) not in _TIMES:
            absent.append(self.known_time_field)
        absent += _unfit(self.rules, types)
        if absent:
            raise ContractInvalid(
                where="key, known_time_field",
                value=", ".join(absent),
                problem=Text(
                    en="{value} is not a field, or not a date, timestamp or number where one is needed",
                    zh="{value} 不是已声明的字段，或在需要日期时间、数值处类型不符",
                ),
                cure=Text(en="Declare the field", zh="请声明该字段"),
            )

    def field(self, name: str) -> Field:
        """Raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def _unfit(rules: tuple[DatasetRule, ...], types: dict[str, FieldType]) -> list[str]:
    """Fields of the rules that cannot be reckoned with: periods that are no dates, amounts that are no numbers."""
    times, numbers = _TIMES | {FieldType.MONTH}, _MEASURABLE
    found = []
    for rule in rules:
        asked: tuple[tuple[tuple[str, ...], frozenset[FieldType]], ...] = ()
        if rule.kind == "gaps":
            asked = ((rule.fields, times),)
        elif rule.kind == "identity":
            asked = ((rule.fields, numbers),)
        elif rule.kind == "agrees":
            asked = ((rule.fields[:1], numbers), (rule.fields[1:2], times))
        found += [name for names, fit in asked for name in names if types.get(name) not in fit]
    return [name for name in found if name in types]
