"""What the pages of government share: who acts, where it works, the words of tables, and forms read once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.infra.api import CHINA, settings_from_environment
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import InvalidInput, NotPermitted
from shuxin.kernel.machine import Actor
from shuxin.kernel.region import (
    InvalidRegionCode,
    RegionCode,
    published_regions,
    region_words,
)
from shuxin.kernel.text import Text
from shuxin.market.api import Doer, LoanUse
from shuxin.parties.api import read_trust
from shuxin.portal.bootstrap import journal_of
from shuxin.portal.web.figures import yuan
from shuxin.portal.web.parts import (
    Choice,
    Code,
    Column,
    Event,
    Facts,
    Field,
    Filter,
    Kind,
    Linked,
    Table,
    TimeLine,
)
from shuxin.portal.web.parts import State as Said
from shuxin.portal.web.views.administering import Several

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.market.api import StepView
    from shuxin.parties.api import accounts
    from shuxin.portal.web.parts.cells import Tone

_DISTRICT = 6
LISTS_TITLE = Text(en="Lists of firms", zh="企业清单")
VISITS_TITLE = Text(en="Visits", zh="走访记录")
VISITS = Linked(VISITS_TITLE, "/government/visits")
_TONES: dict[str, Tone] = {
    "declared": "busy",
    "recommended": "warn",
    "credited": "good",
    "lent": "good",
    "closed": "quiet",
}


class RegionMissing(NotPermitted):
    code = "government_region_missing"
    what = Text(en="your account has no region yet", zh="您的账户尚未设置辖区")
    mend = Text(
        en="Ask the operator of the platform to set the region in which you work",
        zh="请联系平台运营方为您设置辖区",
    )


class FieldWrong(InvalidInput):
    code = "government_field_wrong"
    what = Text(en="this cannot be read: {where}", zh="填写有误：{where}")
    mend = Text(en="Correct this place and send it again", zh="请更正该项后重新提交")


def doer_of(person: accounts.Person) -> Doer:
    """An officer of an office, whose steps are logged by this platform."""
    journal = journal_of(settings_from_environment())
    return Doer(Actor.GOVERNMENT, person.party, person.name, journal)


def region_of(person: accounts.Person) -> str:
    """The prefix of the codes of this officer's region. Raises RegionMissing."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    found: str | None = government.region_of(party=person.party, account=person.name)
    if found is None:
        raise RegionMissing
    return found


def region_name(prefix: str) -> Text:
    """Of a code or its first digits, as 玄武区; what is known of it and the digits where it has no name."""
    words = region_words(prefix)
    try:
        own = published_regions().name(RegionCode(prefix.ljust(_DISTRICT, "0")))
    except InvalidRegionCode:
        return words
    return Text(en=own, zh=own) if own else words


def institutions(kind: str) -> list[tuple[str, str]]:
    """Party and name of the institutions of this kind that the platform trusts."""
    pinned = read_trust(settings_from_environment().home).pinned
    found = {one.party: one.name for one in pinned if one.kind.value == kind}
    return sorted(found.items(), key=lambda one: one[1])


def names() -> dict[str, str]:
    """Party to name of every institution that the platform trusts."""
    return {one.party: one.name for one in read_trust(settings_from_environment().home).pinned}


def state_said(state: str, texts: dict[str, Text]) -> Said:
    return Said(texts[state], _TONES.get(state, "quiet"))


def code_of(party: str) -> str:
    """The unified social credit code of a party."""
    return party.removeprefix("uscc:")


def wrong(where: Text) -> FieldWrong:
    return FieldWrong(where=where)


def fen_of(request: HttpRequest, name: str, label: Text) -> int:
    """Whole yuan from a form, 0 when nothing was typed. Raises FieldWrong."""
    typed = request.POST.get(name, "").strip().replace(",", "").replace("，", "")
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 12):  # noqa: PLR2004 - no loan is longer
        raise wrong(label)
    return int(typed) * 100


def typed(request: HttpRequest, name: str) -> str:
    return str(request.POST.get(name, "")).strip()


def request_key(person: accounts.Person, **content: Any) -> str:
    """The same form sent twice has the same key."""
    return content_hash({"party": person.party, "by": person.name, **content})


