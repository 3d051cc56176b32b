from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tests.city.records.towns import DAY, drawn, town

from shuxin.city.records.coded.days import STARTS
from shuxin.city.records.coded.flows import FIRST, bill, billing, flows
from shuxin.city.records.coded.months import looks
from shuxin.city.records.coded.papers import (
    PARTLY_REVERSED,
    REVERSED,
    VOIDED,
    Papers,
    numbers,
    own_papers,
)
from shuxin.city.records.coded.sums import split
from shuxin.city.records.drawn import NO_DAY, Block
from shuxin.city.world.scale import WINDOW_MONTHS


@lru_cache
def papers() -> Papers:
    block = Block(seed=town().seed, number=0, first=0, stop=town().count)
    return own_papers(town(), block, looks(town(), block, "tax"))


@lru_cache
def billed() -> np.ndarray:
    """(n, months) fen that each firm bills of its sales."""
    how = billing(town())
    return np.stack([bill(town(), month, how) for month in range(WINDOW_MONTHS)], axis=1)


def by_month(firm: np.ndarray, month: np.ndarray, amount: np.ndarray) -> np.ndarray:
    found = np.zeros((town().count, WINDOW_MONTHS), np.int64)
    np.add.at(found, (firm, month), amount)
    return found


def months_of(days: np.ndarray) -> np.ndarray:
    return np.searchsorted(STARTS, days, side="right") - 1


class TestSplit:
    def test_parts_add_up_whatever_the_weights(self) -> None:
        rng = np.random.default_rng(3)
        counts = rng.integers(1, 9, size=500)
        totals = rng.integers(0, 2**45, size=500)
        weights = rng.integers(1, 1000, size=int(counts.sum()))
        parts = split(totals, counts=counts, weights=weights)
        group = np.repeat(np.arange(500), counts)
        assert (parts >= 0).all()
        assert (np.bincount(group, weights=parts).astype(np.int64) == totals).all()


class TestInvoicesOut:
    def test_of_a_month_add_up_to_what_a_general_taxpayer_sold(self) -> None:
        found = papers()
        lasting = found.lasting
        total = by_month(found.seller[lasting], found.month[lasting], found.net[lasting])
        general = town().firms.general
        assert general.sum() > 200
        assert (total[general][:, FIRST:] == billed()[general][:, FIRST:]).all()

    def test_of_small_taxpayers_never_exceed_what_they_sold(self) -> None:
        found = papers()
        lasting = found.lasting
        total = by_month(found.seller[lasting], found.month[lasting], found.net[lasting])
        assert (total <= billed()).all()

    def test_agree_with_the_returns_of_general_taxpayers(self) -> None:
        rows, filed = drawn("invoices_out"), drawn("vat_returns")
        valid = rows.values["status"] != VOIDED
        total = by_month(
            rows.firm[valid], months_of(rows.day[valid]), rows.values["amount_net"][valid]
        )
        own = (
            town().firms.general[filed.firm]
            & (filed.month >= FIRST)
            & (filed.month < WINDOW_MONTHS - 1)
        )
        sold = sum(
            filed.values[f"sales_{part}"] for part in ("taxable", "simple", "export", "exempt")
        )[own]
        shown = total[filed.firm[own], filed.month[own]]
        apart = np.abs(shown / np.maximum(sold, 1) - 1)[sold > 0]
        assert len(apart) > 3_000
        assert (apart <= 0.05).all()
        assert abs(shown.sum() / sold.sum() - 1) < 0.01

    def test_have_numbers_of_their_own(self) -> None:
        no = drawn("invoices_out").values["invoice_no"]
        assert pc.count_distinct(no).as_py() == len(no)
        assert pc.all(pc.match_substring_regex(no, "^2[345]349[0-9]{15}$")).as_py()

    def test_that_are_red_take_back_an_earlier_one(self) -> None:
        rows = drawn("invoices_out")
        red = np.isin(rows.values["status"], (REVERSED, PARTLY_REVERSED))
        assert 0.015 < red.mean() < 0.035
        assert ((rows.values["amount_net"] < 0) == red).all()
        assert (np.array(rows.values["red_of"].is_valid()) == red).all()
        place = pc.index_in(
            rows.values["red_of"].filter(pa.array(red)), value_set=rows.values["invoice_no"]
        )
        assert not place.null_count
        first = place.to_numpy()
        assert (rows.known[first] < rows.known[red]).all()
        assert (rows.day[first] < rows.day[red]).all()
        assert (rows.values["amount_net"][first] >= -rows.values["amount_net"][red]).all()

    def test_that_are_void_are_known_when_they_were_voided(self) -> None:
        rows = drawn("invoices_out")
        void = rows.values["status"] == VOIDED
        wait = rows.known // DAY - rows.day
        assert 0.008 < void.mean() < 0.03
        assert (wait[~void] == 1).all()
        assert wait[void].max() > 5

    def test_are_absent_for_some_individual_businesses(self) -> None:
        issues = billing(town()).issues
        shops = town().firms.kind == 1
        assert abs(1 - issues[shops].mean() - 0.30) < 0.04
        assert not (set(drawn("invoices_out").firm.tolist()) - set(np.flatnonzero(issues).tolist()))

    def test_show_what_rings_send_around(self) -> None:
        found, rings = flows(town()), town().ties.rings
        ring = found.pair[found.circular] - town().network.many
        assert len(ring) > 0
        assert (found.amount[found.circular] == rings.amount[ring]).all()
        own = papers()
        circular = ~own.lasting & (own.red_of < 0) & (own.status == 0)
        pairs = set(zip(own.seller[circular].tolist(), own.buyer[circular].tolist(), strict=True))
        assert (
            set(zip(rings.source[ring].tolist(), rings.target[ring].tolist(), strict=True)) <= pairs
        )

    def test_fall_before_failure(self) -> None:
        failed = town().outcome.failed
        firm = np.flatnonzero((failed >= 44) & (town().firms.born < 20))
        shown, month = billed(), failed[firm]

        def mean(rows: np.ndarray, at: np.ndarray, first: int) -> float:
            near = np.stack([shown[rows, at - first - step] for step in range(3)]).sum(axis=0)
            year = np.stack([shown[rows, at - first - 12 - step] for step in range(3)]).sum(axis=0)
            return float(np.median((near + 1) / (year + 1)))

        others = np.flatnonzero((failed < 0) & (town().ended < 0) & (town().firms.born < 20))
        assert len(firm) > 30
        assert mean(firm, month, 1) < mean(others, np.full(len(others), 50), 1) - 0.05


