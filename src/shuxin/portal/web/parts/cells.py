"""What stands in one cell of a table or one line of facts: a value, said in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from shuxin.infra.api import CHINA
from shuxin.kernel.money import Unit, amount_text
from shuxin.kernel.text import Sayable, Text
from shuxin.portal.web.figures import NOTHING, china, china_day, count, percent, yuan

if TYPE_CHECKING:
    from shuxin.kernel.text import Language

Words = Sayable | str
_SHORT = 24
Tone = Literal["good", "bad", "warn", "quiet", "busy"]


class Kind(StrEnum):
    """What a column holds; it decides alignment, writing, order and how the file has it."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    PERCENT = "percent"
    FEN = "fen"
    TIME = "time"
    DAY = "day"
    STATE = "state"

    @property
    def is_figure(self) -> bool:
        return self in {Kind.NUMBER, Kind.PERCENT, Kind.FEN}


@dataclass(frozen=True, slots=True)
class State:
    """A state in words with its tone; the tone only repeats what the words say."""

    text: Words
    tone: Tone = "quiet"

    def say(self, language: Language, /) -> str:
        return said(self.text, language)


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is the key in the rows, ``link`` the key of the row's address, ``digits`` decimals of a number."""

    name: str
    label: Text
    kind: Kind = Kind.TEXT
    link: str = ""
    unit: Text | None = None
    digits: int | None = None
    sortable: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the template shows it."""

    text: str
    kind: Kind
    label: str
    tone: str = ""
    url: str = ""

    @property
    def look(self) -> str:
        """The classes of the cell; a short code stays on one line."""
        short = self.kind is Kind.CODE and len(self.text) <= _SHORT
        return (
            ""
            if self.kind is Kind.STATE
            else f"{self.kind.value} tight"
            if short
            else self.kind.value
        )


def said(words: Words, language: Language) -> str:
    return words.say(language) if isinstance(words, Sayable) else words


def heading(column: Column, language: Language) -> str:
    label = column.label.say(language)
    return f"{label} ({column.unit.say(language)})" if column.unit else label


def cell(column: Column, row: dict[str, Any], language: Language) -> Cell:
    value = row.get(column.name)
    tone = value.tone if isinstance(value, State) else ""
    url = str(row.get(column.link) or "") if column.link else ""
    shown = written(value, kind=column.kind, digits=column.digits, language=language)
    return Cell(shown, column.kind, heading(column, language), tone=tone, url=url)


def written(value: Any, *, kind: Kind, language: Language, digits: int | None = None) -> str:
    """For people: rounded, with units; a dash where there is nothing."""
    if value is None or value == "":
        return NOTHING
    if kind is Kind.FEN:
        return yuan(value, language)
    if kind is Kind.PERCENT:
        return percent(value, 1 if digits is None else digits)
    if kind is Kind.TIME:
        return china(value)
    if kind is Kind.DAY:
        return china_day(value)
    if kind is Kind.NUMBER:
        return count(value, _decimals(value) if digits is None else digits)
    return plain(value, language)


def plain(value: Any, language: Language) -> str:
    """A value of any kind as words."""
    if isinstance(value, Sayable):
        return value.say(language)
    if isinstance(value, datetime):
        return china(value)
    if isinstance(value, date):
        return china_day(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return ("、" if language == "zh" else ", ").join(plain(each, language) for each in value)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return count(float(value) if isinstance(value, Decimal) else value, _decimals(value))
    return str(value)


def _decimals(value: object) -> int:
    return 3 if isinstance(value, float) and not value.is_integer() else 0


def order(column: Column, row: dict[str, Any], language: Language) -> tuple[bool, Any]:
    """Sorts after the value itself where it has an order, else after the words; nothing comes last."""
    value = row.get(column.name)
    if value is None or value == "":
        return True, 0
    if column.kind in {Kind.TEXT, Kind.CODE, Kind.STATE}:
        return False, plain(value, language).casefold()
    return False, value


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def filed(column: Column, row: dict[str, Any], language: Language) -> str:
    """For a CSV file: exact, and text that a spreadsheet would take for a formula begins with an apostrophe."""
    value = row.get(column.name)
    if value is None:
        return ""
    if column.kind is Kind.FEN:
        return amount_text(value, unit=Unit.YUAN).replace(",", "")
    if column.kind in {Kind.NUMBER, Kind.PERCENT}:
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(CHINA).isoformat(timespec="seconds")
    text = plain(value, language)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] in "\t\r" else text
