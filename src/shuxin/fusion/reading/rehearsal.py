"""Whether a workbook can be opened, tried in a process of its own: a hostile one takes its reader down.

One cell in the far corner of a sheet makes the reader ask for the whole rectangle before it, and end the
process when it does not get it; a file of some kilobytes is enough.
"""

from __future__ import annotations

import functools
import resource
import subprocess
import sys
from enum import IntEnum
from pathlib import Path

import python_calamine

MEMORY_MIB = 2048
_SECONDS = 900


class Ending(IntEnum):
    """How a rehearsal ended; the first three are exit codes of its process."""

    OPENED = 0
    NEEDS_PASSWORD = 3
    DAMAGED = 4
    TOO_HEAVY = 5


def rehearse(path: Path) -> Ending:
    """Open every sheet with at most ``MEMORY_MIB`` MiB; once for each content of the file."""
    now = path.stat()
    return _rehearsed(str(path), now.st_size, now.st_mtime_ns, now.st_ino)


@functools.lru_cache(maxsize=1024)
def _rehearsed(path: str, _size: int, _changed_ns: int, _inode: int) -> Ending:
    command = [sys.executable, "-P", "-m", __name__, path]
    try:
        done = subprocess.run(  # noqa: S603 - this very module
            command, check=False, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return Ending.TOO_HEAVY
    known = {ending.value for ending in Ending}
    return Ending(done.returncode) if done.returncode in known else Ending.TOO_HEAVY


def by_content(path: Path) -> python_calamine.CalamineWorkbook:
    """Opened for what it is; by its path the reader would believe the name. Raises CalamineError, OSError."""
    with path.open("rb") as stream:
        return python_calamine.CalamineWorkbook.from_filelike(stream)


def _open_everything(path: str) -> Ending:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    allowed = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MEMORY_MIB << 20
    most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        workbook = by_content(Path(path))
        for entry in workbook.sheets_metadata:
            if entry.typ == python_calamine.SheetTypeEnum.WorkSheet:
                workbook.get_sheet_by_name(entry.name)
    except python_calamine.PasswordError:
        return Ending.NEEDS_PASSWORD
    except (python_calamine.CalamineError, OSError):
        return Ending.DAMAGED
    return Ending.OPENED


if __name__ == "__main__":
    raise SystemExit(_open_everything(sys.argv[1]))
