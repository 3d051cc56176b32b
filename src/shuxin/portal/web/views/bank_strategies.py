"""Strategies as a bank's pages show them: the list, what may be done by whom, what stands against one, differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.market.api import ProductKind
from shuxin.portal.bootstrap import holder, journal_of
from shuxin.portal.web.parts import Choice, Column, Facts, Field, Filter, Kind, State, Table
from shuxin.portal.web.views.administering import Several
from shuxin.portal.web.views.bank_market import act
from shuxin.portal.web.views.bank_strategy_words import fact_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from shuxin.kernel.text import Language
    from shuxin.lending.api import Strategy, StrategyView, TableFinding
    from shuxin.market.api import Doer
    from shuxin.parties.api import WaitingAct, accounts
    from shuxin.portal.web.parts.cells import Tone
    from shuxin.portal.web.views.administering import Act

_TONES: Mapping[str, Tone] = {
    "draft": "quiet",
    "tested": "busy",
    "approved": "warn",
    "published": "good",
    "retired": "quiet",
    "dropped": "quiet",
}
EDITABLE = frozenset({"draft", "tested", "approved"})
ROLES = {
    "champion": Text(en="champion: decides", zh="冠军（主策略）"),
    "challenger": Text(en="challenger: decides a share of firms", zh="挑战者（分流决策）"),
    "shadow": Text(en="shadow: decides beside, unused", zh="影子（并行不采用）"),
}
_SHORT = {
    "champion": Text(en="champion", zh="冠军"),
    "challenger": Text(en="challenger", zh="挑战者"),
    "shadow": Text(en="shadow", zh="影子"),
}
_COLUMNS = (
    Column("name", Text(en="Strategy", zh="策略"), link="url"),
    Column("number", Text(en="Version", zh="版本"), kind=Kind.NUMBER),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("runs", Text(en="Runs for", zh="用于")),
    Column("tested", Text(en="Back-tested", zh="已回测"), kind=Kind.STATE),
    Column("by", Text(en="Drafted by", zh="起草人")),
    Column("at", Text(en="Changed", zh="更新时间"), kind=Kind.TIME),
    Column("digest", Text(en="SHA-256", zh="SHA-256"), kind=Kind.CODE),
)
_NONE = Text(
    en="There is no strategy yet. Begin with the standard one.",
    zh="尚无策略。可从标准策略开始。",
)
_RUNNING = (
    Column("kind", Text(en="Products", zh="产品类型")),
    Column("champion", Text(en="Champion", zh="冠军"), link="url"),
    Column("challenger", Text(en="Challenger", zh="挑战者")),
    Column("share", Text(en="Its share", zh="分流比例"), kind=Kind.PERCENT, digits=2),
    Column("shadows", Text(en="Shadows", zh="影子")),
)


def party() -> str:
    """Whose strategies these are: of this site's own institution."""
    return holder(settings_from_environment()).party


def doer(person: accounts.Person) -> Doer:
    from shuxin.market.api import Doer  # noqa: PLC0415 - needs the database

    settings = settings_from_environment()
    return Doer(Actor.LENDER, holder(settings).party, person.name, journal_of(settings))


def strategy_state(state: str) -> State:
    from shuxin.lending.api import STRATEGY_TEXTS  # noqa: PLC0415 - heavy

    return State(STRATEGY_TEXTS.get(state, Text(en=state, zh=state)), _TONES.get(state, "quiet"))


def strategies_table(request: HttpRequest, found: Sequence[StrategyView]) -> Table:
    rows = [
        {
            "name": one.name,
            "url": f"/bank/strategies/{one.key}",
            "number": one.number,
            "state": strategy_state(one.state),
            "runs": Several([_run(*run) for run in one.runs_for]) if one.runs_for else None,
            "tested": State(Text(en="yes", zh="是"), "good") if one.back_test else None,
            "by": one.made_by,
            "at": one.changed_at,
            "digest": one.digest[:12],
        }
        for one in found
    ]
    return Table.shown(
        request,
        name="strategies",
        columns=_COLUMNS,
        rows=rows,
        filters=(Filter("state", Text(en="State", zh="状态")),),
        empty=_NONE,
    )


