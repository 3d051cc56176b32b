"""The form of a standard dataset (标准数据集): its fields and the headers that these go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.catalogue.api import (
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    PersonalClass,
    QualityRule,
    Sharing,
)
from shuxin.fusion.proposal import SUBJECT_NUMBER_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.kernel.text import Text


@dataclass(frozen=True, slots=True)
class StandardField:
    """A field of a standard and the headers that it goes by, without units and white space."""

    field: Field
    headers: frozenset[str]
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One standard dataset.

    number: in the domain's list of tables. known_time: fields that say when a row became known, the
    best first. hints: words in a file's name or title that speak for this standard where several fit. keeps_rest:
    whether columns outside the standard stay as they were proposed; else they are left out.
    """

    name: str
    number: str
    title: Text
    group: DataGroup
    cycle: Cycle
    lag_days: int
    fields: tuple[StandardField, ...]
    known_time: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    keeps_rest: bool = False


def standard_field(
    name: str,
    headers: Iterable[str],
    kind: FieldType = FieldType.STRING,
    meaning: Meaning = Meaning.NONE,
    *,
    needed: bool = False,
    level: Level = Level.L3,
    personal: PersonalClass = PersonalClass.NONE,
) -> StandardField:
    rules = (QualityRule(kind="complete", threshold=0.98),) if needed else ()
    made = Field(
        name=name,
        type=kind,
        unit="fen" if kind is FieldType.MONEY else "",
        level=level,
        sharing=Sharing.CONDITIONAL,
        meaning=meaning,
        personal=personal,
        rules=rules,
    )
    return StandardField(made, frozenset(headers), needed)


def subject_fields(codes: Iterable[str], names: Iterable[str]) -> tuple[StandardField, ...]:
    """Whom a row is about: by code, by name, or by the office's own number."""
    return (
        standard_field("subject_code", codes, FieldType.CODE, Meaning.SUBJECT_CODE),
        standard_field("subject_name", names, FieldType.STRING, Meaning.SUBJECT_NAME),
        standard_field(
            "subject_number", SUBJECT_NUMBER_HEADERS, FieldType.CODE, Meaning.SUBJECT_NUMBER
        ),
    )


OWN_CODES = ("统一社会信用代码", "企业代码", "借款人代码", "客户代码", "账户持有人代码", "申请人代码",
              "借款企业代码", "申请企业代码", "证件号码")  # fmt: skip
OWN_NAMES = ("企业名称", "借款人", "借款人名称", "户名", "申请人", "申请人名称", "借款企业", "申请企业",
              "客户名称")  # fmt: skip
