"""What an authorised permit lets through, and nothing beyond it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.fusion.conftest import Installation, uscc
from tests.fusion.features.trade import OUT, Line, content, permit, resolve

from shuxin.catalogue.api import (
    Level,
    PersonalClass,
    Sharing,
    contract,
    next_version,
    register_contract,
)
from shuxin.consent.api import Ground, Permit
from shuxin.fusion.features.sources import source_table
from shuxin.fusion.findings import connect
from shuxin.fusion.portrait import portrait

if TYPE_CHECKING:
    from shuxin.fusion.portrait import Portrait

FIRM, OTHER = uscc(1), uscc(2)
DATASET = "销项发票"
DAYS = [dt.date(2024, month, 9) for month in (1, 2, 3)]
LATER = dt.datetime(2024, 5, 2, tzinfo=dt.UTC)


@pytest.fixture
def traded(office: Installation) -> Installation:
    """Two firms, three invoices each, one a month."""
    lines = [Line(n, 1 + n % 2, 1, DAYS[n % 3], 100 * n, None) for n in range(1, 7)]
    office.put(OUT, content(OUT, lines))
    office.load()
    resolve(office)
    return office


def authorised(**changed: Any) -> Permit:
    """As for another party: this dataset, February and March, no personal fields."""
    plain: dict[str, Any] = {
        "ground": Ground.AUTHORISATION,
        "catalogues": frozenset({DATASET}),
        "data_from": dt.date(2024, 2, 1),
        "data_to": dt.date(2024, 4, 1),
        "personal": False,
    }
    return replace(permit(FIRM), **plain | changed).with_seal()


def seen(office: Installation, leave: Permit) -> Portrait:
    return portrait(FIRM, permit=leave, settings=office.settings)


def days_read(office: Installation, leave: Permit) -> list[dt.date]:
    """Event days of the rows that features would read."""
    table = source_table(
        connect(),
        standard="invoice_out",
        settings=office.settings,
        permits=[leave],
        now=office.now,
        entities=frozenset({FIRM}),
    )
    return [] if table is None else sorted(table.to_pyarrow()["issued_on"].to_pylist())


def mark(field: str, **changed: Any) -> None:
    agreed = contract(dataset=DATASET)
    fields = tuple(replace(f, **changed) if f.name == field else f for f in agreed.fields)
    new = replace(agreed, fields=fields)
    new = replace(new, version=next_version(old=agreed, new=new))
    register_contract(contract=new, accepted_by="tester", now=LATER)


class TestAuthorisedPermit:
    def test_lets_through_the_period_it_names(self, traded: Installation) -> None:
        (chapter,) = seen(traded, authorised()).chapters
        assert {fact.happened for fact in chapter.facts} == {*DAYS[1:]}
        assert days_read(traded, authorised()) == DAYS[1:]
        assert days_read(traded, permit(FIRM)) == DAYS

    def test_lets_through_no_other_dataset(self, traded: Installation) -> None:
        leave = authorised(catalogues=frozenset({"other"}))
        found = seen(traded, leave)
        assert (found.chapters, found.aliases, found.relations, found.history) == ((), (), (), ())
        assert days_read(traded, leave) == []

    def test_withholds_personal_fields_and_those_shared_with_nobody(
        self, traded: Installation
    ) -> None:
        mark("party", personal=PersonalClass.C2)
        (chapter,) = seen(traded, authorised()).chapters
        assert "party" in chapter.withheld
        (chapter,) = seen(traded, authorised(personal=True)).chapters
        assert "party" not in chapter.withheld
        mark("party", sharing=Sharing.WITHHELD)
        (chapter,) = seen(traded, authorised(personal=True)).chapters
        assert "party" in chapter.withheld
        (chapter,) = seen(traded, permit(FIRM)).chapters
        assert "party" not in chapter.withheld

    def test_leaves_hidden_columns_of_features_empty(self, traded: Installation) -> None:
        mark("party", personal=PersonalClass.C2)
        for leave, empty in ((authorised(), True), (authorised(personal=True), False)):
            table = source_table(
                connect(), standard="invoice_out", settings=traded.settings, permits=[leave],
                now=traded.now, entities=frozenset({FIRM}),
            )  # fmt: skip
            assert table is not None
            parties = set(table.to_pyarrow()["party"].to_pylist())
            assert (parties == {None}) is empty

    def test_withholds_fields_above_its_level(self, traded: Installation) -> None:
        mark("net", level=Level.L2)
        (chapter,) = seen(traded, authorised(highest_level=2)).chapters
        assert "tax" in chapter.withheld
        assert all("tax" not in fact.values for fact in chapter.facts)

    def test_withholds_what_the_subject_disputes(self, traded: Installation) -> None:
        held = authorised(withheld=frozenset({(FIRM, DATASET, "tax"), (OTHER, DATASET, "net")}))
        (chapter,) = seen(traded, held).chapters
        assert "tax" in chapter.withheld
        assert "net" not in chapter.withheld
        assert days_read(traded, held) == []

    def test_reads_nothing_that_was_erased(self, traded: Installation) -> None:
        gone = authorised(withheld=frozenset({(FIRM, DATASET, "*")}))
        found = seen(traded, gone)
        assert (found.chapters, found.aliases) == ((), ())
        assert days_read(traded, gone) == []
