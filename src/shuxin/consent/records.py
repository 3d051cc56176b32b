"""Statements, status lists and counters in the database of a holder."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F

from shuxin.consent.domain.authorisation import (
    AUTHORISATION,
    WITHDRAWAL,
    read_authorisation,
    read_withdrawal,
)
from shuxin.consent.domain.gate import CLOCK_SKEW, MAY_GRANT, Known, Presented
from shuxin.consent.domain.owners import OWNERS, read_owners
from shuxin.consent.domain.permit import entity_of
from shuxin.consent.domain.refusal import Reason, Refusal, UseRefused
from shuxin.consent.domain.status import StatusList, read_status_list
from shuxin.consent.models import (
    AnsweredRequest,
    EndedAuthorisation,
    HeldStatement,
    HeldStatusList,
    Hold,
    StatusSeen,
    UseCounter,
)
from shuxin.kernel.errors import Conflict, NotPermitted
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyProblem, KeyRole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from shuxin.consent.domain.authorisation import Authorisation
    from shuxin.consent.domain.gate import Keys
    from shuxin.consent.domain.owners import Owners
    from shuxin.kernel.statements import Statement
    from shuxin.parties.api import KnownKey

_FOR_A_HOLDER = frozenset(
    {KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE, KeyRole.OFFICER, KeyRole.NODE}
)

_AT_ONCE = 500


class StatementUnproven(NotPermitted):
    code = "consent_statement_unproven"
    what = Text(
        en="no key that this holder trusts for its author signed this {kind}",
        zh="该 {kind} 未由本方认可的出具方密钥签名",
    )
    mend = Text(
        en="Bring the author's key binding into the directory, or ask for a statement signed by a valid key",
        zh="请先导入出具方的密钥绑定，或索取由有效密钥签名的声明",
    )


class StatusAhead(Conflict):
    code = "status_ahead"
    what = Text(
        en="the status list is dated {at}, ahead of this holder's clock",
        zh="状态清单的时间 {at} 晚于本机时钟",
    )
    mend = Text(
        en="Set the clocks right; a list dated ahead would count for too long",
        zh="请校准时钟；时间超前的清单会在过长时间内被视为有效",
    )


class StatusRolledBack(Conflict):
    code = "status_rolled_back"
    what = Text(
        en="status list {number} is not newer than list {held}, which this holder has",
        zh="状态清单 {number} 不比本方已有的 {held} 号更新",
    )
    mend = Text(
        en="Ask the platform for its newest list; a list that goes back is a sign of tampering",
        zh="请向平台索取最新清单；清单倒退是被篡改的迹象",
    )


def hold_statement(
    statement: Statement, *, about: str, subject: str, grantee: str, now: datetime
) -> datetime:
    """Keep it unless it is kept; when it was first seen."""
    row, _ = HeldStatement.objects.get_or_create(
        digest=statement.hash,
        defaults={
            "kind": statement.kind,
            "about": about,
            "subject": subject,
            "grantee": grantee,
            "text": statement.dump().decode(),
            "seen_at": now,
        },
    )
    return row.seen_at


def first_seen(statement: Statement) -> datetime | None:
    row = HeldStatement.objects.filter(digest=statement.hash).first()
    return None if row is None else row.seen_at


def take_status_list(
    statement: Statement, *, issuers: Iterable[str], keys: Keys, now: datetime
) -> StatusList:
    """Keep a newer list and remember its withdrawals for good.

    Raises StatementUnreadable, StatementUnproven, StatusAhead, StatusRolledBack.
    """
    status = read_status_list(statement)
    if status.issuer not in set(issuers) or not speaks_for(
        statement, status.issuer, keys=keys, seen_at=now
    ):
        raise StatementUnproven(kind=statement.kind)
    if status.issued_at > now + CLOCK_SKEW:
        raise StatusAhead(at=status.issued_at.isoformat())
    with transaction.atomic():
        held = HeldStatusList.objects.filter(issuer=status.issuer).order_by("-number").first()
        if held is not None and status.number <= held.number:
            raise StatusRolledBack(number=status.number, held=held.number)
        HeldStatusList.objects.create(
            issuer=status.issuer,
            number=status.number,
            issued_at=status.issued_at,
            received_at=now,
            digest=statement.hash,
            text=statement.dump().decode(),
        )
        end_authorisations(status.withdrawn, subject="", why="withdrawn", now=now)
    return status


def take_withdrawal(statement: Statement, *, keys: Keys, now: datetime) -> None:
    """Obey a withdrawal at once, also of an authorisation that is not known here yet.

    It ends the authorisation of this id and this subject, no other's.
    Raises StatementUnreadable, StatementUnproven.
    """
    withdrawal = read_withdrawal(statement)
    held = HeldStatement.objects.filter(
        kind=AUTHORISATION, about=withdrawal.auth_id, subject=withdrawal.subject
    ).first()
    signer = keys.who_signed(statement, party=withdrawal.subject, seen_at=now)
    if isinstance(signer, KeyProblem) or not _may_withdraw(signer, held, keys=keys, now=now):
        raise StatementUnproven(kind=WITHDRAWAL)
    hold_statement(
        statement, about=withdrawal.auth_id, subject=withdrawal.subject, grantee="", now=now
    )
    end_authorisations([withdrawal.auth_id], subject=withdrawal.subject, why="withdrawn", now=now)


def _may_withdraw(
    signer: KnownKey, held: HeldStatement | None, *, keys: Keys, now: datetime
) -> bool:
    """The subject itself; its agent, for the purposes of the mandate."""
    if KeyRole.AGENT not in signer.roles:
        return bool(signer.roles & MAY_GRANT)
    mandate = keys.mandate(signer)
    if mandate is None or held is None or not mandate.valid_from <= now < mandate.valid_to:
        return False
    purpose = read_authorisation(parse_statement(held.text)).purpose
    return purpose.value in mandate.purposes


def end_authorisations(
    ids: Iterable[str], *, subject: str, why: str, now: datetime, scope: str = ""
) -> None:
    """scope: only authorisations of this recipient and purpose end, as ``scope_of`` names them; "" for any."""
    rows = [
        EndedAuthorisation(auth_id=one, subject=subject, scope=scope, why=why, at=now)
        for one in sorted(set(ids))
    ]
    EndedAuthorisation.objects.bulk_create(rows, ignore_conflicts=True)


def speaks_for(statement: Statement, holder: str, *, keys: Keys, seen_at: datetime) -> bool:
    """Whether a key that speaks for this holder signed it."""
    key = keys.who_signed(statement, party=holder, seen_at=seen_at)
    return not isinstance(key, KeyProblem) and bool(key.roles & _FOR_A_HOLDER)


def newest_status(issuers: Iterable[str]) -> StatusList | None:
    """What the newest lists of all trusted issuers say together; None when any of them has sent none.

    It is as old as the oldest of them.
    """
    lists = []
    for issuer in sorted(set(issuers)):
        found = newest_list(issuer)
        if found is None:
            return None
        lists.append(found)
    if len(lists) < 2:  # noqa: PLR2004 - the common case needs no union
        return lists[0] if lists else None
    return StatusList(
        issuer=" ".join(one.issuer for one in lists),
        number=min(one.number for one in lists),
        issued_at=min(one.issued_at for one in lists),
        withdrawn=frozenset().union(*(one.withdrawn for one in lists)),
        suspended=frozenset().union(*(one.suspended for one in lists)),
        revoked_keys=frozenset().union(*(one.revoked_keys for one in lists)),
    )


def newest_list(issuer: str) -> StatusList | None:
    """As old as the issuer's last word that it is current."""
    rows = HeldStatusList.objects.filter(issuer=issuer).order_by("-number")
    digest = rows.values_list("digest", flat=True).first()
    if digest is None:
        return None
    status = _status(digest)
    seen = StatusSeen.objects.filter(issuer=status.issuer, digest=digest).first()
    return status if seen is None else replace(status, issued_at=max(status.issued_at, seen.at))


