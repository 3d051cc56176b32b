"""What the operator's pages tell: parties with their keys, homes that follow, and what needs somebody now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Card, Code, Column, Facts, Filter, Kind, State, Table
from shuxin.portal.web.views.administering import Several, kind_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.parties.api import Directory, KnownKey, Registration
    from shuxin.portal.linking.api import ContactView

MOST = 2000
"""Parties in one list; a search looks among all."""
_STATES = {
    "confirmed": State(Text(en="confirmed", zh="已核实"), "good"),
    "unconfirmed": State(Text(en="not confirmed", zh="待核实"), "warn"),
    "": State(Text(en="not registered here", zh="未在此登记"), "quiet"),
}
_METHODS = {
    "counter": Text(en="at a counter", zh="柜面核验"),
    "licence": Text(en="business licence", zh="营业执照核验"),
    "face": Text(en="face", zh="人脸核验"),
    "bank_card_elements": Text(en="elements of a bank card", zh="银行卡要素核验"),
    "institution": Text(en="by its institution", zh="所在机构核验"),
    "development": Text(en="for trying only", zh="仅供测试"),
}
_PROBLEMS = {
    "not_yet_valid": State(Text(en="not valid yet", zh="尚未生效"), "quiet"),
    "expired": State(Text(en="expired", zh="已过期"), "quiet"),
    "revoked": State(Text(en="revoked", zh="已吊销"), "bad"),
}
_REASONS = {
    "lost": Text(en="lost", zh="遗失"),
    "compromised": Text(en="compromised", zh="泄露"),
    "superseded": Text(en="replaced by a newer key", zh="已被新密钥替代"),
    "role_ended": Text(en="the role ended", zh="职务终止"),
}
_COUNTS = State(Text(en="counts", zh="有效"), "good")


def method_text(method: str) -> Text:
    return _METHODS.get(method, Text(en=method, zh=method))


def registration_state(found: Registration | None) -> State:
    return _STATES[found.state.value if found else ""]


def parties_table(request: HttpRequest) -> Table:
    from shuxin.parties.api import kept_parties  # noqa: PLC0415 - needs the database

    found = kept_parties(most=MOST, containing=request.GET.get("parties-q", "")[:60].strip())
    rows: list[dict[str, Any]] = [
        {
            "name": one.name or one.party,
            "url": f"/operator/parties/{one.party}",
            "party": one.party,
            "kind": kind_text(one.kind),
            "state": _STATES.get(one.state, _STATES[""]),
            "bindings": one.bindings,
            "revocations": one.revocations,
            "at": one.newest_at,
        }
        for one in found
    ]
    return Table.shown(
        request,
        name="parties",
        columns=(
            Column("name", Text(en="Name", zh="名称"), link="url"),
            Column("party", Text(en="Party", zh="主体标识"), kind=Kind.CODE),
            Column("kind", Text(en="Kind", zh="类别")),
            Column("state", Text(en="Registration", zh="登记状态"), kind=Kind.STATE),
            Column("bindings", Text(en="Keys", zh="密钥绑定"), kind=Kind.NUMBER),
            Column("revocations", Text(en="Revoked", zh="吊销"), kind=Kind.NUMBER),
            Column("at", Text(en="Newest", zh="最近变更"), kind=Kind.TIME),
        ),
        rows=rows,
        filters=(
            Filter("kind", Text(en="Kind", zh="类别")),
            Filter("state", Text(en="Registration", zh="登记状态")),
        ),
        empty=Text(
            en="Nobody is registered yet, and the directory is empty.",
            zh="暂无登记主体，密钥目录为空。",
        ),
    )


def keys_table(request: HttpRequest, directory: Directory, party: str, *, now: datetime) -> Table:
    """Every key that ever spoke for a party here, judged by this platform's own trust."""
    attesters = _attesters()
    rows = [_key_row(key, directory, attesters, now=now) for key in directory.keys_of(party)]
    return Table.shown(
        request,
        name="keys",
        columns=(
            Column("key", Text(en="Key", zh="密钥"), kind=Kind.CODE),
            Column("label", Text(en="Label", zh="标签")),
            Column("roles", Text(en="Speaks as", zh="角色")),
            Column("method", Text(en="Proven by", zh="核验方式")),
            Column("by", Text(en="Attested by", zh="核验方")),
            Column("from", Text(en="From", zh="生效"), kind=Kind.TIME),
            Column("to", Text(en="Until", zh="失效"), kind=Kind.TIME),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("why", Text(en="Why", zh="原因")),
        ),
        rows=rows,
        empty=Text(en="No key of this party is known here.", zh="本平台没有该主体的密钥。"),
    )


