from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.api import WorldSize
from shuxin.city.files.lending import FIRST_DAY, ledger_of
from shuxin.city.records.coded.ledger import days_past_due
from shuxin.city.records.drawn import blocks
from shuxin.city.world.scale import MONTHS
from shuxin.city.world.world import build_world

if TYPE_CHECKING:
    from shuxin.city.files.source import Source


class TestLedger:
    def test_a_loan_has_gone_bad_when_the_months_ledger_shows_it_long_overdue(
        self, source: Source
    ) -> None:
        """The oracle: days past due at the ends of months, as the ledger of the records has them."""
        (block,) = blocks(source.world)
        overdue = days_past_due(source.world, block)
        bad = [loan for loan in ledger_of(source) if loan.defaulted_on]
        assert len(bad) > 5
        for loan in bad:
            assert loan.defaulted_on is not None
            month = MONTHS.index(loan.defaulted_on.replace(day=1))
            assert overdue[loan.firm, month] > 90
            assert loan.drawn_on < loan.defaulted_on <= loan.window_end
            assert (loan.defaulted_on + dt.timedelta(days=1)).day == 1

    def test_a_loan_without_default_was_never_that_long_overdue_in_its_year(
        self, source: Source
    ) -> None:
        (block,) = blocks(source.world)
        overdue = days_past_due(source.world, block)
        ledger = ledger_of(source)
        later = {
            (loan.firm, loan.drawn_on): min(
                (o.drawn_on for o in ledger if o.firm == loan.firm and o.drawn_on > loan.drawn_on),
                default=loan.window_end,
            )
            for loan in ledger
        }
        for loan in ledger:
            until = min(later[loan.firm, loan.drawn_on], loan.window_end).replace(day=1)
            own = [n for n, first in enumerate(MONTHS) if loan.drawn_on <= first < until]
            if loan.defaulted_on is None and own:
                assert overdue[loan.firm, own].max() <= 90

    def test_begins_half_a_year_after_the_invoices(self, source: Source) -> None:
        assert min(loan.drawn_on for loan in ledger_of(source)) >= FIRST_DAY
        assert MONTHS[24] == dt.date(2023, 1, 1)


class TestHardTimes:
    def test_bring_what_a_small_city_lacks_and_leave_who_is_who(self, source: Source) -> None:
        usual = build_world(size=WorldSize.TINY, seed=source.seed)
        firms = source.world.firms
        assert np.array_equal(firms.founded, usual.firms.founded)
        assert np.array_equal(source.world.quality, usual.quality)
        assert firms.tenant.sum() < usual.firms.tenant.sum() / 2
        failed, before = source.world.outcome.failed >= 0, usual.outcome.failed >= 0
        assert failed.sum() > 1.5 * before.sum()
        assert len(source.world.outcome.loans[0]) > len(usual.outcome.loans[0])
