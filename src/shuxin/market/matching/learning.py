"""What matching learns from what became of earlier demands, and how lenders dealt with what was referred to them."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Subquery

from shuxin.market.domain.lives import REFERRAL
from shuxin.market.domain.terms import DemandTerms, FirmFacts, ProductTerms
from shuxin.market.match_models import ChanceModelRow, MatchingRow, ShownRow
from shuxin.market.matching.bands import bands_of
from shuxin.market.matching.chance import (
    ChanceModel,
    Outcome,
    chance_model_from,
    learn_chances,
)
from shuxin.market.matching.parts import Answers
from shuxin.market.outcomes import outcomes
from shuxin.market.shelf_models import ProductVersionRow, ReferralRow
from shuxin.market.step_models import StepRow
from shuxin.market.wire import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shuxin.market.outcomes import OutcomeFacts

LEARNT_FROM = dt.timedelta(days=730)
MOST_OUTCOMES = 20_000
LEARNT_EVERY = dt.timedelta(days=1)
HISTORY = dt.timedelta(days=180)
SHOWN_SINCE = dt.timedelta(days=90)
_VERDICTS = {"approve": True, "decline": False}
_IN_TIME = ("take", "decline")


def model_in_use() -> ChanceModel | None:
    """What was learnt last; None before, and while there is too little to learn from."""
    row = ChanceModelRow.objects.order_by("-pk").first()
    return chance_model_from(json.loads(row.content)) if row and row.content else None


def learn_daily(*, now: dt.datetime) -> None:
    """Learn anew when the last time was a day ago: the platform's background work."""
    row = ChanceModelRow.objects.order_by("-pk").first()
    if row is None or now - row.at >= LEARNT_EVERY:
        learn_from_outcomes(now=now)


def learn_from_outcomes(*, now: dt.datetime) -> ChanceModel | None:
    """Learn from the newest 20,000 verdicts of two years, of firms that agreed, and keep what was learnt."""
    known = outcomes(since=now - LEARNT_FROM)[-MOST_OUTCOMES:]
    sample = list(_learnable([one for one in known if one.verdict in _VERDICTS]))
    model = learn_chances(sample)
    content = model.content.decode() if model else ""
    digest = model.digest if model else ""
    ChanceModelRow(digest=digest, content=content, outcomes=len(sample), at=now).save()
    return model


def answers_of_lenders(*, now: dt.datetime) -> dict[str, Answers]:
    """Of what was assigned to them or chosen by firms in half a year: answered in time, of all whose time is over.

    A claim is a lender's own wish and counts for nothing here; a firm that does not apply afterwards is not its fault.
    """
    answering = StepRow.objects.filter(
        kind=REFERRAL.name, thing=OuterRef("key"), source="waiting", event__in=(*_IN_TIME, "lapse")
    )
    referred = ReferralRow.objects.filter(made_at__gte=now - HISTORY).exclude(mode="claim")
    ended = referred.annotate(end=Subquery(answering.values("event")[:1])).exclude(end=None)
    found: dict[str, Answers] = {}
    for lender, end, count in ended.values_list("lender", "end").annotate(Count("pk")):
        before = found.get(lender, Answers())
        found[lender] = Answers(
            before.in_time + (count if end in _IN_TIME else 0), before.all + count
        )
    return found


def shown_of_lenders(*, now: dt.datetime) -> dict[str, int]:
    """How often each stood on one of the first places in 90 days."""
    since = ShownRow.objects.filter(at__gte=now - SHOWN_SINCE)
    return dict(since.values_list("lender").annotate(Count("pk")))


def _learnable(known: list[OutcomeFacts]) -> Iterator[Outcome]:
    """With firm and wish as they were when the demand was matched; without a matching nothing is learnt."""
    matched = _matched(one.demand for one in known)
    terms = _terms(known)
    for one in known:
        said, offered = matched.get(one.demand), terms.get((one.product, one.product_version))
        if said is None or offered is None:
            continue
        firm, wish, today = said
        if wish.may_estimate:
            bands = bands_of(firm, wish, offered, today=today)
            yield Outcome(one.lender, bands, _VERDICTS[one.verdict])


def _matched(demands: Iterable[str]) -> dict[str, tuple[FirmFacts, DemandTerms, dt.date]]:
    rows = MatchingRow.objects.filter(demand__in=set(demands)).order_by("pk")
    found = {}
    for row in rows:
        said = json.loads(row.content)
        firm = from_json(FirmFacts, {"party": "", "name": "", **said["firm"]})
        today = dt.date.fromisoformat(said["today"])
        found[row.demand] = (firm, from_json(DemandTerms, said["terms"]), today)
    return found


def _terms(known: Iterable[OutcomeFacts]) -> dict[tuple[str, int], ProductTerms]:
    rows = ProductVersionRow.objects.filter(product__key__in={one.product for one in known})
    listed = rows.values_list("product__key", "number", "terms")
    return {(key, number): from_json(ProductTerms, terms) for key, number, terms in listed}
