"""Verify a document: the file, its receipt, the trust of this verifier, and nothing else. No network, no database.

Every check is made and named, so that a reader sees all that is wrong, not only the first thing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO

from shuxin.kernel.signing import PublicKey
from shuxin.parties.api import Directory, KeyProblem, KeyRole, KnownKey
from shuxin.verification.commitment import commitment_of
from shuxin.verification.logged import check_log
from shuxin.verification.verdict import Check, CheckName, Reason, Verdict, first_problem

if TYPE_CHECKING:
    from shuxin.kernel.statements import Statement
    from shuxin.verification.presentation import Presentation
    from shuxin.verification.receipt import DocumentFacts, Receipt
    from shuxin.verification.sdjwt.tokens import Demand
    from shuxin.verification.status import StatusList
    from shuxin.verification.trust import Trust

MAX_STATUS_AGE = timedelta(hours=24)
PRESENTATION_LASTS = timedelta(minutes=10)
CLOCK_SKEW = timedelta(minutes=2)
ISSUING_ROLES = frozenset(
    {KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE, KeyRole.OFFICER, KeyRole.NODE}
)
_KEY_REASON = {
    KeyProblem.UNKNOWN: Reason.UNKNOWN_ISSUER,
    KeyProblem.OTHER_PARTY: Reason.UNKNOWN_ISSUER,
    KeyProblem.WRONG_ROLE: Reason.UNKNOWN_ISSUER,
    KeyProblem.NOT_YET_VALID: Reason.KEY_NOT_VALID,
    KeyProblem.EXPIRED: Reason.KEY_NOT_VALID,
    KeyProblem.REVOKED: Reason.KEY_REVOKED,
    KeyProblem.SIGNATURE: Reason.RECEIPT_CHANGED,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verifier holds beside file and receipt; ``demand`` is set when it asked for a presentation."""

    status: tuple[Statement, StatusList] | None = None
    demand: Demand | None = None
    presentation: tuple[Statement, Presentation] | None = None


def verify_document(
    content: BinaryIO,
    *,
    receipt: Receipt,
    trust: Trust,
    evidence: Evidence,
    now: datetime,
    max_status_age: timedelta = MAX_STATUS_AGE,
) -> Verdict:
    """The verdict on the bytes that ``content`` still has to give."""
    computed = commitment_of(content, form=receipt.facts.form, salt=receipt.salt)
    return verify_commitment(
        computed,
        receipt=receipt,
        trust=trust,
        evidence=evidence,
        now=now,
        max_status_age=max_status_age,
    )


def verify_commitment(
    computed: str,
    *,
    receipt: Receipt,
    trust: Trust,
    evidence: Evidence,
    now: datetime,
    max_status_age: timedelta = MAX_STATUS_AGE,
) -> Verdict:
    """The same where the commitment to the content was computed elsewhere, as in the person's browser."""
    facts = receipt.facts
    directory = trust.directory_with(receipt.keys)
    log = check_log(receipt, trust=trust)
    same = hmac.compare_digest(computed, facts.commitment)
    checks = [
        Check(CheckName.CONTENT, None if same else Reason.TAMPERED),
        _check_issuer(receipt, directory, seen_at=min(log.seen_by or now, now)),
        log.check,
        _check_period(facts, now=now),
        _check_status(facts, directory, evidence, now=now, max_age=max_status_age),
    ]
    if evidence.demand is not None:
        checks.append(_check_presentation(receipt, evidence.demand, evidence, now=now))
    return Verdict(tuple(checks))


def issuing_key(
    directory: Directory, statement: Statement, *, party: str, seen_at: datetime
) -> KnownKey | KeyProblem:
    """The key with which ``party`` signed, in a role that speaks for it in business, or why there is none."""
    problems = []
    for role in sorted(ISSUING_ROLES):
        found = directory.who_signed(statement, party=party, seen_at=seen_at, role=role)
        if isinstance(found, KnownKey):
            return found
        problems.append(found)
    return KeyProblem.SIGNATURE if KeyProblem.SIGNATURE in problems else problems[0]


def _check_issuer(receipt: Receipt, directory: Directory, *, seen_at: datetime) -> Check:
    found = issuing_key(directory, receipt.statement, party=receipt.facts.issuer, seen_at=seen_at)
    reason = _KEY_REASON[found] if isinstance(found, KeyProblem) else None
    return Check(CheckName.ISSUER, reason)


def _check_period(facts: DocumentFacts, *, now: datetime) -> Check:
    return first_problem(
        CheckName.PERIOD,
        (
            (now + CLOCK_SKEW < facts.issued_at, Reason.NOT_YET_VALID),
            (now >= facts.expires_at, Reason.EXPIRED),
        ),
    )


def _check_status(
    facts: DocumentFacts,
    directory: Directory,
    evidence: Evidence,
    *,
    now: datetime,
    max_age: timedelta,
) -> Check:
    if evidence.status is None:
        return Check(CheckName.STATUS, Reason.STATUS_MISSING)
    return check_status(
        evidence.status,
        place=(facts.issuer, facts.status_list, facts.status_index),
        directory=directory,
        now=now,
        max_age=max_age,
    )


def check_status(
    status: tuple[Statement, StatusList],
    *,
    place: tuple[str, str, int],
    directory: Directory,
    now: datetime,
    max_age: timedelta,
) -> Check:
    """What a status list says of one place: issuer, list and index."""
    (statement, found), (issuer, list_id, index) = status, place
    if (found.issuer, found.list_id) != (issuer, list_id):
        return Check(CheckName.STATUS, Reason.STATUS_MISSING)
    if isinstance(issuing_key(directory, statement, party=issuer, seen_at=now), KeyProblem):
        return Check(CheckName.STATUS, Reason.STATUS_CHANGED)
    standing = found.of(index)
    if standing.state.value != "valid":
        return Check(CheckName.STATUS, Reason[standing.state.name], standing.detail)
    fresh = now - max_age <= found.issued_at <= now + CLOCK_SKEW
    return Check(CheckName.STATUS, None if fresh else Reason.STATUS_STALE)


def _check_presentation(
    receipt: Receipt, demand: Demand, evidence: Evidence, *, now: datetime
) -> Check:
    if evidence.presentation is None or not receipt.facts.holder_key:
        return Check(CheckName.PRESENTATION, Reason.NOT_PRESENTED)
    statement, said = evidence.presentation
    signed = statement.signed_by(PublicKey.parse(receipt.facts.holder_key))
    until = said.presented_at + PRESENTATION_LASTS
    return first_problem(
        CheckName.PRESENTATION,
        (
            (not signed or said.receipt != receipt.statement.hash, Reason.PRESENTATION_CHANGED),
            (said.audience != demand.audience, Reason.WRONG_AUDIENCE),
            (said.nonce != demand.nonce, Reason.REPLAYED),
            (not said.presented_at - CLOCK_SKEW <= now < until, Reason.PRESENTATION_STALE),
        ),
    )
