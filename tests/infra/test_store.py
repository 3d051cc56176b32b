from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.infra import store as store_module
from shuxin.infra.store import DiskFull, Store, StoredFolderMissing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def keep(store: Store, name: str, content: str = "x") -> Path:
    with store.draft() as draft:
        (draft.folder / "rows").write_text(content)
        return store.keep(draft, name=name)


class TestStore:
    def test_keeps_a_draft_under_its_name(self, store: Store) -> None:
        keep(store, "ab12")
        assert (store.folder("ab12") / "rows").read_text() == "x"
        assert store.names() == {"ab12"}

    def test_keeps_the_first_content_of_a_name(self, store: Store) -> None:
        keep(store, "ab12", "first")
        keep(store, "ab12", "second")
        assert (store.folder("ab12") / "rows").read_text() == "first"

    def test_removes_a_draft_that_was_not_kept(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.draft() as draft:
            (draft.folder / "rows").write_text("x")
            raise ZeroDivisionError
        assert list((store.root / "drafts").iterdir()) == []
        assert store.names() == frozenset()

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
    def test_says_that_the_disk_is_full(self, store: Store, number: int) -> None:
        with pytest.raises(DiskFull), store.draft():
            raise OSError(number, os.strerror(number))
        assert list((store.root / "drafts").iterdir()) == []

    def test_does_not_call_every_failure_a_full_disk(self, store: Store) -> None:
        with pytest.raises(PermissionError), store.draft():
            raise PermissionError(errno.EACCES, "no")

    def test_says_so_also_when_not_even_a_draft_can_be_made(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "no space")

        monkeypatch.setattr("pathlib.Path.mkdir", full)
        with pytest.raises(DiskFull), store.draft():
            pass

    def test_makes_every_file_durable_before_it_is_named(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[str] = []
        sync = store_module._sync
        monkeypatch.setattr(
            store_module, "_sync", lambda path: (synced.append(path.name), sync(path))
        )
        with store.draft() as draft:
            (draft.folder / "rows").write_text("x")
            (draft.folder / "rejects").write_text("y")
            store.keep(draft, name="ab12")
            made = draft.folder.name
        assert sorted(synced[:2]) == ["rejects", "rows"]
        assert synced[2:] == [made, "ab"]

    def test_never_removes_what_is_kept(self, store: Store) -> None:
        keep(store, "ab12")
        assert store.remove_dead_drafts() == 0
        assert store.names() == {"ab12"}

    def test_removes_drafts_of_dead_processes_only(self, store: Store) -> None:
        with subprocess.Popen([sys.executable, "-c", ""]) as dead:
            dead.wait()
        drafts = store.root / "drafts"
        for process in (dead.pid, os.getpid()):
            (drafts / f"{process}-{'0' * 32}").mkdir(parents=True)
        assert store.remove_dead_drafts() == 1
        assert [path.name.split("-")[0] for path in drafts.iterdir()] == [str(os.getpid())]

    def test_tells_that_a_folder_is_gone(self, store: Store) -> None:
        with pytest.raises(StoredFolderMissing):
            store.folder("ab12")

    @given(st.text(max_size=9).filter(lambda name: not (name.isalnum() and name.isascii())))
    def test_takes_no_name_that_could_lead_elsewhere(
        self, tmp_path_factory: pytest.TempPathFactory, name: str
    ) -> None:
        with pytest.raises(ValueError, match="letters and digits"):
            Store(tmp_path_factory.getbasetemp() / "store").folder(name)
