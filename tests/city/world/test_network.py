from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.world.network import Network, by_industry
from shuxin.city.world.population import INDUSTRIES

if TYPE_CHECKING:
    from shuxin.city.world.world import World


def network_of(pairs: list[tuple[int, int]], firms: int) -> Network:
    ordered = sorted(pairs, key=lambda pair: pair[1])
    seller = np.array([one for one, _ in ordered], np.int32)
    buyer = np.array([other for _, other in ordered], np.int32)
    return Network(
        seller=seller,
        buyer=buyer,
        share=np.zeros(len(pairs), np.float32),
        top_share=np.zeros(firms, np.float32),
        starts=np.searchsorted(buyer, np.arange(firms + 1)).astype(np.int64),
    )


class TestEdgesOf:
    @given(
        st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=30),
        st.lists(st.integers(0, 7), unique=True),
    )
    def test_are_those_with_the_buyer(
        self, pairs: list[tuple[int, int]], buyers: list[int]
    ) -> None:
        network = network_of(pairs, 8)
        found = network.edges_of(np.array(sorted(buyers), np.int64))
        assert found.tolist() == np.flatnonzero(np.isin(network.buyer, buyers)).tolist()


class TestNetwork:
    def test_nobody_buys_of_himself(self, world: World) -> None:
        assert (world.network.seller != world.network.buyer).all()

    def test_shares_stay_within_what_businesses_buy(self, world: World) -> None:
        sold = np.bincount(world.network.seller, weights=world.network.share, minlength=world.count)
        assert (sold <= world.traits.to_business + 1e-4).all()

    def test_the_largest_buyer_takes_a_third_of_a_micro_firm(self, world: World) -> None:
        """DOMAIN 9.8: median .35 micro, less with size."""
        top = world.network.top_share / world.traits.to_business
        enterprises = world.firms.kind == 0
        micro, small = (np.median(top[enterprises & (world.firms.size == s)]) for s in (0, 1))
        assert 0.31 < micro < 0.39
        assert small < micro

    def test_a_third_of_sales_to_businesses_stays_inside(self, world: World) -> None:
        sold = (world.traits.usual * world.traits.to_business).sum()
        inside = (world.network.share * world.traits.usual[world.network.seller]).sum()
        assert 0.25 < inside / sold < 0.45

    def test_numbers_of_buyers_have_a_heavy_tail(self, world: World) -> None:
        many = np.bincount(world.network.seller, minlength=world.count)
        assert many.max() > 20 * np.median(many[many > 0])


class TestByIndustry:
    def test_the_longest_name_decides(self) -> None:
        found = by_industry({"F": 1.0, "F52": 2.0}, usual=0.0)
        for code, figure in zip(INDUSTRIES, found, strict=True):
            assert figure == (2.0 if code.startswith("F52") else 1.0 if code[0] == "F" else 0.0)
