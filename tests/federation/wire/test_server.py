"""A listening node on a port of this machine, and strangers, peers and broken clients before its door."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import h11
import pytest
from django.db import OperationalError
from tests.federation.wire.conftest import (
    NOW,
    OTHER,
    PEER,
    eventually,
    known_peer,
    made,
    read_answer,
)

from shuxin.federation.wire import door, protocol
from shuxin.federation.wire.codec import decode_answered, encode
from shuxin.federation.wire.door import MOST_EACH
from shuxin.federation.wire.messages import LONGEST_MESSAGE, Hello, Noted, Part, Refused, Word
from shuxin.federation.wire.server import NodePortTaken, NodeServer, serve
from shuxin.infra.api import DiskFull

if TYPE_CHECKING:
    from pathlib import Path

    from tests.federation.wire.conftest import Node

    from shuxin.federation.wire.tls import TlsFiles

HELLO = Hello(party=PEER, protocols=[1], software="shuxin 0", now=NOW.isoformat())
HEAD = b"POST /shuxin/1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/msgpack\r\n"


def post(body: bytes, *, head: bytes = HEAD) -> bytes:
    return head + b"content-length: %d\r\n\r\n" % len(body) + body


def refused(node: Node, files: TlsFiles, request: bytes) -> tuple[int, str]:
    status, body = node.says(files, request)
    answer = decode_answered(body)
    assert isinstance(answer, Refused)
    assert answer.en
    assert answer.zh
    return status, answer.code


class TestDoor:
    def test_gives_each_message_to_the_desk_with_the_peer_of_the_certificate(
        self, node: Node, peer: TlsFiles
    ) -> None:
        status, body = node.says(peer, post(encode(Word(statement=b"{}"))))
        assert (status, decode_answered(body)) == (200, Noted())
        assert node.desk.seen == [(PEER, b"{}")]

    @pytest.mark.parametrize(
        ("request_", "status", "code"),
        [
            (post(b"", head=HEAD.replace(b"shuxin/1", b"shuxin/2")), 404, "protocol_unknown"),
            (post(b"", head=HEAD.replace(b"shuxin/1", b"shuxin/0001")), 404, "protocol_unknown"),
            (post(b"", head=HEAD.replace(b"/shuxin/1", b"/admin")), 404, "wire_request_unknown"),
            (post(b"", head=HEAD.replace(b"POST", b"GET")), 405, "wire_request_unknown"),
            (post(b"", head=HEAD.replace(b"msgpack", b"json")), 415, "wire_request_unknown"),
            (post(b"", head=HEAD.replace(b"content-type", b"x")), 415, "wire_request_unknown"),
            (post(b"not a message"), 400, "message_invalid"),
            (post(encode(HELLO)[:-1]), 400, "message_invalid"),
            (post(encode(HELLO) + b"\xc0"), 400, "message_invalid"),
            (post(encode(Noted())), 400, "message_invalid"),
            (post(bytes(LONGEST_MESSAGE + 1)), 413, "message_too_long"),
            (HEAD + b"content-length: 99999999999\r\n\r\n", 413, "message_too_long"),
            (b"no HTTP\r\n\r\n", 400, "message_invalid"),
            (HEAD + b"content-length: -1\r\n\r\n", 400, "message_invalid"),
        ],
        ids=[
            "another version",
            "a version written otherwise",
            "another path",
            "GET",
            "another type",
            "no type",
            "noise",
            "truncated",
            "trailing",
            "an answer",
            "oversized",
            "oversized by its own word",
            "no HTTP",
            "a negative length",
        ],
    )
    def test_refuses_in_its_own_language_and_changes_nothing(
        self,
        node: Node,
        peer: TlsFiles,
        monkeypatch: pytest.MonkeyPatch,
        request_: bytes,
        status: int,
        code: str,
    ) -> None:
        monkeypatch.setattr(door, "_DRAINED", 2 if len(request_) > LONGEST_MESSAGE else 0)
        assert refused(node, peer, request_) == (status, code)
        assert node.desk.seen == []

    def test_names_the_version_it_speaks(self, node: Node, peer: TlsFiles) -> None:
        _, body = node.says(peer, post(b"", head=HEAD.replace(b"shuxin/1", b"shuxin/7")))
        answer = decode_answered(body)
        assert isinstance(answer, Refused)
        assert "version 1 " in answer.en

    def test_counts_what_comes_without_announced_length(self, node: Node, peer: TlsFiles) -> None:
        chunk = b"%x\r\n" % 65536 + bytes(65536) + b"\r\n"
        request = HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunk * 20 + b"0\r\n\r\n"
        assert refused(node, peer, request) == (413, "message_too_long")

    @pytest.mark.parametrize(
        ("failure", "status", "code", "later"),
        [
            (DiskFull(folder="store"), 503, "disk_full", True),
            (OperationalError("database is locked at /secret"), 503, "database_busy", True),
            (NodePortTaken(host="h", port=1), 409, "node_port_taken", False),
            (ZeroDivisionError("secret"), 503, "node_failed", False),
        ],
        ids=["unavailable", "database", "final", "a bug"],
    )
    def test_says_a_failure_of_the_desk_and_not_its_secrets(
        self,
        node: Node,
        peer: TlsFiles,
        failure: Exception,
        status: int,
        code: str,
        later: bool,
    ) -> None:
        node.desk.failure = failure
        got, body = node.says(peer, post(encode(HELLO)))
        answer = decode_answered(body)
        assert isinstance(answer, Refused)
        assert (got, answer.code, answer.later) == (status, code, later)
        assert b"secret" not in body

    def test_refuses_a_peer_more_than_it_can_have_at_once_and_no_other(
        self, node: Node, peer: TlsFiles
    ) -> None:
        other, certificate = made(node.folder / "other", party=OTHER)
        node.pin(certificate, party=OTHER)
        node.server.look()
        node.desk.gate = threading.Event()
        waiting = [node.raw(peer) for _ in range(MOST_EACH)]
        for each in waiting:
            each.sendall(post(encode(HELLO)))
        for _ in waiting:
            assert node.desk.inside.acquire(timeout=20)
        assert refused(node, peer, post(encode(HELLO))) == (503, "node_busy")
        with closing(node.raw(other)) as third:
            third.sendall(post(encode(HELLO)))
            assert node.desk.inside.acquire(timeout=20)
            node.desk.gate.set()
            assert read_answer(third)[0] == 200
        for each in waiting:
            assert read_answer(each)[0] == 200
            each.close()


class TestStrangers:
    def fails(self, node: Node, context: ssl.SSLContext) -> None:
        """In TLS 1.3 a client hears of it when it first reads."""
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", node.server.port), timeout=20)
        with pytest.raises(OSError), context.wrap_socket(plain) as connection:
            connection.sendall(post(encode(HELLO)))
            if connection.recv(1) == b"":
                raise ConnectionError
        plain.close()
        assert node.desk.seen == []

    def test_without_a_certificate(self, node: Node, peer: TlsFiles) -> None:
        self.fails(node, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    def test_with_a_certificate_that_nobody_pinned(self, node: Node, peer: TlsFiles) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        made(node.folder / "stranger")[0].load_into(context)
        self.fails(node, context)

    def test_with_an_expired_certificate(self, node: Node) -> None:
        files, certificate = made(node.folder / "old", at=NOW - dt.timedelta(days=731))
        node.pin(certificate)
        node.server.look()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        files.load_into(context)
        self.fails(node, context)

    def test_with_tls_1_2(self, node: Node, peer: TlsFiles) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        peer.load_into(context)
        self.fails(node, context)

    def test_without_tls(self, node: Node, peer: TlsFiles) -> None:
        with socket.create_connection(("127.0.0.1", node.server.port), timeout=20) as plain:
            plain.sendall(post(encode(HELLO)))
            with pytest.raises(ConnectionError):
                if b"HTTP" not in plain.recv(99):
                    raise ConnectionError
        assert node.desk.seen == []


class TestPeersComeAndGo:
    def test_one_added_gets_in_by_itself_and_one_removed_does_not(self, node: Node) -> None:
        files, certificate = made(node.folder / "late")
        node.pin(certificate)

        def gets_in() -> bool:
            try:
                return node.says(files, post(encode(HELLO)))[0] == 200
            except (OSError, IndexError):
                return False

        eventually(gets_in)
        with closing(node.raw(files)) as kept:
            node.desk.known.clear()
            kept.sendall(post(encode(HELLO)))
            assert read_answer(kept)[0] == 403
        assert refused(node, files, post(encode(HELLO))) == (403, "peer_unknown")
        node.pinned.clear()
        node.server.look()
        assert not gets_in()

    def test_a_failing_look_keeps_those_read_last(
        self, node: Node, peer: TlsFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looked = threading.Event()

        def broken() -> tuple[str, ...]:
            looked.set()
            raise OperationalError("gone")

        with monkeypatch.context() as patched:
            patched.setattr(node.server, "_peers", broken)
            assert looked.wait(20)
            assert node.says(peer, post(encode(HELLO)))[0] == 200


class TestTimes:
    @pytest.mark.parametrize(
        ("stage", "sent"),
        [
            (protocol.HEAD, b""),
            (protocol.HEAD, HEAD),
            (h11.SEND_BODY, HEAD + b"content-length: 9\r\n\r\nabc"),
            (protocol.SILENCE, post(encode(HELLO))),
            (protocol.HEAD, post(encode(HELLO)) + b"POST /"),
        ],
        ids=["nothing", "half a head", "half a body", "silence after", "half a second head"],
    )
    def test_who_says_nothing_more_is_dropped(
        self,
        node: Node,
        peer: TlsFiles,
        monkeypatch: pytest.MonkeyPatch,
        stage: object,
        sent: bytes,
    ) -> None:
        """Only this stage's time is short; without it, the read below would wait its full twenty seconds."""
        monkeypatch.setattr(protocol.PeerProtocol, "seconds", {**protocol.SECONDS, stage: 0.3})
        with closing(node.raw(peer)) as connection:
            connection.sendall(sent)
            answered = b""
            with pytest.raises(ConnectionError):
                while chunk := connection.recv(999):
                    answered += chunk
                raise ConnectionError
        assert answered.startswith(b"HTTP/1.1 200") is sent.startswith(post(encode(HELLO)))

    def test_a_sender_may_pause_between_two_parts(
        self, node: Node, peer: TlsFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            protocol.PeerProtocol, "seconds", {**protocol.SECONDS, protocol.HEAD: 0.3}
        )
        with closing(node.raw(peer)) as connection:
            for _ in range(2):
                connection.sendall(post(encode(HELLO)))
                assert read_answer(connection)[0] == 200
                threading.Event().wait(0.6)

    def test_an_answer_waits_until_the_part_is_kept(self, node: Node, peer: TlsFiles) -> None:
        node.desk.gate = threading.Event()
        part = Part(
            job="a" * 64,
            name="tags",
            number=0,
            total=1,
            digest=bytes(32),
            whole=bytes(32),
            data=b"x",
        )
        with closing(node.raw(peer)) as connection:
            connection.sendall(post(encode(part)))
            assert node.desk.inside.acquire(timeout=20)
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            node.desk.gate.set()
            connection.settimeout(20)
            assert read_answer(connection)[0] == 200


