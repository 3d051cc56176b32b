from __future__ import annotations

import numpy as np
from tests.city.records.towns import DAY, drawn, town

from shuxin.city.records.coded.days import STARTS
from shuxin.city.records.coded.power import meters
from shuxin.city.records.drawn import NO_DAY
from shuxin.city.world.scale import WINDOW_MONTHS


def used() -> np.ndarray:
    rows = drawn("power_bills")
    found = np.zeros((town().count, WINDOW_MONTHS))
    np.add.at(found, (rows.firm, rows.month), rows.values["kwh"])
    return found


class TestPowerBills:
    def test_tenants_have_none(self) -> None:
        firms = town().firms
        shown = np.zeros(town().count, np.bool_)
        shown[drawn("power_bills").firm] = True
        lived = (town().outcome.gone - np.maximum(firms.born, 0)) > 3
        assert not shown[firms.tenant].any()
        assert shown[~firms.tenant & lived & (firms.born < 50)].mean() > 0.85

    def test_each_meter_has_one_bill_a_month(self) -> None:
        rows = drawn("power_bills")
        key = (rows.firm.astype(np.int64) * 512 + rows.values["unit"]) * WINDOW_MONTHS + rows.month
        assert len(np.unique(key)) == len(key)
        many = meters(town(), "power_bills", ~town().firms.tenant)
        assert (rows.values["unit"] < many[rows.firm]).all()

    def test_a_paid_bill_is_known_after_it_was_paid_and_an_unpaid_one_says_what_is_owed(
        self,
    ) -> None:
        rows = drawn("power_bills")
        paid, owed = rows.values["paid_at"] != NO_DAY, rows.values["arrears"]
        assert ((owed > 0) <= ~paid).all()
        assert (rows.values["paid_at"][paid] < rows.known[paid] // DAY).all()
        assert 0.01 < (~paid).mean() < 0.06
        assert (owed <= rows.values["amount"]).all()

    def test_power_is_cut_off_only_for_debt(self) -> None:
        rows = drawn("power_bills")
        cut = rows.values["outage_for_debt"]
        assert 0 < cut.mean() < 0.01
        assert (rows.values["paid_at"][cut] == NO_DAY).all()

    def test_less_is_used_before_failure(self) -> None:
        failed, born, shown = town().outcome.failed, town().firms.born, used()
        firm = np.flatnonzero((failed >= 20) & (born < 0) & (shown[:, 0] > 0))
        month = failed[firm].astype(np.int64)
        near = sum(shown[firm, month - step] for step in (1, 2, 3))
        year = sum(shown[firm, month - 12 - step] for step in (1, 2, 3))
        others = (failed < 0) & (town().ended < 0) & (born < 0) & (shown[:, 0] > 0)
        usual = shown[others][:, 45:48].sum(axis=1) / shown[others][:, 33:36].sum(axis=1)
        assert len(firm) > 30
        assert np.median(near / year) < np.median(usual) - 0.03


class TestPowerDays:
    def test_of_a_month_add_up_to_the_bill_of_the_meter(self) -> None:
        days, bills = drawn("power_days"), drawn("power_bills")
        month = np.searchsorted(STARTS, days.day, side="right") - 1
        total = np.zeros((town().count, WINDOW_MONTHS))
        np.add.at(total, (days.firm, month), days.values["kwh"])
        first = bills.values["unit"] == 0
        billed = np.zeros_like(total)
        billed[bills.firm[first], bills.month[first]] = bills.values["kwh"][first]
        both = (total > 0) & (billed > 0)
        assert both.sum() > 3_000
        assert np.abs(total - billed)[both].max() < 0.01

    def test_are_known_the_day_after(self) -> None:
        rows = drawn("power_days")
        assert (rows.known // DAY == rows.day + 1).all()

    def test_a_meter_keeps_its_number(self) -> None:
        rows = drawn("power_days")
        pairs = set(zip(rows.firm.tolist(), rows.values["meter_no"].to_pylist(), strict=True))
        assert len(pairs) == len(np.unique(rows.firm)) == len({no for _, no in pairs})


class TestPipes:
    def test_water_and_gas_are_billed_by_volume(self) -> None:
        for slug in ("water_bills", "gas_bills"):
            values = drawn(slug).values
            shown = values["volume"] > 0
            price = values["amount"][shown] / values["volume"][shown]
            assert 250 <= price.min() <= price.max() <= 480, slug
            assert (values["arrears"] <= values["amount"]).all()
