from __future__ import annotations

import hashlib
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.verification.codes import (
    LONGEST_PACKED,
    CodesInvalid,
    base45,
    from_base45,
    receipt_codes,
    receipt_from_codes,
)
from shuxin.verification.receipt import LONGEST_RECEIPT

ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def noise(size: int, *, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311 - nothing secret


def code_of(packed: bytes) -> str:
    check = hashlib.sha256(packed).hexdigest()[:16].upper()
    return f"SXR1:1/1:{check}:{base45(packed)}"


class TestBase45:
    @pytest.mark.parametrize(
        ("raw", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")]
    )
    def test_is_that_of_rfc_9285(self, raw: bytes, text: str) -> None:
        assert base45(raw) == text
        assert from_base45(text) == raw

    def test_the_decoding_example_of_rfc_9285(self) -> None:
        assert from_base45("QED8WEX0") == b"ietf!"

    @given(st.binary(max_size=60))
    def test_comes_back(self, raw: bytes) -> None:
        assert from_base45(base45(raw)) == raw

    @pytest.mark.parametrize("text", ["A", ":::", "GGW", "a", "::", "BB8A"])
    def test_other_texts_are_refused(self, text: str) -> None:
        assert from_base45(text) is None


class TestCodes:
    @given(st.binary(min_size=1, max_size=6000), st.randoms(use_true_random=False))
    def test_come_back_in_any_order_and_scanned_twice(
        self, receipt: bytes, order: random.Random
    ) -> None:
        codes = receipt_codes(receipt)
        scanned = [*codes, codes[0]]
        order.shuffle(scanned)
        assert receipt_from_codes(scanned) == receipt
        assert set("".join(codes)) <= ALPHANUMERIC
        assert all(len(code) < 1100 for code in codes)

    def test_each_missing_code_is_noticed(self) -> None:
        codes = receipt_codes(noise(3000))
        assert len(codes) > 3
        for missing in codes:
            with pytest.raises(CodesInvalid, match="missing"):
                receipt_from_codes([code for code in codes if code != missing])

    def test_codes_of_two_receipts_do_not_mix(self) -> None:
        first, second = (receipt_codes(noise(1500, seed=n)) for n in (1, 2))
        with pytest.raises(CodesInvalid, match="different"):
            receipt_from_codes([first[0], *second[1:]])

    @given(st.data())
    def test_a_changed_sign_is_noticed(self, data: st.DataObject) -> None:
        code = receipt_codes(b"a receipt")[0]
        place = data.draw(st.integers(0, len(code) - 1))
        sign = data.draw(st.sampled_from(sorted(ALPHANUMERIC - {code[place]})))
        with pytest.raises(CodesInvalid):
            receipt_from_codes([code[:place] + sign + code[place + 1 :]])

    def test_a_bomb_stops_at_the_longest_receipt(self) -> None:
        packed = zlib.compress(bytes(10 * LONGEST_RECEIPT))
        assert len(packed) < LONGEST_PACKED
        with pytest.raises(CodesInvalid):
            receipt_from_codes([code_of(packed)])

    def test_more_behind_the_packed_receipt_is_refused(self) -> None:
        with pytest.raises(CodesInvalid):
            receipt_from_codes([code_of(zlib.compress(b"a") + b"more")])

    def test_too_long_a_receipt_is_refused(self) -> None:
        with pytest.raises(CodesInvalid, match="too long"):
            receipt_codes(noise(LONGEST_PACKED + 100))

    @given(st.lists(st.text(max_size=50), max_size=4))
    def test_any_texts_are_read_or_refused(self, texts: list[str]) -> None:
        with pytest.raises(CodesInvalid):
            receipt_from_codes(texts)
