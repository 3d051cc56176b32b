"""Standard datasets (标准数据集): tables that many offices hold, known by their headers and given one form.

A table that fits keeps its dataset's name; its contract is marked and its fields bear the standard's
names, so that features read them wherever they came from. Columns outside the standard are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shuxin.catalogue.api import (
    SUBJECT_MEANINGS,
    Contract,
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Level,
    Meaning,
    QualityRule,
    Sharing,
)
from shuxin.fusion.header_units import is_foreign, unit_in
from shuxin.fusion.proposal import SUBJECT_NUMBER_HEADERS, Proposal
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shuxin.fusion.mapping import ColumnMapping
    from shuxin.kernel.text import Language

MARK = "standard"
_UNIT_IN_HEADER = re.compile(r"[(（【\[].*?[)）】\]]|\s")
_TIMES = frozenset({FieldType.DATE, FieldType.TIMESTAMP})
_ASK = Text(
    en="read as '{title}' ({name}); columns left out: {left_out}; if that is wrong, delete the property 'standard'",
    zh="按“{title}”（{name}）读取；未采用的列：{left_out}；如不正确，请删除 standard 属性",
)
_ASK_KNOWN = Text(
    en="no column says when a row became known: '{header}' is taken for it, an assumption that is yours to confirm",
    zh="没有列说明数据何时可知：以“{header}”代替，此假设需由您确认",
)
_NOTHING = Text(en="none", zh="无")


@dataclass(frozen=True, slots=True)
class StandardField:
    """A field of a standard and the headers that it goes by, without units and white space."""

    field: Field
    headers: frozenset[str]
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One standard dataset.

    number: in the domain's list of tables. known_time: fields that say when a row became known, the
    best first. hints: words in a file's name or title that speak for this standard where several fit.
    """

    name: str
    number: str
    title: Text
    group: DataGroup
    cycle: Cycle
    lag_days: int
    fields: tuple[StandardField, ...]
    known_time: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


def _field(
    name: str,
    headers: Iterable[str],
    kind: FieldType = FieldType.STRING,
    meaning: Meaning = Meaning.NONE,
    *,
    needed: bool = False,
) -> StandardField:
    rules = (QualityRule(kind="complete", threshold=0.98),) if needed else ()
    made = Field(
        name=name,
        type=kind,
        unit="fen" if kind is FieldType.MONEY else "",
        level=Level.L3,
        sharing=Sharing.CONDITIONAL,
        meaning=meaning,
        rules=rules,
    )
    return StandardField(made, frozenset(headers), needed)


_SELLERS = ("销方税号", "销方识别号", "销售方税号", "销售方识别号", "销方纳税人识别号",
            "销售方纳税人识别号", "销方统一社会信用代码", "销售方统一社会信用代码")  # fmt: skip
_BUYERS = ("购方税号", "购方识别号", "购买方税号", "购买方识别号", "购方纳税人识别号",
           "购买方纳税人识别号", "购方统一社会信用代码", "购买方统一社会信用代码")  # fmt: skip
_SELLER_NAMES = ("销方名称", "销售方名称", "销货单位名称")
_BUYER_NAMES = ("购方名称", "购买方名称", "购货单位名称")


def _subject(codes: Iterable[str], names: Iterable[str]) -> tuple[StandardField, ...]:
    return (
        _field("subject_code", codes, FieldType.CODE, Meaning.SUBJECT_CODE),
        _field("subject_name", names, FieldType.STRING, Meaning.SUBJECT_NAME),
        _field("subject_number", SUBJECT_NUMBER_HEADERS, FieldType.CODE, Meaning.SUBJECT_NUMBER),
    )


def _invoice(party: Iterable[str]) -> tuple[StandardField, ...]:
    return (
        _field("invoice_no", ("发票号码", "数电票号码", "发票号"), FieldType.CODE, needed=True),
        _field("issued_on", ("开票日期", "开票时间"), FieldType.DATE, Meaning.EVENT_TIME, needed=True),
        _field("party", party, FieldType.CODE, needed=True),
        _field("net", ("金额", "不含税金额"), FieldType.MONEY, Meaning.AMOUNT, needed=True),
        _field("tax", ("税额",), FieldType.MONEY, Meaning.AMOUNT, needed=True),
        _field("total", ("价税合计", "含税金额"), FieldType.MONEY, Meaning.AMOUNT, needed=True),
        _field("status", ("发票状态", "状态"), FieldType.CODE, needed=True),
        _field("status_changed_on", ("作废日期", "状态变更日期"), FieldType.DATE),
        _field("currency", ("币种", "币别"), FieldType.CODE),
        _field("known_on", ("入库日期", "采集日期", "获知日期"), FieldType.DATE),
    )  # fmt: skip


