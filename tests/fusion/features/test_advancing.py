"""Features carried from day to day beside the same features computed in full."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.fusion.features.any_rows import Row, strewn, tables_of
from tests.fusion.features.strategies import moment

from shuxin.fusion.features import advancing
from shuxin.fusion.features.advancing import EARLY, RUNNING, advanced, touched
from shuxin.fusion.features.ageing import Ageing, Sight, ageing, batches, days_back, edges, sight
from shuxin.fusion.features.answering import answered
from shuxin.fusion.features.definition import Grain
from shuxin.fusion.features.library import FEATURES, READINGS
from shuxin.fusion.features.registry import SOURCES, feature_named

DAY = dt.date(2024, 7, 15)
FIRMS = 40
TRADE = frozenset({"invoice_out", "invoice_in"})
SOME = ("bank_flow", "invoice_out", "power_day", "power_month", "vat_return", "tax_arrear", "court_case",
        "registration")  # fmt: skip
"""Readings of every kind: stretches of balance, months and parties, days, stocks, ends, ages, news, terms."""
EVERY = None
SINGLE = [one for one in FEATURES if one.grain is not Grain.COMBINED]
CHECKED = frozenset(one.name for one in SINGLE if one.source in SOME) | {"sued_to_sales"}


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


@pytest.fixture(scope="module")
def one_city() -> duckdb.DuckDBPyConnection:
    return engine(1)


@cache
def asked(as_of: dt.date, names: frozenset[str] | None) -> pa.Table:
    """In full, of the first city."""
    return answered(engine(1), spine(as_of), standards=SOURCES, names=names)


class TestAdvanced:
    @pytest.mark.parametrize(
        ("days", "names"),
        [
            (1, CHECKED),
            (40, CHECKED),
            *(pytest.param(n, EVERY, marks=pytest.mark.soak) for n in (1, 2, 16, 40)),
        ],
    )
    def test_is_the_same_as_in_full_to_the_last_bit(
        self, days: int, names: frozenset[str] | None, one_city: duckdb.DuckDBPyConnection
    ) -> None:
        """After a day, two days, over the end of a month, and over more than a month."""
        before, full = asked(DAY, names), asked(later(days), names)
        assert before.num_rows == full.num_rows == FIRMS
        carried = advanced(one_city, before, spine(later(days)), standards=SOURCES, names=names)
        assert carried.schema == full.schema
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

    def test_of_features_that_were_not_asked_before_and_of_sources_that_are_gone(self) -> None:
        connection, names = engine(1), frozenset({"court_sued_365d", "power_zero_days_90d"})
        before = answered(connection, spine(DAY), standards=SOURCES, names=names)
        day, less = spine(later(1)), ["court_case"]
        lacking = before.drop_columns("court_sued_365d")
        for given, standards in ((lacking, SOURCES), (before, less)):
            carried = advanced(connection, given, day, standards=standards, names=names)
            full = answered(connection, day, standards=standards, names=names)
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

    def test_of_balances_of_a_flow_that_versions_place_with_two_accounts_is_computed_in_full(
        self,
    ) -> None:
        """What the earlier account held is told by an older flow, which no other balance asks for."""
        names = frozenset({"flow_balance_now", "flow_balance_mean_90d", "flow_balance_low_90d"})
        schema = rows_of(1)["bank_flow"].schema
        flow = {"entity": "E0", "direction": "收", "amount": 1, "_dataset": "d", "_file": "f"}
        told = [
            (1, "A", later(-200), 500, later(-199)),
            (2, "A", later(-150), 700, later(-149)),
            (2, "B", later(-150), 700, later(-100)),
            (3, "B", later(-30), 900, later(-29)),
        ]
        rows = [
            flow | {"txn_no": f"{n}", "account": account, "booked_on": on, "balance": held,
                    "_known_from": moment(known), "_line": line}
            for line, (n, account, on, held, known) in enumerate(told)
        ]  # fmt: skip
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("bank_flow", pa.Table.from_pylist(rows, schema=schema))
        one = {"standards": ["bank_flow"], "names": names}
        before = answered(connection, spine(DAY, firms=2), **one)
        full = answered(connection, spine(later(1), firms=2), **one)
        carried = advanced(connection, before, spine(later(1), firms=2), **one)
        assert differences(carried, full) == []
        assert by_entity(full)[0]["flow_balance_now"] == 1400

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
        assert found == {}

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

    def test_is_asked_by_one_query_on_all_days(self, monkeypatch: pytest.MonkeyPatch) -> None:
        connection, days = engine(1), (DAY, later(1), later(9), DAY)
        alone = [
            touched(engine(1), "news", names=None, since=day, as_of=day + dt.timedelta(days=2))
            for day in days
        ]
        monkeypatch.setattr(advancing, "sql_of", None)
        together = [
            touched(connection, "news", names=None, since=day, as_of=day + dt.timedelta(days=2))
            for day in days
        ]
        assert together == alone
        assert alone[0] == alone[3]
        assert len({str(one) for one in alone}) == 3

    def test_tells_rows_of_the_running_month_from_earlier_ones_and_from_those_that_leave_a_window(
        self,
    ) -> None:
        rows = rows_of(1)["court_case"]
        event, known = READINGS["court_case"].event, moment(DAY) + dt.timedelta(hours=2)
        told = {
            "now": (later(-3), known, RUNNING),
            "late": (later(-30), known, EARLY),
            "left": (later(-365), moment(later(-300)), 4 << [90, 365, 730].index(365)),
        }
        columns = {name: [None] * len(told) for name in rows.column_names}
        columns |= {
            "entity": list(told),
            event: [on for on, _, _ in told.values()],
            "_known_from": [since for _, since, _ in told.values()],
        }
        connection = engine(1)
        connection.register("court_case", pa.table(columns, schema=rows.schema))
        found = touched(connection, "court_case", names=None, since=DAY, as_of=later(1))
        assert edges("court_case", None).ages == {90, 365, 730}
        assert found == {name: why for name, (_, _, why) in told.items()}


class TestSight:
    @pytest.mark.parametrize("names", [CHECKED, pytest.param(EVERY, marks=pytest.mark.soak)])
    @pytest.mark.parametrize("seen", [Sight.MONTHS, Sight.DAYS])
    def test_leaves_out_only_what_says_nothing(
        self, seen: Sight, names: frozenset[str] | None
    ) -> None:
        """Of firms of whom all rows are out of sight, every feature is at its meaning of empty."""
        found = [
            one for one in SINGLE if sight(one) is seen and (names is None or one.name in names)
        ]
        back = max((days_back(one) for one in found), default=0)
        first, end = (DAY.replace(day=1), DAY) if seen is Sight.MONTHS else (None, later(-back))
        connection = engine(1)
        for standard, rows in rows_of(1).items():
            event = rows[next(r.event for r in READINGS.values() if standard in r.standards)]
            on = event.cast(pa.date32())
            out = pc.less(on, pa.scalar(end))
            out = out if first is None else pc.and_(out, pc.greater_equal(on, pa.scalar(first)))
            connection.register(standard, rows.filter(out))
        told = answered(
            connection, spine(DAY), standards=SOURCES, names=frozenset(one.name for one in found)
        )
        assert len(found) > 10
        assert {
            one.name for one in found if set(told[one.name].to_pylist()) != {one.empty}
        } == set()

    def test_every_feature_is_of_one_batch(self) -> None:
        for reading in READINGS:
            names = [name for batch in batches(reading, None) for name in batch.names]
            assert sorted(names) == sorted(one.name for one in SINGLE if one.source == reading)


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
        still = [one for one in SINGLE if ageing(one) is Ageing.STILL]
        assert len(still) > 0.8 * len(SINGLE)

    def test_every_date_that_a_condition_looks_at_is_an_edge(self) -> None:
        assert edges("tax_arrear", None).dates == {"cleared"}
        assert edges("vat_return", None).dates == {"filed_at"}
        assert edges("court_case", None).ages >= {90, 365, 730}
