"""A lender's desk whose marketplace, engine and log may fail at any moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.lending.lending_world import REASON
from tests.market.shelf_world import BANK, JOURNAL, NOW

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.lending.api import Advice, AuthorisationWanted, Desk, MarketplaceHere, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shuxin.ledger.api import Entry
    from shuxin.lending.api import ApplicationView
    from shuxin.market.api import Needed, ProductTerms


class Killed(BaseException):
    """The process ends here."""


class Down(Unavailable):
    code = "test_platform_down"
    what = Text(en="down", zh="停机")
    mend = Text(en="wait", zh="等待")


@dataclass
class Fate:
    """Kills at the ``at``-th moment that it is asked about; never where it is 0."""

    at: int = 0
    asked: int = 0

    def moment(self) -> None:
        self.asked += 1
        if self.asked == self.at:
            raise Killed


@dataclass
class Clock:
    now: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def on(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


class Mortal:
    """Calls of the thing within, with a moment of death before and after each; or a platform that is down."""

    def __init__(self, within: object, fate: Fate) -> None:
        self.within, self.fate, self.is_down = within, fate, False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*values: Any, **named: Any) -> Any:
            if self.is_down:
                raise Down
            self.fate.moment()
            found = getattr(self.within, name)(*values, **named)
            self.fate.moment()
            return found

        return call


@dataclass
class Advises:
    """An engine that gives these verdicts, one a turn, the last for ever."""

    verdicts: tuple[Verdict, ...] = (Verdict.APPROVE,)
    limit_fen: int = 30_000_000
    asked: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def decide(
        self,
        view: ApplicationView,
        terms: ProductTerms,
        *,
        case: str,
        request_id: str,
        now: dt.datetime,
    ) -> Advice:
        del terms, now
        self.asked.append(request_id)
        turn = int(request_id.rsplit(":", 1)[1])
        verdict = self.verdicts[min(turn, len(self.verdicts) - 1)]
        digest = content_hash({"request": request_id, "case": case, "firm": view.firm.party})
        return Advice(
            verdict,
            digest,
            lambda: self.kept.append(digest),
            limit_fen=self.limit_fen,
            rate_bp=450,
            reasons=(REASON,),
            question="请补充合同" if verdict is Verdict.NEED_INFORMATION else "",
            sources=("application", "own"),
        )


@dataclass
class Firm:
    """Requests that lie before the firm, by id, and what it says to them."""

    requests: dict[str, AuthorisationWanted] = field(default_factory=dict)
    states_of: dict[str, str] = field(default_factory=dict)

    def ask(self, wanted: AuthorisationWanted) -> str:
        said = [wanted.firm, wanted.needed.holder, wanted.reason, wanted.signed_at.isoformat()]
        key = content_hash({"said": said})
        self.requests[key] = wanted
        self.states_of.setdefault(key, "requested")
        return key

    def states(self) -> Mapping[str, str]:
        return self.states_of

    def answer(self, state: str) -> None:
        self.states_of = dict.fromkeys(self.states_of, state)

    def held(self, firm: str, needed: Needed, *, now: dt.datetime) -> bool:
        del now
        return any(
            self.states_of[key] == "granted"
            and one.firm == firm
            and one.needed.holder == needed.holder
            for key, one in self.requests.items()
        )


@dataclass
class World:
    """A desk with all that it has to do with."""

    engine: Advises = field(default_factory=Advises)
    fate: Fate = field(default_factory=Fate)
    clock: Clock = field(default_factory=Clock)
    firm: Firm = field(default_factory=Firm)
    lender: str = BANK

    def __post_init__(self) -> None:
        here = MarketplaceHere(
            self.lender, JOURNAL, self.clock, asks=self.firm.ask, states=self.firm.states
        )
        self.platform = Mortal(here, self.fate)
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        """As after a restart."""

        def journal(entry: Entry) -> None:
            self.fate.moment()
            JOURNAL(entry)

        mortal: Any = self.platform
        engine: Any = Mortal(self.engine, self.fate)
        return Desk(self.lender, mortal, engine, self.firm, journal, self.clock)

    def rounds(self, count: int = 3) -> None:
        for _ in range(count):
            self.desk.round()
            self.clock.on(seconds=2)