@lru_cache(maxsize=8)
def _status(digest: str) -> StatusList:
    """Lists are long, asked for at every use, and never change."""
    row = HeldStatusList.objects.filter(digest=digest).first()
    if row is None:
        raise ValueError("a list vanished while it was read")
    return read_status_list(parse_statement(row.text))


def known_of(
    *, holder: str, subject: str, terms: Sequence[Authorisation], issuers: Iterable[str]
) -> Known:
    """What this holder knows about these authorisations and this subject."""
    holds = Hold.objects.filter(subject=entity_of(subject), ended_at=None)
    return replace(
        _known(holder, terms, issuers),
        on_hold=frozenset((h.dataset, h.field) for h in holds if h.why == "disputed"),
        erased=frozenset(h.dataset for h in holds if h.why == "erased"),
        owners=_owners(holder, subject),
    )


def known_of_each(
    *, holder: str, terms: Sequence[Authorisation], issuers: Iterable[str]
) -> dict[str, Known]:
    """The same for each authorisation's own subject, by id, read together; owners are left out."""
    shared = _known(holder, terms, issuers)
    disputed: dict[str, set[tuple[str, str]]] = {}
    erased: dict[str, set[str]] = {}
    for hold in Hold.objects.filter(ended_at=None):
        if hold.why == "disputed":
            disputed.setdefault(hold.subject, set()).add((hold.dataset, hold.field))
        else:
            erased.setdefault(hold.subject, set()).add(hold.dataset)
    return {
        one.auth_id: replace(
            shared,
            on_hold=frozenset(disputed.get(entity_of(one.subject), ())),
            erased=frozenset(erased.get(entity_of(one.subject), ())),
        )
        for one in terms
    }


