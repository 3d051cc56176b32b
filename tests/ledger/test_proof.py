from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.samples import (
    KEY,
    NOW,
    ORIGIN,
    OTHER_KEY,
    WITNESS_KEY,
    entry,
    log_of,
    trust_of,
)

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.api import (
    ConsistencyProof,
    Contradiction,
    LogProof,
    LogTrust,
    ProofInvalid,
    TrustInvalid,
    log_key,
    parse_trust,
    verify_checkpoint,
    verify_consistency,
    verify_contradiction,
    verify_proof,
    witness_key,
)
from shuxin.ledger.checkpoint import Checkpoint, sign_checkpoint
from shuxin.ledger.note import cosign_note, parse_note

if TYPE_CHECKING:
    from shuxin.ledger.api import Log

WITNESS = witness_key("w", WITNESS_KEY.public)
SECOND_KEY = Ed25519Key(bytes(range(96, 128)))
SECOND = witness_key("v", SECOND_KEY.public)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return log_of(tmp_path_factory.mktemp("proof") / "log", 9)


@pytest.fixture(scope="module")
def proof(log: Log) -> LogProof:
    return log.proof(4, checkpoint=log.checkpoint())


def cosigned(note: str, *keys: tuple[str, Ed25519Key]) -> str:
    found = parse_note(note)
    for name, key in keys:
        found = cosign_note(found, name=name, signer=key, now=NOW)
    return found.dump()


def signed(size: int, root: bytes, *, key: Ed25519Key = KEY, origin: str = ORIGIN) -> str:
    return sign_checkpoint(Checkpoint(origin, size, root), signer=key).dump()


class TestProof:
    def test_comes_back_from_its_file(self, proof: LogProof, log: Log) -> None:
        assert LogProof.parse(proof.dump()) == proof
        assert proof.entry == entry(4)
        assert proof.checkpoint.size == 9
        consistency = log.consistency(3)
        assert ConsistencyProof.parse(consistency.dump()) == consistency

    def test_holds_with_the_logs_key_alone(self, proof: LogProof, log: Log) -> None:
        verdict = verify_proof(proof, trust=trust_of(log))
        assert verdict.holds
        assert [check.name for check in verdict.checks] == ["signature", "witnesses", "inclusion"]
        assert "credit" not in "".join(check.say("zh") for check in verdict.checks)

    def test_fails_by_name_for_each_thing_that_is_wrong(self, proof: LogProof, log: Log) -> None:
        trust = trust_of(log)
        other_entry = replace(proof, data=entry(5).data)
        assert verify_proof(other_entry, trust=trust).failed == ("inclusion",)
        assert verify_proof(replace(proof, index=5), trust=trust).failed == ("inclusion",)
        assert verify_proof(replace(proof, path=proof.path[1:]), trust=trust).failed == (
            "inclusion",
        )
        strangers = LogTrust((log_key(ORIGIN, OTHER_KEY.public),))
        assert verify_proof(proof, trust=strangers).failed == ("signature",)
        elsewhere = LogTrust((log_key("elsewhere", KEY.public),))
        assert verify_proof(proof, trust=elsewhere).failed == ("signature",)

    @given(st.integers(0, 3), st.binary(min_size=32, max_size=32))
    def test_fails_with_any_other_hash_in_its_path(
        self, proof: LogProof, log: Log, at: int, other: bytes
    ) -> None:
        path = (*proof.path[:at], other, *proof.path[at + 1 :])
        assert not verify_proof(replace(proof, path=path), trust=trust_of(log)).holds

    @pytest.mark.parametrize("threshold", [0, 1, 2])
    @pytest.mark.parametrize("names", [(), ("w",), ("w", "v")], ids=["none", "one", "both"])
    def test_needs_as_many_witnesses_as_one_says(
        self, proof: LogProof, log: Log, threshold: int, names: tuple[str, ...]
    ) -> None:
        keys = {"w": WITNESS_KEY, "v": SECOND_KEY}
        note = cosigned(proof.note, *((name, keys[name]) for name in names))
        trust = LogTrust((log.key,), (WITNESS, SECOND), threshold)
        verdict = verify_proof(replace(proof, note=note), trust=trust)
        assert verdict.holds == (len(names) >= threshold)
        assert verify_checkpoint(note, trust=trust).holds == (len(names) >= threshold)

    @pytest.mark.parametrize("name", [ORIGIN, f"{ORIGIN}/witness"], ids=["origin", "witness"])
    def test_counts_no_witness_of_the_log_itself(
        self, proof: LogProof, log: Log, name: str
    ) -> None:
        own = witness_key(name, WITNESS_KEY.public)
        note = cosigned(proof.note, (name, WITNESS_KEY))
        trust = LogTrust((log.key,), (own, SECOND), 1)
        assert verify_proof(replace(proof, note=note), trust=trust).failed == ("witnesses",)
        both = parse_note(cosigned(note, ("v", SECOND_KEY)))
        assert verify_checkpoint(both.dump(), trust=trust).holds
        assert trust.times_of(both, origin=ORIGIN) == (int(NOW.timestamp()),)
        assert len(trust.times_of(both, origin="shuxin/other")) == 2

    def test_counts_no_cosignature_of_another_checkpoint(self, proof: LogProof, log: Log) -> None:
        other = parse_note(cosigned(signed(8, bytes(32)), ("w", WITNESS_KEY))).signatures[-1]
        note = parse_note(proof.note).with_signature(other).dump()
        trust = LogTrust((log.key,), (WITNESS,), 1)
        assert verify_proof(replace(proof, note=note), trust=trust).failed == ("witnesses",)

    def test_holds_under_the_key_that_follows_another(self, proof: LogProof, log: Log) -> None:
        assert verify_proof(
            proof, trust=LogTrust((log_key(ORIGIN, OTHER_KEY.public), log.key))
        ).holds

    @pytest.mark.parametrize(
        ("part", "value"),
        [
            ("kind", "log-proofs"),
            ("index", -1),
            ("index", True),
            ("index", "4"),
            ("path", "x"),
            ("path", ["ab"]),
            ("path", ["A" * 64]),
            ("path", [1]),
            ("path", ["a" * 64] * 200),
            ("checkpoint", "x"),
            ("checkpoint", 1),
            ("checkpoint", "\ud800"),
            ("entry", {}),
            ("entry", "x"),
            ("more", 1),
        ],
        ids=range(15),
    )
    def test_is_read_strictly(self, proof: LogProof, part: str, value: object) -> None:
        parts = json.loads(proof.dump()) | {part: value}
        with pytest.raises(ProofInvalid):
            LogProof.parse(json.dumps(parts).encode())

    @given(st.data())
    def test_with_a_flipped_bit_is_refused_or_fails(
        self, proof: LogProof, log: Log, data: st.DataObject
    ) -> None:
        raw = bytearray(proof.dump())
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
        try:
            assert not verify_proof(LogProof.parse(bytes(raw)), trust=trust_of(log)).holds
        except ShuxinError as error:
            assert error.say("zh")

    @given(st.binary(max_size=60) | st.recursive(st.none() | st.text(max_size=3), st.lists))
    def test_of_strangers_bytes_is_refused_in_words(self, data: object) -> None:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        for parse in (LogProof.parse, ConsistencyProof.parse, Contradiction.parse):
            with pytest.raises(ProofInvalid):
                parse(raw)


