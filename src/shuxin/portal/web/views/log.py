"""What the pages of uses and of the log show: who read what of whose data, and every entry with its proof."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Axis, Chart, Column, Facts, Filter, Kind, Series, Table

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.consent.api import UseOfSubject, UsesOfDay
    from shuxin.ledger.api import Entry, Log
    from shuxin.portal.web.views.node import Place

WINDOW = 500
DAYS = 90
MOST_USES = 2000
_KINDS = {
    "use": Text(en="use of data", zh="数据使用"),
    "use-set": Text(en="use of data of a set", zh="批量数据使用"),
    "use-refused": Text(en="use refused", zh="拒绝使用"),
    "lawful-basis": Text(en="basis recorded", zh="登记处理依据"),
    "lawful-basis-end": Text(en="basis ended", zh="终止处理依据"),
    "joint-basis": Text(en="basis for joint work recorded", zh="登记联合处理依据"),
    "trust-founded": Text(en="trust founded", zh="建立信任"),
    "owners": Text(en="owners of an enterprise recorded", zh="登记企业权利人"),
    "peer-added": Text(en="peer pinned", zh="确认对端"),
    "peer-removed": Text(en="peer removed", zh="移除对端"),
    "job-proposed": Text(en="job proposed", zh="提出任务"),
    "job-received": Text(en="job received", zh="收到任务"),
    "job-approved": Text(en="job approved", zh="批准任务"),
    "job-refused": Text(en="job refused", zh="拒绝任务"),
    "job-stopped": Text(en="job stopped", zh="停止任务"),
    "job-ready": Text(en="job approved by all", zh="任务各方均已批准"),
    "job-started": Text(en="job started", zh="任务开始"),
    "job-entry": Text(en="rows entered a job", zh="数据入场"),
    "job-release": Text(en="output released", zh="发布输出"),
    "job-release-allowed": Text(en="output allowed by a person", zh="人员放行输出"),
    "job-released": Text(en="output released", zh="发布输出"),
    "job-ended": Text(en="job ended", zh="任务结束"),
    "service-ended": Text(en="scoring service ended", zh="终止评分服务"),
    "joint-question": Text(en="joint score asked for", zh="发起联合评分询问"),
    "joint-answer": Text(en="joint question answered", zh="应答联合评分询问"),
    "joint-calibration": Text(en="joint score calibrated", zh="联合评分校准"),
    "features-kept": Text(en="features computed and kept", zh="计算并保存特征"),
    "document-issued": Text(en="document issued", zh="签发凭证"),
    "document-status": Text(en="status of documents published", zh="发布凭证状态"),
    "document-verified": Text(en="document verified", zh="核验凭证"),
    "department-member": Text(en="member of a department recorded", zh="登记部门人员"),
    "department-limit": Text(en="limit of a department recorded", zh="登记部门权限"),
    "department-limit-end": Text(en="limit of a department ended", zh="终止部门权限"),
    "credential-issued": Text(en="credential issued", zh="签发可验证凭证"),
}
_FACTS = {
    "job": Text(en="job", zh="任务"),
    "party": Text(en="party", zh="主体"),
    "proposer": Text(en="proposer", zh="提出方"),
    "purpose": Text(en="purpose", zh="目的"),
    "reader": Text(en="reader", zh="使用方"),
    "reason_1": Text(en="reason", zh="原因"),
    "outcome": Text(en="outcome", zh="结果"),
    "output": Text(en="output", zh="输出"),
    "to": Text(en="to", zh="接收方"),
    "size": Text(en="firms", zh="企业数"),
    "numbers": Text(en="figures", zh="数值个数"),
    "messages": Text(en="hash of all messages", zh="全部消息哈希"),
    "results": Text(en="hash of the results", zh="结果哈希"),
    "digests": Text(en="digest agreed by all", zh="各方一致摘要"),
    "policy": Text(en="hash of the policy", zh="策略哈希"),
    "words": Text(en="signed words", zh="声明数"),
    "words_hash": Text(en="hash of the words", zh="声明哈希"),
    "ground": Text(en="ground", zh="依据"),
    "basis": Text(en="basis", zh="处理依据"),
    "subjects": Text(en="subjects", zh="主体数"),
}
_ENTRIES = (
    Column("index", Text(en="Entry", zh="序号"), kind=Kind.NUMBER, link="url"),
    Column("at", Text(en="When", zh="时间"), kind=Kind.TIME),
    Column("kind", Text(en="What", zh="事项")),
    Column("facts", Text(en="Facts", zh="内容")),
)
_ACTOR = Column("actor", Text(en="Who", zh="主体"))
_ENTRY_FILTERS = (Filter("kind", Text(en="What", zh="事项")),)
_ACTORS = Filter("actor", Text(en="Who", zh="主体"))
_USES = (
    Column("day", Text(en="Day", zh="日期"), kind=Kind.DAY, link="url"),
    Column("reader", Text(en="Read by", zh="使用方")),
    Column("purpose", Text(en="What for", zh="目的")),
    Column("subjects", Text(en="Firms", zh="企业数"), kind=Kind.NUMBER),
    Column("uses", Text(en="Uses", zh="使用次数"), kind=Kind.NUMBER),
    Column("job", Text(en="Joint job", zh="联合任务"), kind=Kind.CODE, link="job_url"),
    Column("last", Text(en="Last", zh="最近一次"), kind=Kind.TIME),
)
_USE_FILTERS = (
    Filter("reader", Text(en="Read by", zh="使用方")),
    Filter("purpose", Text(en="What for", zh="目的")),
)
_SUBJECTS = (
    Column("at", Text(en="When", zh="时间"), kind=Kind.TIME),
    Column("subject", Text(en="Whose data", zh="数据主体")),
    Column("ground", Text(en="Rests on", zh="依据")),
    Column("catalogues", Text(en="Catalogues", zh="目录")),
    Column("level", Text(en="Level up to", zh="最高级别"), kind=Kind.NUMBER),
    Column("nth", Text(en="Use number", zh="第几次"), kind=Kind.NUMBER),
    Column("index", Text(en="Log entry", zh="日志序号"), kind=Kind.NUMBER, link="url"),
)
_EVERYBODY = Text(en="all firms here", zh="全部企业")
_ALL = Text(en="all here", zh="全部")
_NO_USES = Text(en="No uses of anybody's data in this time.", zh="该期间没有数据使用记录。")
_NO_ENTRIES = Text(en="The log has no entry yet.", zh="日志尚无条目。")


def kind_of_entry(kind: str) -> Text:
    return _KINDS.get(kind) or Text(en=kind, zh=kind)


def fact_name(name: str) -> Text:
    return _FACTS.get(name) or Text(en=name, zh=name)


def entries_table(request: HttpRequest, log: Log, site: Place, *, start: int, stop: int) -> Table:
    """A window of the log, the newest first."""
    found = list(enumerate(log.entries(start, stop), start=start))
    rows = [_entry_row(index, entry, site) for index, entry in reversed(found)]
    several = len({row["actor"] for row in rows}) > 1
    return Table.shown(
        request,
        name="entries",
        columns=(*_ENTRIES[:-1], _ACTOR, _ENTRIES[-1]) if several else _ENTRIES,
        rows=rows,
        filters=(*_ENTRY_FILTERS, _ACTORS) if several else _ENTRY_FILTERS,
        empty=_NO_ENTRIES,
        per_page=50,
    )


def _entry_row(index: int, entry: Entry, site: Place) -> dict[str, Any]:
    told = (f"{name} {_short(value, site)}" for name, value in sorted(entry.facts.items()))
    return {
        "index": index,
        "url": f"/log/{index}",
        "at": entry.at,
        "kind": kind_of_entry(entry.kind),
        "actor": site.name(entry.actor),
        "facts": " · ".join(told),
    }


def _short(value: str | int, site: Place) -> str:
    text = site.name(str(value))
    return f"{text[:12]}…" if len(text) == 64 and text.isalnum() else text  # noqa: PLR2004 - a hash


def entry_facts(index: int, entry: Entry, site: Place) -> Facts:
    told: list[tuple[Text, Any]] = [
        (Text(en="Entry", zh="序号"), index),
        (Text(en="When", zh="时间"), entry.at),
        (Text(en="What", zh="事项"), kind_of_entry(entry.kind)),
        (Text(en="Who", zh="主体"), site.name(entry.actor)),
    ]
    told += [(fact_name(n), site.name(str(v))) for n, v in sorted(entry.facts.items())]
    commitments = [(_COMMITMENT, one) for one in entry.commitments]
    return Facts([*told, *commitments])


_COMMITMENT = Text(
    en="commitment (what it binds to is shown to the subject)",
    zh="承诺值（所承诺内容仅向主体出示）",
)


def window_of(size: int, wanted: str) -> tuple[int, int]:
    """The entries that a page shows: those before ``wanted``, else the newest."""
    stop = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 12 else size  # noqa: PLR2004 - digits
    stop = min(max(stop, 0), size)
    return max(0, stop - WINDOW), stop


def index_of(text: str, size: int) -> int | None:
    """An entry's number in a form; None when it is none."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 12):  # noqa: PLR2004 - digits
        return None
    return int(plain) if int(plain) <= size else None


