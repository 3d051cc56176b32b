"""One credit decision (授信决策): a pure function of features, models and policy, so that it can be replayed.

The platform advises; the bank decides. Declined and referred applicants are told why, and may object.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel import rounded
from shuxin.kernel.text import Text
from shuxin.scoring.allocation import Candidate
from shuxin.scoring.card.compiled import CompiledCard
from shuxin.scoring.card.reasons import reasons_of
from shuxin.scoring.limit import Limit, Trade, limit_of
from shuxin.scoring.price import best_price, handling_fen, prices

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.scoring.card.artefact import Scorecard
    from shuxin.scoring.card.compiled import Scored
    from shuxin.scoring.card.reasons import Reason
    from shuxin.scoring.policy import LendingPolicy
    from shuxin.scoring.price import Price
    from shuxin.scoring.rating import RatingModel

SALES, PURCHASES, GROWTH = "inv_out_amt_12m", "inv_in_amt_12m", "inv_out_yoy_12m"
ACTIVE, SINCE_SALE = "inv_out_active_12m", "inv_out_recency_24m"
COUNTS = ("inv_out_count_12m", "inv_in_count_12m")


class Outcome(StrEnum):
    """What the platform advises (审批建议); REFER: a person must look (人工复核)."""

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Gate:
    """A rule that speaks against an automatic approval, and what it leads to."""

    code: str
    leads_to: Outcome
    text: Text


UNKNOWN = Gate(
    "no_data",
    Outcome.REFER,
    Text(en="no invoices of the last 12 months are known", zh="近12个月无任何发票数据"),
)
THIN_FILE = Gate(
    "thin_file",
    Outcome.REFER,
    Text(en="too few months with sales to judge by", zh="有销项发票的月份过少,历史不足"),
)
DORMANT = Gate(
    "dormant",
    Outcome.REFER,
    Text(en="no sale for a long time", zh="较长时间没有销项发票"),
)
NO_SALES = Gate(
    "no_sales",
    Outcome.DECLINE,
    Text(en="sales of the last 12 months are not above zero", zh="近12个月销售净额不大于零"),
)
RISK_HIGH = Gate(
    "risk_high",
    Outcome.DECLINE,
    Text(en="the probability of default is above the policy's limit", zh="违约概率高于政策上限"),
)
RISK_BETWEEN = Gate(
    "risk_between",
    Outcome.REFER,
    Text(
        en="the probability of default asks for a person's judgement", zh="违约概率处于人工审核区间"
    ),
)
RATED_D = Gate(
    "rated_d",
    Outcome.DECLINE,
    Text(
        en="rating D is the most probable; it is not lent to",
        zh="最可能的信誉评级为D,原则上不予放贷",
    ),
)
LIMIT_LOW = Gate(
    "limit_low",
    Outcome.DECLINE,
    Text(en="the caps allow less than the product's lowest limit", zh="可授额度低于产品最低额度"),
)
NO_PROFIT = Gate(
    "no_profit",
    Outcome.DECLINE,
    Text(
        en="no rate within the range covers cost and expected loss",
        zh="利率区间内无法覆盖成本与预期损失",
    ),
)
BUDGET_SPENT = Gate(
    "budget_spent",
    Outcome.DECLINE,
    Text(en="the budget went to others", zh="预算已分配给其他申请人"),
)
GATES = (UNKNOWN, THIN_FILE, DORMANT, NO_SALES, RISK_HIGH, RISK_BETWEEN, RATED_D, LIMIT_LOW,
         NO_PROFIT, BUDGET_SPENT)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who asks, and what is known before ``as_of``; None is a feature without data."""

    entity: str
    as_of: dt.date
    features: Mapping[str, float | None]
    requested_fen: int | None = None

    def amount(self, name: str) -> int:
        """A feature in fen; 0 without data."""
        return int(self.features.get(name) or 0)


@dataclass(frozen=True, slots=True)
class Models:
    """What a decision scores with. ``sample_bad_rate``: of the rows that the card was trained on."""

    card: Scorecard
    compiled: CompiledCard
    rating: RatingModel

    @classmethod
    def of(cls, card: Scorecard, rating: RatingModel) -> Models:
        return cls(card, CompiledCard.of(card), rating)

    @property
    def sample_bad_rate(self) -> float:
        return self.card.training.bads / self.card.training.rows


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything about one applicant that does not depend on the others.

    pd: 0-1, at the population of the policy. ratings: probabilities of A, B, C, D. limit: the most that
    the caps allow. price: the best rate, None when no rate pays.
    """

    applicant: Applicant
    scored: Scored
    pd: float
    ratings: tuple[float, float, float, float]
    limit: Limit
    price: Price | None
    gates: tuple[Gate, ...]
    reasons: tuple[Reason, ...]

    @property
    def outcome(self) -> Outcome:
        """DECLINE when any gate leads there, else REFER when any does, else APPROVE."""
        led = {gate.leads_to for gate in self.gates}
        if Outcome.DECLINE in led:
            return Outcome.DECLINE
        return Outcome.REFER if Outcome.REFER in led else Outcome.APPROVE

    def candidate(self, *, policy: LendingPolicy) -> Candidate | None:
        """What the allocation of a budget needs to know; None unless approved."""
        if self.outcome is not Outcome.APPROVE or self.price is None:
            return None
        return Candidate(
            key=self.applicant.entity,
            least_fen=policy.fen(policy.limits.lowest),
            most_fen=self.limit.amount_fen,
            margin=self.price.profit,
            cost_fen=handling_fen(self.price, policy=policy),
            weight=float(max(self.applicant.amount(SALES), 0)),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What is advised: the outcome, and with APPROVE the limit in fen and the rate in basis points."""

    assessment: Assessment
    outcome: Outcome
    gates: tuple[Gate, ...]
    limit_fen: int
    rate_bp: int | None
    expected_profit_fen: int
    expected_loss_fen: int


