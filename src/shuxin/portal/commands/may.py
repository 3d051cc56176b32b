"""``shuxin may``: what a recipient could read about a subject at this holder now; nothing is counted or logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import gate, start
from shuxin.portal.commands.verify import content_of
from shuxin.portal.display import show

if TYPE_CHECKING:
    import argparse

    from shuxin.consent.api import Preview
    from shuxin.kernel.text import Language

_HEAD = Text(
    en="data set|what for|uses left|would be read, by level|why not",
    zh="数据集|目的|剩余次数|可读取字段（按级别）|不可读取的原因",
)
_LEVEL = Text(en="level {level}: {names}", zh="{level} 级：{names}")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.consent.api import GateLimits, preview

    rows = preview(
        grantee=options.reader,
        subject=options.about,
        gate=gate(settings, limits=GateLimits.batch()),
        now=now_in_china(),
        brought=[parse_statement(content_of(file)) for file in options.brought],
    )
    show("", _HEAD.say(language).split("|"), [_row(row, language) for row in rows], right=(2,))
    return 0


def _row(row: Preview, language: Language) -> tuple[object, ...]:
    fields = [
        _LEVEL.say(language, level=level, names=", ".join(names))
        for level, names in row.fields.items()
    ]
    return (
        row.dataset,
        "-" if row.purpose is None else row.purpose.text.say(language),
        "-" if row.uses_left is None else row.uses_left,
        "; ".join(fields) or "-",
        "; ".join(refusal.say(language) for refusal in row.refusals) or "-",
    )