def _known(holder: str, terms: Sequence[Authorisation], issuers: Iterable[str]) -> Known:
    ended: dict[str, str] = {}
    used: dict[str, int] = {}
    for start in range(0, len(terms), _AT_ONCE):
        some = terms[start : start + _AT_ONCE]
        ended |= ended_of(some)
        counters = UseCounter.objects.filter(auth_id__in=[one.auth_id for one in some])
        used |= dict(counters.values_list("auth_id", "used"))
    return Known(
        holder=holder,
        status=newest_status(issuers),
        withdrawn=frozenset(i for i, why in ended.items() if why == "withdrawn"),
        superseded=frozenset(i for i, why in ended.items() if why == "superseded"),
        used=used,
    )


def ended_of(terms: Sequence[Authorisation]) -> dict[str, str]:
    """Why each of these holds no more, by id: ended by its own subject, or by a status list."""
    known = {one.auth_id: one for one in terms}
    found = {}
    for row in EndedAuthorisation.objects.filter(auth_id__in=list(known)):
        one = known[row.auth_id]
        if row.subject in {"", one.subject} and row.scope in {"", scope_of(one)}:
            found[row.auth_id] = row.why
    return found


def own_ends(ids: Sequence[str], holder: str) -> set[str]:
    """Which of a holder's own bases it has ended; nobody else's word ends them."""
    rows = EndedAuthorisation.objects.filter(auth_id__in=ids, subject=holder)
    return set(rows.values_list("auth_id", flat=True))


def scope_of(terms: Authorisation) -> str:
    """Recipient and purpose: what a newer authorisation must share with the one that it replaces."""
    return f"{terms.grantee} {terms.purpose}"


def take_owners(statement: Statement, *, holder: str, keys: Keys, now: datetime) -> Owners:
    """Record who must consent to the use of personal data beside a subject's; the newest record counts.

    Raises StatementUnreadable, StatementUnproven.
    """
    owners = read_owners(statement)
    if owners.holder != holder or not speaks_for(statement, holder, keys=keys, seen_at=now):
        raise StatementUnproven(kind=OWNERS)
    hold_statement(statement, about=holder, subject=owners.subject, grantee=holder, now=now)
    return owners


def _owners(holder: str, subject: str) -> frozenset[str] | None:
    rows = HeldStatement.objects.filter(kind=OWNERS, about=holder, subject=subject)
    row = rows.order_by("-pk").first()
    return None if row is None else frozenset(read_owners(parse_statement(row.text)).persons)


def count_use(
    presented: Mapping[str, Presented],
    *,
    grantee: str,
    request_id: str,
    now: datetime,
    keep: Callable[[Mapping[str, int]], object] = len,
) -> dict[str, int]:
    """Answer the request once and count one use of each authorisation, or nothing at all.

    keep: writes what must stand or fall with the numbers. Returns the number of this use by id.
    Raises UseRefused: repeated, exhausted, or ended meanwhile.
    """
    ordered = sorted(presented.values(), key=lambda one: one.terms.auth_id)
    with transaction.atomic(durable=True):
        answer_once(grantee=grantee, request_id=request_id, now=now)
        numbers = {one.terms.auth_id: _count(one, now=now) for one in ordered}
        every = [one.terms for one in presented.values()]
        for start in range(0, len(every), _AT_ONCE):
            ended = ended_of(every[start : start + _AT_ONCE])
            if ended:
                raise UseRefused([Refusal(Reason(why)) for why in sorted(set(ended.values()))])
        keep(numbers)
    return numbers


def answer_once(*, grantee: str, request_id: str, now: datetime) -> None:
    """Raises UseRefused when this party had an answer to this request before."""
    try:
        with transaction.atomic():
            AnsweredRequest.objects.create(grantee=grantee, request_id=request_id, at=now)
    except IntegrityError as error:
        raise UseRefused([Refusal(Reason.REQUEST_REPEATED)]) from error


def _count(presented: Presented, *, now: datetime) -> int:
    terms = presented.terms
    hold_statement(
        presented.statement,
        about=terms.auth_id,
        subject=terms.subject,
        grantee=terms.grantee,
        now=now,
    )
    supersede(terms, now=now)
    counter = UseCounter.objects.filter(auth_id=terms.auth_id)
    left = counter.filter(used__lt=terms.max_uses)
    if not left.update(used=F("used") + 1):
        UseCounter.objects.bulk_create([UseCounter(auth_id=terms.auth_id)], ignore_conflicts=True)
        if not left.update(used=F("used") + 1):
            raise UseRefused([Refusal(Reason.EXHAUSTED, str(terms.max_uses))])
    return counter.get().used


def supersede(terms: Authorisation, *, now: datetime) -> None:
    """An authorisation that replaces an older one, of the same subject, recipient and purpose, ends it."""
    if terms.supersedes:
        end_authorisations(
            [terms.supersedes],
            subject=terms.subject,
            scope=scope_of(terms),
            why="superseded",
            now=now,
        )
