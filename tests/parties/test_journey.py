"""The commands, as an attester, a subject, the operator and a holder use them, each with its own folders."""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.parties.world import organisation

from shuxin.kernel.signing import Ed25519Key, base64url
from shuxin.parties.api import Wallet
from shuxin.portal.commandline.parties import COMMANDS
from shuxin.portal.commands import key as command

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ATTESTER, OPERATOR, FIRM, BANK = (organisation(n) for n in (11, 12, 13, 14))
RUNNER = """
import argparse, importlib, json, sys
from shuxin.kernel.errors import ShuxinError
from shuxin.portal.cli import COMMANDS as EVERY
from shuxin.portal.commandline.parties import COMMANDS
COMMANDS = EVERY | COMMANDS
status = []
import pwd
from types import SimpleNamespace
for who, line in json.loads(sys.argv[1]):
    pwd.getpwuid = lambda _: SimpleNamespace(pw_name=who)
    parser = argparse.ArgumentParser()
    COMMANDS[line[0]].arguments(parser)
    module = importlib.import_module("shuxin.portal.commands." + COMMANDS[line[0]].module)
    try:
        status.append(module.run(parser.parse_args(line[1:]), "en"))
    except ShuxinError as error:
        status.append(error.code)
print("@@" + json.dumps(status))
"""


def acts(home: Path, wallet: Path, lines: list[tuple[str, list[str]]]) -> tuple[list[object], str]:
    """Run commands of one installation, one after the other, each as a person; statuses and output."""
    import json

    environment = {k: v for k, v in os.environ.items() if not k.startswith("SHUXIN_")}
    environment |= {"SHUXIN_HOME": str(home), "SHUXIN_WALLET": str(wallet)}
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, json.dumps(lines)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "@@" in done.stdout, done.stderr
    out, _, status = done.stdout.rpartition("@@")
    return json.loads(status), out


def code(party: str) -> str:
    return party.removeprefix("uscc:")


class TestJourney:
    def test_a_key_goes_from_its_owner_by_attester_and_operator_to_a_holder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at, op, bank, wallet = (tmp_path / name for name in ("at", "op", "bank", "wallet"))
        request, bound, book = (str(tmp_path / n) for n in ("request", "bound", "book"))
        (tmp_path / "check").write_text("licence seen")
        new = ["key", "new", "--party", FIRM, "--kind", "enterprise", "--name", "例示公司"]
        parser = argparse.ArgumentParser()
        COMMANDS["key"].arguments(parser)
        monkeypatch.setenv("SHUXIN_WALLET", str(wallet))
        assert command.run(parser.parse_args([*new[1:], "--out", request]), "en") == 0
        attest = ["party", "attest", request, "--method", "licence", "--out", bound]
        evidence = ["--evidence", str(tmp_path / "check")]
        register = ["party", "register", code(FIRM), "例示公司"]
        status, out = acts(
            at,
            wallet,
            [
                ("eve", ["init", code(ATTESTER), "核验中心", "--kind", "attester"]),
                ("eve", attest),
                ("eve", register),
                ("eve", [*attest, *evidence]),
                ("eve", [*register, "--confirm"]),
                ("eve", attest),
                ("eve", [*attest, *evidence]),
                ("eve", ["trust", "list"]),
            ],
        )
        assert status == [
            *(0, "party_not_registered", 0, "registration_unconfirmed", 0),
            *("identity_evidence_missing", 0, 0),
        ]
        public = next(word for word in out.split() if word.startswith("ed25519:"))
        trust = ["trust", "add", "attester", ATTESTER, public, "--for", "enterprise"]
        status, out = acts(
            op,
            wallet,
            [
                ("ann", ["init", code(OPERATOR), "运营公司", "--kind", "operator"]),
                ("ann", ["party", "take", bound]),
                ("ann", trust),
                ("ann", trust),
                ("bob", trust),
                ("ann", ["party", "take", bound]),
                ("ann", ["party", "publish", "--out", book]),
                ("ann", ["trust", "list"]),
            ],
        )
        assert status == [0, "statement_refused", 0, "second_person_needed", 0, 0, 0, 0]
        keys = [word for word in out.split() if word.startswith("ed25519:")]
        (operator_key,) = {word for word in keys if word != public}
        pin = ["trust", "add", "key", OPERATOR, operator_key, "运营公司", "--kind", "operator"]
        pin += ["--from", "2026-01-01T00:00:00+08:00", "--to", "2036-01-01T00:00:00+08:00"]
        status, out = acts(
            bank,
            wallet,
            [
                ("kim", ["init", code(BANK), "例示银行"]),
                ("kim", ["party", "take", book]),
                ("kim", pin),
                ("lee", pin),
                ("kim", ["party", "take", book]),
                ("kim", ["party", "show", FIRM]),
                ("kim", trust),
                ("lee", trust),
                ("kim", ["party", "show", FIRM]),
            ],
        )
        assert status == [0, "directory_publisher_unknown", *[0] * 7]
        assert "counts" in out
        self.no_private_key_is_in_any_home(wallet, [at, op, bank])

    def no_private_key_is_in_any_home(self, wallet: Path, homes: list[Path]) -> None:
        """Neither raw nor in hex nor base64url, in any file nor in the database as written."""
        (held,) = Wallet(wallet).held()
        private = Wallet(wallet).open(held, passphrase=None)
        assert isinstance(private, Ed25519Key)
        seed = private.seed
        spellings = [seed, seed.hex().encode(), base64url(seed).encode()]
        files = [path for home in homes for path in home.rglob("*") if path.is_file()]
        assert len(files) > 9
        for path in files:
            content = path.read_bytes()
            assert not any(spelling in content for spelling in spellings), path
        for home in homes:
            with sqlite3.connect(home / "shuxin.sqlite3") as database:
                dump = "\n".join(database.iterdump()).encode()
            assert not any(spelling in dump for spelling in spellings)
