from __future__ import annotations

import pytest
from tests.federation.card.samples import CATEGORIES, contract_of, summing

from shuxin.federation.card.contract import Category, Contract, Contribution, Reasons
from shuxin.kernel.text import Text
from shuxin.scoring.api import CardInvalid


class TestContract:
    @pytest.mark.parametrize(
        ("reasons", "most"),
        [
            (Reasons.NONE, 1),
            (Reasons.CATEGORIES, 0),
            (Reasons.CATEGORIES, 5),
            (Reasons.CATEGORIES, -1),
        ],
    )
    def test_reasons_and_their_number_belong_together(self, reasons: Reasons, most: int) -> None:
        with pytest.raises(CardInvalid, match=r"contract\.most_categories"):
            Contract(
                contribution=Contribution.SUM, reasons=reasons, most_categories=most, min_holders=1
            )

    @pytest.mark.parametrize("least", [0, -1, 17])
    def test_a_sum_is_of_one_to_sixteen_holders(self, least: int) -> None:
        with pytest.raises(CardInvalid, match=r"contract\.min_holders"):
            summing(at_least=least)

    @pytest.mark.parametrize("contribution", [Contribution.BY_HOLDER, Contribution.BY_CATEGORY])
    def test_only_a_sum_waits_for_others(self, contribution: Contribution) -> None:
        with pytest.raises(CardInvalid, match=r"contract\.min_holders"):
            contract_of(contribution, at_least=2)

    @pytest.mark.parametrize("silent", [("b", "a"), ("a", "a"), ("A",), ("",), ("a b",)])
    def test_silent_categories_are_codes_in_order(self, silent: tuple[str, ...]) -> None:
        with pytest.raises(CardInvalid, match=r"contract\.silent"):
            summing(at_least=1, silent=silent)

    @pytest.mark.parametrize(
        ("contribution", "silent", "columns"),
        [
            (Contribution.SUM, (), ((0, 1, 2, 3),)),
            (Contribution.BY_HOLDER, ("watch",), ((0, 1, 2, 3),)),
            (Contribution.BY_CATEGORY, (), ((0,), (1,), (2,), (3,))),
            (Contribution.BY_CATEGORY, ("elsewhere",), ((0,), (1,), (2,), (3,))),
            (Contribution.BY_CATEGORY, ("history", "watch"), ((0,), (2,), (1, 3))),
            (Contribution.BY_CATEGORY, ("credit", "history", "trade", "watch"), ((0, 1, 2, 3),)),
        ],
    )
    def test_decides_the_numbers_of_an_answer(
        self,
        contribution: Contribution,
        silent: tuple[str, ...],
        columns: tuple[tuple[int, ...], ...],
    ) -> None:
        assert contract_of(contribution, silent=silent).columns(CATEGORIES) == columns


class TestCategory:
    @pytest.mark.parametrize("code", ["", "Trade", "1st", "a-b", "a" * 41, "贸易"])
    def test_has_a_plain_code(self, code: str) -> None:
        with pytest.raises(CardInvalid):
            Category(code, Text(en="x", zh="y"))

    @pytest.mark.parametrize("title", [Text(en="{x}", zh="y"), Text(en="x", zh="}")])
    def test_has_a_title_that_asks_for_no_facts(self, title: Text) -> None:
        with pytest.raises(CardInvalid):
            Category("trade", title)
