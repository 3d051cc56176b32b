"""What of a city is whole while it is being written: one small file for each table, so that a killed run goes on."""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shuxin.city.records.errors import CityBeingWritten
from shuxin.city.records.filing import Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_STATE, _RUN, _LOCK = ".state", "run.json", "lock"
_PATIENCE_SECONDS = 20.0


class State:
    """The folder of a run that is not finished."""

    def __init__(self, draft: Path) -> None:
        self.draft = draft
        self._folder = draft / _STATE

    @contextmanager
    def held(self, run: Mapping[str, object]) -> Iterator[None]:
        """The folder is this process's and its children's; what another run of other wishes left is removed.

        Raises:
            CityBeingWritten: another process has it, for 20 seconds or more.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LOCK).open("w") as lock:
            _lock(lock.fileno(), self.draft)
            if self._run() != dict(run):
                self._clear()
                _write(self._folder / _RUN, run)
            yield

    def _run(self) -> object:
        try:
            return json.loads((self._folder / _RUN).read_bytes())
        except (OSError, ValueError):
            return None

    def _clear(self) -> None:
        for path in self.draft.iterdir():
            if path.name != _STATE:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in self._folder.glob("*.json"):
            path.unlink()

    def whole(self, name: str) -> Written | None:
        """What was written under that name, if its file is there as it was left."""
        try:
            written = Written(**json.loads((self._folder / f"{name}.json").read_bytes()))
            size = (self.draft / written.file).stat().st_size
        except (OSError, ValueError, TypeError):
            return None
        return written if size == written.bytes else None

    def keep(self, written: Written) -> None:
        _write(self._folder / f"{written.slug}.json", written.document())

    def remove(self) -> None:
        shutil.rmtree(self._folder)


def _lock(number: int, draft: Path) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise CityBeingWritten(folder=draft.name) from None
            time.sleep(0.2)
        else:
            return


def _write(path: Path, document: Mapping[str, object]) -> None:
    """The whole file or none of it."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(document, indent=1, sort_keys=True))
    draft.replace(path)
