"""The facts of a firm that conditions may compare （条件字段）, and how each is compared, written and said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.industry import DIVISIONS, SECTIONS, IndustryCode
from shuxin.kernel.region import RegionCode, published_regions, region_words
from shuxin.kernel.text import Text
from shuxin.market.domain.words import Borrower, Size

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.market.domain.terms import FirmFacts
    from shuxin.market.domain.words import Worded

Value: TypeAlias = int | str | bool
MOST_VALUES, MOST_NUMBER = 40, 10**12
GRADES = ("A", "B", "M", "C", "D")


class Unwritten(Exception):
    """The words after the operator are none of this field's values; never leaves this folder."""


class Operator(StrEnum):
    """How a fact is compared. IN and NOT_IN of codes are by prefix."""

    IN = "in"
    NOT_IN = "not in"
    AT_LEAST = ">="
    AT_MOST = "<="
    IS = "="


class Kind(StrEnum):
    """What kind of value a fact is."""

    CHOICE = "choice"
    REGION = "region"
    INDUSTRY = "industry"
    NUMBER = "number"
    FLAG = "flag"


_OPERATORS = {
    Kind.CHOICE: (Operator.IN, Operator.NOT_IN),
    Kind.REGION: (Operator.IN, Operator.NOT_IN),
    Kind.INDUSTRY: (Operator.IN, Operator.NOT_IN),
    Kind.NUMBER: (Operator.AT_LEAST, Operator.AT_MOST),
    Kind.FLAG: (Operator.IS,),
}
_FLAGS = {"yes": True, "no": False}
_SAID = {
    Operator.IN: Text(en="{label} is one of: {values}", zh="{label}为：{values}"),
    Operator.NOT_IN: Text(en="{label} is none of: {values}", zh="{label}不属于：{values}"),
    Operator.AT_LEAST: Text(en="{label} at least {values}", zh="{label}不低于 {values}"),
    Operator.AT_MOST: Text(en="{label} at most {values}", zh="{label}不超过 {values}"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One fact. ``words``: of its values, where they are a closed list; ``say``: what a firm is asked to tell."""

    name: str
    kind: Kind
    label: Text
    say: Text
    words: Mapping[str, Text] | None = None

    @property
    def allowed(self) -> Text:
        """What may be written, for people."""
        operators = " / ".join(one.value for one in _OPERATORS[self.kind])
        values = {
            Kind.CHOICE: ", ".join(self.words or ()),
            Kind.REGION: "3201, 320106",
            Kind.INDUSTRY: "C, 39, C3985",
            Kind.NUMBER: "12",
            Kind.FLAG: "yes, no",
        }[self.kind]
        return Text(en=f"{self.name} {operators} {values}", zh=f"{self.name} {operators} {values}")

    def read(self, operator: Operator, written: str) -> tuple[Value, ...]:
        """Raises Unwritten."""
        if operator not in _OPERATORS[self.kind]:
            raise Unwritten
        if self.kind is Kind.FLAG:
            if written not in _FLAGS:
                raise Unwritten
            return (_FLAGS[written],)
        if self.kind is Kind.NUMBER:
            if not (written.isascii() and written.isdigit() and int(written) <= MOST_NUMBER):
                raise Unwritten
            return (int(written),)
        values = tuple(dict.fromkeys(self._code(one.strip()) for one in written.split(",")))
        if len(values) > MOST_VALUES:
            raise Unwritten
        return values

    def _code(self, word: str) -> str:
        if self.kind is Kind.REGION:
            if not (word.isascii() and word.isdigit() and len(word) in {2, 4, 6}):
                raise Unwritten
            return word
        if self.kind is Kind.INDUSTRY:
            try:
                return IndustryCode.parse(word).value
            except ShuxinError as error:
                raise Unwritten from error
        if word not in (self.words or {}):
            raise Unwritten
        return word

    def write(self, values: tuple[Value, ...]) -> str:
        """As ``read`` reads it."""
        if self.kind is Kind.FLAG:
            return "yes" if values == (True,) else "no"
        return ", ".join(str(value) for value in values)

    def compare(
        self, fact: Value | None, operator: Operator, values: tuple[Value, ...]
    ) -> bool | None:
        """None where the fact is unknown, or too coarse to tell."""
        if fact is None or fact == "":
            return None
        if operator is Operator.AT_LEAST:
            return int(fact) >= int(values[0])
        if operator is Operator.AT_MOST:
            return int(fact) <= int(values[0])
        if operator is Operator.IS:
            return bool(fact) is values[0]
        found = self._among(str(fact), tuple(map(str, values)))
        return found if found is None or operator is Operator.IN else not found

    def _among(self, fact: str, values: tuple[str, ...]) -> bool | None:
        """Whether the fact is one of the values, or below one; None: one of the values is below the fact."""
        if self.kind is Kind.CHOICE:
            return fact in values
        own = _coded(fact, self.kind)
        if own is None:
            return None
        if any(own.startswith(_trimmed(value, self.kind)) for value in values):
            return True
        return None if any(value.startswith(own) for value in values) else False

    def said(self, operator: Operator, values: tuple[Value, ...]) -> Text:
        """The comparison as a sentence."""
        if operator is Operator.IS:
            yes = Text(en="{label}: yes", zh="{label}：是")
            no = Text(en="{label}: no", zh="{label}：否")
            return _filled(yes if values == (True,) else no, self.label, ("", ""))
        words = [self._word(value) for value in values]
        en, zh = ", ".join(word.en for word in words), "、".join(word.zh for word in words)
        return _filled(_SAID[operator], self.label, (en, zh))

    def _word(self, value: Value) -> Text:
        text = str(value)
        if self.words and text in self.words:
            return self.words[text]
        if self.kind is Kind.INDUSTRY:
            return SECTIONS.get(text) or DIVISIONS.get(text[1:], Text(en=text, zh=text))
        if self.kind is Kind.REGION:
            name = published_regions().name(RegionCode(text.ljust(6, "0")))
            return Text(en=name, zh=name) if name else region_words(text)
        if self.kind is Kind.NUMBER:
            return Text(en=f"{value:,}", zh=f"{value:,}")
        return Text(en=text, zh=text)


def _filled(sentence: Text, label: Text, values: tuple[str, str]) -> Text:
    return Text(
        en=sentence.en.format(label=label.en, values=values[0]),
        zh=sentence.zh.format(label=label.zh, values=values[1]),
    )


def _coded(fact: str, kind: Kind) -> str | None:
    """The code without the zeros that only fill it up; None where it is not a code."""
    if kind is Kind.INDUSTRY:
        try:
            return IndustryCode.parse(fact).value
        except ShuxinError:
            return None
    return _trimmed(fact, kind)


def _trimmed(code: str, kind: Kind) -> str:
    if kind is not Kind.REGION:
        return code
    while len(code) > 2 and code.endswith("00"):  # noqa: PLR2004 - a province
        code = code[:-2]
    return code


def _worded(words: type[Worded]) -> dict[str, Text]:
    return {one.value: one.text for one in words}


POLICY_FIELDS = {
    field.name: field
    for field in (
        Field(
            "borrower",
            Kind.CHOICE,
            Text(en="kind of borrower", zh="主体类型"),
            Text(en="what kind of business you are", zh="经营主体类型"),
            _worded(Borrower),
        ),
        Field(
            "size",
            Kind.CHOICE,
            Text(en="size", zh="企业规模"),
            Text(en="your size class", zh="企业规模"),
            _worded(Size),
        ),
        Field(
            "tax_grade",
            Kind.CHOICE,
            Text(en="tax credit grade", zh="纳税信用级别"),
            Text(en="your tax credit grade", zh="纳税信用级别"),
            {grade: Text(en=grade, zh=grade) for grade in GRADES},
        ),
        Field(
            "region",
            Kind.REGION,
            Text(en="place", zh="所在地"),
            Text(en="where you are registered, down to the district", zh="注册地（到区县）"),
        ),
        Field(
            "industry",
            Kind.INDUSTRY,
            Text(en="industry", zh="所属行业"),
            Text(
                en="your industry, as exactly as the policy asks",
                zh="所属行业（细分到政策要求的层级）",
            ),
        ),
        Field(
            "age_months",
            Kind.NUMBER,
            Text(en="months since establishment", zh="成立月数"),
            Text(en="the day on which you were established", zh="成立日期"),
        ),
        Field(
            "yearly_sales_yuan",
            Kind.NUMBER,
            Text(en="yearly sales in yuan", zh="年营业收入（元）"),
            Text(en="your sales of the last year", zh="上年度营业收入"),
        ),
        Field(
            "employees",
            Kind.NUMBER,
            Text(en="employees", zh="从业人数"),
            Text(en="how many people you employ", zh="从业人数"),
        ),
        Field(
            "is_first_loan",
            Kind.FLAG,
            Text(en="never had a loan", zh="首贷户"),
            Text(en="whether you ever had a loan", zh="是否首次贷款"),
        ),
    )
}


def facts_of(firm: FirmFacts, *, on: dt.date) -> dict[str, Value | None]:
    """What conditions compare, None where it is not known."""
    sales = firm.yearly_sales_fen
    return {
        "borrower": firm.borrower.value,
        "size": firm.size.value if firm.size else None,
        "tax_grade": firm.tax_grade or None,
        "region": firm.region or None,
        "industry": firm.industry or None,
        "age_months": _months(firm.established_on, on) if firm.established_on else None,
        "yearly_sales_yuan": None if sales is None else sales // 100,
        "employees": firm.employees,
        "is_first_loan": firm.is_first_loan,
    }


def _months(since: dt.date, on: dt.date) -> int:
    whole = (on.year - since.year) * 12 + on.month - since.month
    return max(0, whole - (on.day < since.day))
