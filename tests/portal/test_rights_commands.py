"""Objection and erasure by command: the subject's device, two officers of the holder, a source that corrects."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tests.consent.world import ATTESTER, DAY, KEYS, bound, terms
from tests.fusion.conftest import Installation, rows_of_firms, uscc
from tests.permits import END, START

from shuxin.consent import retention
from shuxin.consent.api import rights
from shuxin.consent.records import hold_statement
from shuxin.fusion.models import Entity
from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import parse_statement
from shuxin.parties.api import Attester, Claim, KeyRole, PartyKind, Wallet, read_trust
from shuxin.portal import display
from shuxin.portal.commandline.rights import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

FIRM, BANK = f"uscc:{uscc(3)}", f"uscc:{uscc(900)}"
DEVICE = Ed25519Key(bytes([78]) * 32)
KEY = DEVICE.public.key_id[:8]
DEVICE_ONLY = """
import argparse, sys
sys.modules["django"] = None
from shuxin.portal.commandline.rights import COMMANDS
from shuxin.portal.commands.objection import run
parser = argparse.ArgumentParser()
COMMANDS["objection"].arguments(parser)
sys.exit(run(parser.parse_args(sys.argv[1:]), "zh"))
"""


class Office:
    """The holder's installation with one dataset, its officers, and the firm's wallet."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, patch
        self.dataset = ""

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def by(self, officer: str, name: str, *arguments: str) -> int:
        self._patch.setattr("pwd.getpwuid", lambda _: SimpleNamespace(pw_name=officer))
        parser = argparse.ArgumentParser()
        COMMANDS[name].arguments(parser)
        options = parser.parse_args(arguments, argparse.Namespace(command=name))
        module = importlib.import_module(f"shuxin.portal.commands.{COMMANDS[name].module}")
        return int(module.run(options, "en"))

    def refused(self, officer: str, *arguments: str) -> str:
        with pytest.raises(ShuxinError) as caught:
            self.by(officer, *arguments)
        return caught.value.code


