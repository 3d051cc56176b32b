"""The platform as an ASGI application; a body longer than the limit is refused before Django sees it."""

from __future__ import annotations

import contextlib
import io
import logging
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpResponse

from shuxin.parties.api import accounts
from shuxin.portal.web import uploads
from shuxin.portal.web.middleware import headers
from shuxin.portal.web.problem import BodyTooLong, TooBusy, answer, problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from django.http import HttpRequest

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Message, Receive, Send], Awaitable[None]]

LONGEST_BODY = 2 * 1024 * 1024
"""Bytes: gateways of banks cut at 2 MB; no request here needs more."""

MOST_AT_ONCE = 200
"""Requests that are answered at once; each has a thread."""

_DRAINED = 4
_LOG = logging.getLogger(__name__)
_UNNAMED = (
    "a request bears X-Forwarded-For and no --proxy was named: if a proxy stands before this server, name it,"
    " or all visitors share one address and its limits"
    " / 请求带有 X-Forwarded-For 但未指定 --proxy:如前有反向代理,请指定,否则所有访客共用同一地址及其限额"
)
_QUIET = {"django.request": logging.ERROR, "django.security.DisallowedHost": logging.CRITICAL}
"""Addresses and hosts that strangers send are not written to the log one by one."""


class _TooLong(Exception):
    pass


class _Counted:
    """Hands a body on piece by piece and stops when it is longer than allowed."""

    def __init__(self, receive: Receive, *, longest: int) -> None:
        self._receive, self._longest = receive, longest
        self._taken, self._more = 0, True

    async def __call__(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._more = bool(message.get("more_body", False))
        if self._taken > self._longest:
            raise _TooLong
        return message

    async def drain(self) -> None:
        """Throw some more away: who is still sending would not hear the answer."""
        until = self._taken + _DRAINED * LONGEST_BODY
        while self._more and self._taken < until:
            with contextlib.suppress(_TooLong):
                await self()


def bounded(
    application: Application, *, longest: int, of: Callable[[Message], Awaitable[int]] | None = None
) -> Application:
    """Refuse bodies over ``longest`` bytes with 413, whether or not their length was announced.

    of: how long a body may be where it may be longer, 0 elsewhere.
    """

    async def answered(scope: Message, receive: Receive, send: Send) -> None:
        most = max(longest, await of(scope) if of else 0)
        counted = _Counted(receive, longest=most)
        too_long = _announced(scope) > most
        if not too_long:
            try:
                await application(scope, counted, send)
            except _TooLong:
                too_long = True
        if too_long:
            await counted.drain()
            await _refuse(scope, send, most)

    return answered


def limited(application: Application, *, at_once: int) -> Application:
    """Answer 503 while ``at_once`` requests are being answered; connections that wait do not count."""
    running = 0

    async def answered(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal running
        if running >= at_once:
            await _say_refusal(send, problem(TooBusy(), language="en"), (b"retry-after", b"5"))
            return
        running += 1
        try:
            await application(scope, receive, send)
        finally:
            running -= 1

    return answered


def unproxied(application: Application) -> Application:
    """Say once that requests came through a proxy nobody named: all visitors would share its limits."""
    said = False

    async def answered(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal said
        if not said and any(name == b"x-forwarded-for" for name, _ in scope.get("headers", ())):
            said = True
            _LOG.warning(_UNNAMED)
        await application(scope, receive, send)

    return answered


def _announced(scope: Message) -> int:
    value = dict(scope.get("headers", ())).get(b"content-length", b"0")
    return int(value) if value.isdigit() and len(value) < 20 else 0  # noqa: PLR2004 - 64 bits


async def longest_upload(scope: Message) -> int:
    """Where files may be sent, the length of a body with one; for strangers only where it is public."""
    path = scope.get("path", "")
    if scope.get("method") != "POST" or path not in uploads.LARGEST:
        return 0
    if path in uploads.SIGNED_IN_ONLY:
        async with ThreadSensitiveContext():
            if not await sync_to_async(_is_signed_in)(scope):
                return 0
    return uploads.LARGEST[path] + uploads.FORM_BESIDE


def _is_signed_in(scope: Message) -> bool:
    request = _with_session(scope)
    try:
        return accounts.person_of(request) is not None
    finally:
        close_old_connections()


def _with_session(scope: Message) -> HttpRequest:
    """The head of a request, and who sends it."""
    request = ASGIRequest(scope, io.BytesIO())
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    AuthenticationMiddleware(lambda _: HttpResponse()).process_request(request)
    return request


async def _refuse(scope: Message, send: Send, longest: int) -> None:
    """A page for people, problem+json for programs."""
    error = BodyTooLong(limit=longest)
    close = (b"connection", b"close")
    if scope.get("path", "").startswith("/api/"):
        await _say_refusal(send, problem(error, language="en"), close)
        return
    async with ThreadSensitiveContext():
        await _say_refusal(send, await sync_to_async(_refusal_page)(scope, error), close)


def _refusal_page(scope: Message, error: BodyTooLong) -> HttpResponse:
    try:
        return headers(lambda request: answer(request, error))(_with_session(scope))
    finally:
        close_old_connections()


async def _say_refusal(send: Send, refusal: HttpResponse, header: tuple[bytes, bytes]) -> None:
    said = [(name.lower().encode(), value.encode()) for name, value in refusal.items()]
    head = [*said, header]
    await send({"type": "http.response.start", "status": refusal.status_code, "headers": head})
    await send({"type": "http.response.body", "body": refusal.content})


def application() -> Application:
    """Call it after ``bootstrap.start``."""
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    inner = cast("Application", get_asgi_application())
    uploads.sweep()
    inside = bounded(inner, longest=LONGEST_BODY, of=longest_upload)
    return limited(inside, at_once=MOST_AT_ONCE)
