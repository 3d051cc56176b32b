from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from shuxin.catalogue.api import read_contract
from shuxin.city.api import WorldSize, generate_city
from shuxin.city.catalogues import CATALOGUES
from shuxin.city.records import service
from shuxin.city.records.errors import CityDepartmentUnknown, CityDiskFull, CityFolderInUse
from shuxin.city.records.filing import METADATA_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FEW = ("CIV", "JUS", "COURT")
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024


def generate(folder: Path, *, seed: int = 5, processes: int = 1, departments: Any = FEW) -> Any:
    return generate_city(
        folder, size=WorldSize.TINY, seed=seed, departments=departments, processes=processes
    )


def everything(folder: Path) -> Mapping[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city") / "city"
    generate(folder)
    return folder


class TestGenerate:
    def test_writes_every_catalogue_with_its_contract_and_truth(self, city: Path) -> None:
        chosen = [one for one in CATALOGUES if one.department in FEW]
        manifest = json.loads((city / "manifest.json").read_text())
        assert [one["slug"] for one in manifest["catalogues"]] == [one.slug for one in chosen]
        for told, catalogue in zip(manifest["catalogues"], chosen, strict=True):
            with pq.ParquetFile(city / told["file"]) as file:
                assert file.metadata.num_rows == told["rows"]
                contract = file.metadata.metadata[METADATA_KEY]
            assert contract == (city / told["contract"]).read_bytes()
            assert read_contract(content=contract).dataset == catalogue.slug
            assert (city / "truth" / "dirt" / f"{catalogue.slug}.parquet").is_file()
        assert not list(city.rglob("*.writing"))
        assert not (city / ".state").exists()

    def test_truth_has_its_tables(self, city: Path) -> None:
        names = {path.stem for path in (city / "truth").glob("*.parquet")}
        assert {"firms", "months", "identity", "labels", "absent", "ring_flows"} <= names
        labels = pq.read_table(city / "truth" / "labels.parquet").to_pylist()
        assert any(one["defaults"] for one in labels)
        assert all(one["fails"] for one in labels if one["defaults"])

    @pytest.mark.parametrize("processes", [1, 2])
    def test_the_same_bytes_whatever_the_processes(
        self, city: Path, tmp_path: Path, processes: int
    ) -> None:
        generate(tmp_path / "again", processes=processes)
        assert everything(tmp_path / "again") == everything(city)

    def test_one_department_alone_is_the_same(self, city: Path, tmp_path: Path) -> None:
        generate(tmp_path / "one", departments=("CIV",))
        for path in (tmp_path / "one" / "CIV").glob("*.parquet"):
            assert path.read_bytes() == (city / "CIV" / path.name).read_bytes()

    def test_another_seed_is_another_city(self, city: Path, tmp_path: Path) -> None:
        generate(tmp_path / "other", seed=6, departments=("CIV",))
        one, other = (
            {
                c["slug"]: c["digest"]
                for c in json.loads((f / "manifest.json").read_text())["catalogues"]
            }
            for f in (city, tmp_path / "other")
        )
        assert all(one[slug] != digest for slug, digest in other.items())

    def test_replaces_a_city_and_nothing_else(self, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "letter").write_text("dear")
        with pytest.raises(CityFolderInUse):
            generate(tmp_path / "mine", departments=("CIV",))
        generate(tmp_path / "city", departments=("CIV",))
        generate(tmp_path / "city", departments=("JUS",))
        assert (tmp_path / "city" / "JUS").is_dir()
        assert not (tmp_path / "city" / "CIV").exists()

    def test_knows_its_departments(self, tmp_path: Path) -> None:
        with pytest.raises(CityDepartmentUnknown, match="XYZ"):
            generate(tmp_path / "city", departments=("XYZ",))


class TestResume:
    def test_goes_on_with_what_is_whole(
        self, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, written = service.write_catalogue, []

        def breaking(folder: Path, table: Any, *rest: Any, **more: Any) -> Any:
            if len(written) == 6:
                raise KeyboardInterrupt
            written.append(table.catalogue.slug)
            return real(folder, table, *rest, **more)

        monkeypatch.setattr(service, "write_catalogue", breaking)
        with pytest.raises(KeyboardInterrupt):
            generate(tmp_path / "city")
        assert not (tmp_path / "city").exists()
        first = list(written)

        def going_on(folder: Path, table: Any, *rest: Any, **more: Any) -> Any:
            written.append(table.catalogue.slug)
            return real(folder, table, *rest, **more)

        monkeypatch.setattr(service, "write_catalogue", going_on)
        generate(tmp_path / "city")
        assert len(set(written)) == len(written)
        assert written[: len(first)] == first
        assert everything(tmp_path / "city") == everything(city)

    def test_does_not_go_on_with_what_other_code_wrote(
        self, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, written = service.write_catalogue, []

        def counting(folder: Path, table: Any, *rest: Any, **more: Any) -> Any:
            if len(written) == 3:
                raise KeyboardInterrupt
            written.append(table.catalogue.slug)
            return real(folder, table, *rest, **more)

        monkeypatch.setattr(service, "write_catalogue", counting)
        monkeypatch.setattr(service, "_sources", lambda: "of another day")
        with pytest.raises(KeyboardInterrupt):
            generate(tmp_path / "city")
        monkeypatch.undo()
        left = (tmp_path / "city.partial" / ".state" / "run.json").read_text()
        assert "of another day" in left
        generate(tmp_path / "city")
        assert everything(tmp_path / "city") == everything(city)

    def test_a_killed_run_goes_on_to_the_same_bytes(self, city: Path, tmp_path: Path) -> None:
        folder = tmp_path / "city"
        code = (
            "import sys; from pathlib import Path; from shuxin.city.api import WorldSize, generate_city;"
            f"generate_city(Path(sys.argv[1]), size=WorldSize.TINY, seed=5, departments={FEW!r}, processes=2)"
        )
        run = subprocess.Popen([sys.executable, "-c", code, str(folder)])
        state, until = tmp_path / "city.partial" / ".state", time.monotonic() + 120
        while len(list(state.glob("*.json"))) < 4 and time.monotonic() < until:
            assert run.poll() is None
            time.sleep(0.02)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        generate(folder, processes=2)
        assert everything(folder) == everything(city)


class TestRoom:
    def test_is_looked_for_before(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service.shutil, "disk_usage", lambda _: Usage(9, 9, 1_000_000))
        with pytest.raises(CityDiskFull, match="1 MB are free"):
            generate(tmp_path / "city", departments=())
        assert not (tmp_path / "city").exists()

    def test_a_full_disk_keeps_what_is_whole(
        self, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, many = Path.replace, []

        def full(source: Path, target: Path) -> Path:
            if target.suffix == ".parquet":
                many.append(target)
                if len(many) == 9:
                    raise OSError(errno.ENOSPC, "No space left on device")
            return real(source, target)

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(CityDiskFull, match=r"city\.partial"):
            generate(tmp_path / "city")
        assert list((tmp_path / "city.partial" / ".state").glob("*.json"))
        monkeypatch.undo()
        generate(tmp_path / "city")
        assert everything(tmp_path / "city") == everything(city)
