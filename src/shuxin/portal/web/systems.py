"""The API for the systems of banks and departments; every operation looks only at what its caller's party may see."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from django.http import HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from shuxin.consent import api as consent
from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import NotFound, NotPermitted
from shuxin.kernel.statements import parse_json, parse_statement
from shuxin.kernel.text import Text
from shuxin.parties.api import PartyKind, accounts, kept_statements, keys_gone, read_trust
from shuxin.portal.bootstrap import HeldKeys, holder, own_log, own_signer
from shuxin.portal.web.routes.verify import offered_trust
from shuxin.verification import api as verification

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.consent.api import InboxItem
    from shuxin.kernel.statements import Statement
    from shuxin.portal.bootstrap import HolderIdentity
    from shuxin.verification.api import Evidence, Receipt, Trust, Verdict

Made = TypeVar("Made")
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Party = Annotated[str, StringConstraints(pattern=r"^(uscc|person):[0-9A-Za-z]{18,32}$")]
Index = Annotated[int, Field(ge=0, lt=2**53)]
TRUST_LASTS, STATUS_LASTS = timedelta(seconds=60), timedelta(seconds=5)
MOST_USES, MOST_REQUESTS = 500, 200
_LONGEST_RECEIPT = 1 << 20
_STATEMENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["kind", "body", "algorithm", "key_id", "signature"],
                    "properties": {
                        "kind": {"const": "authorisation-request"},
                        "body": {"type": "object"},
                        "algorithm": {"type": "string"},
                        "key_id": {"type": "string"},
                        "signature": {"type": "string"},
                    },
                }
            }
        },
    }
}


class RequestOfOther(NotPermitted):
    code = "request_of_other_party"
    what = Text(
        en="the request is in the name of another party than this client's",
        zh="该申请的使用方不是本客户端所属主体",
    )
    mend = Text(
        en="Hand in requests of the party for which the client is registered",
        zh="请提交本客户端登记主体的申请",
    )


class NoStatusHere(NotFound):
    code = "status_list_not_here"
    what = Text(
        en="only an operator's platform publishes which authorisations have ended",
        zh="仅运营方平台发布授权状态清单",
    )
    mend = Text(
        en="Ask the platform on which the authorisations were granted",
        zh="请向作出授权的平台获取",
    )


class VerifyIn(Schema):
    """``receipt`` as the issuer gave it; its ``salt`` is not looked at, so zeros in its place tell nothing.

    ``commitment``: made by the caller from the document and the salt; without it the content is not checked.
    ``status_list``: the issuer's signed list where it is not this platform's own.
    """

    receipt: dict[str, Any]
    commitment: Hex64 | None = None
    status_list: dict[str, Any] | None = None


class CheckOut(Schema):
    """``reason`` is "" when the check passed; ``en`` and ``zh`` say it in a sentence."""

    check: str
    passed: bool
    reason: str
    detail: str
    en: str
    zh: str


class VerdictOut(Schema):
    """``accepted``: the content was checked, and no check failed. ``receipt_holds``: all checks but the content's."""

    accepted: bool
    content_checked: bool
    receipt_holds: bool
    checks: list[CheckOut]


class RequestOut(Schema):
    """Under which id the subject sees it."""

    request_id: str


class AskedOut(Schema):
    """One request of the caller's party; ``auth_id`` "" until it is granted. Terms: granted, else asked for."""

    request_id: str
    subject: str
    holders: list[str]
    purpose: str
    catalogues: list[str]
    level_max: int
    max_uses: int
    reason: str
    state: str
    asked_at: str
    lapses_at: str
    valid_to: str
    auth_id: str

    @classmethod
    def of(cls, item: InboxItem) -> AskedOut:
        terms = item.terms
        return cls(
            request_id=item.request_id,
            subject=terms.subject,
            holders=list(terms.holders),
            purpose=terms.purpose.value,
            catalogues=list(terms.catalogues),
            level_max=terms.level_max,
            max_uses=terms.max_uses,
            reason=item.reason,
            state=item.state.value,
            asked_at=item.asked_at.isoformat(),
            lapses_at=item.lapses_at.isoformat(),
            valid_to=terms.valid_to.isoformat(),
            auth_id=item.auth_id,
        )


