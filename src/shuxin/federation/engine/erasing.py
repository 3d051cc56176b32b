"""The end of a job's line: its secrets are overwritten and dropped, and nothing can take the job up again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from shuxin.federation.engine import journal
from shuxin.federation.engine.journal import explained

if TYPE_CHECKING:
    from pathlib import Path

_ERASED = "erased"


def erase(folder: Path) -> None:
    """Overwrite and drop all that ``once`` kept: private keys, seeds, masks. Again after a kill is harmless.

    What a file system promises: the names are gone and the blocks that the file had last hold zeros, once the disk
    says so. It does not promise that a journal, a snapshot, a backup, a copy-on-write file system or the spare
    cells of a flash disk hold no older copy: against those, keep the node's folder on an encrypted disk.
    Keys in the memory of this process go with the process. Raises LineUnwritable.
    """
    once = folder / "once"
    with explained():
        if not folder.is_dir():
            return
        journal.write_at(folder / _ERASED, b"", at=0)
        journal.sync(folder)
        for path in sorted(once.iterdir()) if once.is_dir() else ():
            journal.overwrite(path)
            journal.drop(path)
        if once.is_dir():
            journal.sync(once)


def was_erased(folder: Path) -> bool:
    return (folder / _ERASED).exists()


def remove(folder: Path) -> None:
    """Erase, then drop every message too; a node that records transcripts just erases. Raises LineUnwritable."""
    erase(folder)
    with explained():
        if folder.is_dir():
            shutil.rmtree(folder)
            journal.sync(folder.parent)
