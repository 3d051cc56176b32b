"""The price (定价): the rate at which a loan is expected to earn most, customers who leave included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.scoring.policy import ChurnMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.scoring.policy import ChurnPoint, LendingPolicy

_BP = 10_000


@dataclass(frozen=True, slots=True)
class Price:
    """One rate and what it is expected to bring, per yuan offered and over the term.

    taken: share of customers who take the offer. earned: interest, funding: its cost, lost: to default;
    profit = earned - funding - lost, before the cost of handling a loan.
    """

    rate: float
    taken: float
    earned: float
    funding: float
    lost: float

    @property
    def profit(self) -> float:
        return self.earned - self.funding - self.lost

    @property
    def rate_bp(self) -> int:
        return round(self.rate * _BP)


def prices(*, pd: float, ratings: tuple[float, float, float], policy: LendingPolicy) -> list[Price]:
    """Every rate of the churn table within the policy's range, lowest first.

    ``pd``: over 12 months; a longer term has it once a year on those that are left. ``ratings``:
    probabilities of A, B, C given that it is one of them; the curves are averaged by them.
    Raises ChurnMissing.
    """
    within = [p for p in policy.churn if policy.rate_lowest <= p.rate <= policy.rate_highest]
    if not within:
        raise ChurnMissing
    years = policy.term_months / 12
    return [_price(point, pd=pd, ratings=ratings, policy=policy, years=years) for point in within]


def best_price(candidates: Sequence[Price]) -> Price:
    """The most profitable; of equals the lowest rate."""
    return max(candidates, key=lambda price: (price.profit, -price.rate))


def _price(
    point: ChurnPoint,
    *,
    pd: float,
    ratings: tuple[float, float, float],
    policy: LendingPolicy,
    years: float,
) -> Price:
    pd = 1 - (1 - pd) ** years
    taken = sum(p * (1 - lost) for p, lost in zip(ratings, point.lost, strict=True))
    return Price(
        rate=point.rate,
        taken=taken,
        earned=taken * (1 - pd) * point.rate * years,
        funding=taken * policy.funding_rate * years,
        lost=taken * pd * policy.lgd,
    )


def handling_fen(price: Price, *, policy: LendingPolicy) -> float:
    """Expected cost of handling: only loans that are taken cost anything."""
    return price.taken * policy.fen(policy.cost_yuan)