class UseOut(Schema):
    """One use by the caller's party; ``log_index``: its entry in the log of this installation."""

    at: str
    purpose: str
    ground: str
    rests_on: str
    catalogues: list[str]
    nth: int
    log_index: int | None


class Remade(Generic[Made]):
    """Something that is made anew when it is older than ``lasts``; whoever comes meanwhile waits for it."""

    def __init__(self, lasts: timedelta) -> None:
        self._lasts, self._lock = lasts, Lock()
        self._made: tuple[datetime, Made] | None = None

    def get(self, make: Callable[[datetime], Made], *, now: datetime) -> Made:
        with self._lock:
            if self._made is None or not timedelta() <= now - self._made[0] < self._lasts:
                self._made = (now, make(now))
            return self._made[1]

    def forget(self) -> None:
        self._made = None


trust_here: Remade[Trust] = Remade(TRUST_LASTS)
status_here: Remade[bytes] = Remade(STATUS_LASTS)
documents, requests, uses, log, status = (Router(tags=[name]) for name in (
    "documents", "consent", "consent", "log", "consent"
))  # fmt: skip


@documents.post("", response=VerdictOut, auth=accounts.Scoped(accounts.Scope.VERIFY))
def post_verify(request: HttpRequest, asked: VerifyIn) -> VerdictOut:
    """Judge a document by its receipt and the commitment to its content, with the trust of this platform."""
    now = now_in_china()
    value = parse_json(request.body, longest=_LONGEST_RECEIPT)  # strictly: no duplicate keys
    receipt = verification.parse_receipt(json.dumps(value["receipt"]).encode())
    verdict = verification.verify_commitment(
        asked.commitment or receipt.facts.commitment,
        receipt=receipt,
        trust=trust_here.get(_trust, now=now),
        evidence=_evidence(receipt, value.get("status_list")),
        now=now,
    )
    if asked.commitment is not None:
        _record(receipt, verdict, verifier=_caller(request).party, now=now)
    return _shown(verdict, content_checked=asked.commitment is not None)


@requests.post(
    "",
    response={201: RequestOut},
    auth=accounts.Scoped(accounts.Scope.REQUESTS_WRITE),
    openapi_extra=_STATEMENT,
)
def post_request(request: HttpRequest) -> Status[RequestOut]:
    """Put the caller's signed request for authorisation into the subject's inbox; the same again changes nothing."""
    statement = parse_statement(request.body, kind="authorisation-request")
    if consent.read_proposal(statement).terms.grantee != _caller(request).party:
        raise RequestOfOther
    keys = HeldKeys(settings_from_environment().home)
    request_id = consent.ask(statement, keys=keys, now=now_in_china())
    return Status(201, RequestOut(request_id=request_id))


@requests.get("", response=list[AskedOut], auth=accounts.Scoped(accounts.Scope.REQUESTS_WRITE))
def get_requests(request: HttpRequest) -> list[AskedOut]:
    """The newest 200 requests of the caller's party, and what came of them."""
    asked_by = _caller(request).party
    found = consent.asked_by(grantee=asked_by, now=now_in_china(), most=MOST_REQUESTS)
    return [AskedOut.of(item) for item in found]


@uses.get("/{subject}", response=list[UseOut], auth=accounts.Scoped(accounts.Scope.USES_READ))
def get_uses(request: HttpRequest, subject: Party) -> list[UseOut]:
    """The newest uses of this subject's data by the caller's own party in this installation, at most 500."""
    reader = _caller(request).party
    found = [use for use in consent.history_of(subject=subject) if use.reader == reader]
    return [
        UseOut(
            at=use.at.isoformat(),
            purpose=use.purpose,
            ground=use.ground,
            rests_on=use.rests_on,
            catalogues=list(use.catalogues),
            nth=use.nth,
            log_index=use.log_index,
        )
        for use in found[:MOST_USES]
    ]


