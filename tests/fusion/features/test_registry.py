from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.fusion.features.engine import NAMES
from tests.fusion.features.test_sources import agree_anew
from tests.fusion.features.trade import IN, OUT, Line, content

from shuxin.catalogue.api import Level, impact
from shuxin.fusion.features.library import FEATURES
from shuxin.fusion.features.registry import (
    FeatureUnknown,
    feature_named,
    record_feature_lineage,
    registered_features,
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


class TestFeatureNamed:
    def test_finds_each_by_its_name_alone(self) -> None:
        assert [feature_named(feature.name) for feature in FEATURES] == list(FEATURES)
        with pytest.raises(FeatureUnknown):
            feature_named("inv_out_amt_13m")

    def test_titles_differ_in_both_languages(self) -> None:
        assert len({feature.title.en for feature in FEATURES}) == len(FEATURES)
        assert len({feature.title.zh for feature in FEATURES}) == len(FEATURES)
