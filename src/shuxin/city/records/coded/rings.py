"""What is said and done about firms in trouble and about rings of fraud: news, economic crimes (T92, T53)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.records.coded.days import (
    DAY_SECONDS,
    FIRST,
    MONTH_DAYS,
    among,
    answerable_until,
    code,
    coded,
    day_of,
    ends,
    falls,
    gathered,
    lots_of,
    other,
    padded,
    seen,
    text,
)
from shuxin.city.records.coded.docket import docket
from shuxin.city.records.coded.sums import pieces
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Share, Whole
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

_TOPICS = {word: code("news_topic", word) for word in
           ("default", "lawsuit", "layoff", "run", "fundraising", "product", "award")}  # fmt: skip
_NOTABLE = (0.06, 0.45, 0.9, 1.0)
"""Share of firms by size that news are written about."""
_NEWS_YEARLY = (1.2, 2.6, 6.0, 14.0)
_OF_FAILURES = (0.16, 0.6, 0.95, 1.0)
_OF_RUNS, _MORE_ON_TROUBLE, _CASE_SEEN = 0.7, 4.0, 0.10
_BAD, _GOOD = (-1.0, 0.9), (-0.15, 1.1)
"""Least polarity and width of bad news and of others."""

_News = tuple["Whole", "Share", "NDArray[np.integer]", "Bits"]


def news_sentiment(world: World, block: Block) -> Drawn:
    """T92: on notable firms now and then; on failures up to two months before them, and after."""
    parts = [
        _usual(world, block),
        _of_failures(world, block),
        _of_runs(world, block),
        _of_cases(world, block),
    ]
    firm, when, topic, bits = (np.concatenate(column) for column in zip(*parts, strict=True))
    day = day_of(when)
    bad = np.isin(topic, [_TOPICS[word] for word in ("default", "lawsuit", "layoff", "run")])
    low, width = np.where(bad, _BAD[0], _GOOD[0]), np.where(bad, _BAD[1], _GOOD[1])
    polarity = np.rint((low + width * other(bits, 2)) * 1000) / 1000
    published = day * DAY_SECONDS + np.floor(DAY_SECONDS * other(bits, 3)).astype(np.int64)
    titles = pc.cast(pa.array(lots_of(world, "news/titles").bits(firm, day)), pa.string())
    born = world.firms.founded[firm] + 10
    return gathered(
        block,
        firm=firm,
        day=day,
        known=published + np.floor(7_200 * other(bits, 4)).astype(np.int64),
        kept=(day > born) & (day < answerable_until(world)[firm]) & (when >= 0),
        values={
            "doc_id": text("N", padded(firm + 1, 7), "-", day, "-", topic),
            "title_hash": titles,
            "uscc_list": firm.astype(np.int32),
            "polarity": polarity,
            "topic": topic.astype(np.int8),
            "credibility": 100_000 + np.floor(900_000 * other(bits, 5) ** 0.5).astype(np.int64),
            "published": published,
        },
    )


def _usual(world: World, block: Block) -> _News:
    """Products, awards, money raised: more of the good news than of the bad, whatever comes."""
    own = block.firms.astype(np.int64)
    notable = lots_of(world, "news/notable").at(own) < np.array(_NOTABLE)[world.firms.size[own]]
    own = own[notable]
    group, month = pieces(np.full(len(own), WINDOW_MONTHS))
    firm = own[group]
    bits = lots_of(world, "news/usual").bits(firm, month)
    hit = other(bits, 6) < np.array(_NEWS_YEARLY)[world.firms.size[firm]] / 12
    hit &= world.money.sales[firm, month] > 0
    firm, month, bits = firm[hit], month[hit], bits[hit]
    topic = among(bits, 7, "news_topic", product=6, award=3, fundraising=3, lawsuit=1, layoff=1)
    return firm, month + other(bits, 8), topic, bits


def _of_failures(world: World, block: Block) -> _News:
    failed = block.firms[world.outcome.failed[block.firms] >= 0].astype(np.int64)
    own = lots_of(world, "news/failures").bits(failed)
    noted = other(own, 1) < np.array(_OF_FAILURES)[world.firms.size[failed]]
    failed, own = failed[noted], own[noted]
    group, place = pieces(1 + np.floor(_MORE_ON_TROUBLE * other(own, 2)).astype(np.int64))
    firm = failed[group]
    bits = lots_of(world, "news/of failures").bits(firm, place)
    topic = among(bits, 7, "news_topic", default=5, lawsuit=3, layoff=4)
    when = world.outcome.failed[firm] + 1 - 2 + 6 * other(bits, 8)
    return firm, when, topic, bits


def _of_runs(world: World, block: Block) -> _News:
    """Some days after the controller of a ring has taken the money."""
    rings = world.ties.rings
    own = block.firms[rings.member[block.firms] >= 0].astype(np.int64)
    run = rings.runs[rings.member[own]].astype(np.int64)
    bits = lots_of(world, "news/runs").bits(own)
    rows = np.flatnonzero((run < WINDOW_MONTHS) & (falls(bits, 1, _OF_RUNS)))
    firm, bits = own[rows], bits[rows]
    return firm, run[rows] + 0.5 + 2 * other(bits, 8), np.full(len(rows), _TOPICS["run"]), bits


def _of_cases(world: World, block: Block) -> _News:
    cases = docket(world)
    rows = np.flatnonzero((cases.defendant >= block.first) & (cases.defendant < block.stop))
    rows = rows[falls(cases.bits[rows], 110, _CASE_SEEN)]
    bits = lots_of(world, "news/cases").bits(rows)
    month = (cases.filed[rows] - FIRST) / MONTH_DAYS
    return (
        cases.defendant[rows],
        month + 0.3 + other(bits, 8),
        np.full(len(rows), _TOPICS["lawsuit"]),
        bits,
    )


_FOUND_OUT = 0.6
_YEARLY_OF_OTHERS = 0.0010
_CAUSES = (
    ("contract_fraud",) * 5 + ("false_invoices",) * 3 + ("fundraising_fraud", "illegal_deposits")
)


def econ_crimes(world: World, block: Block) -> Drawn:
    """T53: against firms of rings, after the money is gone; against a few others at any time."""
    rings = world.ties.rings
    own = block.firms.astype(np.int64)
    bits = lots_of(world, "crimes").bits(own)
    member = rings.member[own]
    run = rings.runs[np.maximum(member, 0)].astype(np.int64) if len(rings.runs) else member * 0
    inside = (member >= 0) & (run < WINDOW_MONTHS) & (falls(bits, 1, _FOUND_OUT))
    rare = (member < 0) & (falls(bits, 1, _YEARLY_OF_OTHERS * WINDOW_MONTHS / 12))
    when = np.where(inside, run + 1.5 + 6 * other(bits, 2), WINDOW_MONTHS * other(bits, 2))
    rows = np.flatnonzero(inside | rare)
    firm, bits, day = own[rows], bits[rows], day_of(when[rows])
    causes = np.array([code("econ_crime_cause", word) for word in _CAUSES], np.int8)
    return gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, 5 + np.floor(15 * other(bits, 3)).astype(np.int64), other(bits, 4)),
        kept=(day > world.firms.founded[firm]) & (inside[rows] | (day < ends(world)[firm])),
        values={
            "case_no": text("澜公经立字", padded(firm + 1, 7), "号"),
            "suspect_hmac": world.ties.controller[firm].astype(np.int32),
            "cause": causes[np.floor(len(causes) * other(bits, 5)).astype(int)],
            "stage": coded(other(bits, 6), "crime_stage"),
        },
    )


RECIPES: Mapping[str, Recipe] = {"news_sentiment": news_sentiment, "econ_crimes": econ_crimes}
