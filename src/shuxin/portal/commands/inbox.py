"""``shuxin inbox``: requests for authorisation, from the recipient's draft to the subject's answer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HeldKeys, holder, operator, own_signer, start
from shuxin.portal.commands.verify import content_of
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from shuxin.consent.api import InboxItem
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Language

_DRAFTED = Text(en="{file}: hand it to the platform", zh="{file}：请提交平台")
_ASKED = Text(
    en="request {id} waits for {subject} until {until}",
    zh="申请 {id} 待 {subject} 于 {until} 前答复",
)
_HEAD = Text(
    en="request|state|asked|recipient|subject|source|purpose|catalogues|uses|until|authorisation",
    zh="申请|状态|申请时间|使用方|主体|数据来源|目的|目录|次数|有效期至|授权编号",
)
_SUSPENDED = Text(en="{auth_id} is suspended: {reason}", zh="{auth_id} 已暂停：{reason}")
_WRITTEN = Text(en="{count} files in {folder}", zh="已写入 {count} 个文件至 {folder}")
_GRANTED = Text(en="authorisation {auth_id} is kept", zh="授权书 {auth_id} 已留存")
_DECLINED = Text(en="request {id} is refused", zh="申请 {id} 已拒绝")
_WITHDRAWN = Text(
    en="withdrawn; sources learn of it with the next status list",
    zh="已撤回；数据来源将通过下一份状态清单得知",
)
_HELD = Text(
    en="done; sources learn of it with the next status list",
    zh="已完成；数据来源将通过下一份状态清单得知",
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    acts: dict[str, Callable[[Settings, argparse.Namespace, Language], None]] = {
        "draft": _draft,
        "ask": _ask,
        "list": _list,
        "grant": _grant,
        "decline": _decline,
        "withdraw": _withdraw,
        "suspend": _hold,
        "release": _hold,
    }
    acts[options.act](settings, options, language)
    return 0


def _draft(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.consent.api import Authorisation, Proposal, Purpose, read_proposal

    now = now_in_china().replace(microsecond=0)
    terms = Authorisation(
        subject=options.about,
        grantee=holder(settings).party,
        holders=(options.holder,),
        purpose=Purpose.parse(options.purpose),
        catalogues=tuple(options.catalogue),
        level_max=options.level,
        data_from=options.data_from,
        data_to=options.data_to,
        valid_from=now,
        valid_to=now + dt.timedelta(days=options.days),
        max_uses=options.uses,
        text_hash="",
        language=language,
        signed_at=now,
        supersedes=options.replaces,
    )
    statement = Proposal(terms, options.reason, now).sign(signer=own_signer(settings))
    read_proposal(statement)  # refuses what no platform would take, before anything is written
    Path(options.out).write_bytes(statement.dump())
    say(_DRAFTED, language, file=options.out)


def _ask(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.consent.api import ask, inbox_item, read_proposal

    now, statement = now_in_china(), _statement(options.file)
    request_id = ask(statement, keys=HeldKeys(settings.home), now=now)
    subject = read_proposal(statement).terms.subject
    until = china_time(inbox_item(request_id, viewer=subject, now=now).lapses_at)
    say(_ASKED, language, id=request_id, subject=subject, until=until)


def _list(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.consent.api import asked_by, inbox_of

    now, party = now_in_china(), options.party
    if options.asked:
        items = asked_by(grantee=party, now=now, name_of=names_of(settings))
    else:
        items = inbox_of(subject=party, now=now, name_of=names_of(settings))
    show("", _HEAD.say(language).split("|"), [_row(item, language) for item in items])
    for item in items:
        if item.suspended_because:
            say(_SUSPENDED, language, auth_id=item.auth_id, reason=item.suspended_because)
    if options.out:
        files = _granted(party) if options.asked else _open(items, party)
        _write(files, Path(options.out), language)


def _open(items: list[InboxItem], party: str) -> dict[str, Statement]:
    from shuxin.consent.api import RequestState, asked_statement

    waiting = [item.request_id for item in items if item.state is RequestState.REQUESTED]
    return {one: asked_statement(one, viewer=party) for one in waiting}


def _granted(party: str) -> dict[str, Statement]:
    from shuxin.consent.api import granted_to

    return {str(given.body["auth_id"]): given for given in granted_to(grantee=party)}


def _write(files: dict[str, Statement], folder: Path, language: Language) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, statement in files.items():
        (folder / f"{name}.json").write_bytes(statement.dump())
    say(_WRITTEN, language, count=len(files), folder=folder)


def _row(item: InboxItem, language: Language) -> tuple[object, ...]:
    terms = item.terms
    return (
        item.request_id,
        item.state.text.say(language),
        china_time(item.asked_at),
        item.grantee_name or terms.grantee,
        terms.subject,
        ", ".join(n or p for n, p in zip(item.holder_names, terms.holders, strict=True)),
        terms.purpose.text.say(language),
        ", ".join(terms.catalogues),
        str(terms.max_uses),
        china_time(terms.valid_to),
        item.auth_id or "-",
    )


def _grant(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.consent.api import grant

    keys, statement = HeldKeys(settings.home), _statement(options.file)
    granted = grant(options.id, statement, keys=keys, now=now_in_china())
    say(_GRANTED, language, auth_id=granted.auth_id)


def _decline(_: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.consent.api import decline

    decline(options.id, subject=options.subject, by=operator(), now=now_in_china())
    say(_DECLINED, language, id=options.id)


def _withdraw(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.consent.api import withdraw

    withdraw(_statement(options.file), keys=HeldKeys(settings.home), now=now_in_china())
    say(_WITHDRAWN, language)


def _hold(_: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.consent.api import release, suspend

    act = suspend if options.act == "suspend" else release
    act(options.id, reason=options.reason, by=operator(), now=now_in_china())
    say(_HELD, language)


def names_of(settings: Settings) -> Callable[[str], str]:
    """A party's registered name by the statements and anchors held here, or ""."""
    from shuxin.parties.api import directory_of, read_trust

    anchors = read_trust(settings.home)

    def name_of(party: str) -> str:
        names = [key.name for key in directory_of(party, anchors=anchors).keys_of(party)]
        return names[0] if names else ""

    return name_of


def _statement(file: str) -> Statement:
    return parse_statement(content_of(file))
