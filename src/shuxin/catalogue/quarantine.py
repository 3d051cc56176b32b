"""Loads kept aside (隔离区): which there are, and what people do about them.

A load kept aside is seen by no reader; the load before it stays in force. A person releases or rejects it with a
reason; where a rule that stops is broken, a second person must agree within seven days. A later load of the same file
ends the matter: what is older can no longer be released.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.catalogue import models, translation
from shuxin.catalogue.recording import copy_load, lock_dataset
from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
from shuxin.kernel.text import Text
from shuxin.parties.api import SamePerson, noted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from shuxin.catalogue.domain.finding import Finding
    from shuxin.catalogue.records import LoadView
    from shuxin.parties.api import Journal

OPEN_FOR = dt.timedelta(days=7)
LONGEST_REASON = 500
_DECIDED = ("released", "rejected")


class HeldState(StrEnum):
    """How far the matter of a load kept aside has come; the last three are ends."""

    WAITING = "waiting"
    PROPOSED = "proposed"
    RELEASED = "released"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


OPEN = frozenset({HeldState.WAITING, HeldState.PROPOSED})


class HeldLoadUnknown(NotFound):
    code = "held_load_unknown"
    what = Text(en="no load {number} is kept aside", zh="隔离区中没有装载 {number}")
    mend = Text(
        en="List the loads kept aside with 'shuxin quality'",
        zh="请用 shuxin quality 查看隔离的装载",
    )


class HeldLoadClosed(Conflict):
    code = "held_load_closed"
    what = Text(
        en="the load {number} was decided or replaced meanwhile: {state}",
        zh="装载 {number} 已处理或已被替代：{state}",
    )
    mend = Text(
        en="Look at the dataset again; only the newest load of a file can be released",
        zh="请重新查看该数据集；只能放行同一文件的最新装载",
    )


class HeldReasonMissing(InvalidInput):
    code = "held_reason_missing"
    what = Text(
        en="releasing or rejecting a load needs a reason of 1 to {most} characters",
        zh="放行或退回装载须填写 1 至 {most} 个字的理由",
    )
    mend = Text(
        en="Say in a sentence why; name no person and no enterprise",
        zh="请用一句话说明原因，勿写入个人或企业名称",
    )


@dataclass(frozen=True, slots=True)
class ActTaken:
    """``step``: proposed, released or rejected (操作记录)."""

    step: str
    by: str
    reason: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class HeldView:
    """A load kept aside, under the number of its load, with what was found and what was done, oldest first."""

    number: int
    load: LoadView
    needs_two: bool
    state: HeldState
    findings: tuple[Finding, ...]
    acts: tuple[ActTaken, ...]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def awaits_other_than(self, person: str, *, now: dt.datetime) -> bool:
        """Whether this person proposed the release that waits for somebody else."""
        return self.state is HeldState.PROPOSED and any(
            act.step == "proposed" and act.by == person and act.at > now - OPEN_FOR
            for act in self.acts
        )


def held_loads(*, now: dt.datetime, dataset: str = "") -> tuple[HeldView, ...]:
    """Of one dataset or of all, those that wait for a person first, then the newest first."""
    rows = _rows().order_by("-pk")
    if dataset:
        rows = rows.filter(load__dataset__name=dataset)
    found = _views(list(rows), now)
    return tuple(sorted(found, key=lambda one: not one.is_open))


def held_load(*, number: int, now: dt.datetime) -> HeldView:
    """Raises HeldLoadUnknown."""
    return _views([_row(number)], now)[0]


def find_held(
    *,
    dataset: str,
    source_file: str,
    content_sha256: str,
    mapping_hash: str,
    contract_version: str,
    now: dt.datetime,
) -> HeldView | None:
    """The very content, if it is kept aside or was rejected and nothing came after it."""
    row = (
        _rows()
        .filter(
            load__dataset__name=dataset,
            load__source_file=source_file,
            load__content_sha256=content_sha256,
            load__mapping_hash=mapping_hash,
            load__contract_version__version=contract_version,
        )
        .order_by("-pk")
        .first()
    )
    if row is None:
        return None
    (found,) = _views([row], now)
    stays = found.is_open or found.state is HeldState.REJECTED
    return found if stays and not _newer(row) else None


def release_load(
    *, number: int, by: str, reason: str, journal: Journal, now: dt.datetime
) -> HeldState:
    """RELEASED once it is in force, known from now on; PROPOSED while a second person must agree.

    Raises HeldLoadUnknown, HeldLoadClosed, HeldReasonMissing, SamePerson.
    """
    said = _checked(reason)
    with transaction.atomic():
        row = _open_locked(number, now)
        of_others, own = _proposals(row, by=by, now=now)
        if row.needs_two and not of_others:
            if own:
                raise SamePerson
            _act(row, HeldState.PROPOSED, by=by, reason=said, journal=journal, now=now)
            return HeldState.PROPOSED
        made = copy_load(row.load, known_time=_after_all(row.load, now))
        _act(row, HeldState.RELEASED, by=by, reason=said, journal=journal, now=now, made=made)
    return HeldState.RELEASED


def reject_load(*, number: int, by: str, reason: str, journal: Journal, now: dt.datetime) -> None:
    """The load never comes into force; one person suffices, as nothing changes for readers.

    Raises HeldLoadUnknown, HeldLoadClosed, HeldReasonMissing.
    """
    said = _checked(reason)
    with transaction.atomic():
        row = _open_locked(number, now)
        _act(row, HeldState.REJECTED, by=by, reason=said, journal=journal, now=now)


def _checked(reason: str) -> str:
    said = " ".join(reason.split())
    if not 0 < len(said) <= LONGEST_REASON or "\x00" in said:
        raise HeldReasonMissing(most=LONGEST_REASON)
    return said


def _rows() -> QuerySet[models.HeldLoad]:
    rows: QuerySet[models.HeldLoad] = models.HeldLoad.objects.select_related(
        "load__dataset", "load__contract_version"
    )
    return rows


def _row(number: int) -> models.HeldLoad:
    row = _rows().filter(load_id=number).first()
    if row is None:
        raise HeldLoadUnknown(number=number)
    return row


def _open_locked(number: int, now: dt.datetime) -> models.HeldLoad:
    """The load if it can still be decided, nobody else deciding or loading until the transaction ends."""
    row = _row(number)
    lock_dataset(row.load.dataset_id)
    state = _views([row], now)[0].state
    if state not in OPEN:
        raise HeldLoadClosed(number=number, state=state.value)
    return row


def _proposals(row: models.HeldLoad, *, by: str, now: dt.datetime) -> tuple[bool, bool]:
    """Whether others, and whether this person, proposed the release in the last seven days."""
    names = models.HeldAct.objects.filter(held=row, step="proposed", at__gt=now - OPEN_FOR)
    proposers = set(names.values_list("by", flat=True))
    return bool(proposers - {by}), by in proposers


def _after_all(load: models.Load, now: dt.datetime) -> dt.datetime:
    """Now, or the last known time of this file where the clock went back: the released content is the newest."""
    same = models.Load.objects.filter(dataset_id=load.dataset_id, source_file=load.source_file)
    newest = same.order_by("-known_time").values_list("known_time", flat=True)[0]
    later: dt.datetime = newest + dt.timedelta(microseconds=1)
    return max(now, later)


def _act(
    row: models.HeldLoad,
    step: HeldState,
    *,
    by: str,
    reason: str,
    journal: Journal,
    now: dt.datetime,
    made: models.Load | None = None,
) -> None:
    models.HeldAct.objects.create(
        held=row, step=step.value, by=by, reason=reason, at=now, released_as=made
    )
    facts: dict[str, str | int] = {"load": row.load_id, "content": row.load.content_sha256}
    facts["step"] = step.value
    journal(noted("held-load", by=by, now=now, facts=facts))


def _newer(row: models.HeldLoad) -> bool:
    later = models.Load.objects.filter(
        dataset_id=row.load.dataset_id, source_file=row.load.source_file, pk__gt=row.load_id
    )
    return later.exists()


def _views(rows: list[models.HeldLoad], now: dt.datetime) -> list[HeldView]:
    numbers = [row.load_id for row in rows]
    acts: dict[int, list[models.HeldAct]] = {}
    for act in models.HeldAct.objects.filter(held__in=[row.pk for row in rows]).order_by("pk"):
        acts.setdefault(act.held_id, []).append(act)
    told: dict[int, list[Finding]] = {}
    for found in models.Finding.objects.filter(load__in=numbers).order_by("pk"):
        told.setdefault(found.load_id, []).append(translation.finding_view(found).finding)
    newest = _newest_of(rows)
    return [
        _view(row, acts.get(row.pk, []), told.get(row.load_id, []), newest=newest, now=now)
        for row in rows
    ]


def _newest_of(rows: Iterable[models.HeldLoad]) -> dict[tuple[int, str], int]:
    """By dataset and file the number of the last load that was recorded."""
    wanted = {row.load.dataset_id for row in rows}
    loads = models.Load.objects.filter(dataset_id__in=wanted).order_by("pk")
    told = loads.values_list("dataset_id", "source_file", "pk")
    return {(dataset, file): number for dataset, file, number in told}


def _view(
    row: models.HeldLoad,
    acts: list[models.HeldAct],
    findings: list[Finding],
    *,
    newest: dict[tuple[int, str], int],
    now: dt.datetime,
) -> HeldView:
    return HeldView(
        number=row.load_id,
        load=translation.load_view(row.load),
        needs_two=row.needs_two,
        state=_state(row, acts, newest=newest, now=now),
        findings=tuple(findings),
        acts=tuple(ActTaken(act.step, act.by, act.reason, act.at) for act in acts),
    )


def _state(
    row: models.HeldLoad,
    acts: list[models.HeldAct],
    *,
    newest: dict[tuple[int, str], int],
    now: dt.datetime,
) -> HeldState:
    for act in acts:
        if act.step in _DECIDED:
            return HeldState(act.step)
    if newest.get((row.load.dataset_id, row.load.source_file), 0) > row.load_id:
        return HeldState.SUPERSEDED
    if any(act.at > now - OPEN_FOR for act in acts):
        return HeldState.PROPOSED
    return HeldState.WAITING
