"""A policy as a versioned document (政策文件): what it gives, to whom by computable conditions, from when to when."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.market.domain.words import Worded
from shuxin.market.policies.fields import POLICY_FIELDS, facts_of
from shuxin.market.policies.language import Condition, Truth, holds, read_condition, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.text import Sayable
    from shuxin.market.domain.terms import FirmFacts

_NAME = re.compile(r"[a-z][a-z0-9-]{2,39}")
LONGEST_TITLE, LONGEST_WORDS = 120, 600


class SupportPolicyInvalid(InvalidInput):
    code = "support_policy_invalid"
    what = Text(en="the policy cannot be: {where}", zh="政策填写有误：{where}")
    mend = Text(en="Correct this place and send it again", zh="请更正该项后重新提交")

    def in_words(self) -> Mapping[str, Sayable]:
        return {"where": _PLACES[str(self.facts["where"])]}


_PLACES = {
    "name": Text(en="short name", zh="政策代号"),
    "title_zh": Text(en="title in Chinese", zh="政策名称（中文）"),
    "title_en": Text(en="title in English", zh="政策名称（英文）"),
    "office_zh": Text(en="office in Chinese", zh="主管部门（中文）"),
    "office_en": Text(en="office in English", zh="主管部门（英文）"),
    "benefit_zh": Text(en="what it gives, in Chinese", zh="支持内容（中文）"),
    "benefit_en": Text(en="what it gives, in English", zh="支持内容（英文）"),
    "apply_zh": Text(en="how to apply, in Chinese", zh="申请方式（中文）"),
    "apply_en": Text(en="how to apply, in English", zh="申请方式（英文）"),
    "basis": Text(en="official document", zh="政策依据"),
    "closes_on": Text(en="last day", zh="截止日"),
    "document": Text(en="document", zh="政策文件"),
}


class PolicyKind(Worded):
    """What a policy gives (政策类型)."""

    SUBSIDY = "subsidy", Text(en="interest subsidy", zh="贷款贴息")
    GUARANTEE = "guarantee", Text(en="guarantee scheme", zh="担保增信")
    QUALIFICATION = "qualification", Text(en="qualification", zh="资质认定")
    AWARD = "award", Text(en="award", zh="奖励补助")
    RELIEF = "relief", Text(en="relief of fees or taxes", zh="税费减免")


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """One version of a policy. Raises SupportPolicyInvalid, ConditionInvalid.

    conditions: in the lines of ``policies.language``. opens_on, closes_on: first and last day on which one may
    apply, None without end. basis: number or name of the official document. is_example: made up, nobody's policy.
    """

    name: str
    kind: PolicyKind
    title_zh: str
    title_en: str
    office_zh: str
    office_en: str
    benefit_zh: str
    benefit_en: str
    apply_zh: str
    apply_en: str
    conditions: str
    opens_on: dt.date
    closes_on: dt.date | None = None
    basis: str = ""
    is_example: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise SupportPolicyInvalid(where="name")
        for place in ("title_zh", "title_en", "office_zh", "office_en"):
            self._require(place, 1, LONGEST_TITLE)
        for place in ("benefit_zh", "benefit_en", "apply_zh", "apply_en"):
            self._require(place, 1, LONGEST_WORDS)
        self._require("basis", 0, LONGEST_TITLE)
        if self.closes_on is not None and self.closes_on < self.opens_on:
            raise SupportPolicyInvalid(where="closes_on")
        read_condition(self.conditions)

    def _require(self, place: str, least: int, most: int) -> None:
        if not least <= len(getattr(self, place).strip()) <= most:
            raise SupportPolicyInvalid(where=place)

    @property
    def condition(self) -> Condition:
        return read_condition(self.conditions)

    @property
    def title(self) -> Text:
        return Text(en=self.title_en, zh=self.title_zh)

    @property
    def office(self) -> Text:
        return Text(en=self.office_en, zh=self.office_zh)

    @property
    def benefit(self) -> Text:
        return Text(en=self.benefit_en, zh=self.benefit_zh)

    @property
    def apply(self) -> Text:
        return Text(en=self.apply_en, zh=self.apply_zh)

    def document(self) -> dict[str, Json]:
        """What is kept; ``from_document`` reads it back."""
        found: dict[str, Json] = asdict(self)
        found["kind"] = self.kind.value
        found["conditions"] = written(self.condition)
        found["opens_on"] = self.opens_on.isoformat()
        found["closes_on"] = self.closes_on.isoformat() if self.closes_on else None
        return found

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical document."""
        return content_hash(self.document())


def from_document(document: dict[str, Json]) -> PolicyTerms:
    """Raises SupportPolicyInvalid, ConditionInvalid."""
    if set(document) != {field.name for field in fields(PolicyTerms)}:
        raise SupportPolicyInvalid(where="document")
    found: dict[str, Any] = dict(document)
    found["kind"] = PolicyKind(str(document["kind"]))
    found["opens_on"] = dt.date.fromisoformat(str(document["opens_on"]))
    ends = document["closes_on"]
    found["closes_on"] = dt.date.fromisoformat(str(ends)) if ends else None
    return PolicyTerms(**found)


@dataclass(frozen=True, slots=True)
class PolicyMatch:
    """What a policy is to one firm (政策匹配). why_not: conditions that fail; say: what the firm would have to tell.

    is_open: whether one may apply on that day; days_left: to the last day, that day included, None without end.
    """

    terms: PolicyTerms
    truth: Truth
    why_not: tuple[Text, ...]
    say: tuple[Text, ...]
    is_open: bool
    days_left: int | None


def match_policy(terms: PolicyTerms, firm: FirmFacts, *, on: dt.date) -> PolicyMatch:
    """Pure."""
    found = holds(terms.condition, facts_of(firm, on=on))
    asked = dict.fromkeys(one.field for one in found.missing)
    ends = terms.closes_on
    return PolicyMatch(
        terms=terms,
        truth=found.truth,
        why_not=tuple(one.text for one in found.failing),
        say=tuple(POLICY_FIELDS[name].say for name in asked),
        is_open=terms.opens_on <= on and (ends is None or on <= ends),
        days_left=None if ends is None else (ends - on).days + 1,
    )
