"""An enterprise's own pages on the platform: what needs it now, its data at every holder, its keys, its documents.

The platform holds none of its data. What holders know is asked for with the enterprise's own key and comes sealed to
its browser; this server only carries it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import NotPermitted, ShuxinError
from shuxin.kernel.statements import StatementInvalid, parse_statement
from shuxin.kernel.text import Text
from shuxin.parties.api import PartyKind
from shuxin.portal.web.access import SUBJECTS, Access, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.problem import problem_answer, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.routes.verify import failures_said

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.api import accounts

_PLATFORM = frozenset({PartyKind.OPERATOR})
MINE = Access(kinds=_PLATFORM, roles=SUBJECTS.roles)
ANYBODY_HERE = Access(kinds=_PLATFORM, public=True)
LONGEST_ASKED = 1 << 15
_CARRIED = frozenset({"subject-question", "sealed-objection"})
NAVIGATION = (
    Link("/my", Text(en="What needs me", zh="待办"), access=MINE, group=Group.MINE),
    Link("/my/data", Text(en="My data", zh="我的数据"), access=MINE, group=Group.MINE),
    Link("/inbox", Text(en="Authorisations", zh="授权管理"), access=SUBJECTS, group=Group.MINE),
    Link(
        "/my/portrait", Text(en="My credit portrait", zh="信用画像"), access=MINE, group=Group.MINE
    ),
    Link("/my/uses", Text(en="Uses of my data", zh="使用记录"), access=MINE, group=Group.MINE),
    Link("/my/documents", Text(en="My documents", zh="我的文件"), access=MINE, group=Group.MINE),
    Link(
        "/my/identity", Text(en="Identity and keys", zh="身份与密钥"), access=MINE, group=Group.MINE
    ),
)


class QuestionOfOther(NotPermitted):
    code = "question_of_other_party"
    what = Text(
        en="this is not a question of your own enterprise", zh="这不是以本企业名义提出的查询"
    )
    mend = Text(
        en="Sign in with an account of the enterprise in whose name it is signed",
        zh="请使用签署该查询的企业的账户登录",
    )


@require_safe
@open_to(MINE)
def home(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.consent.api import inbox_of  # noqa: PLC0415 - needs the database
    from shuxin.portal.web.views import enterprise as view  # noqa: PLC0415 - as above
    from shuxin.portal.web.views.financing import needs_of  # noqa: PLC0415 - heavy

    now = now_in_china()
    keys = view.own_keys(person.party, settings=settings_from_environment(), now=now)
    names = view.names_known(settings_from_environment())
    items = inbox_of(subject=person.party, now=now, name_of=lambda party: names.get(party, ""))
    needs = [*needs_of(person.party), *view.needs_of(person, items=items, keys=keys, now=now)]
    return page(request, "enterprise/home.html", needs=needs)


@require_safe
@open_to(MINE)
def data(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    return page(request, "enterprise/data.html", **_asking(person))


@require_safe
@open_to(MINE)
def portrait(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    return page(request, "enterprise/portrait.html", **_asking(person))


@require_safe
@open_to(MINE)
def uses(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    return page(request, "enterprise/uses.html", **_asking(person))


@require_safe
@open_to(MINE)
def documents(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.portal.web.views import enterprise as view  # noqa: PLC0415 - needs the database

    facts: dict[str, Any] = {
        "me": {"party": person.party, "keys": []},
        "names": view.names_known(settings_from_environment()),
        "reasons": failures_said(language_of(request)),
    }
    return page(request, "enterprise/documents.html", **facts)


@require_safe
@open_to(MINE)
def identity(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.portal.web.views import enterprise as view  # noqa: PLC0415 - needs the database

    settings = settings_from_environment()
    keys = view.own_keys(person.party, settings=settings, now=now_in_china())
    return page(request, "enterprise/identity.html", keys=keys, party=person.party)


@require_POST
@open_to(MINE)
def ask(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """Carry a signed question or objection of the reader's own party to its holder, and the answer back unread."""
    from shuxin.portal.linking.api import relay_question  # noqa: PLC0415 - needs the database

    try:
        holder = _addressed(request.body, party=person.party)
        answer = relay_question(settings_from_environment(), holder=holder, body=request.body)
    except ShuxinError as error:
        return problem_answer(request, error)
    return HttpResponse(answer, content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYBODY_HERE)
def register(request: HttpRequest) -> HttpResponse:
    """Code and name are looked at, nothing is kept: the attester's word is what makes a registration."""
    from shuxin.portal.web.views.registering import attesters, checked, typed  # noqa: PLC0415 - only here

    given = typed(request.POST)
    if request.method != "POST":
        return page(request, "enterprise/register.html", given=given)
    try:
        found = checked(given)
    except ShuxinError as error:
        return refused(request, "enterprise/register.html", error, given=given)
    facts: dict[str, Any] = {
        "given": given,
        "found": found,
        "attesters": attesters(settings_from_environment()),
    }
    return page(request, "enterprise/register.html", **facts)


def _addressed(body: bytes, *, party: str) -> str:
    """The holder that a statement of this party is for. Raises StatementInvalid, QuestionOfOther."""
    if len(body) > LONGEST_ASKED:
        raise StatementInvalid(reason=f"longer than {LONGEST_ASKED} bytes")
    statement = parse_statement(body)
    if statement.kind not in _CARRIED or statement.body.get("subject") != party:
        raise QuestionOfOther
    return str(statement.body.get("holder", ""))


def _asking(person: accounts.Person) -> dict[str, Any]:
    """What a page needs from which holders are asked."""
    from shuxin.portal.web.views import enterprise as view  # noqa: PLC0415 - needs the database

    settings = settings_from_environment()
    keys = view.own_keys(person.party, settings=settings, now=now_in_china())
    return {
        "holders": view.holders_asked(settings),
        "names": view.names_known(settings),
        "me": {"party": person.party, "keys": view.speaking_keys(keys)},
    }


urlpatterns = [
    path("my", home),
    path("my/data", data),
    path("my/portrait", portrait),
    path("my/uses", uses),
    path("my/documents", documents),
    path("my/identity", identity),
    path("my/ask", ask),
    path("register", register),
]
