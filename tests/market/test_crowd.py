"""Many actors at once: no illegal state, no step without its log entry, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier
from tests.market.crowd import ACTIONS, Crowd, broken_laws
from tests.market.shelf_world import JOURNAL

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
TRIED = st.lists(
    st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 3), st.integers(0, 5)), max_size=25
)


class Stop(Exception):
    """Undoes an example's rows."""


@pytest.fixture
def gathered(db: None) -> tuple[Crowd, int]:
    """A crowd, and how many log entries there were before it."""
    start = len(JOURNAL.entries)
    return Crowd.gathered(demands=1), start


class TestOneAfterTheOther:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(tried=TRIED)
    def test_whatever_anybody_tries_the_laws_hold(
        self, gathered: tuple[Crowd, int], tried: list[tuple[str, int, int]]
    ) -> None:
        crowd, start = gathered
        before = len(JOURNAL.entries)
        with pytest.raises(Stop), transaction.atomic():
            for name, which, later in [("submit", 0, 0), ("choose", 0, 0), *tried]:
                crowd.act(name, which, later)
            logged = [entry.commitments[0] for entry in JOURNAL.entries[start:]]
            assert broken_laws(logged) == []
            raise Stop
        del JOURNAL.entries[before:]


class TestAllAtOnce:
    def test_no_law_is_broken_by_two_processes(self, tmp_path: Path) -> None:
        said = race("market", tmp_path, seed=1, threads=3, actions=20)
        assert said["wrong"] == []
        assert said["done"]["claim"] or said["done"]["choose"]

    @pytest.mark.soak
    @pytest.mark.parametrize("seed", range(6))
    def test_nor_by_many_threads_over_many_actions(self, tmp_path: Path, seed: int) -> None:
        said = race("market", tmp_path, seed=100 * seed, threads=12, actions=80)
        assert said["wrong"] == []
        assert said["done"]["submit"]


def race(room: str, folder: Path, *, seed: int, threads: int, actions: int) -> dict[str, Any]:
    """``tests.<room>.race`` in real processes and threads.

    On a database of its own (SQLite), or on the server of the tests (PostgreSQL).
    """
    environment = os.environ | {"SHUXIN_HOME": str(folder / "home"), "SHUXIN_DATABASE_URL": ""}
    if connection.vendor == "postgresql":
        environment["SHUXIN_DATABASE_URL"] = new_database(os.environ["SHUXIN_DATABASE_URL"])
    done = subprocess.run(
        [sys.executable, "-m", f"tests.{room}.race", "main", *map(str, (seed, threads, actions))],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def new_database(url: str) -> str:
    name = f"{connection.settings_dict['NAME']}_crowd"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    head, _, tail = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{tail}"
