from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import uscc
from tests.fusion.features.engine import NAMES
from tests.fusion.features.test_sources import agree_anew
from tests.fusion.features.trade import IN, OUT, Line, content

from shuxin.catalogue.api import Level, PersonalClass, impact
from shuxin.fusion.features.graph import NEIGHBOUR_FEATURES
from shuxin.fusion.features.library import FEATURES
from shuxin.fusion.features.registry import (
    FeatureUnknown,
    feature_named,
    record_feature_lineage,
    registered_features,
    registered_neighbour_features,
)

if TYPE_CHECKING:
    from tests.fusion.conftest import Installation


def levels(office: Installation) -> dict[str, int]:
    found = registered_features(now=office.now)
    return {
        each.feature.name: int(each.grade.level)
        for each in found
        if each.grade and each.feature.name in NAMES
    }


def sent(office: Installation, *files: str) -> None:
    lines = [Line(n, 1, 1, dt.date(2024, 3, 9), 100, None) for n in range(1, 21)]
    for file in files:
        office.put(file, content(file, lines))
    office.load()


@pytest.mark.django_db
class TestRegisteredFeatures:
    def test_without_data_have_neither_fields_nor_grade(self, office: Installation) -> None:
        found = registered_features(now=office.now)
        assert [each.feature for each in found] == list(FEATURES)
        assert {(each.fields, each.grade) for each in found} == {((), None)}

    def test_rise_with_the_fields_that_they_are_made_of_and_no_others_do(
        self, office: Installation
    ) -> None:
        sent(office, OUT, IN)
        before = {each.feature.name: each for each in registered_features(now=office.now)}
        assert levels(office) == dict.fromkeys(NAMES, 3)
        for field in ("tax", "net"):
            agree_anew({"level": Level.L4}, field=field)
            reading = {n for n in NAMES if ("销项发票", field) in before[n].fields}
            raised = {name for name, level in levels(office).items() if level == 4}
            assert raised == reading | ({"inv_out_tax_rate_12m", "vat_burden_12m"})
            agree_anew({"level": Level.L3}, field=field)
        assert "inv_out_amt_12m" in reading
        assert not any(name.startswith("inv_in_") for name in reading)

    def test_name_the_fields_that_a_reader_would_name(self, office: Installation) -> None:
        sent(office, OUT)
        by_name = {each.feature.name: each for each in registered_features(now=office.now)}
        amount = {field for _, field in by_name["inv_out_amt_12m"].fields}
        assert "net" in amount
        assert not amount & {"tax", "total", "party", "subject_name", "invoice_no"}
        assert "total" in {field for _, field in by_name["inv_out_round_share_12m"].fields}
        assert "tax" in {field for _, field in by_name["vat_burden_12m"].fields}
        assert by_name["inv_in_amt_12m"].fields == ()
        assert by_name["inv_in_amt_12m"].grade is None

    def test_are_on_the_data_map_once_recorded(self, office: Installation) -> None:
        sent(office, OUT)
        record_feature_lineage(now=office.now)
        reached = {column.column for column in impact(dataset="销项发票", field="tax")}
        assert {"inv_out_tax_rate_12m", "vat_burden_12m"} <= reached


@pytest.mark.django_db
class TestRegisteredNeighbourFeatures:
    def test_without_data_have_neither_fields_nor_grade(self, office: Installation) -> None:
        found = registered_neighbour_features(now=office.now)
        assert [each.feature for each in found] == list(NEIGHBOUR_FEATURES)
        assert {(each.fields, each.grade) for each in found} == {((), None)}

    def test_name_the_fields_here_and_rise_with_them(self, office: Installation) -> None:
        sent(office, OUT)
        found = {each.feature.name: each for each in registered_neighbour_features(now=office.now)}
        told = {name for name, each in found.items() if each.fields}
        assert told == {name for name, each in found.items() if "sales" in each.feature.asks}
        assert {field for _, field in found["two_way_12m"].fields} >= {"party", "net", "issued_on"}
        assert {dataset for dataset, _ in found["two_way_12m"].fields} == {"销项发票"}
        agree_anew({"level": Level.L4}, field="party")
        risen = {
            each.feature.name
            for each in registered_neighbour_features(now=office.now)
            if each.grade and each.grade.level == Level.L4
        }
        assert risen == told

    def test_say_that_a_shared_head_is_personal(self, office: Installation) -> None:
        header = ["统一社会信用代码", "企业名称", "证件标识", "职务", "任职起"]
        rows = [
            [uscc(n), f"北京第{n}建材有限公司", f"{n % 7:032x}", "法定代表人", f"2024-03-{n:02}"]
            for n in range(1, 29)
        ]
        office.put("主要人员.csv", [header, *rows])
        office.load()
        found = {each.feature.name: each for each in registered_neighbour_features(now=office.now)}
        grade = found["head_others"].grade
        assert grade is not None
        assert (grade.level, grade.personal) == (Level.L3, PersonalClass.C2)
        assert found["addr_others"].grade is None


class TestFeatureNamed:
    def test_finds_each_by_its_name_alone(self) -> None:
        assert [feature_named(feature.name) for feature in FEATURES] == list(FEATURES)
        with pytest.raises(FeatureUnknown):
            feature_named("inv_out_amt_13m")

    def test_titles_differ_in_both_languages(self) -> None:
        assert len({feature.title.en for feature in FEATURES}) == len(FEATURES)
        assert len({feature.title.zh for feature in FEATURES}) == len(FEATURES)
