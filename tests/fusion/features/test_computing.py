from __future__ import annotations

import datetime as dt
import math
import random
import re
from dataclasses import replace
from itertools import permutations
from typing import Any

import ibis
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import example, given, settings
from ibis.backends.sql.compilers import PySparkCompiler
from tests.fusion.features.engine import INTEGERS, NAMES, Firm, computed, expression
from tests.fusion.features.slow import Invoice, by_definition
from tests.fusion.features.strategies import DAYS, LARGE, cases, moment, strewn_firm

from shuxin.fusion.features.computing import feature_table, joined_parts
from shuxin.fusion.features.grains import KEY
from shuxin.fusion.features.registry import TRADE_FEATURES as FEATURES

EMPTY = {feature.name: feature.empty for feature in FEATURES}
EXACT_FLOAT = 2**53
MIDYEAR = dt.date(2024, 7, 15)
SPARK_FUNCTIONS = frozenset(
    {"ABS", "CAST", "COALESCE", "DATEDIFF", "DECIMAL", "EXTRACT", "GREATEST", "IF", "LEAST", "LN",
     "DATE_TRUNC", "HASH", "MAKE_DATE", "MAX", "MIN", "NULLIF", "ROUND", "ROW_NUMBER", "SHIFTLEFT",
     "SHIFTRIGHT", "SQRT", "SUM", "COUNT"}
)  # fmt: skip
"""All are of Spark SQL; the words that stand before a bracket without being one are left out."""


def agree(name: str, value: Any, wanted: Any) -> bool:
    """Whole numbers exactly, ratios to 1e-9; a mean is a whole number found through floats."""
    if value is None or wanted is None:
        return value is wanted
    if name.endswith("ticket_12m") and wanted * 100 > EXACT_FLOAT:
        return math.isclose(value, wanted, rel_tol=1e-15)
    if name in INTEGERS:
        return bool(value == wanted)
    return math.isclose(value, wanted, rel_tol=1e-9, abs_tol=1e-9)


def differences(firms: dict[str, Firm], spine: list[tuple[str, dt.date]]) -> list[tuple[Any, ...]]:
    found = computed(firms, spine)
    return [
        (entity, as_of, name, found[entity, as_of][name], value)
        for entity, as_of in spine
        for name, value in by_definition(firms[entity].sold, firms[entity].bought, as_of).items()
        if not agree(name, found[entity, as_of][name], value)
    ]


