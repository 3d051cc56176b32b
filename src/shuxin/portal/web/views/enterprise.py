"""What an enterprise's own pages show: what waits for it, its keys, the holders it may ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.parties.api import KeyProblem, KeyRole, Method
from shuxin.portal.web.parts import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.consent.api import InboxItem
    from shuxin.infra.api import Settings
    from shuxin.parties.api import Directory, KnownKey, TrustAnchors, accounts
    from shuxin.portal.web.parts.cells import Tone

SOON = dt.timedelta(days=30)
_FEW_USES_LEFT = 5
_SPEAKS = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})
_STATES: dict[KeyProblem | None, tuple[Text, Tone]] = {
    None: (Text(en="counts", zh="有效"), "good"),
    KeyProblem.NOT_YET_VALID: (Text(en="not yet", zh="未生效"), "warn"),
    KeyProblem.EXPIRED: (Text(en="expired", zh="已过期"), "quiet"),
    KeyProblem.REVOKED: (Text(en="revoked", zh="已吊销"), "bad"),
}
_METHODS = {
    Method.COUNTER: Text(en="at the counter", zh="柜台核验"),
    Method.FACE: Text(en="by face", zh="人脸核验"),
    Method.BANK_CARD: Text(en="by bank card", zh="银行卡要素核验"),
    Method.LICENCE: Text(en="by the electronic business licence", zh="电子营业执照核验"),
    Method.INSTITUTION: Text(en="listed by this platform itself", zh="平台信任清单直接列明"),
    Method.DEVELOPMENT: Text(en="for demonstration only", zh="仅供演示"),
}
_ROLES = {
    KeyRole.SUBJECT: Text(en="the enterprise itself", zh="企业本身"),
    KeyRole.LEGAL_REPRESENTATIVE: Text(en="legal representative", zh="法定代表人"),
    KeyRole.AGENT: Text(en="agent", zh="代理人"),
}


@dataclass(frozen=True, slots=True)
class HolderShown:
    """A holder whose own site answers questions of subjects."""

    party: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A key of the reader's party. ``speaks``: whether it may sign grants, questions and objections now."""

    key_id: str
    label: str
    roles: tuple[Text, ...]
    attested_by: str
    method: Text
    valid_from: dt.datetime
    valid_to: dt.datetime
    state: State
    speaks: bool

    @property
    def fingerprint(self) -> str:
        """In groups of four, as two people read it to each other."""
        return " ".join(self.key_id[at : at + 4] for at in range(0, len(self.key_id), 4))


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs the reader now, and where it is done."""

    text: Text
    detail: Text
    url: str
    tone: Tone


def holders_asked(settings: Settings) -> list[HolderShown]:
    """By name; those without a site that this platform knows are not among them."""
    from shuxin.portal.linking.api import holder_sites  # noqa: PLC0415 - needs the database

    found = [_holder(party, settings) for party in holder_sites(settings)]
    return sorted(found, key=lambda one: (one.kind, one.name, one.party))


def names_known(settings: Settings) -> dict[str, str]:
    """Names of institutions by party id: those that this platform trusts by name."""
    from shuxin.parties.api import read_trust  # noqa: PLC0415 - needs the database

    return {one.party: one.name for one in read_trust(settings.home).pinned if one.name}


def _holder(party: str, settings: Settings) -> HolderShown:
    from shuxin.parties.api import (  # noqa: PLC0415 - needs the database
        PartyNotRegistered,
        read_trust,
        registration,
    )

    pinned = {one.party: one for one in read_trust(settings.home).pinned}
    if party in pinned:
        return HolderShown(party, pinned[party].name, pinned[party].kind.value)
    try:
        known = registration(party)
    except PartyNotRegistered:
        return HolderShown(party, party, "")
    return HolderShown(party, known.name, known.kind.value)


def own_keys(party: str, *, settings: Settings, now: dt.datetime) -> list[KeyShown]:
    """Every key that was ever proved to be this party's, those that count first, then the newest."""
    from shuxin.parties.api import directory_of, read_trust  # noqa: PLC0415 - needs the database

    anchors = read_trust(settings.home)
    directory = directory_of(party, anchors=anchors)
    found = [_key(key, directory, anchors, now=now) for key in directory.keys_of(party)]
    return sorted(found, key=lambda one: (one.state.tone != "good", -one.valid_from.timestamp()))


def speaking_keys(keys: Iterable[KeyShown]) -> list[str]:
    """Ids of those that may sign for the party now."""
    return [one.key_id for one in keys if one.speaks]


