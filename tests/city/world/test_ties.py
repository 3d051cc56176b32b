from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.scale import WINDOW_MONTHS
from shuxin.city.world.ties import PPM

if TYPE_CHECKING:
    from shuxin.city.world.world import World


class TestStakes:
    def test_shares_of_each_firm_make_the_whole(self, world: World) -> None:
        stakes = world.ties.stakes
        whole = np.bincount(stakes.firm, weights=stakes.share_ppm, minlength=world.count)
        assert (whole == PPM).all()

    def test_an_individual_business_has_one_holder(self, world: World) -> None:
        many = np.bincount(world.ties.stakes.firm, minlength=world.count)
        assert (many[world.firms.kind == p.INDIVIDUAL] == 1).all()

    def test_so_many_are_held_by_firms(self, world: World) -> None:
        held = world.ties.stakes.corporate.sum() / (world.firms.kind == 0).sum()
        assert abs(held - p.CORPORATE_HELD) < 0.005

    def test_there_are_pyramids_and_two_that_hold_each_other(self, world: World) -> None:
        stakes = world.ties.stakes
        own = stakes.corporate
        parent = dict(zip(stakes.firm[own].tolist(), stakes.holder[own].tolist(), strict=True))
        third = [f for f, up in parent.items() if up in parent and parent[up] not in (f, up)]
        assert len(third) >= 10
        assert any(parent.get(up) == firm for firm, up in parent.items())
        assert all(firm != up for firm, up in parent.items())


class TestGuarantees:
    def test_stand_between_different_borrowers(self, world: World) -> None:
        ties = world.ties.guarantees
        assert (ties.guarantor != ties.debtor).all()
        assert world.traits.wants[ties.guarantor].all()
        assert world.traits.wants[ties.debtor].all()

    def test_the_largest_circle_and_a_circular_core_are_there(self, world: World) -> None:
        ties = world.ties.guarantees
        members = {
            int(circle): {*ties.guarantor[own].tolist(), *ties.debtor[own].tolist()}
            for circle in np.unique(ties.circle)
            if (own := ties.circle == circle).any()
        }
        assert max(len(firms) for firms in members.values()) == 5
        pairs = set(zip(ties.guarantor.tolist(), ties.debtor.tolist(), strict=True))
        assert any(
            (b, c) in pairs and (c, a) in pairs for a, b in pairs for c in members[_of(ties, a)]
        )


def _of(ties: object, firm: int) -> int:
    own = (ties.guarantor == firm) | (ties.debtor == firm)  # type: ignore[attr-defined]
    return int(ties.circle[own][0])  # type: ignore[attr-defined]


class TestRings:
    def test_are_founded_together_under_one_hand_and_roof(self, world: World) -> None:
        ties, firms = world.ties, world.firms
        for ring in np.unique(ties.rings.member[ties.rings.member >= 0]):
            own = ties.rings.member == ring
            assert p.RING_SIZES[0] <= own.sum() <= p.RING_SIZES[1]
            assert np.ptp(firms.founded[own]) < p.RING_DAYS
            assert len(set(ties.controller[own])) == 1
            assert len(set(ties.address[own])) == 1

    def test_money_goes_round(self, world: World) -> None:
        """In each month each firm of a circle sends and gets."""
        rings = world.ties.rings
        assert len(rings.source)
        for month in np.unique(rings.month):
            now = rings.month == month
            assert sorted(rings.source[now]) == sorted(rings.target[now])
            assert month < WINDOW_MONTHS
        assert (rings.member[rings.source] == rings.member[rings.target]).all()
        assert (rings.amount > 0).all()
