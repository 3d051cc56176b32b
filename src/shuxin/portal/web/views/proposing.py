"""Proposals on pages: what waits, what each column was taken for and why, what an officer wants instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shuxin.catalogue.api import DataGroup, FieldType, Level, Meaning
from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Column, Kind, State, Step, Steps, Table
from shuxin.portal.web.views import importing
from shuxin.portal.web.views.data_words import GROUPS, LEVELS, MEANINGS, PERSONAL_MEANINGS, TYPES

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, QueryDict

    from shuxin.fusion.api import Choice, ProposalView, ProposedColumn
    from shuxin.infra.api import Settings, TaskView
    from shuxin.parties.api import accounts
    from shuxin.portal.web.parts.cells import Tone

UNITS = ("元", "千元", "万元", "百万元", "亿元")
_DATED = frozenset({"date", "timestamp", "month"})
_TONES: dict[str, Tone] = {
    "waiting": "busy",
    "running": "busy",
    "done": "good",
    "failed": "bad",
    "interrupted": "warn",
}
TABLE_STATES = {
    "loaded": State(Text(en="loaded", zh="已装载"), "good"),
    "held": State(Text(en="kept aside: breaks its rules", zh="已隔离：未通过质检"), "bad"),
    "unchanged": State(Text(en="loaded before, unchanged", zh="此前已装载，无变化"), "good"),
    "proposed": State(Text(en="a proposal waits for you", zh="建议待您确认"), "warn"),
    "waiting": State(Text(en="a proposal waits for you", zh="建议待您确认"), "warn"),
    "refused": State(Text(en="refused", zh="未予装载"), "bad"),
    "missing": State(Text(en="missing: it came before", zh="缺失：此前有该文件"), "bad"),
}
_STEPS = (
    Text(en="Send the file", zh="上传文件"),
    Text(en="Look at each column", zh="核对各列"),
    Text(en="Confirm", zh="确认"),
    Text(en="Loaded", zh="装载"),
)


class ColumnChoiceUnknown(InvalidInput):
    code = "column_choice_unknown"
    what = Text(en="column {column}: this cannot be chosen", zh="列“{column}”：不能这样选择")
    mend = Text(en="Choose one of what is offered", zh="请从所给选项中选择")


def steps(current: int) -> Steps:
    """The head of the wizard; ``current`` counts from 0."""
    states = ("done", "current", "later")
    return Steps(
        [Step(text, states[(at >= current) + (at > current)]) for at, text in enumerate(_STEPS)]  # type: ignore[arg-type]
    )


def waiting_table(request: HttpRequest) -> Table:
    from shuxin.fusion.api import waiting_proposals  # noqa: PLC0415 - loads the room

    rows = [
        {
            "dataset": one.dataset,
            "url": f"/datamap/proposals/{quote(one.name, safe='')}",
            "file": one.file,
            "subject": "、".join(one.subject),
            "questions": len(one.questions),
        }
        for one in waiting_proposals(settings=settings_from_environment())
    ]
    return Table.shown(
        request,
        name="proposals",
        columns=(
            Column("dataset", Text(en="Dataset", zh="数据集"), link="url"),
            Column("file", Text(en="File", zh="文件")),
            Column("subject", Text(en="Whom a row is about", zh="主体列")),
            Column("questions", Text(en="Questions", zh="待确认事项"), kind=Kind.NUMBER),
        ),
        rows=rows,
        empty=Text(en="No proposal waits.", zh="没有待确认的建议。"),
    )


def import_tasks(request: HttpRequest, *, now: datetime) -> Table:
    """The newest imports from pages."""
    from shuxin.infra.api import tasks  # noqa: PLC0415 - needs the database

    rows = [
        {
            "file": one.about["file"],
            "url": f"/datamap/tasks/{one.number}",
            "state": State(one.state.text, _TONES[one.state.value]),
            "by": one.by,
            "at": one.asked_at,
        }
        for one in tasks(now=now, kind=importing.KIND, most=50)
    ]
    return Table.shown(
        request,
        name="imports",
        title=Text(en="Imports from this page", zh="本页导入记录"),
        columns=(
            Column("file", Text(en="File", zh="文件"), link="url"),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("by", Text(en="By", zh="操作人")),
            Column("at", Text(en="When", zh="时间"), kind=Kind.TIME),
        ),
        rows=rows,
        per_page=10,
    )


def task_facts(number: int, *, now: datetime) -> dict[str, Any]:
    """An import as it stands. Raises TaskUnknown for any other kind of task."""
    from shuxin.infra.api import TaskUnknown, task  # noqa: PLC0415 - needs the database

    found: TaskView = task(number, now=now)
    if found.kind != importing.KIND:
        raise TaskUnknown(number=number)
    tables = [_shown_table(told) for told in found.outcome.get("tables", [])]
    waiting = any(one.proposal_url for one in tables)
    return {
        "task": found,
        "state": State(found.state.text, _TONES[found.state.value]),
        "tables": tables,
        "steps": steps(1 if waiting or not tables else 4),
        "may_begin_again": _may_begin_again(found),
    }


def _may_begin_again(found: TaskView) -> bool:
    file = importing.incoming(settings_from_environment()) / found.about["file"]
    return found.state.value in {"failed", "interrupted"} and file.is_file()


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One table of an import; ``kept`` are counts of rows set aside with reason and what to do."""

    dataset: str
    dataset_url: str
    proposal_url: str
    state: State
    rows_read: int
    rows_loaded: int
    kept: tuple[tuple[int, Text, Text], ...]
    refusal: tuple[Text, Text, str] | None
    quality_url: str = ""
    """Where a load that was kept aside is decided; "" for every other."""

    @property
    def rejected(self) -> int:
        return self.rows_read - self.rows_loaded


