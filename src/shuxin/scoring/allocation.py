"""Sharing out a budget (额度分配): which applicants, and how much each, so that expected profit is greatest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from shuxin.kernel.errors import InvalidInput, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class BudgetInvalid(InvalidInput):
    code = "budget_invalid"
    what = Text(en="the budget is not a positive amount", zh="预算总额不是正数")
    mend = Text(en="Write it as 100000000 or 1亿元", zh="请写作 100000000 或 1亿元")


class AllocationFailed(Unavailable):
    code = "allocation_failed"
    what = Text(en="the solver found no allocation: {reason}", zh="求解器未得到分配结果：{reason}")
    mend = Text(
        en="Run again; if it stays, report the inputs", zh="请重试；若仍失败，请反馈输入数据"
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who may be lent to: between ``least_fen`` and ``most_fen``, or nothing.

    margin: expected profit per fen offered. cost_fen: expected cost of the loan whatever its size.
    weight: what a proportional policy goes by.
    """

    key: str
    least_fen: int
    most_fen: int
    margin: float
    cost_fen: float
    weight: float

    def profit_fen(self, limit_fen: int) -> float:
        return self.margin * limit_fen - self.cost_fen if limit_fen else 0.0


@dataclass(frozen=True, slots=True)
class Allocation:
    """Limits by key, 0 for none, and what they are expected to earn in fen.

    bound_fen: no allocation can earn more than this, as the solver proved; ``gap`` is how far the
    result may be from it, as a share of the bound. Both None for a simple policy.
    """

    limits_fen: Mapping[str, int]
    profit_fen: float
    bound_fen: float | None = None
    gap: float | None = None

    @property
    def used_fen(self) -> int:
        return sum(self.limits_fen.values())


def allocate(candidates: Sequence[Candidate], *, budget_fen: int, step_fen: int) -> Allocation:
    """The most profitable allocation in whole steps: a mixed-integer program solved by HiGHS.

    Raises BudgetInvalid, AllocationFailed.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - heavy
    from scipy.sparse import csr_array, diags_array, eye_array, hstack, vstack  # noqa: PLC0415

    able = _able(candidates, budget_fen=budget_fen, step_fen=step_fen)
    if not able:
        return Allocation({c.key: 0 for c in candidates}, 0.0, 0.0, 0.0)
    count, budget = len(able), budget_fen // step_fen
    least = np.array([_least(c, step_fen) for c in able], dtype=np.float64)
    most = np.array([min(_most(c, step_fen), budget) for c in able], dtype=np.float64)
    gain = np.array([c.margin * step_fen for c in able])
    cost = np.array([c.cost_fen for c in able])
    one = eye_array(count, format="csr")
    rows = vstack(
        [
            hstack([one, diags_array(-most)]),
            hstack([-one, diags_array(least)]),
            csr_array(np.concatenate([np.ones(count), np.zeros(count)])[None, :]),
        ]
    )
    above = np.concatenate([np.zeros(2 * count), [budget]])
    solved = milp(
        np.concatenate([-gain, cost]),
        constraints=LinearConstraint(rows, -np.inf, above),
        integrality=np.ones(2 * count),
        bounds=Bounds(0, np.concatenate([most, np.ones(count)])),
        options={"mip_rel_gap": 0.0},
    )
    if solved.x is None:
        raise AllocationFailed(reason=solved.message)
    is_lent = np.rint(solved.x[count:]) == 1  # the solver's "no" may be a millionth of yes
    steps = np.where(is_lent, np.rint(solved.x[:count]), 0).astype(np.int64)
    limits = {c.key: 0 for c in candidates}
    limits |= {c.key: int(n) * step_fen for c, n in zip(able, steps, strict=True)}
    profit = _profit(candidates, limits)
    bound = max(-float(solved.mip_dual_bound), profit)
    gap = (bound - profit) / bound if bound > 0 else 0.0
    return Allocation(limits, profit, bound, gap)


def equal_limits(candidates: Sequence[Candidate], *, budget_fen: int, step_fen: int) -> Allocation:
    """Everybody the same, as far as each one's cap allows."""
    return _by_weight(candidates, lambda _: 1.0, budget_fen=budget_fen, step_fen=step_fen)


def proportional_limits(
    candidates: Sequence[Candidate], *, budget_fen: int, step_fen: int
) -> Allocation:
    """In proportion to ``weight``, within each one's least and most."""
    return _by_weight(candidates, lambda c: c.weight, budget_fen=budget_fen, step_fen=step_fen)


def _by_weight(
    candidates: Sequence[Candidate],
    weight: Callable[[Candidate], float],
    *,
    budget_fen: int,
    step_fen: int,
) -> Allocation:
    """Limits ``scale * weight`` cut to each one's range, the scale as large as the budget allows.

    When even the least limits exceed the budget, the last candidates get nothing.
    """
    able = _able(candidates, budget_fen=budget_fen, step_fen=step_fen)
    needed = accumulate(_least(c, step_fen) for c in able)
    able = [c for c, sum_ in zip(able, needed, strict=True) if sum_ * step_fen <= budget_fen]
    largest = max((c.most_fen / weight(c) for c in able if weight(c) > 0), default=0.0)
    low, high = 0.0, largest

    def shared(scale: float) -> dict[str, int]:
        return {
            c.key: _within(int(scale * weight(c)) // step_fen, c, step_fen) * step_fen for c in able
        }

    for _ in range(80):
        middle = (low + high) / 2
        if sum(shared(middle).values()) <= budget_fen:
            low = middle
        else:
            high = middle
    scale = high if sum(shared(high).values()) <= budget_fen else low
    limits = {c.key: 0 for c in candidates} | shared(scale)
    return Allocation(limits, _profit(candidates, limits))


def _able(candidates: Sequence[Candidate], *, budget_fen: int, step_fen: int) -> list[Candidate]:
    """Those whose range holds a whole number of steps within the budget. Raises BudgetInvalid."""
    if budget_fen <= 0:
        raise BudgetInvalid
    return [
        c
        for c in candidates
        if 0 < _least(c, step_fen) <= min(_most(c, step_fen), budget_fen // step_fen)
    ]


def _least(candidate: Candidate, step_fen: int) -> int:
    """In whole steps, rounded up."""
    return -(-candidate.least_fen // step_fen)


def _most(candidate: Candidate, step_fen: int) -> int:
    return candidate.most_fen // step_fen


def _within(steps: int, candidate: Candidate, step_fen: int) -> int:
    return min(max(steps, _least(candidate, step_fen)), _most(candidate, step_fen))


def _profit(candidates: Sequence[Candidate], limits: Mapping[str, int]) -> float:
    return sum(candidate.profit_fen(limits[candidate.key]) for candidate in candidates)
