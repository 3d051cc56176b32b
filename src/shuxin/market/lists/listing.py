"""The three lists (三清单): a firm is declared, judged by five standards, recommended, credited."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from shuxin.kernel.text import Text
from shuxin.market.domain.words import LoanUse
from shuxin.market.list_models import (
    ListingLenderRow,
    ListingRow,
    ResultRow,
    StandardRow,
    VisitRow,
)
from shuxin.market.lists.reading import require_region
from shuxin.market.lists.refusals import StandardsOpen, VisitInvalid
from shuxin.market.lists.words import LISTING, ResultKind, Standard, failing
from shuxin.market.shelf_models import ProductRow
from shuxin.market.steps import StepNeedsReason, ThingUnknown, Told, take_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from shuxin.market.steps import Doer

THING = Text(en="entry of a list", zh="清单记录")
LONGEST_NOTE, MOST_LENDERS = 1000, 200


@dataclass(frozen=True, slots=True)
class Judged:
    """One standard as an officer answered it last."""

    standard: Standard
    holds: bool
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What one lender reported."""

    lender: str
    result: ResultKind
    amount_fen: int
    rate_bp: int | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ListedFirm:
    """An entry of the lists (清单企业). lenders: to whom it is recommended by name now, empty with ``to_all``."""

    key: str
    firm: str
    name: str
    region: str
    amount_fen: int
    use: LoanUse
    state: str
    version: int
    changed_at: datetime
    reason: str
    to_all: bool
    lenders: tuple[str, ...]
    judged: tuple[Judged, ...]
    results: tuple[Result, ...]

    @property
    def failing(self) -> tuple[Standard, ...]:
        """Standards that do not hold or were not answered."""
        return failing({one.standard: one.holds for one in self.judged})

    @property
    def credited_fen(self) -> int:
        return sum(r.amount_fen for r in self.results if r.result is ResultKind.CREDITED)

    @property
    def lent_fen(self) -> int:
        return sum(r.amount_fen for r in self.results if r.result is ResultKind.LENT)


def judge(
    key: str,
    answers: Mapping[Standard, tuple[bool, str]],
    *,
    doer: Doer,
    now: datetime,
) -> ListedFirm:
    """Keep an officer's answers with their evidence notes; a firm that fails one stays declared with the reason.

    Raises ThingUnknown, RegionNotYours, VisitInvalid (an answer without a note), StepImpossible.
    """
    if not answers or any(not 1 <= len(n.strip()) <= LONGEST_NOTE for _, n in answers.values()):
        raise VisitInvalid(where="evidence")
    row = _mine(key, doer=doer)
    with transaction.atomic():
        for standard, (holds, note) in answers.items():
            StandardRow.objects.create(
                listing=row,
                standard=standard.value,
                holds=holds,
                note=note.strip(),
                party=doer.party,
                by=doer.by,
                at=now,
            )
        why = _why_kept(_answers(row))
        take_step(
            row,
            "return" if row.state == "recommended" else "keep",
            machine=LISTING,
            doer=doer,
            now=now,
            reason=why,
            changes={"reason": why, "to_all": False},
        )
    return _view(row)


def _why_kept(answers: Mapping[Standard, bool]) -> str:
    """The standards that were answered with no, in Chinese: it is an official record."""
    return "、".join(s.text.zh for s in Standard if answers.get(s) is False)


def recommend(key: str, *, lenders: Sequence[str] = (), doer: Doer, now: datetime) -> ListedFirm:
    """Put a declared firm on the recommended list (推荐清单) for these lenders, for all of them when none is named.

    Raises ThingUnknown, RegionNotYours, StandardsOpen, StepImpossible.
    """
    row = _mine(key, doer=doer)
    if failing(_answers(row)):
        raise StandardsOpen
    named = sorted(set(lenders))[:MOST_LENDERS]
    with transaction.atomic():
        take_step(
            row,
            "recommend",
            machine=LISTING,
            doer=doer,
            now=now,
            tell=[Told(lender) for lender in named or _lenders_here()],
            changes={"to_all": not named, "reason": ""},
        )
        ListingLenderRow.objects.bulk_create(
            ListingLenderRow(listing=row, lender=lender, version=row.version) for lender in named
        )
    return _view(row)


