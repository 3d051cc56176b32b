"""The calls that docs/api.md shows are made, and answer what it says."""

from __future__ import annotations

import base64
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.docs.test_documents import DOCS, LEFT_OUT
from tests.portal.web.conftest import cheap_hashing, clock, platform
from tests.portal.web.market_world import Town

from shuxin.infra.api import now_in_china
from shuxin.market import api as market
from shuxin.parties.api import accounts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

__all__ = ["cheap_hashing", "clock", "platform"]
PAIR = [DOCS / "api.md", DOCS / "api.zh-CN.md"]
BLOCK = re.compile(r"^```console ?([A-Z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(import.*?)^```$", re.MULTILINE | re.DOTALL)
VALUED = {"-X", "-H", "-d", "-u"}


def calls_of(text: str) -> list[tuple[str, str, str]]:
    """Name for the key that comes, command, lines shown below it."""
    found = []
    for name, block in BLOCK.findall(text):
        for call in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = call.splitlines()
            end = next((n for n, line in enumerate(lines[1:], 1) if line[0] != ">"), len(lines))
            command = "\n".join([lines[0], *(line[1:] for line in lines[1:end])])
            found.append((name, command, "\n".join(lines[end:])))
    return found


@dataclass
class Reader:
    """A bank's engineer who follows the page, and the others who do their part meanwhile."""

    town: Town
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scopes = ("market:read", "market:write", "uses:read")
        party, now = self.town.bank.party, self.town.clock.now
        new = accounts.register_client(party=party, name="core", scopes=scopes, now=now)
        self.values |= {"SITE": "", "CLIENT": new.client_id, "SECRET": new.secret}
        self.values["MONTH"] = f"{now_in_china():%Y-%m}"

    def filled(self, text: str) -> str:
        return re.sub(r"\$([A-Z]+)", lambda match: self.value(match[1]), text)

    def value(self, name: str) -> str:
        if name not in self.values:
            made = {"DEMAND": self.demand, "APPLICATION": self.application}
            self.values[name] = made[name]()
        return self.values[name]

    def demand(self) -> str:
        town, product = self.town, self.values["PRODUCT"]
        market.step_product(product, "approve", doer=town.operator(), now=town.clock.now)
        return town.demand()

    def application(self) -> str:
        firm = self.town.firm
        asked = {"amount_fen": 50_000_000, "term_months": 12}
        key = firm.made("/applications", {"referral": self.values["REFERRAL"], **asked})
        firm.call("POST", f"/applications/{key}/steps", {"event": "submit"})
        return key

    def call(self, command: str) -> str:
        """Each ``curl`` with the few options that the page uses."""
        program, *words = shlex.split(self.filled(command))
        assert program == "curl"
        options: dict[str, list[str]] = {}
        url, rest = "", iter(words)
        for word in rest:
            if word in VALUED:
                options.setdefault(word, []).append(next(rest))
            elif word != "-s":
                url = word
        headers = dict(one.split(": ", 1) for one in options.get("-H", []))
        if "-u" in options:
            told = base64.b64encode(options["-u"][0].encode()).decode()
            headers["Authorization"] = f"Basic {told}"
        body = options.get("-d", [""])[0]
        method = options.get("-X", ["POST" if body else "GET"])[0]
        kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
        answer = Client().generic(method, url, body, content_type=kind, headers=headers)
        if url.endswith("/token"):
            self.values["TOKEN"] = answer.json()["access_token"]
        content = answer.content.decode()
        found = re.match(r'\{"key":"([0-9a-f]{32})"', content)
        self.values["LAST"] = found[1] if found else ""
        return content


def agrees(shown: str, printed: str) -> bool:
    parts = [re.escape("".join(part.split())) for part in shown.split(LEFT_OUT) if part.strip()]
    return re.match(".*".join(parts), "".join(printed.split())) is not None


@pytest.mark.django_db
class TestPage:
    @pytest.mark.parametrize("path", PAIR, ids=lambda path: path.name)
    def test_shows_what_is_answered(self, path: Path, platform: Settings, clock: Clock) -> None:
        reader = Reader(Town.built(platform, clock))
        wrong = []
        calls = calls_of(path.read_text(encoding="utf-8"))
        assert len(calls) >= 9
        for name, command, shown in calls:
            expected = reader.filled(
                shown
            )  # first: what it names is made by others before the call
            printed = reader.call(command)
            if name:
                reader.values[name] = reader.values["LAST"]
            if not agrees(expected, printed):
                wrong.append(f"{command}\n{shown}\n{printed[:600]}")
        assert wrong == []

    def test_checks_a_webhook_as_it_is_signed(self) -> None:
        for path in PAIR:
            (code,) = PYTHON.findall(path.read_text(encoding="utf-8"))
            names: dict[str, object] = {}
            exec(code, names)  # noqa: S102 - the page's own lines
            holds = names["holds"]
            headers = market.hook_headers(b"{}", secret="s", event="7", now=now_in_china())  # noqa: S106
            assert holds(headers, b"{}", "s") is True  # type: ignore[operator]
            assert holds(headers, b"{ }", "s") is False  # type: ignore[operator]


def test_both_languages_show_the_same_calls() -> None:
    english, chinese = (calls_of(path.read_text(encoding="utf-8")) for path in PAIR)
    assert [call[1] for call in english] == [call[1] for call in chinese]
