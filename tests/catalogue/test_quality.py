from __future__ import annotations

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalogue.conftest import power_bill

from shuxin.catalogue.domain.contract import Contract, Field, FieldType, QualityRule
from shuxin.catalogue.domain.finding import Severity
from shuxin.catalogue.domain.quality import (
    FieldStatistics,
    LoadStatistics,
    column_statistics,
    judge,
    measure,
    statistics_of,
)

CONTRACT = power_bill(
    fields=(
        Field("no", FieldType.INTEGER, required=True),
        Field("part", FieldType.INTEGER),
        Field("code", FieldType.CODE, code_table=("a", "b"), rules=(QualityRule("unique", 1),)),
        Field(
            "amount",
            FieldType.INTEGER,
            rules=(
                QualityRule("complete", 0.5),
                QualityRule("in_range", 0.5, low=0, high=2),
            ),
        ),
        Field("absent", FieldType.STRING, required=True),
    ),
    key=("no", "part"),
    known_time_field="",
)
COLUMNS = {"no": "BIGINT", "part": "BIGINT", "code": "VARCHAR", "amount": "BIGINT"}
tables = st.lists(
    st.tuples(
        st.integers(0, 2) | st.none(),
        st.integers(0, 1) | st.none(),
        st.sampled_from(["a", "b", "z", None]),
        st.integers(-1, 4) | st.none(),
    ),
    max_size=8,
)


def measured(rows: list[tuple[object, ...]], contract: Contract = CONTRACT) -> LoadStatistics:
    con = ibis.duckdb.connect()
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.raw_sql(f"CREATE TABLE t ({columns})")
    for row in rows:
        con.con.execute("INSERT INTO t VALUES (?, ?, ?, ?)", row)
    kinds = {"BIGINT": "int64", "VARCHAR": "string"}
    table = ibis.table({name: kinds[kind] for name, kind in COLUMNS.items()}, "t")
    counts = column_statistics(table=table, contract=contract)
    cursor = con.raw_sql(con.compile(counts))
    return statistics_of(
        row=dict(zip(counts.columns, cursor.fetchone(), strict=True)), contract=contract
    )


class TestColumnStatistics:
    @given(tables)
    @settings(deadline=None)
    def test_agree_with_counting_by_hand(self, rows: list[tuple[object, ...]]) -> None:
        found = measured(rows)
        codes = [row[2] for row in rows if row[2] is not None]
        amounts = [row[3] for row in rows if row[3] is not None]
        assert found.rows == len(rows)
        assert found.keys == len({row[:2] for row in rows})
        assert found.fields["code"] == FieldStatistics(
            present=len(codes),
            valid=sum(code in {"a", "b"} for code in codes),
            distinct=len(set(codes)),
            in_range=len(codes),
        )
        assert found.fields["amount"].in_range == sum(0 <= amount <= 2 for amount in amounts)
        assert found.fields["absent"].present == 0


class TestJudge:
    def test_a_clean_load_has_no_findings(self) -> None:
        clean = power_bill(fields=CONTRACT.fields[:4], key=("no",), known_time_field="")
        statistics = measured([(1, 1, "a", 1), (2, 1, "b", 2)], clean)
        assert judge(contract=clean, statistics=statistics) == ()

    def test_every_broken_promise_is_a_finding(self) -> None:
        rows = [(1, 1, "a", None), (1, 1, "z", 9), (None, 2, "a", None)]
        found = judge(contract=CONTRACT, statistics=measured(rows))
        told = {(finding.code, finding.field): finding for finding in found}
        assert set(told) == {
            ("key_repeated", ""),
            ("required_missing", "no"),
            ("code_unknown", "code"),
            ("rule_unique", "code"),
            ("rule_complete", "amount"),
            ("rule_in_range", "amount"),
            ("required_missing", "absent"),
        }
        assert told["key_repeated", ""].count == 1
        assert told["required_missing", "absent"].share == 1
        assert told["rule_complete", "amount"].count == 2
        assert told["rule_complete", "amount"].detail.say("en") == (
            "amount: 33.33% present, 50.00% promised"
        )
        assert told["code_unknown", "code"].severity is Severity.WARNING

    def test_an_empty_load_is_a_warning_and_not_a_division_by_zero(self) -> None:
        (finding,) = judge(contract=CONTRACT, statistics=measured([]))
        assert (finding.code, finding.severity) == ("rows_none", Severity.WARNING)

    @pytest.mark.parametrize(("missing", "severity"), [(2, "warning"), (3, "error")])
    def test_a_required_field_may_miss_two_in_a_hundred(self, missing: int, severity: str) -> None:
        contract = power_bill(fields=CONTRACT.fields[:1], key=(), known_time_field="")
        counts = FieldStatistics(present=100 - missing, valid=98, distinct=98, in_range=98)
        counts = FieldStatistics(*[100 - missing] * 4)
        statistics = LoadStatistics(rows=100, keys=100, fields={"no": counts})
        (finding,) = judge(contract=contract, statistics=statistics)
        assert (finding.severity, finding.count) == (severity, missing)

    def test_nothing_present_breaks_only_completeness(self) -> None:
        counts = FieldStatistics(present=0, valid=0, distinct=0, in_range=0)
        assert measure(rule=QualityRule("valid", 1), counts=counts, rows=5) == 1
        assert measure(rule=QualityRule("complete", 1), counts=counts, rows=5) == 0