def uses_parts(request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """Table and chart of the last days, by day, reader and purpose."""
    from shuxin.consent.api import uses_by_day  # noqa: PLC0415 - heavy

    found = uses_by_day(since=now - timedelta(days=DAYS))
    table = Table.shown(
        request,
        name="uses",
        columns=_USES,
        rows=[_use_row(one) for one in found],
        filters=_USE_FILTERS,
        empty=_NO_USES,
    )
    return {"table": table, "chart": _uses_chart(found) if found else None}


def _use_row(one: UsesOfDay) -> dict[str, Any]:
    asked = {"day": one.day, "reader": one.reader, "purpose": one.purpose, "job": one.job}
    return {
        "day": one.day,
        "url": f"/uses/day?{urlencode(asked)}",
        "reader": one.reader,
        "purpose": purpose_text(one.purpose),
        "subjects": one.subjects,
        "uses": one.uses,
        "job": one.job[:12],
        "job_url": f"/jobs/{one.job}" if one.job else "",
        "last": one.last_at,
    }


def purpose_text(purpose: str) -> Text:
    from shuxin.consent.api import Purpose  # noqa: PLC0415 - heavy

    with suppress(ValueError):
        return Purpose(purpose).text
    return Text(en=purpose, zh=purpose)


def _uses_chart(found: list[UsesOfDay]) -> Chart:
    """Uses by day, stacked by purpose; days without any are left out."""
    days = sorted({one.day for one in found})
    count: dict[tuple[str, date], int] = defaultdict(int)
    for one in found:
        count[one.purpose, one.day] += one.uses
    purposes = sorted({one.purpose for one in found})
    return Chart(
        name="uses",
        title=Text(en="Uses by purpose", zh="各目的使用次数"),
        kind="stacked",
        x=Axis(Text(en="day", zh="日期")),
        y=Axis(Text(en="uses", zh="次数")),
        categories=[day.isoformat() for day in days],
        series=[Series(purpose_text(p), [count[p, day] for day in days]) for p in purposes],
    )


def subjects_table(request: HttpRequest, found: list[UseOfSubject], *, everybody: str) -> Table:
    rows = []
    for one in found:
        use = one.use
        index = use.log_index
        rows.append(
            {
                "at": use.at,
                "subject": _EVERYBODY if one.subject == everybody else one.subject,
                "ground": " ".join(filter(None, (use.ground, use.rests_on))),
                "catalogues": list(use.catalogues) or _ALL,
                "level": use.highest_level,
                "nth": use.nth or None,
                "index": index,
                "url": "" if index is None else f"/log/{index}",
            }
        )
    return Table.shown(request, name="subjects", columns=_SUBJECTS, rows=rows)
