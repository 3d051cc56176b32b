"""A bank's desk, wired: the platform over HTTP, own sources, the running strategies, the own log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.lending.api import Desk, StrategyEngine
from shuxin.portal.bootstrap import holder, journal_of
from shuxin.portal.lending_desk.sources import BankSources
from shuxin.portal.linking.api import all_grants
from shuxin.portal.linking.joined import required_link
from shuxin.portal.linking.market import PlatformMarket

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.infra.api import Settings
    from shuxin.market.api import Needed


@dataclass(frozen=True, slots=True)
class HeldGrants:
    """Which authorisations of a firm came to this bank (已取得授权)."""

    settings: Settings

    def held(self, firm: str, needed: Needed, *, now: dt.datetime) -> bool:
        """Whether one stands that names this holder and all these catalogues, for credit decisions."""
        return any(
            one.holds
            and needed.holder in one.terms.holders
            and set(needed.catalogues) <= set(one.terms.catalogues)
            and one.terms.purpose.value == "credit_decision"
            and one.terms.level_max >= needed.level_max
            for one in all_grants(self.settings, now, subject=firm)
        )


@dataclass
class BankDesk:
    """A desk with what it holds open; ``close`` it."""

    desk: Desk
    market: PlatformMarket
    sources: BankSources

    def close(self) -> None:
        self.market.close()
        self.sources.close()


def bank_desk(settings: Settings) -> BankDesk:
    """Raises NotSetUp, NotJoined."""
    party = holder(settings).party
    platform, sources = PlatformMarket(settings), BankSources(settings)
    desk = Desk(
        party=party,
        marketplace=platform,
        engine=StrategyEngine(party, sources),
        authorisations=HeldGrants(settings),
        journal=journal_of(settings),
        now=now_in_china,
        platform=required_link(settings).address,
    )
    return BankDesk(desk, platform, sources)
