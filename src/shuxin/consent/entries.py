"""Uses on a holder's bases, and what the log says of every use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from shuxin.consent.domain.permit import Ground
from shuxin.consent.models import Use
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry, commitment

if TYPE_CHECKING:
    from datetime import date, datetime

    from shuxin.consent.domain.basis import LawfulBasis
    from shuxin.consent.domain.joint import JointBasis
    from shuxin.consent.domain.purpose import Purpose
    from shuxin.kernel.canonical import Json

USE = "use"


class UseUnknown(NotFound):
    code = "use_unknown"
    what = Text(en="no such use stands in the log here", zh="本方日志中没有该次使用")
    mend = Text(
        en="Uses from before the log was begun have no proof", zh="日志启用之前的使用没有证明"
    )


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


@dataclass(frozen=True, slots=True)
class UsePaper:
    """What opens the log's entry of one use (使用凭据): ``index`` in the holder's log, ``salt`` in hexadecimal.

    ``subject``: entity. ``content``: canonical JSON, what the entry's commitment was made of.
    """

    subject: str
    index: int
    salt: str
    content: bytes


def paper_of(use: Use) -> UsePaper:
    """Of a use that is logged."""
    if use.log_index is None:
        raise ValueError("a use that is not logged has no entry")
    return UsePaper(use.subject, use.log_index, use.salt, canonical_json(use_content(use)))


def use_paper(use_id: int) -> UsePaper:
    """Of one use of this holder. Raises UseUnknown, also where it is older than the log."""
    use = Use.objects.filter(pk=use_id, log_index__isnull=False).first()
    if use is None:
        raise UseUnknown
    return paper_of(use)


def use_paper_at(index: int) -> UsePaper:
    """Of the use that stands at this place in the holder's log. Raises UseUnknown."""
    use = Use.objects.filter(log_index=index).order_by("pk").first()
    if use is None:
        raise UseUnknown
    return paper_of(use)


def of_job(job: str) -> dict[str, str | int]:
    """The fact that an entry belongs to a joint job, of those that do."""
    return {"job": job} if job else {}
