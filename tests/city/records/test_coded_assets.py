from __future__ import annotations

import numpy as np
from tests.city.records.towns import UNTIL, drawn, plain, town

from shuxin.city.records.coded.docket import docket
from shuxin.city.records.coded.loans import MORTGAGE, loans
from shuxin.city.records.drawn import NO_DAY
from shuxin.city.world.scale import WINDOW_MONTHS


class TestRealEstate:
    def test_is_of_firms_that_do_not_rent(self) -> None:
        rows = drawn("real_estate")
        assert not town().firms.tenant[rows.firm].any()
        owners = len(np.unique(rows.firm)) / town().count
        assert 0.45 < owners < 0.64

    def test_a_unit_is_entered_within_the_life_of_its_firm(self) -> None:
        rows = drawn("real_estate")
        assert (rows.day >= town().firms.founded[rows.firm]).all()
        ended = np.where(town().ended >= 0, town().ended, UNTIL)[rows.firm]
        assert (rows.day <= ended).all()
        assert (rows.values["value_est"] > 0).all()


class TestMortgages:
    def test_are_for_the_loans_of_the_world_that_have_one(self) -> None:
        rows, every = drawn("estate_mortgages"), loans(town())
        number = np.array([int(text[2:10]) - 1 for text in plain(rows.values["cert_no"])])
        assert (every.firm[number] == rows.firm).all()
        assert (every.security[number] == MORTGAGE).all()
        secured = np.zeros(len(every), np.int64)
        first = rows.values["cancelled"] == NO_DAY
        np.add.at(secured, number[first], rows.values["secured"][first])
        told = np.unique(number)
        assert (secured[told] <= every.fen[told]).all()
        assert (secured[told] > every.fen[told] - 10).mean() > 0.9

    def test_end_only_when_nothing_is_owed_any_more_or_the_loan_is_renewed(self) -> None:
        rows, every = drawn("estate_mortgages"), loans(town())
        off = rows.values["cancelled"]
        over = off != NO_DAY
        assert over.sum() > 100
        number = np.array([int(text[2:10]) - 1 for text in plain(rows.values["cert_no"])])[over]
        month = np.searchsorted(
            every.firm * 100 + every.month, rows.firm[over] * 100 + every.month[number] + 1
        )
        followed = (month < len(every)) & (
            every.firm[np.minimum(month, len(every) - 1)] == rows.firm[over]
        )
        debt = town().money.debt[rows.firm[over]]
        free = (debt[:, :WINDOW_MONTHS] == 0).any(axis=1)
        assert (followed | free).all()
        assert (off[over] > rows.day[over]).all()


class TestSeizures:
    def test_take_units_that_the_firm_has(self) -> None:
        rows, estate = drawn("estate_seizures"), drawn("real_estate")
        has = set(zip(estate.firm.tolist(), plain(estate.values["unit_no"]), strict=True))
        seized = set(zip(rows.firm.tolist(), plain(rows.values["seized_unit_no"]), strict=True))
        assert len(seized) > 50
        assert seized <= has

    def test_follow_enforcement(self) -> None:
        rows, cases = drawn("estate_seizures"), docket(town())
        number = np.array(
            [int(text.split("封")[1].split("-")[0]) - 1 for text in plain(rows.values["doc_no"])]
        )
        assert (cases.defendant[number] == rows.firm).all()
        assert (rows.day > cases.enforced[number]).all()

    def test_who_comes_later_waits(self) -> None:
        rows = drawn("estate_seizures")
        unit = np.array(plain(rows.values["seized_unit_no"]))
        waiting = rows.values["waiting_order"]
        assert (waiting > 0).sum() > 10
        for one in np.unique(unit[waiting > 0]):
            own = unit == one
            order = np.argsort(rows.day[own], kind="stable")
            assert sorted(waiting[own].tolist()) == list(range(own.sum()))
            assert (np.diff(rows.day[own][order][np.argsort(waiting[own][order])]) >= 0).all()
