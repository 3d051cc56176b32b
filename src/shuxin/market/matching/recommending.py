"""Firms that a lender may turn to (推荐客户): those that agreed to be called, or that an office recommended to it.

Never a firm on an open list of bad debtors. Of those that agreed, firms that never had a loan (首贷户) count more:
that is an objective, and it is said. Of those on a list a lender learns what the office wrote down, and no more.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - readers of the wire need it
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.infra.api import CHINA
from shuxin.kernel.text import Text
from shuxin.market.board import board
from shuxin.market.domain.terms import LEAST_FEN, DemandTerms, FirmFacts
from shuxin.market.domain.words import Guarantee, LoanUse, Urgency
from shuxin.market.firms import facts_of
from shuxin.market.lists.results import firms_for, note_recommended
from shuxin.market.matching.filters import exclusions
from shuxin.market.matching.matchings import best_places
from shuxin.market.matching.open_lists import OpenList, listed_openly, open_lists
from shuxin.market.matching.ranking import NAMES
from shuxin.market.matching.wording import money, said
from shuxin.market.products import products

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.market.board import BoardLine
    from shuxin.market.domain.words import Borrower
    from shuxin.market.lists.results import RecommendedFirm
    from shuxin.market.matching.matchings import KeptPlace
    from shuxin.market.products import ProductView
    from shuxin.market.steps import Doer

FIRST_LOAN_POINTS = 1000
"""That much more counts a firm that never had a loan, of 10,000 [D]."""
_PERMILLE, _NAMED_PARTS, _USUAL_MONTHS = 1000, 2, 12
_POINTS_OF_LISTED = 5000


@dataclass(frozen=True, slots=True)
class Recommended:
    """One firm, and the lender's own product that suits it best. ground: ``demand`` or ``list``.

    demand, listing: the key of the one that it rests on. place: of the product among all in the firm's own ranking, 0
    without one. points: 0 to 11,000, without any chance of approval.
    """

    firm: FirmFacts
    ground: str
    demand: str
    listing: str
    product: str
    amount_fen: int
    place: int
    points: int
    reasons: tuple[Text, ...]
    since: dt.datetime | None = None


def recommended_firms(
    lender: str, *, now: dt.datetime, doer: Doer | None = None
) -> list[Recommended]:
    """The most fitting first. With ``doer`` those on government's lists too, and the log notes that they were read."""
    own = products(lender=lender)
    if not own:
        return []
    found = [*_from_board(lender, frozenset(one.key for one in own), now=now)]
    if doer is not None:
        known = {one.firm.party for one in found}
        fresh = [one for one in firms_for(lender) if not one.result and one.firm not in known]
        found += _from_list(fresh, own, now=now)
    barred = listed_openly((one.firm.party for one in found), on=now.astimezone(CHINA).date())
    checked = _checked()
    kept = [
        replace(one, reasons=(*one.reasons, checked))
        for one in found
        if one.firm.party not in barred
    ]
    if doer is not None:
        note_recommended([one.listing for one in kept if one.listing], doer=doer, now=now)
    return sorted(kept, key=lambda one: (-one.points, one.demand, one.listing))


def _from_board(lender: str, own: frozenset[str], *, now: dt.datetime) -> Iterator[Recommended]:
    """Demands whose firm agreed to be called, that this lender may claim, with a product that is possible."""
    lines = {
        line.key: line
        for line in board(lender, now=now)
        if line.terms.may_contact and line.may_claim and line.firm.party
    }
    for key, best in best_places(list(lines), own=own).items():
        yield _of_demand(lines[key], best)


