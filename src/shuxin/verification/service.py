"""Use cases of documents: issue, revoke, publish, answer by commitment, remember what was verified."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, transaction

from shuxin.kernel.errors import Conflict, NotFound, Unavailable
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry
from shuxin.verification.body import NONCE
from shuxin.verification.credentials import issue_by_template
from shuxin.verification.issuing import (
    Issuer,
    Place,
    Request,
    log_document,
    log_standing,
    sign_document,
)
from shuxin.verification.models import (
    GivenNonce,
    IssuedDocument,
    PublishedList,
    StatusChange,
    UsedNonce,
    Verification,
)
from shuxin.verification.presentation import new_nonce
from shuxin.verification.sdjwt.tokens import parse_credential
from shuxin.verification.status import (
    PLACES,
    RevocationReason,
    Standing,
    State,
    StatusList,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from shuxin.kernel.signing import PublicKey
    from shuxin.kernel.statements import Statement
    from shuxin.verification.issuing import OwnLog
    from shuxin.verification.receipt import DocumentFacts, Receipt
    from shuxin.verification.verdict import Verdict

Made = TypeVar("Made")
FULL = PLACES // 2
NONCE_LASTS = timedelta(minutes=10)
LOGGED_VERIFICATION = "document-verified"
_TRIES = 64


class DocumentUnknown(NotFound):
    code = "document_unknown"
    what = Text(en="no document of that id was issued here", zh="本机构没有出具过该编号的文件")
    mend = Text(en="'shuxin document list' shows the ids", zh="用 shuxin document list 查看编号")


class DocumentChanged(Conflict):
    code = "document_already_changed"
    what = Text(en="the document is already {state}", zh="该文件的状态已是 {state}")
    mend = Text(en="Nothing more is needed", zh="无需再次操作")


class PublishedMeanwhile(Conflict):
    code = "status_published_meanwhile"
    what = Text(
        en="another process has published the status list just now", zh="另一进程刚刚发布了状态列表"
    )
    mend = Text(en="Run the command again", zh="请重新运行命令")


class NoPlaceFree(Unavailable):
    code = "status_place_not_free"
    what = Text(en="no free place was found in the status list", zh="状态列表中未找到空位")
    mend = Text(en="Run the command again", zh="请重新运行命令")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the issuer says of a commitment, without knowing the content."""

    known: bool
    state: str
    detail: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedView:
    """One document that was issued here."""

    receipt_id: str
    template: str
    issued_at: datetime
    expires_at: datetime
    state: str


UNKNOWN = Answer(known=False, state="unknown", detail="", expires_at=None)


def issue(file: Path, *, request: Request, subject: str, issuer: Issuer, now: datetime) -> Receipt:
    """Issue a document: the row that holds its place, then the log, then the receipt.

    A document that replaces another (``request.supersedes``) ends that one. Raises DocumentUnknown,
    DocumentChanged, NoPlaceFree, TemplateUnknown, ValidityInvalid, FileNameUnfit, and what the log raises.
    """

    def place_it(place: Place) -> Receipt:
        replaced = _unchanged(request.supersedes, issuer.party) if request.supersedes else None
        signed = sign_document(file, request=request, place=place, issuer=issuer, now=now)
        facts = signed.facts
        with transaction.atomic():
            _keep(facts, statement_hash=signed.statement.hash, subject=subject)
            if replaced is not None:
                standing = Standing(State.SUPERSEDED, facts.id)
                _change(replaced, standing, by=issuer.party, issuer=issuer, now=now)
            return log_document(signed, issuer=issuer, now=now)

    return _in_a_free_place(issuer.party, place_it)


