"""Campaigns as a bank's pages show them: its share of the firms, whom it may call, what came of a contact."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Choice, Column, Facts, Field, Filter, Kind, State, Table
from shuxin.portal.web.views.administering import Several
from shuxin.portal.web.views.bank_board import region_text
from shuxin.portal.web.views.typed import amount_fen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, QueryDict

    from shuxin.market.api import government
    from shuxin.portal.web.parts.cells import Tone

CAMPAIGNS = Text(en="Campaigns", zh="对接活动")
_CHOOSE = Text(en="Choose what came of it.", zh="请选择对接结果。")
_AMOUNT = Text(
    en="An amount of 万元, such as 50 or 12.5.", zh="请填写以万元为单位的金额，如 50 或 12.5。"
)
_LONGEST_NOTE = 1000
_TONES: dict[str, Tone] = {"running": "good", "ended": "quiet"}
_FAR: dict[str, Tone] = {
    "unreached": "warn",
    "contacted": "busy",
    "interested": "good",
    "applied": "good",
    "lent": "good",
    "declined": "quiet",
}
_CAMPAIGNS = (
    Column("title", Text(en="Campaign", zh="活动"), link="url"),
    Column("region", Text(en="Region", zh="地区")),
    Column("quota", Text(en="Quota", zh="本行名额"), kind=Kind.NUMBER),
    Column("firms", Text(en="Firms", zh="分配企业"), kind=Kind.NUMBER),
    Column("visited", Text(en="With a contact", zh="已登记对接"), kind=Kind.NUMBER),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("at", Text(en="Since", zh="起始时间"), kind=Kind.TIME),
)
_TO_CALL = (
    Column("name", Text(en="Firm", zh="企业"), link="url"),
    Column("code", Text(en="Code", zh="统一社会信用代码"), kind=Kind.CODE),
    Column("grade", Text(en="Tax grade", zh="纳税信用级别")),
    Column("replied", Text(en="Questionnaire", zh="问卷"), kind=Kind.STATE),
    Column("needs", Text(en="Needs a loan", zh="融资需求")),
    Column("amount", Text(en="How much", zh="需求金额")),
    Column("far", Text(en="Contact", zh="对接进展"), kind=Kind.STATE),
    Column("last", Text(en="Last contact", zh="最近对接"), kind=Kind.TIME),
)
_UNWANTED = (
    Column("name", Text(en="Firm", zh="企业")),
    Column("code", Text(en="Code", zh="统一社会信用代码"), kind=Kind.CODE),
    Column("grade", Text(en="Tax grade", zh="纳税信用级别")),
)
_CONTACTS = (
    Column("at", Text(en="When", zh="时间"), kind=Kind.TIME),
    Column("result", Text(en="Result", zh="对接结果"), kind=Kind.STATE),
    Column("amount", Text(en="Lent", zh="放款金额"), kind=Kind.FEN),
    Column("note", Text(en="Need and note", zh="需求及备注")),
    Column("by", Text(en="Recorded by", zh="登记人")),
)
_NOT_YET = State(Text(en="none yet", zh="未对接"), "quiet")
_UNKNOWN = Text(en="not known", zh="未知")
_AGREES = State(Text(en="agreed to a call", zh="同意联系"), "good")
_OPEN = State(Text(en="not answered", zh="未填写"), "quiet")
_APPLIED = State(Text(en="applied itself", zh="自行申请"), "good")


@dataclass(frozen=True, slots=True)
class Told:
    """What an officer typed of a contact, or what is wrong with which field."""

    result: str = ""
    amount_fen: int = 0
    note: str = ""
    problems: Mapping[str, Text] = field(default_factory=dict)


def told(given: QueryDict) -> Told:
    """Of the form of a contact; the amount counts for a loan only."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    problems: dict[str, Text] = {}
    result, amount = given.get("result", ""), 0
    if result not in set(government.ContactKind):
        problems["result"] = _CHOOSE
    if result == government.ContactKind.LENT:
        amount = amount_fen(given.get("amount", "")) or 0
        if not amount:
            problems["amount"] = _AMOUNT
    return Told(result, amount, given.get("note", "").strip()[:_LONGEST_NOTE], problems)


