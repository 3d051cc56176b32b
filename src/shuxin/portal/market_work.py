"""The platform's background work of the marketplace: clocks, matching, webhooks; each fails alone and comes again."""

from __future__ import annotations

import itertools
import json
import logging
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china, write_whole
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.machine import Actor
from shuxin.portal.bootstrap import holder, journal_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from shuxin.infra.api import Settings
    from shuxin.market.api import Doer, Sender

_LOG = logging.getLogger(__name__)
FILE = "market-work.json"
EVERY_SECONDS, _TURNS_A_ROUND = 0.25, 4
_TIDY_EVERY, _SAY_EVERY = timedelta(hours=1), timedelta(seconds=10)
BY = "platform"


@dataclass
class MarketWork:
    """One platform's background work (后台任务). send: how a webhook is sent; None: as the home's policy admits."""

    settings: Settings
    now: Callable[[], datetime] = now_in_china
    send: Sender | None = None
    done: Counter[str] = field(default_factory=Counter)
    """What was done since the beginning, by its name."""
    _failing: dict[str, str] = field(default_factory=dict)
    _tidied: datetime | None = None
    _said: datetime | None = None

    def run(self, stop: Event) -> None:
        """Until ``stop``. Webhooks have a thread of their own: a slow receiver holds up nobody's clock."""
        hooks = threading.Thread(
            target=self._repeat, args=(stop, self.hooks), name="shuxin-hooks", daemon=True
        )
        hooks.start()
        turns = itertools.count()
        self._repeat(stop, lambda: self.match() if next(turns) % _TURNS_A_ROUND else self.round())
        hooks.join(timeout=30)

    def round(self) -> Counter[str]:
        """Everything that is due but webhooks; what was done, by name."""
        from shuxin.lending.api import run_application_timers  # noqa: PLC0415 - needs the database
        from shuxin.market.api import run_timers  # noqa: PLC0415

        now, doer = self.now(), self.doer()
        done = self._guarded("timers", lambda: run_timers(doer=doer, now=now))
        done += self._guarded("applications", lambda: run_application_timers(doer=doer, now=now))
        done += self._guarded("tidying", self._tidy)
        self.done.update(done)
        done += self.match()
        self._say(now)
        return done

    def match(self) -> Counter[str]:
        """Rank what waits for it: a firm looks on."""
        from shuxin.market.api import match_waiting  # noqa: PLC0415 - needs the database

        now, doer = self.now(), self.doer()
        done = self._guarded("matching", lambda: match_waiting(doer=doer, now=now))
        self.done.update(done)
        return +done

    def hooks(self) -> Counter[str]:
        """Send what is due to subscribers."""
        done = self._guarded("webhooks", self._deliver)
        self.done.update(done)
        return +done

    def doer(self) -> Doer:
        """The platform itself. Raises NotSetUp."""
        from shuxin.market.api import Doer  # noqa: PLC0415 - needs the database

        return Doer(Actor.SYSTEM, holder(self.settings).party, BY, journal_of(self.settings))

    def _deliver(self) -> Counter[str]:
        from shuxin.market.api import HookKeys, deliver_hooks  # noqa: PLC0415 - needs the database
        from shuxin.portal.linking.hook_sending import HookSender, hook_policy  # noqa: PLC0415

        send = self.send or HookSender(hook_policy(self.settings))
        told = deliver_hooks(send=send, keys=HookKeys.of(self.settings), now=self.now())
        return Counter(
            {"delivered": told.arrived, "undelivered": told.failed, "parked": told.parked}
        )

    def _tidy(self) -> Counter[str]:
        from shuxin.market.api import forget_answers  # noqa: PLC0415 - needs the database

        now = self.now()
        if self._tidied is not None and now - self._tidied < _TIDY_EVERY:
            return Counter()
        self._tidied = now
        return Counter({"forgotten": forget_answers(now=now)})

    def _guarded(self, name: str, job: Callable[[], Counter[str]]) -> Counter[str]:
        """What fails is logged once, until it works again or something else fails."""
        try:
            found = job()
        except ShuxinError as error:
            self._note(name, error.code)
        except Exception:  # noqa: BLE001 - the outermost loop
            if self._failing.get(name) != "fault":
                _LOG.exception("marketplace: %s", name)
            self._failing[name] = "fault"
        else:
            if self._failing.pop(name, ""):
                _LOG.warning("marketplace: %s works again", name)
            return Counter(found)
        return Counter({f"{name}_failed": 1})

    def _note(self, name: str, code: str) -> None:
        if self._failing.get(name) != code:
            _LOG.warning("marketplace: %s: %s", name, code)
        self._failing[name] = code

    def _say(self, now: datetime) -> None:
        """For ``shuxin market status``, in another process."""
        if self._said is None or abs(now - self._said) >= _SAY_EVERY:
            self._said = now
            said = {"at": now.isoformat(), "failing": dict(self._failing), "done": dict(self.done)}
            write_whole(self.settings.home / FILE, json.dumps(said).encode())

    @staticmethod
    def _repeat(stop: Event, job: Callable[[], object]) -> None:
        from django.db import close_old_connections, connections  # noqa: PLC0415 - once it is set up

        while not stop.is_set():
            close_old_connections()
            job()
            stop.wait(EVERY_SECONDS)
        connections.close_all()


def work_seen(settings: Settings) -> tuple[datetime, dict[str, str]] | None:
    """When the work last said that it runs, and what failed in it then; None: never."""
    try:
        said = json.loads((settings.home / FILE).read_text(encoding="utf-8"))
        return datetime.fromisoformat(said["at"]), dict(said["failing"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
