"""The board of indicators （指标看板）, DOMAIN 8.5 and 4.12: each with its definition and its calibre （口径）."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from shuxin.kernel.text import Text
from shuxin.market.domain.words import Channel
from shuxin.market.indicators.records import ApplicationRecord, DemandRecord
from shuxin.market.indicators.statistics import median
from shuxin.market.indicators.suppression import TOTAL, hidden_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from shuxin.market.indicators.suppression import Key

Record: TypeAlias = DemandRecord | ApplicationRecord
DIMENSIONS = ("month", "region", "lender")
_ONLINE = frozenset({Channel.PAGE, Channel.API})


@dataclass(frozen=True, slots=True)
class Observation:
    """What one record adds to an indicator: ``top`` above the line, ``base`` below it."""

    firm: str
    month: date
    region: str
    lender: str
    top: float
    base: float


@dataclass(frozen=True, slots=True)
class Calibre:
    """How an indicator is counted （统计口径）; series of different calibres are never mixed."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. ``measure``: how observations become a figure; ``once``: each firm counts once in a group."""

    code: str
    name: Text
    formula: Text
    calibre: Calibre
    measure: Literal["share", "mean", "median", "sum"]
    unit: Literal["share", "basis points", "seconds", "fen"]
    observe: Callable[[Record], Observation | None]
    once: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A group's figure: value None when nothing was counted; base: how many stand behind it; hidden: too few firms.

    before: what was known when the month that begins there began; None of a figure that was never published.
    """

    value: float | None
    base: int
    is_hidden: bool = False
    before: date | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """One indicator by month, region and lender. cells: by dimension and value; ``TOTAL``: all together."""

    indicator: Indicator
    cells: dict[Key, Cell]

    def values(self, dimension: str) -> list[tuple[str, Cell]]:
        """Of one dimension, by value."""
        return sorted((key[1], cell) for key, cell in self.cells.items() if key[0] == dimension)

    @property
    def total(self) -> Cell:
        return self.cells.get(TOTAL, Cell(None, 0))


def board_of(indicator: Indicator, records: Iterable[Record], *, before: date) -> Board:
    """Of months before the one that begins at ``before``: a month that runs is not shown. Pure."""
    return board_from(indicator, observed(indicator, records, before=before))


def observed(indicator: Indicator, records: Iterable[Record], *, before: date) -> list[Observation]:
    """What an indicator counts of months before the one that begins at ``before``. Pure."""
    seen = [found for one in records if (found := indicator.observe(one)) is not None]
    return [one for one in seen if one.month < before]


def board_from(indicator: Indicator, kept: Sequence[Observation]) -> Board:
    """Of these observations, small groups hidden. Pure."""
    groups = groups_of(kept)
    hidden = hidden_groups(groups, firms=[one.firm for one in kept])
    return Board(
        indicator,
        {
            key: Cell(None, 0, is_hidden=True)
            if key in hidden
            else _cell(indicator, [kept[n] for n in sorted(group)])
            for key, group in groups.items()
        },
    )


def groups_of(kept: Sequence[Observation]) -> dict[Key, frozenset[int]]:
    """The observations of each group, by their place."""
    found: dict[Key, set[int]] = {TOTAL: set(range(len(kept)))}
    for number, one in enumerate(kept):
        for key in (
            ("month", one.month.strftime("%Y-%m")),
            ("region", one.region),
            ("lender", one.lender),
        ):
            if key[1]:
                found.setdefault(key, set()).add(number)
    return {key: frozenset(group) for key, group in found.items()}


def _cell(indicator: Indicator, group: Sequence[Observation]) -> Cell:
    if indicator.once:
        group = list({one.firm: one for one in group}.values())
    if indicator.measure == "median":
        middle = median([one.top for one in group])
        return Cell(middle.value if middle else None, len(group))
    top, base = sum(one.top for one in group), sum(one.base for one in group)
    if indicator.measure == "sum":
        return Cell(top if group else None, len(group))
    return Cell(top / base if base else None, len(group))


def _of_demand(one: Record, top: Callable[[DemandRecord], bool]) -> Observation | None:
    if not isinstance(one, DemandRecord):
        return None
    traits = one.traits
    return Observation(traits.firm, one.month, traits.region, "", float(top(one)), 1.0)


def _of_decision(
    one: Record, top: Callable[[ApplicationRecord], float | None]
) -> Observation | None:
    if not isinstance(one, ApplicationRecord) or one.decided_in is None:
        return None
    value, traits = top(one), one.traits
    if value is None:
        return None
    return Observation(traits.firm, one.decided_in, traits.region, one.lender, float(value), 1.0)


def _of_loan(
    one: Record, top: Callable[[ApplicationRecord], float | None], *, weighed: bool
) -> Observation | None:
    """``weighed``: by the amount lent, else each loan counts one."""
    if not isinstance(one, ApplicationRecord) or one.lent_in is None:
        return None
    value, traits = top(one), one.traits
    if value is None:
        return None
    weight = float(one.lent_fen) if weighed else 1.0
    return Observation(traits.firm, one.lent_in, traits.region, one.lender, value * weight, weight)


_PLATFORM = "platform-2026"
_ON_PLATFORM = Calibre(
    _PLATFORM + "/flow",
    Text(
        en="Applications and demands on this platform, by the month of the event; not the statistics of PBC or NFRA",
        zh="本平台口径：按事件发生月统计平台内申请和需求，与人民银行、金融监管总局口径均不可比",
    ),
)
_FIRST = Calibre(
    _PLATFORM + "/first-loan",
    Text(
        en="Borrowers on this platform without an earlier loan as far as known at the application; unknown left out",
        zh="本平台口径：申请时已知无贷款记录的借款企业；情况不明的不计入",
    ),
)
_NEW_LOANS = Calibre(
    _PLATFORM + "/new-loans",
    Text(
        en="By amount newly lent and reported by lenders in the month, not by balance",
        zh="本平台口径：按当月新发放且银行已反馈的金额统计，非余额口径",
    ),
)

INDICATORS = (
    Indicator(
        "match_rate",
        Text(en="Demands with an offer", zh="需求对接成功率"),
        Text(
            en="demands with at least one offer / demands published",
            zh="获得至少一个报价的需求数 ÷ 已发布需求数",
        ),
        _ON_PLATFORM,
        "share",
        "share",
        lambda one: _of_demand(one, lambda demand: demand.is_met),
    ),
    Indicator(
        "approval",
        Text(en="Approval", zh="审批通过率"),
        Text(en="approved / decided", zh="通过笔数 ÷ 已审结笔数"),
        _ON_PLATFORM,
        "share",
        "share",
        lambda one: _of_decision(one, lambda found: found.approved),
    ),
    Indicator(
        "straight_through",
        Text(en="Decided without a person", zh="自动审批率"),
        Text(en="decided without a person / decided", zh="未经人工的审结笔数 ÷ 已审结笔数"),
        _ON_PLATFORM,
        "share",
        "share",
        lambda one: _of_decision(one, lambda found: not found.by_person),
    ),
    Indicator(
        "time_to_decision",
        Text(en="Time to decision", zh="审批用时"),
        Text(en="median from submission to answer", zh="提交申请至答复用时的中位数"),
        _ON_PLATFORM,
        "median",
        "seconds",
        lambda one: _of_decision(one, lambda found: found.seconds),
    ),
    Indicator(
        "online",
        Text(en="Online applications", zh="线上申请占比"),
        Text(
            en="decided that came by page or system / decided",
            zh="企业自助或系统接入的审结笔数 ÷ 已审结笔数",
        ),
        _ON_PLATFORM,
        "share",
        "share",
        lambda one: _of_decision(one, lambda found: found.traits.channel in _ONLINE),
    ),
    Indicator(
        "first_loan",
        Text(en="First-loan borrowers", zh="首贷户占比"),
        Text(en="first-loan borrowers / borrowers", zh="首贷户数 ÷ 获贷户数"),
        _FIRST,
        "share",
        "share",
        lambda one: _of_loan(
            one,
            lambda found: None if found.is_first_loan is None else float(found.is_first_loan),
            weighed=False,
        ),
        once=True,
    ),
    Indicator(
        "credit_loan",
        Text(en="Loans on credit alone", zh="信用贷款占比"),
        Text(en="lent without collateral or surety / lent", zh="信用方式发放金额 ÷ 发放金额"),
        _NEW_LOANS,
        "share",
        "share",
        lambda one: _of_loan(
            one,
            lambda found: None if found.is_unsecured is None else float(found.is_unsecured),
            weighed=True,
        ),
    ),
    Indicator(
        "average_rate",
        Text(en="Average rate", zh="加权平均利率"),
        Text(en="Σ rate × amount / Σ amount, of new loans", zh="Σ（利率 × 发放金额）÷ Σ 发放金额"),
        _NEW_LOANS,
        "mean",
        "basis points",
        lambda one: _of_loan(
            one,
            lambda found: None if found.rate_bp is None else float(found.rate_bp),
            weighed=True,
        ),
    ),
    Indicator(
        "lent",
        Text(en="Newly lent", zh="新发放金额"),
        Text(en="Σ amount of new loans", zh="Σ 发放金额"),
        _NEW_LOANS,
        "sum",
        "fen",
        lambda one: _of_loan(one, lambda _: 1.0, weighed=True),
    ),
)
