"""The node's door: one address, messages in and answers out, each on behalf of the peer whose certificate it is."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from shuxin.federation.wire.codec import MessageTooLong, decode_asked, encode
from shuxin.federation.wire.messages import (
    LONGEST_MESSAGE,
    PROTOCOL,
    Answered,
    Asked,
    Hello,
    Noted,
    Part,
    Receipt,
    Refused,
    Score,
    Word,
)
from shuxin.federation.wire.protocol import FINGERPRINT
from shuxin.infra.api import database_failures_explained
from shuxin.kernel.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotPermitted,
    ShuxinError,
    Unavailable,
)
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor

    from shuxin.federation.wire.desk import Desk
    from shuxin.federation.wire.protocol import Application, Message, Receive, Send

PATH = f"/shuxin/{PROTOCOL}"
CONTENT_TYPE = b"application/msgpack"
MOST_EACH = 16
"""Requests of one peer at once."""

_DRAINED = 4
_LONGEST_SENTENCE = 1000
_OTHER_PROTOCOL = re.compile(r"/shuxin/[0-9]{1,4}")
_LOG = logging.getLogger(__name__)
_STATUS: dict[type[ShuxinError], HTTPStatus] = {
    InvalidInput: HTTPStatus.BAD_REQUEST,
    NotPermitted: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
Result = TypeVar("Result")


class ProtocolUnknown(NotFound):
    code = "protocol_unknown"
    what = Text(
        en="this node speaks version {spoken} of the protocol between nodes",
        zh="本节点使用节点间协议第 {spoken} 版",
    )
    mend = Text(
        en="Install a version of shuxin that speaks it on both sides",
        zh="请在双方安装支持该协议版本的 shuxin",
    )


class NotAMessage(InvalidInput):
    code = "wire_request_unknown"
    what = Text(
        en="here only POST {path} with content type application/msgpack is answered",
        zh="此处仅接受 POST {path}，内容类型为 application/msgpack",
    )
    mend = Text(
        en="Let shuxin talk to this address; people use the platform's own address",
        zh="本地址仅供 shuxin 节点之间使用；人员请访问平台地址",
    )


class PeerUnknown(NotPermitted):
    code = "peer_unknown"
    what = Text(
        en="this node knows no peer with the certificate that was shown",
        zh="本节点未登记出示该证书的对方",
    )
    mend = Text(
        en="Give this node your card, and compare the fingerprint with its people by telephone",
        zh="请将名片交给本节点，并与其人员电话核对证书指纹",
    )


class NodeBusy(Unavailable):
    code = "node_busy"
    what = Text(
        en="this node is already working on {most} requests of the same peer",
        zh="本节点正在处理同一对方的 {most} 个请求",
    )
    mend = Text(en="Nothing to do: it is asked again by itself", zh="无需处理：系统会自动重试")


class NodeFailed(Unavailable):
    code = "node_failed"
    what = Text(
        en="this node failed at a request, for a reason that stands in its own log",
        zh="本节点处理请求时发生故障，原因见其自身日志",
    )
    mend = Text(
        en="Ask the people of the node to look at its log at this time",
        zh="请联系该节点人员查看对应时间的日志",
    )


class _TooLong(Exception):
    pass


class _Body:
    """One request's body, never more of it in memory than a message may have."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._more = receive, True

    async def read(self) -> bytes | None:
        """None when the peer went away. Raises _TooLong."""
        pieces: list[bytes] = []
        taken = 0
        while self._more:
            piece = await self._next()
            if piece is None:
                return None
            taken += len(piece)
            if taken > LONGEST_MESSAGE:
                raise _TooLong
            pieces.append(piece)
        return b"".join(pieces)

    async def drain(self) -> None:
        """Throw some away: who is still sending would not hear the answer."""
        left = _DRAINED * LONGEST_MESSAGE
        while self._more and left > 0:
            left -= len(await self._next() or b"")

    async def _next(self) -> bytes | None:
        message = await self._receive()
        self._more = bool(message.get("more_body", False))
        return message.get("body", b"") if message["type"] == "http.request" else None


