from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.signing import (
    SIGNATURE_BYTES,
    Algorithm,
    Ed25519Key,
    PublicKey,
    PublicKeyInvalid,
    base64url,
    from_base64url,
)
from shuxin.kernel.sm2 import SM2Key
from shuxin.kernel.statements import (
    StatementInvalid,
    parse_json,
    parse_statement,
    sign_statement,
    signing_bytes,
    statement_from,
)

KEY, OTHER = Ed25519Key(bytes(32)), Ed25519Key(bytes([1]) * 32)
BODY = {"amount": "125", "holder": "例示科技有限公司", "parts": [1, True, None]}
STATEMENT = sign_statement("test-kind", BODY, signer=KEY)
WHOLE = STATEMENT.as_json()
scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=9)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


class TestEd25519:
    def test_signs_as_rfc_8032_says(self) -> None:
        """Section 7.1, test 2."""
        seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
        public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        signature = (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        key = Ed25519Key(bytes.fromhex(seed))
        assert key.public.raw.hex() == public
        assert key.sign(b"\x72").hex() == signature

    def test_never_prints_itself(self) -> None:
        key = Ed25519Key.generate()
        assert key.seed.hex() not in repr(key)
        assert repr(key) == f"Ed25519Key({key.public.key_id})"


class TestSM2:
    def test_signs_and_verifies(self) -> None:
        key = SM2Key.generate()
        signature = key.sign(b"message")
        assert key.public.verifies(signature, b"message")
        assert not key.public.verifies(signature, b"another")
        assert not SM2Key.generate().public.verifies(signature, b"message")
        assert key.secret.hex() not in repr(key)

    @pytest.mark.parametrize("signature", [b"", bytes(SIGNATURE_BYTES), b"\xff" * SIGNATURE_BYTES])
    def test_refuses_what_is_no_signature(self, signature: bytes) -> None:
        assert not SM2Key(bytes([7]) * 32).public.verifies(signature, b"message")


class TestPublicKey:
    @given(st.sampled_from([KEY.public, SM2Key(bytes([7]) * 32).public]))
    def test_reads_its_own_text(self, public: PublicKey) -> None:
        assert PublicKey.parse(public.text) == public

    @given(st.text(max_size=90) | st.sampled_from([*Algorithm]).map(lambda name: f"{name}:AAAA"))
    def test_reads_nothing_else(self, text: str) -> None:
        with pytest.raises(PublicKeyInvalid):
            PublicKey.parse(text)

    @given(st.binary(max_size=80))
    def test_base64url_has_one_spelling(self, raw: bytes) -> None:
        text = base64url(raw)
        assert from_base64url(text) == raw
        assert from_base64url(text + "=") is None


class TestStatement:
    def test_is_read_back_and_is_its_signers(self) -> None:
        assert parse_statement(STATEMENT.dump()) == STATEMENT
        assert STATEMENT.signed_by(KEY.public)
        assert not STATEMENT.signed_by(OTHER.public)

    def test_of_one_kind_never_passes_for_another(self) -> None:
        assert not replace(STATEMENT, kind="other-kind").signed_by(KEY.public)
        with pytest.raises(StatementInvalid):
            parse_statement(STATEMENT.dump(), kind="other-kind")

    def test_signs_kind_and_canonical_body(self) -> None:
        assert signing_bytes("test-kind", {"b": 1, "a": "例"}) == (
            b'shuxin/test-kind/v1\n{"a":"' + "例".encode() + b'","b":1}'
        )

    @given(st.sampled_from(sorted(BODY)), anything)
    def test_with_any_part_of_its_body_changed_is_nobodys(self, name: str, value: Any) -> None:
        changed = {**BODY, name: value}
        try:
            same = signing_bytes("k", changed) == signing_bytes("k", BODY)
            signed = replace(STATEMENT, body=changed).signed_by(KEY.public)
        except ShuxinError:
            return
        assert signed is same

    @given(st.sampled_from(sorted(WHOLE)), anything)
    def test_parsing_takes_any_value_in_any_place(self, name: str, value: Any) -> None:
        try:
            read = statement_from({**WHOLE, name: value})
        except StatementInvalid:
            return
        assert read.as_json()[name] == value

    @given(st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()))
    def test_parsing_takes_any_bytes(self, data: bytes) -> None:
        with pytest.raises(StatementInvalid):
            parse_statement(data)

    @pytest.mark.parametrize(
        "data",
        [b'{"a":1,"a":1}', b"NaN", b"[" * 100_000, b'"\xff"', b"1" * 5_000, b" " * (2 << 20)],
    )
    def test_hostile_json_is_refused(self, data: bytes) -> None:
        with pytest.raises(StatementInvalid):
            parse_json(data)
