"""Says the report's words in one language and remembers which characters it had to replace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.kernel.text import Language, Text
from shuxin.scoring.report.glyphs import code_points, substituted
from shuxin.scoring.report.numbers import money_text, quantity_text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.scoring.report.content import Quantity, Words

_LOST = Text(
    en="〓 stands for a character that cannot be printed here: {points}",
    zh="〓 代表此处无法显示的字符：{points}",
)
_DATE = Text(en="{day:%Y-%m-%d}", zh="{day.year}年{day.month}月{day.day}日")


@dataclass(slots=True)
class Pen:
    """``printable`` None is a reader with fonts of its own, as a browser."""

    language: Language
    printable: frozenset[str] | None
    lost: set[str] = field(default_factory=set)

    def data(self, text: str) -> str:
        """Somebody's data: printed as it is, 〓 for what cannot be."""
        shown, lost = substituted(text, printable=self.printable)
        self.lost |= lost
        return shown

    def say(self, words: Words, **facts: object) -> str:
        if isinstance(words, str):
            return self.data(words)
        kept = {
            name: self.data(value) if isinstance(value, str) else value
            for name, value in facts.items()
        }
        return words.say(self.language, **kept)

    def all(self, *words: Words) -> tuple[str, ...]:
        return tuple(self.say(one) for one in words)

    def quantity(self, quantity: Quantity) -> str:
        value = quantity_text(quantity, language=self.language)
        if quantity.value is None or not quantity.unit:
            return value
        return f"{value} {self.say(quantity.unit)}"

    def money(self, fen: int) -> str:
        return money_text(fen, language=self.language)

    def date(self, day: dt.date) -> str:
        return _DATE.say(self.language, day=day)

    def footnotes(self) -> tuple[str, ...]:
        """A line that names the replaced characters, if there are any."""
        return (_LOST.say(self.language, points=code_points(self.lost)),) if self.lost else ()
