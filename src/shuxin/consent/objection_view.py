"""Objections as they stand: computed from their steps whenever somebody looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from shuxin.catalogue.api import contract
from shuxin.consent.domain import objection as domain
from shuxin.consent.domain.objection import Event, State
from shuxin.consent.holds import DISPUTED
from shuxin.consent.models import Hold
from shuxin.consent.rights_models import ObjectionRow
from shuxin.kernel.errors import NotFound
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.consent.domain.objection import Escalation
    from shuxin.kernel.statements import Statement


class ObjectionUnknown(NotFound):
    code = "objection_unknown"
    what = Text(en="there is no objection {number} here", zh="此处没有编号为 {number} 的异议")
    mend = Text(en="List them with 'shuxin objection list'", zh="请用 shuxin objection list 查看")


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """One objection as it stands. ``late``: it was, or would now be, answered after the 20 days."""

    objection_id: str
    party: str
    subject: str
    dataset: str
    field: str
    department: str
    text: str
    state: State
    filed_at: datetime
    due_at: datetime
    late: bool
    escalation: Escalation
    events: tuple[Event, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A subject's word on a field: whether its objection still runs, and what it wants shown beside it."""

    dataset: str
    field: str
    disputed: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What one reader is told, as a signed statement."""

    reader: str
    statement: Statement


def objections(*, now: datetime) -> list[ObjectionView]:
    """All of them, those that are due first before the settled ones."""
    found = [_view(row, now=now) for row in ObjectionRow.objects.order_by("filed_at", "pk")]
    return sorted(found, key=lambda one: (one.state is State.CLOSED, one.due_at))


def overdue(*, now: datetime) -> list[ObjectionView]:
    """Those that no one has answered though the 20 days are over."""
    late = domain.Escalation.SUPERVISOR
    return [one for one in objections(now=now) if one.escalation is late]


def field_notes(*, subject: str) -> list[FieldNote]:
    """What is to be shown beside fields of this subject: running objections and the notes of who objected.

    Objections to identities that became this one count too.
    """
    found = []
    followed = Hold.objects.filter(subject=subject, why=DISPUTED).values("reference")
    rows = ObjectionRow.objects.filter(Q(subject=subject) | Q(objection_id__in=followed))
    for row in rows.order_by("pk"):
        disputed = domain.state_of(steps_of(row)) is not State.CLOSED
        notes = [(note.text, note.at) for note in row.notes.order_by("pk")]
        for text, at in notes or ([("", row.filed_at)] if disputed else []):
            found.append(FieldNote(row.dataset, row.field, disputed, text, at))
    return found


def notices_of(objection_id: str) -> list[Notice]:
    """The signed notices of a correction. Raises ObjectionUnknown."""
    rows = row_of(objection_id).notices.order_by("reader")
    kind = domain.CORRECTION_NOTICE
    return [Notice(row.reader, parse_statement(row.text, kind=kind)) for row in rows]


def row_of(objection_id: str) -> ObjectionRow:
    row: ObjectionRow | None = ObjectionRow.objects.filter(objection_id=objection_id).first()
    if row is None:
        raise ObjectionUnknown(number=objection_id)
    return row


def steps_of(row: ObjectionRow) -> list[Event]:
    return [
        Event(
            State(event.before) if event.before else None,
            State(event.after),
            event.actor,
            event.at,
            event.reason,
            event.evidence_hash,
        )
        for event in row.events.order_by("nth")
    ]


def _view(row: ObjectionRow, *, now: datetime) -> ObjectionView:
    history = steps_of(row)
    escalation = domain.escalation(history, now=now)
    return ObjectionView(
        objection_id=row.objection_id,
        party=row.party,
        subject=row.subject,
        dataset=row.dataset,
        field=row.field,
        department=contract(dataset=row.dataset).department,
        text=row.text,
        state=history[-1].after,
        filed_at=row.filed_at,
        due_at=domain.due_at(row.filed_at),
        late=domain.answered_late(history) or escalation is domain.Escalation.SUPERVISOR,
        escalation=escalation,
        events=tuple(history),
        notes=tuple(note.text for note in row.notes.order_by("pk")),
    )
