"""What other rooms may use of infra; what needs Django is imported when it is first asked for."""

from __future__ import annotations

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


def __getattr__(name: str) -> Any:
    """Raises AttributeError."""
    if name != "AppendOnly":
        raise AttributeError(name)
    from shuxin.infra.append_only import AppendOnly  # noqa: PLC0415 - needs Django

    return AppendOnly


__all__ = [
    "CHINA",
    "AppendOnly",
    "DatabaseBusy",
    "DiskFull",
    "Draft",
    "InvalidDatabaseURL",
    "Progress",
    "Settings",
    "Store",
    "StoredFolderMissing",
    "database_failures_explained",
    "django_databases",
    "now_in_china",
    "secret_key",
    "settings_from_environment",
    "silent_progress",
    "sync_folder",
    "write_whole",
]
