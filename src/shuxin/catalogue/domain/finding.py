"""What a check says about one load."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuxin.kernel.text import Text


class Severity(StrEnum):
    """How much a finding matters (严重程度); an error should stop use until somebody has looked."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


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
