"""What one rule measured of one load: kept or broken, by how much, and what it means for the score."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.catalogue.domain.finding import Finding, Severity

if TYPE_CHECKING:
    from shuxin.kernel.text import Text


class Dimension(StrEnum):
    """What a rule speaks of (质量维度), as in GB/T 36344-2018 but for accuracy and accessibility."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    UNIQUENESS = "uniqueness"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"


class Verdict(StrEnum):
    """What came of a rule at one load; UNJUDGED where too few rows or nothing to compare with speak."""

    KEPT = "kept"
    UNJUDGED = "unjudged"
    NOTED = "info"
    WARNED = "warning"
    BROKEN = "error"
    STOPPED = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One point of a rule's trend (质量度量).

    ``field`` is the field, or the name of a rule of the whole dataset, or "". ``kept`` is the share, 0 to 1, of the
    ``of`` cases looked at that keep the rule. ``figure`` is what was compared with ``limit``: mostly that share, for
    drift the stability index, for timeliness days; ``limit`` None: nothing was promised.
    """

    rule: str
    field: str
    dimension: Dimension
    kept: float
    figure: float
    limit: float | None
    of: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule judged on one load: ``code`` and ``says`` are those of the finding, ``severity`` None where none is due.

    ``failed`` of ``of`` cases break it; ``lines`` are some of them in the source file.
    """

    rule: str
    code: str
    dimension: Dimension
    kept: float
    of: int
    failed: int = 0
    field: str = ""
    figure: float | None = None
    limit: float | None = None
    severity: Severity | None = None
    says: Text | None = None
    lines: tuple[int, ...] = ()
    judged: bool = True

    @property
    def measured(self) -> Measured:
        verdict = Verdict.KEPT if self.judged else Verdict.UNJUDGED
        if self.judged and self.severity is not None:
            verdict = Verdict(self.severity.value)
        return Measured(
            rule=self.rule,
            field=self.field,
            dimension=self.dimension,
            kept=min(max(self.kept, 0.0), 1.0),
            figure=self.kept if self.figure is None else self.figure,
            limit=self.limit,
            of=self.of,
            verdict=verdict,
        )

    @property
    def finding(self) -> Finding | None:
        """What is said of it; None where it is kept and nothing is to be said."""
        if self.severity is None or self.says is None:
            return None
        return Finding(
            code=self.code,
            field=self.field,
            severity=self.severity,
            count=self.failed,
            share=self.failed / self.of if self.of else 0.0,
            detail=self.says,
            example_lines=self.lines,
        )