@log.get("/checkpoint", auth=accounts.Scoped(accounts.Scope.LOG_READ))
def get_checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's form
    """The signed note over all entries of this installation's log."""
    note = own_log(settings_from_environment()).checkpoint()
    return HttpResponse(note, content_type="text/plain; charset=utf-8")


@log.get("/proof/{index}", auth=accounts.Scoped(accounts.Scope.LOG_READ))
def get_proof(request: HttpRequest, index: Index) -> HttpResponse:  # noqa: ARG001 - ninja's form
    """One entry, counted from 0, and the proof that it stands in the log."""
    proof = own_log(settings_from_environment()).proof(index)
    return HttpResponse(proof.dump(), content_type="application/json")


@status.get("/status", auth=accounts.Public())
def get_status(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's form
    """The signed list of authorisations that have ended or are suspended, at most five seconds old."""
    made = status_here.get(_published, now=now_in_china())
    response = HttpResponse(made, content_type="application/json")
    response["Cache-Control"] = f"public, max-age={STATUS_LASTS.seconds}"
    return response


def routers() -> dict[str, Router]:
    from shuxin.portal.web import follow_api  # noqa: PLC0415 - it imports this module

    return {
        "/follow": follow_api.follow,
        "/documents/verify": documents,
        "/requests": requests,
        "/uses": uses,
        "/log": log,
        "/consent": status,
    }


def operator_here() -> HolderIdentity | None:
    """Whose platform this is; None on other sites. Raises NotSetUp."""
    own = holder(settings_from_environment())
    return own if own.kind == PartyKind.OPERATOR else None


def _caller(request: HttpRequest) -> accounts.Caller:
    found: accounts.Caller = request.auth  # type: ignore[attr-defined] # set by Scoped
    return found


def _trust(_: datetime) -> Trust:
    offered = offered_trust(settings_from_environment(), statements=kept_statements())
    return verification.read_trust(json.dumps(offered).encode())


def _evidence(receipt: Receipt, given: object) -> Evidence:
    """The list that the caller brought, else the one that this platform published itself."""
    try:
        data = (
            verification.published_status(receipt.facts.status_list)
            if given is None
            else json.dumps(given).encode()
        )
    except NotFound:
        return verification.Evidence()
    return verification.Evidence(status=verification.parse_status_list(data))


def _record(receipt: Receipt, verdict: Verdict, *, verifier: str, now: datetime) -> None:
    verification.record_verification(
        receipt.facts,
        statement_hash=receipt.statement.hash,
        verifier=verifier,
        verdict=verdict,
        log=own_log(settings_from_environment()),
        now=now,
    )


def _shown(verdict: Verdict, *, content_checked: bool) -> VerdictOut:
    content = verification.CheckName.CONTENT
    others = [check for check in verdict.checks if check.name is not content]
    shown = verdict.checks if content_checked else others
    return VerdictOut(
        accepted=content_checked and verdict.accepted,
        content_checked=content_checked,
        receipt_holds=all(check.passed for check in others),
        checks=[
            CheckOut(
                check=check.name.value,
                passed=check.passed,
                reason=check.reason.value if check.reason else "",
                detail=check.detail,
                en=check.say("en"),
                zh=check.say("zh"),
            )
            for check in shown
        ],
    )


def _published(now: datetime) -> bytes:
    settings, own = settings_from_environment(), operator_here()
    if own is None:
        raise NoStatusHere
    statement: Statement = consent.publish_status(
        issuer=own.party,
        signer=own_signer(settings),
        now=now,
        revoked_keys=keys_gone(anchors=read_trust(settings.home)),
    )
    return statement.dump()