def _run(kind: str, role: str, share_bp: int) -> Text:
    """A kind of product, the role for it, and the share of firms."""
    product, named = ProductKind(kind).text, _SHORT[role]
    share = f" {share_bp / 100:g}%" if role != "shadow" else ""
    return Text(en=f"{product.en}: {named.en}{share}", zh=f"{product.zh}：{named.zh}{share}")


def running_table(request: HttpRequest, found: Sequence[StrategyView]) -> Table | None:
    """What decides each kind of product now; None where nothing does."""
    by_kind: dict[str, dict[str, Any]] = {}
    for one in found:
        for kind, role, share_bp in one.runs_for:
            row = by_kind.setdefault(kind, {"kind": ProductKind(kind).text, "shadows": []})
            if role == "champion":
                row |= {"champion": named(one), "url": f"/bank/strategies/{one.key}"}
            elif role == "challenger":
                row |= {"challenger": named(one), "share": share_bp / 10_000}
            else:
                row["shadows"].append(named(one))
    if not by_kind:
        return None
    title = Text(en="What decides now", zh="当前启用情况")
    rows = [
        by_kind[kind] | {"shadows": by_kind[kind]["shadows"] or None} for kind in sorted(by_kind)
    ]
    return Table.shown(request, name="running", columns=_RUNNING, rows=rows, title=title)


def named(one: StrategyView) -> Text:
    """Its name with the number of the version: versions bear the same name."""
    name = one.name.replace("{", "(").replace("}", ")")
    return Text(en=f"{name}, version {one.number}", zh=f"{name}，第 {one.number} 版")


def kinds_running(found: Sequence[StrategyView]) -> list[Choice]:
    """Kinds of products that a strategy decides now."""
    kinds = sorted({kind for one in found for kind, _, _ in one.runs_for})
    return [Choice(kind, ProductKind(kind).text) for kind in kinds]


def champions_running(found: Sequence[StrategyView]) -> list[Choice]:
    """The same, each naming the champion that the page shows: by it a second click is known."""
    runs = sorted(
        (run[0], one.digest) for one in found for run in one.runs_for if run[1] == "champion"
    )
    return [
        Choice(f"{kind}:{digest}", ProductKind(kind).text) for kind, digest in dict(runs).items()
    ]


