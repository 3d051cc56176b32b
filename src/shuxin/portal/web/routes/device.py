"""The page of the signing keys that a person makes and keeps in this browser; the server sees none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.portal.web.access import PUBLIC, open_to
from shuxin.portal.web.pages import page, signed_in_account

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@open_to(PUBLIC)
def device(request: HttpRequest) -> HttpResponse:
    """For strangers too: making a key tells this site nothing, and an attester may want it before any account."""
    party = getattr(signed_in_account(request), "party", "")
    return page(request, "device/device.html", party=party)


urlpatterns = [path("device", device)]
