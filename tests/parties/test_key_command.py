"""``shuxin key`` on its owner's device; what it writes is judged as a holder would."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest
from tests.parties.world import ENTERPRISE, PERSON, World, key

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.statements import Statement, sign_statement
from shuxin.parties.api import (
    Binding,
    Directory,
    KeyProblem,
    KnownKey,
    Method,
    PassphraseWrong,
    Wallet,
    read_claim,
    sign_binding,
)
from shuxin.portal.commandline.parties import COMMANDS
from shuxin.portal.commands import key as command
from shuxin.portal.commands.party import read_statements

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

ANCHORS = World().anchors
NEW = ["new", "--party", ENTERPRISE, "--kind", "enterprise", "--name", "例示公司", "--label", "one"]


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHUXIN_WALLET", str(tmp_path / "wallet"))
    monkeypatch.delenv("SHUXIN_WALLET_PASSPHRASE_FILE", raising=False)
    return tmp_path


def run(device: Path, *words: str) -> list[Statement]:
    """The statements that the command wrote."""
    parser = argparse.ArgumentParser()
    COMMANDS["key"].arguments(parser)
    out = [] if words[0] == "list" else ["--out", str(device / "out")]
    assert command.run(parser.parse_args([*words, *out]), "en") == 0
    return read_statements(str(device / "out")) if out else []


def now() -> dt.datetime:
    from shuxin.infra.api import now_in_china

    return now_in_china()


def attested(request: Statement) -> list[Statement]:
    """As the attester of the small world would, from an hour ago for ten days."""
    import datetime as dt

    start = now() - dt.timedelta(hours=1)
    binding = Binding(
        read_claim(request), start, start + dt.timedelta(days=10), Method.LICENCE, "00" * 32
    )
    return [request, sign_binding(binding, signer=key("attester"))]


def counts(device: Path, statements: list[Statement], key_id: str) -> KnownKey | KeyProblem:
    import datetime as dt

    wallet = Wallet(device / "wallet")
    private = wallet.open(wallet.find(key_id), passphrase=None)
    message = sign_statement("test-message", {}, signer=private)
    directory = Directory.build(statements, anchors=ANCHORS)
    seen_at = now() + dt.timedelta(seconds=2)
    return directory.who_signed(message, party=ENTERPRISE, seen_at=seen_at)


class TestKeyCommand:
    def test_new_makes_a_request_that_an_attester_can_bind(self, device: Path) -> None:
        (request,) = run(device, *NEW)
        assert isinstance(counts(device, attested(request), request.key_id), KnownKey)

    def test_rotate_ends_the_old_key_and_asks_for_the_new_one(self, device: Path) -> None:
        (first,) = run(device, *NEW)
        second, ended = run(device, "rotate", first.key_id)
        everything = [*attested(first), *attested(second), ended]
        assert counts(device, everything, first.key_id) is KeyProblem.REVOKED
        assert isinstance(counts(device, everything, second.key_id), KnownKey)

    def test_one_key_revokes_another_of_the_same_party(self, device: Path) -> None:
        first, second = (run(device, *NEW)[0] for _ in range(2))
        gone = run(device, "revoke", first.key_id, "--reason", "lost", "--with", second.key_id)
        everything = [*attested(first), *attested(second), *gone]
        assert counts(device, everything, first.key_id) is KeyProblem.REVOKED
        assert isinstance(counts(device, everything, second.key_id), KnownKey)

    def test_recover_makes_a_new_request_and_says_what_to_ask_for(
        self, device: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (request,) = run(device, "recover", "--lost", "ab" * 16, *NEW[1:])
        assert request.kind == "key-possession"
        assert "ab" * 16 in "".join(capsys.readouterr().out.split())

    def test_a_mandate_is_signed_with_the_enterprise_key(self, device: Path) -> None:
        (request,) = run(device, *NEW)
        start, end = now(), now().replace(year=now().year + 1, day=1)
        mandate = run(
            *(device, "mandate", request.key_id, "--person", PERSON),
            *("--purpose", "credit_decision", "--from", start.isoformat(timespec="seconds")),
            *("--to", end.isoformat(timespec="seconds")),
        )
        directory = Directory.build([*attested(request), *mandate], anchors=ANCHORS)
        assert directory.rejected == ()

    def test_a_passphrase_comes_from_a_file_that_the_environment_names(
        self, device: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (device / "passphrase").write_text("right\n")
        monkeypatch.setenv("SHUXIN_WALLET_PASSPHRASE_FILE", str(device / "passphrase"))
        (request,) = run(device, *NEW, "--protect")
        wallet = Wallet(device / "wallet")
        with pytest.raises(PassphraseWrong):
            wallet.open(wallet.find(request.key_id), passphrase=b"wrong")
        assert run(device, "revoke", request.key_id, "--reason", "compromised")

    def test_what_nobody_could_attest_is_refused_and_not_kept(self, device: Path) -> None:
        with pytest.raises(ShuxinError):
            run(device, "new", "--party", PERSON, "--kind", "enterprise", "--name", "x")
        assert Wallet(device / "wallet").held() == ()

    def test_list_shows_public_things_only(
        self, device: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from shuxin.kernel.signing import Ed25519Key, base64url

        (request,) = run(device, *NEW)
        run(device, "list")
        wallet = Wallet(device / "wallet")
        private = wallet.open(wallet.find(request.key_id), passphrase=None)
        assert isinstance(private, Ed25519Key)
        printed = capsys.readouterr().out
        assert "one" in printed
        assert base64url(private.seed) not in printed
        assert private.seed.hex() not in printed
