"""What a home that follows is told by the platform, and what the platform notes of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from tests.consent.asking import asked_and_granted
from tests.consent.world import BANK as WORLD_BANK
from tests.consent.world import FIRM, OTHER_BANK
from tests.consent.world import NOW as WORLD_NOW
from tests.portal.web.conftest import PLATFORM
from tests.portal.web.test_systems import Caller

from shuxin.consent.api import suspend
from shuxin.consent.domain.status import read_status_current
from shuxin.kernel.statements import parse_statement, statement_from
from shuxin.parties.api import accounts
from shuxin.parties.domain.snapshot import read_snapshot
from shuxin.portal.bootstrap import own_log, own_signer
from shuxin.portal.linking.api import contacts

if TYPE_CHECKING:
    from tests.portal.web.conftest import Clock

    from shuxin.infra.api import Settings

pytestmark = pytest.mark.django_db


class Home(Caller):
    """A party's home that follows."""

    def __init__(self, clock: Clock, *, party: str) -> None:
        new = accounts.register_client(
            party=party, name="node", scopes=["grants:read", "requests:write"], now=clock.now
        )
        form = {"grant_type": "client_credentials", "client_id": new.client_id}
        answer = Client().post("/api/oauth/token", form | {"client_secret": new.secret})
        self._token, self._clock = str(answer.json()["access_token"]), clock

    def follow(self, **told: Any) -> dict[str, Any]:
        said = {"at": self._clock.now.isoformat()} | told
        answer = self.call("POST", "/follow", json.dumps(said).encode())
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def home(platform: Settings, clock: Clock) -> Home:
    clock.now = WORLD_NOW
    return Home(clock, party=WORLD_BANK)


class TestContact:
    def test_tells_what_is_newest(self, home: Home, platform: Settings, clock: Clock) -> None:
        said = home.follow()
        assert (said["status"], said["directory"], said["grants"]) == (1, 1, 0)
        statement = statement_from(said["current"])
        word = read_status_current(statement)
        assert (word.issuer, word.number, word.at) == (PLATFORM, 1, clock.now)
        assert statement.signed_by(own_signer(platform).public)
        listed = parse_statement(home.call("GET", "/follow/status").content)
        assert listed.hash == word.list_hash

    def test_tells_of_an_end_within_a_second(self, home: Home, clock: Clock) -> None:
        auth_id = asked_and_granted()
        assert home.follow()["status"] == 1
        suspend(auth_id, reason="…", by="officer", now=clock.now)
        clock.forward(seconds=1)
        assert home.follow()["status"] == 2
        listed = parse_statement(home.call("GET", "/follow/status").content)
        assert listed.body["suspended"] == [auth_id]

    def test_is_noted_with_what_the_home_says_of_itself(self, home: Home, clock: Clock) -> None:
        late = (clock.now - timedelta(seconds=7)).isoformat()
        home.follow(status=4, directory=2, unproven=1, version="0.4.0", at=late)
        (found,) = contacts()
        assert (found.party, found.status_number, found.version) == (WORLD_BANK, 4, "0.4.0")
        assert (found.clock_off, found.clock_is_off) == (timedelta(seconds=-7), True)

    def test_writes_little_while_nothing_is_new(self, home: Home, clock: Clock) -> None:
        began = clock.now
        times = []
        for _ in range(4):
            home.follow()
            times.append((contacts()[0].at - began).total_seconds())
            clock.forward(seconds=2)
        assert times == [0, 0, 0, 6]
        clock.forward(seconds=60)
        assert contacts()[0].is_silent(now=clock.now)

    @pytest.mark.parametrize(
        "told",
        [
            {"status": -1},
            {"directory": 2**53},
            {"version": "x" * 41},
            {"at": "2026-01-01T00:00:00"},
        ],
    )
    def test_of_another_form_is_refused(self, home: Home, clock: Clock, told: dict) -> None:
        body = json.dumps({"at": clock.now.isoformat()} | told).encode()
        assert home.call("POST", "/follow", body).status_code == 400
        assert contacts() == []


class TestDirectory:
    def test_is_whole_and_made_anew_when_there_is_more(
        self, home: Home, platform: Settings, clock: Clock
    ) -> None:
        assert home.follow()["directory"] == 1
        size = own_log(platform).size
        clock.forward(seconds=4)
        assert home.follow()["directory"] == 1
        assert own_log(platform).size == size
        lines = home.call("GET", "/follow/directory").content.splitlines(keepends=True)
        public = own_signer(platform).public
        snapshot = read_snapshot(lines, publisher=public, held=None)
        assert list(snapshot.statements) == []

    def test_files_of_old_ones_go(
        self, home: Home, platform: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tests.consent.world import STATEMENTS

        from shuxin.parties.keeping import keep_received

        for statement in STATEMENTS[:4]:
            keep_received([statement], now=clock.now)
            clock.forward(seconds=4)
            home.follow()
        names = sorted(one.name for one in (platform.home / "directory").iterdir())
        assert names == ["3.jsonl", "4.jsonl"]


class TestGrants:
    def test_are_those_of_the_caller(self, home: Home, clock: Clock) -> None:
        auth_id = asked_and_granted()
        clock.forward(seconds=11)
        said = home.call("GET", "/follow/grants?after=0").json()
        assert [one["body"]["auth_id"] for one in said["statements"]] == [auth_id]
        assert home.call("GET", f"/follow/grants?after={said['last']}").json()["statements"] == []
        other = Home(clock, party=OTHER_BANK)
        assert other.call("GET", "/follow/grants").json() == {
            "statements": [],
            "last": said["last"],
        }

    def test_and_what_came_of_the_callers_requests(self, home: Home, clock: Clock) -> None:
        auth_id = asked_and_granted()
        (said,) = home.call("GET", "/requests").json()
        assert (said["auth_id"], said["state"], said["subject"]) == (auth_id, "granted", FIRM)
        other = Home(clock, party=OTHER_BANK)
        assert other.call("GET", "/requests").json() == []


@pytest.mark.parametrize("path", ["", "/status", "/directory", "/grants"])
def test_only_an_operator_is_followed(platform: Settings, clock: Clock, path: str) -> None:
    home = Home(clock, party=WORLD_BANK)
    file = platform.home / "holder.json"
    file.write_text(file.read_text().replace('"operator"', '"bank"'))
    method = "GET" if path else "POST"
    body = b"" if path else json.dumps({"at": clock.now.isoformat()}).encode()
    answer = home.call(method, f"/follow{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (404, "status_list_not_here")
