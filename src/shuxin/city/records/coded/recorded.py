"""What the books show of trade: sales and purchases as they are billed and declared.

They follow the World's money, but loosely: what is billed early or late, unbilled, or smoothed by whoever keeps the
books. Returns, invoices and statements of a firm all show the same figures, so that putting them together does not
average the noise out. How loosely was tuned to the worth of the departments' records in DOMAIN 9.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.days import bell, lots_of
from shuxin.city.records.drawn import blocks
from shuxin.city.records.views import view
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp
from shuxin.city.world.scale import WINDOW_MONTHS
from shuxin.city.world.traits import seasons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded import Shared
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

    Amounts = NDArray[np.float64]

FOLLOWED = 0.31
"""[T] Of what a month's sales and purchases differ from the usual, so much is in the books."""
_KEPT, _LASTING, _PASSING = 0.8, 0.20, 0.15
"""[T] Noise in logs: an autoregression and its spread, and what a month has of its own."""
_HABIT = 0.6
"""[T] Log spread of what a firm always bills of its trade: some is not billed, some is billed for others."""
_SEEN = 0.06
"""[T] Of the log of sales, for a standard deviation of what the tax bureau sees."""
_OF_BALANCES, _WANDERING = 0.7, 0.35
"""[T] Noise in logs of balances: what a firm always has, and what wanders."""
_CALM = (1.0, 0.85, 0.7, 0.6)
"""The noise of larger firms over that of micro ones."""
_LEAST = 1.0


def expected(world: World, month: int) -> Amounts:
    """(n,) fen that each firm would sell in the month if nothing befell it."""
    firms, traits = world.firms, world.traits
    age = np.clip((month - firms.born.astype(np.float64)) / p.YOUNG_MONTHS, 0.0, 1.0)
    drift = 1 + traits.growth * (month - 30) / 12
    young = p.YOUNG_START + (1 - p.YOUNG_START) * age
    found: Amounts = traits.usual * drift * young * seasons()[firms.section, month]
    return found


class _Books:
    """Sales and purchases of the world last asked for: float32 (n, months), whole fen up to their 24 bits."""

    world: World | None = None
    sales: NDArray[np.float32]
    purchases: NDArray[np.float32]


def _books(world: World) -> type[_Books]:
    if _Books.world is not world:
        looks = np.empty((world.count, WINDOW_MONTHS), np.float32)
        for block in blocks(world):
            looks[block.first : block.stop] = np.clip(view(world, block, "tax"), -3.0, 3.0)
        _Books.sales, _Books.purchases = _made(world, looks)
        _Books.world = world
    return _Books


SHARED: Shared = dict.fromkeys(("vat_returns", "cit_returns", "annual_reports"), (_books,))


def _made(
    world: World, looks: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    every, money = np.arange(world.count), world.money
    calm = np.array(_CALM)[world.firms.size]
    lasting = [bell(lots_of(world, f"books/{side}").bits(every)) for side in range(2)]
    fresh = (1 - _KEPT * _KEPT) ** 0.5
    habit = _HABIT * bell(lots_of(world, "books/habit").bits(every))
    made = tuple(np.zeros((WINDOW_MONTHS, world.count), np.float32) for _ in range(2))
    for month in range(WINDOW_MONTHS):
        usual = expected(world, month)
        when = np.full(world.count, month)
        for side, (shown, column) in enumerate(
            zip(made, (money.sales, money.purchases), strict=True)
        ):
            lots = lots_of(world, f"books/{side}")
            if month:
                lasting[side] = _KEPT * lasting[side] + fresh * bell(lots.bits(every, when))
            own = bell(lots_of(world, f"books/{side}/own").bits(every, when))
            power = (
                calm * (_LASTING * lasting[side] + _PASSING * own) + _SEEN * looks[:, month] + habit
            )
            level = usual if not side else usual * world.traits.goods
            true = column[:, month].astype(np.float64)
            mixed = ((1 - FOLLOWED) * level + FOLLOWED * true) * exp(power)
            shown[month] = np.where(true > 0, np.maximum(np.rint(mixed), _LEAST), 0.0)
    return made[0].T, made[1].T


def sales_in(world: World, month: int) -> NDArray[np.int64]:
    """(n,) fen of sales in the books of a month."""
    return _books(world).sales[:, month].astype(np.int64)


def purchases_in(world: World, month: int) -> NDArray[np.int64]:
    return _books(world).purchases[:, month].astype(np.int64)


def books_sales(
    world: World, firm: NDArray[np.integer], month: NDArray[np.integer]
) -> NDArray[np.int64]:
    """(r,) sales in the books of firms and months."""
    found: NDArray[np.int64] = _books(world).sales[firm, month].astype(np.int64)
    return found


def books_purchases(
    world: World, firm: NDArray[np.integer], month: NDArray[np.integer]
) -> NDArray[np.int64]:
    """(r,) purchases in the books of firms and months."""
    found: NDArray[np.int64] = _books(world).purchases[firm, month].astype(np.int64)
    return found


def sales_of(world: World, block: Block) -> NDArray[np.int64]:
    """(firms, months) fen of sales in the books."""
    return _books(world).sales[block.first : block.stop].astype(np.int64)


def purchases_of(world: World, block: Block) -> NDArray[np.int64]:
    return _books(world).purchases[block.first : block.stop].astype(np.int64)


def loosely(
    world: World,
    block: Block,
    actual: NDArray[np.int64],
    *,
    usual: Amounts,
    followed: float,
    purpose: str,
) -> NDArray[np.int64]:
    """(firms, months) an amount as the books show it: ``followed`` of how it differs from ``usual`` (firms, months)."""
    rows = len(actual)
    lasting = bell(lots_of(world, f"books/{purpose}").bits(block.firms))
    shown = np.zeros_like(actual)
    fresh = (1 - _KEPT * _KEPT) ** 0.5
    own = _OF_BALANCES * bell(lots_of(world, f"books/{purpose}/firm").bits(block.firms))
    for month in range(WINDOW_MONTHS):
        new = bell(lots_of(world, f"books/{purpose}").bits(block.firms, np.full(rows, month + 1)))
        lasting = _KEPT * lasting + fresh * new
        mixed = (1 - followed) * usual[:, month] + followed * actual[:, month]
        shown[:, month] = np.rint(mixed * exp(own + _WANDERING * lasting))
    return shown
