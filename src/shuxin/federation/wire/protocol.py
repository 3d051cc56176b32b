"""Connections of peers: each carries its certificate's fingerprint, and none may hold the server up.

uvicorn has no limit for a request that never comes; a peer that sends parts may be silent between two of them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from shuxin.federation.domain.card import fingerprint_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Message, Receive, Send], Awaitable[None]]

FINGERPRINT = "shuxin.fingerprint"
"""Under which the ASGI scope has the SHA-256 of the peer's certificate."""

SILENCE, HEAD = "silence", "head"
SECONDS_FOR_HEAD = 10
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


class Connections:
    """The open connections of one server (连接), counted by certificate.

    When a peer has too many, its oldest silent one goes: what a killed process left open never locks it out.
    """

    def __init__(self, *, most: int = MOST, most_each: int = MOST_EACH) -> None:
        self._most, self._most_each = most, most_each
        self._open: dict[PeerProtocol, str] = {}
        self._silent: dict[PeerProtocol, str] = {}
        self._count: Counter[str] = Counter()

    def enter(self, one: PeerProtocol, *, peer: str) -> bool:
        """Whether it may stay."""
        if self._count[peer] >= self._most_each and not self._drop_silent(peer):
            return False
        if len(self._open) >= self._most:
            return False
        self._open[one] = self._silent[one] = peer
        self._count[peer] += 1
        return True

    def speaking(self, one: PeerProtocol) -> None:
        self._silent.pop(one, None)

    def silent(self, one: PeerProtocol) -> None:
        if one in self._open:
            self._silent[one] = self._open[one]

    def leave(self, one: PeerProtocol) -> None:
        self._silent.pop(one, None)
        peer = self._open.pop(one, None)
        if peer is not None:
            self._count[peer] -= 1
            if not self._count[peer]:
                del self._count[peer]

    def _drop_silent(self, peer: str) -> bool:
        found = next((one for one, of in self._silent.items() if of == peer), None)
        if found is None:
            return False
        self.leave(found)
        found.drop()
        return True


class PeerProtocol(H11Protocol):
    """uvicorn's protocol with the peer's fingerprint in the scope and a time for each stage of a request."""

    def __init__(self, *, book: Connections, garbled: bytes, **given: Any) -> None:
        """``garbled``: the body of the answer to what is no HTTP."""
        super().__init__(**given)
        self._book, self._garbled = book, garbled
        self._stage: object = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        peer = _fingerprint(transport)
        self.app = _naming(self.app, peer)
        if self._book.enter(self, peer=peer):
            self._watch(HEAD)
        else:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._book.leave(self)
        self._stop_timer()

    def handle_events(self) -> None:
        super().handle_events()
        self._watch(self._reached())

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._watch(self._reached())

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

    def drop(self) -> None:
        self._stop_timer()
        self.transport.abort()

    def _reached(self) -> object:
        """Before a head, whether some of it is there already."""
        state = self.conn.their_state
        if state is not h11.IDLE:
            return state
        return HEAD if self.conn.trailing_data[0] or self._stage is HEAD else SILENCE

    def _watch(self, stage: object) -> None:
        """The time runs from the beginning of a stage, not from the last byte."""
        if stage is self._stage:
            return
        self._stage = stage
        self._stop_timer()
        if stage in SECONDS:
            self._timer = self.loop.call_later(SECONDS[stage], self.drop)
        if stage is SILENCE:
            self._book.silent(self)
        else:
            self._book.speaking(self)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


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
