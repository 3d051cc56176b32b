"""The gate at work: it asks the pure gate, counts, writes the log, and only then issues a permit."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Protocol

from django.db import transaction

from shuxin.catalogue.api import DatasetUnknown, Level, Sharing, contract
from shuxin.consent import records
from shuxin.consent.domain.authorisation import AUTHORISATION, read_authorisation
from shuxin.consent.domain.gate import (
    CatalogueEntry,
    GateLimits,
    Presented,
    judge,
    judge_own,
    judge_requester,
)
from shuxin.consent.domain.permit import ALL_SUBJECTS, Ground, Permit, entity_of
from shuxin.consent.domain.purpose import DECIDES
from shuxin.consent.domain.refusal import Reason, Refusal, UseRefused
from shuxin.consent.domain.request import read_request
from shuxin.consent.models import Hold, RefusedUse, Use
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.uscc import USCC
from shuxin.ledger.api import Entry, commitment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shuxin.consent.domain.basis import LawfulBasis
    from shuxin.consent.domain.gate import Keys
    from shuxin.consent.domain.purpose import Purpose
    from shuxin.consent.domain.request import Request
    from shuxin.kernel.canonical import Json
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Appended

SALT_BYTES = 32
USE = "use"


class Journal(Protocol):
    """The holder's log: what was appended is durable when this returns, else it raises."""

    def append_all(self, entries: Sequence[Entry], *, now: datetime) -> Sequence[Appended]: ...


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of one holder (授权闸门), the only issuer of permits.

    ``holder``: its party id. ``reader``: who asks at this machine for the holder's own uses. ``issuers``: whose
    status lists of withdrawals count here.
    """

    holder: str
    reader: str
    keys: Keys
    journal: Journal
    issuers: frozenset[str] = frozenset()
    limits: GateLimits = field(default_factory=GateLimits)

    def permit(
        self,
        statement: Statement,
        *,
        authorisation: Statement | None,
        persons: Sequence[Statement] = (),
        now: datetime,
    ) -> Permit:
        """Answer another party's signed request; the use is counted and logged before this returns.

        persons: authorisations of the persons whose personal data are wanted.
        Raises UseRefused with every reason; StatementUnreadable, AuthorisationInvalid, UnknownPurpose.
        """
        request = read_request(statement)
        presented = None if authorisation is None else presented_as(authorisation, now)
        brought = (presented_as(one, now) for one in persons)
        consents = {p.terms.subject: p for p in brought if p.terms.subject in request.persons}
        self.require_requester(request, statement, now=now)
        refusals = self.reasons(request, presented=presented, persons=consents, now=now)
        if refusals:
            self._refuse(request, refusals, now)
        granted = consents | ({} if presented is None else {request.subject: presented})
        try:
            numbers = records.count_use(
                granted, grantee=request.grantee, request_id=request.request_id, now=now
            )
        except UseRefused as error:
            self._refuse(request, error.refusals, now)
        return self._issue(request, presented, consents, numbers, now=now)

    def require_requester(self, request: Request, statement: Statement, *, now: datetime) -> None:
        """That the party named asks this now. Raises UseRefused; of a stranger's request nothing is kept."""
        status = records.newest_status(self.issuers)
        unproven = judge_requester(
            request,
            statement,
            keys=self.keys,
            revoked=frozenset() if status is None else status.revoked_keys,
            limits=self.limits,
            now=now,
        )
        if unproven:
            raise UseRefused(unproven)

    def reasons(
        self,
        request: Request,
        *,
        presented: Presented | None,
        persons: Mapping[str, Presented],
        now: datetime,
    ) -> tuple[Refusal, ...]:
        """Why this request would be refused now; nothing is counted, logged or kept."""
        terms = [one.terms for one in persons.values()]
        terms += [] if presented is None else [presented.terms]
        known = records.known_of(
            holder=self.holder, subject=request.subject, terms=terms, issuers=self.issuers
        )
        return judge(
            request,
            presented=presented,
            persons=persons,
            catalogue=catalogue_entries(request.catalogues),
            known=known,
            keys=self.keys,
            limits=self.limits,
            now=now,
        )

    def permit_own(self, *, subject: str, purpose: Purpose, now: datetime) -> Permit:
        """For the holder's own work on its own data, on a recorded lawful basis. Raises UseRefused."""
        return self.permit_own_each([subject], purpose=purpose, now=now)[0]

    def permit_own_each(
        self, subjects: Sequence[str], *, purpose: Purpose, now: datetime
    ) -> list[Permit]:
        """A permit for each subject (entity id, or ``ALL_SUBJECTS``), logged together, in their order.

        Raises UseRefused, and then for none of them.
        """
        basis = self._basis(purpose, now)
        holds = holds_of(subjects)
        disputed = sorted({f"{d}.{f}" for s, d, f in holds if s in set(subjects) and f != "*"})
        if purpose in DECIDES and disputed:
            raise UseRefused([Refusal(Reason.FIELD_ON_HOLD, about) for about in disputed])
        uses = [
            Use(
                reader=self.reader,
                subject=subject,
                purpose=purpose.value,
                highest_level=basis.level_max,
                at=now,
                ground=Ground.BASIS.value,
                rests_on=basis.basis_id,
                shown=basis.shown,
            )
            for subject in subjects
        ]
        self.record(uses, now=now)
        return [
            _own_permit(use, purpose, frozenset(h for h in holds if use.subject in {h[0], "*"}))
            for use in uses
        ]

    def _basis(self, purpose: Purpose, now: datetime) -> LawfulBasis:
        found = judge_own(
            purpose,
            bases=records.bases(holder=self.holder, purpose=purpose, keys=self.keys),
            holder=self.holder,
            level=1,
            now=now,
        )
        if isinstance(found, tuple):
            raise UseRefused(found)
        return found

    def _issue(
        self,
        request: Request,
        presented: Presented | None,
        consents: Mapping[str, Presented],
        numbers: Mapping[str, int],
        *,
        now: datetime,
    ) -> Permit:
        """One use for the subject, and one for each person whose personal data are read too."""
        ground = Ground.OPEN if presented is None else Ground.AUTHORISATION
        auth_id = "" if presented is None else presented.terms.auth_id
        use = Use(
            reader=request.grantee,
            subject=entity_of(request.subject),
            purpose=request.purpose.value,
            highest_level=1 if presented is None else request.level,
            at=now,
            ground=ground.value,
            rests_on=auth_id,
            catalogues=list(request.catalogues),
            nth=numbers.get(auth_id, 0),
        )
        theirs = [
            self._persons_use(use, one, numbers[one.terms.auth_id]) for one in consents.values()
        ]
        self.record([use, *theirs], now=now)
        return Permit(
            reader=request.grantee,
            subjects=frozenset({use.subject}),
            purpose=request.purpose,
            highest_level=use.highest_level,
            issued_at=now,
            use_id=use.pk,
            log_index=use.log_index or 0,
            ground=ground,
            catalogues=frozenset(request.catalogues),
            data_from=request.data_from,
            data_to=request.data_to,
            withheld=holds_of([use.subject]),
            personal=bool(request.persons) or is_person(request.subject),
        ).with_seal()

    def _persons_use(self, use: Use, consent: Presented, nth: int) -> Use:
        return Use(
            reader=use.reader,
            subject=consent.terms.subject,
            purpose=use.purpose,
            highest_level=use.highest_level,
            at=use.at,
            ground=Ground.AUTHORISATION.value,
            rests_on=consent.terms.auth_id,
            catalogues=list(use.catalogues),
            nth=nth,
        )

    def record(self, uses: Sequence[Use], *, now: datetime) -> None:
        """The log first, durably; then the record. What cannot be logged is not permitted."""
        for use in uses:
            use.salt = secrets.token_hex(SALT_BYTES)
        entries = [use_entry(use, holder=self.holder, now=now) for use in uses]
        for use, appended in zip(uses, self.journal.append_all(entries, now=now), strict=True):
            use.log_index = appended.index
        with transaction.atomic(durable=True):
            for use in uses:
                use.save(force_insert=True)

    def _refuse(self, request: Request, refusals: Sequence[Refusal], now: datetime) -> None:
        RefusedUse.objects.create(
            reader=request.grantee,
            subject=entity_of(request.subject),
            purpose=request.purpose.value,
            reasons=" ".join(sorted({refusal.reason.value for refusal in refusals})),
            at=now,
        )
        raise UseRefused(refusals)


