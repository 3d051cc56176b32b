"""What the pages of policies gather: the form of a policy, its words, the list of versions, what a firm may have."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Listed, Text
from shuxin.portal.web.parts import Choice, Code, Column, Facts, Field, Filter, Kind, Table
from shuxin.portal.web.parts import State as Said
from shuxin.portal.web.views import government as shown
from shuxin.portal.web.views.administering import Act

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from shuxin.portal.web.parts.cells import Tone

POLICIES_TITLE = Text(en="Policies", zh="惠企政策")
EXAMPLE = Text(en="an example, nobody's policy", zh="示例，非真实政策")
_TONES: dict[str, Tone] = {
    "draft": "busy",
    "review": "warn",
    "in_force": "good",
    "replaced": "quiet",
    "ended": "quiet",
    "dropped": "quiet",
}
STEP_WORDS = {
    "begin": Text(en="Begun", zh="新建"),
    "edit": Text(en="Changed", zh="修改"),
    "submit": Text(en="Given to a second person", zh="提交复核"),
    "return": Text(en="Given back", zh="退回修改"),
    "publish": Text(en="Published", zh="复核发布"),
    "replace": Text(en="Replaced by a newer version", zh="被新版本替代"),
    "end": Text(en="Ended", zh="停止执行"),
    "drop": Text(en="Dropped", zh="作废"),
}
_LINES = (
    ("title_zh", Text(en="Title in Chinese", zh="政策名称（中文）"), 120, "text"),
    ("title_en", Text(en="Title in English", zh="政策名称（英文）"), 120, "text"),
    ("office_zh", Text(en="Office in Chinese", zh="主管部门（中文）"), 120, "text"),
    ("office_en", Text(en="Office in English", zh="主管部门（英文）"), 120, "text"),
    ("benefit_zh", Text(en="What it gives, in Chinese", zh="支持内容（中文）"), 600, "long"),
    ("benefit_en", Text(en="What it gives, in English", zh="支持内容（英文）"), 600, "long"),
    ("apply_zh", Text(en="How to apply, in Chinese", zh="申请方式（中文）"), 600, "long"),
    ("apply_en", Text(en="How to apply, in English", zh="申请方式（英文）"), 600, "long"),
)


def policies_table(request: HttpRequest, found: Sequence[Any], texts: dict[str, Text]) -> Table:
    """All versions, the newest of each policy first."""
    return Table.shown(
        request,
        name="policies",
        columns=(
            Column("title", Text(en="Policy", zh="政策"), link="url"),
            Column("kind", Text(en="Kind", zh="类型")),
            Column("office", Text(en="Office", zh="主管部门")),
            Column("number", Text(en="Version", zh="版本"), kind=Kind.NUMBER),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("opens", Text(en="From", zh="开始日"), kind=Kind.DAY),
            Column("closes", Text(en="Until", zh="截止日"), kind=Kind.DAY),
            Column("example", Text(en="Remark", zh="备注")),
        ),
        rows=[
            {
                "title": one.terms.title,
                "url": f"/government/policies/{one.key}",
                "kind": one.terms.kind.text,
                "office": one.terms.office,
                "number": one.number,
                "state": Said(texts[one.state], _TONES[one.state]),
                "opens": one.terms.opens_on,
                "closes": one.terms.closes_on,
                "example": EXAMPLE if one.terms.is_example else "",
            }
            for one in found
        ],
        filters=(
            Filter("state", Text(en="State", zh="状态")),
            Filter("kind", Text(en="Kind", zh="类型")),
        ),
        empty=Text(en="There is no policy.", zh="暂无政策。"),
    )


def policy_facts(one: Any, texts: dict[str, Text]) -> Facts:
    """One version, its conditions line by line."""
    terms = one.terms
    example = [(Text(en="Remark", zh="备注"), EXAMPLE)] if terms.is_example else []
    return Facts(
        [
            (Text(en="State", zh="状态"), Said(texts[one.state], _TONES[one.state])),
            *example,
            (Text(en="Kind", zh="类型"), terms.kind.text),
            (Text(en="Office", zh="主管部门"), terms.office),
            (Text(en="What it gives", zh="支持内容"), terms.benefit),
            (Text(en="How to apply", zh="申请方式"), terms.apply),
            (Text(en="From", zh="开始日"), terms.opens_on),
            (
                Text(en="Until", zh="截止日"),
                terms.closes_on or Text(en="without end", zh="长期有效"),
            ),
            (Text(en="Official document", zh="政策依据"), terms.basis),
            (Text(en="Version", zh="版本"), one.number),
            (Text(en="SHA-256 of this version", zh="本版本 SHA-256"), Code(one.digest)),
        ]
    )


def policy_fields(post: Any, *, terms: Any = None, is_new: bool) -> list[Field]:
    """The form, with what was typed or what the version says."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    def was(name: str) -> str:
        kept = getattr(terms, name, "") if terms else ""
        return str(post.get(name, kept if kept is not None else ""))

    name = Field(
        "name",
        Text(en="Short name", zh="政策代号"),
        value=was("name"),
        longest=40,
        hint=Text(en="Small letters, digits and -", zh="小写字母、数字和短横线"),
    )
    kinds = [Choice(kind.value, kind.text) for kind in government.PolicyKind]
    kind = Field(
        "kind", Text(en="Kind", zh="类型"), kind="choice", value=was("kind"), choices=kinds
    )
    lines = [
        Field(field, text, kind=shape, value=was(field), longest=longest)  # type: ignore[arg-type]
        for field, text, longest, shape in _LINES
    ]
    return [*([name] if is_new else []), kind, *lines, *_conditions(was)]


