from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.bodies import HEX64, LARGEST_NUMBER, TO_THE_SECOND, Fields
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

FORM = re.compile(r"[a-c]{1,3}")
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.floats()
    | st.text("abc\n", max_size=4)
    | st.sampled_from(["2026-01-01", "2026-01-01T08:00:00+08:00", "2026-01-01T08:00:00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


class BodyWrong(InvalidInput):
    code = "body_wrong"
    what = Text(en="the field '{field}' is wrong", zh="字段“{field}”有误")
    mend = Text(en="Make it anew", zh="请重新生成")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def reading(value: object, *, moments: re.Pattern[str] | None = None) -> Fields:
    def wrong(field: str) -> BodyWrong:
        return BodyWrong(field=field)

    given_to_it = {"moments": moments} if moments else {}
    return Fields({"x": value}, wrong=wrong, **given_to_it)


def is_text(value: object) -> bool:
    return isinstance(value, str) and FORM.fullmatch(value) is not None


READS: dict[str, tuple[Callable[[Fields], object], Callable[[Any], bool]]] = {
    "string": (lambda body: body.string("x"), lambda value: type(value) is str),
    "matching": (lambda body: body.matching("x", FORM), is_text),
    "matching_or_empty": (
        lambda body: body.matching_or_empty("x", FORM),
        lambda value: value == "" or is_text(value),
    ),
    "all_matching": (
        lambda body: list(body.all_matching("x", FORM, most=2)),
        lambda value: (
            type(value) is list
            and 0 < len(value) < 3
            and all(map(is_text, value))
            and (len(value) == 1 or value[0] != value[1])
        ),
    ),
    "items": (
        lambda body: body.items("x", most=2),
        lambda value: type(value) is list and len(value) < 3,
    ),
    "number": (
        lambda body: body.number("x", low=2, high=9),
        lambda value: type(value) is int and value in range(2, 10),
    ),
    "number_of_any_size": (
        lambda body: body.number("x"),
        lambda value: type(value) is int and value >= 0,
    ),
    "flag": (lambda body: body.flag("x"), lambda value: type(value) is bool),
    "word": (lambda body: body.word("x", Colour), lambda value: value in ("red", "blue")),
    "moment": (
        lambda body: body.moment("x").isoformat(),
        lambda value: value == "2026-01-01T08:00:00+08:00",
    ),
    "day": (lambda body: body.day("x").isoformat(), lambda value: value == "2026-01-01"),
}


class TestFields:
    @pytest.mark.parametrize("read", READS)
    @given(value=anything | st.sampled_from(["red", "blue", ["a", "b"], ["a", "a"], ["a", 1]]))
    def test_gives_what_has_the_form_and_refuses_the_rest_by_name(
        self, read: str, value: object
    ) -> None:
        reads, is_right = READS[read]
        if is_right(value):
            assert reads(reading(value)) == value
        else:
            with pytest.raises(BodyWrong) as refused:
                reads(reading(value))
            assert refused.value.facts == {"field": "x"}

    @pytest.mark.parametrize("value", [None, 1, "x", ["x"], [("x", 1)]], ids=str)
    def test_an_object_it_is_or_refused_without_a_name(self, value: object) -> None:
        with pytest.raises(BodyWrong) as refused:
            Fields(value, wrong=lambda field: BodyWrong(field=field))
        assert refused.value.facts == {"field": ""}

    @given(
        st.dictionaries(st.text("xy", max_size=2), st.none()),
        st.frozensets(st.text("xy", max_size=2)),
    )
    def test_all_the_fields_and_no_other(
        self, values: dict[str, None], names: frozenset[str]
    ) -> None:
        body = Fields(values, wrong=lambda field: BodyWrong(field=field))
        if set(values) == names:
            body.only(names)
            assert body.odd(names) is None
        else:
            with pytest.raises(BodyWrong) as refused:
                body.only(names)
            first = min((set(values) | names) - (set(values) & names))
            assert refused.value.facts == {"field": first} == {"field": body.odd(names)}

    def test_a_field_without_a_name_is_too_much(self) -> None:
        body = Fields({"x": 1, "": 2}, wrong=lambda field: BodyWrong(field=field))
        with pytest.raises(BodyWrong):
            body.only({"x"})

    def test_repeats_no_more_than_forty_signs_of_a_strangers_name(self) -> None:
        body = Fields({"y" * 90: 1}, wrong=lambda field: BodyWrong(field=field))
        assert body.odd(frozenset()) == "y" * 40

    @pytest.mark.parametrize("value", ["a" * 63, "a" * 65, "A" * 64, "a" * 64 + "\n"])
    def test_a_form_holds_from_end_to_end(self, value: str) -> None:
        assert reading("a" * 64).matching("x", HEX64) == "a" * 64
        with pytest.raises(BodyWrong):
            reading(value).matching("x", HEX64)

    @pytest.mark.parametrize("value", [-1, LARGEST_NUMBER + 1, True, 1.0, "1"], ids=repr)
    def test_numbers_are_whole_not_negative_and_exact_in_json(self, value: object) -> None:
        assert reading(LARGEST_NUMBER).number("x") == (1 << 53) - 1
        assert reading(0).number("x") == 0
        with pytest.raises(BodyWrong):
            reading(value).number("x")


class TestMoments:
    @pytest.mark.parametrize(
        "text",
        ["1899-12-31T23:59:59+00:00", "9000-01-01T00:00:00+00:00", "0001-01-01T00:00:00+08:00"],
    )
    def test_lie_far_from_the_ends_of_the_calendar_unless_the_reader_judges(
        self, text: str
    ) -> None:
        with pytest.raises(BodyWrong):
            reading(text).moment("x")
        every = range(dt.MINYEAR, dt.MAXYEAR + 1)
        assert reading(text).moment("x", years=every) == dt.datetime.fromisoformat(text)

    @pytest.mark.parametrize(
        "text",
        [
            "2026-01-01T08:00:00.5+08:00",
            "2026-01-01 08:00:00+08:00",
            "20260101T080000+0800",
            "2026-01-01T08:00:00Z",
        ],
    )
    def test_have_one_spelling_where_the_reader_asks_for_it(self, text: str) -> None:
        assert reading(text).moment("x") == dt.datetime.fromisoformat(text)
        with pytest.raises(BodyWrong):
            reading(text, moments=TO_THE_SECOND).moment("x")
        said = "2026-01-01T08:00:00+08:00"
        assert reading(said, moments=TO_THE_SECOND).moment("x").isoformat() == said

    @pytest.mark.parametrize(
        "text",
        [
            "2026-01-01T08:00:00",
            "2026-02-30T08:00:00+08:00",
            "2026-01-01T24:00:01+08:00",
            "2026-01-01T08:00:00+99:99",
            "\uff12\uff10\uff12\uff16-01-01T08:00:00+08:00",
        ],
    )
    def test_without_offset_or_off_the_calendar_are_none(self, text: str) -> None:
        for body in (reading(text), reading(text, moments=TO_THE_SECOND)):
            with pytest.raises(BodyWrong):
                body.moment("x")
