"""A strategy (授信策略): one canonical JSON document with all that a decision follows, read strictly at the edge."""

from __future__ import annotations

import datetime as dt
import json
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.lending.domain.offers import DeclineReason
from shuxin.lending.strategy.cells import LONGEST_CELL
from shuxin.lending.strategy.facts import STANDARD, FactName, FactSpec, Level
from shuxin.market.api import ProductKind

FORMAT = "shuxin-strategy/1"
LARGEST_BYTES = 1 << 20
BP = 10_000
GREATEST_POINTS = 100_000

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Bp = Annotated[int, Field(ge=0, le=1_000_000)]
Yuan = Annotated[int, Field(ge=0, le=10**12)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Words = Annotated[str, Field(max_length=300)]
_Name = Annotated[str, Field(min_length=1, max_length=80)]


class StrategyInvalid(InvalidInput):
    code = "strategy_invalid"
    what = Text(
        en="the strategy cannot be used: {where}: {reason}", zh="策略无法使用：{where}：{reason}"
    )
    mend = Text(
        en="Correct that place; the findings of the draft name every table, row and column",
        zh="请修改该处；草稿检查结果会逐一指明表、行、列",
    )


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Part):
    """One row (规则行): ``when`` one cell for each input; ``code``: of the reason, "" where it passes."""

    when: Annotated[
        tuple[Annotated[str, Field(max_length=LONGEST_CELL)], ...], Field(max_length=20)
    ]
    verdict: Literal["pass", "decline", "refer", "need_information"]
    code: Code | Literal[""] = ""


class Table(_Part):
    """A decision table (决策表). unique: no two rows may hold at once; first: the highest row that holds counts."""

    id: Code
    name: _Name
    hit: Literal["unique", "first"] = "unique"
    inputs: Annotated[tuple[FactName, ...], Field(min_length=1, max_length=20)]
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(set(self.inputs)) < len(self.inputs):
            raise ValueError("an input stands twice")
        for number, row in enumerate(self.rows, start=1):
            if len(row.when) != len(self.inputs):
                raise ValueError(f"row {number} has not one cell for each input")
            if bool(row.code) == (row.verdict == "pass"):
                raise ValueError(f"row {number}: a code goes with every verdict but pass")
        return self


Otherwise: TypeAlias = Literal["refer", "decline", "need_information", "go_on"]
"""What is done when a source gives nothing. go_on: its facts are unknown, and the strategy says what that means."""


class _Asking(_Part):
    """Of a stage that asks a source. silent: it is down or fails; unauthorised: the firm's authorisation is missing."""

    silent: Otherwise = "refer"
    unauthorised: Otherwise = "need_information"


class RulesStage(_Asking):
    """Knock-out rules (硬性规则) on facts of this level and cheaper ones; every table is looked at, for all reasons."""

    kind: Literal["rules"]
    id: Code
    level: Level
    tables: Annotated[tuple[Table, ...], Field(min_length=1, max_length=20)]


class CardStage(_Asking):
    """A score card of this institution (评分卡), by the hash of its model; gives card.points and card.pd."""

    kind: Literal["card"]
    id: Code
    model: Digest


class JointStage(_Asking):
    """A joint score (联合评分) by its service; gives joint.points, joint.pd, joint.complete."""

    kind: Literal["joint"]
    id: Code
    service: Annotated[str, Field(min_length=1, max_length=120)]
    incomplete: Literal["refer", "go_on"] = "refer"
    """What is done when a score came, but not every holder answered."""


class Zone(_Part):
    """Three zones (三段式) of one fact. Points: approve from, decline below; pd: approve up to, decline above.

    Between the two lies the manual zone. pd in basis points, points as they are.
    """

    by: Literal["joint.points", "joint.pd", "card.points", "card.pd"]
    approve: Annotated[int, Field(ge=-GREATEST_POINTS, le=GREATEST_POINTS)]
    decline: Annotated[int, Field(ge=-GREATEST_POINTS, le=GREATEST_POINTS)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.approve - self.decline) * (-1 if self.by.endswith("pd") else 1) < 0:
            raise ValueError("approve and decline are the wrong way round")
        return self


class ZonesStage(_Part):
    """The first zone whose fact is known decides; where none is, a person does."""

    kind: Literal["zones"]
    id: Code
    too_low: Code
    """Code of the reason when the score lies in the zone that is declined."""
    zones: Annotated[tuple[Zone, ...], Field(min_length=1, max_length=4)]


