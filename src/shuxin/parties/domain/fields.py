"""Fields out of the bodies of this room's statements, strictly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shuxin.kernel import bodies
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import PublicKey, PublicKeyInvalid
from shuxin.kernel.text import Text
from shuxin.parties.domain.party import PartyInvalid, PartyKind, check_party

if TYPE_CHECKING:
    import datetime as dt

_SHORT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,120}")
_LONGEST_PARTY = 60
_MOST_ITEMS = 50


class PartyStatementUnreadable(InvalidInput):
    code = "party_statement_unreadable"
    what = Text(
        en="the field '{field}' of this statement is not right", zh="该声明的字段“{field}”有误"
    )
    mend = Text(
        en="Let its author make it anew with this version of shuxin",
        zh="请由出具方用本版本 shuxin 重新生成",
    )


class Fields(bodies.Fields):
    """Reads named fields of parsed JSON. Every method raises PartyStatementUnreadable."""

    def __init__(self, values: object, *, names: frozenset[str]) -> None:
        super().__init__(values, wrong=_wrong, moments=bodies.TO_THE_SECOND)
        self.only(names)

    def text(self, name: str) -> str:
        """Up to 120 printable characters, perhaps none."""
        return self.matching_or_empty(name, _SHORT)

    def hex(self, name: str, *, digits: int) -> str:
        return self.matching(name, re.compile(f"[0-9a-f]{{{digits}}}"))

    def hex_or_none(self, name: str, *, digits: int) -> str:
        return self.matching_or_empty(name, re.compile(f"[0-9a-f]{{{digits}}}"))

    def window(self, start: str, end: str) -> tuple[dt.datetime, dt.datetime]:
        """Two moments, the second one later."""
        first, last = self.moment(start), self.moment(end)
        if first >= last:
            raise PartyStatementUnreadable(field=end)
        return first, last

    def words(self, name: str, words: type[bodies.Word]) -> tuple[bodies.Word, ...]:
        """At least one, sorted, none twice."""
        found = self.texts(name)
        if not set(found) <= set(words):
            raise PartyStatementUnreadable(field=name)
        return tuple(words(one) for one in found)

    def texts(self, name: str) -> tuple[str, ...]:
        """At least one short text, sorted, none twice."""
        found = self.all_matching(name, _SHORT, most=_MOST_ITEMS)
        if list(found) != sorted(found):
            raise PartyStatementUnreadable(field=name)
        return found

    def items(self, field: str, *, most: int = _MOST_ITEMS) -> list[object]:
        return super().items(field, most=most)

    def public_key(self, name: str) -> PublicKey:
        try:
            return PublicKey.parse(self.text(name))
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
        party = self.text(name)
        if not party or len(party) > _LONGEST_PARTY:
            raise PartyStatementUnreadable(field=name)
        return party


def _wrong(field: str) -> PartyStatementUnreadable:
    return PartyStatementUnreadable(field=field)


def moment_text(moment: dt.datetime) -> str:
    """As bodies carry it. Raises ValueError for a moment without offset."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return moment.isoformat(timespec="seconds")
