"""One import or resolution at a time in an installation."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.infra.api import Settings


class ImportRunning(Conflict):
    code = "import_running"
    what = Text(
        en="another import is running in this installation", zh="本安装中已有导入任务在运行"
    )
    mend = Text(en="Wait until it has finished, then run yours again", zh="请等待其完成后再运行")


@contextmanager
def one_import(settings: Settings) -> Iterator[None]:
    """Only one import at a time in an installation; the lock goes with the process. Raises ImportRunning."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.home / "import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ImportRunning from error
        yield
