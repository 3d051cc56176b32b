"""A desk that sleeps until the platform has something for it: one question that waits, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from shuxin.kernel.errors import ShuxinError
from shuxin.lending.api import APPLICATIONS
from shuxin.portal.linking.market import PlatformMarket

if TYPE_CHECKING:
    from shuxin.infra.api import Settings

_SOON, _LATE_SECONDS = 1.0, 30.0
_LOG = logging.getLogger(__name__)


class Listener:
    """Hears that there is something new about applications (长轮询监听).

    ``news`` is set at each; whoever works clears it first. It need not be right: a desk looks at its feed now and then
    in any case.
    """

    def __init__(self, settings: Settings, *, after: int) -> None:
        """after: the last event that is known. Raises NotJoined, LinkSettingsInvalid."""
        self.news = threading.Event()
        self._platform, self._last = PlatformMarket(settings), after
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="shuxin-listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """A question that waits is left to itself; the process may end meanwhile."""
        self._stopping.set()
        self.news.set()

    def _listen(self) -> None:
        rest = _SOON
        while not self._stopping.is_set():
            try:
                newest = self._platform.newest_event(self._last, kind=APPLICATIONS)
            except ShuxinError as error:
                _LOG.info("not listening: %s", error.code)
                self._stopping.wait(rest)
                rest = min(rest * 2, _LATE_SECONDS)
                continue
            rest = _SOON
            if newest != self._last:
                self._last = newest
                self.news.set()
