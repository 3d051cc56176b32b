"""``shuxin retention``: lists only; nothing is deleted by looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, permit_for_all, start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import datetime

    from shuxin.consent.api import rights
    from shuxin.kernel.text import Language

_HEAD = Text(en="what|which|how many|since|why", zh="类别|对象|数量|自|依据")
_REQUERY = Text(
    en="source department|dataset|file|confirmed|days at most",
    zh="来源部门|数据集|文件|最近确认|最长天数",
)
_TITLE = Text(en="to be asked for again at the source", zh="需向来源重新查询")
_OPEN = Text(
    en="erasure {number} is approved but not proved: shuxin erase sweep",
    zh="删除 {number} 已批准但尚无证明：shuxin erase sweep",
)
_NONE = Text(en="nothing is due", zh="没有到期事项")
_WHAT = {
    "received_data": Text(en="data received: must go", zh="取得的数据：应删除"),
    "authorisation": Text(en="record of an authorisation: may go", zh="授权记录：可删除"),
    "uses": Text(en="records of uses: may go", zh="使用记录：可删除"),
    "expired_facts": Text(en="negative facts: must go", zh="负面信息：应删除"),
    "old_rows": Text(en="rows: must go", zh="数据行：应删除"),
    "duty_over": Text(en="rows no duty keeps any more: may go", zh="法定保存期已满：可删除"),
}


def run(_: argparse.Namespace, language: Language) -> int:
    settings = start()
    from shuxin.consent.api import rights
    from shuxin.fusion.api import rows_due
    from shuxin.infra.api import now_in_china

    now = now_in_china()
    permit = permit_for_all(Purpose.DATA_QUALITY, now=now)
    rows = [*rights.uses_due(now=now), *rows_due(permit=permit, settings=settings, now=now)]
    shown = _show(rows, language) + _show_authorisations(
        holder=holder(settings).party, language=language, now=now
    )
    again = [
        (r.department, r.dataset, r.source_file, china_time(r.confirmed_at), r.max_age.days)
        for r in rights.requeries_due(now=now)
    ]
    if again:
        show(_TITLE.say(language), _REQUERY.say(language).split("|"), again, right=(4,))
    unproved = [e for e in rights.erasures() if e.approved_by and not e.proved]
    for one in unproved:
        say(_OPEN, language, number=one.erasure_id)
    if not (shown or again or unproved):
        say(_NONE, language)
    return 0


def _show_authorisations(*, holder: str, language: Language, now: datetime) -> int:
    """Page after page, so that a million of them do not stand in memory; how many were shown."""
    from shuxin.consent.api import rights

    shown, page = 0, rights.authorisations_due(holder=holder, now=now)
    while page is not None:
        shown += _show(page.due, language)
        page = rights.authorisations_due(holder=holder, after=page.last, now=now)
    return shown


def _show(due: Sequence[rights.Due], language: Language) -> int:
    rows = [
        (_WHAT[d.what].say(language), d.reference, d.count, d.since, d.why.say(language))
        for d in due
    ]
    if rows:
        show("", _HEAD.say(language).split("|"), rows, right=(2,))
    return len(rows)
