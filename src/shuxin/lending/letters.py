"""Letters to a firm whose application was declined (婉拒告知书): why, what would change it, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.lending.application_rows import review_until, seen_by, view
from shuxin.market import api as market

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from shuxin.kernel.text import Language
    from shuxin.lending.domain.offers import DeclineReason

_FEN_PER_10K = 1_000_000
TITLE = Text(en="Decision on a loan application", zh="贷款申请审批结果告知书")
_SOURCES = {
    "application": Text(
        en="what you stated in the application and of your firm", zh="您在申请中填报的信息"
    ),
    "open": Text(en="public records of departments", zh="政府部门公开信息"),
    "own": Text(en="the lender's own records of your firm", zh="贷款机构自有的业务数据"),
    "joint": Text(
        en="a joint score of the data holders that you authorised; their data stayed with them",
        zh="经您授权的数据来源出具的联合评分（原始数据未离开各数据来源）",
    ),
}
_RIGHTS = (
    Text(
        en="If a record is wrong, object to it under 'My data'; its holder has to answer within 20 days.",
        zh="如认为所依据的信息有误，可在“我的数据”中提出异议，数据来源单位须在20日内答复。",
    ),
    Text(
        en="'Uses of my data' shows each use; under 'Authorisations' you may withdraw an authorisation.",
        zh="您可在“使用记录”中查看数据的每次使用，并可在“授权管理”中随时撤回授权。",
    ),
    Text(
        en="You may apply anew at any time, to this lender or another; this letter is no mark against you.",
        zh="您可随时重新申请，或选择其他机构的产品；本次结果不影响您的后续申请。",
    ),
)
_REVIEW = Text(
    en="A system decided. Until {day} you may ask on the application's page that a person looks at it.",
    zh="本结果由系统自动作出。您可在 {day} 前于申请页面要求人工复核。",
)
_BY_PERSON = Text(en="A person decided.", zh="本结果由贷款机构审批人员作出。")
_NO_REVIEW = Text(
    en="A system decided; the time to ask for a person is over.",
    zh="本结果由系统自动作出，申请人工复核的期限已过。",
)


class NotDeclined(Conflict):
    code = "application_not_declined"
    what = Text(en="this application was not declined", zh="该申请未被拒绝，没有告知书")
    mend = Text(en="Look at its state", zh="请查看申请状态")


@dataclass(frozen=True, slots=True)
class Letter:
    """What the firm is told. ``paths``: pages of the platform, by what they are for."""

    application: str
    lender: str
    firm: str
    product: str
    amount_fen: int
    term_months: int
    decided_at: dt.datetime
    decision: str
    reasons: tuple[DeclineReason, ...]
    sources: tuple[Text, ...]
    rights: tuple[Text, ...]
    review: Text
    review_until: dt.datetime | None
    paths: tuple[tuple[str, str], ...] = (
        ("objection", "/my/data"),
        ("grants", "/inbox"),
        ("uses", "/my/uses"),
    )


def decline_letter(key: str, *, viewer: str) -> Letter:
    """Raises ThingUnknown, NotDeclined."""
    row = seen_by(key, viewer)
    if row.state != "declined" or row.answered_at is None:
        raise NotDeclined
    found, until = view(row), review_until(row)
    terms = market.product_terms(row.product, row.product_version)
    return Letter(
        application=row.key,
        lender=row.lender,
        firm=found.firm.name,
        product=terms.name,
        amount_fen=row.amount_fen,
        term_months=row.term_months,
        decided_at=row.answered_at,
        decision=found.decision,
        reasons=found.reasons,
        sources=tuple(_SOURCES[one] for one in found.sources if one in _SOURCES),
        rights=_RIGHTS,
        review=_review(until, by_person=found.by_person),
        review_until=until,
    )


def _review(until: dt.datetime | None, *, by_person: bool) -> Text:
    if by_person:
        return _BY_PERSON
    if until is None:
        return _NO_REVIEW
    day = until.astimezone(CHINA_TIME).date().isoformat()
    return Text(en=_REVIEW.say("en", day=day), zh=_REVIEW.say("zh", day=day))


def letter_pdf(letter: Letter, *, lender: str, language: Language, fonts: Path) -> bytes:
    """On A4, the same bytes for the same letter. lender: its name. Raises FontMissing, GlyphMissing."""
    from shuxin.scoring.api import document_pdf  # noqa: PLC0415 - heavy

    return document_pdf(
        kind=Text(en="Letter", zh="告知书").say(language),
        title=TITLE.say(language),
        facts=_facts(letter, lender, language),
        sections=_sections(letter, language),
        foot=f"{letter.application} · {letter.decision[:16]}",
        language=language,
        fonts=fonts,
    )


def _facts(letter: Letter, lender: str, language: Language) -> tuple[tuple[str, str], ...]:
    said = {
        Text(en="To", zh="致"): letter.firm,
        Text(en="From", zh="贷款机构"): lender,
        Text(en="Product", zh="产品"): letter.product,
        Text(en="Applied for", zh="申请金额"): Text(
            en="CNY {n:,.1f} x 10,000, {m} months", zh="{n:,.1f} 万元，{m} 个月"
        ).say(language, n=letter.amount_fen / _FEN_PER_10K, m=letter.term_months),
        Text(en="Decided on", zh="审批日期"): letter.decided_at.astimezone(CHINA_TIME)
        .date()
        .isoformat(),
    }
    return tuple((label.say(language), value) for label, value in said.items())


def _sections(letter: Letter, language: Language) -> tuple[tuple[str, tuple[str, ...]], ...]:
    zh = language == "zh"
    why = tuple(one.zh if zh else one.en for one in letter.reasons)
    change = tuple(one.change_zh if zh else one.change_en for one in letter.reasons)
    blocks = (
        (Text(en="The application was not approved because", zh="未通过原因"), why),
        (Text(en="What would change it", zh="如何改善"), tuple(filter(None, change))),
        (
            Text(en="What the decision rests on", zh="审批所依据的信息"),
            tuple(one.say(language) for one in letter.sources),
        ),
        (
            Text(en="What you may do", zh="您的权利"),
            (letter.review.say(language), *(one.say(language) for one in letter.rights)),
        ),
    )
    return tuple((heading.say(language), lines) for heading, lines in blocks if lines)
