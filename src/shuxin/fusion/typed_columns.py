"""Typed columns into stored ones: each distinct text is looked at once, numbers and times as whole columns."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import Field, FieldType, PersonalClass
from shuxin.fusion.masking import (
    PERSONAL_MEANINGS,
    by_distinct,
    digest_column,
    mask_if_person,
    masked_column,
    without_embedded_numbers,
)
from shuxin.fusion.plain_texts import all_plain
from shuxin.fusion.recognise import PLACEHOLDERS, cell_words
from shuxin.fusion.standardise import ARROW_TYPES, Standardised
from shuxin.kernel.uscc import clean_code_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""Days outside are no dates of anything that a department knows."""
_EPOCH = dt.date(1970, 1, 1)
_DAYS = ((FIRST_DAY - _EPOCH).days, (LAST_DAY - _EPOCH).days)
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_CHINA_HOURS = 8
_CLEAN_CODE = r"^[0-9A-Z]{8,}$"
_PLAIN_CODE = r"^[0-9A-Za-z _./-]*$"
_LEFT_OUT_OF_CODES = r"[ -]"
_MAYBE_PERSON = r"\p{Han}"
_LONGEST_PERSON = 12
_TIMES = frozenset({FieldType.DATE, FieldType.MONTH, FieldType.TIMESTAMP})
OUT_OF_RANGE = "date_out_of_range"


def readable_as(kind: FieldType, stored: pa.DataType) -> bool:
    """Whether :func:`convert` can read a column of type ``stored`` as ``kind``."""
    text = pa.types.is_string(stored) or pa.types.is_large_string(stored)
    whole = pa.types.is_integer(stored) and stored != pa.uint64()
    if kind in {FieldType.STRING, FieldType.CODE}:
        return bool(text or whole)
    if kind in {FieldType.INTEGER, FieldType.MONEY}:
        return bool(whole)
    if kind is FieldType.NUMBER:
        return bool(whole or pa.types.is_floating(stored) or pa.types.is_decimal(stored))
    if kind is FieldType.BOOLEAN:
        return bool(pa.types.is_boolean(stored))
    is_time = bool(pa.types.is_timestamp(stored))
    return is_time or (kind is not FieldType.TIMESTAMP and bool(pa.types.is_date(stored)))


def convert(column: pa.Array, *, field: Field, key: bytes) -> Standardised:
    """A column of a type that ``readable_as`` allows, as ``field`` wants it; dictionaries of texts stay dictionaries.

    As in :func:`shuxin.fusion.standardise.standardise`, texts are trimmed, an empty one is missing, and persons and
    numbers of persons are masked.
    """
    if field.type in {FieldType.STRING, FieldType.CODE}:
        return _texts(column, field, key)
    if field.type in _TIMES:
        return _times(column, field.type)
    if field.type is FieldType.BOOLEAN:
        return Standardised(column, _none(column))
    values = pc.cast(column, ARROW_TYPES[field.type], safe=not pa.types.is_decimal(column.type))
    if field.type is not FieldType.NUMBER or not pa.types.is_floating(column.type):
        return Standardised(values, _none(column))
    finite = pc.fill_null(pc.is_finite(values), fill_value=True)
    return _without(values, finite, "number_unreadable")


def _none(column: pa.Array) -> NDArray[np.bool_]:
    return np.zeros(len(column), dtype=np.bool_)


def _without(values: pa.Array, right: pa.BooleanArray, reason: str) -> Standardised:
    """Values that are not right as failures of the reason."""
    failed = ~np.asarray(right.to_numpy(zero_copy_only=False), dtype=np.bool_)
    if not failed.any():
        return Standardised(values, failed)
    return Standardised(
        pc.if_else(right, values, pa.scalar(None, values.type)), failed, reason=reason
    )


def _times(column: pa.Array, kind: FieldType) -> Standardised:
    if pa.types.is_date64(column.type):
        column = pc.cast(column, pa.timestamp("ms"))
    if not pa.types.is_timestamp(column.type):
        return _within(column, column.view(pa.int32()), _DAYS)
    per_second = _PER_SECOND[column.type.unit]
    stated = column.view(pa.int64())
    shift = 0 if column.type.tz else -_CHINA_HOURS * 3600
    day = 86_400
    limits = (_DAYS[0] * day * per_second, (_DAYS[1] + 1) * day * per_second - 1)
    told = _within(column, stated, limits)
    whole = told.values.view(pa.int64())
    utc = pc.add(whole, shift * per_second) if shift else whole
    moments = pc.cast(utc.view(pa.timestamp(column.type.unit)), pa.timestamp("us"), safe=False)
    if kind is FieldType.TIMESTAMP:
        values = moments.view(pa.int64()).view(ARROW_TYPES[FieldType.TIMESTAMP])
    else:
        local = pc.add(moments.view(pa.int64()), _CHINA_HOURS * 3600 * 10**6)
        values = pc.cast(pc.floor_temporal(local.view(pa.timestamp("us")), unit="day"), pa.date32())
    return Standardised(values, told.failed, reason=told.reason)


