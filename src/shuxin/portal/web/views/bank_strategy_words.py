"""A strategy in words: its stages in order, what each asks, and its tables as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.web.figures import yuan
from shuxin.portal.web.parts import Facts, State
from shuxin.portal.web.views.administering import Several

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shuxin.kernel.text import Language
    from shuxin.lending.api import Strategy
    from shuxin.portal.web.parts.cells import Tone, Words

LEVELS = {
    "application": Text(en="the application", zh="申请信息"),
    "open": Text(en="open data", zh="公开数据"),
    "own": Text(en="own and authorised data", zh="本行及授权数据"),
    "joint": Text(en="the joint score", zh="联合评分"),
}
KINDS = {
    "rules": Text(en="Rules", zh="硬性规则"),
    "card": Text(en="Score card", zh="评分卡"),
    "joint": Text(en="Joint score", zh="联合评分"),
    "zones": Text(en="Three zones", zh="三段式分区"),
    "limit": Text(en="Limit", zh="额度核定"),
    "price": Text(en="Price", zh="定价"),
}
HIT = {
    "unique": Text(en="exactly one row holds", zh="仅一行命中"),
    "first": Text(en="the highest row that holds counts", zh="自上而下，首行命中"),
}
VERDICTS = {
    "pass": Text(en="pass", zh="通过"),
    "decline": Text(en="decline", zh="拒绝"),
    "refer": Text(en="to a person", zh="转人工"),
    "need_information": Text(en="more information", zh="补充材料"),
    "approve": Text(en="approve", zh="批准"),
}
VERDICT_TONES: dict[str, Tone] = {
    "pass": "good",
    "approve": "good",
    "decline": "bad",
    "refer": "warn",
    "need_information": "warn",
}
OTHERWISE = {
    "refer": Text(en="a person decides", zh="转人工审核"),
    "decline": Text(en="it is declined", zh="拒绝"),
    "need_information": Text(en="the firm is asked", zh="请企业补充"),
    "go_on": Text(en="goes on without", zh="继续，视为未知"),
}
_SILENT = Text(en="When the source is silent", zh="数据源无应答时")
_UNAUTHORISED = Text(en="When an authorisation is missing", zh="缺少授权时")
_INCOMPLETE = Text(en="When not every holder answered", zh="部分数据方未应答时")
_KNOCKED = Text(
    en="Asked only when no cheaper stage has knocked the application out.",
    zh="仅在前序环节均未否决时查询。",
)


@dataclass(frozen=True, slots=True)
class Named:
    """What the author of a strategy called something, in both languages; no places to fill, whatever its signs."""

    en: str
    zh: str

    def say(self, language: Language, /) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class TableShown:
    """A decision table as a page shows it; ``rows``: (number, cells, verdict, reason)."""

    id: str
    name: str
    hit: Text
    heads: Sequence[Head]
    rows: Sequence[tuple[int, Sequence[str], State, str]]


@dataclass(frozen=True, slots=True)
class Head:
    """An input: its words, and the name that stands in the file."""

    text: Named
    name: str


@dataclass(frozen=True, slots=True)
class StageShown:
    """A stage in words; ``can_edit``: it has numbers of its own beside its tables."""

    id: str
    kind: str
    title: Text
    level: Text | None
    facts: Facts
    tables: Sequence[TableShown]


def verdict_state(verdict: str) -> State:
    return State(
        VERDICTS.get(verdict, Text(en=verdict, zh=verdict)), VERDICT_TONES.get(verdict, "quiet")
    )


def fact_text(strategy: Strategy, name: str) -> Named:
    """What a fact is called; its name in the file where nobody said."""
    spec = strategy.specs.get(name)
    return Named((spec and spec.en) or name, (spec and spec.zh) or name)


def stages_of(strategy: Strategy, language: Language) -> list[StageShown]:
    """In the order in which they are asked."""
    return [_stage(strategy, stage, language) for stage in strategy.stages]


def _stage(strategy: Strategy, stage: Any, language: Language) -> StageShown:
    tables = [table_shown(strategy, one, language) for one in getattr(stage, "tables", ())]
    level = {"rules": getattr(stage, "level", ""), "card": "own", "joint": "joint"}.get(stage.kind)
    return StageShown(
        id=stage.id,
        kind=stage.kind,
        title=KINDS[stage.kind],
        level=LEVELS[str(level)] if level else None,
        facts=Facts(list(_FACTS[stage.kind](strategy, stage, language))),
        tables=tables,
    )


def table_shown(strategy: Strategy, table: Any, language: Language) -> TableShown:
    return TableShown(
        id=table.id,
        name=table.name,
        hit=HIT[table.hit],
        heads=[Head(fact_text(strategy, name), name) for name in table.inputs],
        rows=[
            (
                number,
                row.when,
                verdict_state(row.verdict),
                reason_text(strategy, row.code, language),
            )
            for number, row in enumerate(table.rows, start=1)
        ],
    )


def reason_text(strategy: Strategy, code: str, language: Language) -> str:
    """What the firm would read; the code where the strategy does not say it."""
    found = strategy.reasons.get(code)
    if found is None:
        return code
    return str(found.zh if language == "zh" else found.en)


def _asking(stage: Any) -> Iterable[tuple[Words, Any]]:
    yield _SILENT, OTHERWISE[stage.silent]
    yield _UNAUTHORISED, OTHERWISE[stage.unauthorised]


def _rules(strategy: Strategy, stage: Any, language: Language) -> Iterable[tuple[Words, Any]]:  # noqa: ARG001
    if stage.level != "application":
        yield from _asking(stage)


def _card(strategy: Strategy, stage: Any, language: Language) -> Iterable[tuple[Words, Any]]:  # noqa: ARG001
    yield Text(en="Model (SHA-256)", zh="模型 SHA-256"), stage.model[:16]
    yield from _asking(stage)


def _joint(strategy: Strategy, stage: Any, language: Language) -> Iterable[tuple[Words, Any]]:  # noqa: ARG001
    yield Text(en="Service", zh="评分服务"), stage.service
    yield Text(en="Asked", zh="查询条件"), _KNOCKED
    yield from _asking(stage)
    yield _INCOMPLETE, OTHERWISE[stage.incomplete]


def _zones(strategy: Strategy, stage: Any, language: Language) -> Iterable[tuple[Words, Any]]:
    points = Text(
        en="approve from {approve}, decline below {decline}, between a person",
        zh="{approve} 分及以上通过，低于 {decline} 分拒绝，其间转人工",
    )
    pd = Text(
        en="approve up to {approve}, decline above {decline}, between a person",
        zh="不高于 {approve} 通过，高于 {decline} 拒绝，其间转人工",
    )
    for zone in stage.zones:
        if zone.by.endswith("pd"):
            said = pd.say(language, approve=_bp(zone.approve), decline=_bp(zone.decline))
        else:
            said = points.say(language, approve=zone.approve, decline=zone.decline)
        yield fact_text(strategy, zone.by), said
    yield (
        Text(en="Reason when declined", zh="拒绝原因"),
        reason_text(strategy, stage.too_low, language),
    )


def _limit(strategy: Strategy, stage: Any, language: Language) -> Iterable[tuple[Words, Any]]:
    for cap in stage.caps:
        yield cap_text(cap.kind), _cap(strategy, cap, language)
    yield Text(en="Caps that must be known", zh="至少须可计算的上限数"), stage.caps_needed
    if stage.grades:
        grades = [
            f"{one.code} ≤ {_bp(one.pd_most_bp)} × {one.factor_bp / 10_000:.2f}"
            for one in stage.grades
        ]
        yield Text(en="Grades", zh="评级系数"), Several(grades)
    yield Text(en="At most", zh="单户上限"), yuan(stage.most_yuan * 100, language)
    yield Text(en="Rounded down to", zh="取整单位"), yuan(stage.step_yuan * 100, language)
    yield (
        Text(en="Reason when too low", zh="低于产品下限时"),
        reason_text(strategy, stage.too_low, language),
    )


CAPS = {
    "multiple": Text(en="Multiple of a sum", zh="倍数法"),
    "working_capital": Text(en="Need for working capital", zh="流动资金需求量"),
    "affordable": Text(en="What the cash flow repays", zh="现金流偿付能力"),
    "debt": Text(en="Debt to sales", zh="负债收入比"),
}


def cap_text(kind: str) -> Text:
    return CAPS.get(kind, Text(en=kind, zh=kind))


def _cap(strategy: Strategy, cap: Any, language: Language) -> str:
    said = {
        "multiple": Text(en="{factor} × {fact}", zh="{fact} × {factor}"),
        "working_capital": Text(
            en="of {sales}, margin {margin}, turned over {turns} times a year",
            zh="按{sales}，利润率 {margin}，年周转 {turns} 次",
        ),
        "affordable": Text(en="{flow} covers it {cover} times", zh="{flow} 须覆盖 {cover} 倍"),
        "debt": Text(en="within {share} of {sales}", zh="不超过{sales}的 {share}"),
    }[cap.kind]
    facts: dict[str, Any] = {
        name: fact_text(strategy, value)
        for name, value in (
            ("fact", getattr(cap, "fact", None)),
            ("sales", getattr(cap, "sales", None)),
            ("flow", getattr(cap, "cash_flow", None)),
        )
        if value
    }
    facts |= {
        "factor": f"{getattr(cap, 'factor_bp', 0) / 10_000:g}",
        "margin": _bp(getattr(cap, "margin_bp", 0)),
        "turns": f"{getattr(cap, 'turns_bp', 0) / 10_000:g}",
        "cover": f"{getattr(cap, 'cover_bp', 0) / 10_000:g}",
        "share": _bp(getattr(cap, "share_bp", 0)),
    }
    return said.say(language, **facts)


def _price(strategy: Strategy, stage: Any, language: Language) -> Iterable[tuple[Words, Any]]:
    ftp = [f"≤ {one.months}: {_bp(one.bp)}" for one in stage.ftp]
    yield Text(en="Cost of money by months (FTP)", zh="内部资金价格（按期限，月）"), Several(ftp)
    yield Text(en="Operation", zh="运营成本"), _bp(stage.opex_bp)
    yield Text(en="Margin", zh="利润加点"), _bp(stage.margin_bp)
    yield Text(en="Hurdle of return on capital", zh="资本回报门槛（RAROC）"), _bp(stage.hurdle_bp)
    yield Text(en="Loss given default", zh="违约损失率"), _bp(stage.lgd_bp)
    newest = stage.lpr[-1]
    yield (
        Text(en="Newest LPR", zh="最新 LPR"),
        (f"{newest.since}: {_bp(newest.one_year_bp)} / {_bp(newest.five_years_bp)}"),
    )
    yield (
        Text(en="Reason when too dear", zh="未达门槛时"),
        reason_text(strategy, stage.too_dear, language),
    )


_FACTS: Mapping[str, Callable[[Any, Any, Any], Iterable[tuple[Words, Any]]]] = {
    "rules": _rules,
    "card": _card,
    "joint": _joint,
    "zones": _zones,
    "limit": _limit,
    "price": _price,
}


def _bp(value: int) -> str:
    return f"{value / 100:.2f}%"
