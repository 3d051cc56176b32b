"""The data map (数据地图): what each dataset promises, where it comes from, how good it is, and who used it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shuxin.catalogue.api import DatasetUnknown, PersonalClass
from shuxin.kernel.text import Text
from shuxin.portal.web.figures import china
from shuxin.portal.web.parts import Column, Facts, Filter, Kind, State, Table
from shuxin.portal.web.views.data_words import (
    CYCLES,
    GROUPS,
    LEVELS,
    MEANINGS,
    PERSONAL,
    PERSONAL_MEANINGS,
    SEVERITIES,
    SHARING,
    TIMELINESS,
    TYPES,
)
from shuxin.portal.web.views.proposing import dataset_url

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.catalogue.api import Contract, DatasetView, Field, Finding, Grade, LoadView

MOST_FIELDS_FOUND = 200


def datasets_table(request: HttpRequest, *, search: str, now: datetime) -> Table:
    """Datasets in whose name, title, department or fields every word of the search stands."""
    from shuxin.catalogue.api import datasets  # noqa: PLC0415 - needs the database

    rows = [
        {
            "title": one.title,
            "url": dataset_url(one.name),
            "department": one.department,
            "group": GROUPS[one.group.value],
            "level": LEVELS[int(one.highest_level)],
            "fields": one.field_count,
            "rows": one.rows,
            "fresh": TIMELINESS[one.freshness.state.value],
            "days": one.freshness.days_since,
        }
        for one in datasets(now=now, search=search)
    ]
    return Table.shown(
        request,
        name="datasets",
        columns=(
            Column("title", Text(en="Dataset", zh="数据集"), link="url"),
            Column("department", Text(en="Department", zh="部门")),
            Column("group", Text(en="Group", zh="类别")),
            Column("level", Text(en="Highest level", zh="最高分级")),
            Column("fields", Text(en="Fields", zh="字段数"), kind=Kind.NUMBER),
            Column("rows", Text(en="Rows", zh="行数"), kind=Kind.NUMBER),
            Column("days", Text(en="Days since", zh="距今天数"), kind=Kind.NUMBER),
            Column("fresh", Text(en="Timeliness", zh="及时性"), kind=Kind.STATE),
        ),
        rows=rows,
        filters=(
            Filter("department", Text(en="Department", zh="部门")),
            Filter("level", Text(en="Level", zh="分级")),
        ),
        empty=Text(en="No dataset matches.", zh="没有符合条件的数据集。"),
    )


def fields_table(request: HttpRequest, *, search: str, now: datetime) -> Table | None:
    """Fields whose name or title has a word of the search; None without a search."""
    from shuxin.catalogue.api import contract, datasets  # noqa: PLC0415 - needs the database

    words = search.casefold().split()
    if not words:
        return None
    rows: list[dict[str, Any]] = []
    for one in datasets(now=now):
        for field in contract(dataset=one.name).fields:
            named = f"{field.name}\n{field.title}".casefold()
            if any(word in named for word in words) and len(rows) < MOST_FIELDS_FOUND:
                rows.append(_found(one.name, one.title, one.department, field))
    return Table.shown(
        request,
        name="fields",
        title=Text(en="Fields", zh="字段"),
        columns=(
            Column("field", Text(en="Field", zh="字段"), link="url"),
            Column("dataset", Text(en="Dataset", zh="数据集")),
            Column("department", Text(en="Department", zh="部门")),
            Column("type", Text(en="Type", zh="类型")),
            Column("meaning", Text(en="Meaning", zh="含义")),
            Column("level", Text(en="Level", zh="分级")),
        ),
        rows=rows,
        empty=Text(en="No field is called so.", zh="没有符合条件的字段。"),
    )


def _found(dataset: str, title: str, department: str, field: Field) -> dict[str, Any]:
    return {
        "field": field.title or field.name,
        "url": f"{dataset_url(dataset)}?field={quote(field.name, safe='')}#lineage-title",
        "dataset": title,
        "department": department,
        "type": TYPES[field.type.value],
        "meaning": MEANINGS[field.meaning.value],
        "level": LEVELS[int(field.level)],
    }


@dataclass(frozen=True, slots=True)
class ShownFinding:
    state: State
    text: Text
    lines: tuple[int, ...]
    file: str


def head_facts(view: DatasetView) -> Facts:
    """What the contract says of the whole."""
    contract, fresh = view.contract, view.freshness
    event = [f.title or f.name for f in contract.fields if f.meaning.value == "event_time"]
    known = contract.known_time_field
    return Facts(
        [
            (Text(en="Department", zh="部门"), contract.department),
            (Text(en="Group", zh="类别"), GROUPS[contract.group.value]),
            (Text(en="Rows", zh="行数"), view.rows),
            (Text(en="Contract", zh="数据合约"), contract.version),
            (Text(en="Update cycle", zh="更新周期"), CYCLES[contract.cycle.value]),
            (Text(en="Timeliness", zh="及时性"), TIMELINESS[fresh.state.value]),
            (Text(en="Days since the newest", zh="距最新数据天数"), fresh.days_since),
            (Text(en="When it happened", zh="业务发生时间"), "、".join(event) or None),
            (
                Text(en="When it became known", zh="获知时间"),
                _title(contract, known)
                if known
                else Text(en="the moment of loading", zh="装载时刻"),
            ),
            (Text(en="Key", zh="主键"), "、".join(contract.key) or None),
        ]
    )


def _title(contract: Contract, name: str) -> str:
    return contract.field(name).title or name


def grades_here(name: str, *, now: datetime) -> dict[str, Grade]:
    """The grades of a derived dataset by its lineage; empty where it is not derived from graded ones."""
    from shuxin.catalogue.api import (  # noqa: PLC0415 - needs the database
        breakers,
        contract,
        grades_of,
        lineages,
    )

    lineage = lineages().get(name)
    if lineage is None:
        return {}
    tables = {source.table for column in lineage.columns for source in column.sources}
    try:
        contracts = {table: contract(dataset=table) for table in tables}
    except DatasetUnknown:
        return {}  # straight from a file, which has no grade
    found: dict[str, Grade] = grades_of(
        lineage=lineage, contracts=contracts, today=now.date(), breakers=breakers(dataset=name)
    )
    return found


def contract_table(request: HttpRequest, contract: Contract, *, grades: dict[str, Grade]) -> Table:
    rows = [
        {
            "field": field.title or field.name,
            "url": f"?field={quote(field.name, safe='')}#lineage-title",
            "name": field.name,
            "type": TYPES[field.type.value],
            "unit": _unit(field),
            "meaning": None if field.meaning.value == "none" else MEANINGS[field.meaning.value],
            "level": LEVELS[int(field.level)],
            "why": _why_level(field, grades.get(field.name)),
            "personal": _personal(field),
            "sharing": SHARING[field.sharing.value],
        }
        for field in contract.fields
    ]
    return Table.shown(
        request,
        name="contract",
        title=Text(en="Fields", zh="字段"),
        columns=(
            Column("field", Text(en="Field", zh="字段"), link="url"),
            Column("type", Text(en="Type", zh="类型")),
            Column("unit", Text(en="Unit", zh="单位")),
            Column("meaning", Text(en="Meaning", zh="含义")),
            Column("level", Text(en="Level", zh="分级")),
            Column("why", Text(en="Why this level", zh="定级依据"), sortable=False),
            Column("personal", Text(en="Personal", zh="个人信息"), kind=Kind.STATE),
            Column("sharing", Text(en="Sharing", zh="共享")),
        ),
        rows=rows,
        per_page=60,
    )


def _unit(field: Field) -> Any:
    return Text(en="yuan, kept in fen", zh="元（按分存储）") if field.unit == "fen" else field.unit


def _personal(field: Field) -> State | None:
    if field.personal is PersonalClass.NONE:
        return None
    masked = field.meaning.value in PERSONAL_MEANINGS
    hidden = Text(en="{class_}, masked", zh="{class_}，已脱敏")
    text = PERSONAL[field.personal.value]
    return State(hidden.filled(class_=text) if masked else text, "warn")


def _why_level(field: Field, grade: Grade | None) -> Text:
    if grade is not None and grade.breaker is not None:
        said = Text(en="lowered after review by {who}: {why}", zh="经 {who} 审核降级：{why}")
        facts = {"who": grade.breaker.reviewer, "why": grade.breaker.reason}
        return Text(en=said.say("en", **facts), zh=said.say("zh", **facts))
    if grade is not None and grade.because:
        first = grade.because[0]
        said = Text(
            en="follows {source}, the highest of its sources", zh="随来源中分级最高的 {source}"
        )
        source = f"{first.table}.{first.column}"
        return Text(en=said.say("en", source=source), zh=said.say("zh", source=source))
    if field.personal is not PersonalClass.NONE:
        return Text(en="personal information: 3 at least", zh="含个人信息：不低于 3 级")
    if int(field.level) == 1:
        return Text(en="declared open at acceptance", zh="确认时声明公开")
    return Text(en="set at acceptance", zh="确认时设定")


def loads_table(request: HttpRequest, loads: tuple[LoadView, ...]) -> Table:
    """Where the rows come from: rows read = loaded + kept with a reason."""
    rows = [
        {
            "file": one.source_file,
            "known": one.known_time,
            "read": one.rows_read,
            "loaded": one.rows_loaded,
            "kept": one.rows_rejected,
            "version": one.contract_version,
            "digest": one.content_sha256[:12],
        }
        for one in loads
    ]
    return Table.shown(
        request,
        name="loads",
        title=Text(en="Where it comes from", zh="数据来源"),
        columns=(
            Column("file", Text(en="File", zh="文件")),
            Column("known", Text(en="Known since", zh="获知时间"), kind=Kind.TIME),
            Column("read", Text(en="Rows read", zh="读取行数"), kind=Kind.NUMBER),
            Column("loaded", Text(en="Loaded", zh="装载"), kind=Kind.NUMBER),
            Column("kept", Text(en="Kept with a reason", zh="附原因保留"), kind=Kind.NUMBER),
            Column("version", Text(en="Contract", zh="合约版本"), kind=Kind.CODE),
            Column("digest", Text(en="Content", zh="内容摘要"), kind=Kind.CODE),
        ),
        rows=rows,
        sort="-known",
        per_page=10,
        empty=Text(en="Nothing was loaded yet.", zh="尚未装载数据。"),
    )


def findings_shown(view: DatasetView) -> list[ShownFinding]:
    """Findings of the current content, what breaks the contract first."""
    order = ("stop", "error", "warning", "info")
    files = {load.id: load.source_file for load in view.loads}
    ranked = sorted(view.findings, key=lambda one: order.index(one.finding.severity.value))
    return [_shown_finding(one.finding, files.get(one.load_id, "")) for one in ranked]


def _shown_finding(finding: Finding, file: str) -> ShownFinding:
    state = SEVERITIES[finding.severity.value]
    return ShownFinding(state, finding.detail, finding.example_lines[:5], file)


def missing_table(request: HttpRequest, name: str) -> Table:
    """The share of values that are missing, field by field."""
    from shuxin.catalogue.api import contract  # noqa: PLC0415 - needs the database
    from shuxin.fusion.api import missing_values  # noqa: PLC0415 - loads the room
    from shuxin.infra.api import settings_from_environment  # noqa: PLC0415

    shares = missing_values(name, settings=settings_from_environment())
    rows = [
        {"field": field.title or field.name, "share": shares[field.name]}
        for field in contract(dataset=name).fields
        if shares.get(field.name)
    ]
    return Table.shown(
        request,
        name="missing",
        columns=(
            Column("field", Text(en="Field", zh="字段"), sortable=False),
            Column("share", Text(en="Missing", zh="缺失率"), kind=Kind.PERCENT, sortable=False),
        ),
        rows=sorted(rows, key=lambda row: -row["share"]),
        per_page=len(rows) or 1,
        empty=Text(en="No value is missing.", zh="各字段均无缺失。"),
    )


def versions_shown(view: DatasetView) -> list[tuple[str, str, str, tuple[Text, ...]]]:
    """Version, when, by whom, and what changed."""
    return [
        (
            one.version,
            china(one.accepted_at),
            one.accepted_by,
            tuple(change.description for change in one.changes),
        )
        for one in view.versions
    ]
