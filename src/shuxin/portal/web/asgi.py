"""The platform as an ASGI application; a body longer than the limit is refused before Django sees it."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, cast

from django.core.asgi import get_asgi_application

from shuxin.portal.web.problem import BodyTooLong, TooBusy, problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from django.http import HttpResponse

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
        until = self._taken + _DRAINED * self._longest
        while self._more and self._taken < until:
            with contextlib.suppress(_TooLong):
                await self()


def bounded(application: Application, *, longest: int) -> Application:
    """Refuse bodies over ``longest`` bytes with 413, whether or not their length was announced."""

    async def answered(scope: Message, receive: Receive, send: Send) -> None:
        counted = _Counted(receive, longest=longest)
        too_long = _announced(scope) > longest
        if not too_long:
            try:
                await application(scope, counted, send)
            except _TooLong:
                too_long = True
        if too_long:
            await counted.drain()
            await _refuse(send, longest)

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


async def _refuse(send: Send, longest: int) -> None:
    refusal = problem(BodyTooLong(limit=longest), language="en")
    await _say_refusal(send, refusal, (b"connection", b"close"))


async def _say_refusal(send: Send, refusal: HttpResponse, header: tuple[bytes, bytes]) -> None:
    head = [(b"content-type", b"application/problem+json"), header]
    await send({"type": "http.response.start", "status": refusal.status_code, "headers": head})
    await send({"type": "http.response.body", "body": refusal.content})


def application() -> Application:
    """Call it after ``bootstrap.start``."""
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    inner = cast("Application", get_asgi_application())
    return limited(bounded(inner, longest=LONGEST_BODY), at_once=MOST_AT_ONCE)
