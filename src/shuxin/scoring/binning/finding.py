"""What the training noticed: data for the person who approves the card, never an exception."""

from __future__ import annotations

from dataclasses import dataclass

from shuxin.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding (发现) about a characteristic; ``characteristic`` is empty when it is about the card.

    Codes: ``constant``, ``all_missing``, ``useless``, ``high_iv``, ``suspected_leakage``, ``dominant``.
    """

    code: str
    characteristic: str
    detail: Text


def filled(template: Text, /, **facts: object) -> Text:
    """The template with its facts in place; braces that came with a fact stay what they are."""
    return literal(en=template.say("en", **facts), zh=template.say("zh", **facts))


def literal(*, en: str, zh: str) -> Text:
    """A Text that says exactly this, braces included."""
    en, zh = (said.replace("{", "{{").replace("}", "}}") for said in (en, zh))
    return Text(en=en, zh=zh)