class Multiple(_Part):
    """So many times a yearly or monthly sum (税贷、票贷、流水贷倍数), DOMAIN 4.7 (2)-(4)."""

    kind: Literal["multiple"]
    code: Code
    fact: FactName
    factor_bp: Bp


class WorkingCapital(_Part):
    """Need for working capital (流动资金贷款需求量), DOMAIN 4.7 (1): yuan of sales, the rest in basis points."""

    kind: Literal["working_capital"]
    code: Code
    sales: FactName
    margin_bp: Annotated[int, Field(ge=0, le=BP)]
    growth_bp: Annotated[int, Field(ge=-BP, le=3 * BP)] = 0
    turns_bp: Annotated[int, Field(ge=1000, le=1_000_000)]
    others_bp: Annotated[int, Field(ge=0, le=BP)] = 0
    """Share of the need that own funds and other loans cover."""


class Affordable(_Part):
    """What the monthly cash flow can pay back (现金流偿付能力), DOMAIN 4.7 (5); ``service``: other loans' payment."""

    kind: Literal["affordable"]
    code: Code
    cash_flow: FactName
    service: FactName | None = None
    cover_bp: Annotated[int, Field(ge=BP, le=10 * BP)] = 12_500


class Debt(_Part):
    """All debt after the loan within a share of sales (负债收入比), DOMAIN 4.7 (6); ``debt``: what there is already."""

    kind: Literal["debt"]
    code: Code
    sales: FactName
    share_bp: Bp
    debt: FactName | None = None


Cap: TypeAlias = Annotated[
    Multiple | WorkingCapital | Affordable | Debt, Field(discriminator="kind")
]


class Grade(_Part):
    """A grade by the probability of default (评级): up to ``pd_most_bp``; ``factor_bp`` of every cap from data."""

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9+-]{0,7}$")]
    pd_most_bp: Annotated[int, Field(ge=1, le=BP)]
    factor_bp: Annotated[int, Field(ge=0, le=2 * BP)]


