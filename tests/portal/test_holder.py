"""Whose installation it is: without that, and without a basis, no command reads anybody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shuxin.consent.api import Purpose, bases, history_of
from shuxin.infra.api import now_in_china
from shuxin.portal.bootstrap import (
    HeldKeys,
    NotSetUp,
    holder,
    own_log,
    permit_for_all,
    start,
)
from shuxin.portal.cli import COMMANDS, main

if TYPE_CHECKING:
    from pathlib import Path

CODE = "913502007692545453"
READING = {
    "resolve": (),
    "review": (),
    "rejects": ("registers",),
    "enterprise": (CODE,),
    "features": ("--as-of", "2026-01-01"),
    "train": (),
    "evaluate": (),
    "decide": (CODE,),
    "report": (CODE,),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path))
    monkeypatch.setenv("SHUXIN_LANG", "en")
    return tmp_path


class TestWithoutTheGate:
    @pytest.mark.parametrize("name", sorted(READING))
    def test_no_command_reads(
        self, name: str, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main([name, *READING[name]]) == 1
        assert capsys.readouterr().err.startswith("holder_not_set_up:")

    def test_no_permit_is_issued(self, home: Path) -> None:
        with pytest.raises(NotSetUp):
            permit_for_all(Purpose.DATA_QUALITY, now=now_in_china())


class TestInit:
    def test_makes_key_log_and_bases_once(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["init", CODE, "澜坪农商银行"]) == 0
        settings = start()
        assert holder(settings).party == f"uscc:{CODE}"
        assert [entry.kind for entry in own_log(settings).entries(0, 9)] == ["lawful-basis"] * 5
        assert (home / "keys" / "party.ed25519").stat().st_mode & 0o777 == 0o600
        assert main(["init", CODE, "澜坪农商银行"]) == 1
        assert "holder_set_up_already" in capsys.readouterr().err

    def test_gives_offices_no_basis_to_lend(self, home: Path) -> None:
        assert main(["init", CODE, "数据局", "--kind", "department"]) == 0
        keys = HeldKeys(home)
        held = {p for p in Purpose if bases(holder=f"uscc:{CODE}", purpose=p, keys=keys)}
        assert held == {
            Purpose.DATA_QUALITY,
            Purpose.ENTITY_RESOLUTION,
            Purpose.OWN_CUSTOMER_VIEW,
        }

    def test_refuses_a_code_that_fails_its_check(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["init", CODE[:-1] + "0", "某银行"]) == 1
        assert "party_invalid" in capsys.readouterr().err
        assert not (home / "holder.json").exists()


class TestBasis:
    def test_without_one_the_use_is_refused_and_with_one_it_is_logged(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["init", CODE, "某银行"])
        (basis,) = bases(
            holder=f"uscc:{CODE}", purpose=Purpose.ENTITY_RESOLUTION, keys=HeldKeys(home)
        )
        assert main(["basis", "end", basis.basis_id]) == 0
        assert main(["resolve"]) == 1
        assert "no recorded lawful basis" in capsys.readouterr().err
        law = "个人信息保护法第八条"
        assert main(["basis", "add", "entity_resolution", "legal_duty", law]) == 0
        assert main(["resolve"]) == 0
        (past,) = history_of(subject="anybody")
        entry = own_log(start()).entries(past.log_index or 0, (past.log_index or 0) + 1)[0]
        assert (past.purpose, past.general) == ("entity_resolution", True)
        assert (entry.kind, entry.facts["purpose"]) == ("use", "entity_resolution")

    def test_of_another_name_is_not_ended(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["init", CODE, "某银行"])
        assert main(["basis", "end", "nothing"]) == 1
        assert "basis_unknown" in capsys.readouterr().err

    def test_every_reading_command_is_known(self) -> None:
        assert set(READING) <= set(COMMANDS)
