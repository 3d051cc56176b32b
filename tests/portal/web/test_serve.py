"""The command, with a real server on a free port of this machine."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shuxin.portal.commands import serve
from shuxin.portal.web.asgi import LONGEST_BODY
from shuxin.portal.web.connections import ProxyInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
SERVE = (
    "import argparse\n"
    "from shuxin.portal.commandline.web import COMMANDS\n"
    "from shuxin.portal.commands import serve\n"
    "import sys\n"
    "parser = argparse.ArgumentParser()\n"
    "COMMANDS['serve'].arguments(parser)\n"
    "raise SystemExit(serve.run(parser.parse_args(), 'en'))\n"
)


IMPATIENT = (
    "import h11\nfrom shuxin.portal.web import connections\nconnections.SECONDS[h11.IDLE] = 2\n"
)


def started(home: Path, *options: str, before: str = "") -> tuple[subprocess.Popen[str], str]:
    environment = os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""}
    environment.pop("SHUXIN_URL", None)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE.replace("raise", before + "raise"), "--port", "0", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("serving at "), process.communicate()
    return process, line.removeprefix("serving at ").strip()


def fetched(url: str, *, body: bytes | None = None, trust: Path | None = None) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=str(trust)) if trust else None
    try:
        with urllib.request.urlopen(url, data=body, context=context) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def read_end(connection: socket.socket) -> bytes:
    """What comes until the other side closes; a reset is a close."""
    try:
        return connection.recv(100)
    except ConnectionResetError:
        return b""


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(tz=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "tls.pem", folder / "tls.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


def memory_mib(process: subprocess.Popen[str]) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024


@dataclass
class Served:
    """One server for all of these tests, under TLS."""

    process: subprocess.Popen[str]
    url: str
    trust: Path

    def get(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        return fetched(self.url + path, body=body, trust=self.trust)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    certificate, key = certified(folder)
    process, url = started(folder / "home", "--certificate", str(certificate), "--key", str(key))
    assert url.startswith("https://127.0.0.1:")
    yield Served(process, url.replace("127.0.0.1", "localhost"), certificate)
    process.kill()
    process.communicate()


class TestServe:
    def test_uvicorn_is_the_one_that_was_tested(self) -> None:
        pinned = [
            line.split("==")[1].split()[0]
            for line in (ROOT / "requirements" / "dev.txt").read_text().splitlines()
            if line.startswith("uvicorn==")
        ]
        assert pinned == [version("uvicorn")]

    def test_pages_and_api_answer_in_little_memory(self, served: Served) -> None:
        for path, part in (("/", b"<h1"), ("/sign-in", b"<form"), ("/api/health", b'"ok"')):
            status, body = served.get(path)
            assert status == 200
            assert part in body
        assert memory_mib(served.process) < 150

    def test_cookies_are_bound_to_the_host_and_tls_is_demanded(self, served: Served) -> None:
        context = ssl.create_default_context(cafile=str(served.trust))
        url = served.url + "/sign-in"
        with urllib.request.urlopen(url, context=context) as response:  # noqa: S310
            assert response.headers["Strict-Transport-Security"]
            cookie = response.headers["Set-Cookie"]
            assert "Server" not in response.headers
        assert cookie.startswith("__Host-csrf=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))

    def test_bodies_over_the_limit_are_refused(self, served: Served) -> None:
        status, body = served.get("/sign-in", body=b"x" * (LONGEST_BODY + 1))
        assert status == 413
        assert b"body_too_long" in body

    def test_bodies_of_unknown_length_are_cut_at_the_limit(self, served: Served) -> None:
        host, port = served.url.removeprefix("https://").split(":")
        context = ssl.create_default_context(cafile=str(served.trust))
        pieces = LONGEST_BODY // 0x10000 + 1
        head = f"POST /sign-in HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n"
        with (
            socket.create_connection((host, int(port)), timeout=60) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            connection.sendall(head.encode())
            for _ in range(pieces):
                connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")

    def test_a_fault_shows_nothing_of_the_inside(self, served: Served) -> None:
        status, body = served.get("/nowhere")
        assert status == 404
        assert b"urlpatterns" not in body

    def test_stops_when_told_to(self, served: Served) -> None:
        served.process.send_signal(signal.SIGTERM)
        output, errors = served.process.communicate(timeout=120)
        assert served.process.returncode == 0
        assert output == "stopped\n"
        assert errors == ""


@pytest.fixture(scope="module")
def plain(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, int, subprocess.Popen[str]]]:
    """A server of this machine without TLS, that waits for heads for two seconds only."""
    process, url = started(tmp_path_factory.mktemp("plain"), before=IMPATIENT)
    host, port = url.removeprefix("http://").split(":")
    yield host, int(port), process
    process.kill()
    process.communicate()


class TestConnections:
    def test_the_silent_do_not_keep_others_out(
        self, plain: tuple[str, int, subprocess.Popen[str]]
    ) -> None:
        """With 201 silent connections uvicorn's own limit answered 503 to everybody, for as long as they liked."""
        host, port, process = plain
        with contextlib.ExitStack() as held:
            silent = [
                held.enter_context(socket.create_connection((host, port))) for _ in range(300)
            ]
            for half in silent[::2]:
                with contextlib.suppress(OSError):  # dropped already, to let a newer one in
                    half.sendall(b"GET / HTTP/1.1\r\n")
            assert fetched(f"http://{host}:{port}/api/health")[0] == 200
            for one in silent:
                one.settimeout(60)
            assert {read_end(one) for one in silent} == {b""}
        assert fetched(f"http://{host}:{port}/api/health")[0] == 200
        assert process.poll() is None

    def test_a_proxy_that_nobody_named_is_told_once(
        self, plain: tuple[str, int, subprocess.Popen[str]]
    ) -> None:
        host, port, process = plain
        for _ in range(2):
            forwarded = {"X-Forwarded-For": "192.0.2.1"}
            request = urllib.request.Request(f"http://{host}:{port}/api/health", headers=forwarded)
            with urllib.request.urlopen(request) as response:  # noqa: S310
                assert response.status == 200
        process.terminate()
        _, errors = process.communicate(timeout=120)
        assert errors.count("--proxy") == 2  # the sentence in both languages, once


