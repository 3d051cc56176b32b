"""Whatever answers at the address: it costs bounded time and memory, and is believed nothing."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from shuxin.portal.linking.asking import (
    CUT,
    NOT_OURS,
    REFUSES,
    SLOW,
    TOO_LONG,
    Answer,
    Bounds,
    CertificateFileMissing,
    Site,
    SiteRefused,
    SiteUnreachable,
)
from shuxin.portal.web.address import PublicAddressInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shuxin.kernel.text import Text

QUICK = Bounds(seconds=0.5, most_bytes=1000)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def stranger(answers: Callable[[socket.socket], None]) -> Iterator[Site]:
    """A server on this machine that does as told with each connection."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    answers(connection)
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    site = Site(f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        yield site
    finally:
        site.close()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def reason_of(site: Site) -> Text:
    with pytest.raises(SiteUnreachable) as caught:
        site.ask("GET", "/", bounds=QUICK)
    return caught.value.facts["reason"]  # type: ignore[return-value]


def dripping(connection: socket.socket, *, head: bytes = b"Content-Length: 1000\r\n") -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.05)


class TestBounds:
    def test_of_time_hold_however_slowly_bytes_drip(self) -> None:
        with stranger(dripping) as site:
            began = time.monotonic()
            assert reason_of(site) == SLOW
            assert time.monotonic() - began < 5

    def test_of_time_hold_where_only_the_end_of_the_connection_ends_an_answer(self) -> None:
        with stranger(lambda one: dripping(one, head=b"")) as site:
            began = time.monotonic()
            assert reason_of(site) == SLOW
            assert time.monotonic() - began < 5

    def test_of_time_hold_for_silence(self) -> None:
        with stranger(lambda _: time.sleep(0.7)) as site:
            assert reason_of(site) == SLOW

    def test_of_size(self) -> None:
        long = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001
        with stranger(lambda one: one.sendall(long)) as site:
            assert reason_of(site) == TOO_LONG

    def test_of_heads(self) -> None:
        head = b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500
        with stranger(lambda one: one.sendall(head)) as site:
            assert reason_of(site) == CUT


class TestAnswers:
    def test_come_as_they_are(self) -> None:
        with stranger(lambda one: one.sendall(OK)) as site:
            assert site.ask("GET", "/", bounds=QUICK) == Answer(200, b"{}")
            again = site.ask("GET", "/", bounds=QUICK)  # the server closed its side meanwhile
            assert again.status == 200

    def test_no_redirect_is_followed(self) -> None:
        away = b"HTTP/1.1 302 Found\r\nLocation: http://198.51.100.1/\r\nContent-Length: 0\r\n\r\n"
        with stranger(lambda one: one.sendall(away)) as site:
            assert site.ask("GET", "/", bounds=QUICK).status == 302

    def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
        assert reason_of(Site(f"http://127.0.0.1:{port}")) == REFUSES

    def test_of_no_http_server(self) -> None:
        with stranger(lambda one: one.sendall(b"220 mail ready\r\n")) as site:
            assert reason_of(site) == CUT


class TestRefusals:
    def refusal(self, body: bytes) -> SiteRefused | SiteUnreachable:
        return Site("https://x.example").refusal(Answer(403, body))

    def test_say_the_sites_own_sentence(self) -> None:
        body = b'{"code": "scope_missing", "title": "it {lacks}\\u0007", "detail": "ask"}'
        found = self.refusal(body)
        assert isinstance(found, SiteRefused)
        assert (found.refusal, found.sentence) == ("scope_missing", "it {lacks} . ask")
        assert "it {lacks}" in found.say("zh")

    @pytest.mark.parametrize(
        "body", [b"", b"<html>", b"[]", b'{"code": "<b>", "title": "", "detail": ""}', b"{" * 99999]
    )
    def test_of_strangers_say_that_it_is_none_of_ours(self, body: bytes) -> None:
        found = self.refusal(body)
        assert isinstance(found, SiteUnreachable)
        assert found.facts["reason"] == NOT_OURS


class TestAddress:
    @pytest.mark.parametrize(
        "address",
        ["http://platform.example", "ftp://127.0.0.1", "https://a@b.example", "https://x/y", "x"],
    )
    def test_is_https_unless_it_is_this_machine(self, address: str) -> None:
        with pytest.raises(PublicAddressInvalid):
            Site(address)

    def test_needs_a_readable_file_of_certificates(self, tmp_path: Path) -> None:
        (tmp_path / "ca.pem").write_text("nothing")
        for name in ("ca.pem", "none.pem"):
            with pytest.raises(CertificateFileMissing):
                Site("https://x.example", ca=tmp_path / name)
