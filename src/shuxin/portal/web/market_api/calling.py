"""What all operations of ``/api/v1`` share: who calls, in which capacity, once only, page by page, in which version."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar
from urllib.parse import unquote

from django.db import transaction
from django.http import HttpResponse
from ninja.params.functions import Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.market import api as market
from shuxin.parties.api import PartyKind
from shuxin.portal.bootstrap import journal_of
from shuxin.portal.linking.shapes import said
from shuxin.portal.web.access import kind_of
from shuxin.portal.web.problem import STATUS
from shuxin.portal.web.systems import operator_here

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.market.api import Doer
    from shuxin.parties.api import accounts

Item = TypeVar("Item")
MOST_ITEMS, USUAL_ITEMS = 200, 50
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,400}")
_OFFICER = 120

Key = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="The thing's public id.")]
CallKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[A-Za-z0-9_.:-]{8,64}$",
        description="A key of the caller's own for this one act: the same call again gets the same answer"
        " and changes nothing, for 30 days.",
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        pattern=r'^("[0-9a-f]{32}"|\*)$',
        description="The ETag under which the caller last read it; when it is another by now, nothing happens (412).",
    ),
]
Officer = Annotated[
    str,
    Header(
        alias="Shuxin-Officer",
        pattern=r"^[!-~]{0,360}$",
        description="Who acts at the caller, percent-encoded; kept with the step.",
    ),
]
Cursor = Annotated[
    str, Query(pattern=r"^[A-Za-z0-9_-]{0,400}$", description="`next` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="How many at most.")]
State = Annotated[
    str, Query(pattern=r"^[a-z_,]{0,200}$", description="Only these states, with commas between.")
]


class NotOnThisSite(NotFound):
    code = "market_not_here"
    what = Text(en="only a platform's site has a marketplace", zh="仅平台站点提供融资服务接口")
    mend = Text(en="Call the platform that this institution follows", zh="请调用本机构接入的平台")


class CallerNotFor(NotPermitted):
    code = "caller_not_for_this"
    what = Text(en="this operation is not for {actor}", zh="该接口不对此类主体（{actor}）开放")
    mend = Text(
        en="Lenders are the banks that the platform's trust file names; ask its operator",
        zh="贷款机构以平台信任清单登记为准，请联系运营方",
    )


class CursorInvalid(InvalidInput):
    code = "cursor_invalid"
    what = Text(en="the cursor is not one that was given here", zh="游标无效")
    mend = Text(
        en="Send 'next' of the page before as it is, or begin without", zh="请原样传回上一页的 next"
    )


class VersionOther(Conflict):
    code = "version_other"
    what = Text(en="it has changed since it was read", zh="读取之后已发生变化")
    mend = Text(en="Read it again, then decide anew", zh="请重新读取后再处理")


STATUS[VersionOther] = 412


class Closed(BaseModel):
    """What is sent: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class StepIn(Closed):
    """One step of a thing's life; ``reason`` in words where one is needed, ``code`` where there is a list."""

    event: Annotated[str, Field(pattern=r"^[a-z]{2,24}$", examples=["take"])]
    reason: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] = ""
    code: Annotated[str, Field(pattern=r"^[a-z_]{0,24}$")] = ""


class MadeOut(BaseModel):
    """What was made; ``key`` names it from now on."""

    key: str


