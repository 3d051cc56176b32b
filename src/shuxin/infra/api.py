"""What other rooms may use of infra."""

from shuxin.infra.clock import CHINA, now_in_china
from shuxin.infra.database import (
    DatabaseBusy,
    InvalidDatabaseURL,
    database_failures_explained,
    django_databases,
)
from shuxin.infra.progress import Progress, silent_progress
from shuxin.infra.settings import Settings, secret_key, settings_from_environment
from shuxin.infra.store import DiskFull, Draft, Store, StoredFolderMissing

__all__ = [
    "CHINA",
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
]
