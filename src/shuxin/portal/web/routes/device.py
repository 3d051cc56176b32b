"""The page of the signing keys that a person makes and keeps in this browser; the server sees none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.kernel.text import Text
from shuxin.portal.web.access import PUBLIC, SUBJECTS, open_to
from shuxin.portal.web.pages import page, signed_in_account
from shuxin.portal.web.routes import Group, Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

NAVIGATION = (Link("/device", Text(en="My keys", zh="我的密钥"), access=SUBJECTS, group=Group.MINE),)


@require_safe
@open_to(PUBLIC)
def device(request: HttpRequest) -> HttpResponse:
    """For strangers too: making a key tells this site nothing, and an attester may want it before any account."""
    party = getattr(signed_in_account(request), "party", "")
    return page(request, "device/device.html", party=party)


urlpatterns = [path("device", device)]
