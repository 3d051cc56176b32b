import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.alignment.cases import universe

from shuxin.federation.alignment.codes import pack
from shuxin.federation.alignment.refusal import RowsInvalid
from shuxin.kernel.uscc import ALPHABET

codes = st.text(ALPHABET, min_size=18, max_size=18)


def slow(code: str) -> tuple[int, int]:
    """By whole numbers of Python, five bits a symbol."""
    number = sum(ALPHABET.index(symbol) << 5 * (17 - place) for place, symbol in enumerate(code))
    return number >> 30, number & (1 << 30) - 1


class TestPack:
    @given(st.lists(codes, max_size=5))
    def test_is_what_whole_numbers_give(self, texts: list[str]) -> None:
        blocks = pack("".join(texts).encode())
        assert [tuple(row) for row in blocks.tolist()] == [slow(text) for text in texts]

    @given(codes, codes)
    def test_keeps_the_order_and_so_the_difference(self, one: str, other: str) -> None:
        first, second = (tuple(row) for row in pack((one + other).encode()).tolist())
        assert (first < second, first == second) == (one < other, one == other)

    def test_over_more_than_one_piece(self) -> None:
        texts = universe(65_540)
        blocks = pack("".join(texts).encode())
        for row in (0, 65_535, 65_536, 65_539):
            assert tuple(blocks[row].tolist()) == slow(texts[row])

    @given(st.binary(max_size=60))
    def test_refuses_what_are_no_codes(self, text: bytes) -> None:
        if len(text) % 18 == 0 and all(chr(symbol) in ALPHABET for symbol in text):
            assert len(pack(text)) == len(text) // 18
        else:
            with pytest.raises(RowsInvalid):
                pack(text)
