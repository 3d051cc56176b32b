"""The 305 catalogues are those of DOMAIN 2.1-2.3, and are declared so that rows can be made of them."""

from __future__ import annotations

from collections import Counter
from graphlib import TopologicalSorter
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from tests.city.catalogues.domain_tables import TABLES

from shuxin.catalogue.api import Level, PersonalClass, Sharing
from shuxin.city.catalogues import (
    CATALOGUES,
    CODE_TABLES,
    COMMON_FIELDS,
    DEPARTMENTS,
    HOLDERS,
    OUTSIDE,
    READERS,
    FieldKind,
    RowsKind,
    SourceKind,
    phrases_of,
)
from shuxin.city.catalogues.declaration import TIMES, WORLD_COLUMNS
from shuxin.city.catalogues.phrases import PHRASES

if TYPE_CHECKING:
    from shuxin.city.catalogues import Catalogue

ALL = (*CATALOGUES, *OUTSIDE)
FIELDS = [(one, field) for one in ALL for field in one.fields]
QUANTITIES = {FieldKind.INTEGER, FieldKind.FEN, FieldKind.NUMBER, FieldKind.RATIO_PPM}
SHARING = {"U": Sharing.UNCONDITIONAL, "C": Sharing.CONDITIONAL, "N": Sharing.WITHHELD}
WITHIN = 0.01


def doubled(words: list[str]) -> list[str]:
    return [word for word, times in Counter(words).items() if times > 1]


def alike(one: Catalogue, other: Catalogue) -> float:
    """Share of the own fields of both that both have."""
    a, b = ({field.name for field in each.own_fields} for each in (one, other))
    return len(a & b) / len(a | b)


class TestDepartments:
    def test_are_34_with_305_catalogues_and_216_million_records(self) -> None:
        assert len(DEPARTMENTS) == 34
        assert sum(one.catalogues for one in DEPARTMENTS.values()) == len(CATALOGUES) == 305
        budget = sum(one.budget_millions for one in DEPARTMENTS.values())
        assert budget == pytest.approx(216.35)

    @pytest.mark.parametrize("code", DEPARTMENTS)
    def test_have_the_catalogues_and_records_that_are_allotted(self, code: str) -> None:
        own = [one for one in CATALOGUES if one.department == code]
        assert [one.code for one in own] == [
            f"{code}-{number:02}" for number in range(1, DEPARTMENTS[code].catalogues + 1)
        ]
        rows = sum(one.rows.budget_millions for one in own)
        assert rows == pytest.approx(DEPARTMENTS[code].budget_millions, rel=WITHIN)

    def test_other_holders_are_named(self) -> None:
        assert {one.department for one in OUTSIDE} == set(HOLDERS)


class TestNames:
    def test_stand_once(self) -> None:
        assert doubled([one.slug for one in ALL]) == []
        assert doubled([one.name.zh for one in ALL]) == []
        assert doubled([one.name.en for one in ALL]) == []

    def test_of_fields_stand_once_and_not_for_the_common_ones(self) -> None:
        for one in ALL:
            assert doubled([*COMMON_FIELDS, *(field.name for field in one.fields)]) == [], one.code
            assert doubled([field.zh for field in one.fields]) == [], one.code


class TestFields:
    def test_are_five_of_its_own_beside_subject_and_times(self) -> None:
        assert [one.code for one in ALL if len(one.own_fields) < 5] == []

    def test_one_is_the_event_time(self) -> None:
        for one in ALL:
            assert [field for field in one.fields if field.is_event] == [one.event], one.code
            assert one.event.kind in TIMES, one.code
            assert not one.event.nullable, one.code

    def test_are_not_those_of_another_catalogue(self) -> None:
        """Penalties of different departments share what DOMAIN gives them, and each has something of its own."""
        near = [
            (one.code, other.code)
            for one, other in combinations(CATALOGUES, 2)
            if alike(one, other) > (0.75 if one.table == other.table == "T12" else 0.6)
        ]
        assert near == []

    def test_of_persons_have_level_3_at_least(self) -> None:
        personal = [field for _, field in FIELDS if field.pi is not PersonalClass.NONE]
        assert personal
        assert all(field.level >= Level.L3 for field in personal)
        assert all(
            field.pi >= PersonalClass.C2 for _, field in FIELDS if "person_hmac" in field.kind
        )

    def test_have_no_lower_level_than_their_catalogue(self) -> None:
        assert all(one.level <= field.level <= Level.L5 for one, field in FIELDS)

    def test_measured_ones_have_a_unit(self) -> None:
        bare = [
            (one.code, field.name)
            for one, field in FIELDS
            if (field.unit == "") == (field.kind in QUANTITIES)
        ]
        assert bare == []

    def test_flags_have_a_share_between_none_and_all(self) -> None:
        flags = [field.source for _, field in FIELDS if field.kind is FieldKind.FLAG]
        assert all(source.kind is SourceKind.SHARE and 0 < source.low < 1 for source in flags)

    def test_that_not_all_rows_have_may_be_missing_or_0(self) -> None:
        for one, field in FIELDS:
            assert 0 < field.source.share <= 1, (one.code, field.name)
            whole = field.source.share == 1
            assert whole or field.nullable or field.kind in QUANTITIES, (one.code, field.name)
            assert not (whole and field.nullable), (one.code, field.name)

    def test_bounds_are_in_order(self) -> None:
        assert [(o.code, f.name) for o, f in FIELDS if f.source.low > f.source.high] == []

    def test_made_of_another_refer_to_a_quantity_and_never_in_a_circle(self) -> None:
        for one in ALL:
            kinds = {field.name: field.kind for field in one.fields}
            made = [field for field in one.fields if field.source.kind is SourceKind.FIELD]
            of = {field.name: {field.source.column} for field in made}
            assert all(kinds[field.source.column] in QUANTITIES for field in made), one.code
            assert set(of) <= set(TopologicalSorter(of).static_order()), one.code

    def test_are_made_of_columns_that_the_world_has_and_quality_is_none(self) -> None:
        for one, field in FIELDS:
            columns = WORLD_COLUMNS.get(field.source.kind)
            assert columns is None or field.source.column in columns, (one.code, field.name)
        assert not any("quality" in columns for columns in WORLD_COLUMNS.values())

    def test_of_free_text_have_phrases_and_every_phrase_is_used(self) -> None:
        words = [(one, f.name) for one, f in FIELDS if f.source.kind is SourceKind.WORDS]
        assert all(len(phrases_of(one.code, name)) >= 2 for one, name in words)
        used = {
            key for one, name in words for key in (f"{one.code}.{name}", name) if key in PHRASES
        }
        assert used == set(PHRASES)