def monthly(amounts: list[int], as_of: dt.date = MIDYEAR, party: str = "甲") -> list[Invoice]:
    """One invoice a month on the third, the nearest complete month first; 0 leaves a month out."""
    found = []
    for back, fen in enumerate(amounts, start=1):
        month = as_of.year * 12 + as_of.month - 1 - back
        if fen:
            found.append(Invoice(party, dt.date(month // 12, month % 12 + 1, 3), fen))
    return found


def features(sold: list[Invoice], bought: list[Invoice] | None = None) -> dict[str, Any]:
    return computed({"E1": Firm(sold, bought or [])}, [("E1", MIDYEAR)])["E1", MIDYEAR]


class TestFeatureTable:
    def test_has_58_features_and_the_slow_way_computes_all(self) -> None:
        assert len(NAMES) == 58
        assert set(by_definition([], [], MIDYEAR)) == set(NAMES)

    def test_parts_stand_beside_the_spine_as_if_joined_one_by_one(self) -> None:
        shape = {"entity": "string", "as_of": "date"}
        spine = ibis.table(shape, name="spine")
        some = [replace(FEATURES[0], name=name, source=name, empty=None) for name in "abc"]
        parts = {one.name: ibis.table(shape | {one.name: "int64"}, name=one.name) for one in some}
        step_by_step = spine.select(*KEY)
        for number, (name, part) in enumerate(parts.items()):
            keys = {f"_{key}{number}": part[key] for key in KEY}
            named = part.select(**keys, **{name: part[name]})
            alike = [step_by_step[key] == named[f"_{key}{number}"] for key in KEY]
            step_by_step = step_by_step.left_join(named, alike)
        wanted = step_by_step.select(*KEY, *parts).select(*KEY, *parts)
        found = joined_parts(spine=spine, parts=parts, features=some)
        assert ibis.to_sql(found, dialect="duckdb") == ibis.to_sql(wanted, dialect="duckdb")

    @settings(max_examples=15)
    @given(cases())
    @example(({"E1": Firm()}, [("E1", MIDYEAR)]))
    def test_is_what_the_definitions_say(
        self, case: tuple[dict[str, Firm], list[tuple[str, dt.date]]]
    ) -> None:
        firms, spine = case
        assert differences(firms, spine) == []

    def test_is_what_the_definitions_say_for_many_firms_and_days_at_once(self) -> None:
        rng = random.Random(4754)  # noqa: S311 - the same every time, no secret
        firms = {f"E{n}": strewn_firm(rng, rng.choice(DAYS)) for n in range(400)}
        spine = [(name, day) for name in firms for day in rng.sample(DAYS, 2)]
        assert differences(firms, spine) == []

    def test_of_a_firm_that_nobody_knows_is_empty(self) -> None:
        assert features([]) == EMPTY

    def test_depends_neither_on_threads_nor_on_the_order_of_rows(self) -> None:
        rng = random.Random(7)  # noqa: S311 - the same every time, no secret
        firms = {f"E{n}": strewn_firm(rng, MIDYEAR) for n in range(300)}
        spine = [(name, MIDYEAR) for name in firms]
        once = computed(firms, spine, threads=1)
        mixed = {name: Firm(f.sold[::-1], f.bought[::-1]) for name, f in reversed(firms.items())}
        assert computed(mixed, spine[::-1], threads=4) == once
        alone = {pair: computed(firms, [pair])[pair] for pair in spine[:3]}
        assert alone == {pair: once[pair] for pair in spine[:3]}

    def test_refuses_two_features_of_one_name(self) -> None:
        spine = ibis.table({"entity": "string", "as_of": "date"}, name="spine")
        with pytest.raises(ValueError, match="one name"):
            feature_table(spine=spine, sources={}, features=[FEATURES[0], FEATURES[0]])

    def test_leaves_features_of_a_missing_source_empty(self) -> None:
        spine = ibis.memtable(pa.table({"entity": ["E1"], "as_of": [MIDYEAR]}))
        (row,) = feature_table(spine=spine, sources={}, features=FEATURES).to_pyarrow().to_pylist()
        assert {name: row[name] for name in NAMES} == EMPTY


class TestFormulas:
    def test_gap_of_a_firm_that_stopped_a_year_ago_is_the_whole_year(self) -> None:
        assert features(monthly([0] * 14 + [500]))["inv_out_gap_12m"] == 12

    def test_gap_is_the_longest_run_at_either_end_or_inside(self) -> None:
        gaps = [
            ([5] * 12, 0),
            ([0, 0] + [5] * 10, 2),
            ([5] + [0] * 11, 11),
            ([5, 0, 0, 0, 5] * 2, 3),
            ([5] * 5 + [0] * 7, 7),
            ([0] * 12 + [5], 12),
        ]
        firms = {f"E{n}": Firm(monthly(amounts)) for n, (amounts, _) in enumerate(gaps)}
        found = computed(firms, [(name, MIDYEAR) for name in firms])
        by_name = {name: each["inv_out_gap_12m"] for (name, _), each in found.items()}
        assert by_name == {f"E{n}": gap for n, (_, gap) in enumerate(gaps)}

    def test_gap_counts_the_year_also_when_only_the_running_month_has_sales(self) -> None:
        running = [Invoice("甲", MIDYEAR.replace(day=2), 500)]
        found = features(running)
        assert (found["inv_out_gap_12m"], found["inv_out_recency_24m"]) == (12, 13)

    def test_share_of_new_buyers_is_nought_when_all_are_known(self) -> None:
        found = features(monthly([5] * 24))
        assert found["inv_out_new_share_24m"] == 0.0
        assert found["inv_out_kept_24m"] == 1.0

    def test_variation_of_equal_months_is_nought(self) -> None:
        amounts = [1, 3, 333_333_333, 10**12 + 7, LARGE, LARGE - 1]
        firms = {str(fen): Firm(monthly([fen] * 12)) for fen in amounts}
        found = computed(firms, [(name, MIDYEAR) for name in firms])
        assert [each["inv_out_cv_12m"] for each in found.values()] == [0.0] * len(amounts)

    def test_variation_sees_one_fen_among_ten_billion_yuan(self) -> None:
        cv = features(monthly([10**12 + 1] + [10**12] * 11))["inv_out_cv_12m"]
        assert math.isclose(cv, math.sqrt(11) / (12 * 10**12 + 1), rel_tol=1e-12)

    def test_slope_of_a_steady_growth_is_its_rate(self) -> None:
        amounts = [round(100 * (math.exp(10 + 0.05 * (12 - k)) - 1)) for k in range(1, 13)]
        assert math.isclose(features(monthly(amounts))["inv_out_slope_12m"], 0.05, abs_tol=1e-6)

    def test_concentration_of_equal_buyers_is_one_over_their_number(self) -> None:
        sold = [Invoice(f"买方{n}", dt.date(2024, 3, 5), 7_000) for n in range(8)]
        found = features(sold)
        assert (found["inv_out_parties_12m"], found["inv_out_hhi_12m"]) == (8, 1 / 8)
        assert (found["inv_out_top1_12m"], found["inv_out_top5_12m"]) == (1 / 8, 5 / 8)

    def test_amounts_near_the_largest_stay_exact(self) -> None:
        found = features(monthly([LARGE - 1] * 24))
        assert found["inv_out_amt_24m"] == 24 * (LARGE - 1)

    def test_two_last_days_of_a_leap_february_are_its_end(self) -> None:
        sold = [Invoice("甲", dt.date(2024, 2, day), 100) for day in (27, 28, 29)]
        assert features(sold)["inv_out_month_end_share_12m"] == 2 / 3


class TestOnce:
    """An invoice that stands twice counts once, and as a whole."""

    AT = dt.datetime(2024, 5, 1, 9, tzinfo=dt.UTC)

    def standing(self, *versions: Invoice) -> tuple[int, int, float | None]:
        """Amount, count and tax rate, the same in whatever order the versions come."""
        firms = {f"E{n}": Firm(list(order)) for n, order in enumerate(permutations(versions))}
        found = list(computed(firms, [(name, MIDYEAR) for name in firms]).values())
        assert all(each == found[0] for each in found)
        return (
            found[0]["inv_out_amt_12m"],
            found[0]["inv_out_count_12m"],
            found[0]["inv_out_tax_rate_12m"],
        )

    def version(self, net: int | None, **changed: Any) -> Invoice:
        plain = Invoice("甲", dt.date(2024, 3, 3), net, 13, 113, number="1", known_from=self.AT)
        return replace(plain, **changed)

    def test_the_one_known_last_stands(self) -> None:
        late = self.AT + dt.timedelta(hours=1)
        assert self.standing(self.version(100), self.version(50, known_from=late))[:2] == (50, 1)

    def test_of_the_same_hour_the_void_one_stands_then_the_larger(self) -> None:
        later = self.AT + dt.timedelta(minutes=50)
        void = self.version(100, status="作废")
        assert self.standing(void, self.version(100, known_from=later))[:2] == (0, 0)
        larger = self.version(70, total=200)
        assert self.standing(self.version(100), larger, self.version(80))[:2] == (70, 1)

    def test_no_version_borrows_from_another(self) -> None:
        late = self.AT + dt.timedelta(days=1)
        blank = self.version(None, known_from=late)
        assert self.standing(self.version(100), blank)[:2] == (0, 0)
        taxed = self.version(100, tax=None, known_from=late)
        assert self.standing(self.version(200), taxed) == (100, 1, 0.0)
        equals = (self.version(100, tax=13), self.version(100, tax=12), self.version(90, tax=99))
        assert self.standing(*equals) == (100, 1, 0.13)

    def test_a_blank_total_takes_nothing_away(self) -> None:
        assert self.standing(self.version(100, total=None))[:2] == (100, 1)
        apart = (self.version(n, total=None, number=None) for n in (100, 200))
        assert self.standing(*apart)[:2] == (300, 2)

    def test_numbers_days_and_parties_tell_invoices_apart(self) -> None:
        others = (
            self.version(1, number="2"),
            self.version(1, party="乙"),
            self.version(1, issued_on=dt.date(2024, 3, 4)),
        )
        assert self.standing(self.version(1), *others)[:2] == (4, 4)

    def test_before_the_later_version_is_known_the_earlier_stands(self) -> None:
        late = moment(MIDYEAR)
        assert self.standing(self.version(100), self.version(50, known_from=late))[:2] == (100, 1)


class TestSpark:
    @pytest.fixture
    def compiler(self, monkeypatch: pytest.MonkeyPatch) -> PySparkCompiler:
        """Spark's compiler without Spark; it asks one option that the backend would set."""

        class Options(ibis.config.Config):
            treat_nan_as_null: bool = False

        monkeypatch.setattr(ibis.options, "pyspark", Options())
        return PySparkCompiler()

    def test_computes_every_feature_by_functions_of_its_own(
        self, compiler: PySparkCompiler
    ) -> None:
        sql = compiler.to_sqlglot(expression()).sql(dialect="spark")
        read_back = sqlglot.parse_one(sql, dialect="spark")
        assert read_back.named_selects == ["entity", "as_of", *NAMES]
        assert set(re.findall(r"\b([A-Za-z_]+)\(", sql)) <= SPARK_FUNCTIONS

    def test_is_told_from_an_engine_that_has_more(self) -> None:
        sql = str(ibis.to_sql(expression(), dialect="duckdb"))
        assert not set(re.findall(r"\b([A-Za-z_]+)\(", sql)) <= SPARK_FUNCTIONS
