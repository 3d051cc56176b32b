"""``shuxin basis``: the lawful bases of the holder's own work, and of joint work with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HeldKeys, holder, start
from shuxin.portal.commands.init import show_bases
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from shuxin.consent.api import JointBasis
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_ENDED = Text(
    en="{basis} serves no more uses from now on; the end is in the log",
    zh="{basis} 即刻起不再作为处理依据；终止已记入日志",
)

_RECORDED = Text(
    en="{basis} is signed and in the log; name it to whoever proposes the job",
    zh="{basis} 已签名并记入日志；请将该编号告知任务提出方",
)
_JOINT = Text(
    en="On these bases rows enter joint jobs whose results the recipient gets",
    zh="以下依据允许数据参与联合任务，结果由接收方获得",
)
_COLUMNS = Text(
    en="id|recipient|purpose|basis|law|agreement|catalogues|level|until",
    zh="编号|接收方|目的|依据|法条|协议|数据目录|级别|有效期至",
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.consent.api import bases, joint_bases
    from shuxin.infra.api import now_in_china
    from shuxin.portal.founding import end_basis, record_basis

    now = now_in_china()
    party = holder(settings).party
    if options.act == "joint":
        _record_joint(options, settings, now, language)
    elif options.act == "add":
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
    _show_joint(joint_bases(holder=party, keys=keys), language)
    return 0


def _record_joint(
    options: argparse.Namespace, settings: Settings, now: dt.datetime, language: Language
) -> None:
    from shuxin.portal.founding import record_joint_basis

    basis = record_joint_basis(
        settings,
        recipient=options.recipient,
        also=options.also,
        purpose=Purpose.parse(options.purpose),
        kind=options.kind,
        law=options.law,
        agreement=options.agreement,
        catalogues=options.catalogue,
        level=options.level,
        now=now,
        until=now.replace(year=now.year + options.years, day=min(now.day, 28)),
        shown=not options.secret,
    )
    say(_RECORDED, language, basis=basis.basis_id)


def _show_joint(found: list[JointBasis], language: Language) -> None:
    rows = [
        (one.basis_id, ", ".join((one.recipient, *one.also)), one.purpose.text.say(language),
         one.kind.text.say(language), one.law, one.agreement,
         ", ".join(one.catalogues), one.level_max, f"{one.valid_to:%Y-%m-%d}")
        for one in found
    ]  # fmt: skip
    if rows:
        say(_JOINT, language)
        show("", _COLUMNS.say(language).split("|"), rows)
