"""SM2 keys and signatures from strangers: false, never a breakdown of the library below."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuxin.kernel.signing import Algorithm, PublicKey
from shuxin.kernel.sm2 import _ORDER, SM2Key

KEY = SM2Key(bytes(range(1, 33)))
MESSAGE = b"message"
SIGNED = KEY.sign(MESSAGE)


class TestVerifying:
    def test_accepts_what_the_key_signed(self) -> None:
        assert KEY.public.verifies(SIGNED, MESSAGE)

    @settings(max_examples=15, deadline=None)
    @given(st.integers(0, 63), st.integers(0, 7))
    def test_refuses_a_changed_bit_of_signature_or_key(self, at: int, bit: int) -> None:
        signature, raw = bytearray(SIGNED), bytearray(KEY.public.raw)
        signature[at] ^= 1 << bit
        raw[at] ^= 1 << bit
        assert not KEY.public.verifies(bytes(signature), MESSAGE)
        assert not PublicKey(Algorithm.SM2, bytes(raw)).verifies(SIGNED, MESSAGE)

    @pytest.mark.parametrize("raw", [bytes(64), b"\xff" * 64, bytes(63) + b"\x01"])
    def test_refuses_a_key_off_the_curve(self, raw: bytes) -> None:
        assert not PublicKey(Algorithm.SM2, raw).verifies(SIGNED, MESSAGE)

    def test_refuses_a_signature_that_sums_to_infinity(self) -> None:
        """With r + s = t and s + t d = 0 the check adds a point to its own opposite."""
        secret, s = int.from_bytes(KEY.secret, "big"), 12345
        t = -s * pow(secret, -1, _ORDER) % _ORDER
        r = (t - s) % _ORDER
        forged = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        assert not KEY.public.verifies(forged, MESSAGE)
