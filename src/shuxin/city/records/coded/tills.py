"""What the banks of the platform see of a firm's money: one of the places where it keeps and moves it.

Firms have a second account elsewhere, a card of the owner's, a till and products that they put money into. So much of
what comes in and goes out passes through the account here as the firm likes, month by month; wages, rent and taxes of
some are paid from elsewhere. What stands in the account at a month's end is a part of the firm's cash and what its
owner leaves there, and transfers to and from its other account make up the difference. Nothing here looks at what
is still to become of a firm. How much is seen was tuned to the worth of a bank's records in DOMAIN 9.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.days import bell, lots_of
from shuxin.city.records.coded.recorded import expected
from shuxin.city.world.draws import exp, rounded
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

    Amounts = NDArray[np.float64]
    Whole = NDArray[np.int64]

_THROUGH, _THROUGH_FIRM, _THROUGH_MONTH = 0.35, 1.9, 0.70
"""[T] Median share of receipts and payments that pass through the account; log spread by firm, and what wanders."""
_OF_THE_FIRM = 0.11
"""[T] So much of what passes through is the firm's own trade; the rest is its owner's other dealings."""
_WAGES_MONTH = 0.35
"""[T] Log spread of the part of wages that is not paid in cash."""
_SEEN_CASH = 0.05
"""[T] Of the firm's cash at a month's end, so much is in the account."""
_LEFT, _LEFT_FIRM, _LEFT_MONTH = 0.35, 0.8, 0.5
"""[T] What the owner leaves there, in months of costs; log spread by firm, and what wanders."""
_KEPT = 0.8
_PAID_HERE = {"wages": 0.12, "rent": 0.3, "taxes": 0.12, "owner": 0.25}
"""[D] Share of firms that pay these from the account here; "owner" is what the owner draws."""


def through(world: World, block: Block, column: str) -> Whole:
    """(firms, months) fen of a month's receipts ("collected") or payments ("paid") that pass through the account."""
    own = slice(block.first, block.stop)
    actual = getattr(world.money, column)[own].astype(np.float64)
    usual = _usual(world, block)
    if column == "paid":
        usual = usual * world.traits.goods[own, None]
    firm = _THROUGH_FIRM * bell(lots_of(world, "tills/firm").bits(block.firms))
    power = firm[:, None] + _THROUGH_MONTH * _wandering(world, block, f"tills/{column}")
    share = np.minimum(_THROUGH * exp(rounded(power)), 1.0)
    mixed = _OF_THE_FIRM * actual + (1 - _OF_THE_FIRM) * usual
    failed = world.outcome.failed[own, None]
    # The owner's other dealings go on in a month without trade, but not after a failure.
    runs = (actual > 0) | (failed < 0) | (np.arange(WINDOW_MONTHS) < failed)
    found: Whole = np.floor(share * mixed * runs).astype(np.int64)
    return found


def _usual(world: World, block: Block) -> Amounts:
    """(firms, months) fen that each firm would sell if nothing befell it."""
    own = slice(block.first, block.stop)
    return np.stack([expected(world, month)[own] for month in range(WINDOW_MONTHS)], axis=1)


def ends(world: World, block: Block) -> Whole:
    """(firms, months) fen in the account at each month's end."""
    own = slice(block.first, block.stop)
    cash = np.maximum(world.money.cash[own], 0)
    costs = _usual(world, block) * world.traits.costs[own, None]
    spread = _LEFT_FIRM * bell(lots_of(world, "tills/left").bits(block.firms))[:, None]
    power = spread + _LEFT_MONTH * _wandering(world, block, "tills/left by month")
    found: Whole = np.rint(_SEEN_CASH * cash + _LEFT * costs * exp(rounded(power))).astype(np.int64)
    return found


def pays_here(world: World, firm: NDArray[np.integer], what: str) -> NDArray[np.bool_]:
    """(r,) whether firms pay wages, rent, taxes or what the owner draws from the account here."""
    share = _PAID_HERE.get(what, 1.0)
    found: NDArray[np.bool_] = lots_of(world, f"tills/{what}").at(firm) < share
    return found


def in_account(world: World, firm: Whole, month: Whole, what: str, amount: Whole) -> Whole:
    """(r,) fen of wages, rent, taxes, what the owner draws and the rest that are paid from the account here."""
    here = np.where(pays_here(world, firm, what), amount, 0)
    if what != "wages":
        return here
    noise = bell(lots_of(world, "tills/wages by month").bits(firm, month))
    part = exp(rounded(_WAGES_MONTH * np.minimum(noise - 0.5, 0.0)))
    return np.floor(here * part).astype(np.int64)


def _wandering(world: World, block: Block, purpose: str) -> Amounts:
    """(firms, months) an autoregression of unit spread."""
    lots, many = lots_of(world, purpose), len(block.firms)
    found = np.zeros((many, WINDOW_MONTHS))
    fresh = (1 - _KEPT * _KEPT) ** 0.5
    found[:, 0] = bell(lots.bits(block.firms, np.zeros(many, np.int64)))
    for month in range(1, WINDOW_MONTHS):
        new = bell(lots.bits(block.firms, np.full(many, month)))
        found[:, month] = _KEPT * found[:, month - 1] + fresh * new
    return found
