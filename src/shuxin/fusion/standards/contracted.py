"""Which standard a contract keeps (合约所依标准), and by which of its fields.

A contract names its standard by the property ``standard``; one that an office wrote itself may name the table of the
domain's list (``table``) instead, and call its fields as the office does: a field is a standard's where its name or
its title is one that the standard goes by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import SUBJECT_MEANINGS, FieldType
from shuxin.fusion.standards.known import MARK, STANDARDS

if TYPE_CHECKING:
    from shuxin.catalogue.api import Contract, Field
    from shuxin.fusion.standards.form import Standard

TABLE = "table"
_BY_NAME = {standard.name: standard for standard in STANDARDS}
_BY_NUMBER = {standard.number: standard for standard in STANDARDS if standard.number}
_READ_AS = {
    FieldType.CODE: frozenset({FieldType.CODE, FieldType.STRING}),
    FieldType.STRING: frozenset({FieldType.CODE, FieldType.STRING}),
    FieldType.DATE: frozenset({FieldType.DATE, FieldType.MONTH, FieldType.TIMESTAMP}),
}
"""Types that a standard's field is read from, beside its own; of a moment the day in China."""


def standard_of(contract: Contract) -> str:
    """The standard that a contract is marked with; "" if none, or if it keeps another table's name only.

    A contract that names the standard is of it whether or not its fields are there: what misses is told where it is
    read. One that names the table is of the standard only when all needed fields are there.
    """
    said = dict(contract.extra)
    named = said.get(MARK, "")
    if named in _BY_NAME:
        return named
    found = _BY_NUMBER.get(said.get(TABLE, ""))
    return found.name if found is not None and not unmet(contract, found) else ""


def fields_in(contract: Contract, standard: Standard) -> dict[str, str]:
    """By field of the standard the contract's field that gives it, of a type that can be read as it."""
    own = {field.name: field for field in contract.fields}
    marked = _is_marked(contract)
    titled = {} if marked else {field.title: field for field in reversed(contract.fields)}
    found = {}
    for wanted in standard.fields:
        name = wanted.field.name
        by_title = (titled[header] for header in sorted(wanted.headers) if header in titled)
        field = own.get(name) or next(by_title, None)
        if field is not None and _readable(field, wanted.field, marked=marked):
            found[name] = field.name
    return found


def unmet(contract: Contract, standard: Standard) -> str:
    """A field of the standard that the contract lacks or has in a type that cannot be read as it; "" if none."""
    given = fields_in(contract, standard)
    subjects = [w.field.name for w in standard.fields if w.field.meaning in SUBJECT_MEANINGS]
    if subjects and not {field.meaning for field in contract.fields} & SUBJECT_MEANINGS:
        return subjects[0]
    own = {field.name for field in contract.fields} if _is_marked(contract) else set()
    for wanted in standard.fields:
        name = wanted.field.name
        if name not in given and (wanted.needed or name in own):
            return name
    return ""


def _is_marked(contract: Contract) -> bool:
    return dict(contract.extra).get(MARK, "") in _BY_NAME


def _readable(field: Field, wanted: Field, *, marked: bool) -> bool:
    """A contract in our own form has our types; one of an office may have what can be read as them."""
    if field.type == wanted.type:
        return True
    return not marked and field.type in _READ_AS.get(wanted.type, ())