class TestInvoicesIn:
    def test_are_the_same_as_their_sellers_have_them(self) -> None:
        out, received = drawn("invoices_out"), drawn("invoices_in")
        buyer = out.values["buyer"].place
        known = (buyer >= 0) & (buyer < town().count) & (out.values["status"] != VOIDED)
        seller = received.values["seller"]
        inside = seller < town().count
        assert inside.sum() > 10_000
        there = pc.index_in(
            received.values["invoice_no"].filter(pa.array(inside)),
            value_set=out.values["invoice_no"],
        )
        assert not there.null_count
        place = there.to_numpy()
        assert sorted(place.tolist()) == np.flatnonzero(known).tolist()
        assert (out.firm[place] == seller[inside]).all()
        assert (buyer[place] == received.firm[inside]).all()
        for name in ("amount_net", "tax", "total", "date", "kind", "status", "top_rate"):
            assert (out.values[name][place] == received.values[name][inside]).all(), name
        assert (out.known[place] == received.known[inside]).all()

    def test_are_certified_by_general_taxpayers_only(self) -> None:
        rows = drawn("invoices_in")
        certified = rows.values["certified"]
        assert town().firms.general[rows.firm[certified]].all()
        assert ((rows.values["certified_period"] != NO_DAY) == certified).all()


class TestNumbers:
    def test_are_missing_where_there_is_no_invoice(self) -> None:
        shown = numbers(np.array([5, -1, 6, -1])).to_pylist()
        assert [one is None for one in shown] == [False, True, False, True]
        assert len({shown[0], shown[2]}) == 2


class TestWhatHangsOnInvoices:
    def test_lines_add_up_to_their_invoice(self) -> None:
        rows, out = drawn("invoice_items"), drawn("invoices_out")
        table = pa.table({"no": rows.values["item_invoice_no"], "amount": rows.values["amount"]})
        total = table.group_by("no").aggregate([("amount", "sum")])
        place = pc.index_in(total["no"], value_set=out.values["invoice_no"]).to_numpy()
        assert len(place) > 2_000
        assert (out.values["amount_net"][place] == total["amount_sum"].to_numpy()).all()

    def test_confirmations_are_of_red_invoices(self) -> None:
        rows, out = drawn("invoice_red_confirmations"), drawn("invoices_out")
        first = pc.index_in(rows.values["original_invoice_no"], value_set=out.values["invoice_no"])
        assert not first.null_count
        assert (out.firm[first.to_numpy()] == rows.firm).all()
        assert (out.values["amount_net"][first.to_numpy()] >= rows.values["amount"]).all()
        assert (rows.values["amount"] > 0).all()

    def test_nobody_bills_more_than_its_quota(self) -> None:
        values = drawn("invoice_quotas").values
        assert (values["used"] <= values["quota"]).all()
        assert (values["used"] > 0).all()
