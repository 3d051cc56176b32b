"""Where this installation keeps its things, read once from the environment."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """``home`` holds database, store, proposals and keys; ``database_url`` empty means SQLite there."""

    home: Path
    database_url: str

    @property
    def store(self) -> Path:
        return self.home / "store"

    @property
    def proposals(self) -> Path:
        return self.home / "proposals"

    @property
    def keys(self) -> Path:
        return self.home / "keys"


def settings_from_environment() -> Settings:
    """``SHUXIN_HOME`` (default ``./shuxin-home``) and ``SHUXIN_DATABASE_URL``."""
    home = Path(os.environ.get("SHUXIN_HOME", "shuxin-home")).absolute()
    return Settings(home=home, database_url=os.environ.get("SHUXIN_DATABASE_URL", ""))


def secret_key(settings: Settings, name: str) -> bytes:
    """The 32 random bytes kept under ``name``, made at first use, readable by the owner only."""
    path = settings.keys / name
    if not path.exists():
        settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
    return path.read_bytes()
