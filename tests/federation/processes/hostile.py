"""A party's own keys and pinned certificate in the hands of a program that does not keep to the protocol."""

from __future__ import annotations

import hashlib
import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.federation.processes.nodes import PARTY

from shuxin.federation.domain.card import host_and_port
from shuxin.federation.wire.client import PeerClient
from shuxin.federation.wire.codec import decode_answered
from shuxin.federation.wire.messages import Hello, Part, Refused
from shuxin.federation.wire.tls import TlsFiles, client_context
from shuxin.infra.api import Settings, secret_key
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.signing import Ed25519Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.federation.processes.nodes import City

SECONDS = 30
UNSETTLED = {"step", "changed_at", "problem"}
"""Columns that tell people what a job does now: they change by themselves."""


@dataclass
class Hostile:
    """Speaks as ``name`` to the real node of ``to``."""

    city: City
    name: str
    to: str
    files: TlsFiles | None = None

    @property
    def address(self) -> str:
        text = (self.city.node(self.to) / "node.toml").read_text()
        return text.partition('address = "')[2].partition('"')[0]

    @property
    def certificate(self) -> str:
        return (self.city.node(self.to) / "tls.crt").read_text()

    @property
    def signer(self) -> Ed25519Key:
        """The party's own key, as its node has it."""
        settings = Settings(home=self.city.home(self.name), database_url="")
        return Ed25519Key(secret_key(settings, "party.ed25519"))

    def own_files(self) -> TlsFiles:
        folder = self.city.node(self.name)
        return TlsFiles(key=folder / "tls.key", certificate=folder / "tls.crt")

    def client(self, *, address: str = "") -> PeerClient:
        return PeerClient(
            party=PARTY[self.to],
            address=address or self.address,
            certificate_pem=self.certificate,
            files=self.files or self.own_files(),
            timeout_seconds=SECONDS,
        )

    def refusal(self, ask: Callable[[PeerClient], object], *, address: str = "") -> str:
        """The code of why the node said no; "" when it took it."""
        with self.client(address=address) as client:
            try:
                ask(client)
            except ShuxinError as error:
                return str(getattr(error, "refusal", error.code))
        return ""

    def word(self, statement: bytes) -> str:
        return self.refusal(lambda client: client.word(statement))

    def part(self, part: Part) -> str:
        return self.refusal(lambda client: client.part(part))

    def raw(
        self, body: bytes, *, path: str = "/shuxin/1", kind: str = "application/msgpack"
    ) -> str:
        """Any bytes to any path: the code of the answer, "" when they were taken."""
        host, port = host_and_port(self.address)
        context = client_context(self.files or self.own_files(), peer=self.certificate)
        line = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
        try:
            line.request("POST", path, body=body, headers={"Content-Type": kind})
            answer = decode_answered(line.getresponse().read())
        finally:
            line.close()
        return answer.code if isinstance(answer, Refused) else ""


def hello(name: str, *, protocols: tuple[int, ...] = (1,)) -> Hello:
    return Hello(PARTY[name], list(protocols), "other", "2026-01-01T08:00:00+08:00")


def part_of(job: str, name: str, content: bytes, **changed: object) -> Part:
    """A whole message of one part, with some of its fields changed."""
    fields = {
        "job": job,
        "name": name,
        "number": 0,
        "total": len(content),
        "digest": hashlib.sha256(content).digest(),
        "whole": hashlib.sha256(content).digest(),
        "data": content,
    }
    return Part(**(fields | changed))  # type: ignore[arg-type]


@dataclass(frozen=True)
class State:
    """Everything of a node that a message may change: files, database, log."""

    files: dict[str, str]
    rows: dict[str, list[tuple[object, ...]]]
    log: dict[str, str]


def state_of(city: City, name: str) -> State:
    home = city.home(name)
    return State(
        files=_hashes(city, name, "node"),
        rows={table: _rows(city, name, table) for table in _tables(city, name)},
        log=_hashes(city, name, "log") if (home / "log").is_dir() else {},
    )


def _hashes(city: City, name: str, part: str) -> dict[str, str]:
    folder = city.home(name) / part
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _tables(city: City, name: str) -> list[str]:
    asked = "select name from sqlite_master where type = 'table' and name like 'federation%'"
    return [str(row[0]) for row in city.rows(name, asked)]


def _rows(city: City, name: str, table: str) -> list[tuple[object, ...]]:
    columns = [str(row[1]) for row in city.rows(name, f"pragma table_info({table})")]
    kept = ", ".join(f'"{one}"' for one in columns if one not in UNSETTLED)
    return sorted(city.rows(name, f"select {kept} from {table}"), key=repr)
