"""Uses on a holder's bases, and what the log says of every use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from shuxin.consent.domain.permit import Ground
from shuxin.consent.models import Use
from shuxin.kernel.canonical import canonical_json
from shuxin.ledger.api import Entry, commitment

if TYPE_CHECKING:
    from datetime import date, datetime

    from shuxin.consent.domain.basis import LawfulBasis
    from shuxin.consent.domain.joint import JointBasis
    from shuxin.consent.domain.purpose import Purpose
    from shuxin.kernel.canonical import Json

USE = "use"


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a holder's data that a joint job wants: one dataset, up to a level, of a half-open period.

    ``fields``: as of a permit.
    """

    catalogue: str
    level: int
    data_from: date
    data_to: date
    fields: frozenset[str] | None = None


def own_use(
    reader: str,
    subject: str,
    purpose: Purpose,
    basis: LawfulBasis | JointBasis,
    catalogues: list[str],
    *,
    now: datetime,
    job: str = "",
) -> Use:
    return Use(
        reader=reader,
        subject=subject,
        purpose=purpose.value,
        highest_level=basis.level_max,
        at=now,
        ground=Ground.BASIS.value,
        rests_on=basis.basis_id,
        catalogues=catalogues,
        shown=basis.shown,
        job=job,
    )


def use_entry(use: Use, *, holder: str, now: datetime) -> Entry:
    """What the log says of a use: purpose, ground, level and joint job openly; recipient, subject and catalogues
    only committed to, under the use's own salt.
    """
    return Entry(
        kind=USE,
        at=now,
        actor=holder,
        facts={
            "purpose": use.purpose,
            "ground": use.ground,
            "level": use.highest_level,
            "nth": use.nth,
            **of_job(use.job),
        },
        commitments=(commitment(bytes.fromhex(use.salt), canonical_json(use_content(use))),),
    )


def use_content(use: Use) -> dict[str, Json]:
    """What the commitment of a use's entry opens to."""
    return {
        "reader": use.reader,
        "subject": use.subject,
        "purpose": use.purpose,
        "rests_on": use.rests_on,
        "catalogues": list(use.catalogues),
        "nth": use.nth,
        "at": use.at.astimezone(UTC).isoformat(),
    }


def of_job(job: str) -> dict[str, str | int]:
    """The fact that an entry belongs to a joint job, of those that do."""
    return {"job": job} if job else {}
