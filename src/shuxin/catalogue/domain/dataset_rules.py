"""Rules of a contract that speak of whole rows, of other rows of the same subject, or of another dataset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from shuxin.catalogue.domain.finding import Severity
from shuxin.catalogue.domain.validity import ContractInvalid, check_name
from shuxin.kernel.text import Text

TAKES = ("sum", "max", "mean")
PERIODS = ("month", "quarter", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declared:
    """``name``: once in a contract. ``at_least``: the share, 0 to 1, of cases that keep the rule.

    Raises ContractInvalid.
    """

    name: str
    at_least: float
    severity: Severity

    def __post_init__(self) -> None:
        check_name(where="quality", name=self.name)
        if not 0 <= self.at_least <= 1:
            raise rule_invalid(
                where=f"quality {self.name}",
                problem=Text(en="the threshold is not a share", zh="阈值不是比例"),
                cure=Text(en="Use a number from 0 to 1", zh="请使用 0 到 1 之间的数"),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphans(_Declared):
    """Rows whose subject the dataset ``register`` knows (孤儿记录): a case is a distinct credit code."""

    kind: ClassVar[str] = "orphans"
    register: str
    at_least: float = 0.99
    severity: Severity = Severity.ERROR

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.register})

    @property
    def fields(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps(_Declared):
    """Subjects without a hole between their first and their last ``period`` (报送断档); each is ``months`` long."""

    kind: ClassVar[str] = "gaps"
    period: str
    months: int = 1
    at_least: float = 0.95
    severity: Severity = Severity.WARNING

    def __post_init__(self) -> None:
        _Declared.__post_init__(self)
        if self.months < 1:
            raise _out_of_range(self.name, "months")

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.period,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(_Declared):
    """Rows whose amounts add up (勾稽关系): plus - minus makes ``result``, to ``within``.

    Each of the three is a sum of fields; an empty ``result`` is 0. With ``floor`` the difference counts as no less than
    that: a return that owes nothing states 0, whatever is left over. ``within`` and ``floor`` are in the unit that is
    stored, for money fen. A missing field counts as 0; a row without any is no case.
    """

    kind: ClassVar[str] = "identity"
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    result: tuple[str, ...] = ()
    floor: float | None = None
    within: float = 100
    at_least: float = 1.0
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        _Declared.__post_init__(self)
        numbers = (self.within, self.floor or 0)
        if not self.plus or self.within < 0 or not all(map(math.isfinite, numbers)):
            raise _out_of_range(self.name, "plus, within, floor")

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.plus, *self.minus, *self.result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agrees(_Declared):
    """What two datasets say of one subject and period agrees within a share (跨表核对).

    Of each subject and each ``per``, ``field`` here and ``other_field`` of the dataset ``other`` are taken together by
    ``take``; the periods are read off ``period`` and ``other_period``. Only what both tell of is a case. ``where`` and
    ``other_where`` are (field, value) that a row must have; ``among`` is (dataset, field, value): only subjects that
    have such a row in that dataset, for example general taxpayers. The difference is measured against the other side.
    """

    kind: ClassVar[str] = "agrees"
    field: str
    period: str
    other: str
    other_field: str
    other_period: str
    per: str = "month"
    take: str = "sum"
    within: float = 0.05
    where: tuple[tuple[str, str], ...] = ()
    other_where: tuple[tuple[str, str], ...] = ()
    among: tuple[str, ...] = ()
    at_least: float = 0.95
    severity: Severity = Severity.WARNING

    def __post_init__(self) -> None:
        _Declared.__post_init__(self)
        known = self.per in PERIODS and self.take in TAKES and len(self.among) in {0, 3}
        if not known or not 0 <= self.within <= 1:
            raise _out_of_range(self.name, "per, take, within, among")

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.other, *self.among[:1]})

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field, self.period, *(name for name, _ in self.where))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift(_Declared):
    """Limits of the stability index of each column against the load before, other than the owner's (分布漂移).

    ``without`` are fields that are not compared.
    """

    kind: ClassVar[str] = "drift"
    warns: float = 0.1
    stops: float = 0.25
    without: tuple[str, ...] = ()
    at_least: float = 1.0
    severity: Severity = Severity.STOP

    def __post_init__(self) -> None:
        _Declared.__post_init__(self)
        if not 0 < self.warns <= self.stops < math.inf:
            raise _out_of_range(self.name, "warns, stops")

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    @property
    def fields(self) -> tuple[str, ...]:
        return self.without


DatasetRule = Orphans | Gaps | Identity | Agrees | Drift
KINDS: dict[str, type[DatasetRule]] = {
    "orphans": Orphans,
    "gaps": Gaps,
    "identity": Identity,
    "agrees": Agrees,
    "drift": Drift,
}


def rule_invalid(*, where: str, problem: Text, cure: Text, **facts: object) -> ContractInvalid:
    return ContractInvalid(where=where, problem=problem, cure=cure, **facts)


def _out_of_range(name: str, which: str) -> ContractInvalid:
    return rule_invalid(
        where=f"quality {name}",
        which=which,
        problem=Text(en="a value is out of its range: {which}", zh="取值超出范围：{which}"),
        cure=Text(
            en="See the rules of quality on the page of the catalogue",
            zh="请参阅目录说明中的质量规则",
        ),
    )
