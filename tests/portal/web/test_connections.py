"""Whose a connection is, and the times of each stage, without a server; test_serve.py has one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from shuxin.infra.connections import Connections
from shuxin.portal.web.asgi import limited
from shuxin.portal.web.connections import MOST, MOST_EACH, BoundedProtocol, proxies

if TYPE_CHECKING:
    from shuxin.portal.web.asgi import Message, Send

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"


class Wire(asyncio.Transport):
    """The other side of a protocol."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        super().__init__({"peername": (address, 1), "sockname": ("192.0.2.9", 2)})
        self.aborted = False
        self.sent = b""

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted

    def write(self, data: Any) -> None:
        self.sent += data

    def close(self) -> None:
        self.aborted = True


class TestWhose:
    def whose(self, address: str, exempt: str = "") -> str:
        made = BoundedProtocol.__new__(BoundedProtocol)
        made.client, made._exempt = (address, 1), proxies(exempt)
        return made.whose()

    def test_users_of_ipv6_have_one_share_and_proxies_none(self) -> None:
        assert self.whose("2001:db8::1") == self.whose("2001:db8::2") != ""
        assert self.whose("2001:db8:0:1::2") != self.whose("2001:db8::2")
        for address in ("192.0.2.7", "198.51.100.3"):
            assert not self.whose(address, exempt="192.0.2.7, 198.51.100.0/24")
        assert self.whose("192.0.2.8", exempt="192.0.2.7, 198.51.100.0/24")


class TestBoundedProtocol:
    def protocol(self, go: asyncio.Event) -> tuple[BoundedProtocol, Wire]:
        """Its application answers when it may go."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await go.wait()
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})

        config = Config(app, log_config=None, ws="none", lifespan="off", interface="asgi3")
        made = BoundedProtocol(
            book=Connections(most=MOST, most_each=MOST_EACH),
            config=config,
            server_state=ServerState(),
            app_state={},
        )
        wire = Wire()
        made.connection_made(wire)
        return made, wire

    @pytest.mark.parametrize(
        ("sent", "dropped"),
        [(b"", True), (b"GET", True), (HEAD, False), (HEAD + b"ab", False)],
        ids=["silence", "half a head", "a head", "half a body"],
    )
    def test_drops_who_sends_no_head(
        self, monkeypatch: pytest.MonkeyPatch, sent: bytes, dropped: bool
    ) -> None:
        assert self.after(monkeypatch, sent, stage="IDLE") is dropped

    @pytest.mark.parametrize(
        ("sent", "dropped"),
        [(b"GET", False), (HEAD, True), (HEAD + b"ab", True), (HEAD + b"abc", False)],
        ids=["half a head", "a head", "half a body", "all"],
    )
    def test_drops_who_sends_no_body(
        self, monkeypatch: pytest.MonkeyPatch, sent: bytes, dropped: bool
    ) -> None:
        assert self.after(monkeypatch, sent, stage="SEND_BODY") is dropped

    def test_drops_who_reads_no_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.after(monkeypatch, HEAD + b"abc", stage="DONE")

    def after(self, monkeypatch: pytest.MonkeyPatch, sent: bytes, *, stage: str) -> bool:
        """Whether it was dropped when the time of this stage alone is over at once."""
        seconds = {each: 0 if str(each) == stage else 999 for each in BoundedProtocol.seconds}
        monkeypatch.setattr(BoundedProtocol, "seconds", seconds)

        async def run() -> bool:
            go = asyncio.Event()
            protocol, wire = self.protocol(go)
            for byte in sent:  # each byte comes alone, and none of them buys more time
                protocol.data_received(bytes([byte]))
            await asyncio.sleep(0.01)
            dropped = wire.aborted
            go.set()
            await asyncio.gather(*protocol.tasks)
            protocol.connection_lost(None)
            return dropped

        return asyncio.run(run())


class TestLimited:
    def test_answers_503_beyond_and_again_afterwards(self) -> None:
        statuses: list[int] = []

        async def run() -> None:
            go = asyncio.Event()

            async def slow(scope: Message, receive: Any, send: Send) -> None:
                await go.wait()
                await send({"type": "http.response.start", "status": 200})

            async def send(message: Message) -> None:
                if "status" in message:
                    statuses.append(message["status"])

            app = limited(slow, at_once=2)
            waiting = [asyncio.ensure_future(app({}, cast("Any", None), send)) for _ in range(3)]
            await asyncio.sleep(0)
            go.set()
            await asyncio.gather(*waiting)
            await app({}, cast("Any", None), send)

        asyncio.run(run())
        assert statuses == [503, 200, 200, 200]
