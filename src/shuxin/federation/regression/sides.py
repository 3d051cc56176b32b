"""What every party with data does in a joint regression: products of its columns with the others' shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.product.dealt import HolderSide, LabelSide
from shuxin.federation.product.matrices import Dense
from shuxin.federation.product.ring import product
from shuxin.federation.regression.columns import Pairs, divided
from shuxin.federation.regression.errors import PartOutOfReach
from shuxin.federation.regression.sharing import opened_steps, value_share
from shuxin.federation.regression.task import GRID, RING, WEIGHED
from shuxin.federation.regression.waves import REACH

if TYPE_CHECKING:
    from shuxin.federation.engine.channel import Work
    from shuxin.federation.product.ring import Words
    from shuxin.federation.regression.task import Task
    from shuxin.federation.regression.waves import Whole

    Blocks: TypeAlias = dict[int, Words]


@dataclass(frozen=True, slots=True)
class SecondShares:
    """One party's shares of the second derivatives (二阶导数份额).

    crossed: (own, other's) words by the other party's number. own: one word for each pair of columns, by the number
    of the party whose columns they are: its own, and those of whom it is the partner.
    """

    crossed: Blocks
    own: Blocks


class Side:
    """A party with its columns, in the order of a fit (数据方).

    Args:
        x: (n, d) whole numbers in units of the task's scale, for the label party with the ones in front.
    """

    def __init__(self, work: Work, task: Task, x: Whole) -> None:
        self.me = task.parties.index(work.party)
        if self.me not in task.present or x.shape != (task.rows, task.widths[self.me]):
            raise ValueError("x has the task's shape, and a holder a column")
        self._work = work
        self._task = task
        self._x = x
        self._words = RING.of(x)
        self.others = tuple(n for n in task.present if n != self.me)
        left = Dense(self._words, RING)
        self._mine = {n: HolderSide(work, task.plan(self.me, n), left) for n in self.others}
        self._theirs = {n: LabelSide(work, task.plan(n, self.me)) for n in self.others}

    def begin(self) -> None:
        for side in self._mine.values():
            side.send_mask()

    def gram(self) -> Blocks:
        """Shares of the sums of products of two columns: (own, other's) words by number, own ones in the clear."""
        found = {self.me: product(self._words, self._words, ring=RING)}
        right = Dense(self._words, RING)
        for n in self.others:
            if n < self.me:
                found[n] = self._theirs[n].product(0, right)
        for n in self.others:
            if n > self.me:
                found[n] = self._mine[n].product(0).T
        return found

    def part(self, beta: Whole) -> Whole:
        """(n,) the party's part of the log-odds in units of 1 / (2^16 scale), clipped to its share of the reach."""
        z, most = self._exact_part(beta)
        return np.clip(z, -most, most)

    def require_reach(self, beta: Whole) -> None:
        """Raises PartOutOfReach when clipping would change the fit."""
        z, most = self._exact_part(beta)
        beyond = int((np.abs(z) > most).sum())
        if beyond:
            raise PartOutOfReach(rows=beyond, most=f"{self._task.reach:.1f}")

    def _exact_part(self, beta: Whole) -> tuple[Whole, int]:
        """And the most that it may be."""
        most = (REACH * self._task.scale << GRID) // len(self._task.present)
        return self._x @ beta, most

    def chance_share(self, iteration: int, beta: Whole) -> Words:
        """(n,) share of the chance less one half."""
        work, task, what = self._work, self._task, str(iteration)
        c = opened_steps(work, task, self.part(beta), what=what)
        return value_share(work, task, task.chance, c, among=task.present, name=f"{what}/sines")

    def gradient(self, iteration: int, residuals: Words) -> Blocks:
        """Shares of each party's columns' sums with the residuals, by number: (its columns,) words."""
        right, number = residuals[:, None], 1 + iteration
        found = {n: side.product(number, Dense(right, RING))[0] for n, side in self._theirs.items()}
        own = product(self._words, right, ring=RING)[0]
        for side in self._mine.values():
            own = own + side.product(number)[0]
        return {**found, self.me: own}

    def seconds(self, beta: Whole) -> SecondShares:
        """Shares of the sums of weight times two columns, weight p (1 - p) at these coefficients."""
        work, task, me = self._work, self._task, self.me
        short = divided(self._x, task.scale // WEIGHED)
        pairs, x = Pairs(short), RING.of(short)
        left = Dense(x, RING)
        mine = {n: HolderSide(work, task.crossed_plan(me, n), left) for n in self.others}
        own = HolderSide(work, task.own_plan(me, task.partner(me)), pairs)
        for side in (*mine.values(), own):
            side.send_mask()
        weights = self._weights(beta)
        crossed, owns = {}, {}
        for n in self.others:
            right = Dense(x * weights[n][:, None], RING)
            crossed[n] = LabelSide(work, task.crossed_plan(n, me)).product(0, right)
            if task.partner(n) == me:
                alone = Dense(weights[n][:, None], RING)
                owns[n] = LabelSide(work, task.own_plan(n, me)).product(0, alone)[0]
        for n, side in mine.items():
            crossed[n] = crossed[n] + side.product(0).T
        owns[me] = pairs.sums_with(weights[task.partner(me)]) + own.product(0)[0]
        return SecondShares(crossed, owns)

    def _weights(self, beta: Whole) -> Blocks:
        """(n,) shares of the weights, by the party with whom they are shared."""
        work, task = self._work, self._task
        c = opened_steps(work, task, self.part(beta), what="weights")
        found = {}
        for one, other in task.couples:
            if self.me in {one, other}:
                name = f"weights/sines.{one}-{other}"
                with_whom = other if self.me == one else one
                found[with_whom] = value_share(
                    work, task, task.slope, c, among=(one, other), name=name
                )
        return found
