"""The subject of each row as its department knows it: a code, an account, a person, a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.catalogues import CODE_TABLES, FieldKind
from shuxin.city.records.fill import account_of
from shuxin.city.vocabulary import DISTRICTS, TRADES
from shuxin.city.world.population import INDUSTRIES, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.drawn import Values
    from shuxin.city.records.fill import Sheet

LISTED = frozenset({"industry", "region", "catalogue", "day"})
"""Catalogues whose subjects are no firms."""


def subject_codes(sheet: Sheet, made: Mapping[str, Values]) -> pa.Array | None:
    """(r,) what the rows are known by; None where it is the USCC of their firms."""
    given = sheet.drawn.values.get("subject_code")
    if given is not None:
        return given
    key = sheet.catalogue.subject_key
    if key == "account":
        return _own(sheet, made, FieldKind.ACCOUNT) or account_of(sheet)
    if key == "person":
        return _own(sheet, made, FieldKind.PERSON_HMAC)
    if key in LISTED:
        return _listed(sheet, key)[0]
    return None


def subject_names(sheet: Sheet) -> pa.Array | None:
    """(r,) names of subjects that are no firms; None where they are."""
    given = sheet.drawn.values.get("subject_name")
    if given is not None:
        return given
    key = sheet.catalogue.subject_key
    if key in LISTED:
        return _listed(sheet, key)[1]
    if key == "person":
        return pa.array(["（个人）"] * len(sheet), pa.string())
    return None


def _own(sheet: Sheet, made: Mapping[str, Values], kind: FieldKind) -> pa.Array | None:
    """The first field of that kind, which is the subject."""
    for one in sheet.catalogue.fields:
        if one.kind is kind:
            values = made[one.name]
            if isinstance(values, np.ndarray):
                return sheet.register.person_codes(values)
            return values
    return None


def _listed(sheet: Sheet, key: str) -> tuple[pa.Array, pa.Array]:
    """Codes and names of a list, one after another, over again where there are more rows."""
    codes, names = _LISTS[key]
    place = _numbers(sheet) % len(codes)
    index = pa.array(place)
    return pa.array(codes).take(index), pa.array(names).take(index)


def _numbers(sheet: Sheet) -> NDArray[np.int64]:
    """(r,) numbers that differ from block to block."""
    return np.arange(len(sheet), dtype=np.int64) + sheet.block.number * 41


_DAYS = tuple(
    str(day) for day in np.arange("2020-07-11", "2026-01-01", dtype="datetime64[D]").tolist()
)
_LISTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "industry": (INDUSTRIES, tuple(word for name in SECTIONS for _, word in TRADES[name])),
    "region": (tuple(DISTRICTS), tuple(DISTRICTS.values())),
    "catalogue": (
        tuple(f"{table}/{code.code}" for table in CODE_TABLES for code in CODE_TABLES[table].codes),
        tuple(code.zh for table in CODE_TABLES.values() for code in table.codes),
    ),
    "day": (_DAYS, _DAYS),
}
