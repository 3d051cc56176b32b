"""The nodes that this one talks to (对端): by signed cards whose fingerprint a person compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.federation.domain.card import read_card
from shuxin.federation.domain.policy import NodeFacts
from shuxin.federation.models import Peer
from shuxin.kernel.errors import Conflict, NotFound, NotPermitted
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.federation.domain.card import NodeCard
    from shuxin.federation.node.services import NodeServices
    from shuxin.kernel.statements import Statement

HOLDER = "holder"
"""Who acts in the log: whose log it is."""


class PeerUnproven(NotPermitted):
    code = "peer_unproven"
    what = Text(
        en="the card is not signed by a key of {party} that counts here",
        zh="名片不是由本节点认可的 {party} 密钥签名",
    )
    mend = Text(
        en="Trust the party's key first ('shuxin trust add'), after comparing it by another way",
        zh="请先通过其他途径核对并信任该方密钥（shuxin trust add）",
    )


class PeerUnknown(NotFound):
    code = "node_peer_unknown"
    what = Text(en="{party} is no peer of this node", zh="{party} 不是本节点的对端")
    mend = Text(en="Add its card: 'shuxin node peer add'", zh="请添加其名片：shuxin node peer add")


class PeerIsSelf(Conflict):
    code = "peer_is_self"
    what = Text(en="this is the card of this very node", zh="这是本节点自己的名片")
    mend = Text(
        en="Give this card to the others; add theirs here",
        zh="请将此名片交给其他方，在此添加对方的名片",
    )


class FingerprintTaken(Conflict):
    code = "peer_fingerprint_taken"
    what = Text(
        en="this certificate stands on the card of {party} already",
        zh="该证书已在 {party} 的名片上",
    )
    mend = Text(
        en="Each node has a certificate of its own; ask both parties",
        zh="每个节点须有自己的证书；请向双方核实",
    )


class CardOutdated(Conflict):
    code = "node_card_outdated"
    what = Text(
        en="this card of {party} has expired, or a newer one is pinned already",
        zh="{party} 的这张名片已过期，或本节点已登记更新的名片",
    )
    mend = Text(
        en="Ask the party for its present card; to go back to an older one, remove the peer first",
        zh="请向对方索取当前名片；如确需恢复旧名片，请先移除该对端",
    )


@dataclass(frozen=True, slots=True)
class KnownPeer:
    """A pinned peer and its card."""

    party: str
    card: NodeCard


def add_peer(statement: Statement, *, services: NodeServices) -> NodeCard:
    """Pin the node of a card that a person compared; it replaces an earlier card of the party.

    Raises CardInvalid, PeerIsSelf, PeerUnproven, CardOutdated, FingerprintTaken.
    """
    card, now = read_card(statement), services.now()
    if card.party == services.party:
        raise PeerIsSelf
    if not services.speaks(statement, party=card.party, seen_at=now):
        raise PeerUnproven(party=card.party)
    with transaction.atomic():
        current = Peer.objects.select_for_update().filter(removed_at=None)
        taken = current.filter(fingerprint=card.certificate_sha256).exclude(party=card.party)
        if (other := taken.first()) is not None:
            raise FingerprintTaken(party=other.party)
        _require_current(card, current.filter(party=card.party).first(), now=now)
        facts = {"party": card.party, "fingerprint": card.certificate_sha256}
        services.log(Entry("peer-added", now, HOLDER, {**facts, "card": statement.hash}))
        current.filter(party=card.party).update(removed_at=now)
        Peer.objects.create(
            party=card.party,
            fingerprint=card.certificate_sha256,
            address=card.address,
            card=statement.dump().decode(),
            added_at=now,
        )
    return card


def _require_current(card: NodeCard, held: Peer | None, *, now: dt.datetime) -> None:
    """An old card may name a certificate whose key was lost. Raises CardOutdated."""
    newer = held is not None and read_card(parse_statement(held.card)).valid_from > card.valid_from
    if newer or now >= card.valid_to:
        raise CardOutdated(party=card.party)


def remove_peer(party: str, *, services: NodeServices) -> None:
    """No more connections of this party. Raises PeerUnknown."""
    now = services.now()
    with transaction.atomic():
        row = Peer.objects.select_for_update().filter(party=party, removed_at=None).first()
        if row is None:
            raise PeerUnknown(party=party)
        facts = {"party": party, "fingerprint": row.fingerprint}
        services.log(Entry("peer-removed", now, HOLDER, facts))
        row.removed_at = now
        row.save(update_fields=["removed_at"])


def peers() -> list[KnownPeer]:
    """All that are pinned now, by party."""
    rows = Peer.objects.filter(removed_at=None).order_by("party")
    return [KnownPeer(row.party, read_card(parse_statement(row.card))) for row in rows]


def peer(party: str) -> NodeCard:
    """The card of one. Raises PeerUnknown."""
    row = Peer.objects.filter(party=party, removed_at=None).first()
    if row is None:
        raise PeerUnknown(party=party)
    return read_card(parse_statement(row.card))


def peer_of(fingerprint: str) -> str | None:
    """The party whose pinned certificate this is."""
    row = Peer.objects.filter(fingerprint=fingerprint, removed_at=None).first()
    return None if row is None else row.party


def node_facts(services: NodeServices) -> dict[str, NodeFacts]:
    """What the cards of all peers and of this node say, by party."""
    known = {one.party: NodeFacts(one.card.operated_by, one.card.address) for one in peers()}
    return known | {services.party: services.own}
