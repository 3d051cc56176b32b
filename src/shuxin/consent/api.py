"""Permits: nobody reads a subject's data without one.

Until authorisations are built, the only issuer is :class:`OwnDataPolicy`, which ``portal.bootstrap`` fills
with :func:`recorded_own_data`: a holder reads its own data for a named purpose, recorded beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.consent.domain import (
    ALL_SUBJECTS,
    Permit,
    PermitForOtherPurpose,
    PermitTooNarrow,
    Purpose,
    UnknownPurpose,
    require_each,
)
from shuxin.consent.policy import OwnDataPolicy

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "ALL_SUBJECTS",
    "OwnDataPolicy",
    "Permit",
    "PermitForOtherPurpose",
    "PermitTooNarrow",
    "Purpose",
    "UnknownPurpose",
    "recorded_own_data",
    "require_each",
    "uses_of",
]


def recorded_own_data(
    *, reader: str, purposes: frozenset[Purpose], highest_level: int
) -> OwnDataPolicy:
    """The policy of a holder that records each use before it permits it."""
    from shuxin.consent.own_data import RecordedOwnData  # noqa: PLC0415 - needs Django set up

    return RecordedOwnData(reader=reader, purposes=purposes, highest_level=highest_level)


def uses_of(*, subject: str) -> list[tuple[datetime, str, str]]:
    """Every recorded use of one subject's data, newest first: when, by whom, why."""
    from shuxin.consent.models import Use  # noqa: PLC0415 - needs Django set up

    rows: Any = Use.objects.filter(subject=subject).order_by("-at", "-pk")
    return [(row.at, row.reader, row.purpose) for row in rows]
