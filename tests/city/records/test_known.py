"""What no row may tell before it can be known: days that come later, and what becomes of a firm."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.city.records.towns import DAY, SEED, UNTIL, drawn, plain, town

from shuxin.city.catalogues import CATALOGUES, OUTSIDE, FieldKind
from shuxin.city.records.coded import recipes
from shuxin.city.records.coded.days import STARTS, chosen, day_of
from shuxin.city.records.coded.docket import docket
from shuxin.city.records.drawn import NO_DAY, Block, blocks
from shuxin.city.records.table import Table

if TYPE_CHECKING:
    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.register import Register
    from shuxin.city.records.views import Views
    from shuxin.city.world.world import World

PROMISED = frozenset({
    "to", "due", "term", "valid_to", "due_on", "next_due", "expire_date", "subscribe_due", "start_due", "term_to",
    "notice_to", "insured_to", "annual_check_to", "permitted_to", "granted_to", "agreed_to", "lease_to", "loaned_to",
    "occupied_to", "set_to", "resumes_on", "reviewed_on", "filing_deadline",
})  # fmt: skip
"""Until when something holds, or when it is due: said when it begins."""
NO_PROMISES = {("shareholders", "valid_to"), ("identifier_map", "valid_to")}
TWICE = {
    "shareholders": "valid_to", "market_penalties": "repair_date", "equity_pledges": "cancel_date",
    "estate_mortgages": "cancelled",
}  # fmt: skip
CHANGED = 40
FORESEEN = 3
"""Months before a default in which something is already unpaid."""


def days_of(catalogue: Catalogue) -> list[str]:
    kinds = {FieldKind.DATE, FieldKind.MONTH, FieldKind.TIME}
    return [
        one.name
        for one in catalogue.fields
        if one.kind in kinds
        and (one.name not in PROMISED or (catalogue.slug, one.name) in NO_PROMISES)
    ]


def told_before(register: Register, views: Views, catalogue: Catalogue) -> list[str]:
    """Columns with a time later than that at which the row was known."""
    recipe = recipes().get(catalogue.slug)
    table = Table(register=register, views=views, catalogue=catalogue, recipe=recipe)
    rows = table.clean(blocks(register.world)[0])
    known = rows.known
    found = []
    for name in days_of(catalogue):
        column = rows.columns[name]
        there = np.asarray(column.is_valid())
        if catalogue_time(catalogue, name):
            second = np.asarray(pc.fill_null(column.view("int64"), 0)) // 1000
        else:
            second = np.asarray(pc.fill_null(column.view("int32"), 0)).astype(np.int64) * DAY
        if (there & (second > known)).any():
            found.append(f"{catalogue.slug}.{name}")
    return found


def catalogue_time(catalogue: Catalogue, name: str) -> bool:
    return next(one for one in catalogue.fields if one.name == name).kind is FieldKind.TIME


class TestEveryCatalogue:
    def test_has_no_day_later_than_its_row_was_known(self, few: Register, few_views: Views) -> None:
        found = [told_before(few, few_views, one) for one in (*CATALOGUES, *OUTSIDE)]
        assert [name for names in found for name in names] == []


class TestEnds:
    @pytest.mark.parametrize(("slug", "end"), TWICE.items())
    def test_are_told_of_in_a_second_row_after_them(self, slug: str, end: str) -> None:
        rows = drawn(slug)
        assert rows.known is not None
        day = rows.values[end]
        over = day != NO_DAY
        assert over.sum() > 10
        assert (rows.known[over] >= day[over].astype(np.int64) * DAY).all()
        assert (rows.known[over] <= (np.maximum(day[over], rows.day[over] + 30) + 8) * DAY).all()
        firsts = set(zip(rows.firm[~over].tolist(), rows.day[~over].tolist(), strict=True))
        assert set(zip(rows.firm[over].tolist(), rows.day[over].tolist(), strict=True)) <= firsts

    def test_of_pledges_and_movables_change_their_status_then(self) -> None:
        rows = drawn("equity_pledges")
        assert (rows.values["status"][rows.values["cancel_date"] == NO_DAY] == 0).all()
        rows = drawn("movable_mortgages")
        off = plain(rows.values["status"])
        assert rows.known is not None
        gone = np.array(off) == max(off)
        assert gone.sum() > 100
        assert (rows.known[gone] > rows.values["to"][gone].astype(np.int64) * DAY).all()

    def test_of_terms_are_known_when_they_begin_those_of_heads_are_not(self) -> None:
        rows = drawn("key_persons")
        head = rows.values["is_legal_representative"]
        assert (rows.values["to"][~head] == rows.day[~head] + 1_095).all()
        over = head & (rows.values["to"] != NO_DAY)
        assert over.sum() > 10
        assert rows.known is not None
        assert (rows.known[over] > rows.values["to"][over].astype(np.int64) * DAY).all()


class TestGuarantees:
    def test_begin_when_both_sides_are_there(self) -> None:
        founded = town().firms.founded
        for slug in ("guarantee_relations", "annual_report_guarantees"):
            rows = drawn(slug)
            both = np.maximum(founded[rows.firm], founded[rows.values["debtor"]])
            assert (rows.day > both).all(), slug
            ended = np.where(town().ended >= 0, town().ended, UNTIL)[rows.firm]
            assert (rows.day < ended).all(), slug

    def test_are_in_the_report_of_a_year_by_whose_end_one_was_given(self) -> None:
        rows, told = drawn("guarantee_relations"), drawn("annual_reports")
        first = np.full(town().count, UNTIL)
        np.minimum.at(first, rows.firm, rows.day)
        year_end = told.day + 366
        says = told.values["guarantee_flag"]
        assert says.sum() > 20
        assert (first[told.firm[says]] < year_end[says]).all()
        assert (first[told.firm[~says]] >= year_end[~says] - 1).all()


class TestCourt:
    def test_takes_nobody_for_failed_before_it_happened(self) -> None:
        cases = docket(town())
        failed = cases.failure >= 0
        assert failed.sum() > 100
        assert (day_of(cases.failure[failed] + 1.0) <= cases.judged[failed]).all()


def otherwise(world: World) -> World:
    """The same until month 40, with the same debts; then the money is another firm's."""
    columns = {}
    for name in world.money.__dataclass_fields__:
        column = np.array(getattr(world.money, name))
        if column.ndim == 2 and not name.startswith("debt"):
            column[:, CHANGED:] = np.roll(column[:, CHANGED:], 1, axis=0)
        columns[name] = column
    return replace(world, outcome=replace(world.outcome, money=replace(world.money, **columns)))


