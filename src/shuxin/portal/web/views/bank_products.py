"""Products of this bank as its pages show them; the platform keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.market.api import PRODUCT, STATE_TEXTS, VERSION, FeeKind, ProductTerms
from shuxin.portal.web.figures import yuan
from shuxin.portal.web.parts import Choice, Column, Filter, Kind, Table
from shuxin.portal.web.views.administering import Several
from shuxin.portal.web.views.bank_market import act, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.http import HttpRequest

    from shuxin.kernel.text import Language
    from shuxin.market.api import Band, Fee, Needed, ProductView
    from shuxin.portal.web.views.administering import Act

_COLUMNS = (
    Column("name", Text(en="Product", zh="产品"), link="url"),
    Column("kind", Text(en="Kind", zh="类型")),
    Column("amount", Text(en="Up to", zh="最高额度"), kind=Kind.FEN),
    Column("rate", Text(en="Rate a year", zh="年利率")),
    Column("months", Text(en="Months", zh="期限（月）")),
    Column("version", Text(en="Version", zh="版本"), kind=Kind.NUMBER),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("draft", Text(en="New version", zh="新版本"), kind=Kind.STATE),
    Column("at", Text(en="Changed", zh="更新时间"), kind=Kind.TIME),
)
_NONE = Text(
    en="This bank offers no product yet. Begin with a new one.",
    zh="本行尚未上架产品，可新建产品。",
)
_ALL, _NOTHING = Text(en="all", zh="不限"), Text(en="none", zh="无")
_BUTTONS = {
    "submit": Text(en="Hand in for review", zh="提交审核"),
    "pause": Text(en="Suspend", zh="暂停受理"),
    "resume": Text(en="Resume", zh="恢复上架"),
    "drop": Text(en="Drop the new version", zh="放弃新版本"),
    "retire": Text(en="Retire", zh="下架"),
}
_EXPLAINED = {
    "submit": Text(
        en="The operator reads it and publishes it or sends it back with a reason.",
        zh="平台运营方审核后上架，或注明原因退回。",
    ),
    "pause": Text(
        en="Firms no longer find it. What has been applied for goes on.",
        zh="企业将不再看到该产品，已提交的申请继续办理。",
    ),
    "resume": Text(en="Firms find it again at once.", zh="企业可立即重新看到该产品。"),
    "drop": Text(en="What firms see stays as it is.", zh="企业看到的版本不变，拟修改内容作废。"),
    "retire": Text(
        en="It is taken off the shelf for good. What has been applied for goes on.",
        zh="该产品将永久下架，已提交的申请继续办理。",
    ),
}
_WITH_REASON = {"pause", "retire"}


def products_table(request: HttpRequest, found: Sequence[ProductView]) -> Table:
    rows = [_row(one) for one in found]
    return Table.shown(
        request,
        name="products",
        columns=_COLUMNS,
        rows=rows,
        filters=(
            Filter("state", Text(en="State", zh="状态")),
            Filter("kind", Text(en="Kind", zh="类型")),
        ),
        empty=_NONE,
    )


def _row(one: ProductView) -> dict[str, Any]:
    terms = one.terms
    return {
        "name": terms.name,
        "url": f"/bank/products/{one.key}",
        "kind": terms.kind.text,
        "amount": terms.amount_fen.most,
        "rate": rates(terms.rate_bp),
        "months": _months(terms.term_months),
        "version": one.version,
        "state": state_of(one.state, STATE_TEXTS),
        "draft": state_of(one.draft_state, STATE_TEXTS)
        if one.version and one.draft_state
        else None,
        "at": one.changed_at,
    }


def rates(band: Band) -> str:
    return f"{band.least / 100:.2f}–{band.most / 100:.2f}%"


def _months(band: Band) -> str:
    return str(band.least) if band.least == band.most else f"{band.least}–{band.most}"


def acts_of(one: ProductView) -> list[Act]:
    """What the bank may do now: with the version in preparation, and with the product on the shelf."""
    from shuxin.kernel.machine import Actor  # noqa: PLC0415 - beside its use

    preparing = one.draft_state or (one.state if one.state in {"draft", "review"} else "")
    events = list(VERSION.events(preparing, actor=Actor.LENDER)) if preparing else []
    if not one.version:
        events = [
            event for event in events if event != "drop"
        ]  # what was never published is retired
    events += [e for e in PRODUCT.events(one.state, actor=Actor.LENDER) if e not in events]
    return [
        act(
            event,
            f"/bank/products/{one.key}/{event}",
            _BUTTONS[event],
            _EXPLAINED[event],
            needs_reason=event in _WITH_REASON,
            danger=event in {"retire", "drop"},
        )
        for event in events
        if event in _BUTTONS
    ]


def holder_choices(names: Mapping[str, str], terms: ProductTerms | None) -> list[Choice]:
    """Institutions whose data may be asked for: those this bank knows, and those that stand in the terms."""
    found = dict(names)
    for need in terms.authorisations if terms else ():
        found.setdefault(need.holder, need.holder)
    return [Choice(party, name) for party, name in sorted(found.items(), key=lambda each: each[1])]


def term_rows(
    one: ProductView, *, names: Mapping[str, str], language: Language
) -> list[dict[str, Any]]:
    """Every term, and beside it what is being prepared."""
    now = dict(_terms(one.terms, names, language))
    drafted = dict(_terms(one.draft, names, language)) if one.draft else now
    return [
        {
            "name": name,
            "now": value,
            "drafted": drafted[name],
            "changed": _said(drafted[name], language) != _said(value, language),
        }
        for name, value in now.items()
    ]


def _said(value: Any, language: Language) -> str:
    return str(value.say(language)) if hasattr(value, "say") else str(value)


def _terms(
    terms: ProductTerms, names: Mapping[str, str], language: Language
) -> Iterable[tuple[Text, Any]]:
    who = terms.eligibility
    hours = Text(en="{hours} working hours", zh="{hours} 个工作小时")
    amounts = f"{yuan(terms.amount_fen.least, language)} – {yuan(terms.amount_fen.most, language)}"
    yield Text(en="Name", zh="产品名称"), terms.name
    yield Text(en="Name in English", zh="英文名称"), terms.name_en
    yield Text(en="Kind", zh="产品类型"), terms.kind.text
    yield Text(en="Amount", zh="金额"), amounts
    yield Text(en="Rate a year", zh="年利率"), rates(terms.rate_bp)
    yield Text(en="Months", zh="期限（月）"), _months(terms.term_months)
    yield Text(en="Security", zh="担保方式"), Several([one.text for one in terms.guarantees])
    yield Text(en="Repayment", zh="还款方式"), Several([one.text for one in terms.repayments])
    yield Text(en="Borrowers", zh="借款主体"), _some([one.text for one in who.borrowers], _ALL)
    yield Text(en="Size", zh="企业规模"), _some([one.text for one in who.sizes], _ALL)
    yield Text(en="Regions", zh="地区"), _some(who.regions, _ALL)
    yield Text(en="Industries", zh="行业"), _some(who.industries, _ALL)
    yield (
        Text(en="Industries not served", zh="不准入行业"),
        _some(who.excluded_industries, _NOTHING),
    )
    yield Text(en="Tax grades", zh="纳税信用等级"), _some(who.tax_grades, _ALL)
    yield Text(en="Age of the firm, months", zh="成立时间（月）"), who.age_months or _ALL
    only = Text(en="first-loan firms only", zh="仅限首贷户")
    yield Text(en="First loan", zh="首贷"), only if who.first_loan_only else _ALL
    yield Text(en="Documents", zh="申请材料"), _some(terms.documents, _NOTHING)
    needed = [_needed(one, names) for one in terms.authorisations]
    yield Text(en="Authorisations needed", zh="所需授权"), _some(needed, _NOTHING)
    fees = [_fee(one, language) for one in terms.fees]
    yield Text(en="Fees", zh="费用"), _some(fees, _NOTHING)
    yield Text(en="Taken up within", zh="受理时限"), hours.say(language, hours=terms.claim_hours)
    yield Text(en="Decided within", zh="审批时限"), hours.say(language, hours=terms.decision_hours)
    yield Text(en="Lenders on one demand at most", zh="同一需求最多受理机构数"), terms.claim_cap


def _some(items: Sequence[Any], nothing: Text) -> Any:
    return Several(items) if items else nothing


def _needed(one: Needed, names: Mapping[str, str]) -> str:
    who = names.get(one.holder, one.holder)
    return f"{who}: {'/'.join(one.catalogues)} (L{one.level_max}, {one.data_months} m, {one.max_uses}×)"


def _fee(one: Fee, language: Language) -> str:
    value = yuan(one.value, language) if one.kind is FeeKind.ONCE_FEN else f"{one.value / 100:.2f}%"
    return f"{one.name} {value} {one.kind.text.say(language)}"
