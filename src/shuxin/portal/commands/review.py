"""``shuxin review``: what resolution left to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.consent.api import ALL_SUBJECTS, Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, own_data_policy, start
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_HEAD = Text(
    en="number|name as written|dataset|rows|is it|why it waits|probability|evidence in bits",
    zh="编号|记载名称|数据集|行数|是否为|待定原因|概率|证据(比特)",
)
_NONE = Text(en="nothing waits for review", zh="没有待复核项")
_KEPT = Text(en="kept; 'shuxin resolve' will place it so", zh="已记录;运行 shuxin resolve 后生效")


def run(options: argparse.Namespace, language: Language) -> int:
    start()
    from shuxin.fusion.api import open_reviews, say_different, say_same
    from shuxin.infra.api import now_in_china

    now = now_in_china()
    for number, decide in ((options.same, say_same), (options.different, say_different)):
        if number is not None:
            decide(number, by=operator(), now=now)
            say(_KEPT, language)
            return 0
    permit = own_data_policy().permit(
        subject=ALL_SUBJECTS, purpose=Purpose.ENTITY_RESOLUTION, now=now
    )
    waiting = open_reviews(permit=permit, limit=options.limit)
    if not waiting:
        say(_NONE, language)
        return 0
    rows = [
        (r.number, r.name, r.dataset, r.rows, f"{r.candidate_name} {r.candidate}", r.why,
         f"{r.posterior:.2f}",
         " ".join(f"{e['comparison']}:{e['level']}{e['bits']:+.1f}" for e in r.explanation))
        for r in waiting
    ]  # fmt: skip
    show("", _HEAD.say(language).split("|"), rows, right=(0, 3, 6))
    return 0
