from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.city.files.conftest import SEED

from shuxin.city.api import (
    CityFolderInUse,
    CityTooLargeForFiles,
    WorldSize,
    read_truth,
    write_messy_files,
)
from shuxin.city.files import service
from shuxin.city.files.offices import courts
from shuxin.city.files.tables import Kind
from shuxin.portal.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.city.files.conftest import Sent


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestWriteMessyFiles:
    def test_gives_the_same_bytes_for_the_same_seed_and_tells_how_far_it_is(
        self, sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of some tables here, of each form; of all in the soak below, for another seed."""
        small = [
            table
            for table in service.TABLES
            if any(item.contract.dataset == table.dataset for item in sent.files.files)
        ]
        databases = [table for table in service.TABLES if table.form.kind is Kind.SQLITE]
        some = [*small[1::5], *databases]
        monkeypatch.setattr(service, "TABLES", some)
        calls: list[tuple[int, int]] = []
        again = write_messy_files(
            tmp_path / "again",
            size=WorldSize.TINY,
            seed=SEED,
            progress=lambda done, total, _what: calls.append((done, total)),
        )
        before = _digests(sent.files.folder)
        tables = {
            file: kept for file, kept in _digests(again.folder).items() if "truth" not in file
        }
        assert len(tables) == len(some) - 1
        assert tables.items() <= before.items()
        assert calls == [(done, len(some)) for done in range(len(some) + 1)]

    @pytest.mark.soak
    def test_replaces_an_earlier_city_by_other_files_for_another_seed(
        self, all_sent: Sent, tmp_path: Path
    ) -> None:
        shutil.copytree(all_sent.files.folder, tmp_path / "city")
        other = write_messy_files(tmp_path / "city", size=WorldSize.TINY, seed=2)
        one, two = _digests(all_sent.files.folder), _digests(other.folder)
        assert set(one) == set(two)
        assert all(one[file] != two[file] for file in one)
        assert read_truth(tmp_path / "city").manifest["seed"] == 2
        assert [path.name for path in tmp_path.iterdir()] == ["city"]

    def test_tells_where_everything_is(self, sent: Sent) -> None:
        files = sent.files
        assert all((files.folder / item.file).is_file() for item in files.files)
        imported = {p for p in files.imports.rglob("*") if p.is_file()}
        assert imported == {files.folder / item.file for item in files.files}
        assert files.database_url.startswith("sqlite:////")
        assert len(files.database_tables) == 2

    def test_leaves_a_folder_with_other_things_alone(self, tmp_path: Path) -> None:
        (tmp_path / "letters.txt").write_text("keep", encoding="utf-8")
        with pytest.raises(CityFolderInUse):
            write_messy_files(tmp_path, size=WorldSize.TINY, seed=1)
        assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]

    def test_refuses_a_city_that_offices_would_not_send(self, tmp_path: Path) -> None:
        with pytest.raises(CityTooLargeForFiles):
            write_messy_files(tmp_path / "city", size=WorldSize.COUNTY, seed=1)
        assert not list(tmp_path.iterdir())


class TestCommand:
    def test_says_where_the_files_the_database_and_the_truth_are(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        some = [table for table in service.TABLES if table.department == courts.DEPARTMENT]
        monkeypatch.setattr(service, "TABLES", some)
        assert main(["city", "files", str(tmp_path / "city"), "--seed", "3"]) == 0
        said = "".join(capsys.readouterr().out.split())
        assert "2" in said
        for place in ("files", "truth", f"databases/{courts.DEPARTMENT}/{courts.DATABASE}"):
            assert f"{tmp_path}/city/{place}" in said

    def test_of_a_whole_city_are_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["city", "files", str(tmp_path / "city"), "--size", "city"]) == 1
        assert "city_too_large_for_files" in capsys.readouterr().err