class TestProxy:
    def test_a_forwarded_address_is_believed_from_the_named_proxy_only(self) -> None:
        """Else a guesser would give himself a new address for each guess."""
        assert serve._server(tls={}, proxy=None).config.proxy_headers is False
        behind = serve._server(tls={}, proxy="192.0.2.9").config
        assert (behind.proxy_headers, behind.forwarded_allow_ips) == (True, "192.0.2.9")

    @pytest.mark.parametrize("proxy", ["proxy", "192.0.2.0/33", "192.0.2.1,", "*"])
    def test_a_proxy_is_an_address(self, proxy: str) -> None:
        with pytest.raises(ProxyInvalid):
            serve._server(tls={}, proxy=proxy)


class TestRefusals:
    def options(self, **given: object) -> argparse.Namespace:
        defaults = {"host": "127.0.0.1", "port": 0, "certificate": None, "key": None, "proxy": None}
        return argparse.Namespace(**(defaults | given))

    @pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "bank.example.cn"])  # noqa: S104
    def test_other_machines_are_served_under_tls_only(self, host: str) -> None:
        with pytest.raises(serve.TLSNeeded):
            serve.run(self.options(host=host), "en")

    def test_half_of_the_tls_files_is_not_enough(self, tmp_path: Path) -> None:
        certificate, key = certified(tmp_path)
        for given in (
            {"certificate": str(certificate)},
            {"key": str(key)},
            {"certificate": str(certificate), "key": str(tmp_path / "none")},
        ):
            with pytest.raises(serve.TLSFilesMissing):
                serve.run(self.options(host="0.0.0.0", **given), "en")  # noqa: S104

    @pytest.mark.parametrize("port", ["taken", 70000, -1])
    def test_a_port_that_cannot_be_had_is_told(self, port: str | int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            wanted = other.getsockname()[1] if port == "taken" else port
            with pytest.raises(serve.PortTaken) as caught:
                serve.listen(host="127.0.0.1", port=wanted)
        assert str(wanted) in str(caught.value)
