from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.uscc import (
    ALPHABET,
    CATEGORIES,
    DEPARTMENTS,
    MOST_SUGGESTIONS,
    USCC,
    WEIGHTS,
    InvalidUSCC,
    USCCCheckFails,
    check_symbol,
    clean_code_text,
    has_registered_shape,
    suggest_uscc,
)

# Codes of regions that were never assigned: nobody's.
SYNTHETIC = (
    "91349901MA2N0A1B5M",
    "91349901MA2W7XKC3M",
    "92349902MA8Q1T3E3Y",
    "93349903MA3H5R6Y5Q",
    "52349901MJ0A1B2C5H",
    "91349901723456781A",
)

symbols = st.sampled_from(ALPHABET)
uscc_texts = st.text(ALPHABET, min_size=17, max_size=17).map(lambda body: body + check_symbol(body))
registered_texts = st.builds(
    lambda pair, region, body: pair + region + body + organisation_check(body),
    st.sampled_from(sorted(CATEGORIES)),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=8, max_size=8),
).map(lambda body: body + check_symbol(body))


def replaced(text: str, place: int, symbol: str) -> str:
    return text[:place] + symbol + text[place + 1 :]


def swapped(text: str, i: int, j: int) -> str:
    return replaced(replaced(text, i, text[j]), j, text[i])


class TestCheckSymbol:
    def test_worked_example_of_the_standard(self) -> None:
        assert check_symbol("91350100M000100Y4") == "3"

    def test_weights_of_the_standard(self) -> None:
        assert WEIGHTS[:17] == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

    @given(st.text(ALPHABET, min_size=17, max_size=17))
    def test_is_the_formula_spelled_out(self, body: str) -> None:
        remainder = sum(ALPHABET.index(s) * 3**i for i, s in enumerate(body)) % 31
        assert ALPHABET.index(check_symbol(body)) == (31 - remainder) % 31

    def test_remainder_zero_gives_zero_and_not_31(self) -> None:
        assert check_symbol("0" * 17) == "0"

    @pytest.mark.parametrize("body", ["", "0" * 16, "0" * 18, "I" * 17])
    def test_refuses_anything_else(self, body: str) -> None:
        with pytest.raises(InvalidUSCC):
            check_symbol(body)


class TestUSCC:
    @pytest.mark.parametrize("text", SYNTHETIC)
    def test_known_codes_pass_every_check(self, text: str) -> None:
        code = USCC(text)
        assert code.organisation_check_holds
        assert code.registered_shape_holds
        assert str(code) == text

    @given(uscc_texts, st.integers(0, 17), symbols)
    def test_detects_any_wrong_symbol(self, text: str, place: int, symbol: str) -> None:
        assume(text[place] != symbol)
        with pytest.raises(USCCCheckFails):
            USCC(replaced(text, place, symbol))

    @given(uscc_texts, st.integers(0, 16), st.integers(0, 16))
    def test_detects_any_swap_of_two_symbols(self, text: str, i: int, j: int) -> None:
        assume(text[i] != text[j])
        with pytest.raises(InvalidUSCC):
            USCC(swapped(text, i, j))

    @given(uscc_texts)
    def test_detects_swap_of_the_last_two(self, text: str) -> None:
        assume(text[16] != text[17])
        with pytest.raises(InvalidUSCC):
            USCC(swapped(text, 16, 17))

    @given(st.text(max_size=20))
    def test_accepts_nothing_but_codes(self, text: str) -> None:
        with suppress(InvalidUSCC):
            assert clean_code_text(USCC(text).value) == text

    @given(uscc_texts)
    def test_inner_check_is_a_finding(self, text: str) -> None:
        assert USCC(text).organisation_check_holds == (organisation_check(text[8:16]) == text[16])

    @given(uscc_texts, uscc_texts)
    def test_orders_as_text(self, left: str, right: str) -> None:
        assert (USCC(left) < USCC(right)) == (left < right)

    def test_parts(self) -> None:
        code = USCC("92349902MA8Q1T3E3Y")
        assert code.department == DEPARTMENTS["9"]
        assert code.category == CATEGORIES["92"]
        assert code.is_individual_business
        assert code.region_code == "349902"
        assert code.organisation_code == "MA8Q1T3E3"

    def test_unknown_department_is_a_finding(self) -> None:
        code = USCC("B" + "0" * 16 + check_symbol("B" + "0" * 16))
        assert code.department is None
        assert code.category is None
        assert not code.registered_shape_holds

    @pytest.mark.parametrize("text", ["", SYNTHETIC[0].lower(), f" {SYNTHETIC[0]}", "O" * 18])
    def test_is_never_repaired(self, text: str) -> None:
        with pytest.raises(InvalidUSCC) as caught:
            USCC(text)
        assert caught.value.code == "uscc_invalid"

    def test_message_never_shows_the_code(self) -> None:
        wrong = replaced(SYNTHETIC[0], 17, "0")
        with pytest.raises(USCCCheckFails) as caught:
            USCC(wrong)
        assert wrong not in caught.value.say("en") + caught.value.say("zh") + repr(caught.value)