def _key(
    key: KnownKey, directory: Directory, anchors: TrustAnchors, *, now: dt.datetime
) -> KeyShown:
    problem = directory.problem_of(key, at=now)
    text, tone = _STATES.get(problem, (Text(en="does not count", zh="无效"), "bad"))
    return KeyShown(
        key_id=key.public.key_id,
        label=key.label,
        roles=tuple(
            _ROLES.get(role, Text(en=role.value, zh=role.value)) for role in sorted(key.roles)
        ),
        attested_by=_attester(key, anchors),
        method=_METHODS[key.method],
        valid_from=key.valid_from,
        valid_to=key.valid_to,
        state=State(text, tone),
        speaks=problem is None and bool(key.roles & _SPEAKS),
    )


def _attester(key: KnownKey, anchors: TrustAnchors) -> str:
    """The party whose key signed the binding, by name where this platform knows one; "" for an anchor."""
    from shuxin.parties.api import kept_as  # noqa: PLC0415 - needs the database

    if not key.statement:
        return ""
    (binding,) = kept_as([key.statement])
    names = {one.party: one.name for one in anchors.pinned}
    by = {one.public.key_id: one.party for one in anchors.attesters}
    party = by.get(binding.key_id, "")
    return names.get(party, party)


def needs_of(
    person: accounts.Person,
    *,
    items: Iterable[InboxItem],
    keys: Iterable[KeyShown],
    now: dt.datetime,
) -> list[Need]:
    """What needs the reader now: the most pressing first."""
    from shuxin.consent.api import RequestState  # noqa: PLC0415 - needs the database

    listed, held = list(items), list(keys)
    waiting = [_waiting(one) for one in listed if one.state is RequestState.REQUESTED]
    granted = [one for one in listed if one.state is RequestState.GRANTED]
    return [
        *_about_keys(person, held, now),
        *waiting,
        *(n for one in granted for n in _ending(one, now)),
    ]


def _about_keys(person: accounts.Person, keys: list[KeyShown], now: dt.datetime) -> list[Need]:
    counting = [one for one in keys if one.speaks]
    if not counting and not person.roles <= {KeyRole.AGENT}:
        return [
            Need(
                Text(en="No key of yours is attested yet", zh="您还没有已核验的密钥"),
                Text(
                    en="Without it nothing can be signed: no grant, no look at your data",
                    zh="没有密钥就无法签署授权，也无法查询自己的数据",
                ),
                "/my/identity",
                "warn",
            )
        ]
    last = max((one.valid_to for one in counting), default=None)
    if last is not None and last - now < SOON:
        return [
            Need(
                Text(en="Your key ends soon", zh="您的密钥即将到期"),
                Text(
                    en=f"on {last:%Y-%m-%d}: have a new one attested before",
                    zh=f"{last:%Y-%m-%d} 到期，请提前核验新密钥",
                ),
                "/my/identity",
                "warn",
            )
        ]
    return []


def _waiting(item: InboxItem) -> Need:
    who = item.grantee_name or item.terms.grantee
    purpose = item.terms.purpose.text
    return Need(
        Text(en=f"{_plain(who)} asks for your data", zh=f"{_plain(who)} 申请使用您的数据"),
        Text(
            en=f"{purpose.en}; it lapses on {item.lapses_at:%Y-%m-%d}",
            zh=f"用于{purpose.zh}，{item.lapses_at:%Y-%m-%d} 前答复有效",
        ),
        f"/inbox/{item.request_id}",
        "busy",
    )


def _ending(item: InboxItem, now: dt.datetime) -> list[Need]:
    who = _plain(item.grantee_name or item.terms.grantee)
    url = f"/inbox/{item.request_id}"
    if item.terms.valid_to - now < SOON:
        day = f"{item.terms.valid_to:%Y-%m-%d}"
        return [
            Need(
                Text(en=f"Your authorisation to {who} ends soon", zh=f"您给{who}的授权即将到期"),
                Text(
                    en=f"on {day}; nothing needs to be done",
                    zh=f"{day} 到期，到期后自动失效，无需操作",
                ),
                url,
                "quiet",
            )
        ]
    left = item.terms.max_uses - item.used
    if item.terms.max_uses > _FEW_USES_LEFT and left < _FEW_USES_LEFT:
        return [
            Need(
                Text(
                    en=f"Your authorisation to {who} is nearly used up",
                    zh=f"您给{who}的授权即将用完",
                ),
                Text(en=f"{left} uses are left", zh=f"还可使用 {left} 次"),
                url,
                "quiet",
            )
        ]
    return []


def _plain(name: str) -> str:
    """A name within a sentence: its braces are no places for facts."""
    return name.replace("{", "{{").replace("}", "}}")
