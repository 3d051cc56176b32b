from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.city.records.towns import DAY, UNTIL, drawn, living, plain, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.days import STARTS
from shuxin.city.records.coded.lists import years
from shuxin.city.records.drawn import NO_DAY, NOTHING
from shuxin.city.world.scale import day_number

if TYPE_CHECKING:
    from shuxin.city.records.drawn import Drawn

REASONS = [one.code for one in CODE_TABLES["abnormal_reason"].codes]


def june_ends(year: np.ndarray) -> np.ndarray:
    return np.array([day_number(dt.date(int(one), 7, 1)) for one in year])


def year_of(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def standing(rows: Drawn, number: str, end: str, *, known: int = UNTIL) -> np.ndarray:
    """(n,) firms on a list by what was known before a day: those with an entry of which no end was."""
    assert rows.known is not None
    numbers = np.array(plain(rows.values[number]))
    told = rows.known < known * DAY
    over = told & (rows.values[end] != NO_DAY)
    stays = told & ~np.isin(numbers, numbers[over])
    found = np.zeros(town().count, bool)
    found[rows.firm[stays]] = True
    return found


class TestAnnualReports:
    def test_are_known_between_the_end_of_their_year_and_the_next_june(self) -> None:
        rows = drawn("annual_reports")
        assert rows.known is not None
        known, year = rows.known // DAY, year_of(rows.day)
        assert (known < june_ends(year + 1)).all()
        assert (known >= june_ends(year + 1) - 181).all()

    def test_follow_the_money_loosely(self) -> None:
        """Log of what is told over what is true: its spread, and near 0 in the middle."""
        rows = drawn("annual_reports")
        shown = (rows.values["revenue"] != NOTHING) & (year_of(rows.day) > 2020)
        firm, year = rows.firm[shown], year_of(rows.day[shown])
        months = 12 * (year - 2021)[:, None] + np.arange(12)
        sales = town().money.sales[firm[:, None], months].sum(axis=1)
        assert len(sales) > 500
        apart = np.log(np.maximum(rows.values["revenue"][shown], 1) / np.maximum(sales, 1))[
            sales > 0
        ]
        # Some 200 firms, each with a habit of its own: three standard errors.
        assert abs(np.median(apart)) < 0.25
        assert 0.7 < np.percentile(apart, 84) - np.percentile(apart, 50) < 1.2

    def test_assets_are_equity_and_liabilities(self) -> None:
        rows = drawn("annual_reports")
        there = rows.values["assets"] != NOTHING
        gap = (rows.values["assets"] - rows.values["equity"] - rows.values["liabilities"])[there]
        assert np.abs(gap).max() <= 200

    def test_most_file_and_failed_firms_do_not(self) -> None:
        found = years(town(), np.arange(town().count, dtype=np.int64))
        failed = town().outcome.failed[found.firm]
        broke = (failed >= 0) & (failed < 12 * found.place)
        assert 0.86 < found.filed[~broke].mean() < 0.96
        assert found.filed[broke].mean() < 0.6


class TestAbnormalList:
    def test_holds_so_many_of_the_living(self) -> None:
        """8-10 per cent (DOMAIN 9.8), plus or minus 3 standard errors of a town."""
        rows = drawn("abnormal_list")
        listed = standing(rows, "in_decision_no", "out_date")
        assert 0.08 - 0.019 < listed[living()].mean() < 0.10 + 0.019

    def test_who_does_not_report_is_listed_in_july(self) -> None:
        rows = drawn("abnormal_list")
        found = years(town(), np.arange(town().count, dtype=np.int64))
        day = june_ends(2021 + found.place)
        ended = np.where(town().ended >= 0, town().ended, UNTIL)[found.firm]
        silent = ~found.filed & (ended > day + 40)
        missing = rows.values["reason"] == REASONS.index("report_missing")
        listed = set(
            zip(rows.firm[missing].tolist(), year_of(rows.day[missing]).tolist(), strict=True)
        )
        due = set(
            zip(found.firm[silent].tolist(), (2021 + found.place[silent]).tolist(), strict=True)
        )
        assert len(due) > 200
        assert due <= listed

    def test_says_that_a_firm_is_in_trouble(self) -> None:
        """Those listed fail within the year two to five times as often as others (DOMAIN 9.6: 2.0)."""
        rows, day = drawn("abnormal_list"), int(STARTS[48])
        assert rows.known is not None
        on = standing(rows, "in_decision_no", "out_date", known=day)
        failed = town().outcome.failed
        sound = town().active(47) & ((failed < 0) | (failed > 47))
        fails = sound & (failed > 47)
        assert 1.2 < fails[sound & on].mean() / fails[sound & ~on].mean() < 7

    def test_an_end_comes_after_the_entry_and_before_the_extracts(self) -> None:
        rows = drawn("abnormal_list")
        over = rows.values["out_date"] != NO_DAY
        assert (rows.values["out_date"][over] > rows.day[over]).all()
        assert (rows.values["out_date"][over] < UNTIL).all()
        assert ((rows.values["out_reason"] >= 0) == over).all()
        assert rows.known is not None
        assert (rows.known >= (rows.day + 10) * DAY).all()

    @pytest.mark.parametrize(
        ("slug", "end"),
        [("abnormal_list", "out_date"), ("serious_illegal_list", "out_date"), ("dishonest_list", "removed"),
         ("consumption_bans", "lifted")],
    )  # fmt: skip
    def test_who_is_taken_off_a_list_has_a_second_row_that_is_known_then(
        self, slug: str, end: str
    ) -> None:
        rows = drawn(slug)
        assert rows.known is not None
        out, known = rows.values[end], rows.known // DAY
        over = out != NO_DAY
        assert over.sum() > 0
        assert (out[over] < known[over]).all()
        assert (known[over] - out[over] < 60).all()
        entered = set(zip(rows.firm[~over].tolist(), rows.day[~over].tolist(), strict=True))
        ended = set(zip(rows.firm[over].tolist(), rows.day[over].tolist(), strict=True))
        assert ended <= entered
        assert 0.02 < over.sum() / (~over).sum() < 0.95


class TestSeriousList:
    def test_takes_those_who_were_abnormal_for_three_years(self) -> None:
        serious, abnormal = drawn("serious_illegal_list"), drawn("abnormal_list")
        reason = [one.code for one in CODE_TABLES["serious_reason"].codes]
        long = serious.values["reason"] == reason.index("abnormal_three_years")
        assert long.sum() > 5
        for firm, day in zip(serious.firm[long], serious.day[long], strict=True):
            assert (day - abnormal.day[abnormal.firm == firm] >= 1_095).any()


class TestPenalties:
    def test_are_more_when_bills_stay_unpaid(self) -> None:
        rows = drawn("market_penalties")
        money = town().money
        short = (money.bills - money.purchases) > town().traits.usual[:, None] * 0.5
        short &= money.sales > 0
        hit = short[rows.firm, rows.month]
        usual = short[money.sales > 0].mean()
        assert hit.mean() > usual

    def test_only_fines_have_an_amount(self) -> None:
        rows = drawn("market_penalties")
        kinds = [one.code for one in CODE_TABLES["penalty_kind"].codes]
        fined = rows.values["kind"] == kinds.index("fine")
        assert (rows.values["fine"][~fined] == NOTHING).all()
        assert (rows.values["fine"][fined] >= 20_000).all()
