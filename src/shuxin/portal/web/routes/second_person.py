"""What waits for a second person, on every institution's site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import RoleNeeded, open_to
from shuxin.portal.web.parts import Linked
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import second_person as shown
from shuxin.portal.web.views.administering import (
    OFFICE,
    SECURITY_ADMINS,
    SYSTEM_ADMINS,
    listed,
    of_every_site,
    one,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.parties.api import WaitingAct, accounts

SECOND_PERSONS = of_every_site(SYSTEM_ADMINS, SECURITY_ADMINS, OFFICE)
_ACTS = Text(en="Second person", zh="双人复核")
NAVIGATION = (Link("/acts", _ACTS, SECOND_PERSONS, Group.RUNNING),)
_TO_ACTS = Linked(_ACTS, "/acts")
_AGREED = Text(en="Agreed; it has taken effect.", zh="已复核，即时生效。")


@require_safe
@open_to(SECOND_PERSONS)
def acts(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    return listed(
        request,
        shown.acts_table(request, person),
        title=_ACTS,
        lead=Text(
            en="What one person stated takes effect when another states the same within seven days; else it lapses.",
            zh="一人提出的事项，须由另一人在七日内复核后生效，逾期失效。",
        ),
        notice=_AGREED if request.GET.get("done") == "agreed" else None,
    )


@require_safe
@open_to(SECOND_PERSONS)
def one_act(request: HttpRequest, person: accounts.Person, number: int) -> HttpResponse:
    return _act_page(request, person, _waiting(person, number))


def _waiting(person: accounts.Person, number: int) -> WaitingAct:
    """Only kinds that this person may decide; others do not exist for it. Raises ActUnknown, NoSuchPage."""
    from shuxin.parties.api import waiting_act  # noqa: PLC0415 - needs the database

    found: WaitingAct = waiting_act(number, now=now_in_china())
    if not shown.may_see(found, person):
        raise NoSuchPage
    return found


def _act_page(
    request: HttpRequest,
    person: accounts.Person,
    act: WaitingAct,
    error: ShuxinError | None = None,
) -> HttpResponse:
    return one(
        request,
        title=shown.act_title(act),
        back=_TO_ACTS,
        facts=shown.act_facts(act),
        acts=shown.act_choices(act, person),
        note=shown.act_note(act, person),
        error=error,
    )


@require_POST
@open_to(SECOND_PERSONS)
def agree(request: HttpRequest, person: accounts.Person, number: int) -> HttpResponse:
    act = _waiting(person, number)
    if not shown.act_choices(act, person):
        raise RoleNeeded
    try:
        agreement = shown.agreed(act, hand=shown.hand_of(person))
    except ShuxinError as error:
        return _act_page(request, person, act, error)
    return shown.told(request, agreement, back=_TO_ACTS)


urlpatterns = [
    path("acts", acts),
    path("acts/<int:number>", one_act),
    path("acts/<int:number>/agree", agree),
]
