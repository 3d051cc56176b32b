"""The link between a platform and the homes that follow it, for pages and commands; names are imported late."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuxin.portal.linking.asking import SiteRefused, SiteUnreachable
    from shuxin.portal.linking.client import ClientRefused
    from shuxin.portal.linking.contacts import ContactView, Told, contacts, note_contact
    from shuxin.portal.linking.follower import Follower
    from shuxin.portal.linking.holders import (
        HolderSiteUnknown,
        add_holder,
        holder_sites,
        relay_question,
        remove_holder,
    )
    from shuxin.portal.linking.joined import Link, NotJoined, join, leave, link_of
    from shuxin.portal.linking.market import PlatformBusy, PlatformMarket, marketplace
    from shuxin.portal.linking.requests import (
        Asked,
        all_grants,
        ask,
        ask_platform,
        grants_of,
        my_requests,
    )
    from shuxin.portal.linking.state import LinkState, link_state

_LATER = {
    "asking": ("SiteRefused", "SiteUnreachable"),
    "contacts": ("ContactView", "Told", "contacts", "note_contact"),
    "follower": ("Follower",),
    "holders": (
        "HolderSiteUnknown",
        "add_holder",
        "holder_sites",
        "relay_question",
        "remove_holder",
    ),
    "joined": ("Link", "NotJoined", "join", "leave", "link_of"),
    "client": ("ClientRefused",),
    "market": ("PlatformBusy", "PlatformMarket", "marketplace"),
    "requests": ("Asked", "all_grants", "ask", "ask_platform", "grants_of", "my_requests"),
    "state": ("LinkState", "link_state"),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"shuxin.portal.linking.{_HOME[name]}"), name)


__all__ = [
    "Asked",
    "ClientRefused",
    "ContactView",
    "Follower",
    "HolderSiteUnknown",
    "Link",
    "LinkState",
    "NotJoined",
    "PlatformBusy",
    "PlatformMarket",
    "SiteRefused",
    "SiteUnreachable",
    "Told",
    "add_holder",
    "all_grants",
    "ask",
    "ask_platform",
    "contacts",
    "grants_of",
    "holder_sites",
    "join",
    "leave",
    "link_of",
    "link_state",
    "marketplace",
    "my_requests",
    "note_contact",
    "relay_question",
    "remove_holder",
]