_OWN_CODES = ("统一社会信用代码", "企业代码", "借款人代码", "客户代码", "账户持有人代码", "申请人代码",
              "借款企业代码", "申请企业代码", "证件号码")  # fmt: skip
_OWN_NAMES = ("企业名称", "借款人", "借款人名称", "户名", "申请人", "申请人名称", "借款企业", "申请企业",
              "客户名称")  # fmt: skip

STANDARDS = (
    Standard(
        name="invoice_out",
        number="T29",
        title=Text(en="VAT invoices issued", zh="销项发票"),
        group=DataGroup.PUBLIC,
        cycle=Cycle.DAY,
        lag_days=1,
        fields=(*_subject(_SELLERS, _SELLER_NAMES), *_invoice((*_BUYERS, "购方单位代号"))),
        known_time=("known_on", "issued_on"),
        hints=("销项", "output", "sales"),
    ),
    Standard(
        name="invoice_in",
        number="T30",
        title=Text(en="VAT invoices received", zh="进项发票"),
        group=DataGroup.PUBLIC,
        cycle=Cycle.DAY,
        lag_days=1,
        fields=(*_subject(_BUYERS, _BUYER_NAMES), *_invoice((*_SELLERS, "销方单位代号"))),
        known_time=("known_on", "issued_on"),
        hints=("进项", "input", "purchase"),
    ),
    Standard(
        name="bank_flow",
        number="T87",
        title=Text(en="bank account flows", zh="对公账户流水"),
        group=DataGroup.FINANCIAL,
        cycle=Cycle.DAY,
        lag_days=0,
        fields=(
            *_subject(_OWN_CODES, _OWN_NAMES),
            _field("booked_on", ("交易日期", "记账日期"), FieldType.DATE, Meaning.EVENT_TIME, needed=True),
            _field("direction", ("借贷标志", "收支标志", "收支"), FieldType.CODE, needed=True),
            _field("amount", ("交易金额", "发生额"), FieldType.MONEY, Meaning.AMOUNT, needed=True),
            _field("balance", ("余额", "账户余额"), FieldType.MONEY, Meaning.AMOUNT),
            _field("party", ("对方户名", "交易对手"), FieldType.STRING),
            _field("summary", ("摘要",), FieldType.STRING),
            _field("known_on", ("入库日期", "入账日期", "获知日期"), FieldType.DATE),
        ),
        known_time=("known_on", "booked_on"),
    ),
    Standard(
        name="loan_outcome",
        number="T85",
        title=Text(en="loans and how they ended", zh="贷款结果"),
        group=DataGroup.FINANCIAL,
        cycle=Cycle.DAY,
        lag_days=0,
        fields=(
            *_subject(_OWN_CODES, _OWN_NAMES),
            _field("loan_no", ("借据号", "贷款编号", "合同编号"), FieldType.CODE),
            _field("drawn_on", ("放款日", "放款日期", "发放日期"), FieldType.DATE, Meaning.EVENT_TIME),
            _field("amount", ("放款金额", "贷款金额"), FieldType.MONEY, Meaning.AMOUNT),
            _field("rate", ("年利率", "执行利率"), FieldType.NUMBER),
            _field("rating", ("信誉评级", "内部评级"), FieldType.CODE),
            _field("defaulted", ("是否违约",), FieldType.BOOLEAN, needed=True),
            _field("defaulted_on", ("违约日", "违约日期"), FieldType.DATE),
            _field("known_on", ("入库日期", "结果日期", "获知日期"), FieldType.DATE),
        ),
        known_time=("known_on",),
    ),
    Standard(
        name="loan_application",
        number="T94",
        title=Text(en="applications for a loan", zh="贷款申请"),
        group=DataGroup.FINANCIAL,
        cycle=Cycle.REAL_TIME,
        lag_days=0,
        fields=(
            *_subject(_OWN_CODES, _OWN_NAMES),
            _field("applied_on", ("申请日", "申请日期"), FieldType.DATE, Meaning.EVENT_TIME, needed=True),
            _field("requested", ("申请金额",), FieldType.MONEY, Meaning.AMOUNT, needed=True),
        ),
        known_time=("applied_on",),
    ),
    Standard(
        name="rate_churn",
        number="",
        title=Text(en="customers lost by rate of interest", zh="贷款年利率与客户流失率"),
        group=DataGroup.FINANCIAL,
        cycle=Cycle.YEAR,
        lag_days=0,
        fields=(
            _field("rate", ("贷款年利率", "年利率"), FieldType.NUMBER, needed=True),
            _field("churn_a", ("信誉评级A",), FieldType.NUMBER, needed=True),
            _field("churn_b", ("信誉评级B",), FieldType.NUMBER, needed=True),
            _field("churn_c", ("信誉评级C",), FieldType.NUMBER, needed=True),
        ),
    ),
)  # fmt: skip
"""The standards that features, training and pricing read."""


