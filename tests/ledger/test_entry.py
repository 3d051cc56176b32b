from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.samples import SALT, entry

from shuxin.kernel.errors import ShuxinError
from shuxin.ledger.entry import (
    Entry,
    EntryInvalid,
    SaltTooShort,
    commitment,
    parse_entry,
)

tokens = st.text("abcXYZ019._:/@+-", min_size=1, max_size=20)
built = st.builds(
    Entry,
    kind=st.from_regex(r"[a-z][a-z0-9-]{1,39}", fullmatch=True),
    at=st.datetimes(
        timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
    ),
    actor=tokens,
    facts=st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True),
        tokens | st.integers(-(2**53) + 1, 2**53 - 1),
        max_size=5,
    ),
    commitments=st.lists(st.binary(max_size=9), max_size=3).map(
        lambda values: tuple(commitment(SALT, value) for value in values)
    ),
)


class TestEntry:
    @given(built)
    def test_comes_back_from_its_bytes(self, made: Entry) -> None:
        assert parse_entry(made.data) == made
        assert parse_entry(made.data).data == made.data

    @pytest.mark.parametrize(
        ("part", "value"),
        [
            ("kind", "Use"),
            ("kind", "u"),
            ("at", datetime(2026, 1, 1)),  # noqa: DTZ001 - meant
            ("actor", ""),
            ("actor", "例示科技有限公司"),
            ("facts", {"note": "two words"}),
            ("facts", {"note": "余额"}),
            ("facts", {"note": "x" * 161}),
            ("facts", {"Note": "x"}),
            ("facts", {"amount": 2**53}),
            ("facts", {"flag": True}),
            ("facts", {"rate": 0.5}),
            ("facts", {f"n{n}": n for n in range(33)}),
            ("commitments", ("x",)),
            ("commitments", ("A" * 64,)),
            ("commitments", ("a" * 64,) * 257),
        ],
        ids=lambda value: str(value)[:24].encode("ascii", "replace").decode(),
    )
    def test_takes_no_content(self, part: str, value: object) -> None:
        with pytest.raises(EntryInvalid):
            replace(entry(1), **{part: value})

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"[]",
            b"\xff",
            b"{}",
            entry(1).data + b" ",
            entry(1).data.replace(b'"kind":"use"', b'"kind":"use","more":1'),
            entry(1).data.replace(b'"kind":"use"', b'"kind": "use"'),
            entry(1).data.replace(b"+00:00", b"Z"),
            entry(1).data.replace(b"+00:00", b""),
            entry(1).data.replace(b'"number":1', b'"number":1.0'),
            entry(1).data.replace(b'"number":1', b'"number":1,"number":1'),
            entry(1).data.replace(b'"actor":"', b'"actor":1,"x":"'),
        ],
        ids=range(12),
    )
    def test_is_read_in_one_spelling_only(self, data: bytes) -> None:
        with pytest.raises(EntryInvalid):
            parse_entry(data)

    @given(
        st.binary(max_size=80) | st.recursive(st.none() | st.text(max_size=4), st.lists).map(repr)
    )
    def test_of_strangers_bytes_is_refused_in_words(self, data: bytes | str) -> None:
        with pytest.raises(ShuxinError):
            parse_entry(data.encode() if isinstance(data, str) else data)


class TestCommitment:
    def test_is_a_keyed_hash_of_its_own_domain(self) -> None:
        """HMAC-SHA-256, key 16 zero bytes, message 'shuxin/commitment/v1', line feed, 'x'; with openssl."""
        assert commitment(bytes(16), b"x") == VECTOR

    @given(st.binary(max_size=15))
    def test_needs_a_salt_of_128_bits(self, salt: bytes) -> None:
        with pytest.raises(SaltTooShort):
            commitment(salt, b"x")

    @given(st.binary(min_size=16, max_size=64), st.binary(max_size=40), st.binary(max_size=40))
    def test_differs_for_different_values(self, salt: bytes, one: bytes, other: bytes) -> None:
        assert (commitment(salt, one) == commitment(salt, other)) == (one == other)


VECTOR = "1b332c70d10f534d81a96b4ecc9e6203f1ecbf5302927f8bb0bdef256e9d6879"
