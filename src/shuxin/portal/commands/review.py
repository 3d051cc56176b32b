"""``shuxin review``: what resolution left to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, permit_for_all, start
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_HEAD = Text(
    en="number|name as written|dataset|rows|is it|why it waits|probability|evidence in bits",
    zh="编号|记载名称|数据集|行数|是否为|待定原因|概率|证据（比特）",
)
_WHY = {
    "weight": Text(en="evidence is thin", zh="证据不足"),
    "margin": Text(en="two candidates are close", zh="两个候选接近"),
    "region": Text(en="regions differ or one is unstated", zh="地区不同或未写明"),
    "form": Text(en="legal forms differ", zh="组织形式不同"),
    "name_on_several_codes": Text(en="several codes use this name", zh="多个代码使用该名称"),
    "several_names": Text(en="the cell holds several names", zh="单元格含多个名称"),
    "two_codes": Text(en="it would join two codes", zh="会合并两个代码"),
    "one_source": Text(
        en="one source alone gives this name to the code", zh="仅一个来源将该名称记在此代码下"
    ),
}
_NONE = Text(en="nothing waits for review", zh="没有待复核项")
_KEPT = Text(en="kept; 'shuxin resolve' will place it so", zh="已记录；运行 shuxin resolve 后生效")


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
    permit = permit_for_all(Purpose.ENTITY_RESOLUTION, now=now)
    waiting = open_reviews(permit=permit, limit=options.limit)
    if not waiting:
        say(_NONE, language)
        return 0
    rows = [
        (r.number, r.name, r.dataset, r.rows, f"{r.candidate_name} {r.candidate}", _WHY[r.why].say(language),
         f"{r.posterior:.2f}" if r.explanation else "",
         " ".join(f"{e['comparison']}:{e['level']}{e['bits']:+.1f}" for e in r.explanation))
        for r in waiting
    ]  # fmt: skip
    show("", _HEAD.say(language).split("|"), rows, right=(0, 3, 6))
    return 0
