"""What a party takes over the link to its platform, each judged by its own trust."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.consent.asking import asked_and_granted
from tests.consent.world import (
    BANK,
    DAY,
    DIRECTORY,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OTHER_BANK,
    PLATFORM,
    STRANGER,
    presented,
    status,
    terms,
)

from shuxin.consent.api import (
    GrantForeign,
    GrantOtherText,
    GrantUnproven,
    RequestState,
    StatementUnproven,
    StatusAhead,
    StatusRolledBack,
    current_status,
    granted_page,
    kept_grants,
    last_answer,
    newest_status,
    publish_status,
    suspend,
    take_grant,
    take_status_current,
    take_status_list,
)
from shuxin.consent.domain.status import StatusCurrent
from shuxin.consent.following import SETTLED
from shuxin.consent.models import HeldStatusList
from shuxin.kernel.statements import Statement

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)
SIGNER = KEYS[PLATFORM]


def held(number: int = 1, **changed: object) -> Statement:
    statement = replace(status(**changed), number=number).sign(signer=SIGNER)
    take_status_list(statement, issuers={PLATFORM}, keys=DIRECTORY, now=NOW)
    return statement


def word(listed: Statement, *, number: int = 1, at: dt.datetime = NOW) -> StatusCurrent:
    return StatusCurrent(PLATFORM, number, listed.hash, at)


def take(statement: Statement, *, now: dt.datetime = NOW) -> None:
    take_status_current(statement, issuers={PLATFORM}, keys=DIRECTORY, now=now)


def age(now: dt.datetime) -> dt.timedelta:
    found = newest_status({PLATFORM})
    assert found is not None
    return now - found.issued_at


class TestCurrentWord:
    def test_makes_the_held_list_young_again(self) -> None:
        listed, later = held(), NOW + 60 * SECOND
        assert age(later) == 60 * SECOND
        take(word(listed, at=later).sign(signer=SIGNER), now=later)
        assert age(later) == dt.timedelta()
        assert HeldStatusList.objects.count() == 1

    def test_an_older_word_takes_nothing_back(self) -> None:
        listed = held()
        for seconds in (60, 20):
            take(word(listed, at=NOW + seconds * SECOND).sign(signer=SIGNER), now=NOW + 60 * SECOND)
        assert age(NOW + 60 * SECOND) == dt.timedelta()

    def test_of_another_list_is_a_sign_of_tampering(self) -> None:
        first = held()
        held(2, withdrawn=frozenset({"a" * 32}))
        later = NOW + 60 * SECOND
        with pytest.raises(StatusRolledBack):
            take(word(first, at=later).sign(signer=SIGNER), now=later)
        forged = word(first, number=2, at=later)
        with pytest.raises(StatusRolledBack):
            take(forged.sign(signer=SIGNER), now=later)
        assert age(later) == 60 * SECOND

    def test_does_not_outlive_its_list(self) -> None:
        """A new list is as old as it says, whatever was said of the one before."""
        first, later = held(), NOW + 60 * SECOND
        take(word(first, at=later).sign(signer=SIGNER), now=later)
        second = replace(status(), number=2, issued_at=NOW + SECOND).sign(signer=SIGNER)
        take_status_list(second, issuers={PLATFORM}, keys=DIRECTORY, now=later)
        assert age(later) == 59 * SECOND

    def test_counts_from_a_trusted_platform_only(self) -> None:
        listed = held()
        with pytest.raises(StatementUnproven):
            take(word(listed).sign(signer=STRANGER))
        with pytest.raises(StatementUnproven):
            take_status_current(
                word(listed).sign(signer=SIGNER), issuers={BANK}, keys=DIRECTORY, now=NOW
            )
        with pytest.raises(StatusAhead):
            take(word(listed, at=NOW + 60 * SECOND).sign(signer=SIGNER))


class TestCurrentStatus:
    def now_list(self, now: dt.datetime) -> Statement:
        listed, said = current_status(issuer=PLATFORM, signer=SIGNER, now=now)
        take_status_current(said, issuers={PLATFORM}, keys=DIRECTORY, now=now)
        return listed

    def test_is_made_anew_only_when_there_is_more_to_say(self) -> None:
        auth_id = asked_and_granted()
        numbers = []
        for seconds in range(4):
            now = NOW + seconds * SECOND
            if seconds == 2:
                suspend(auth_id, reason="…", by="officer", now=now)
            numbers.append(self.now_list(now).body["number"])
        assert numbers == [1, 1, 2, 2]
        assert HeldStatusList.objects.count() == 2

    def test_goes_on_from_lists_that_were_published_by_hand(self) -> None:
        publish_status(issuer=PLATFORM, signer=SIGNER, now=NOW)
        assert self.now_list(NOW + SECOND).body["number"] == 1


class TestTakeGrant:
    @pytest.mark.parametrize("party", [BANK, HOLDER])
    def test_keeps_it_for_its_recipient_and_its_source(self, party: str) -> None:
        one = presented()
        for _ in range(2):
            assert take_grant(one.statement, party=party, keys=DIRECTORY, now=NOW) == one.terms
        (kept,) = kept_grants(grantee=BANK, issuers={PLATFORM}, now=NOW)
        assert (kept.statement, kept.holds, kept.used) == (one.statement, True, 0)

    def test_refuses_what_is_not_this_partys(self) -> None:
        with pytest.raises(GrantForeign):
            take_grant(presented().statement, party=OTHER_BANK, keys=DIRECTORY, now=NOW)

    def test_refuses_what_the_subject_did_not_sign(self) -> None:
        with pytest.raises(GrantUnproven):
            take_grant(presented(STRANGER).statement, party=BANK, keys=DIRECTORY, now=NOW)
        with pytest.raises(GrantOtherText):
            other = presented(text_hash="1" * 64)
            take_grant(other.statement, party=BANK, keys=DIRECTORY, now=NOW)
        assert kept_grants(grantee=BANK, issuers={PLATFORM}, now=NOW) == []


class TestKeptGrants:
    def keep(self, **changed: object) -> str:
        one = presented(**changed)
        take_grant(one.statement, party=BANK, keys=DIRECTORY, now=NOW)
        return one.terms.auth_id

    def states(self, now: dt.datetime = NOW) -> dict[str, RequestState]:
        found = kept_grants(grantee=BANK, subject=FIRM, issuers={PLATFORM}, now=now)
        return {one.terms.auth_id: one.state for one in found}

    def test_hear_of_every_end(self) -> None:
        withdrawn, on_hold, plain = self.keep(), self.keep(max_uses=3), self.keep(max_uses=4)
        newer = self.keep(max_uses=5, supersedes=plain)
        held(withdrawn=frozenset({withdrawn}), suspended=frozenset({on_hold}))
        assert self.states() == {
            withdrawn: RequestState.WITHDRAWN,
            on_hold: RequestState.SUSPENDED,
            plain: RequestState.SUPERSEDED,
            newer: RequestState.GRANTED,
        }
        assert self.states(NOW + 90 * DAY)[newer] is RequestState.EXPIRED

    def test_are_of_one_subject_when_it_is_named(self) -> None:
        self.keep()
        assert kept_grants(grantee=BANK, subject=HOLDER, issuers={PLATFORM}, now=NOW) == []


class TestGrantedPage:
    def test_brings_each_party_its_own(self) -> None:
        asked_and_granted()
        for party, count in ((BANK, 1), (HOLDER, 1), (OTHER_BANK, 0), (FIRM, 0)):
            page = granted_page(party=party, after=0, now=NOW + SETTLED)
            assert (len(page.statements), page.last) == (count, last_answer())

    def test_leaves_out_what_is_over_and_passes_it(self) -> None:
        asked_and_granted()
        page = granted_page(party=BANK, after=0, now=terms().valid_to)
        assert (page.statements, page.last) == ((), last_answer())

    def test_does_not_pass_a_place_where_an_answer_may_yet_appear(self) -> None:
        asked_and_granted()
        page = granted_page(party=BANK, after=0, now=NOW + SETTLED - SECOND)
        assert (len(page.statements), page.last) == (1, 0)
