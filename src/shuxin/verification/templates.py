"""Templates of documents: which fields a proof has, which may be hidden, which thresholds are stated as claims.

A token cannot prove ``balance >= X`` for a hidden balance; so the issuer states each threshold of the template
as a claim of its own, true or false, and the holder shows the one that is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput, NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shuxin.kernel.canonical import Json

_AMOUNT = re.compile(r"(0|[1-9]\d{0,14})\.\d{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_ACCOUNT_TAIL = re.compile(r"\d{4}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST_TEXT = 200
_FEN_PER_YUAN = 100


class TemplateUnknown(NotFound):
    code = "template_unknown"
    what = Text(en="there is no template '{name}'", zh="没有名为“{name}”的模板")
    mend = Text(en="Use one of: {known}", zh="可用模板：{known}")


class TemplateNotFilled(InvalidInput):
    code = "template_not_filled"
    what = Text(
        en="the field '{field}' of the template is {problem}", zh="模板字段“{field}”有误：{problem}"
    )
    mend = Text(
        en="Amounts read 1234.56, days 2026-03-31, currencies CNY; 'shuxin credential templates' lists the fields",
        zh="金额写作 1234.56，日期写作 2026-03-31，币种写作 CNY；用 shuxin credential templates 查看字段",
    )


class FieldType(StrEnum):
    """What a field holds (字段类型)."""

    TEXT = "text"
    AMOUNT = "amount"
    DAY = "day"
    CURRENCY = "currency"
    ACCOUNT_TAIL = "account_tail"


@dataclass(frozen=True, slots=True)
class Field:
    """One field; ``thresholds`` in whole yuan (or units of the currency), stated as claims of their own."""

    name: str
    type: FieldType
    label: Text
    required: bool = True
    disclosable: bool = True
    thresholds: tuple[int, ...] = ()

    def claim_of(self, threshold: int) -> str:
        return f"{self.name}_at_least_{threshold}"


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of document (文件模板)."""

    name: str
    title: Text
    valid_days: int
    fields: tuple[Field, ...]

    @property
    def disclosable(self) -> frozenset[str]:
        """Claims that the holder may hide, thresholds among them."""
        own = {field.name for field in self.fields if field.disclosable}
        return frozenset(
            own.union(*({f.claim_of(limit) for limit in f.thresholds} for f in self.fields))
        )


