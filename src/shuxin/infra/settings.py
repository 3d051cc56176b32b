"""Where this installation keeps its things, read once from the environment."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

KEY_BYTES = 32


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


class KeyDamaged(Unavailable):
    code = "key_damaged"
    what = Text(en="the key file {name} is not whole", zh="密钥文件 {name} 不完整")
    mend = Text(
        en="Restore the keys folder from the backup; do not make a new key, or digests no longer match",
        zh="请从备份恢复 keys 目录；不要新建密钥，否则已有摘要将无法匹配",
    )


def secret_key(settings: Settings, name: str) -> bytes:
    """The 32 random bytes kept under ``name``, made at first use, readable by the owner only.

    Written aside and linked into place whole, so that neither a kill nor a race leaves part of a key.
    Raises KeyDamaged.
    """
    path = settings.keys / name
    if not path.exists():
        settings.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = settings.keys / f".{name}.{secrets.token_hex(8)}"
        descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyDamaged(name=name)
    return key
