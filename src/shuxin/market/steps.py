"""Takes one step of a thing: state, record, log entry and what others are told, all in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry, commitment
from shuxin.market.step_models import EventRow, Moving, StepRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.machine import Actor, Machine
    from shuxin.kernel.text import Sayable
    from shuxin.parties.api import Mandate

LONGEST_REASON = 1000
_SALT_BYTES = 32


class StepOvertaken(Conflict):
    code = "step_overtaken"
    what = Text(en="somebody else acted on it first", zh="已被他人先行处理")
    mend = Text(en="Look at its present state and decide anew", zh="请刷新查看最新状态后再处理")


class ThingUnknown(NotFound):
    code = "market_thing_unknown"
    what = Text(en="there is no such {kind}", zh="没有该记录（{kind}）")
    mend = Text(en="Open it from a list", zh="请从列表中打开")

    def in_words(self) -> Mapping[str, Sayable]:
        kind = self.facts["kind"]
        return {"kind": _KINDS[kind]} if isinstance(kind, str) and kind in _KINDS else {}


_KINDS = {
    "product": Text(en="product", zh="产品"),
    "demand": Text(en="demand", zh="融资需求"),
    "referral": Text(en="referral", zh="对接"),
    "application": Text(en="application", zh="贷款申请"),
    "matching": Text(en="ranking", zh="匹配记录"),
}


class StepNeedsReason(InvalidInput):
    code = "step_needs_reason"
    what = Text(en="this needs a reason", zh="请填写原因")
    mend = Text(
        en="Say in a sentence why; whom it concerns reads it",
        zh="请用一句话说明原因，当事方可以看到",
    )


class Mandates(Protocol):
    """Where mandates are looked up: the directory of keys."""

    def mandate_of(
        self, *, party: str, person: str, at: datetime, purpose: str
    ) -> Mandate | None: ...


class Journal(Protocol):
    """Appends one entry to this institution's log, durable when it returns."""

    def __call__(self, entry: Entry, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Doer:
    """Who takes a step (操作人): in which capacity, for which party, by which account; journal: where it is logged.

    An agent (代办人员) names itself in ``person`` and brings the directory that holds its mandate.
    """

    actor: Actor
    party: str
    by: str
    journal: Journal
    person: str = ""
    mandates: Mandates | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it is kept; ``at`` aware. ``commitment``: under which the log has it."""

    version: int
    source: str
    event: str
    to: str
    actor: str
    party: str
    by: str
    reason: str
    evidence: str
    at: datetime
    commitment: str


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of a step, beside those who look; ``body`` holds ids and codes, nobody's data."""

    audience: str
    body: Mapping[str, Json] = field(default_factory=dict)


def new_key() -> str:
    """A public id that nobody guesses."""
    return secrets.token_hex(16)


def take_step(
    row: Moving,
    event: str,
    *,
    machine: Machine,
    doer: Doer,
    now: datetime,
    reason: str = "",
    evidence: str = "",
    tell: Sequence[Told] = (),
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Move ``row`` on, together with ``changes`` of its other columns; the row given is brought up to date.

    Nothing is kept when the log cannot be written. Raises StepImpossible, StepOfOther, StepOvertaken.
    """
    source = row.state
    to = machine.after(source, event, actor=doer.actor)
    with transaction.atomic():
        mine = type(row)._default_manager.filter(pk=row.pk, version=row.version, state=source)  # noqa: SLF001 - Django's
        moved = {"state": to, "version": row.version + 1, "changed_at": now}
        if not mine.update(**(changes or {}), **moved):
            raise StepOvertaken
        row.refresh_from_db()
        kept = _Said(event, source, to, reason, evidence)
        _record(row, kept, machine=machine, doer=doer, now=now, tell=tell)


def begin(
    row: Moving,
    *,
    machine: Machine,
    doer: Doer,
    now: datetime,
    evidence: str = "",
    tell: Sequence[Told] = (),
) -> None:
    """Save a new row in its first state, with its first record ``begin``."""
    row.state, row.version, row.changed_at = machine.initial, 0, now
    with transaction.atomic():
        row.save(force_insert=True)
        kept = _Said("begin", "", machine.initial, evidence=evidence)
        _record(row, kept, machine=machine, doer=doer, now=now, tell=tell)


def steps_of(kind: str, key: str) -> list[StepView]:
    """The oldest first."""
    rows = StepRow.objects.filter(kind=kind, thing=key).order_by("version")
    return [_view(row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Said:
    event: str
    source: str
    to: str
    reason: str = ""
    evidence: str = ""


def _record(
    row: Moving,
    said: _Said,
    *,
    machine: Machine,
    doer: Doer,
    now: datetime,
    tell: Sequence[Told],
) -> None:
    kept = StepRow(
        kind=machine.name,
        thing=row.key,
        version=row.version,
        source=said.source,
        event=said.event,
        to=said.to,
        actor=doer.actor.value,
        party=doer.party,
        by=doer.by[:200],
        reason=said.reason[:LONGEST_REASON],
        evidence=said.evidence,
        salt=secrets.token_hex(_SALT_BYTES),
        at=now,
    )
    kept.save()
    EventRow.objects.bulk_create(
        EventRow(
            audience=one.audience,
            kind=machine.name,
            thing=row.key,
            event=said.event,
            body={"state": said.to, "version": row.version, **one.body},
            at=now,
        )
        for one in tell
    )
    facts: dict[str, str | int] = {
        "thing": machine.name,
        "event": said.event,
        "version": row.version,
    }
    doer.journal(Entry("market-step", now, "holder", facts, (_commitment(kept),)))


def _commitment(row: StepRow) -> str:
    said: dict[str, Json] = {
        "kind": row.kind,
        "thing": row.thing,
        "version": row.version,
        "source": row.source,
        "event": row.event,
        "to": row.to,
        "actor": row.actor,
        "party": row.party,
        "by": row.by,
        "reason": row.reason,
        "evidence": row.evidence,
        "at": row.at.astimezone(UTC).isoformat(),
    }
    return commitment(bytes.fromhex(row.salt), canonical_json(said))


def _view(row: StepRow) -> StepView:
    return StepView(
        version=row.version,
        source=row.source,
        event=row.event,
        to=row.to,
        actor=row.actor,
        party=row.party,
        by=row.by,
        reason=row.reason,
        evidence=row.evidence,
        at=row.at,
        commitment=_commitment(row),
    )