class Page(BaseModel, Generic[Item]):
    """Items in a fixed order; ``next`` is "" on the last page."""

    items: list[Item]
    next: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call (接口调用): by which client, for which party, in which capacity."""

    client: str
    party: str
    actor: Actor
    by: str
    now: datetime

    @property
    def doer(self) -> Doer:
        journal = journal_of(settings_from_environment())
        return market.Doer(self.actor, self.party, self.by, journal)

    def request_id(self, idempotency_key: str) -> str:
        """Under which the rooms know this request: keys of different clients never meet."""
        return f"{self.client}:{idempotency_key}"


def called(request: HttpRequest, operation: str, *actors: Actor, officer: str = "") -> Call:
    """Who calls, counted. Raises NotOnThisSite, CallerNotFor."""
    if operator_here() is None:
        raise NotOnThisSite
    caller: accounts.Caller = request.auth  # type: ignore[attr-defined] # set by Scoped
    actor = _actor_of(caller.party)
    if actor not in actors:
        raise CallerNotFor(actor=actor.value)
    now = now_in_china()
    market.count_call(client=caller.client_id, party=caller.party, operation=operation, now=now)
    by = f"api:{caller.client_id}"
    if officer:
        name = "".join(sign for sign in unquote(officer) if sign.isprintable())
        by = f"{name[:_OFFICER]} ({by})"
    return Call(caller.client_id, caller.party, actor, by, now)


def once(
    request: HttpRequest, call: Call, key: str, act: Callable[[], object], *, status: int = 201
) -> HttpResponse:
    """What ``act`` gives as JSON, for this key at most once. Raises CallKeyInvalid, CallKeyUsed."""
    told = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    given = market.answered_once(
        lambda: market.GivenAnswer(status, _json(act())),
        client=call.client,
        key=key,
        digest=hashlib.sha256(told).hexdigest(),
        now=call.now,
    )
    response = _response(given.content, given.status)
    if given.again:
        response["Idempotent-Replayed"] = "true"
    return response


def one(value: object, *, status: int = 200) -> HttpResponse:
    """One thing with its ETag."""
    content = _json(value)
    response = _response(content, status)
    response["ETag"] = tag_of(content)
    return response


def many(
    items: Sequence[Item], *, key: Callable[[Item], str], cursor: str, limit: int
) -> HttpResponse:
    """One page in the order of the items' keys, which never change. Raises CursorInvalid."""
    after = _read_cursor(cursor)
    ordered = sorted((item for item in items if key(item) > after), key=key)
    shown = ordered[:limit]
    rest = _cursor(key(shown[-1])) if len(ordered) > limit else ""
    return page(shown, rest)


def page(items: Sequence[object], rest: str) -> HttpResponse:
    return _response(f'{{"items":[{",".join(map(_json, items))}],"next":"{rest}"}}', 200)


def stepped(
    *,
    read: Callable[[], object],
    hold: Callable[[], object],
    act: Callable[[], object],
    if_match: str,
) -> HttpResponse:
    """``act`` on a thing that is as the caller read it, and the thing afterwards, in one transaction.

    read: as the caller may see it, and refuses who may not. hold: keeps everybody else from it until the end.
    Raises VersionOther, and what the three raise.
    """
    with transaction.atomic():
        read()
        hold()
        require_version(if_match, read())
        act()
        return one(read())


def plain(value: object) -> HttpResponse:
    return _response(_json(value), 200)


def require_version(wanted: str, current: object) -> None:
    """Raises VersionOther."""
    if wanted not in {"*", tag_of(_json(current))}:
        raise VersionOther


def tag_of(content: str) -> str:
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def states_in(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Those that were named; all when none was."""
    named = tuple(state for state in text.split(",") if state)
    return tuple(state for state in known if state in named) if named else tuple(known)


def _actor_of(party: str) -> Actor:
    return _ACTORS.get(kind_of(party), Actor.ENTERPRISE)


_ACTORS: dict[PartyKind | None, Actor] = {
    PartyKind.BANK: Actor.LENDER,
    PartyKind.DEPARTMENT: Actor.GOVERNMENT,
    PartyKind.REGULATOR: Actor.GOVERNMENT,
    PartyKind.OPERATOR: Actor.OPERATOR,
    PartyKind.UTILITY: Actor.SYSTEM,
    PartyKind.NOTARY: Actor.SYSTEM,
    PartyKind.ATTESTER: Actor.SYSTEM,
    PartyKind.GUARANTEE_COMPANY: Actor.SYSTEM,
}
"""Institutions that nothing is open to yet stand as SYSTEM: no operation names it."""


def _json(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value.model_dump_json() if isinstance(value, BaseModel) else said(value).decode()


def _response(content: str, status: int) -> HttpResponse:
    return HttpResponse(content.encode(), status=status, content_type="application/json")


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> str:
    if not cursor:
        return ""
    try:
        return base64.b64decode(
            cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        ).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise CursorInvalid from None
