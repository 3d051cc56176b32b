"""Drift of a column's distribution between two loads, judged only where enough rows speak.

The population stability index (群体稳定性指标, PSI) of two samples from one distribution is about
``(1/n + 1/m)`` times a chi-square with ``k - 1`` degrees of freedom (Yurdakul, Statistical
properties of population stability index, 2018). Fixed limits of 0.1 and 0.25 therefore raise false
alarms on small loads; here they count only when chance alone reaches 0.1 less than once in a
million loads.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shuxin.catalogue.domain.check import Check, Dimension
from shuxin.catalogue.domain.finding import Severity, stated
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ibis.expr.types import Table

    from shuxin.catalogue.domain.finding import Finding

PSI_WARNING = 0.1
PSI_ERROR = 0.25
_ONE_IN_A_MILLION = 4.753424
"""Quantile of the standard normal distribution."""
_TOO_FEW = Text("{field}: too few rows to judge drift", "{field}：行数过少，无法判断分布漂移")
_DRIFTED = Text(
    "{field}: PSI {index:.3f} against the last load", "{field}：与上次装载的 PSI 为 {index:.3f}"
)
_RARE = 10
"""Codes with fewer rows in both loads together are one group: their own shares say nothing."""


def code_counts(*, table: Table, field: str) -> Table:
    """Columns ``code``, ``rows`` for every non-null code."""
    present = table.filter(table[field].notnull())
    return present.group_by(code=present[field]).aggregate(rows=present.count())


def psi(*, before: Mapping[str, int], after: Mapping[str, int]) -> float:
    """Sum of (q - p) ln(q / p) over the codes, p and q their shares before and after.

    Half a row is added to every count (Jeffreys), so a code that is new or gone has a finite part.
    0 when both are empty.
    """
    codes = before.keys() | after.keys()
    half = len(codes) / 2
    old, new = sum(before.values()) + half, sum(after.values()) + half
    total = 0.0
    for code in sorted(codes):
        p = (before.get(code, 0) + 0.5) / old
        q = (after.get(code, 0) + 0.5) / new
        total += (q - p) * math.log(q / p)
    return total


def chance_psi(*, before: int, after: int, codes: int) -> float:
    """The PSI that two equal distributions of ``codes`` codes exceed once in a million times.

    By Wilson and Hilferty's approximation (1931) of the chi-square quantile. Infinite without rows.
    """
    if codes < 2:  # noqa: PLR2004  # one code cannot drift
        return 0.0
    if before == 0 or after == 0:
        return math.inf
    freedom = codes - 1
    spread = 2 / (9 * freedom)
    quantile = freedom * (1 - spread + _ONE_IN_A_MILLION * math.sqrt(spread)) ** 3
    return quantile * (1 / before + 1 / after)


def judge_drift(
    *, field: str, before: Mapping[str, int], after: Mapping[str, int]
) -> Finding | None:
    """A finding when a code column drifted (PSI 0.1 warns, 0.25 stops) or has too few rows to tell.

    ``before`` and ``after`` count rows by code. None when nothing is to be said.
    """
    return drift_check(field=field, before=before, after=after).finding


def drift_check(
    *,
    field: str,
    before: Mapping[str, int],
    after: Mapping[str, int],
    warns: float = PSI_WARNING,
    stops: float = PSI_ERROR,
) -> Check:
    """The same with the limits given; ``kept`` is what the index leaves of 1."""
    old, new = _grouped(before=before, after=after)
    rows = sum(after.values())
    codes = len(old.keys() | new.keys())
    chance = chance_psi(before=sum(before.values()), after=rows, codes=codes)
    if chance > warns:
        return _check(field, rows, None, limit=warns, severity=Severity.INFO)
    index = psi(before=old, after=new)
    if index < warns:
        return _check(field, rows, index, limit=warns, severity=None)
    severity = Severity.STOP if index >= stops else Severity.WARNING
    limit = stops if severity is Severity.STOP else warns
    return _check(field, rows, index, limit=limit, severity=severity)


def _grouped(
    *, before: Mapping[str, int], after: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Rare codes under one name that no code can bear."""
    names = {
        code: code if before.get(code, 0) + after.get(code, 0) >= _RARE else "\x00"
        for code in before.keys() | after.keys()
    }
    sides = []
    for counts in (before, after):
        side: dict[str, int] = {}
        for code, rows in counts.items():
            side[names[code]] = side.get(names[code], 0) + rows
        sides.append(side)
    return sides[0], sides[1]


def _check(
    field: str, rows: int, index: float | None, *, limit: float, severity: Severity | None
) -> Check:
    told = stated(_DRIFTED, field=field, index=index or 0.0)
    return Check(
        rule="drift",
        code="drift_not_judged" if index is None else "drift",
        field=field,
        dimension=Dimension.CONSISTENCY,
        kept=1 - min(index or 0.0, 1.0),
        figure=index or 0.0,
        limit=limit,
        failed=rows,
        of=rows,
        severity=severity,
        says=stated(_TOO_FEW, field=field) if index is None else told,
        judged=index is not None,
    )
