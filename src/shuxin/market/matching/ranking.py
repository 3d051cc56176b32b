"""The order in which products stand for one demand, and why (匹配排序). Pure: equal inputs give equal bytes.

No lender's name enters a score, and none decides a tie.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.market.domain.cost import Cost  # noqa: TC001 - readers of the wire need it
from shuxin.market.domain.terms import TermsInvalid
from shuxin.market.matching.exploration import drawn_up, lots
from shuxin.market.matching.filters import exclusions
from shuxin.market.matching.parts import (
    Answers,
    Part,
    chance_part,
    cost_part,
    expected_cost,
    first_loan_part,
    fit_part,
    response_part,
    speed_part,
)
from shuxin.market.matching.policy import STANDARD, RankingPolicy
from shuxin.market.matching.wording import said

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from shuxin.market.matching.filters import Offered, Wanted

_PERMILLE = 1000


@dataclass(frozen=True, slots=True)
class RankingContext:
    """What a ranking looks at beside demand and products.

    chance: of approval, basis points, by product; not there where nothing can be said, and not used without the
    firm's agreement. answers: by lender. seldom: lenders that are seldom shown.
    """

    today: dt.date
    policy: RankingPolicy = STANDARD
    chance: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, Answers] = field(default_factory=dict)
    seldom: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ranked:
    """One product's place (排名). place: from 1; 0 where it is excluded. score: 0 to 10,000.

    explored: it stands at its place so that a lender that is seldom shown is seen too. excluded: what would have to
    change, empty for those with a place.
    """

    product: str
    place: int
    score: int
    parts: tuple[Part, ...] = ()
    excluded: tuple[Text, ...] = ()
    lender: str = ""
    product_version: int = 0
    cost: Cost | None = None
    chance_bp: int | None = None
    explored: bool = False

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)


def rank(demand: Wanted, products: Iterable[Offered], *, context: RankingContext) -> list[Ranked]:
    """Those that are possible by place, then the excluded ones in the order given."""
    excluded: list[Ranked] = []
    possible: list[tuple[Offered, Cost]] = []
    for product in products:
        reasons, cost = _looked_at(demand, product, context)
        if cost is None:
            excluded.append(_excluded(product, reasons))
        else:
            possible.append((product, cost))
    ground = _Ground(demand, context, sorted(cost.apr_bp for _, cost in possible), _of_all(context))
    tie = lots(demand.key, context.policy.digest)
    scored = [_scored(ground, *pair) for pair in possible]
    scored.sort(key=lambda one: (-one.points, tie(one.product)))
    scored = _explored(scored, context, demand.key)
    return [replace(one, place=n) for n, one in enumerate(scored, 1)] + excluded


def by_cost(ranking: Iterable[Ranked]) -> list[Ranked]:
    """The possible ones by all-in cost alone, the cheapest first: not personalised. Places are numbered anew."""
    possible = [one for one in ranking if one.place and one.cost is not None]
    possible.sort(key=lambda one: (one.cost.apr_bp if one.cost else 0, one.place))
    return [replace(one, place=n, explored=False) for n, one in enumerate(possible, 1)]


def why_above(higher: Ranked, lower: Ranked) -> tuple[Text, ...]:
    """Why the first stands above the second, what weighs most first; what speaks against it comes last."""
    first = (_SHOWN,) if higher.explored else ()
    both = zip(higher.parts, lower.parts, strict=True)
    gaps = [(a.points - b.points, a, b) for a, b in both if a.points != b.points]
    gaps.sort(key=lambda gap: -gap[0])
    if not gaps:
        return (*first, _EVEN)
    return (*first, *(_compared(gap, a, b) for gap, a, b in gaps))


def _looked_at(
    demand: Wanted, product: Offered, context: RankingContext
) -> tuple[tuple[Text, ...], Cost | None]:
    reasons = exclusions(demand, product, today=context.today)
    if reasons:
        return reasons, None
    try:
        return (), expected_cost(demand.terms, product.terms)
    except TermsInvalid:
        return (_FEES,), None


def _excluded(product: Offered, reasons: tuple[Text, ...]) -> Ranked:
    return Ranked(
        product=product.key,
        place=0,
        score=0,
        excluded=reasons,
        lender=product.lender,
        product_version=product.version,
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all products of one ranking are scored on. costs: all-in, of the possible ones, ascending."""

    demand: Wanted
    context: RankingContext
    costs: Sequence[int]
    of_all: Answers


def _scored(ground: _Ground, product: Offered, cost: Cost) -> Ranked:
    agreed = ground.demand.terms.may_estimate
    chance = ground.context.chance.get(product.key) if agreed else None
    parts = _parts(ground, product, cost, chance)
    return Ranked(
        product=product.key,
        place=0,
        score=sum(part.points for part in parts) // _PERMILLE,
        parts=parts,
        lender=product.lender,
        product_version=product.version,
        cost=cost,
        chance_bp=chance,
    )


def _parts(ground: _Ground, product: Offered, cost: Cost, chance: int | None) -> tuple[Part, ...]:
    wish, terms, weights = ground.demand.terms, product.terms, ground.context.policy
    answers = ground.context.answers.get(product.lender, Answers())
    return (
        chance_part(chance, weight=weights.chance, may_estimate=wish.may_estimate),
        cost_part(cost.apr_bp, ground.costs, weight=weights.cost),
        speed_part(wish, terms, weight=weights.speed),
        fit_part(wish, terms, weight=weights.fit),
        response_part(answers, of_all=ground.of_all, weight=weights.response),
        first_loan_part(ground.demand.firm, terms, weight=weights.first_loan),
    )


def _of_all(context: RankingContext) -> Answers:
    each = context.answers.values()
    return Answers(sum(one.in_time for one in each), sum(one.all for one in each))


def _explored(scored: list[Ranked], context: RankingContext, demand: str) -> list[Ranked]:
    """Now and then the best product of a seldom shown lender moves up to the place kept for it."""
    order = [one.lender for one in scored]
    found = drawn_up(order, seldom=context.seldom, policy=context.policy, demand=demand)
    if found is None:
        return scored
    place, moved = context.policy.explore_place - 1, replace(scored[found], explored=True)
    rest = scored[:found] + scored[found + 1 :]
    return [*rest[:place], moved, *rest[place:]]


def _compared(gap: int, higher: Part, lower: Part) -> Text:
    text = _FOR if gap > 0 else _AGAINST
    return said(
        text, points=abs(gap) // _PERMILLE, name=NAMES[higher.code], a=higher.text, b=lower.text
    )


NAMES = {
    "chance": Text(en="chance of approval", zh="获批可能性"),
    "cost": Text(en="cost", zh="综合成本"),
    "speed": Text(en="speed", zh="答复时限"),
    "fit": Text(en="fit of amount and term", zh="金额期限匹配度"),
    "response": Text(en="lender's responsiveness", zh="机构响应情况"),
    "first_loan": Text(en="first loan", zh="首贷支持"),
}
_FOR = Text(
    en="{name}: {points} points more. {a}; the other: {b}",
    zh="{name}：多{points}分。{a}；另一款：{b}",
)
_AGAINST = Text(
    en="{name}: {points} points less. {a}; the other: {b}",
    zh="{name}：少{points}分。{a}；另一款：{b}",
)
_EVEN = Text(
    en="Both have the same points: the order between them was drawn by lot",
    zh="两款得分相同，先后由抽签决定",
)
_SHOWN = Text(
    en="Shown at this place to give every lender a chance",
    zh="为使各机构均有展示机会而排在此位",
)
_FEES = Text(en="Its fees exceed what is lent", zh="费用超过贷款金额，无法测算")
