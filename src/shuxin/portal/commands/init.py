"""``shuxin init``: whose installation this is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import own_signer, start
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.consent.api import LawfulBasis
    from shuxin.kernel.text import Language

_DONE = Text(
    en="{name} ({party}): key {key} and log made here; back up {keys}, it cannot be made again",
    zh="{name}（{party}）：已在本机生成密钥 {key} 和日志；请备份 {keys}，丢失无法重建",
)
_BASES = Text(
    en="It reads its own data on these bases, signed with its key and logged; end one with 'shuxin basis end'",
    zh="自有数据的处理依据如下，已用本机构密钥签名并记入日志；可用 shuxin basis end 终止",
)
COLUMNS = Text(en="id|purpose|basis|law|until", zh="编号|目的|依据|法条|有效期至")


def run(options: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china
    from shuxin.portal.founding import set_up

    settings = start()
    party = f"uscc:{options.code}"
    found = set_up(settings, party=party, kind=options.kind, name=options.name, now=now_in_china())
    key = own_signer(settings).public
    say(_DONE, language, name=options.name, party=party, key=key.key_id, keys=settings.keys)
    if found:
        say(_BASES, language)
        show_bases(found, language)
    return 0


def show_bases(found: list[LawfulBasis], language: Language) -> None:
    rows = [
        (
            basis.basis_id,
            basis.purpose.text.say(language),
            basis.kind.text.say(language),
            basis.law,
            f"{basis.valid_to:%Y-%m-%d}",
        )
        for basis in found
    ]
    show("", COLUMNS.say(language).split("|"), rows)
