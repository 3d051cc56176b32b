import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.industry import (
    DIVISIONS,
    SECTION_BY_DIVISION,
    SECTIONS,
    IndustryCode,
    IndustryLevel,
    IndustryTable,
    InvalidIndustryCode,
    Sector,
    industry_name,
)

digits = st.builds(
    lambda division, finer: division + finer,
    st.sampled_from(sorted(DIVISIONS)),
    st.text("0123456789", max_size=2),
)


class TestTable:
    def test_has_the_counts_of_the_standard(self) -> None:
        assert len(SECTIONS) == 20
        assert "".join(SECTIONS) == "ABCDEFGHIJKLMNOPQRST"
        assert len(DIVISIONS) == 97
        assert list(SECTION_BY_DIVISION) == list(DIVISIONS)
        assert list(DIVISIONS) == [f"{number:02}" for number in range(1, 98)]

    def test_sections_follow_each_other(self) -> None:
        letters = list(SECTION_BY_DIVISION.values())
        assert letters == sorted(letters)
        assert set(letters) == set(SECTIONS)


class TestIndustryCode:
    @pytest.mark.parametrize("text", ["C3985", "c3985", "3985", " C3985 "])
    def test_full_form(self, text: str) -> None:
        code = IndustryCode.parse(text)
        assert str(code) == "C3985"
        assert code.level is IndustryLevel.CLASS
        assert code.section == "C"
        assert code.division == "39"
        assert code == IndustryCode("C3985")

    @given(digits)
    def test_letter_may_be_left_out(self, text: str) -> None:
        code = IndustryCode.parse(text)
        assert IndustryCode.parse(code.value) == code
        assert code.section == SECTION_BY_DIVISION[text[:2]]
        assert code.level == len(text) + 1

    @given(digits)
    def test_parents_climb_to_the_section(self, text: str) -> None:
        code = IndustryCode.parse(text)
        while (parent := code.parent) is not None:
            assert code.value.startswith(parent.value)
            assert parent.level < code.level
            code = parent
        assert code.level is IndustryLevel.SECTION
        assert code.division is None

    @pytest.mark.parametrize(
        "text", ["", "U", "00", "98", "A39", "C1", "1", "C39855", "39850", "Ｃ39", "C 39", "39C"]
    )
    def test_anything_else_is_an_error(self, text: str) -> None:
        with pytest.raises(InvalidIndustryCode):
            IndustryCode.parse(text)

    @pytest.mark.parametrize("text", ["3985", "c3985", ""])
    def test_value_is_only_the_full_form(self, text: str) -> None:
        with pytest.raises(InvalidIndustryCode):
            IndustryCode(text)

    @pytest.mark.parametrize(
        ("sector", "codes"),
        [
            (Sector.PRIMARY, "A01 A0111 A04"),
            (Sector.SECONDARY, "B06 B12 C13 C3985 C42 D E E47"),
            (Sector.TERTIARY, "A05 A0511 B11 C43 C4310 F G53 J T97"),
            (None, "A B C"),
        ],
    )
    def test_sectors(self, sector: Sector | None, codes: str) -> None:
        assert {IndustryCode(code).sector for code in codes.split()} == {sector}

    def test_name_is_of_division_or_section(self) -> None:
        assert industry_name(IndustryCode("C3985")).zh == "计算机、通信和其他电子设备制造业"
        assert industry_name(IndustryCode("C")).zh == "制造业"


class TestIndustryTable:
    def test_callers_load_finer_levels(self) -> None:
        table = IndustryTable.from_rows([("3985", "电子专用材料制造")])
        assert table.name(IndustryCode("C3985")) == "电子专用材料制造"
        assert table.name(IndustryCode("C39")) == DIVISIONS["39"].zh
        assert table.name(IndustryCode("C")) == SECTIONS["C"].zh
        assert table.name(IndustryCode("C3986")) is None

    def test_wrong_code_is_an_error(self) -> None:
        with pytest.raises(InvalidIndustryCode):
            IndustryTable.from_rows([("9999", "x")])


@pytest.mark.real_data
def test_names_agree_with_another_list() -> None:
    root = Path(os.environ.get("SHUXIN_DATA", Path(__file__).parents[3] / "shared" / "data"))
    path = root / "ref_gbt4754" / "IndustryData.js"
    if not path.exists():
        pytest.skip("no list of industries: give the data directory in SHUXIN_DATA")
    rows = re.findall(r'"title": "([A-T][0-9]{0,4})-([^"]+)"', path.read_text("utf-8"))
    assert len(rows) > 1900
    table = IndustryTable.from_rows([])
    ours = {code: table.name(IndustryCode.parse(code)) for code, _ in rows if len(code) <= 3}
    assert len(ours) == 117
    # The list has two divisions of the 2011 and draft wording: 15 and 75; and one of 87.
    differing = {code for code, name in rows if len(code) <= 3 and ours[code] != name}
    assert differing <= {"C15", "M75", "R87"}
    assert all(IndustryCode.parse(code).value == code for code, _ in rows)
