"""Who is who over everything loaded: mentions out of the datasets, entities into the index."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from shuxin.catalogue.api import Meaning, column_lineage, contract, datasets, record_lineage
from shuxin.fusion.entity_index import LONGEST_NAME, IndexWriter
from shuxin.fusion.findings import connect
from shuxin.fusion.import_lock import one_import
from shuxin.fusion.own_numbers import by_own_number
from shuxin.fusion.resolution import Mention as Named
from shuxin.fusion.resolution import Thresholds, learn_model, resolve
from shuxin.fusion.tables import dataset_table, spelled, unbound

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

    from shuxin.catalogue.api import Contract
    from shuxin.consent.api import Permit
    from shuxin.infra.api import Progress, Settings

SEED = 4754
MENTIONS_TABLE = "entity_mentions"
_NUMBERS = (Meaning.ORGANISATION_CODE, Meaning.REGISTRATION_NUMBER)


def mentions_of(rows: ir.Table, agreed: Contract) -> ir.Table | None:
    """Distinct ways in which a dataset names its subjects; None when it names nobody.

    Columns ``code, name, number, numbers, address, rows, first_known, last_known``; absent parts are "".
    """
    by_meaning = {field.meaning: field.name for field in agreed.fields}
    said = spelled(rows, by_meaning)
    if not said:
        return None
    numbers = [rows[by_meaning[m]].fill_null("") for m in _NUMBERS if m in by_meaning]
    named = rows.select(
        **{part: said.get(part, ibis.literal("")) for part in ("code", "name", "number")},
        numbers=ibis.literal(" ").join(numbers) if numbers else ibis.literal(""),
        address=_text(rows, by_meaning.get(Meaning.ADDRESS), LONGEST_NAME),
        known=rows["_known_time"],
    )
    return named.group_by("code", "name", "number").aggregate(
        numbers=named["numbers"].max(),
        address=named["address"].max(),
        rows=named.count(),
        first_known=named["known"].min(),
        last_known=named["known"].max(),
    )


def _text(rows: ir.Table, column: str | None, longest: int) -> ir.StringValue:
    if column is None:
        return ibis.literal("")
    return rows[column].fill_null("").substr(0, longest)


def gather(*, settings: Settings, now: datetime, progress: Progress) -> list[dict[str, Any]]:
    """Every mention in the current content of every dataset, and the lineage of their table."""
    connection = connect()
    found: list[dict[str, Any]] = []
    known = datasets(now=now)
    for number, entry in enumerate(known):
        progress(number, len(known), entry.name)
        agreed = contract(dataset=entry.name)
        expression = mentions_of(unbound(agreed), agreed)
        rows = dataset_table(connection, dataset=entry.name, settings=settings)
        if expression is None or rows is None:
            continue
        lineage = column_lineage(expression=expression)
        record_lineage(derived=f"{MENTIONS_TABLE}.{entry.name}"[:120], lineage=lineage, now=now)
        bound = mentions_of(rows, agreed)
        if bound is not None:
            holder = {"dataset": entry.name, "department": agreed.department}
            found += [{**holder, **row} for row in bound.to_pyarrow().to_pylist()]
    return found


def mention_key(row: dict[str, Any]) -> str:
    said = (row["dataset"], row["code"], row["name"])
    text = "\x1f".join((*said, row["number"]) if row["number"] else said)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def resolve_all(
    *, permit: Permit, settings: Settings, now: datetime, progress: Progress
) -> dict[str, int]:
    """Place every mention with an entity and keep index, review queue and history in one transaction.

    The index is the same whatever order the data came in; decisions of the review queue stand.
    Returns counts: ``mentions, entities, by_code, by_number, by_name, by_weight, alone, in_review``.
    Raises PermitTooNarrow unless the permit covers all subjects; ImportRunning.
    """
    permit.require_whole()
    with one_import(settings):
        return _resolve_all(settings=settings, now=now, progress=progress)


def _resolve_all(*, settings: Settings, now: datetime, progress: Progress) -> dict[str, int]:
    rows = {mention_key(row): row for row in gather(settings=settings, now=now, progress=progress)}
    named = [
        Named(
            key=key,
            code=row["code"],
            name="" if row["number"] and "*" in row["name"] else row["name"],
            dataset=row["dataset"],
            count=row["rows"],
            numbers=tuple(row["numbers"].split()),
            address=row["address"],
        )
        for key, row in rows.items()
    ]
    model = learn_model(mentions=named, rng=np.random.default_rng(SEED))
    resolved = resolve(mentions=named, model=model, thresholds=Thresholds())
    resolved = by_own_number(resolved, rows=rows)
    return IndexWriter(rows=rows, resolved=resolved, now=now).write()
