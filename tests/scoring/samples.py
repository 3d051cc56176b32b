"""A model, a policy and applicants without any database: what the tests of decisions share."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from shuxin.fusion.api import TRADE_FEATURES
from shuxin.scoring.decision import (
    ACTIVE,
    GROWTH,
    PURCHASES,
    SALES,
    SINCE_SALE,
    Applicant,
    assess,
    conclude,
)
from shuxin.scoring.evidence import evidence_of
from shuxin.scoring.policy import (
    ByRating,
    ChurnPoint,
    Gates,
    LendingPolicy,
    Limits,
    WorkingCapital,
)
from shuxin.scoring.training import TrainingSet, train

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.decision import Decision

AS_OF = dt.date(2026, 1, 1)
YUAN, WAN = 100, 1_000_000
NAMES = tuple(feature.name for feature in TRADE_FEATURES)
CHURN = tuple(
    ChurnPoint(rate=rate / 1000, lost=(lost, lost * 0.9, lost * 0.8))
    for rate, lost in zip(range(40, 160, 10), np.linspace(0, 0.95, 12).tolist(), strict=True)
)
POLICY = LendingPolicy(churn=CHURN)


def sample(*, rows: int, seed: int) -> TrainingSet:
    """Loans of firms with a latent quality that shows in sales, activity, buyers and void invoices."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=rows)
    columns = {f.name: np.abs(rng.normal(size=rows)) for f in TRADE_FEATURES}
    sales = np.exp(17 + 0.5 * quality + rng.normal(size=rows)).round()
    columns[SALES], columns[PURCHASES] = sales, (sales * rng.uniform(0.5, 1.1, rows)).round()
    columns["inv_out_count_12m"] = np.maximum(1, rng.poisson(40, rows)).astype(float)
    columns[ACTIVE] = np.clip(np.rint(9 + 2 * quality + rng.normal(size=rows)), 0, 12)
    columns["inv_out_parties_12m"] = np.rint(np.exp(2 + 0.5 * quality + rng.normal(size=rows)))
    columns["inv_out_void_rate_12m"] = np.clip(
        0.1 - 0.03 * quality + rng.normal(0, 0.03, rows), 0, 1
    )
    columns["inv_out_cv_12m"][rng.random(rows) < 0.1] = np.nan
    outcomes = rng.random(rows) < 1 / (1 + np.exp(1.5 + 1.5 * quality))
    grades = np.digitize(quality + rng.normal(0, 0.5, rows), (-1.2, -0.2, 0.8))
    return TrainingSet(
        entities=tuple(f"firm-{n:04}" for n in range(rows)),
        as_ofs=(AS_OF,) * rows,
        columns=columns,
        outcomes=outcomes,
        ratings=tuple("DCBA"[grade] for grade in grades),
        out_of_time=True,
        without_data=0,
        snapshot="5" * 40,
    )


@cache
def bundle() -> Bundle:
    return train(sample(rows=500, seed=4), name="sample", made_on="2026-01-01").bundle


def features(**known: float | None) -> dict[str, float | None]:
    """A sound firm of 1,000 万元 of sales, but for what is ``known``."""
    sound: dict[str, float | None] = dict.fromkeys(NAMES, 1.0)
    sound |= {
        SALES: 1000.0 * WAN,
        PURCHASES: 700.0 * WAN,
        GROWTH: 0.1,
        ACTIVE: 12.0,
        SINCE_SALE: 3.0,
        "inv_out_count_12m": 200.0,
        "inv_in_count_12m": 100.0,
        "inv_out_parties_12m": 60.0,
        "inv_out_void_rate_12m": 0.01,
    }
    return sound | known


def applicant(requested_fen: int | None = None, **known: float | None) -> Applicant:
    return Applicant("firm", AS_OF, features(**known), requested_fen)


def decided(
    who: Applicant, *, policy: LendingPolicy = POLICY, offered_fen: int | None = None
) -> tuple[Decision, bytes]:
    """The decision with the sample's model, and its evidence."""
    known = assess(who, models=bundle().models, policy=policy)
    decision = conclude(known, offered_fen=offered_fen, policy=policy)
    kept = evidence_of(decision, bundle=bundle(), policy=policy, offered_fen=offered_fen)
    return decision, kept.content


shares = st.floats(0, 1)


@st.composite
def _any_policy(draw: st.DrawFn) -> LendingPolicy:
    """Any policy that is valid and has at least one rate to choose."""
    step = draw(st.sampled_from([1, 1000, 7000, 10_000]))
    lowest = step * draw(st.integers(1, 100))
    margins = sorted((draw(shares), draw(shares)))
    risks = sorted((draw(shares), draw(shares)))
    return LendingPolicy(
        term_months=draw(st.integers(1, 60)),
        limits=Limits(lowest=lowest, highest=lowest + draw(st.integers(0, 10**7)), step=step),
        invoice_share=ByRating(a=draw(shares), b=draw(shares), c=draw(shares)),
        working_capital=WorkingCapital(
            turns=draw(st.floats(0.1, 100)),
            growth_most=draw(shares),
            margin_least=margins[0],
            margin_most=margins[1],
            other_funds_share=draw(shares),
        ),
        revenue_share=draw(shares),
        lgd=draw(shares),
        funding_rate=draw(st.floats(0, 0.1)),
        cost_yuan=draw(st.integers(0, 10_000)),
        pd_refer=risks[0],
        pd_decline=risks[1],
        gates=Gates(active_months=draw(st.integers(0, 12))),
        bad_rate=draw(st.none() | st.floats(0.001, 0.999)),
        churn=CHURN,
    )


policies = st.just(POLICY) | _any_policy()


def _numbers(name: str) -> st.SearchStrategy[float | None]:
    if "_amt_" in name and "rate" not in name:
        return st.none() | st.integers(-(10**9), 10**13).map(float)
    if "_count_" in name or "_12m" in name:
        return st.none() | st.integers(0, 500).map(float)
    return st.none() | st.floats(-100, 100)


amounts = st.none() | st.integers(-(10**6), 10**13)
_any_vector = st.fixed_dictionaries({name: _numbers(name) for name in NAMES})
_few_changed = st.fixed_dictionaries({}, optional={name: _numbers(name) for name in NAMES[:12]})
_sound = st.builds(
    lambda sales, changed: features(**({SALES: float(sales)} | changed)),
    st.integers(10 * WAN, 10**5 * WAN),
    st.just({}) | _few_changed,
)
vectors: st.SearchStrategy[Mapping[str, float | None]] = _any_vector | _sound
"""Of anybody at all, or of a firm that would mostly be lent to."""
