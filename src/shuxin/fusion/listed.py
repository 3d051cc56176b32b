"""In which datasets an entity stands at all (名单命中): for lists, whose every row says one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.fusion.models import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.consent.api import Permit


def listed_in(identity: str, *, datasets: Iterable[str], permit: Permit) -> frozenset[str]:
    """Those of ``datasets`` that the permit covers and whose current content mentions the entity.

    What is withheld of it is left out. No row is read. Raises PermitTooNarrow.
    """
    permit.require(identity)
    covered = [one for one in datasets if permit.reads(one) and not permit.disputed(identity, one)]
    found = Mention.objects.filter(entity__identity=identity, dataset__in=covered, gone_at=None)
    return frozenset(found.values_list("dataset", flat=True).distinct())
