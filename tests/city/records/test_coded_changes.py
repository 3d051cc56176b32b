from __future__ import annotations

import numpy as np
from tests.city.records.towns import DAY, MONTH, UNTIL, default_day, drawn, plain, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.filings import CAPITAL, HEAD, NAME, approvals
from shuxin.city.records.drawn import Block
from shuxin.city.records.register import renamed_days

ITEMS = [one.code for one in CODE_TABLES["change_item"].codes]


def all_approvals() -> object:
    return approvals(town(), Block(seed=7, number=0, first=0, stop=town().count))


def yuan(text: str) -> float:
    return float(text.removesuffix("万元人民币"))


class TestChanges:
    def test_lie_within_the_window_and_the_life_of_the_firm(self) -> None:
        rows = drawn("change_log")
        assert (rows.day > town().firms.founded[rows.firm]).all()
        ended = np.where(town().ended >= 0, town().ended, UNTIL)[rows.firm]
        assert (rows.day < ended).all()
        assert rows.known is not None
        assert (rows.known > rows.day.astype(np.int64) * DAY).all()

    def test_of_name_are_on_the_day_that_the_register_has(self) -> None:
        rows = drawn("change_log")
        renamed = rows.values["item"] == NAME
        assert renamed.sum() > 20
        assert (rows.day[renamed] == renamed_days(town())[rows.firm[renamed]]).all()

    def test_of_capital_follow_one_another(self) -> None:
        rows = drawn("change_log")
        own = rows.values["item"] == CAPITAL
        before = [
            yuan(text) for text, mine in zip(plain(rows.values["before"]), own, strict=True) if mine
        ]
        after = [
            yuan(text) for text, mine in zip(plain(rows.values["after"]), own, strict=True) if mine
        ]
        firm = rows.firm[own]
        assert len(firm) > 200
        chained = [
            after[k] == before[k + 1] for k in range(len(firm) - 1) if firm[k] == firm[k + 1]
        ]
        assert chained
        assert all(chained)

    def test_the_last_capital_is_that_of_the_world(self) -> None:
        found = all_approvals()
        last = np.append(found.firm[1:] != found.firm[:-1], True)  # type: ignore[attr-defined]
        true = town().firms.capital[found.firm[last]]  # type: ignore[attr-defined]
        assert (found.capital_after[last] == true).all()  # type: ignore[attr-defined]

    def test_capital_is_cut_and_heads_change_before_failures(self) -> None:
        """In the year before a failure more companies do it than in a usual year, as bills stay unpaid then."""
        found = all_approvals()
        firm, day = found.firm, found.day  # type: ignore[attr-defined]
        company = town().firms.kind == 0
        near = (default_day(firm) - day > 0) & (default_day(firm) - day < 12 * MONTH)
        failing = (company & (town().outcome.failed >= 12)).sum()
        usual = (town().money.sales[company] > 0).sum() / 12
        cut = found.capital_after < found.capital_before  # type: ignore[attr-defined]
        for signal, times in ((cut, 1.8), (found.items[:, HEAD], 1.1)):  # type: ignore[attr-defined]
            own = signal & company[firm]
            assert (own & near).sum() / failing > times * (own & ~near).sum() / usual

    def test_an_individual_business_changes_no_capital_nor_head(self) -> None:
        found = all_approvals()
        individual = town().firms.kind[found.firm] == 1  # type: ignore[attr-defined]
        items = found.items[individual]  # type: ignore[attr-defined]
        assert len(items) > 500
        assert not items[:, [CAPITAL, HEAD]].any()
        assert items.any(axis=1).all()
