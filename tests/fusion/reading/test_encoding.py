from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shuxin.fusion.reading.encoding import encoding_of

chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=6)
lists = st.lists(st.tuples(chinese, st.integers(0, 999)), min_size=3, max_size=30).map(
    lambda rows: "".join(f"{name}公司,{number}\n" for name, number in rows)
)


class TestEncodingOf:
    @given(lists, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    def test_knows_an_encoding_by_its_marks_and_rules(self, text: str, encoding: str) -> None:
        assert encoding_of(text.encode(encoding), complete=True) == encoding

    @given(lists, st.sampled_from(["utf-16-le", "utf-16-be"]))
    def test_knows_utf16_without_a_mark(self, text: str, encoding: str) -> None:
        assert encoding_of(text.encode(encoding), complete=True) == encoding

    @given(lists)
    def test_takes_bytes_that_utf8_forbids_for_gb18030(self, text: str) -> None:
        content = text.encode("gb18030")
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            assert encoding_of(content, complete=True) == "gb18030"
        else:
            assume(condition=False)

    @given(lists, st.sampled_from(["utf-8", "gb18030"]), st.integers(1, 3))
    def test_is_not_misled_by_a_character_cut_in_two(
        self, text: str, encoding: str, cut: int
    ) -> None:
        whole = encoding_of(text.encode(encoding), complete=True)
        assert encoding_of(text.encode(encoding)[:-cut], complete=False) == whole

    @pytest.mark.parametrize(("most", "few"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
    def test_of_a_mixed_file_is_that_of_most_lines(self, most: str, few: str) -> None:
        content = "甲公司,1\n".encode(most) * 9 + "乙公司,2\n".encode(few) * 2
        assert encoding_of(content, complete=True) == most

    @pytest.mark.parametrize("content", [bytes(range(256)) * 8, b"\x80\xff\n" * 40])
    def test_is_none_for_what_is_no_text(self, content: bytes) -> None:
        assert encoding_of(content, complete=True) is None
