"""What the platform is to be told (待发送): in order for each case, again until it is taken."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import ShuxinError, Unavailable
from shuxin.lending.case_models import CaseRow, Outgoing
from shuxin.lending.case_rows import ANSWER
from shuxin.lending.domain.application import OfferOutsideTerms
from shuxin.lending.domain.offers import Answer, Feedback
from shuxin.market import api as market

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shuxin.lending.marketplace import Marketplace

LONGEST_WAIT = timedelta(minutes=5)
MOST_AT_ONCE = 200


def deliver(
    marketplace: Marketplace, *, by: str, now: datetime, on_refused: Callable[[str], object]
) -> Counter[str]:
    """All that is due. What the platform refuses is not sent again; ``on_refused`` looks at the application anew."""
    done: Counter[str] = Counter()
    held: set[str] = set()
    due = Outgoing.objects.filter(done_at=None).order_by("pk")
    for one in due[:MOST_AT_ONCE]:
        if one.case in held:
            continue
        if one.next_at > now:
            held.add(one.case)
            continue
        try:
            said = _sent(marketplace, one, by=by, now=now)
            if said == "refused":
                on_refused(one.case)
        except Unavailable:
            held.add(one.case)
            said = "undelivered"
        done[said] += 1
        if done["undelivered"] >= _GIVES_UP_AFTER:
            break
    return done


def waiting_to_be_told() -> int:
    """How many answers the platform does not know yet."""
    return Outgoing.objects.filter(done_at=None).count()


_GIVES_UP_AFTER = 3
"""So many failures in one round: the platform is down, and the next round tries again."""


def _sent(marketplace: Marketplace, one: Outgoing, *, by: str, now: datetime) -> str:
    """Raises Unavailable, with the next try put off."""
    kept = Outgoing.objects.filter(pk=one.pk)
    try:
        if one.kind == ANSWER:
            marketplace.answer(one.case, market.from_json(Answer, one.content), by=by)
        else:
            feedback = market.from_json(Feedback, one.content)
            marketplace.feedback(one.case, feedback, by=one.by or by)
    except Unavailable:
        wait = min(timedelta(seconds=2 ** min(one.tries, 10)), LONGEST_WAIT)
        kept.update(tries=one.tries + 1, next_at=now + wait)
        raise
    except ShuxinError as error:
        code = str(getattr(error, "refusal", error.code))
        with transaction.atomic():
            kept.update(done_at=now, refused=code[:60])
            if code == OfferOutsideTerms.code:
                CaseRow.objects.filter(key=one.case).update(look_at=now)
        return "refused"
    kept.update(done_at=now, tries=one.tries + 1)
    return "told"
