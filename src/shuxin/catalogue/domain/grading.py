"""Where a column comes from, and how grades follow it (数据血缘与分级传播).

A level follows the values: a derived column has the highest level and the most sensitive personal
class of its direct sources. Only a reviewed breaker lowers it, until its last day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from shuxin.catalogue.domain.contract import Level, PersonalClass, Sharing
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from shuxin.catalogue.domain.contract import Contract, Field

_Word = TypeVar("_Word", bound=StrEnum)
_SENSITIVITY = (PersonalClass.NONE, PersonalClass.C1, PersonalClass.C2, PersonalClass.C3)
_OPENNESS = (Sharing.UNCONDITIONAL, Sharing.CONDITIONAL, Sharing.WITHHELD)


@dataclass(frozen=True, slots=True, order=True)
class SourceColumn:
    """A column of a table that is read, not computed."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """``direct`` sources flow into the value; ``indirect`` ones decide what appears."""

    column: str
    direct: frozenset[SourceColumn]
    indirect: frozenset[SourceColumn]

    @property
    def sources(self) -> frozenset[SourceColumn]:
        return self.direct | self.indirect


@dataclass(frozen=True, slots=True)
class Lineage:
    """The lineage of every output column, in their order."""

    columns: tuple[ColumnLineage, ...]

    def of(self, column: str) -> ColumnLineage:
        """Raises KeyError."""
        return {known.column: known for known in self.columns}[column]


class BreakerKind(StrEnum):
    """Why a level may fall (降级依据)."""

    AGGREGATE = "aggregate"
    MODEL_OUTPUT = "model_output"
    DE_IDENTIFICATION = "de_identification"


class BreakerInvalid(InvalidInput):
    code = "breaker_invalid"
    what = Text(
        en="the breaker of column {column} cannot be applied",
        zh="字段 {column} 的降级审批无法生效",
    )
    mend = Text(
        en="Name an output column once, a reason and a reviewer",
        zh="请为一个输出字段只指定一次，并写明理由与审核人",
    )


class SourceUngraded(InvalidInput):
    code = "source_ungraded"
    what = Text(
        en="column {column} of {table} has no grade, so nothing derived from it has one",
        zh="{table} 的字段 {column} 未定级，其衍生数据也无法定级",
    )
    mend = Text(en="Register the contract of {table}", zh="请登记 {table} 的数据合约")


@dataclass(frozen=True, slots=True)
class Breaker:
    """A reviewed decision that lowers a column's level (降级审批), through ``valid_until``.

    ``to_personal`` None keeps the personal class: de-identified data remain personal information.
    Raises BreakerInvalid.
    """

    column: str
    to_level: Level
    kind: BreakerKind
    reason: str
    reviewer: str
    valid_until: date
    to_personal: PersonalClass | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.reviewer.strip():
            raise BreakerInvalid(column=self.column)


@dataclass(frozen=True, slots=True)
class Grade:
    """A column's grade, and why: the sources that set its level, the breaker applied."""

    level: Level
    personal: PersonalClass
    sharing: Sharing
    because: tuple[SourceColumn, ...]
    breaker: Breaker | None = None


def grades_of(
    *,
    lineage: Lineage,
    contracts: Mapping[str, Contract],
    today: date,
    breakers: Iterable[Breaker] = (),
) -> dict[str, Grade]:
    """The grade of every output column; a column without direct sources is level 1, not personal.

    ``contracts`` by table. Raises SourceUngraded, BreakerInvalid.
    """
    by_column: dict[str, Breaker] = {}
    known = {column.column for column in lineage.columns}
    for breaker in breakers:
        if breaker.column in by_column or breaker.column not in known:
            raise BreakerInvalid(column=breaker.column)
        by_column[breaker.column] = breaker
    grades = {}
    for column in lineage.columns:
        grade = _inherited(sources=column.direct, contracts=contracts)
        found = by_column.get(column.column)
        in_force = found is not None and today <= found.valid_until
        grades[column.column] = _lowered(grade, found) if found and in_force else grade
    return grades


def levels_of(
    *,
    lineage: Lineage,
    contracts: Mapping[str, Contract],
    today: date,
    breakers: Iterable[Breaker] = (),
) -> dict[str, Level]:
    """As :func:`grades_of`, the levels alone."""
    grades = grades_of(lineage=lineage, contracts=contracts, today=today, breakers=breakers)
    return {column: grade.level for column, grade in grades.items()}


def derived(
    *,
    contract: Contract,
    lineage: Lineage,
    contracts: Mapping[str, Contract],
    today: date,
    breakers: Iterable[Breaker] = (),
) -> Contract:
    """``contract`` of a computed dataset, every field at least as strict as its lineage demands.

    What it declares may be stricter, never laxer. Raises SourceUngraded, BreakerInvalid, and
    KeyError for a field that the lineage does not compute.
    """
    grades = grades_of(lineage=lineage, contracts=contracts, today=today, breakers=breakers)
    fields = tuple(_strict(field, grades[field.name]) for field in contract.fields)
    return replace(contract, fields=fields)


def readers_of(
    *, lineages: Mapping[str, Lineage], source: SourceColumn
) -> tuple[SourceColumn, ...]:
    """Every derived column that ``source`` reaches, through any number of datasets, in order.

    ``lineages`` by derived dataset. A cycle of datasets ends where it began.
    """
    reached = {source}
    waiting = [source]
    while waiting:
        current = waiting.pop()
        for dataset, lineage in lineages.items():
            for column in lineage.columns:
                reader = SourceColumn(table=dataset, column=column.column)
                if current in column.sources and reader not in reached:
                    reached.add(reader)
                    waiting.append(reader)
    return tuple(sorted(reached - {source}))


def _inherited(*, sources: frozenset[SourceColumn], contracts: Mapping[str, Contract]) -> Grade:
    fields = {source: _field(source, contracts) for source in sorted(sources)}
    level = max((field.level for field in fields.values()), default=Level.L1)
    return Grade(
        level=level,
        personal=_most(_SENSITIVITY, *(field.personal for field in fields.values())),
        sharing=_most(_OPENNESS, *(field.sharing for field in fields.values())),
        because=tuple(source for source, field in fields.items() if field.level == level),
    )


def _field(source: SourceColumn, contracts: Mapping[str, Contract]) -> Field:
    try:
        return contracts[source.table].field(source.column)
    except KeyError:
        raise SourceUngraded(table=source.table, column=source.column) from None


def _lowered(grade: Grade, breaker: Breaker) -> Grade:
    personal = grade.personal
    if breaker.to_personal is not None:
        personal = min(personal, breaker.to_personal, key=_SENSITIVITY.index)
    return replace(
        grade, level=min(grade.level, breaker.to_level), personal=personal, breaker=breaker
    )


def _strict(field: Field, grade: Grade) -> Field:
    return replace(
        field,
        level=max(field.level, grade.level),
        personal=_most(_SENSITIVITY, field.personal, grade.personal),
        sharing=_most(_OPENNESS, field.sharing, grade.sharing),
    )


def _most(order: tuple[_Word, ...], *words: _Word) -> _Word:
    """The word furthest along ``order``; its first when there is none."""
    return max(words, key=order.index, default=order[0])
