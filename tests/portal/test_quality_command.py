"""``shuxin quality``: the list, one dataset, and what a person decides."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.fusion.conftest import uscc
from tests.fusion.quality_world import REGISTER, World

from shuxin.catalogue.api import Hold, held_loads, loads, record_load
from shuxin.infra.api import Settings, now_in_china
from shuxin.portal import bootstrap
from shuxin.portal.bootstrap import own_log, own_reading, start
from shuxin.portal.cli import main
from shuxin.portal.commands import quality

if TYPE_CHECKING:
    from pathlib import Path

FIRMS = [{"firm": uscc(n)} for n in range(1, 121)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Settings:
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path))
    monkeypatch.setenv("SHUXIN_LANG", "en")
    assert main(["init", "11349900MB1A2B3CXR", "澜坪市数据局", "--kind", "department"]) == 0
    return start()


@pytest.fixture
def held(home: Settings) -> int:
    world = World(home, now=now_in_china() - timedelta(days=3))
    world.loaded(REGISTER, FIRMS)
    world.now += timedelta(days=2)
    return world.loaded(REGISTER, [*FIRMS, *FIRMS[:5]], file="register.csv").id


class TestQuality:
    def test_lists_and_fails_while_a_load_waits(
        self, held: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        capsys.readouterr()
        assert main(["quality"]) == 1
        assert "register" in capsys.readouterr().out
        assert main(["quality", "reject", str(held), "--reason", "sent twice"]) == 0
        assert main(["quality"]) == 0

    def test_shows_why_where_and_how_to_mend(
        self, held: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        capsys.readouterr()
        assert main(["quality", "show", "register"]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert "score 100.0 of 100" in shown
        assert "key_repeated" in shown
        assert "122" in shown

    def test_releases_in_the_name_of_the_account(
        self, held: int, home: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(quality, "operator", lambda: "li")
        assert main(["quality", "release", str(held), "--reason", "checked"]) == 0
        assert [load.rows_loaded for load in loads(dataset="register")] == [125]
        (view,) = held_loads(now=now_in_china(), dataset="register")
        assert [(act.by, act.reason) for act in view.acts] == [("li", "checked")]
        log = own_log(home)
        assert log.entries(log.size - 1, log.size)[0].kind == "held-load"

    def test_tells_that_a_second_person_is_needed(
        self, home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(home, now=now_in_china() - timedelta(days=1))
        world.loaded(REGISTER, FIRMS)
        load = world.new_load(REGISTER, FIRMS[:50])
        number = record_load(load=load, hold=Hold(needs_two=True)).id
        capsys.readouterr()
        for who, code in (("li", 0), ("li", 1), ("wang", 0)):
            monkeypatch.setattr(quality, "operator", lambda who=who: who)
            assert main(["quality", "release", str(number), "--reason", "ok"]) == code
        told = capsys.readouterr()
        assert "waits for a second person" in told.out
        assert told.err.startswith("second_person_needed:")
        assert "is in force from now on" in told.out

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["show"], "quality_act_invalid"),
            (["release"], "quality_act_invalid"),
            (["reject", "x"], "quality_act_invalid"),
            (["reject", "5"], "held_reason_missing"),
            (["reject", "5", "--reason", "x"], "held_load_unknown"),
            (["show", "nothing"], "dataset_unknown"),
        ],
    )
    def test_says_what_is_wrong(
        self, home: Settings, words: list[str], code: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        capsys.readouterr()
        assert main(["quality", *words]) == 1
        assert capsys.readouterr().err.startswith(f"{code}:")


class TestOwnReading:
    def test_is_recorded_before_it_is_given(self, home: Settings) -> None:
        ask = own_reading(home)
        assert ask is not None
        before = own_log(home).size
        assert ask().purpose.value == "data_quality"
        assert own_log(home).size == before + 1

    def test_is_nobodys_in_a_home_that_is_not_set_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bootstrap, "permit_for_all", lambda *_, **__: pytest.fail("asked"))
        assert own_reading(Settings(home=tmp_path, database_url="")) is None
