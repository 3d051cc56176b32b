"""Policies as they are kept: drafted, looked at by a second person, in force, replaced by a newer version, ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import Conflict
from shuxin.kernel.machine import Actor, Machine, step
from shuxin.kernel.text import Text
from shuxin.market.list_models import PolicyRow
from shuxin.market.policies.documents import PolicyMatch, PolicyTerms, from_document, match_policy
from shuxin.market.policies.language import Truth
from shuxin.market.steps import StepNeedsReason, ThingUnknown, begin, new_key, take_step
from shuxin.parties.api import SamePerson

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shuxin.market.domain.terms import FirmFacts
    from shuxin.market.steps import Doer

THING = Text(en="policy", zh="政策")
GOVERNMENT = Actor.GOVERNMENT
POLICY_TEXTS = {
    "draft": Text(en="draft", zh="草稿"),
    "review": Text(en="waits for a second person", zh="待复核"),
    "in_force": Text(en="in force", zh="执行中"),
    "replaced": Text(en="replaced by a newer version", zh="已被新版本替代"),
    "ended": Text(en="ended", zh="已停止执行"),
    "dropped": Text(en="dropped", zh="已作废"),
}
_STEP_TEXTS = {
    "edit": Text(en="change it", zh="修改"),
    "submit": Text(en="hand it in", zh="提交复核"),
    "return": Text(en="send it back", zh="退回修改"),
    "publish": Text(en="publish it", zh="发布"),
    "replace": Text(en="replace it by a newer version", zh="以新版本替代"),
    "end": Text(en="end it", zh="停止执行"),
    "drop": Text(en="drop it", zh="作废"),
}
POLICY = Machine(
    "policy",
    "draft",
    ("draft", "review", "in_force", "replaced", "ended", "dropped"),
    (
        step("edit", "draft", "draft", GOVERNMENT),
        step("submit", "draft", "review", GOVERNMENT),
        step("return", "review", "draft", GOVERNMENT),
        step("publish", "review", "in_force", GOVERNMENT),
        step("replace", "in_force", "replaced", GOVERNMENT),
        step("end", "in_force", "ended", GOVERNMENT),
        step("drop", "draft", "dropped", GOVERNMENT),
    ),
    POLICY_TEXTS,
    _STEP_TEXTS,
)
_REASONED = frozenset({"return", "end"})
OPEN_STEPS = ("submit", "return", "publish", "end", "drop")
"""What an officer does with a button; ``edit`` has a form, ``replace`` comes with a newer version."""


class PolicyVersionOpen(Conflict):
    code = "policy_version_open"
    what = Text(en="another version of this policy is being written", zh="该政策已有尚未发布的版本")
    mend = Text(en="Finish or drop that one first", zh="请先发布或作废该版本")


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One version as it is kept. by: who wrote it last."""

    key: str
    number: int
    state: str
    version: int
    terms: PolicyTerms
    digest: str
    by: str
    changed_at: datetime


def draft_policy(terms: PolicyTerms, *, doer: Doer, now: datetime) -> str:
    """A new policy, or the next version of the one with this name: its key. Raises PolicyVersionOpen."""
    rows = PolicyRow.objects.filter(name=terms.name)
    if rows.filter(state__in=("draft", "review")).exists():
        raise PolicyVersionOpen
    row = PolicyRow(
        key=new_key(),
        name=terms.name,
        number=rows.count() + 1,
        document=terms.document(),
        digest=terms.digest,
        by=_who(doer),
    )
    try:
        begin(row, machine=POLICY, doer=doer, now=now)
    except IntegrityError as error:
        raise PolicyVersionOpen from error
    return row.key


