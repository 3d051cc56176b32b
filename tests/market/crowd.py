"""What a crowd may do to one demand, at random, and the laws that hold whatever it did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection
from tests.market.shelf_world import (
    BANKS,
    DAY,
    DEMAND,
    FIRM,
    NOW,
    OPERATOR,
    PRODUCT,
    SYSTEM,
    agent,
    bank,
    firm,
    known,
    online_product,
)

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.machine import Actor
from shuxin.market.api import (
    DEMAND as DEMAND_LIFE,
)
from shuxin.market.api import (
    PRODUCT as PRODUCT_LIFE,
)
from shuxin.market.api import (
    REFERRAL,
    VERSION,
    Band,
    Doer,
    assign,
    choose,
    claim,
    draft_demand,
    edit_product,
    link_application,
    referrals_of_demand,
    run_timers,
    step_demand,
    step_product,
    step_referral,
    steps_of,
    submit_demand,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from shuxin.market.api import StepView

MACHINES = {one.name: one for one in (DEMAND_LIFE, PRODUCT_LIFE, REFERRAL, VERSION)}
OPEN = {"waiting", "taken", "applied"}
CAP = 2


@dataclass(frozen=True)
class Crowd:
    """Demands in draft, a product of each of four lenders, and all that anybody may try on them."""

    demands: list[str]
    products: list[str]

    @classmethod
    def gathered(cls, *, demands: int) -> Crowd:
        known()
        terms = [replace(DEMAND, term_months=12 + number) for number in range(demands)]
        return cls(
            [draft_demand(one, firm=FIRM, doer=firm(), now=NOW, request_id="") for one in terms],
            [online_product(one, claim_cap=CAP) for one in BANKS],
        )

    def act(self, name: str, which: int, later: int) -> str:
        """Try it; its name when it came through, "refused" when the rules said no.

        "busy" when SQLite had no turn for it within its minute; on PostgreSQL nothing else may come.
        """
        demand = self.demands[which // len(BANKS) % len(self.demands)]
        lender = which % len(BANKS)
        try:
            ACTIONS[name](Tried(demand, BANKS[lender], self.products[lender], later))
        except ShuxinError:
            return "refused"
        except OperationalError:
            if connection.vendor != "sqlite":
                raise
            return "busy"
        return name


@dataclass(frozen=True)
class Tried:
    """One demand, one lender with its product; ``later``: days since the beginning."""

    demand: str
    lender: str
    product: str
    later: int

    @property
    def now(self) -> dt.datetime:
        return NOW + self.later * DAY

    @property
    def firm(self) -> Doer:
        """Or its agent."""
        return agent() if self.later % 2 else firm()

    @property
    def referral(self) -> str:
        """The newest of this lender, a key that nobody has when there is none."""
        held = referrals_of_demand(self.demand, viewer=self.lender)
        return held[-1].key if held else "0" * 32


def _submit(tried: Tried) -> None:
    submit_demand(tried.demand, doer=tried.firm, now=NOW)


def _decide(event: str) -> Callable[[Tried], None]:
    def act(tried: Tried) -> None:
        who = {"withdraw": firm(), "fund": SYSTEM, "apply": firm()}.get(event, OPERATOR)
        step_demand(tried.demand, event, doer=who, now=tried.now, reason="试验")

    return act


def _claim(tried: Tried) -> None:
    claim(tried.demand, tried.product, doer=bank(tried.lender), now=NOW)


def _claim_again(tried: Tried) -> None:
    """The reply is lost, and the same request is made again."""
    made = {
        claim(
            tried.demand,
            tried.product,
            doer=bank(tried.lender),
            now=NOW,
            request_id=tried.demand + tried.lender,
        )
        for _ in range(2)
    }
    if len(made) > 1:
        raise AssertionError("one request, two referrals")


def _choose(tried: Tried) -> None:
    choose(tried.demand, tried.product, doer=tried.firm, now=NOW)


def _assign(tried: Tried) -> None:
    assign(tried.demand, tried.product, doer=OPERATOR, now=NOW)


def _refer(event: str) -> Callable[[Tried], None]:
    def act(tried: Tried) -> None:
        who = {"withdraw": firm(), "close": SYSTEM}.get(event, bank(tried.lender))
        step_referral(tried.referral, event, doer=who, now=tried.now, code="capacity")

    return act


def _link(tried: Tried) -> None:
    key = tried.referral
    link_application(key, f"app{key}", doer=tried.firm, now=NOW)


def _timers(tried: Tried) -> None:
    run_timers(doer=SYSTEM, now=tried.now)


def _expire(_tried: Tried) -> None:
    run_timers(doer=SYSTEM, now=NOW + 40 * DAY)


def _shelf(event: str) -> Callable[[Tried], None]:
    def act(tried: Tried) -> None:
        who = OPERATOR if event == "approve" else bank(tried.lender)
        step_product(tried.product, event, doer=who, now=NOW)

    return act


def _edit(tried: Tried) -> None:
    terms = replace(PRODUCT, claim_cap=CAP, rate_bp=Band(300, 500 + tried.later))
    edit_product(tried.product, terms, doer=bank(tried.lender), now=NOW)


ACTIONS: dict[str, Callable[[Tried], None]] = {
    "submit": _submit,
    **{event: _decide(event) for event in ("publish", "withdraw", "fund", "apply")},
    "claim": _claim,
    "claim_again": _claim_again,
    "choose": _choose,
    "assign": _assign,
    **{event: _refer(event) for event in ("take", "decline", "close")},
    "give_up": _refer("withdraw"),
    "link": _link,
    "timers": _timers,
    "expire": _expire,
    **{event: _shelf(event) for event in ("pause", "resume", "approve")},
    "hand_in": _shelf("submit"),
    "edit": _edit,
}
_SELDOM = dict.fromkeys(("withdraw", "fund"), 0.1) | dict.fromkeys(("expire", "timers"), 0.02)
_OFTEN = dict.fromkeys(("claim", "choose", "link", "submit", "publish"), 4)
WEIGHTS: dict[str, float] = {**dict.fromkeys(ACTIONS, 1), "pause": 0.1, **_SELDOM, **_OFTEN}


def broken_laws(commitments: Sequence[str]) -> list[str]:
    """What is wrong in this database: with every row against its steps, the steps against each other and the log."""
    from shuxin.market.shelf_models import DemandRow, ProductRow, ProductVersionRow, ReferralRow
    from shuxin.market.step_models import StepRow

    wrong = []
    kept: list[str] = []
    for kind, table in {
        "demand": DemandRow,
        "product": ProductRow,
        "product_version": ProductVersionRow,
        "referral": ReferralRow,
    }.items():
        for row in table.objects.all():
            steps = steps_of(kind, row.key)
            kept += [one.commitment for one in steps]
            if not _is_life(kind, row, steps):
                wrong.append(f"{kind}: steps are no life")
    if sorted(kept) != sorted(commitments) or len(kept) != StepRow.objects.count():
        wrong.append(f"{len(kept)} steps, {len(commitments)} log entries")
    for row in DemandRow.objects.all():
        wrong += _crowding(row)
    for product in ProductRow.objects.all():
        states = list(product.versions.values_list("state", flat=True))
        if states.count("published") > 1 or sum(one in {"draft", "review"} for one in states) > 1:
            wrong.append("product: two versions at once")
    return wrong


def _is_life(kind: str, row: Any, steps: list[StepView]) -> bool:
    machine = MACHINES[kind]
    state = machine.initial
    for version, one in enumerate(steps):
        if version:
            if one.source != state:
                return False
            state = machine.after(one.source, one.event, actor=Actor(one.actor))
        if (one.version, one.to) != (version, state):
            return False
    return (row.state, row.version) == (state, len(steps) - 1)


def _crowding(row: Any) -> list[str]:
    """Replays the referrals of a demand in the order in which their steps were kept."""
    from shuxin.market.step_models import StepRow

    of_demand = {one.key: one for one in row.referrals.all()}
    now: dict[str, str] = {}
    wrong = []
    for taken in StepRow.objects.filter(kind="referral", thing__in=of_demand).order_by("pk"):
        now[taken.thing] = taken.to
        held = [of_demand[key] for key, state in now.items() if state in OPEN]
        if len({one.lender for one in held}) < len(held):
            wrong.append("a lender has the demand before it twice")
        if sum(one.mode == "claim" for one in held) > CAP:
            wrong.append("more claims than may be")
    if row.state in {"withdrawn", "expired"} and set(now.values()) & OPEN:
        wrong.append("a demand is over, and lenders have it before them")
    if row.state == "in_application" and "applied" not in now.values():
        wrong.append("in application without one")
    return wrong
