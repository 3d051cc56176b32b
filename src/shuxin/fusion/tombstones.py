"""What was disputed or erased stays so when resolution calls the subject by another identity."""

from __future__ import annotations

from itertools import groupby, product
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import rights
from shuxin.fusion.models import Entity, EntityEvent, Mention
from shuxin.fusion.own_numbers import own_identity
from shuxin.fusion.resolution import parse_name
from shuxin.fusion.resolution.resolve import name_identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from shuxin.fusion.resolution import EntityEvent as Change


def keep_holds(
    changes: Iterable[Change],
    *,
    placed: Iterable[tuple[Mapping[str, Any], str]],
    now: datetime,
) -> None:
    """Holds follow a resolution; part of its transaction.

    placed: rows of mentions that do not state a valid code, each with its entity. One whose earlier mention was
    erased is no move from entity to entity any more; what it would be called by itself still tells.
    """
    rights.follow_holds(_moves(changes, placed), now=now)
    forget_names(now=now)


def _moves(
    changes: Iterable[Change], placed: Iterable[tuple[Mapping[str, Any], str]]
) -> Iterator[tuple[str, str]]:
    for change in changes:
        yield from product(change.before, change.after)
    for row, entity in placed:
        if row["number"]:
            yield own_identity(department=row["department"], number=row["number"]), entity
        elif key := parse_name(row["name"]).key:
            yield name_identity(key), entity


def follow_since(identity: str, *, since: datetime, now: datetime) -> None:
    """Holds of the identity also on what it became from ``since`` on, by the history of resolutions."""
    reached = {identity}
    events = EntityEvent.objects.filter(at__gte=since).exclude(change="created")
    for _, together in groupby(events.order_by("at", "pk"), key=lambda event: event.at):
        reached |= {one for e in together if reached & set(e.before) for one in e.after}
    rights.follow_holds(product([identity], sorted(reached)), now=now)


def forget_names(*, now: datetime) -> None:
    """Entities bear no name, and are found by none, that only data tell from which they were erased.

    The identity stays, as what the tombstone stands on; one that no data mention any more is gone.
    """
    for identity, datasets in rights.erased_datasets().items():
        entity = Entity.objects.filter(identity=identity)
        mentions = Mention.objects.filter(entity__identity=identity)
        mentions.filter(dataset__in=datasets).update(name_key="")
        told = mentions.filter(gone_at=None).exclude(dataset__in=datasets).exclude(name_text="")
        name = told.order_by("-rows", "name_text").values_list("name_text", flat=True).first()
        entity.update(name=name or "")
        if not mentions.filter(gone_at=None).exists():
            entity.filter(gone_at=None).update(gone_at=now)
