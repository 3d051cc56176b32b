from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shuxin.city.outsiders import outsiders
from shuxin.kernel.region import RegionCode
from shuxin.kernel.uscc import USCC

if TYPE_CHECKING:
    from shuxin.city.firms import City
    from shuxin.city.trade import Invoice


def _by_month(invoices: tuple[Invoice, ...]) -> dict[tuple[int, int], int]:
    net: defaultdict[tuple[int, int], int] = defaultdict(int)
    for invoice in invoices:
        if invoice.voided_on is None:
            net[invoice.issued_on.year, invoice.issued_on.month] += invoice.net
    return net


class TestInvoices:
    def test_are_the_sales_and_purchases_of_every_month_to_the_fen(self, city: City) -> None:
        for number, books in city.economy.books.items():
            key = city.firms[number].key
            sold = _by_month(city.trade.issued.get(key, ()))
            bought = _by_month(city.trade.received.get(key, ()))
            for index, month in enumerate(city.months):
                assert sold.get((month.year, month.month), 0) == books.sales[index]
                assert bought.get((month.year, month.month), 0) == books.purchases[index]

    def test_have_numbers_of_twenty_digits_of_their_own(self, city: City) -> None:
        numbers = {invoice.number for invoice in city.trade.invoices}
        assert len(numbers) == len(city.trade.invoices)
        assert all(len(number) == 20 and number.isdigit() for number in numbers)

    def test_have_one_end_in_the_city_and_never_the_same_twice(self, city: City) -> None:
        for invoice in city.trade.invoices:
            assert invoice.seller or invoice.buyer
            assert invoice.seller_code != invoice.buyer_code

    def test_are_void_or_red_about_as_often_as_stated(self, city: City) -> None:
        """Demo seed; wide bands, as weak firms void more."""
        sold = [invoice for invoice in city.trade.invoices if invoice.seller]
        assert 0.025 < np.mean([invoice.voided_on is not None for invoice in sold]) < 0.065
        assert 0.01 < np.mean([invoice.net < 0 for invoice in sold]) < 0.03
        assert 25_000 < len(sold) < 50_000

    def test_red_ones_take_back_an_earlier_one_of_the_same_ends(self, city: City) -> None:
        earlier: defaultdict[tuple[str, str], list[Invoice]] = defaultdict(list)
        for invoice in city.trade.invoices:
            ends = (invoice.seller_code, invoice.buyer_code)
            if invoice.net < 0:
                assert any(
                    -invoice.net in {one.net, one.net // 2} and one.issued_on < invoice.issued_on
                    for one in earlier[ends]
                )
            elif invoice.voided_on is None:
                earlier[ends].append(invoice)

    def test_of_weak_firms_are_void_more_often(self, city: City) -> None:
        shares = {True: [0, 0], False: [0, 0]}
        for invoice in city.trade.invoices:
            if invoice.seller:
                quality = city.quality[city.firm(invoice.seller).number].mean()
                shares[bool(quality < 0)][0] += invoice.voided_on is not None
                shares[bool(quality < 0)][1] += 1
        weak, strong = (shares[is_weak][0] / shares[is_weak][1] for is_weak in (True, False))
        assert weak > 1.2 * strong

    def test_a_good_part_of_a_usual_firms_sales_stays_in_the_city(self, city: City) -> None:
        local = []
        for invoices in city.trade.issued.values():
            valid = [invoice for invoice in invoices if invoice.voided_on is None]
            total = sum(invoice.net for invoice in valid)
            if total:
                local.append(sum(one.net for one in valid if one.buyer) / total)
        assert 0.25 < np.median(local[1:]) < 0.50


class TestOutsiders:
    @pytest.mark.parametrize("seed", [0, 20260101])
    def test_have_valid_codes_of_no_real_place_that_no_firm_bears(
        self, seed: int, city: City
    ) -> None:
        codes = [other.code for other in outsiders(firms=len(city.firms), seed=seed)]
        assert len(set(codes)) == len(codes) == 4 * len(city.firms)
        for code in map(USCC, codes):
            assert code.organisation_check_holds
            assert code.region_code.startswith("3499")
            assert not RegionCode(code.region_code).is_assigned
        if seed == city.seed:
            assert not {firm.uscc for firm in city.firms} & set(codes)
