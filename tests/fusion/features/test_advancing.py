"""Features carried from day to day beside the same features computed in full."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from tests.fusion.features.any_rows import Row, strewn, tables_of
from tests.fusion.features.strategies import moment

from shuxin.fusion.features.advancing import Ageing, advanced, ageing, edges, touched
from shuxin.fusion.features.answering import answered
from shuxin.fusion.features.definition import Grain
from shuxin.fusion.features.library import FEATURES, READINGS
from shuxin.fusion.features.registry import SOURCES, feature_named

DAY = dt.date(2024, 7, 15)
FIRMS = 40
TRADE = frozenset({"invoice_out", "invoice_in"})


def later(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


@cache
def rows_of(seed: int) -> dict[str, pa.Table]:
    """Rows of every standard about a few firms, whose events, news and ends crowd around the days that are asked."""
    rng = random.Random(seed)  # noqa: S311 - the same every time, no secret
    found = {
        standard: [
            _moved(rng, row)
            for firm in range(FIRMS)
            for row in strewn(rng, standard, f"E{firm}", rng.choice([0, 1, 4, 12]), DAY)
        ]
        for standard in SOURCES
    }
    return tables_of(found)


def _moved(rng: random.Random, row: Row) -> Row:
    """Now and then a version becomes known, is replaced or withdrawn within the days that are asked."""
    if rng.random() < 0.05:
        row |= {"_known_from": moment(DAY) + dt.timedelta(hours=rng.randrange(-30, 60))}
    if rng.random() < 0.05:
        row |= {"_known_to": row["_known_from"] + dt.timedelta(hours=rng.randrange(1, 90))}
    return row


def engine(seed: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, table in rows_of(seed).items():
        connection.register(name, table)
    return connection


def spine(as_of: dt.date, *, firms: int = FIRMS) -> pa.Table:
    entities = [f"E{n}" for n in range(firms)]
    return pa.table({"entity": entities, "as_of": pa.array([as_of] * firms, pa.date32())})


def by_entity(table: pa.Table) -> list[dict[str, Any]]:
    return sorted(table.to_pylist(), key=lambda row: row["entity"])


def differences(one: pa.Table, other: pa.Table) -> list[tuple[str, str, Any, Any]]:
    assert one.column_names == other.column_names
    return [
        (here["entity"], name, here[name], there[name])
        for here, there in zip(by_entity(one), by_entity(other), strict=True)
        for name in here
        if here[name] != there[name]
    ]


class TestAdvanced:
    @pytest.mark.parametrize(
        "days", [1, 40, *(pytest.param(n, marks=pytest.mark.soak) for n in (2, 16))]
    )
    def test_is_the_same_as_in_full_to_the_last_bit(self, days: int) -> None:
        """After a day, two days, over the end of a month, and over more than a month."""
        connection = engine(1)
        before = answered(connection, spine(DAY), standards=SOURCES)
        full = answered(connection, spine(later(days)), standards=SOURCES)
        assert before.num_rows == full.num_rows == FIRMS
        carried = advanced(connection, before, spine(later(days)), standards=SOURCES)
        assert differences(carried, full) == []
        assert differences(before.drop_columns("as_of"), full.drop_columns("as_of")) != []

    @pytest.mark.soak
    @pytest.mark.parametrize("seed", range(2, 12))
    def test_stays_the_same_however_long_it_is_carried(self, seed: int) -> None:
        connection = engine(seed)
        carried = answered(connection, spine(DAY), standards=SOURCES)
        for days in range(1, 20):
            carried = advanced(connection, carried, spine(later(days)), standards=SOURCES)
            full = answered(connection, spine(later(days)), standards=SOURCES)
            assert differences(carried, full) == []

    def test_of_firms_that_were_not_asked_before_is_computed(self) -> None:
        connection, names = engine(1), frozenset({"court_sued_365d", "court_since_sued"})
        before = answered(connection, spine(DAY, firms=9), standards=SOURCES, names=names)
        carried = advanced(connection, before, spine(later(1)), standards=SOURCES, names=names)
        full = answered(connection, spine(later(1)), standards=SOURCES, names=names)
        assert differences(carried, full) == []

    def test_of_rows_that_say_otherwise_of_the_past_is_computed_anew(self) -> None:
        connection, names = engine(1), frozenset({"court_sued_730d"})
        before = answered(connection, spine(DAY), standards=SOURCES, names=names)
        connection.register("court_case", rows_of(2)["court_case"])
        full = answered(connection, spine(later(1)), standards=SOURCES, names=names)
        day = spine(later(1))
        assert differences(advanced(connection, before, day, standards=SOURCES, names=names), full)
        mended = advanced(
            connection, before, day, standards=SOURCES, names=names, anew=["court_case"]
        )
        assert differences(mended, full) == []

    def test_refuses_days_in_another_order_and_several_days(self) -> None:
        connection, names = engine(1), frozenset({"court_sued_730d"})
        before = answered(connection, spine(DAY), standards=SOURCES, names=names)
        with pytest.raises(ValueError, match="earlier day"):
            advanced(connection, before, spine(later(-1)), standards=SOURCES, names=names)
        twice = pa.concat_tables([before, before])
        with pytest.raises(ValueError, match="one day"):
            advanced(connection, twice, spine(later(1)), standards=SOURCES, names=names)


class TestTouched:
    def test_is_nobody_when_nothing_happens(self) -> None:
        connection = engine(1)
        quiet = rows_of(1)["court_case"].slice(0, 0)
        connection.register("court_case", quiet)
        found = touched(connection, "court_case", names=None, since=DAY, as_of=later(1))
        assert found == frozenset()

    def test_is_everybody_at_the_end_of_a_month_where_months_are_counted(self) -> None:
        connection = engine(1)
        end, next_month = dt.date(2024, 7, 31), dt.date(2024, 8, 1)
        months = {
            reading
            for reading in READINGS
            if touched(connection, reading, names=None, since=end, as_of=next_month) is None
        }
        assert {"vat_return", "bank_flow", *TRADE} <= months
        assert "court_case" not in months

    def test_is_few_on_an_ordinary_day(self) -> None:
        connection = engine(1)
        found = touched(connection, "dishonest_listing", names=None, since=DAY, as_of=later(1))
        assert found is not None
        assert 0 < len(found) < FIRMS


class TestAgeing:
    def test_is_told_from_what_a_feature_says(self) -> None:
        said = {
            "court_sued_365d": Ageing.STILL,
            "court_since_sued": Ageing.A_DAY_MORE,
            "abnormal_standing": Ageing.A_DAY_MORE,
            "inv_out_recency_24m": Ageing.A_DAY_MORE,
            "inv_out_slope_12m": Ageing.STILL,
            "court_sued_faded": Ageing.MOVES,
            "flow_balance_mean_90d": Ageing.MOVES,
        }
        assert {name: ageing(feature_named(name)) for name in said} == said

    def test_most_features_are_still(self) -> None:
        single = [one for one in FEATURES if one.grain is not Grain.COMBINED]
        still = [one for one in single if ageing(one) is Ageing.STILL]
        assert len(still) > 0.8 * len(single)

    def test_every_date_that_a_condition_looks_at_is_an_edge(self) -> None:
        assert edges("tax_arrear", None).dates == {"cleared"}
        assert edges("vat_return", None).dates == {"filed_at"}
        assert edges("court_case", None).ages >= {0, 90, 365, 730}
