"""The gate (授权闸门), pure: what is asked, what was granted, what is known, the moment -> reasons to refuse.

No reason means permitted. The holder of the data runs it; nobody else's answer counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from shuxin.consent.domain.purpose import DECIDES, HOLDERS_OWN
from shuxin.consent.domain.refusal import Reason, Refusal
from shuxin.consent.wording import is_worded
from shuxin.parties.api import KeyProblem, KeyRole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shuxin.consent.domain.authorisation import Authorisation
    from shuxin.consent.domain.basis import LawfulBasis
    from shuxin.consent.domain.purpose import Purpose
    from shuxin.consent.domain.request import Request
    from shuxin.consent.domain.status import StatusList
    from shuxin.kernel.statements import Statement
    from shuxin.parties.api import KnownKey, Mandate

ONLINE = dt.timedelta(seconds=10)
BATCH = dt.timedelta(hours=24)
"""How old a status list may be (``max_status_age``), by default."""
CLOCK_SKEW = dt.timedelta(seconds=5)
"""How far other clocks may be ahead."""
HIGHEST_TO_LEAVE = 3
_NOT_ENTITLED = frozenset(
    {
        *(Reason.AUTHORISATION_MISSING, Reason.SIGNATURE_WRONG, Reason.TEXT_DIFFERS),
        *(Reason.SIGNER_UNKNOWN, Reason.SIGNER_OTHER_PARTY, Reason.SIGNER_NOT_YET_VALID),
        *(Reason.SIGNER_EXPIRED, Reason.SIGNER_REVOKED, Reason.SIGNER_WRONG_ROLE),
        *(Reason.MANDATE_MISSING, Reason.OTHER_SUBJECT, Reason.OTHER_GRANTEE),
        *(Reason.HOLDER_NOT_NAMED, Reason.CATALOGUE_NOT_NAMED, Reason.PERSON_NOT_CONSENTED),
    }
)
_PRIVATE = frozenset(
    {
        *(Reason.ERASED, Reason.FIELD_ON_HOLD, Reason.EXHAUSTED),
        *(Reason.SUPERSEDED, Reason.WITHDRAWN, Reason.SUSPENDED),
    }
)
"""What only those learn whom the subject has let look."""
MAY_GRANT = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})
MAY_ASK = frozenset({KeyRole.SUBJECT, KeyRole.NODE, KeyRole.OFFICER})


class Keys(Protocol):
    """Whose key signed what; ``parties.api.Directory`` is one."""

    def who_signed(
        self, statement: Statement, *, party: str, seen_at: dt.datetime
    ) -> KnownKey | KeyProblem: ...

    def mandate(self, key: KnownKey) -> Mandate | None: ...


@dataclass(frozen=True, slots=True)
class GateLimits:
    """How old may be: the status list, a request. ``clock_skew``: how far ahead other clocks may be."""

    max_status_age: dt.timedelta = ONLINE
    max_request_age: dt.timedelta = dt.timedelta(minutes=5)
    clock_skew: dt.timedelta = CLOCK_SKEW

    @classmethod
    def batch(cls) -> GateLimits:
        """For requests that travel as files."""
        return cls(max_status_age=BATCH, max_request_age=BATCH)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What the catalogue says of a dataset.

    ``shared`` false: only its holder uses it. ``open``: level 1 throughout and shared unconditionally.
    """

    name: str
    shared: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Presented:
    """An authorisation as it came: the terms, the signed statement, and when this holder first saw it."""

    terms: Authorisation
    statement: Statement
    seen_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the holder knows at this moment about this request.

    ``withdrawn``, ``superseded``: ids of authorisations. ``used``: uses so far by id. ``on_hold``: (dataset,
    field) that the subject disputes; ``erased``: datasets from which the subject was erased. ``owners``:
    persons whose personal data stand beside the subject's, None when nobody has put them on record.
    """

    holder: str
    status: StatusList | None = None
    withdrawn: frozenset[str] = frozenset()
    superseded: frozenset[str] = frozenset()
    used: Mapping[str, int] = field(default_factory=dict)
    on_hold: frozenset[tuple[str, str]] = frozenset()
    erased: frozenset[str] = frozenset()
    owners: frozenset[str] | None = None


def judge(
    request: Request,
    *,
    presented: Presented | None,
    persons: Mapping[str, Presented],
    catalogue: Mapping[str, CatalogueEntry],
    known: Known,
    keys: Keys,
    limits: GateLimits,
    now: dt.datetime,
) -> tuple[Refusal, ...]:
    """Every reason to refuse another party's request, sorted; empty when it is permitted.

    persons: the authorisation of each person whose personal data are wanted, by party id.
    """
    here = _Case(request, catalogue, known, keys, limits, now)
    found = set(
        chain(
            _against_holder(here),
            _against_catalogue(here),
            _against_grants(here, presented, persons),
        )
    )
    if any(refusal.reason in _NOT_ENTITLED for refusal in found):
        found = {refusal for refusal in found if refusal.reason not in _PRIVATE}
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class _Case:
    request: Request
    catalogue: Mapping[str, CatalogueEntry]
    known: Known
    keys: Keys
    limits: GateLimits
    now: dt.datetime


def judge_requester(
    request: Request,
    statement: Statement,
    *,
    keys: Keys,
    revoked: frozenset[str],
    limits: GateLimits,
    now: dt.datetime,
) -> tuple[Refusal, ...]:
    """Reasons not to believe that the party named asks this now.

    revoked: ids of keys that a status list says are lost or compromised.
    """
    found = []
    key = keys.who_signed(statement, party=request.grantee, seen_at=now)
    if statement.key_id in revoked:
        found.append(Refusal(Reason.REQUESTER_UNPROVEN, KeyProblem.REVOKED.value))
    elif isinstance(key, KeyProblem) or not key.roles & MAY_ASK:
        about = key.value if isinstance(key, KeyProblem) else KeyProblem.WRONG_ROLE.value
        found.append(Refusal(Reason.REQUESTER_UNPROVEN, about))
    if request.at > now + limits.clock_skew or now - request.at > limits.max_request_age:
        found.append(Refusal(Reason.REQUEST_TOO_OLD))
    return tuple(found)


def judge_own(
    purpose: Purpose, *, bases: Sequence[LawfulBasis], holder: str, level: int, now: dt.datetime
) -> LawfulBasis | tuple[Refusal, ...]:
    """The basis on which a holder may read its own data for a purpose of its own; else why none serves."""
    named = [basis for basis in bases if basis.holder == holder and basis.purpose is purpose]
    for basis in named:
        if basis.valid_from <= now < basis.valid_to and level <= basis.level_max:
            return basis
    if not named:
        return (Refusal(Reason.BASIS_MISSING, purpose.value),)
    if all(level > basis.level_max for basis in named):
        return (Refusal(Reason.LEVEL_TOO_HIGH, str(level)),)
    early = all(now < basis.valid_from for basis in named)
    return (Refusal(Reason.NOT_YET_VALID if early else Reason.EXPIRED, purpose.value),)


def _against_holder(here: _Case) -> Iterator[Refusal]:
    request = here.request
    if request.holder != here.known.holder:
        yield Refusal(Reason.OTHER_HOLDER)
    if request.purpose in HOLDERS_OWN:
        yield Refusal(Reason.PURPOSE_OF_HOLDER_ONLY, request.purpose.value)


def _against_catalogue(here: _Case) -> Iterator[Refusal]:
    request = here.request
    if request.level > HIGHEST_TO_LEAVE:
        yield Refusal(Reason.LEVEL_NEVER_LEAVES, str(request.level))
    for name in request.catalogues:
        entry = here.catalogue.get(name)
        if entry is None:
            yield Refusal(Reason.CATALOGUE_UNKNOWN, name)
        elif not entry.shared:
            yield Refusal(Reason.NOT_SHARED, name)
        if name in here.known.erased:
            yield Refusal(Reason.ERASED, name)
    if request.purpose in DECIDES:
        for dataset, disputed in here.known.on_hold:
            if dataset in request.catalogues:
                yield Refusal(Reason.FIELD_ON_HOLD, f"{dataset}.{disputed}")


def _against_grants(
    here: _Case, presented: Presented | None, persons: Mapping[str, Presented]
) -> Iterator[Refusal]:
    """Open data need nobody's word; personal data need that of each person."""
    request = here.request
    if presented is not None:
        yield from _against_terms(request, presented.terms, subject=request.subject)
        yield from _against_standing(presented, here.known, here.keys, here.limits, here.now)
    elif not needs_no_authorisation(request, here.catalogue):
        yield Refusal(Reason.AUTHORISATION_MISSING)
    if request.persons and frozenset(request.persons) != here.known.owners:
        yield Refusal(Reason.PERSON_NOT_CONSENTED)
    for person in request.persons:
        consent = persons.get(person)
        if consent is None:
            yield Refusal(Reason.PERSON_NOT_CONSENTED)
        else:
            yield from _against_terms(request, consent.terms, subject=person)
            yield from _against_standing(consent, here.known, here.keys, here.limits, here.now)


