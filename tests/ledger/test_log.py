from __future__ import annotations

import errno
import itertools
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.samples import (
    KEY,
    NOW,
    ORIGIN,
    OTHER_KEY,
    copy_of,
    entries,
    entry,
    files_of,
    log_of,
    new_log,
    slow_consistency,
    slow_path,
    slow_root,
    trust_of,
)

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.sm2 import SM2Key
from shuxin.ledger import disk as disk_module
from shuxin.ledger import files as files_module
from shuxin.ledger.api import (
    CheckpointForeign,
    EntryMissing,
    LogBusy,
    LogDamaged,
    LogIdentityDiffers,
    LogProof,
    LogTrust,
    LogUnwritable,
    VerifierKeyInvalid,
    check_folder,
    open_log,
    parse_checkpoint,
    verify_consistency,
    verify_proof,
)
from shuxin.ledger.files import locked
from shuxin.ledger.log import EntryAhead

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.ledger.api import Log

CROSSING = (0, 1, 255, 256, 257, 1023, 1024, 1025, 1300, 2048, 2600)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return new_log(tmp_path / "log")


class TestLog:
    def test_gives_back_what_was_appended(self, log: Log) -> None:
        appended = log.append_all(entries(0, 5), now=NOW)
        assert [one.index for one in appended] == [0, 1, 2, 3, 4]
        assert log.append(entry(5), now=NOW).index == 5
        assert log.append_all([], now=NOW) == []
        assert log.entries(0, 99) == entries(0, 6)
        assert log.entries(4, 5) == [entry(4)]
        assert log.size == 6

    def test_has_the_root_of_the_rfc_at_every_size(self, log: Log) -> None:
        data = [one.data for one in entries(0, 20)]
        for size in range(20):
            _, checkpoint = parse_checkpoint(log.checkpoint())
            assert (checkpoint.origin, checkpoint.size) == (ORIGIN, size)
            assert checkpoint.root == slow_root(data[:size])
            log.append(entry(size), now=NOW)

    def test_proves_over_full_and_partial_tiles(self, log: Log) -> None:
        """At sizes about the borders of tiles, from memory and read anew, against the wording of the RFC."""
        data = [one.data for one in entries(0, CROSSING[-1])]
        for before, size in itertools.pairwise(CROSSING):
            log.append_all(entries(before, size), now=NOW)
            again = new_log(log._disk.folder)
            for index in {0, before, before + 1, size // 2, size - 1} & set(range(size)):
                expected = slow_path(index, data[:size])
                for one in (log, again):
                    proof = one.proof(index, checkpoint=one.checkpoint())
                    assert list(proof.path) == expected
                    assert proof.data == data[index]
            for old in {1, before, size // 3, size} - {0}:
                expected = slow_consistency(old, data[:size])
                assert list(again.consistency(old).path) == expected
            assert again.check() == []

    @settings(max_examples=12)
    @given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.data())
    def test_holds_its_laws_whatever_the_batches(
        self, tmp_path_factory: pytest.TempPathFactory, batches: list[int], data: st.DataObject
    ) -> None:
        log = new_log(tmp_path_factory.mktemp("law") / "log")
        sizes, notes = [0], [log.checkpoint()]
        for batch in batches:
            log.append_all(entries(sizes[-1], sizes[-1] + batch), now=NOW)
            sizes.append(sizes[-1] + batch)
            notes.append(log.checkpoint())
        trust = trust_of(log)
        early, late = sorted(
            data.draw(st.lists(st.integers(0, len(batches)), min_size=2, max_size=2))
        )
        proof = log.consistency(sizes[early], new_size=sizes[late])
        assert (proof.old, proof.new) == (notes[early], notes[late])
        assert verify_consistency(proof, trust=trust).holds
        if sizes[late]:
            index = data.draw(st.integers(0, sizes[late] - 1))
            found = log.proof(index, checkpoint=notes[late])
            assert found.entry == entry(index)
            assert verify_proof(LogProof.parse(found.dump()), trust=trust).holds

    def test_is_read_by_others_as_it_grows(self, tmp_path: Path) -> None:
        first, second = new_log(tmp_path / "log"), new_log(tmp_path / "log")
        size = 0
        for number in range(40):
            one, other = (first, second) if number % 2 else (second, first)
            one.append_all(entries(size, size + 70), now=NOW)
            size += 70
            assert other.size == size
            assert verify_proof(other.proof(size - 1), trust=trust_of(one)).holds
            assert verify_proof(other.proof(size // 2), trust=trust_of(one)).holds
        assert first.check() == []

    def test_proves_old_entries_while_another_process_settles(self, tmp_path: Path) -> None:
        reader, writer = log_of(tmp_path / "log", 1500), new_log(tmp_path / "log")
        note = reader.checkpoint()
        writer.append_all(entries(1500, 4000), now=NOW)
        reader._disk._store._rows.cache_clear()
        assert verify_proof(reader.proof(3, checkpoint=""), trust=trust_of(reader)).holds
        assert reader.proof(3).note == note

    def test_with_an_sm2_key_hashes_with_sm3(self, tmp_path: Path) -> None:
        log = open_log(tmp_path / "log", origin=ORIGIN, signer=SM2Key(bytes(range(1, 33))))
        log.append_all(entries(0, 3), now=NOW)
        trust = trust_of(log)
        assert verify_proof(log.proof(1), trust=trust).holds
        _, checkpoint = parse_checkpoint(log.checkpoint())
        assert checkpoint.root != slow_root([one.data for one in entries(0, 3)])
        assert log.check() == []

    def test_keeps_its_origin_and_key(self, log: Log) -> None:
        folder = log._disk.folder
        for origin, key in ((ORIGIN, OTHER_KEY), ("other", KEY)):
            with pytest.raises(LogIdentityDiffers):
                open_log(folder, origin=origin, signer=key)
        with pytest.raises(VerifierKeyInvalid):
            open_log(folder, origin="two words", signer=KEY)

    def test_has_no_proof_of_what_is_not_there(self, log: Log) -> None:
        log.append(entry(0), now=NOW)
        for index in (-1, 1, 10**9):
            with pytest.raises(EntryMissing):
                log.proof(index)
        for old, new in ((2, None), (-1, None), (1, 0), (0, 2)):
            with pytest.raises(EntryMissing):
                log.consistency(old, new_size=new)

    def test_proves_under_no_checkpoint_of_others(self, log: Log, tmp_path: Path) -> None:
        log.append(entry(0), now=NOW)
        other = new_log(tmp_path / "other")
        other.append(entry(1), now=NOW)
        stranger = open_log(tmp_path / "stranger", origin=ORIGIN, signer=OTHER_KEY)
        stranger.append(entry(0), now=NOW)
        longer = log_of(tmp_path / "longer", 2)
        for foreign in (other, stranger, longer):
            with pytest.raises(CheckpointForeign):
                log.proof(0, checkpoint=foreign.checkpoint())

    def test_takes_no_entry_from_the_future(self, log: Log) -> None:
        with pytest.raises(EntryAhead):
            log.append(entry(0), now=NOW - timedelta(minutes=6))
        assert log.append(entry(0), now=NOW - timedelta(minutes=4)).index == 0


class TestLock:
    def test_is_waited_for_within_bounds(self, log: Log) -> None:
        impatient = open_log(log._disk.folder, origin=ORIGIN, signer=KEY, wait_seconds=0.01)
        with locked(log._disk.folder, wait_seconds=1), pytest.raises(LogBusy):
            impatient.append(entry(0), now=NOW)
        assert impatient.append(entry(0), now=NOW).index == 0


class TestRecovery:
    def test_keeps_all_acknowledged_wherever_the_tail_is_cut(self, tmp_path: Path) -> None:
        """Every thirteenth offset here; each of them in the soak tests."""
        cut_everywhere(tmp_path, step=13)

    def test_finishes_a_move_into_tiles_that_was_interrupted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = log_of(tmp_path / "log", 1000)
        expected = files_after_settling(tmp_path / "whole")
        for stop in (1, 2, 3, 6, 8, 9, 10, 11, 12, 13):
            folder = copy_of(files_of(tmp_path / "log"), tmp_path / f"stopped-{stop}")
            with monkeypatch.context() as patch:
                patch.setattr(files_module.os, "fsync", failing_after(stop + 2, os.fsync))
                try:
                    new_log(folder).append_all(entries(1000, 1030), now=NOW)
                except LogUnwritable:
                    continue
            left = check_folder(folder)
            assert all(one.unfinished for one in left), left
            assert new_log(folder).size == 1030
            new_log(folder).append(entry(1030), now=NOW)
            assert new_log(folder).check() == []
            assert tiles_of(folder) == tiles_of_files(expected)
        assert log.size == 1000

    def test_refuses_a_tail_that_is_older_than_the_tiles(self, tmp_path: Path) -> None:
        log = log_of(tmp_path / "log", 300)
        tail = (tmp_path / "log" / "tail").read_bytes()
        log.append_all(entries(300, 1300), now=NOW)
        (tmp_path / "log" / "tail").write_bytes(tail)
        with pytest.raises(LogDamaged):
            new_log(tmp_path / "log")

    def test_refuses_a_tail_that_is_older_than_the_checkpoint(self, tmp_path: Path) -> None:
        log = log_of(tmp_path / "log", 3)
        tail = (tmp_path / "log" / "tail").read_bytes()
        log.append(entry(3), now=NOW)
        log.checkpoint()
        (tmp_path / "log" / "tail").write_bytes(tail)
        with pytest.raises(LogDamaged, match="shorter"):
            new_log(tmp_path / "log")

    def test_notices_that_entries_went_while_it_was_open(self, tmp_path: Path) -> None:
        log = log_of(tmp_path / "log", 3)
        tail = (tmp_path / "log" / "tail").read_bytes()
        log.append(entry(3), now=NOW)
        (tmp_path / "log" / "tail").write_bytes(tail)
        with pytest.raises(LogDamaged):
            log.append(entry(4), now=NOW)

    @pytest.mark.parametrize("name", ["origin", "tail"])
    def test_does_not_begin_anew_over_a_log_that_lost_a_file(
        self, tmp_path: Path, name: str
    ) -> None:
        log_of(tmp_path / "log", 3)
        (tmp_path / "log" / name).unlink()
        with pytest.raises(LogDamaged):
            new_log(tmp_path / "log")

    def test_names_a_tile_that_is_missing(self, tmp_path: Path) -> None:
        log_of(tmp_path / "log", 1300)
        (tmp_path / "log" / "tile" / "0" / "002").unlink()
        with pytest.raises(LogDamaged, match="tile/0/002"):
            new_log(tmp_path / "log").proof(600)

    def test_never_proves_what_was_changed_on_disk(self, tmp_path: Path) -> None:
        log_of(tmp_path / "log", 1300)
        bundle = tmp_path / "log" / "tile" / "entries" / "000"
        bundle.write_bytes(bundle.read_bytes().replace(b'"number":7,', b'"number":8,'))
        with pytest.raises(LogDamaged, match="entry 7"):
            new_log(tmp_path / "log").proof(7)

    def test_cuts_nothing_where_an_acknowledged_group_was_damaged(self, tmp_path: Path) -> None:
        log = log_of(tmp_path / "log", 3)
        log.append_all(entries(3, 5), now=NOW)
        content = (tmp_path / "log" / "tail").read_bytes()
        for at in range(32, len(content) - 32, 11):
            changed = content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]
            (tmp_path / "log" / "tail").write_bytes(changed)
            with pytest.raises(LogDamaged):
                new_log(tmp_path / "log")
            assert (tmp_path / "log" / "tail").read_bytes() == changed

    def test_overwrites_no_tile_with_another(self, tmp_path: Path) -> None:
        log_of(tmp_path / "log", 1000)
        other = tmp_path / "log" / "tile" / "entries" / "000"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"other")
        with pytest.raises(LogDamaged, match="tile/entries/000"):
            new_log(tmp_path / "log")
        assert other.read_bytes() == b"other"


class TestOrder:
    def test_a_group_is_durable_before_its_mark(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        calls: list[str] = []
        for name in ("pwrite", "fsync"):
            call = getattr(os, name)
            monkeypatch.setattr(disk_module.os, name, noted(calls, name, call))
        log.append(entry(3), now=NOW)
        assert calls == ["pwrite", "fsync", "pwrite"]

    def test_a_checkpoint_is_named_only_when_durable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        calls: list[str] = []
        for name in ("pwrite", "fsync", "rename"):
            call = getattr(os, name)
            monkeypatch.setattr(disk_module.os, name, noted(calls, name, call))
        log.checkpoint()
        assert calls == ["pwrite", "fsync", "rename", "fsync"]


class TestFailingDisk:
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
    @pytest.mark.parametrize("call", ["pwrite", "fsync"])
    @pytest.mark.parametrize("undo", ["undone", "persisted"])
    def test_acknowledges_nothing_and_goes_on_afterwards(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, undo: str, number: int
    ) -> None:
        """Each call on its own fails, then that call and all after it; also where nothing can be taken back."""
        for attempt, (nth, forever) in enumerate(
            (n, f) for n in range(1, 4) for f in (False, True)
        ):
            folder = tmp_path / str(attempt)
            log = log_of(folder, 3)
            with monkeypatch.context() as patch:
                broken = failing_after(nth, getattr(os, call), number=number, forever=forever)
                patch.setattr(disk_module.os, call, broken)
                if undo == "persisted":
                    patch.setattr(disk_module.os, "ftruncate", failing_after(1, os.ftruncate))
                acknowledged = append_or_not(log, 3)
            size = log.size
            assert size >= 3 + acknowledged
            log.append_all(entries(size, size + 2), now=NOW)
            for one in (log, new_log(folder)):
                assert one.entries(0, 99) == entries(0, size + 2)
                assert one.check() == []

    def test_half_a_write_is_taken_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        before = (tmp_path / "log" / "tail").read_bytes()
        whole, calls = os.pwrite, [0]

        def half(descriptor: int, content: bytes, at: int) -> int:
            calls[0] += 1
            if calls[0] > 1:
                raise OSError(errno.ENOSPC, "full")
            return whole(descriptor, bytes(content)[:50], at)

        with monkeypatch.context() as patch:
            patch.setattr(files_module.os, "pwrite", half)
            with pytest.raises(LogUnwritable, match="ENOSPC"):
                log.append(entry(3), now=NOW)
        assert (tmp_path / "log" / "tail").read_bytes() == before

    def test_fails_a_checkpoint_and_nothing_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = log_of(tmp_path / "log", 3)
        with monkeypatch.context() as patch:
            patch.setattr(files_module.os, "fsync", failing_after(1, os.fsync))
            with pytest.raises(LogUnwritable):
                log.checkpoint()
        assert verify_proof(log.proof(2), trust=LogTrust((log.key,))).holds


def cut_everywhere(tmp_path: Path, *, step: int) -> None:
    """Cut the tail of a log after each ``step`` bytes: what was marked before the cut is there, and it goes on."""
    log = new_log(tmp_path / "log")
    ends = [tail_size(tmp_path / "log")]
    for batch in (1, 3, 2):
        log.append_all(entries(log.size, log.size + batch), now=NOW)
        ends.append(tail_size(tmp_path / "log"))
    sizes = [0, 1, 4, 6]
    files = files_of(tmp_path / "log")
    folder = tmp_path / "cut"
    for length in range(ends[0], ends[-1] + 1, step):
        copy_of(files | {"tail": files["tail"][:length]}, folder)
        acknowledged = max(size for size, end in zip(sizes, ends, strict=True) if end <= length)
        found = new_log(folder)
        assert found.size in {acknowledged, *sizes}
        assert found.size >= acknowledged
        assert found.entries(0, 99) == entries(0, found.size)
        found.append(entry(found.size), now=NOW)
        assert new_log(folder).check() == []


def noted(calls: list[str], name: str, call: object) -> object:
    def called(*arguments: object) -> object:
        calls.append(name)
        return call(*arguments)  # type: ignore[operator]

    return called


def tail_size(folder: Path) -> int:
    return (folder / "tail").stat().st_size


def append_or_not(log: Log, number: int) -> bool:
    try:
        log.append(entry(number), now=NOW)
    except ShuxinError as error:
        assert isinstance(error, LogUnwritable)
        return False
    return True


def failing_after(
    nth: int, call: object, *, number: int = errno.EIO, forever: bool = True
) -> object:
    """``call``, which fails the nth time, and if ``forever`` each time after."""
    done = [0]

    def called(*arguments: object) -> object:
        done[0] += 1
        if done[0] == nth or (forever and done[0] > nth):
            raise OSError(number, os.strerror(number))
        return call(*arguments)  # type: ignore[operator]

    return called


def files_after_settling(folder: Path) -> dict[str, bytes]:
    log = log_of(folder, 1000)
    log.append_all(entries(1000, 1030), now=NOW)
    return files_of(folder)


def tiles_of(folder: Path) -> dict[str, bytes]:
    return tiles_of_files(files_of(folder))


def tiles_of_files(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.startswith("tile/")}