def without_failures(world: World) -> World:
    """And nobody fails who does not within three months."""
    outcome = world.outcome
    later = outcome.failed >= CHANGED + FORESEEN
    failed = np.where(later, -1, outcome.failed).astype(np.int16)
    return replace(world, outcome=replace(outcome, failed=failed, by_loan=outcome.by_loan & ~later))


@lru_cache(maxsize=1)
def other_town() -> World:
    return otherwise(town())


@lru_cache(maxsize=1)
def better_town() -> World:
    return otherwise(without_failures(town()))


class TestWhatComesLater:
    """Rows known before a month are the same, whatever happens from it on."""

    @pytest.mark.parametrize(
        "slug",
        ["annual_reports", "market_penalties", "equity_pledges", "power_bills", "loan_ledger", "labour_disputes",
         "medical_unit_months", "enterprise_credit_reports", "judgments", "enforcements"],
    )  # fmt: skip
    def test_changes_nothing(self, slug: str) -> None:
        assert early(better_town(), slug) == early(town(), slug)

    @pytest.mark.parametrize("slug", ["vat_returns", "tax_violations"])
    def test_changes_no_tax_but_by_the_size_of_its_register(self, slug: str) -> None:
        assert early(other_town(), slug) == early(town(), slug)

    def test_changes_no_approval(self) -> None:
        """Amounts and heads are counted back from the last ones, so they are left out."""
        one, other = (early(world, "change_log") for world in (town(), better_town()))
        assert one[:2] == other[:2]
        assert one[2]["item"] == other[2]["item"]


def early(world: World, slug: str) -> tuple[list[int], list[int], dict[str, list[Any]]]:
    """Firms, days and values of rows known before month 40."""
    rows = recipes()[slug](world, Block(seed=SEED, number=0, first=0, stop=world.count))
    assert rows.known is not None
    known = np.flatnonzero(rows.known < STARTS[CHANGED] * DAY)
    values = {name: plain(chosen(column, known)) for name, column in rows.values.items()}
    return rows.firm[known].tolist(), rows.day[known].tolist(), values
