"""A city in hard times (经济下行): so that a few hundred firms show enough loans and defaults to learn from.

In a usual city two or three loans in a hundred go bad within a year, and a third of the firms ever borrow; of 200 firms
nothing could be learnt. Here demand falls for good in 2023, goods cost more, owners have nothing to add and firms keep
little cash; most of them ask for loans, and few are tenants, whose power their landlords pay. How a firm fails is the
same: its cash runs out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.city.world.world import World, lived, setting_of

if TYPE_CHECKING:
    from shuxin.city.world.scale import WorldSize
    from shuxin.city.world.world import Setting

FROM_MONTH = 24
DEMAND = -2.0
"""Spreads of the common shock by which demand falls: a good fifth of the sales."""
BORROWERS, TENANTS, CASH_KEPT, COSTS = 0.8, 0.3, 0.3, 0.02
"""Shares: of firms that ask for loans; of tenants who stay so; of the cash that owners usually leave in a firm; of
sales that goods cost more."""


def hard_times(*, size: WorldSize, seed: int) -> World:
    """The same for the same arguments. Raises CitySeedInvalid."""
    return lived(setting=_worsened(setting_of(size=size, seed=seed)))


def _worsened(setting: Setting) -> Setting:
    stage = setting.stage
    macro = stage.shocks.macro.copy()
    macro[FROM_MONTH:] += DEMAND
    traits = stage.traits
    traits = replace(
        traits,
        wants=traits.wants | (stage.draws.uniform("hard times") < BORROWERS),
        helps=traits.helps * 0.0,
        buffer=traits.buffer * CASH_KEPT,
        costs=traits.costs + COSTS,
    )
    firms = replace(
        stage.firms, tenant=stage.firms.tenant & (stage.draws.uniform("tenants") < TENANTS)
    )
    shocks = replace(stage.shocks, macro=macro)
    return replace(setting, stage=replace(stage, firms=firms, shocks=shocks, traits=traits))
