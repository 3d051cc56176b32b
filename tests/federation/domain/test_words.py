from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.domain.samples import HOLDER, LABEL, NOW

from shuxin.federation.domain.words import (
    MOST_REASONS,
    Approval,
    Ending,
    Given,
    Handed,
    JobWord,
    Objection,
    Outcome,
    Stop,
    WordInvalid,
    read_word,
    sign_word,
)
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import Statement, parse_statement

KEY = Ed25519Key(bytes(range(32)))
JOB = "a" * 64
WORDS: list[JobWord] = [
    Approval(JOB, HOLDER, "standing:2", "b" * 64, NOW),
    Objection(JOB, HOLDER, (Given("budget_spent", "tax"), Given("expired")), NOW),
    Stop(JOB, HOLDER, "张三", NOW),
    Ending(JOB, HOLDER, Outcome.DONE, "", (), "c" * 64, (Handed("aligned", LABEL),), NOW),
    Ending(JOB, HOLDER, Outcome.FAILED, "peer_gone", (Given("peer_gone", LABEL),), "", (), NOW),
]


def with_body(word: JobWord, **changed: Any) -> Statement:
    signed = sign_word(word, signer=KEY)
    return replace(signed, body={**signed.body, **changed})


class TestWords:
    @pytest.mark.parametrize("word", WORDS, ids=lambda word: type(word).__name__)
    def test_come_back_as_they_were_said(self, word: JobWord) -> None:
        signed = sign_word(word, signer=KEY)
        assert signed.kind == word.kind
        assert signed.signed_by(KEY.public)
        assert read_word(parse_statement(signed.dump())) == word

    @pytest.mark.parametrize("word", WORDS, ids=lambda word: type(word).__name__)
    def test_every_field_is_needed_and_no_other(self, word: JobWord) -> None:
        signed = sign_word(word, signer=KEY)
        for field in signed.body:
            rest = {name: value for name, value in signed.body.items() if name != field}
            with pytest.raises(WordInvalid):
                read_word(replace(signed, body=rest))
        with pytest.raises(WordInvalid):
            read_word(with_body(word, more=1))

    def test_another_kind_is_no_word(self) -> None:
        with pytest.raises(WordInvalid):
            read_word(replace(sign_word(WORDS[0], signer=KEY), kind="job-party"))

    @pytest.mark.parametrize(
        ("number", "field", "value"),
        [
            (0, "job", "A" * 64),
            (0, "job", "a" * 63),
            (0, "party", "uscc:1"),
            (0, "policy", ""),
            (0, "by", "line\nbreak"),
            (0, "by", "x" * 201),
            (0, "at", "2026-06-01T09:00:00"),
            (0, "at", "9999-12-31T23:59:59+00:00"),
            (0, "at", 5),
            (1, "reasons", "expired"),
            (1, "reasons", [{"reason": "expired"}]),
            (1, "reasons", [{"reason": "Not A Code", "about": ""}]),
            (1, "reasons", [{"reason": "expired", "about": ""}] * (MOST_REASONS + 1)),
            (3, "outcome", "fine"),
            (3, "outcome", []),
            (3, "digests", "zz"),
            (3, "outputs", [{"name": "aligned", "to": LABEL, "size": 12}]),
            (3, "outputs", [{"name": "aligned", "to": "everybody"}]),
            (3, "outputs", {}),
        ],
        ids=str,
    )
    def test_a_wrong_field_is_named(self, number: int, field: str, value: object) -> None:
        with pytest.raises(WordInvalid) as refused:
            read_word(with_body(WORDS[number], **{field: value}))
        assert refused.value.facts["field"] in {field, "to", "reason"}

    @given(
        st.sampled_from(WORDS),
        st.sampled_from(["job", "party", "at", "by", "reasons", "outputs", "outcome", "code"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(1 << 53) + 1, (1 << 53) - 1)
            | st.text(max_size=80),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
            max_leaves=6,
        ),
    )
    def test_a_strangers_body_is_a_word_or_invalid(
        self, word: JobWord, field: str, value: Any
    ) -> None:
        try:
            found = read_word(with_body(word, **{field: value}))
        except WordInvalid:
            return
        assert isinstance(found.at, dt.datetime)
