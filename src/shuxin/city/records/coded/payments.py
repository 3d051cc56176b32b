"""Payments of the accounts of a block, before they are put in order: who, when, how much, with whom."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import again
from shuxin.city.records.coded.days import lots_of, other
from shuxin.city.records.coded.sums import pieces
from shuxin.city.records.coded.tills import in_account
from shuxin.city.records.coded.transfers import FIRST_MONTH, with_account
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Share, Whole
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

NO_WORD, NO_PLACE = -1, -1


@dataclass(frozen=True, slots=True)
class Flows:
    """Payments (r,). firm, month; signed: fen, below 0 out. at: in [0, 1), how far into the month. fixed: whether the
    other side has agreed on the day. place, word: the other side, see Names. bits: of the row.
    """

    firm: Whole
    month: Whole
    signed: Whole
    at: Share
    fixed: NDArray[np.bool_]
    place: Whole
    word: Whole
    summary: Whole
    purpose: Whole
    bits: Bits

    def of(self, rows: NDArray[np.integer]) -> Flows:
        return Flows(*(getattr(self, part.name)[rows] for part in fields(Flows)))


def flows_of(
    firm: NDArray[np.integer],
    month: NDArray[np.integer],
    signed: Whole,
    at: Share,
    bits: Bits,
    *,
    summary: object,
    purpose: int,
    place: object = NO_PLACE,
    word: object = NO_WORD,
    fixed: bool = False,
) -> Flows:
    def column(value: object) -> Whole:
        return np.broadcast_to(np.asarray(value, np.int64), firm.shape)

    whole = Flows(
        firm=firm.astype(np.int64),
        month=month.astype(np.int64),
        signed=signed,
        at=at,
        fixed=np.broadcast_to(np.asarray(fixed), firm.shape),
        place=column(place),
        word=column(word),
        summary=column(summary),
        purpose=column(purpose),
        bits=bits,
    )
    return whole.of(np.flatnonzero(signed != 0))


class Grid:
    """Firms of a block that bank here and the months in which they trade (g,), and the World's money of these."""

    def __init__(self, world: World, block: Block) -> None:
        own = block.firms[with_account(world)[block.firms]].astype(np.int64)
        group, place = pieces(np.full(len(own), WINDOW_MONTHS - FIRST_MONTH))
        firm, month = own[group], FIRST_MONTH + place
        lives = (world.firms.born[firm] <= month) & (world.outcome.gone[firm] > month)
        self.world, self.block = world, block
        self.firm, self.month = firm[lives], month[lives]
        self.bits = lots_of(world, "flows").bits(self.firm, self.month)
        self.own = np.full(block.stop - block.first, -1, np.int64)
        self.place = np.full((block.stop - block.first, WINDOW_MONTHS), -1, np.int64)
        self.place[self.firm - block.first, self.month] = np.arange(len(self.firm))

    def money(self, name: str) -> Whole:
        found: Whole = getattr(self.world.money, name)[self.firm, self.month]
        return found

    def cells(self, firm: NDArray[np.integer], month: NDArray[np.integer]) -> Whole:
        """Places of firms and months, -1 where there is no such account then."""
        inside = (firm >= self.block.first) & (firm < self.block.stop)
        local = np.where(inside, firm - self.block.first, 0)
        return np.where(inside, self.place[local, month], -1)

    def summed(self, cells: Whole, amounts: Whole) -> Whole:
        total = np.zeros(len(self.firm), np.int64)
        np.add.at(total, cells, amounts)
        return total

    def once_a_month(
        self, name: str, sign: int, days: tuple[float, float], purpose: int, **said: object
    ) -> Flows:
        at = days[0] + (days[1] - days[0]) * other(self.bits, 20 + len(name))
        bits = again(self.bits, purpose=200 + len(name) + sum(map(ord, name)))
        return flows_of(
            self.firm,
            self.month,
            sign * in_account(self.world, self.firm, self.month, name, self.money(name)),
            at,
            bits,
            purpose=purpose,
            **said,  # type: ignore[arg-type]
        )
