"""Applicants and cards for the tests of this folder."""

from __future__ import annotations

from functools import cache

import numpy as np

from shuxin.kernel.text import Text
from shuxin.scoring.binning.shape import BinShape, Kind
from shuxin.scoring.card.artefact import CardBin, CardCharacteristic, Scorecard, TrainingFacts
from shuxin.scoring.card.plan import CardPlan, Characteristic
from shuxin.scoring.card.points import Scaling
from shuxin.scoring.card.training import Trained, train_card

TARGET = Text(en="90 days past due within 12 months", zh="12 个月内逾期 90 天以上")
SECTORS = np.array(["retail", "catering", "transport", "software"])


def said(word: str) -> Text:
    return Text(en=word, zh=f"{word}(中)")


def applicants(*, rows: int, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Columns ``age, turnover, noise, sector`` and outcomes, true where bad."""
    rng = np.random.default_rng(seed)
    age, turnover = rng.uniform(0, 20, rows), rng.lognormal(4, 1, rows)
    sector = SECTORS[rng.integers(0, 4, rows)]
    log_odds = 0.12 * age + 0.5 * (np.log(turnover) - 4) + 0.6 * (sector == "software")
    outcomes = rng.random(rows) < 1 / (1 + np.exp(0.8 + log_odds))
    turnover[rng.random(rows) < 0.05] = np.nan
    columns = {"age": age, "turnover": turnover, "noise": rng.normal(size=rows), "sector": sector}
    return columns, outcomes


CHARACTERISTICS = (
    Characteristic(
        name="age",
        title=said("years in business"),
        group="history",
        unit="years",
        reason_low=said("young"),
        reason_high=said("old"),
    ),
    Characteristic(
        name="turnover",
        title=said("turnover"),
        group="sales",
        unit="yuan",
        reason_low=said("low turnover"),
        reason_high=said("high turnover"),
        reason_missing=said("no turnover reported"),
    ),
    Characteristic(name="noise", title=said("noise")),
    Characteristic(
        name="sector", title=said("sector"), kind=Kind.CATEGORICAL, reason_low=said("sector")
    ),
)
PLAN = CardPlan(name="sample", target=TARGET, cut_off=510)


@cache
def trained(*, rows: int = 4000, seed: int = 11) -> Trained:
    columns, outcomes = applicants(rows=rows, seed=seed)
    return train_card(
        columns=columns,
        outcomes=outcomes,
        characteristics=CHARACTERISTICS,
        plan=PLAN,
        made_on="2026-11-21",
        data_hash="0" * 64,
    )


def place(
    name: str,
    points: tuple[int, ...],
    *,
    edges: tuple[float, ...] = (),
    reference: float = 0.0,
    group: str = "",
    low: Text | None = None,
    high: Text | None = None,
    missing: Text | None = None,
    categories: tuple[tuple[str, ...], ...] = (),
) -> CardCharacteristic:
    """A characteristic with these points by bin, the last for missing values."""
    kind = Kind.CATEGORICAL if categories else Kind.NUMERIC
    return CardCharacteristic(
        shape=BinShape(name=name, kind=kind, edges=edges, categories=categories),
        title=said(name),
        group=group,
        unit="",
        bins=tuple(CardBin(points=p, woe=0.0, good=0, bad=0) for p in points[:-1])
        + (CardBin(points=points[-1], woe=0.0, good=90, bad=10),),
        unseen_points=7,
        coefficient=1.0,
        reference=reference,
        reason_low=low,
        reason_high=high,
        reason_missing=missing,
    )


def card_of(*places: CardCharacteristic, cut_off: int = 560) -> Scorecard:
    return Scorecard(
        name="sample",
        made_on="2026-11-21",
        target=TARGET,
        scaling=Scaling(),
        intercept=0.0,
        characteristics=places,
        cut_off=cut_off,
        training=TrainingFacts(rows=100, bads=10, data_hash="0" * 64),
    )
