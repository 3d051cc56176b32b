import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shuxin.kernel.identity_number import (
    IdentityNumber,
    IdentityNumberCheckFails,
    IdentityNumberDateImpossible,
    InvalidIdentityNumber,
    find_identity_numbers,
    identity_check,
)

bodies = st.builds(
    lambda born, sequence: f"349901{born:%Y%m%d}{sequence:03}",
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)),
    st.integers(0, 999),
)
numbers = bodies.map(lambda body: body + identity_check(body))


def spelled_out_check(body: str) -> str:
    """ISO 7064 MOD 11-2, from which GB 11643 takes its check."""
    total = 0
    for digit in body:
        total = (total + int(digit)) * 2
    value = (12 - total % 11) % 11
    return "X" if value == 10 else str(value)


class TestIdentityNumber:
    @pytest.mark.parametrize(
        ("text", "sex"),
        [
            ("349901198503070018", "male"),
            ("349902199912310124", "female"),
            ("349903200002298885", "female"),
        ],
    )
    def test_known_numbers(self, text: str, sex: str) -> None:
        number = IdentityNumber(text)
        assert number.reveal() == text
        assert number.sex == sex
        assert number.region_code == text[:6]
        assert f"{number.birth_date:%Y%m%d}" == text[6:14]

    @given(bodies)
    def test_check_is_iso_7064_mod_11_2(self, body: str) -> None:
        assert identity_check(body) == spelled_out_check(body)

    @given(numbers)
    def test_prints_masked_everywhere(self, text: str) -> None:
        number = IdentityNumber(text)
        shown = f"{number} {number!r} {number!s} {[number]} {vars_of(number)}"
        assert text not in shown
        assert text[6:14] not in shown
        assert str(number) == f"{text[:6]}********{text[14:]}"

    @given(numbers, st.integers(0, 16), st.sampled_from("123456789"))
    def test_detects_any_wrong_digit(self, text: str, place: int, digit: str) -> None:
        assume(text[place] != digit)
        with pytest.raises((IdentityNumberCheckFails, IdentityNumberDateImpossible)):
            IdentityNumber(text[:place] + digit + text[place + 1 :])

    @pytest.mark.parametrize("born", ["19850230", "20230229", "19851301", "00000101"])
    def test_impossible_date_is_an_error(self, born: str) -> None:
        body = f"349901{born}001"
        with pytest.raises(IdentityNumberDateImpossible):
            IdentityNumber(body + identity_check(body))

    def test_residence_permit_has_the_same_layout(self) -> None:
        body = "81000019900101001"
        assert IdentityNumber(body + identity_check(body)).region_code == "810000"

    @pytest.mark.parametrize("text", ["", "34990119850307001", "34990119850307001x", "0" * 18])
    def test_wrong_shape_is_an_error(self, text: str) -> None:
        with pytest.raises(InvalidIdentityNumber):
            IdentityNumber(text)

    def test_equal_numbers_are_one_key(self) -> None:
        same = [IdentityNumber("349901198503070018") for _ in range(2)]
        assert len(set(same)) == 1

    @given(numbers)
    def test_errors_never_show_the_number(self, text: str) -> None:
        wrong = text[:17] + ("0" if text[17] != "0" else "1")
        with pytest.raises(IdentityNumberCheckFails) as caught:
            IdentityNumber(wrong)
        assert wrong not in repr(caught.value) + caught.value.say("zh")


def vars_of(number: IdentityNumber) -> str:
    """What an object printer of logs would show."""
    return str(getattr(number, "__dict__", {}))


class TestFindIdentityNumbers:
    @given(numbers, st.text(st.characters(exclude_categories=["Nd"]), max_size=5))
    def test_finds_it_between_other_text(self, text: str, other: str) -> None:
        whole = f"{other}{text}{other}"
        (found,) = find_identity_numbers(whole)
        assert whole[found.start : found.end] == text
        assert found.number == IdentityNumber(text)

    @given(numbers, st.sampled_from("0123456789"))
    def test_never_inside_a_longer_run_of_digits(self, text: str, digit: str) -> None:
        assert find_identity_numbers(digit + text) == ()
        if text[17] != "X":
            assert find_identity_numbers(text + digit) == ()

    @pytest.mark.parametrize(
        "whole",
        [
            "349901 19850307 0018",
            "349901-19850307-0018",
            "身份证号３４９９０１１９８５０３０７００１８。",
            "经营者张某（349901198503070018）",
            "349901198503070018,13800000000",
        ],
    )
    def test_spellings(self, whole: str) -> None:
        (found,) = find_identity_numbers(whole)
        assert found.number.reveal() == "349901198503070018"

    def test_small_x_is_read(self) -> None:
        body = next(b for n in range(1000) if identity_check(b := f"34990119850307{n:03}") == "X")
        assert len(find_identity_numbers(f"{body}x")) == 1

    @pytest.mark.parametrize("whole", ["", "349901198503070019", "349901198502300018", "91349901"])
    def test_wrong_numbers_are_not_found(self, whole: str) -> None:
        assert find_identity_numbers(whole) == ()