class TestConsistency:
    def test_holds_between_all_sizes(self, log: Log) -> None:
        for old in range(10):
            for new in range(old, 10):
                proof = log.consistency(old, new_size=new)
                assert verify_consistency(proof, trust=trust_of(log)).holds

    def test_fails_by_name(self, log: Log) -> None:
        trust, true = trust_of(log), log.consistency(3)
        forged = replace(true, old=signed(3, bytes(32)))
        assert verify_consistency(forged, trust=trust).failed == ("consistency",)
        assert verify_consistency(replace(true, path=()), trust=trust).failed == ("consistency",)
        swapped = replace(true, old=true.new, new=true.old)
        assert verify_consistency(swapped, trust=trust).failed == ("consistency",)
        stranger = replace(true, old=signed(3, bytes(32), key=OTHER_KEY))
        assert verify_consistency(stranger, trust=trust).failed == ("signature", "consistency")
        needing = LogTrust((log.key,), (WITNESS,), 1)
        assert verify_consistency(true, trust=needing).failed == ("witnesses",)


class TestContradiction:
    def test_holds_only_for_two_trees_of_one_size(self, log: Log) -> None:
        trust = LogTrust((log.key, log_key("elsewhere", KEY.public)))
        one, other = signed(5, bytes(32)), signed(5, bytes(31) + b"\x01")
        evidence = Contradiction(one, other)
        assert Contradiction.parse(evidence.dump()) == evidence
        assert verify_contradiction(evidence, trust=trust).holds
        assert verify_contradiction(Contradiction(one, one), trust=trust).failed == (
            "contradiction",
        )
        smaller = Contradiction(one, signed(4, bytes(32)))
        assert verify_contradiction(smaller, trust=trust).failed == ("contradiction",)
        elsewhere = signed(5, bytes(31) + b"\x01", origin="elsewhere")
        assert verify_contradiction(Contradiction(one, elsewhere), trust=trust).failed == (
            "origin",
        )
        forged = signed(5, bytes(31) + b"\x01", key=OTHER_KEY)
        assert verify_contradiction(Contradiction(one, forged), trust=trust).failed == (
            "signature",
        )


class TestTrust:
    def test_comes_from_a_file(self, log: Log) -> None:
        keys = {"logs": [log.key.text], "witnesses": [WITNESS.text], "threshold": 1}
        data = json.dumps({"log": keys, "parties": []}).encode()
        assert LogTrust.of(parse_trust(data)["log"]) == LogTrust((log.key,), (WITNESS,), 1)

    @pytest.mark.parametrize(
        "change",
        [
            {"logs": []},
            {"logs": ["x"]},
            {"logs": [WITNESS.text]},
            {"logs": "x"},
            {"witnesses": [log_key("w", WITNESS_KEY.public).text]},
            {"witnesses": [WITNESS.text, WITNESS.text]},
            {"witnesses": [WITNESS.text, witness_key("x", WITNESS_KEY.public).text]},
            {"witnesses": [witness_key("w", KEY.public).text]},
            {"threshold": 2},
            {"threshold": -1},
            {"threshold": True},
            {"threshold": "1"},
            {"witneses": []},
        ],
        ids=range(13),
    )
    def test_is_read_strictly(self, log: Log, change: dict[str, object]) -> None:
        keys = {"logs": [log.key.text], "witnesses": [WITNESS.text], "threshold": 1}
        with pytest.raises(TrustInvalid) as caught:
            LogTrust.of(keys | change)
        assert caught.value.say("zh")

    @pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"a":1,"a":2}'], ids=range(4))
    def test_of_no_json_is_refused(self, data: bytes) -> None:
        with pytest.raises(TrustInvalid):
            parse_trust(data)
        with pytest.raises(TrustInvalid):
            LogTrust.of(None)
