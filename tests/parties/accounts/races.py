"""Twenty threads at once, on a real database; run by the tests in their own process or in this one."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

from django.db import connection
from tests.parties.accounts.samples import NOON

from shuxin.kernel.errors import ShuxinError
from shuxin.parties.accounts.attempts import count_attempt
from shuxin.parties.accounts.keys import AccountKeys
from shuxin.parties.accounts.rate import Rate, take

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS, EACH = 20, 4


def admitted(act: Callable[[], object]) -> int:
    """How many of all acts were not refused."""
    barrier = Barrier(THREADS)

    def many(_: int) -> int:
        barrier.wait()
        done = 0
        try:
            for _ in range(EACH):
                with contextlib.suppress(ShuxinError):
                    act()
                    done += 1
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(many, range(THREADS)))


def race_for_tokens() -> int:
    rate = Rate(burst=7, interval=timedelta(seconds=60))
    return admitted(lambda: take("racer", rate=rate, now=NOON))


def race_for_guesses() -> int:
    keys = AccountKeys(seal=bytes(32), digest=bytes(32))
    return admitted(
        lambda: count_attempt(name="li", address="192.0.2.1", device="", keys=keys, now=NOON)
    )
