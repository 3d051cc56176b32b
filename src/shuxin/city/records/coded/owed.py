"""Taxes owed as the bureau lists them: some of what firms really owe, and small sums that sound firms forgot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.months import cell_lots, firm_lots, living, looks, money_of
from shuxin.city.records.coded.sums import spells
from shuxin.city.world.draws import exp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.months import Grid
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

_LISTED = 0.12
"""[T] Share of the spells of taxes owed that the bureau lists; the others are settled between them."""
_FORGOTTEN, _SLOPE, _LONGEST = 0.0020, 0.55, 6
"""[T] Chance in a month that taxes are overlooked, how it moves with what is seen, and for how many months."""


def owed(world: World, block: Block) -> Grid:
    """(firms, months) fen of taxes owed at each month's end, as listed; 0 none."""
    late = money_of(world, block, "taxes_late")
    row, first, after = spells(late > 0)
    listed = Lots(seed=world.seed, purpose="listed owed").at(block.first + row, first) < _LISTED
    change = np.zeros((late.shape[0], late.shape[1] + 1), np.int64)
    np.add.at(change, (row[listed], first[listed]), 1)
    np.add.at(change, (row[listed], after[listed]), -1)
    shown = np.where(change.cumsum(axis=1)[:, :-1] > 0, late, 0)
    return np.maximum(shown, _forgotten(world, block)) * living(world, block)


def _forgotten(world: World, block: Block) -> Grid:
    own, traits = slice(block.first, block.stop), world.traits
    seen_as = looks(world, block, "tax")
    start = cell_lots(world, block, "forgotten") < _FORGOTTEN * exp(-_SLOPE * seen_as)
    size = cell_lots(world, block, "forgotten for")
    long = 1 + np.floor(size * size * _LONGEST).astype(np.int64)
    open_now = np.zeros_like(start)
    for month in range(_LONGEST):
        open_now[:, month:] |= (start & (long > month))[:, : start.shape[1] - month]
    usual = traits.usual[own] * (1 - traits.goods[own]) * traits.taxes[own]
    amount = np.floor(usual * (1 + 2 * firm_lots(world, block.firms, "forgotten sum"))) + 100
    return np.where(open_now, amount[:, None].astype(np.int64), 0)


def paid_share(world: World, block: Block) -> NDArray[np.float64]:
    """(firms, months) of what is due in each month, so much is paid in it."""
    part = 0.1 + 0.8 * cell_lots(world, block, "paid part")
    return np.where(owed(world, block) > 0, part, 1.0)
