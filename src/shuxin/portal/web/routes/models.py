"""Joint models that this party has a part of, and the scoring services that use them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.web.access import BANK_OFFICERS, NODE_OFFICERS, open_to, site
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import models as shown
from shuxin.portal.web.views.node import by, here

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.federation.api import JointModel
    from shuxin.parties.api import accounts

NAVIGATION = (
    Link(
        "/models", Text(en="Joint models", zh="联合模型"), access=NODE_OFFICERS, group=Group.JOINT
    ),
)


@require_safe
@open_to(NODE_OFFICERS)
def models(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    from shuxin.federation.api import joint_models, services_here  # noqa: PLC0415 - heavy

    place = here()
    table = shown.models_table(request, joint_models(services=place.node), place)
    running = services_here(now=now_in_china())
    services = shown.services_table(request, running, place, language_of(request))
    for one in (table, services):
        if one.wanted_as_file:
            return one.file()
    return page(
        request,
        "models/list.html",
        table=table,
        services=services,
        running=[one for one in running if one.is_open],
        names=place.names,
    )


@require_safe
@open_to(NODE_OFFICERS)
def model(request: HttpRequest, person: accounts.Person, job_id: str) -> HttpResponse:
    """Raises NoSuchPage."""
    place, language = here(), language_of(request)
    one = _named(job_id)
    parties = shown.parties_table(request, one, place, language)
    if parties.wanted_as_file:
        return parties.file()
    is_label = one.role.value == "label"
    return page(
        request,
        "models/model.html",
        one=one,
        facts=shown.model_facts(one),
        parties=parties,
        categories=shown.categories_table(request, place),
        calibrations=list(shown.calibrations(one, place)),
        serves=is_label and not one.problem and BANK_OFFICERS.admits(person, site(request)),
    )


def _named(job_id: str) -> JointModel:
    from shuxin.federation.api import joint_models  # noqa: PLC0415 - heavy

    found = joint_models(services=here().node)
    one = next((each for each in found if each.job_id == job_id), None)
    if one is None:
        raise NoSuchPage
    return one


@require_POST
@open_to(NODE_OFFICERS)
def end(_request: HttpRequest, person: accounts.Person, job_id: str) -> HttpResponse:
    """No more answers from here; of one that is over already, nothing more. Raises ServiceUnknown."""
    from shuxin.federation.api import ServiceOver, end_service  # noqa: PLC0415 - heavy

    with suppress(ServiceOver):
        end_service(job_id, by=by(person), services=here().node)
    return HttpResponseRedirect("/models")


urlpatterns = [
    path("models", models),
    path("models/<slug:job_id>", model),
    path("services/<slug:job_id>/end", end),
]