def _key_row(
    key: KnownKey, directory: Directory, attesters: Mapping[str, str], *, now: datetime
) -> dict[str, Any]:
    from shuxin.portal.web.routes.account import ROLES  # noqa: PLC0415 - the same words

    problem, end = directory.problem_of(key, at=now), directory.end_of(key)
    return {
        "key": key.public.key_id,
        "label": key.label,
        "roles": [ROLES[role] for role in sorted(key.roles)],
        "method": method_text(key.method.value),
        "by": attesters.get(_signer_of(key.statement), "") if key.statement else "",
        "from": key.valid_from,
        "to": key.valid_to,
        "state": _PROBLEMS.get(problem.value, _PROBLEMS["revoked"]) if problem else _COUNTS,
        "why": _REASONS.get(end.reason.value, end.reason.value) if end else "",
    }


def _attesters() -> dict[str, str]:
    """Names of whose keys may stand under a binding, by key."""
    from shuxin.parties.api import read_trust  # noqa: PLC0415 - needs the database

    trusted = read_trust(settings_from_environment().home)
    names = {pin.party: pin.name for pin in trusted.pinned}
    own = {pin.public.key_id: pin.name for pin in trusted.pinned}
    return own | {one.public.key_id: names.get(one.party, one.party) for one in trusted.attesters}


def _signer_of(digest: str) -> str:
    from shuxin.parties.api import statement_kept  # noqa: PLC0415 - needs the database

    found = statement_kept(digest)
    return found.key_id if found else ""


def rejected_table(request: HttpRequest, directory: Directory) -> Table:
    rows = [
        {"kind": found.kind, "hash": found.hash[:16], "why": found.why.value}
        for found in directory.rejected
    ]
    return Table.shown(
        request,
        name="rejected",
        columns=(
            Column("kind", Text(en="Statement", zh="声明类型")),
            Column("hash", Text(en="Hash", zh="摘要"), kind=Kind.CODE),
            Column("why", Text(en="Reason", zh="原因代码"), kind=Kind.CODE),
        ),
        rows=rows,
        empty=Text(en="Every statement about this party stands.", zh="该主体的声明均予采信。"),
    )


def trust_facts() -> Facts:
    """Whose word on identities counts here, and which ways of proof."""
    from shuxin.parties.api import read_trust  # noqa: PLC0415 - needs the database

    trusted = read_trust(settings_from_environment().home)
    names = {pin.party: pin.name for pin in trusted.pinned}
    return Facts(
        [
            (
                Text(en="Attesters", zh="身份核验方"),
                Several([names.get(one.party, one.party) for one in trusted.attesters]),
            ),
            (
                Text(en="Accepted proofs", zh="接受的核验方式"),
                Several([method_text(one.value) for one in sorted(trusted.methods)]),
            ),
            (
                Text(en="Institutions whose keys are pinned", zh="已固定密钥的机构"),
                Several([pin.name for pin in trusted.pinned]),
            ),
        ]
    )


def nodes_table(request: HttpRequest, *, now: datetime, name_of: Callable[[str], str]) -> Table:
    from shuxin.portal.linking.api import contacts  # noqa: PLC0415 - needs the database

    numbers = published_numbers()
    rows = [_node_row(found, numbers, now=now, name_of=name_of) for found in contacts()]
    return Table.shown(
        request,
        name="nodes",
        columns=(
            Column("name", Text(en="Institution", zh="机构")),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("at", Text(en="Last contact", zh="最近联系"), kind=Kind.TIME),
            Column("status", Text(en="Status list", zh="状态清单"), kind=Kind.NUMBER),
            Column("directory", Text(en="Directory", zh="密钥目录"), kind=Kind.NUMBER),
            Column(
                "clock",
                Text(en="Clock ahead by", zh="时钟超前"),
                kind=Kind.NUMBER,
                unit=Text(en="s", zh="秒"),
                digits=1,
            ),
            Column("unproven", Text(en="Grants not held true", zh="未采信授权"), kind=Kind.NUMBER),
            Column("objections", Text(en="Objections open", zh="未办结异议"), kind=Kind.NUMBER),
            Column("overdue", Text(en="Overdue", zh="逾期异议"), kind=Kind.NUMBER),
            Column("version", Text(en="Version", zh="版本")),
            Column("client", Text(en="Client", zh="客户端"), kind=Kind.CODE),
        ),
        rows=rows,
        filters=(Filter("state", Text(en="State", zh="状态")),),
        empty=Text(
            en="No institution follows yet. Register a client for it; it then runs 'shuxin platform join'.",
            zh="暂无机构接入。请先为其登记接口客户端，再由对方运行 shuxin platform join。",
        ),
    )


def _node_row(
    found: ContactView,
    numbers: tuple[int, int],
    *,
    now: datetime,
    name_of: Callable[[str], str],
) -> dict[str, Any]:
    return {
        "name": name_of(found.party) or found.party,
        "state": node_state(found, numbers, now=now),
        "at": found.at,
        "status": found.status_number,
        "directory": found.directory_number,
        "clock": found.clock_off.total_seconds(),
        "unproven": found.unproven,
        "objections": found.objections_open,
        "overdue": found.objections_overdue,
        "version": found.version,
        "client": found.client_id,
    }