def contact_fields(given: Mapping[str, str], problems: Mapping[str, Text]) -> list[Field]:
    """Reached or not and how far, the amount of a loan, what the firm needs."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    return [
        Field(
            "result",
            Text(en="What came of it", zh="对接结果"),
            kind="one",
            value=given.get("result", ""),
            choices=[Choice(kind.value, kind.text) for kind in government.ContactKind],
            error=problems.get("result"),
        ),
        Field(
            "amount",
            Text(en="Lent, 万元", zh="放款金额（万元）"),
            value=given.get("amount", ""),
            hint=Text(en="Only when money was lent.", zh="仅已放款时填写。"),
            error=problems.get("amount"),
            required=False,
            longest=20,
        ),
        Field(
            "note",
            Text(en="What the firm needs, and a note", zh="企业需求及备注"),
            kind="long",
            value=given.get("note", ""),
            hint=Text(
                en="The office that runs the campaign sees how far it came, not the note.",
                zh="主管部门可看到对接进展，不可看到备注。",
            ),
            error=problems.get("note"),
            required=False,
            longest=_LONGEST_NOTE,
        ),
    ]


def campaigns_table(request: HttpRequest, found: Sequence[government.LenderCampaign]) -> Table:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    rows = [
        {
            "title": one.title,
            "url": f"/bank/campaigns/{one.key}",
            "region": region_text(one.region),
            "quota": one.quota,
            "firms": one.firms,
            "visited": one.visited,
            "state": state_of(one, government.CAMPAIGN_TEXTS),
            "at": one.changed_at,
        }
        for one in found
    ]
    return Table.shown(
        request,
        name="campaigns",
        columns=_CAMPAIGNS,
        rows=rows,
        filters=(Filter("state", Text(en="State", zh="状态")),),
        empty=Text(en="No campaign gave firms to this bank yet.", zh="暂无分配给本行企业的活动。"),
    )


def state_of(one: government.LenderCampaign, texts: Mapping[str, Text]) -> State:
    return State(
        texts.get(one.state, Text(en=one.state, zh=one.state)), _TONES.get(one.state, "quiet")
    )


def campaign_facts(
    one: government.LenderCampaign, firms: Sequence[government.CampaignCustomer]
) -> Facts:
    """The share of this bank and how far it came."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    return Facts(
        [
            (Text(en="state", zh="状态"), state_of(one, government.CAMPAIGN_TEXTS)),
            (Text(en="region", zh="地区"), region_text(one.region)),
            (Text(en="tax grades", zh="纳税信用级别"), Several(list(one.grades))),
            (Text(en="quota of this bank", zh="本行名额"), one.quota),
            (Text(en="firms given to it", zh="分配企业"), len(firms)),
            (Text(en="questionnaires answered", zh="已填问卷"), sum(f.has_replied for f in firms)),
            (Text(en="with a contact", zh="已登记对接"), sum(bool(f.contacts) for f in firms)),
            (Text(en="want no call", zh="不同意联系"), sum(not f.may_contact for f in firms)),
        ]
    )


def calling_table(
    request: HttpRequest, key: str, firms: Sequence[government.CampaignCustomer]
) -> Table:
    """Those that this bank may contact."""
    rows = [
        {
            "name": one.name,
            "url": f"/bank/campaigns/{key}/{one.key}",
            "code": one.firm.removeprefix("uscc:"),
            "grade": one.grade,
            "replied": replied(one),
            "needs": answer_text(one, "needs") or _UNKNOWN,
            "amount": answer_text(one, "amount"),
            "far": far(one),
            "last": one.contacts[-1].at if one.contacts else None,
        }
        for one in firms
        if one.may_contact
    ]
    return Table.shown(
        request,
        name="firms",
        columns=_TO_CALL,
        rows=rows,
        filters=(
            Filter("replied", Text(en="Questionnaire", zh="问卷")),
            Filter("needs", Text(en="Needs a loan", zh="融资需求")),
            Filter("far", Text(en="Contact", zh="对接进展")),
        ),
        empty=Text(
            en="No firm of this share may be called.", zh="本行分配企业中没有可联系的企业。"
        ),
    )


def unwanted_table(
    request: HttpRequest, firms: Sequence[government.CampaignCustomer]
) -> Table | None:
    """Those that want no call, so that nobody calls them by mistake; None without any."""
    rows = [
        {"name": one.name, "code": one.firm.removeprefix("uscc:"), "grade": one.grade}
        for one in firms
        if not one.may_contact
    ]
    return Table.shown(request, name="unwanted", columns=_UNWANTED, rows=rows) if rows else None


def replied(one: government.CampaignCustomer) -> State:
    """What the questionnaire says about a call."""
    if not one.has_replied:
        return _OPEN
    return _AGREES if one.answers is not None else _APPLIED


def far(one: government.CampaignCustomer) -> State:
    return State(one.furthest.text, _FAR[one.furthest.value]) if one.furthest else _NOT_YET


def answer_text(one: government.CampaignCustomer, question: str) -> Any:
    """In words; "" where this bank may not see it."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    asked = next(each for each in government.QUESTIONS if each.code == question)
    return dict(asked.answers).get((one.answers or {}).get(question, ""), "")


def answers(one: government.CampaignCustomer) -> Facts | None:
    """The questionnaire as far as this bank may see it."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if one.answers is None:
        return None
    return Facts([(each.text, answer_text(one, each.code)) for each in government.QUESTIONS])


def firm_facts(one: government.CampaignCustomer) -> Facts:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    return Facts(
        [
            (Text(en="code", zh="统一社会信用代码"), one.firm.removeprefix("uscc:")),
            (Text(en="region", zh="地区"), region_text(one.region)),
            (Text(en="tax grade", zh="纳税信用级别"), one.grade),
            (Text(en="why this bank", zh="分配依据"), government.SHARE_WHY.get(one.why, "")),
            (Text(en="contact", zh="对接进展"), far(one)),
        ]
    )


def contacts_table(request: HttpRequest, one: government.CampaignCustomer) -> Table | None:
    """The newest first; None before the first contact."""
    rows = [
        {
            "at": each.at,
            "result": State(each.result.text, _FAR[each.result.value]),
            "amount": each.amount_fen or None,
            "note": each.note,
            "by": each.by.partition(" (api:")[0],
        }
        for each in reversed(one.contacts)
    ]
    return Table.shown(request, name="contacts", columns=_CONTACTS, rows=rows) if rows else None