_THRESHOLDS = (10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000)
_HOLDER = Field("holder_name", FieldType.TEXT, Text(en="holder", zh="持有人"))
_ENTERPRISE = Field("enterprise_name", FieldType.TEXT, Text(en="enterprise", zh="企业名称"))
_CODE = Field("uscc", FieldType.TEXT, Text(en="credit code", zh="统一社会信用代码"))
_AS_OF = Field("as_of", FieldType.DAY, Text(en="as of", zh="截止日期"), disclosable=False)
_FROM = Field("period_start", FieldType.DAY, Text(en="from", zh="起始日期"), disclosable=False)
_TO = Field("period_end", FieldType.DAY, Text(en="to", zh="结束日期"), disclosable=False)
_CURRENCY_FIELD = Field(
    "currency", FieldType.CURRENCY, Text(en="currency", zh="币种"), disclosable=False
)
_TAIL = Field(
    "account_tail", FieldType.ACCOUNT_TAIL, Text(en="last digits of the account", zh="账号后四位")
)
_BALANCE = Field("balance", FieldType.AMOUNT, Text(en="balance", zh="余额"), thresholds=_THRESHOLDS)
TEMPLATES = {
    template.name: template
    for template in (
        Template(
            "personal_asset_proof",
            Text(en="personal asset proof", zh="个人资产证明"),
            30,
            (_HOLDER, _AS_OF, _CURRENCY_FIELD, _TAIL, _BALANCE),
        ),
        Template(
            "enterprise_asset_proof",
            Text(en="enterprise asset proof", zh="企业资产证明"),
            30,
            (
                _ENTERPRISE,
                _CODE,
                _AS_OF,
                _CURRENCY_FIELD,
                _BALANCE,
                Field(
                    "total_assets",
                    FieldType.AMOUNT,
                    Text(en="total assets", zh="资产总额"),
                    required=False,
                    thresholds=(1_000_000, 10_000_000, 100_000_000),
                ),
            ),
        ),
        Template(
            "account_statement",
            Text(en="account statement", zh="账户流水"),
            30,
            (
                _HOLDER,
                _TAIL,
                _CURRENCY_FIELD,
                _FROM,
                _TO,
                Field(
                    "credits",
                    FieldType.AMOUNT,
                    Text(en="money received", zh="收入合计"),
                    thresholds=_THRESHOLDS,
                ),
                Field("debits", FieldType.AMOUNT, Text(en="money paid", zh="支出合计")),
                Field(
                    "closing_balance", FieldType.AMOUNT, Text(en="closing balance", zh="期末余额")
                ),
            ),
        ),
        Template(
            "credit_report",
            Text(en="credit report", zh="信用报告"),
            30,
            (
                _HOLDER,
                _AS_OF,
                Field("report_number", FieldType.TEXT, Text(en="report number", zh="报告编号")),
                Field("summary", FieldType.TEXT, Text(en="summary", zh="摘要"), required=False),
            ),
        ),
        Template(
            "kyc_report",
            Text(en="KYC report", zh="尽职调查报告"),
            90,
            (
                _ENTERPRISE,
                _CODE,
                _AS_OF,
                Field(
                    "legal_representative",
                    FieldType.TEXT,
                    Text(en="legal representative", zh="法定代表人"),
                ),
                Field(
                    "registered_capital",
                    FieldType.AMOUNT,
                    Text(en="registered capital", zh="注册资本"),
                    required=False,
                    thresholds=(1_000_000, 10_000_000),
                ),
            ),
        ),
        Template(
            "admission_letter",
            Text(en="admission letter", zh="录取通知书"),
            365,
            (
                _HOLDER,
                Field("institution", FieldType.TEXT, Text(en="institution", zh="录取院校")),
                Field("programme", FieldType.TEXT, Text(en="programme", zh="专业")),
                Field("starts_on", FieldType.DAY, Text(en="starts on", zh="入学日期")),
            ),
        ),
    )
}


def template(name: str) -> Template:
    """Raises TemplateUnknown."""
    if name not in TEMPLATES:
        raise TemplateUnknown(name=name, known=", ".join(TEMPLATES))
    return TEMPLATES[name]


def claims_from(values: Mapping[str, object], *, of: Template) -> dict[str, Json]:
    """The template's claims from given values, with each threshold as a claim. Raises TemplateNotFilled."""
    known = {field.name for field in of.fields}
    if unknown := sorted(set(values) - known):
        raise TemplateNotFilled(field=unknown[0][:40], problem="unknown")
    claims: dict[str, Json] = {}
    for field in of.fields:
        if field.name in values:
            claims[field.name] = _value(field, values[field.name])
            claims |= _thresholds(field, values[field.name])
        elif field.required:
            raise TemplateNotFilled(field=field.name, problem="missing")
    return claims


def _value(field: Field, value: object) -> str:
    if not isinstance(value, str) or not _FITS[field.type](value):
        raise TemplateNotFilled(field=field.name, problem=f"not {field.type}")
    return value


def _thresholds(field: Field, value: object) -> dict[str, Json]:
    """Which thresholds the amount reaches, by whole fen."""
    if not field.thresholds:
        return {}
    fen = int(str(value).replace(".", ""))
    return {field.claim_of(limit): fen >= limit * _FEN_PER_YUAN for limit in field.thresholds}


def _is_text(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_TEXT and value.isprintable()


def _is_day(value: str) -> bool:
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_FITS: dict[FieldType, Callable[[str], object]] = {
    FieldType.TEXT: _is_text,
    FieldType.DAY: _is_day,
    FieldType.AMOUNT: _AMOUNT.fullmatch,
    FieldType.CURRENCY: _CURRENCY.fullmatch,
    FieldType.ACCOUNT_TAIL: _ACCOUNT_TAIL.fullmatch,
}
