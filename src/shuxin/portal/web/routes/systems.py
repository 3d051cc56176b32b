"""The API for the systems of banks and departments: verify, ask, look up uses, read the log, hear of withdrawals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.urls import URLPattern
    from ninja import Router


def routers() -> dict[str, Router]:
    from shuxin.portal.web import systems  # noqa: PLC0415 - ninja is heavy

    return systems.routers()


urlpatterns: list[URLPattern] = []
