"""Import of a file by an officer: sent, proposed with reasons, looked at, accepted, loaded (数据导入)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import InvalidInput, ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import DATA_OFFICERS, open_to, site
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.problem import refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.uploads import IMPORT_PATH, LARGEST, MIB, the_file
from shuxin.portal.web.views import importing, proposing
from shuxin.portal.web.views.data_words import GROUPS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.parties.api import accounts

NAVIGATION = (
    Link(
        "/datamap/proposals",
        Text(en="Import", zh="数据导入"),
        access=DATA_OFFICERS,
        group=Group.DATA,
    ),
)
_LONGEST_DEPARTMENT, _LONGEST_KEY = 120, 40


class GroupUnknown(InvalidInput):
    code = "data_group_unknown"
    what = Text(en="choose one of the groups of data", zh="请选择数据类别")
    mend = Text(en="Choose one from the list", zh="请从列表中选择")


class DepartmentNeeded(InvalidInput):
    code = "department_needed"
    what = Text(en="no department is named", zh="未填写数据所属部门")
    mend = Text(
        en="Say whose data these are, in at most 120 characters",
        zh="请填写数据所属部门，不超过 120 字",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(DATA_OFFICERS)
def send(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """The form; with a file, the import begins."""
    facts = _form_facts(request)
    if request.method != "POST":
        return page(request, "datamap/import.html", **facts)
    key = f"import:{person.account_id}:{request.POST.get('once', '')[:_LONGEST_KEY]}"
    try:
        if not importing.is_known(key):
            upload = the_file(request, "file")
            wanted = _wanted(request, importing.plain_name(upload.name or ""))
            importing.take_in(upload)
            importing.begin_import(wanted, by=person.name, key=key, now=now_in_china())
    except InvalidInput as error:
        return refused(request, "datamap/import.html", error, **facts)
    return HttpResponseRedirect(f"/datamap/tasks/{importing.number_of(key)}")


def _form_facts(request: HttpRequest) -> dict[str, Any]:
    found = site(request)
    own = found.name if found else ""
    return {
        "once": secrets.token_hex(16),
        "largest": LARGEST[IMPORT_PATH],
        "largest_mib": LARGEST[IMPORT_PATH] // MIB,
        "groups_offered": list(GROUPS.items()),
        "department": request.POST.get("department", own),
        "group_chosen": request.POST.get("group", "public"),
        "is_open": "open" in request.POST,
        "tasks": proposing.import_tasks(request, now=now_in_china()),
    }


def _wanted(request: HttpRequest, file: str) -> importing.Wanted:
    """Raises GroupUnknown, DepartmentNeeded."""
    group, department = request.POST.get("group", ""), request.POST.get("department", "").strip()
    if group not in GROUPS:
        raise GroupUnknown
    if not 0 < len(department) <= _LONGEST_DEPARTMENT:
        raise DepartmentNeeded
    is_open = "open" in request.POST
    return importing.Wanted(file, department, group, is_open, language_of(request))


@require_safe
@open_to(DATA_OFFICERS)
def one_task(request: HttpRequest, person: accounts.Person, number: int) -> HttpResponse:  # noqa: ARG001
    return page(request, "datamap/task.html", **proposing.task_facts(number, now=now_in_china()))


@require_safe
@open_to(DATA_OFFICERS)
def task_now(request: HttpRequest, person: accounts.Person, number: int) -> HttpResponse:  # noqa: ARG001
    """The part of the page that renews itself."""
    facts = proposing.task_facts(number, now=now_in_china())
    return page(request, "datamap/task_now.html", **facts)


@require_POST
@open_to(DATA_OFFICERS)
def task_again(request: HttpRequest, person: accounts.Person, number: int) -> HttpResponse:  # noqa: ARG001
    """An interrupted or failed import once more, as long as its file waits."""
    from shuxin.portal.background import begin_again  # noqa: PLC0415 - needs the database

    now = now_in_china()
    proposing.task_facts(number, now=now)
    begin_again(number, now=now)
    return HttpResponseRedirect(f"/datamap/tasks/{number}")


@require_safe
@open_to(DATA_OFFICERS)
def proposals(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001
    table = proposing.waiting_table(request)
    if table.wanted_as_file:
        return table.file()
    return page(request, "datamap/proposals.html", table=table)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(DATA_OFFICERS)
def proposal(request: HttpRequest, person: accounts.Person, name: str) -> HttpResponse:  # noqa: ARG001
    """What is proposed, with reasons; sent back, what the officer wants instead, and on to the confirmation."""
    view = proposing.view_of(name)
    if request.method != "POST":
        return page(request, "datamap/proposal.html", **proposing.form_facts(view))
    try:
        proposing.change(view, request.POST)
    except ShuxinError as error:
        return refused(request, "datamap/proposal.html", error, **proposing.form_facts(view))
    return HttpResponseRedirect(f"/datamap/proposals/{name}/confirm")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(DATA_OFFICERS)
def confirm(request: HttpRequest, person: accounts.Person, name: str) -> HttpResponse:
    """The second step: exactly what was shown is put in force, and the file that waits is loaded."""
    if request.method != "POST":
        return page(request, "datamap/confirm.html", **proposing.confirm_facts(name))
    digest = request.POST.get("digest", "")[:64]
    key = f"accept:{digest[:32]}:{name}"[:120]
    if not importing.is_known(key):
        try:
            begun = proposing.accept(
                name, digest=digest, person=person, key=key, now=now_in_china()
            )
        except ShuxinError as error:
            facts = proposing.confirm_facts(name)
            return refused(request, "datamap/confirm.html", error, **facts)
        if not begun:
            return HttpResponseRedirect("/datamap/proposals")
    return HttpResponseRedirect(f"/datamap/tasks/{importing.number_of(key)}")


@require_POST
@open_to(DATA_OFFICERS)
def reject(request: HttpRequest, person: accounts.Person, name: str) -> HttpResponse:  # noqa: ARG001
    """Set aside; a file that was sent here for it is removed."""
    proposing.reject(name, settings=settings_from_environment())
    return HttpResponseRedirect("/datamap/proposals")


urlpatterns = [
    path(IMPORT_PATH.removeprefix("/"), send),
    path("datamap/tasks/<int:number>", one_task),
    path("datamap/tasks/<int:number>/now", task_now),
    path("datamap/tasks/<int:number>/again", task_again),
    path("datamap/proposals", proposals),
    path("datamap/proposals/<str:name>", proposal),
    path("datamap/proposals/<str:name>/confirm", confirm),
    path("datamap/proposals/<str:name>/reject", reject),
]
