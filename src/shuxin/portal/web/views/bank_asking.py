"""The form by which a bank asks a firm for an authorisation (授权申请): from what was typed to terms, one a holder."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import Authorisation, Purpose
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC, InvalidUSCC
from shuxin.portal.web.parts import Choice, Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from shuxin.federation.api import Job
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

PURPOSES = (Purpose.CREDIT_DECISION, Purpose.POST_LOAN, Purpose.GUARANTEE, Purpose.REPORT)
"""What a bank asks for on this page."""
MOST_USES, MOST_DAYS, MOST_CATALOGUES, LONGEST_REASON = 1000, 730, 20, 300
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,120}")
_WHOLE = re.compile(r"[0-9]{1,6}")
_SUBJECT = Text(en="Firm (credit code)", zh="企业（统一社会信用代码）")
_HOLDERS = Text(en="Whose data", zh="数据来源")
_HOLDERS_HINT = Text(
    en="Each holder gets a request of its own, which the firm answers one by one.",
    zh="每个数据来源单独生成一份申请，由企业逐一答复。",
)
_PURPOSE = Text(en="What for", zh="使用目的")
_CATALOGUES = Text(en="Data sets", zh="数据集")
_CATALOGUES_HINT = Text(
    en="The catalogue names, one a line. Ask for no more than you need.",
    zh="填写目录名称，每行一个。请勿超出所需范围。",
)
_LEVEL = Text(en="Highest level", zh="最高分级")
_FROM, _TO = (
    Text(en="Data from", zh="数据起始日"),
    Text(en="Data until (not included)", zh="数据截止日（不含当日）"),
)
_USES = Text(en="Uses at most, at each holder", zh="每个数据来源最多使用次数")
_DAYS = Text(en="Valid for days", zh="有效天数")
_REASON = Text(en="Reason, in plain words", zh="申请理由（通俗说明）")
_REASON_HINT = Text(
    en="The firm reads this sentence before it decides.", zh="企业在决定前会看到这句话。"
)
_CODE_WRONG = Text(
    en="This is not a credit code: 18 digits and capitals, with a check symbol.",
    zh="统一社会信用代码应为 18 位数字与大写字母，且校验位正确。",
)
_CHOOSE = Text(en="Choose at least one.", zh="请至少选择一项。")
_LINES = Text(en="Write 1 to {most} names, one a line.", zh="请填写 1 至 {most} 个名称，每行一个。")
_NUMBER = Text(en="A whole number from 1 to {most}.", zh="请填写 1 至 {most} 的整数。")
_DAY = Text(en="A day such as 2026-06-30.", zh="请填写日期，如 2026-06-30。")
_ORDER = Text(en="It must lie after the first day.", zh="须晚于起始日。")
_WORDS = Text(en="Write 1 to {most} signs, on one line.", zh="请填写 1 至 {most} 字，不换行。")


@dataclass(frozen=True, slots=True)
class Scope:
    """What one holder is asked for: data sets, level, and period of the data."""

    holder: str
    catalogues: tuple[str, ...]
    level: int
    data_from: dt.date
    data_to: dt.date


@dataclass(frozen=True, slots=True)
class Service:
    """A joint service of this bank, as far as an authorisation for it needs to know."""

    job_id: str
    title: str
    purpose: Purpose
    until: dt.datetime
    scopes: tuple[Scope, ...]


def services_to_ask(settings: Settings, *, now: dt.datetime) -> list[Service]:
    """Open services whose label party this bank is; of a home without a node none."""
    from shuxin.federation.api import open_service, services_here  # noqa: PLC0415 - heavy
    from shuxin.portal.bootstrap import holder  # noqa: PLC0415 - beside its use

    own = holder(settings).party
    lines = [line for line in services_here(now=now) if line.is_open and line.label == own]
    return [_service(line.job_id, open_service(line.job_id, now=now), line.until) for line in lines]


def _service(job_id: str, job: Job, until: dt.datetime) -> Service:
    """Of holders whose rows rest on authorisations."""
    scopes = [
        Scope(one.party, (one.dataset,), one.level, one.data_from, one.data_to)
        for one in job.inputs
        if one.party in job.holders and one.ground.value == "authorisations"
    ]
    return Service(job_id, job.title, Purpose(job.purpose), until, tuple(scopes))


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed, all of it text."""

    subject: str = ""
    holders: tuple[str, ...] = ()
    purpose: str = Purpose.CREDIT_DECISION.value
    catalogues: str = ""
    level: str = "2"
    data_from: str = ""
    data_to: str = ""
    uses: str = "12"
    days: str = "180"
    reason: str = ""

    @classmethod
    def of(cls, given: QueryDict, *, before: Typed, sent: bool) -> Typed:
        """What was given, else what stood there before; a form that was sent with no holder ticked has none."""
        names = {one.name for one in fields(cls)} - {"holders"}
        said = {name: str(given[name])[:4000].strip() for name in names if name in given}
        said["subject"] = said.get("subject", before.subject).upper()
        ticked = tuple(given.getlist("holders")) if sent or "holders" in given else before.holders
        return replace(before, **said, holders=ticked)


