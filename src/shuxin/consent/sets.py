"""A permit for many subjects: the holder itself finds out who of them agrees (授权子集)."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.consent import records
from shuxin.consent.domain.gate import judge, judge_word
from shuxin.consent.domain.permit import Ground, Permit, entity_of
from shuxin.consent.domain.refusal import Reason, Refusal, UseRefused
from shuxin.consent.domain.request import AUTHORISED, read_request
from shuxin.consent.entries import UsePaper, of_job, paper_of, use_entry
from shuxin.consent.issuing import SALT_BYTES
from shuxin.consent.lookups import catalogue_entries, holds_of, is_person, presented_as
from shuxin.consent.models import Use
from shuxin.ledger.api import Entry, TreeHash, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from shuxin.consent.domain.gate import Presented
    from shuxin.consent.domain.request import Request
    from shuxin.consent.issuing import Gate
    from shuxin.kernel.statements import Statement

_AT_ONCE = 500
_ELSEWHERE = frozenset({Reason.EXHAUSTED})
"""What is counted at each holder, not at the party that brings the word."""


@dataclass(frozen=True, slots=True)
class PermittedSet:
    """Who may be read, and the proof of it.

    ``root``: 64 hexadecimal digits, the Merkle root (RFC 9162) over the sorted hashes of the
    authorisations used; a job carries it. ``refused``: how many others, by reason; nobody is named.
    ``papers``: what opens the log's entry of each use. ``against``: by entity, why a word of it does not count.
    """

    permit: Permit
    root: str
    refused: Mapping[Reason, int]
    papers: tuple[UsePaper, ...] = ()
    against: Mapping[str, frozenset[Reason]] = field(default_factory=dict)


def permit_set(
    gate: Gate,
    statement: Statement,
    *,
    authorisations: Iterable[Statement],
    now: datetime,
    job: str = "",
    fields: frozenset[str] | None = None,
) -> PermittedSet:
    """Those subjects whose authorisation covers the request; each use is counted and logged by itself.

    statement: a signed request whose subject is ``AUTHORISED`` and that names no persons. job: id of the joint job
    that it is for, stated in the log; asked again for the same job, as after a kill, the answer is the one that was
    counted already, without those who have withdrawn since. fields: those that the job names.
    Raises UseRefused when the request itself fails or nobody agrees.
    """
    request = read_request(statement)
    gate.require_requester(request, statement, now=now)
    if request.subject != AUTHORISED or request.persons:
        raise UseRefused([Refusal(Reason.OTHER_SUBJECT)])
    brought: dict[str, list[Presented]] = {}
    for one in (presented_as(word, now) for word in authorisations):
        brought.setdefault(one.terms.subject, []).append(one)
    begun = _begun(statement, request, job)
    if begun:
        agreed, against = _still_agreed(gate, request, brought, begun, now)
    else:
        agreed, against = _judged(gate, request, brought, now)
    refused = Counter(reason for reasons in against.values() for reason in reasons)
    if not agreed:
        raise UseRefused([Refusal(reason, f"{count}") for reason, count in sorted(refused.items())])
    uses = [begun[one.terms.auth_id] for one in agreed] if begun else []
    if not begun:
        uses = _count(request, statement, agreed, now, job)
    root = _root(agreed)
    unlogged = [use for use in uses if use.log_index is None]
    if unlogged:
        facts: dict[str, str | int] = {"subjects": len(uses), **of_job(job)}
        facts["root"] = root.hex()
        gate.journal.append_all([_set_entry(gate, request, facts, now)], now=now)
        if job:
            _log(gate, unlogged, now)
        else:
            gate.record(unlogged, now=now)
    return PermittedSet(
        permit=_permit(request, agreed, uses, fields, now),
        root=root.hex(),
        refused=refused,
        papers=tuple(map(paper_of, uses)),
        against={entity_of(who): reasons for who, reasons in against.items()},
    )


def standing_words(
    gate: Gate, authorisations: Iterable[Statement], *, now: datetime
) -> list[Presented]:
    """Those words that their subjects signed and that hold now, as far as is known here (有效授权).

    For the party that they were given to: no use is counted. A status list must be fresh where this party trusts
    anybody's; where it trusts nobody's, only what it heard of by itself counts. Raises UseRefused: other statements.
    """
    words = [presented_as(one, now) for one in authorisations]
    terms = [one.terms for one in words]
    known = records.known_of_each(holder=gate.holder, terms=terms, issuers=gate.issuers)
    none = _ELSEWHERE if gate.issuers else _ELSEWHERE | {Reason.STATUS_MISSING}
    found = []
    for one in words:
        refusals = judge_word(
            one, known=known[one.terms.auth_id], keys=gate.keys, limits=gate.limits, now=now
        )
        if not {refusal.reason for refusal in refusals} - none:
            found.append(one)
    return found


def _begun(statement: Statement, request: Request, job: str) -> dict[str, Use]:
    """The uses that were counted when this very request of this job came first, by authorisation."""
    if not job or records.first_seen(statement) is None:
        return {}
    return {use.rests_on: use for use in Use.objects.filter(job=job, reader=request.grantee)}


def _count(
    request: Request, statement: Statement, agreed: Sequence[Presented], now: datetime, job: str
) -> list[Use]:
    """Count one use each; for a job together with their records, not logged yet: all of it or nothing."""
    uses: list[Use] = []

    def keep(numbers: Mapping[str, int]) -> None:
        uses.extend(_use(request, one, numbers[one.terms.auth_id], now, job) for one in agreed)
        if not job:
            return
        for use in uses:
            use.salt = secrets.token_hex(SALT_BYTES)
            use.save(force_insert=True)
        about, grantee = request.request_id, request.grantee
        records.hold_statement(statement, about=about, subject="", grantee=grantee, now=now)

    records.count_use(
        {one.terms.subject: one for one in agreed},
        grantee=request.grantee,
        request_id=request.request_id,
        now=now,
        keep=keep,
    )
    return uses


def _log(gate: Gate, uses: Sequence[Use], now: datetime) -> None:
    """Durably in the log before anybody gets a permit that rests on them."""
    entries = [use_entry(use, holder=gate.holder, now=use.at) for use in uses]
    for use, appended in zip(uses, gate.journal.append_all(entries, now=now), strict=True):
        use.log_index = appended.index
    with transaction.atomic(durable=True):
        Use.objects.bulk_update(uses, ["log_index"], batch_size=_AT_ONCE)


def _root(agreed: Sequence[Presented]) -> bytes:
    hashes = sorted(one.statement.hash for one in agreed)
    return root_of(TreeHash.SHA256, [bytes.fromhex(digest) for digest in hashes])


def _still_agreed(
    gate: Gate,
    request: Request,
    brought: Mapping[str, Sequence[Presented]],
    begun: Mapping[str, Use],
    now: datetime,
) -> tuple[list[Presented], dict[str, frozenset[Reason]]]:
    """Of those whose use is counted, who agrees to this day; that the count is full does not matter to them."""
    words = [one for some in brought.values() for one in some if one.terms.auth_id in begun]
    agreed: dict[str, Presented] = {}
    against: dict[str, frozenset[Reason]] = {}
    for one, refusals in zip(words, _against(gate, request, words, now), strict=True):
        reasons = frozenset(refusal.reason for refusal in refusals) - {Reason.EXHAUSTED}
        if reasons:
            against[one.terms.subject] = reasons
        else:
            agreed.setdefault(one.terms.auth_id, one)
    counted = {use.subject for use in begun.values()}
    others = {who: some for who, some in brought.items() if entity_of(who) not in counted}
    return list(agreed.values()), against | _judged(gate, request, others, now)[1]


def _judged(
    gate: Gate, request: Request, brought: Mapping[str, Sequence[Presented]], now: datetime
) -> tuple[list[Presented], dict[str, frozenset[Reason]]]:
    """Of each subject the first word that covers the request, or the reasons against its last."""
    words = [one for _, some in sorted(brought.items()) for one in some]
    agreed: dict[str, Presented] = {}
    against: dict[str, frozenset[Reason]] = {}
    for one, refusals in zip(words, _against(gate, request, words, now), strict=True):
        subject = one.terms.subject
        if not refusals:
            agreed.setdefault(subject, one)
        against[subject] = frozenset(refusal.reason for refusal in refusals)
    return list(agreed.values()), {who: why for who, why in against.items() if who not in agreed}


def _against(
    gate: Gate, request: Request, words: Sequence[Presented], now: datetime
) -> Iterator[tuple[Refusal, ...]]:
    """Reasons against each word, in their order."""
    catalogue = catalogue_entries(request.catalogues)
    terms = [one.terms for one in words]
    known = records.known_of_each(holder=gate.holder, terms=terms, issuers=gate.issuers)
    for one in words:
        yield judge(
            replace(request, subject=one.terms.subject),
            presented=one,
            persons={},
            catalogue=catalogue,
            known=known[one.terms.auth_id],
            keys=gate.keys,
            limits=gate.limits,
            now=now,
        )


def _set_entry(
    gate: Gate, request: Request, facts: Mapping[str, str | int], now: datetime
) -> Entry:
    """The log has the root of the set before it has the uses of its members."""
    return Entry("use-set", now, gate.holder, {"purpose": request.purpose.value, **facts})


def _use(request: Request, one: Presented, nth: int, now: datetime, job: str) -> Use:
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
        job=job,
    )


def _permit(
    request: Request,
    agreed: Sequence[Presented],
    uses: Sequence[Use],
    fields: frozenset[str] | None,
    now: datetime,
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
        fields=fields,
    ).with_seal()
