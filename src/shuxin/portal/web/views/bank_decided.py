"""A decision for people (决策过程): stage by stage what was asked, which row was hit, how limit and price came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.text import Text
from shuxin.market.api import Borrower, LoanUse, Size, Urgency
from shuxin.portal.web.figures import yuan
from shuxin.portal.web.parts import Axis, Chart, Column, Facts, Kind, Linked, Series, State, Table
from shuxin.portal.web.views.bank_strategy_words import (
    CAPS,
    KINDS,
    LEVELS,
    Named,
    TableShown,
    fact_text,
    reason_text,
    table_shown,
    verdict_state,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from shuxin.kernel.text import Language
    from shuxin.lending.api import DecisionRecord, Strategy
    from shuxin.portal.web.parts.cells import Words

_OUTCOMES: Mapping[str, State] = {
    "pass": State(Text(en="passed", zh="通过"), "good"),
    "decline": State(Text(en="declined here", zh="在此拒绝"), "bad"),
    "refer": State(Text(en="to a person", zh="转人工"), "warn"),
    "need_information": State(Text(en="asks for more", zh="需补充材料"), "warn"),
    "not_asked": State(Text(en="not asked", zh="未查询"), "quiet"),
}
_PROBLEMS = {
    "silent": Text(en="the source did not answer", zh="数据源无应答"),
    "unauthorised": Text(en="an authorisation is missing", zh="缺少授权"),
}
_ZONES = {
    "approve": Text(en="approve", zh="通过区"),
    "manual": Text(en="a person decides", zh="人工区"),
    "decline": Text(en="decline", zh="拒绝区"),
}
_ROLES = {
    "champion": Text(en="champion", zh="冠军策略"),
    "challenger": Text(en="challenger", zh="挑战者策略"),
    "shadow": Text(en="shadow, never used", zh="影子策略（不采用）"),
}
_CODES = {
    "application.use": LoanUse,
    "application.urgency": Urgency,
    "firm.borrower": Borrower,
    "firm.size": Size,
}
_FIXED = {
    "asked": Text(en="applied for", zh="申请金额"),
    "product": Text(en="most of the product", zh="产品上限"),
    "most": Text(en="most of one firm", zh="单户上限"),
}
_NO_USE: Mapping[str, Any] = {
    "open": Text(en="open data, no use to record", zh="公开数据，无须登记使用")
}
_NONE_RECORDED = State(Text(en="no use is recorded", zh="无使用登记"), "warn")
_YES, _NO = Text(en="yes", zh="是"), Text(en="no", zh="否")
_UNKNOWN = Text(en="unknown", zh="未知")
_CAPS = (
    Column("name", Text(en="Cap", zh="额度上限")),
    Column("amount", Text(en="Amount", zh="金额"), kind=Kind.FEN),
    Column("state", Text(en="Effect", zh="作用"), kind=Kind.STATE),
)


@dataclass(frozen=True, slots=True)
class HitShown:
    """One table with the row that was hit, None where none held; ``because``: (fact, cell, value) of that row."""

    table: TableShown
    row: int | None
    because: Sequence[tuple[Words, str, Any]]
    verdict: State
    reason: str


@dataclass(frozen=True, slots=True)
class StepShown:
    """One stage of the run."""

    id: str
    title: Text
    level: Text | None
    outcome: State
    problem: Text | None
    facts: Sequence[tuple[Words, str, Any]]
    hits: Sequence[HitShown] = ()
    out: Facts | None = None
    caps: Table | None = None
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a page shows of one record."""

    record: DecisionRecord
    summary: Facts
    reasons: Sequence[dict[str, str]]
    steps: Sequence[StepShown]
    sources: Sequence[tuple[Words, Any]] = field(default_factory=tuple)


def decided(request: HttpRequest, record: DecisionRecord, *, language: Language) -> Decided:
    """By the strategy that stands in the record itself."""
    from shuxin.lending.api import read_strategy  # noqa: PLC0415 - heavy

    strategy = read_strategy(canonical_json(record.parts["strategy"]))
    show = _Show(request, strategy, record, language)
    return Decided(
        record=record,
        summary=show.summary(),
        reasons=[_reason(one, language) for one in record.reasons],
        steps=[show.step(one) for one in record.trace],
        sources=show.sources(),
    )


def _reason(one: Any, language: Language) -> dict[str, str]:
    is_zh = language == "zh"
    return {
        "code": one.code,
        "text": one.zh if is_zh else one.en,
        "change": one.change_zh if is_zh else one.change_en,
    }


