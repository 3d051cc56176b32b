"""The whole way by command: the recipient drafts, the subject signs on its device, the platform keeps and publishes."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.consent.world import ATTESTER, KEYS, REGISTER, TAX, bound, code, contract_of
from tests.permits import END, START

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import parse_statement
from shuxin.parties.api import Attester, Claim, KeyRole, PartyKind, Pinned, TrustAnchors, Wallet
from shuxin.portal import display
from shuxin.portal.commandline.consent import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

FIRM, BANK, PLATFORM = code(1), code(11), code(31)
DEVICE = Ed25519Key(bytes([77]) * 32)
CREDIT = ("--purpose", "credit_decision", "--data-from", "2024-01-01", "--data-to", "2026-01-01")


DEVICE_ONLY = """
import argparse, sys
sys.modules["django"] = None
from shuxin.portal.commandline.consent import COMMANDS
from shuxin.portal.commands.authorise import run
parser = argparse.ArgumentParser()
COMMANDS["authorise"].arguments(parser)
options = parser.parse_args([sys.argv[1], "--yes", "--out", sys.argv[2]])
options.command = "authorise"
sys.exit(run(options, "en"))
"""


class Desk:
    """Three places: the bank's home, the platform's (which holds data too), and the firm's wallet."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch
        monkeypatch.setenv("SHUXIN_WALLET", str(folder / "wallet"))
        monkeypatch.setattr(display.console, "_width", 400)
        monkeypatch.setattr("builtins.input", lambda _: "no")

    def at(self, place: str) -> Path:
        self._patch.setenv("SHUXIN_HOME", str(self.folder / place))
        return self.folder / place

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def run(self, *arguments: str) -> int:
        return run(*arguments)