def edit_policy(key: str, terms: PolicyTerms, *, doer: Doer, now: datetime) -> None:
    """Only a draft, which keeps its name. Raises ThingUnknown, StepImpossible, StepOvertaken."""
    row = _row(key)
    if terms.name != row.name:
        raise ThingUnknown(kind=THING)
    take_step(
        row,
        "edit",
        machine=POLICY,
        doer=doer,
        now=now,
        evidence=terms.digest,
        changes={"document": terms.document(), "digest": terms.digest, "by": _who(doer)},
    )


def step_policy(key: str, event: str, *, doer: Doer, now: datetime, reason: str = "") -> None:
    """Submit, return, publish, end, drop. Another person publishes than wrote it last; the older version is replaced.

    Raises ThingUnknown, SamePerson, StepNeedsReason, StepImpossible, StepOvertaken.
    """
    row = _row(key)
    if event not in OPEN_STEPS:
        raise POLICY.impossible(event, row.state, actor=doer.actor)
    if event in _REASONED and not reason.strip():
        raise StepNeedsReason
    if event == "publish":
        _publish(row, doer=doer, now=now)
        return
    changes = {"current": None} if event == "end" else {}
    take_step(
        row, event, machine=POLICY, doer=doer, now=now, reason=reason.strip(), changes=changes
    )


def _publish(row: PolicyRow, *, doer: Doer, now: datetime) -> None:
    if row.by == _who(doer):
        raise SamePerson
    POLICY.after(row.state, "publish", actor=doer.actor)
    with transaction.atomic():
        older = PolicyRow.objects.filter(current=row.name).first()
        if older is not None:
            gone = {"current": None}
            take_step(older, "replace", machine=POLICY, doer=doer, now=now, changes=gone)
        take_step(
            row,
            "publish",
            machine=POLICY,
            doer=doer,
            now=now,
            evidence=row.digest,
            changes={"current": row.name},
        )


def policies(*, states: Sequence[str] = ()) -> list[PolicyView]:
    """All versions, or those in these states, by name, the newest first."""
    rows = PolicyRow.objects.order_by("name", "-number")
    return [_view(row) for row in (rows.filter(state__in=states) if states else rows)]


def policy(key: str) -> PolicyView:
    """Raises ThingUnknown."""
    return _view(_row(key))


def policies_for(firm: FirmFacts, *, now: datetime) -> list[PolicyMatch]:
    """Each policy in force: what it may have first, then what cannot be told, then the others; soonest end first."""
    on = now.astimezone(CHINA_TIME).date()
    found = [match_policy(one.terms, firm, on=on) for one in policies(states=("in_force",))]
    order = {Truth.YES: 0, Truth.UNKNOWN: 1, Truth.NO: 2}
    return sorted(
        found,
        key=lambda m: (
            order[m.truth],
            not m.is_open,
            m.days_left is None,
            m.days_left or 0,
            m.terms.name,
        ),
    )


def keep_standard_policies(*, by: tuple[Doer, Doer], now: datetime) -> int:
    """Publish the examples that are not there yet, written by the first and published by the second; how many."""
    from shuxin.market.policies.standard import EXAMPLES  # noqa: PLC0415 - only where examples are wanted

    known = set(PolicyRow.objects.values_list("name", flat=True))
    fresh = [terms for terms in EXAMPLES if terms.name not in known]
    for terms in fresh:
        key = draft_policy(terms, doer=by[0], now=now)
        step_policy(key, "submit", doer=by[0], now=now)
        step_policy(key, "publish", doer=by[1], now=now)
    return len(fresh)


def _row(key: str) -> PolicyRow:
    row = PolicyRow.objects.filter(key=key).first()
    if row is None:
        raise ThingUnknown(kind=THING)
    return row


def _who(doer: Doer) -> str:
    return f"{doer.party} {doer.by}"[:200]


def _view(row: PolicyRow) -> PolicyView:
    return PolicyView(
        key=row.key,
        number=row.number,
        state=row.state,
        version=row.version,
        terms=from_document(row.document),
        digest=row.digest,
        by=row.by,
        changed_at=row.changed_at,
    )