def _lenders_here() -> list[str]:
    """Those with a product on the shelf."""
    online = ProductRow.objects.filter(state="online")
    return sorted(set(online.values_list("lender", flat=True)))


def close_listing(key: str, *, reason: str, doer: Doer, now: datetime) -> None:
    """Take the firm off the lists. Raises ThingUnknown, RegionNotYours, StepNeedsReason, StepImpossible."""
    if not reason.strip():
        raise StepNeedsReason
    row = _mine(key, doer=doer)
    take_step(
        row,
        "close",
        machine=LISTING,
        doer=doer,
        now=now,
        reason=reason.strip(),
        changes={"open_for": None, "reason": reason.strip()[:LONGEST_NOTE]},
    )


def listed_firm(key: str, *, doer: Doer) -> ListedFirm:
    """For an officer of its region; for others it is not there. Who shows it notes the reading. Raises ThingUnknown."""
    return _view(_mine(key, doer=doer))


def listed_firms(region: str, *, states: Sequence[str] = ()) -> list[ListedFirm]:
    """Of the region with this prefix, the newest first. Who shows them notes the reading."""
    rows = ListingRow.objects.filter(region__startswith=region)
    if states:
        rows = rows.filter(state__in=states)
    return [_view(row) for row in _whole(rows).order_by("-changed_at", "-pk")]


def counts_of(region: str) -> Counter[str]:
    """How many firms stand on each list in the region with this prefix; no firm is shown."""
    rows = ListingRow.objects.filter(region__startswith=region)
    return Counter(rows.values_list("state", flat=True))


@dataclass(frozen=True, slots=True)
class RegionTotals:
    """What came of the lists in a region (工作成效): firms visited, and what lenders granted and lent."""

    visited: int
    credited_fen: int
    lent_fen: int


def totals_of(region: str) -> RegionTotals:
    """Of the region with this prefix; no firm is shown."""
    visited = VisitRow.objects.filter(region__startswith=region).values("firm").distinct().count()
    results = ResultRow.objects.filter(listing__region__startswith=region)
    sums = {
        kind: results.filter(result=kind.value).aggregate(found=Sum("amount_fen"))["found"] or 0
        for kind in (ResultKind.CREDITED, ResultKind.LENT)
    }
    return RegionTotals(visited, sums[ResultKind.CREDITED], sums[ResultKind.LENT])


def _mine(key: str, *, doer: Doer) -> ListingRow:
    row = row_of(key)
    require_region(row.region, doer=doer)
    return row


def row_of(key: str) -> ListingRow:
    """Inside the room only. Raises ThingUnknown."""
    row = ListingRow.objects.filter(key=key).first()
    if row is None:
        raise ThingUnknown(kind=THING)
    return row


def _whole(rows: QuerySet[ListingRow]) -> QuerySet[ListingRow]:
    return rows.prefetch_related("answers", "lenders", "results")


def _answers(row: ListingRow) -> dict[Standard, bool]:
    return {one.standard: one.holds for one in _judged(row)}


def _judged(row: ListingRow) -> tuple[Judged, ...]:
    newest = {
        Standard(one.standard): one for one in sorted(row.answers.all(), key=lambda one: one.pk)
    }
    return tuple(
        Judged(
            standard,
            newest[standard].holds,
            newest[standard].note,
            newest[standard].by,
            newest[standard].at,
        )
        for standard in Standard
        if standard in newest
    )


def _view(row: ListingRow) -> ListedFirm:
    named = sorted(row.lenders.all(), key=lambda one: one.pk)
    latest = max((one.version for one in named), default=0)
    is_named = not row.to_all and row.state != "declared"
    return ListedFirm(
        key=row.key,
        firm=row.firm,
        name=row.name,
        region=row.region,
        amount_fen=row.amount_fen,
        use=LoanUse(row.use),
        state=row.state,
        version=row.version,
        changed_at=row.changed_at,
        reason=row.reason,
        to_all=row.to_all,
        lenders=tuple(one.lender for one in named if one.version == latest and is_named),
        judged=_judged(row),
        results=tuple(
            Result(r.lender, ResultKind(r.result), r.amount_fen, r.rate_bp, r.reason, r.at)
            for r in sorted(row.results.all(), key=lambda one: one.pk)
        ),
    )
