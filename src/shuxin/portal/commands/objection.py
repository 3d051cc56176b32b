"""``shuxin objection``: signed on the subject's device, which needs no installation; handled at the holder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.commands.verify import content_of
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from datetime import datetime

    from shuxin.consent.api import rights
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_SIGNED = Text(en="objection {number} is in {file}", zh="异议 {number} 已写入 {file}")
_NOTED = Text(en="the note is in {file}", zh="声明已写入 {file}")
_FILED = Text(
    en="objection {number} is filed and its field marked; the answer is due before {due}",
    zh="异议 {number} 已受理并标注，应于 {due} 前答复",
)
_NOTE_KEPT = Text(en="the note stands beside the field", zh="声明已附于该字段")
_STATE = Text(en="objection {number}: {state}", zh="异议 {number}:{state}")
_TOLD = Text(
    en="{count} readers of the last six months are to be told: shuxin objection notices {number}",
    zh="须通知近六个月内的 {count} 个使用方：shuxin objection notices {number}",
)
_WRITTEN = Text(en="{count} notices are in {folder}", zh="{count} 份通知已写入 {folder}")
_NONE = Text(en="there are none", zh="没有异议")
_HEAD = Text(
    en="number|subject|dataset|field|source department|state|filed|due|clock",
    zh="编号|主体|数据集|字段|来源部门|状态|提出时间|期限|时限",
)


def run(options: argparse.Namespace, language: Language) -> int:
    from shuxin.infra.api import now_in_china

    now = now_in_china()
    on_device = {"sign": _sign, "note": _note}
    if options.act in on_device:
        on_device[options.act](options, language, now)
        return 0
    from shuxin.portal.bootstrap import start

    settings = start()
    at_holder: dict[str, Callable[[Settings, argparse.Namespace, Language, datetime], None]] = {
        "file": _file,
        "list": _list,
        "forward": _forward,
        "answer": _answer,
        "close": _close,
        "notices": _notices,
    }
    at_holder[options.act](settings, options, language, now)
    return 0


def _sign(options: argparse.Namespace, language: Language, now: datetime) -> None:
    from shuxin.consent.api import Filing
    from shuxin.portal.commands.present import wallet_signer

    number, subject = secrets.token_hex(8), _party_of(options.key)
    filing = Filing(
        objection_id=number,
        subject=subject,
        about=options.about or subject,
        holder=options.holder,
        dataset=options.dataset,
        field=options.field,
        text=options.text,
        at=now,
    )
    statement = filing.sign(signer=wallet_signer(options.key, language))
    Path(options.out).write_bytes(statement.dump())
    say(_SIGNED, language, number=number, file=options.out)


def _note(options: argparse.Namespace, language: Language, now: datetime) -> None:
    from shuxin.consent.api import Note
    from shuxin.portal.commands.present import wallet_signer

    note = Note(options.number, _party_of(options.key), options.text, now)
    statement = note.sign(signer=wallet_signer(options.key, language))
    Path(options.out).write_bytes(statement.dump())
    say(_NOTED, language, file=options.out)


def _party_of(key_id: str) -> str:
    """Whose key of the wallet this is. Raises WalletKeyMissing."""
    from shuxin.parties.api import wallet_from

    return str(wallet_from(os.environ, home=Path.home()).find(key_id).claim.party)


def _desk(settings: Settings) -> rights.ObjectionDesk:
    from shuxin.consent.api import rights
    from shuxin.portal.bootstrap import gate

    own = gate(settings)
    return rights.ObjectionDesk(holder=own.holder, keys=own.keys, journal=own.journal)


def _file(
    settings: Settings, options: argparse.Namespace, language: Language, now: datetime
) -> None:
    statement = parse_statement(content_of(options.file))
    if statement.kind == "objection-note":
        _desk(settings).note(statement, now=now)
        say(_NOTE_KEPT, language)
        return
    number = _desk(settings).file(statement, now=now)
    due = _found(number, now).due_at
    say(_FILED, language, number=number, due=china_time(due))


def _list(_: Settings, options: argparse.Namespace, language: Language, now: datetime) -> None:
    from shuxin.consent.api import rights

    found = rights.overdue(now=now) if options.overdue else rights.objections(now=now)
    if not found:
        say(_NONE, language)
        return
    rows = [
        (
            one.objection_id,
            one.party,
            one.dataset,
            one.field,
            one.department,
            one.state.text.say(language),
            china_time(one.filed_at),
            china_time(one.due_at),
            one.escalation.text.say(language),
        )
        for one in found
    ]
    show("", _HEAD.say(language).split("|"), rows)


def _forward(
    settings: Settings, options: argparse.Namespace, language: Language, now: datetime
) -> None:
    from shuxin.portal.bootstrap import operator

    _desk(settings).forward(options.number, by=operator(), reason=options.reason, now=now)
    _tell(options.number, language, now)


def _answer(
    settings: Settings, options: argparse.Namespace, language: Language, now: datetime
) -> None:
    from shuxin.portal.bootstrap import operator

    desk = _desk(settings)
    answer = desk.correct if options.outcome == "corrected" else desk.uphold
    answer(options.number, by=operator(), reason=options.reason, now=now)
    _tell(options.number, language, now)


def _close(
    settings: Settings, options: argparse.Namespace, language: Language, now: datetime
) -> None:
    from shuxin.portal.bootstrap import operator, own_signer

    told = _desk(settings).close(
        options.number,
        by=operator(),
        reason=options.reason,
        signer=own_signer(settings),
        now=now,
    )
    _tell(options.number, language, now)
    if told:
        say(_TOLD, language, count=told, number=options.number)


def _notices(_: Settings, options: argparse.Namespace, language: Language, __: datetime) -> None:
    from shuxin.consent.api import rights

    notices, folder = rights.notices_of(options.number), Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    for nth, notice in enumerate(notices, start=1):
        (folder / f"notice-{nth:04}.json").write_bytes(notice.statement.dump())
    say(_WRITTEN, language, count=len(notices), folder=options.out)


def _tell(number: str, language: Language, now: datetime) -> None:
    state = _found(number, now).state.text.say(language)
    say(_STATE, language, number=number, state=state)


def _found(number: str, now: datetime) -> rights.ObjectionView:
    from shuxin.consent.api import rights

    return next(one for one in rights.objections(now=now) if one.objection_id == number)