class _Door:
    """The application: it finds out whose request this is, reads it, and asks the desk in a thread."""

    def __init__(self, desk: Desk, *, threads: ThreadPoolExecutor) -> None:
        self._desk, self._threads = desk, threads
        self._running: Counter[str] = Counter()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        body = _Body(receive)
        if misplaced := _misplaced(scope):
            await self._refuse_unread(body, send, *misplaced)
            return
        peer = await self._peer(scope[FINGERPRINT])
        if not isinstance(peer, str):
            await self._refuse_unread(body, send, _status(peer), refused(peer))
        elif self._running[peer] >= MOST_EACH:
            busy = NodeBusy(most=MOST_EACH)
            await self._refuse_unread(body, send, _status(busy), refused(busy))
        else:
            self._running[peer] += 1
            try:
                await self._answer(peer, body, send)
            finally:
                self._running[peer] -= 1

    async def _peer(self, fingerprint: str) -> str | ShuxinError:
        try:
            found = await self._in_thread(partial(self._desk.peer_of, fingerprint))
        except ShuxinError as error:
            return error
        return PeerUnknown() if found is None else found

    async def _answer(self, peer: str, body: _Body, send: Send) -> None:
        try:
            data = await body.read()
            if data is None:
                return
            message = decode_asked(data)
            answer = await self._in_thread(partial(_asked, self._desk, peer, message))
        except _TooLong:
            too_long = refused(MessageTooLong(longest=LONGEST_MESSAGE))
            await self._refuse_unread(body, send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_long)
        except ShuxinError as error:
            await _say(send, _status(error), refused(error))
        else:
            await _say(send, HTTPStatus.OK, answer)

    async def _in_thread(self, ask: Callable[[], Result]) -> Result:
        """Raises ShuxinError only."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, explained, ask)

    @staticmethod
    async def _refuse_unread(body: _Body, send: Send, status: HTTPStatus, answer: Refused) -> None:
        await body.drain()
        await _say(send, status, answer, (b"connection", b"close"))


def application(desk: Desk, *, threads: ThreadPoolExecutor) -> Application:
    """As a raw ASGI application, for a server whose protocol is ``PeerProtocol``; ``threads`` ask the desk."""
    return _Door(desk, threads=threads)


def _asked(desk: Desk, peer: str, message: Asked) -> Answered:
    if isinstance(message, Hello):
        return desk.hello(peer, message)
    if isinstance(message, Word):
        desk.word(peer, message.statement)
        return Noted()
    if isinstance(message, Part):
        return desk.part(peer, message)
    if isinstance(message, Score):
        return desk.score(peer, message)
    return desk.where(peer, message)


def explained(ask: Callable[[], Result]) -> Result:
    """In a thread of its own: every failure as a ShuxinError, and no database connection left behind too old."""
    from django.db import close_old_connections  # noqa: PLC0415 - set up by whoever serves

    try:
        with database_failures_explained():
            return ask()
    except ShuxinError:
        raise
    except Exception as error:  # outermost: the peer gets an answer, the log the reason
        _LOG.exception("a request of a peer failed")
        raise NodeFailed from error
    finally:
        close_old_connections()


def _misplaced(scope: Message) -> tuple[HTTPStatus, Refused] | None:
    """What is wrong before anything is read."""
    path, error = scope["path"], NotAMessage(path=PATH)
    if path != PATH and _OTHER_PROTOCOL.fullmatch(path):
        return HTTPStatus.NOT_FOUND, refused(ProtocolUnknown(spoken=PROTOCOL))
    if path != PATH:
        return HTTPStatus.NOT_FOUND, refused(error)
    if scope["method"] != "POST":
        return HTTPStatus.METHOD_NOT_ALLOWED, refused(error)
    headers = dict(scope["headers"])
    if headers.get(b"content-type") != CONTENT_TYPE:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, refused(error)
    if _announced(headers) > LONGEST_MESSAGE:
        too_long = MessageTooLong(longest=LONGEST_MESSAGE)
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, refused(too_long)
    return None


def _announced(headers: dict[bytes, bytes]) -> int:
    value = headers.get(b"content-length", b"0")
    return int(value) if value.isdigit() and len(value) < 20 else 0  # noqa: PLR2004 - 64 bits


def refused(error: ShuxinError) -> Refused:
    later = isinstance(error, Unavailable) and not isinstance(error, NodeFailed)
    english, chinese = (error.say(language)[:_LONGEST_SENTENCE] for language in ("en", "zh"))
    receipt = error.proof if isinstance(error.proof, Receipt) else None
    return Refused(code=error.code, en=english, zh=chinese, later=later, receipt=receipt)


def _status(error: ShuxinError) -> HTTPStatus:
    return next(status for kind, status in _STATUS.items() if isinstance(error, kind))


async def _say(
    send: Send, status: HTTPStatus, answer: Answered, *more: tuple[bytes, bytes]
) -> None:
    body = encode(answer)
    length = str(len(body)).encode()
    head = [(b"content-type", CONTENT_TYPE), (b"content-length", length), *more]
    await send({"type": "http.response.start", "status": int(status), "headers": head})
    await send({"type": "http.response.body", "body": body})
