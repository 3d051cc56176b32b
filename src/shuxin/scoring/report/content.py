"""What the reader of a credit report (信用报告) needs, in the order in which it is read.

Nothing here computes: the values come from the card, the limit, the price and the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from shuxin.kernel.text import Language, Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.periods import Month

Words: TypeAlias = Text | str
"""A ``str`` is somebody's data and is printed as it is; our own sentences are ``Text``."""

MOST_REASONS = 4


def say(words: Words, language: Language) -> str:
    return words if isinstance(words, str) else words.say(language)


class Verdict(StrEnum):
    """What was decided (审批结论)."""

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"


class Measure(StrEnum):
    """What a number of the report counts; it decides how the number is written.

    MONEY is int64 fen, SHARE 0 to 1 (shown in percent), RATE_BP basis points a year.
    """

    MONEY = "money"
    SHARE = "share"
    RATE_BP = "rate_bp"
    COUNT = "count"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    POINTS = "points"
    TIMES = "times"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its measure; None is "no data" (无数据), never zero.

    ``unit`` is what COUNT and NUMBER count, as ``Text(en="buyers", zh="家")``.
    """

    value: float | None
    measure: Measure
    unit: Words = ""


@dataclass(frozen=True, slots=True)
class Who:
    """Whom the report is about, who may read it and what for. ``name`` is as recorded."""

    name: str
    code: str
    as_of: dt.date
    report_id: str
    purpose: Words
    reader: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """The decision (决策); amounts in fen, the rate in basis points a year.

    ``binding_cap`` names the cap that gave the limit; all four are None unless approved. ``grounds``
    are the rules that spoke against an automatic approval.
    """

    verdict: Verdict
    limit_fen: int | None = None
    rate_bp: int | None = None
    term_months: int | None = None
    binding_cap: Words | None = None
    grounds: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class GradeBand:
    """A grade (等级) from ``lowest`` points up to the next band."""

    name: str
    lowest: float


@dataclass(frozen=True, slots=True)
class ScoreShown:
    """The score (评分) on its scale ``lowest..highest``, higher is better.

    ``bands`` ascend and the first starts at ``lowest``; ``default_probability`` is 0 to 1 over
    ``horizon_months``. Raises ValueError.
    """

    points: float
    lowest: float
    highest: float
    bands: tuple[GradeBand, ...]
    default_probability: float
    horizon_months: int

    def __post_init__(self) -> None:
        starts = [band.lowest for band in self.bands]
        if not self.lowest <= self.points <= self.highest:
            raise ValueError("the score lies outside its scale")
        if not starts or starts != sorted(set(starts)) or starts[0] != self.lowest:
            raise ValueError("the bands ascend from the lowest score")
        if starts[-1] >= self.highest or not 0 <= self.default_probability <= 1:
            raise ValueError("a band is empty, or the probability is not one")

    @property
    def grade(self) -> str:
        return [band.name for band in self.bands if band.lowest <= self.points][-1]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from: the dataset's title and how many of its rows were used."""

    dataset: Words
    rows: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were lost (扣分原因): the public sentence, the bin, the value, its origin.

    ``points_lost`` is positive, against the reference.
    """

    text: Text
    bin: Words
    value: Quantity
    origin: Origin
    points_lost: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A feature (指标) of the business; ``peers_median`` is of enterprises that repaid."""

    label: Words
    value: Quantity
    window: Words
    peers_median: Quantity | None = None


@dataclass(frozen=True, slots=True)
class MonthAmounts:
    """Sales and purchases of one month in fen; None is no data."""

    month: Month
    sales_fen: int | None
    purchases_fen: int | None


@dataclass(frozen=True, slots=True)
class BuyerShares:
    """Concentration of buyers (客户集中度) without their names.

    ``shares`` are 0 to 1 of the sales of ``window``, largest first; ``buyers`` counts all of them.
    """

    shares: tuple[float, ...]
    buyers: int
    window: Words


@dataclass(frozen=True, slots=True)
class GroupPoints:
    """Points of a feature group, and those of the reference applicant."""

    group: Words
    points: float
    reference: float


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap of the limit (额度上限): its amount in fen, None when its data are absent."""

    name: Words
    amount_fen: int | None
    formula: Words
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class PricePart:
    """A part of the rate, in basis points a year."""

    name: Words
    rate_bp: float


@dataclass(frozen=True, slots=True)
class PriceShown:
    """The price (定价): the parts sum to the rate; expected amounts in fen over the term."""

    rate_bp: int
    parts: tuple[PricePart, ...]
    expected_profit_fen: int
    expected_loss_fen: int


@dataclass(frozen=True, slots=True)
class DataUse:
    """A dataset that was read; ``loads`` are the loads' identifiers, ``level`` 1 to 5."""

    dataset: Words
    loads: tuple[str, ...]
    rows: int
    known_until: dt.date
    level: int


@dataclass(frozen=True, slots=True)
class Measured:
    """An estimate with its 95 % interval, and how the interval was made."""

    name: Words
    value: float
    low: float
    high: float
    method: Words


@dataclass(frozen=True, slots=True)
class ModelShown:
    """The model (模型) behind the score, its quality and what that quality does not prove."""

    name: str
    digest: str
    trained_on: Words
    metrics: tuple[Measured, ...]
    cautions: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line of proof (存证): what it is, and its hash or number."""

    name: Words
    value: str


@dataclass(frozen=True, slots=True)
class CreditReport:
    """The credit report of one enterprise (企业信用报告).

    ``price`` is None when nothing is offered, ``buyers`` when no sales are known; ``contact`` says
    where to object and to ask for a person. Raises ValueError on more than four reasons.
    """

    who: Who
    ruling: Ruling
    score: ScoreShown
    reasons: tuple[Reason, ...]
    figures: tuple[Figure, ...]
    months: tuple[MonthAmounts, ...]
    buyers: BuyerShares | None
    groups: tuple[GroupPoints, ...]
    caps: tuple[Cap, ...]
    price: PriceShown | None
    data: tuple[DataUse, ...]
    model: ModelShown
    contact: Words
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        if len(self.reasons) > MOST_REASONS:
            raise ValueError("a report names at most four reasons")
