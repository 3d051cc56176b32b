"""``shuxin trust``: whom this holder trusts; a change takes effect when a second person states it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.signing import PublicKey
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import journal_of, operator, start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.parties.api import Attester, Pinned, Step

_HEAD = Text(en="anchor|party|key|for|until", zh="信任锚|主体|公钥|范围|有效至")
_ATTESTER, _PINNED = Text(en="attester", zh="身份核验方"), Text(en="pinned key", zh="固定密钥")
_ALL = Text(en="all kinds", zh="全部类别")
_METHODS = Text(en="accepted proofs: {methods}", zh="接受的核验方式：{methods}")
_DONE = Text(en="done: two persons said so", zh="已生效：经两人确认")
_FOUNDED = Text(
    en="trusted: {name} ({party}), key {key}; compare the key with them by another way",
    zh="已信任：{name}（{party}），密钥 {key}；请通过其他途径与对方核对密钥",
)
_WAITING = Text(
    en="noted; another person must give the same command within seven days",
    zh="已记录；须由另一人在七日内执行相同命令",
)


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    if options.act == "list":
        _list(settings, language)
        return 0
    if options.act == "found":
        _found(settings, options.cards, language)
        return 0
    step = _remove(settings, options) if options.act == "remove" else _add(settings, options)
    say(_DONE if step.value == "done" else _WAITING, language)
    return 0


def _found(settings: Settings, files: list[str], language: Language) -> None:
    """Whoever founds an installation says alone whom it trusts, as long as nothing is kept in it."""
    from shuxin.infra.api import now_in_china
    from shuxin.portal.commands.document_acts import read_card
    from shuxin.portal.founding import found_trust

    cards = [read_card(file) for file in files]
    found_trust(settings, cards=cards, now=now_in_china())
    for card in cards:
        key = PublicKey.parse(card["public_key"]).key_id
        say(_FOUNDED, language, name=card["name"], party=card["party"], key=key)


def _add(settings: Settings, options: argparse.Namespace) -> Step:
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import Method, accept_method, add_attester, pin_key

    home, by, journal = settings.home, operator(), journal_of(settings)
    now = now_in_china()
    if options.what == "attester":
        return add_attester(_attester(options), home=home, by=by, journal=journal, now=now)
    if options.what == "key":
        return pin_key(_pinned(options), home=home, by=by, journal=journal, now=now)
    return accept_method(Method(options.method), home=home, by=by, journal=journal, now=now)


def _attester(options: argparse.Namespace) -> Attester:
    from shuxin.parties.api import Attester, PartyKind, check_party

    check_party(options.party, kind=PartyKind.ATTESTER)
    kinds = frozenset(PartyKind(kind) for kind in options.kinds)
    return Attester(options.party, PublicKey.parse(options.key), kinds)


def _pinned(options: argparse.Namespace) -> Pinned:
    from shuxin.parties.api import KeyRole, PartyKind, Pinned, check_party

    kind = PartyKind(options.kind)
    check_party(options.party, kind=kind)
    return Pinned(
        party=options.party,
        kind=kind,
        name=options.name,
        public=PublicKey.parse(options.key),
        roles=frozenset({KeyRole.SUBJECT}),
        valid_from=options.start,
        valid_to=options.end,
    )


def _remove(settings: Settings, options: argparse.Namespace) -> Step:
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import remove_anchor

    return remove_anchor(
        options.key,
        home=settings.home,
        by=operator(),
        journal=journal_of(settings),
        now=now_in_china(),
    )


def _list(settings: Settings, language: Language) -> None:
    from shuxin.parties.api import PartyKind, read_trust

    anchors = read_trust(settings.home)
    everybody = frozenset(PartyKind) - {PartyKind.ATTESTER}
    rows = []
    for one in anchors.attesters:
        kinds = ", ".join(sorted(one.kinds)) if one.kinds < everybody else _ALL.say(language)
        rows.append((_ATTESTER.say(language), one.party, one.public.text, kinds, ""))
    for pin in anchors.pinned:
        until, roles = china_time(pin.valid_to), ", ".join(sorted(pin.roles))
        rows.append((_PINNED.say(language), pin.party, pin.public.text, roles, until))
    show("", _HEAD.say(language).split("|"), rows)
    say(_METHODS, language, methods=", ".join(sorted(anchors.methods)))
