"""The pages, one module each, listed here by name.

A module has ``urlpatterns``; it may have ``NAVIGATION``, a tuple of :class:`Link` for the head of every page,
and ``routers() -> dict[str, Router]``, django-ninja routers by their prefix below ``/api/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from django.urls import URLPattern, URLResolver
    from ninja import Router

    from shuxin.kernel.text import Text

MODULES = ("home", "account", "verify", "documents", "device", "inbox", "systems")


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation; ``private`` ones are shown to signed-in people only."""

    url: str
    text: Text
    private: bool


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


def navigation(*, signed_in: bool) -> tuple[Link, ...]:
    links = (link for module in modules() for link in getattr(module, "NAVIGATION", ()))
    return tuple(link for link in links if signed_in or not link.private)
