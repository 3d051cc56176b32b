"""What a permit says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput, NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

ALL_SUBJECTS = "*"


class UnknownPurpose(InvalidInput):
    code = "purpose_unknown"
    what = Text(en="'{purpose}' is not a purpose of use", zh="“{purpose}”不是已定义的使用目的")
    mend = Text(en="Use one of: {known}", zh="请使用以下之一:{known}")


class PermitTooNarrow(NotPermitted):
    code = "permit_too_narrow"
    what = Text(en="the permit is for another subject", zh="该使用许可针对其他主体")
    mend = Text(en="Ask for a permit for this subject", zh="请申请针对该主体的使用许可")


class PermitForOtherPurpose(NotPermitted):
    code = "permit_for_other_purpose"
    what = Text(
        en="the permit is for '{given}', this is '{needed}'",
        zh="该许可用于“{given}”,此处为“{needed}”",
    )
    mend = Text(en="Ask for a permit for that purpose", zh="请申请相应目的的使用许可")


class Purpose(StrEnum):
    """Why data are read (使用目的)."""

    DATA_QUALITY = "data_quality"
    ENTITY_RESOLUTION = "entity_resolution"
    OWN_CUSTOMER_VIEW = "own_customer_view"
    MODEL_TRAINING = "model_training"
    CREDIT_DECISION = "credit_decision"

    @classmethod
    def parse(cls, text: str) -> Purpose:
        """Raises UnknownPurpose."""
        try:
            return cls(text)
        except ValueError:
            raise UnknownPurpose(purpose=text, known=", ".join(cls)) from None


def require_each(permits: Sequence[Permit], *, subjects: Iterable[str]) -> None:
    """Every subject has a permit among these. Raises PermitTooNarrow."""
    covered = {permit.subject for permit in permits}
    if ALL_SUBJECTS not in covered and not covered.issuperset(subjects):
        raise PermitTooNarrow


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to read (使用许可): who, whose data, why, up to which level, and where the use is recorded.

    ``subject`` is an entity id or ``ALL_SUBJECTS``; ``use_id`` names the record written before this
    permit existed.
    """

    reader: str
    subject: str
    purpose: Purpose
    highest_level: int
    issued_at: datetime
    use_id: int

    def covers(self, subject: str) -> bool:
        return self.subject in {ALL_SUBJECTS, subject}

    def require_purpose(self, purpose: Purpose) -> None:
        """Raises PermitForOtherPurpose."""
        if self.purpose is not purpose:
            raise PermitForOtherPurpose(given=self.purpose.value, needed=purpose.value)

    def require(self, subject: str) -> None:
        """Raises PermitTooNarrow when the permit is for somebody else's data."""
        if not self.covers(subject):
            raise PermitTooNarrow