def fresh(*, now: dt.datetime, service: Service | None, language: Language) -> Typed:
    """The form before anybody typed: with a service its terms, else the last two years."""
    today = now.date()
    if service is None:
        since = today.replace(year=today.year - 2, day=1)
        return Typed(
            data_from=since.isoformat(), data_to=(today + dt.timedelta(days=1)).isoformat()
        )
    reason = Text(
        en="To assess your application for credit by the joint score '{title}'.",
        zh="用于以联合评分“{title}”评估贵企业的授信申请。",
    )
    days = max(1, min(180, (service.until - now).days))
    return Typed(
        holders=tuple(one.holder for one in service.scopes),
        purpose=service.purpose.value,
        days=str(days),
        reason=reason.say(language, title=service.title)[:LONGEST_REASON],
    )


def bound(typed: Typed, service: Service) -> Typed:
    """With the service's own purpose, whatever was typed."""
    return replace(typed, purpose=service.purpose.value)


@dataclass(frozen=True, slots=True)
class Read:
    """What a form says: the terms to ask for, one a holder, or what is wrong with which field."""

    terms: tuple[Authorisation, ...] = ()
    problems: Mapping[str, Text | str] = field(default_factory=dict)


def read(
    typed: Typed,
    *,
    grantee: str,
    offered: Sequence[str],
    service: Service | None,
    language: Language,
    now: dt.datetime,
) -> Read:
    """offered: parties that may be asked. With a service its scopes count, whatever else was typed."""
    problems: dict[str, Text | str] = {}
    try:
        USCC(typed.subject)
    except InvalidUSCC:
        problems["subject"] = _CODE_WRONG
    if not typed.holders or not set(typed.holders) <= set(offered):
        problems["holders"] = _CHOOSE
    uses = _number(typed.uses, "uses", MOST_USES, problems, language)
    days = _number(typed.days, "days", MOST_DAYS, problems, language)
    if not re.fullmatch(rf"[^\x00-\x1f\x7f-\x9f]{{1,{LONGEST_REASON}}}", typed.reason):
        problems["reason"] = _WORDS.say(language, most=LONGEST_REASON)
    scopes = _scopes(typed, problems, language) if service is None else service.scopes
    if problems:
        return Read(problems=problems)
    wanted = [one for one in scopes if one.holder in typed.holders]
    try:
        terms = tuple(
            _terms(typed, one, grantee=grantee, uses=uses, days=days, language=language, now=now)
            for one in wanted
        )
    except ShuxinError as error:
        return Read(problems={"subject": error.say(language)})
    return Read(terms)


