"""What an offline check found: each question by name, with its answer, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.text import Language

_PASSED = Text(en="ok  ", zh="通过")
_FAILED = Text(en="FAIL", zh="失败")


@dataclass(frozen=True, slots=True)
class Check:
    """One question that was asked; ``name`` is stable, ``text`` says what holds, or what fails to."""

    name: str
    passed: bool
    text: Text
    facts: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        mark = _PASSED if self.passed else _FAILED
        return f"{mark.say(language)} {self.text.say(language, **self.facts)}"


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """The answer to all of them (核验结论): it holds only when there was a question and none failed."""

    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the checks that failed."""
        return tuple(check.name for check in self.checks if not check.passed)
