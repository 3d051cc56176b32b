"""What the demo reads in the words of its own commands, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shuxin.portal.commands.account import _CLIENT, _SECRET
from shuxin.portal.demo.homes import _client_of

if TYPE_CHECKING:
    from shuxin.kernel.text import Language


class TestClientOf:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_finds_the_client_and_its_secret(self, language: Language) -> None:
        made = {"client_id": "62ec5bea", "secret": "Xy-1_z"}
        said = "\n".join([_CLIENT.say(language, **made), _SECRET.say(language, **made), ""])
        assert _client_of(said) == ("62ec5bea", "Xy-1_z")
