from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.parties.accounts.samples import NOON

from shuxin.parties.accounts.lockout import (
    BY_ADDRESS,
    BY_NAME,
    BY_PAIR,
    Attempts,
    Lockout,
    SignInLocked,
    seconds_between,
)

gaps = st.lists(
    st.one_of(st.integers(0, 90), st.integers(0, 4000), st.integers(0, 100_000)).map(
        lambda seconds: timedelta(seconds=seconds)
    ),
    max_size=60,
)
lockouts = st.sampled_from([BY_PAIR, BY_ADDRESS, BY_NAME])


def slow_wait(lockout: Lockout, failures: int) -> timedelta:
    """How long the wait is after so many failures, by doubling one at a time."""
    if failures < lockout.free:
        return timedelta(0)
    wait = lockout.first
    for _ in range(failures - lockout.free):
        wait = min(wait * 2, lockout.longest)
    return wait


class TestAttempts:
    @given(gaps, lockouts)
    def test_are_admitted_just_when_the_doubled_wait_is_over(
        self, gaps: list[timedelta], lockout: Lockout
    ) -> None:
        attempts, now = Attempts(), NOON
        failures, free_from, last = 0, NOON, None
        for gap in gaps:
            now += gap
            if now < free_from:
                with pytest.raises(SignInLocked):
                    attempts.another(lockout, now=now)
                continue
            if last is not None and now - max(last, free_from) >= lockout.forget:
                failures = 0
            failures, last = failures + 1, now
            free_from = now + slow_wait(lockout, failures)
            attempts = attempts.another(lockout, now=now)
            assert attempts.count == failures

    @given(lockouts)
    def test_a_guesser_who_never_pauses_gets_few_guesses_a_day(self, lockout: Lockout) -> None:
        attempts, now, guesses = Attempts(), NOON, 0
        while now < NOON + timedelta(days=1):
            attempts = attempts.another(lockout, now=now)
            guesses += 1
            now = attempts.until or now
        assert guesses <= lockout.free + 6 + 24

    @given(st.integers(0, 10**7))
    def test_the_time_told_is_enough_and_not_a_second_too_long(self, millis: int) -> None:
        until = NOON + timedelta(milliseconds=millis)
        told = timedelta(seconds=seconds_between(NOON, until))
        assert NOON + told >= until
        assert told - (until - NOON) < timedelta(seconds=1) or told == timedelta(seconds=1)

    def test_the_refusal_tells_the_wait_in_both_languages(self) -> None:
        attempts = Attempts()
        for _ in range(BY_PAIR.free):
            attempts = attempts.another(BY_PAIR, now=NOON)
        with pytest.raises(SignInLocked) as caught:
            attempts.another(BY_PAIR, now=NOON + timedelta(seconds=10))
        assert caught.value.facts == {"wait_seconds": 20}
        assert "20" in caught.value.say("en")
        assert "20" in caught.value.say("zh")
