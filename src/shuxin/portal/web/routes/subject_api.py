"""What subjects ask a holder's own site, by way of the platform: signed questions and objections, sealed answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.urls import URLPattern
    from ninja import Router


def routers() -> dict[str, Router]:
    from shuxin.portal.subject.endpoint import router  # noqa: PLC0415 - ninja is heavy

    return {"/subject": router}


urlpatterns: list[URLPattern] = []
