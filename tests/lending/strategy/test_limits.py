from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as given_
from hypothesis import strategies as st
from tests.lending.strategy.strategy_world import APPLIED, NOW

from shuxin.lending.strategy.applied import given_of
from shuxin.lending.strategy.document import LimitStage
from shuxin.lending.strategy.limits import LimitFound, limit_found

GIVEN = replace(given_of(APPLIED, now=NOW), amount_fen=10**13, amount_most_fen=10**13)
FLAT = {"code": "A", "pd_most_bp": 10_000, "factor_bp": 10_000}


def stage(*caps: dict[str, Any], **changes: Any) -> LimitStage:
    stated = {"kind": "limit", "id": "limit", "caps": caps, "too_low": "low", "most_yuan": 10**11}
    return LimitStage.model_validate(stated | changes)


def found(
    one: LimitStage, facts: dict[str, Any], *, pd: float | None = 0.02, **given: Any
) -> LimitFound:
    return limit_found(one, given=replace(GIVEN, **given), facts=facts, pd=pd)


class TestCaps:
    def test_need_for_working_capital_is_that_of_the_worked_example(self) -> None:
        """DOMAIN 4.7 (1): sales 10 M, margin 8 %, growth 15 %, 95 days: 2.792 M."""
        cap = {
            "kind": "working_capital", "code": "wc", "sales": "own.sales_yuan", "margin_bp": 800,
            "growth_bp": 1500, "turns_bp": 37895,
        }  # fmt: skip
        limit = found(stage(cap), {"own.sales_yuan": 10_000_000})
        assert limit.amount_fen == 279_100_000
        (amount,) = [one.amount_fen for one in limit.caps if one.code == "wc"]
        assert abs((amount or 0) - 279_192_000) < 20_000

    def test_an_affordable_payment_is_the_present_value_of_its_instalments(self) -> None:
        """1,000,000 at 4.5 % over 12 months costs 85,378.52 a month."""
        cap = {"kind": "affordable", "code": "cf", "cash_flow": "own.cash_yuan", "cover_bp": 10_000}
        limit = found(stage(cap), {"own.cash_yuan": 85_378.52}, rate_most_bp=450, term_months=12)
        (amount,) = [one.amount_fen for one in limit.caps if one.code == "cf"]
        assert abs((amount or 0) - 100_000_000) < 10

    def test_a_multiple_and_debt(self) -> None:
        tax = {"kind": "multiple", "code": "tax", "fact": "own.tax_yuan", "factor_bp": 80_000}
        debt = {
            "kind": "debt", "code": "debt", "sales": "own.sales_yuan", "share_bp": 4_000, "debt": "own.debt_yuan",
        }  # fmt: skip
        facts = {"own.tax_yuan": 100_000, "own.sales_yuan": 3_000_000, "own.debt_yuan": 500_000}
        limit = found(stage(tax, debt), facts)
        assert (limit.amount_fen, limit.bound_by) == (70_000_000, "debt")
        assert found(stage(tax), facts).amount_fen == 80_000_000

    def test_an_unknown_fact_leaves_its_cap_out_and_says_so(self) -> None:
        tax = {"kind": "multiple", "code": "tax", "fact": "own.tax_yuan", "factor_bp": 80_000}
        limit = found(stage(tax), {})
        assert not limit.is_known
        assert [one.amount_fen for one in limit.caps if one.code == "tax"] == [None]

    def test_grades_lower_the_caps_and_need_a_pd(self) -> None:
        tax = {"kind": "multiple", "code": "tax", "fact": "own.tax_yuan", "factor_bp": 80_000}
        grades = (
            {"code": "A", "pd_most_bp": 200, "factor_bp": 10_000},
            {"code": "B", "pd_most_bp": 400, "factor_bp": 5_000},
        )
        one, facts = stage(tax, grades=grades), {"own.tax_yuan": 100_000}
        assert (found(one, facts, pd=0.02).grade, found(one, facts, pd=0.020001).grade) == (
            "A",
            "B",
        )
        assert found(one, facts, pd=0.03).amount_fen == 40_000_000
        assert found(one, facts, pd=0.05).amount_fen == 0
        assert not found(one, facts, pd=None).is_known

    @given_(st.integers(0, 10**8), st.integers(100_000, 10**10), st.integers(10_000_000, 10**10))
    def test_the_least_cap_rounded_down_or_nothing(self, tax: int, asked: int, most: int) -> None:
        cap = {"kind": "multiple", "code": "tax", "fact": "own.tax_yuan", "factor_bp": 80_000}
        limit = found(stage(cap), {"own.tax_yuan": tax}, amount_fen=asked, amount_most_fen=most)
        least = min(tax * 800, asked, most)
        assert limit.amount_fen in {0, least // 100_000 * 100_000}
        assert (limit.amount_fen == 0) == (least // 100_000 * 100_000 < GIVEN.amount_least_fen)

    @pytest.mark.parametrize("grades", [(FLAT, FLAT)])
    def test_grades_that_do_not_rise_are_refused(self, grades: tuple[dict[str, Any], ...]) -> None:
        with pytest.raises(ValueError, match="rise"):
            stage(grades=grades)