def _conditions(was: Any) -> list[Field]:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    facts = government.POLICY_FIELDS.values()
    en = "; ".join(f"{one.label.en}: {one.allowed.en}" for one in facts)
    zh = "；".join(f"{one.label.zh}：{one.allowed.zh}" for one in facts)
    return [
        Field(
            "conditions",
            Text(en="Conditions", zh="条件"),
            kind="long",
            value=was("conditions"),
            longest=8000,
            hint=Text(
                en=f"One a line, all must hold; under a line 'any', indented by two spaces, one of them. {en}",
                zh=f"每行一个条件，须全部满足；写 any 并将其下各行缩进两个空格，表示满足其一。{zh}",
            ),
        ),
        Field("opens_on", Text(en="First day", zh="开始日"), kind="date", value=was("opens_on")),
        Field(
            "closes_on",
            Text(en="Last day", zh="截止日"),
            kind="date",
            value=was("closes_on"),
            required=False,
        ),
        Field(
            "basis",
            Text(en="Official document", zh="政策依据（文号）"),
            value=was("basis"),
            longest=120,
            required=False,
        ),
    ]


def terms_of(request: HttpRequest, *, name: str = "") -> Any:
    """The policy that the form says. Raises FieldWrong, SupportPolicyInvalid, ConditionInvalid."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    kind = shown.typed(request, "kind")
    if kind not in set(government.PolicyKind):
        raise shown.wrong(Text(en="kind", zh="类型"))
    opens = _day(request, "opens_on", Text(en="first day", zh="开始日"))
    if opens is None:
        raise shown.wrong(Text(en="first day", zh="开始日"))
    lines: dict[str, Any] = {field: shown.typed(request, field) for field, _, _, _ in _LINES}
    return government.PolicyTerms(
        name=name or shown.typed(request, "name"),
        kind=government.PolicyKind(kind),
        **lines,
        conditions=request.POST.get("conditions", "").replace("\r\n", "\n"),
        opens_on=opens,
        closes_on=_day(request, "closes_on", Text(en="last day", zh="截止日")),
        basis=shown.typed(request, "basis"),
    )


def _day(request: HttpRequest, name: str, label: Text) -> dt.date | None:
    typed = shown.typed(request, name)
    try:
        return dt.date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise shown.wrong(label) from error


def steps_for(one: Any, who: str) -> list[Act]:
    """What this officer may do with this version."""
    url = f"/government/policies/{one.key}/"
    reason = Field("reason", Text(en="Reason", zh="原因"), kind="long", longest=300)
    buttons = {
        "submit": (Text(en="Give to a second person", zh="提交复核"), (), False),
        "publish": (Text(en="Publish", zh="复核发布"), (), False),
        "return": (Text(en="Give back", zh="退回修改"), (reason,), False),
        "end": (Text(en="End it", zh="停止执行"), (reason,), True),
        "drop": (Text(en="Drop the draft", zh="作废草稿"), (), True),
    }
    allowed = {
        "draft": ("submit", "drop"),
        "review": ("return",) if one.by == who else ("publish", "return"),
        "in_force": ("end",),
    }.get(one.state, ())
    return [
        Act(
            name=step,
            url=f"{url}{step}",
            button=buttons[step][0],
            title=buttons[step][0],
            fields=buttons[step][1],
            danger=buttons[step][2],
        )
        for step in allowed
    ]


def matches(found: Sequence[Any]) -> list[dict[str, Any]]:
    """What a firm reads of each policy: may have it, or why not, or what it would have to say; by when."""
    tones: dict[str, Tone] = {"yes": "good", "no": "quiet", "unknown": "warn"}
    words = {
        "yes": Text(en="you may have it", zh="符合条件"),
        "no": Text(en="not for you", zh="暂不符合"),
        "unknown": Text(en="cannot tell yet", zh="信息不足，尚不能判断"),
    }
    return [
        {
            "terms": one.terms,
            "state": Said(words[one.truth.value], tones[one.truth.value]),
            "why_not": Listed(one.why_not) if one.why_not else None,
            "say": Listed(one.say) if one.say else None,
            "is_open": one.is_open,
            "days": one.days_left,
            "soon": one.days_left is not None and one.days_left <= 30,  # noqa: PLR2004 - a month
        }
        for one in found
    ]
