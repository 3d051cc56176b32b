"""Holds (标注与墓碑) follow the enterprise: what may not be used of an identity may not be used of what it became."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.consent.models import Hold
from shuxin.consent.rights_models import ObjectionRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

DISPUTED, ERASED = "disputed", "erased"
EVERYTHING = "*"
_SAID = ("subject", "dataset", "field", "why", "reference")


def follow_holds(moves: Iterable[tuple[str, str]], *, now: datetime) -> int:
    """Set the holds that last on the identities that theirs became, too; how many were set.

    moves: (identity before, identity after), as a resolution found them. Call it in the transaction that
    writes the move. No hold is taken back, and a hold that is set already is not set again.
    """
    with transaction.atomic():
        _lock_objections()
        lasting = list(Hold.objects.filter(ended_at=None).order_by("pk").values_list(*_SAID))
        became: defaultdict[str, set[str]] = defaultdict(set)
        for before, after in moves if lasting else ():
            became[before].add(after)
        known = set(lasting)
        fresh = {
            (after, *rest): None
            for subject, *rest in lasting
            for after in sorted(became.get(subject, ()))
        }
        new = [
            Hold(**dict(zip(_SAID, said, strict=True)), since=now)
            for said in fresh
            if said not in known
        ]
        Hold.objects.bulk_create(new)
    return len(new)


def _lock_objections() -> None:
    """No objection is closed, and its holds ended, between reading its holds and setting more of them."""
    disputed = Hold.objects.filter(ended_at=None, why=DISPUTED).values("reference")
    rows = ObjectionRow.objects.filter(objection_id__in=disputed).order_by("pk")
    list(rows.select_for_update().values_list("pk", flat=True))


def identities_held(reference: str, *, why: str) -> list[str]:
    """Identities on which this objection or erasure ever set a hold."""
    rows = Hold.objects.filter(reference=reference, why=why)
    return sorted(set(rows.values_list("subject", flat=True)))


def erased_datasets() -> dict[str, frozenset[str]]:
    """By identity, the datasets from which it was erased."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    rows = Hold.objects.filter(why=ERASED, ended_at=None)
    for subject, dataset in rows.values_list("subject", "dataset"):
        found[subject].add(dataset)
    return {subject: frozenset(names) for subject, names in found.items()}
