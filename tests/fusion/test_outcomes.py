from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.fusion.conftest import FIRST_DAY, Installation, uscc
from tests.permits import sealed

from shuxin.catalogue.api import contract, register_contract
from shuxin.consent.api import ALL_SUBJECTS, Permit, PermitTooNarrow, Purpose
from shuxin.fusion.features.sources import LevelAbovePermit
from shuxin.fusion.outcomes import (
    ChurnRow,
    ChurnTableShared,
    LoanOutcome,
    NoOutcomes,
    churn_table,
    loan_outcomes,
)
from shuxin.fusion.who import resolve_all
from shuxin.infra.api import silent_progress

pytestmark = pytest.mark.django_db
LATER = FIRST_DAY + dt.timedelta(days=7)
EVERYBODY = sealed(ALL_SUBJECTS, Purpose.MODEL_TRAINING, at=FIRST_DAY)
CHURN = [["贷款年利率", "信誉评级A", "信誉评级B", "信誉评级C"],
         *([f"{0.04 + n * 0.005:.4f}", f"{n * 0.03:.3f}", f"{n * 0.02:.3f}", f"{n * 0.01:.3f}"]
           for n in range(12, -1, -1)),
         ["0.2", "", "0.9", "0.9"]]  # fmt: skip


def loans(*, defaulted: set[int], drawn: bool = True) -> list[list[str]]:
    """One loan of each of twenty firms; of firm 7 nobody knows how it ended."""
    header = [
        "统一社会信用代码",
        "借据号",
        *(["放款日期"] if drawn else []),
        "信誉评级",
        "是否违约",
    ]
    rows = [
        [
            uscc(n),
            f"J{n:04}",
            *([f"2023-02-{n:02}"] if drawn else []),
            "ABCD"[n % 4],
            "" if n == 7 else "是" if n in defaulted else "否",
        ]
        for n in range(1, 21)
    ]
    return [header, *rows]


def outcomes(office: Installation, permit: Permit = EVERYBODY) -> list[LoanOutcome]:
    return loan_outcomes(permit=permit, settings=office.settings, now=office.now)


def bring(office: Installation, rows: list[list[str]], now: dt.datetime = FIRST_DAY) -> None:
    office.put("贷款.csv", rows)
    office.load(now=now)
    resolve_all(permit=EVERYBODY, settings=office.settings, now=now, progress=silent_progress)


class TestLoanOutcomes:
    def test_are_those_whose_end_is_known_as_it_is_known_now(self, office: Installation) -> None:
        with pytest.raises(NoOutcomes):
            outcomes(office)
        bring(office, loans(defaulted={3, 4}))
        expected = [
            LoanOutcome(uscc(n), dt.date(2023, 2, n), "ABCD"[n % 4], n in {3, 4})
            for n in range(1, 21)
            if n != 7
        ]
        assert outcomes(office) == sorted(expected, key=lambda loan: loan.entity)
        bring(office, loans(defaulted={3, 9}), now=LATER)
        found = outcomes(office)
        assert len(found) == 19
        assert {loan.entity for loan in found if loan.defaulted} == {uscc(3), uscc(9)}

    def test_without_a_day_say_so(self, office: Installation) -> None:
        bring(office, loans(defaulted={3}, drawn=False))
        found = outcomes(office)
        assert len(found) == 19
        assert {loan.drawn_on for loan in found} == {None}

    def test_need_a_permit_for_all_and_its_level(self, office: Installation) -> None:
        bring(office, loans(defaulted={3}))
        with pytest.raises(PermitTooNarrow):
            outcomes(office, sealed(uscc(3), Purpose.MODEL_TRAINING, at=FIRST_DAY))
        with pytest.raises(LevelAbovePermit):
            outcomes(office, replace(EVERYBODY, highest_level=2).with_seal())


class TestChurnTable:
    def test_holds_whole_rows_lowest_rate_first_and_is_one(self, office: Installation) -> None:
        now = {"settings": office.settings, "now": office.now}
        assert churn_table(**now) == []
        office.put("流失率.csv", CHURN)
        office.load()
        found = churn_table(**now)
        assert len(found) == 13
        assert found[0] == ChurnRow(0.04, (0.0, 0.0, 0.0))
        assert [row.rate for row in found] == sorted(row.rate for row in found)
        assert found[12].lost == (0.36, 0.24, 0.12)
        office.put("另一/流失率.csv", CHURN)
        office.load()
        with pytest.raises(ChurnTableShared):
            churn_table(**now)
        agreed = contract(dataset="流失率")
        plain = replace(agreed, extra=(), version="1.1.0")
        register_contract(contract=plain, accepted_by="tester", now=LATER)
        assert churn_table(**now) == found
