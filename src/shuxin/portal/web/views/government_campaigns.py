"""What the pages of campaigns gather: quotas from a form, the firms, the funnel as a chart, links with codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Axis, Chart, Choice, Column, Field, Filter, Kind, Series, Table
from shuxin.portal.web.parts import State as Said
from shuxin.portal.web.views import government as shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

CAMPAIGNS_TITLE = Text(en="Campaigns", zh="对接活动")
_QUOTAS = Text(en="quotas", zh="银行名额")
_LONGEST_QUOTA = 6
_TONES = {"draft": "busy", "running": "good", "ended": "quiet"}


def public_origin() -> str:
    """The address under which people reach this platform."""
    return str(settings.CSRF_TRUSTED_ORIGINS[0])


def campaigns_table(request: HttpRequest, found: Sequence[Any], texts: dict[str, Text]) -> Table:
    """Campaigns of the officer's region."""
    return Table.shown(
        request,
        name="campaigns",
        columns=(
            Column("title", Text(en="Campaign", zh="活动"), link="url"),
            Column("region", Text(en="Place", zh="地区")),
            Column("grades", Text(en="Tax grades", zh="纳税信用级别")),
            Column("lenders", Text(en="Lenders", zh="参与银行"), kind=Kind.NUMBER),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("at", Text(en="Changed", zh="更新时间"), kind=Kind.TIME),
        ),
        rows=[
            {
                "title": one.title,
                "url": f"/government/campaigns/{one.key}",
                "region": shown.region_name(one.region),
                "grades": list(one.grades),
                "lenders": len(one.quotas),
                "state": Said(texts[one.state], _TONES[one.state]),  # type: ignore[arg-type]
                "at": one.changed_at,
            }
            for one in found
        ],
        empty=Text(en="There is no campaign.", zh="暂无对接活动。"),
    )


def campaign_fields(request: HttpRequest, region: str) -> list[Field]:
    """The form of a campaign, with a quota for each bank."""
    post = request.POST
    return [
        Field("title", Text(en="Title", zh="活动名称"), value=post.get("title", "")),
        Field(
            "region",
            Text(en="Region code", zh="行政区划代码"),
            value=post.get("region", region),
            longest=6,
            hint=Text(en="Two, four or six digits", zh="两位、四位或六位"),
        ),
        Field(
            "grades",
            Text(en="Tax grades", zh="纳税信用级别"),
            kind="some",
            value=post.getlist("grades") or ("A", "B"),
            choices=[Choice(grade, grade) for grade in ("A", "B", "M", "C", "D")],
        ),
        *(
            Field(
                f"quota-{code}",
                Text(en=f"{name}: firms it can visit", zh=f"{name}可对接户数"),
                kind="number",
                value=post.get(f"quota-{code}", ""),
                required=False,
                longest=6,
            )
            for code, name in _banks()
        ),
    ]


def quotas_of(request: HttpRequest) -> dict[str, int]:
    """From the form; a bank without a number does not take part. Raises FieldWrong."""
    found: dict[str, int] = {}
    for code, _ in _banks():
        typed = shown.typed(request, f"quota-{code}")
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_QUOTA):
            raise shown.wrong(_QUOTAS)
        if typed and int(typed):
            found[f"uscc:{code}"] = int(typed)
    return found


def _banks() -> list[tuple[str, str]]:
    """Code and name of the banks that the platform trusts."""
    return [(shown.code_of(party), name) for party, name in shown.institutions("bank")]


def firms_table(
    request: HttpRequest, key: str, firms: Sequence[Any], why: dict[str, Text]
) -> Table:
    """The firms of a campaign, which bank visits each and why, how far it came."""
    known = shown.names()
    nobody = Text(en="nobody", zh="未分配")
    return Table.shown(
        request,
        name="firms",
        columns=(
            Column("name", Text(en="Firm", zh="企业"), link="url"),
            Column("code", Text(en="Code", zh="统一社会信用代码"), kind=Kind.CODE),
            Column("grade", Text(en="Grade", zh="纳税级别")),
            Column("lender", Text(en="Bank", zh="对接银行")),
            Column("why", Text(en="Why this bank", zh="分配依据")),
            Column("replied", Text(en="Questionnaire", zh="问卷"), kind=Kind.STATE),
            Column("far", Text(en="Contact", zh="对接进展")),
        ),
        rows=[
            {
                "name": one.name,
                "url": f"/government/campaigns/{key}/firms/{one.key}" if one.lender else "",
                "code": shown.code_of(one.firm),
                "grade": one.grade,
                "lender": known.get(one.lender, one.lender) or nobody,
                "why": why.get(one.why, Text(en="", zh="")),
                "replied": Said(Text(en="answered", zh="已填写"), "good")
                if one.answers
                else Said(Text(en="open", zh="未填写")),
                "far": one.furthest.text if one.furthest else "",
            }
            for one in firms
        ],
        filters=(
            Filter("lender", Text(en="Bank", zh="对接银行")),
            Filter("replied", Text(en="Questionnaire", zh="问卷")),
        ),
        empty=Text(en="No firm is in this campaign yet.", zh="尚未导入企业。"),
    )


def funnel_chart(funnel: Any) -> Chart:
    """From the list to the loan."""
    stages = (
        (Text(en="assigned", zh="已分配"), funnel.assigned),
        (Text(en="answered", zh="已填问卷"), funnel.replied),
        (Text(en="contacted", zh="已对接"), funnel.contacted),
        (Text(en="interested", zh="有意向"), funnel.interested),
        (Text(en="applied", zh="已申请"), funnel.applied),
        (Text(en="lent", zh="已放款"), funnel.lent),
    )
    return Chart(
        name="funnel",
        title=Text(en="From the list to the loan", zh="转化漏斗"),
        kind="bar",
        x=Axis(Text(en="Stage", zh="阶段")),
        y=Axis(Text(en="Firms", zh="企业数")),
        categories=[text for text, _ in stages],
        series=[Series(Text(en="Firms", zh="企业数"), [count for _, count in stages])],
    )