def run(name: str, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    COMMANDS[name].arguments(parser)
    options = parser.parse_args(arguments, argparse.Namespace(command=name))
    module = importlib.import_module(f"shuxin.portal.commands.{COMMANDS[name].module}")
    return int(module.run(options, "en"))


def refused(*arguments: str) -> str:
    with pytest.raises(ShuxinError) as caught:
        run(*arguments)
    return caught.value.code


@pytest.fixture
def desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    from shuxin.catalogue.api import Sharing, register_contract
    from shuxin.parties.keeping import keep_received
    from shuxin.portal.bootstrap import own_signer, start
    from shuxin.portal.founding import set_up

    made, now = Desk(tmp_path, monkeypatch), dt.datetime.now(START.tzinfo)
    pinned = []
    for place, party, kind in (("bank", BANK, "bank"), ("platform", PLATFORM, "operator")):
        made.at(place)
        settings = start()
        set_up(settings, party=party, kind=kind, name=f"某{place}", now=now)
        public = own_signer(settings).public
        roles = frozenset({KeyRole.SUBJECT})
        pinned.append(Pinned(party, PartyKind(kind), f"the {place}", public, roles, START, END))
    attester = Attester(ATTESTER, KEYS[ATTESTER].public, frozenset({PartyKind.ENTERPRISE}))
    trust = TrustAnchors(attesters=(attester,), pinned=tuple(pinned))
    (tmp_path / "platform" / "trust.json").write_bytes(trust.dump())
    keep_received(bound(FIRM, PartyKind.ENTERPRISE, DEVICE, start=START, end=END), now=START)
    claim = Claim(FIRM, PartyKind.ENTERPRISE, "某企业", DEVICE.public, "key", (KeyRole.SUBJECT,))
    Wallet(tmp_path / "wallet").keep(DEVICE, claim=claim, passphrase=None)
    for name in (TAX, REGISTER):
        register_contract(contract=contract_of(name), accepted_by="tester", now=now)
    agreed = contract_of("board")
    fields = tuple(replace(field, sharing=Sharing.WITHHELD) for field in agreed.fields)
    register_contract(contract=replace(agreed, fields=fields), accepted_by="tester", now=now)
    return made


@pytest.fixture
def asked(desk: Desk, capsys: pytest.CaptureFixture[str]) -> str:
    """A request of the bank, taken in by the platform; its id."""
    desk.at("bank")
    file = desk.file("ask.json")
    run("inbox", "draft", "--about", FIRM, "--holder", PLATFORM, *CREDIT, "--catalogue", TAX, "--catalogue",
        REGISTER, "--uses", "3", "--reason", "a loan of 5 million", "--out", file)  # fmt: skip
    desk.at("platform")
    run("inbox", "ask", file)
    capsys.readouterr()
    return parse_statement((desk.folder / "ask.json").read_bytes()).hash[:32]


def authorised(desk: Desk, *less: str) -> str:
    run("authorise", desk.file("ask.json"), "--yes", "--out", desk.file("auth.json"), *less)
    return str(json.loads((desk.folder / "auth.json").read_bytes())["body"]["auth_id"])


class TestWay:
    def test_from_the_request_to_the_withdrawal(
        self, desk: Desk, asked: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        auth_id = authorised(desk, "--catalogue", TAX, "--level", "3", "--uses", "2")
        shown = capsys.readouterr().out
        assert "Who asks:" in shown
        assert "a loan of 5 million" in shown
        run("inbox", "grant", asked, desk.file("auth.json"))
        run("status", "publish", "--out", desk.file("list1.json"))
        capsys.readouterr()

        run("may", BANK, "--about", FIRM)
        may = capsys.readouterr().out
        assert "level 3: arrears" in may
        assert "does not name this catalogue" in may
        assert "this catalogue is not shared" in may

        run("withdraw", desk.file("auth.json"), "--out", desk.file("w.json"))
        run("inbox", "withdraw", desk.file("w.json"))
        run("status", "publish", "--out", desk.file("list2.json"))
        assert json.loads((desk.folder / "list2.json").read_bytes())["body"]["withdrawn"] == [
            auth_id
        ]
        capsys.readouterr()
        run("may", BANK, "--about", FIRM)
        assert "the subject has withdrawn it" in capsys.readouterr().out

    def test_lists_to_each_side_its_own_and_writes_the_files(
        self, desk: Desk, asked: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run("inbox", "list", FIRM, "--out", desk.file("open"))
        assert (desk.folder / "open" / f"{asked}.json").is_file()
        assert "the bank" in capsys.readouterr().out.replace("\n", "")
        auth_id = authorised(desk)
        run("inbox", "grant", asked, desk.file("auth.json"))
        run("inbox", "list", BANK, "--asked", "--out", desk.file("mine"))
        assert (desk.folder / "mine" / f"{auth_id}.json").is_file()
        run("inbox", "list", PLATFORM, "--asked", "--out", desk.file("none"))
        assert not list((desk.folder / "none").iterdir())

    def test_a_suspension_is_shown_with_its_reason(
        self, desk: Desk, asked: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        auth_id = authorised(desk)
        run("inbox", "grant", asked, desk.file("auth.json"))
        run("inbox", "suspend", auth_id, "--reason", "key under review")
        run("inbox", "list", FIRM)
        assert "key under review" in capsys.readouterr().out
        run("inbox", "release", auth_id, "--reason", "review done")
        assert (
            refused("inbox", "release", auth_id, "--reason", "x") == "authorisation_request_closed"
        )

    def test_a_refusal_closes_the_request(self, desk: Desk, asked: str) -> None:
        authorised(desk)
        assert refused("inbox", "decline", asked, BANK) == "authorisation_request_unknown"
        run("inbox", "decline", asked, FIRM)
        late = refused("inbox", "grant", asked, desk.file("auth.json"))
        assert late == "authorisation_request_closed"


class TestAuthorise:
    def test_signs_nothing_without_a_yes(self, desk: Desk, asked: str) -> None:
        assert run("authorise", desk.file("ask.json"), "--out", desk.file("auth.json")) == 1
        assert not (desk.folder / "auth.json").exists()

    def test_never_signs_more_than_was_asked(self, desk: Desk, asked: str) -> None:
        arguments = ("authorise", desk.file("ask.json"), "--yes", "--out", desk.file("auth.json"))
        assert refused(*arguments, "--uses", "4") == "grant_wider"
        assert refused(*arguments, "--uses", "0") == "consent_statement_unreadable"
        assert not (desk.folder / "auth.json").exists()

    def test_needs_a_key_of_the_subject(
        self, desk: Desk, asked: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SHUXIN_WALLET", desk.file("empty"))
        arguments = ("authorise", desk.file("ask.json"), "--yes", "--out", desk.file("auth.json"))
        assert refused(*arguments) == "wallet_key_missing"

    def test_needs_no_installation_on_the_device(self, desk: Desk, asked: str) -> None:
        """In a process of its own that refuses to import Django."""
        done = subprocess.run(
            [sys.executable, "-c", DEVICE_ONLY, desk.file("ask.json"), desk.file("auth.json")],
            env=os.environ | {"SHUXIN_HOME": desk.file("nowhere")},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        assert not (desk.folder / "nowhere").exists()
        run("inbox", "grant", asked, desk.file("auth.json"))


class TestStatus:
    def test_another_platforms_list_is_taken_only_forwards(
        self, desk: Desk, asked: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The bank trusts the platform's key, and takes list 2, then neither list 1 nor list 2 again."""
        from shuxin.consent.models import HeldStatusList

        for number in (1, 2):
            desk.at("platform")
            run("status", "publish", "--out", desk.file(f"list{number}.json"))
        HeldStatusList.objects.all()._raw_delete(using="default")
        trust = (desk.folder / "platform" / "trust.json").read_bytes()
        (desk.at("bank") / "trust.json").write_bytes(trust)
        capsys.readouterr()
        run("status", "take", desk.file("list2.json"))
        assert "list 2" in capsys.readouterr().out
        for number in (1, 2):
            assert (
                refused("status", "take", desk.file(f"list{number}.json")) == "status_rolled_back"
            )

    def test_a_strangers_list_is_not_taken(self, desk: Desk) -> None:
        desk.at("platform")
        run("status", "publish", "--out", desk.file("list1.json"))
        (desk.at("bank") / "trust.json").unlink()
        assert refused("status", "take", desk.file("list1.json")) == "consent_statement_unproven"


class TestUses:
    def test_shows_uses_and_refused_tries_but_nothing_secret(
        self, desk: Desk, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from shuxin.consent.models import RefusedUse, Use

        entity = FIRM.removeprefix("uscc:")
        plain = {"subject": entity, "at": START, "highest_level": 3, "ground": "basis"}
        Use.objects.create(**plain, reader="auditor", purpose="statistics", log_index=41)
        Use.objects.create(**plain, reader="police", purpose="public_service", shown=False)
        tried = {"subject": entity, "at": START, "purpose": "marketing"}
        RefusedUse.objects.create(**tried, reader="seller", reasons="authorisation_missing expired")
        desk.at("platform")
        run("uses", FIRM)
        shown = capsys.readouterr().out
        assert "police" not in shown
        for word in ("auditor", "41", "seller", "it has expired", "no authorisation came"):
            assert word in shown
