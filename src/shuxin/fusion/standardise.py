"""Text cells into typed columns: a fast path for clean cells, careful reading of each other distinct cell."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import Field, FieldType, PersonalClass
from shuxin.fusion.masking import (
    DIGEST_SUFFIX,
    PERSONAL_MEANINGS,
    by_distinct,
    digest_column,
    mask_if_person,
    masked_column,
    without_embedded_numbers,
)
from shuxin.fusion.recognise import PLACEHOLDERS, cell_words
from shuxin.kernel.dates import CHINA_TIME, read_date
from shuxin.kernel.money import InvalidAmount, Unit, parse_amount_fen, unit_named
from shuxin.kernel.uscc import clean_code_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shuxin.fusion.mapping import ColumnMapping

_PLAIN_CODE = r"^[0-9A-Z]{8,}$"
_PLAIN_INTEGER = r"^-?[0-9]{1,18}$"
_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
_PLAIN_AMOUNT = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"
_PLAIN_DAY = r"^(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]$"
_GROUPED = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
_LARGEST_INT64 = 2**63 - 1
_TRUE = frozenset({"是", "true", "y", "yes", "1"})
_FALSE = frozenset({"否", "false", "n", "no", "0"})
ARROW_TYPES = {
    FieldType.STRING: pa.string(),
    FieldType.CODE: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.NUMBER: pa.float64(),
    FieldType.MONEY: pa.int64(),
    FieldType.DATE: pa.date32(),
    FieldType.MONTH: pa.date32(),
    FieldType.TIMESTAMP: pa.timestamp("us", tz="Asia/Shanghai"),
    FieldType.BOOLEAN: pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Standardised:
    """One column ready to store.

    values: (n,) typed; null for an empty cell, a placeholder, or a failure. failed: (n,) bool, cells with
    content that could not be read. reason: the reject code of those. digest: (n,) keyed digests of a
    personal column, else None. placeholders, embedded: cells with a placeholder, cells in which a
    personal number was masked.
    """

    values: pa.Array
    failed: NDArray[np.bool_]
    reason: str = ""
    digest: pa.Array | None = None
    placeholders: int = 0
    embedded: int = 0


def standardise(column: pa.Array, *, field: Field, how: ColumnMapping, key: bytes) -> Standardised:
    """Read a column of trimmed text (no nulls) as ``field`` wants it."""
    nothing = np.zeros(len(column), dtype=np.bool_)
    cells = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    if field.meaning in PERSONAL_MEANINGS:
        return Standardised(
            masked_column(cells, field.meaning), nothing, digest=digest_column(cells, key=key)
        )
    if field.type is FieldType.STRING:
        if field.personal is not PersonalClass.NONE:
            cells = by_distinct(cells, mask_if_person, pa.string())
        values, embedded = without_embedded_numbers(cells)
        return Standardised(values, nothing, embedded=embedded)
    if field.type is FieldType.CODE:
        return _standardised_codes(cells, nothing)
    missing = frozenset(how.missing)
    return _typed(cells, *_reader_of(field, how), kind=ARROW_TYPES[field.type], missing=missing)


def _standardised_codes(cells: pa.Array, nothing: NDArray[np.bool_]) -> Standardised:
    plain = pc.fill_null(pc.match_substring_regex(cells, _PLAIN_CODE), fill_value=True)
    if pc.all(plain).as_py():
        values, embedded = without_embedded_numbers(cells)
        return Standardised(values, nothing, embedded=embedded)

    def clean(text: str) -> str | None:
        if cell_words(text).lower() in PLACEHOLDERS:
            return None
        cleaned = clean_code_text(text)
        return cleaned or None

    cleaned = by_distinct(cells, clean, pa.string())
    values, embedded = without_embedded_numbers(cleaned)
    return Standardised(
        values, nothing, placeholders=cleaned.null_count - cells.null_count, embedded=embedded
    )


def _reader_of(
    field: Field, how: ColumnMapping
) -> tuple[Callable[[pa.Array], pa.Array] | None, str, Callable[[str], object], str]:
    """Fast reader, the pattern it needs, careful reader (raises ValueError), reason of failure."""
    kind = field.type
    if kind is FieldType.INTEGER:
        return lambda c: pc.cast(c, pa.int64()), _PLAIN_INTEGER, _integer, "number_unreadable"
    if kind is FieldType.NUMBER:
        return lambda c: pc.cast(c, pa.float64()), _PLAIN_NUMBER, _number, "number_unreadable"
    if kind is FieldType.MONEY:
        unit = unit_named(how.unit or "元")
        return (
            lambda c: _fast_fen(c, unit.value),
            _PLAIN_AMOUNT,
            lambda text: _fen(text, unit),
            "number_unreadable",
        )
    if kind is FieldType.BOOLEAN:
        return None, "", _truth, "truth_unreadable"
    day_only = kind in {FieldType.DATE, FieldType.MONTH}
    fast = (
        (lambda c: pc.cast(c, pa.date32())) if kind is FieldType.DATE and _reads_iso(how) else None
    )
    return fast, _PLAIN_DAY, lambda text: _moment(text, how, day_only=day_only), "date_unreadable"


def _reads_iso(how: ColumnMapping) -> bool:
    sample = read_date("2024-01-31", spelling=how.spellings[0]) if how.spellings else None
    return sample == dt.date(2024, 1, 31)


def _typed(
    cells: pa.Array,
    fast: Callable[[pa.Array], pa.Array] | None,
    pattern: str,
    careful: Callable[[str], object],
    reason: str,
    *,
    kind: pa.DataType,
    missing: frozenset[str],
) -> Standardised:
    """All cells by the fast reader when all are plain; else each distinct cell by the careful one."""
    if fast is not None and pc.all(pc.match_substring_regex(cells, pattern)).as_py() is not False:
        try:
            return Standardised(fast(cells), np.zeros(len(cells), dtype=np.bool_))
        except pa.ArrowInvalid:
            pass  # a day that does not exist, a sum beyond int64: the careful reader names the cells
    failures: set[str] = set()
    blanks: set[str] = set()

    def read(text: str) -> object:
        words = cell_words(text)
        if not words or words.lower() in PLACEHOLDERS or words in missing:
            blanks.add(text)
            return None
        try:
            return careful(words)
        except ValueError:
            failures.add(text)
            return None

    values = by_distinct(cells, read, kind)
    return Standardised(
        values,
        _is_one_of(cells, failures),
        reason=reason,
        placeholders=int(_is_one_of(cells, blanks).sum()),
    )


def _is_one_of(cells: pa.Array, texts: set[str]) -> NDArray[np.bool_]:
    if not texts:
        return np.zeros(len(cells), dtype=np.bool_)
    found = pc.is_in(cells, value_set=pa.array(sorted(texts), pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _fast_fen(cells: pa.Array, factor: int) -> pa.Array:
    exact = pc.multiply(pc.cast(cells, pa.decimal128(18, 6)), pa.scalar(factor, pa.int64()))
    return pc.cast(exact, pa.int64())


def _fen(words: str, unit: Unit) -> int:
    try:
        fen = parse_amount_fen(words, unit=unit)
    except InvalidAmount as error:
        raise ValueError(str(error)) from error
    return fen


def _ungrouped(words: str) -> str:
    """A number without its thousands separators. Raises ValueError where a comma parts no thousands."""
    if not _GROUPED.fullmatch(words):
        raise ValueError("not a number")
    return words.replace(",", "")


def _integer(words: str) -> int:
    text = re.sub(r"\.0+$", "", _ungrouped(words))
    value = int(text)
    if abs(value) > _LARGEST_INT64 or not text.lstrip("+-").isascii():
        raise ValueError("beyond int64")
    return value


def _number(words: str) -> float:
    value = float(_ungrouped(words))
    if not math.isfinite(value):
        raise ValueError("not finite")
    return value


def _truth(words: str) -> bool:
    word = words.lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError("neither yes nor no")


def _moment(words: str, how: ColumnMapping, *, day_only: bool) -> dt.date | dt.datetime:
    for spelling in how.spellings:
        value = read_date(words, spelling=spelling)
        if value is None:
            continue
        if day_only:
            return value.astimezone(CHINA_TIME).date() if isinstance(value, dt.datetime) else value
        midnight = dt.time(tzinfo=CHINA_TIME)
        return value if isinstance(value, dt.datetime) else dt.datetime.combine(value, midnight)
    raise ValueError("no spelling reads it")


def stored_schema(fields: tuple[Field, ...]) -> pa.Schema:
    """Columns of the stored table: the line each row came from, the fields, digests of personal fields."""
    columns = [pa.field("_line", pa.int64(), nullable=False)]
    for field in fields:
        columns.append(pa.field(field.name, ARROW_TYPES[field.type]))
        if field.meaning in PERSONAL_MEANINGS:
            columns.append(pa.field(field.name + DIGEST_SUFFIX, pa.string()))
    return pa.schema(columns)
