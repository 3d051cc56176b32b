from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from tests.fusion.claims.conftest import fines, parquet
from tests.fusion.conftest import (
    csv_text,
    rows_of_firms,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


MOMENTS = (
    "while a proposal is accepted",
    "while rows are read",
    "while typed rows are read",
    "before the load is recorded",
)
IMPORTS = """
import os, signal, sys
from shuxin.portal.bootstrap import start
start()
import ibis.backends.duckdb
from django.db import connections
from shuxin.catalogue import service
from shuxin.catalogue.domain import odcs
from shuxin.fusion import acceptance, ingest, loading, typed_rows
from shuxin.portal.cli import main

connections.close_all()
make, batches = loading.RowMaker.make, []

def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def make_one(self, batch):
    batches.append(batch)
    return make(self, batch) if len(batches) == 1 else dies()

def prepare(moment):
    if moment == "while a proposal is accepted":
        acceptance._set_aside = dies
    elif moment == "while rows are read":
        loading.RowMaker.make = make_one
    elif moment == "while typed rows are read":
        typed_rows.TypedMaker._made = dies
    elif moment == "before the load is recorded":
        ingest.record_load = dies

for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        prepare(line.strip())
        os._exit(main(["import", sys.argv[1], "--accept"]))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Runs an import for each line of its input, killed at that moment, and tells how it ended."""


class TestKill:
    @pytest.mark.parametrize(
        "moments", [pytest.param(MOMENTS, marks=pytest.mark.soak), MOMENTS[-2:]], ids=len
    )
    def test_leaves_nothing_half_loaded_and_the_last_run_completes(
        self, tmp_path: Path, moments: Sequence[str]
    ) -> None:
        inbox = tmp_path / "inbox"
        inbox.mkdir()
        for name, count in (("a.csv", 300), ("b.csv", 200)):
            (inbox / name).write_text(csv_text(rows_of_firms(count)))
        (inbox / "c.parquet").write_bytes(parquet(fines(150)))
        environment = {"SHUXIN_HOME": str(tmp_path / "home"), "SHUXIN_DATABASE_URL": ""}
        with subprocess.Popen(
            [sys.executable, "-c", IMPORTS, str(inbox)],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as imports:
            for moment in moments:
                assert self._ending(imports, moment) == -signal.SIGKILL, moment
                assert set(self._content(tmp_path)) <= {"a", "b"}
            assert self._ending(imports, "never") == 0
        assert self._content(tmp_path) == {"a": 300, "b": 200, "fines": 150}
        kept, drafts = (tmp_path / "home" / "store" / name for name in ("kept", "drafts"))
        assert len(list(kept.glob("*/*"))) == 3
        assert not list(drafts.iterdir())

    @staticmethod
    def _ending(imports: subprocess.Popen[str], moment: str) -> int:
        assert imports.stdin is not None
        assert imports.stdout is not None
        imports.stdin.write(f"{moment}\n")
        imports.stdin.flush()
        return int(imports.stdout.readline())

    @staticmethod
    def _content(tmp_path: Path) -> dict[str, int]:
        """Rows of every dataset as the store holds them; every load has its folder."""
        import sqlite3

        with sqlite3.connect(tmp_path / "home" / "shuxin.sqlite3") as connection:
            found = connection.execute(
                "select d.name, l.store_name from catalogue_load l"
                " join catalogue_dataset d on d.id = l.dataset_id"
            ).fetchall()
        connection.close()
        kept = tmp_path / "home" / "store" / "kept"
        assert {path.name for path in kept.glob("*/*")} >= {name for _, name in found}
        return {
            dataset: pq.read_metadata(kept / name[:2] / name / "rows.parquet").num_rows
            for dataset, name in found
        }
