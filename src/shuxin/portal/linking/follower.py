"""Follows the platform: hears every few seconds what is newest there, and takes it in by this home's own trust.

Who carries it may withhold, and then this home's list grows old and its gate refuses; it can add nothing of its own.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from shuxin.infra.api import database_failures_explained, now_in_china
from shuxin.kernel.errors import ShuxinError, Unavailable
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HeldKeys, holder, trusted_operators
from shuxin.portal.linking.client import Platform
from shuxin.portal.linking.joined import EVERY_SECONDS, link_of
from shuxin.portal.linking.state import Progress, read_progress, write_progress
from shuxin.portal.linking.taking import take_directory, take_status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from threading import Event

    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.portal.linking.client import Word
    from shuxin.portal.linking.joined import Link

SLOWEST_SECONDS = 10.0
"""Between two tries while the platform cannot be reached."""
AGAIN_SECONDS = 30.0
"""Before a directory or authorisations that could not be taken are asked for again."""
WRITTEN_EVERY = timedelta(seconds=5)
COUNTED_EVERY_SECONDS = 60.0
MOST_PAGES = 50
"""Of authorisations, in one round."""
_LOG = logging.getLogger(__name__)


class FollowingBroken(Unavailable):
    code = "following_broken"
    what = Text(
        en="a fault in the software stops the link to the platform", zh="软件故障导致平台对接中断"
    )
    mend = Text(
        en="It is tried again; send the log of this process to who maintains the software",
        zh="系统将自动重试；请将本进程日志提供给软件维护方",
    )


@dataclass
class Follower:
    """Follows one home's platform (跟随平台); one thread at a time."""

    settings: Settings
    now: Callable[[], datetime] = now_in_china

    def __post_init__(self) -> None:
        self._platform: Platform | None = None
        self._joined: Link | None = None
        self._failures: dict[str, ShuxinError] = {}
        self._done = read_progress(self.settings)
        self._written: Progress | None = None
        self._unproven: set[str] = set()
        self._again: dict[str, float] = {}
        self._trust_mark = 0.0
        self._count_at, self._counted = 0.0, dict[str, int]()

    def run(self, stop: Event) -> None:
        """Until ``stop``; a home that has not joined yet is looked at again each round."""
        from django.db import close_old_connections, connections  # noqa: PLC0415 - once Django is set up

        wait = 0.0
        while not stop.wait(wait):
            close_old_connections()
            reached = self.guarded()
            every = self._joined.every_seconds if self._joined else EVERY_SECONDS
            slower = min(max(wait, every) * 2, max(SLOWEST_SECONDS, every))
            wait = every if reached else slower
        self.close()
        connections.close_all()

    def guarded(self) -> bool:
        """One round; whatever fails is remembered. False: the platform was not reached."""
        try:
            self.once()
        except ShuxinError as error:
            self._note(error, now=self.now())
            return False
        except Exception:  # noqa: BLE001 - the outermost loop
            _LOG.exception("following the platform")
            self._note(FollowingBroken(), now=self.now())
            return False
        return True

    def once(self) -> Progress | None:
        """One contact and what follows from it; what is refused is remembered. None: no platform.

        Raises what reaching the platform raises: SiteUnreachable, SiteRefused, ClientRefused and others.
        """
        link = link_of(self.settings)
        if link is None:
            self._forget()
            return None
        if self._platform is None or link != self._joined:
            self._forget()
            self._platform, self._joined = Platform(self.settings), link
        with database_failures_explained():
            return self._round(self._platform)

    def close(self) -> None:
        if self._platform is not None:
            self._platform.close()
            self._platform = None

    def _forget(self) -> None:
        self.close()
        if self._joined is not None:
            self._done, self._joined = Progress(), None
            self._unproven.clear()

    def _round(self, platform: Platform) -> Progress:
        now, held = self.now(), self._held_number()
        word = platform.follow(self._told(now, held), now=self.now)
        failures = [
            self._tried("status", lambda: self._take_status(platform, word, held), wait=0.0),
            self._tried("directory", lambda: self._take_directory(platform, word)),
            self._tried("grants", lambda: self._take_grants(platform, word)),
        ]
        failed = next((one for one in failures if one), None)
        self._done = replace(self._done, contact_at=now, unproven=len(self._unproven))
        self._note(failed, now=now)
        return self._done

    def _told(self, now: datetime, held: int) -> dict[str, object]:
        return {
            "status": held,
            "directory": self._done.directory_number,
            "unproven": len(self._unproven),
            "version": version("shuxin"),
            **self._objections(now),
        }

    def _objections(self, now: datetime) -> dict[str, int]:
        """How many run, and how many of them are past their day; counted once a minute."""
        from shuxin.consent.api import rights  # noqa: PLC0415 - needs the database

        if time.monotonic() >= self._count_at:
            self._count_at = time.monotonic() + COUNTED_EVERY_SECONDS
            found = rights.objections(now=now)
            late = rights.Escalation.SUPERVISOR
            self._counted = {
                "objections_open": sum(one.state is not rights.State.CLOSED for one in found),
                "objections_overdue": sum(one.escalation is late for one in found),
            }
        return self._counted

    def _held_number(self) -> int:
        from shuxin.consent.api import newest_list  # noqa: PLC0415 - needs the database

        found = [newest_list(one) for one in trusted_operators(self.settings)]
        return max((one.number for one in found if one), default=0)

    def _tried(
        self, part: str, take: Callable[[], None], *, wait: float = AGAIN_SECONDS
    ) -> ShuxinError | None:
        """What kept it from being taken; it is then left alone for a while, and the rest goes on."""
        if time.monotonic() < self._again.get(part, 0.0):
            return self._failures.get(part)
        try:
            take()
        except ShuxinError as error:
            self._again[part] = time.monotonic() + wait
            self._failures[part] = error
            return error
        self._failures.pop(part, None)
        return None

    def _take_status(self, platform: Platform, word: Word, held: int) -> None:
        """held: the number that was held before the platform was asked."""
        from shuxin.consent.api import take_status_current  # noqa: PLC0415 - needs the database

        number = self._held_number()
        if word.status_number > number:
            number = take_status(self.settings, platform.status_list(), now=self.now()).number
        if word.status_number < held or word.status_number == number:
            take_status_current(
                word.current,
                issuers=trusted_operators(self.settings),
                keys=HeldKeys(self.settings.home),
                now=self.now(),
            )
        self._done = replace(self._done, status_number=number)

    def _take_directory(self, platform: Platform, word: Word) -> None:
        if word.directory_number in {0, self._done.directory_number}:
            return
        lines = platform.directory().splitlines(keepends=True)
        head = parse_statement(lines[0] if lines else b"")
        taken, _ = take_directory(self.settings, lines, head=head, now=self.now())
        self._done = replace(self._done, directory_number=taken.number, directory_at=self.now())
        self._retry()

    def _take_grants(self, platform: Platform, word: Word) -> None:
        self._retry_on_other_trust()
        refused: ShuxinError | None = None
        for _ in range(MOST_PAGES):
            after = self._done.grants_after
            if word.grants_last <= after:
                break
            statements, last = platform.grants(after=after)
            for statement in statements:
                refused = self._take_grant(statement, after=after) or refused
            if last <= after:
                break
            self._done = replace(self._done, grants_after=last)
        if refused:
            raise refused

    def _take_grant(self, statement: Statement, *, after: int) -> ShuxinError | None:
        """One that this home's trust does not hold true waits for another directory; others go on."""
        from shuxin.consent.api import GrantUnproven, take_grant  # noqa: PLC0415 - needs the database

        own, keys = holder(self.settings).party, HeldKeys(self.settings.home)
        try:
            take_grant(statement, party=own, keys=keys, now=self.now())
        except GrantUnproven:
            self._unproven.add(statement.hash)
            earlier = self._done.retry_from
            self._done = replace(
                self._done, retry_from=after if earlier < 0 else min(after, earlier)
            )
        except ShuxinError as error:
            return error
        else:
            self._unproven.discard(statement.hash)
        return None

    def _retry_on_other_trust(self) -> None:
        """Also once when the process begins."""
        file = self.settings.home / "trust.json"
        mark = file.stat().st_mtime if file.exists() else 0.0
        if mark != self._trust_mark:
            self._trust_mark = mark
            self._retry()

    def _retry(self) -> None:
        """Ask again for the authorisations that were not held true."""
        if self._done.retry_from >= 0:
            self._done = replace(self._done, grants_after=self._done.retry_from, retry_from=-1)

    def _note(self, error: ShuxinError | None, *, now: datetime) -> None:
        """Said in the log once, until something else fails or nothing does."""
        before = self._done
        code = error.code if error else ""
        if code != before.failed_code:
            _LOG.warning("%s", error.say("en") if error else "the platform is followed again")
        failed = Text(_plain(error.say("en")), _plain(error.say("zh"))) if error else None
        since = before.failed_at if code == before.failed_code else now
        self._done = replace(
            before, failed_code=code, failed=failed, failed_at=since if error else None
        )
        self._write(now)

    def _write(self, now: datetime) -> None:
        """At once when something is new; the time of the last contact alone now and then."""
        written = self._written
        if written is not None and replace(written, contact_at=self._done.contact_at) == self._done:
            at = written.contact_at
            if at is not None and timedelta() <= now - at < WRITTEN_EVERY:
                return
        write_progress(self.settings, self._done)
        self._written = self._done


def _plain(sentence: str) -> str:
    """For a template: braces name nothing."""
    return sentence.replace("{", "{{").replace("}", "}}")
