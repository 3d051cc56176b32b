from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.market.matching.matching_world import TODAY, Offer, Wish, offer, who, wish
from tests.market.shelf_world import DEMAND, FACTS

from shuxin.market.api import Band, Borrower, Guarantee, Repayment, Size
from shuxin.market.matching.filters import age_months, exclusions


def why_not(wanted: Wish, product: Offer) -> list[str]:
    return [text.say("en") for text in exclusions(wanted, product, today=TODAY)]


def of_firm(**changed: Any) -> Wish:
    return Wish(firm=replace(FACTS, **changed))


class TestByWish:
    @given(
        st.integers(1_000_000, 3_000_000_000), st.integers(1, 120), st.integers(1_000_000, 10**9)
    )
    def test_whoever_does_what_the_sentence_says_gets_in(
        self, amount: int, months: int, least: int
    ) -> None:
        product = offer(amount_fen=Band(least, 2 * least), term_months=Band(6, 24))
        wanted = wish(amount_fen=amount, term_months=months)
        within = wish(
            amount_fen=min(max(amount, least), 2 * least),
            term_months=min(max(months, 6), 24),
        )
        outside = (not least <= amount <= 2 * least) + (not 6 <= months <= 24)
        assert len(why_not(wanted, product)) == outside
        assert why_not(within, product) == []

    def test_the_limit_is_named(self) -> None:
        product = offer(amount_fen=Band(1_000_000, 30_000_000))
        assert why_not(wish(), product) == ["Ask for no more than 300,000 yuan"]
        said = exclusions(wish(), product, today=TODAY)[0].zh
        assert said == "申请金额需不超过30万元"

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"guarantees": (Guarantee.PLEDGE,)}, "It must be secured in one of these ways"),
            ({"repayments": (Repayment.REVOLVING,)}, "It is repaid in one of these ways only"),
            ({"rate_most_bp": 344}, "Its lowest rate is 3.45%, above the 3.44% that you accept"),
            ({"lenders": ("uscc:b",)}, "You chose other lenders"),
        ],
    )
    def test_other_wishes(self, changed: dict[str, Any], sentence: str) -> None:
        assert len(why_not(wish(**changed), offer())) == 1
        assert why_not(wish(**changed), offer())[0].startswith(sentence)

    def test_what_is_wished_exactly_is_possible(self) -> None:
        wanted = wish(rate_most_bp=345, lenders=("uscc:a",), repayments=(Repayment.BULLET,))
        assert why_not(wanted, offer()) == []


class TestByFirm:
    @pytest.mark.parametrize("region", ["35", "350000", "350200", "350203"])
    def test_a_region_is_a_prefix_with_or_without_zeros(self, region: str) -> None:
        assert why_not(Wish(), who(regions=(region,))) == []

    @pytest.mark.parametrize("region", ["34", "350400", "350204", "340000"])
    def test_another_region(self, region: str) -> None:
        assert why_not(Wish(), who(regions=(region,)))[0].startswith("It is for firms in")

    @pytest.mark.parametrize("industry", ["F", "F51", "51", "F5121", "5121"])
    def test_an_industry_is_a_prefix_with_or_without_its_letter(self, industry: str) -> None:
        assert why_not(Wish(), who(industries=(industry,))) == []
        assert len(why_not(Wish(), who(excluded_industries=(industry,)))) == 1
        assert why_not(of_firm(industry="5121"), who(industries=(industry,))) == []

    def test_another_industry(self) -> None:
        assert len(why_not(Wish(), who(industries=("C", "F52")))) == 1
        assert why_not(Wish(), who(excluded_industries=("F52",))) == []

    @pytest.mark.parametrize(
        ("eligible", "unknown"),
        [
            ({"regions": ("35",)}, {"region": ""}),
            ({"industries": ("F",)}, {"industry": ""}),
            ({"sizes": (Size.MICRO,)}, {"size": None}),
            ({"tax_grades": ("A", "B")}, {"tax_grade": ""}),
            ({"age_months": 12}, {"established_on": None}),
            ({"first_loan_only": True}, {"is_first_loan": None}),
        ],
    )
    def test_what_is_unknown_keeps_out_and_says_what_to_add(
        self, eligible: dict[str, Any], unknown: dict[str, Any]
    ) -> None:
        assert why_not(Wish(), who(**eligible)) == []
        said = why_not(of_firm(**unknown), who(**eligible))
        assert len(said) == 1
        assert "say" in said[0] or "Say" in said[0] or "add" in said[0]
        assert why_not(of_firm(**unknown), offer()) == []

    @pytest.mark.parametrize(
        ("eligible", "other"),
        [
            ({"borrowers": (Borrower.FARMER,)}, {}),
            ({"sizes": (Size.SMALL,)}, {}),
            ({"tax_grades": ("A",)}, {}),
            ({"first_loan_only": True}, {"is_first_loan": False}),
        ],
    )
    def test_other_conditions(self, eligible: dict[str, Any], other: dict[str, Any]) -> None:
        assert len(why_not(of_firm(**other), who(**eligible))) == 1

    def test_too_young_a_firm_hears_how_long_to_wait(self) -> None:
        young = of_firm(established_on=dt.date(2025, 9, 2))
        said = why_not(young, who(age_months=12))
        assert said == ["The firm must be 12 months old: 4 more to wait"]

    @given(st.dates(dt.date(2000, 1, 1), TODAY), st.integers(0, 400))
    def test_age_grows_by_one_each_month(self, born: dt.date, months: int) -> None:
        later = born.replace(
            year=born.year + (born.month - 1 + months) // 12,
            month=(born.month - 1 + months) % 12 + 1,
            day=1,
        )
        assert age_months(born.replace(day=1), today=later) == months

    def test_all_reasons_are_given_at_once(self) -> None:
        product = who(regions=("11",), sizes=(Size.LARGE,), tax_grades=("A",))
        assert len(why_not(wish(amount_fen=200_000_000), product)) == 4
        assert DEMAND.amount_fen < 200_000_000
