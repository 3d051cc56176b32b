"""A permit for many subjects: the holder itself finds out who of them agrees (授权子集)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.consent import records
from shuxin.consent.domain.gate import judge
from shuxin.consent.domain.permit import Ground, Permit, entity_of
from shuxin.consent.domain.refusal import Reason, Refusal, UseRefused
from shuxin.consent.domain.request import AUTHORISED, read_request
from shuxin.consent.issuing import catalogue_entries, holds_of, is_person, presented_as
from shuxin.consent.models import Use
from shuxin.ledger.api import Entry, TreeHash, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from shuxin.consent.domain.gate import Presented
    from shuxin.consent.domain.request import Request
    from shuxin.consent.issuing import Gate
    from shuxin.kernel.statements import Statement


@dataclass(frozen=True, slots=True)
class PermittedSet:
    """Who may be read, and the proof of it.

    ``root``: 64 hexadecimal digits, the Merkle root (RFC 9162) over the sorted hashes of the
    authorisations used; a job carries it. ``refused``: how many others, by reason; nobody is named.
    """

    permit: Permit
    root: str
    refused: Mapping[Reason, int]


def permit_set(
    gate: Gate, statement: Statement, *, authorisations: Iterable[Statement], now: datetime
) -> PermittedSet:
    """Those subjects whose authorisation covers the request; each use is counted and logged by itself.

    statement: a signed request whose subject is ``AUTHORISED`` and that names no persons.
    Raises UseRefused when the request itself fails or nobody agrees.
    """
    request = read_request(statement)
    gate.require_requester(request, statement, now=now)
    if request.subject != AUTHORISED or request.persons:
        raise UseRefused([Refusal(Reason.OTHER_SUBJECT)])
    brought: dict[str, list[Presented]] = {}
    for one in (presented_as(word, now) for word in authorisations):
        brought.setdefault(one.terms.subject, []).append(one)
    agreed, refused = _judged(gate, request, brought, now)
    if not agreed:
        raise UseRefused([Refusal(reason, f"{count}") for reason, count in sorted(refused.items())])
    numbers = records.count_use(
        {one.terms.subject: one for one in agreed},
        grantee=request.grantee,
        request_id=request.request_id,
        now=now,
    )
    uses = [_use(request, one, numbers[one.terms.auth_id], now) for one in agreed]
    hashes = sorted(one.statement.hash for one in agreed)
    root = root_of(TreeHash.SHA256, [bytes.fromhex(digest) for digest in hashes])
    gate.journal.append_all([_set_entry(gate, request, root, len(uses), now)], now=now)
    gate.record(uses, now=now)
    return PermittedSet(_permit(request, agreed, uses, now), root.hex(), refused)


def _judged(
    gate: Gate, request: Request, brought: Mapping[str, Sequence[Presented]], now: datetime
) -> tuple[list[Presented], Counter[Reason]]:
    """Of each subject the first word that covers the request, or the reasons against its last."""
    catalogue = catalogue_entries(request.catalogues)
    terms = [one.terms for words in brought.values() for one in words]
    known = records.known_of_each(holder=gate.holder, terms=terms, issuers=gate.issuers)
    agreed: list[Presented] = []
    refused: Counter[Reason] = Counter()
    for subject, words in sorted(brought.items()):
        refusals: tuple[Refusal, ...] = ()
        for one in words:
            refusals = judge(
                replace(request, subject=subject),
                presented=one,
                persons={},
                catalogue=catalogue,
                known=known[one.terms.auth_id],
                keys=gate.keys,
                limits=gate.limits,
                now=now,
            )
            if not refusals:
                agreed.append(one)
                break
        refused.update({refusal.reason for refusal in refusals})
    return agreed, refused


def _set_entry(gate: Gate, request: Request, root: bytes, count: int, now: datetime) -> Entry:
    """The log has the root of the set before it has the uses of its members."""
    facts = {"purpose": request.purpose.value, "subjects": count, "root": root.hex()}
    return Entry("use-set", now, gate.holder, facts)


def _use(request: Request, one: Presented, nth: int, now: datetime) -> Use:
    return Use(
        reader=request.grantee,
        subject=entity_of(one.terms.subject),
        purpose=request.purpose.value,
        highest_level=request.level,
        at=now,
        ground=Ground.AUTHORISATION.value,
        rests_on=one.terms.auth_id,
        catalogues=list(request.catalogues),
        nth=nth,
    )


def _permit(
    request: Request, agreed: Sequence[Presented], uses: Sequence[Use], now: datetime
) -> Permit:
    """``use_id`` and ``log_index`` are those of the first use; each subject has its own."""
    subjects = [use.subject for use in uses]
    return Permit(
        reader=request.grantee,
        subjects=frozenset(subjects),
        purpose=request.purpose,
        highest_level=request.level,
        issued_at=now,
        use_id=uses[0].pk,
        log_index=uses[0].log_index or 0,
        ground=Ground.AUTHORISATION,
        catalogues=frozenset(request.catalogues),
        data_from=request.data_from,
        data_to=request.data_to,
        withheld=holds_of(subjects),
        personal=all(is_person(one.terms.subject) for one in agreed),
    ).with_seal()
