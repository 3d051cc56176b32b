"""Sentences that people read, in both languages of the platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in English and Chinese; ``{names}`` are filled by ``say``."""

    en: str
    zh: str

    def say(self, language: Language, /, **facts: object) -> str:
        template = self.zh if language == "zh" else self.en
        return template.format(**facts)
