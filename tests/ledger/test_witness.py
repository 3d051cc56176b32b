from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from tests.ledger.samples import (
    KEY,
    NOW,
    ORIGIN,
    OTHER_KEY,
    WITNESS_KEY,
    copy_of,
    entries,
    files_of,
    log_of,
    new_log,
)

from shuxin.ledger.api import (
    CheckpointShrunk,
    ConsistencyNotShown,
    Contradiction,
    Equivocation,
    LogDamaged,
    LogOwn,
    LogTrust,
    LogUnwatched,
    LogUnwritable,
    NoteInvalid,
    Witness,
    log_key,
    open_log,
    parse_checkpoint,
    verify_checkpoint,
    verify_contradiction,
    verify_proof,
)
from shuxin.ledger.checkpoint import sign_checkpoint
from shuxin.ledger.files import os as files_os
from shuxin.ledger.note import LONGEST_NOTE, NoteSignature, parse_note

LOG_KEY = log_key(ORIGIN, KEY.public)


def new_witness(folder: Path) -> Witness:
    return Witness(folder / "witness", name="w", signer=WITNESS_KEY, logs=(LOG_KEY,))


def line_of(name: str) -> str:
    """A signature line of a stranger."""
    return NoteSignature(name, b"abcd", bytes(64)).line


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return new_witness(tmp_path)


