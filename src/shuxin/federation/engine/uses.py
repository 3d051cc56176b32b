"""The uses of masks in this node's database, where they outlive the job and every restart (掩码台账)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.federation.engine.seeds import MaskAskedTwice
from shuxin.federation.models import MaskUse

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

_AT_ONCE = 500


class KeptUses:
    """A MaskLedger over ``MaskUse``. Durable when ``note`` returns, unless its caller holds a transaction open."""

    def __init__(self, *, now: Callable[[], dt.datetime]) -> None:
        self._now = now

    def note(self, *, job_id: str, peer: str, labels: Sequence[str], binding: str) -> None:
        """See MaskLedger."""
        at, wanted = self._now(), sorted(set(labels))
        with transaction.atomic():
            for first in range(0, len(wanted), _AT_ONCE):
                some = wanted[first : first + _AT_ONCE]
                rows = [
                    MaskUse(job_id=job_id, peer=peer, label=label, binding=binding, at=at)
                    for label in some
                ]
                MaskUse.objects.bulk_create(rows, ignore_conflicts=True)
                kept = MaskUse.objects.filter(job_id=job_id, peer=peer, label__in=some)
                other = kept.exclude(binding=binding).order_by("label").first()
                if other is not None:
                    raise MaskAskedTwice(label=other.label, party=peer)
