"""The API of documents by hash, below /api/documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.urls import URLPattern
    from ninja import Router


def routers() -> dict[str, Router]:
    from shuxin.verification.api import router  # noqa: PLC0415 - ninja is heavy

    return {"/documents": router}


urlpatterns: list[URLPattern] = []