class TestConnections:
    def test_a_peer_has_only_so_many_and_its_silent_ones_go_first(
        self, node: Node, peer: TlsFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        book = node.server._book
        monkeypatch.setattr(book, "_most_each", 2)
        kept = [node.raw(peer) for _ in range(2)]
        for each in kept:
            each.sendall(post(encode(HELLO)))
            assert read_answer(each)[0] == 200
        assert node.says(peer, post(encode(HELLO)))[0] == 200
        with pytest.raises(ConnectionError):
            if not kept[0].recv(1):
                raise ConnectionError
        for each in kept:
            each.close()
        eventually(lambda: not book._open)


class TestServe:
    def test_stops_with_open_silent_connections_and_frees_the_port(self, own_node: Node) -> None:
        """The fixture fails when its thread is not over in time."""
        own, peer = own_node, known_peer(own_node)
        silent = own.raw(peer)
        silent.sendall(post(encode(HELLO)))
        assert read_answer(silent)[0] == 200
        port = own.server.port
        own.server.stop()
        own.thread.join(9)
        assert not own.thread.is_alive()
        socket.create_server(("127.0.0.1", port)).close()
        silent.close()

    def test_answers_what_runs_before_it_stops(self, own_node: Node) -> None:
        own, peer = own_node, known_peer(own_node)
        own.desk.gate = threading.Event()
        with closing(own.raw(peer)) as connection:
            connection.sendall(post(encode(HELLO)))
            assert own.desk.inside.acquire(timeout=20)
            own.server.stop()
            own.desk.gate.set()
            assert read_answer(connection)[0] == 200

    def test_says_that_the_port_is_taken(self, node: Node, tmp_path: Path) -> None:
        files, _ = made(tmp_path / "second")
        started: list[NodeServer] = []
        with pytest.raises(NodePortTaken):
            serve(
                desk=node.desk,
                host="127.0.0.1",
                port=node.server.port,
                files=files,
                peers=tuple,
                on_started=started.append,
            )
        assert started == []
