"""Ranking on behalf of the platform: after a demand was published, or when somebody asks for it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.machine import Actor

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.market.api import DemandView, Doer

_MATCHED = frozenset({"published", "matched"})


def match_when_published(demand: DemandView, *, now: datetime) -> None:
    """Nothing happens to a demand in any other state."""
    from shuxin.market.api import match_demand  # noqa: PLC0415 - heavy

    if demand.state in _MATCHED:
        match_demand(demand.key, doer=of_the_platform(), now=now)


def of_the_platform() -> Doer:
    """The platform itself acts."""
    from shuxin.market.api import Doer  # noqa: PLC0415 - needs the database
    from shuxin.portal.bootstrap import journal_of  # noqa: PLC0415 - loads the log

    settings = settings_from_environment()
    return Doer(actor=Actor.SYSTEM, party="", by="platform", journal=journal_of(settings))
