"""Demands, referrals and recommended firms as a bank's pages show them; what is hidden until it is taken says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.infra.api import CHINA
from shuxin.kernel.industry import IndustryCode, InvalidIndustryCode, industry_name
from shuxin.kernel.region import region_words
from shuxin.kernel.text import Text
from shuxin.market.api import STATE_TEXTS, DeclineCode
from shuxin.portal.web.parts import Choice, Column, Facts, Field, Filter, Kind, State, Table
from shuxin.portal.web.views.administering import Several
from shuxin.portal.web.views.bank_market import act, hours_left, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.market.api import (
        BoardLine,
        DemandTerms,
        FirmFacts,
        ProductView,
        Recommended,
        ReferralView,
    )
    from shuxin.portal.web.views.administering import Act

HIDDEN = Text(en="shown once it is taken", zh="受理后可见")
_YES, _NO = Text(en="yes", zh="是"), Text(en="no", zh="否")
_ALL = Text(en="any", zh="不限")
_BOARD = (
    Column("amount", Text(en="Amount", zh="金额"), kind=Kind.FEN, link="url"),
    Column("firm", Text(en="Firm", zh="企业")),
    Column("months", Text(en="Months", zh="期限（月）"), kind=Kind.NUMBER),
    Column("use", Text(en="For", zh="用途")),
    Column("urgency", Text(en="Needed", zh="用款时间")),
    Column("industry", Text(en="Industry", zh="行业")),
    Column("region", Text(en="Region", zh="地区")),
    Column("size", Text(en="Size", zh="规模")),
    Column("first", Text(en="First loan", zh="首贷户")),
    Column("claims", Text(en="Lenders", zh="在办机构"), kind=Kind.NUMBER),
    Column("mine", Text(en="This bank", zh="本行"), kind=Kind.STATE),
    Column("at", Text(en="Published", zh="发布日期"), kind=Kind.DAY),
)
_BOARD_FILTERS = (
    Filter("use", Text(en="For", zh="用途")),
    Filter("industry", Text(en="Industry", zh="行业")),
    Filter("size", Text(en="Size", zh="规模")),
    Filter("first", Text(en="First loan", zh="首贷户")),
    Filter("mine", Text(en="This bank", zh="本行")),
)
_NO_DEMAND = Text(
    en="No demand is open to this bank at the moment.", zh="目前没有对本行开放的融资需求。"
)
_REFERRALS = (
    Column("demand", Text(en="Demand", zh="融资需求"), link="url"),
    Column("product", Text(en="Product", zh="产品")),
    Column("mode", Text(en="Came by", zh="对接方式")),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("left", Text(en="Time left", zh="剩余时限"), kind=Kind.STATE),
    Column("due", Text(en="Due", zh="截止时间"), kind=Kind.TIME),
    Column("at", Text(en="Since", zh="发起时间"), kind=Kind.TIME),
)
_NO_REFERRAL = Text(
    en="No demand was referred to this bank or taken by it yet.",
    zh="尚无派单、指名或本行受理的需求。",
)
_FIRMS = (
    Column("firm", Text(en="Firm", zh="企业"), link="url"),
    Column("ground", Text(en="Found by", zh="来源")),
    Column("product", Text(en="Product that suits", zh="适配产品")),
    Column("amount", Text(en="Amount", zh="金额"), kind=Kind.FEN),
    Column("region", Text(en="Region", zh="地区")),
    Column("first", Text(en="First loan", zh="首贷户")),
    Column("points", Text(en="Fit", zh="适配分"), kind=Kind.NUMBER),
    Column("reasons", Text(en="Why", zh="推荐理由")),
    Column("since", Text(en="Since", zh="起始时间"), kind=Kind.TIME),
)
_GROUNDS = {
    "demand": Text(en="its demand, with leave to call", zh="企业需求（同意联系）"),
    "list": Text(en="a government list", zh="政府推荐名单"),
}
_NO_FIRM = Text(
    en="No firm is recommended at the moment. This bank needs a product on the shelf for it.",
    zh="目前暂无推荐企业。本行须有在架产品方可获得推荐。",
)
MODES = {
    "claim": Text(en="taken by this bank", zh="抢单"),
    "assign": Text(en="assigned by the platform", zh="派单"),
    "direct": Text(en="chosen by the firm", zh="指名"),
}
_TAKE = Text(en="Take it", zh="受理")
_DECLINE = Text(en="Decline", zh="婉拒")
_TAKEN = Text(
    en="You then see who the firm is. It is told, and may apply.",
    zh="受理后可查看企业信息；平台将通知企业，企业可提交申请。",
)
_DECLINED = Text(
    en="The firm reads the reason; the demand goes on to others.",
    zh="企业可看到原因；需求将转由其他机构办理。",
)
_WHY = Text(en="Reason", zh="婉拒原因")
_WORDS = Text(en="In your words", zh="补充说明")
_WORDS_HINT = Text(en="Needed with 'another reason'.", zh="选择“其他原因”时必填。")


def board_table(request: HttpRequest, lines: Sequence[BoardLine]) -> Table:
    return Table.shown(
        request,
        name="demands",
        columns=_BOARD,
        rows=[_line(one) for one in lines],
        filters=_BOARD_FILTERS,
        empty=_NO_DEMAND,
    )


def _line(one: BoardLine) -> dict[str, Any]:
    firm, terms = one.firm, one.terms
    return {
        "firm": firm.name or firm.party or HIDDEN,
        "url": f"/bank/board/{one.key}",
        "amount": terms.amount_fen,
        "months": terms.term_months,
        "use": terms.use.text,
        "urgency": terms.urgency.text,
        "industry": industry_text(firm.industry),
        "region": region_text(firm.region),
        "size": firm.size.text if firm.size else None,
        "first": _said(firm.is_first_loan),
        "claims": one.claims,
        "mine": _mine(one),
        "at": one.published_at.astimezone(CHINA).date(),
    }


def _mine(one: BoardLine) -> State:
    if one.mine:
        return State(Text(en="taken", zh="本行在办"), "busy")
    if not one.may_claim:
        return State(Text(en="over", zh="已婉拒或失效"), "quiet")
    if one.is_named:
        return State(Text(en="chosen", zh="企业指定可见"), "good")
    return State(Text(en="open", zh="可受理"), "quiet")


def _said(value: bool | None) -> Text | None:  # noqa: FBT001 - a fact that may be unknown
    return None if value is None else _YES if value else _NO


def industry_text(code: str) -> Text | str:
    try:
        return industry_name(IndustryCode.parse(code))
    except InvalidIndustryCode:
        return code


def region_text(code: str) -> Text:
    """The place's Chinese name, from the province down; with the code where it has none."""
    return region_words(code)


