"""``shuxin lending``: a lender's desk at work, and how it stands."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, start
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.lending.api import Desk

SLOWEST_SECONDS = 10.0
"""Between two rounds while the platform cannot be reached, and while nothing happens."""
_RUNNING = Text(en="the desk of {party} is at work", zh="{party} 的审批台已启动")
_STOPPED = Text(
    en="stopped; cases go on at the next start", zh="已停止；未办结案件将在下次启动后继续"
)
_DONE = Text(en="so far: {counts}", zh="累计：{counts}")
_HEAD = Text(en="state|cases", zh="状态|案件数")
_UNTOLD = Text(
    en="answers that the platform does not have yet: {count}", zh="尚未送达平台的审批结果：{count}"
)
_HELD_UP = Text(en="held up: {count} ({codes})", zh="暂缓办理：{count}（{codes}）")
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_LOG = logging.getLogger(__name__)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    if options.act == "status":
        return _status(language)
    return _run(settings, options.every, language)


def _run(settings: Settings, every: float, language: Language) -> int:
    """Ends orderly at SIGTERM and SIGINT."""
    from shuxin.portal.lending_desk.listening import Listener
    from shuxin.portal.lending_desk.wiring import bank_desk

    logging.basicConfig(level=logging.WARNING, format=_FORM)
    wired = bank_desk(settings)
    listener = Listener(settings, after=wired.desk.place())
    stopping = threading.Event()

    def stop() -> None:
        stopping.set()
        listener.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        # in a thread: a handler runs between two instructions, perhaps within the very lock that it needs
        signal.signal(number, lambda *_: threading.Thread(target=stop).start())
    listener.start()
    wired.sources.warm()
    say(_RUNNING, language, party=holder(settings).party)
    try:
        _work(wired.desk, listener.news, stopping, every=every, language=language)
    finally:
        wired.close()
    say(_STOPPED, language)
    return 0


def _work(
    desk: Desk,
    news: threading.Event,
    stopping: threading.Event,
    *,
    every: float,
    language: Language,
) -> None:
    """Round after round, at news and when a case is due; a fault in one is logged and the next begins."""
    from django.db import close_old_connections

    counts: Counter[str] = Counter()
    held = 0.0
    while not stopping.is_set():
        close_old_connections()
        news.clear()
        try:
            done = desk.round()
            due = desk.due_in()
        except Exception:  # noqa: BLE001 - the outermost loop of a worker
            _LOG.exception("a round of the desk")
            done, due = Counter(unreachable=1), every
        told = done - Counter(waiting=done["waiting"], unreachable=done["unreachable"])
        if told:
            counts.update(told)
            _tell(counts, language)
        if done["unreachable"] or done["undelivered"]:
            held = min(max(held, every) * 2, SLOWEST_SECONDS)
            stopping.wait(held)
        else:
            held = 0.0
            news.wait(min(max(due, every), SLOWEST_SECONDS))


def _tell(counts: Counter[str], language: Language) -> None:
    """One line that is written over on a screen, a line each time elsewhere."""
    said = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    line = _DONE.say(language, counts=said)
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[K{line}")
        sys.stdout.flush()
    else:
        say(_DONE, language, counts=said)


def _status(language: Language) -> int:
    """1 when something is held up."""
    from shuxin.lending.api import CASE, CASE_TEXTS, case_counts, troubles, waiting_to_be_told

    counted = case_counts()
    rows = [(CASE_TEXTS[state].say(language), counted.get(state, 0)) for state in CASE.states]
    show("", _HEAD.say(language).split("|"), rows, right=(1,))
    say(_UNTOLD, language, count=waiting_to_be_told())
    held = troubles()
    if held:
        say(_HELD_UP, language, count=sum(held.values()), codes=", ".join(sorted(held)))
    return 1 if held else 0
