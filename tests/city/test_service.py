from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from shuxin.city import service
from shuxin.city.api import CityFolderInUse, Size, read_truth, write_messy_files
from shuxin.city.tables import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.city.api import CityFiles


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestWriteMessyFiles:
    def test_gives_the_same_bytes_for_the_same_seed_and_tells_how_far_it_is(
        self, written: CityFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of some tables here, of each form; of all in the soak below, for another seed."""
        databases = [table for table in service.TABLES if table.form.kind is Kind.SQLITE]
        some = [*[table for table in service.TABLES if table not in databases][1::5], *databases]
        monkeypatch.setattr(service, "TABLES", some)
        seed = read_truth(written.folder).manifest["seed"]
        calls: list[tuple[int, int]] = []
        again = write_messy_files(
            tmp_path / "again",
            size=Size.TINY,
            seed=seed,
            progress=lambda done, total, _what: calls.append((done, total)),
        )
        before = _digests(written.folder)
        tables = {
            file: kept for file, kept in _digests(again.folder).items() if "truth" not in file
        }
        assert len(tables) >= len(some) - 1
        assert tables.items() <= before.items()
        assert calls == [(done, len(some)) for done in range(len(some) + 1)]

    @pytest.mark.soak
    def test_replaces_an_earlier_city_by_other_files_for_another_seed(
        self, written: CityFiles, tmp_path: Path
    ) -> None:
        shutil.copytree(written.folder, tmp_path / "city")
        other = write_messy_files(tmp_path / "city", size=Size.TINY, seed=2)
        one, two = _digests(written.folder), _digests(other.folder)
        assert set(one) == set(two)
        assert all(one[file] != two[file] for file in one)
        assert read_truth(tmp_path / "city").manifest["seed"] == 2
        assert [path.name for path in tmp_path.iterdir()] == ["city"]

    def test_tells_where_everything_is(self, written: CityFiles) -> None:
        assert all((written.folder / item.file).is_file() for item in written.files)
        imported = {p for p in written.imports.rglob("*") if p.is_file()}
        assert imported == {written.folder / item.file for item in written.files}
        assert written.database_url.startswith("sqlite:////")
        assert len(written.files) + len(written.database_tables) == 24

    def test_leaves_a_folder_with_other_things_alone(self, tmp_path: Path) -> None:
        (tmp_path / "letters.txt").write_text("keep", encoding="utf-8")
        with pytest.raises(CityFolderInUse):
            write_messy_files(tmp_path, size=Size.TINY, seed=1)
        assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
