"""``shuxin market``: the marketplace's background work at a platform, and how it stands."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_RUNNING = Text(en="the marketplace of {party} is at work", zh="{party} 的融资服务后台任务已启动")
_STOPPED = Text(en="stopped", zh="已停止")
_SEEN = Text(en="last seen {at}", zh="最近运行 {at}")
_NEVER = Text(
    en="the background work has not run yet: shuxin market run",
    zh="后台任务尚未运行：shuxin market run",
)
_FAILS = Text(en="fails: {what} ({code})", zh="异常：{what}（{code}）")
_HEAD = Text(
    en="party|address|state|waiting|delivered|attempts|failing since|last answer",
    zh="主体|地址|状态|待送达|已送达|重试次数|开始失败|最近应答",
)
_STATES = {
    "active": Text(en="active", zh="正常"),
    "parked": Text(en="parked after three days", zh="连续三日未送达，已暂停"),
}
_NO_SUBSCRIPTIONS = Text(en="no subscriptions", zh="没有事件订阅")
_NETWORKS = Text(en="inner networks that are open|", zh="已开放的内部网段|")
_OPENED = Text(en="webhooks may go to {network}", zh="已允许向 {network} 推送事件")
_CLOSED = Text(en="webhooks go to {network} no more", zh="已停止向 {network} 推送事件")
_LOADED = Text(en="{count} entries of the list: {kind}", zh="已载入{kind}名单 {count} 条")
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    if options.act == "run":
        return _run(settings, language)
    if options.act == "status":
        return _status(settings, language)
    if options.act == "open-list":
        return _open_list(options, language)
    return _networks(settings, options, language)


def _open_list(options: argparse.Namespace, language: Language) -> int:
    from shuxin.market.api import OpenList, keep_open_list, read_open_list

    entries, kind = read_open_list(Path(options.file).read_bytes()), OpenList[options.kind.upper()]
    keep_open_list(kind, entries, source=options.source, by="command line", now=now_in_china())
    say(_LOADED, language, count=len(entries), kind=kind.text)
    return 0


def _run(settings: Settings, language: Language) -> int:
    """Ends orderly at SIGTERM and SIGINT."""
    from shuxin.portal.market_work import MarketWork

    logging.basicConfig(level=logging.WARNING, format=_FORM)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    say(_RUNNING, language, party=holder(settings).party)
    MarketWork(settings).run(stopping)
    say(_STOPPED, language)
    return 0


def _status(settings: Settings, language: Language) -> int:
    """1 when something fails, or a subscription is parked."""
    from shuxin.market.api import subscriptions
    from shuxin.portal.market_work import work_seen

    seen = work_seen(settings)
    failing = seen[1] if seen else {}
    if seen is None:
        say(_NEVER, language)
    else:
        say(_SEEN, language, at=china_time(seen[0]))
    for what, code in failing.items():
        say(_FAILS, language, what=what, code=code)
    listed = subscriptions()
    rows = [
        (
            one.party,
            one.url,
            _STATES[one.state].say(language),
            one.waiting,
            one.delivered,
            one.attempts,
            china_time(one.failing_since) if one.failing_since else "-",
            one.last_failure or one.last_status or "-",
        )
        for one in listed
    ]
    if rows:
        show("", _HEAD.say(language).split("|"), rows, right=(3, 4, 5))
    else:
        say(_NO_SUBSCRIPTIONS, language)
    return 1 if failing or any(one.state == "parked" for one in listed) else 0


def _networks(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.portal.linking.hook_sending import close_network, open_network, opened_networks

    if options.what == "add":
        open_network(settings, options.network)
        say(_OPENED, language, network=options.network)
    elif options.what == "remove":
        close_network(settings, options.network)
        say(_CLOSED, language, network=options.network)
    else:
        rows = [(network, "") for network in opened_networks(settings)]
        show("", _NETWORKS.say(language).split("|"), rows)
    return 0
