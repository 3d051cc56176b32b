import hashlib
import json
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.canonical import IntegerBeyondJson, NotCanonical, canonical_json, content_hash

EXACT = 2**53 - 1
texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-EXACT, EXACT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)


def turned_round(value: Any) -> Any:
    """The same value with the keys of every dictionary in the opposite order."""
    if isinstance(value, dict):
        return {key: turned_round(value[key]) for key in reversed(value)}
    return [turned_round(each) for each in value] if isinstance(value, list) else value


class TestCanonicalJson:
    @given(values)
    def test_is_what_the_reference_writes(self, value: Any) -> None:
        assert canonical_json(value) == rfc8785.dumps(value)

    def test_example_of_rfc_8785_section_3_2_2(self) -> None:
        value = {
            "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": '\u20ac$\u000f\nA\'B"\\\\"/',
            "literals": [None, True, False],
        }
        assert (
            canonical_json(value)
            == (
                '{"literals":[null,true,false],'
                '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
                '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
            ).encode()
        )

    def test_keys_of_rfc_8785_section_3_2_3_sort_by_utf_16(self) -> None:
        value = {
            "\u20ac": "Euro Sign",
            "\r": "Carriage Return",
            "\ufb33": "Hebrew Letter Dalet With Dagesh",
            "1": "One",
            "\U0001f600": "Emoji: Grinning Face",
            "\u0080": "Control",
            "\u00f6": "Latin Small Letter O With Diaeresis",
        }
        assert list(json.loads(canonical_json(value)).values()) == [
            "Carriage Return",
            "One",
            "Control",
            "Latin Small Letter O With Diaeresis",
            "Euro Sign",
            "Emoji: Grinning Face",
            "Hebrew Letter Dalet With Dagesh",
        ]

    @pytest.mark.parametrize(
        ("bits", "text"),
        [
            ("0000000000000000", "0"),
            ("8000000000000000", "0"),
            ("0000000000000001", "5e-324"),
            ("8000000000000001", "-5e-324"),
            ("7fefffffffffffff", "1.7976931348623157e+308"),
            ("ffefffffffffffff", "-1.7976931348623157e+308"),
            ("4340000000000000", "9007199254740992"),
            ("c340000000000000", "-9007199254740992"),
            ("4430000000000000", "295147905179352830000"),
            ("44b52d02c7e14af5", "9.999999999999997e+22"),
            ("44b52d02c7e14af6", "1e+23"),
            ("44b52d02c7e14af7", "1.0000000000000001e+23"),
            ("444b1ae4d6e2ef4e", "999999999999999700000"),
            ("444b1ae4d6e2ef4f", "999999999999999900000"),
            ("444b1ae4d6e2ef50", "1e+21"),
            ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
            ("3eb0c6f7a0b5ed8d", "0.000001"),
            ("41b3de4355555553", "333333333.3333332"),
            ("41b3de4355555554", "333333333.33333325"),
            ("41b3de4355555555", "333333333.3333333"),
            ("41b3de4355555556", "333333333.3333334"),
            ("41b3de4355555557", "333333333.33333343"),
            ("becbf647612f3696", "-0.0000033333333333333333"),
            ("43143ff3c1cb0959", "1424953923781206.2"),
        ],
    )
    def test_numbers_of_rfc_8785_appendix_b(self, bits: str, text: str) -> None:
        (number,) = struct.unpack(">d", bytes.fromhex(bits))
        assert canonical_json(number) == text.encode()

    @given(values)
    def test_is_json_of_the_same_value(self, value: Any) -> None:
        assert json.loads(canonical_json(value), parse_int=float) == value

    @pytest.mark.parametrize("number", [2**53, -(2**53), 10**30])
    def test_integers_json_cannot_hold_are_refused(self, number: int) -> None:
        with pytest.raises(IntegerBeyondJson):
            canonical_json({"limit_fen": number})
        assert canonical_json(str(number)) == f'"{number}"'.encode()

    def test_largest_exact_integers_are_kept(self) -> None:
        assert canonical_json([EXACT, -EXACT]) == f"[{EXACT},{-EXACT}]".encode()

    @pytest.mark.parametrize(
        "value",
        [float("nan"), float("inf"), b"x", {1: 2}, {1, 2}, object(), "\ud800", {"\ud800": 1}],
    )
    def test_what_json_does_not_have_is_refused(self, value: Any) -> None:
        with pytest.raises(NotCanonical):
            canonical_json(value)

    def test_endless_nesting_is_refused(self) -> None:
        value: list[Any] = []
        value.append(value)
        with pytest.raises(NotCanonical):
            canonical_json(value)


class TestContentHash:
    def test_is_sha_256_of_the_canonical_bytes(self) -> None:
        assert content_hash({"b": 1, "a": []}) == hashlib.sha256(b'{"a":[],"b":1}').hexdigest()

    @given(values)
    def test_order_of_keys_never_matters(self, value: Any) -> None:
        assert content_hash(turned_round(value)) == content_hash(value)

    @given(st.integers(-EXACT, EXACT))
    def test_equal_numbers_are_one_content(self, number: int) -> None:
        assert (content_hash(float(number)) == content_hash(number)) == (float(number) == number)

    @given(values, values)
    def test_different_json_has_different_hashes(self, left: Any, right: Any) -> None:
        same = canonical_json(left) == canonical_json(right)
        assert (content_hash(left) == content_hash(right)) == same