class TestWitness:
    def test_cosigns_a_log_as_it_grows(self, tmp_path: Path, witness: Witness) -> None:
        log = log_of(tmp_path / "log", 3)
        trust = LogTrust((log.key,), (witness.key,), 1)
        assert witness.last(ORIGIN) is None
        note = witness.cosign(log.checkpoint(), now=NOW)
        assert verify_proof(log.proof(1, checkpoint=note), trust=trust).holds
        log.append_all(entries(3, 9), now=NOW)
        again = new_witness(tmp_path)
        last = again.last(ORIGIN)
        assert last is not None
        path = log.consistency(last.size).path
        later = again.cosign(log.checkpoint(), path=path, now=NOW)
        assert verify_proof(log.proof(8, checkpoint=later), trust=trust).holds
        assert not verify_proof(log.proof(8, checkpoint=log.checkpoint()), trust=trust).holds

    def test_cosigns_the_same_checkpoint_again_with_its_time(
        self, tmp_path: Path, witness: Witness
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        first = witness.cosign(log.checkpoint(), now=NOW)
        second = witness.cosign(first, now=NOW + timedelta(days=1))
        times = [[s.time for s in parse_note(note).signatures] for note in (first, second)]
        assert times[1][1] == times[0][1] + 86400  # type: ignore[operator]
        assert len(times[1]) == 2

    def test_is_not_stopped_by_lines_of_strangers(self, tmp_path: Path, witness: Witness) -> None:
        log = log_of(tmp_path / "log", 3)
        note = log.checkpoint()
        full = note + "".join(line_of(f"x{number}") for number in range(63))
        for given in (full, note, full):
            cosigned = parse_note(witness.cosign(given, now=NOW))
            assert cosigned.signed_by(witness.key)
            assert cosigned.signed_by(log.key)
        (kept,) = (tmp_path / "witness").rglob("latest")
        assert [one.name for one in parse_note(kept.read_bytes()).signatures] == [ORIGIN, "w"]
        with pytest.raises(NoteInvalid):
            parse_note(full + line_of("x63"))

    def test_passes_on_the_cosignatures_of_others(self, tmp_path: Path, witness: Witness) -> None:
        log = log_of(tmp_path / "log", 3)
        other = Witness(tmp_path / "v", name="v", signer=OTHER_KEY, logs=(LOG_KEY,))
        note = witness.cosign(other.cosign(log.checkpoint(), now=NOW), now=NOW)
        assert verify_checkpoint(
            note, trust=LogTrust((LOG_KEY,), (witness.key, other.key), 2)
        ).holds

    def test_keeps_no_checkpoint_that_it_could_not_read_again(
        self, tmp_path: Path, witness: Witness
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        _, true = parse_checkpoint(log.checkpoint())
        room = LONGEST_NOTE - len(log.checkpoint().encode())
        wide = dataclasses.replace(true, extensions=("x" * (room - 50),))
        note = sign_checkpoint(wide, signer=KEY).dump()
        assert len(note.encode()) <= LONGEST_NOTE
        with pytest.raises(NoteInvalid, match="no room"):
            witness.cosign(note, now=NOW)
        assert witness.last(ORIGIN) is None
        witness.cosign(log.checkpoint(), now=NOW)

    @pytest.mark.parametrize("name", [ORIGIN, f"{ORIGIN}/witness"], ids=["origin", "witness"])
    def test_cosigns_no_log_of_its_own(self, tmp_path: Path, name: str) -> None:
        log = log_of(tmp_path / "log", 3)
        by_name = Witness(tmp_path / "a", name=name, signer=WITNESS_KEY, logs=(LOG_KEY,))
        by_key = Witness(tmp_path / "b", name="w", signer=KEY, logs=(LOG_KEY,))
        for own in (by_name, by_key):
            with pytest.raises(LogOwn):
                own.cosign(log.checkpoint(), now=NOW)
            assert own.last(ORIGIN) is None

    def test_refuses_without_a_proof_and_says_from_where(
        self, tmp_path: Path, witness: Witness
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        witness.cosign(log.checkpoint(), now=NOW)
        log.append_all(entries(3, 9), now=NOW)
        for path in ((), log.consistency(2).path, log.consistency(3).path[1:]):
            with pytest.raises(ConsistencyNotShown, match="3 entries"):
                witness.cosign(log.checkpoint(), path=path, now=NOW)
        assert witness.last(ORIGIN).size == 3  # type: ignore[union-attr]

    def test_catches_two_trees_of_one_size(self, tmp_path: Path, witness: Witness) -> None:
        log = log_of(tmp_path / "log", 3)
        fork = new_log(copy_of(files_of(tmp_path / "log"), tmp_path / "fork"))
        log.append_all(entries(3, 5), now=NOW)
        fork.append_all(entries(4, 6), now=NOW)
        witness.cosign(log.checkpoint(), now=NOW)
        for number in range(3):
            with pytest.raises(Equivocation) as caught:
                witness.cosign(fork.checkpoint() + line_of(f"x{number}"), now=NOW)
            later = NOW + timedelta(minutes=number)
            witness.cosign(log.checkpoint() + line_of(f"x{number}"), now=later)
        evidence = Contradiction.parse(Path(str(caught.value.facts["evidence"])).read_bytes())
        assert verify_contradiction(evidence, trust=LogTrust((log.key,))).holds
        assert len(list((tmp_path / "witness").rglob("evidence-*"))) == 1

    def test_catches_a_fork_that_grew(self, tmp_path: Path, witness: Witness) -> None:
        log = log_of(tmp_path / "log", 3)
        fork = new_log(copy_of(files_of(tmp_path / "log"), tmp_path / "fork"))
        log.append_all(entries(3, 5), now=NOW)
        fork.append_all(entries(4, 9), now=NOW)
        witness.cosign(log.checkpoint(), now=NOW)
        with pytest.raises(ConsistencyNotShown):
            witness.cosign(fork.checkpoint(), path=fork.consistency(5).path, now=NOW)

    def test_refuses_a_smaller_checkpoint_and_keeps_both(
        self, tmp_path: Path, witness: Witness
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        old = log.checkpoint()
        log.append_all(entries(3, 9), now=NOW)
        witness.cosign(log.checkpoint(), now=NOW)
        with pytest.raises(CheckpointShrunk) as caught:
            witness.cosign(old, now=NOW)
        evidence = Contradiction.parse(Path(str(caught.value.facts["evidence"])).read_bytes())
        assert parse_note(evidence.second) == parse_note(old)
        assert not verify_contradiction(evidence, trust=LogTrust((log.key,))).holds

    def test_watches_only_the_logs_that_it_was_told_of(
        self, tmp_path: Path, witness: Witness
    ) -> None:
        stranger = open_log(tmp_path / "log", origin=ORIGIN, signer=OTHER_KEY)
        elsewhere = open_log(tmp_path / "elsewhere", origin="elsewhere", signer=KEY)
        for log in (stranger, elsewhere):
            with pytest.raises(LogUnwatched):
                witness.cosign(log.checkpoint(), now=NOW)

    def test_gives_no_cosignature_that_is_not_durable(
        self, tmp_path: Path, witness: Witness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        note = log.checkpoint()
        witness.cosign(note, now=NOW)
        log.append_all(entries(3, 9), now=NOW)
        later, path = log.checkpoint(), log.consistency(3).path

        def broken(_: int) -> None:
            raise OSError(5, "no")

        with monkeypatch.context() as patch:
            patch.setattr(files_os, "fsync", broken)
            with pytest.raises(LogUnwritable):
                witness.cosign(later, path=path, now=NOW)
        assert witness.last(ORIGIN).size == 3  # type: ignore[union-attr]

    def test_never_remembers_another_checkpoint_than_it_cosigned(
        self, tmp_path: Path, witness: Witness
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        witness.cosign(log.checkpoint(), now=NOW)
        true = witness.last(ORIGIN)
        (kept,) = (tmp_path / "witness").rglob("latest")
        content = kept.read_bytes()
        refused = 0
        for at in range(len(content)):
            kept.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            try:
                assert witness.last(ORIGIN) == true
            except LogDamaged:
                refused += 1
        assert refused > len(true.text)  # type: ignore[union-attr]