def demand_facts(terms: DemandTerms) -> Facts:
    """What the firm wants."""
    found: list[tuple[Text, Any]] = [
        (Text(en="use", zh="用途"), terms.use.text),
        (Text(en="needed", zh="用款时间"), terms.urgency.text),
        (Text(en="months", zh="期限（月）"), terms.term_months),
        (Text(en="security offered", zh="可提供担保"), _several(terms.guarantees)),
        (Text(en="repayment wanted", zh="期望还款方式"), _several(terms.repayments)),
        (
            Text(en="rate at most", zh="可接受最高年利率"),
            f"{terms.rate_most_bp / 100:.2f}%" if terms.rate_most_bp else _ALL,
        ),
        (Text(en="came in by", zh="进件渠道"), terms.channel.text),
        (Text(en="the firm's words", zh="企业说明"), terms.note),
    ]
    return Facts(found)


def _several(items: Sequence[Any]) -> Any:
    return Several([one.text for one in items]) if items else _ALL


def firm_facts(firm: FirmFacts) -> Facts:
    """What is known of the firm; who it is only where the bank may know."""
    sales = firm.yearly_sales_fen
    found: list[tuple[Text, Any]] = [
        (Text(en="name", zh="名称"), firm.name or HIDDEN),
        (
            Text(en="credit code", zh="统一社会信用代码"),
            firm.party.removeprefix("uscc:") if firm.party else HIDDEN,
        ),
        (Text(en="borrower", zh="借款主体"), firm.borrower.text),
        (Text(en="region", zh="地区"), region_text(firm.region)),
        (Text(en="industry", zh="行业"), industry_text(firm.industry)),
        (Text(en="size", zh="规模"), firm.size.text if firm.size else None),
        (
            Text(en="established", zh="成立时间"),
            firm.established_on and str(firm.established_on.year),
        ),
        (Text(en="tax grade", zh="纳税信用等级"), firm.tax_grade),
        (Text(en="first loan", zh="首贷户"), _said(firm.is_first_loan)),
    ]
    facts: list[tuple[Text, Any]] = [*found]
    if sales is not None:
        facts.append((Text(en="sales a year, about", zh="年销售额（约）"), _Money(sales)))
    return Facts(facts)


class _Money:
    """Fen, said in the reader's language."""

    def __init__(self, fen: int) -> None:
        self._fen = fen

    def say(self, language: Any, /) -> str:
        from shuxin.portal.web.figures import yuan  # noqa: PLC0415 - beside its use

        return yuan(self._fen, language)


def money(fen: int | None) -> Any:
    """An amount for facts; None where there is none."""
    return None if fen is None else _Money(fen)


def fitting(products: Iterable[ProductView], terms: DemandTerms) -> list[Choice]:
    """This bank's products on the shelf whose bands hold the amount and the term."""
    return [
        Choice(one.key, one.terms.name)
        for one in products
        if one.state == "online"
        and one.terms.amount_fen.holds(terms.amount_fen)
        and one.terms.term_months.holds(terms.term_months)
    ]


