from __future__ import annotations

import hashlib
import hmac
import io
import json
import tracemalloc
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.verification.commitment import (
    JSON_TYPE,
    Canon,
    CommitmentAlgorithm,
    Form,
    SaltInvalid,
    canonical_content,
    commitment_of,
    keeps_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SALT = bytes(range(32))
PLAIN = Form(CommitmentAlgorithm.HMAC_SHA256, Canon.NONE, "text/plain")
AS_JSON = Form(CommitmentAlgorithm.HMAC_SHA256, Canon.JCS, JSON_TYPE)


def of(content: bytes, *, form: Form = PLAIN, salt: bytes = SALT) -> str:
    return commitment_of(io.BytesIO(content), form=form, salt=salt)


class TestCommitment:
    @pytest.mark.parametrize(
        ("algorithm", "expected"),
        [
            (
                CommitmentAlgorithm.HMAC_SHA256,
                "ce6b36917bf3d61d92e4f334d8ba68fbbcf910f826c1ac8ca5c85e4eca2d9680",
            ),
            (
                CommitmentAlgorithm.HMAC_SM3,
                "4346231f27d910fc891d7be92a362d5f3e0ec8b4328fbf5ca495da1a31d1e2b1",
            ),
        ],
    )
    def test_is_that_of_the_protocols_page(
        self, algorithm: CommitmentAlgorithm, expected: str
    ) -> None:
        assert of(b"abc", form=Form(algorithm, Canon.NONE, "text/plain")) == expected

    @given(st.binary(max_size=300), st.binary(min_size=32, max_size=32))
    def test_is_hmac_over_head_and_content(self, content: bytes, salt: bytes) -> None:
        message = b"DVP1\nhmac-sha256\nnone\ntext/plain\n" + content
        assert of(content, salt=salt) == hmac.digest(salt, message, "sha256").hex()

    def test_sm3_is_the_standards(self) -> None:
        found = hashlib.new("sm3", b"abc").hexdigest()  # GB/T 32905-2016, example 1
        assert found == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"

    @given(st.binary(max_size=40), st.binary(max_size=40))
    def test_forms_and_salts_never_mix(self, first: bytes, second: bytes) -> None:
        forms = [
            Form(algorithm, Canon.NONE, media)
            for algorithm in CommitmentAlgorithm
            for media in ("text/plain", "text/html")
        ]
        found = [of(content, form=form) for form in forms for content in {first, second}]
        assert len(set(found)) == len(found)
        assert of(first, salt=bytes(32)) != of(first)

    @pytest.mark.parametrize("size", [0, 16, 31, 33])
    def test_a_salt_has_32_bytes(self, size: int) -> None:
        with pytest.raises(SaltInvalid):
            of(b"", salt=bytes(size))

    def test_a_large_file_is_streamed(self) -> None:
        class Long(io.RawIOBase):
            left = 256 << 20
            piece = bytes(1 << 20)

            def read(self, size: int = -1, /) -> bytes:
                assert size > 0
                wanted = min(size, self.left)
                self.left -= wanted
                return self.piece[:wanted]

        tracemalloc.start()
        commitment_of(Long(), form=PLAIN, salt=SALT)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 16 << 20


class TestJson:
    @given(st.dictionaries(st.text(max_size=5), st.integers(-100, 100) | st.text(max_size=5)))
    def test_another_layout_of_the_same_json_matches(self, value: dict[str, object]) -> None:
        layouts = {
            json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
            for indent in (None, 2)
            for ascii_only in (True, False)
        }
        canonical = canonical_content(next(iter(layouts)))
        assert canonical is not None
        found = {of(layout, form=AS_JSON) for layout in [*layouts, canonical]}
        assert found == {of(canonical, form=Form(AS_JSON.algorithm, Canon.JCS, JSON_TYPE))}

    @pytest.mark.parametrize(
        "data", [b"", b"{", b'{"a":1,"a":2}', b"9" * 30, b"NaN", b"\xff", b"[" * 5000]
    )
    def test_what_has_no_canonical_form_is_hashed_as_it_is(self, data: bytes) -> None:
        assert canonical_content(data) is None
        message = AS_JSON.head + data
        assert of(data, form=AS_JSON) == hmac.digest(SALT, message, "sha256").hex()

    @given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1))
    def test_a_number_as_computers_write_it_is_kept(self, number: float) -> None:
        data = json.dumps([number]).encode()
        assert keeps_numbers(data)
        assert canonical_content(data) is not None

    @given(
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
    )
    def test_a_decimal_is_kept_just_when_its_double_has_its_value(self, number: Decimal) -> None:
        data = (
            f"[{number:f}]".encode() if number == number.to_integral() else f"[{number}]".encode()
        )
        whole = b"." not in data and b"E" not in data
        exact = abs(number) < 2**53 if whole else Decimal(repr(float(number))) == number
        assert keeps_numbers(data) is exact

    @pytest.mark.parametrize(
        "number",
        [
            *("90071992547409.931", "12345678901234567890.0", "9007199254740993", "1e400"),
            *(
                "-0.1000000000000000055511151231257827",
                "1e-400",
                "4.9e-324",
                "1E99999999999999999999",
            ),
            *("1e-99999999999999999999999", "9007199254740992", "-9007199254740992", "9" * 5000),
        ],
    )
    def test_numbers_that_change_have_no_canonical_form(self, number: str) -> None:
        data = f'{{"balance":{number}}}'.encode()
        assert not keeps_numbers(data)
        assert canonical_content(data) is None

    @pytest.mark.parametrize(
        "number", ["1.50", "1E5", "-0", "-0.0", "0e99999999999999999999", "1e21", "5e-324", "100.0"]
    )
    def test_another_spelling_of_the_same_number_is_kept(self, number: str) -> None:
        assert canonical_content(number.encode()) is not None

    def test_the_published_example_of_canonical_json_is_met(self) -> None:
        text = '{"amount":"1250000.00","holder":"例示科技有限公司","issued":"2026-03-31"}'
        shuffled = json.dumps(dict(reversed(json.loads(text).items())), indent=3).encode()
        assert canonical_content(shuffled) == text.encode()


@pytest.fixture(autouse=True)
def _no_leftover_tracing() -> Iterator[None]:
    yield
    tracemalloc.stop()
