"""Fields out of the bodies of this room's statements, strictly."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, TypeVar

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import PublicKey, PublicKeyInvalid
from shuxin.kernel.statements import YEARS
from shuxin.kernel.text import Text
from shuxin.parties.domain.party import PartyInvalid, PartyKind, check_party

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,120}")
_LONGEST_PARTY = 60
_MOST_ITEMS = 50

Word = TypeVar("Word", bound="StrEnum")


class PartyStatementUnreadable(InvalidInput):
    code = "party_statement_unreadable"
    what = Text(
        en="the field '{field}' of this statement is not right", zh="该声明的字段“{field}”有误"
    )
    mend = Text(
        en="Let its author make it anew with this version of shuxin",
        zh="请由出具方用本版本 shuxin 重新生成",
    )


class Fields:
    """Reads named fields of parsed JSON. Every method raises PartyStatementUnreadable."""

    def __init__(self, values: object, *, names: frozenset[str]) -> None:
        if not isinstance(values, dict):
            raise PartyStatementUnreadable(field="")
        self._values: Mapping[str, object] = values
        different = sorted(str(name) for name in set(values) ^ names)
        if different:
            raise PartyStatementUnreadable(field=different[0][:40])

    def text(self, name: str) -> str:
        """Up to 120 printable characters, perhaps none."""
        return self._matching(name, _PRINTABLE)

    def hex(self, name: str, *, digits: int) -> str:
        return self._matching(name, re.compile(f"[0-9a-f]{{{digits}}}"))

    def hex_or_none(self, name: str, *, digits: int) -> str:
        return "" if self._values[name] == "" else self.hex(name, digits=digits)

    def moment(self, name: str) -> dt.datetime:
        """ISO 8601 to the second, with an offset."""
        try:
            moment = dt.datetime.fromisoformat(self._matching(name, _MOMENT))
        except ValueError:
            raise PartyStatementUnreadable(field=name) from None
        if moment.year not in YEARS:
            raise PartyStatementUnreadable(field=name)
        return moment

    def window(self, start: str, end: str) -> tuple[dt.datetime, dt.datetime]:
        """Two moments, the second one later."""
        first, last = self.moment(start), self.moment(end)
        if first >= last:
            raise PartyStatementUnreadable(field=end)
        return first, last

    def number(self, name: str) -> int:
        """A whole number that is not negative."""
        value = self._values[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise PartyStatementUnreadable(field=name)
        return value

    def word(self, name: str, words: type[Word]) -> Word:
        return _word(self._values[name], words, field=name)

    def words(self, name: str, words: type[Word]) -> tuple[Word, ...]:
        """At least one, sorted, none twice."""
        found = tuple(_word(value, words, field=name) for value in self.items(name))
        if not found or list(found) != sorted(set(found)):
            raise PartyStatementUnreadable(field=name)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """At least one short text, sorted, none twice."""
        found = [value for value in self.items(name) if isinstance(value, str)]
        if not found or found != sorted(set(found)) or len(found) != len(self.items(name)):
            raise PartyStatementUnreadable(field=name)
        if not all(text and _PRINTABLE.fullmatch(text) for text in found):
            raise PartyStatementUnreadable(field=name)
        return tuple(found)

    def items(self, name: str) -> list[object]:
        value = self._values[name]
        if not isinstance(value, list) or len(value) > _MOST_ITEMS:
            raise PartyStatementUnreadable(field=name)
        return value

    def public_key(self, name: str) -> PublicKey:
        try:
            return PublicKey.parse(self._matching(name, _PRINTABLE))
        except PublicKeyInvalid:
            raise PartyStatementUnreadable(field=name) from None

    def party(self, name: str, *, kind: PartyKind) -> str:
        party = self.any_party(name)
        try:
            check_party(party, kind=kind)
        except PartyInvalid:
            raise PartyStatementUnreadable(field=name) from None
        return party

    def any_party(self, name: str) -> str:
        """A short text; whether it is a party shows where it is looked up."""
        party = self._matching(name, _PRINTABLE)
        if not party or len(party) > _LONGEST_PARTY:
            raise PartyStatementUnreadable(field=name)
        return party

    def _matching(self, name: str, form: re.Pattern[str]) -> str:
        value = self._values[name]
        if not isinstance(value, str) or not form.fullmatch(value):
            raise PartyStatementUnreadable(field=name)
        return value


def _word(value: object, words: type[Word], *, field: str) -> Word:
    if not isinstance(value, str) or value not in set(words):
        raise PartyStatementUnreadable(field=field)
    return words(value)


def moment_text(moment: dt.datetime) -> str:
    """As bodies carry it. Raises ValueError for a moment without offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return moment.isoformat(timespec="seconds")
