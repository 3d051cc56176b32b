from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.card.samples import CATEGORIES, HOLDERS, contract_of, world_of

from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.parts import CardPart, HolderCharacteristic
from shuxin.federation.card.points import GRID, holder_points
from shuxin.federation.card.telling import told_share
from shuxin.federation.card.values import bins_of
from shuxin.scoring.binning.shape import BinShape, Kind

HOLDER = HOLDERS[0]


def slow_share(part: CardPart, values: dict[str, object]) -> float:
    """Lists every combination of bins and sees which values of a characteristic fit the numbers."""
    shapes = [each.shape for each in part.characteristics]
    bins = bins_of(shapes, values)  # type: ignore[arg-type]
    told = 0
    for row in bins.tolist():
        for column in part.contract.columns(part.categories):
            codes = {part.categories[place].code for place in column}
            inside = [nth for nth, e in enumerate(part.characteristics) if e.category in codes]
            tables = [part.characteristics[nth].points for nth in inside]
            own = [table[row[nth]] for nth, table in zip(inside, tables, strict=True)]
            fitting = [each for each in product(*map(set, tables)) if sum(each) == sum(own)]
            told += sum(len({each[at] for each in fitting}) == 1 for at in range(len(inside)))
    return told / bins.size


def part_of(*woes: tuple[int, ...]) -> tuple[CardPart, dict[str, np.ndarray]]:
    """Points equal WOE in hundredths; two bins below and from 0, and a missing one."""
    part = world_of(contract_of(Contribution.BY_HOLDER), seed=1, holders=1).parts[HOLDER]
    places = tuple(
        HolderCharacteristic(
            shape=BinShape(f"c{nth}", Kind.NUMERIC, edges=(0.0,)),
            category="trade",
            coefficient=100 * GRID,
            woe=woe,
            points=holder_points(coefficient=100 * GRID, woe=woe, factor=1.0),
            reference=0,
        )
        for nth, woe in enumerate(woes)
    )
    trade = tuple(each for each in CATEGORIES if each.code == "trade")
    sample = np.array([-1.0, 1.0, np.nan])
    values = np.array(list(product(sample, repeat=len(woes))))
    made = replace(part, characteristics=places, factor=1.0, categories=trade, missing_points=0)
    return made, {f"c{nth}": values[:, nth] for nth in range(len(woes))}


class TestToldShare:
    @given(seed=st.integers(0, 10_000), contribution=st.sampled_from(list(Contribution)))
    def test_is_that_of_a_list_of_all_combinations(
        self, seed: int, contribution: Contribution
    ) -> None:
        world = world_of(contract_of(contribution), seed=seed, holders=1)
        part, values = world.parts[HOLDER], dict(world.values[HOLDER])
        assert told_share(part, values) == slow_share(part, values)

    def test_points_packed_by_place_tell_everything(self) -> None:
        """An offer of a label party that wants to read bins off the total."""
        part, values = part_of((0, 1, 2), (0, 3, 6), (0, 9, 18))
        assert told_share(part, values) == 1.0

    def test_equal_tables_tell_the_ends_alone(self) -> None:
        """Of 9 pairs from 0, 1, 2 only the sums 0 and 4 fit one pair."""
        part, values = part_of((0, 1, 2), (0, 1, 2))
        assert told_share(part, values) == 2 / 9

    def test_one_characteristic_alone_is_told(self) -> None:
        part, values = part_of((0, 1, 2))
        assert told_share(part, values) == 1.0
