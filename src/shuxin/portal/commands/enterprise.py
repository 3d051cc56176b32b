"""``shuxin enterprise``: the portrait of one, read under a recorded permit."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.money import Unit, amount_with_unit
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import gate, permit_for_one, start
from shuxin.portal.commands.import_folder import FolderMissing
from shuxin.portal.display import china_time, console, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.consent.api import Permit
    from shuxin.fusion.api import Alias, Portrait
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Language

_SHOWN = 60
_TITLE = Text(
    en="{name} {code} {kind}\n{aliases} spellings in {datasets} datasets, {facts} rows; {doubts} open doubts;"
    " read for '{purpose}' by {reader}, recorded as use {use}",
    zh="{name} {code} {kind}\n{datasets} 个数据集中有 {aliases} 种写法，共 {facts} 行；{doubts} 项待复核；"
    "由 {reader} 以“{purpose}”为目的读取，使用记录 {use}",
)
_ALIASES = Text(
    en="name as written|code as written|datasets|rows|known from|known to|placed by",
    zh="记载名称|记载代码|数据集数|行数|最早获知|最近获知|归一依据",
)
_FACTS = Text(en="happened|known|file : line|what it says", zh="发生时间|获知时间|文件：行|内容")
_WITHHELD = Text(
    en="withheld, not covered by the permit: {fields}", zh="许可未涵盖，未读取：{fields}"
)

_LEFT_OUT = Text(
    en="not looked at, closed to this department for '{purpose}': {datasets}",
    zh="以下数据集未向该部门开放“{purpose}”用途，未查看：{datasets}",
)


class WhoOrRequest(InvalidInput):
    code = "who_or_request"
    what = Text(en="say whose data, or who asks for them", zh="请指明主体，或给出使用申请")
    mend = Text(
        en="Give a code or name for your own work, or --request with another party's file, not both",
        zh="自用时给出代码或名称；他方使用时用 --request 给出申请文件；二者选一",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.fusion.api import portrait
    from shuxin.infra.api import now_in_china

    if bool(options.who) == bool(options.request):
        raise WhoOrRequest
    if options.request:
        permit = _asked(options, settings)
    else:
        purpose = Purpose.parse(options.purpose)
        permit = permit_for_one(
            options.who, purpose=purpose, now=now_in_china(), department=options.department
        )
    found = portrait(permit.subject, permit=permit, settings=settings)
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=1, default=str))
        return 0
    say(
        _TITLE,
        language,
        name=found.name,
        code=found.code or found.identity,
        kind=found.kind.say(language) if found.kind else "",
        aliases=len({alias.name for alias in found.aliases}),
        datasets=len(found.chapters),
        facts=sum(len(chapter.facts) for chapter in found.chapters),
        doubts=found.doubts,
        purpose=permit.purpose,
        reader=permit.reader,
        use=permit.use_id,
    )
    _show(found, language)
    _show_left_out(permit, options, language)
    return 0


def _show_left_out(permit: Permit, options: argparse.Namespace, language: Language) -> None:
    """Datasets of the holder that the department may not see for this purpose, whoever they mention."""
    from shuxin.catalogue.api import datasets
    from shuxin.infra.api import now_in_china

    if options.request or permit.catalogues is None:
        return
    closed = [
        f"{entry.name} ({entry.department})"
        for entry in datasets(now=now_in_china())
        if not permit.reads(entry.name)
    ]
    if closed:
        say(_LEFT_OUT, language, datasets=", ".join(closed), purpose=permit.purpose)


def _asked(options: argparse.Namespace, settings: Settings) -> Permit:
    """The gate's answer to another party's request, with what came along. Raises UseRefused."""
    from shuxin.consent.api import GateLimits
    from shuxin.infra.api import now_in_china

    given = [_statement(file) for file in options.authorisation]
    return gate(settings, limits=GateLimits.batch()).permit(
        _statement(options.request),
        authorisation=given[0] if given else None,
        persons=given[1:],
        now=now_in_china(),
    )


def _statement(file: str) -> Statement:
    if not Path(file).is_file():
        raise FolderMissing(folder=file)
    return parse_statement(Path(file).read_bytes())


def _show(found: Portrait, language: Language) -> None:
    spellings: dict[tuple[str, str], list[Alias]] = {}
    for alias in found.aliases:
        spellings.setdefault((alias.name, alias.code_as_written), []).append(alias)
    rows = [
        (name, code, len(uses), sum(use.rows for use in uses),
         china_time(min(use.first_known for use in uses))[:10],
         china_time(max(use.last_known for use in uses))[:10],
         ", ".join(sorted({_basis(use) for use in uses})))
        for (name, code), uses in sorted(spellings.items(), key=lambda item: -len(item[1]))
    ]  # fmt: skip
    show("", _ALIASES.say(language).split("|"), rows, right=(2, 3))
    for kind, identity in found.relations:
        console.print(f"{kind}: {identity}", markup=False)
    for at, change, before, after in found.history:
        console.print(f"{at:%Y-%m-%d} {change}: {', '.join(before)} -> {', '.join(after)}")
    for chapter in found.chapters:
        money = {name for name, unit in chapter.units if unit == "fen"}
        facts = [
            (str(f.happened or "")[:10], china_time(f.known)[:10], f"{f.file} : {f.line}",
             "; ".join(f"{name} {_short(_said(name, value, money))}" for name, value in f.values.items()))
            for f in chapter.facts
        ]  # fmt: skip
        show(f"{chapter.department} · {chapter.title}", _FACTS.say(language).split("|"), facts)
        if chapter.withheld:
            say(_WITHHELD, language, fields=", ".join(chapter.withheld))


def _said(name: str, value: object, money: set[str]) -> object:
    if name in money and isinstance(value, int):
        return amount_with_unit(value, unit=Unit.YUAN)
    return value


def _basis(alias: Alias) -> str:
    return alias.basis if alias.bits is None else f"{alias.basis} {alias.bits:+.1f} bit"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