@pytest.fixture
def office(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    from shuxin.parties.keeping import keep_received
    from shuxin.portal.bootstrap import start
    from shuxin.portal.founding import set_up

    made = Office(tmp_path, monkeypatch)
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHUXIN_WALLET", str(tmp_path / "wallet"))
    monkeypatch.setattr(display.console, "_width", 400)
    settings, now = start(), now_in_china()
    set_up(settings, party=BANK, kind="bank", name="某银行", now=now)
    attester = Attester(ATTESTER, KEYS[ATTESTER].public, frozenset({PartyKind.ENTERPRISE}))
    anchors = replace(read_trust(settings.home), attesters=(attester,))
    (settings.home / "trust.json").write_bytes(anchors.dump())
    keep_received(bound(FIRM, PartyKind.ENTERPRISE, DEVICE, start=START, end=END), now=START)
    claim = Claim(FIRM, PartyKind.ENTERPRISE, "某企业", DEVICE.public, "key", (KeyRole.SUBJECT,))
    Wallet(tmp_path / "wallet").keep(DEVICE, claim=claim, passphrase=None)
    (tmp_path / "inbox").mkdir()
    installation = Installation(settings, tmp_path / "inbox", now=now - dt.timedelta(days=1))
    installation.put("penalties.csv", rows_of_firms(4))
    (loaded,) = installation.load()
    made.dataset = loaded.dataset
    for serial in range(1, 5):
        Entity.objects.create(identity=uscc(serial), code=uscc(serial), name="", since=now)
    return made


def correct_at_source(office: Office) -> None:
    from shuxin.portal.bootstrap import start

    rows = [row for row in rows_of_firms(4) if row[0] != uscc(3)]
    installation = Installation(start(), office.folder / "inbox", now=now_in_china())
    installation.put("penalties.csv", rows)
    installation.run()


@pytest.mark.django_db
class TestObjection:
    def test_from_the_subjects_device_to_the_notices(
        self, office: Office, capsys: pytest.CaptureFixture[str]
    ) -> None:
        agreed = last_field(office.dataset)
        office.by("any", "objection", "sign", BANK, office.dataset, agreed, "--text", "罚款已撤销",
                  "--key", KEY, "--out", office.file("o.json"))  # fmt: skip
        number = str(parse_statement((office.folder / "o.json").read_bytes()).body["objection_id"])
        office.by("anna", "objection", "file", office.file("o.json"))
        office.by("anna", "objection", "forward", number, "--reason", "please check")
        assert (
            office.refused("anna", "objection", "answer", number, "corrected")
            == "objection_second_person"
        )
        office.by("boris", "objection", "answer", number, "corrected")
        assert (
            office.refused("boris", "objection", "close", number) == "objection_correction_unproven"
        )
        correct_at_source(office)
        office.by("boris", "retention")
        office.by("boris", "objection", "close", number)
        capsys.readouterr()
        office.by("boris", "objection", "notices", number, "--out", office.file("notices"))
        assert "1 notices" in capsys.readouterr().out
        (notice,) = (office.folder / "notices").iterdir()
        assert (
            parse_statement(notice.read_bytes(), kind="correction-notice").body["reader"] == "boris"
        )
        office.by("anna", "objection", "list")
        assert number in capsys.readouterr().out
        office.by("anna", "objection", "list", "--overdue")
        assert "there are none" in capsys.readouterr().out

    def test_the_subjects_note_is_signed_and_kept(self, office: Office) -> None:
        filed = ("--text", "错误", "--key", KEY, "--out", office.file("o.json"))
        office.by(
            "a", "objection", "sign", BANK, office.dataset, last_field(office.dataset), *filed
        )
        office.by("a", "objection", "file", office.file("o.json"))
        number = str(parse_statement((office.folder / "o.json").read_bytes()).body["objection_id"])
        office.by("a", "objection", "note", number, "--text", "已缴清", "--key", KEY, "--out",
                  office.file("n.json"))  # fmt: skip
        office.by("a", "objection", "file", office.file("n.json"))
        (note,) = rights.field_notes(subject=uscc(3))
        assert note.text == "已缴清"

    @pytest.mark.parametrize("about", ["", BANK])
    def test_says_whose_record_it_is_about(self, office: Office, about: str) -> None:
        named = ("--about", about) if about else ()
        office.by("a", "objection", "sign", BANK, "d", "f", "--text", "错误", "--key", KEY, "--out",
                  office.file("o.json"), *named)  # fmt: skip
        body = parse_statement((office.folder / "o.json").read_bytes(), kind="objection").body
        assert (body["subject"], body["about"]) == (FIRM, about or FIRM)

    def test_the_device_needs_no_database(self, office: Office) -> None:
        arguments = ("sign", BANK, "d", "f", "--text", "错误", "--key", KEY, "--out")
        done = subprocess.run(
            [sys.executable, "-c", DEVICE_ONLY, *arguments, office.file("o.json")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert parse_statement((office.folder / "o.json").read_bytes()).signed_by(DEVICE.public)


@pytest.mark.django_db
class TestErase:
    def test_takes_two_persons_and_leaves_a_proof(
        self, office: Office, capsys: pytest.CaptureFixture[str]
    ) -> None:
        office.by("anna", "erase", "request", uscc(3), "--dataset", office.dataset)
        (asked,) = rights.erasures()
        number = asked.erasure_id
        assert office.refused("anna", "erase", "approve", number) == "erasure_second_person"
        office.by("boris", "erase", "approve", number)
        assert "1 rows removed from 1 files" in capsys.readouterr().out
        office.by("boris", "erase", "proofs", number, "--out", office.file("proofs"))
        (proof,) = (office.folder / "proofs").iterdir()
        body = parse_statement(proof.read_bytes(), kind="deletion-proof").body
        assert (body["rows"], body["holder"]) == (1, BANK)
        capsys.readouterr()
        office.by("boris", "erase", "sweep")
        assert "no rows to remove" in capsys.readouterr().out
        office.by("boris", "erase", "list")
        listed = capsys.readouterr().out
        assert number in listed
        assert rights.approved_erasure(number).salt in listed


@pytest.mark.django_db
class TestRetention:
    def test_says_so_when_nothing_is_due(
        self, office: Office, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert office.by("anna", "retention") == 0
        assert "nothing is due" in capsys.readouterr().out

    def test_lists_every_page_of_ended_authorisations(
        self, office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "AT_ONCE", 2)
        past = now_in_china() - 9 * DAY
        begun = {"valid_from": past - DAY, "signed_at": past - DAY}
        made = [terms(grantee=BANK, max_uses=n, valid_to=past, **begun) for n in range(1, 6)]
        for one in made:
            statement = one.sign(signer=KEYS[one.subject])
            hold_statement(
                statement, about=one.auth_id, subject=one.subject, grantee=BANK, now=past
            )
        office.by("anna", "retention")
        out = capsys.readouterr().out
        assert [out.count(one.auth_id) for one in made] == [1] * 5


def last_field(dataset: str) -> str:
    """A field that may be disputed."""
    from shuxin.catalogue.api import contract

    return contract(dataset=dataset).fields[-1].name
