import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shuxin.kernel.registration_number import (
    InvalidRegistrationNumber,
    RegistrationNumber,
    RegistrationNumberCheckFails,
    registration_check,
)

bodies = st.text("0123456789", min_size=14, max_size=14)


def holds_by_iso_7064(number: str) -> bool:
    """MOD 11,10 as the standard verifies: the last intermediate remainder is 1."""
    product = 10
    for digit in number[:-1]:
        remainder = (int(digit) + product) % 10
        product = (2 * (10 if remainder == 0 else remainder)) % 11
    return (product + int(number[-1])) % 10 == 1


class TestRegistrationNumber:
    @pytest.mark.parametrize("text", ["349901000012349", "349902000567892"])
    def test_known_numbers(self, text: str) -> None:
        number = RegistrationNumber(text)
        assert str(number) == text
        assert number.region_code == text[:6]

    @given(bodies)
    def test_check_is_the_one_the_standard_verifies(self, body: str) -> None:
        check = registration_check(body)
        verified = [digit for digit in "0123456789" if holds_by_iso_7064(body + digit)]
        assert verified == [check]

    @given(bodies, st.integers(0, 14), st.sampled_from("0123456789"))
    def test_detects_any_wrong_digit(self, body: str, place: int, digit: str) -> None:
        number = body + registration_check(body)
        assume(number[place] != digit)
        with pytest.raises(RegistrationNumberCheckFails):
            RegistrationNumber(number[:place] + digit + number[place + 1 :])

    @pytest.mark.parametrize("text", ["", "34990100001234", "34990100001234A", "３49901000012349"])
    def test_wrong_shape_is_an_error(self, text: str) -> None:
        with pytest.raises(InvalidRegistrationNumber) as caught:
            RegistrationNumber(text)
        assert caught.value.code == "registration_number_invalid"
