"""A lender's side of the lists: whom it is recommended, and what it reports back (对接结果)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads it: RecommendedFirm is the wire
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.machine import Actor
from shuxin.market.domain.terms import MOST_FEN, MOST_RATE_BP
from shuxin.market.domain.words import LoanUse
from shuxin.market.list_models import ListingRow, ResultRow
from shuxin.market.lists.listing import THING, row_of
from shuxin.market.lists.reading import asked_as, not_read_today, note_reading
from shuxin.market.lists.refusals import ResultInvalid
from shuxin.market.lists.words import LISTING, STEP_OF_RESULT, Ground, ResultKind
from shuxin.market.step_models import StepRow
from shuxin.market.steps import ThingUnknown, Told, take_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.market.steps import Doer

LONGEST_REASON, RECOMMENDED = 1000, "recommended"


@dataclass(frozen=True, slots=True)
class RecommendedFirm:
    """A firm of the recommended list as a lender sees it (推荐企业); ``result``: its own last report, "" none."""

    key: str
    firm: str
    name: str
    region: str
    amount_fen: int
    use: str
    since: datetime
    result: str


def recommended_list(lender: str, *, doer: Doer, now: datetime) -> list[RecommendedFirm]:
    """The firms that are recommended to this lender and not closed, the newest first; the reading is logged."""
    shown = firms_for(lender)
    note_recommended([one.key for one in shown], doer=doer, now=now)
    return shown


def firms_for(lender: str) -> list[RecommendedFirm]:
    """The same for this room, which notes those that it shows."""
    rows = (
        ListingRow.objects.filter(state__in=("recommended", "credited", "lent"))
        .prefetch_related("lenders", "results")
        .order_by("-changed_at", "-pk")
    )
    return [_seen(row, lender) for row in rows if is_for(row, lender)]


def note_recommended(listings: Sequence[str], *, doer: Doer, now: datetime) -> None:
    """That this lender is shown these entries of the recommended list.

    Each entry once for a person, a version of the entry and a day in China: a page that is opened again, or the next
    page of the same list, is no second reading.
    """
    entries = ListingRow.objects.filter(key__in=listings)
    versions = dict(entries.values_list("firm", "version"))
    fresh = not_read_today(versions, what=RECOMMENDED, doer=doer, now=now)
    note_reading(
        fresh, what=RECOMMENDED, ground=Ground.VISIT, doer=doer, now=now, versions=versions
    )


def is_for(row: ListingRow, lender: str) -> bool:
    """Whether this lender was recommended the firm at the last recommendation."""
    named = list(row.lenders.all())
    latest = max((one.version for one in named), default=0)
    return row.to_all or any(one.lender == lender and one.version == latest for one in named)


def _seen(row: ListingRow, lender: str) -> RecommendedFirm:
    mine = sorted((r for r in row.results.all() if r.lender == lender), key=lambda r: r.pk)
    return RecommendedFirm(
        key=row.key,
        firm=row.firm,
        name=row.name,
        region=row.region,
        amount_fen=row.amount_fen,
        use=LoanUse(row.use).value,
        since=row.changed_at,
        result=mine[-1].result if mine else "",
    )


def report_credited(
    key: str,
    *,
    result: ResultKind,
    amount_fen: int = 0,
    rate_bp: int | None = None,
    reason: str = "",
    doer: Doer,
    now: datetime,
    request_id: str,
) -> None:
    """A lender says what came of a recommended firm: credit and loans with their amount, a refusal with its reason.

    Several lenders may report of one firm. The same ``request_id`` again changes nothing. A firm that was not
    recommended to ``doer.party`` is not there. Raises ResultInvalid, ThingUnknown, StepImpossible, StepOfOther.
    """
    _require_right(result, amount_fen, rate_bp, reason)
    row = row_of(key)
    if doer.actor is not Actor.LENDER or not is_for(row, doer.party):
        raise ThingUnknown(kind=THING)
    asked = asked_as(doer.party, request_id)
    if ResultRow.objects.filter(request_id=asked).exists():
        return
    event = STEP_OF_RESULT[result]
    if row.state == "lent" and result is ResultKind.CREDITED:
        event = "lend"
    with transaction.atomic():
        take_step(
            row,
            event,
            machine=LISTING,
            doer=doer,
            now=now,
            reason=reason.strip(),
            tell=[Told(office, {"result": result.value}) for office in _offices(row)],
        )
        ResultRow.objects.create(
            listing=row,
            request_id=asked,
            lender=doer.party,
            result=result.value,
            amount_fen=amount_fen,
            rate_bp=rate_bp,
            reason=reason.strip(),
            by=doer.by,
            at=now,
        )


def _offices(row: ListingRow) -> list[str]:
    """Whose officers put it on the lists."""
    steps = StepRow.objects.filter(kind=LISTING.name, thing=row.key, actor=Actor.GOVERNMENT.value)
    return sorted(set(steps.values_list("party", flat=True)))


def _require_right(result: ResultKind, amount_fen: int, rate_bp: int | None, reason: str) -> None:
    if result is ResultKind.REFUSED:
        if amount_fen or not 1 <= len(reason.strip()) <= LONGEST_REASON:
            raise ResultInvalid(where="reason")
        return
    if not 0 < amount_fen <= MOST_FEN:
        raise ResultInvalid(where="result_amount")
    if rate_bp is not None and not 0 <= rate_bp <= MOST_RATE_BP:
        raise ResultInvalid(where="rate")
