"""When trying to sign in has to wait: counted before the attempt is judged, longer after each failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from datetime import datetime

_DOUBLINGS = 20


class TooOften(Unavailable):
    code = "too_often"
    what = Text(en="too many requests", zh="请求过于频繁")
    mend = Text(en="Try again in {wait_seconds} seconds", zh="请在 {wait_seconds} 秒后重试")


class SignInLocked(TooOften):
    code = "sign_in_locked"
    what = Text(
        en="sign-in is locked after too many failed attempts", zh="多次登录失败，登录已暂时锁定"
    )
    mend = Text(
        en="Wait {wait_seconds} seconds; each further failure makes the wait longer",
        zh="请等待 {wait_seconds} 秒；再次失败将延长等待时间",
    )


@dataclass(frozen=True, slots=True)
class Lockout:
    """``free`` failures cost nothing; then waits double from ``first`` to ``longest``; ``forget`` clears.

    ``forget`` is how long nothing was tried after the last attempt or, when it led to one, after the wait.
    ``is_of_one``: whoever succeeds is the one who failed before, so success clears the count.
    """

    free: int
    first: timedelta
    longest: timedelta
    forget: timedelta
    is_of_one: bool


_HALF_MINUTE, _HOUR, _DAY = timedelta(seconds=30), timedelta(hours=1), timedelta(hours=24)
BY_PAIR = Lockout(5, _HALF_MINUTE, _HOUR, _DAY, is_of_one=True)
BY_DEVICE = BY_OWNER = BY_PAIR
BY_NAME = Lockout(100, _HALF_MINUTE, _HOUR, _DAY, is_of_one=False)
BY_ADDRESS = Lockout(30, _HALF_MINUTE, _HOUR, _HOUR, is_of_one=False)


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is known of one name or one address."""

    count: int = 0
    last: datetime | None = None
    until: datetime | None = None

    def another(self, lockout: Lockout, *, now: datetime) -> Attempts:
        """One more attempt, counted as failed until it is known better. Raises SignInLocked."""
        if self.until is not None and now < self.until:
            raise SignInLocked(wait_seconds=seconds_between(now, self.until))
        since = self.until or self.last
        quiet = since is None or now - since >= lockout.forget
        count = 1 if quiet else self.count + 1
        return Attempts(count=count, last=now, until=_until(count, lockout, now=now))


def _until(count: int, lockout: Lockout, *, now: datetime) -> datetime | None:
    if count < lockout.free:
        return None
    doublings = min(count - lockout.free, _DOUBLINGS)
    wait: timedelta = min(lockout.longest, lockout.first * 2**doublings)
    return now + wait


def seconds_between(now: datetime, until: datetime) -> int:
    """Whole seconds, rounded up, at least one."""
    return max(1, -int((now - until) // timedelta(seconds=1)))