class LimitStage(_Part):
    """The limit (额度): the least of what was asked, the product, ``most_yuan`` and every cap whose facts are known.

    A cap whose facts are unknown is named in the trace. With fewer known than ``caps_needed`` a person decides.
    """

    kind: Literal["limit"]
    id: Code
    caps: Annotated[tuple[Cap, ...], Field(max_length=20)] = ()
    caps_needed: Annotated[int, Field(ge=0, le=20)] = 1
    grades: Annotated[tuple[Grade, ...], Field(max_length=20)] = ()
    most_yuan: Yuan = 10_000_000
    step_yuan: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    too_low: Code
    """Code of the reason when the limit stays below the product's least."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(one.pd_most_bp >= other.pd_most_bp for one, other in pairwise(self.grades)):
            raise ValueError("the grades' pd_most_bp rise")
        return self


class Quoted(_Part):
    """LPR (贷款市场报价利率) from a day on."""

    since: dt.date
    one_year_bp: Bp
    five_years_bp: Bp


class FundingCost(_Part):
    """Internal price of money (FTP, 内部资金转移价格) for terms up to ``months``."""

    months: Annotated[int, Field(ge=1, le=360)]
    bp: Bp


class PriceStage(_Part):
    """The price (定价), DOMAIN 4.8: FTP + operation + expected loss + capital at the hurdle + margin, within the band.

    Basis points a year. Declined where even the top of the product's band stays under the hurdle (RAROC).
    """

    kind: Literal["price"]
    id: Code
    ftp: Annotated[tuple[FundingCost, ...], Field(min_length=1, max_length=20)]
    opex_bp: Bp
    margin_bp: Bp
    hurdle_bp: Annotated[int, Field(ge=0, le=BP)]
    lgd_bp: Annotated[int, Field(ge=0, le=BP)]
    lpr: Annotated[tuple[Quoted, ...], Field(min_length=1, max_length=200)]
    too_dear: Code

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(one.months >= other.months for one, other in pairwise(self.ftp)):
            raise ValueError("the terms of ftp rise")
        if any(one.since >= other.since for one, other in pairwise(self.lpr)):
            raise ValueError("the days of lpr rise")
        return self


Stage: TypeAlias = Annotated[
    RulesStage | CardStage | JointStage | ZonesStage | LimitStage | PriceStage,
    Field(discriminator="kind"),
]


class PublicReason(_Part):
    """What the firm reads of a code (公开原因): why, and what would change it, "" where nothing does."""

    zh: Annotated[_Words, Field(min_length=1)]
    en: Annotated[_Words, Field(min_length=1)]
    change_zh: _Words = ""
    change_en: _Words = ""


class Strategy(_Part):
    """All of it. ``id``: of the line of versions that this one belongs to."""

    format: Literal["shuxin-strategy/1"] = "shuxin-strategy/1"
    id: Code
    name: _Name
    name_en: Annotated[str, Field(max_length=80)] = ""
    product_kinds: Annotated[tuple[ProductKind, ...], Field(min_length=1, max_length=20)]
    facts: Annotated[tuple[FactSpec, ...], Field(max_length=200)] = ()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=30)]
    reasons: Annotated[dict[Code, PublicReason], Field(max_length=300)]
    second_above_yuan: Yuan | None = None
    """A person's approval above it needs a second person (双人审批); None for never."""

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [fact.name for fact in self.facts]
        if len(set(names)) < len(names) or set(names) & STANDARD.keys():
            raise ValueError("a fact is declared twice")
        if any(not name.startswith(("open.", "own.")) for name in names):
            raise ValueError("only open. and own. facts are declared")
        ids = [stage.id for stage in self.stages]
        tables = [one.id for stage in self.rules for one in stage.tables]
        if len(set(ids)) < len(ids) or len(set(tables)) < len(tables):
            raise ValueError("two stages or two tables have one id")
        if [stage.kind for stage in self.stages].count("joint") > 1:
            raise ValueError("one joint score is asked, not two")
        return self

    @cached_property
    def stated(self) -> dict[str, Any]:
        """As JSON, what was stated and no default: a field that comes later does not change what was made before it.

        Not to be changed.
        """
        return self.model_dump(mode="json", exclude_unset=True) | {"format": self.format}

    @cached_property
    def content(self) -> bytes:
        """Canonical JSON: the file."""
        return canonical_json(self.stated)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return content_hash(self.stated)

    @property
    def rules(self) -> tuple[RulesStage, ...]:
        return tuple(stage for stage in self.stages if isinstance(stage, RulesStage))

    @cached_property
    def specs(self) -> dict[str, FactSpec]:
        """Every fact that it may read, by name."""
        return {**STANDARD, **{fact.name: fact for fact in self.facts}}

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(stage.model for stage in self.stages if isinstance(stage, CardStage))

    def reason(self, code: str) -> DeclineReason:
        """Raises StrategyInvalid."""
        found = self.reasons.get(code) or BUILT_IN.get(code)
        if found is None:
            raise StrategyInvalid(where="reasons", reason=code)
        return DeclineReason(code, found.zh, found.en, found.change_zh, found.change_en)


BUILT_IN = {
    "source_silent": PublicReason(
        zh="所需数据暂时无法取得，转人工处理",
        en="data that are needed cannot be had at the moment",
    ),
    "authorisation_missing": PublicReason(
        zh="缺少数据授权",
        en="an authorisation is missing",
        change_zh="完成所需的数据授权后可继续审批",
        change_en="Give the authorisation that the bank asks for",
    ),
    "joint_incomplete": PublicReason(
        zh="部分数据提供方未应答，转人工审核", en="not every holder answered"
    ),
    "no_row": PublicReason(zh="现有规则未涵盖该情形，转人工审核", en="no rule covers this case"),
    "zone_manual": PublicReason(
        zh="评分处于人工审核区间", en="the score lies where a person decides"
    ),
    "people_decide": PublicReason(
        zh="该产品由信贷人员审批", en="people decide on this product"
    ),
    "no_score": PublicReason(zh="无可用评分，转人工审核", en="no score is there to decide by"),
    "limit_unknown": PublicReason(
        zh="可用于核定额度的数据不足，转人工审核", en="too little is known to set a limit"
    ),
}  # fmt: skip
"""Reasons of the engine itself; a strategy may say them in its own words."""


def read_strategy(content: bytes) -> Strategy:
    """The strategy of these bytes, right in form; ``findings_of`` says what is wrong with its rules.

    Raises StrategyInvalid.
    """
    if len(content) > LARGEST_BYTES:
        raise StrategyInvalid(where="file", reason="size")
    try:
        stated = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StrategyInvalid(where="file", reason="JSON") from error
    return strategy_of(stated)


def strategy_of(stated: Any) -> Strategy:
    """Raises StrategyInvalid, which names the place."""
    try:
        return Strategy.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise StrategyInvalid(where=where, reason=first["msg"]) from error
