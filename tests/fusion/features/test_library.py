"""All features of the library beside a plain reading of the same statements, on rows strewn around every edge."""

from __future__ import annotations

import datetime as dt
import math
import random
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from tests.fusion.features.any_rows import Row, case, tables_of
from tests.fusion.features.plainly import of_reading, said, value
from tests.fusion.features.strategies import moment

from shuxin.fusion.features import queries
from shuxin.fusion.features.computation import spine_table
from shuxin.fusion.features.definition import WHOLE, Grain, Measure, Window
from shuxin.fusion.features.library import FEATURES, READINGS
from shuxin.fusion.features.library.groups import GROUPS
from shuxin.fusion.features.queries import (
    SPINE,
    definitions_hash,
    end_query,
    part_name,
    part_query,
    rows_query,
    sql_of,
    wanted,
)
from shuxin.fusion.features.readings import ROWS, STANDING, TWICE, Facts
from shuxin.fusion.features.registry import TRADE_FEATURES, standards_of
from shuxin.fusion.standards import STANDARDS, standard_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

SINGLE = {
    name: [
        one for one in FEATURES if one.source == name and one.grain in {Grain.ROWS, Grain.MONTHS}
    ]
    for name, reading in READINGS.items()
    if isinstance(reading, Facts)
}
COMBINED = [one for one in FEATURES if one.grain is Grain.COMBINED and one not in TRADE_FEATURES]
Spine = list[tuple[str, dt.date]]


def engine(*, threads: int = 2) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET threads = {threads}")
    return connection


def answered(
    tables: dict[str, pa.Table], spine: Spine, readings: Sequence[str], *, threads: int = 2
) -> dict[tuple[str, dt.date], Row]:
    """Every feature for each row of the spine, as the engine computes it; other readings have no source."""
    connection = engine(threads=threads)
    connection.register(SPINE, spine_table(spine))
    for name, table in tables.items():
        connection.register(name, table)
    for reading in readings:
        sql, shape = part_query(reading, None)
        connection.register(part_name(reading), connection.sql(sql).to_arrow_table().cast(shape))
    sql, _ = end_query(tuple(readings), None)
    rows = connection.sql(sql).to_arrow_table().to_pylist()
    connection.close()
    return {(row["entity"], row["as_of"]): row for row in rows}


@cache
def city(seed: int, firms: int, most: int) -> tuple[dict[str, list[Row]], Spine]:
    rng = random.Random(seed)  # noqa: S311 - the same every time, no secret
    standards = sorted({reading.standards[0] for reading in READINGS.values()})
    return case(rng, standards, firms=firms, most=most)


NOBODY, TWIN = "nobody", "twin of "


@cache
def all_asked() -> dict[tuple[str, dt.date], Row]:
    """At once, as the engine plans longer than it computes: all firms, one that nobody knows, and twins with news."""
    rows, spine = city(1, 72, 40)
    told = {name: [*found, *_twins(found)] for name, found in rows.items()}
    twins = [(TWIN + entity, day) for entity, day in dict(spine[::2]).items()]
    return answered(
        tables_of(told), [*spine, (NOBODY, spine[0][1]), *twins], tuple(sorted(READINGS))
    )


def _twins(found: list[Row]) -> list[Row]:
    """The same rows of other firms, and half of them once more, known on the day that is asked or later."""
    rng = random.Random(9)  # noqa: S311 - the same every time, no secret
    one_day = dict(city(1, 72, 40)[1][::2])
    news = [
        row | {"_known_from": moment(one_day[row["entity"]]) + dt.timedelta(days=rng.choice([0, 1, 90])),
               "_known_to": None}
        for row in rng.sample(found, len(found) // 2)
    ]  # fmt: skip
    return [row | {"entity": TWIN + row["entity"]} for row in [*found, *news]]


@cache
def whole_city() -> dict[tuple[str, dt.date], Row]:
    return {pair: all_asked()[pair] for pair in city(1, 72, 40)[1]}


def alike(found: Any, wanted: Any, *, rounded: bool = False) -> bool:
    """Weights by age are rounded to millionths before they are added."""
    if found is None or wanted is None:
        return found is wanted
    if rounded:
        return abs(found - wanted) <= max(1, abs(wanted) * 1e-12)
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-4)


