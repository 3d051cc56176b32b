"""What a permit says. Only the gate issues permits."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from shuxin.consent.domain.purpose import Purpose

ALL_SUBJECTS = "*"
_SEAL_KEY = secrets.token_bytes(32)
"""Of this process only: a permit is a leave to read here and now, never a document."""


def entity_of(party: str) -> str:
    """The entity id that fusion knows a party by: organisations by their credit code."""
    return party.removeprefix("uscc:")


class PermitForged(NotPermitted):
    code = "permit_forged"
    what = Text(en="this permit was not issued by the gate", zh="该使用许可并非由授权闸门签发")
    mend = Text(
        en="Ask the gate for a permit; permits are not made or changed by hand",
        zh="请向授权闸门申请许可；许可不得自行构造或修改",
    )


class PermitTooNarrow(NotPermitted):
    code = "permit_too_narrow"
    what = Text(
        en="the permit is for another subject, or does not cover all data that this needs",
        zh="该使用许可针对其他主体，或未涵盖所需的全部数据",
    )
    mend = Text(
        en="Ask for a permit for this subject and these data",
        zh="请申请针对该主体和这些数据的使用许可",
    )


class PermitForOtherPurpose(NotPermitted):
    code = "permit_for_other_purpose"
    what = Text(
        en="the permit is for '{given}', this is '{needed}'",
        zh="该许可用于“{given}”，此处为“{needed}”",
    )
    mend = Text(en="Ask for a permit for that purpose", zh="请申请相应目的的使用许可")


class Ground(StrEnum):
    """What a use rests on (处理依据): the subject's word, another recorded basis, or openness of the data.

    ``BASIS`` is the holder's own work; ``JOINT`` a recorded basis of joint work for another party, to which fields
    that are shared with nobody stay closed, as they do to the subject's own look at its data (``SUBJECT``).
    """

    AUTHORISATION = "authorisation"
    BASIS = "basis"
    JOINT = "joint"
    OPEN = "open"
    SUBJECT = "subject"


def require_each(permits: Sequence[Permit], *, subjects: Iterable[str]) -> None:
    """Every subject has a permit among these. Raises PermitTooNarrow."""
    covered: set[str] = set()
    for permit in permits:
        permit.require_genuine()
        covered |= permit.subjects
    if ALL_SUBJECTS not in covered and not covered.issuperset(subjects):
        raise PermitTooNarrow


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to read (使用许可): who, whose data, why, which data, and where the use is recorded.

    ``subjects`` are entity ids, or ``ALL_SUBJECTS`` alone. ``catalogues`` None means every dataset of the
    holder. ``data_from``, ``data_to``: half-open period of the data by event time, None where it has no
    end. ``withheld``: (subject, dataset, field) that an objection holds back. ``personal``: whether
    fields of a personal class may be read. ``fields``: names of those that a joint job uses; besides them only
    how a row names its subject may be read. None where the use is not narrowed to fields. ``use_id`` and
    ``log_index`` name the record and the entry of the holder's log, both written before this permit existed.
    """

    reader: str
    subjects: frozenset[str]
    purpose: Purpose
    highest_level: int
    issued_at: datetime
    use_id: int
    log_index: int
    ground: Ground
    catalogues: frozenset[str] | None = None
    data_from: date | None = None
    data_to: date | None = None
    withheld: frozenset[tuple[str, str, str]] = frozenset()
    personal: bool = True
    fields: frozenset[str] | None = None
    seal: bytes = b""

    def with_seal(self) -> Permit:
        """The same with the gate's seal; only the gate calls this."""
        return replace(self, seal=self._seal())

    def _seal(self) -> bytes:
        parts = (getattr(self, one.name) for one in fields(self) if one.name != "seal")
        said = [sorted(part) if isinstance(part, frozenset) else part for part in parts]
        return hmac.digest(_SEAL_KEY, repr(said).encode(), "sha256")

    def require_genuine(self) -> None:
        """Raises PermitForged."""
        if not hmac.compare_digest(self.seal, self._seal()):
            raise PermitForged

    @property
    def subject(self) -> str:
        """The one subject. Raises PermitTooNarrow when there are several."""
        if len(self.subjects) != 1:
            raise PermitTooNarrow
        return next(iter(self.subjects))

    def covers(self, subject: str) -> bool:
        """Raises PermitForged."""
        self.require_genuine()
        return ALL_SUBJECTS in self.subjects or subject in self.subjects

    def reads(self, dataset: str) -> bool:
        """Whether rows of this dataset may be read at all. Raises PermitForged."""
        self.require_genuine()
        return self.catalogues is None or dataset in self.catalogues

    def disputed(self, subject: str, dataset: str) -> frozenset[str]:
        """Fields that an objection of this subject holds back. Raises PermitForged."""
        self.require_genuine()
        return frozenset(f for s, d, f in self.withheld if (s, d) == (subject, dataset))

    def require_purpose(self, purpose: Purpose) -> None:
        """Raises PermitForOtherPurpose, PermitForged."""
        self.require_genuine()
        if self.purpose is not purpose:
            raise PermitForOtherPurpose(given=self.purpose.value, needed=purpose.value)

    def require(self, subject: str) -> None:
        """Raises PermitTooNarrow when the permit is for somebody else's data."""
        if not self.covers(subject):
            raise PermitTooNarrow

    def require_whole(self) -> None:
        """For work over everybody in every dataset. Raises PermitTooNarrow, PermitForged."""
        self.require(ALL_SUBJECTS)
        if self.catalogues is not None:
            raise PermitTooNarrow
