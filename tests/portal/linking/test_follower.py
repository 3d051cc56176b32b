"""A home follows its platform: what it takes, what it refuses, and what it remembers of failures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.consent.world import (
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    PLATFORM,
    STRANGER,
    bound,
    presented,
)
from tests.portal.linking.conftest import SECRET

from shuxin.consent.api import authorisations_held, newest_status
from shuxin.consent.models import EndedAuthorisation, HeldStatusList
from shuxin.parties.api import PartyKind
from shuxin.portal.bootstrap import own_log
from shuxin.portal.linking.api import link_of, link_state
from shuxin.portal.linking.asking import REFUSES, SiteUnreachable
from shuxin.portal.linking.follower import Follower
from shuxin.portal.linking.joined import leave

if TYPE_CHECKING:
    from tests.portal.linking.conftest import Following, Spoken

    from shuxin.infra.api import Settings
    from shuxin.portal.linking.api import LinkState

ENDED = "a" * 32
ROUND = timedelta(seconds=2)


def state(home: Settings) -> LinkState:
    found = link_state(home)
    assert found is not None
    return found


def down() -> SiteUnreachable:
    return SiteUnreachable(address="https://platform.example", reason=REFUSES)


class TestWithdrawals:
    def test_arrive_with_the_next_contact(self, follows: Following, platform: Spoken) -> None:
        follows.rounds()
        platform.publish(number=2, withdrawn=frozenset({ENDED}))
        follows.rounds()
        assert EndedAuthorisation.objects.filter(auth_id=ENDED).exists()

    def test_a_list_that_says_all_stays_young_and_travels_once(
        self, follows: Following, platform: Spoken
    ) -> None:
        follows.rounds(10, every=ROUND)
        found = newest_status({PLATFORM})
        assert found is not None
        assert platform.now - found.issued_at == ROUND
        assert platform.asked == ["status"]

    def test_a_list_made_between_contact_and_fetch_is_no_failure(
        self, follows: Following, platform: Spoken, home: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = platform.status_list

        def newer() -> object:
            platform.publish(number=7)
            return before()

        monkeypatch.setattr(platform, "status_list", newer)
        follows.rounds()
        assert (state(home).status_number, state(home).failed_code) == (7, "")


class TestForgery:
    def test_a_list_of_another_key_is_refused_and_said_once(
        self,
        follows: Following,
        platform: Spoken,
        home: Settings,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        follows.rounds()
        platform.publish(number=2, key=STRANGER, withdrawn=frozenset({ENDED}))
        follows.rounds(5)
        assert state(home).failed_code == "consent_statement_unproven"
        assert [one.levelname for one in caplog.records] == ["WARNING"]
        assert HeldStatusList.objects.count() == 1
        assert not EndedAuthorisation.objects.exists()

    def test_a_roll_back_is_refused_and_nothing_comes_back_to_life(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.publish(number=5, withdrawn=frozenset({ENDED}))
        follows.rounds()
        platform.publish(number=4)
        follows.rounds(2, every=ROUND)
        assert state(home).failed_code == "status_rolled_back"
        assert EndedAuthorisation.objects.filter(auth_id=ENDED).exists()
        found = newest_status({PLATFORM})
        assert found is not None
        assert (found.number, found.issued_at) == (5, NOW)

    def test_a_forged_list_keeps_nothing_else_back(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.publish(number=2, key=STRANGER)
        platform.publish_directory()
        platform.given = [presented().statement]
        follows.rounds()
        assert (state(home).failed_code, state(home).grants) == ("consent_statement_unproven", 1)

    def test_a_directory_of_another_key_is_refused(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.key = STRANGER
        platform.publish_directory()
        platform.key = KEYS[PLATFORM]
        follows.rounds()
        assert state(home).failed_code == "directory_publisher_unknown"
        assert state(home).directory_number == 0

    @pytest.mark.parametrize("lines", [[], [b"{}\n"], [b"\xff" * 40_000]])
    def test_what_is_no_directory_is_refused(
        self, follows: Following, platform: Spoken, home: Settings, lines: list[bytes]
    ) -> None:
        platform.lines, platform.directory_number = lines, 3
        follows.rounds()
        assert state(home).failed_code == "statement_invalid"


class TestDirectory:
    def test_is_taken_once_and_logged(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.publish_directory()
        before = own_log(home).size
        follows.rounds(3)
        assert platform.asked.count("directory") == 1
        assert [one.kind for one in own_log(home).entries(before, before + 9)] == ["directory"]

    def test_an_older_one_is_refused(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.publish_directory(number=2)
        follows.rounds()
        platform.publish_directory(number=1)
        follows.rounds()
        assert (state(home).failed_code, state(home).directory_number) == (
            "directory_snapshot_older",
            2,
        )


class TestGrants:
    def test_all_arrive_over_several_pages(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.publish_directory()
        platform.given = [presented(max_uses=nth).statement for nth in range(1, 6)]
        follows.rounds(2)
        assert state(home).grants == 5
        assert platform.asked.count("grants") == 3

    def test_one_whose_key_is_unknown_waits_for_the_directory(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.given = [presented().statement, presented(max_uses=3).statement]
        follows.rounds(2)
        assert (state(home).grants, state(home).unproven) == (0, 2)
        assert state(home).failed_code == ""
        platform.publish_directory()
        follows.rounds()
        assert (state(home).grants, state(home).unproven) == (2, 0)

    def test_wait_also_over_a_new_start_of_the_process(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.given = [presented().statement]
        follows.rounds()
        platform.publish_directory()
        Follower(home, now=lambda: NOW).guarded()
        assert authorisations_held() == 1

    def test_a_stranger_s_is_refused_and_the_others_go_on(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        foreign = presented(holders=(FIRM,)).statement
        platform.publish_directory()
        platform.given = [foreign, presented().statement]
        follows.rounds()
        assert (state(home).failed_code, state(home).grants) == ("grant_foreign", 1)


class TestFailures:
    def test_of_the_network_are_said_once_and_pass(
        self,
        follows: Following,
        platform: Spoken,
        home: Settings,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        follows.rounds(1, every=ROUND)
        platform.down = down()
        assert not follows.follower.guarded()
        follows.rounds(5, every=ROUND)
        failed = state(home)
        assert (failed.failed_code, failed.failed_at) == ("site_unreachable", NOW + ROUND)
        assert failed.contact_at == NOW
        platform.down = None
        assert follows.follower.guarded()
        assert (state(home).failed, state(home).contact_at) == (None, platform.now)
        assert len(caplog.records) == 2

    def test_a_fault_of_the_software_does_not_end_the_following(
        self, follows: Following, home: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(follows.platform, "follow", lambda _, **__: 1 / 0)
        assert not follows.follower.guarded()
        assert state(home).failed_code == "following_broken"

    def test_a_damaged_memory_is_a_new_beginning(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        platform.publish_directory()
        platform.given = [presented().statement]
        follows.rounds()
        (home.home / "platform-state.json").write_text('{"contact_at": 7')
        Follower(home, now=lambda: NOW).guarded()
        assert (state(home).failed_code, state(home).grants) == ("", 1)

    def test_no_platform_is_no_failure(self, follows: Following, home: Settings) -> None:
        leave(home)
        assert follows.follower.guarded()
        assert (link_of(home), link_state(home)) == (None, None)

    def test_leaving_and_joining_begins_anew(
        self, follows: Following, platform: Spoken, home: Settings
    ) -> None:
        from shuxin.portal.linking.joined import Link, join

        platform.publish_directory()
        follows.rounds()
        leave(home)
        follows.rounds()
        join(home, link=Link("https://other.example", "client", "", 2.0), secret=SECRET)
        follows.rounds()
        assert platform.told["directory"] == 0
        assert state(home).failed_code == ""


def test_the_platform_is_told_what_this_home_has(follows: Following, platform: Spoken) -> None:
    platform.publish_directory(statements=bound(FIRM, PartyKind.ENTERPRISE, KEYS[FIRM]))
    platform.publish(number=3)
    follows.rounds(2)
    told = platform.told
    assert (told["status"], told["directory"], told["at"]) == (3, 1, NOW.isoformat())
    assert HOLDER not in str(told)
