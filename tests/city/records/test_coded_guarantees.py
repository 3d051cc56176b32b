from __future__ import annotations

import numpy as np
from tests.city.records.towns import DAY, UNTIL, default_day, drawn, plain, town

from shuxin.city.records.coded.loans import loans
from shuxin.city.records.drawn import NO_DAY


class TestGuarantees:
    def test_are_those_of_the_world_whose_guarantor_was_there_and_no_others(self) -> None:
        rows, ties = drawn("guarantee_relations"), town().ties.guarantees
        told = set(zip(rows.firm.tolist(), rows.values["debtor"].tolist(), strict=True))
        every = set(zip(ties.guarantor.tolist(), ties.debtor.tolist(), strict=True))
        assert told <= every
        assert len(told) > 0.7 * len(every)
        assert (rows.values["guarantor"] == rows.firm).all()

    def test_are_for_a_share_of_each_loan_of_the_debtor(self) -> None:
        rows, ties, every = drawn("guarantee_relations"), town().ties.guarantees, loans(town())
        pairs = zip(ties.guarantor.tolist(), ties.debtor.tolist(), strict=True)
        share = dict(zip(pairs, ties.share_ppm.tolist(), strict=True))
        borrowed = {
            (firm, day): fen
            for firm, day, fen in zip(
                every.firm.tolist(), every.day.tolist(), every.fen.tolist(), strict=True
            )
        }
        seen = 0
        told = zip(
            rows.firm.tolist(),
            rows.values["debtor"].tolist(),
            rows.day.tolist(),
            rows.values["amount"].tolist(),
            strict=True,
        )
        for guarantor, debtor, day, amount in told:
            fen = borrowed.get((debtor, day))
            if fen is not None:
                seen += 1
                assert amount == fen * share[guarantor, debtor] // 1_000_000
        assert seen > 0.5 * len(rows)

    def test_are_told_in_the_report_of_the_next_june(self) -> None:
        told, true = drawn("annual_report_guarantees"), drawn("guarantee_relations")
        pairs = set(
            zip(true.firm.tolist(), true.values["debtor"].tolist(), true.day.tolist(), strict=True)
        )
        found = set(
            zip(told.firm.tolist(), told.values["debtor"].tolist(), told.day.tolist(), strict=True)
        )
        assert found
        assert found <= pairs
        assert told.known is not None
        assert (told.known // DAY > told.day).all()
        assert (town().firms.kind[told.firm] == 0).all()


class TestPledges:
    def test_are_of_companies_that_live_and_end_after_they_began(self) -> None:
        rows = drawn("equity_pledges")
        assert (town().firms.kind[rows.firm] == 0).all()
        assert (rows.day > town().firms.founded[rows.firm]).all()
        off = rows.values["cancel_date"] != NO_DAY
        assert (rows.values["cancel_date"][off] > rows.day[off]).all()
        assert (rows.values["cancel_date"][off] < UNTIL).all()
        assert (rows.values["equity"] <= town().firms.capital[rows.firm]).all()
        assert (rows.values["equity"] > 0).all()

    def test_some_come_in_the_year_before_a_failure(self) -> None:
        rows = drawn("equity_pledges")
        apart = default_day(rows.firm) - rows.day
        assert ((apart > 80) & (apart < 370)).sum() >= 3

    def test_movables_secure_loans_of_the_world(self) -> None:
        rows, every = drawn("movable_mortgages"), loans(town())
        number = np.array([int(text[2:]) - 1 for text in plain(rows.values["reg_no"])])
        assert (every.firm[number] == rows.firm).all()
        assert (rows.values["secured"] <= every.fen[number]).all()
        assert (rows.values["secured"] >= every.fen[number] * 0.39).all()
