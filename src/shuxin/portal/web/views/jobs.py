"""What the pages of joint jobs show: the list, one job with its parties, data, rules and words, and its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import (
    Arc,
    Column,
    Dot,
    Event,
    Facts,
    Filter,
    Graph,
    Kind,
    Linked,
    State,
    Table,
    TimeLine,
)
from shuxin.portal.web.views.node import SHORT, choice_text, job_state, kind_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from shuxin.federation.api import Job, JobLine, JobView, Judged
    from shuxin.kernel.text import Language
    from shuxin.portal.web.parts.cells import Tone
    from shuxin.portal.web.views.node import Here

MOST = 60
"""Rows of the small tables of a job, which have no pages."""
_LIST = (
    Column("title", Text(en="Job", zh="任务"), link="url"),
    Column("kind", Text(en="Kind", zh="种类")),
    Column("proposer", Text(en="Proposed by", zh="提出方")),
    Column("state", Text(en="State here", zh="本方状态"), kind=Kind.STATE),
    Column("waits", Text(en="Waits for", zh="等待对象")),
    Column("received", Text(en="Received", zh="收到时间"), kind=Kind.TIME),
)
_FILTERS = (
    Filter("state", Text(en="State", zh="状态")),
    Filter("kind", Text(en="Kind", zh="种类")),
    Filter("proposer", Text(en="Proposed by", zh="提出方")),
)
_EMPTY = Text(
    en="No joint job yet. A bank proposes one; it then shows here at every party.",
    zh="暂无联合任务。由银行提出后，各参与方均可在此查看。",
)
_HERE = Text(en="a person here", zh="本方人员")
_INPUTS = (
    Column("party", Text(en="Party", zh="参与方")),
    Column("role", Text(en="Role", zh="角色")),
    Column("dataset", Text(en="Dataset", zh="数据集")),
    Column("features", Text(en="Features", zh="特征")),
    Column("ground", Text(en="Ground", zh="处理依据")),
    Column("level", Text(en="Level up to", zh="最高级别"), kind=Kind.NUMBER),
    Column("period", Text(en="Period", zh="数据期间")),
)
_LEARNS = (
    Column("party", Text(en="Party", zh="参与方")),
    Column("learns", Text(en="Learns", zh="获知内容")),
    Column("gets", Text(en="Receives", zh="接收输出")),
)
_RULES = (
    Column("group", Text(en="About", zh="类别")),
    Column("rule", Text(en="Rule", zh="规则")),
    Column("state", Text(en="Here", zh="本方判断"), kind=Kind.STATE),
    Column("why", Text(en="Why not", zh="未通过原因")),
)
_PASSES, _FAILS = Text(en="holds", zh="通过"), Text(en="broken", zh="未通过")
_SAID = {
    "job-approval": Text(en="{party} approved", zh="{party} 批准"),
    "job-refusal": Text(en="{party} refused", zh="{party} 拒绝"),
    "job-stop": Text(en="{party} stopped it", zh="{party} 停止任务"),
    "job-end": Text(en="{party}: ended", zh="{party}：任务结束"),
}
_ENDED = {
    "done": Text(en="{party}: done", zh="{party}：已完成"),
    "failed": Text(en="{party}: failed", zh="{party}：失败"),
}
_TONES: dict[str, Tone] = {
    "job-approval": "good",
    "job-refusal": "bad",
    "job-stop": "bad",
    "failed": "bad",
    "done": "good",
}
_PROPOSED = Text(en="{party} proposed it", zh="{party} 提出任务")
_STANDING = Text(en="standing approval {number}", zh="常设批准第 {number} 条")
_BY = Text(en="account {account}", zh="经办账户 {account}")
_UNTIL = Text(en="{low} to before {high}", zh="{low} 至 {high}（不含）")
_ALL_FIELDS = Text(en="none: rows are aligned only", zh="无（仅对齐）")


@dataclass(frozen=True, slots=True)
class Actions:
    """What a person here may do with a job now."""

    approve: bool = False
    refuse: bool = False
    stop: bool = False


def jobs_table(request: HttpRequest, here: Here) -> Table:
    """Those that wait for a person here first, then open ones, then the newest."""
    from shuxin.federation.api import jobs  # noqa: PLC0415 - heavy

    rows = [_job_row(line, here) for line in jobs()]
    rows.sort(key=lambda row: row["order"])
    return Table.shown(
        request, name="jobs", columns=_LIST, rows=rows, filters=_FILTERS, empty=_EMPTY
    )


def _job_row(line: JobLine, here: Here) -> dict[str, Any]:
    from shuxin.federation.api import State as JobState  # noqa: PLC0415 - heavy
    from shuxin.federation.api import job_view  # noqa: PLC0415

    waits: list[Any] = []
    mine = line.state is JobState.WAITING
    if not line.state.is_end and line.state is not JobState.RUNNING:
        others = job_view(line.job_id).waits_for
        waits = [_HERE if one == here.party else here.name(one) for one in others]
    return {
        "title": line.title or kind_text(line.kind),
        "url": f"/jobs/{line.job_id}",
        "kind": kind_text(line.kind),
        "proposer": here.name(line.proposer),
        "state": job_state(line),
        "waits": waits or "",
        "received": line.received_at,
        "order": (not mine, line.state.is_end, -line.received_at.timestamp()),
    }


def actions(view: JobView) -> Actions:
    from shuxin.federation.api import State as JobState  # noqa: PLC0415 - heavy

    state = view.line.state
    if state.is_end or view.job is None:
        return Actions()
    waiting = state is JobState.WAITING
    return Actions(approve=waiting, refuse=waiting, stop=not waiting)


def heading(view: JobView, here: Here) -> Facts:
    line, job = view.line, view.job
    told: list[tuple[Text, Any]] = [
        (Text(en="State here", zh="本方状态"), job_state(line)),
        (Text(en="Kind", zh="种类"), kind_text(line.kind)),
        (Text(en="Proposed by", zh="提出方"), here.name(line.proposer)),
    ]
    if job is not None:
        told += [
            (Text(en="Purpose", zh="使用目的"), job.purpose.text),
            (Text(en="Starts until", zh="最迟开始"), job.valid_to),
        ]
        earlier = getattr(job.parameters, "reuse", "") or getattr(job.parameters, "scorecard", "")
        if earlier:
            told.append(
                (Text(en="Builds on", zh="基于任务"), Linked(earlier[:SHORT], f"/jobs/{earlier}"))
            )
    told.append((Text(en="Number of the job", zh="任务编号"), line.job_id))
    return Facts(told)


def parties_graph(job: Job, here: Here) -> Graph:
    """Who enters what, and who receives what."""
    dots = [
        Dot(
            seat.party,
            here.name(seat.party),
            seat.role.value,
            note=choice_text(seat.role.value),
        )
        for seat in job.parties
    ]
    dots.append(Dot("job", kind_text(job.parameters.kind), "job"))
    arcs = []
    for seat in job.parties:
        own = job.input_of(seat.party)
        arcs.append(Arc(seat.party, "job", "" if own is None else own.dataset))
    for name in sorted({one.name for one in job.outputs}):
        to = [here.name(one.to) for one in job.outputs if one.name == name]
        dots.append(Dot(f"out-{name}", choice_text(name), "output", note=", ".join(to)))
        arcs.append(Arc("job", f"out-{name}"))
    return Graph(
        title=Text(en="Parties, data and outputs", zh="参与方、数据与输出"),
        dots=dots,
        arcs=arcs,
        kinds={
            "label": choice_text("label"),
            "holder": choice_text("holder"),
            "helper": choice_text("helper"),
            "job": Text(en="joint job", zh="联合任务"),
            "output": Text(en="output", zh="输出"),
        },
        chosen=here.party,
    )


def inputs_table(request: HttpRequest, job: Job, here: Here, language: Language) -> Table:
    rows = []
    for seat in job.parties:
        own = job.input_of(seat.party)
        row: dict[str, Any] = {
            "party": here.name(seat.party),
            "role": choice_text(seat.role.value),
        }
        if own is not None:
            ground = choice_text(own.ground.value).say(language)
            row |= {
                "dataset": own.dataset,
                "features": list(job.fields_of(seat.party)) or _ALL_FIELDS,
                "ground": f"{ground} ({own.basis})" if own.basis else ground,
                "level": own.level,
                "period": _UNTIL.say(language, low=own.data_from, high=own.data_to),
            }
        rows.append(row)
    return Table.shown(request, name="inputs", columns=_INPUTS, rows=rows, per_page=MOST)


def learns_table(request: HttpRequest, job: Job, here: Here) -> Table:
    from shuxin.federation.api import learned  # noqa: PLC0415 - heavy

    rows = [
        {
            "party": here.name(seat.party),
            "learns": learned(job, seat.party),
            "gets": [choice_text(one.name) for one in job.outputs if one.to == seat.party] or "",
        }
        for seat in job.parties
    ]
    return Table.shown(request, name="learns", columns=_LEARNS, rows=rows, per_page=MOST)


def parameters_facts(job: Job, language: Language) -> Facts:
    """Parameters and limits by the names that forms have, each once."""
    from shuxin.federation.api import form_fields  # noqa: PLC0415 - heavy

    body = job.body()
    told = []
    for field in form_fields(language, kind=job.parameters.kind):
        head, _, name = field.name.partition(".")
        if head not in {"parameters", "limits", "cipher"} or name == "kind":
            continue
        value = body[head] if head == "cipher" else body[head][name]
        if value in {"", None} if not isinstance(value, list) else not value:
            continue
        label = Text(en=_safe(field.label), zh=_safe(field.label))
        told.append((label, _worded(value)))
    return Facts(told)


def _worded(value: object) -> Any:
    if isinstance(value, list):
        return [str(one) for one in value]
    return choice_text(value) if isinstance(value, str) else value


def _safe(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def rules_tables(
    request: HttpRequest, found: tuple[Judged, ...], language: Language
) -> dict[str, Table]:
    """All rules that bear on a job, and those that it breaks."""
    return {
        "rules": _rules_table(request, found, language, name="rules"),
        "broken": _rules_table(
            request, tuple(one for one in found if not one.passes), language, name="broken"
        ),
    }


def _rules_table(
    request: HttpRequest, found: tuple[Judged, ...], language: Language, *, name: str
) -> Table:
    rows = [
        {
            "group": one.rule.group.text,
            "rule": one.rule.holds,
            "state": State(_PASSES, "good") if one.passes else State(_FAILS, "bad"),
            "why": "; ".join(each.say(language) for each in one.refusals),
        }
        for one in found
    ]
    return Table.shown(request, name=name, columns=_RULES, rows=rows, per_page=MOST)


def words_line(view: JobView, here: Here, language: Language) -> TimeLine:
    events = []
    if view.job is not None:
        said = _PROPOSED.say(language, party=here.name(view.line.proposer))
        events.append(Event(view.job.proposed_at, said, view.line.job_id[:SHORT]))
    events += _events(view, here, language)
    return TimeLine(events)


def _events(view: JobView, here: Here, language: Language) -> Iterator[Event]:
    from shuxin.federation.api import say_reason  # noqa: PLC0415 - heavy

    for one in view.said:
        text = _ENDED.get(one.outcome, _SAID[one.kind]).say(language, party=here.name(one.party))
        details = []
        if one.by.startswith("standing:"):
            details.append(_STANDING.say(language, number=one.by.removeprefix("standing:")))
        elif one.by:
            details.append(_BY.say(language, account=one.by))
        for why in one.reasons:
            about = f" ({why.about})" if why.about else ""
            details.append(say_reason(why.reason, language) + about)
        tone = _TONES.get(one.outcome or one.kind, "quiet")
        yield Event(one.at, text, " · ".join(details), tone)