def assess(applicant: Applicant, *, models: Models, policy: LendingPolicy) -> Assessment:
    """Score, rate, cap and price one applicant. Raises ColumnMissing, ChurnMissing."""
    scored = models.compiled.score(applicant.features)
    shift = policy.shift(sample_bad_rate=models.sample_bad_rate)
    pd = _shifted(scored.pd, shift)
    ratings = models.rating.probabilities(points=scored.points, features=applicant.features)
    lent_to = _lent_to(ratings)
    trade = Trade(
        applicant.amount(SALES), applicant.amount(PURCHASES), applicant.features.get(GROWTH)
    )
    limit = limit_of(trade, ratings=lent_to, requested_fen=applicant.requested_fen, policy=policy)
    price = best_price(prices(pd=pd, ratings=lent_to, policy=policy))
    gates = _gates(applicant, pd=pd, ratings=ratings, limit=limit, price=price, policy=policy)
    return Assessment(
        applicant=applicant,
        scored=scored,
        pd=pd,
        ratings=ratings,
        limit=limit,
        price=price if price.profit > 0 else None,
        gates=gates,
        reasons=reasons_of(card=models.card, scored=scored),
    )


def conclude(assessment: Assessment, *, offered_fen: int | None, policy: LendingPolicy) -> Decision:
    """The decision with the limit that an allocation gave; None: no budget to share, the cap itself."""
    price, gates = assessment.price, assessment.gates
    limit = 0
    if assessment.outcome is Outcome.APPROVE:
        limit = assessment.limit.amount_fen if offered_fen is None else offered_fen
        if limit == 0:
            gates = (*gates, BUDGET_SPENT)
    if not limit or price is None:
        outcome = Outcome.DECLINE if BUDGET_SPENT in gates else assessment.outcome
        return Decision(assessment, outcome, gates, 0, None, 0, 0)
    profit = price.profit * limit - handling_fen(price, policy=policy)
    return Decision(
        assessment,
        Outcome.APPROVE,
        gates,
        limit,
        price.rate_bp,
        round(profit),
        round(price.lost * limit),
    )


def _gates(
    applicant: Applicant,
    *,
    pd: float,
    ratings: tuple[float, float, float, float],
    limit: Limit,
    price: Price,
    policy: LendingPolicy,
) -> tuple[Gate, ...]:
    """Too little to judge by goes to a person, whatever the score says."""
    known = applicant.features
    if not any(known.get(name) for name in COUNTS):
        return (UNKNOWN,)
    since = known.get(SINCE_SALE)
    if applicant.amount(SALES) <= 0:
        return (NO_SALES,)
    too_little = (
        (THIN_FILE, (known.get(ACTIVE) or 0) < policy.gates.active_months),
        (DORMANT, since is None or since > policy.gates.days_since_sale),
    )
    if any(holds for _, holds in too_little):
        return tuple(gate for gate, holds in too_little if holds)
    rules = (
        (RISK_HIGH, pd > policy.pd_decline),
        (RISK_BETWEEN, policy.pd_refer < pd <= policy.pd_decline),
        (RATED_D, ratings[3] > max(ratings[:3])),
        (LIMIT_LOW, limit.amount_fen == 0),
        (NO_PROFIT, not _pays(price, limit, policy=policy)),
    )
    met = [gate for gate, holds in rules if holds]
    return tuple(sorted(met, key=lambda gate: gate.leads_to is not Outcome.DECLINE))


def _pays(price: Price, limit: Limit, *, policy: LendingPolicy) -> bool:
    """Whether the whole limit earns more than it costs; without a limit, whether the rate does."""
    if limit.amount_fen == 0:
        return price.profit > 0
    return price.profit * limit.amount_fen > handling_fen(price, policy=policy)


def _lent_to(ratings: tuple[float, float, float, float]) -> tuple[float, float, float]:
    """Probabilities of A, B, C given that it is not D; of C alone when nothing else is left."""
    rest = ratings[0] + ratings[1] + ratings[2]
    if rest <= 0:
        return (0.0, 0.0, 1.0)
    return (ratings[0] / rest, ratings[1] / rest, ratings[2] / rest)


def _shifted(pd: float, shift: float) -> float:
    if shift == 0 or pd == 0:
        return pd
    return 1 / (1 + (1 - pd) / pd * rounded.exp(shift))