def node_state(found: ContactView, numbers: tuple[int, int], *, now: datetime) -> State:
    """Silent is worst: such a home's list grows old, and its gate then refuses everybody."""
    if found.is_silent(now=now):
        return State(Text(en="silent", zh="失联"), "bad")
    if found.clock_is_off:
        return State(Text(en="clock is off", zh="时钟偏差"), "warn")
    if found.status_number < numbers[0]:
        return State(Text(en="behind", zh="同步中"), "busy")
    return State(Text(en="follows", zh="正常"), "good")


def published_numbers() -> tuple[int, int]:
    """The newest status list and directory of this platform; 0 before the first."""
    from shuxin.consent.api import newest_list  # noqa: PLC0415 - needs the database
    from shuxin.parties.api import newest_head  # noqa: PLC0415 - needs the database
    from shuxin.portal.bootstrap import holder, own_signer  # noqa: PLC0415 - beside the others

    settings = settings_from_environment()
    status = newest_list(holder(settings).party)
    head = newest_head(publisher=own_signer(settings).public.key_id)
    return (status.number if status else 0), (head.number if head else 0)


def platform_facts() -> Facts:
    from shuxin.consent.api import newest_list  # noqa: PLC0415 - needs the database
    from shuxin.parties.api import newest_head  # noqa: PLC0415 - needs the database
    from shuxin.portal.bootstrap import holder, own_signer  # noqa: PLC0415 - beside the others

    settings = settings_from_environment()
    status = newest_list(holder(settings).party)
    key = own_signer(settings).public.key_id
    head = newest_head(publisher=key)
    ended = len(status.withdrawn) if status else 0
    return Facts(
        [
            (Text(en="Key of the platform", zh="平台密钥"), Code(key)),
            (Text(en="Newest status list", zh="最新状态清单"), status.number if status else None),
            (Text(en="Authorisations ended on it", zh="清单中已终止的授权"), ended),
            (
                Text(en="Suspended on it", zh="清单中已暂停的授权"),
                len(status.suspended) if status else 0,
            ),
            (Text(en="Newest directory", zh="最新密钥目录"), head.number if head else None),
            (Text(en="Statements in it", zh="目录中的声明"), head.count if head else 0),
        ]
    )


def needs_of_officers(*, now: datetime) -> list[Card]:
    """Homes that are silent or off, objections that holders let lie, registrations to confirm."""
    from shuxin.parties.api import registrations  # noqa: PLC0415 - needs the database
    from shuxin.portal.linking.api import contacts  # noqa: PLC0415 - needs the database

    found, cards = contacts(), []
    silent = sum(one.is_silent(now=now) for one in found)
    off = sum(one.clock_is_off and not one.is_silent(now=now) for one in found)
    overdue = sum(one.objections_overdue for one in found)
    waits = sum(one.state.value == "unconfirmed" for one in registrations())
    texts = (
        (silent, "/operator/nodes", _SILENT, "bad"),
        (overdue, "/operator/nodes", _OVERDUE, "bad"),
        (off, "/operator/nodes", _OFF, "warn"),
        (waits, "/operator/parties", _UNCONFIRMED, "warn"),
    )
    for count, url, (title, text, state), tone in texts:
        if count:
            cards.append(Card(title, text, url, State(state, tone), str(count)))  # type: ignore[arg-type]
    return cards


def need_of_acts(*, by: str, now: datetime) -> list[Card]:
    """Acts of others that wait for a second person."""
    from shuxin.parties.api import waiting_acts  # noqa: PLC0415 - needs the database

    count = sum(act.by != by for act in waiting_acts(now=now))
    title, text, state = _ACTS
    return [Card(title, text, "/acts", State(state, "warn"), str(count))] if count else []


_SILENT = (
    Text(en="Institutions that went silent", zh="失联机构"),
    Text(
        en="Their lists of withdrawals grow old; after ten seconds they answer nobody.",
        zh="其授权状态清单已无法更新，超过 10 秒后将拒绝一切查询。",
    ),
    Text(en="call them", zh="请联系对方"),
)
_OFF = (
    Text(en="Clocks that are off", zh="时钟偏差"),
    Text(en="Statements dated ahead are refused.", zh="时间超前的声明会被拒收。"),
    Text(en="let them set the clock", zh="请对方校时"),
)
_OVERDUE = (
    Text(en="Objections past their 20 days", zh="超过 20 日未答复的异议"),
    Text(en="Counted by the institutions themselves.", zh="由各机构自行统计上报。"),
    Text(en="overdue", zh="逾期"),
)
_UNCONFIRMED = (
    Text(en="Registrations to confirm", zh="待核实登记"),
    Text(en="Compare the licence, then confirm.", zh="请核对营业执照后确认。"),
    Text(en="to confirm", zh="待核实"),
)
_ACTS = (
    Text(en="Acts that wait for a second person", zh="待复核事项"),
    Text(en="Somebody stated them; you may agree.", zh="已由他人提出，可由您复核。"),
    Text(en="to decide", zh="待复核"),
)