def _of_demand(line: BoardLine, best: KeptPlace) -> Recommended:
    parts = {code: points for code, points in best.points.items() if code != "chance"}
    strongest = sorted(parts, key=lambda code: -parts[code])[:_NAMED_PARTS]
    first, bonus = _first_loan(line.firm)
    strong = (
        said(_STRONG, name=NAMES[code], points=parts[code] // _PERMILLE) for code in strongest
    )
    return Recommended(
        firm=line.firm,
        ground="demand",
        demand=line.key,
        listing="",
        product=best.product,
        amount_fen=line.terms.amount_fen,
        place=best.place,
        points=sum(parts.values()) // _PERMILLE + bonus,
        reasons=(said(_AGREED, place=best.place), *first, *strong),
        since=line.published_at,
    )


def _from_list(
    listed: Sequence[RecommendedFirm], own: Sequence[ProductView], *, now: dt.datetime
) -> Iterator[Recommended]:
    """Firms that an office recommends, and for which one of the lender's products is possible."""
    facts, today = facts_of(one.firm for one in listed), now.astimezone(CHINA).date()
    for one in listed:
        firm = facts.get(one.firm)
        if firm is None or one.amount_fen < LEAST_FEN:
            continue
        wishes = ((offer, _Wanted(one.key, firm, _usual(one, offer))) for offer in own)
        fitting = [offer for offer, wish in wishes if not exclusions(wish, offer, today=today)]
        if fitting:
            best = min(fitting, key=lambda offer: offer.terms.rate_bp.least)
            yield _of_list(one, firm.borrower, best)


def _of_list(one: RecommendedFirm, borrower: Borrower, best: ProductView) -> Recommended:
    """With what the office wrote down at the visit; what the firm told the platform it told no lender."""
    return Recommended(
        firm=FirmFacts(party=one.firm, name=one.name, borrower=borrower, region=one.region),
        ground="list",
        demand="",
        listing=one.key,
        product=best.key,
        amount_fen=one.amount_fen,
        place=0,
        points=_POINTS_OF_LISTED,
        reasons=(said(_LISTED, amount=money(one.amount_fen)),),
        since=one.since,
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    key: str
    firm: FirmFacts
    terms: DemandTerms


def _usual(one: RecommendedFirm, offer: ProductView) -> DemandTerms:
    """A list knows amount and use only: the rest is as the product has it, twelve months where it can be."""
    band = offer.terms.term_months
    return DemandTerms(
        amount_fen=one.amount_fen,
        term_months=min(max(_USUAL_MONTHS, band.least), band.most),
        use=LoanUse[one.use.upper()],
        urgency=Urgency.MONTH,
        guarantees=tuple(Guarantee),
    )


def _first_loan(firm: FirmFacts) -> tuple[tuple[Text, ...], int]:
    if not firm.is_first_loan:
        return (), 0
    return (said(_FIRST, points=FIRST_LOAN_POINTS),), FIRST_LOAN_POINTS


def _checked() -> Text:
    """Against which open lists, and as of when."""
    loaded = open_lists()
    if len(loaded) < len(OpenList):
        return _NOT_ALL_CHECKED
    return said(_CHECKED, day=min(loaded.values()).astimezone(CHINA).date().isoformat())


_AGREED = Text(
    en="The firm agreed to be called; your product stands at place {place} of its ranking",
    zh="企业同意主动联系，您的产品在其匹配结果中排第{place}位",
)
_LISTED = Text(
    en="Recommended to you by an office after a visit; it needs {amount}",
    zh="经走访核实由主管部门推荐，融资需求{amount}",
)
_FIRST = Text(
    en="It never had a loan: {points} points more, an objective of the platform",
    zh="首贷户，按平台首贷支持目标加{points}分",
)
_STRONG = Text(en="{name}: {points} points", zh="{name}得{points}分")
_CHECKED = Text(
    en="On no open list of dishonest debtors, tax arrears or serious offenders (lists of {day})",
    zh="未列入失信被执行人、欠税公告、严重违法失信名单（名单截至{day}）",
)
_NOT_ALL_CHECKED = Text(
    en="Not every open list is loaded here: check them before you call",
    zh="平台尚未载入全部公开名单，联系前请自行核查",
)
