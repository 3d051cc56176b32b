from __future__ import annotations

import numpy as np
import pytest
from tests.city.records.towns import DAY, UNTIL, drawn, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.days import STARTS
from shuxin.city.records.coded.declared import EXEMPT_FEN, monthly, registered
from shuxin.city.records.drawn import BEFORE, NO_DAY, NOTHING
from shuxin.city.world.scale import WINDOW_MONTHS

GRADES = [one.code for one in CODE_TABLES["tax_grade"].codes]
STATUS = [one.code for one in CODE_TABLES["taxpayer_status"].codes]
KINDS = [one.code for one in CODE_TABLES["tax_kind"].codes]


def grid(slug: str, name: str) -> np.ndarray:
    rows = drawn(slug)
    found = np.zeros((town().count, WINDOW_MONTHS), np.int64)
    found[rows.firm, rows.month] = rows.values[name]
    return found


class TestVatReturns:
    def test_tax_payable_is_output_less_input_less_what_was_carried_less_relief(self) -> None:
        values = drawn("vat_returns").values
        deducted = values["input_tax"] - values["input_transfer_out"] + values["carried_forward"]
        owed = values["output_tax"] - deducted
        assert (values["payable"] >= 0).all()
        assert (values["payable"][owed >= 0] == (owed - values["relief"])[owed >= 0]).all()
        assert (values["payable"][owed < 0] == 0).all()
        assert (values["relief"] >= 0).all()

    def test_what_is_not_deducted_is_carried_into_the_next_month(self) -> None:
        rows = drawn("vat_returns")
        owed = sum(
            sign * grid("vat_returns", name)
            for name, sign in (
                ("output_tax", 1),
                ("input_tax", -1),
                ("input_transfer_out", 1),
                ("carried_forward", -1),
            )
        )
        carried, there = grid("vat_returns", "carried_forward"), np.zeros_like(owed, np.bool_)
        there[rows.firm, rows.month] = True
        both = there[:, :-1] & there[:, 1:] & town().firms.general[:, None]
        assert both.sum() > 5_000
        assert (carried[:, 1:][both] == np.maximum(-owed[:, :-1], 0)[both]).all()

    def test_small_taxpayers_bunch_below_the_limit_of_the_exemption(self) -> None:
        rows = drawn("vat_returns")
        small = ~town().firms.general[rows.firm]
        sold = (rows.values["sales_taxable"] + rows.values["sales_exempt"])[small]
        limit = np.where(monthly(town())[rows.firm[small]], 1, 3) * EXEMPT_FEN
        below = ((sold > 0.9 * limit) & (sold <= limit)).sum()
        above = ((sold > limit) & (sold <= 1.1 * limit)).sum()
        assert below > 2 * above
        assert (rows.values["payable"][small][sold <= limit] == 0).all()

    def test_quarterly_filers_file_four_times_a_year(self) -> None:
        rows = drawn("vat_returns")
        quarterly = ~monthly(town())[rows.firm]
        assert 0.03 < quarterly.mean() < 0.5
        assert (rows.month[quarterly] % 3 == 0).all()
        assert (rows.known[quarterly] // DAY > STARTS[rows.month[quarterly] + 3]).all()

    def test_are_known_when_filed_and_mostly_by_the_fifteenth(self) -> None:
        rows = drawn("vat_returns")
        filed = rows.values["filed_at"]
        assert (rows.known > filed).all()
        length = np.where(monthly(town())[rows.firm], 1, 3)
        day = filed // DAY - STARTS[rows.month + length]
        assert 0.90 < (day <= 17).mean() < 0.99
        assert (day >= 0).all()


class TestTaxpayers:
    def test_a_change_of_status_is_a_row_of_its_own_known_when_it_happened(self) -> None:
        rows = drawn("taxpayers")
        normal = rows.values["status"] == STATUS.index("normal")
        assert len(np.unique(rows.firm[normal])) == normal.sum()
        assert registered(town())[rows.firm].all()
        late = np.setdiff1d(np.flatnonzero(registered(town())), rows.firm[normal])
        assert (town().firms.founded[late] > UNTIL - 40).all()
        cancelled = rows.values["status"] == STATUS.index("cancelled")
        ended = town().ended[rows.firm[cancelled]]
        assert cancelled.sum() > 100
        assert (ended >= 0).all()
        assert (rows.known[cancelled] // DAY > ended).all()

    def test_only_firms_out_of_contact_have_a_day_of_it(self) -> None:
        rows = drawn("taxpayers")
        abnormal = rows.values["status"] == STATUS.index("abnormal")
        assert abnormal.sum() > 30
        assert ((rows.values["abnormal_date"] != NO_DAY) == abnormal).all()
        assert (rows.values["abnormal_date"][abnormal] < rows.known[abnormal] // DAY).all()


class TestTaxPayments:
    def test_of_vat_are_what_the_returns_say_was_paid(self) -> None:
        paid, filed = drawn("tax_payments"), drawn("vat_returns")
        vat = paid.values["tax_kind"] == KINDS.index("vat")
        total = np.bincount(
            paid.firm[vat], weights=paid.values["amount"][vat], minlength=town().count
        )
        owed = np.bincount(filed.firm, weights=filed.values["payable"], minlength=town().count)
        at_once = np.bincount(filed.firm, weights=filed.values["paid"], minlength=town().count)
        calm = (at_once == owed) & (owed > 0) & (town().outcome.failed < 0)
        assert calm.sum() > 300
        apart = np.abs(total - owed)[calm] / owed[calm]
        assert np.median(apart) == 0
        assert total.sum() <= owed.sum() * 1.01
        assert total.sum() >= at_once.sum() * 0.97

    def test_late_ones_carry_a_fee(self) -> None:
        values = drawn("tax_payments").values
        assert (values["amount"] > 0).all()
        assert 0.001 < (values["late_fee"] > 0).mean() < 0.12
        assert (values["late_fee"] <= values["amount"]).all()


class TestTaxArrears:
    def test_are_cleared_in_a_later_row_of_the_same_number(self) -> None:
        rows = drawn("tax_arrears")
        cleared = rows.values["cleared"] != NO_DAY
        number = np.array(rows.values["arrears_no"].to_pylist())
        assert 0.1 < cleared.mean() < 0.6
        assert set(number[cleared]) <= set(number[~cleared])
        assert (rows.values["arrears"][cleared] == 0).all()
        assert (rows.values["arrears"][~cleared] > 0).all()
        assert (rows.values["cleared"][cleared] < rows.known[cleared] // DAY).all()


class TestTaxCreditGrades:
    def test_are_mixed_as_published(self) -> None:
        grade = drawn("tax_credit_grades").values["grade"]
        mix = np.bincount(grade, minlength=5) / len(grade)
        assert np.abs(mix - np.array([0.12, 0.45, 0.28, 0.09, 0.06])).max() < 0.03

    def test_are_published_in_the_april_after_or_given_anew_later(self) -> None:
        rows = drawn("tax_credit_grades")
        known = rows.known.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12 + 1
        anew = rows.values["rerated"]
        assert (known[~anew] == 4).all()
        assert (known[anew] > 5).all()
        year = rows.day.astype("datetime64[D]").astype("datetime64[Y]").astype(int)
        later = rows.known.astype("datetime64[s]").astype("datetime64[Y]").astype(int)
        assert (later == year + 1).all()

    def test_lead_default(self) -> None:
        rows = drawn("tax_credit_grades")
        failed = town().outcome.failed[rows.firm]
        april = np.searchsorted(STARTS, rows.known // DAY, side="right") - 1
        soon = (failed > april) & (failed <= april + 12)
        standing = (failed < 0) | (failed > april)
        poor, good = (
            np.isin(rows.values["grade"], [GRADES.index(one) for one in ones])
            for ones in ("cd", "ab")
        )
        assert soon[poor & standing].mean() > 1.3 * soon[good & standing].mean()

    def test_scores_stand_for_grades(self) -> None:
        values = drawn("tax_credit_grades").values
        score, grade = values["score"], values["grade"]
        assert (score[grade == GRADES.index("a")] >= 90).all()
        assert (score[grade == GRADES.index("d")] <= 40).all()
        assert ((values["direct_d_reason"] >= 0) <= (grade == GRADES.index("d"))).all()


class TestTaxViolations:
    def test_of_rings_are_found_out_after_they_ran(self) -> None:
        rows, rings = drawn("tax_violations"), town().ties.rings
        kinds = [one.code for one in CODE_TABLES["tax_violation"].codes]
        false = (rows.values["kind"] == kinds.index("false_invoices")) & (
            rings.member[rows.firm] >= 0
        )
        runs = rings.runs[rings.member[rows.firm[false]]]
        assert false.sum() > 0
        assert (rows.month[false] > runs).mean() > 0.8

    def test_first_ones_without_penalty_have_no_fine(self) -> None:
        values = drawn("tax_violations").values
        assert 0.3 < values["first_no_penalty"].mean() < 0.6
        assert ((values["fine"] == NOTHING) == values["first_no_penalty"]).all()


class TestFinancialStatements:
    def test_balance(self) -> None:
        values = drawn("financial_statements").values
        assert (values["total_assets"] == values["total_liabilities"] + values["equity"]).all()
        parts = sum(values[name] for name in ("cash", "receivables", "inventory", "fixed_assets"))
        assert (values["total_assets"] == parts).all()
        owed = sum(values[name] for name in ("short_loans", "long_loans", "payables"))
        assert (values["total_liabilities"] == owed).all()

    def test_a_quarter_begins_where_the_last_one_ended(self) -> None:
        rows = drawn("financial_statements")
        quarter = rows.known // DAY < STARTS[np.minimum(rows.month + 6, WINDOW_MONTHS)]
        quarter &= rows.month % 3 == 0
        ends, begins = (np.full((town().count, WINDOW_MONTHS), -1, np.int64) for _ in range(2))
        ends[rows.firm[quarter], rows.month[quarter]] = rows.values["total_assets"][quarter]
        begins[rows.firm[quarter], rows.month[quarter]] = rows.values["total_assets_begin"][quarter]
        last, now = ends[:, 0:54:3], begins[:, 3:57:3]
        both = (last >= 0) & (now >= 0) & (town().firms.size == 0)[:, None]
        both &= (town().ended < 0)[:, None]
        assert both.sum() > 5_000
        assert (last[both] == now[both]).all()

    def test_income_adds_up(self) -> None:
        values = drawn("financial_statements").values
        costs = sum(
            values[name]
            for name in (
                "cost",
                "tax_surcharge",
                "sell_expense",
                "admin_expense",
                "rd_expense",
                "finance_expense",
            )
        )
        assert (values["operating_profit"] == values["revenue"] - costs).all()
        assert (values["net_profit"] <= values["total_profit"]).all()

    def test_annual_ones_are_known_by_the_end_of_may(self) -> None:
        rows = drawn("cit_returns")
        annual = rows.values["is_annual"]
        month = (
            rows.known[annual].astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12 + 1
        )
        assert 0.1 < annual.mean() < 0.3
        assert np.isin(month, (3, 4, 5, 6)).all()
        assert (month == 6).mean() < 0.03


class TestCitReturns:
    def test_show_the_revenue_of_the_statements(self) -> None:
        filed, stated = drawn("cit_returns"), drawn("financial_statements")
        wait = {"cit_returns": 4, "financial_statements": 6}
        totals = []
        for rows, slug in ((filed, "cit_returns"), (stated, "financial_statements")):
            year = (rows.month % 12 == 0) & (
                rows.known // DAY > STARTS[np.minimum(rows.month + 12, WINDOW_MONTHS)]
            )
            keys = zip(rows.firm[year].tolist(), rows.month[year].tolist(), strict=True)
            totals.append(dict(zip(keys, rows.values["revenue"][year].tolist(), strict=True)))
            assert wait[slug]
        both = totals[0].keys() & totals[1].keys()
        assert len(both) > 1_000
        assert all(totals[0][key] == totals[1][key] for key in both)

    def test_tax_is_the_rate_of_what_is_taxable(self) -> None:
        values = drawn("cit_returns").values
        assert (values["tax"] == values["taxable_income"] * values["rate"] // 1_000_000).all()
        assert (values["taxable_income"] >= 0).all()


class TestExportRefunds:
    def test_never_exceed_what_was_asked(self) -> None:
        values = drawn("export_refunds").values
        assert (values["refunded"] <= values["declared"]).all()
        assert (values["refunded"] < values["declared"]).any()


@pytest.mark.parametrize("slug", ["tax_payments", "tax_violations", "tax_inspections"])
def test_events_lie_within_a_firms_life(slug: str) -> None:
    rows = drawn(slug)
    assert (rows.day < UNTIL).all()
    assert (rows.month > BEFORE).all()
    assert (rows.day > town().firms.founded[rows.firm]).all()
