"""Many days at once beside one day after another, over rows that are late, corrected, withdrawn or there twice."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fusion.features.any_rows import strewn, tables_of

from shuxin.fusion.features.answering import are_many_days
from shuxin.fusion.features.computation import spine_table
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.queries import many_days_query, part_query
from shuxin.fusion.features.readings import SPINE

FIRSTS = [dt.date(2023 + month // 12, month % 12 + 1, 1) for month in range(24)]
ANY_DAYS = [dt.date(2024, 2, 29), dt.date(2024, 3, 31), dt.date(2024, 12, 30)]
KINDS = ("tax_payment", "shareholder", "invoice_out")
"""Of months that are folded, of a condition that changes from day to day, and of parties. The others are soaked."""
Answer = dict[tuple[str, dt.date], dict[str, object]]
Query = Callable[[str, None], tuple[str, pa.Schema]]


def answers(rng: random.Random, reading: str, *, few: int) -> tuple[Answer, Answer]:
    """A reading's features of a few firms, each on days of its own: all at once, and one after another."""
    firms, days = [f"E{n}" for n in range(6)], rng.choice([FIRSTS, [*FIRSTS, *ANY_DAYS]])
    spine = [(rng.choice(firms), rng.choice(days)) for _ in range(rng.choice([1, 12, 60]))]
    (standard,) = READINGS[reading].standards
    rows = [
        row
        for firm in firms
        for row in strewn(rng, standard, firm, rng.choice([0, 3, 40]), FIRSTS[-1])
    ]
    engine = duckdb.connect()
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("SET threads = 2")
    engine.register(standard, tables_of({standard: rows})[standard])

    def asked(pairs: list[tuple[str, dt.date]], query: Query) -> Answer:
        engine.register(SPINE, spine_table(pairs))
        sql, shape = query(reading, None)
        found = engine.sql(sql).to_arrow_table().cast(shape).to_pylist()
        assert len({(row["entity"], row["as_of"]) for row in found}) == len(found)
        return {(row["entity"], row["as_of"]): row for row in found}

    some = spine[:few]
    at_once = {pair: row for pair, row in asked(spine, many_days_query).items() if pair in some}
    return at_once, {pair: row for one in some for pair, row in asked([one], part_query).items()}


class TestManyDays:
    @pytest.mark.parametrize("reading", KINDS)
    @settings(max_examples=2)
    @given(seed=st.integers(0, 10**9))
    def test_say_what_each_day_says_alone_to_the_last_bit(self, reading: str, seed: int) -> None:
        at_once, one_by_one = answers(random.Random(seed), reading, few=2)  # noqa: S311 - no secret
        assert at_once == one_by_one

    @pytest.mark.soak
    @pytest.mark.parametrize("reading", sorted(READINGS))
    @settings(max_examples=25)
    @given(seed=st.integers(0, 10**9))
    def test_say_so_of_every_reading(self, reading: str, seed: int) -> None:
        at_once, one_by_one = answers(random.Random(seed), reading, few=8)  # noqa: S311 - no secret
        assert at_once == one_by_one

    @pytest.mark.parametrize(
        ("days", "many"), [([], False), ([2], False), ([3], True), ([1, 4], False), ([1, 5], True)]
    )
    def test_are_three_an_enterprise_in_the_mean(self, days: list[int], many: bool) -> None:
        engine = duckdb.connect()
        pairs = [(f"E{n}", day) for n, count in enumerate(days) for day in FIRSTS[:count]]
        engine.register(SPINE, spine_table(pairs))
        assert are_many_days(engine) is many