class _Show:
    def __init__(
        self, request: HttpRequest, strategy: Strategy, record: DecisionRecord, language: Language
    ) -> None:
        self._request, self._strategy = request, strategy
        self._record, self._language = record, language
        self._stages = {stage.id: stage for stage in strategy.stages}

    def summary(self) -> Facts:
        record = self._record
        rate = None if record.rate_bp is None else f"{record.rate_bp / 100:.2f}%"
        stage = self._stages.get(record.stage)
        facts: list[tuple[Words, Any]] = [
            (Text(en="advice of the engine", zh="引擎结论"), verdict_state(record.verdict.value)),
            (
                Text(en="decided at stage", zh="决定环节"),
                KINDS[stage.kind] if stage else Text(en="all stages passed", zh="全部环节通过"),
            ),
            (Text(en="limit", zh="额度"), _fen(record.limit_fen, self._language)),
            (Text(en="rate a year", zh="年利率"), rate),
            (
                Text(en="probability of default", zh="违约概率"),
                None if record.pd is None else f"{record.pd:.2%}",
            ),
            (Text(en="strategy", zh="所用策略"), f"{self._strategy.name} · {record.strategy[:12]}"),
            (Text(en="role", zh="策略角色"), _ROLES.get(record.role, record.role)),
            (Text(en="decided", zh="决策时间"), record.decided_at),
            (Text(en="SHA-256 of the record", zh="决策记录 SHA-256"), record.digest[:16]),
        ]
        return Facts(facts)

    def sources(self) -> list[tuple[Words, Any]]:
        """By level: the numbers of the uses in this bank's log, the joint score, or why there is nothing."""
        found: list[tuple[Words, Any]] = []
        for level, said in self._record.parts["sources"].items():
            if problem := said.get("problem"):
                found.append((LEVELS[level], _PROBLEMS.get(problem, problem)))
                continue
            shown: list[Any] = [f"№ {use}" for use in said.get("uses", ())]
            if evidence := said.get("evidence"):
                shown.append(
                    Linked(Text(en="joint score", zh="联合评分"), f"/bank/scores/{evidence}")
                )
            found.append((LEVELS[level], shown or _NO_USE.get(level, _NONE_RECORDED)))
        return found

    def step(self, one: Mapping[str, Any]) -> StepShown:
        stage = self._stages[one["stage"]]
        sources = {"card": "own", "joint": "joint"}
        level = one.get("asked") or getattr(stage, "level", sources.get(stage.kind, ""))
        out = self._out(one)
        caps, chart = self._limit(one) if one["kind"] == "limit" else (None, None)
        if one["kind"] == "price":
            chart = self._price(one)
        return StepShown(
            id=stage.id,
            title=KINDS[stage.kind],
            level=LEVELS.get(str(level)),
            outcome=_OUTCOMES.get(one["outcome"], State(one["outcome"])),
            problem=_PROBLEMS.get(one.get("problem", "")),
            facts=[
                (fact_text(self._strategy, name), name, _fact(name, value))
                for name, value in one.get("facts", {}).items()
            ],
            hits=[self._hit(stage, hit, one.get("facts", {})) for hit in one.get("hits", ())],
            out=Facts(out) if out else None,
            caps=caps,
            chart=chart,
        )

    def _hit(self, stage: Any, hit: Mapping[str, Any], facts: Mapping[str, Any]) -> HitShown:
        table = next(each for each in stage.tables if each.id == hit["table"])
        shown = table_shown(self._strategy, table, self._language)
        row = hit.get("row")
        if row is None:
            nothing = Text(en="to a person", zh="转人工")
            return HitShown(shown, None, (), State(nothing, "warn"), "")
        _, cells, verdict, reason = shown.rows[row - 1]
        because = [
            (head.text, cell, _fact(head.name, facts.get(head.name)))
            for head, cell in zip(shown.heads, cells, strict=True)
            if cell
        ]
        return HitShown(shown, row, because, verdict, reason)

    def _out(self, one: Mapping[str, Any]) -> list[tuple[Words, Any]]:
        made = {
            "card": self._score_out,
            "joint": self._joint_out,
            "zones": self._zone_out,
            "limit": self._limit_out,
            "price": self._price_out,
        }.get(one["kind"])
        return made(one) if made and one["outcome"] != "not_asked" else []

    def _score_out(self, one: Mapping[str, Any]) -> list[tuple[Words, Any]]:
        out = one.get("out") or {}
        found: list[tuple[Words, Any]] = []
        if "points" in out:
            found.append((Text(en="points", zh="分数"), out["points"]))
            found.append((Text(en="probability of default", zh="违约概率"), f"{out['pd']:.2%}"))
            found.append((Text(en="model (SHA-256)", zh="模型 SHA-256"), one["model"][:16]))
        return found

    def _joint_out(self, one: Mapping[str, Any]) -> list[tuple[Words, Any]]:
        return [
            (fact_text(self._strategy, name), _share(name, value))
            for name, value in (one.get("out") or {}).items()
        ]

    def _zone_out(self, one: Mapping[str, Any]) -> list[tuple[Words, Any]]:
        if one.get("by") is None:
            return [(Text(en="score", zh="评分"), Text(en="none is known", zh="无可用评分"))]
        value = one["value"]
        return [
            (fact_text(self._strategy, one["by"]), _share(one["by"], value)),
            (Text(en="zone", zh="所在分区"), _ZONES.get(one["zone"], one["zone"])),
        ]

    def _limit_out(self, one: Mapping[str, Any]) -> list[tuple[Words, Any]]:
        out = one.get("out")
        if not out:
            return []
        return [
            (Text(en="limit", zh="核定额度"), _fen(out["amount_fen"], self._language)),
            (Text(en="bound by", zh="起作用的上限"), self._cap_text(out["bound_by"])),
            (Text(en="grade", zh="评级"), out["grade"]),
        ]

    def _cap_text(self, code: str) -> Any:
        if code in _FIXED:
            return _FIXED[code]
        for stage in self._strategy.stages:
            for cap in getattr(stage, "caps", ()):
                if cap.code == code:
                    return self._cap_named(cap)
        return code

    def _cap_named(self, cap: Any) -> Named:
        """The method, and the fact that it counts from: a strategy may have several of one method."""
        method = CAPS[cap.kind]
        names = (getattr(cap, name, None) for name in ("fact", "sales", "cash_flow"))
        fact = fact_text(self._strategy, next(filter(None, names), ""))
        return Named(f"{method.en}: {fact.en}", f"{method.zh}：{fact.zh}")

    def _limit(self, one: Mapping[str, Any]) -> tuple[Table | None, Chart | None]:
        out = one.get("out")
        if not out:
            return None, None
        rows = [
            {
                "name": self._cap_text(cap["code"]),
                "amount": cap["amount_fen"],
                "state": _effect(cap, out["bound_by"]),
            }
            for cap in out["caps"]
        ]
        table = Table.shown(
            self._request, name=f"caps-{one['stage']}", columns=_CAPS, rows=rows, per_page=50
        )
        known = [row for row in rows if row["amount"] is not None]
        chart = Chart(
            name=f"limit-{one['stage']}",
            title=Text(en="The least cap is the limit", zh="取各上限最小值"),
            kind="bar",
            x=Axis(Text(en="Cap", zh="上限")),
            y=Axis(Text(en="Amount", zh="金额"), kind=Kind.FEN),
            categories=[row["name"] for row in known],
            series=[Series(Text(en="Amount", zh="金额"), [row["amount"] for row in known])],
        )
        return table, chart

    def _price_out(self, one: Mapping[str, Any]) -> list[tuple[Words, Any]]:
        out = one.get("out")
        if not out:
            return [(Text(en="price", zh="定价"), Text(en="no score to price by", zh="无可用评分"))]
        spread = out.get("spread_bp")
        return [
            (Text(en="rate a year", zh="年利率"), _bp(out["rate_bp"])),
            (
                Text(en="needed to reach the hurdle, with the margin", zh="达到门槛并含加点所需"),
                _bp(out["needed_bp"]),
            ),
            (Text(en="spread over LPR", zh="LPR 加点"), None if spread is None else f"{spread} bp"),
            (Text(en="return on capital (RAROC)", zh="资本回报率（RAROC）"), _bp(out["raroc_bp"])),
            (Text(en="reaches the hurdle", zh="是否达到门槛"), _YES if out["reaches"] else _NO),
        ]

    def _price(self, one: Mapping[str, Any]) -> Chart | None:
        """What the rate is made of."""
        out = one.get("out")
        if not out:
            return None
        stage: Any = self._stages[one["stage"]]
        parts = (
            (Text(en="money (FTP)", zh="资金成本（FTP）"), out["ftp_bp"]),
            (Text(en="operation", zh="运营成本"), stage.opex_bp),
            (Text(en="expected loss", zh="预期损失"), out["el_bp"]),
            (Text(en="capital", zh="资本成本"), out["capital_bp"]),
            (Text(en="margin", zh="利润加点"), stage.margin_bp),
        )
        return Chart(
            name=f"price-{one['stage']}",
            title=Text(en="What the price is made of", zh="价格构成"),
            kind="bar",
            x=Axis(Text(en="Part", zh="组成")),
            y=Axis(Text(en="A year", zh="年化"), kind=Kind.PERCENT),
            categories=[name for name, _ in parts],
            series=[Series(Text(en="A year", zh="年化"), [value / 10_000 for _, value in parts])],
        )


