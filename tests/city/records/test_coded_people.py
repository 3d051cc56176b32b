from __future__ import annotations

import numpy as np
from tests.city.records.towns import DAY, drawn, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.days import STARTS
from shuxin.city.records.coded.staff import insures
from shuxin.city.world.scale import WINDOW_MONTHS

TYPES = [one.code for one in CODE_TABLES["insurance_type"].codes]


def grid(slug: str, name: str) -> np.ndarray:
    """(n, months), -1 where there is no row; of social insurance, the pension."""
    rows = drawn(slug)
    kept = (
        rows.values["type"] == TYPES.index("pension") if slug == "si_unit_months" else slice(None)
    )
    found = np.full((town().count, WINDOW_MONTHS), -1, np.int64)
    found[rows.firm[kept], rows.month[kept]] = rows.values[name][kept]
    return found


class TestSocialInsurance:
    def test_is_of_firms_that_insure_their_people(self) -> None:
        for slug in ("si_unit_months", "medical_unit_months", "hpf_unit_months"):
            assert insures(town())[drawn(slug).firm].all(), slug

    def test_counts_as_many_heads_as_income_tax_within_noise(self) -> None:
        insured, taxed = grid("si_unit_months", "insured"), grid("iit_withholding", "headcount")
        both = (insured > 3) & (taxed > 0)
        assert both.sum() > 5_000
        assert (np.abs(taxed / np.maximum(insured, 1) - 1) <= 0.5)[both].mean() > 0.95
        assert abs(taxed[both].sum() / insured[both].sum() - 1) < 0.30

    def test_what_is_due_is_paid_or_in_arrears(self) -> None:
        values = drawn("si_unit_months").values
        due = values["unit_due"] + values["person_due"]
        nothing = values["paid"] == 0
        assert (values["paid"] + values["arrears"] == due)[~nothing].all()
        assert (values["arrears"] <= values["unit_due"]).all()
        assert 0.01 < (values["arrears"] > 0).mean() < 0.06
        values = drawn("medical_unit_months").values
        assert (values["paid"] + values["arrears"] == values["due"]).all()

    def test_is_known_in_the_month_after(self) -> None:
        rows = drawn("si_unit_months")
        wait = rows.known // DAY - STARTS[rows.month + 1]
        assert wait.min() >= 9
        assert wait.max() <= 25

    def test_stays_unpaid_more_often_before_failure(self) -> None:
        arrears = grid("si_unit_months", "arrears")
        month = np.arange(WINDOW_MONTHS)
        failed = town().outcome.failed[:, None].astype(np.int64)
        near = (failed >= 0) & (failed - month >= 1) & (failed - month <= 4) & (arrears >= 0)
        rest = (failed < 0) & (arrears >= 0)
        assert near.sum() > 80
        assert (arrears[near] > 0).mean() > 2 * (arrears[rest] > 0).mean()


class TestPersons:
    def test_are_numbered_from_the_first_and_no_more_than_are_insured(self) -> None:
        rows = drawn("si_person_months")
        insured = grid("si_unit_months", "insured")[rows.firm, rows.month]
        unit = rows.values["unit"]
        shown = insured >= 0
        assert (unit[shown] < insured[shown]).all()
        most = np.full((town().count, WINDOW_MONTHS), -1)
        np.maximum.at(most, (rows.firm, rows.month), unit)
        many = np.zeros_like(most)
        np.add.at(many, (rows.firm, rows.month), 1)
        assert (most + 1 == many)[many > 0].all()

    def test_keep_their_base_about_their_employers(self) -> None:
        rows = drawn("si_person_months")
        key = rows.firm.astype(np.int64) * 2**20 + rows.values["unit"]
        order = np.lexsort((rows.month, key))
        same = key[order][1:] == key[order][:-1]
        months = np.diff(rows.values["months"][order])[same]
        assert same.sum() > 10_000
        assert (months == np.diff(rows.month[order])[same]).all()


class TestHousingFund:
    def test_pays_what_is_due_unless_put_off(self) -> None:
        rows = drawn("hpf_unit_months")
        values, kinds = rows.values, [one.code for one in CODE_TABLES["fund_status"].codes]
        normal = values["status"] == kinds.index("normal")
        assert normal.mean() > 0.9
        assert (values["paid"][normal] == values["due"][normal]).all()
        assert (values["paid"][~normal] < values["due"][~normal]).all()
        assert (
            values["paid_to"][~normal & (rows.month > 0)] < rows.day[~normal & (rows.month > 0)]
        ).all()
        per_side = values["ratio"]
        assert per_side.min() >= 50_000
        assert per_side.max() <= 120_000


class TestEmployment:
    def test_disputes_are_more_where_wages_are_late(self) -> None:
        rows = drawn("labour_disputes")
        late = town().money.wages_late[rows.firm, rows.month] > 0
        assert late.mean() > 0.2
        assert (rows.known // DAY - rows.day >= 30).all()

    def test_listed_firms_owed_wages_for_months(self) -> None:
        rows = drawn("wage_arrears_list")
        late = town().money.wages_late
        assert len(rows) > 5
        assert (rows.values["amount"] == late[rows.firm, rows.month - 1]).all()
        assert (late[rows.firm, rows.month - 3] > 0).all()
        assert (rows.known // DAY >= rows.day + 10).all()

    def test_subsidies_go_to_those_who_keep_their_people(self) -> None:
        values = drawn("stable_job_subsidies").values
        assert values["layoff_rate"].max() <= 200_000
        assert (values["people"] > 0).all()
        assert (values["amount"] >= 0).all()
