"""Every part in every state, with made-up words: what the gallery page shows and what the tests look at."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import (
    Arc,
    Axis,
    Card,
    Cards,
    Chart,
    Choice,
    Column,
    Dot,
    Event,
    Facts,
    Field,
    Filter,
    Graph,
    Kind,
    Linked,
    Series,
    State,
    Step,
    Steps,
    Table,
    TimeLine,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

HERE = "/gallery"
_THIRD, _SEVENTH = 2, 7
_DAY = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)
_STATES = (
    State(Text(en="in force", zh="有效"), "good"),
    State(Text(en="waits for a person", zh="待人工处理"), "warn"),
    State(Text(en="runs", zh="进行中"), "busy"),
    State(Text(en="refused", zh="已拒绝"), "bad"),
    State(Text(en="ended", zh="已结束"), "quiet"),
)
_FIRM = Text(en="Made-up firm", zh="虚构企业")
_HOSTILE = "=1+1</script><b>'\"&"
_COLUMNS = (
    Column("name", Text(en="Name", zh="名称"), link="url"),
    Column("code", Text(en="Mark", zh="编号"), kind=Kind.CODE),
    Column("rows", Text(en="Rows", zh="行数"), kind=Kind.NUMBER),
    Column("share", Text(en="Complete", zh="完整率"), kind=Kind.PERCENT),
    Column("amount", Text(en="Amount", zh="金额"), kind=Kind.FEN),
    Column("at", Text(en="Changed", zh="更新时间"), kind=Kind.TIME),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
)


def table(request: HttpRequest) -> Table:
    return Table.shown(
        request,
        name="sample",
        title=Text(en="Table of many rows", zh="多行表格"),
        columns=_COLUMNS,
        rows=[_row(i) for i in range(60)],
        filters=(Filter("state", Text(en="State", zh="状态")),),
        per_page=8,
    )


def _row(i: int) -> dict[str, Any]:
    return {
        "name": _HOSTILE
        if i == _THIRD
        else Text(en=f"{_FIRM.en} {i + 1}", zh=f"{_FIRM.zh} {i + 1}"),
        "url": f"{HERE}#table-sample" if i % 2 == 0 else "",
        "code": f"X-{i * 7919 % 9973:04d}",
        "rows": (i * 48271) % 120_000,
        "share": None if i % 9 == 0 else (i * 37 % 100) / 100,
        "amount": (-1) ** i * 10 ** (i % 11) * (i + 3),
        "at": _DAY + timedelta(hours=i * 31),
        "state": _STATES[i % len(_STATES)],
    }


def empty_table(request: HttpRequest) -> Table:
    return Table.shown(
        request,
        name="nothing",
        title=Text(en="Table without rows", zh="无记录的表格"),
        columns=_COLUMNS,
        rows=[],
        empty=Text(en="Nobody has asked for your data.", zh="目前没有使用申请。"),
    )


def charts() -> list[Chart]:
    rounds = range(1, 21)
    months = [f"2025-{month:02d}" for month in range(1, 13)]
    share = Axis(Text(en="Share", zh="占比"), kind=Kind.PERCENT)
    month = Axis(Text(en="Month", zh="月份"))
    first, second = Text(en="Made-up bank", zh="虚构银行"), Text(en="Made-up bureau", zh="虚构部门")
    return [
        Chart(
            name="line",
            title=Text(en="Lines, one with a gap", zh="折线图（含缺失值）"),
            kind="line",
            x=Axis(Text(en="Round", zh="轮次")),
            y=Axis(Text(en="Loss", zh="损失")),
            categories=[str(each) for each in rounds],
            series=[
                Series(first, [round(0.3 + 0.4 * math.exp(-r / 5), 4) for r in rounds]),
                Series(
                    second,
                    [
                        None if r == _SEVENTH else round(0.34 + 0.35 * math.exp(-r / 6), 4)
                        for r in rounds
                    ],
                ),
            ],
            reads=Text(
                en="Both fall; the seventh value of one is missing.",
                zh="两条曲线均下降，其一缺第 7 轮的值。",
            ),
        ),
        Chart(
            name="bar",
            title=Text(en="Bars of amounts", zh="金额柱状图"),
            kind="bar",
            x=month,
            y=Axis(Text(en="Turnover", zh="营业额"), kind=Kind.FEN),
            categories=months,
            series=[Series(first, [(40 + 9 * (i % 5)) * 10**8 for i in range(12)])],
        ),
        Chart(
            name="stacked",
            title=Text(en="Stacked shares", zh="堆叠柱状图"),
            kind="stacked",
            x=month,
            y=share,
            categories=months,
            series=[
                Series(first, [0.3 + i % 4 / 20 for i in range(12)]),
                Series(second, [0.7 - i % 4 / 20 for i in range(12)]),
            ],
        ),
        Chart(
            name="scatter",
            title=Text(en="Scatter", zh="散点图"),
            kind="scatter",
            x=share,
            y=Axis(Text(en="Rows", zh="行数")),
            series=[Series(first, [((i * 37 % 100) / 100, (i * 7919) % 500) for i in range(40)])],
        ),
    ]


def graph() -> Graph:
    names = {
        "a": Text(en="Invoices of a made-up tax office", zh="虚构税务部门发票"),
        "b": Text(en="Meters of a made-up power company", zh="虚构供电公司电表"),
        "c": Text(en="Register", zh="登记信息"),
        "d": Text(en="Turnover of twelve months", zh="近十二个月营业额"),
        "e": Text(en="Power used, month by month", zh="逐月用电量"),
        "f": Text(en="Years since registration", zh="成立年限"),
        "g": Text(en="Card of points, third edition", zh="评分卡第三版"),
        "h": Text(en="Score", zh="评分"),
    }
    kinds = dict(zip("abcdefgh", ["set"] * 3 + ["feature"] * 3 + ["model", "score"], strict=True))
    arcs = [
        ("a", "d"),
        ("b", "e"),
        ("c", "f"),
        ("d", "g"),
        ("e", "g"),
        ("f", "g"),
        ("g", "h"),
        ("c", "h"),
        ("a", "g"),
    ]
    return Graph(
        title=Text(en="Graph laid out on the server", zh="关系图（服务器布局）"),
        dots=[
            Dot(
                i,
                name,
                kind=kinds[i],
                url=HERE if i in "adg" else "",
                note=Text(en="level 3", zh="三级") if i in "ab" else "",
            )
            for i, name in names.items()
        ],
        arcs=[Arc(a, b, Text(en="sum", zh="求和") if a + b == "ad" else "") for a, b in arcs],
        kinds={
            "set": Text(en="Data set", zh="数据集"),
            "feature": Text(en="Feature", zh="特征"),
            "model": Text(en="Model", zh="模型"),
            "score": Text(en="Score", zh="评分"),
        },
        chosen="g",
    )


def facts() -> Facts:
    return Facts(
        [
            (Text(en="Words", zh="文字"), _FIRM),
            (Text(en="Number", zh="数字"), 1412),
            (Text(en="Time", zh="时间"), _DAY),
            (Text(en="Day", zh="日期"), date(2026, 3, 2)),
            (Text(en="State", zh="状态"), _STATES[0]),
            (Text(en="Link", zh="链接"), Linked(Text(en="to the gallery", zh="组件展示"), HERE)),
            (Text(en="Several", zh="多项"), list(_STATES)),
            (Text(en="Nothing", zh="无"), None),
        ]
    )


def time_line() -> TimeLine:
    said = (
        (Text(en="Asked", zh="提出申请"), "", "quiet"),
        (Text(en="Granted", zh="同意授权"), Text(en="for three uses", zh="可使用三次"), "good"),
        (
            Text(en="Used", zh="使用"),
            Text(en="once by the made-up bank", zh="虚构银行使用一次"),
            "busy",
        ),
        (Text(en="Withdrawn", zh="撤回授权"), "", "warn"),
        (
            Text(en="Refused by the holder", zh="数据来源拒绝使用"),
            Text(en="the authorisation has ended", zh="授权已终止"),
            "bad",
        ),
    )
    return TimeLine(
        [
            Event(_DAY + timedelta(days=i), text, detail, tone=tone)  # type: ignore[arg-type] # of the table above
            for i, (text, detail, tone) in enumerate(said)
        ]
    )


def steps() -> Steps:
    return Steps(
        [
            Step(Text(en="File", zh="选择文件"), "done", url=HERE),
            Step(Text(en="Columns", zh="确认列"), "current"),
            Step(Text(en="Check", zh="核对"), "later"),
            Step(Text(en="Done", zh="完成"), "later"),
        ]
    )


def cards() -> Cards:
    return Cards(
        [
            Card(
                Text(en="A card that leads on", zh="可点击的卡片"),
                Text(en="The whole card is the link.", zh="整张卡片均可点击。"),
                url=HERE,
            ),
            Card(
                Text(en="With a figure", zh="带数字"),
                Text(en="made up", zh="虚构数字"),
                figure="1,412",
            ),
            Card(Text(en="With a state", zh="带状态"), state=_STATES[1]),
        ]
    )


def fields() -> list[Field]:
    sizes = [Choice("s", Text(en="small", zh="小型")), Choice("m", Text(en="micro", zh="微型"))]
    return [
        Field(
            "firm",
            Text(en="Name of the firm", zh="企业名称"),
            value="",
            hint=Text(en="As in the register.", zh="与登记信息一致。"),
        ),
        Field(
            "amount",
            Text(en="Amount", zh="金额"),
            value="12,5",
            error=Text(en="This is not an amount: write 12.5", zh="金额格式有误，请写作 12.5"),
        ),
        Field("size", Text(en="Size", zh="规模"), kind="choice", choices=sizes),
        Field("kind", Text(en="Kind", zh="类型"), kind="one", choices=sizes, value="s"),
        Field(
            "sets",
            Text(en="Data", zh="数据"),
            kind="some",
            choices=sizes,
            value=["m"],
            required=False,
        ),
        Field("file", Text(en="File", zh="文件"), kind="file", required=False),
        Field("reason", Text(en="Reason", zh="理由"), kind="long", required=False),
        Field("day", Text(en="Day", zh="日期"), kind="date", required=False),
    ]


def figures() -> dict[str, Any]:
    """Amounts from fen to hundreds of millions, and nothing."""
    return {
        "amounts": [0, 1, -12345, 99_999_999, 123_456_789, 5_000_000_000, 1_234_567_890_123, None]
    }
