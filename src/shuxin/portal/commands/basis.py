"""``shuxin basis``: the lawful bases on which the holder reads its own data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HeldKeys, holder, start
from shuxin.portal.commands.init import show_bases
from shuxin.portal.display import say

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_ENDED = Text(
    en="{basis} serves no more uses from now on; the end is in the log",
    zh="{basis} 即刻起不再作为处理依据;终止已记入日志",
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.consent.api import bases
    from shuxin.infra.api import now_in_china
    from shuxin.portal.founding import end_basis, record_basis

    now = now_in_china()
    party = holder(settings).party
    if options.act == "add":
        purpose = Purpose.parse(options.purpose)
        until = now.replace(year=now.year + options.years, day=min(now.day, 28))
        record_basis(
            settings,
            purpose=purpose,
            kind=options.kind,
            law=options.law,
            now=now,
            until=until,
            shown=not options.secret,
        )
    elif options.act == "end":
        end_basis(settings, basis_id=options.id, now=now)
        say(_ENDED, language, basis=options.id)
    keys = HeldKeys(settings.home)
    show_bases([b for p in Purpose for b in bases(holder=party, purpose=p, keys=keys)], language)
    return 0
