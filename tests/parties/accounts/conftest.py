from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from shuxin.infra.api import CHINA
from shuxin.parties.accounts.keys import AccountKeys

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=CHINA)
ADDRESS = "192.0.2.7"


@pytest.fixture(autouse=True)
def cheap_hashing(settings: SettingsWrapper) -> None:
    settings.PASSWORD_HASHERS = ["tests.parties.accounts.cheap.CheapArgon2"]


@pytest.fixture
def keys() -> AccountKeys:
    return AccountKeys(seal=bytes(range(32)), digest=bytes(range(32, 64)))
