"""``shuxin enterprise``: the portrait of one, read under a recorded permit."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import own_data_policy, start
from shuxin.portal.display import console, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.fusion.api import Portrait
    from shuxin.kernel.text import Language

_SHOWN = 60
_TITLE = Text(
    en="{name} {code}\n{aliases} spellings in {datasets} datasets, {facts} rows; {doubts} open doubts;"
    " read for '{purpose}' by {reader}, recorded as use {use}",
    zh="{name} {code}\n{datasets} 个数据集中有 {aliases} 种写法,共 {facts} 行;{doubts} 项待复核;"
    "由 {reader} 以“{purpose}”为目的读取,使用记录 {use}",
)
_ALIASES = Text(
    en="name as written|code as written|dataset|rows|known from|known to|placed by|bits",
    zh="记载名称|记载代码|数据集|行数|最早获知|最近获知|归一依据|比特",
)
_FACTS = Text(en="happened|known|file : line|what it says", zh="发生时间|获知时间|文件:行|内容")
_WITHHELD = Text(
    en="withheld, above the permit's level: {fields}", zh="超出许可分级,未读取:{fields}"
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.fusion.api import find_entity, portrait
    from shuxin.infra.api import now_in_china

    identity = find_entity(options.who)
    permit = own_data_policy().permit(
        subject=identity, purpose=Purpose.parse(options.purpose), now=now_in_china()
    )
    found = portrait(identity, permit=permit, settings=settings)
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=1, default=str))
        return 0
    say(
        _TITLE,
        language,
        name=found.name,
        code=found.code or found.identity,
        aliases=len({alias.name for alias in found.aliases}),
        datasets=len(found.chapters),
        facts=sum(len(chapter.facts) for chapter in found.chapters),
        doubts=found.doubts,
        purpose=permit.purpose,
        reader=permit.reader,
        use=permit.use_id,
    )
    _show(found, language)
    return 0


def _show(found: Portrait, language: Language) -> None:
    aliases = [
        (a.name, a.code_as_written, a.dataset, a.rows, f"{a.first_known:%Y-%m-%d}",
         f"{a.last_known:%Y-%m-%d}", a.basis, "" if a.bits is None else f"{a.bits:+.1f}")
        for a in found.aliases
    ]  # fmt: skip
    show("", _ALIASES.say(language).split("|"), aliases, right=(3, 7))
    for at, change, before, after in found.history:
        console.print(f"{at:%Y-%m-%d} {change}: {', '.join(before)} -> {', '.join(after)}")
    for chapter in found.chapters:
        rows = [
            (str(f.happened or "")[:10], f"{f.known:%Y-%m-%d}", f"{f.file} : {f.line}",
             "; ".join(f"{name} {_short(value)}" for name, value in f.values.items()))
            for f in chapter.facts
        ]  # fmt: skip
        show(f"{chapter.department} · {chapter.title}", _FACTS.say(language).split("|"), rows)
        if chapter.withheld:
            say(_WITHHELD, language, fields=", ".join(chapter.withheld))


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
