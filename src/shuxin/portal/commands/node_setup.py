"""``shuxin node init | card | peer | policy | categories | renew``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.signing import PublicKey
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import own_signer, start
from shuxin.portal.commands.init import show_bases
from shuxin.portal.display import china_time, console, say, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_MADE = Text(
    en="node of {name} ({party}): key {key}, listens on {listen}; its policy allows nothing yet: {policy}",
    zh="{name}（{party}）的节点：密钥 {key}，监听 {listen}；策略尚未允许任何事项：{policy}",
)
_BASES = Text(
    en="It reads its own data on these bases, signed with its key and logged",
    zh="自有数据的处理依据如下，已用本机构密钥签名并记入日志",
)
_CARD = Text(
    en="{file}: give it to the other parties; let them compare key {key} and certificate {certificate} with you",
    zh="{file}：请交给其他各方，并与其核对密钥 {key} 与证书 {certificate}",
)
_ADDED = Text(
    en="{name} ({party}): key {key}, certificate {certificate}; compare both with them by another way",
    zh="{name}（{party}）：密钥 {key}，证书 {certificate}；请通过其他途径与对方核对",
)
_REMOVED = Text(
    en="{name} is no peer any more; its connections are refused",
    zh="{name} 已不再是对等节点，其连接将被拒绝",
)
_RENEWED = Text(
    en="new certificate; restart the node and give every peer the new card",
    zh="已更新证书；请重启节点并将新名片交给各方",
)
_PEERS = Text(
    en="name|party|address|run by|certificate|card until",
    zh="名称|主体|地址|运行方|证书|名片有效至",
)
_CATEGORIES = Text(en="category|English|Chinese|features", zh="类别|英文名称|中文名称|特征")
_ALL_OTHERS = Text(en="all others", zh="其余全部特征")
_NO_SUCH = Text(en="in no dataset here: {fields}", zh="本方数据集中没有以下字段：{fields}")
_POLICY = Text(en="{file}: valid, hash {hash}", zh="{file}：有效，摘要 {hash}")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    acts: dict[str, Callable[[Settings, argparse.Namespace, Language], None]] = {
        "init": _init,
        "card": _card,
        "peer": _peer,
        "policy": _policy,
        "categories": _categories,
        "renew": _renew,
    }
    acts[options.act](settings, options, language)
    return 0


def _init(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.federation.api import node_folder
    from shuxin.portal.node_home import POLICY, set_up_node

    party = f"uscc:{options.code}"
    bases = set_up_node(
        settings,
        party=party,
        kind=options.kind,
        name=options.name,
        listen=options.listen,
        address=options.address or "",
        operated_by=options.operated_by or "",
        now=now_in_china(),
    )
    key = own_signer(settings).public.key_id
    file = node_folder(settings) / POLICY
    say(
        _MADE, language, name=options.name, party=party, key=key, listen=options.listen, policy=file
    )
    if bases:
        say(_BASES, language)
        show_bases(bases, language)


def _card(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.federation.api import read_card
    from shuxin.portal.node_home import own_card

    statement = own_card(settings, now=now_in_china())
    card = read_card(statement)
    Path(options.out).write_bytes(statement.dump() + b"\n")
    key = PublicKey.parse(card.public_key).key_id
    say(_CARD, language, file=options.out, key=key, certificate=card.certificate_sha256[:32])


def _peer(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    acts = {"add": _add, "list": _list, "remove": _remove}
    acts[options.what](settings, options, language)


def _add(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.federation.api import add_peer
    from shuxin.portal.node_home import read_card_file, trust_cards
    from shuxin.portal.node_services import services

    node = services(settings)
    cards = [read_card_file(file) for file in options.cards]
    others = [
        one for one in cards if one[1].party != node.party
    ]  # all cards of a folder may be given
    trust_cards(settings, others or cards, now=now_in_china())
    for statement, card in others or cards:
        add_peer(statement, services=node)
        key = PublicKey.parse(card.public_key).key_id
        certificate = card.certificate_sha256[:32]
        say(_ADDED, language, name=card.name, party=card.party, key=key, certificate=certificate)


def _list(_: Settings, __: argparse.Namespace, language: Language) -> None:
    from shuxin.federation.api import peers

    rows = [
        (
            one.card.name,
            one.party,
            one.card.address,
            one.card.operated_by,
            one.card.certificate_sha256[:32],
            china_time(one.card.valid_to),
        )
        for one in peers()
    ]
    show("", _PEERS.say(language).split("|"), rows)


def _remove(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.federation.api import remove_peer
    from shuxin.portal.node_services import party_named, services

    party, name = party_named(settings, options.party)
    remove_peer(party, services=services(settings))
    say(_REMOVED, language, name=name)


def _policy(settings: Settings, _: argparse.Namespace, language: Language) -> None:
    from shuxin.federation.api import node_folder, read_policy
    from shuxin.portal.node_home import POLICY

    folder = node_folder(settings)
    held = read_policy(folder)
    console.print((folder / POLICY).read_text(encoding="utf-8"), markup=False)
    say(_POLICY, language, file=folder / POLICY, hash=held.hash[:32])


def _categories(settings: Settings, _: argparse.Namespace, language: Language) -> None:
    from shuxin.catalogue.api import contract, datasets
    from shuxin.federation.api import node_folder, read_categories

    found = read_categories(node_folder(settings))
    named = {one.code: list[str]() for one in (*found.stated, found.rest)}
    for name, category in found.by_field.items():
        named[category.code].append(name)
    titles = {one.code: one.title for one in (*found.stated, found.rest)}
    others = _ALL_OTHERS.say(language)
    rows = [
        (code, titles[code].en, titles[code].zh, ", ".join(fields) or others)
        for code, fields in named.items()
    ]
    show("", _CATEGORIES.say(language).split("|"), rows)
    known = [contract(dataset=one.name) for one in datasets(search="", now=now_in_china())]
    fields = {each.name for one in known for each in one.fields}
    unknown = [name for name in found.by_field if name not in fields]
    if unknown:
        say(_NO_SUCH, language, fields=", ".join(unknown))


def _renew(settings: Settings, _: argparse.Namespace, language: Language) -> None:
    from shuxin.portal.node_home import renew_certificate

    renew_certificate(settings, now=now_in_china())
    say(_RENEWED, language)