def product_field(choices: Sequence[Choice]) -> Field:
    return Field(
        "product",
        Text(en="With the product", zh="以产品受理"),
        kind="choice",
        choices=choices,
        value=choices[0].value if len(choices) == 1 else "",
    )


def recommended_table(
    request: HttpRequest, found: Sequence[Recommended], *, products: Mapping[str, str]
) -> Table:
    """The most fitting first; a firm of a demand leads to it, one of a list to the page where results are reported."""
    rows = [
        {
            "firm": one.firm.name or one.firm.party.removeprefix("uscc:"),
            "url": f"/bank/board/{one.demand}"
            if one.demand
            else f"/bank/recommended/{one.listing}",
            "ground": _GROUNDS.get(one.ground, Text(en=one.ground, zh=one.ground)),
            "product": products.get(one.product, ""),
            "amount": one.amount_fen,
            "region": region_text(one.firm.region),
            "first": _said(one.firm.is_first_loan),
            "points": one.points,
            "reasons": list(one.reasons),
            "since": one.since,
        }
        for one in found
    ]
    return Table.shown(
        request,
        name="firms",
        columns=_FIRMS,
        rows=rows,
        filters=(
            Filter("ground", Text(en="Found by", zh="来源")),
            Filter("first", Text(en="First loan", zh="首贷户")),
        ),
        empty=_NO_FIRM,
    )


def referrals_table(
    request: HttpRequest,
    found: Sequence[ReferralView],
    *,
    demands: Mapping[str, BoardLine],
    products: Mapping[str, str],
    now: datetime,
) -> Table:
    rows = [
        {
            "demand": title_of(one, demands.get(one.demand)),
            "url": f"/bank/referrals/{one.key}",
            "product": products.get(one.product, one.product[:8]),
            "mode": MODES.get(one.mode, Text(en=one.mode, zh=one.mode)),
            "state": state_of(one.state, STATE_TEXTS),
            "left": hours_left(one.due_at, now=now) if one.state in {"waiting", "taken"} else None,
            "due": one.due_at,
            "at": one.made_at,
        }
        for one in found
    ]
    return Table.shown(
        request,
        name="referrals",
        columns=_REFERRALS,
        rows=rows,
        filters=(
            Filter("state", Text(en="State", zh="状态")),
            Filter("mode", Text(en="Came by", zh="对接方式")),
        ),
        empty=_NO_REFERRAL,
        sort="-at",
    )


def title_of(one: ReferralView, line: BoardLine | None) -> Any:
    """The firm where it is known, else the amount and use of the demand, else its number."""
    name = one.firm_name or (line.firm.name if line is not None else "")
    if name:
        return name
    if one.firm:
        return one.firm.removeprefix("uscc:")
    return line.terms.use.text if line is not None else one.demand[:8]


def referral_acts(one: ReferralView) -> list[Act]:
    """Take or decline, as the machine says."""
    from shuxin.kernel.machine import Actor  # noqa: PLC0415 - beside its use
    from shuxin.market.api import REFERRAL  # noqa: PLC0415 - beside its use

    events = REFERRAL.events(one.state, actor=Actor.LENDER)
    url = f"/bank/referrals/{one.key}"
    found = []
    if "take" in events:
        found.append(act("take", f"{url}/take", _TAKE, _TAKEN))
    if "decline" in events:
        fields = (
            Field(
                "code",
                _WHY,
                kind="choice",
                choices=[Choice(code.value, code.text) for code in DeclineCode],
            ),
            Field(
                "decline-reason",
                _WORDS,
                kind="long",
                hint=_WORDS_HINT,
                required=False,
                longest=1000,
            ),
        )
        found.append(
            act("decline", f"{url}/decline", _DECLINE, _DECLINED, fields=fields, danger=True)
        )
    return found


def referral_facts(one: ReferralView, *, product: str, now: datetime) -> Facts:
    clock = hours_left(one.due_at, now=now) if one.state in {"waiting", "taken"} else None
    reason: Any = one.reason
    if one.reason_code in set(DeclineCode):
        reason = Several([DeclineCode(one.reason_code).text, *([one.reason] if one.reason else [])])
    return Facts(
        [
            (Text(en="state", zh="状态"), state_of(one.state, STATE_TEXTS)),
            (Text(en="came by", zh="对接方式"), MODES.get(one.mode)),
            (Text(en="product", zh="产品"), product),
            (Text(en="version", zh="产品版本"), one.product_version),
            (Text(en="since", zh="发起时间"), one.made_at),
            (Text(en="due", zh="截止时间"), one.due_at),
            (Text(en="time left", zh="剩余时限"), clock),
            (Text(en="reason", zh="原因"), reason),
        ]
    )
