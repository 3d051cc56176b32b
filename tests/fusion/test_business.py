from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter

import pytest
from tests.fusion.conftest import FIRST_DAY, Installation, uscc
from tests.fusion.features.slow import Invoice, is_void, months_between, stands
from tests.fusion.features.trade import (
    IN,
    OUT,
    Line,
    content,
    of_files,
    permit,
    resolve,
    strewn_lines,
)

from shuxin.consent.api import PermitTooNarrow
from shuxin.fusion import business
from shuxin.fusion.business import SHOWN_BUYERS, SHOWN_MONTHS, Business, business_of
from shuxin.fusion.features.sources import LevelAbovePermit
from shuxin.kernel.periods import Month

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2024, 4, 10)


def shown(
    office: Installation,
    firm: int,
    *,
    level: int = 3,
    whose: int | None = None,
    as_of: dt.date = AS_OF,
) -> Business:
    leave = permit(uscc(whose or firm), level=level)
    return business_of(
        uscc(firm), as_of=as_of, permit=leave, settings=office.settings, now=office.now
    )


def counted(lines: list[Line], firm: int, as_of: dt.date = AS_OF) -> list[Invoice]:
    """Invoices that stand before the day."""
    versions = [
        line.version(line.known(loaded=FIRST_DAY, first=True), None)
        for line in lines
        if line.firm == firm
    ]
    return [invoice for invoice in versions if stands(invoice, as_of)]


def by_month(invoices: list[Invoice], as_of: dt.date = AS_OF) -> dict[int, int]:
    """Net fen by months back, for months that have any invoice."""
    found: dict[int, int] = {}
    for invoice in invoices:
        back = months_between(invoice.issued_on, as_of)
        found[back] = found.get(back, 0) + (0 if is_void(invoice, as_of) else invoice.net)
    return found


class TestBusinessOf:
    def test_shows_24_months_and_the_ten_largest_buyers(self, office: Installation) -> None:
        rng = random.Random(5)  # noqa: S311 - the same invoices every time, no secret
        sent = {file: strewn_lines(rng, count=160, until=FIRST_DAY.date()) for file in (OUT, IN)}
        of_files(office, sent, now=FIRST_DAY)
        for firm in (1, 2):
            found = shown(office, firm)
            sold, bought = (by_month(counted(sent[file], firm)) for file in (OUT, IN))
            last = Month.of(AS_OF)
            assert found.months == tuple(
                (last.plus(-k), sold.get(k), bought.get(k)) for k in range(SHOWN_MONTHS, 0, -1)
            )
            buyers: Counter[str | None] = Counter()
            for invoice in counted(sent[OUT], firm):
                near = 1 <= months_between(invoice.issued_on, AS_OF) <= 12
                if near and not is_void(invoice, AS_OF):
                    buyers[invoice.party] += invoice.net
            largest = sorted((fen for fen in buyers.values() if fen > 0), reverse=True)
            assert found.buyers == len(largest)
            assert len(found.buyer_shares) == min(len(largest), SHOWN_BUYERS)
            shares = [fen / sum(largest) for fen in largest[:SHOWN_BUYERS]]
            assert all(map(math.isclose, found.buyer_shares, shares))

    def test_is_asked_by_one_query_whatever_firm_and_day(
        self, office: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = strewn_lines(random.Random(6), count=80, until=FIRST_DAY.date())  # noqa: S311 - as above
        of_files(office, {OUT: lines}, now=FIRST_DAY)
        shown(office, 1)
        monkeypatch.setattr(business, "query_of", None)
        for firm, as_of in ((2, AS_OF), (1, AS_OF - dt.timedelta(days=90))):
            found, sold = (
                shown(office, firm, as_of=as_of),
                by_month(counted(lines, firm, as_of), as_of),
            )
            assert sold
            assert {month: fen for month, fen, _ in found.months if fen is not None} == {
                Month.of(as_of).plus(-k): fen for k, fen in sold.items() if 1 <= k <= SHOWN_MONTHS
            }

    def test_of_a_firm_without_invoices_is_blank(self, office: Installation) -> None:
        blank = shown(office, 1)
        assert blank.months[0] == (Month(2022, 4), None, None)
        assert blank.months[-1] == (Month(2024, 3), None, None)
        lines = [Line(n, 2, 1, dt.date(2024, 3, 9), 100, None) for n in range(1, 21)]
        office.put(OUT, content(OUT, lines))
        office.load(now=FIRST_DAY)
        resolve(office)
        assert shown(office, 1) == blank
        assert (blank.buyer_shares, blank.buyers) == ((), 0)

    def test_needs_a_permit_for_the_firm_and_its_level(self, office: Installation) -> None:
        office.put(OUT, content(OUT, strewn_lines(random.Random(1), count=30, until=AS_OF)))  # noqa: S311 - as above
        office.load()
        with pytest.raises(PermitTooNarrow):
            shown(office, 1, whose=2)
        with pytest.raises(LevelAbovePermit):
            shown(office, 1, level=2)
