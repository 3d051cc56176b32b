"""Addresses: files of our own origin, the API, and the pages of every module in ``routes``."""

from __future__ import annotations

from django.urls import path

from shuxin.portal.web.assets import serve_asset
from shuxin.portal.web.endpoints import make_api, oauth_patterns, router
from shuxin.portal.web.routes import all_patterns, all_routers

api = make_api({"": router} | all_routers(), name="api")
urlpatterns = [
    path("static/<path:path>", serve_asset),
    *oauth_patterns,
    path("api/", api.urls),
    *all_patterns(),
]

handler400 = "shuxin.portal.web.problem.not_understood"
handler403 = "shuxin.portal.web.problem.not_permitted"
handler404 = "shuxin.portal.web.problem.not_found"
handler500 = "shuxin.portal.web.problem.broken"
