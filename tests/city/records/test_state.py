from __future__ import annotations

import fcntl
import json
from typing import TYPE_CHECKING

import pytest

from shuxin.city.records import state as under_test
from shuxin.city.records.errors import CityBeingWritten
from shuxin.city.records.filing import Written
from shuxin.city.records.state import State

if TYPE_CHECKING:
    from pathlib import Path

RUN = {"seed": 1}


def written(draft: Path, *, text: str = "12345") -> Written:
    (draft / "X").mkdir(exist_ok=True)
    (draft / "X" / "a.parquet").write_text(text)
    return Written(
        slug="a", file="X/a.parquet", rows=1, doubled=0, damaged=0, bytes=len(text), digest="d"
    )


class TestState:
    def test_what_is_whole_stays(self, tmp_path: Path) -> None:
        state = State(tmp_path / "draft")
        with state.held(RUN):
            state.keep(written(state.draft))
        with State(tmp_path / "draft").held(RUN):
            assert State(tmp_path / "draft").whole("a") == written(state.draft)

    def test_a_file_of_another_length_is_not_whole(self, tmp_path: Path) -> None:
        state = State(tmp_path / "draft")
        with state.held(RUN):
            state.keep(written(state.draft))
            (state.draft / "X" / "a.parquet").write_text("1")
            assert state.whole("a") is None

    def test_a_broken_note_is_not_whole(self, tmp_path: Path) -> None:
        state = State(tmp_path / "draft")
        with state.held(RUN):
            state.keep(written(state.draft))
            (state.draft / ".state" / "a.json").write_text('{"slug": "a"')
            assert state.whole("a") is None

    def test_another_run_begins_anew(self, tmp_path: Path) -> None:
        state = State(tmp_path / "draft")
        with state.held(RUN):
            state.keep(written(state.draft))
        with state.held({"seed": 2}):
            assert state.whole("a") is None
            assert not (state.draft / "X").exists()
            assert json.loads((state.draft / ".state" / "run.json").read_text()) == {"seed": 2}

    def test_one_process_at_a_time(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(under_test, "_PATIENCE_SECONDS", 0.0)
        state = State(tmp_path / "draft")
        with state.held(RUN):
            pass
        with (tmp_path / "draft" / ".state" / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(CityBeingWritten), state.held(RUN):
                pass