def version_facts(one: StrategyView, strategy: Strategy) -> Facts:
    return Facts(
        [
            (Text(en="version", zh="版本"), one.number),
            (Text(en="state", zh="状态"), strategy_state(one.state)),
            (
                Text(en="for products", zh="适用产品"),
                Several([k.text for k in strategy.product_kinds]),
            ),
            (
                Text(en="runs for", zh="用于"),
                Several([_run(*run) for run in one.runs_for]) if one.runs_for else None,
            ),
            (Text(en="drafted by", zh="起草人"), one.made_by),
            (Text(en="changed", zh="更新时间"), one.changed_at),
            (Text(en="SHA-256", zh="SHA-256"), one.digest[:16]),
        ]
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding as a page shows it; ``url`` leads to where it is mended."""

    text: Text
    place: str
    url: str
    table: str
    row: int
    other: int
    column: str
    example: str


def faults_of(
    strategy: Strategy,
    found: Sequence[TableFinding],
    *,
    url: str,
    language: Language,
    editable: bool,
) -> list[Fault]:
    """``url``: of the strategy's page."""
    tables = {table.id: table.name for stage in strategy.rules for table in stage.tables}
    row_text = Text(en="row {row}", zh="第 {row} 行")
    faults = []
    for one in found:
        column = fact_text(strategy, one.column).say(language) if one.column else ""
        parts = [tables.get(one.table, one.table)]
        if one.row:
            rows = [one.row, one.other] if one.other else [one.row]
            parts.append(" / ".join(row_text.say(language, row=row) for row in rows))
        parts.append(column)
        to = f"{url}/tables/{one.table}" if one.table in tables and editable else ""
        faults.append(
            Fault(
                text=one.text,
                place=" · ".join(filter(None, parts)),
                url=to,
                table=one.table,
                row=one.row,
                other=one.other,
                column=one.column,
                example=_example(strategy, one.example, language),
            )
        )
    return faults


def _example(strategy: Strategy, facts: Mapping[str, Any], language: Language) -> str:
    unknown = Text(en="unknown", zh="未知").say(language)
    shown = (
        f"{fact_text(strategy, name).say(language)} = {unknown if value is None else value}"
        for name, value in facts.items()
    )
    return ("，" if language == "zh" else ", ").join(shown)


def waiting_for_second(key: str) -> WaitingAct | None:
    """What the first person said of it, as long as it counts."""
    from shuxin.parties.api import waiting_acts  # noqa: PLC0415 - needs the database

    found = [
        one
        for one in waiting_acts(now=now_in_china())
        if one.kind == "strategy" and one.content.get("strategy") == key
    ]
    return found[-1] if found else None


def acts_of(
    one: StrategyView, person: accounts.Person, waiting: WaitingAct | None, *, clean: bool
) -> list[Act]:
    """What this person may do now. ``clean``: nothing stands against publication."""
    url = f"/bank/strategies/{one.key}"
    found: list[Act] = []
    if one.state == "tested" and one.back_test and clean:
        words = Text(
            en="You have read rules and back-test. Another person must say the same within seven days.",
            zh="您已审阅规则与回测报告。须由另一人在七日内作出相同确认。",
        )
        button = Text(en="Approve (first person)", zh="审核通过（第一人）")
        found.append(act("approve", f"{url}/steps/approve", button, words, fields=_role_fields()))
    if one.state == "approved" and waiting is not None and waiting.by != person.name:
        role = str(waiting.content.get("role", ""))
        said = ROLES.get(role, Text(en=role, zh=role))
        share = int(str(waiting.content.get("share_bp", 0))) / 100
        by = waiting.by.replace("{", "(").replace("}", ")")
        words = Text(
            en=f"{by} approved it as {said.en}, share {share:g}%. It decides at once; both stand in the log.",
            zh=f"{by} 已审核，用途：{said.zh}，分流 {share:g}%。发布后即时生效，双方账户均记入日志。",
        )
        button = Text(en="Agree and publish", zh="复核并发布")
        found.append(act("publish", f"{url}/steps/publish", button, words))
    if one.state in EDITABLE:
        words = Text(en="The draft ends; nothing else changes.", zh="该草稿作废，其他不受影响。")
        found.append(
            act(
                "drop",
                f"{url}/steps/drop",
                Text(en="Drop the draft", zh="废弃草稿"),
                words,
                danger=True,
            )
        )
    return found


def _role_fields() -> list[Field]:
    return [
        Field(
            "role",
            Text(en="Use it as", zh="启用方式"),
            kind="one",
            value="champion",
            choices=[Choice(role, text) for role, text in ROLES.items()],
        ),
        Field(
            "share",
            Text(en="Share of firms (%), of a challenger", zh="挑战者分流比例（%）"),
            hint=Text(en="0.01 to 50; empty otherwise.", zh="0.01 至 50；其他方式留空。"),
            required=False,
            longest=6,
        ),
    ]


def note_of(
    one: StrategyView, person: accounts.Person, waiting: WaitingAct | None, *, clean: bool
) -> Text | None:
    """What comes next, and for whom."""
    if one.state in {"draft", "tested"} and not clean:
        return Text(
            en="Mend what the checks found; then test it on history.",
            zh="请先处理静态检查发现的问题，再进行回测。",
        )
    if one.state == "draft":
        return Text(en="Next: test it on history.", zh="下一步：进行历史回测。")
    if one.state == "approved" and waiting is None:
        return Text(
            en="The first word has lapsed. Save the draft anew to begin again.",
            zh="第一人的审核已逾期失效。请重新保存草稿后再次办理。",
        )
    if one.state == "approved" and waiting is not None and waiting.by == person.name:
        return Text(
            en="You approved it; another person must publish it.",
            zh="您已审核，须由另一人复核发布。",
        )
    return None


def tabs(key: str) -> list[dict[str, Any]]:
    url = f"/bank/strategies/{key}"
    return [
        {"name": "strategy", "url": url, "text": Text(en="Strategy", zh="策略内容")},
        {
            "name": "diff",
            "url": f"{url}/compare",
            "text": Text(en="Against the running one", zh="与当前版本比对"),
        },
        {"name": "test", "url": f"{url}/back-test", "text": Text(en="Back-test", zh="历史回测")},
    ]
