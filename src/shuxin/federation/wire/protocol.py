"""Connections of peers: each carries its certificate's fingerprint, and none may hold the server up.

A peer that sends parts may be silent between two of them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import h11

from shuxin.federation.domain.card import fingerprint_of
from shuxin.infra.api import SECONDS_FOR_HEAD, TimedProtocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Message, Receive, Send], Awaitable[None]]

FINGERPRINT = "shuxin.fingerprint"
"""Under which the ASGI scope has the SHA-256 of the peer's certificate."""

SILENCE, HEAD = "silence", "head"
SECONDS_BETWEEN = 150
"""How long a connection may be silent between two requests."""
SECONDS: dict[object, float] = {
    SILENCE: SECONDS_BETWEEN,
    HEAD: SECONDS_FOR_HEAD,
    h11.SEND_BODY: 60,
    h11.DONE: 300,
    h11.MUST_CLOSE: 300,
}
"""How long a peer may be silent, then take to send a head, then a body, then to read the answer."""
SECONDS_TO_CLOSE = 1
"""How long a closed connection waits for the peer to close it too."""

MOST, MOST_EACH = 512, 32
"""Open connections of all peers, and of one."""


class PeerProtocol(TimedProtocol):
    """A connection with the peer's fingerprint in the scope, counted by it (对方连接)."""

    seconds = SECONDS
    first, resting = HEAD, SILENCE

    def __init__(self, *, garbled: bytes, **given: Any) -> None:
        """``garbled``: the body of the answer to what is no HTTP."""
        super().__init__(**given)
        self._garbled = garbled

    def whose(self) -> str:
        return _fingerprint(self.transport)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        self.app = _naming(self.app, _fingerprint(transport))
        super().connection_made(transport)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self.watch(self.reached())

    def reached(self) -> object:
        """Before a head, whether some of it is there already."""
        state = super().reached()
        if state is not h11.IDLE:
            return state
        return HEAD if self.conn.trailing_data[0] or self._stage is HEAD else SILENCE

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered like everything else."""
        head = [(b"content-type", b"application/msgpack"), (b"connection", b"close")]
        for event in (
            h11.Response(status_code=400, headers=head, reason=msg.encode()),
            h11.Data(data=self._garbled),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class PeerLoop(asyncio.SelectorEventLoop):
    """An event loop whose servers give a TLS handshake no more time than a head, and a farewell less."""

    async def create_server(self, *args: Any, **given: Any) -> asyncio.Server:
        given["ssl_handshake_timeout"] = SECONDS_FOR_HEAD
        given["ssl_shutdown_timeout"] = SECONDS_TO_CLOSE
        return await super().create_server(*args, **given)


def _fingerprint(transport: asyncio.Transport) -> str:
    """The handshake is over, so there is a certificate."""
    tls = transport.get_extra_info("ssl_object")
    return fingerprint_of(tls.getpeercert(binary_form=True) or b"") if tls else ""


def _naming(application: Any, peer: str) -> Application:
    async def answered(scope: Message, receive: Receive, send: Send) -> None:
        scope[FINGERPRINT] = peer
        await application(scope, receive, send)

    return answered
