"""The joint regression (联合回归), FEDERATION.md section 5: one program for each role.

docs/protocols/regression.md is the argument. All gradients go to the label party alone; a holder receives nothing but
its own coefficients on a declared grid. Every program may be run again after a kill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.product.dealt import HelperSide
from shuxin.federation.regression.climb import GO, STOP, Climb
from shuxin.federation.regression.columns import fixed
from shuxin.federation.regression.errors import RegressionMalformed
from shuxin.federation.regression.shares import in_order, send
from shuxin.federation.regression.sharing import deal_sines, exact
from shuxin.federation.regression.sides import Side
from shuxin.federation.regression.task import GRID, LARGEST_COEFFICIENT, WORD, Errors
from shuxin.scoring.api import OneClassOnly

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.regression.climb import Fit
    from shuxin.federation.regression.task import Task
    from shuxin.federation.regression.waves import Whole

    FloatArray: TypeAlias = NDArray[np.float64]
    BoolArray: TypeAlias = NDArray[np.bool_]


def help_fit(work: Work, task: Task) -> None:
    """The helper: deals; sees shapes, salted commitments and how many iterations there are."""
    for pair in task.pairs:
        HelperSide(work, task.plan(*pair)).deal()
    for i in range(task.iterations):
        name = task.name(f"{i}/ask")
        asked = exact(name, work.channel.receive(task.label, name), len(GO)).read()
        if asked != GO:
            break
        deal_sines(work, task, task.chance, what=str(i), among=task.present, name=f"{i}/sines")
    if task.errors is Errors.NONE:
        return
    for one, other in task.couples:
        name = f"weights/sines.{one}-{other}"
        deal_sines(work, task, task.slope, what="weights", among=(one, other), name=name)
    for plan in task.weighing_plans:
        HelperSide(work, plan).deal()


def hold_fit(work: Work, task: Task, x: FloatArray) -> FloatArray:
    """A holder with a column: gives shares to the label party, gets its final coefficients.

    Args:
        x: (n, columns) of this party.

    Raises:
        ColumnOutOfRange, PartOutOfReach: this party's data do not fit; RegressionMalformed: a message does not.
    """
    side = Side(work, task, fixed(task, x))
    side.begin()
    send(work, task.label, task.name("gram"), in_order(side.gram()))
    beta = np.zeros(x.shape[1], np.int64)
    for i in range(task.iterations + 1):
        name = task.name(f"{i}/coefficients")
        content = work.channel.receive(task.label, name).read()
        if content == STOP:
            break
        if content[:1] != GO or i == task.iterations:
            raise RegressionMalformed(message=name)
        beta = _coefficients(name, content[1:], len(beta))
        shares = side.gradient(i, np.negative(side.chance_share(i, beta)))
        send(work, task.label, task.name(f"{i}/shares"), in_order(shares))
    if task.errors is Errors.WEIGHTED:
        found = side.seconds(beta)
        blocks = [*in_order(found.crossed), *in_order(found.own)]
        send(work, task.label, task.name("weights/shares"), blocks)
    name = task.name("final")
    beta = _coefficients(name, work.channel.receive(task.label, name).read(), len(beta))
    side.require_reach(beta)
    return np.asarray(beta / 2.0**GRID)


def fit(work: Work, task: Task, x: FloatArray, good: BoolArray) -> Fit:
    """The label party: asks, sums up, climbs.

    Args:
        x: (n, columns) of this party, without a column of ones; good: (n,).

    Raises:
        OneClassOnly: all outcomes are alike. CharacteristicsCollinear: columns of the parties depend on one another.
        Separated: chances are all near 0 or 1. GradientImpossible: a sum cannot be.
        ColumnOutOfRange, PartOutOfReach: this party's data do not fit.
    """
    if good.shape != (task.rows,):
        raise ValueError("good has the task's rows")
    if good.all() or not good.any():
        raise OneClassOnly(rows=len(good))
    one = np.full((task.rows, 1), task.scale, np.int64)
    side = Side(work, task, np.hstack([one, fixed(task, x)]))
    side.begin()
    return Climb(work, task, side, good).fit()


def _coefficients(name: str, content: bytes, count: int) -> Whole:
    """On the grid. Raises RegressionMalformed."""
    if len(content) != count * WORD:
        raise RegressionMalformed(message=name)
    beta = np.frombuffer(content, "<i8").astype(np.int64)
    most = LARGEST_COEFFICIENT << GRID
    if ((beta > most) | (beta < -most)).any():
        raise RegressionMalformed(message=name)
    return beta
