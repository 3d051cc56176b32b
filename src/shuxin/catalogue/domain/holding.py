"""Whether a load comes into force or is kept aside (隔离) until people have looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.catalogue.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.catalogue.domain.finding import Finding

_WORSE = 2


@dataclass(frozen=True, slots=True)
class Hold:
    """``needs_two``: a second person must agree before the load is released."""

    needs_two: bool


def hold_of(
    *, findings: Iterable[Finding], standing: Iterable[Finding] | None, fewest: int = 0
) -> Hold | None:
    """None when the load comes into force.

    ``standing``: the findings of the load in force that it follows; None where there is none. What stops keeps any load
    aside. An error keeps a load aside only where one is in force that is better: a first load has nothing to give way
    to, a fault that the load in force shows to more than half its extent is no reason to stay with that one, and fewer
    than ``fewest`` cases are told of, but hold nothing up.
    """
    told = list(findings)
    if any(one.severity is Severity.STOP for one in told):
        return Hold(needs_two=True)
    if standing is None:
        return None
    known = {(one.code, one.field): one.share for one in standing if _is_bad(one)}
    new = [
        one
        for one in told
        if _is_bad(one)
        and _cases(one) >= fewest
        and one.share >= _WORSE * known.get((one.code, one.field), 0.0)
    ]
    return Hold(needs_two=False) if new else None


def _is_bad(finding: Finding) -> bool:
    return finding.severity in {Severity.ERROR, Severity.STOP}


def _cases(finding: Finding) -> int:
    """How many cases the rule was held against."""
    return round(finding.count / finding.share) if finding.share else 0
