"""A platform that is served and a holder that follows it, as two processes: a withdrawal arrives by itself."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.soak
SHUXIN = str(Path(sys.executable).with_name("shuxin"))
FIRM, BANK, BUREAU = (
    "uscc:91349903MA6AAEUU6X",
    "uscc:91349900MA2BNK019J",
    "uscc:11349900MB1A2B3CXR",
)
SECONDS = 60


class World:
    """Four homes and a firm's wallet in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("SHUXIN_")} | {
            "SHUXIN_LANG": "en",
            "SHUXIN_WALLET": str(folder / "wallet"),
        }

    def run(self, *arguments: str, home: str = "", said: str = "") -> str:
        given = ("--home", home, *arguments) if home else arguments
        done = subprocess.run(
            [SHUXIN, *given],
            cwd=self.folder,
            env=self._environment,
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def begin(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [SHUXIN, *arguments],
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def serve(self) -> None:
        self.begin("platform", "--home", "platform", "serve", "--port", str(self.port))
        until(self.answers)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def stop(self, name: str) -> None:
        process = self._running.pop(name)
        process.send_signal(signal.SIGINT)
        process.wait(SECONDS)

    def stop_all(self) -> None:
        for name in list(self._running):
            self.stop(name)

    def rows(self, home: str, query: str, *values: object) -> list[tuple[object, ...]]:
        file = self.folder / home / "shuxin.sqlite3"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
            return opened.execute(query, values).fetchall()

    def state(self, home: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(
            (self.folder / home / "platform-state.json").read_text()
        )
        return found


def until(holds: Callable[[], object]) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < SECONDS
        time.sleep(0.1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    for home, code, name, kind in (
        ("attester", "12349900MB2ATT019Q", "政务服务中心", "attester"),
        ("platform", "91349900MA2PLT0158", "信用平台", "operator"),
        ("bank", BANK[5:], "农商银行", "bank"),
        ("bureau", BUREAU[5:], "数据局", "department"),
    ):
        made.run("init", code, name, "--kind", kind, home=home)
        made.run("document", "card", "--out", f"{home}.card", home=home)
    cards = {f"{home}.card" for home in ("attester", "platform", "bank", "bureau")}
    for home in ("platform", "bank", "bureau"):
        made.run("trust", "found", *sorted(cards - {f"{home}.card"}), home=home)
    made.serve()
    try:
        for home, party in (("bank", BANK), ("bureau", BUREAU)):
            given = ("--party", party, "--scope", "requests:write", "--scope", "grants:read")
            lines = made.run("account", "client", *given, home="platform").split()
            secret = lines[-1]
            client = lines[lines.index("id:") + 1]
            url = f"http://127.0.0.1:{made.port}"
            made.run("platform", "join", url, "--client", client, home=home, said=secret)
            made.begin(home, "--home", home, "platform", "follow")
        yield made
    finally:
        made.stop_all()


def granted(world: World) -> str:
    """The id of an authorisation of the firm, asked for by the bank and given through the platform."""
    world.run("key", "new", "--party", FIRM, "--kind", "enterprise", "--name", "瑞和", "--out", "r")
    world.run("party", "register", FIRM[5:], "瑞和", "--confirm", home="attester")
    (world.folder / "check.txt").write_text("licence")
    given = ("--method", "counter", "--evidence", "check.txt", "--out", "firm.key")
    world.run("party", "attest", "r", *given, home="attester")
    world.run("party", "take", "firm.key", home="platform")
    asked = (
        "--about", FIRM, "--holder", BUREAU, "--purpose", "credit_decision", "--catalogue", "social-insurance",
        "--level", "2", "--data-from", "2025-01-01", "--data-to", "2026-01-01", "--uses", "3", "--reason", "贷款",
    )  # fmt: skip
    world.run("inbox", "draft", *asked, "--out", "ask.json", home="bank")
    world.run("inbox", "ask", "ask.json", home="platform")
    world.run("inbox", "list", FIRM, "--out", "open", home="platform")
    (request,) = (world.folder / "open").glob("*.json")
    world.run("authorise", str(request), "--yes", "--out", "authorisation.json")
    world.run("inbox", "grant", request.stem, "authorisation.json", home="platform")
    said = json.loads((world.folder / "authorisation.json").read_bytes())
    return str(said["body"]["auth_id"])


def test_what_is_granted_and_withdrawn_arrives_by_itself(world: World) -> None:
    auth_id = granted(world)
    for home in ("bank", "bureau"):
        query = "select 1 from consent_heldstatement where about = ? and kind = 'authorisation'"
        until(lambda home=home, query=query: world.rows(home, query, auth_id))
    world.run("inbox", "suspend", auth_id, "--reason", "核查", home="platform")
    for home in ("bank", "bureau"):
        query = "select 1 from consent_heldstatuslist where text like ?"
        until(lambda home=home, query=query: world.rows(home, query, f"%{auth_id}%"))

    # while nothing ends, no list is made however often they ask
    lists = world.rows("platform", "select count(*) from consent_heldstatuslist")
    seen = world.rows("bureau", "select at from consent_statusseen")
    until(lambda: world.rows("bureau", "select at from consent_statusseen") != seen)
    assert world.rows("platform", "select count(*) from consent_heldstatuslist") == lists

    # a platform that went away is noticed, and followed again when it is back
    world.stop("platform")
    until(lambda: world.state("bank")["failed_code"] == "site_unreachable")
    world.serve()
    until(lambda: world.state("bank")["failed_code"] == "")

    # one that went back to an older state is refused, and what was suspended stays so
    world.stop("platform")
    file = world.folder / "platform" / "shuxin.sqlite3"
    with contextlib.closing(sqlite3.connect(file)) as opened:
        opened.execute("delete from consent_heldstatuslist")
        opened.execute("delete from consent_suspension")
        opened.commit()
    world.serve()
    until(lambda: world.state("bureau")["failed_code"] == "status_rolled_back")
    newest = "select text from consent_heldstatuslist order by number desc limit 1"
    assert auth_id in str(world.rows("bureau", newest))