class TestCodeTables:
    def test_that_are_used_are_there_and_that_are_there_are_used(self) -> None:
        used = {field.code_table for _, field in FIELDS if field.kind is FieldKind.CODE}
        assert used == set(CODE_TABLES)
        assert {field.code_table for _, field in FIELDS if field.kind is not FieldKind.CODE} == {""}

    def test_have_words_in_both_languages(self) -> None:
        for table in CODE_TABLES.values():
            assert len(table.codes) >= 2, table.name
            assert doubled([code.zh for code in table.codes]) == []
            assert all(code.en and not code.zh.isascii() for code in table.codes), table.name


class TestTables:
    """Of DOMAIN 2.3."""

    @pytest.mark.parametrize("line", TABLES.replace("\\\n", "").strip().splitlines(), ids=str.split)
    def test_have_the_fields_sharing_and_level_of_the_reference(self, line: str) -> None:
        table, sharing, level, *names = line.split()
        declared = [one for one in ALL if one.table == table]
        assert declared
        for one in declared:
            assert set(names) <= {field.name for field in one.fields}
            assert one.share is SHARING[sharing]
            assert one.level == int(level)

    def test_are_94_and_the_5_supporting_ones(self) -> None:
        tables = {f"T{number:02}" for number in range(1, 95)} | {f"T-M0{n}" for n in range(1, 6)}
        assert {one.table for one in ALL} - {""} == tables

    def test_that_all_departments_issue_are_issued_by_many(self) -> None:
        issued = Counter(one.table for one in CATALOGUES)
        assert issued["T12"] >= 10
        assert issued["T13"] >= 5
        assert all(times == 1 for table, times in issued.items() if table not in {"", "T12", "T13"})


class TestSharing:
    def test_rows_of_persons_are_not_shared_and_are_graded_4(self) -> None:
        persons = [one for one in ALL if one.rows.kind is RowsKind.PERSON_PERIODIC]
        assert len(persons) == 3
        for one in persons:
            assert one.share is Sharing.WITHHELD
            assert one.level >= Level.L4
            assert one.subject_key == "person"


class TestReaders:
    def test_are_known(self) -> None:
        assert [(o.code, key) for o in ALL for key in o.read_by if key not in READERS] == []

    def test_at_least_150_catalogues_have_one(self) -> None:
        assert sum(bool(one.read_by) for one in CATALOGUES) >= 150

    def test_each_has_something_to_read(self) -> None:
        assert set(READERS) == {key for one in ALL for key in one.read_by}


class TestRows:
    def test_rate_times_units_times_years_is_the_budget(self) -> None:
        for one in ALL:
            rows, budget = one.rows, one.rows.budget_millions
            made = rows.units * rows.rate_per_year * rows.years
            assert made == pytest.approx(budget * 1e6), one.code
            assert rows.expected(2_000) == pytest.approx(budget * 1e4), one.code

    def test_units_are_no_more_than_the_city_has(self) -> None:
        """DOMAIN 9.1: 620,000 insured employees, 180,000 meters, of which 60,000 by day."""
        most = {"firm": 200_000, "person": 620_000, "meter": 180_000}
        for one in ALL:
            assert one.rows.units <= most.get(one.rows.per, 200_000), one.code
        daily = next(one.rows for one in ALL if one.slug == "power_days")
        assert daily.units == pytest.approx(60_000, rel=WITHIN)

    @pytest.mark.parametrize(
        ("slug", "first", "last"),
        [
            ("invoices_out", -6, -4),
            ("power_bills", -5, -3),
            ("power_days", -5, -3),
            ("si_unit_months", -4, -2),
            ("tax_credit_grades", -12, -6),
            ("case_filings", -3, 6),
            ("bank_flows", -3, -2),
            ("news_sentiment", -2, 0),
            ("enforcements", 4, 12),
            ("dishonest_list", 8, 18),
        ],
    )
    def test_signals_move_when_domain_9_6_says(self, slug: str, first: int, last: int) -> None:
        rows = next(one.rows for one in ALL if one.slug == slug)
        assert rows.quality_slope != 0
        assert first <= rows.lead_months <= last

    def test_worse_firms_have_fewer_sales_and_more_trouble(self) -> None:
        slopes = {one.slug: one.rows.quality_slope for one in ALL}
        assert slopes["invoices_out"] < 0 < slopes["enforcements"] < slopes["dishonest_list"]