def file_of(request: HttpRequest) -> bytes:
    """The file that came with the form, nothing when there is none."""
    found: Any = request.FILES.get("file")
    return bytes(found.read()) if found else b""


def history(
    steps: Sequence[StepView], words: dict[str, Text], *, known: dict[str, str]
) -> TimeLine:
    """Who did what when; the reason as it was given."""
    return TimeLine(
        [
            Event(
                one.at,
                words.get(one.event, Text(en=one.event, zh=one.event)),
                " · ".join(x for x in (known.get(one.party, one.party), one.by, one.reason) if x),
            )
            for one in steps
        ]
    )


STEP_WORDS = {
    "begin": Text(en="Declared", zh="列入申报清单"),
    "keep": Text(en="Judged; stays on the declared list", zh="核查五项标准"),
    "recommend": Text(en="Recommended", zh="列入推荐清单"),
    "return": Text(en="Back to the declared list", zh="退回申报清单"),
    "refuse": Text(en="A lender did not grant", zh="银行反馈：未授信"),
    "credit": Text(en="Credit granted", zh="银行反馈：已授信"),
    "lend": Text(en="Money lent", zh="银行反馈：已放款"),
    "close": Text(en="Taken off the lists", zh="移出清单"),
}


def lists_table(request: HttpRequest, firms: Sequence[Any], texts: dict[str, Text]) -> Table:
    """The three lists in one table."""
    return Table.shown(
        request,
        name="lists",
        columns=(
            Column("name", Text(en="Firm", zh="企业"), link="url"),
            Column("code", Text(en="Code", zh="统一社会信用代码"), kind=Kind.CODE),
            Column("region", Text(en="Place", zh="所在区县")),
            Column("amount", Text(en="Needs", zh="融资需求"), kind=Kind.FEN),
            Column("use", Text(en="For", zh="用途")),
            Column("state", Text(en="List", zh="所在清单"), kind=Kind.STATE),
            Column("failing", Text(en="Standards open", zh="未符合标准"), kind=Kind.NUMBER),
            Column("credited", Text(en="Credit granted", zh="授信金额"), kind=Kind.FEN),
            Column("at", Text(en="Changed", zh="更新时间"), kind=Kind.TIME),
        ),
        rows=[
            {
                "name": one.name,
                "url": f"/government/lists/{one.key}",
                "code": code_of(one.firm),
                "region": region_name(one.region),
                "amount": one.amount_fen,
                "use": one.use.text,
                "state": state_said(one.state, texts),
                "failing": len(one.failing),
                "credited": one.credited_fen or None,
                "at": one.changed_at,
            }
            for one in firms
        ],
        filters=(
            Filter("state", Text(en="List", zh="所在清单")),
            Filter("region", Text(en="Place", zh="所在区县")),
        ),
        empty=Text(en="No firm is on the lists.", zh="清单中暂无企业。"),
    )


def firm_facts(firm: Any, texts: dict[str, Text], known: dict[str, str]) -> Facts:
    """One entry of the lists."""
    to = [known.get(one, one) for one in firm.lenders]
    everybody = Text(en="all lenders", zh="全部银行")
    return Facts(
        [
            (Text(en="List", zh="所在清单"), state_said(firm.state, texts)),
            (Text(en="Code", zh="统一社会信用代码"), Code(code_of(firm.firm))),
            (Text(en="Place", zh="所在区县"), region_name(firm.region)),
            (Text(en="Needs", zh="融资需求"), amount(firm.amount_fen)),
            (Text(en="For", zh="用途"), firm.use.text),
            (Text(en="Why it stays", zh="未符合的标准"), firm.reason),
            (
                Text(en="Recommended to", zh="推荐银行"),
                everybody if firm.to_all else Several(to) if to else "",
            ),
        ]
    )


def amount(fen: int) -> Text:
    """An amount of money as people read it."""
    return Text(en=yuan(fen, "en"), zh=yuan(fen, "zh"))


