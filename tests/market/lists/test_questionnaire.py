"""The link of a questionnaire: only what we made opens it, and only offered answers are kept."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.market.lists.lists_world import NOW

from shuxin.market.lists.questionnaire import (
    LASTS,
    QUESTIONS,
    checked_answers,
    firm_of_link,
    link_token,
)
from shuxin.market.lists.refusals import LinkInvalid, ReplyInvalid

KEY, FIRM = bytes(range(32)), "ab" * 16
TOKEN = link_token(FIRM, key=KEY, now=NOW)
RIGHT = {one.code: one.answers[-1][0] for one in QUESTIONS}


class TestLink:
    def test_opens_until_it_ends(self) -> None:
        last = NOW + LASTS - dt.timedelta(seconds=1)
        assert firm_of_link(TOKEN, key=KEY, now=last) == FIRM
        with pytest.raises(LinkInvalid):
            firm_of_link(TOKEN, key=KEY, now=NOW + LASTS)

    def test_another_key_opens_nothing(self) -> None:
        with pytest.raises(LinkInvalid):
            firm_of_link(TOKEN, key=bytes(32), now=NOW)

    @given(st.integers(0, len(TOKEN) - 1), st.characters(codec="utf-8"))
    def test_a_changed_sign_opens_nothing(self, place: int, sign: str) -> None:
        changed = TOKEN[:place] + sign + TOKEN[place + 1 :]
        if changed == TOKEN:
            return
        with pytest.raises(LinkInvalid):
            firm_of_link(changed, key=KEY, now=NOW)

    @given(st.text(max_size=200))
    def test_any_text_opens_nothing(self, text: str) -> None:
        with pytest.raises(LinkInvalid):
            firm_of_link(text, key=KEY, now=NOW)


class TestAnswers:
    def test_only_what_is_offered_is_kept(self) -> None:
        assert checked_answers(RIGHT | {"more": "<script>"}) == RIGHT

    @given(st.sampled_from([one.code for one in QUESTIONS]), st.text(max_size=50))
    def test_whatever_else_is_refused(self, question: str, text: str) -> None:
        offered = {code for one in QUESTIONS if one.code == question for code, _ in one.answers}
        if text in offered:
            return
        with pytest.raises(ReplyInvalid):
            checked_answers(RIGHT | {question: text})
