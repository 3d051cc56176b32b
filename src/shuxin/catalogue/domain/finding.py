"""What a check says about one load."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shuxin.kernel.text import Text


class Severity(StrEnum):
    """How much a finding matters (严重程度).

    An error keeps a new load aside until somebody has looked; what stops keeps it aside until two have.
    """

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding (质量发现): ``count`` rows of ``share`` (0-1) of those looked at.

    ``field`` is empty when the whole load is meant; ``example_lines`` count from 1 in the source
    file and never carry values.
    """

    code: str
    field: str
    severity: Severity
    count: int
    share: float
    detail: Text
    example_lines: tuple[int, ...] = ()


def stated(text: Text, **facts: object) -> Text:
    """The sentence with its facts, in both languages; braces that came with a name stay braces when it is said."""
    return Text(en=_literal(text.say("en", **facts)), zh=_literal(text.say("zh", **facts)))


def _literal(said: str) -> str:
    return said.replace("{", "{{").replace("}", "}}")
