"""What waits for a bank's officer, and the firms that authorised this bank; no firm's data are read for either."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import entity_of
from shuxin.infra.api import CHINA, now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import NotSetUp
from shuxin.portal.web.parts import Column, Event, Facts, Filter, Kind, State, Table, TimeLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.http import HttpRequest

    from shuxin.consent.api import KeptGrant
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.portal.linking.api import LinkState
    from shuxin.portal.web.parts.cells import Tone

RECENT, SOON = dt.timedelta(days=7), dt.timedelta(days=14)
_MOST, _EACH = 12, 3
_CAME = Text(en="{firm} has authorised the bank: {purpose}", zh="{firm} 已向本行授权：{purpose}")
_MANY_CAME = Text(en="{count} firms have authorised the bank", zh="{count} 家企业已向本行授权")
_CAME_DETAIL = Text(en="until {day}, at most {uses} uses", zh="有效期至 {day}，最多使用 {uses} 次")
_GONE = Text(
    en="{firm}: the authorisation for {purpose} is {state}",
    zh="{firm} 的“{purpose}”授权：{state}",
)
_ENDS = Text(
    en="{firm}: the authorisation for {purpose} ends on {day}",
    zh="{firm} 的“{purpose}”授权将于 {day} 到期",
)
_REFUSED = Text(en="{firm}: {party} refused an answer", zh="{firm}：{party} 拒绝应答")
_DOWN = Text(en="{firm}: {party} could not be reached", zh="{firm}：未能连接 {party}")
_JOB = Text(en="Joint job waits for this bank: {title}", zh="联合任务待本行审批：{title}")
_SERVICE = Text(en="Joint service ends on {day}", zh="联合评分服务将于 {day} 到期")
_STATE_TONES = {"granted": "good", "requested": "busy", "suspended": "warn"}
_GRANTS = (
    Column("firm", Text(en="Firm", zh="企业"), kind=Kind.CODE, link="url"),
    Column("purpose", Text(en="For", zh="目的")),
    Column("holders", Text(en="From", zh="数据来源")),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("until", Text(en="Until", zh="有效期至"), kind=Kind.DAY),
    Column("uses", Text(en="Uses at most", zh="最多次数"), kind=Kind.NUMBER),
)
_OF_FIRM = Text(en="Authorisations of this firm", zh="该企业的授权")
_NO_GRANTS = Text(
    en="No firm has authorised this bank yet. Ask for an authorisation to begin.",
    zh="尚无企业向本行授权。可先发起授权申请。",
)


def home_facts(language: Language) -> dict[str, Any]:
    """Newest first; each source of news that this home does not have is left out."""
    settings, now = settings_from_environment(), now_in_china()
    grants = grants_here(settings, now)
    needs = [
        *_score_events(settings, now, language),
        *_job_events(language),
        *_service_events(now, language),
        *_grant_needs(grants, now, language),
    ]
    needs.sort(key=lambda one: one.at, reverse=True)
    news = _grant_news(grants, now, language)
    link = link_of(settings)
    return {
        "needs": TimeLine(needs[:_MOST]) if needs else None,
        "more": max(0, len(needs) - _MOST),
        "news": TimeLine(news) if news else None,
        "link": link,
        "link_facts": _link_facts(link) if link else None,
    }


def link_of(settings: Settings) -> LinkState | None:
    """How the link to the platform stands; None while there is none."""
    from shuxin.portal.linking.api import link_state  # noqa: PLC0415 - beside its use

    found: LinkState | None = link_state(settings)
    return found


def _link_facts(link: LinkState) -> Facts:
    good = State(Text(en="in contact", zh="连接正常"), "good")
    state = State(link.failed, "bad") if link.failed else good
    return Facts(
        [
            (Text(en="state", zh="状态"), state),
            (Text(en="last contact", zh="最近连接"), link.contact_at),
            (Text(en="newest list of withdrawals", zh="最新授权状态清单"), link.status_number),
            (Text(en="authorisations kept here", zh="本地留存授权书"), link.grants),
        ]
    )


def grants_here(settings: Settings, now: dt.datetime) -> list[KeptGrant]:
    """All authorisations that came to this bank, the newest first."""
    from shuxin.portal.linking.api import all_grants  # noqa: PLC0415 - beside its use

    return sorted(all_grants(settings, now), key=lambda one: one.seen_at, reverse=True)


def _grant_needs(
    grants: Sequence[KeptGrant], now: dt.datetime, language: Language
) -> Iterator[Event]:
    """For each firm and purpose once: what was taken back or put on hold without a newer one, and what ends soon."""
    newest: dict[tuple[str, str, tuple[str, ...]], KeptGrant] = {}
    for grant in grants:  # the newest first
        terms = grant.terms
        newest.setdefault((terms.subject, terms.purpose.value, terms.holders), grant)
    said: set[str] = set()
    for grant in newest.values():
        event = _need(grant, now, language)
        if event is not None and str(event.text) not in said:
            said.add(str(event.text))
            yield event


def _need(grant: KeptGrant, now: dt.datetime, language: Language) -> Event | None:
    """When it ended is not told here, so that an ended one stands at this moment."""
    terms, state = grant.terms, grant.state.value
    firm = entity_of(terms.subject)
    facts = {"firm": firm, "purpose": terms.purpose.text, "state": grant.state.text}
    facts |= {"day": f"{terms.valid_to:%Y-%m-%d}"}
    url = f"/bank/customers/{firm}/joint"
    if state == "granted" and terms.valid_to <= now + SOON:
        return Event(terms.valid_to, _ENDS.say(language, **facts), tone="warn", url=url)
    if state in {"withdrawn", "suspended"} and terms.valid_to > now:
        return Event(now, _GONE.say(language, **facts), tone="bad", url=url)
    return None


def _grant_news(grants: Sequence[KeptGrant], now: dt.datetime, language: Language) -> list[Event]:
    """What came in the last days: each firm, where many came on a day their number."""
    by_day: dict[dt.date, dict[str, KeptGrant]] = {}
    for grant in grants:
        if grant.state.value == "granted" and grant.seen_at >= now - RECENT:
            day = grant.seen_at.astimezone(CHINA).date()
            by_day.setdefault(day, {}).setdefault(grant.terms.subject, grant)
    events = []
    for found in by_day.values():
        newest = max(one.seen_at for one in found.values())
        if len(found) > _EACH:
            words = _MANY_CAME.say(language, count=len(found))
            events.append(Event(newest, words, tone="good", url="/bank/customers"))
            continue
        for subject, grant in found.items():
            firm = entity_of(subject)
            words = _CAME.say(language, firm=firm, purpose=grant.terms.purpose.text)
            facts = {"day": f"{grant.terms.valid_to:%Y-%m-%d}", "uses": grant.terms.max_uses}
            detail = _CAME_DETAIL.say(language, **facts)
            url = f"/bank/customers/{firm}/joint"
            events.append(Event(grant.seen_at, words, detail=detail, tone="good", url=url))
    return events


def _score_events(settings: Settings, now: dt.datetime, language: Language) -> Iterator[Event]:
    from shuxin.federation.api import scores_kept  # noqa: PLC0415 - heavy

    names, said = names_here(settings), set()
    for line in scores_kept(most=200):
        if line.at < now - RECENT or line.subject in said:
            continue
        said.add(line.subject)  # the newest of a firm tells
        for party, standing in line.standings:
            text = {"refused": _REFUSED, "down": _DOWN}.get(standing)
            if text is not None:
                words = text.say(language, firm=line.subject, party=names.get(party, party))
                tone: Tone = "bad" if text is _REFUSED else "warn"
                yield Event(line.at, words, tone=tone, url=f"/bank/scores/{line.score_id}")


def _job_events(language: Language) -> Iterator[Event]:
    from shuxin.federation.api import jobs  # noqa: PLC0415 - heavy

    for line in jobs():
        if line.state.value == "waiting":
            words = _JOB.say(language, title=line.title)
            yield Event(line.received_at, words, tone="warn", url=f"/jobs/{line.job_id}")


def _service_events(now: dt.datetime, language: Language) -> Iterator[Event]:
    from shuxin.federation.api import services_here  # noqa: PLC0415 - heavy

    for line in services_here(now=now):
        if line.is_open and line.until <= now + SOON:
            words = _SERVICE.say(language, day=f"{line.until:%Y-%m-%d}")
            yield Event(line.until, words, tone="warn", url=f"/jobs/{line.job_id}")


def granted_firms(request: HttpRequest, *, subject: str = "") -> Table:
    """The authorisations of all firms or of the one with this credit code, one row each."""
    settings, now = settings_from_environment(), now_in_china()
    try:
        found, names = grants_here(settings, now), names_here(settings)
        rows = [
            grant_row(one, names)
            for one in found
            if entity_of(one.terms.subject) == subject or not subject
        ]
    except NotSetUp:
        rows = []
    return Table.shown(
        request,
        name="grants",
        title=_OF_FIRM if subject else None,
        columns=_GRANTS,
        rows=rows,
        filters=(Filter("state", Text(en="State", zh="状态")),),
        empty=_NO_GRANTS,
    )


def names_here(settings: Settings) -> dict[str, str]:
    """Of this bank and its peers, by party id; of a home without a node none."""
    from shuxin.portal.node_services import names_of_parties  # noqa: PLC0415 - heavy

    try:
        return names_of_parties(settings)
    except ShuxinError:
        return {}


def grant_row(grant: KeptGrant, names: Mapping[str, str]) -> dict[str, Any]:
    terms, entity = grant.terms, entity_of(grant.terms.subject)
    return {
        "firm": entity,
        "url": f"/bank/customers/{entity}/joint",
        "purpose": terms.purpose.text,
        "holders": [names.get(one, one) for one in terms.holders],
        "state": State(grant.state.text, tone_of(grant.state.value)),
        "until": terms.valid_to,
        "uses": terms.max_uses,
    }


def tone_of(state: str) -> Any:
    return _STATE_TONES.get(state, "quiet")
