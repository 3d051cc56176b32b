"""``shuxin platform``: this home follows a platform; or, at the platform, where the sites of holders are."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, start
from shuxin.portal.commands.import_folder import FolderMissing
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.portal.linking.api import LinkState

_LONGEST_SECRET = 1000
_JOINED = Text(
    en="{address} is followed from now on, every {every:g} seconds; 'shuxin node run' does it by itself",
    zh="已接入 {address}，每 {every:g} 秒同步一次；shuxin node run 会自动进行",
)
_FAILED = Text(en="not taken: {why}", zh="未能接收：{why}")
_LEFT = Text(
    en="no platform is followed any more; what was taken in stays",
    zh="已解除对接，已接收的内容予以保留",
)
_NONE = Text(en="this home follows no platform", zh="本安装未接入平台")
_HEAD = Text(en="link to the platform|", zh="平台对接|")
_ROWS = Text(
    en="address|client|last contact|status list|current as of|directory|authorisations kept|not held true here|fails",
    zh="平台地址|客户端|最近联系|授权状态清单|清单时点|密钥目录|已留存授权|本方未采信|故障",
)
_NEVER, _NOTHING = Text(en="never", zh="无"), Text(en="-", zh="-")
_HOLDERS = Text(en="party|site", zh="主体|站点地址")
_ADDED = Text(en="{party}: {url}", zh="{party}:{url}")
_REMOVED = Text(en="{party} has no site here any more", zh="{party} 的站点已删除")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    acts: dict[str, Callable[[Settings, argparse.Namespace, Language], int]] = {
        "join": _join,
        "show": _show,
        "leave": _leave,
        "follow": _follow,
        "holder": _holder,
    }
    return acts[options.act](settings, options, language)


def _join(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    """Kept first, then tried: a platform that is down for the moment is followed later."""
    from shuxin.portal.linking.api import Link, join

    holder(settings)
    ca = str(Path(options.ca).absolute()) if options.ca else ""
    link = Link(options.url.rstrip("/"), options.client, ca, options.every)
    link.site().close()
    join(settings, link=link, secret=_secret(options.secret_file))
    say(_JOINED, language, address=link.address, every=link.every_seconds)
    return _once(settings, language)


def _secret(file: str | None) -> str:
    """Raises FolderMissing."""
    if not file:
        return sys.stdin.readline(_LONGEST_SECRET).strip()
    path = Path(file)
    if not path.is_file():
        raise FolderMissing(folder=file)
    with path.open(encoding="utf-8") as opened:
        return opened.read(_LONGEST_SECRET).strip()


def _show(settings: Settings, _: argparse.Namespace, language: Language) -> int:
    from shuxin.portal.linking.api import link_state

    state = link_state(settings)
    if state is None:
        say(_NONE, language)
        return 0
    names = _ROWS.say(language).split("|")
    show("", _HEAD.say(language).split("|"), zip(names, _facts(state, language), strict=True))
    return 1 if state.failed else 0


def _facts(state: LinkState, language: Language) -> tuple[str, ...]:
    def moment(at: object) -> str:
        return china_time(at) if at else _NEVER.say(language)  # type: ignore[arg-type]

    return (
        state.address,
        state.client_id,
        moment(state.contact_at),
        str(state.status_number),
        moment(state.status_at),
        str(state.directory_number),
        str(state.grants),
        str(state.unproven),
        (state.failed or _NOTHING).say(language),
    )


def _leave(settings: Settings, _: argparse.Namespace, language: Language) -> int:
    from shuxin.portal.linking.api import leave

    leave(settings)
    say(_LEFT, language)
    return 0


def _follow(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.portal.linking.api import Follower
    from shuxin.portal.linking.joined import required_link

    required_link(settings)
    if options.once:
        return _once(settings, language)
    Follower(settings).run(threading.Event())
    return 0


def _once(settings: Settings, language: Language) -> int:
    from shuxin.portal.linking.api import Follower, link_state

    follower = Follower(settings)
    follower.guarded()
    follower.close()
    state = link_state(settings)
    if state and state.failed:
        say(_FAILED, language, why=state.failed.say(language))
        return 1
    return 0


def _holder(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.portal.linking.api import add_holder, holder_sites, remove_holder

    if options.what == "list":
        show("", _HOLDERS.say(language).split("|"), list(holder_sites(settings).items()))
    elif options.what == "remove":
        remove_holder(settings, party=options.party)
        say(_REMOVED, language, party=options.party)
    else:
        add_holder(settings, party=options.party, url=options.url, ca=options.ca or "")
        say(_ADDED, language, party=options.party, url=holder_sites(settings)[options.party])
    return 0
