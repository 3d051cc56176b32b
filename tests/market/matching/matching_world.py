"""Demands and products of a small shelf, without a database; and strategies that draw them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from tests.market.shelf_world import DEMAND, FACTS, PRODUCT

from shuxin.market.api import (
    Answers,
    Band,
    DemandTerms,
    Eligibility,
    Fee,
    FeeKind,
    FirmFacts,
    Guarantee,
    ProductTerms,
    RankingContext,
    RankingPolicy,
    Repayment,
)

TODAY = dt.date(2026, 6, 1)
AGREED = replace(DEMAND, may_estimate=True)


@dataclass(frozen=True)
class Wish:
    key: str = "d" * 32
    firm: FirmFacts = FACTS
    terms: DemandTerms = AGREED


@dataclass(frozen=True)
class Offer:
    key: str = "p" * 32
    lender: str = "uscc:a"
    version: int = 1
    terms: ProductTerms = PRODUCT
    digest: str = "0" * 64


def wish(**changed: Any) -> Wish:
    return Wish(terms=replace(DEMAND, **{"may_estimate": True, **changed}))


def offer(key: str = "p" * 32, lender: str = "uscc:a", **changed: Any) -> Offer:
    return Offer(key, lender, terms=replace(PRODUCT, **changed))


def who(**changed: Any) -> Offer:
    return offer(eligibility=Eligibility(**changed))


def context(**changed: Any) -> RankingContext:
    policy = changed.pop("policy", RankingPolicy("test", explore_bp=0))
    return RankingContext(today=TODAY, policy=policy, **changed)


terms = st.builds(
    lambda low, width, rate, spread, fee, hours, firsts, kinds: replace(
        PRODUCT,
        amount_fen=Band(low, low + width),
        rate_bp=Band(rate, rate + spread),
        fees=(Fee("fee", FeeKind.YEARLY_BP, fee),) if fee else (),
        decision_hours=hours,
        seeks_first_loans=firsts,
        repayments=kinds,
    ),
    st.sampled_from([1_000_000, 20_000_000, 50_000_000, 51_000_000]),
    st.integers(60_000_000, 100_000_000),
    st.integers(300, 600),
    st.integers(0, 300),
    st.sampled_from([0, 0, 50, 100]),
    st.integers(1, 80),
    st.booleans(),
    st.permutations(tuple(Repayment)).map(lambda kinds: tuple(kinds[:2])),
)


@st.composite
def shelves(draw: st.DrawFn, *, least: int = 1) -> list[Offer]:
    count = draw(st.integers(least, 12))
    lenders = [f"uscc:{n}" for n in range(draw(st.integers(1, 5)))]
    return [
        Offer(f"{n:032}", draw(st.sampled_from(lenders)), terms=draw(terms)) for n in range(count)
    ]


@st.composite
def contexts(draw: st.DrawFn, shelf: list[Offer], *, explore_bp: int = 0) -> RankingContext:
    lenders = sorted({one.lender for one in shelf})
    counts = st.integers(0, 20)
    answered = {name: (draw(counts), draw(counts)) for name in lenders}
    chance = {one.key: draw(st.integers(100, 9900)) for one in shelf if draw(st.booleans())}
    return RankingContext(
        today=TODAY,
        policy=RankingPolicy("test", explore_bp=explore_bp, explore_place=2),
        chance=chance,
        answers={name: Answers(a, a + b) for name, (a, b) in answered.items()},
        seldom=frozenset(draw(st.lists(st.sampled_from(lenders), unique=True))),
    )


__all__ = ["Guarantee", "Offer", "Wish", "context", "contexts", "offer", "shelves", "who", "wish"]
