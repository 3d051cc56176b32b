"""``shuxin proposals`` and ``shuxin accept``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, start
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_NONE = Text(en="no proposal waits", zh="没有待确认的建议")
_HEAD = Text(en="proposal|file|subject|questions", zh="建议|文件|主体列|待答问题")
_ACCEPTED = Text(
    en="proposals accepted: {count}; run the import again to load them",
    zh="已确认 {count} 个建议；请再次运行导入以装载",
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.fusion.api import accept, accept_all, waiting_proposals

    if options.command == "accept":
        if options.all:
            names = accept_all(settings=settings, by=operator())
        else:
            names = accept(options.name, settings=settings, by=operator())
        say(_ACCEPTED, language, count=len(names))
        return 0
    waiting = waiting_proposals(settings=settings)
    if not waiting:
        say(_NONE, language)
        return 0
    rows = [(w.name, w.file, ", ".join(w.subject), "\n".join(w.questions)) for w in waiting]
    show("", _HEAD.say(language).split("|"), rows)
    return 0
