from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest

from shuxin.lending.api import APPLICATIONS
from shuxin.portal.lending_desk import listening
from shuxin.portal.lending_desk.listening import Listener
from shuxin.portal.linking.asking import NOT_OURS, SiteUnreachable

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.infra.api import Settings


class Platform:
    """Says what it is told to, then waits for ever."""

    def __init__(self, *said: int | Exception) -> None:
        self.said, self.asked, self.silent = list(said), list[int](), Event()

    def newest_event(self, after: int, *, kind: str) -> int:
        assert kind == APPLICATIONS
        self.asked.append(after)
        if not self.said:
            self.silent.set()
            Event().wait()
        found = self.said.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def heard(platform: Platform, settings: Settings, patch: pytest.MonkeyPatch) -> Listener:
    patch.setattr(listening, "PlatformMarket", lambda _: platform)
    patch.setattr(listening, "_SOON", 0.01)
    listener = Listener(settings, after=7)
    listener.start()
    assert platform.silent.wait(timeout=20)
    return listener


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    from shuxin.infra.api import Settings

    return Settings(tmp_path, "")


class TestListener:
    def test_wakes_the_desk_at_news(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        platform = Platform(9)
        assert heard(platform, settings, monkeypatch).news.is_set()
        assert platform.asked == [7, 9]

    def test_lets_it_sleep_where_there_is_none(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        platform = Platform(7, 7)
        assert not heard(platform, settings, monkeypatch).news.is_set()

    def test_asks_again_when_the_platform_was_away(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        away = SiteUnreachable(address="https://p.example", reason=NOT_OURS)
        platform = Platform(away, away, 8)
        assert heard(platform, settings, monkeypatch).news.is_set()
        assert platform.asked == [7, 7, 7, 8]

    def test_stops_the_work_at_once(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listener = heard(Platform(), settings, monkeypatch)
        listener.stop()
        assert listener.news.is_set()
