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
from shuxin.fusion.business import SHOWN_BUYERS, SHOWN_MONTHS, Business, business_of
from shuxin.fusion.features.sources import LevelAbovePermit
from shuxin.kernel.periods import Month

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2024, 4, 10)


def shown(office: Installation, firm: int, *, level: int = 3, whose: int | None = None) -> Business:
    leave = permit(uscc(whose or firm), level=level)
    return business_of(
        uscc(firm), as_of=AS_OF, permit=leave, settings=office.settings, now=office.now
    )


def counted(lines: list[Line], firm: int) -> list[Invoice]:
    """Invoices that stand before the day."""
    versions = [
        line.version(line.known(loaded=FIRST_DAY, first=True), None)
        for line in lines
        if line.firm == firm
    ]
    return [invoice for invoice in versions if stands(invoice, AS_OF)]


def by_month(invoices: list[Invoice]) -> dict[int, int]:
    """Net fen by months back, for months that have any invoice."""
    found: dict[int, int] = {}
    for invoice in invoices:
        back = months_between(invoice.issued_on, AS_OF)
        found[back] = found.get(back, 0) + (0 if is_void(invoice, AS_OF) else invoice.net)
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
