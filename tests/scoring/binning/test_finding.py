from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.text import Text
from shuxin.scoring.binning.finding import filled


class TestFilled:
    @given(st.text())
    def test_says_a_fact_as_it_is_whatever_its_signs(self, fact: str) -> None:
        text = filled(Text(en="of {name}", zh="关于{name}"), name=fact)
        assert text.say("en") == f"of {fact}"
        assert text.say("zh") == f"关于{fact}"
