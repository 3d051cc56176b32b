"""How far a job is, as a page shows it: the step in words, messages, time by phase, and how fits come down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Axis, Chart, Column, Kind, Series, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from shuxin.federation.api import FitCurve, JobProgress
    from shuxin.kernel.text import Language
    from shuxin.portal.web.views.node import Here

MOST = 60
"""Rows of these tables, which have no pages."""
_TRAFFIC = (
    Column("peer", Text(en="With", zh="对方")),
    Column("received", Text(en="Messages received", zh="收到消息"), kind=Kind.NUMBER),
    Column("received_bytes", Text(en="Bytes received", zh="收到字节"), kind=Kind.NUMBER),
    Column("sent", Text(en="Messages sent", zh="发送消息"), kind=Kind.NUMBER),
    Column("sent_bytes", Text(en="Bytes sent", zh="发送字节"), kind=Kind.NUMBER),
)
_PHASES = (
    Column("phase", Text(en="Phase", zh="阶段")),
    Column("cpu", Text(en="Processor time", zh="处理器时间"), kind=Kind.NUMBER, digits=2,
           unit=Text(en="s", zh="秒")),
    Column("wait", Text(en="Waited for others", zh="等待他方"), kind=Kind.NUMBER, digits=2,
           unit=Text(en="s", zh="秒")),
)  # fmt: skip


def progress_parts(
    request: HttpRequest, progress: JobProgress, here: Here, language: Language
) -> dict[str, Any]:
    """Step in words, tables and charts of one moment."""
    from shuxin.federation.api import phase_text, say_step  # noqa: PLC0415 - heavy

    traffic = [
        {
            "peer": here.name(one.peer),
            "sent": one.sent,
            "sent_bytes": one.sent_bytes,
            "received": one.received,
            "received_bytes": one.received_bytes,
        }
        for one in progress.traffic
    ]
    phases = [
        {"phase": phase_text(one.phase), "cpu": one.cpu_ms / 1000, "wait": one.wait_ms / 1000}
        for one in progress.phases
    ]
    return {
        "step": say_step(progress.step, language, names=here.names),
        "awaits": progress.awaits,
        "common": progress.common,
        "traffic": Table.shown(
            request, name="traffic", columns=_TRAFFIC, rows=traffic, per_page=MOST
        ),
        "phases": Table.shown(request, name="phases", columns=_PHASES, rows=phases, per_page=MOST),
        "curves": curve_charts(progress.curves),
    }


def curve_charts(curves: tuple[FitCurve, ...]) -> list[Chart]:
    """The deviance of every fit in one chart, the largest slope in another; none before a fit began."""
    if not curves:
        return []
    most = max(len(one.deviance) for one in curves)
    steps = [str(nth) for nth in range(most)]
    return [
        Chart(
            name="deviance",
            title=Text(en="How the joint regression comes down", zh="联合回归的下降过程"),
            kind="line",
            x=Axis(Text(en="iteration", zh="迭代")),
            y=Axis(Text(en="deviance", zh="偏差")),
            categories=steps,
            series=[
                Series(_fit_name(nth), _filled(one.deviance, most)) for nth, one in _named(curves)
            ],
            reads=_READS,
        ),
        Chart(
            name="slope",
            title=Text(en="Largest slope left", zh="剩余最大梯度"),
            kind="line",
            x=Axis(Text(en="iteration", zh="迭代")),
            y=Axis(Text(en="slope", zh="梯度")),
            categories=steps,
            series=[
                Series(_fit_name(nth), _filled(one.slope, most)) for nth, one in _named(curves)
            ],
            reads=_SLOPE_READS,
        ),
    ]


_READS = Text(
    en="Reckoned by the label party from the slopes that it receives: nobody knows a single firm's chance.",
    zh="由标签方根据收到的梯度推算；任何一方都不掌握单个企业的概率。",
)
_SLOPE_READS = Text(
    en="The fit ends when no coefficient would move any more.", zh="各系数不再变动时拟合结束。"
)


def _named(curves: tuple[FitCurve, ...]) -> Iterator[tuple[int, FitCurve]]:
    yield from enumerate(curves, start=1)


def _fit_name(nth: int) -> Text:
    return Text(en=f"fit {nth}", zh=f"第 {nth} 次拟合")


def _filled(values: tuple[float, ...], most: int) -> list[float | None]:
    return [*values, *([None] * (most - len(values)))]
