"""Objections of subjects to what a holder keeps about them: seen, forwarded, answered within 20 days, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import CHINA, now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import DATA_OFFICERS, open_to
from shuxin.portal.web.parts import (
    Code,
    Column,
    Event,
    Facts,
    Field,
    Filter,
    Kind,
    Linked,
    State,
    Table,
    TimeLine,
)
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views.administering import Act, Several, listed, one

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from shuxin.consent.api import rights
    from shuxin.parties.api import accounts

_TITLE = Text(en="Objections", zh="异议处理")
NAVIGATION = (Link("/objections", _TITLE, access=DATA_OFFICERS, group=Group.TRUST),)
_DONE = Text(en="Done, and in the log.", zh="已办理并记入日志。")
_ACTS = {
    "marked": ("forward", "correct", "uphold"),
    "forwarded": ("correct", "uphold"),
    "corrected": ("close",),
    "upheld": ("close",),
}
"""What may be done in which state."""
_BUTTONS = {
    "forward": Text(en="Forward to the source", zh="转来源部门"),
    "correct": Text(en="It is right: correct the data", zh="异议成立，予以更正"),
    "uphold": Text(en="The data are right", zh="核查无误，维持原数据"),
    "close": Text(en="Close", zh="办结"),
}


@require_safe
@open_to(DATA_OFFICERS)
def objection_list(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    from shuxin.consent.api import rights  # noqa: PLC0415 - needs the database

    rows = [_row(found) for found in rights.objections(now=now_in_china())]
    table = Table.shown(
        request,
        name="objections",
        columns=(
            Column("number", Text(en="Number", zh="编号"), kind=Kind.CODE, link="url"),
            Column("party", Text(en="Who objects", zh="异议人"), kind=Kind.CODE),
            Column("dataset", Text(en="Dataset", zh="数据集")),
            Column("field", Text(en="Field", zh="字段")),
            Column("department", Text(en="Source", zh="来源部门")),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("due", Text(en="Last day to answer", zh="最迟答复日"), kind=Kind.DAY),
            Column("clock", Text(en="Clock", zh="时限"), kind=Kind.STATE),
        ),
        rows=rows,
        filters=(
            Filter("state", Text(en="State", zh="状态")),
            Filter("clock", Text(en="Clock", zh="时限")),
        ),
        empty=Text(en="Nobody objects to data here.", zh="暂无异议。"),
    )
    return listed(
        request,
        table,
        title=_TITLE,
        lead=Text(
            en="A disputed field is marked at once and used by nobody until it is answered, within 20 days.",
            zh="有异议的字段即时标注并停止使用，应于 20 日内答复。",
        ),
    )


def _row(found: rights.ObjectionView) -> dict[str, Any]:
    return {
        "number": found.objection_id,
        "url": f"/objections/{found.objection_id}",
        "party": found.party,
        "dataset": found.dataset,
        "field": found.field,
        "department": found.department,
        "state": _state(found),
        "due": _last_day(found),
        "clock": _clock(found),
    }


def _last_day(found: rights.ObjectionView) -> date:
    """``due_at`` is the first moment that is too late."""
    return (found.due_at - timedelta(microseconds=1)).astimezone(CHINA).date()


def _state(found: rights.ObjectionView) -> State:
    tones = {"closed": "good", "corrected": "busy", "upheld": "busy"}
    return State(found.state.text, tones.get(found.state.value, "warn"))  # type: ignore[arg-type]


def _clock(found: rights.ObjectionView) -> State:
    tones = {"nobody": "quiet", "source_department": "warn", "supervisor": "bad"}
    return State(found.escalation.text, tones[found.escalation.value])  # type: ignore[arg-type]


@require_safe
@open_to(DATA_OFFICERS)
def one_objection(request: HttpRequest, person: accounts.Person, number: str) -> HttpResponse:  # noqa: ARG001
    return _shown(request, number)


def _shown(request: HttpRequest, number: str, error: ShuxinError | None = None) -> HttpResponse:
    found = _found(number)
    facts = Facts(
        [
            (Text(en="State", zh="状态"), _state(found)),
            (Text(en="Clock", zh="时限"), _clock(found)),
            (Text(en="Last day to answer", zh="最迟答复日"), _last_day(found)),
            (Text(en="Who objects", zh="异议人"), Code(found.party)),
            (Text(en="About", zh="涉及主体"), Code(found.subject)),
            (Text(en="Dataset and field", zh="数据集与字段"), f"{found.dataset} · {found.field}"),
            (Text(en="Source", zh="来源部门"), found.department),
            (Text(en="In its own words", zh="异议内容"), found.text),
            (
                Text(en="Its note beside the field", zh="附注声明"),
                Several(found.notes) if found.notes else "",
            ),
        ]
    )
    return one(
        request,
        title=Text(en="Objection", zh="异议"),
        back=Linked(_TITLE, "/objections"),
        facts=facts,
        acts=[_act(act, number) for act in _ACTS.get(found.state.value, ())],
        sections=((Text(en="What happened", zh="办理过程"), _history(found)),),
        notice=_DONE if request.GET.get("done") else None,
        error=error,
    )


def _found(number: str) -> rights.ObjectionView:
    from shuxin.consent.api import rights  # noqa: PLC0415 - needs the database

    every = rights.objections(now=now_in_china())
    found = next((each for each in every if each.objection_id == number), None)
    if found is None:
        raise NoSuchPage
    return found


def _history(found: rights.ObjectionView) -> TimeLine:
    return TimeLine(
        [
            Event(event.at, event.after.text, f"{event.actor}: {event.reason}".strip(": "))
            for event in found.events
        ]
    )


def _act(act: str, number: str) -> Act:
    reason = Field(
        "reason",
        Text(en="Reason, which the subject reads", zh="理由（主体可见）"),
        kind="long",
        longest=300,
        required=act != "close",
    )
    return Act(
        name=act,
        url=f"/objections/{number}/{act}",
        button=_BUTTONS[act],
        title=_BUTTONS[act],
        text=_CLOSING if act == "close" else None,
        fields=(reason,),
    )


_CLOSING = Text(
    en="A corrected value must have come in with a newer load. Its readers of the last six months are told.",
    zh="同意更正的，须已导入更正后的数据；近六个月内读取过错误数据的使用方将收到更正通知。",
)


@require_POST
@open_to(DATA_OFFICERS)
def act_on(request: HttpRequest, person: accounts.Person, number: str, act: str) -> HttpResponse:
    if act not in _BUTTONS:
        raise NoSuchPage
    _found(number)
    reason = request.POST.get("reason", "").strip()[:300]
    try:
        _carry_out(act, number, by=person.name, reason=reason)
    except ShuxinError as error:
        return _shown(request, number, error)
    return HttpResponseRedirect(f"/objections/{number}?done=1")


def _carry_out(act: str, number: str, *, by: str, reason: str) -> None:
    from shuxin.consent.api import rights  # noqa: PLC0415 - needs the database
    from shuxin.portal.bootstrap import gate, own_signer  # noqa: PLC0415 - beside the others

    settings, now = settings_from_environment(), now_in_china()
    own = gate(settings)
    desk = rights.ObjectionDesk(holder=own.holder, keys=own.keys, journal=own.journal)
    if act == "close":
        desk.close(number, by=by, reason=reason, signer=own_signer(settings), now=now)
        return
    steps = {"forward": desk.forward, "correct": desk.correct, "uphold": desk.uphold}
    steps[act](number, by=by, reason=reason, now=now)


urlpatterns = [
    path("objections", objection_list),
    path("objections/<slug:number>", one_objection),
    path("objections/<slug:number>/<slug:act>", act_on),
]
