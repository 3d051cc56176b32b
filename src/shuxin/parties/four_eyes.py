"""Four eyes (双人复核): some acts take effect only when a second person states the very same act."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.kernel.canonical import Json, canonical_json, content_hash
from shuxin.kernel.errors import Conflict, NotFound, NotPermitted
from shuxin.kernel.text import Text
from shuxin.parties.journal import new_salt, noted, salted
from shuxin.parties.models import ActRow, ApprovalRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from shuxin.parties.journal import Journal

OPEN_FOR = dt.timedelta(days=7)


class SamePerson(NotPermitted):
    code = "second_person_needed"
    what = Text(en="the same person proposed this act", zh="该操作由同一人提出")
    mend = Text(
        en="Another person must state the same act within seven days",
        zh="须由另一人在七日内提出相同操作",
    )


class ActDone(Conflict):
    code = "act_already_done"
    what = Text(en="somebody else approved this act just now", zh="该操作刚刚已由他人复核")
    mend = Text(en="Nothing is left to do", zh="无需再操作")


class Step(StrEnum):
    """How far an act that needs two persons has come."""

    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class WaitingAct:
    """What one person stated and a second one has not yet (待复核事项). ``until``: when it lapses."""

    number: int
    kind: str
    content: Mapping[str, Json]
    by: str
    at: dt.datetime

    @property
    def until(self) -> dt.datetime:
        return self.at + OPEN_FOR


class ActUnknown(NotFound):
    code = "act_unknown"
    what = Text(en="there is no such act that waits", zh="没有这项待复核事项")
    mend = Text(
        en="It lapsed, or somebody agreed to it; look at the list",
        zh="该事项已失效或已复核，请查看列表",
    )


def waiting_acts(*, now: dt.datetime) -> list[WaitingAct]:
    """All that wait for a second person, the oldest first."""
    return [_waiting(row) for row in _open_acts(now).order_by("pk")]


def waiting_act(number: int, *, now: dt.datetime) -> WaitingAct:
    """Raises ActUnknown."""
    row = _open_acts(now).filter(pk=number).first()
    if row is None:
        raise ActUnknown
    return _waiting(row)


def _open_acts(now: dt.datetime) -> QuerySet[ActRow]:
    rows: QuerySet[ActRow] = ActRow.objects.filter(
        approval=None, at__gt=now - OPEN_FOR, at__lte=now
    )
    return rows


def _waiting(row: ActRow) -> WaitingAct:
    return WaitingAct(row.pk, row.kind, json.loads(row.content), row.by, row.at)


def state_act(
    kind: str, content: Mapping[str, Json], *, by: str, journal: Journal, now: dt.datetime
) -> Step:
    """One person states an act; DONE when another one stated the same before, in the last seven days.

    Both words appear in the log under one salted commitment to the act. The caller carries the act out in
    its own transaction around this call, when DONE.
    Raises SamePerson, ActDone.
    """
    digest = content_hash({"kind": kind, "content": dict(content)})
    with transaction.atomic():
        opened = _open_acts(now).filter(kind=kind, digest=digest)
        of_others = opened.exclude(by=by).order_by("pk").first()
        if of_others is None:
            if opened.exists():
                raise SamePerson
            text, salt = canonical_json(dict(content)).decode(), new_salt()
            ActRow.objects.create(kind=kind, digest=digest, content=text, by=by, at=now, salt=salt)
            step = Step.WAITING
        else:
            _approve(of_others, by=by, now=now)
            step, salt = Step.DONE, of_others.salt
        sealed = salted({"kind": kind, "content": dict(content)}, salt=salt)
        facts = {"act": kind, "step": step.value}
        journal(noted("four-eyes", by=by, now=now, facts=facts, commitments=(sealed,)))
    return step


def _approve(act: ActRow, *, by: str, now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            ApprovalRow.objects.create(act=act, by=by, at=now)
    except IntegrityError as error:
        raise ActDone from error
