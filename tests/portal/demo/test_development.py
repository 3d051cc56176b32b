"""Development mode: only where the demo's mark is, and nowhere but on this machine."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from shuxin.infra.api import NotADemo, development_mode, mark_development, now_in_china
from shuxin.infra.settings import Settings
from shuxin.parties.api import accounts
from shuxin.portal.commands.serve import DemoStaysHere, _require_here

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

BANK = "uscc:913502007692545453"
OFFICER = accounts.DemoAccount("banker", BANK, ("officer",), "a long enough password")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path))
    monkeypatch.delenv("SHUXIN_URL", raising=False)
    return Settings(home=tmp_path, database_url="")


def options(**changed: str | None) -> Namespace:
    return Namespace(**({"host": "127.0.0.1", "proxy": None} | changed))


class TestDevelopmentMode:
    def test_is_off_where_no_demo_made_the_home(self, home: Settings) -> None:
        assert not development_mode(home)
        _require_here(options(host="10.1.2.3", proxy="10.0.0.1"))

    def test_serves_this_machine_only(
        self, home: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mark_development(home, facts={})
        assert development_mode(home)
        assert (home.home / "development.json").stat().st_mode & 0o077 == 0
        _require_here(options())
        for changed in ({"host": "10.1.2.3"}, {"host": "192.168.1.2"}, {"proxy": "10.0.0.1"}):
            with pytest.raises(DemoStaysHere):
                _require_here(options(**changed))
        monkeypatch.setenv("SHUXIN_URL", "https://credit.example.cn")
        with pytest.raises(DemoStaysHere):
            _require_here(options())


@pytest.mark.django_db
class TestDemoAccounts:
    @pytest.fixture(autouse=True)
    def _cheap(self, settings: SettingsWrapper) -> None:
        settings.PASSWORD_HASHERS = ["tests.parties.accounts.cheap.CheapArgon2"]

    def test_are_opened_nowhere_else(self, home: Settings) -> None:
        with pytest.raises(NotADemo):
            accounts.open_demo_accounts([OFFICER], settings=home, now=now_in_china())
        assert accounts.all_accounts() == []

    def test_open_officers_by_one_hand_and_again_with_a_new_password(self, home: Settings) -> None:
        from shuxin.parties.accounts.models import Account

        mark_development(home, facts={})
        for password in ("a long enough password", "another long password"):
            one = accounts.DemoAccount("banker", BANK, ("officer",), password)
            accounts.open_demo_accounts([one], settings=home, now=now_in_china())
            (found,) = accounts.all_accounts()
            assert (found.name, found.party, found.roles) == ("banker", BANK, ("officer",))
            assert not found.has_second_factor
            assert Account.objects.get().check_password(password)
        assert "password" not in repr(OFFICER)
