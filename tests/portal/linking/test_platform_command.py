"""``shuxin platform``: join with a secret that is no argument, show, leave; holders' sites at the platform."""

from __future__ import annotations

import argparse
import io
from typing import TYPE_CHECKING

import pytest
from tests.consent.world import HOLDER

from shuxin.kernel.errors import ShuxinError
from shuxin.portal import display
from shuxin.portal.commandline.linking import COMMANDS
from shuxin.portal.commands import platform as command
from shuxin.portal.linking.api import link_of, link_state
from shuxin.portal.linking.joined import leave

if TYPE_CHECKING:
    from pathlib import Path

    from tests.portal.linking.conftest import Spoken

    from shuxin.infra.api import Settings


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    COMMANDS["platform"].arguments(parser)
    return command.run(parser.parse_args(arguments), "en")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What was printed, in lines that are not folded."""
    from rich.console import Console

    text = io.StringIO()
    monkeypatch.setattr(display, "console", Console(file=text, width=400))
    return text


class TestJoin:
    @pytest.fixture(autouse=True)
    def alone(self, home: Settings, platform: Spoken) -> None:
        leave(home)

    def test_takes_the_secret_from_standard_input_and_follows_at_once(
        self, home: Settings, platform: Spoken, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shuxin.portal.linking.follower.now_in_china", lambda: platform.now)
        monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
        assert run("join", "https://p.example/", "--client", "abc", "--every", "5") in {0, 1}
        link = link_of(home)
        assert link is not None
        assert (link.address, link.client_id, link.every_seconds) == ("https://p.example", "abc", 5)
        assert (home.keys / "platform.secret").read_text() == "s3cret"
        state = link_state(home)
        assert state is not None
        assert state.contact_at is not None

    def test_or_from_a_file(self, home: Settings, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("another\n")
        run("join", "https://p.example", "--client", "abc", "--secret-file", str(file))
        assert (home.keys / "platform.secret").read_text() == "another"

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("http://p.example", "--client", "a"), "public_address_invalid"),
            (("https://p.example", "--client", "a b"), "platform_settings_invalid"),
            (("https://p.example", "--client", "a", "--every", "0"), "platform_settings_invalid"),
            (("https://p.example", "--client", "a", "--ca", "/none"), "ca_file_unusable"),
            (("https://p.example", "--client", "a", "--secret-file", "/none"), "folder_missing"),
        ],
    )
    def test_leaves_nothing_behind_when_it_is_refused(
        self, home: Settings, arguments: tuple[str, ...], code: str
    ) -> None:
        with pytest.raises(ShuxinError) as caught:
            run("join", *arguments)
        assert caught.value.code == code
        assert link_of(home) is None
        assert not (home.keys / "platform.secret").exists()


class TestShow:
    def test_says_how_the_link_stands(self, home: Settings, said: io.StringIO) -> None:
        assert run("show") == 0
        assert "https://platform.example" in said.getvalue()
        assert "secret" not in said.getvalue()

    def test_or_that_there_is_none(self, home: Settings, said: io.StringIO) -> None:
        assert run("leave") == 0
        assert run("show") == 0
        assert "follows no platform" in said.getvalue()
        for act in (("leave",), ("follow", "--once")):
            with pytest.raises(ShuxinError) as caught:
                run(*act)
            assert caught.value.code == "platform_not_joined"


class TestFollowOnce:
    def test_ends_with_failure_when_something_was_not_taken(
        self, home: Settings, platform: Spoken, said: io.StringIO
    ) -> None:
        from tests.consent.world import STRANGER

        platform.publish(number=1, key=STRANGER)
        assert run("follow", "--once") == 1
        assert "not taken" in said.getvalue()
        platform.publish(number=1)
        assert run("follow", "--once") == 0


class TestHolders:
    def test_are_added_listed_and_removed(self, home: Settings, said: io.StringIO) -> None:
        assert run("holder", "add", HOLDER, "https://bureau.example") == 0
        assert run("holder", "list") == 0
        assert "https://bureau.example" in said.getvalue()
        assert run("holder", "remove", HOLDER) == 0
        with pytest.raises(ShuxinError):
            run("holder", "remove", HOLDER)
