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
    from shuxin.parties.api import Step

_FEN = 100
_SET = Text(en="the price is in force", zh="该单价已生效")
_WAITS = Text(
    en="it waits for a second person, who runs 'shuxin tariff waiting' and 'shuxin tariff agree NUMBER'",
    zh="待另一人复核：请其运行 shuxin tariff waiting 和 shuxin tariff agree 编号",
)
_PRICES = Text(
    en="catalogue|purpose|fen for one use|from|set by|agreed by|set at",
    zh="目录|目的|单价（分/次）|生效日|提出人|复核人|生效时间",
)
_WAITING = Text(
    en="number|catalogue|purpose|fen for one use|from|proposed by|lapses",
    zh="编号|目录|目的|单价（分/次）|生效日|提出人|失效时间",
)
_NOBODY_WAITS = Text(en="no price waits for a second person", zh="没有待复核的单价")
_NONE = Text(en="no price was ever set: uses cost nothing", zh="尚未设定单价，使用不计费")
_LINES = Text(
    en="catalogue|purpose|uses|fen for one|fen", zh="目录|目的|使用次数|单价（分）|金额（分）"
)
_HEAD = Text(
    en="{caller}, {month}: {uses} uses, {yuan} yuan", zh="{caller} {month}:{uses} 次使用，{yuan} 元"
)
_SO_FAR = Text(
    en="the month is not over: this is how it stands now", zh="当月尚未结束，以下为截至目前的数据"
)
_NO_USES = Text(en="nobody used anything in {month}", zh="{month} 没有使用记录")
_WRITTEN = Text(en="written to {file}", zh="已写入 {file}")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    acts: Mapping[str, Callable[[Settings, argparse.Namespace, Language], int]] = {
        "set": _set,
        "waiting": _waiting,
        "agree": _agree,
        "show": _show,
        "statement": _statement,
    }
    return acts[options.act](settings, options, language)


def _set(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china
    from shuxin.market.api import propose_price

    now = now_in_china()
    step = propose_price(
        catalogue=options.catalogue,
        purpose=options.purpose,
        fen=options.fen,
        valid_from=options.valid_from or now.date(),
        by=operator(),
        journal=journal_of(settings),
        now=now,
    )
    return _agreed(step, language)


def _agree(settings: Settings, options: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china
    from shuxin.market.api import agree_to_price

    journal = journal_of(settings)
    step = agree_to_price(options.number, by=operator(), journal=journal, now=now_in_china())
    return _agreed(step, language)


def _agreed(step: Step, language: Language) -> int:
    say(_WAITS if step.value == "waiting" else _SET, language)
    return 0


def _waiting(_: Settings, __: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china
    from shuxin.market.api import proposed_prices

    rows = [
        (
            p.number,
            p.catalogue,
            p.purpose,
            p.fen,
            p.valid_from.isoformat(),
            p.by,
            china_time(p.until),
        )
        for p in proposed_prices(now=now_in_china())
    ]
    if rows:
        show("", _WAITING.say(language).split("|"), rows, right=(0, 3))
    else:
        say(_NOBODY_WAITS, language)
    return 0


def _show(_: Settings, __: argparse.Namespace, language: Language) -> int:
    from shuxin.market.api import prices

    rows = [
        (
            p.catalogue,
            p.purpose,
            p.fen,
            p.valid_from.isoformat(),
            p.by,
            p.agreed_by,
            china_time(p.at),
        )
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
