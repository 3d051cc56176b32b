"""Development mode (演示环境): a home that the demo made, for one machine, where a password alone opens accounts.

A file in the home says so. Nothing else turns it on, and whoever can write into a home can do anything there anyway.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shuxin.infra.files import write_whole
from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.infra.settings import Settings

DEVELOPMENT_FILE = "development.json"


class NotADemo(NotPermitted):
    code = "not_a_demo"
    what = Text(
        en="this works only in an installation that 'shuxin demo' made",
        zh="此操作仅限 shuxin demo 生成的演示安装",
    )
    mend = Text(
        en="Use the ordinary commands: an invitation by two persons, a second factor",
        zh="请按正式流程办理：双人邀请并启用第二步验证",
    )


def development_mode(settings: Settings) -> bool:
    """Whether the demo made this home. Then no second factor is asked for, and only this machine is served."""
    return (settings.home / DEVELOPMENT_FILE).is_file()


def development_facts(settings: Settings) -> dict[str, Any]:
    """What the demo left for its own pages: ``sites`` and more. Raises NotADemo."""
    file = settings.home / DEVELOPMENT_FILE
    if not file.is_file():
        raise NotADemo
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def mark_development(settings: Settings, *, facts: Mapping[str, object]) -> None:
    """Make a home one of the demo; only the demo does so, in homes that it has just made."""
    content = json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)
    write_whole(settings.home / DEVELOPMENT_FILE, content.encode())


def require_development(settings: Settings) -> None:
    """Raises NotADemo."""
    if not development_mode(settings):
        raise NotADemo
