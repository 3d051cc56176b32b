"""``shuxin redteam``: a table for people, JSON for programs, and a status that tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import shuxin.federation.api as federation
from shuxin.federation.redteam.attack import AttackScore, AttackVerdict
from shuxin.federation.redteam.table import ATTACKS, run_attacks
from shuxin.portal.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.federation.redteam.attack import Attack

SOME = [
    each
    for each in ATTACKS
    if each.code in {"packed_columns", "mask_used_twice", "same_request_again"}
]


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> list[Attack]:
    """The command with three quick attacks; the list may be changed."""
    chosen = list(SOME)

    def run(**more: Any) -> tuple[AttackVerdict, ...]:
        return run_attacks(attacks=chosen, **more)

    monkeypatch.setattr(federation, "run_attacks", run, raising=False)
    return chosen


class TestRedteam:
    def test_says_what_stops_what_in_both_languages(
        self, some: list[Attack], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["redteam", "--lang", "en"]) == 0
        said = capsys.readouterr().out
        assert "OPEN" in said
        assert "mask_asked_twice" in said
        assert "1 stopped, 1 open and bounded as said, 1 not run here; 0 not as claimed" in said
        assert main(["redteam", "--lang", "zh"]) == 0
        assert "与声明不符 0" in capsys.readouterr().out

    def test_writes_the_same_file_again(self, some: list[Attack], tmp_path: Path) -> None:
        files = [tmp_path / "one.json", tmp_path / "two.json"]
        for file in files:
            assert main(["redteam", "--seed", "7", "--out", str(file)]) == 0
        one, two = (file.read_bytes() for file in files)
        assert one == two
        found = json.loads(one)
        assert (found["seed"], found["as_claimed"]) == (7, True)
        by_code = {each["code"]: each for each in found["attacks"]}
        assert list(by_code) == [each.code for each in some]
        assert by_code["mask_used_twice"]["ours"]["refused"] == "mask_asked_twice"
        assert by_code["same_request_again"]["ours"] is None

    @pytest.mark.parametrize(
        ("ours", "twin"),
        [
            (AttackScore(10, 10, 10, 0.0), AttackScore(10, 10, 10, 0.0)),
            (AttackScore(0, 10, 10, 0.0), AttackScore(0, 10, 10, 0.0)),
        ],
    )
    def test_fails_when_a_defence_does_or_an_attack_does(
        self, monkeypatch: pytest.MonkeyPatch, ours: AttackScore, twin: AttackScore
    ) -> None:
        verdict = AttackVerdict(SOME[-1], ours, twin)
        monkeypatch.setattr(federation, "run_attacks", lambda **_: (verdict,), raising=False)
        assert main(["redteam"]) == 1
