"""Clocks of applications (时限): offers and questions that nobody answers lapse; a silent lender loses its claim."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.lending import closing
from shuxin.lending.application_models import ApplicationRow
from shuxin.lending.application_rows import locked, move
from shuxin.market import api as market

if TYPE_CHECKING:
    from datetime import datetime

SILENT, UNCLAIMED = "lender_silent", "lender_did_not_claim"
UNANSWERED, OFFER_OVER = "question_not_answered", "offer_not_accepted"
TIMER_TEXTS = {
    SILENT: Text(
        en="the lender did not decide within its hours; it may take the application up again",
        zh="银行未在承诺时限内作出决定，申请已退回，银行可重新受理",
    ),
    UNCLAIMED: Text(
        en="the lender did not take it up within its hours", zh="银行未在承诺时限内受理"
    ),
    UNANSWERED: Text(en="the question was not answered in time", zh="未在期限内补充材料"),
    OFFER_OVER: Text(en="the offer was not accepted in time", zh="未在有效期内接受报价"),
    closing.WITHDRAWN: Text(en="the firm withdrew its demand", zh="企业已撤回融资需求"),
}
"""Why the platform itself moved an application, by the reason that its step keeps."""
MOST_RETURNS = 2
_LAPSES = {"submitted": UNCLAIMED, "need_information": UNANSWERED, "approved": OFFER_OVER}
_RETURNS = ("data_query", "scoring", "manual_review")


def run_application_timers(*, doer: market.Doer, now: datetime, most: int = 500) -> Counter[str]:
    """What is due at ``now``; how many of each event. ``doer`` is the platform (SYSTEM).

    A lender that took an application and went silent loses its claim: firm and operator are told, and it has its
    claiming hours once more. After the second time, or when nobody claims, the application lapses.
    """
    due = ApplicationRow.objects.filter(due_at__lte=now, state__in=(*_LAPSES, *_RETURNS))
    done: Counter[str] = Counter()
    for key in list(due.order_by("due_at").values_list("key", flat=True)[:most]):
        try:
            closing.cancel_orphan(key, doer=doer, now=now)
            done.update(_timed(key, doer=doer, now=now))
        except Conflict:  # somebody acted meanwhile
            done["overtaken"] += 1
    return done


def _timed(key: str, *, doer: market.Doer, now: datetime) -> list[str]:
    with transaction.atomic():
        row = locked(key, doer=doer, now=now)
        if row.due_at is None or row.due_at > now:
            return []
        if row.state in _LAPSES:
            _lapse(row, _LAPSES[row.state], doer, now)
            return ["lapse"]
        due = market.after_working_hours(now, hours=row.claim_hours)
        changes = {"due_at": due, "returns": row.returns + 1}
        move(row, "return", doer=doer, now=now, reason=SILENT, changes=changes, tell_operator=True)
        if row.returns < MOST_RETURNS:
            return ["return"]
        _lapse(row, SILENT, doer, now)
        return ["return", "lapse"]


def _lapse(row: ApplicationRow, reason: str, doer: market.Doer, now: datetime) -> None:
    silent = reason in {SILENT, UNCLAIMED}
    changes = {"due_at": None}
    move(row, "lapse", doer=doer, now=now, reason=reason, changes=changes, tell_operator=silent)
    closing.ended(row, doer=doer, now=now)
