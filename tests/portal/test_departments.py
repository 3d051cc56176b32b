"""Departments and joint bases by command: what is closed stays closed, and the log has every change."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.consent.world import BANK, contract_of
from tests.fusion.conftest import csv_text, rows_of_firms, uscc

from shuxin.catalogue.api import register_contract
from shuxin.consent.api import Purpose, UseRefused, bases, joint_bases
from shuxin.infra.api import now_in_china
from shuxin.portal import bootstrap, display
from shuxin.portal.bootstrap import HeldKeys, own_log, permits_for, start
from shuxin.portal.cli import main

if TYPE_CHECKING:
    from pathlib import Path

CODE, PARTNER = "913502007692545453", BANK
CREDIT, CARDS = "信贷部", "信用卡部"
FIRM = uscc(1)


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    """A bank's home without data."""
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHUXIN_LANG", "en")
    monkeypatch.setattr(display.console, "_width", 400)
    assert main(["init", CODE, "某银行"]) == 0
    return tmp_path / "home"


@pytest.fixture
def home(bank: Path, tmp_path: Path) -> Path:
    """Its two departments have one dataset each about the same firms."""
    for department, name in ((CREDIT, "loans"), (CARDS, "cards")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.csv").write_text(csv_text(rows_of_firms(3)), encoding="utf-8")
        assert main(["import", str(folder), "--department", department, "--accept"]) == 0
    return bank


@pytest.fixture
def agreed(bank: Path) -> Path:
    """The same datasets agreed on, nothing loaded."""
    for department, name in ((CREDIT, "loans"), (CARDS, "cards")):
        contract = replace(contract_of(name), department=department)
        register_contract(contract=contract, accepted_by="tester", now=now_in_china())
    return bank


def account(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "operator", lambda: name)


def kinds() -> list[str]:
    return [entry.kind for entry in own_log(start()).entries(0, 99)]


class TestDepartments:
    def shown(self, capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
        """Datasets of the portrait."""
        capsys.readouterr()
        assert main(["enterprise", FIRM, "--json", *more]) == 0
        found = json.loads(capsys.readouterr().out)
        return [chapter["dataset"] for chapter in found["chapters"]]

    def test_see_one_customer_as_far_as_limits_go(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["resolve"]) == 0
        assert self.shown(capsys) == ["cards", "loans"]
        assert self.shown(capsys, "--department", CREDIT) == ["loans"]
        assert main(["enterprise", FIRM, "--department", CREDIT]) == 0
        assert f"cards ({CARDS})" in capsys.readouterr().out
        assert main(["departments", "allow", CARDS, CREDIT, "own_customer_view"]) == 0
        limit = next(
            word for word in capsys.readouterr().out.split() if word.startswith("departments-")
        )
        assert self.shown(capsys, "--department", CREDIT) == ["cards", "loans"]
        assert self.shown(capsys, "--department", CARDS) == ["cards"]
        assert main(["departments", "end", limit]) == 0
        capsys.readouterr()
        assert self.shown(capsys, "--department", CREDIT) == ["loans"]
        assert kinds().count("department-limit") == kinds().count("department-limit-end") == 1

    def test_hold_the_accounts_that_work_in_them(
        self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert main(["resolve"]) == 0
        assert main(["departments", "member", "li", CARDS]) == 0
        capsys.readouterr()
        account("li", monkeypatch)
        assert self.shown(capsys) == ["cards"]
        assert main(["enterprise", FIRM, "--department", CREDIT]) == 1
        assert "other_department" in capsys.readouterr().err
        for act in (["allow", CREDIT, CARDS, "report"], ["member", "li"], ["end", "x"]):
            assert main(["departments", *act]) == 1
            assert "other_department" in capsys.readouterr().err
        assert main(["resolve"]) == 1
        assert "permit_too_narrow" in capsys.readouterr().err
        assert main(["rejects", "loans"]) == 1
        for act in ("approve", "stop", "release"):
            assert main(["node", act, "x", *(["aligned", "x"] if act == "release" else [])]) == 1
            assert "department_account" in capsys.readouterr().err
        account("boss", monkeypatch)
        assert main(["departments", "member", "li"]) == 0
        account("li", monkeypatch)
        assert self.shown(capsys, "--department", CREDIT) == ["loans"]

    def test_without_data_see_nobody(
        self, agreed: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(UseRefused):
            permits_for(
                ["*"], purpose=Purpose.OWN_CUSTOMER_VIEW, now=now_in_china(), department="无"
            )
        assert main(["departments", "allow", "没有", CREDIT, "report"]) == 1
        assert "department_unknown" in capsys.readouterr().err
        assert main(["departments", "allow", CARDS, CREDIT, "nothing"]) == 1
        assert "purpose_unknown" in capsys.readouterr().err
        assert main(["departments", "end", "nothing"]) == 1
        assert "department_limit_unknown" in capsys.readouterr().err


class TestJointBasis:
    def joint(self, *more: str) -> int:
        law = "商业银行法第三十五条"
        return main(
            ["basis", "joint", PARTNER, "model_training", "legal_duty", law, "协议7号", *more]
        )

    def test_is_recorded_listed_and_ended(
        self, agreed: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        party, keys = f"uscc:{CODE}", HeldKeys(agreed)
        assert self.joint("loans", "cards", "--level", "1") == 0
        (basis,) = joint_bases(holder=party, keys=keys)
        assert (basis.recipient, basis.catalogues, basis.level_max) == (
            PARTNER,
            ("loans", "cards"),
            1,
        )
        assert len(bases(holder=party, purpose=Purpose.MODEL_TRAINING, keys=keys)) == 1
        assert basis.basis_id in capsys.readouterr().out
        assert main(["basis", "list"]) == 0
        said = capsys.readouterr().out
        assert basis.basis_id in said
        assert "协议7号" in said
        assert main(["basis", "end", basis.basis_id]) == 0
        assert joint_bases(holder=party, keys=keys) == []
        assert kinds()[-2:] == ["joint-basis", "lawful-basis-end"]

    def test_that_makes_no_sense_is_refused_and_not_logged(
        self, agreed: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = kinds()
        assert self.joint("nowhere") == 1
        assert "dataset_unknown" in capsys.readouterr().err
        own = ["basis", "joint", f"uscc:{CODE}", "report", "contract", "法", "1", "loans"]
        assert main(own) == 1
        assert "consent_statement_unreadable" in capsys.readouterr().err
        assert main([*own[:2], PARTNER, "data_quality", *own[4:]]) == 1
        assert main([*own[:2], PARTNER + "0", *own[3:]]) == 1
        assert "party_invalid" in capsys.readouterr().err
        assert kinds() == before
