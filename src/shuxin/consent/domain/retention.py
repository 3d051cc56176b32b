"""How long data are kept (保存期限): at most, as minimisation wants, or at least, as a duty wants.

PIPL art. 19 and 47, Credit Reporting Regulation art. 16, AML Law art. 34 (DOMAIN A5, A7, B2, C1, G1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.consent.domain.negative import years_after
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.catalogue.api import Contract

RETENTION = "retention"
"""Property of a contract: a rule's name, or a number of years as ``7 years``."""
_YEARS = re.compile(r"([1-9][0-9]?) years?")


class RetentionInvalid(InvalidInput):
    code = "retention_invalid"
    what = Text(
        en="the property 'retention' in the contract of {dataset} is not right",
        zh="数据集 {dataset} 合约中的属性 retention 有误",
    )
    mend = Text(
        en="Write one of {known}, or a number of years as '7 years'",
        zh="请填写 {known} 之一，或年数，如“7 years”",
    )


class Bound(StrEnum):
    """Which way a period binds."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of retention (保存规则). A duty, that is AT_LEAST, blocks erasure while it lasts."""

    name: str
    years: int
    bound: Bound
    title: Text

    def over_on(self, start: dt.date) -> dt.date:
        """The last day of the period that began with ``start``."""
        return years_after(start, self.years)

    def began_before(self, today: dt.date) -> dt.date:
        """Periods that began before this day are over."""
        return years_after(today, -self.years)

    def is_over(self, start: dt.date, *, now: dt.datetime) -> bool:
        return now.astimezone(CHINA_TIME).date() > self.over_on(start)


NEGATIVE_PERSONAL = Rule(
    "negative_personal",
    5,
    Bound.AT_MOST,
    Text(
        en="negative personal facts: five years from their end, then deleted (Credit Reporting Regulation art. 16)",
        zh="个人不良信息：自终止之日起五年，超过应予删除（征信业管理条例第十六条）",
    ),
)
AML = Rule(
    "aml",
    10,
    Bound.AT_LEAST,
    Text(
        en="records of identification and transactions: ten years at least (AML Law)",
        zh="客户身份资料和交易记录：至少十年（反洗钱法）",
    ),
)
RECORDS = Rule(
    "records",
    3,
    Bound.AT_LEAST,
    Text(
        en="records of authorisations, uses and processing: three years at least (PIPL art. 56, Network Data"
        " Regulation art. 12)",
        zh="授权、使用和处理记录：至少三年（个人信息保护法第五十六条、网络数据安全管理条例第十二条）",
    ),
)
RULES = {rule.name: rule for rule in (NEGATIVE_PERSONAL, AML, RECORDS)}
_STATED = Text(en="as the contract states", zh="按数据合约约定")


def retention_rule(agreed: Contract) -> Rule | None:
    """The rule that the contract states, None when it states none. Raises RetentionInvalid."""
    stated = dict(agreed.extra).get(RETENTION, "")
    if not stated or stated in RULES:
        return RULES.get(stated)
    years = _YEARS.fullmatch(stated)
    if years is None:
        raise RetentionInvalid(dataset=agreed.dataset, known=", ".join(RULES))
    return Rule(stated, int(years[1]), Bound.AT_MOST, _STATED)


@dataclass(frozen=True, slots=True)
class Due:
    """Something that must go, or whose duty to be kept is over: what, which, since when, by which rule.

    ``reference`` is an id or a dataset, never content.
    """

    what: str
    reference: str
    count: int
    since: dt.date
    why: Text
