"""The five kinds of anticipated failure; each room defines its own errors beside the code that raises them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.text import Language, Sayable, Text


class ShuxinError(Exception):
    """A failure that was foreseen: a stable code, what happened, how to mend it.

    Subclasses set ``code``, ``what`` and ``mend``; keyword arguments fill the ``{names}`` in both
    sentences. Facts name files, lines, columns and settings, never an enterprise's or person's data.
    """

    code: ClassVar[str]
    what: ClassVar[Text]
    mend: ClassVar[Text]
    told_as: str = ""
    """Code that other parties are given instead, where its own would tell them of data."""
    proof: object = None
    """What was signed of it for the party that asked, where something was."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.say("en"))

    def say(self, language: Language) -> str:
        """What happened and what to do, as one line."""
        return ("。" if language == "zh" else ". ").join(self.sentences(language))

    def sentences(self, language: Language) -> tuple[str, str]:
        """What happened, and what to do."""
        facts = {**self.facts, **self.in_words()}
        return self.what.say(language, **facts), self.mend.say(language, **facts)

    def in_words(self) -> Mapping[str, Sayable]:
        """What is said in the place of facts that are codes."""
        return {}


class InvalidInput(ShuxinError):
    """What was given cannot be right."""


class NotPermitted(ShuxinError):
    """Somebody may not do this, or not now."""


class NotFound(ShuxinError):
    """There is no such thing."""


class Conflict(ShuxinError):
    """The thing exists, in a state that forbids this."""


class Unavailable(ShuxinError):
    """A resource that is needed cannot be used now: disk, database, peer."""
