"""The bank's terms (信贷政策): stated inputs of every decision, in one file that a person can read."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shuxin.catalogue.api import YAMLRefused, load_mapping
from shuxin.kernel import rounded
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Yuan = Annotated[int, Field(ge=0, le=10**12)]
RATINGS = ("A", "B", "C", "D")
_FEN_PER_YUAN = 100


class PolicyInvalid(InvalidInput):
    code = "policy_invalid"
    what = Text(
        en="the lending policy {file} cannot be used: {where}: {reason}",
        zh="信贷政策 {file} 无法使用：{where}:{reason}",
    )
    mend = Text(en="Correct that place; 'shuxin decide --help' names the parts", zh="请修改该处")


class ChurnMissing(InvalidInput):
    code = "churn_missing"
    what = Text(
        en="no table says how many customers a rate loses, so no rate can be chosen",
        zh="缺少利率与客户流失率表，无法定价",
    )
    mend = Text(
        en="Import a table with the columns 贷款年利率 and 信誉评级A, B, C, or put 'churn' into the policy",
        zh="请导入含“贷款年利率”及“信誉评级A/B/C”列的表，或在政策文件中填写 churn",
    )


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ByRating(_Part):
    """A number for each rating that is lent to."""

    a: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    b: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
    c: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]

    @property
    def values(self) -> tuple[float, float, float]:
        return (self.a, self.b, self.c)


class Limits(_Part):
    """Yuan. ``step``: limits are whole multiples of it, rounded down."""

    lowest: Yuan = 100_000
    highest: Yuan = 1_000_000
    step: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 < self.lowest <= self.highest or self.lowest % self.step:
            raise ValueError("0 < lowest <= highest, and lowest a multiple of step")
        return self


class WorkingCapital(_Part):
    """Inputs of the need for working capital that invoices do not tell.

    turns: of working capital in a year. growth_most, margin_least, margin_most: bounds of what invoices
    say. other_funds_share: share of the need that own funds and other loans cover.
    """

    turns: Annotated[float, Field(ge=0.1, le=100)] = 4.0
    growth_most: Share = 0.3
    margin_least: Share = 0.02
    margin_most: Share = 0.5
    other_funds_share: Share = 0.3

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.margin_least > self.margin_most:
            raise ValueError("margin_least is not above margin_most")
        return self


class Gates(_Part):
    """Hard rules before the score. Fewer ``active_months`` of 12 than this is a thin file."""

    active_months: Annotated[int, Field(ge=0, le=12)] = 6
    days_since_sale: Annotated[int, Field(ge=1, le=730)] = 180


class ChurnPoint(_Part):
    """At ``rate`` a year, the shares of customers with rating A, B, C that are lost."""

    rate: Share
    lost: tuple[Share, Share, Share]


class LendingPolicy(_Part):
    """Everything that a decision needs beside the enterprise and the models.

    Shares and rates are fractions a year. ``invoice_share``: of the sales of 12 months, by rating.
    ``revenue_share``: of sales, the most that all debt may be. ``lgd``: loss given default (违约损失率)
    of an unsecured loan. ``funding_rate``: what the money costs the bank. ``cost_yuan``: of one loan.
    ``bad_rate``: of the population lent to, when it is not that of the training sample.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)] = "invoice-loan"
    term_months: Annotated[int, Field(ge=1, le=60)] = 12
    limits: Limits = Limits()
    invoice_share: ByRating = ByRating(a=0.20, b=0.15, c=0.10)
    working_capital: WorkingCapital = WorkingCapital()
    revenue_share: Share = 0.3
    rate_lowest: Share = 0.04
    rate_highest: Share = 0.15
    lgd: Share = 0.45
    funding_rate: Share = 0.025
    cost_yuan: Yuan = 500
    pd_refer: Share = 0.12
    pd_decline: Share = 0.20
    gates: Gates = Gates()
    bad_rate: Annotated[float, Field(ge=0.0001, le=0.9999)] | None = None
    churn: Annotated[tuple[ChurnPoint, ...], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.rate_lowest >= self.rate_highest:
            raise ValueError("rate_lowest is below rate_highest")
        if self.pd_refer > self.pd_decline:
            raise ValueError("pd_refer is not above pd_decline")
        if any(one.rate >= other.rate for one, other in pairwise(self.churn)):
            raise ValueError("the rates of churn rise")
        return self

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON."""
        return content_hash(self.model_dump(mode="json"))

    def fen(self, yuan: int) -> int:
        return yuan * _FEN_PER_YUAN

    def shift(self, *, sample_bad_rate: float) -> float:
        """What is added to good:bad log-odds because the population is not the sample."""
        if self.bad_rate is None:
            return 0.0
        return _log_odds(1 - self.bad_rate) - _log_odds(1 - sample_bad_rate)


def _log_odds(share: float) -> float:
    return rounded.log(share / (1 - share))


def read_policy(content: bytes, *, file: str) -> LendingPolicy:
    """Raises PolicyInvalid, which names the place in the file."""
    try:
        stated = load_mapping(content=content)
    except YAMLRefused as error:
        raise PolicyInvalid(file=file, where="the file", reason=str(error)) from error
    return policy_of(stated, file=file)


def policy_of(stated: Mapping[str, object], *, file: str) -> LendingPolicy:
    """The policy that these parts state; ``file`` is named in the error. Raises PolicyInvalid."""
    try:
        return LendingPolicy.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise PolicyInvalid(file=file, where=where, reason=first["msg"]) from error
