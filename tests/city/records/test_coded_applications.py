from __future__ import annotations

import numpy as np
from tests.city.records.towns import DAY, MONTH, UNTIL, default_day, drawn, plain, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.days import STARTS
from shuxin.city.records.coded.loans import loans

KINDS = [one.code for one in CODE_TABLES["app_kind"].codes]


def of_kind(kind: str) -> np.ndarray:
    return drawn("platform_records").values["app_kind"] == KINDS.index(kind)


def applications() -> np.ndarray:
    """Number of the application of each row."""
    numbers = plain(drawn("platform_records").values["record_no"])
    return np.array([text.rsplit("-", 1)[0] for text in numbers])


class TestPlatform:
    def test_so_many_firms_apply_in_a_year(self) -> None:
        """8 per cent (DOMAIN 9.7), plus or minus 3 standard errors of a town over five years."""
        rows = drawn("platform_records")
        asked = (
            rows.firm[of_kind("application")].astype(np.int64) * 10
            + rows.month[of_kind("application")] // 12
        )
        trading = sum(
            (town().money.sales[:, 12 * year : 12 * year + 12] > 0).any(axis=1).sum()
            for year in range(5)
        )
        assert abs(len(np.unique(asked)) / trading - 0.08) < 0.02

    def test_about_half_are_approved(self) -> None:
        """45-55 per cent (DOMAIN 9.7), plus or minus 3 standard errors."""
        rows = drawn("platform_records")
        granted = rows.values["granted"][of_kind("decision")]
        assert len(granted) > 400
        assert 0.45 - 0.06 < (granted > 0).mean() < 0.55 + 0.06

    def test_what_is_lent_is_a_loan_of_the_world(self) -> None:
        rows, every = drawn("platform_records"), loans(town())
        lent = of_kind("loan")
        true = set(zip(every.firm.tolist(), every.day.tolist(), every.fen.tolist(), strict=True))
        told = set(
            zip(
                rows.firm[lent].tolist(),
                rows.day[lent].tolist(),
                rows.values["granted"][lent].tolist(),
                strict=True,
            )
        )
        assert len(told) > 200
        assert told <= true

    def test_a_loan_gone_bad_is_told_after_it_has_and_within_a_year(self) -> None:
        rows, number = drawn("platform_records"), applications()
        lent = dict(
            zip(number[of_kind("loan")].tolist(), rows.day[of_kind("loan")].tolist(), strict=True)
        )
        alert = of_kind("alert")
        assert alert.sum() > 3
        assert rows.known is not None
        assert (rows.known[alert] >= default_day(rows.firm[alert]) * DAY).all()
        for one, firm in zip(number[alert], rows.firm[alert], strict=True):
            assert 0 < default_day(firm) - lent[one] <= 12 * MONTH + 1

    def test_every_loan_whose_firm_fails_within_the_year_is_told(self) -> None:
        rows, number = drawn("platform_records"), applications()
        lent = of_kind("loan")
        apart = default_day(rows.firm[lent]) - rows.day[lent]
        bad = (apart > 0) & (apart <= 12 * MONTH) & (default_day(rows.firm[lent]) + 3 < UNTIL)
        assert set(number[lent][bad]) == set(number[of_kind("alert")])

    def test_steps_come_in_order_and_are_known_at_once(self) -> None:
        rows, number = drawn("platform_records"), applications()
        when = rows.values["done_at"]
        assert rows.known is not None
        assert (rows.known == when).all()
        day = rows.day
        applied = dict(
            zip(
                number[of_kind("application")].tolist(),
                day[of_kind("application")].tolist(),
                strict=True,
            )
        )
        for kind, sign in (("demand", -1), ("authorisation", -1), ("decision", 1), ("loan", 1)):
            for one, at in zip(
                number[of_kind(kind)].tolist(), day[of_kind(kind)].tolist(), strict=True
            ):
                if one in applied:
                    assert sign * (at - applied[one]) >= 0, kind


class TestMerchants:
    def test_takings_of_a_month_are_a_share_of_its_sales(self) -> None:
        rows = drawn("merchant_days")
        total = np.zeros_like(town().money.sales)
        np.add.at(total, (rows.firm, rows.month), rows.values["amount"])
        firm, month = np.nonzero(total)
        share = total[firm, month] / town().money.sales[firm, month]
        assert share.min() > 0.24
        assert share.max() < 0.86
        spread = [np.ptp(share[firm == one]) for one in np.unique(firm)[:50]]
        assert max(spread) < 0.01

    def test_are_of_every_day_of_the_last_year_on_which_the_firm_trades(self) -> None:
        rows = drawn("merchant_days")
        assert rows.day.min() == STARTS[48]
        assert rows.day.max() == UNTIL - 1
        key = rows.firm.astype(np.int64) * 100_000 + rows.day
        assert len(np.unique(key)) == len(key)
        assert (rows.values["amount"] >= 0).all()
        assert rows.known is not None
        assert (rows.known // DAY - rows.day == 1).all()
