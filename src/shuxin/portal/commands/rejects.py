"""``shuxin rejects``: rows that were not loaded, with line, column, reason and the way to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import permit_for_all, start
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_HEAD = Text(
    en="file|line|column|reason|how to mend it|cells", zh="文件|行号|列|原因|如何处理|单元格"
)
_NONE = Text(en="no row of this dataset was left out", zh="该数据集没有未装载的行")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.fusion.api import REASONS, rejects
    from shuxin.infra.api import now_in_china

    now = now_in_china()
    permit = permit_for_all(Purpose.DATA_QUALITY, now=now)
    found = rejects(options.name, permit=permit, settings=settings, limit=options.limit)
    if not found:
        say(_NONE, language)
        return 0
    rows = [
        (r.file, r.line, r.column, REASONS[r.reason].what.say(language),
         REASONS[r.reason].mend.say(language), " | ".join(r.cells)[:120])
        for r in found
    ]  # fmt: skip
    show("", _HEAD.say(language).split("|"), rows, right=(1,))
    return 0
