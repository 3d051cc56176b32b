"""The application database: SQLite (WAL) embedded, PostgreSQL in production."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from shuxin.kernel.errors import InvalidInput, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.infra.settings import Settings


class InvalidDatabaseURL(InvalidInput):
    code = "database_url_invalid"
    what = Text(
        en="the database address of scheme '{scheme}' is not understood",
        zh="无法识别数据库地址（协议“{scheme}”）",
    )
    mend = Text(
        en="Use postgresql://USER:PASSWORD@HOST:PORT/NAME, or leave SHUXIN_DATABASE_URL empty for SQLite",
        zh="请使用 postgresql://用户：密码@主机：端口/库名，或不设置 SHUXIN_DATABASE_URL 以使用 SQLite",
    )


def django_databases(settings: Settings) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES``. Raises InvalidDatabaseURL."""
    if not settings.database_url:
        return {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(settings.home / "shuxin.sqlite3"),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 60,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                },
            }
        }
    parts = urlsplit(settings.database_url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise InvalidDatabaseURL(scheme=parts.scheme)
    socket_folder = parse_qs(parts.query).get("host", [""])[0]
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or socket_folder,
            "PORT": str(parts.port or ""),
        }
    }


class DatabaseBusy(Unavailable):
    code = "database_busy"
    what = Text(
        en="the database did not answer in time: {reason}", zh="数据库未能及时响应：{reason}"
    )
    mend = Text(
        en="Wait for the other work to finish and run the command again; nothing was half-written",
        zh="请等待其他任务结束后重新运行；没有写入一半的内容",
    )


@contextmanager
def database_failures_explained() -> Iterator[None]:
    """A locked or unreachable database becomes DatabaseBusy, without its address or the statement."""
    try:
        yield
    except Exception as error:
        database = sys.modules.get("django.db")
        if database is None or not isinstance(error, database.OperationalError):
            raise
        raise DatabaseBusy(reason=_kind(error)) from error


def _kind(error: Exception) -> str:
    """What failed, in words of our own: drivers' texts carry addresses."""
    return "it is locked" if "locked" in str(error) else type(error.__cause__ or error).__name__
