"""Pair secrets: both ends derive the same, nobody else's key counts, and the derivation never changes."""

from __future__ import annotations

import hashlib
import hmac
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.consent.world import BANK, CLERK, DAY, DIRECTORY, END, HOLDER, KEYS, NOW, PLATFORM
from tests.federation.memory import MemoryChannel, Post

from shuxin.federation.domain.job import Job, job_from
from shuxin.federation.engine.secrets import (
    JOB_KEY,
    PairKeyInvalid,
    exchange,
    key_messages,
    pair_secret,
    shared_point,
)
from shuxin.kernel.signing import base64url
from shuxin.kernel.statements import parse_statement, sign_statement

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

JOB_ID = "ab" * 32
PARTIES = (BANK, HOLDER, PLATFORM)
LOW_ORDER = [
    bytes(32).hex(),
    "01" + "00" * 31,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
]


def job() -> Job:
    roles = zip(PARTIES, ("label", "holder", "helper"), strict=True)
    return job_from(
        {
            "nonce": "0" * 32,
            "proposer": BANK,
            "purpose": "model_training",
            "parties": [{"party": party, "role": role} for party, role in roles],
            "parameters": {"kind": "rehearsal"},
            "outputs": [{"name": "verdict", "to": BANK}],
            "proposed_at": NOW.isoformat(),
            "valid_to": (NOW + DAY).isoformat(),
        }
    )


def exchanged(
    folder: Path, *, change: Any = None, now: dt.datetime = NOW
) -> tuple[dict[str, dict[str, bytes]], dict[str, PairKeyInvalid], Post]:
    """Each party's secrets, or how it refused."""
    post = Post(folder, change)
    secrets: dict[str, dict[str, bytes]] = {}
    refused: dict[str, PairKeyInvalid] = {}

    def run(party: str) -> None:
        channel = MemoryChannel(party, post)
        try:
            secrets[party] = exchange(
                channel, job=job(), job_id=JOB_ID, party=party,
                signer=KEYS[party], keys=DIRECTORY, now=now,
            )  # fmt: skip
        except PairKeyInvalid as error:
            refused[party] = error

    threads = [threading.Thread(target=run, args=(party,)) for party in PARTIES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return secrets, refused, post


def forged(**fields: Any) -> Any:
    """The bank changes what it tells the holder, and signs it."""

    def change(sender: str, receiver: str, _: str, content: bytes) -> bytes:
        if (sender, receiver) != (BANK, HOLDER):
            return content
        body = {**parse_statement(content).body, **fields}
        return sign_statement(JOB_KEY, body, signer=KEYS[BANK]).dump()

    return change


class TestExchange:
    def test_both_ends_of_each_pair_share_one_secret_and_no_two_pairs_the_same(
        self, tmp_path: Path
    ) -> None:
        secrets, refused, _ = exchanged(tmp_path)
        assert refused == {}
        assert all(secrets[a][b] == secrets[b][a] for a in PARTIES for b in PARTIES if a != b)
        assert len({secret for found in secrets.values() for secret in found.values()}) == 3

    def test_another_exchange_gives_other_secrets(self, tmp_path: Path) -> None:
        one, other = exchanged(tmp_path)[0], exchanged(tmp_path)[0]
        assert one[BANK][HOLDER] != other[BANK][HOLDER]

    def test_run_again_gives_the_same(self, tmp_path: Path) -> None:
        post = Post(tmp_path)
        own: dict[str, bytes] = {}
        for _ in range(2):
            channel = MemoryChannel(BANK, post, own)
            post.messages.clear()
            threading.Thread(target=_answer, args=(post,)).start()
            found = exchange(
                channel, job=two(), job_id=JOB_ID, party=BANK,
                signer=KEYS[BANK], keys=DIRECTORY, now=NOW,
            )  # fmt: skip
            own.setdefault("found", found[HOLDER])
            assert own["found"] == found[HOLDER]

    def test_declares_what_it_sends(self, tmp_path: Path) -> None:
        declared = {(d.sender, d.receiver, d.name): d.most_bytes for d in key_messages(job())}
        _, _, post = exchanged(tmp_path)
        assert set(declared) == set(post.messages)
        assert all(len(content) <= declared[key] for key, content in post.messages.items())

    def test_sends_no_private_key(self, tmp_path: Path) -> None:
        """Each public point and nonce goes out; nothing else of what was drawn."""
        post = Post(tmp_path)
        channel = MemoryChannel(BANK, post)
        threading.Thread(target=_answer, args=(post,)).start()
        exchange(
            channel, job=two(), job_id=JOB_ID, party=BANK,
            signer=KEYS[BANK], keys=DIRECTORY, now=NOW,
        )  # fmt: skip
        drawn = channel.kept[f"keys/{HOLDER}"]
        sent = post.messages[BANK, HOLDER, "keys"]
        assert drawn[:32] not in sent
        assert base64url(drawn[:32]).encode() not in sent
        assert drawn[:32].hex().encode() not in sent

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"job": "cd" * 32}, "job"),
            ({"party": PLATFORM}, "party"),
            ({"peer": PLATFORM}, "peer"),
            ({"public": "AA"}, "public"),
            ({"public": 7}, "public"),
            ({"nonce": "AB" * 16}, "nonce"),
            ({"nonce": 0}, "nonce"),
            ({"more": ""}, "fields"),
            *(({"public": base64url(bytes.fromhex(point))}, "public") for point in LOW_ORDER),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_refuses_a_key_that_names_something_else(
        self, tmp_path: Path, fields: dict[str, Any], reason: str
    ) -> None:
        secrets, refused, _ = exchanged(tmp_path, change=forged(**fields))
        assert refused[HOLDER].facts == {"party": BANK, "reason": reason}
        assert sorted(secrets) == sorted((BANK, PLATFORM))

    def test_refuses_a_key_that_an_auditor_of_the_party_signed(self, tmp_path: Path) -> None:
        def change(sender: str, receiver: str, _: str, content: bytes) -> bytes:
            if (sender, receiver) != (BANK, HOLDER):
                return content
            return sign_statement(JOB_KEY, parse_statement(content).body, signer=CLERK).dump()

        _, refused, _ = exchanged(tmp_path, change=change)
        assert refused[HOLDER].facts == {"party": BANK, "reason": "wrong_role"}

    @pytest.mark.parametrize(
        "content",
        [b"", b"{}", b"\xff", sign_statement("other", {}, signer=KEYS[BANK]).dump()],
        ids=["empty", "no statement", "no text", "another kind"],
    )
    def test_refuses_what_is_no_job_key(self, tmp_path: Path, content: bytes) -> None:
        _, refused, _ = exchanged(
            tmp_path, change=lambda *message: content if message[0] == BANK else message[3]
        )
        assert refused[HOLDER].facts == {"party": BANK, "reason": "statement"}

    def test_refuses_a_statement_that_the_helper_put_in_the_place_of_the_peer_s(
        self, tmp_path: Path
    ) -> None:
        def swapped(sender: str, receiver: str, _: str, content: bytes) -> bytes:
            if (sender, receiver) != (BANK, HOLDER):
                return content
            body = dict(parse_statement(content).body)
            return sign_statement(JOB_KEY, body, signer=KEYS[PLATFORM]).dump()

        _, refused, _ = exchanged(tmp_path, change=swapped)
        assert refused[HOLDER].facts == {"party": BANK, "reason": "other_party"}

    def test_refuses_a_changed_statement(self, tmp_path: Path) -> None:
        def tampered(sender: str, _: str, __: str, content: bytes) -> bytes:
            nonce = str(parse_statement(content).body["nonce"]).encode()
            return content.replace(nonce, b"0" * 32) if sender == BANK else content

        _, refused, _ = exchanged(tmp_path, change=tampered)
        assert refused[HOLDER].facts == {"party": BANK, "reason": "signature"}

    def test_refuses_an_expired_key(self, tmp_path: Path) -> None:
        _, refused, _ = exchanged(tmp_path, now=END + DAY)
        assert {error.facts["reason"] for error in refused.values()} == {"expired"}