def results_table(request: HttpRequest, firm: Any, known: dict[str, str]) -> Table:
    """What lenders reported of one firm."""
    tones: dict[str, Tone] = {"credited": "good", "lent": "good", "refused": "bad"}
    return Table.shown(
        request,
        name="results",
        columns=(
            Column("lender", Text(en="Lender", zh="银行")),
            Column("result", Text(en="Result", zh="结果"), kind=Kind.STATE),
            Column("amount", Text(en="Amount", zh="金额"), kind=Kind.FEN),
            Column("rate", Text(en="Rate", zh="年利率"), kind=Kind.PERCENT, digits=2),
            Column("reason", Text(en="Reason", zh="原因")),
            Column("at", Text(en="When", zh="时间"), kind=Kind.TIME),
        ),
        rows=[
            {
                "lender": known.get(one.lender, one.lender),
                "result": Said(one.result.text, tones[one.result.value]),
                "amount": one.amount_fen or None,
                "rate": None if one.rate_bp is None else one.rate_bp / 10_000,
                "reason": one.reason,
                "at": one.at,
            }
            for one in firm.results
        ],
        empty=Text(en="No lender has reported yet.", zh="银行暂未反馈。"),
    )


def visits_table(request: HttpRequest, visits: Sequence[Any]) -> Table:
    """Visits of the officer's region."""
    yes, no = Text(en="has needs", zh="有需求"), Text(en="none", zh="无需求")
    return Table.shown(
        request,
        name="visits",
        columns=(
            Column("on", Text(en="Day", zh="走访日期"), kind=Kind.DAY),
            Column("name", Text(en="Firm", zh="企业")),
            Column("code", Text(en="Code", zh="统一社会信用代码"), kind=Kind.CODE),
            Column("region", Text(en="Place", zh="所在区县")),
            Column("visitor", Text(en="Visitor", zh="走访人")),
            Column("needs", Text(en="Needs", zh="融资需求"), kind=Kind.STATE),
            Column("amount", Text(en="Amount", zh="需求金额"), kind=Kind.FEN),
            Column("note", Text(en="Note", zh="备注")),
        ),
        rows=[
            {
                "on": one.visited_on,
                "name": one.name,
                "code": code_of(one.firm),
                "region": region_name(one.region),
                "visitor": one.visitor,
                "needs": Said(yes, "busy") if one.found_needs else Said(no),
                "amount": one.amount_fen or None,
                "note": one.note,
            }
            for one in visits
        ],
        filters=(
            Filter("needs", Text(en="Needs", zh="融资需求")),
            Filter("visitor", Text(en="Visitor", zh="走访人")),
        ),
        empty=Text(en="No visit is recorded.", zh="暂无走访记录。"),
    )


def visit_fields(request: HttpRequest, *, now: datetime) -> list[Field]:
    """The form of a visit, with what was typed."""
    post = request.POST
    yes_no = (
        Choice("yes", Text(en="needs money", zh="有融资需求")),
        Choice("no", Text(en="needs none", zh="无融资需求")),
    )
    today = now.astimezone(CHINA).date().isoformat()
    return [
        Field(
            "firm",
            Text(en="Unified social credit code", zh="统一社会信用代码"),
            value=post.get("firm", ""),
            longest=18,
        ),
        Field("name", Text(en="Name of the firm", zh="企业名称"), value=post.get("name", "")),
        Field(
            "region",
            Text(en="Region code", zh="行政区划代码"),
            value=post.get("region", ""),
            hint=Text(en="Six digits, of your region", zh="六位代码，须在本人辖区内"),
            longest=6,
        ),
        Field(
            "visited_on",
            Text(en="Day of the visit", zh="走访日期"),
            kind="date",
            value=post.get("visited_on", today),
        ),
        Field("visitor", Text(en="Who visited", zh="走访人"), value=post.get("visitor", "")),
        Field(
            "needs",
            Text(en="Does it need money?", zh="有无融资需求"),
            kind="one",
            value=post.get("needs", ""),
            choices=yes_no,
        ),
        Field(
            "amount",
            Text(en="How much, in yuan", zh="需求金额（元）"),
            value=post.get("amount", ""),
            hint=Text(
                en="1,000 to 30,000,000, when it needs money", zh="有需求时填写，1 千元至 3000 万元"
            ),
            required=False,
        ),
        Field(
            "use",
            Text(en="What for", zh="贷款用途"),
            kind="choice",
            value=post.get("use", ""),
            choices=[Choice(use.value, use.text) for use in LoanUse],
            required=False,
        ),
        Field(
            "note",
            Text(en="Note", zh="备注"),
            kind="long",
            value=post.get("note", ""),
            required=False,
            longest=1000,
        ),
    ]