def _within(column: pa.Array, stated: pa.Array, limits: tuple[int, int]) -> Standardised:
    inside = pc.and_(pc.greater_equal(stated, limits[0]), pc.less_equal(stated, limits[1]))
    return _without(column, pc.fill_null(inside, fill_value=True), OUT_OF_RANGE)


def _texts(column: pa.Array, field: Field, key: bytes) -> Standardised:
    cells = _as_text(column)
    of_persons = field.meaning in PERSONAL_MEANINGS or field.personal is not PersonalClass.NONE
    if not of_persons and pa.types.is_string(cells.type) and all_plain(cells):
        return Standardised(cells, _none(cells))
    cells = over_words(cells, _trimmed)
    nothing = _none(cells)
    if field.meaning in PERSONAL_MEANINGS:
        return Standardised(
            masked_column(cells, field.meaning), nothing, digest=digest_column(cells, key=key)
        )
    placeholders = 0
    if field.personal is not PersonalClass.NONE:
        cells = over_words(cells, _without_persons)
    elif field.type is FieldType.CODE:
        known = pa.array(field.code_table, pa.string())
        cleaned = over_words(cells, lambda words: _cleaned(words, known))
        placeholders, cells = cleaned.null_count - cells.null_count, cleaned
    values, embedded = _without_numbers(cells)
    return Standardised(values, nothing, placeholders=placeholders, embedded=embedded)


def _as_text(column: pa.Array) -> pa.Array:
    """Plain strings, or a dictionary of them."""
    if pa.types.is_dictionary(column.type):
        words = column.dictionary.cast(pa.string())
        return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), words)
    return column.cast(pa.string())


def over_words(column: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Change texts: each word of a dictionary once. In the new dictionary no word stands twice, and none is null."""
    if not pa.types.is_dictionary(column.type):
        return change(column)
    changed = change(column.dictionary)
    encoded = changed.dictionary_encode()
    if len(encoded.dictionary) == len(changed):
        return pa.DictionaryArray.from_arrays(column.indices, changed)
    places = encoded.indices.take(column.indices)
    return pa.DictionaryArray.from_arrays(places, encoded.dictionary)


def words_of(column: pa.Array) -> pa.Array:
    """The distinct texts where the column is a dictionary, else all of them."""
    return column.dictionary if pa.types.is_dictionary(column.type) else column


def rows_with(column: pa.Array, marked: pa.BooleanArray) -> NDArray[np.bool_]:
    """(n,) rows whose text is marked; ``marked`` is of :func:`words_of`, a missing mark is none."""
    told = pc.fill_null(marked, fill_value=False)
    if pa.types.is_dictionary(column.type):
        told = pc.fill_null(told.take(column.indices), fill_value=False)
    return np.asarray(told.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _trimmed(words: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(words)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _without_persons(words: pa.Array) -> pa.Array:
    """Names of persons masked; only short texts in Chinese can be one."""
    short = pc.less_equal(pc.utf8_length(words), _LONGEST_PERSON)
    suspects = pc.and_(short, pc.match_substring_regex(words, _MAYBE_PERSON))
    suspects = pc.fill_null(suspects, fill_value=False)
    if not pc.any(suspects).as_py():
        return words
    masked = by_distinct(words.filter(suspects), mask_if_person, pa.string())
    return pc.replace_with_mask(words, suspects, masked)


def _cleaned(words: pa.Array, known: pa.Array) -> pa.Array:
    """Codes without blanks and hyphens, in upper case; those of the code table stay as they are."""
    clean = pc.fill_null(pc.match_substring_regex(words, _CLEAN_CODE), fill_value=True)
    if len(known):
        clean = pc.or_(clean, pc.is_in(words, value_set=known))
    if pc.all(clean).as_py():
        return words
    rest = words.filter(pc.invert(clean))
    return pc.replace_with_mask(words, pc.invert(clean), _clean_texts(rest))


def _clean_texts(words: pa.Array) -> pa.Array:
    plain = pc.match_substring_regex(words, _PLAIN_CODE)
    quick = pc.replace_substring_regex(pc.utf8_upper(words), _LEFT_OUT_OF_CODES, "")
    placeholder = pc.is_in(pc.utf8_lower(words), value_set=pa.array(sorted(PLACEHOLDERS)))
    empty = pc.or_(placeholder, pc.equal(quick, ""))
    found = pc.if_else(empty, pa.scalar(None, pa.string()), quick)
    if pc.all(plain).as_py():
        return found
    slow = by_distinct(words.filter(pc.invert(plain)), clean_code, pa.string())
    return pc.replace_with_mask(found, pc.invert(plain), slow)


def clean_code(text: str) -> str | None:
    """A code as it is stored; None for a placeholder."""
    if cell_words(text).lower() in PLACEHOLDERS:
        return None
    return clean_code_text(text) or None


def _without_numbers(column: pa.Array) -> tuple[pa.Array, int]:
    """As ``without_embedded_numbers`` does, over the words of a dictionary."""
    if not pa.types.is_dictionary(column.type):
        return without_embedded_numbers(column)
    words = column.dictionary
    masked, changed = without_embedded_numbers(words)
    if not changed:
        return column, 0
    rows = rows_with(column, pc.not_equal(masked, words))
    return over_words(column, lambda _: masked), int(rows.sum())
