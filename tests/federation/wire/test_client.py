"""A client before a node, and before whatever else may answer at its address."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from tests.federation.wire.conftest import NOW, PEER, SERVER, made, read_answer

from shuxin.federation.domain.card import fingerprint
from shuxin.federation.wire import client as wire_client
from shuxin.federation.wire.client import (
    CertificateExpired,
    PeerClient,
    PeerNotTrusted,
    PeerRefused,
    PeerUnreachable,
)
from shuxin.federation.wire.codec import LONGEST_ANSWER, encode
from shuxin.federation.wire.messages import (
    Hello,
    Noted,
    Part,
    Refused,
    Score,
    Scored,
    Taken,
    Where,
)
from shuxin.infra.api import DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.federation.wire.conftest import Node

    from shuxin.federation.wire.tls import TlsFiles

HELLO = Hello(party=PEER, protocols=[1], software="shuxin 0", now=NOW.isoformat())
A_PART = Part(
    job="a" * 64,
    name="tags",
    number=0,
    total=1 << 20,
    digest=bytes(32),
    whole=bytes(32),
    data=bytes(1 << 20),
)
A_SCORE = Score(
    service="a" * 64,
    holders=[SERVER],
    subjects=["91350200000000001R"],
    nonce=bytes(range(32)),
    request=b"{}",
    words=[b"{}"],
)


@contextmanager
def answering(folder: Path, *answers: bytes, drip: bool = False) -> Iterator[PeerClient]:
    """A client before a server that has the right certificate and these answers, and then hangs up."""
    files, certificate = made(folder / "false", party=SERVER)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files.load_into(context)
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def answer() -> None:
        plain, _ = listening.accept()
        with (
            suppress(OSError),
            closing(plain),
            context.wrap_socket(plain, server_side=True) as connection,
        ):
            for one in answers:
                read_answer(connection)  # a request ends as an answer does
                connection.sendall(one)
                while drip and not over.wait(0.05):
                    connection.sendall(b"x")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    address = f"https://127.0.0.1:{listening.getsockname()[1]}"
    with PeerClient(
        party=SERVER,
        address=address,
        certificate_pem=certificate,
        files=files,
        timeout_seconds=1 if drip else 20,
    ) as made_client:
        try:
            yield made_client
        finally:
            over.set()
    thread.join(20)
    listening.close()


def http(body: bytes, *, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class TestPeerClient:
    def test_asks_all_four_over_one_connection(self, node: Node, peer: TlsFiles) -> None:
        with node.client(peer) as client:
            assert client.hello(HELLO) == HELLO
            client.word(b"{}")
            assert client.part(A_PART) == Taken(parts=1, complete=False)
            where = Where(job=A_PART.job, name="tags", whole=bytes(32))
            assert client.where(where) == Taken(parts=0, complete=False)
            shown = fingerprint(peer.certificate.read_text())
            assert list(node.server._book._open.values()).count(shown) == 1
        assert [seen for _, seen in node.desk.seen] == [HELLO, b"{}", A_PART, where]

    def test_asks_about_subjects_and_takes_the_answer_to_that(
        self, node: Node, peer: TlsFiles
    ) -> None:
        with node.client(peer) as client:
            said = client.score(A_SCORE)
        assert said == Scored(answer=A_SCORE.nonce, refused=[0], reasons=["withdrawn"])
        assert node.desk.seen == [(PEER, A_SCORE)]

    @pytest.mark.parametrize(
        "answer", [Noted(), Taken(parts=1, complete=True), HELLO], ids=lambda a: type(a).__name__
    )
    def test_no_other_answer_is_one_about_subjects(self, tmp_path: Path, answer: Noted) -> None:
        with (
            answering(tmp_path, http(encode(answer))) as client,
            pytest.raises(PeerUnreachable),
        ):
            client.score(A_SCORE)

    def test_a_refusal_comes_with_its_code_and_both_sentences(
        self, node: Node, peer: TlsFiles
    ) -> None:
        node.desk.failure = DiskFull(folder="{store}")
        with node.client(peer) as client:
            for _ in range(2):
                with pytest.raises(PeerRefused) as caught:
                    client.part(A_PART)
        refusal = caught.value
        assert (refusal.party, refusal.refusal, refusal.later) == (SERVER, "disk_full", True)
        assert "the disk of {store} is full" in refusal.say("en")
        assert "所在磁盘已满" in refusal.say("zh")

    def test_takes_a_new_connection_once_the_kept_one_was_closed(
        self, node: Node, peer: TlsFiles
    ) -> None:
        with node.client(peer) as client:
            client.hello(HELLO)
            for kept in list(node.server._book._open):
                node.server._server.servers[0].get_loop().call_soon_threadsafe(kept.drop)
            assert client.part(A_PART).parts == 1
        assert len(node.desk.seen) == 2

    def test_a_stranger_is_told_so(self, node: Node) -> None:
        files, _ = made(node.folder / "stranger")
        for ask in (lambda c: c.hello(HELLO), lambda c: c.part(A_PART)):
            with node.client(files) as client, pytest.raises(PeerNotTrusted) as caught:
                ask(client)
            assert caught.value.facts["reason"] == wire_client.WE_ARE_STRANGERS
            assert caught.value.party == SERVER

    def test_an_expired_certificate_of_its_own_is_told(self, node: Node) -> None:
        files, certificate = made(node.folder / "old", at=NOW - dt.timedelta(days=731))
        node.pin(certificate)
        node.server.look()
        with node.client(files) as client, pytest.raises(CertificateExpired) as caught:
            client.hello(HELLO)
        assert caught.value.facts["whose"] == wire_client.OURS

    def test_another_certificate_than_the_pinned_one_is_refused(
        self, node: Node, peer: TlsFiles
    ) -> None:
        _, other = made(node.folder / "other", party=SERVER)
        with (
            PeerClient(party=SERVER, address=node.address, certificate_pem=other, files=peer) as c,
            pytest.raises(PeerNotTrusted) as caught,
        ):
            c.hello(HELLO)
        assert caught.value.facts["reason"] == wire_client.OTHER_CERTIFICATE
        assert node.desk.seen == []

    @pytest.mark.parametrize(
        ("days", "error", "said"),
        [(-731, CertificateExpired, "ITS_OWN"), (2, PeerNotTrusted, "NOT_YET_VALID")],
        ids=["expired", "not yet valid"],
    )
    def test_a_pinned_certificate_out_of_its_time_is_refused(
        self, tmp_path: Path, days: int, error: type[Exception], said: str
    ) -> None:
        with pytest.MonkeyPatch.context() as patched:
            right = made

            def late(folder: Path, *, party: str) -> tuple[TlsFiles, str]:
                return right(folder, party=party, at=NOW + dt.timedelta(days=days))

            patched.setitem(answering.__wrapped__.__globals__, "made", late)
            with answering(tmp_path) as client, pytest.raises(error) as caught:
                client.hello(HELLO)
        assert getattr(wire_client, said) in caught.value.facts.values()  # type: ignore[attr-defined]

    def test_nobody_listens(self, tmp_path: Path) -> None:
        files, certificate = made(tmp_path)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with (
            PeerClient(
                party=SERVER,
                address=f"https://127.0.0.1:{port}",
                certificate_pem=certificate,
                files=files,
            ) as client,
            pytest.raises(PeerUnreachable) as caught,
        ):
            client.hello(HELLO)
        assert caught.value.facts["reason"] == wire_client.REFUSED
        assert SERVER in caught.value.say("zh")

    def test_its_name_is_unknown(self, tmp_path: Path) -> None:
        files, certificate = made(tmp_path)
        with (
            PeerClient(
                party=SERVER,
                address="https://nobody.invalid:8443",
                certificate_pem=certificate,
                files=files,
            ) as client,
            pytest.raises(PeerUnreachable) as caught,
        ):
            client.hello(HELLO)
        assert caught.value.facts["reason"] == wire_client.NAME_UNKNOWN

    @pytest.mark.parametrize("drip", [False, True], ids=["silence", "a byte now and then"])
    def test_who_does_not_answer_in_time_is_named(
        self, node: Node, peer: TlsFiles, tmp_path: Path, drip: bool
    ) -> None:
        node.desk.gate = threading.Event()
        false = answering(tmp_path, b"HTTP/1.1 200 OK\r\nX: ", drip=True)
        with (
            false if drip else node.client(peer, seconds=1) as client,
            pytest.raises(PeerUnreachable) as caught,
        ):
            client.hello(HELLO)
        assert caught.value.facts["reason"] == wire_client.TIMED_OUT

    def test_plain_http_there_is_said(self, tmp_path: Path) -> None:
        files, certificate = made(tmp_path)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.settimeout(20)

            def answer() -> None:
                plain, _ = listening.accept()
                with closing(plain):
                    plain.recv(9999)
                    plain.sendall(http(b"hello"))

            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            address = f"https://127.0.0.1:{listening.getsockname()[1]}"
            with (
                PeerClient(
                    party=SERVER, address=address, certificate_pem=certificate, files=files
                ) as client,
                pytest.raises(PeerUnreachable) as caught,
            ):
                client.hello(HELLO)
            thread.join(20)
        assert caught.value.facts["reason"] == wire_client.NO_TLS

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (b"", "CUT"),
            (b"nonsense\r\n\r\n", "NO_SHUXIN"),
            (http(b"<html>bad gateway", status="502 Bad Gateway"), "NO_SHUXIN"),
            (http(encode(Noted())), "NO_SHUXIN"),
            (http(encode(Taken(parts=1, complete=True)) + b"x"), "NO_SHUXIN"),
            (http(bytes(LONGEST_ANSWER + 9)), "NO_SHUXIN"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx", "NO_SHUXIN"),
            (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, "NO_SHUXIN"),
        ],
        ids=[
            "nothing",
            "nonsense",
            "a gateway",
            "another answer",
            "trailing",
            "endless",
            "cut short",
            "endless head",
        ],
    )
    def test_what_is_no_answer_is_said(self, tmp_path: Path, answer: bytes, reason: str) -> None:
        with answering(tmp_path, answer) as client, pytest.raises(PeerUnreachable) as caught:
            client.where(Where(job="a" * 64, name="tags", whole=bytes(32)))
        assert caught.value.facts["reason"] == getattr(wire_client, reason)

    def test_a_strangers_sentences_are_made_printable(self, tmp_path: Path) -> None:
        said = Refused(code="\x1b[2J", en="{0} \x1b[31m", zh="\u202e{party}", later=False)
        with (
            answering(tmp_path, http(encode(said))) as client,
            pytest.raises(PeerRefused) as caught,
        ):
            client.hello(HELLO)
        assert caught.value.refusal == "unreadable"
        assert "{0}  [31m" in caught.value.say("en")
        assert " {party}" in caught.value.say("zh")
