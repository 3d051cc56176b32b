"""Who may act on what: the owner, an agent with a mandate, the operator; a repeated click is no second step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.market.step_models import StepRow
from shuxin.market.steps import ThingUnknown

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.kernel.machine import Machine
    from shuxin.market.step_models import Moving
    from shuxin.market.steps import Doer

THE_OPERATOR = "operator"
"""As a viewer: the operator's own pages and the platform's work, which see all. As an audience: what it is told."""
SYSTEM_BY = "platform"


class MandateMissing(NotPermitted):
    code = "market_mandate_missing"
    what = Text(
        en="there is no mandate to act for this enterprise", zh="没有代该企业办理业务的有效授权委托"
    )
    mend = Text(
        en="The enterprise signs a mandate for credit decisions first",
        zh="请先由企业签署用途包含“授信决策”的授权委托书",
    )


def for_firm(firm: str, *, doer: Doer, now: datetime) -> str:
    """Hash of the mandate under which an agent acts, "" for all others.

    Raises MandateMissing; ThingUnknown where another enterprise acts.
    """
    if doer.actor not in {Actor.ENTERPRISE, Actor.AGENT}:
        return ""
    if doer.party != firm:
        raise ThingUnknown(kind="demand")
    return _mandate(firm, doer=doer, now=now) if doer.actor is Actor.AGENT else ""


def _mandate(firm: str, *, doer: Doer, now: datetime) -> str:
    found = doer.mandates and doer.mandates.mandate_of(
        party=firm, person=doer.person, at=now, purpose=Purpose.CREDIT_DECISION.value
    )
    if not found or not doer.person:
        raise MandateMissing
    return found.hash


def for_lender(lender: str, *, doer: Doer, kind: str) -> None:
    """Raises ThingUnknown where another lender acts."""
    if doer.actor is Actor.LENDER and doer.party != lender:
        raise ThingUnknown(kind=kind)


def of_platform(doer: Doer) -> Doer:
    """The platform itself, in the course of what ``doer`` does."""
    return replace(doer, actor=Actor.SYSTEM, party="", by=SYSTEM_BY, person="", mandates=None)


def is_repeated(row: Moving, event: str, *, machine: Machine, doer: Doer) -> bool:
    """Whether this very step is the last that was taken, by the same hand: a double click, a lost reply."""
    last = last_step(row, machine=machine)
    return (
        last is not None
        and (last.event, last.actor) == (event, doer.actor.value)
        and (last.party, last.by) == (doer.party, doer.by[:200])
    )


def last_step(row: Moving, *, machine: Machine) -> StepRow | None:
    """None where somebody's step is on its way."""
    return StepRow.objects.filter(kind=machine.name, thing=row.key, version=row.version).first()
