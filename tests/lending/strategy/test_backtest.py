from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lending.strategy.strategy_world import (
    CLEAR,
    JOINT,
    NOW,
    OWN,
    STANDARD,
    any_application,
    any_sources,
    changed,
    no_models,
    table_of,
)

from shuxin.lending.api import (
    BackTest,
    DecisionRecord,
    HistoryInvalid,
    PastCase,
    Strategy,
    StrategyHasFaults,
    back_test,
    cases_of_records,
    cases_of_rows,
    decide,
)
from shuxin.lending.strategy.backtest import bad_rate

ROW: dict[str, Any] = {
    "on": "2026-01-05",
    "bad": 0,
    "application.amount_yuan": 300_000,
    "application.term_months": 12,
    "application.use": "stock",
    "application.urgency": "month",
    "firm.borrower": "enterprise",
    "firm.age_months": 30,
    **CLEAR,
    **OWN,
    **JOINT,
}
BANDS: dict[str, Any] = {
    "product_kind": "credit",
    "amount_fen": (10_000_000, 300_000_000),
    "rate_bp": (300, 900),
}


def cases(*rows: dict[str, Any]) -> list[PastCase]:
    return list(cases_of_rows([ROW | row for row in rows], **BANDS))


def stricter(stated: dict[str, Any]) -> None:
    zones = next(stage for stage in stated["stages"] if stage["kind"] == "zones")
    zones["zones"] = [{"by": "joint.pd", "approve": 100, "decline": 100}]


def tried(
    *rows: dict[str, Any], strategy: Strategy = STANDARD, running: Strategy | None = None
) -> BackTest:
    ticks = count()
    return back_test(
        strategy, cases(*rows), running=running, models=no_models, clock=lambda: next(ticks) / 1000
    )


def past(number: int) -> list[DecisionRecord]:
    rng = Random(5)  # noqa: S311 - a simulation
    return [
        decide(
            any_application(rng),
            strategy=STANDARD,
            sources=any_sources(rng),
            request_id=str(n),
            now=NOW,
            models=no_models,
        )
        for n in range(number)
    ]


class TestBackTest:
    def test_counts_what_would_have_been(self) -> None:
        report = tried(
            {}, {"bad": 1, "joint.pd": 0.03}, {"bad": ""}, {"joint.pd": 0.5, "bad": 1},
            {"firm.age_months": 3}, {"joint.pd": 0.08},
        )  # fmt: skip
        new = report.new
        assert (new.approved, new.declined, new.referred, new.approval_bp) == (3, 2, 1, 5000)
        assert (new.bad_of_approved.known, new.bad_of_approved.bad) == (2, 1)
        assert new.exposure_fen == 3 * 30_000_000
        assert new.expected_loss_fen == round(30_000_000 * 0.45 * (0.02 + 0.03 + 0.02))
        assert new.deciding == {"all_passed": 3, "firm": 1, "zones": 2}
        assert (report.cases, report.first, report.old) == (6, "2026-01-05", None)
        assert report.milliseconds == (1.0, 1.0)

    def test_the_swap_set_is_who_changes_sides(self) -> None:
        report = tried(
            {"joint.pd": 0.03, "bad": 1}, {"joint.pd": 0.005}, running=STANDARD,
            strategy=changed(STANDARD, stricter),
        )  # fmt: skip
        assert (report.swap_in, report.swap_out) == (0, 1)
        assert report.swap_out_bad.bad == 1
        assert report.old is not None
        assert (report.old.approved, report.new.approved) == (2, 1)

    def test_who_had_no_verdict_changes_no_side(self) -> None:
        report = tried({"was": None}, {"was": ""}, {"was": "approve"}, {"was": "decline"})
        assert (report.new.approved, report.swap_in, report.swap_out) == (4, 1, 0)

    def test_a_strategy_with_faults_is_not_tried(self) -> None:
        def doubled(stated: dict[str, Any]) -> None:
            table = table_of(stated, "age")
            table["rows"].append(table["rows"][0])

        with pytest.raises(StrategyHasFaults):
            tried({"firm.age_months": 3}, strategy=changed(STANDARD, doubled))

    def test_against_itself_nobody_does(self) -> None:
        report = tried({}, {"joint.pd": 0.5}, running=STANDARD)
        assert (report.swap_in, report.swap_out) == (0, 0)
        assert report.old == report.new

    def test_kept_decisions_are_decided_the_same_again(self) -> None:
        records = past(60)
        outcomes = {records[0].application: True}
        report = back_test(STANDARD, cases_of_records(records, outcomes=outcomes), models=no_models)
        assert report.cases == 60
        assert (report.swap_in, report.swap_out) == (0, 0)
        verdicts = [record.verdict.value for record in records]
        assert report.new.approved == verdicts.count("approve")

    def test_the_report_has_a_digest(self) -> None:
        assert tried({}).digest == tried({}).digest != tried({}, {}).digest


class TestRows:
    @pytest.mark.parametrize(
        ("row", "column"),
        [
            ({"on": "soon"}, "on"),
            ({"bad": 7}, "bad"),
            ({"application.amount_yuan": None}, "application.amount_yuan"),
            ({"application.term_months": "x"}, "application.term_months"),
            ({"was": "approved"}, "was"),
        ],
    )
    def test_a_row_that_cannot_be_used_is_named(self, row: dict[str, Any], column: str) -> None:
        with pytest.raises(HistoryInvalid) as caught:
            cases({}, row)
        assert caught.value.facts == {"row": 2, "column": column}


class TestBadRate:
    @given(st.integers(1, 5000), st.data())
    def test_its_interval_holds_it(self, known: int, data: st.DataObject) -> None:
        bad = data.draw(st.integers(0, known))
        found = bad_rate(bad, of=known)
        assert found.low_bp is not None
        assert found.high_bp is not None
        assert found.rate_bp is not None
        assert 0 <= found.low_bp <= found.rate_bp <= found.high_bp <= 10_000

    def test_is_wilsons(self) -> None:
        """Brown, Cai, DasGupta (2001): 0 of 10 gives 0 to 0.2775."""
        found = bad_rate(0, of=10)
        assert (found.low_bp, found.high_bp) == (0, 2776)

    def test_nothing_known_is_no_rate(self) -> None:
        assert bad_rate(0, of=0).rate_bp is None