def needs_no_authorisation(request: Request, catalogue: Mapping[str, CatalogueEntry]) -> bool:
    """Whether everything asked for is open and no personal data are wanted."""
    entries = [catalogue.get(name) for name in request.catalogues]
    return not request.persons and all(entry is not None and entry.open for entry in entries)


def _against_terms(request: Request, terms: Authorisation, *, subject: str) -> Iterator[Refusal]:
    """What was granted against what is asked."""
    if terms.subject != subject:
        yield Refusal(Reason.OTHER_SUBJECT)
    if terms.grantee != request.grantee:
        yield Refusal(Reason.OTHER_GRANTEE)
    if terms.purpose is not request.purpose:
        yield Refusal(Reason.OTHER_PURPOSE, terms.purpose.value)
    if request.holder not in terms.holders:
        yield Refusal(Reason.HOLDER_NOT_NAMED)
    for name in sorted(set(request.catalogues) - set(terms.catalogues)):
        yield Refusal(Reason.CATALOGUE_NOT_NAMED, name)
    if request.level > terms.level_max:
        yield Refusal(Reason.LEVEL_TOO_HIGH, str(request.level))
    if request.data_from < terms.data_from or request.data_to > terms.data_to:
        yield Refusal(Reason.OUTSIDE_DATA_PERIOD)