def standard_named(name: str) -> Standard:
    """Raises KeyError."""
    return {standard.name: standard for standard in STANDARDS}[name]


def standard_of(contract: Contract) -> str:
    """The standard that a contract is marked with; "" if none."""
    return dict(contract.extra).get(MARK, "")


def as_standard(proposal: Proposal, *, titles: Sequence[str], language: Language) -> Proposal:
    """The proposal in the form of the standard that its headers fit; itself where none or several fit."""
    columns = proposal.mapping.columns
    fits = {
        standard.name: matched
        for standard in STANDARDS
        if (matched := _matched(standard, columns)) is not None
    }
    said = (proposal.mapping.file, proposal.mapping.sheet, *titles)
    name = _chosen(fits, words=" ".join(said).lower())
    if not name:
        return proposal
    return _in_form(proposal, standard_named(name), fits[name], language)


def plain_header(header: str) -> str:
    return _UNIT_IN_HEADER.sub("", header)


def _matched(
    standard: Standard, columns: Sequence[ColumnMapping]
) -> dict[str, ColumnMapping] | None:
    """By standard field the column that gives it; None when a needed one or the subject is missing."""
    found: dict[str, ColumnMapping] = {}
    for wanted in standard.fields:
        for column in columns:
            if (
                plain_header(column.header) in wanted.headers
                and column not in found.values()
                and _gives(column, wanted.field)
            ):
                found[wanted.field.name] = column
                break
    if any(wanted.needed and wanted.field.name not in found for wanted in standard.fields):
        return None
    subjects = [f.field.name for f in standard.fields if f.field.meaning in SUBJECT_MEANINGS]
    if subjects and not any(name in found for name in subjects):
        return None
    return found


def _gives(column: ColumnMapping, field: Field) -> bool:
    """Whether a column of that header can be the field: dates that are read, money of this country."""
    if field.type in _TIMES:
        return bool(column.spellings)
    return field.type is not FieldType.MONEY or not is_foreign(column.header)


def _chosen(fits: dict[str, dict[str, ColumnMapping]], *, words: str) -> str:
    """The only one that fits, else the only one whose hints the file bears, else none."""
    if len(fits) <= 1:
        return next(iter(fits), "")
    hinted = [name for name in fits if any(hint in words for hint in standard_named(name).hints)]
    return hinted[0] if len(hinted) == 1 else ""


def _in_form(
    proposal: Proposal,
    standard: Standard,
    matched: dict[str, ColumnMapping],
    language: Language,
) -> Proposal:
    by_name = {wanted.field.name: wanted.field for wanted in standard.fields}
    field_of = {column.header: name for name, column in matched.items()}
    columns = tuple(
        _column(column, by_name.get(field_of.get(column.header, "")))
        for column in proposal.mapping.columns
    )
    level = max((field.level for field in proposal.contract.fields), default=Level.L1)
    fields = tuple(
        replace(field, title=matched[name].header, level=max(level, field.level))
        for name, field in by_name.items()
        if name in matched
    )
    known = next((name for name in standard.known_time if name in matched), "")
    contract = replace(
        proposal.contract,
        fields=fields,
        key=(),
        group=standard.group,
        cycle=standard.cycle,
        lag_days=standard.lag_days,
        known_time_field=known,
        extra=((MARK, standard.name),),
    )
    left_out = ", ".join(c.header for c in columns if not c.field) or _NOTHING.say(language)
    asked = [
        _ASK.say(
            language, title=standard.title.say(language), name=standard.name, left_out=left_out
        )
    ]
    if known and known != standard.known_time[0]:
        asked.append(_ASK_KNOWN.say(language, header=matched[known].header))
    department = proposal.mapping.questions[-1:]
    mapping = proposal.mapping.model_copy(
        update={"columns": columns, "questions": (*asked, *department)}
    )
    return Proposal(contract, mapping)


def _column(column: ColumnMapping, field: Field | None) -> ColumnMapping:
    if field is None:
        return column.model_copy(update={"field": "", "spellings": (), "unit": "", "missing": ()})
    stated = column.unit or unit_in(column.header)
    unit = (stated or ("" if column.unit_from else "元")) if field.type is FieldType.MONEY else ""
    spellings = column.spellings if field.type in _TIMES else ()
    return column.model_copy(update={"field": field.name, "unit": unit, "spellings": spellings})