class TestReadings:
    @pytest.mark.parametrize("name", SINGLE)
    def test_features_are_what_their_statements_say(self, name: str) -> None:
        rows, spine = city(1, 72, 40)
        reading, found = READINGS[name], whole_city()
        assert isinstance(reading, Facts)
        wrong = []
        for entity, as_of in spine:
            own = [row for row in rows[reading.standard] if row["entity"] == entity]
            for one, due in of_reading(reading, SINGLE[name], own, as_of).items():
                feature = next(each for each in SINGLE[name] if each.name == one)
                got = found[entity, as_of][one]
                if not alike(got, due, rounded=feature.measure in WHOLE):
                    wrong.append((entity, as_of, one, got, due))
        assert wrong == []

    @pytest.mark.parametrize("feature", COMBINED, ids=lambda one: one.name)
    def test_features_made_of_others_are_what_they_say(self, feature: Any) -> None:
        for row in whole_city().values():
            due = said(feature, value(feature.formula, row))
            assert alike(row[feature.name], due, rounded=feature.measure in WHOLE)

    def test_every_feature_has_something_to_say_somewhere(self) -> None:
        """The strewn rows exercise the formulas: none of them is always empty, or always the same."""
        values = {one.name: {row[one.name] for row in whole_city().values()} for one in FEATURES}
        silent = [name for name, found in values.items() if len(found) < 2]
        assert silent == []

    @pytest.mark.soak
    def test_one_alone_is_the_same_as_among_all_whatever_the_threads_and_the_order(self) -> None:
        rows, spine = city(1, 72, 40)
        mixed = {name: found[::-1] for name, found in rows.items()}
        for pair in spine[5:7]:
            own = {
                n: [row for row in found if row["entity"] == pair[0]] for n, found in mixed.items()
            }
            alone = answered(tables_of(own), [pair], tuple(sorted(READINGS)), threads=1)
            assert alone == {pair: whole_city()[pair]}

    def test_of_a_firm_that_nobody_knows_is_empty(self) -> None:
        (found,) = (row for (entity, _), row in all_asked().items() if entity == NOBODY)
        assert {one.name: found[one.name] for one in FEATURES} == {
            one.name: one.empty for one in FEATURES
        }

    def test_what_becomes_known_on_the_day_or_later_changes_nothing(self) -> None:
        city_of = whole_city()
        twins = {pair: row for pair, row in all_asked().items() if pair[0].startswith(TWIN)}
        assert len(twins) == len({entity for entity, _ in city_of})
        for (entity, day), row in twins.items():
            own = entity.removeprefix(TWIN)
            assert row | {"entity": own} == city_of[own, day]


class TestDefinitions:
    def test_are_about_three_hundred_at_least_and_each_has_its_own_name_and_titles(self) -> None:
        assert len(FEATURES) >= 300
        for names in (
            [one.name for one in FEATURES],
            [one.title.en for one in FEATURES],
            [one.title.zh for one in FEATURES],
        ):
            assert len(set(names)) == len(names)

    def test_say_what_unit_window_group_and_emptiness_they_have(self) -> None:
        for one in FEATURES:
            assert isinstance(one.measure, Measure)
            assert one.group in GROUPS
            assert one.window.title.zh != one.window.title.en
            assert one.empty is None or one.empty in {0, 12}
            assert not set("{}") & set(one.title.en + one.title.zh)

    def test_every_group_and_reading_has_features(self) -> None:
        assert {one.source for one in FEATURES} - {""} == set(READINGS)
        assert {one.group for one in FEATURES} == set(GROUPS)

    def test_readings_read_fields_that_their_standards_have(self) -> None:
        known = {one.name for one in STANDARDS}
        for reading in READINGS.values():
            assert set(reading.standards) <= known

    def test_a_name_reads_no_standards_but_those_that_it_needs(self) -> None:
        names = frozenset({"sued_to_sales"})
        assert {one.name for one in wanted(names)} == {
            "court_sued_amt_365d",
            "inv_out_amt_12m",
            "sued_to_sales",
        }
        assert standards_of(wanted(names)[-1]) == ("court_case", "invoice_out")

    def test_what_comes_before_the_features_is_written_once_whatever_is_wanted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = {step.name: step.sql for step in queries.written_steps("court_case")}
        assert list(before) == [ROWS, TWICE, STANDING]
        written: list[str] = []
        monkeypatch.setattr(queries, "sql_of", lambda made: written.append(sql_of(made)) or "LAST")
        for name in ("court_sued_365d", "court_sues_365d"):
            sql, _ = part_query.__wrapped__("court_case", frozenset({name}))
            assert all(f'"{step}" AS MATERIALIZED (\n{before[step]}\n)' in sql for step in before)
            assert len(written) == 1
            assert name in written.pop()

    def test_rows_behind_a_feature_are_asked_by_standard_window_and_number(self) -> None:
        asked = {
            rows_query(standard, window, most)
            for standard in ("invoice_out", "invoice_in")
            for window in (Window(1, 3), Window(1, 12))
            for most in (1, 3)
        }
        assert len(asked) == 8

    def test_the_hash_is_of_what_these_names_compute_from_what_is_here(self) -> None:
        court, both = frozenset({"court_case"}), frozenset({"court_case", "news"})
        one, other = frozenset({"court_sued_365d"}), frozenset({"court_sues_365d"})
        assert definitions_hash(one, court) == definitions_hash(one, both)
        assert definitions_hash(one, court) != definitions_hash(other, court)
        assert definitions_hash(one, court) != definitions_hash(one, frozenset())

    def test_features_of_invoices_stay_the_first_58(self) -> None:
        assert FEATURES[:58] == TRADE_FEATURES


