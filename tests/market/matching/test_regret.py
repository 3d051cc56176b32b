"""The small twin of benchmarks/market_ranking.py: the first rank against a truth that the ranking does not see."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.market.matching.matching_world import context, offer, wish
from tests.market.matching.test_chance import LENDERS, learnt, truth

from shuxin.market.api import rank
from shuxin.market.matching.bands import FEATURES

DEMANDS = 150
SHELF = [offer(f"{n:032}", lender) for n, lender in enumerate(LENDERS)]


def test_at_equal_cost_the_first_rank_regrets_less_than_a_random_choice() -> None:
    rng = random.Random(5)  # noqa: S311 - a simulation
    first = drawn = 0.0
    for n in range(DEMANDS):
        bands = tuple(rng.randrange(many) for _, many, _ in FEATURES)
        chance = {one.key: learnt().chance_bp(one.lender, bands) for one in SHELF}
        ranked = rank(replace(wish(), key=f"{n:032x}"), SHELF, context=context(chance=chance))
        each = [truth(one.lender, bands) for one in ranked]
        first += max(each) - each[0]
        drawn += max(each) - rng.choice(each)
    assert first < 0.8 * drawn  # in probability lost; about two thirds of it here
