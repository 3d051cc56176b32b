"""A listening node with a desk of its own, and peers made for the purpose."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from shuxin.federation.domain.card import fingerprint
from shuxin.federation.wire.client import PeerClient
from shuxin.federation.wire.messages import Hello, Scored, Taken
from shuxin.federation.wire.server import NodeServer, serve
from shuxin.federation.wire.tls import TlsFiles, make_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.federation.wire.messages import Part, Score, Where

NOW = dt.datetime.now(dt.UTC)
SERVER, PEER, OTHER = (f"uscc:9144030070846113{end}X" for end in ("4A", "4B", "4C"))


def made(folder: Path, *, party: str = PEER, at: dt.datetime = NOW) -> tuple[TlsFiles, str]:
    """Files of a new key and certificate, and the certificate."""
    folder.mkdir(parents=True, exist_ok=True)
    files = TlsFiles(folder / "tls.key", folder / "tls.crt")
    new = make_certificate(party=party, name="测试", host="127.0.0.1", now=at)
    files.keep(new)
    return files, new.certificate


@dataclass
class FakeDesk:
    """Keeps what it is given, and fails as it is told."""

    known: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, object]] = field(default_factory=list)
    failure: Exception | None = None
    gate: threading.Event | None = None
    inside: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def reset(self) -> None:
        self.known, self.seen, self.failure, self.gate = {}, [], None, None
        self.inside = threading.Semaphore(0)

    def peer_of(self, fingerprint: str) -> str | None:
        return self.known.get(fingerprint)

    def hello(self, peer: str, message: Hello) -> Hello:
        self._take(peer, message)
        return message

    def word(self, peer: str, statement: bytes) -> None:
        self._take(peer, statement)

    def part(self, peer: str, message: Part) -> Taken:
        self._take(peer, message)
        return Taken(parts=message.number + 1, complete=False)

    def where(self, peer: str, message: Where) -> Taken:
        self._take(peer, message)
        return Taken(parts=0, complete=False)

    def score(self, peer: str, message: Score) -> Scored:
        self._take(peer, message)
        return Scored(answer=message.nonce, refused=[0], reasons=["withdrawn"])

    def _take(self, peer: str, what: object) -> None:
        self.inside.release()
        if self.gate is not None:
            self.gate.wait(20)
        if self.failure is not None:
            raise self.failure
        self.seen.append((peer, what))


@dataclass
class Node:
    """What tests need of a server that runs in a thread."""

    desk: FakeDesk
    folder: Path
    certificate: str
    pinned: list[str]
    server: NodeServer
    thread: threading.Thread

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.server.port}"

    def pin(self, certificate: str, *, party: str = PEER) -> None:
        self.desk.known[fingerprint(certificate)] = party
        self.pinned.append(certificate)

    def forget(self) -> None:
        if self.desk.gate is not None:
            self.desk.gate.set()
        self.desk.reset()
        self.pinned.clear()
        self.server.look()

    def client(self, files: TlsFiles, *, seconds: float = 20) -> PeerClient:
        return PeerClient(
            party=SERVER,
            address=self.address,
            certificate_pem=self.certificate,
            files=files,
            timeout_seconds=seconds,
        )

    def raw(self, files: TlsFiles) -> ssl.SSLSocket:
        """A bare connection of a peer."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(cadata=self.certificate)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        files.load_into(context)
        plain = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
        return context.wrap_socket(plain)

    def says(self, files: TlsFiles, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to raw bytes."""
        with closing(self.raw(files)) as connection:
            connection.sendall(request)
            return read_answer(connection)


def read_answer(connection: ssl.SSLSocket) -> tuple[int, bytes]:
    """Status and body of one answer. Raises ConnectionError when there is none."""
    answer = b""
    while True:
        head, end, body = answer.partition(b"\r\n\r\n")
        lines = [line.split(b": ") for line in head.lower().split(b"\r\n")]
        length = next((int(value[0]) for name, *value in lines if name == b"content-length"), None)
        if end and length is not None and len(body) >= length:
            return _status(head), body
        chunk = connection.recv(65536)
        if not chunk and end and length is None:
            return _status(head), body
        if not chunk:
            raise ConnectionError
        answer += chunk


def _status(head: bytes) -> int:
    word = head.split()[1]
    return int(word) if word.isdigit() else 0


@contextmanager
def running(folder: Path) -> Iterator[Node]:
    """Stopped at the end, and then its thread is over."""
    files, certificate = made(folder / "server", party=SERVER)
    desk, pinned = FakeDesk(), list[str]()
    server = serve(
        desk=desk,
        host="127.0.0.1",
        port=0,
        files=files,
        peers=lambda: tuple(pinned),
        on_started=lambda _: None,
    )
    thread = threading.Thread(target=server.run, daemon=True)
    one = Node(desk, folder, certificate, pinned, server, thread)
    thread.start()
    yield one
    one.forget()
    server.stop()
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def shared_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with running(tmp_path_factory.mktemp("node")) as one:
        yield one


@pytest.fixture
def node(shared_node: Node, tmp_path: Path) -> Iterator[Node]:
    """As new: it knows nobody and has seen nothing."""
    shared_node.folder = tmp_path
    yield shared_node
    shared_node.forget()


@pytest.fixture
def own_node(tmp_path: Path) -> Iterator[Node]:
    """For a test that stops it."""
    with running(tmp_path) as one:
        yield one


def known_peer(node: Node) -> TlsFiles:
    files, certificate = made(node.folder / "peer")
    node.pin(certificate)
    node.server.look()
    return files


@pytest.fixture
def peer(node: Node) -> TlsFiles:
    """Files of a peer that the node knows and lets in."""
    return known_peer(node)


def eventually(holds: object, *, tries: int = 400) -> None:
    """Fails after some twenty seconds; how long it took is not judged."""
    for _ in range(tries):
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.05)
    pytest.fail("it did not come to pass")