class TestRegisteredShape:
    def test_every_category_has_its_department(self) -> None:
        assert {pair[0] for pair in CATEGORIES} == set(DEPARTMENTS)

    @pytest.mark.parametrize(
        "head", ["90349901", "94349901", "99349901", "3634990A", "B1349901", "Y2349901"]
    )
    def test_pairs_outside_the_table_do_not_hold(self, head: str) -> None:
        assert not has_registered_shape(head + "MA2N0A1B5M")

    @given(registered_texts)
    def test_pairs_of_the_table_hold(self, text: str) -> None:
        assert USCC(text).registered_shape_holds


class TestCleanCodeText:
    @pytest.mark.parametrize(
        "text",
        [
            "91349901ma2n0a1b5m",
            " 9134 9901 MA2N 0A1B 5M\n",
            "91349901-MA2N0A1B5-M",
            "９１３４９９０１ＭＡ２Ｎ０Ａ１Ｂ５Ｍ",
            "\ufeff91349901\u200bMA2N0A1B5M\u3000",
            "91349901\u2014MA2N0A1B5M",
        ],
    )
    def test_removes_what_typing_and_files_add(self, text: str) -> None:
        assert clean_code_text(text) == "91349901MA2N0A1B5M"

    def test_repairs_nothing(self) -> None:
        assert clean_code_text("9I34990OMA") == "9I34990OMA"

    @given(st.text(st.characters(max_codepoint=0x17F) | st.characters(min_codepoint=0xFF00)))
    def test_twice_is_once(self, text: str) -> None:
        once = clean_code_text(text)
        assert clean_code_text(once) == once


class TestSuggestUSCC:
    @given(st.text(ALPHABET + "IOSVZ?", min_size=18, max_size=18))
    def test_every_suggestion_passes_everything(self, text: str) -> None:
        found = suggest_uscc(text)
        assert len(set(found)) == len(found) <= MOST_SUGGESTIONS
        assert all(
            code.organisation_check_holds and code.registered_shape_holds
            for code in found
            if code.value != text
        )

    @given(uscc_texts)
    def test_right_code_suggests_itself(self, text: str) -> None:
        assert suggest_uscc(f" {text.lower()}") == (USCC(text),)

    @given(registered_texts)
    def test_letters_a_code_never_has_are_read_as_meant(self, text: str) -> None:
        mistyped = text[:2] + text[2:8].replace("0", "O").replace("1", "I") + text[8:]
        assume(sum(symbol in "OI" for symbol in mistyped) in range(1, 4))
        assert USCC(text) in suggest_uscc(mistyped)

    @given(st.sampled_from(SYNTHETIC), st.integers(0, 17), symbols)
    def test_one_wrong_symbol_is_among_the_suggestions_or_there_are_none(
        self, text: str, place: int, symbol: str
    ) -> None:
        found = suggest_uscc(replaced(text, place, symbol))
        assert not found or USCC(text) in found

    @given(st.sampled_from(SYNTHETIC), st.integers(0, 16))
    def test_one_swap_is_among_the_suggestions_or_there_are_none(
        self, text: str, place: int
    ) -> None:
        found = suggest_uscc(swapped(text, place, place + 1))
        assert not found or USCC(text) in found

    @pytest.mark.parametrize(
        "mistyped",
        ["9I349901MA2N0A1B5M", "91349901MA2NOA1B5M", "91349901MA2N0A185M", "91349901MAZN0A1B5M"],
    )
    def test_look_alike_comes_first(self, mistyped: str) -> None:
        assert suggest_uscc(mistyped)[0] == USCC("91349901MA2N0A1B5M")

    @pytest.mark.parametrize("text", ["", "91349901", "IIII9901MA2N0A1B5M", SYNTHETIC[0] + "0"])
    def test_nothing_for_what_is_too_far_off(self, text: str) -> None:
        assert suggest_uscc(text) == ()
