"""What an enterprise states of itself for matching: each with its source; facts from data are not typed over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.industry import SECTIONS
from shuxin.kernel.money import Unit, amount_text, parse_amount_fen
from shuxin.kernel.region import InvalidRegionCode, RegionCode, region_words
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC, InvalidUSCC
from shuxin.market.api import Borrower, FirmFacts, Size, fact_sources, firm_facts
from shuxin.portal.web.figures import yuan
from shuxin.portal.web.parts import Choice, Field
from shuxin.portal.web.views.market_words import industry_said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.portal.web.parts.cells import Words

_SOURCES = {
    "declared": Text(en="stated by you", zh="企业填写"),
    "open": Text(en="from open data", zh="来自公开数据"),
    "consented": Text(en="from data you authorised", zh="来自您授权的数据"),
}
_LABELS = {
    "name": Text(en="Name", zh="企业名称"),
    "borrower": Text(en="Kind of business", zh="主体类型"),
    "region": Text(en="Place of registration", zh="注册地"),
    "industry": Text(en="Industry", zh="所属行业"),
    "size": Text(en="Size", zh="企业规模"),
    "established_on": Text(en="Established on", zh="成立日期"),
    "tax_grade": Text(en="Tax credit grade", zh="纳税信用等级"),
    "yearly_sales_fen": Text(en="Sales of a year", zh="年营业收入"),
    "employees": Text(en="People employed", zh="从业人数"),
    "is_first_loan": Text(en="Never had a bank loan", zh="首次贷款"),
    "score_points": Text(en="Credit points", zh="信用评分"),
}
NEEDED = ("name", "region", "industry")
_GRADES = ("A", "B", "M", "C", "D")
_MOST_EMPLOYEES = 1_000_000
_YEARLY_MOST_FEN = 10**15
_FIRST_LOAN = (
    Choice("yes", Text(en="Yes, this would be the first", zh="是，此前没有银行贷款")),
    Choice("no", Text(en="No", zh="否，有过银行贷款")),
)


@dataclass(frozen=True, slots=True)
class Held:
    """What is known now. sources: whose word counts for each fact that is known."""

    facts: FirmFacts
    sources: Mapping[str, str]

    def is_fixed(self, name: str) -> bool:
        return self.sources.get(name, "declared") != "declared"


@dataclass(frozen=True, slots=True)
class Shown:
    """fixed: label, value and source of what came from data; fields: what may be typed."""

    fixed: Sequence[tuple[Text, Words, Text]]
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class Read:
    facts: FirmFacts | None
    problems: Mapping[str, Text]


def held(firm: str, *, name: str) -> Held:
    """Where nothing is known yet: what the credit code itself tells."""
    known = firm_facts(firm)
    return Held(known or _from_code(firm, name), fact_sources(firm))


def missing(facts: FirmFacts | None) -> list[Text]:
    """What has to be stated before a demand is published without a person looking at it."""
    return [_LABELS[name] for name in NEEDED if facts is None or not getattr(facts, name)]


def said(facts: FirmFacts | None) -> list[tuple[Text, Words]]:
    """All that is known, in words."""
    if facts is None:
        return []
    found = ((name, _said(name, getattr(facts, name))) for name in _LABELS)
    return [(_LABELS[name], words) for name, words in found if words is not None]


def shown(
    held: Held,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, Text] | None = None,
) -> Shown:
    values = _spelled(held.facts) if typed is None else {n: typed.get(n, "")[:200] for n in _LABELS}
    fixed = [
        (_LABELS[name], words, _SOURCES[held.sources[name]])
        for name in _LABELS
        if held.is_fixed(name) and (words := _said(name, getattr(held.facts, name))) is not None
    ]
    return Shown(
        fixed, [one for one in _fields(values, problems or {}) if not held.is_fixed(one.name)]
    )


def read(given: Mapping[str, str], held: Held) -> Read:
    """Only what may be typed; facts that came from data are left out, so that nothing is declared over them."""
    problems: dict[str, Text] = {}
    values: dict[str, Any] = {}
    for name, parse in _PARSED.items():
        text = given.get(name, "")[:200].strip()
        if held.is_fixed(name) or not text:
            continue
        try:
            values[name] = parse(text)
        except (ShuxinError, ValueError):
            problems[name] = _WRONG[name]
    for name in NEEDED:
        if name not in values and name not in problems and not held.is_fixed(name):
            problems[name] = _MISSING
    if problems:
        return Read(None, problems)
    borrower = values.pop("borrower", held.facts.borrower)
    bare = FirmFacts(
        party=held.facts.party, name=values.pop("name", held.facts.name), borrower=borrower
    )
    return Read(replace(bare, **values), {})


_MISSING = Text(en="This is needed", zh="此项必填")
_CHOOSE = Text(en="Choose one", zh="请选择一项")


def _from_code(firm: str, name: str) -> FirmFacts:
    try:
        code = USCC(firm.removeprefix("uscc:"))
    except InvalidUSCC:
        return FirmFacts(party=firm, name=name, borrower=Borrower.ENTERPRISE)
    borrower = Borrower.INDIVIDUAL_BUSINESS if code.is_individual_business else Borrower.ENTERPRISE
    known = "" if name == code.value else name
    return FirmFacts(party=firm, name=known, borrower=borrower, region=code.value[2:8])


def _said(name: str, value: Any) -> Words | None:
    """A fact in words; None of what is unknown."""
    if value is None or value == "":
        return None
    if name == "yearly_sales_fen":
        return Text(en=yuan(value, "en"), zh=yuan(value, "zh"))
    if name == "region":
        return region_words(value)
    if name == "industry":
        return industry_said(value)
    if name == "is_first_loan":
        return Text(en="yes", zh="是") if value else Text(en="no", zh="否")
    if isinstance(value, Borrower | Size):
        return value.text
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _spelled(facts: FirmFacts) -> dict[str, str]:
    """As it would be typed."""
    found: dict[str, str] = {}
    for one in fields(facts):
        value = getattr(facts, one.name)
        found[one.name] = "" if value is None else str(value)
    if facts.yearly_sales_fen is not None:
        found["yearly_sales_fen"] = amount_text(
            facts.yearly_sales_fen, unit=Unit.TEN_THOUSAND_YUAN
        ).replace(",", "")
    if facts.is_first_loan is not None:
        found["is_first_loan"] = "yes" if facts.is_first_loan else "no"
    found["industry"] = _section(facts.industry)
    return found


def _section(industry: str) -> str:
    """The letter of the section that a finer code belongs to."""
    from shuxin.kernel.industry import SECTION_BY_DIVISION  # noqa: PLC0415 - beside its use

    return industry[:1] if industry[:1] in SECTIONS else SECTION_BY_DIVISION.get(industry[:2], "")


def _fields(values: Mapping[str, str], problems: Mapping[str, Text]) -> list[Field]:
    def made(name: str, **more: Any) -> Field:
        return Field(name, more.pop("label", _HEADS[name]), value=values.get(name, ""),
                     error=problems.get(name), required=name in NEEDED, **more)  # fmt: skip

    sections = tuple(Choice(letter, text) for letter, text in SECTIONS.items())
    return [
        made("name", longest=200),
        made("borrower", kind="choice", choices=[Choice(str(b), b.text) for b in Borrower]),
        made("region", hint=_REGION_HINT, longest=6),
        made("industry", kind="choice", choices=sections),
        made("size", kind="choice", choices=[Choice(str(one), one.text) for one in Size]),
        made("established_on", kind="date"),
        made("tax_grade", kind="choice", choices=[Choice(g, g) for g in _GRADES]),
        made("yearly_sales_fen", longest=20),
        made("employees", kind="number", longest=7),
        made("is_first_loan", kind="one", choices=_FIRST_LOAN),
    ]


_HEADS = {
    "name": Text(en="Name of the business", zh="企业名称"),
    "borrower": Text(en="Kind of business", zh="主体类型"),
    "region": Text(en="Place of registration (code)", zh="注册地（行政区划代码）"),
    "industry": Text(en="Industry", zh="所属行业"),
    "size": Text(en="Size", zh="企业规模"),
    "established_on": Text(en="Established on", zh="成立日期"),
    "tax_grade": Text(en="Tax credit grade", zh="纳税信用等级"),
    "yearly_sales_fen": Text(en="Sales of a year (10,000 yuan)", zh="年营业收入（万元）"),
    "employees": Text(en="People employed", zh="从业人数"),
    "is_first_loan": Text(en="Is it your first bank loan?", zh="是否首次向银行贷款"),
}
_REGION_HINT = Text(
    en="Six digits, as signs 3 to 8 of the credit code unless you moved",
    zh="六位数字；未迁址的，与统一社会信用代码第 3 至 8 位一致",
)
_WRONG = {
    "name": Text(en="At most 200 signs", zh="不超过 200 字"),
    "borrower": _CHOOSE,
    "region": Text(en="Write six digits", zh="请填写六位数字"),
    "industry": _CHOOSE,
    "size": _CHOOSE,
    "established_on": Text(en="Write a day that has been", zh="请填写不晚于今天的日期"),
    "tax_grade": _CHOOSE,
    "yearly_sales_fen": Text(en="Write an amount in 10,000 yuan", zh="请填写金额，单位为万元"),
    "employees": Text(en="Write a whole number", zh="请填写整数"),
    "is_first_loan": _CHOOSE,
}


def _day(text: str) -> dt.date:
    """Raises ValueError."""
    day = dt.date.fromisoformat(text)
    if not dt.date(1900, 1, 1) <= day <= now_in_china().date():
        raise ValueError("not a day of the past")
    return day


def _sales(text: str) -> int:
    """Raises InvalidAmount, ValueError."""
    fen = parse_amount_fen(text, unit=Unit.TEN_THOUSAND_YUAN)
    if not 0 <= fen <= _YEARLY_MOST_FEN:
        raise ValueError("not the sales of a firm")
    return fen


def _count(text: str) -> int:
    """Raises ValueError."""
    number = int(text)
    if not 0 <= number <= _MOST_EMPLOYEES:
        raise ValueError("not a number of people")
    return number


def _region(text: str) -> str:
    """Raises InvalidRegionCode."""
    if not text.isascii():
        raise InvalidRegionCode
    return RegionCode(text).value


def _member(closed: Mapping[str, Any]) -> Any:
    def parsed(text: str) -> Any:
        """Raises ValueError."""
        if text not in closed:
            raise ValueError("not in the list")
        return closed[text]

    return parsed


_PARSED = {
    "name": str,
    "borrower": Borrower,
    "region": _region,
    "industry": _member({letter: letter for letter in SECTIONS}),
    "size": Size,
    "established_on": _day,
    "tax_grade": _member({grade: grade for grade in _GRADES}),
    "yearly_sales_fen": _sales,
    "employees": _count,
    "is_first_loan": _member({"yes": True, "no": False}),
}