def issue_credential(
    values: Mapping[str, object],
    *,
    template: str,
    holder: PublicKey,
    subject: str,
    issuer: Issuer,
    now: datetime,
) -> tuple[str, str]:
    """A credential and the id by which it is revoked. Raises TemplateUnknown, TemplateNotFilled, NoPlaceFree."""

    def place_it(place: Place) -> tuple[str, str]:
        text = issue_by_template(
            values, name=template, holder=holder, place=place, issuer=issuer, now=now
        )
        token = parse_credential(text).token
        digest = hashlib.sha256(token.text.encode()).hexdigest()
        receipt_id = digest[:32]
        with transaction.atomic():
            IssuedDocument.objects.create(
                receipt_id=receipt_id,
                kind="token",
                issuer=issuer.party,
                subject=subject,
                template=template,
                commitment=digest,
                statement_hash=digest,
                issued_at=now,
                expires_at=now + timedelta(seconds=token.payload["exp"] - token.payload["iat"]),
                list_id=place.list_id,
                place=place.index,
            )
            entry = Entry("credential-issued", now, issuer.party, {"template": template}, (digest,))
            issuer.log.append(entry, now=now)
        return text, receipt_id

    return _in_a_free_place(issuer.party, place_it)


def revoke(
    receipt_id: str, *, reason: RevocationReason, by: str, issuer: Issuer, now: datetime
) -> None:
    """Raises DocumentUnknown, DocumentChanged."""
    document = _unchanged(receipt_id, issuer.party)
    standing = Standing(State.REVOKED, reason.value)
    try:
        with transaction.atomic():
            _change(document, standing, by=by, issuer=issuer, now=now)
    except IntegrityError as error:
        raise DocumentChanged(state="changed") from error


def publish_status(*, issuer: Issuer, now: datetime) -> list[Statement]:
    """A new numbered publication of every list of this issuer, signed now. Raises PublishedMeanwhile."""
    lists = IssuedDocument.objects.filter(issuer=issuer.party).values_list("list_id", flat=True)
    try:
        with transaction.atomic():
            return [_publish(each, issuer=issuer, now=now) for each in sorted(set(lists))]
    except IntegrityError as error:
        raise PublishedMeanwhile from error


def answer_by_commitment(commitment: str, *, now: datetime) -> Answer:
    """What this issuer says of a document that somebody else holds."""
    document = IssuedDocument.objects.filter(commitment=commitment).select_related("change").first()
    if document is None:
        return UNKNOWN
    change = getattr(document, "change", None)
    if change is not None:
        return Answer(
            known=True, state=change.state, detail=change.detail, expires_at=document.expires_at
        )
    state = "expired" if now >= document.expires_at else State.VALID.value
    return Answer(known=True, state=state, detail="", expires_at=document.expires_at)


def published_status(list_id: str) -> bytes:
    """The newest publication of a status list, as signed. Raises DocumentUnknown."""
    newest = PublishedList.objects.filter(list_id=list_id).order_by("-number").first()
    if newest is None:
        raise DocumentUnknown
    return str(newest.statement).encode()


def issued_documents(*, issuer: str, limit: int) -> list[IssuedView]:
    """The newest first, with how they stand."""
    rows = IssuedDocument.objects.filter(issuer=issuer).select_related("change")
    return [
        IssuedView(
            row.receipt_id,
            row.template,
            row.issued_at,
            row.expires_at,
            row.change.state if hasattr(row, "change") else State.VALID.value,
        )
        for row in rows.order_by("-issued_at", "-pk")[:limit]
    ]


def give_nonce(*, audience: str, now: datetime) -> str:
    """A nonce for one presentation to ``audience``, good for ten minutes; only its hash is kept."""
    nonce = new_nonce()
    GivenNonce.objects.create(nonce_hash=_hashed(nonce), audience=audience, given_at=now)
    return nonce


def use_nonce(nonce: str, *, audience: str, now: datetime) -> bool:
    """Whether this verifier gave the nonce for this audience and it is answered now for the first time."""
    if not NONCE.fullmatch(nonce):
        return False
    given = GivenNonce.objects.filter(nonce_hash=_hashed(nonce), audience=audience).first()
    if given is None or not given.given_at <= now < given.given_at + NONCE_LASTS:
        return False
    try:
        with transaction.atomic():
            UsedNonce.objects.create(given=given, used_at=now)
    except IntegrityError:
        return False
    return True


