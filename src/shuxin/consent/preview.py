"""What could this recipient read about that subject today, and why not the rest; nothing is counted, logged or kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.catalogue.api import contract, datasets
from shuxin.consent import records
from shuxin.consent.domain.authorisation import AUTHORISATION, read_authorisation
from shuxin.consent.domain.fields import readable
from shuxin.consent.domain.gate import Presented
from shuxin.consent.domain.permit import Ground
from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.domain.request import Request
from shuxin.consent.lookups import is_person
from shuxin.consent.models import HeldStatement
from shuxin.kernel.statements import parse_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from shuxin.catalogue.api import Contract
    from shuxin.consent.domain.gate import Known
    from shuxin.consent.domain.refusal import Refusal
    from shuxin.consent.issuing import Gate
    from shuxin.kernel.statements import Statement

_NO_PURPOSE = Purpose.PUBLIC_SERVICE
"""Stands in where no authorisation names a purpose: neither a holder's own nor one that decides."""
_HIGHEST_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """One dataset and one purpose (授权预览): fields by level that would be read, or every reason against it.

    ``purpose``, ``auth_id`` and ``uses_left`` are None where no authorisation is held: what is open then needs none.
    """

    dataset: str
    title: str
    purpose: Purpose | None
    auth_id: str | None
    uses_left: int | None
    fields: Mapping[int, tuple[str, ...]]
    refusals: tuple[Refusal, ...]


def preview(
    *,
    grantee: str,
    subject: str,
    gate: Gate,
    now: datetime,
    brought: Sequence[Statement] = (),
) -> list[Preview]:
    """For each dataset of this holder, each purpose that the recipient holds an authorisation for.

    ``brought``: authorisations that the recipient has and this holder has not seen yet.
    Raises StatementUnreadable, AuthorisationInvalid, UnknownPurpose for one that is not one.
    """
    held = [*_brought(brought, now), *_held({subject}, grantee=grantee)]
    mine = [one for one in held if (one.terms.subject, one.terms.grantee) == (subject, grantee)]
    asked = _Asked(gate, grantee, subject, held, now)
    rows: list[Preview] = []
    for summary in datasets(now=now):
        agreed = contract(dataset=summary.name)
        rows += asked.rows(agreed, mine)
    return rows


@dataclass(frozen=True, slots=True)
class _Asked:
    gate: Gate
    grantee: str
    subject: str
    brought: Sequence[Presented]
    now: datetime

    def rows(self, agreed: Contract, mine: Sequence[Presented]) -> Iterator[Preview]:
        """Without an authorisation if it is open; else the best of each purpose."""
        alone = self._row(agreed, None)
        if not mine or not alone.refusals:
            yield alone
            return
        for purpose in sorted({one.terms.purpose for one in mine}):
            found = [self._row(agreed, one) for one in mine if one.terms.purpose is purpose]
            yield min(found, key=lambda row: bool(row.refusals))

    def _row(self, agreed: Contract, one: Presented | None) -> Preview:
        request = self._request(agreed.dataset, one)
        known = records.known_of(
            holder=self.gate.holder,
            subject=self.subject,
            terms=[] if one is None else [one.terms],
            issuers=self.gate.issuers,
        )
        refusals = self.gate.reasons(request, presented=one, persons={}, now=self.now)
        personal = not refusals and self._may_read_persons(request, one, known)
        level = 1 if one is None else request.level
        return Preview(
            dataset=agreed.dataset,
            title=agreed.title,
            purpose=None if one is None else request.purpose,
            auth_id=None if one is None else one.terms.auth_id,
            uses_left=None if one is None else _left(one, known),
            fields={} if refusals else _readable(agreed, known, level=level, personal=personal),
            refusals=refusals,
        )

    def _request(self, dataset: str, one: Presented | None) -> Request:
        terms = None if one is None else one.terms
        today = self.now.date()
        return Request(
            request_id="preview",
            grantee=self.grantee,
            holder=self.gate.holder,
            subject=self.subject,
            purpose=_NO_PURPOSE if terms is None else terms.purpose,
            catalogues=(dataset,),
            level=1 if terms is None else min(terms.level_max, _HIGHEST_LEVEL),
            data_from=today if terms is None else terms.data_from,
            data_to=today if terms is None else terms.data_to,
            at=self.now,
        )

    def _may_read_persons(self, request: Request, one: Presented | None, known: Known) -> bool:
        """Whether the owners, or the subject that is a person itself, let personal fields be read too."""
        if is_person(self.subject):
            return True
        if one is None or not known.owners:
            return False
        words = [*self.brought, *_held(known.owners, grantee=self.grantee)]
        persons = {
            word.terms.subject: word
            for word in reversed(words)
            if word.terms.subject in known.owners and word.terms.purpose is request.purpose
        }
        wider = replace(request, persons=tuple(sorted(known.owners)))
        return not self.gate.reasons(wider, presented=one, persons=persons, now=self.now)


def _readable(
    agreed: Contract, known: Known, *, level: int, personal: bool
) -> dict[int, tuple[str, ...]]:
    """Fields by level, as a permit of this level lets them through."""
    disputed = frozenset(field for dataset, field in known.on_hold if dataset == agreed.dataset)
    fields = readable(
        agreed.fields,
        ground=Ground.AUTHORISATION,
        level=level,
        personal=personal,
        disputed=disputed,
    )
    levels = sorted({int(field.level) for field in fields})
    return {n: tuple(field.name for field in fields if field.level == n) for n in levels}


def _left(one: Presented, known: Known) -> int:
    return max(one.terms.max_uses - known.used.get(one.terms.auth_id, 0), 0)


def _brought(statements: Iterable[Statement], now: datetime) -> list[Presented]:
    return [Presented(read_authorisation(s), s, records.first_seen(s) or now) for s in statements]


def _held(subjects: Iterable[str], *, grantee: str) -> list[Presented]:
    """Authorisations for this recipient that are kept here, newest first."""
    rows = HeldStatement.objects.filter(
        kind=AUTHORISATION, subject__in=list(subjects), grantee=grantee
    ).order_by("-pk")
    found = []
    for row in rows:
        statement = parse_statement(row.text, kind=AUTHORISATION)
        found.append(Presented(read_authorisation(statement), statement, row.seen_at))
    return found
