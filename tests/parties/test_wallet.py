"""Private keys on one's own device."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from tests.parties.world import claim, key

from shuxin.kernel.signing import Algorithm, base64url
from shuxin.parties.api import (
    PassphraseWrong,
    Wallet,
    WalletDamaged,
    WalletKeyMissing,
    WalletOpen,
    new_private_key,
    wallet_from,
)

if TYPE_CHECKING:
    from pathlib import Path

CHEAP = 1 << 4
BOSS = claim("boss")


@pytest.fixture
def wallet(tmp_path: Path) -> Wallet:
    return Wallet(tmp_path / "wallet")


def file_of(wallet: Wallet) -> Path:
    (found,) = wallet.folder.iterdir()
    return found


class TestWallet:
    def test_gives_back_the_key_that_it_keeps(self, wallet: Wallet) -> None:
        wallet.keep(key("boss"), claim=BOSS, passphrase=None)
        (held,) = wallet.held()
        assert held.claim == BOSS
        assert not held.is_protected
        assert wallet.open(held, passphrase=None) == key("boss")

    def test_keeps_keys_of_sm2(self, wallet: Wallet) -> None:
        made = new_private_key(Algorithm.SM2)
        wallet.keep(made, claim=dataclasses.replace(BOSS, public=made.public), passphrase=None)
        assert wallet.open(wallet.held()[0], passphrase=None) == made

    def test_a_protected_key_opens_with_its_passphrase_only(self, wallet: Wallet) -> None:
        wallet.keep(key("boss"), claim=BOSS, passphrase=b"right", cost=CHEAP)
        (held,) = wallet.held()
        assert wallet.open(held, passphrase=b"right") == key("boss")
        for wrong in (None, b"", b"wrong"):
            with pytest.raises(PassphraseWrong):
                wallet.open(held, passphrase=wrong)
        content = file_of(wallet).read_bytes()
        assert base64url(key("boss").seed).encode() not in content

    def test_the_claim_cannot_be_changed_under_a_protected_key(self, wallet: Wallet) -> None:
        wallet.keep(key("boss"), claim=BOSS, passphrase=b"right", cost=CHEAP)
        path = file_of(wallet)
        path.write_bytes(path.read_bytes().replace(b'"label":"boss"', b'"label":"loss"'))
        with pytest.raises(PassphraseWrong):
            wallet.open(wallet.held()[0], passphrase=b"right")

    def test_only_its_owner_may_read_it(self, wallet: Wallet) -> None:
        wallet.keep(key("boss"), claim=BOSS, passphrase=None)
        assert wallet.folder.stat().st_mode & 0o777 == 0o700
        assert file_of(wallet).stat().st_mode & 0o777 == 0o600
        file_of(wallet).chmod(0o640)
        with pytest.raises(WalletOpen):
            wallet.held()

    def test_never_writes_over_a_key(self, wallet: Wallet) -> None:
        wallet.keep(key("boss"), claim=BOSS, passphrase=None)
        with pytest.raises(FileExistsError):
            wallet.keep(key("boss"), claim=BOSS, passphrase=None)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"cost":16', b'"cost":1073741824'),
            (b'"cost":16', b'"cost":17'),
            (b'"claim"', b'"claims"'),
            (b"}", b""),
            (b'"nonce":"', b'"nonce":"AAAA'),
        ],
        ids=["too dear", "no power of two", "other parts", "cut", "nonce"],
    )
    def test_a_damaged_file_is_named(self, wallet: Wallet, old: bytes, new: bytes) -> None:
        wallet.keep(key("boss"), claim=BOSS, passphrase=b"right", cost=CHEAP)
        path = file_of(wallet)
        path.write_bytes(path.read_bytes().replace(old, new))
        with pytest.raises(WalletDamaged):
            wallet.open(wallet.held()[0], passphrase=b"right")

    def test_finds_a_key_by_its_first_digits(self, wallet: Wallet) -> None:
        for name in ("boss", "second"):
            wallet.keep(key(name), claim=claim(name), passphrase=None)
        wanted = key("boss").public.key_id
        assert wallet.find(wanted[:8]).public == key("boss").public
        for wrong in ("", "zz"):
            with pytest.raises(WalletKeyMissing):
                wallet.find(wrong)

    def test_lies_where_the_person_says(self, tmp_path: Path) -> None:
        assert wallet_from({}, home=tmp_path).folder == tmp_path / ".shuxin-wallet"
        named = {"SHUXIN_WALLET": str(tmp_path / "here")}
        assert wallet_from(named, home=tmp_path).folder == tmp_path / "here"

    def test_a_key_never_prints_itself(self) -> None:
        made = new_private_key(Algorithm.ED25519)
        assert repr(made) == f"Ed25519Key({made.public.key_id})"
