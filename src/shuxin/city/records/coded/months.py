"""Grids of firms and months: what recipes of periodic records have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.catalogues import CATALOGUES
from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.days import DAY_SECONDS, STARTS, UNTIL, gathered, working
from shuxin.city.records.drawn import blocks
from shuxin.city.records.marks import digits, fixed, texts
from shuxin.city.records.views import view
from shuxin.city.world.draws import exp
from shuxin.city.world.scale import FIRMS, WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from shuxin.city.records.drawn import Block, Drawn
    from shuxin.city.world.world import World

    Grid = NDArray[np.int64]
    Cells = NDArray[np.bool_]

ALL_MONTHS = np.arange(WINDOW_MONTHS)
QUARTER = 3


def budget(slug: str, world: World) -> float:
    """Rows that the catalogue has in a city of this size."""
    found = next(catalogue for catalogue in CATALOGUES if catalogue.slug == slug)
    return found.rows.expected(FIRMS[world.size])


def looks(world: World, block: Block, kind: str) -> NDArray[np.float64]:
    """(firms, months) what one kind of department sees of each firm, within 3 of 0; see ``records.views``."""
    parts = [
        view(world, one, kind)[max(block.first - one.first, 0) : block.stop - one.first]
        for one in blocks(world)
        if one.first < block.stop and one.stop > block.first
    ]
    seen = np.concatenate(parts) if parts else np.zeros((0, WINDOW_MONTHS), np.float32)
    return np.clip(seen, -3.0, 3.0).astype(np.float64)


def oftener(world: World, kind: str, *, slope: float) -> NDArray[np.float64]:
    """(n, years) how much oftener something befalls firms by what is seen of them in the middle of each year."""
    middle = np.arange(6, WINDOW_MONTHS, 12)
    seen = np.concatenate([looks(world, block, kind)[:, middle] for block in blocks(world)])
    found: NDArray[np.float64] = exp(-slope * seen)
    return found


def money_of(world: World, block: Block, column: str) -> Grid:
    """(firms, months) fen of one column of the World's money, a copy."""
    return np.array(getattr(world.money, column)[block.first : block.stop])


def living(world: World, block: Block) -> Cells:
    """(firms, months) whether the firm traded throughout the month."""
    own = slice(block.first, block.stop)
    born, gone = world.firms.born[own, None], world.outcome.gone[own, None]
    return (born <= ALL_MONTHS) & (gone > ALL_MONTHS)


def strained(world: World, block: Block, *, months: float) -> Cells:
    """(firms, months) whether bills of more than so many months' costs are overdue at the month's end."""
    own, money, traits = slice(block.first, block.stop), world.money, world.traits
    overdue = money.bills[own] - money.purchases[own]
    found: Cells = overdue > months * (traits.usual[own] * traits.costs[own])[:, None]
    return found


def lived_months(world: World, chosen: Cells) -> int:
    """Months traded by the chosen firms (n,) of the whole city in the window."""
    first = np.maximum(world.firms.born, 0)
    last = np.minimum(world.outcome.gone, WINDOW_MONTHS)
    return int(np.maximum(last - first, 0)[chosen].sum(dtype=np.int64))


def lot_of_firms(world: World, purpose: str) -> NDArray[np.float64]:
    """(n,) a lot of each firm of the city."""
    return Lots(seed=world.seed, purpose=purpose).at(np.arange(world.count))


def cell_lots(world: World, block: Block, purpose: str) -> NDArray[np.float64]:
    """(firms, months) a lot of each cell."""
    many = block.stop - block.first
    firm = np.repeat(block.firms, WINDOW_MONTHS)
    found = Lots(seed=world.seed, purpose=purpose).at(firm, np.tile(ALL_MONTHS, many))
    return found.reshape(many, WINDOW_MONTHS)


def due_days(month: NDArray[np.integer]) -> Grid:
    """The 15th of the month after, or the Monday after it; months outside the window count on."""
    after = month.astype(np.int64) + 1
    inside = np.minimum(after, WINDOW_MONTHS)
    return working(STARTS[inside] + 14 + 31 * (after - inside))


def firm_lots(world: World, firm: NDArray[np.integer], purpose: str) -> NDArray[np.float64]:
    """(r,) a lot of each of these firms, the same whenever it is asked for."""
    return Lots(seed=world.seed, purpose=purpose).at(firm)


def numbered(serial: Grid, *, prefix: str, width: int) -> pa.StringArray:
    """(r,) numbers of documents: the prefix, and the serial in so many digits."""
    head = fixed(prefix, many=len(serial))
    return texts(np.concatenate([head, digits(serial, width=width)], axis=1))


def told(
    block: Block,
    *,
    firm: NDArray[np.integer],
    day: NDArray[np.integer],
    known: Grid,
    kept: Cells | None = None,
    values: Mapping[str, object],
) -> Drawn:
    """The rows that are known on the day of the extracts, by firm and day, else in the order given."""
    early = known < UNTIL * DAY_SECONDS
    early = early if kept is None else early & kept
    return gathered(block, firm=firm, day=day, known=known, kept=early, values=dict(values))
