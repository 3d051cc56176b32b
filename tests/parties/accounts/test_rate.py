from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from fractions import Fraction
from itertools import count
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.parties.accounts.races import race_for_guesses, race_for_tokens
from tests.parties.accounts.samples import NOON

from shuxin.parties.accounts.lockout import BY_PAIR, TooOften
from shuxin.parties.accounts.models import Bucket
from shuxin.parties.accounts.rate import Rate, take

ROOT = Path(__file__).resolve().parents[3]
NAMES = count()
IN_A_PROCESS = """
import os
import django
from django.core.management import call_command
django.setup()
call_command("migrate", "accounts", verbosity=0, interactive=False)
from tests.parties.accounts.races import race_for_guesses, race_for_tokens
print(race_for_tokens(), race_for_guesses())
"""


class SlowBucket:
    """A bucket as one would fill it by hand, with exact fractions of tokens."""

    def __init__(self, rate: Rate) -> None:
        self.rate, self.tokens, self.at = rate, Fraction(rate.burst), 0

    def takes(self, now_ms: int) -> bool:
        gained = Fraction(now_ms - self.at, self.rate.interval_ms)
        self.tokens, self.at = min(Fraction(self.rate.burst), self.tokens + gained), now_ms
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@pytest.mark.django_db
class TestTake:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.integers(1, 5), st.integers(1, 3000), st.lists(st.integers(0, 4000), max_size=25))
    def test_is_a_token_bucket(self, burst: int, interval: int, gaps: list[int]) -> None:
        rate = Rate(burst=burst, interval=timedelta(milliseconds=interval))
        slow, now_ms, who = SlowBucket(rate), 0, f"caller-{next(NAMES)}"
        for gap in gaps:
            now_ms += gap
            now = NOON + timedelta(milliseconds=now_ms)
            if slow.takes(now_ms):
                take(who, rate=rate, now=now)
                continue
            with pytest.raises(TooOften) as caught:
                take(who, rate=rate, now=now)
            wait_ms = caught.value.facts["wait_seconds"] * 1000
            assert slow.tokens + Fraction(wait_ms, interval) >= 1
            assert slow.tokens + Fraction(wait_ms - 1000, interval) < 1

    def test_callers_do_not_share(self) -> None:
        rate = Rate(burst=1, interval=timedelta(hours=1))
        for who in ("one", "other"):
            take(who, rate=rate, now=NOON)
            with pytest.raises(TooOften):
                take(who, rate=rate, now=NOON)

    def test_full_buckets_are_thrown_away(self) -> None:
        rate = Rate(burst=1, interval=timedelta(seconds=1))
        take("old", rate=rate, now=NOON)
        take("new", rate=rate, now=NOON + timedelta(days=2))
        assert Bucket.objects.count() == 1


class TestTwentyThreads:
    def test_get_no_more_than_there_is_on_sqlite(self, tmp_path: Path) -> None:
        environment = os.environ | {
            "SHUXIN_HOME": str(tmp_path),
            "SHUXIN_DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "shuxin.portal.settings",
        }
        done = subprocess.run(
            [sys.executable, "-c", IN_A_PROCESS],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.split() == ["7", str(BY_PAIR.free)], done.stderr

    @pytest.mark.django_db(transaction=True)
    def test_get_no_more_than_there_is_on_postgresql(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("this run is on SQLite, whose threads have the test above")
        assert (race_for_tokens(), race_for_guesses()) == (7, BY_PAIR.free)
