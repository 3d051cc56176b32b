import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.phone import InvalidMobileNumber, MobileNumber, find_mobile_numbers

numbers = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


class TestMobileNumber:
    @given(numbers)
    def test_prints_masked_everywhere(self, text: str) -> None:
        number = MobileNumber(text)
        assert number.reveal() == text
        assert str(number) == f"{text[:3]}****{text[7:]}"
        assert text not in f"{number} {number!r} {[number]}"

    @pytest.mark.parametrize(
        "text", ["", "12800138000", "1380013800", "+8613800138000", "１3800138000"]
    )
    def test_wrong_shape_is_an_error(self, text: str) -> None:
        with pytest.raises(InvalidMobileNumber):
            MobileNumber(text)


class TestFindMobileNumbers:
    @given(numbers, st.text(st.characters(exclude_categories=["Nd"]), max_size=5))
    def test_finds_it_between_other_text(self, text: str, other: str) -> None:
        found = find_mobile_numbers(f"{other}{text}{other}")
        assert [one.number.reveal() for one in found] == [text]

    @given(numbers, st.sampled_from("0123456789"))
    def test_never_inside_a_longer_run_of_digits(self, text: str, digit: str) -> None:
        assert find_mobile_numbers(digit + text) == ()
        assert find_mobile_numbers(text + digit) == ()

    @pytest.mark.parametrize(
        "whole",
        ["+86 138-0013-8000", "008613800138000", "138 0013 8000", "电话１３８００１３８０００"],
    )
    def test_spellings(self, whole: str) -> None:
        (found,) = find_mobile_numbers(whole)
        assert found.number == MobileNumber("13800138000")

    @pytest.mark.parametrize("whole", ["0.13800138000", "13800138000.25", "138-00138000"])
    def test_other_numbers_are_not_found(self, whole: str) -> None:
        assert find_mobile_numbers(whole) == ()

    def test_gives_places_that_can_be_masked(self) -> None:
        whole = "甲13800138000，乙13900139000"
        for found in reversed(find_mobile_numbers(whole)):
            whole = f"{whole[: found.start]}{found.number}{whole[found.end :]}"
        assert whole == "甲138****8000，乙139****9000"
