"""The gate at work: it asks the pure gate, counts, writes the log, and only then issues a permit."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from django.db import transaction

from shuxin.consent import records
from shuxin.consent.bases import bases, joint_bases
from shuxin.consent.departments import datasets_open_to
from shuxin.consent.domain.gate import GateLimits, judge, judge_own, judge_requester
from shuxin.consent.domain.joint import JointUse, judge_joint
from shuxin.consent.domain.permit import ALL_SUBJECTS, Ground, Permit, entity_of
from shuxin.consent.domain.refusal import Reason, Refusal, UseRefused
from shuxin.consent.domain.request import read_request
from shuxin.consent.entries import Part, own_use, use_entry
from shuxin.consent.lookups import (
    catalogue_entries,
    holds_of,
    is_person,
    presented_as,
    undisputed_holds,
)
from shuxin.consent.models import RefusedUse, Use

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from shuxin.consent.domain.basis import LawfulBasis
    from shuxin.consent.domain.gate import Keys, Presented
    from shuxin.consent.domain.joint import JointBasis
    from shuxin.consent.domain.purpose import Purpose
    from shuxin.consent.domain.request import Request
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Appended, Entry

SALT_BYTES = 32
LONGEST_READER = 200


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
        holds = undisputed_holds(subjects, purpose)
        uses = [own_use(self.reader, subject, purpose, basis, [], now=now) for subject in subjects]
        self.record(uses, now=now)
        return [
            _own_permit(use, purpose, frozenset(h for h in holds if use.subject in {h[0], "*"}))
            for use in uses
        ]

    def permit_own_part(
        self,
        *,
        purpose: Purpose,
        catalogue: str,
        level: int,
        data_from: date,
        data_to: date,
        job: str,
        now: datetime,
        basis_id: str = "",
        fields: frozenset[str] | None = None,
    ) -> Permit:
        """The holder's own side of a joint job: everybody in one dataset, on its own lawful basis.

        basis_id: the one that the job names; "" for any that serves. fields: those that the job names. A
        second call for the job after a restart rests on the use that is logged already. Raises UseRefused.
        """
        basis = self._basis(purpose, now, level=level, basis_id=basis_id)
        if not catalogue_entries([catalogue]):
            raise UseRefused([Refusal(Reason.CATALOGUE_UNKNOWN, catalogue)])
        part = Part(catalogue, level, data_from, data_to, fields)
        use = self._whole_use(self.reader, basis, part, job=job, now=now)
        return _part_permit(use, purpose, part, Ground.BASIS)

    def permit_joint(
        self,
        *,
        basis_id: str,
        recipient: str,
        purpose: Purpose,
        catalogue: str,
        level: int,
        data_from: date,
        data_to: date,
        job: str,
        now: datetime,
        also: frozenset[str] = frozenset(),
        fields: frozenset[str] | None = None,
    ) -> Permit:
        """Everybody in one dataset for a joint job whose results ``recipient`` gets, on a joint basis.

        also: further parties that get some of the results; the basis must name each. fields: those that the job
        names. job: its id; the use is logged with it before this returns, once also after a restart.
        Raises UseRefused.
        """
        found = judge_joint(
            JointUse(recipient, purpose, catalogue, level, also),
            bases=joint_bases(holder=self.holder, keys=self.keys, basis_id=basis_id),
            entry=catalogue_entries([catalogue]).get(catalogue),
            holder=self.holder,
            now=now,
        )
        if isinstance(found, tuple):
            self._keep_refusal(recipient, ALL_SUBJECTS, purpose, found, now)
            raise UseRefused(found)
        part = Part(catalogue, level, data_from, data_to, fields)
        use = self._whole_use(recipient, found, part, job=job, now=now)
        return _part_permit(use, purpose, part, Ground.JOINT)

    def permit_department(
        self, *, subject: str, department: str, purpose: Purpose, now: datetime
    ) -> Permit:
        """For one department's work: its own datasets, and those that others' limits open to it for this purpose.

        Rests on the holder's lawful basis for the purpose like any use of its own. Raises UseRefused.
        """
        return self.permit_department_each(
            [subject], department=department, purpose=purpose, now=now
        )[0]

    def permit_department_each(
        self, subjects: Sequence[str], *, department: str, purpose: Purpose, now: datetime
    ) -> list[Permit]:
        """The same for each subject, logged together, in their order. Raises UseRefused, then for none."""
        basis = self._basis(purpose, now)
        free = datasets_open_to(
            department, purpose=purpose, holder=self.holder, keys=self.keys, now=now
        )
        if not free:
            raise UseRefused([Refusal(Reason.DEPARTMENT_CLOSED, purpose.value)])
        holds = frozenset(h for h in undisputed_holds(subjects, purpose, free) if h[1] in free)
        reader = f"{self.reader} ({department})"[:LONGEST_READER]
        uses = [
            own_use(reader, subject, purpose, basis, sorted(free), now=now) for subject in subjects
        ]
        self.record(uses, now=now)
        return [
            _own_permit(
                use, purpose, frozenset(h for h in holds if use.subject in {h[0], "*"}), free
            )
            for use in uses
        ]

    def _basis(
        self, purpose: Purpose, now: datetime, *, level: int = 1, basis_id: str = ""
    ) -> LawfulBasis:
        held = bases(holder=self.holder, purpose=purpose, keys=self.keys)
        found = judge_own(
            purpose,
            bases=[basis for basis in held if basis_id in {"", basis.basis_id}],
            holder=self.holder,
            level=level,
            now=now,
        )
        if isinstance(found, tuple):
            raise UseRefused(found)
        return found

    def _whole_use(
        self,
        reader: str,
        basis: LawfulBasis | JointBasis,
        part: Part,
        *,
        job: str,
        now: datetime,
    ) -> Use:
        """The logged use of this job; a new one unless it stands already, as after a restart."""
        use = own_use(
            reader, ALL_SUBJECTS, basis.purpose, basis, [part.catalogue], now=now, job=job
        )
        use.highest_level = part.level
        same = Use.objects.filter(
            job=job, reader=reader, subject=ALL_SUBJECTS, rests_on=basis.basis_id,
            highest_level=part.level, log_index__isnull=False,
        )  # fmt: skip
        for known in same:
            if known.catalogues == use.catalogues:
                return known
        self.record([use], now=now)
        return use

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
        subject = entity_of(request.subject)
        self._keep_refusal(request.grantee, subject, request.purpose, refusals, now)
        raise UseRefused(refusals)

    @staticmethod
    def _keep_refusal(
        reader: str, subject: str, purpose: Purpose, refusals: Sequence[Refusal], now: datetime
    ) -> None:
        RefusedUse.objects.create(
            reader=reader,
            subject=subject,
            purpose=purpose.value,
            reasons=" ".join(sorted({refusal.reason.value for refusal in refusals})),
            at=now,
        )


def _own_permit(
    use: Use,
    purpose: Purpose,
    holds: frozenset[tuple[str, str, str]],
    catalogues: frozenset[str] | None = None,
) -> Permit:
    return Permit(
        reader=use.reader,
        subjects=frozenset({use.subject}),
        purpose=purpose,
        highest_level=use.highest_level,
        issued_at=use.at,
        use_id=use.pk,
        log_index=use.log_index or 0,
        ground=Ground.BASIS,
        catalogues=catalogues,
        withheld=holds,
    ).with_seal()


def _part_permit(use: Use, purpose: Purpose, part: Part, ground: Ground) -> Permit:
    return Permit(
        reader=use.reader,
        subjects=frozenset({ALL_SUBJECTS}),
        purpose=purpose,
        highest_level=part.level,
        issued_at=use.at,
        use_id=use.pk,
        log_index=use.log_index or 0,
        ground=ground,
        catalogues=frozenset({part.catalogue}),
        data_from=part.data_from,
        data_to=part.data_to,
        withheld=frozenset(h for h in holds_of([ALL_SUBJECTS]) if h[1] == part.catalogue),
        personal=ground is Ground.BASIS,
        fields=part.fields,
    ).with_seal()
