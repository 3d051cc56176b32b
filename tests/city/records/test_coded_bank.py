from __future__ import annotations

from collections import defaultdict

import numpy as np
from tests.city.records.towns import DAY, UNTIL, drawn, plain, town

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded import tills
from shuxin.city.records.coded.current import SUMMARIES
from shuxin.city.records.coded.days import STARTS, month_of
from shuxin.city.records.coded.ledger import line_here
from shuxin.city.records.coded.transfers import FIRST_MONTH, transfers, with_account
from shuxin.city.records.drawn import blocks
from shuxin.city.world.scale import WINDOW_MONTHS

IN = 0
CLASSES = [one.code for one in CODE_TABLES["five_class"].codes]
BILLS = [one.code for one in CODE_TABLES["bill_status"].codes]


def summed(rows: object, amounts: np.ndarray) -> np.ndarray:
    """(n, months) fen."""
    total = np.zeros((town().count, WINDOW_MONTHS), np.int64)
    np.add.at(total, (rows.firm, rows.month), amounts)  # type: ignore[attr-defined]
    return total


def usual(firm: np.ndarray) -> np.ndarray:
    """(f,) fen of costs in a usual month."""
    return (town().traits.usual * town().traits.costs)[firm]


class TestLedger:
    def test_balances_are_the_debt_and_the_drawn_lines_of_the_world(self) -> None:
        rows, money = drawn("loan_ledger"), town().money
        line = np.array([number.startswith("XE") for number in plain(rows.values["loan_no"])])
        balance = rows.values["balance"]
        assert (summed(rows, np.where(line, 0, balance)) == money.debt).all()
        drawn_lines = summed(rows, np.where(line, balance, 0))
        here = line_here(town(), np.arange(town().count))[:, None]
        assert 0.45 < here.mean() < 0.55
        assert (drawn_lines >= np.where(here, np.maximum(-money.cash, 0), 0)).all()
        assert not drawn_lines[~here[:, 0]].any()
        troubled = (money.debt_late > 0) & (money.cash < 0) & here
        assert troubled.sum() > 20
        assert (drawn_lines[troubled] == -money.cash[troubled]).all()
        late = summed(rows, np.where(line, 0, rows.values["overdue"]))
        assert (late[money.debt_late > 0] == money.debt_late[money.debt_late > 0]).all()

    def test_some_interest_is_a_few_days_late_for_no_want_of_money(self) -> None:
        rows, money = drawn("loan_ledger"), town().money
        sound = money.debt_late[rows.firm, rows.month] == 0
        dpd, overdue = rows.values["dpd"][sound], rows.values["overdue"][sound]
        assert 0.01 < (dpd > 0).mean() < 0.06
        assert dpd.max() <= 28
        assert ((overdue > 0) == (dpd > 0)).all()
        assert (overdue <= rows.values["balance"][sound] // 50 + 1).all()

    def test_lines_are_drawn_on_by_firms_with_cash_as_well(self) -> None:
        rows, money = drawn("loan_ledger"), town().money
        line = np.array([number.startswith("XE") for number in plain(rows.values["loan_no"])])
        cash = money.cash[rows.firm[line], rows.month[line]]
        assert 0.3 < (cash >= 0).mean() < 0.98
        assert (rows.values["balance"][line] <= rows.values["contract"][line]).all()

    def test_every_loan_of_the_world_is_in_it(self) -> None:
        rows = drawn("loan_ledger")
        numbers = {text.split("-")[0] for text in plain(rows.values["loan_no"])}
        loans = [text for text in numbers if text.startswith("JK")]
        assert len(loans) >= 0.97 * len(town().outcome.loans[0])
        assert len(loans) <= len(town().outcome.loans[0])

    def test_classes_begin_at_1_91_271_and_361_days(self) -> None:
        rows = drawn("loan_ledger")
        dpd, place = rows.values["dpd"], rows.values["five_class"]
        for word, low, high in (
            ("pass", 0, 0), ("special_mention", 1, 90), ("substandard", 91, 270),
            ("doubtful", 271, 360), ("loss", 361, 10**6),
        ):  # fmt: skip
            own = place == CLASSES.index(word)
            assert own.any()
            assert dpd[own].min() >= low
            assert dpd[own].max() <= high

    def test_a_default_is_the_first_month_of_more_than_ninety_days(self) -> None:
        rows, outcome = drawn("loan_ledger"), town().outcome
        bad = rows.values["dpd"] > 90
        first = np.full(town().count, WINDOW_MONTHS)
        np.minimum.at(first, rows.firm[bad], rows.month[bad])
        defaulted = np.flatnonzero(outcome.by_loan)
        assert len(defaulted) > 30
        assert (first[defaulted] == outcome.failed[defaulted]).mean() > 0.97

    def test_a_month_is_known_after_its_end(self) -> None:
        rows = drawn("loan_ledger")
        assert rows.known is not None
        late = rows.known // DAY - STARTS[rows.month + 1]
        assert late.min() >= 0
        assert late.max() <= 2

    def test_great_loans_are_shared_by_two_banks(self) -> None:
        rows = drawn("loan_ledger")
        second = np.array([text.endswith("-2") for text in plain(rows.values["loan_no"])])
        assert second.sum() > 100
        assert (rows.values["contract"][second] >= 40_000_000).all()


class TestFlows:
    def test_balances_follow_one_another_and_end_a_month_with_what_is_kept_here(self) -> None:
        rows = drawn("bank_flows")
        amount = rows.values["amount"]
        signed = np.where(rows.values["direction"] == IN, amount, -amount)
        after = rows.values["balance_after"]
        same = rows.firm[1:] == rows.firm[:-1]
        assert (amount > 0).all()
        assert ((after[1:] - signed[1:]) == after[:-1])[same].all()
        assert (np.diff(rows.values["ts"])[same] >= 0).all()
        last = np.append(~same | (rows.month[1:] != rows.month[:-1]), True)
        standing = np.concatenate([tills.ends(town(), block) for block in blocks(town())])
        assert (after[last] == standing[rows.firm[last], rows.month[last]]).all()

    def test_an_account_tells_little_of_the_cash_of_a_firm(self) -> None:
        own = np.flatnonzero(town().active(59) & with_account(town()))
        standing = np.concatenate([tills.ends(town(), block) for block in blocks(town())])
        cash, seen = town().money.cash[own, 59], standing[own, 59]
        ranks = [np.argsort(np.argsort(one)) for one in (cash / usual(own), seen / usual(own))]
        assert 0.05 < np.corrcoef(*ranks)[0, 1] < 0.5

    def test_what_is_lacking_or_too_much_moves_between_own_accounts(self) -> None:
        rows = drawn("bank_flows")
        own = np.array(plain(rows.values["summary"])) == "同名划转"
        assert (rows.values["counterparty_name"].place[own] == rows.firm[own]).all()
        cells = rows.firm[own].astype(np.int64) * WINDOW_MONTHS + rows.month[own]
        assert len(np.unique(cells)) == own.sum()

    def test_taxes_loans_and_awards_are_those_of_the_world_where_they_are_paid_here(self) -> None:
        rows, money, every = drawn("bank_flows"), town().money, np.arange(town().count)
        said = np.array(plain(rows.values["summary"]))
        for word, name in (
            ("税款", "taxes"), ("房租", "rent"), ("放款", "drawn"), ("还本付息", "debt_service"), ("案款", "losses"),
        ):  # fmt: skip
            assert word in SUMMARIES
            has = with_account(town()) & tills.pays_here(town(), every, name)
            told = summed(rows, np.where(said == word, rows.values["amount"], 0))[:, FIRST_MONTH:]
            assert (told[has] == getattr(money, name)[has, FIRST_MONTH:]).all(), word
            assert not told[~has].any()

    def test_wages_that_pass_through_are_a_part_of_those_of_the_world(self) -> None:
        rows, money = drawn("bank_flows"), town().money
        said = np.array(plain(rows.values["summary"]))
        told = summed(rows, np.where(said == "工资", rows.values["amount"], 0))
        assert (told <= money.wages).all()
        pays = (told > 0).any(axis=1)
        assert 0.08 < pays[with_account(town())].mean() < 0.16
        assert 0.6 < told[pays].sum() / money.wages[pays, FIRST_MONTH:].sum() < 1.0

    def test_are_of_so_many_firms_for_three_years(self) -> None:
        rows = drawn("bank_flows")
        assert rows.month.min() == FIRST_MONTH
        assert set(np.unique(rows.firm)) <= set(np.flatnonzero(with_account(town())))
        assert 0.50 < with_account(town()).mean() < 0.62
        cells = np.unique(rows.firm.astype(np.int64) * WINDOW_MONTHS + rows.month)
        assert 9.5 < len(rows) / len(cells) < 12.5

    def test_a_transfer_within_the_city_is_in_both_accounts(self) -> None:
        rows, has = drawn("bank_flows"), with_account(town())
        place = rows.values["counterparty_name"].place
        inside = (place >= 0) & (place < town().count) & (place != rows.firm)
        inside[inside] = has[place[inside]]
        arriving = inside & (rows.values["direction"] == IN)
        leaving = inside & (rows.values["direction"] != IN)
        ts, amount = rows.values["ts"], rows.values["amount"]
        received = sorted(
            zip(place[arriving], rows.firm[arriving], ts[arriving], amount[arriving], strict=True)
        )
        sent = sorted(
            zip(rows.firm[leaving], place[leaving], ts[leaving], amount[leaving], strict=True)
        )
        assert len(sent) > 5_000
        assert received == sent

    def test_buyers_pay_no_more_than_the_world_says(self) -> None:
        found, money = transfers(town()), town().money
        paid = np.zeros((town().count, WINDOW_MONTHS), np.int64)
        got = paid.copy()
        np.add.at(paid, (found.buyer, found.month), found.amount)
        np.add.at(got, (found.seller, found.month), found.amount)
        assert (paid <= money.paid).all()
        assert (got <= money.collected).all()

    def test_hardly_any_account_is_overdrawn_without_a_line(self) -> None:
        assert (drawn("bank_flows").values["balance_after"] < 0).mean() < 0.02

    def test_private_loans_are_round_and_paid_back_to_the_lender(self) -> None:
        rows = drawn("bank_flows")
        said = np.array(plain(rows.values["summary"]))
        lent, back = said == "借款", said == "还款"
        assert lent.any()
        assert back.any()
        assert (rows.values["amount"][lent] % 1_000_000 == 0).all()
        place = rows.values["counterparty_name"].place
        assert (place[lent | back] < -1).all()
        lender = dict(zip(rows.firm[lent].tolist(), place[lent].tolist(), strict=True))
        paid = [
            (firm, who)
            for firm, who in zip(rows.firm[back].tolist(), place[back].tolist(), strict=True)
            if firm in lender
        ]
        assert all(lender[firm] == who for firm, who in paid)

    def test_is_known_on_the_next_day(self) -> None:
        rows = drawn("bank_flows")
        assert rows.known is not None
        assert (rows.known // DAY - rows.values["ts"] // DAY == 1).all()


class TestCreditReports:
    def test_show_the_end_of_the_month_before(self) -> None:
        rows, money = drawn("enterprise_credit_reports"), town().money
        later = rows.day >= STARTS[1]
        month = month_of(rows.day[later]).astype(np.int64) - 1
        assert (rows.values["open_balance"][later] == money.debt[rows.firm[later], month]).all()

    def test_bad_classes_are_of_firms_that_owe_and_are_late(self) -> None:
        rows, money = drawn("enterprise_credit_reports"), town().money
        bad = rows.values["worst_class"] > 0
        month = month_of(rows.day[bad]).astype(np.int64) - 1
        assert (money.debt_late[rows.firm[bad], month] > 0).all()

    def test_are_of_companies_only(self) -> None:
        assert (town().firms.kind[drawn("enterprise_credit_reports").firm] == 0).all()


class TestBills:
    def test_an_overdue_bill_is_seen_after_it_fell_due(self) -> None:
        rows = drawn("commercial_bills")
        ended = rows.values["status"] != BILLS.index("outstanding")
        assert rows.known is not None
        assert (rows.known[ended] > rows.values["due"][ended].astype(np.int64) * DAY).all()
        assert (rows.values["due"][ended] < UNTIL).all()
        listed = rows.values["overdue_list"]
        assert (listed == (rows.values["status"] == BILLS.index("overdue"))).all()

    def test_overdue_bills_are_of_firms_that_failed_or_owe_their_bank(self) -> None:
        rows, outcome = drawn("commercial_bills"), town().outcome
        overdue = rows.values["overdue_list"]
        assert overdue.sum() > 5
        firm, month = rows.firm[overdue], month_of(rows.values["due"][overdue])
        failed = (outcome.failed[firm] >= 0) & (outcome.failed[firm] <= month + 1)
        late = town().money.debt_late[firm, month] > 0
        assert (failed | late | (outcome.gone[firm] <= month)).all()

    def test_each_bill_is_entered_when_drawn_and_once_at_its_end(self) -> None:
        rows = drawn("commercial_bills")
        states = defaultdict(list)
        for number, status in zip(
            plain(rows.values["bill_no"]), rows.values["status"].tolist(), strict=True
        ):
            states[number].append(status)
        assert all(one.count(BILLS.index("outstanding")) == 1 for one in states.values())
        assert max(map(len, states.values())) == 2


class TestVouchers:
    def test_a_core_firm_of_the_city_buys_from_the_holder_and_is_no_small_one(self) -> None:
        rows, network = drawn("receivable_vouchers"), town().network
        core = rows.values["core_firm"]
        inside = core < town().count
        pairs = set(zip(network.seller.tolist(), network.buyer.tolist(), strict=True))
        assert inside.sum() > 50
        found = zip(rows.firm[inside].tolist(), core[inside].tolist(), strict=True)
        assert all(pair in pairs for pair in found)
        assert (town().firms.size[core[inside]] >= 2).all()