AS_OF = dt.date(2024, 7, 15)
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
FIELDS = [each.field.name for each in standard_named("bank_flow").fields]


def flow(day: dt.date, direction: str, amount: int, party: str, **told: Any) -> Row:
    row: Row = dict.fromkeys([*FIELDS, "_dataset", "_known_to"])
    row |= {
        "entity": "E",
        "booked_on": day,
        "direction": direction,
        "amount": amount,
        "party": party,
    }
    return (
        row | {"subject_name": "本公司", "_known_from": LONG_AGO, "_file": "f", "_line": 1} | told
    )


def flows(*rows: Row) -> Row:
    numbered = [row | {"txn_no": str(n), "_line": n} for n, row in enumerate(rows)]
    tables = tables_of({"bank_flow": numbered})
    return answered(tables, [("E", AS_OF)], ("bank_flow",))["E", AS_OF]


def back(days: int) -> dt.date:
    return AS_OF - dt.timedelta(days=days)


class TestFlows:
    def test_leave_own_transfers_loans_and_wealth_products_out(self) -> None:
        found = flows(
            flow(back(40), "收", 1_000, "客户甲公司"),
            flow(back(41), "收", 2_000, "本公司"),
            flow(back(42), "收", 4_000, "某银行", summary="贷款放款"),
            flow(back(43), "支", 300, "某银行", summary="还本付息"),
            flow(back(44), "支", 500, "某银行", summary="购买理财"),
            flow(back(45), "支", 70, "供应商公司", summary="货款"),
        )
        assert (found["flow_in_12m"], found["flow_out_12m"], found["flow_net_12m"]) == (
            1_000,
            70,
            930,
        )
        assert (found["flow_drawn_12m"], found["flow_repaid_12m"]) == (4_000, 300)
        assert (found["flow_wealth_12m"], found["flow_debt_months_12m"]) == (500, 1)

    def test_what_goes_out_on_the_day_it_came_in_passes_through(self) -> None:
        found = flows(
            flow(back(40), "收", 10_000, "甲公司"),
            flow(back(40), "支", 9_950, "乙公司"),
            flow(back(41), "收", 10_000, "甲公司"),
            flow(back(41), "支", 9_800, "乙公司"),
            flow(back(42), "支", 10_000, "乙公司"),
        )
        assert (found["flow_in_12m"], found["flow_out_12m"]) == (10_000, 19_800)
        assert found["flow_passed_share_12m"] == 1.0

    def test_balances_count_for_the_days_that_they_stood(self) -> None:
        found = flows(
            flow(back(200), "收", 1, "甲公司", account="1", balance=9_000),
            flow(back(60), "收", 1, "甲公司", account="1", balance=100),
            flow(back(60), "支", 1, "甲公司", account="1", balance=600),
            flow(back(10), "收", 1, "甲公司", account="1", balance=900),
            flow(back(40), "收", 1, "甲公司", account="2", balance=50),
        )
        mean = (9_000 * 30 + 600 * 50 + 900 * 10 + 50 * 40) / 90
        assert found["flow_balance_mean_90d"] == math.floor(mean + 0.5)
        assert (found["flow_balance_now"], found["flow_balance_low_90d"]) == (950, 50)
        assert found["flow_accounts_6m"] == 2

    def test_payers_are_counted_and_kept(self) -> None:
        found = flows(
            flow(back(60), "收", 300, "甲公司"),
            flow(back(70), "收", 100, "乙公司"),
            flow(back(80), "支", 900, "丙公司"),
            flow(back(500), "收", 50, "甲公司"),
            flow(back(510), "收", 50, "丁公司"),
        )
        assert (found["flow_payers_12m"], found["flow_kept_24m"]) == (2, 0.5)
        assert (found["flow_top5_12m"], found["flow_hhi_12m"]) == (1.0, 0.625)
        assert found["flow_new_share_24m"] == 0.25

    def test_persons_cash_and_wages_are_told_apart(self) -> None:
        found = flows(
            flow(back(60), "收", 300, "张三"),
            flow(back(61), "收", 100, "甲公司", summary="现金存入"),
            flow(back(62), "支", 500, "李四", summary="代发工资"),
            flow(back(63), "支", 200, "王五", summary="往来"),
            flow(back(64), "支", 300, "丙公司"),
        )
        assert (found["flow_from_persons_12m"], found["flow_cash_share_12m"]) == (0.75, 0.25)
        assert (found["flow_wages_12m"], found["flow_to_persons_6m"]) == (500, 0.2)
