from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.fusion.resolution.names import (
    normalise_name,
    parse_name,
    relative_name,
    several_names,
)
from shuxin.fusion.resolution.vocabulary import LegalForm

_MARKS = st.sampled_from(
    "北京上海甲乙丙一二科技有限责任股份公司集团(（)）【】 　-—·.。;“”《》AbＣ９原店"
)
texts = st.one_of(st.text(max_size=30), st.text(_MARKS, max_size=30))


class TestNormaliseName:
    @given(texts)
    def test_a_second_pass_changes_nothing(self, text: str) -> None:
        once = normalise_name(text)
        assert normalise_name(once) == once

    @pytest.mark.parametrize(
        ("written", "plain"),
        [
            ("甲乙（北京）科技有限公司", "甲乙(北京)科技有限公司"),
            ("甲乙【北京】科技有限公司 ", "甲乙(北京)科技有限公司"),
            ("甲乙（北京)科技\n有限公司。", "甲乙(北京)科技有限公司"),
            ("“甲乙”科技有限公司有限公司", "甲乙科技有限公司"),
            ("Ａｂｃ  Def Inc.", "abc def inc"),
        ],
    )
    def test_writes_variants_one_way(self, written: str, plain: str) -> None:
        assert normalise_name(written) == plain


class TestParseName:
    @given(texts)
    def test_takes_any_text(self, text: str) -> None:
        parts = parse_name(text)
        assert parts == parse_name(normalise_name(text))

    def test_knows_the_parts(self) -> None:
        parts = parse_name("上海市甲乙丙生物科技股份有限公司第三分公司")
        assert parts.region == "上海"
        assert (parts.brand, parts.trade) == ("甲乙丙", "生物科技")
        assert parts.form is LegalForm.JOINT_STOCK
        assert (parts.unit, parts.numbers) == ("第三分公司", "3")
        assert parts.head == "上海市甲乙丙生物科技股份有限公司"

    def test_finds_a_region_in_brackets(self) -> None:
        inside, before = (
            parse_name("甲乙丙（北京）科技有限公司"),
            parse_name("北京甲乙丙科技有限公司"),
        )
        assert (inside.region, inside.core) == (before.region, before.core)
        assert inside.key != before.key

    def test_holds_two_words_for_a_limited_company_to_be_one_form(self) -> None:
        assert parse_name("甲乙有限责任公司").key == parse_name("甲乙有限公司").key
        assert parse_name("甲乙股份有限公司").key != parse_name("甲乙有限公司").key

    @pytest.mark.parametrize("note", ["（白名单）", "(有限合伙)", "（某某锅炉房）"])
    def test_leaves_notes_out_of_the_key(self, note: str) -> None:
        assert parse_name(f"甲乙有限公司{note}").key == "甲乙有限公司"

    @pytest.mark.parametrize("opening", ["原", "原名：", "曾用名:", "原名称为"])
    def test_reads_a_declared_former_name(self, opening: str) -> None:
        assert parse_name(f"甲乙有限公司（{opening}丙丁有限公司）").former == ("丙丁有限公司",)

    @pytest.mark.parametrize(
        ("one", "other"), [("第一", "第二"), ("第一", "第1"), ("十", "百"), ("一", "三")]
    )
    def test_tells_numbers_apart(self, one: str, other: str) -> None:
        numbers = [parse_name(f"甲乙{n}建筑有限公司").numbers for n in (one, other)]
        assert (numbers[0] == numbers[1]) == ({one, other} == {"第一", "第1"})

    def test_never_takes_the_whole_name_for_a_place(self) -> None:
        assert parse_name("北京").brand == "北京"
        assert parse_name("上海北京").brand == "北京"


class TestSeveralNames:
    def test_sees_two_firms_in_one_cell(self) -> None:
        assert several_names("甲有限公司；乙有限公司")
        assert not several_names("甲;乙有限公司")


class TestRelativeName:
    def test_means_something_only_to_its_writer(self) -> None:
        assert relative_name(parse_name("区水务局"))
        assert not relative_name(parse_name("北京市朝阳区水务局"))
        assert not relative_name(parse_name("市北科技有限公司"))
