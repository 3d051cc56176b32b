"""A decision by a strategy at a bank's own home, under a real use, and the file that proves it by command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.lending.strategy.strategy_world import APPLIED, CLEAR, OWN, CountingSources, no_models

from shuxin.consent.api import Purpose
from shuxin.infra.api import now_in_china
from shuxin.kernel.uscc import check_symbol
from shuxin.lending.api import (
    Fetched,
    decide,
    keep_decision,
    standard_strategy,
    verify_strategy_evidence,
)
from shuxin.portal.bootstrap import gate, own_log, start
from shuxin.portal.cli import main
from shuxin.portal.strategy_evidence import strategy_evidence, strategy_trust
from shuxin.verification.api import read_trust

if TYPE_CHECKING:
    import datetime as dt

pytestmark = pytest.mark.django_db
CODE = "91350200000000009" + check_symbol("91350200000000009")
FIRM = "91350200000000011" + check_symbol("91350200000000011")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path))
    monkeypatch.setenv("SHUXIN_LANG", "en")
    return tmp_path


def decided(now: dt.datetime) -> str:
    """The hash of a decision that read own data under a permit."""
    settings = start()
    (permit,) = gate(settings).permit_own_each([FIRM], purpose=Purpose.CREDIT_DECISION, now=now)

    class Sources(CountingSources):
        def own_facts(self, firm: str, now: dt.datetime, *, names: object) -> Fetched:
            return Fetched(OWN, (permit.log_index,))

        def open_facts(self, firm: str, now: dt.datetime) -> Fetched:
            return Fetched(CLEAR)

    record = decide(
        replace(APPLIED, firm=replace(APPLIED.firm, party=f"uscc:{FIRM}")),
        strategy=standard_strategy(),
        sources=Sources(),
        request_id="request",
        now=now,
        models=no_models,
    )
    return keep_decision(record, case="case", by="desk", now=now).digest


def test_proves_it_to_a_stranger(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", CODE, "澜坪农商银行"]) == 0
    digest = decided(now_in_china())
    settings = start()
    trust = read_trust(strategy_trust(settings, digest))
    found = verify_strategy_evidence(
        strategy_evidence(settings, digest), trust=trust, now=now_in_china()
    )
    assert [link.name.value for link in found.links] == [
        "file", "basis", "use", "model", "rules", "decision",
    ]  # fmt: skip
    assert found.holds, found.first_broken
    assert found.links[-1].code == "replayed"
    assert "use" in {entry.kind for entry in own_log(settings).entries(0, 99)}
    file, keys = str(home / "evidence.json"), str(home / "trust.json")
    assert main(["evidence", digest, "--out", file, "--trust-out", keys]) == 0
    assert main(["verify", file, "--trust", keys]) == 0
    assert f"{file}: holds" in capsys.readouterr().out
    Path(file).write_bytes(Path(file).read_bytes().replace(b'"refer"', b'"decline"', 1))
    assert main(["verify", file, "--trust", keys]) == 1


def test_an_unknown_decision_is_not_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", CODE, "澜坪农商银行"]) == 0
    assert main(["evidence", "0" * 64, "--out", str(home / "evidence.json")]) == 1
    assert "no_such_decision" in capsys.readouterr().err
