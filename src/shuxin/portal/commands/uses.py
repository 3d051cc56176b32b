"""``shuxin uses``: the history of every use of a subject's data at this holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.consent.api import PastUse
    from shuxin.kernel.text import Language

_USED = Text(
    en="Uses of these data here, except those that a duty of secrecy keeps back:",
    zh="本处对其数据的使用记录（依法保密的除外）：",
)
_HEAD = Text(
    en="when|who|what for|rests on|catalogues|level|number|log entry",
    zh="时间|使用方|目的|依据|目录|级别|第几次|日志序号",
)
_REFUSED = Text(en="Refused tries:", zh="被拒绝的尝试：")
_REFUSED_HEAD = Text(en="when|who|what for|why it was refused", zh="时间|申请方|目的|拒绝原因")
_ALL = Text(en="all here", zh="全部")
_GENERAL = Text(en="{ground} (data of everybody)", zh="{ground}（涉及全部主体）")


def run(options: argparse.Namespace, language: Language) -> int:
    start()
    from shuxin.consent.api import Purpose, Reason, history_of, refusals_of

    entity = options.who.removeprefix("uscc:")
    say(_USED, language)
    rows = [_row(use, language) for use in history_of(subject=entity)]
    show("", _HEAD.say(language).split("|"), rows, right=(5, 6, 7))
    say(_REFUSED, language)
    refused = [
        (
            china_time(at),
            reader,
            Purpose.parse(purpose).text.say(language),
            "; ".join(Reason(one).text.say(language) for one in reasons.split()),
        )
        for at, reader, purpose, reasons in refusals_of(subject=entity)
    ]
    show("", _REFUSED_HEAD.say(language).split("|"), refused)
    return 0


def _row(use: PastUse, language: Language) -> tuple[object, ...]:
    from shuxin.consent.api import Purpose

    ground = " ".join(filter(None, (use.ground, use.rests_on))) or "-"
    return (
        china_time(use.at),
        use.reader,
        Purpose.parse(use.purpose).text.say(language),
        _GENERAL.say(language, ground=ground) if use.general else ground,
        ", ".join(use.catalogues) or _ALL.say(language),
        use.highest_level,
        use.nth or "-",
        "-" if use.log_index is None else use.log_index,
    )
