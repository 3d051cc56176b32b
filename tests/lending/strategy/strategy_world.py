"""One firm, one product, one strategy and sources that count how often they were asked."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.dates import CHINA_TIME
from shuxin.lending.api import (
    Applied,
    DecisionRecord,
    Fetched,
    Strategy,
    decide,
    standard_strategy,
    strategy_of,
)
from shuxin.market.api import Band, Borrower, FirmFacts, LoanUse, ProductKind, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.errors import ShuxinError

NOW = dt.datetime(2026, 11, 22, 10, tzinfo=CHINA_TIME)
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "evidence" / "1" / "decision-approve.json"
SERVICE = "service-of-tests"
CLEAR = {f"open.{name}": False for name in ("dishonest", "revoked", "serious_illegal", "abnormal")}
OWN = {
    "own.days_past_due": 0,
    "own.active_months": 12,
    "own.sales_12m_yuan": 5_000_000,
    "own.tax_paid_12m_yuan": 120_000,
}
JOINT = {"joint.points": 640, "joint.pd": 0.02, "joint.complete": True}
APPLIED = Applied(
    key="application",
    product="product",
    product_kind=ProductKind.CREDIT,
    firm=FirmFacts("uscc:firm", "某企业", Borrower.ENTERPRISE, established_on=dt.date(2020, 1, 15)),
    amount_fen=50_000_000,
    term_months=12,
    use=LoanUse.WORKING_CAPITAL,
    urgency=Urgency.MONTH,
    amount=Band(10_000_000, 300_000_000),
    rate_bp=Band(300, 900),
)
STANDARD = standard_strategy(service=SERVICE)


@dataclass
class CountingSources:
    """Gives what it is told to, or raises it; ``asked``: in which order."""

    open: Mapping[str, Any] | ShuxinError = field(default_factory=lambda: CLEAR)
    own: Mapping[str, Any] | ShuxinError = field(default_factory=lambda: OWN)
    joint: Mapping[str, Any] | ShuxinError = field(default_factory=lambda: JOINT)
    asked: list[str] = field(default_factory=list)

    def _give(self, name: str, uses: tuple[int, ...], evidence: str = "") -> Fetched:
        self.asked.append(name)
        found = getattr(self, name)
        if isinstance(found, Exception):
            raise found
        return Fetched(found, uses, evidence)

    def open_facts(self, firm: str, now: dt.datetime) -> Fetched:
        return self._give("open", ())

    def own_facts(self, firm: str, now: dt.datetime, *, names: object) -> Fetched:
        return self._give("own", (7,))

    def joint_score(self, firm: str, service: str, now: dt.datetime) -> Fetched:
        return self._give("joint", (8,), "score-1")


def no_models(digest: str) -> bytes:
    raise KeyError(digest)


def decided(
    sources: CountingSources | None = None,
    *,
    strategy: Strategy = STANDARD,
    request_id: str = "request",
    **changes: Any,
) -> DecisionRecord:
    return decide(
        replace(APPLIED, **changes),
        strategy=strategy,
        sources=sources or CountingSources(),
        request_id=request_id,
        now=NOW,
        models=no_models,
    )


@cache
def card_bundle() -> tuple[str, bytes]:
    """Digest and bytes of a bank's card, out of a golden file."""
    model = json.loads(GOLDEN.read_bytes())["decision"]["model"]
    return model["sha256"], canonical_json(model)


@cache
def card_facts() -> dict[str, Any]:
    """What the card read of the firm of that file."""
    given = json.loads(GOLDEN.read_bytes())["decision"]["input"]["features"]
    return {f"own.{name}": value for name, value in given.items()}


def changed(strategy: Strategy, edit: Any) -> Strategy:
    """Another strategy: ``edit`` changes the JSON in place."""
    stated = strategy.model_dump(mode="json")
    edit(stated)
    return strategy_of(stated)


def table_of(stated: dict[str, Any], name: str) -> dict[str, Any]:
    tables = (table for stage in stated["stages"] for table in stage.get("tables", ()))
    found: dict[str, Any] = next(table for table in tables if table["id"] == name)
    return found


def any_sources(rng: Random) -> CountingSources:
    """All kinds of firms, the sound ones as often as the others."""

    def maybe(value: Any) -> Any:
        return value if rng.random() < 0.8 else None

    return CountingSources(
        open={name: maybe(rng.random() < 0.05) for name in CLEAR},
        own={
            "own.days_past_due": maybe(rng.choice([0, 0, 0, 0, 3])),
            "own.active_months": maybe(rng.randint(0, 12)),
            "own.sales_12m_yuan": maybe(rng.randint(0, 20_000_000)),
            "own.tax_paid_12m_yuan": maybe(rng.randint(0, 2_000_000)),
            "own.inflow_12m_yuan": maybe(rng.randint(0, 20_000_000)),
            "own.net_cash_month_yuan": maybe(rng.randint(-200_000, 500_000)),
            "own.loan_payment_month_yuan": maybe(rng.randint(0, 100_000)),
        },
        joint={
            "joint.points": rng.randint(300, 850),
            "joint.pd": maybe(rng.random() ** 4),
            "joint.complete": maybe(rng.random() < 0.9),
        },
    )


def any_application(rng: Random) -> Applied:
    return replace(
        APPLIED,
        firm=APPLIED.firm if rng.random() < 0.9 else replace(APPLIED.firm, established_on=None),
        amount_fen=rng.randint(100_000, 300_000_000),
        term_months=rng.randint(1, 60),
        use=rng.choice([LoanUse.WORKING_CAPITAL, LoanUse.STOCK, LoanUse.EQUIPMENT, *LoanUse]),
    )


seeds = st.integers(0, 2**32).map(Random)
