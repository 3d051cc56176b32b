"""Every lender is seen now and then (探索展示): who is seldom shown, and whose turn it is. Pure and reproducible."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from shuxin.market.matching.policy import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shuxin.market.matching.policy import RankingPolicy


def drawn_up(
    order: Sequence[str], *, seldom: frozenset[str], policy: RankingPolicy, demand: str
) -> int | None:
    """Which of the ranked products moves up to ``explore_place``, if any does for this demand.

    order: the lender of each product, the best first. The lender is drawn evenly from those that are seldom shown and
    would not be seen otherwise; they are told apart by their places, not by their names.
    """
    seen = order[: policy.explore_place]
    hidden = list(dict.fromkeys(one for one in order if one in seldom and one not in seen))
    lot = lots(demand, policy.digest)
    if not hidden or lot("explore") % WHOLE >= policy.explore_bp:
        return None
    return order.index(hidden[lot("lender") % len(hidden)])


def seldom_shown(
    shown: Mapping[str, int], lenders: Iterable[str], *, policy: RankingPolicy
) -> frozenset[str]:
    """Which lenders have less than the policy's part of an equal share of the places that were ``shown``."""
    online = frozenset(lenders)
    total = sum(shown.get(one, 0) for one in online)
    least = policy.seldom_bp * total
    return frozenset(
        one for one in online if total and shown.get(one, 0) * len(online) * WHOLE < least
    )


def lots(*seed: str) -> Callable[[str], int]:
    """Numbers below 2^256 that look random and are the same each time."""
    before = "\n".join(seed)

    def lot(name: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{before}\n{name}".encode()).digest(), "big")

    return lot
