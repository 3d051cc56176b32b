"""Columns of a catalogue as Arrow has them: types, and values of a block turned into arrays."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.catalogues import CODE_TABLES, FieldKind
from shuxin.city.records.drawn import NO_DAY, NOTHING, Names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue, Field
    from shuxin.city.records.drawn import Values
    from shuxin.city.records.register import Register

TIME = pa.timestamp("ms", tz="UTC")
_CODE = pa.dictionary(pa.int16(), pa.string())
_TYPES = {
    FieldKind.CODE: _CODE,
    FieldKind.INTEGER: pa.int64(),
    FieldKind.FEN: pa.int64(),
    FieldKind.RATIO_PPM: pa.int64(),
    FieldKind.NUMBER: pa.float64(),
    FieldKind.DATE: pa.date32(),
    FieldKind.MONTH: pa.date32(),
    FieldKind.TIME: TIME,
    FieldKind.FLAG: pa.bool_(),
}
LEADING = (("subject_code", pa.string()), ("subject_name", pa.string()))
TRAILING = (("src_id", pa.int64()), ("batch_id", _CODE), ("known_time", TIME))
"""COMMON_FIELDS stand before and after a catalogue's own."""


def type_of(kind: FieldKind) -> pa.DataType:
    return _TYPES.get(kind, pa.string())


def schema_of(catalogue: Catalogue) -> pa.Schema:
    """As a table is made; a file that is read back has plain strings where this has dictionaries."""
    own = [pa.field(one.name, type_of(one.kind), one.nullable) for one in catalogue.fields]
    common = [pa.field(name, kind, nullable=False) for name, kind in (*LEADING, *TRAILING)]
    return pa.schema([*common[: len(LEADING)], *own, *common[len(LEADING) :]])


def plain(kind: pa.DataType) -> pa.DataType:
    """The type without its dictionary."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def array_of(one: Field, values: Values, register: Register) -> pa.Array:
    """Values of a field, as ``drawn.Values`` describes them, as an array of its type.

    Raises:
        TypeError: the values are of no kind that the field may have.
    """
    if isinstance(values, Names):
        return _names(values.place, register, values.words)
    if isinstance(values, np.ndarray):
        return _WAYS[one.kind](one, values, register)
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return pc.cast(values, type_of(one.kind))
    raise TypeError(f"{one.name}: {type(values).__name__}")


def _names(place: NDArray[np.int32], register: Register, words: pa.Array | None) -> pa.Array:
    """Names of firms and persons by place; where it is -1, those in ``words``."""
    firm, person = place >= 0, place < -1
    if firm.all():
        return register.name.take(pa.array(place))
    made = register.name.take(pa.array(np.maximum(place, 0), mask=~firm))
    if person.any():
        who = np.where(person, -2 - place.astype(np.int64), -1)
        made = pc.if_else(pa.array(person), register.person_names(who), made)
    return made if words is None else pc.coalesce(made, words)


def _code(one: Field, values: NDArray[np.integer], _register: Register) -> pa.Array:
    index = pa.array(values.astype(np.int16), mask=values < 0 if (values < 0).any() else None)
    return pa.DictionaryArray.from_arrays(index, code_words(one.code_table))


@lru_cache(maxsize=512)
def code_words(table: str) -> pa.StringArray:
    """The codes of a table in its order."""
    return pa.array([code.code for code in CODE_TABLES[table].codes])


def _whole(_one: Field, values: NDArray[np.integer], _register: Register) -> pa.Array:
    gone = values == NOTHING
    return pa.array(values.astype(np.int64), mask=gone if gone.any() else None)


def _number(_one: Field, values: NDArray[np.floating], _register: Register) -> pa.Array:
    gone = np.isnan(values)
    return pa.array(values.astype(np.float64), mask=gone if gone.any() else None)


def _day(_one: Field, values: NDArray[np.int32], _register: Register) -> pa.Array:
    gone = values == NO_DAY
    column = pa.array(values.astype(np.int32), mask=gone if gone.any() else None)
    return column.view(pa.date32())


def _time(_one: Field, values: NDArray[np.int64], _register: Register) -> pa.Array:
    return times(values)


def times(seconds: NDArray[np.int64]) -> pa.Array:
    """Seconds since 1970 UTC as timestamps; NOTHING is missing."""
    gone = seconds == NOTHING
    column = pa.array(np.where(gone, 0, seconds) * 1000, mask=gone if gone.any() else None)
    return column.view(TIME)


def _flag(
    _one: Field, values: NDArray[np.int8] | NDArray[np.bool_], _register: Register
) -> pa.Array:
    if values.dtype == np.bool_:
        return pa.array(values)
    return pa.array(values == 1, mask=values < 0)


def _uscc(_one: Field, values: NDArray[np.int32], register: Register) -> pa.Array:
    return register.uscc.take(pa.array(np.maximum(values, 0), mask=values < 0))


def _name(_one: Field, values: NDArray[np.int32], register: Register) -> pa.Array:
    return _names(values, register, None)


def _hmac(_one: Field, values: NDArray[np.int32], register: Register) -> pa.Array:
    return register.person_codes(values)


_WAYS: Mapping[FieldKind, Callable[..., pa.Array]] = {
    FieldKind.CODE: _code,
    FieldKind.INTEGER: _whole,
    FieldKind.FEN: _whole,
    FieldKind.RATIO_PPM: _whole,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _day,
    FieldKind.MONTH: _day,
    FieldKind.TIME: _time,
    FieldKind.FLAG: _flag,
    FieldKind.USCC: _uscc,
    FieldKind.NAME: _name,
    FieldKind.PERSON_HMAC: _hmac,
}


@lru_cache(maxsize=8)
def batch_words(slug: str, first_day: int, last_day: int) -> pa.StringArray:
    """Numbers of the daily loads of a catalogue from one day to another."""
    days = np.arange(first_day, last_day + 1).astype("datetime64[D]").astype(str)
    return pa.array([f"{slug}-{day.replace('-', '')}" for day in days])
