from __future__ import annotations

import pytest
from tests.catalogue.conftest import power_bill

from shuxin.catalogue.domain.contract import Field, FieldType, Meaning, QualityRule
from shuxin.catalogue.domain.validity import ContractInvalid


class TestName:
    @pytest.mark.parametrize(
        "name", ["电费", "注册资本(万元)", "a.b", "x_1", "é", "名" * 120, "50%{}"]
    )
    def test_may_be(self, name: str) -> None:
        assert Field(name, FieldType.STRING).name == name

    @pytest.mark.parametrize(
        "name",
        [
            *[
                "",
                " a",
                "a ",
                "_a",
                ".a",
                "-a",
                "a/b",
                "a\\b",
                'a"b',
                "a'b",
                "a`b",
                "a\nb",
                "a\x00b",
            ],
            *["a\u202eb", "a\u200bb", "e\u0301", "名" * 121, "a;b", "a:b", "\ud800", "a\u2028b"],
        ],
    )
    def test_may_not_be(self, name: str) -> None:
        with pytest.raises(ContractInvalid) as caught:
            Field(name, FieldType.STRING)
        assert caught.value.say("zh").encode()


class TestContract:
    def test_is_hashable_and_finds_fields(self) -> None:
        assert hash(power_bill()) == hash(power_bill())
        assert power_bill().field("amount").unit == "fen"
        with pytest.raises(KeyError):
            power_bill().field("nothing")

    @pytest.mark.parametrize(
        "changed",
        [
            {"fields": ()},
            {"key": ("nothing",)},
            {"key": ("account", "account")},
            {"known_time_field": "account"},
            {"lag_days": -1},
            {"version": "1.0"},
            {"version": "01.0.0"},
            {"title": "a\x00"},
            {"purposes": ("a", "a")},
            {"extra": (("a", "1"), ("a", "2"))},
            {"extra": (("dataGroup", "1"),)},
            {"fields": (*power_bill().fields, Field("ACCOUNT", FieldType.STRING))},
            {
                "fields": (
                    *power_bill().fields,
                    Field("c1", FieldType.STRING, meaning=Meaning.SUBJECT_CODE),
                    Field("c2", FieldType.STRING, meaning=Meaning.SUBJECT_CODE),
                )
            },
        ],
    )
    def test_that_contradicts_itself_is_refused(self, changed: dict[str, object]) -> None:
        with pytest.raises(ContractInvalid):
            power_bill(**changed)


class TestField:
    @pytest.mark.parametrize(
        "build",
        [
            lambda: Field("x", FieldType.STRING, code_table=("a",)),
            lambda: Field("x", FieldType.CODE, code_table=("a", "a")),
            lambda: Field("x", FieldType.STRING, rules=(QualityRule("in_range", 1, low=0),)),
            lambda: Field("x", FieldType.DATE, rules=(QualityRule("unique", 1),) * 2),
            lambda: QualityRule("fresh", 1),
            lambda: QualityRule("complete", 1.1),
            lambda: QualityRule("complete", float("nan")),
            lambda: QualityRule("complete", 1 / 3),
            lambda: QualityRule("complete", 1, low=0),
            lambda: QualityRule("in_range", 1),
            lambda: QualityRule("in_range", 1, low=2, high=1),
            lambda: QualityRule("in_range", 1, low=float("inf")),
        ],
    )
    def test_that_cannot_be_is_refused(self, build: object) -> None:
        with pytest.raises(ContractInvalid):
            build()  # type: ignore[operator]
