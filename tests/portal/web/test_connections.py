"""The book of connections and the times of each stage, without a server; test_serve.py has one."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.server import ServerState

from shuxin.portal.web import connections
from shuxin.portal.web.asgi import limited
from shuxin.portal.web.connections import BoundedProtocol, Connections, proxies

if TYPE_CHECKING:
    from shuxin.portal.web.asgi import Message, Send

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"


class Peer:
    """A connection as the book sees it."""

    dropped = False

    def drop(self) -> None:
        self.dropped = True


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


steps = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["speaks", "leaves", "waits"])))


class TestConnections:
    @given(steps)
    def test_never_has_more_than_it_may_and_always_knows_how_many(
        self, steps: list[tuple[int, str]]
    ) -> None:
        book, inside = Connections(most=6, most_each=3), {}
        for number, act in steps:
            address, peer = f"192.0.2.{number}", Peer()
            one = cast("BoundedProtocol", peer)
            if book.enter(one, address=address):
                inside[peer] = address
            if act == "speaks":
                book.heard(one)
            elif act == "leaves":
                book.leave(one)
                inside.pop(peer, None)
            inside = {peer: of for peer, of in inside.items() if not peer.dropped}
            assert len(inside) <= 6
            assert all(count <= 3 for count in Counter(inside.values()).values())
            assert dict(book._count) == Counter(inside.values())

    def test_the_oldest_silent_one_makes_room(self) -> None:
        book, peers = Connections(most_each=2), [Peer() for _ in range(4)]
        first, second, third, fourth = (cast("BoundedProtocol", peer) for peer in peers)
        book.enter(first, address="192.0.2.1")
        book.enter(second, address="192.0.2.1")
        book.heard(first)
        assert book.enter(third, address="192.0.2.1")
        assert [peer.dropped for peer in peers] == [False, True, False, False]
        book.heard(third)
        assert not book.enter(fourth, address="192.0.2.1")
        assert book.enter(fourth, address="192.0.2.2")

    def test_users_of_ipv6_have_one_share_and_proxies_none(self) -> None:
        book = Connections(most_each=1, exempt=proxies("192.0.2.7, 198.51.100.0/24"))
        taken = cast("BoundedProtocol", Peer())
        book.enter(taken, address="2001:db8::1")
        book.heard(taken)
        assert not book.enter(cast("BoundedProtocol", Peer()), address="2001:db8::2")
        assert book.enter(cast("BoundedProtocol", Peer()), address="2001:db8:0:1::2")
        for address in ("192.0.2.7", "198.51.100.3") * 3:
            one = cast("BoundedProtocol", Peer())
            assert book.enter(one, address=address)
            book.heard(one)


class TestBoundedProtocol:
    def protocol(self, go: asyncio.Event) -> tuple[BoundedProtocol, Wire]:
        """Its application answers when it may go."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await go.wait()
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})

        config = Config(app, log_config=None, ws="none", lifespan="off", interface="asgi3")
        made = BoundedProtocol(
            book=Connections(), config=config, server_state=ServerState(), app_state={}
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
        seconds = {each: 0 if str(each) == stage else 999 for each in connections.SECONDS}
        monkeypatch.setattr(connections, "SECONDS", seconds)

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
