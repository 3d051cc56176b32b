"""A holder's home whose trust is that of the small world, and a platform that says what a test lets it say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.consent.world import ANCHORS, DAY, HOLDER, KEYS, NOW, PLATFORM, STATEMENTS, status

from shuxin.consent.domain.status import StatusCurrent, StatusList
from shuxin.portal.bootstrap import start
from shuxin.portal.founding import set_up
from shuxin.portal.linking import follower as following
from shuxin.portal.linking.client import Word
from shuxin.portal.linking.follower import Follower
from shuxin.portal.linking.joined import Link, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, timedelta
    from pathlib import Path

    from shuxin.infra.api import Settings
    from shuxin.kernel.errors import ShuxinError
    from shuxin.kernel.signing import Ed25519Key
    from shuxin.kernel.statements import Statement

ADDRESS = "https://platform.example"
SECRET = "secret"  # noqa: S105 - nobody's


@dataclass
class Spoken:
    """A platform as the follower meets it; ``down`` is raised at every contact."""

    key: Ed25519Key = KEYS[PLATFORM]
    now: datetime = NOW
    listed: Statement = field(default_factory=lambda: status().sign(signer=KEYS[PLATFORM]))
    lines: list[bytes] = field(default_factory=list)
    directory_number: int = 0
    given: list[Statement] = field(default_factory=list)
    down: ShuxinError | None = None
    asked: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def publish(self, *, number: int, key: Ed25519Key | None = None, **says: Any) -> None:
        said = replace(StatusList(PLATFORM, number, self.now, frozenset(), frozenset()), **says)
        self.listed = said.sign(signer=key or self.key)

    def publish_directory(
        self, *, number: int = 1, statements: Iterable[Statement] = STATEMENTS
    ) -> None:
        from shuxin.parties.api import write_snapshot
        from shuxin.parties.domain.snapshot import read_head

        head = None
        for nth in range(1, number + 1):
            lines = list(write_snapshot(statements, previous=head, now=NOW, signer=self.key))
            from shuxin.kernel.statements import parse_statement

            head = read_head(parse_statement(lines[0]))
            self.lines, self.directory_number = lines, nth

    def follow(self, told: dict[str, Any], *, now: Callable[[], datetime]) -> Word:
        if self.down:
            raise self.down
        self.told = told | {"at": now().isoformat()}
        number = int(str(self.listed.body["number"]))
        said = StatusCurrent(PLATFORM, number, self.listed.hash, self.now)
        current = said.sign(signer=self.key)
        return Word(number, current, self.directory_number, len(self.given))

    def status_list(self) -> Statement:
        self.asked.append("status")
        return self.listed

    def directory(self) -> bytes:
        self.asked.append("directory")
        return b"".join(self.lines)

    def grants(self, *, after: int) -> tuple[list[Statement], int]:
        self.asked.append("grants")
        return self.given[after : after + 2], min(after + 2, len(self.given))

    def close(self) -> None:
        pass


@pytest.fixture
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A department's home that knows the small world's platform and attester, and has joined."""
    from shuxin.parties.api import read_trust, write_trust

    monkeypatch.setenv("SHUXIN_HOME", str(tmp_path / "home"))
    settings = start()
    set_up(settings, party=HOLDER, kind="department", name="数据局", now=NOW - DAY)
    own = read_trust(settings.home).pinned
    others = tuple(pin for pin in ANCHORS.pinned if pin.party != HOLDER)
    write_trust(replace(ANCHORS, pinned=(*own, *others)), home=settings.home)
    join(settings, link=Link(ADDRESS, "client", "", 2.0), secret=SECRET)
    return settings


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    made = Spoken()
    monkeypatch.setattr(following, "Platform", lambda _: made)
    monkeypatch.setattr(following, "AGAIN_SECONDS", 0.0)
    return made


@dataclass
class Following:
    """A follower whose clock is the platform's."""

    follower: Follower
    platform: Spoken

    def rounds(self, count: int = 1, *, every: timedelta | None = None) -> None:
        for _ in range(count):
            self.follower.guarded()
            if every:
                self.platform.now += every


@pytest.fixture
def follows(home: Settings, platform: Spoken) -> Following:
    return Following(Follower(home, now=lambda: platform.now), platform)
