from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from shuxin.infra.database import InvalidDatabaseURL, django_databases
from shuxin.infra.settings import Settings, secret_key, settings_from_environment

if TYPE_CHECKING:
    from pathlib import Path


class TestSettingsFromEnvironment:
    def test_takes_home_and_database(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "here"))
        monkeypatch.setenv("SHUXIN_DATABASE_URL", "postgresql:///x")
        settings = settings_from_environment()
        assert settings == Settings(tmp_path / "here", "postgresql:///x")
        assert {settings.store, settings.proposals, settings.keys} == {
            tmp_path / "here" / name for name in ("store", "proposals", "keys")
        }


class TestSecretKey:
    def test_is_made_once_for_the_owner_alone(self, tmp_path: Path) -> None:
        settings = Settings(tmp_path, "")
        key = secret_key(settings, "some.key")
        assert len(key) == 32
        assert secret_key(settings, "some.key") == key
        assert secret_key(settings, "other.key") != key
        assert stat.S_IMODE((settings.keys / "some.key").stat().st_mode) == 0o600
        assert stat.S_IMODE(settings.keys.stat().st_mode) == 0o700


class TestDjangoDatabases:
    def test_is_sqlite_at_home_without_an_address(self, tmp_path: Path) -> None:
        found = django_databases(Settings(tmp_path, ""))["default"]
        assert found["ENGINE"].endswith("sqlite3")
        assert found["NAME"] == str(tmp_path / "shuxin.sqlite3")

    def test_reads_a_postgresql_address(self, tmp_path: Path) -> None:
        address = "postgresql://us%40er:p%2Fw@host:5433/name"
        found = django_databases(Settings(tmp_path, address))["default"]
        assert {k: found[k] for k in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
            "NAME": "name",
            "USER": "us@er",
            "PASSWORD": "p/w",
            "HOST": "host",
            "PORT": "5433",
        }

    def test_reads_a_socket_folder(self, tmp_path: Path) -> None:
        found = django_databases(Settings(tmp_path, "postgresql://u@/name?host=/run/pg"))["default"]
        assert found["HOST"] == "/run/pg"

    def test_refuses_another_scheme_without_telling_the_password(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidDatabaseURL) as caught:
            django_databases(Settings(tmp_path, "mysql://user:secret@host/name"))
        assert "secret" not in caught.value.say("en") + caught.value.say("zh")