def record_verification(
    facts: DocumentFacts,
    *,
    statement_hash: str,
    verifier: str,
    verdict: Verdict,
    log: OwnLog,
    now: datetime,
) -> None:
    """That it was verified, and how it ended, in the verifier's log and rows; nothing of what stood in it."""
    reasons = ",".join(verdict.reasons)
    entry = Entry(
        LOGGED_VERIFICATION,
        now.replace(microsecond=0),
        verifier,
        {"template": facts.template, "result": "pass" if verdict.accepted else "fail"},
        (statement_hash,),
    )
    with transaction.atomic():
        Verification.objects.create(
            statement_hash=statement_hash,
            issuer=facts.issuer,
            template=facts.template,
            verifier=verifier,
            accepted=verdict.accepted,
            reasons=reasons,
            at=now,
        )
        log.append(entry, now=now)


def _in_a_free_place(issuer: str, place_it: Callable[[Place], Made]) -> Made:
    """Try random places of the current list until one is free; half of them always are."""
    for _ in range(_TRIES):
        place = Place(_current_list(issuer), secrets.randbelow(PLACES))
        taken = IssuedDocument.objects.filter(list_id=place.list_id, place=place.index)
        if taken.exists():
            continue
        try:
            return place_it(place)
        except IntegrityError:
            continue
    raise NoPlaceFree


def _current_list(issuer: str) -> str:
    """The list of the newest document while it is less than half full, else a new one."""
    newest = IssuedDocument.objects.filter(issuer=issuer).order_by("-pk").first()
    if newest is None:
        return secrets.token_hex(16)
    used = IssuedDocument.objects.filter(list_id=newest.list_id).count()
    return newest.list_id if used < FULL else secrets.token_hex(16)


def _keep(facts: DocumentFacts, *, statement_hash: str, subject: str) -> None:
    IssuedDocument.objects.create(
        receipt_id=facts.id,
        kind="document",
        issuer=facts.issuer,
        subject=subject,
        template=facts.template,
        commitment=facts.commitment,
        statement_hash=statement_hash,
        issued_at=facts.issued_at,
        expires_at=facts.expires_at,
        list_id=facts.status_list,
        place=facts.status_index,
    )


def _unchanged(receipt_id: str, issuer: str) -> IssuedDocument:
    found: IssuedDocument | None = (
        IssuedDocument.objects.filter(receipt_id=receipt_id, issuer=issuer)
        .select_related("change")
        .first()
    )
    if found is None:
        raise DocumentUnknown
    change = getattr(found, "change", None)
    if change is not None:
        raise DocumentChanged(state=change.state)
    return found


def _change(
    document: IssuedDocument, standing: Standing, *, by: str, issuer: Issuer, now: datetime
) -> None:
    """In the caller's transaction: the row first, then the log, so that neither stands alone for long."""
    StatusChange.objects.create(
        document=document, state=standing.state.value, detail=standing.detail, by=by, at=now
    )
    log_standing(standing, statement_hash=document.statement_hash, issuer=issuer, now=now)


def _publish(list_id: str, *, issuer: Issuer, now: datetime) -> Statement:
    """In the caller's transaction."""
    changes = StatusChange.objects.filter(document__list_id=list_id).select_related("document")
    standings = {
        change.document.place: Standing(State(change.state), change.detail) for change in changes
    }
    last = PublishedList.objects.filter(list_id=list_id).order_by("-number").first()
    number = last.number + 1 if last else 1
    made = StatusList(issuer.party, list_id, number, now, standings).sign(signer=issuer.signer)
    PublishedList.objects.create(
        issuer=issuer.party,
        list_id=list_id,
        number=number,
        issued_at=now,
        statement=made.dump().decode(),
    )
    return made


def _hashed(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()
