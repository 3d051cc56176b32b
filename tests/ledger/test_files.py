from __future__ import annotations

import os
from pathlib import Path

import pytest

from shuxin.ledger.files import make_folder, put_durably


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders and files in the order in which they were synced."""
    found: list[Path] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        found.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    return found


class TestMakeFolder:
    def test_syncs_each_folder_above_a_new_one(self, tmp_path: Path, synced: list[Path]) -> None:
        make_folder(tmp_path / "a" / "b")
        assert synced[-2:] == [tmp_path, tmp_path / "a"]

    def test_syncs_what_a_killed_maker_did_not(self, tmp_path: Path, synced: list[Path]) -> None:
        (tmp_path / "a").mkdir()
        make_folder(tmp_path / "a" / "b")
        assert tmp_path in synced
        synced.clear()
        make_folder(tmp_path / "a" / "b")
        assert synced == [tmp_path / "a"]

    def test_makes_folders_that_only_their_owner_reads(self, tmp_path: Path) -> None:
        make_folder(tmp_path / "a" / "b")
        put_durably(tmp_path / "a", "c/d/file", b"")
        made = [tmp_path / "a" / name for name in ("", "b", "c", "c/d")]
        assert [folder.stat().st_mode & 0o777 for folder in made] == [0o700] * 4


class TestPut:
    def test_syncs_the_file_before_its_name_and_all_folders_up_to_the_root(
        self, tmp_path: Path, synced: list[Path]
    ) -> None:
        (tmp_path / "c").mkdir()
        put_durably(tmp_path, "c/d/file", b"x")
        assert synced[0] == tmp_path / "aside"
        assert synced[1:] == [tmp_path / "c/d", tmp_path / "c", tmp_path]
