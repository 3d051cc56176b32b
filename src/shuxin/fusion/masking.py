"""Personal information is masked before anything is stored (脱敏); a keyed digest keeps it matchable."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import Meaning
from shuxin.fusion.recognise import Look, cell_words, look_of
from shuxin.kernel.identity_number import find_identity_numbers
from shuxin.kernel.phone import find_mobile_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_PERSON = 5
DIGEST_SUFFIX = "__hmac"
PERSONAL_MEANINGS = frozenset({Meaning.PERSON_NAME, Meaning.IDENTITY_NUMBER, Meaning.PHONE})
_DIGIT, _BETWEEN, _BEFORE, _AFTER = (
    "[0-9０-９]",
    "[ \\-－　]?",
    "(^|[^0-9０-９])",
    "([^0-9０-９]|$)",
)
_MAYBE_NUMBER = (
    rf"{_BEFORE}((\+|[0０]{{2}})[8８][6６]{_BETWEEN})?[1１][3-9３-９]{_DIGIT}"
    rf"{_BETWEEN}{_DIGIT}{{4}}{_BETWEEN}{_DIGIT}{{4}}{_AFTER}"
    rf"|{_BEFORE}[1-9１-９]{_DIGIT}{{5}}{_BETWEEN}[12１２]{_DIGIT}{{7}}{_BETWEEN}{_DIGIT}{{3}}[0-9０-９XxＸｘ]{_AFTER}"
)
"""What each mobile or identity number in a text looks like, for an engine that cannot look back."""


def masked_column(column: pa.Array, meaning: Meaning) -> pa.Array:
    """The column as it may be stored and shown; nulls stay null.

    Raises ValueError for a meaning that is not personal.
    """
    if meaning not in PERSONAL_MEANINGS:
        raise ValueError(f"{meaning} is not personal information")
    mask = mask_person_cell if meaning is Meaning.PERSON_NAME else mask_number
    return by_distinct(column, mask, pa.string())


def digest_column(column: pa.Array, *, key: bytes) -> pa.Array:
    """HMAC-SHA256 (hex, first 32 digits) of each folded value; null where the value is already masked."""

    def digest(text: str) -> str | None:
        words = cell_words(text).upper()
        if not words or re.search(r"[*×某]", words):
            return None
        return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()[:32]

    return by_distinct(column, digest, pa.string())


def without_embedded_numbers(column: pa.Array) -> tuple[pa.Array, int]:
    """Text with identity and mobile numbers inside it masked, and how many cells had one."""
    suspects = pc.fill_null(pc.match_substring_regex(column, _MAYBE_NUMBER), fill_value=False)
    if not pc.any(suspects).as_py():
        return column, 0
    before = column.filter(suspects)
    masked = by_distinct(before, mask_embedded, pa.string())
    changed = pc.sum(pc.not_equal(masked, before)).as_py() or 0
    return (pc.replace_with_mask(column, suspects, masked), changed) if changed else (column, 0)


def mask_embedded(text: str) -> str:
    """Identity and mobile numbers inside a text, masked in place."""
    found = [*find_identity_numbers(text), *find_mobile_numbers(text)]
    for number in sorted(found, key=lambda number: -number.start):
        text = text[: number.start] + str(number.number) + text[number.end :]
    return text


def mask_person_cell(text: str) -> str:
    """A cell of a column of persons: an organisation among them is no person and stays."""
    several = re.search(r"[\s、,,;;]", text.strip()) is not None
    named = not several and len(text) > _LONGEST_PERSON and look_of(text) is Look.ORGANISATION
    return text if named else mask_person(text)


def mask_if_person(text: str) -> str:
    """A cell of a column of firms: a person's name among them is masked."""
    return mask_person(text) if look_of(text) is Look.PERSON else text


def mask_person(text: str) -> str:
    """The first character and stars: 张** for a name; several names are masked one by one."""
    text = re.sub(
        r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff](?![\u4e00-\u9fff]))",
        r"\1",
        text,
    )
    parts = re.split(r"([\s、,,;;/]+)", text)
    return "".join(
        part if at % 2 or not part else part[0] + "*" * min(len(part) - 1, 3)
        for at, part in enumerate(parts)
    )


def mask_number(text: str) -> str:
    """An identity or telephone number as their types print it; anything else keeps its ends only."""
    masked = mask_embedded(text)
    if masked != text or "*" in text:
        return masked
    return text[:3] + "*" * max(len(text) - 5, 1) + text[-2:] if len(text) > 5 else "*" * len(text)


def by_distinct(column: pa.Array, convert: Callable[[str], object], kind: pa.DataType) -> pa.Array:
    """Apply ``convert`` once to each distinct text; nulls stay null."""
    encoded = column.dictionary_encode()
    values = pa.array([convert(text) for text in encoded.dictionary.to_pylist()], kind)
    return values.take(encoded.indices)
