"""The seal of a model's file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.scoring.card.sealed import CardAltered, CardInvalid, open_sealed, sealed

contents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=10,
)


class TestSeal:
    @given(contents)
    def test_opens_to_the_same_content(self, content: object) -> None:
        found = open_sealed(sealed(content), expected_hash=content_hash(content))  # type: ignore[arg-type]
        assert found == canonical_json(content)  # type: ignore[arg-type]

    @given(contents)
    def test_opens_with_no_other_hash(self, content: object) -> None:
        with pytest.raises(CardAltered):
            open_sealed(sealed(content), expected_hash="0" * 64)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xff",
            b"\xef\xbb\xbf{}",
            b"[]",
            b"NaN",
            b'{"card":NaN,"sha256":""}',
            b'{"card":1}',
            b'{"card":1,"sha256":"","more":1}',
            b"[" * 100_000,
        ],
        ids=lambda data: data[:20],
    )
    def test_what_is_no_such_file(self, data: bytes) -> None:
        with pytest.raises(CardInvalid):
            open_sealed(data, expected_hash=None)

    @pytest.mark.parametrize("number", [b"1e400", b"9" * 400, b'"\\ud800"'], ids=len)
    def test_what_json_cannot_hold(self, number: bytes) -> None:
        with pytest.raises(InvalidInput):
            open_sealed(b'{"card":' + number + b',"sha256":""}', expected_hash=None)
