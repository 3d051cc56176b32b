"""Credentials and transfers by command: issuer and person apart, files in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

BANK, PERSON = "91320594088140947F", "person:" + "ab" * 16
MANY = (
    "import sys, json, io, contextlib\n"
    "from shuxin.portal import cli\n"
    "from shuxin.portal.commandline import parties, verification\n"
    "for room in (parties, verification):\n"
    "    cli.COMMANDS.update(room.COMMANDS)\n"
    "for arguments in json.load(sys.stdin):\n"
    "    said = io.StringIO()\n"
    "    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):\n"
    "        status = cli.main(arguments)\n"
    "    print(json.dumps([status, said.getvalue()]))\n"
)


@dataclass(frozen=True)
class Desk:
    """One folder that serves as the bank's home and, beside it, the person's wallet."""

    folder: Path

    def run(self, *commands: list[str]) -> list[tuple[int, str]]:
        environment = {k: v for k, v in os.environ.items() if k != "SHUXIN_DATABASE_URL"}
        environment |= {
            "SHUXIN_HOME": str(self.folder / "home"),
            "SHUXIN_WALLET": str(self.folder / "wallet"),
            "SHUXIN_LANG": "en",
        }
        done = subprocess.run(
            [sys.executable, "-c", MANY],
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.folder,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [(one[0], one[1]) for one in map(json.loads, done.stdout.splitlines())]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(tmp_path_factory.mktemp("desk"))
    found = made.run(
        ["init", BANK, "Bank", "--kind", "bank"],
        ["key", "new", "--party", PERSON, "--kind", "person", "--out", "claim"],
        ["document", "card", "--out", "card"],
        ["document", "trust", "card", "--out", "trust.json"],
        ["document", "ask"],
    )
    assert [status for status, _ in found] == [0] * 5, found
    (made.folder / "nonce").write_text(found[4][1].strip(), encoding="ascii")
    return made


def test_a_holder_shows_a_threshold_and_keeps_the_balance(desk: Desk) -> None:
    claim = json.loads((desk.folder / "claim").read_text(encoding="utf-8"))
    values = {
        "holder_name": "张三",
        "as_of": "2026-02-28",
        "currency": "CNY",
        "account_tail": "1234",
        "balance": "765432.10",
    }
    (desk.folder / "values.json").write_text(json.dumps(values), encoding="utf-8")
    nonce = (desk.folder / "nonce").read_text(encoding="ascii")
    issue = ["credential", "issue", "values.json", "--template", "personal_asset_proof"]
    present = ["credential", "present", "token", "--audience", f"uscc:{BANK}", "--nonce", nonce]
    first = desk.run(
        ["credential", "templates"],
        [*issue, "--holder-key", claim["body"]["public_key"], "--out", "token"],
        [*present, "--show", "balance_at_least_500000", "--key", claim["key_id"], "--out", "shown"],
        ["document", "publish", "--to", "."],
    )
    assert [status for status, _ in first] == [0] * 4, first
    assert "balance_at_least_500000" in first[0][1]
    (listed,) = desk.folder.glob("*.status.json")
    verify = ["credential", "verify", "shown", "--trust", "trust.json", "--status", str(listed)]
    again = ["credential", "present", "token", "--audience", f"uscc:{BANK}", "--show", ""]
    again += ["--key", claim["key_id"], "--out", "unasked", "--nonce"]
    unasked = ["unasked" if part == "shown" else part for part in verify]
    accepted, replayed, missing, empty, made, unknown = desk.run(
        [*verify, "--presented"],
        [*verify, "--presented"],
        [*verify],
        [*again, ""],
        [*again, "n" * 24],
        [*unasked, "--presented"],
    )
    assert (desk.folder / "shown").stat().st_mode & 0o077 == 0
    assert (empty[0], "presentation_invalid" in empty[1]) == (1, True)
    assert (made[0], unknown[0], "REPLAYED" in unknown[1]) == (0, 1, True)
    assert accepted[0] == 0, accepted[1]
    assert "balance_at_least_500000 = True" in accepted[1]
    assert "765432" not in accepted[1]
    assert (replayed[0], "REPLAYED" in replayed[1]) == (1, True)
    assert (missing[0], "credential_invalid" in missing[1]) == (1, True)


def test_a_transfer_needs_the_persons_key_to_be_known(desk: Desk) -> None:
    claim = json.loads((desk.folder / "claim").read_text(encoding="utf-8"))
    start = ["transfer", "start", "--person", PERSON, "--source", f"uscc:{BANK}"]
    rest = ["--target", f"uscc:{BANK}", "--kind", "account_statement", "--field", "credits"]
    rest += ["--purpose", "credit_decision", "--key", claim["key_id"], "--out", "order.json"]
    made, shown = desk.run(
        [*start, *rest], ["transfer", "show", "order.json", "--trust", "trust.json"]
    )
    assert made[0] == 0, made[1]
    secret = desk.folder / "order.json.secret"
    assert secret.stat().st_mode & 0o077 == 0
    assert (
        f"uscc:{BANK}"
        not in json.loads((desk.folder / "order.json").read_text())[0]["body"]["target"]
    )
    assert (shown[0], "transfer_invalid" in shown[1]) == (1, True)
