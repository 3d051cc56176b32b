"""Sentences that people read, in both languages of the platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

Language = Literal["en", "zh"]


@runtime_checkable
class Sayable(Protocol):
    """What can be said in either language: a sentence, or an error."""

    def say(self, language: Language, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """Several sentences in one place of another, all of them."""

    items: tuple[Sayable, ...]

    def say(self, language: Language, /) -> str:
        return ("；" if language == "zh" else "; ").join(one.say(language) for one in self.items)


@dataclass(frozen=True, slots=True)
class Enumerated:
    """Several words in one place of a sentence, as a list within it."""

    items: tuple[Sayable, ...]

    def say(self, language: Language, /) -> str:
        return ("、" if language == "zh" else ", ").join(one.say(language) for one in self.items)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in English and Chinese; ``{names}`` are filled by ``say``, also with other sentences."""

    en: str
    zh: str

    def say(self, language: Language, /, **facts: object) -> str:
        template = self.zh if language == "zh" else self.en
        said = {n: f.say(language) if isinstance(f, Sayable) else f for n, f in facts.items()}
        return template.format(**said)

    def filled(self, **facts: object) -> Text:
        """The sentence with its names filled, to be said later; a brace in a fact would be a name again."""
        return Text(en=self.say("en", **facts), zh=self.say("zh", **facts))
