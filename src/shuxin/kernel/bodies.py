"""Fields out of what a stranger stated, strictly: what has not the stated form is refused, naming the field."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from shuxin.kernel.statements import YEARS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from shuxin.kernel.errors import ShuxinError

HEX64 = re.compile(r"[0-9a-f]{64}")
TO_THE_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)
LARGEST_NUMBER = (1 << 53) - 1
_ANY = re.compile(r".*", re.DOTALL)
_LONGEST_NAMED = 40

Word = TypeVar("Word", bound=StrEnum)


class Fields:
    """Reads the body of a statement (声明正文), or another object of parsed JSON, field by field.

    ``wrong`` makes the error from the name of a field, and every method raises what it made. ``only`` comes
    first: the others take it that the field is there. ``moments``: the spelling of moments within ISO 8601.
    """

    def __init__(
        self,
        values: object,
        *,
        wrong: Callable[[str], ShuxinError],
        moments: re.Pattern[str] = _ANY,
    ) -> None:
        if not isinstance(values, dict):
            raise wrong("")
        self._values: Mapping[str, object] = values
        self._moments = moments
        self.wrong = wrong

    def only(self, names: AbstractSet[str]) -> None:
        """All these fields and no other."""
        odd = self.odd(names)
        if odd is not None:
            raise self.wrong(odd)

    def odd(self, names: AbstractSet[str]) -> str | None:
        """The first 40 signs, perhaps none, of the first field that is missing or too much."""
        different = sorted(set(self._values) ^ names)
        return different[0][:_LONGEST_NAMED] if different else None

    def string(self, field: str) -> str:
        """Any text."""
        value = self._values[field]
        if not isinstance(value, str):
            raise self.wrong(field)
        return value

    def matching(self, field: str, form: re.Pattern[str]) -> str:
        """Text that has the form from end to end."""
        value = self.string(field)
        if not form.fullmatch(value):
            raise self.wrong(field)
        return value

    def matching_or_empty(self, field: str, form: re.Pattern[str]) -> str:
        return "" if self._values[field] == "" else self.matching(field, form)

    def all_matching(self, field: str, form: re.Pattern[str], *, most: int) -> tuple[str, ...]:
        """At least one text, each of the form, none twice."""
        items = self.items(field, most=most)
        found = tuple(one for one in items if isinstance(one, str) and form.fullmatch(one))
        if not found or len(set(found)) != len(items):
            raise self.wrong(field)
        return found

    def items(self, field: str, *, most: int) -> list[object]:
        """A list, perhaps empty, of anything."""
        value = self._values[field]
        if not isinstance(value, list) or len(value) > most:
            raise self.wrong(field)
        return value

    def word(self, field: str, words: type[Word]) -> Word:
        """One word of an enumeration."""
        value = self.string(field)
        if value not in set(words):
            raise self.wrong(field)
        return words(value)

    def number(self, field: str, *, low: int = 0, high: int = LARGEST_NUMBER) -> int:
        """A whole number, both bounds included; ``True`` is none."""
        value = self._values[field]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(field)
        return value

    def flag(self, field: str) -> bool:
        value = self._values[field]
        if not isinstance(value, bool):
            raise self.wrong(field)
        return value

    def moment(self, field: str, *, years: range = YEARS) -> dt.datetime:
        """With an offset, so spelled as the reader was told."""
        try:
            moment = dt.datetime.fromisoformat(self.matching(field, self._moments))
        except ValueError:
            raise self.wrong(field) from None
        if moment.tzinfo is None or moment.year not in years:
            raise self.wrong(field)
        return moment

    def day(self, field: str) -> dt.date:
        """ISO 8601."""
        try:
            return dt.date.fromisoformat(self.string(field))
        except ValueError:
            raise self.wrong(field) from None
