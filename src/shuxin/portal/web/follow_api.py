"""The API for homes that follow this platform: one small contact every few seconds, and what it points to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from shuxin.consent import api as consent
from shuxin.infra.api import now_in_china, settings_from_environment, write_whole
from shuxin.parties.api import accounts, current_directory, keys_gone, read_trust
from shuxin.portal.bootstrap import journal_of, own_signer
from shuxin.portal.linking.api import Told, note_contact
from shuxin.portal.web.systems import NoStatusHere, Remade, operator_here

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.kernel.statements import Statement

CURRENT_LASTS, DIRECTORY_LASTS = timedelta(seconds=1), timedelta(seconds=3)
_BY = "platform"
_FOLDER = "directory"
Number = Annotated[int, Field(ge=0, lt=2**53)]
SaidNumber = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
Count = Annotated[int, Field(strict=True, ge=0, lt=2**31)]


class FollowIn(Schema):
    """What the caller's home has, and what it says of itself. Numbers are 0 before the first."""

    status: SaidNumber = 0
    directory: SaidNumber = 0
    unproven: Count = 0
    objections_open: Count = 0
    objections_overdue: Count = 0
    version: Annotated[str, Field(max_length=40)] = ""
    at: AwareDatetime


follow = Router(tags=["consent"])
current_here: Remade[tuple[Statement, Statement]] = Remade(CURRENT_LASTS)
directory_here: Remade[int] = Remade(DIRECTORY_LASTS)


@follow.post("", auth=accounts.Scoped(accounts.Scope.GRANTS_READ))
def post_follow(request: HttpRequest, told: FollowIn) -> dict[str, object]:
    """One contact: `status` is the number of the newest list, `current` the signed word that it is current,
    `directory` the number of the newest directory, `grants` the place of the newest answer to a request.
    """
    now, caller = now_in_china(), _caller(request)
    listed, current = current_here.get(_current, now=now)
    said = Told(
        status_number=told.status,
        directory_number=told.directory,
        unproven=told.unproven,
        version=told.version,
        at=told.at,
        objections_open=told.objections_open,
        objections_overdue=told.objections_overdue,
    )
    note_contact(client_id=caller.client_id, party=caller.party, told=said, now=now)
    return {
        "status": listed.body["number"],
        "current": current.as_json(),
        "directory": directory_here.get(_directory, now=now),
        "grants": consent.last_answer(),
    }


@follow.get("/status", auth=accounts.Scoped(accounts.Scope.GRANTS_READ))
def get_status(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's form
    """The newest signed list of authorisations that have ended or are suspended."""
    listed, _ = current_here.get(_current, now=now_in_china())
    return HttpResponse(listed.dump(), content_type="application/json")


@follow.get("/directory", auth=accounts.Scoped(accounts.Scope.GRANTS_READ))
def get_directory(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's form
    """The newest directory: a signed head and the statements under it, one a line."""
    settings = settings_from_environment()
    number = directory_here.get(_directory, now=now_in_china())
    content = (settings.home / _FOLDER / f"{number}.jsonl").read_bytes()
    return HttpResponse(content, content_type="application/jsonl")


@follow.get("/grants", auth=accounts.Scoped(accounts.Scope.GRANTS_READ))
def get_grants(request: HttpRequest, after: Number = 0) -> dict[str, object]:
    """Authorisations whose recipient or source is the caller's party, and after which place to ask next."""
    _require_operator()
    found = consent.granted_page(party=_caller(request).party, after=after, now=now_in_china())
    return {"statements": [one.as_json() for one in found.statements], "last": found.last}


def _caller(request: HttpRequest) -> accounts.Caller:
    found: accounts.Caller = request.auth  # type: ignore[attr-defined] # set by Scoped
    return found


def _require_operator() -> str:
    """The operator's party. Raises NoStatusHere."""
    own = operator_here()
    if own is None:
        raise NoStatusHere
    return own.party


def _current(now: datetime) -> tuple[Statement, Statement]:
    settings = settings_from_environment()
    return consent.current_status(
        issuer=_require_operator(),
        signer=own_signer(settings),
        now=now,
        revoked_keys=keys_gone(anchors=read_trust(settings.home)),
    )


def _directory(now: datetime) -> int:
    """The number of the newest directory, which is in a file of that name; older files go."""
    _require_operator()
    settings = settings_from_environment()
    head, lines = current_directory(
        signer=own_signer(settings), by=_BY, journal=journal_of(settings), now=now
    )
    folder = settings.home / _FOLDER
    file = folder / f"{head.number}.jsonl"
    if not file.is_file():
        folder.mkdir(exist_ok=True, mode=0o700)
        write_whole(file, b"".join(lines))
        for old in folder.glob("*.jsonl"):
            if old.name not in {
                file.name,
                f"{head.number - 1}.jsonl",
            }:  # somebody may be reading it
                old.unlink(missing_ok=True)
    return head.number
