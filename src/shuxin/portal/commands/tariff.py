"""``shuxin tariff``: what the use of this holder's data costs, and what each caller used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, journal_of, operator, own_signer, start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Language

_FEN = 100
_SET = Text(
    en="one use of {catalogue} for {purpose} costs {fen} fen from {day} on",
    zh="自 {day} 起,目录 {catalogue}、目的 {purpose} 每次使用 {fen} 分",
)
_PRICES = Text(
    en="catalogue|purpose|fen for one use|from|set by|set at",
    zh="目录|目的|单价(分/次)|生效日|设定人|设定时间",
)
_NONE = Text(en="no price was ever set: uses cost nothing", zh="尚未设定单价,使用不计费")
_LINES = Text(
    en="catalogue|purpose|uses|fen for one|fen", zh="目录|目的|使用次数|单价(分)|金额(分)"
)
_HEAD = Text(
    en="{caller}, {month}: {uses} uses, {yuan} yuan", zh="{caller} {month}:{uses} 次使用,{yuan} 元"
)
_SO_FAR = Text(
    en="the month is not over: this is how it stands now", zh="当月尚未结束,以下为截至目前的数据"
)
_NO_USES = Text(en="nobody used anything in {month}", zh="{month} 没有使用记录")
_WRITTEN = Text(en="written to {file}", zh="已写入 {file}")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    acts: Mapping[str, Callable[[Settings, argparse.Namespace, Language], int]] = {
        "set": _set,
        "show": _show,
        "statement": _statement,
    }
    return acts[options.act](settings, options, language)


def _set(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china
    from shuxin.market.api import set_price

    now = now_in_china()
    made = set_price(
        catalogue=options.catalogue,
        purpose=options.purpose,
        fen=options.fen,
        valid_from=options.valid_from or now.date(),
        by=operator(),
        journal=journal_of(settings),
        now=now,
    )
    facts = {"catalogue": made.catalogue, "purpose": made.purpose, "fen": made.fen}
    say(_SET, language, day=made.valid_from.isoformat(), **facts)
    return 0


def _show(_: Settings, __: argparse.Namespace, language: Language) -> int:
    from shuxin.market.api import prices

    rows = [
        (p.catalogue, p.purpose, p.fen, p.valid_from.isoformat(), p.by, china_time(p.at))
        for p in prices()
    ]
    if rows:
        show("", _PRICES.say(language).split("|"), rows, right=(2,))
    else:
        say(_NONE, language)
    return 0


def _statement(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china, write_whole
    from shuxin.market.api import callers_of, meter_statement, month_named

    month = month_named(options.month)
    callers = [options.caller] if options.caller else callers_of(month=month)
    for caller in callers:
        made = meter_statement(
            holder=holder(settings).party,
            caller=caller,
            month=month,
            signer=own_signer(settings),
            journal=journal_of(settings),
            now=now_in_china(),
        )
        _tell(made, language)
        if options.out:
            folder = Path(options.out)
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{options.month}-{caller.replace(':', '-')}.json"
            write_whole(file, made.dump())
            say(_WRITTEN, language, file=str(file))
    if not callers:
        say(_NO_USES, language, month=options.month)
    return 0


def _tell(made: Statement, language: Language) -> None:
    body: Any = made.body
    if body["state"] != "final":
        say(_SO_FAR, language)
    yuan = f"{body['fen'] // _FEN}.{body['fen'] % _FEN:02}"
    facts = {"caller": body["caller"], "month": body["month"], "uses": body["uses"]}
    say(_HEAD, language, yuan=yuan, **facts)
    rows = [
        (one["catalogue"], one["purpose"], one["uses"], one.get("fen_each", "-"), one["fen"])
        for one in body["lines"]
    ]
    show("", _LINES.say(language).split("|"), rows, right=(2, 3, 4))
