from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.organisation_code import InvalidOrganisationCode, organisation_check
from shuxin.kernel.uscc import (
    ALPHABET,
    CATEGORIES,
    USCC,
    InvalidUSCC,
    check_symbol,
    has_registered_shape,
)
from shuxin.kernel.uscc_array import uscc_checks

bodies = st.text(ALPHABET, min_size=8, max_size=8)
right_texts = st.builds(
    lambda pair, region, body: pair + region + body + organisation_check(body),
    st.sampled_from(sorted(CATEGORIES)),
    st.text("0123456789", min_size=6, max_size=6),
    bodies,
).map(lambda body: body + check_symbol(body))
near_texts = st.builds(
    lambda text, place, symbol: text[:place] + symbol + text[place + 1 :],
    right_texts,
    st.integers(0, 17),
    st.characters(max_codepoint=0x7F, exclude_characters="\0"),
)
any_texts = st.text(st.characters(max_codepoint=0x7F, exclude_characters="\0"), max_size=18)
# The outer check holds, the inner or the shape may not.
outer_texts = st.text(ALPHABET, min_size=17, max_size=17).map(
    lambda body: body + check_symbol(body)
)


def scalar_checks(text: str) -> tuple[bool, bool, bool]:
    outer = inner = False
    with suppress(InvalidUSCC):
        outer = USCC(text).value == text
    with suppress(InvalidOrganisationCode):
        inner = organisation_check(text[8:16]) == text[16:17]
    return has_registered_shape(text), outer, inner


class TestUSCCChecks:
    @given(st.lists(right_texts | near_texts | any_texts | outer_texts, max_size=40))
    def test_are_the_scalar_checks(self, texts: list[str]) -> None:
        found = uscc_checks(np.array(texts, dtype="S18"))
        assert list(zip(*(part.tolist() for part in found), strict=True)) == [
            scalar_checks(text) for text in texts
        ]

    def test_block_borders_do_not_matter(self) -> None:
        rng = np.random.default_rng(1)
        table = np.frombuffer((ALPHABET + "I").encode(), dtype=np.uint8)
        symbols = table[rng.integers(0, len(table), size=(20_001, 18))]
        symbols[::7] = np.frombuffer(b"91349901MA2N0A1B5M", dtype=np.uint8)
        whole = uscc_checks(symbols)
        single = [uscc_checks(symbols[i : i + 1]) for i in range(0, len(symbols), 97)]
        for part in range(3):
            assert whole[part][::97].tolist() == [bool(one[part][0]) for one in single]
        assert whole.shape[::7].all()
        assert whole.check[::7].all()
        assert whole.organisation_check[::7].all()

    def test_matrix_of_bytes_is_the_same_as_fixed_texts(self) -> None:
        codes = np.array(["91349901MA2N0A1B5M", "9134990", ""], dtype="S18")
        matrix = np.ascontiguousarray(codes).view(np.uint8).reshape(-1, 18)
        for left, right in zip(uscc_checks(codes), uscc_checks(matrix), strict=True):
            assert left.tolist() == right.tolist() == [True, False, False]

    def test_strided_views_are_read_right(self) -> None:
        codes = np.array(["91349901MA2N0A1B5M", "x"] * 5, dtype="S18")
        assert uscc_checks(codes[::2]).check.all()
        assert not uscc_checks(codes[1::2]).check.any()

    @pytest.mark.parametrize(
        "codes",
        [
            np.array(["91349901MA2N0A1B5M"]),
            np.array(["91349901MA2N0A1B5M"], dtype="S20"),
            np.zeros((3, 17), dtype=np.uint8),
            np.zeros((3, 18), dtype=np.int64),
            np.zeros(18, dtype=np.uint8),
        ],
    )
    def test_other_arrays_are_a_bug(self, codes: np.ndarray) -> None:
        with pytest.raises(ValueError, match="codes must be"):
            uscc_checks(codes)
