"""What the analyst decides before a card is trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.scoring.binning.characteristic import BinningPlan
from shuxin.scoring.binning.shape import Kind
from shuxin.scoring.card.points import Scaling

if TYPE_CHECKING:
    from shuxin.kernel.text import Text
    from shuxin.scoring.binning.merge import Trend


class Separation(StrEnum):
    """What to do when the characteristics part good and bad without error (完全分离)."""

    REFUSE = "refuse"
    RIDGE = "ridge"


class Search(StrEnum):
    """How characteristics are chosen among those that passed the filters.

    ALL keeps every one and drops what breaks a rule; FORWARD_AIC and FORWARD_BIC add one at a time while
    the criterion falls: for small samples.
    """

    ALL = "all"
    FORWARD_AIC = "forward_aic"
    FORWARD_BIC = "forward_bic"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A candidate for the card (候选特征), named as its column.

    group: characteristics of one group speak of one thing; at most one reason is given from each.
    unit: follows its numbers, empty for none.
    reason_low, reason_high: why few points were given to a value below, above the best bin; a category
        always takes ``reason_low``. reason_missing: why, to a missing value or a special one. A
        characteristic with none of the three never appears among reasons: so are signals kept that the
        subject may not see.
    trend: how its bad rate must move as its value rises; None for the trend of the plan.
    specials: values that are codes, each with a bin of its own.
    edges: the analyst's own edges, kept as they are; None to look for the best.
    Raises ValueError where a category has a trend, special values or edges.
    """

    name: str
    title: Text
    group: str = ""
    unit: str = ""
    kind: Kind = Kind.NUMERIC
    reason_low: Text | None = None
    reason_high: Text | None = None
    reason_missing: Text | None = None
    trend: Trend | None = None
    specials: tuple[float, ...] = ()
    edges: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        numeric = self.trend is not None or self.specials or self.edges is not None
        if self.kind is Kind.CATEGORICAL and numeric:
            raise ValueError("only numbers have a trend, special values or edges")


@dataclass(frozen=True, slots=True)
class SelectionPlan:
    """Rules for what may enter the card.

    min_iv: information value at least. max_correlation: of the WOE of two characteristics, in size; the
        one with the higher IV stays. max_vif: variance inflation below.
    max_p_value: None for no limit. most: characteristics on the card. most_per_group: None for no limit.
    ridge: penalty ``ridge/2 * sum(coefficient^2)`` on the log-likelihood, 0 for none.
    fallback_ridge: the penalty when ``separation`` is RIDGE and separation is found.
    named: characteristics that are used even though they look like leakage. Raises ValueError.
    """

    min_iv: float = 0.02
    max_correlation: float = 0.7
    max_vif: float = 5.0
    max_p_value: float | None = None
    most: int = 15
    most_per_group: int | None = None
    ridge: float = 0.0
    separation: Separation = Separation.REFUSE
    fallback_ridge: float = 1.0
    search: Search = Search.ALL
    named: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        limits = [self.most, 1 if self.most_per_group is None else self.most_per_group]
        if min(limits) < 1 or self.ridge < 0 or self.fallback_ridge <= 0:
            raise ValueError("at least one characteristic; ridge 0 or more, fallback_ridge above 0")


@dataclass(frozen=True, slots=True)
class CardPlan:
    """Everything that decides how a card is trained: with equal data, equal plans give equal cards.

    name: of the card. target: what counts as bad, in words. cut_off: points from which an application
    passes. min_rows: fewer rows than this are refused.
    """

    name: str
    target: Text
    cut_off: int = 560
    min_rows: int = 50
    binning: BinningPlan = field(default_factory=BinningPlan)
    selection: SelectionPlan = field(default_factory=SelectionPlan)
    scaling: Scaling = field(default_factory=Scaling)
