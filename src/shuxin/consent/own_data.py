"""The only issuer of permits until authorisations stand: a holder reads its own data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.consent.domain import Permit, Purpose
from shuxin.consent.models import Use
from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from datetime import datetime


class PurposeNotOwn(NotPermitted):
    code = "purpose_not_own"
    what = Text(
        en="a holder may not read its own data for '{purpose}'",
        zh="数据持有方不得以“{purpose}”为目的读取自有数据",
    )
    mend = Text(
        en="Use one of: {allowed}; other purposes need the subject's authorisation",
        zh="可用目的:{allowed};其他目的需要主体授权",
    )


@dataclass(frozen=True, slots=True)
class RecordedOwnData:
    """Issues permits to ``reader`` for the purposes that its own policy allows, up to ``highest_level``."""

    reader: str
    purposes: frozenset[Purpose]
    highest_level: int

    def permit(self, *, subject: str, purpose: Purpose, now: datetime) -> Permit:
        """Record the use, then permit it. Raises PurposeNotOwn; a database failure means no permit."""
        if purpose not in self.purposes:
            allowed = ", ".join(sorted(self.purposes))
            raise PurposeNotOwn(purpose=purpose.value, allowed=allowed)
        use = Use.objects.create(
            reader=self.reader,
            subject=subject,
            purpose=purpose.value,
            highest_level=self.highest_level,
            at=now,
        )
        return Permit(
            reader=self.reader,
            subject=subject,
            purpose=purpose,
            highest_level=self.highest_level,
            issued_at=now,
            use_id=use.pk,
        )
