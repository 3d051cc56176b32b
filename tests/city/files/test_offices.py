from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.city.files.conftest import LARGE

from shuxin.catalogue.api import FieldType, Meaning, PersonalClass
from shuxin.city.files.offices import TABLES
from shuxin.city.scale import UNTIL

if TYPE_CHECKING:
    from shuxin.city.files.source import Source
    from shuxin.city.files.tables import Table

TIMES = {FieldType.DATE, FieldType.MONTH}
PLANNED = {("annual_report_guarantee", "to_date"), ("quality_certificate", "to_date")}
each = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.dataset)
each_made = pytest.mark.parametrize(
    "table",
    [pytest.param(one, marks=pytest.mark.soak) if one.dataset in LARGE else one for one in TABLES],
    ids=lambda table: table.dataset,
)


class TestTables:
    def test_come_from_eleven_departments_and_all_formats(self) -> None:
        assert len({table.department for table in TABLES}) == 11
        assert {table.form.kind.value for table in TABLES} == {
            "text", "xlsx", "xls", "parquet", "sqlite",
        }  # fmt: skip
        assert {table.form.encoding for table in TABLES} == {
            "utf-8", "utf-8-sig", "gb18030", "utf-16",
        }  # fmt: skip
        assert {table.form.delimiter for table in TABLES} == {",", ";", "|", "\t"}

    def test_have_names_of_their_own(self) -> None:
        assert len({table.dataset for table in TABLES}) == len(TABLES)
        places = {(t.department, t.form.file, t.form.table) for t in TABLES}
        assert len(places) == len(TABLES)

    @each
    def test_have_a_sound_contract(self, table: Table) -> None:
        contract = table.contract()
        known = {"rate_churn": "", "loan_application": "applied_on"}
        assert contract.known_time_field == known.get(table.dataset, "known_on")
        assert set(table.key) <= {field.name for field in contract.fields}
        meanings = [field.meaning for field in contract.fields]
        assert meanings.count(Meaning.SUBJECT_NAME) == (table.dataset != "rate_churn")
        for field in contract.fields:
            personal = field.meaning in {
                Meaning.PERSON_NAME, Meaning.IDENTITY_NUMBER, Meaning.PHONE,
            }  # fmt: skip
            assert not personal or (field.personal is PersonalClass.C2 and field.level >= 3)

    @each
    def test_merged_labels_span_all_columns(self, table: Table) -> None:
        spans = [span for _, span in table.form.groups]
        assert not spans or sum(spans) == len(table.columns)


@each_made
class TestRows:
    def test_are_typed_as_the_columns_say(self, table: Table, source: Source) -> None:
        python = {
            FieldType.MONEY: int, FieldType.INTEGER: int, FieldType.BOOLEAN: bool,
            FieldType.DATE: dt.date, FieldType.MONTH: dt.date, FieldType.NUMBER: float,
        }  # fmt: skip
        rows = table.rows(source)
        assert rows
        for row in rows:
            for column, value in zip(table.columns, row.values, strict=True):
                assert value is None or type(value) is python.get(column.type, str)
                assert value is not None or not column.required

    def test_tell_nothing_that_happens_after_they_are_known(
        self, table: Table, source: Source
    ) -> None:
        if not table.known_time:
            assert not any(column.type in TIMES for column in table.columns)
            return
        known = table.place(table.known_time)
        for row in table.rows(source):
            assert row.values[known] < UNTIL
            for column, value in zip(table.columns, row.values, strict=True):
                planned = (table.dataset, column.name) in PLANNED
                if column.type in TIMES and value is not None and not planned:
                    assert value <= row.values[known]

    def test_begin_when_the_firm_has_begun(self, table: Table, source: Source) -> None:
        event = next(
            (place for place, c in enumerate(table.columns) if c.meaning is Meaning.EVENT_TIME), -1
        )
        for row in table.rows(source):
            assert row.subject or table.dataset == "rate_churn"
            if not row.subject:
                continue
            assert row.values[event] >= source.founded[int(row.subject[1:])]

    def test_keys_are_unique_in_truth(self, table: Table, source: Source) -> None:
        places = [table.place(name) for name in table.key]
        keys = [tuple(row.values[place] for place in places) for row in table.rows(source)]
        assert len(set(keys)) == len(keys)
