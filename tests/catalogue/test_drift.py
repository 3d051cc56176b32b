from __future__ import annotations

import math

import ibis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.catalogue.domain.drift import chance_psi, code_counts, judge_drift, psi
from shuxin.catalogue.domain.finding import Severity

counts = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 10**6), max_size=5)


class TestPSI:
    @given(counts, counts)
    def test_is_symmetric_and_not_negative(
        self, before: dict[str, int], after: dict[str, int]
    ) -> None:
        assert psi(before=before, after=after) >= 0
        assert psi(before=before, after=after) == pytest.approx(psi(before=after, after=before))
        assert psi(before=before, after=before) == 0

    def test_equals_the_definition_on_many_rows(self) -> None:
        found = psi(before={"a": 5 * 10**8, "b": 5 * 10**8}, after={"a": 7 * 10**8, "b": 3 * 10**8})
        expected = 0.2 * math.log(0.7 / 0.5) - 0.2 * math.log(0.3 / 0.5)
        assert found == pytest.approx(expected, rel=1e-6)

    @pytest.mark.parametrize("freedom", [2, 4, 10, 24, 60])
    def test_chance_is_exceeded_at_most_once_in_a_million(self, freedom: int) -> None:
        """For even degrees of freedom the chi-square tail is a sum of Poisson probabilities."""
        half = chance_psi(before=2000, after=2000, codes=freedom + 1) * 1000 / 2
        tail = sum(math.exp(-half) * half**n / math.factorial(n) for n in range(freedom // 2))
        assert 1e-7 < tail < 1.1e-6

    def test_chance_without_codes_or_rows(self) -> None:
        assert chance_psi(before=10, after=10, codes=1) == 0
        assert chance_psi(before=0, after=10, codes=2) == math.inf


class TestJudgeDrift:
    def test_does_not_cry_wolf_on_samples_of_one_distribution(self) -> None:
        """Seed 7; 2,000 pairs of loads of 30-3,000 rows: a false alarm has probability 2e-3."""
        rng = np.random.default_rng(7)
        alarms = judged = 0
        for _ in range(2000):
            shares = rng.dirichlet(np.ones(rng.integers(2, 12)))
            sides = [
                {
                    str(code): int(rows)
                    for code, rows in enumerate(rng.multinomial(rng.integers(30, 3000), shares))
                }
                for _ in range(2)
            ]
            found = judge_drift(field="x", before=sides[0], after=sides[1])
            judged += found is None
            alarms += found is not None and found.code == "drift"
        assert judged > 500
        assert alarms == 0

    def test_warns_and_stops_at_the_usual_limits(self) -> None:
        before = {"a": 5000, "b": 5000}

        def severity(share: float) -> Severity | None:
            after = {"a": int(10_000 * share), "b": int(10_000 * (1 - share))}
            found = judge_drift(field="x", before=before, after=after)
            return None if found is None else found.severity

        assert severity(0.6) is None
        assert severity(0.7) is Severity.WARNING
        assert severity(0.8) is Severity.STOP

    def test_a_code_that_takes_over_is_drift(self) -> None:
        found = judge_drift(field="x", before={"a": 9000}, after={"b": 9000})
        assert found is not None
        assert found.severity is Severity.STOP

    def test_says_when_rows_are_too_few(self) -> None:
        found = judge_drift(field="x", before={"a": 30, "b": 30}, after={"a": 60})
        assert found is not None
        assert (found.code, found.severity) == ("drift_not_judged", Severity.INFO)

    def test_rare_codes_count_together(self) -> None:
        before, after = ({f"{side}{n}": 1 for n in range(300)} for side in "pq")
        common = {"a": 9700}
        assert judge_drift(field="x", before=common | before, after=common | after) is None


class TestCodeCounts:
    def test_counts_what_is_present(self) -> None:
        con = ibis.duckdb.connect()
        con.raw_sql("CREATE TABLE t AS SELECT unnest(['a', 'a', NULL, 'b']) AS code")
        found = code_counts(table=ibis.table({"code": "string"}, "t"), field="code")
        rows = con.raw_sql(con.compile(found.select("code", "rows"))).fetchall()
        assert dict(rows) == {"a": 2, "b": 1}
