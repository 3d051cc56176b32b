"""``/api/v1``: the marketplace for systems; see docs/api.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.urls import URLPattern
    from ninja import Router


def routers() -> dict[str, Router]:
    from shuxin.portal.web.market_api import (  # noqa: PLC0415 - ninja is heavy
        applications,
        campaigns,
        demands,
        events,
        lists,
        meters,
        products,
        referrals,
        statistics,
    )

    return {
        "/v1/products": products.products,
        "/v1/demands": demands.demands,
        "/v1/referrals": referrals.referrals,
        "/v1/applications": applications.applications,
        "/v1/events": events.events,
        "/v1/subscriptions": events.subscriptions,
        "/v1/lists": lists.lists,
        "/v1/campaigns": campaigns.campaigns,
        "/v1/recommendations": lists.recommendations,
        "/v1/statistics": statistics.statistics,
        "/v1/meters": meters.meters,
    }


urlpatterns: list[URLPattern] = []
