"""Files that officers import on a page: kept privately until they are loaded, then removed; the work is done behind.

A file waits in ``incoming`` in the home only while a proposal for it waits: what is stored of it afterwards is masked,
the file itself is not.
"""

from __future__ import annotations

import os
import re
import time
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import InvalidInput, ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import own_reading

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from shuxin.fusion.api import Outcome
    from shuxin.infra.api import Progress, Settings, TaskView
    from shuxin.portal.web.uploads import PrivateFile

KIND = "import"
_LONGEST_NAME = 120
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")
_WAITS_FOR_OTHERS = 600
_ANOTHER = Text(en="another import is running", zh="另一导入任务正在运行")


class FileNameUnfit(InvalidInput):
    code = "file_name_unfit"
    what = Text(en="the file's name cannot be used", zh="文件名不可用")
    mend = Text(en="Give the file a plain name and send it again", zh="请改用普通文件名后重新上传")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer says of a file: whose data it holds, of which group, and whether it is open to all."""

    file: str
    department: str
    group: str
    is_open: bool
    language: str

    def about(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "department": self.department,
            "group": self.group,
            "open": self.is_open,
            "language": self.language,
        }


def incoming(settings: Settings) -> Path:
    """The private folder of files that wait."""
    folder = settings.home / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def plain_name(name: str) -> str:
    """A name that is safe as a file's and as the catalogue's. Raises FileNameUnfit."""
    folded = unicodedata.normalize("NFC", _UNFIT.sub("_", name))
    visible = "".join(sign for sign in folded if unicodedata.category(sign)[0] != "C").strip()
    stem, dot, ending = visible.lstrip(".~ ").rpartition(".")
    fit = f"{stem[: _LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if stem else ending
    if not fit or len(fit) > _LONGEST_NAME or len(fit.encode()) > 250:  # noqa: PLR2004 - of file systems
        raise FileNameUnfit
    return fit


def take_in(upload: PrivateFile) -> str:
    """Move an uploaded file to where it waits; an older one of its name is replaced. Its plain name."""
    name = plain_name(upload.name or "")
    os.replace(upload.path, incoming(settings_from_environment()) / name)  # noqa: PTH105 - one step
    return name


def begin_import(wanted: Wanted, *, by: str, key: str, now: datetime) -> int:
    """The task's number; the same key again begins nothing."""
    from shuxin.portal.background import begin  # noqa: PLC0415 - needs the database

    return begin(kind=KIND, about=wanted.about(), by=by, key=key, now=now)


def is_known(key: str) -> bool:
    """Whether this very form was sent before."""
    from shuxin.infra.api import task_under  # noqa: PLC0415 - needs the database

    return task_under(key) is not None


def work(task: TaskView, progress: Progress) -> dict[str, Any]:
    """Propose or load one file of ``incoming``; the outcome tells of each table. Waits for other imports."""
    from shuxin.catalogue.api import DataGroup, Level  # noqa: PLC0415 - heavy
    from shuxin.fusion.api import Holder, import_folder  # noqa: PLC0415 - heavy

    about, settings = task.about, settings_from_environment()
    folder = incoming(settings)
    path = folder / about["file"]
    holder = Holder(
        department=about["department"],
        place=about["department"],
        group=DataGroup(about["group"]),
        level=Level.L1 if about["open"] else Level.L2,
    )

    def run() -> list[Outcome]:
        return import_folder(
            folder,
            holder=holder,
            settings=settings,
            by=task.by,
            language=about["language"],
            progress=progress,
            only=path,
            reading=own_reading(settings),
        )

    outcomes = _after_others(run, progress, about["language"])
    if not waiting_for(about["file"], settings=settings):
        path.unlink(missing_ok=True)
    return {"tables": [_told(outcome) for outcome in outcomes]}


def _after_others(run: Any, progress: Progress, language: Any) -> list[Outcome]:
    from shuxin.fusion.api import ImportRunning  # noqa: PLC0415 - heavy

    until = time.monotonic() + _WAITS_FOR_OTHERS
    while True:
        try:
            found: list[Outcome] = run()
        except ImportRunning:
            if time.monotonic() > until:
                raise
            progress(0, 0, _ANOTHER.say(language))
            time.sleep(1)
        else:
            return found


def waiting_for(file: str, *, settings: Settings) -> list[str]:
    """Names of proposals that wait for a file of ``incoming``."""
    from shuxin.fusion.api import waiting_proposals  # noqa: PLC0415 - loads the room

    place = str(incoming(settings).resolve())
    waiting = waiting_proposals(settings=settings)
    return [one.name for one in waiting if one.file == file and one.source == place]


def is_incoming(source: str, settings: Settings) -> bool:
    return source == str(incoming(settings).resolve())


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "state": outcome.state.value,
        "dataset": outcome.dataset,
        "proposal": outcome.proposal,
        "rows_read": outcome.rows_read,
        "rows_loaded": outcome.rows_loaded,
        "rejected": dict(outcome.rejected),
        "error": _error(outcome.error),
    }


def _error(error: ShuxinError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    (what_en, mend_en), (what_zh, mend_zh) = error.sentences("en"), error.sentences("zh")
    return {"code": error.code, "what": [what_en, what_zh], "mend": [mend_en, mend_zh]}


def number_of(key: str) -> int:
    """The task that was begun under this key. Raises TaskUnknown."""
    from shuxin.infra.api import TaskUnknown, task_under  # noqa: PLC0415 - needs the database

    found: int | None = task_under(key)
    if found is None:
        raise TaskUnknown(number="-")
    return found
