"""Requests for authorisation in the small world, and the subject's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.consent.world import BANK, DIRECTORY, FIRM, KEYS, NOW, terms

from shuxin.consent.domain.proposal import Narrowing, Proposal, read_proposal
from shuxin.consent.wording import offer

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.signing import Ed25519Key
    from shuxin.kernel.statements import Statement

REASON = "申请贷款 500 万元,用于购买原料"


def proposal(reason: str = REASON, **changed: Any) -> Proposal:
    plain: dict[str, Any] = {"text_hash": "", "signed_at": NOW, "language": "zh"}
    return Proposal(terms(**plain | changed), reason, NOW)


def proposed(signer: Ed25519Key = KEYS[BANK], **changed: Any) -> Statement:
    return proposal(**changed).sign(signer=signer)


def granted(
    asked: Statement,
    signer: Ed25519Key = KEYS[FIRM],
    *,
    now: dt.datetime = NOW,
    narrowing: Narrowing | None = None,
) -> Statement:
    """What the subject's device signs for this request."""
    made = offer(read_proposal(asked), language="zh", now=now, narrowing=narrowing or Narrowing())
    return made.terms.sign(signer=signer)


def asked_and_granted(*, now: dt.datetime = NOW, **changed: Any) -> str:
    """The id of an authorisation that went through the inbox."""
    from shuxin.consent.api import ask, grant

    asked = proposed(**changed)
    signed = granted(asked, now=now)
    return grant(ask(asked, keys=DIRECTORY, now=now), signed, keys=DIRECTORY, now=now).auth_id
