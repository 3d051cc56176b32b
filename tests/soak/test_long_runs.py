"""Long runs: imports killed at random moments, and hostile bytes by the ten thousand. Only in make soak."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuxin.city.api import WorldSize, write_messy_files
from shuxin.fusion.reading.opening import tables_of
from shuxin.kernel.errors import ShuxinError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak

KILLS = 60
SEED = 11
IMPORT = """
import sys
from pathlib import Path
from shuxin.portal.bootstrap import start
settings = start()
from shuxin.catalogue.api import DataGroup, Level
from shuxin.fusion.api import Holder, accept_all, import_folder
from shuxin.infra.api import silent_progress
work = dict(holder=Holder("", "city", DataGroup.PUBLIC, Level.L1), settings=settings, by="soak",
            language="en", progress=silent_progress)
folder = Path(sys.argv[1])
import_folder(folder, **work)
accept_all(settings=settings, by="soak")
print("READY", flush=True)
import_folder(folder, **work)
"""
SUMMARY = """
from shuxin.portal.bootstrap import start
settings = start()
from shuxin.catalogue.api import all_store_names, datasets
from shuxin.infra.api import Store, now_in_china
print(sorted((d.name, d.rows) for d in datasets(now=now_in_china())))
print(sorted(all_store_names()) == sorted(Store(settings.store).names()))
"""


def run(code: str, home: Path, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


class TestKilledImports:
    def test_no_kill_leaves_anything_half_loaded(self, tmp_path: Path) -> None:
        files = write_messy_files(tmp_path / "city", size=WorldSize.TINY, seed=3)
        run(IMPORT, tmp_path / "clean", files.imports)
        expected = run(SUMMARY, tmp_path / "clean")
        assert expected.endswith("True\n")
        moments = random.Random(SEED)  # noqa: S311 - moments to kill at, no secret
        home = tmp_path / "killed"
        for _ in range(KILLS):
            process = subprocess.Popen(
                [sys.executable, "-c", IMPORT, str(files.imports)],
                env=os.environ | {"SHUXIN_HOME": str(home), "SHUXIN_DATABASE_URL": ""},
                stdout=subprocess.PIPE,
                text=True,
            )
            time.sleep(moments.uniform(0.5, 9.0))
            process.send_signal(signal.SIGKILL)
            process.wait()
            for file in (home / "store" / "kept").glob("*/*/*.parquet"):
                pq.ParquetFile(file).metadata  # noqa: B018 - every kept file is whole
        run(IMPORT, home, files.imports)
        assert run(SUMMARY, home) == expected


class TestHostileBytes:
    @settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_only_our_errors_come_out(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        folder = getattr(self, "_folder", None) or tmp_path_factory.mktemp("hostile")
        self._folder = folder
        samples = self._samples(folder)
        content = bytearray(data.draw(st.sampled_from(samples)))
        for _ in range(data.draw(st.integers(0, 6))):
            if content:
                at = data.draw(st.integers(0, len(content) - 1))
                content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        path = folder / "hostile.csv"
        path.write_bytes(bytes(content))
        try:
            _, _, tables = tables_of(path, file="hostile.csv")
            for table in tables:
                records = table.head(50)
                width = max((len(cells) for _, cells in records), default=1)
                for batch in table.batches(skip_through=0, width=width):
                    assert all(len(column) == batch.rows for column in batch.columns)
        except ShuxinError as error:
            assert error.say("zh")

    def _samples(self, folder: Path) -> list[bytes]:
        if not hasattr(self, "_cached"):
            city = write_messy_files(folder / "city", size=WorldSize.TINY, seed=5)
            paths = [path for path in city.imports.rglob("*") if path.is_file()]
            small = sorted(paths, key=lambda path: path.stat().st_size)[:12]
            self._cached = [path.read_bytes() for path in small] + [b"", b"a,b\n1,2\n"]
        return self._cached
