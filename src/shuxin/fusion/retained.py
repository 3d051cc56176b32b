"""Rows whose time is over, and negative facts as they stand; counted and listed, never deleted by looking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from shuxin.catalogue.api import Meaning, contract, datasets, loads
from shuxin.consent.api import ALL_SUBJECTS, rights
from shuxin.fusion.findings import connect
from shuxin.fusion.models import Mention
from shuxin.fusion.permitted import readable_fields, subjects_of, within_period
from shuxin.fusion.tables import dataset_table, spelled
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.uscc import USCC, InvalidUSCC

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    import ibis.expr.types as ir

    from shuxin.catalogue.api import Contract
    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings

EXPIRED_FACTS, OLD_ROWS, DUTY_OVER = "expired_facts", "old_rows", "duty_over"


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A negative fact, whose it is and where it stands."""

    dataset: str
    subject: str
    file: str
    line: int
    fact: rights.NegativeFact
    standing: rights.Standing


def negative_facts(*, permit: Permit, settings: Settings, now: dt.datetime) -> list[StoredFact]:
    """Every negative fact in the current content that the permit covers, with how it stands now.

    Left out are rows without a day on which the fact arose, rows that no resolution placed, rows outside the
    permit's period, and datasets of which the permit does not cover each field that the standing rests on:
    half of a fact would be told as another fact.
    Raises PermitForged, NegativeTermsInvalid.
    """
    permit.require_genuine()
    found: list[StoredFact] = []
    for agreed, terms in rights.negative_datasets(now=now):
        if permit.reads(agreed.dataset):
            found += _facts(agreed, terms, permit=permit, settings=settings, now=now)
    return found


def _facts(
    agreed: Contract,
    terms: rights.NegativeTerms,
    *,
    permit: Permit,
    settings: Settings,
    now: dt.datetime,
) -> Iterator[StoredFact]:
    arisen = _event_field(agreed)
    rows = dataset_table(connect(), dataset=agreed.dataset, settings=settings)
    readable = {one.name for one in readable_fields(agreed, permit=permit, subject=ALL_SUBJECTS)}
    needed = {arisen, terms.end, terms.amount} - {""}
    if rows is None or not arisen or not needed <= readable:
        return
    wanted, without = subjects_of([permit], dataset=agreed.dataset, entities=None)
    confirmed = {load.source_file: load.known_time for load in loads(dataset=agreed.dataset)}
    placed = _placed(within_period(rows, agreed, permit=permit), agreed)
    columns = {
        "arisen": placed[arisen].cast("date"),
        "ended": placed[terms.end].cast("date") if terms.end else ibis.null("date"),
        "amount": placed[terms.amount].cast("int64") if terms.amount else ibis.null("int64"),
    }
    told = placed.select("entity", "_file", "_line", **columns).order_by("_file", "_line")
    for row in told.to_pyarrow().to_pylist():
        subject = row["entity"]
        if row["arisen"] is None or subject in without or not (wanted is None or subject in wanted):
            continue
        fact = rights.NegativeFact(
            kind=terms.kind,
            personal=is_personal(subject),
            arisen=row["arisen"],
            ended=row["ended"],
            amount_fen=row["amount"],
            confirmed_at=confirmed[row["_file"]],
        )
        how = rights.standing(fact, now=now)
        yield StoredFact(agreed.dataset, subject, row["_file"], row["_line"], fact, how)


def _placed(rows: ir.Table, agreed: Contract) -> ir.Table:
    """Rows with the entity that each is about."""
    named = spelled(rows, {field.meaning: field.name for field in agreed.fields})
    mentions = Mention.objects.filter(dataset=agreed.dataset, gone_at=None).exclude(entity=None)
    ways: dict[tuple[Any, ...], str] = {}
    fields = [f"{part}_text" for part in named]
    for *said, entity in mentions.order_by("key").values_list(*fields, "entity__identity"):
        ways.setdefault(tuple(said), entity)
    columns = {f"_{part}": [said[n] for said in ways] for n, part in enumerate(named)}
    linked = ibis.memtable(
        columns | {"entity": list(ways.values())},
        schema=dict.fromkeys([*columns, "entity"], "string"),
    )
    return rows.join(linked, [text == linked[f"_{part}"] for part, text in named.items()])


def is_personal(identity: str) -> bool:
    """Persons, and individual businesses, whose data are their owner's own."""
    if identity.startswith("person:"):
        return True
    try:
        return USCC(identity).is_individual_business
    except InvalidUSCC:
        return False


def rows_due(*, permit: Permit, settings: Settings, now: dt.datetime) -> list[rights.Due]:
    """Rows that must go by the rule of their contract, and rows that a duty no longer keeps.

    Raises PermitTooNarrow unless the permit covers all subjects; RetentionInvalid, NegativeTermsInvalid.
    """
    permit.require("*")
    found = list(_expired_facts(permit=permit, settings=settings, now=now))
    for entry in (one for one in datasets(now=now) if permit.reads(one.name)):
        due = _old_rows(contract(dataset=entry.name), settings=settings, now=now)
        found += [] if due is None else [due]
    return found


def _expired_facts(*, permit: Permit, settings: Settings, now: dt.datetime) -> Iterator[rights.Due]:
    expired: dict[str, list[dt.date]] = {}
    for stored in negative_facts(permit=permit, settings=settings, now=now):
        if stored.standing is rights.Standing.EXPIRED:
            day = stored.fact.ended or stored.fact.arisen
            expired.setdefault(stored.dataset, []).append(day)
    why = rights.RULES["negative_personal"].title
    for dataset, days in expired.items():
        yield rights.Due(EXPIRED_FACTS, dataset, len(days), min(days), why)


def _old_rows(agreed: Contract, *, settings: Settings, now: dt.datetime) -> rights.Due | None:
    """Counted by event time; a dataset of negative facts counts from their ends, above."""
    rule, event = rights.retention_rule(agreed), _event_field(agreed)
    rows = dataset_table(connect(), dataset=agreed.dataset, settings=settings)
    if rule is None or rule.name == "negative_personal" or not event or rows is None:
        return None
    happened = rows[event].cast("date")
    today = now.astimezone(CHINA_TIME).date()
    old = rows.filter(happened < rule.began_before(today))
    said: Mapping[str, Any] = (
        old.aggregate(count=old.count(), first=old[event].cast("date").min())
        .to_pyarrow()
        .to_pylist()[0]
    )
    if not said["count"]:
        return None
    what = OLD_ROWS if rule.bound is rights.Bound.AT_MOST else DUTY_OVER
    return rights.Due(what, agreed.dataset, said["count"], rule.over_on(said["first"]), rule.title)


def _event_field(agreed: Contract) -> str:
    named = (field.name for field in agreed.fields if field.meaning is Meaning.EVENT_TIME)
    return next(named, "")
