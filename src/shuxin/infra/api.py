"""What other rooms may use of infra; what needs Django or a server is imported when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shuxin.infra.clock import CHINA, now_in_china
from shuxin.infra.database import (
    DatabaseBusy,
    InvalidDatabaseURL,
    database_failures_explained,
    django_databases,
)
from shuxin.infra.development import (
    NotADemo,
    development_facts,
    development_mode,
    mark_development,
    require_development,
)
from shuxin.infra.files import sync_folder, write_whole
from shuxin.infra.progress import Progress, silent_progress
from shuxin.infra.settings import Settings, secret_key, settings_from_environment
from shuxin.infra.store import DiskFull, Draft, Store, StoredFolderMissing

if TYPE_CHECKING:
    from shuxin.infra.append_only import AppendOnly
    from shuxin.infra.connections import (
        SECONDS_FOR_HEAD,
        Connections,
        TimedProtocol,
        allow_many_files,
    )
    from shuxin.infra.tasks import (
        TaskState,
        TaskTaken,
        TaskUnknown,
        TaskView,
        again,
        ask_task,
        task,
        task_under,
        tasks,
        work_on,
    )

_LATER = {
    "AppendOnly": "append_only",
    "Connections": "connections",
    "SECONDS_FOR_HEAD": "connections",
    "TimedProtocol": "connections",
    "allow_many_files": "connections",
    "TaskState": "tasks",
    "TaskTaken": "tasks",
    "TaskUnknown": "tasks",
    "TaskView": "tasks",
    "again": "tasks",
    "ask_task": "tasks",
    "task": "tasks",
    "task_under": "tasks",
    "tasks": "tasks",
    "work_on": "tasks",
}


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name not in _LATER:
        raise AttributeError(name)
    return getattr(import_module(f"shuxin.infra.{_LATER[name]}"), name)


__all__ = [
    "CHINA",
    "SECONDS_FOR_HEAD",
    "AppendOnly",
    "Connections",
    "DatabaseBusy",
    "DiskFull",
    "Draft",
    "InvalidDatabaseURL",
    "NotADemo",
    "Progress",
    "Settings",
    "Store",
    "StoredFolderMissing",
    "TaskState",
    "TaskTaken",
    "TaskUnknown",
    "TaskView",
    "TimedProtocol",
    "again",
    "allow_many_files",
    "ask_task",
    "database_failures_explained",
    "development_facts",
    "development_mode",
    "django_databases",
    "mark_development",
    "now_in_china",
    "require_development",
    "secret_key",
    "settings_from_environment",
    "silent_progress",
    "sync_folder",
    "task",
    "task_under",
    "tasks",
    "work_on",
    "write_whole",
]
