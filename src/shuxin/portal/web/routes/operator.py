"""The operator's own pages: what needs somebody, parties and keys, statements into the directory, homes that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import InvalidInput, ShuxinError
from shuxin.kernel.text import Text
from shuxin.parties.api import PartyKind
from shuxin.portal.bootstrap import journal_of
from shuxin.portal.web.access import open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts import Cards, Choice, Code, Facts, Field, Linked
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import operation as shown
from shuxin.portal.web.views.administering import (
    AUDIT,
    KINDS,
    OFFICE,
    SECURITY_ADMINS,
    SYSTEM_ADMINS,
    Act,
    form,
    listed,
    of_platform,
    one,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from shuxin.kernel.statements import Statement
    from shuxin.parties.api import accounts

EVERYBODY = of_platform(OFFICE, SYSTEM_ADMINS, SECURITY_ADMINS, AUDIT)
READERS = of_platform(OFFICE, SYSTEM_ADMINS)
OFFICERS = of_platform(OFFICE)
_PARTIES = Text(en="Parties and keys", zh="主体与密钥")
_NODES = Text(en="Institutions that follow", zh="接入机构")
NAVIGATION = (
    Link("/operator", Text(en="What needs you now", zh="待办事项"), EVERYBODY, Group.RUNNING),
    Link("/operator/parties", _PARTIES, READERS, Group.RUNNING),
    Link("/operator/nodes", _NODES, READERS, Group.RUNNING),
)
_TO_PARTIES = Linked(_PARTIES, "/operator/parties")
_REGISTERED = frozenset(
    {PartyKind.ENTERPRISE, PartyKind.INDIVIDUAL_BUSINESS}
    | {kind for kind in PartyKind if kind.is_institution}
)
_NOTICES = {
    "registered": Text(en="Registered.", zh="已登记。"),
    "confirmed": Text(en="The registration is confirmed.", zh="登记已核实。"),
    "taken": Text(
        en="The statements are in the directory; every institution gets them with its next contact.",
        zh="声明已收入密钥目录，各机构将在下次同步时获得。",
    ),
    "waiting": Text(
        en="Noted. An institution's key needs two persons: another one hands in the same file within seven days.",
        zh="已记录。机构密钥须双人复核：请另一人在七日内提交同一文件。",
    ),
}
_LONGEST_FILE = 1 << 20


class FileNotReadable(InvalidInput):
    code = "statements_file_unreadable"
    what = Text(
        en="no file came, or it is longer than a megabyte", zh="未收到文件，或文件超过 1 MB"
    )
    mend = Text(
        en="Choose the file that 'shuxin party attest' wrote",
        zh="请选择 shuxin party attest 生成的文件",
    )


@require_safe
@open_to(EVERYBODY)
def home(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """Each role sees what it can decide; an auditor finds the way to the records."""
    now, cards = now_in_china(), []
    if person.roles & (OFFICE | SYSTEM_ADMINS):
        cards += shown.needs_of_officers(now=now)
    if person.roles & (OFFICE | SYSTEM_ADMINS | SECURITY_ADMINS):
        cards += shown.need_of_acts(by=person.name, now=now)
    state = shown.platform_facts() if person.roles & READERS.roles else None
    return page(request, "operator/home.html", needs=Cards(cards), state=state)


@require_safe
@open_to(READERS)
def parties(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    actions = (
        Linked(Text(en="Register a party", zh="登记主体"), "/operator/parties/register"),
        Linked(Text(en="Take statements in", zh="收入声明"), "/operator/parties/statements"),
    )
    return listed(
        request,
        shown.parties_table(request),
        title=_PARTIES,
        lead=Text(
            en="Who is registered, and which keys speak for whom. Every institution judges each by its own trust.",
            zh="登记主体及其密钥。平台仅汇集与转发，各机构按自身信任对每把密钥独立判断。",
        ),
        actions=actions if person.roles & OFFICE else (),
        notice=_NOTICES.get(request.GET.get("done", "")),
    )


@require_safe
@open_to(READERS)
def one_party(request: HttpRequest, person: accounts.Person, party: str) -> HttpResponse:
    return _party_page(request, person, party)


def _party_page(
    request: HttpRequest, person: accounts.Person, party: str, error: ShuxinError | None = None
) -> HttpResponse:
    from shuxin.parties.api import (  # noqa: PLC0415 - needs the database
        PartyNotRegistered,
        directory_of,
        read_trust,
        registration,
    )

    now = now_in_china()
    directory = directory_of(party, anchors=read_trust(settings_from_environment().home))
    keys = directory.keys_of(party)
    try:
        found = registration(party)
    except PartyNotRegistered:
        found = None
    if found is None and not keys and not directory.rejected:
        raise NoSuchPage
    kind = found.kind if found else keys[0].kind if keys else None
    name = found.name if found else keys[0].name if keys else ""
    facts = Facts(
        [
            (Text(en="Party", zh="主体标识"), Code(party)),
            (Text(en="Kind", zh="类别"), KINDS[kind] if kind else ""),
            (Text(en="Registration", zh="登记状态"), shown.registration_state(found)),
        ]
    )
    acts = []
    if found and found.state.value == "unconfirmed" and person.roles & OFFICE:
        acts.append(_confirmation(party))
    return one(
        request,
        title=name or party,
        back=_TO_PARTIES,
        facts=facts,
        acts=acts,
        sections=(
            (Text(en="Keys", zh="密钥"), shown.keys_table(request, directory, party, now=now)),
            (
                Text(en="Statements that do not stand", zh="未采信的声明"),
                shown.rejected_table(request, directory),
            ),
            (Text(en="Whose word counts here", zh="本平台采信的核验方"), shown.trust_facts()),
        ),
        notice=_NOTICES.get(request.GET.get("done", "")),
        error=error,
    )


def _confirmation(party: str) -> Act:
    return Act(
        name="confirm",
        url=f"/operator/parties/{party}/confirm",
        button=Text(en="Confirm the registration", zh="确认登记"),
        title=Text(en="Did you compare the licence?", zh="是否已核对营业执照？"),
        text=Text(
            en="Your account stands in the log as the one who compared name and code.",
            zh="日志将记载由您的账户核对名称与代码。",
        ),
    )


@require_POST
@open_to(OFFICERS)
def confirm(_: HttpRequest, person: accounts.Person, party: str) -> HttpResponse:
    from shuxin.parties.api import confirm_registration  # noqa: PLC0415 - needs the database

    settings = settings_from_environment()
    confirm_registration(
        party=party, by=person.name, journal=journal_of(settings), now=now_in_china()
    )
    return HttpResponseRedirect(f"/operator/parties/{party}?done=confirmed")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(OFFICERS)
def register(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    if request.method != "POST":
        return _register_form(request)
    from shuxin.kernel.uscc import USCC, clean_code_text  # noqa: PLC0415 - one use
    from shuxin.parties.api import register_organisation  # noqa: PLC0415 - needs the database

    kind = request.POST.get("kind", "")
    try:
        made = register_organisation(
            code=USCC(clean_code_text(request.POST.get("code", "")[:60])),
            kind=PartyKind(kind) if kind in _REGISTERED else PartyKind.ENTERPRISE,
            name=request.POST.get("name", "")[:300],
            register=None,
            by=person.name,
            journal=journal_of(settings_from_environment()),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return _register_form(request, error)
    return HttpResponseRedirect(f"/operator/parties/{made.party}?done=registered")


def _register_form(request: HttpRequest, error: ShuxinError | None = None) -> HttpResponse:
    typed = request.POST.get
    choices = [Choice(kind.value, KINDS[kind]) for kind in KINDS if kind in _REGISTERED]
    return form(
        request,
        title=Text(en="Register a party", zh="登记主体"),
        back=_TO_PARTIES,
        lead=Text(
            en="It stays unconfirmed until somebody has compared the licence.",
            zh="核对营业执照之前，登记状态为待核实。",
        ),
        fields=(
            Field("code", Text(en="Credit code", zh="统一社会信用代码"), value=typed("code", "")),
            Field(
                "name", Text(en="Name on the licence", zh="营业执照名称"), value=typed("name", "")
            ),
            Field(
                "kind",
                Text(en="Kind", zh="类别"),
                kind="choice",
                value=typed("kind", "enterprise"),
                choices=choices,
            ),
        ),
        submit=Text(en="Register", zh="登记"),
        error=error,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(OFFICERS)
def take_statements(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """What an attester's counter wrote: a key's request, its binding, perhaps a revocation; one statement a line."""
    if request.method != "POST":
        return _statements_form(request)
    from shuxin.parties.api import keep_statements, read_trust  # noqa: PLC0415 - needs the database

    settings = settings_from_environment()
    try:
        kept = keep_statements(
            _uploaded(request),
            anchors=read_trust(settings.home),
            by=person.name,
            journal=journal_of(settings),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return _statements_form(request, error)
    done = "waiting" if kept.waiting else "taken"
    return HttpResponseRedirect(f"/operator/parties?done={done}")


def _uploaded(request: HttpRequest) -> list[Statement]:
    """Raises FileNotReadable, StatementInvalid."""
    from shuxin.kernel.statements import parse_statement  # noqa: PLC0415 - one use

    file: Any = request.FILES.get("file")
    if file is None or file.size > _LONGEST_FILE:
        raise FileNotReadable
    lines: Iterable[bytes] = file.read().splitlines()
    return [parse_statement(line) for line in lines if line.strip()]


def _statements_form(request: HttpRequest, error: ShuxinError | None = None) -> HttpResponse:
    return form(
        request,
        title=Text(en="Take statements into the directory", zh="将声明收入密钥目录"),
        back=_TO_PARTIES,
        lead=Text(
            en="The attester's file: whose key it is, on whose word. Taken when this platform's trust holds it true.",
            zh="由身份核验方出具的文件，载明密钥归属及核验依据。经本平台自身信任核验后收入目录。",
        ),
        fields=(
            Field("file", Text(en="File", zh="文件"), kind="file", accept=".key,.json,.jsonl"),
        ),
        submit=Text(en="Take in", zh="收入"),
        takes_file=True,
        error=error,
    )


@require_safe
@open_to(READERS)
def nodes(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    from shuxin.portal.commands.inbox import names_of  # noqa: PLC0415 - names by the anchors

    settings = settings_from_environment()
    table = shown.nodes_table(request, now=now_in_china(), name_of=names_of(settings))
    return listed(
        request,
        table,
        title=_NODES,
        lead=Text(
            en="Who follows, what each has, and what it says of itself. One cut off for ten seconds answers nobody.",
            zh="各接入机构的同步情况及其自报信息。失联超过 10 秒的机构将拒绝一切查询，直至恢复。",
        ),
    )


urlpatterns = [
    path("operator", home),
    path("operator/parties", parties),
    path("operator/parties/register", register),
    path("operator/parties/statements", take_statements),
    path("operator/parties/<str:party>", one_party),
    path("operator/parties/<str:party>/confirm", confirm),
    path("operator/nodes", nodes),
]