def _effect(cap: Mapping[str, Any], bound_by: str) -> State:
    if cap["amount_fen"] is None:
        return State(Text(en="a fact is unknown", zh="所需变量未知"), "quiet")
    if cap["code"] == bound_by:
        return State(Text(en="binds", zh="起作用"), "warn")
    return State(Text(en="higher", zh="未触及"), "quiet")


def _fen(amount: int | None, language: Language) -> str | None:
    return None if amount is None else yuan(amount, language)


def _bp(value: int | None) -> str | None:
    return None if value is None else f"{value / 100:.2f}%"


def _share(name: str, value: Any) -> Any:
    return f"{value:.2%}" if name.endswith(".pd") and isinstance(value, float) else _plain(value)


def _fact(name: str, value: Any) -> Any:
    """A code of ours is said in words, with the code that cells name."""
    closed = _CODES.get(name)
    if closed is None or value not in set(closed):
        return _plain(value)
    text = closed(value).text
    return Text(en=f"{text.en} ({value})", zh=f"{text.zh}（{value}）")


def _plain(value: Any) -> Any:
    if value is None:
        return _UNKNOWN
    if isinstance(value, bool):
        return _YES if value else _NO
    return f"{value:g}" if isinstance(value, float) else value


__all__ = ["Decided", "HitShown", "StepShown", "decided", "reason_text"]
