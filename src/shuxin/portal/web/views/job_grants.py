"""The authorisations that a bank brings to a joint job: those that it keeps, for this purpose, at these holders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.api import Job
    from shuxin.kernel.statements import Statement
    from shuxin.portal.web.views.node import Here


@dataclass(frozen=True, slots=True)
class Brought:
    """One of each firm (随附授权); implements the room's ``Grants``."""

    found: tuple[Statement, ...]

    def statements(self) -> Iterator[Statement]:
        return iter(self.found)


def brought_to(job: Job, here: Here) -> Brought | None:
    """The newest fitting one of each firm; None where no other party's rows enter on authorisations."""
    from shuxin.consent.api import kept_grants  # noqa: PLC0415 - heavy
    from shuxin.portal.bootstrap import trusted_operators  # noqa: PLC0415 - heavy

    asked = {
        one.party
        for one in job.inputs
        if one.ground == "authorisations" and one.party != here.party
    }
    if not asked or not job.enters_rows:
        return None
    kept = kept_grants(
        grantee=here.party, issuers=trusted_operators(here.settings), now=here.node.now()
    )
    found: dict[str, Statement] = {}
    for one in kept:
        if one.holds and one.terms.purpose is job.purpose and asked & set(one.terms.holders):
            found.setdefault(one.terms.subject, one.statement)
    return Brought(tuple(found.values()))