def judge_word(
    presented: Presented, *, known: Known, keys: Keys, limits: GateLimits, now: dt.datetime
) -> tuple[Refusal, ...]:
    """Every reason why an authorisation does not hold now, sorted, whatever it is wanted for."""
    return tuple(sorted(set(_against_standing(presented, known, keys, limits, now))))


def _against_standing(
    presented: Presented, known: Known, keys: Keys, limits: GateLimits, now: dt.datetime
) -> Iterator[Refusal]:
    """Whether the authorisation is genuine and still holds."""
    terms = presented.terms
    if not is_worded(terms):
        yield Refusal(Reason.TEXT_DIFFERS)
    status = known.status
    if status is not None and presented.statement.key_id in status.revoked_keys:
        yield Refusal(Reason.SIGNER_REVOKED)
    yield from judge_signer(presented, keys=keys, now=now)
    if now < terms.valid_from:
        yield Refusal(Reason.NOT_YET_VALID, terms.valid_from.isoformat())
    if now >= terms.valid_to:
        yield Refusal(Reason.EXPIRED, terms.valid_to.isoformat())
    if terms.auth_id in known.superseded:
        yield Refusal(Reason.SUPERSEDED)
    if known.used.get(terms.auth_id, 0) >= terms.max_uses:
        yield Refusal(Reason.EXHAUSTED, str(terms.max_uses))
    yield from _against_status(terms.auth_id, known, limits, now)


def _against_status(
    auth_id: str, known: Known, limits: GateLimits, now: dt.datetime
) -> Iterator[Refusal]:
    """A holder that has not heard lately does not know whether the subject still agrees."""
    status = known.status
    if auth_id in known.withdrawn or (status is not None and auth_id in status.withdrawn):
        yield Refusal(Reason.WITHDRAWN)
    if status is None:
        yield Refusal(Reason.STATUS_MISSING)
        return
    if auth_id in status.suspended:
        yield Refusal(Reason.SUSPENDED)
    if status.issued_at > now + limits.clock_skew:
        yield Refusal(Reason.STATUS_AHEAD, status.issued_at.isoformat())
    elif now - status.issued_at > limits.max_status_age:
        yield Refusal(Reason.STATUS_STALE, status.issued_at.isoformat())


_OF_KEY = {
    KeyProblem.SIGNATURE: Reason.SIGNATURE_WRONG,
    KeyProblem.UNKNOWN: Reason.SIGNER_UNKNOWN,
    KeyProblem.OTHER_PARTY: Reason.SIGNER_OTHER_PARTY,
    KeyProblem.NOT_YET_VALID: Reason.SIGNER_NOT_YET_VALID,
    KeyProblem.EXPIRED: Reason.SIGNER_EXPIRED,
    KeyProblem.REVOKED: Reason.SIGNER_REVOKED,
    KeyProblem.WRONG_ROLE: Reason.SIGNER_WRONG_ROLE,
}


def judge_signer(presented: Presented, *, keys: Keys, now: dt.datetime) -> Iterator[Refusal]:
    """The subject's own key, its legal representative's, or an agent's under a mandate for this purpose."""
    terms = presented.terms
    key = keys.who_signed(presented.statement, party=terms.subject, seen_at=presented.seen_at)
    if isinstance(key, KeyProblem):
        yield Refusal(_OF_KEY[key])
    elif KeyRole.AGENT in key.roles:
        if not _mandated(keys.mandate(key), terms, now):
            yield Refusal(Reason.MANDATE_MISSING)
    elif not key.roles & MAY_GRANT:
        yield Refusal(Reason.SIGNER_WRONG_ROLE)


def _mandated(mandate: Mandate | None, terms: Authorisation, now: dt.datetime) -> bool:
    return (
        mandate is not None
        and terms.purpose.value in mandate.purposes
        and mandate.valid_from <= now < mandate.valid_to
    )