def use_entry(use: Use, *, holder: str, now: datetime) -> Entry:
    """What the log says of a use: recipient, purpose, ground and level openly; subject and catalogues only
    committed to, under the use's own salt.
    """
    return Entry(
        kind=USE,
        at=now,
        actor=holder,
        facts={
            "purpose": use.purpose,
            "ground": use.ground,
            "level": use.highest_level,
            "nth": use.nth,
        },
        commitments=(commitment(bytes.fromhex(use.salt), canonical_json(use_content(use))),),
    )


def use_content(use: Use) -> dict[str, Json]:
    """What the commitment of a use's entry opens to."""
    return {
        "reader": use.reader,
        "subject": use.subject,
        "purpose": use.purpose,
        "rests_on": use.rests_on,
        "catalogues": list(use.catalogues),
        "nth": use.nth,
        "at": use.at.astimezone(UTC).isoformat(),
    }


def is_person(party: str) -> bool:
    """Persons, and individual businesses (个体工商户), whose data are their owner's own."""
    return party.startswith("person:") or USCC(entity_of(party)).is_individual_business


def catalogue_entries(names: Sequence[str]) -> dict[str, CatalogueEntry]:
    """What the catalogue says of each dataset that exists."""
    found = {}
    for name in names:
        try:
            fields = contract(dataset=name).fields
        except DatasetUnknown:
            continue
        found[name] = CatalogueEntry(
            name=name,
            shared=any(one.sharing is not Sharing.WITHHELD for one in fields),
            open=all(o.level is Level.L1 and o.sharing is Sharing.UNCONDITIONAL for o in fields),
        )
    return found


def presented_as(statement: Statement, now: datetime) -> Presented:
    if statement.kind != AUTHORISATION:
        raise UseRefused([Refusal(Reason.AUTHORISATION_MISSING)])
    return Presented(read_authorisation(statement), statement, records.first_seen(statement) or now)


def holds_of(subjects: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    rows = Hold.objects.filter(ended_at=None)
    if ALL_SUBJECTS not in subjects:
        rows = rows.filter(subject__in=list(subjects))
    return frozenset(rows.values_list("subject", "dataset", "field"))


def _own_permit(use: Use, purpose: Purpose, holds: frozenset[tuple[str, str, str]]) -> Permit:
    return Permit(
        reader=use.reader,
        subjects=frozenset({use.subject}),
        purpose=purpose,
        highest_level=use.highest_level,
        issued_at=use.at,
        use_id=use.pk,
        log_index=use.log_index or 0,
        ground=Ground.BASIS,
        withheld=holds,
    ).with_seal()
