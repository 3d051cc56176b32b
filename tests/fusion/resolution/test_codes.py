from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.fusion.resolution.codes import organisation_code_of, read_code
from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.registration_number import registration_check
from shuxin.kernel.uscc import ALPHABET, USCC, check_symbol


def uscc(serial: int) -> str:
    organisation = f"{serial:08}"
    body = f"91110108{organisation}{organisation_check(organisation)}"
    return body + check_symbol(body)


codes = st.integers(10_000_000, 99_999_999).map(uscc)


class TestReadCode:
    @given(codes)
    def test_takes_a_valid_code_however_spaced(self, code: str) -> None:
        assert read_code(f" {code[:9]} {code[9:].lower()}").uscc == code

    @given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
    def test_never_repairs(self, code: str, place: int, symbol: str) -> None:
        wrong = code[:place] + symbol + code[place + 1 :]
        reading = read_code(wrong)
        assert reading.uscc == (code if wrong == code else "")
        assert reading.flawed == (wrong != code)

    def test_suggests_for_a_look_alike(self) -> None:
        code = uscc(12_300_678)
        assert code in read_code(code.replace("0", "O", 1)).suggestions

    @given(codes)
    def test_finds_the_organisation_code_in_an_old_taxpayer_number(self, code: str) -> None:
        inner = str(USCC(code).organisation_code)
        assert organisation_code_of(code) in read_code(f"110108{inner}").others
        assert read_code(f"{inner[:8]}-{inner[8]}").others == (organisation_code_of(code),)

    def test_knows_a_registration_number(self) -> None:
        body = "11010800123456"
        number = body + registration_check(body)
        assert f"registration:{number}" in read_code(number).others

    @pytest.mark.parametrize("text", ["无", "123", "/"])
    def test_flags_what_means_nothing(self, text: str) -> None:
        assert read_code(text).flawed

    def test_an_empty_cell_is_no_flaw(self) -> None:
        assert read_code("  ") == read_code("")
        assert not read_code("").flawed
