"""The pages, one module each, listed here by name.

A module has ``urlpatterns``; it may have ``NAVIGATION``, a tuple of :class:`Link` for the head of every page,
and ``routers() -> dict[str, Router]``, django-ninja routers by their prefix below ``/api/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from types import ModuleType

    from django.urls import URLPattern, URLResolver
    from ninja import Router

    from shuxin.parties.api import accounts
    from shuxin.portal.bootstrap import HolderIdentity
    from shuxin.portal.web.access import Access

MODULES = (
    "home",
    "shelf",
    "account",
    "verify",
    "documents",
    "device",
    "inbox",
    "systems",
    "market_api",
    "gallery",
    "api_docs",
    "drop",
    "datamap",
    "quality",
    "importing",
    "enterprise",
    "subject_api",
    "financing",
    "financing_applications",
    "market_desk",
    "policies_mine",
    "government",
    "government_campaigns",
    "government_policies",
    "bank",
    "bank_authorisations",
    "bank_scores",
    "bank_decisions",
    "bank_products",
    "bank_board",
    "bank_campaigns",
    "bank_cases",
    "bank_strategies",
    "bank_strategy_edit",
    "propose",
    "results",
    "jobs",
    "models",
    "wire",
    "log",
    "operator",
    "government_boards",
    "second_person",
    "administration",
    "clients",
    "objections",
    "tour",
)


class Group(Enum):
    """Where an entry of the navigation stands, in this order."""

    PUBLIC = Text(en="", zh="")
    MINE = Text(en="My enterprise", zh="我的企业")
    MARKET = Text(en="Financing", zh="融资服务")
    CREDIT = Text(en="Credit", zh="信贷业务")
    GOVERNMENT = Text(en="Inclusive finance", zh="普惠金融协调")
    DATA = Text(en="Data", zh="数据")
    JOINT = Text(en="Joint work", zh="联合任务")
    TRUST = Text(en="Uses and proofs", zh="使用与存证")
    RUNNING = Text(en="Operation", zh="平台运营")
    ACCOUNT = Text(en="Account", zh="账户")


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation, shown to those who may open it."""

    url: str
    text: Text
    access: Access
    group: Group = Group.PUBLIC


def modules() -> tuple[ModuleType, ...]:
    return tuple(import_module(f"{__name__}.{name}") for name in MODULES)


def all_patterns() -> list[URLPattern | URLResolver]:
    return [pattern for module in modules() for pattern in module.urlpatterns]


def all_routers() -> dict[str, Router]:
    """django-ninja routers by their prefix below /api/."""
    return {
        prefix: router
        for module in modules()
        if hasattr(module, "routers")
        for prefix, router in module.routers().items()
    }


def navigation(
    person: accounts.Person | None, site: HolderIdentity | None, *, has_node: bool = True
) -> tuple[tuple[Group, tuple[Link, ...]], ...]:
    """The links that this person may open on this site, by group; empty groups are left out.

    has_node: without one there is no joint work to look at.
    """
    links = [
        link
        for module in modules()
        for link in getattr(module, "NAVIGATION", ())
        if has_node or link.group is not Group.JOINT
    ]
    seen = [link for link in links if link.access.admits(person, site)]
    grouped = ((group, tuple(link for link in seen if link.group is group)) for group in Group)
    return tuple((group, found) for group, found in grouped if found)
