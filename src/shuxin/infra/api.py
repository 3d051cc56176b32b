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

_LATER = {
    "AppendOnly": "append_only",
    "Connections": "connections",
    "SECONDS_FOR_HEAD": "connections",
    "TimedProtocol": "connections",
    "allow_many_files": "connections",
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
    "Progress",
    "Settings",
    "Store",
    "StoredFolderMissing",
    "TimedProtocol",
    "allow_many_files",
    "database_failures_explained",
    "django_databases",
    "now_in_china",
    "secret_key",
    "settings_from_environment",
    "silent_progress",
    "sync_folder",
    "write_whole",
]
