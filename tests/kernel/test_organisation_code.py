import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.organisation_code import (
    InvalidOrganisationCode,
    OrganisationCode,
    organisation_check,
)

bodies = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8)


def spelled_out_check(body: str) -> str:
    """The rule of GB 11714 word by word."""
    weights = [3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(int(symbol, 36) * weight for symbol, weight in zip(body, weights, strict=True))
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))


class TestOrganisationCheck:
    def test_published_code_fits_only_base_36_letters(self) -> None:
        assert organisation_check("MA1H9YGW") == "X"

    @given(bodies)
    def test_is_the_rule_spelled_out(self, body: str) -> None:
        assert organisation_check(body) == spelled_out_check(body)

    @pytest.mark.parametrize("body", ["", "1234567", "123456789", "1234567a", "１2345678"])
    def test_refuses_anything_else(self, body: str) -> None:
        with pytest.raises(InvalidOrganisationCode):
            organisation_check(body)


class TestOrganisationCode:
    @given(bodies)
    def test_keeps_its_text_and_prints_with_hyphen(self, body: str) -> None:
        code = OrganisationCode(body + organisation_check(body))
        assert code.check_holds
        assert code.hyphenated.replace("-", "") == str(code) == code.value
        assert code.hyphenated[8] == "-"

    def test_wrong_check_is_a_finding(self) -> None:
        assert not OrganisationCode("MA1H9YGW1").check_holds

    @pytest.mark.parametrize("text", ["", "MA1H9YGW", "MA1H9YGW-X", "MA1H9YGWA", "ma1h9ygwX"])
    def test_wrong_shape_is_an_error(self, text: str) -> None:
        with pytest.raises(InvalidOrganisationCode):
            OrganisationCode(text)