def _shown_table(told: dict[str, Any]) -> ShownTable:
    from shuxin.fusion.api import REASONS  # noqa: PLC0415 - loads the room

    error = told["error"]
    loaded = told["state"] in {"loaded", "unchanged"}
    return ShownTable(
        dataset=told["dataset"],
        dataset_url=dataset_url(told["dataset"]) if loaded else "",
        proposal_url=f"/datamap/proposals/{quote(told['proposal'], safe='')}"
        if told["proposal"]
        else "",
        state=TABLE_STATES[told["state"]],
        rows_read=told["rows_read"],
        rows_loaded=told["rows_loaded"],
        kept=tuple(
            (n, REASONS[reason].what, REASONS[reason].mend)
            for reason, n in told["rejected"].items()
            if n
        ),
        refusal=(Text(*error["what"]), Text(*error["mend"]), error["code"]) if error else None,
        quality_url=quality_url(told["dataset"]) if told["state"] == "held" else "",
    )


def dataset_url(name: str) -> str:
    return f"/datamap/datasets/{quote(name, safe='')}"


def quality_url(name: str) -> str:
    return f"/datamap/quality/{quote(name, safe='')}"


def view_of(name: str) -> ProposalView:
    """Raises ProposalMissing, MappingInvalid, ContractInvalid."""
    from shuxin.fusion.api import look_at_proposal  # noqa: PLC0415 - loads the room

    found: ProposalView = look_at_proposal(name, settings=settings_from_environment())
    return found


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column in the form; ``number`` begins the names of its inputs."""

    number: int
    column: ProposedColumn
    types: tuple[tuple[str, Text], ...]
    meanings: tuple[tuple[str, Text], ...]
    masked: bool


def form_facts(view: ProposalView) -> dict[str, Any]:
    columns = [_form_column(n, column) for n, column in enumerate(view.columns)]
    return {
        "view": view,
        "columns": columns,
        "levels": [(int(level), LEVELS[int(level)]) for level in Level],
        "groups_offered": list(GROUPS.items()),
        "units": UNITS,
        "steps": steps(1),
    }


def _form_column(number: int, column: ProposedColumn) -> FormColumn:
    kind = column.field.type.value if column.field else ""
    dated = kind in _DATED
    offered = {m: text for m, text in MEANINGS.items() if dated or m != "event_time"}
    return FormColumn(
        number=number,
        column=column,
        types=tuple((one.value, TYPES[one.value]) for one in column.types),
        meanings=tuple(offered.items()),
        masked=column.field is not None and column.field.meaning.value in PERSONAL_MEANINGS,
    )


def change(view: ProposalView, sent: QueryDict) -> None:
    """Write what the officer wants. Raises ColumnChoiceUnknown, and as ``fusion.change_proposal`` does."""
    from shuxin.fusion.api import change_proposal  # noqa: PLC0415 - loads the room

    group = sent.get("group", "")
    if group not in GROUPS:
        raise ColumnChoiceUnknown(column="-")
    change_proposal(
        view.name,
        title=sent.get("title", "").strip()[:4000],
        department=sent.get("department", "").strip()[:120],
        group=DataGroup(group),
        choices={
            column.header: _choice(number, column, sent)
            for number, column in enumerate(view.columns)
            if column.field is not None
        },
        settings=settings_from_environment(),
    )


def _choice(number: int, column: ProposedColumn, sent: QueryDict) -> Choice:
    from shuxin.fusion.api import Choice  # noqa: PLC0415 - loads the room

    unit = sent.get(f"unit-{number}", "")
    if unit and unit not in UNITS:
        raise ColumnChoiceUnknown(column=column.header)
    try:
        return Choice(
            used=f"use-{number}" in sent,
            type=FieldType(sent.get(f"type-{number}", "")),
            meaning=Meaning(sent.get(f"meaning-{number}", "")),
            level=Level(int(sent.get(f"level-{number}", "0"))),
            unit=unit,
            fill_down=f"fill-{number}" in sent,
        )
    except ValueError as error:
        raise ColumnChoiceUnknown(column=column.header) from error


def confirm_facts(name: str) -> dict[str, Any]:
    """What is put in force, in short; ``unmasked``: columns that look like persons' and would not be masked."""
    view = view_of(name)
    used = [column for column in view.columns if column.field is not None]
    return {
        "view": view,
        "used": used,
        "left_out": [column.header for column in view.columns if column.field is None],
        "masked": [c.header for c in used if c.field and c.field.meaning in PERSONAL_MEANINGS],
        "subject": [
            c.header for c in used if c.field and c.field.meaning.value.startswith("subject_")
        ],
        "highest": LEVELS[max((int(c.field.level) for c in used if c.field), default=1)],
        "group_text": GROUPS[view.contract.group.value],
        "waits_here": importing.is_incoming(view.source, settings_from_environment()),
        "steps": steps(2),
    }


def accept(name: str, *, digest: str, person: accounts.Person, key: str, now: datetime) -> bool:
    """Put it in force; True when the file that waits here for it is being loaded now."""
    from shuxin.fusion.api import accept_seen  # noqa: PLC0415 - loads the room

    settings = settings_from_environment()
    view = view_of(name)
    accept_seen(name, digest=digest, settings=settings, by=person.name)
    file = importing.incoming(settings) / view.file
    if not importing.is_incoming(view.source, settings) or not file.is_file():
        return False
    contract = view.contract
    is_open = all(column.field.level == 1 for column in view.columns if column.field)
    wanted = importing.Wanted(view.file, contract.department, contract.group.value, is_open, "zh")
    importing.begin_import(wanted, by=person.name, key=key, now=now)
    return True


def reject(name: str, *, settings: Settings) -> None:
    """Raises ProposalMissing."""
    from shuxin.fusion.api import reject_proposal  # noqa: PLC0415 - loads the room

    mapping = reject_proposal(name, settings=settings)
    ours = importing.is_incoming(mapping.source, settings)
    if ours and not importing.waiting_for(mapping.file, settings=settings):
        (importing.incoming(settings) / mapping.file).unlink(missing_ok=True)