def _scopes(typed: Typed, problems: dict[str, Text | str], language: Language) -> tuple[Scope, ...]:
    names = tuple(
        dict.fromkeys(one.strip() for one in typed.catalogues.splitlines() if one.strip())
    )
    if not 0 < len(names) <= MOST_CATALOGUES or not all(map(_NAME.fullmatch, names)):
        problems["catalogues"] = _LINES.say(language, most=MOST_CATALOGUES)
    level = _number(typed.level, "level", 3, problems, language)
    if typed.purpose not in {one.value for one in PURPOSES}:
        problems["purpose"] = _CHOOSE
    first, last = (_day(typed, name, problems) for name in ("data_from", "data_to"))
    if first and last and first >= last:
        problems["data_to"] = _ORDER
    if problems or first is None or last is None:
        return ()
    return tuple(Scope(one, names, level, first, last) for one in typed.holders)


def _number(
    text: str, name: str, most: int, problems: dict[str, Text | str], language: Language
) -> int:
    if _WHOLE.fullmatch(text) and 1 <= int(text) <= most:
        return int(text)
    problems[name] = _NUMBER.say(language, most=most)
    return 0


def _day(typed: Typed, name: str, problems: dict[str, Text | str]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(getattr(typed, name))
    except ValueError:
        problems[name] = _DAY
        return None


def _terms(
    typed: Typed,
    scope: Scope,
    *,
    grantee: str,
    uses: int,
    days: int,
    language: Language,
    now: dt.datetime,
) -> Authorisation:
    """Raises AuthorisationInvalid."""
    start = now.replace(microsecond=0)
    return Authorisation(
        subject=f"uscc:{typed.subject}",
        grantee=grantee,
        holders=(scope.holder,),
        purpose=Purpose(typed.purpose),
        catalogues=scope.catalogues,
        level_max=scope.level,
        data_from=scope.data_from,
        data_to=scope.data_to,
        valid_from=start,
        valid_to=start + dt.timedelta(days=days),
        max_uses=uses,
        text_hash="",
        language=language,
        signed_at=start,
    )


def form_fields(
    typed: Typed,
    *,
    parties: Mapping[str, str],
    service: Service | None,
    problems: Mapping[str, Text | str],
) -> list[Field]:
    """The fields in their order; with a service those that its terms leave open."""
    wrong = problems.get
    holders = [Choice(party, f"{name} · {party}") for party, name in parties.items()]
    purposes = [Choice(one.value, one.text) for one in PURPOSES]
    found: list[Any] = [
        Field("subject", _SUBJECT, value=typed.subject, error=wrong("subject"), longest=18),
        Field(
            "holders",
            _HOLDERS,
            kind="some",
            value=typed.holders,
            hint=_HOLDERS_HINT,
            error=wrong("holders"),
            choices=holders,
        ),
    ]
    if service is None:
        found += [
            Field(
                "purpose",
                _PURPOSE,
                kind="choice",
                value=typed.purpose,
                error=wrong("purpose"),
                choices=purposes,
            ),
            Field(
                "catalogues",
                _CATALOGUES,
                kind="long",
                value=typed.catalogues,
                hint=_CATALOGUES_HINT,
                error=wrong("catalogues"),
                longest=2500,
            ),
            Field(
                "level",
                _LEVEL,
                kind="choice",
                value=typed.level,
                error=wrong("level"),
                choices=[Choice(str(n), f"L{n}") for n in (1, 2, 3)],
            ),
            Field("data_from", _FROM, kind="date", value=typed.data_from, error=wrong("data_from")),
            Field("data_to", _TO, kind="date", value=typed.data_to, error=wrong("data_to")),
        ]
    found += [
        Field("uses", _USES, kind="number", value=typed.uses, error=wrong("uses")),
        Field("days", _DAYS, kind="number", value=typed.days, error=wrong("days")),
        Field(
            "reason",
            _REASON,
            kind="long",
            value=typed.reason,
            hint=_REASON_HINT,
            error=wrong("reason"),
            longest=LONGEST_REASON,
        ),
    ]
    return found
