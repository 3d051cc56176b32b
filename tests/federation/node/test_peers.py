from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.federation.domain.samples import DAY, HELPER, HOLDER, LABEL, NOW, OTHER
from tests.federation.node.world import STRANGERS_KEY, card_of, certificate_of, world

from shuxin.federation.domain.card import fingerprint
from shuxin.federation.models import Peer
from shuxin.federation.node.peers import (
    CardOutdated,
    FingerprintTaken,
    PeerIsSelf,
    PeerUnknown,
    PeerUnproven,
    add_peer,
    node_facts,
    peer,
    peer_of,
    peers,
    remove_peer,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


class TestPeers:
    def test_a_card_is_pinned_and_logged(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=HOLDER, peers=())
        add_peer(card_of(LABEL), services=made.services)
        assert [one.party for one in peers()] == [LABEL]
        assert peer_of(fingerprint(certificate_of(LABEL))) == LABEL
        assert peer_of("0" * 64) is None
        assert made.kinds_logged() == ["peer-added"]
        assert node_facts(made.services)[LABEL].operated_by == LABEL
        assert set(node_facts(made.services)) == {LABEL, HOLDER}

    def test_a_newer_card_replaces_the_earlier(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=HOLDER, peers=(LABEL,))
        add_peer(card_of(LABEL, address="https://moved.example:1"), services=made.services)
        assert peer(LABEL).address == "https://moved.example:1"
        assert Peer.objects.count() == 2

    def test_an_older_or_expired_card_does_not_come_back(self, tmp_path: Path) -> None:
        """It may name a certificate whose key was lost."""
        made = world(tmp_path, me=HOLDER, peers=())
        old, new = card_of(LABEL), card_of(LABEL, valid_from=NOW - DAY)
        expired = card_of(HELPER, valid_to=NOW)
        add_peer(new, services=made.services)
        for card in (old, expired):
            with pytest.raises(CardOutdated):
                add_peer(card, services=made.services)
        assert [one.party for one in peers()] == [LABEL]
        remove_peer(LABEL, services=made.services)
        add_peer(old, services=made.services)

    def test_a_removed_one_is_no_peer(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=HOLDER, peers=(LABEL,))
        remove_peer(LABEL, services=made.services)
        assert peers() == []
        assert peer_of(fingerprint(certificate_of(LABEL))) is None
        assert made.kinds_logged() == ["peer-removed"]
        with pytest.raises(PeerUnknown):
            peer(LABEL)
        with pytest.raises(PeerUnknown):
            remove_peer(LABEL, services=made.services)

    def test_a_card_of_a_key_that_is_not_trusted_is_refused(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=HOLDER, peers=())
        with pytest.raises(PeerUnproven):
            add_peer(card_of(LABEL, signer=STRANGERS_KEY), services=made.services)
        assert peers() == []
        assert made.log == []

    def test_neither_ones_own_card_nor_anothers_certificate(self, tmp_path: Path) -> None:
        made = world(tmp_path, me=HOLDER, peers=(LABEL,))
        with pytest.raises(PeerIsSelf):
            add_peer(card_of(HOLDER), services=made.services)
        pem = certificate_of(LABEL)
        card = card_of(OTHER, certificate=pem, certificate_sha256=fingerprint(pem))
        with pytest.raises(FingerprintTaken):
            add_peer(card, services=made.services)
        assert [one.party for one in peers()] == [LABEL]

    def test_when_the_log_fails_nothing_is_pinned(self, tmp_path: Path) -> None:
        def full(_: object) -> None:
            raise OSError("disk full")

        made = world(tmp_path, me=HOLDER, peers=(), log=full)
        with pytest.raises(OSError, match="disk full"):
            add_peer(card_of(HELPER), services=made.services)
        assert peers() == []