def two() -> Job:
    """The same job without the helper, as far as the exchange looks."""
    found = job()
    return found.model_copy(update={"parties": found.parties[:2]})


def _answer(post: Post) -> None:
    """The holder, the same at every run."""
    kept = {f"keys/{BANK}": bytes(range(48))}
    exchange(
        MemoryChannel(HOLDER, post, kept), job=two(), job_id=JOB_ID, party=HOLDER,
        signer=KEYS[HOLDER], keys=DIRECTORY, now=NOW,
    )  # fmt: skip


class TestDerivation:
    def test_is_x25519_of_rfc_7748_section_6_1(self) -> None:
        alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
        bob_public = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
        shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
        found = shared_point(bytes.fromhex(alice), bytes.fromhex(bob_public))
        assert found == bytes.fromhex(shared)

    @pytest.mark.parametrize("point", LOW_ORDER)
    def test_gives_nothing_for_a_point_of_low_order(self, point: str) -> None:
        assert shared_point(bytes(range(32)), bytes.fromhex(point)) is None

    def test_has_a_known_answer(self) -> None:
        nonces = {"uscc:B": bytes(range(16)), "uscc:A": bytes(range(16, 32))}
        found = pair_secret(bytes(range(32, 64)), job_id=JOB_ID, nonces=nonces)
        assert found.hex() == "e30443e8fa503f1bbc7e1134b2b6db0ec14180ed739f925ab3056163dc8ccaa2"

    @given(
        st.binary(min_size=32, max_size=32),
        st.binary(min_size=16, max_size=16),
        st.binary(min_size=16, max_size=16),
    )
    def test_is_hkdf_of_rfc_5869(self, shared: bytes, low: bytes, high: bytes) -> None:
        info = f"shuxin/pair/v1|{JOB_ID}|{BANK}|{HOLDER}".encode()
        key = hmac.digest(low + high, shared, hashlib.sha256)
        found = pair_secret(shared, job_id=JOB_ID, nonces={HOLDER: high, BANK: low})
        assert found == hmac.digest(key, info + b"\x01", hashlib.sha256)
