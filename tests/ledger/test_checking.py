from __future__ import annotations

import os
import random
import shutil
from typing import TYPE_CHECKING

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
)

from shuxin.ledger import disk as disk_module
from shuxin.ledger.api import check_folder, log_key
from shuxin.ledger.note import cosign_note, parse_note

if TYPE_CHECKING:
    from pathlib import Path

SEED = 5
SAMPLED = 50


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Three entries, two groups, a checkpoint."""
    folder = tmp_path_factory.mktemp("small") / "log"
    log = log_of(folder, 2)
    log.append_all(entries(2, 3), now=NOW)
    log.checkpoint()
    return files_of(folder)


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """530 entries: two full tiles, a partial one above, a tail, a checkpoint in the middle of a tile."""
    folder = tmp_path_factory.mktemp("tiled") / "log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk_module, "SETTLE_AT", 512)
        log = log_of(folder, 300)
        log.checkpoint()
        log.append_all(entries(300, 530), now=NOW)
    return files_of(folder)


def files_named(folder: Path) -> set[str]:
    return {damage.file for damage in check_folder(folder, key=log_key(ORIGIN, KEY.public))}


def flipped(content: bytes, at: int, bit: int) -> bytes:
    return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]


class TestCheck:
    def test_finds_nothing_in_a_sound_log(
        self, tmp_path: Path, small: dict[str, bytes], tiled: dict[str, bytes]
    ) -> None:
        assert files_named(copy_of(small, tmp_path / "small")) == set()
        assert files_named(copy_of(tiled, tmp_path / "tiled")) == set()
        assert "tile/1/000.p/2" in tiled

    def test_names_the_file_of_every_flipped_byte(
        self, tmp_path: Path, small: dict[str, bytes]
    ) -> None:
        folder = copy_of(small, tmp_path / "log")
        for name, content in small.items():
            for at in range(len(content)):
                (folder / name).write_bytes(flipped(content, at, at % 8))
                found = files_named(folder)
                assert name in found, (name, at)
            (folder / name).write_bytes(content)

    def test_names_the_file_of_a_flipped_byte_among_tiles(
        self, tmp_path: Path, tiled: dict[str, bytes]
    ) -> None:
        """At random places here; at each of them in the soak tests."""
        folder = copy_of(tiled, tmp_path / "log")
        places = random.Random(SEED)  # noqa: S311 - places to damage, no secret
        for name in places.choices([name for name in tiled if tiled[name]], k=SAMPLED):
            at = places.randrange(len(tiled[name]))
            (folder / name).write_bytes(flipped(tiled[name], at, places.randrange(8)))
            assert files_named(folder) == {name}, at
            (folder / name).write_bytes(tiled[name])

    def test_names_the_entry_and_the_hash(self, tmp_path: Path, tiled: dict[str, bytes]) -> None:
        folder = copy_of(tiled, tmp_path / "log")
        bundle = tiled["tile/entries/000"]
        changed = bundle.replace(b'"number":100,', b'"number":101,')
        (folder / "tile/entries/000").write_bytes(changed)
        (folder / "tile/0/001").write_bytes(flipped(tiled["tile/0/001"], 32 * 9, 0))
        (folder / "tile/1/000.p/2").write_bytes(flipped(tiled["tile/1/000.p/2"], 32, 0))
        found = {(damage.file, damage.place) for damage in check_folder(folder)}
        assert found == {
            ("tile/entries/000", "entry 100"),
            ("tile/0/001", "hash 9"),
            ("tile/1/000.p/2", "hash 1"),
        }

    def test_names_what_is_missing_or_too_much(
        self, tmp_path: Path, tiled: dict[str, bytes]
    ) -> None:
        for name in sorted(tiled):
            if name in {"checkpoint", "lock"}:
                continue  # a log without checkpoint is one that was never asked for any
            folder = copy_of(tiled, tmp_path / "log")
            (folder / name).unlink()
            assert name in files_named(folder), name
        folder = copy_of(tiled | {"tile/0/002": bytes(32), "notes.txt": b""}, tmp_path / "log")
        assert files_named(folder) == {"tile/0/002", "notes.txt"}
        folder = copy_of(tiled | {"lock": b"x"}, tmp_path / "log")
        assert files_named(folder) == {"tile/0/002", "notes.txt", "lock"}
        twice = copy_of(tiled | {"tail": tiled["tail"] + tiled["tail"][-32:]}, tmp_path / "twice")
        assert files_named(twice) == {"tail"}

    def test_names_every_file_that_is_cut_short(
        self, tmp_path: Path, tiled: dict[str, bytes]
    ) -> None:
        for name, content in tiled.items():
            if content:
                folder = copy_of(tiled | {name: content[:-1]}, tmp_path / "log")
                assert files_named(folder) == {name}

    def test_tells_an_unfinished_write_from_damage(
        self, tmp_path: Path, small: dict[str, bytes]
    ) -> None:
        cut = copy_of(small | {"tail": small["tail"][:-1]}, tmp_path / "cut")
        changed = small["tail"][:-1] + b"?"
        damaged = copy_of(small | {"tail": changed}, tmp_path / "damaged")
        ((unfinished,), (change,)) = check_folder(cut), check_folder(damaged)
        assert "unfinished" in unfinished.say("en")
        assert "未完成" in unfinished.say("zh")
        assert "unfinished" not in change.say("en")

    def test_tells_what_a_stopped_writer_left_from_damage(
        self, tmp_path: Path, tiled: dict[str, bytes]
    ) -> None:
        left = {"aside": b"half", "tile/1/000.p/1": tiled["tile/1/000.p/2"][:32]}
        strange = {"tile/1/000.p/3": b"", "tile/1/001.p/1": b"", "tile/0/000.p/1": b""}
        folder = copy_of(tiled | left | strange, tmp_path / "log")
        found = check_folder(folder)
        assert {one.file for one in found if one.unfinished} == set(left)
        assert {one.file for one in found if not one.unfinished} == set(strange)

    def test_knows_a_move_into_tiles_that_was_stopped(
        self, tmp_path: Path, tiled: dict[str, bytes]
    ) -> None:
        """The tail of before, and tiles of after, some of them not yet there."""
        folder = tmp_path / "log"
        log = log_of(folder, 300)
        log.append_all(entries(300, 530), now=NOW)
        moved = {name: tiled[name] for name in tiled if name.startswith("tile/")}
        copy_of(moved, folder)
        for name in ("", "tile/1/000.p/2", "tile/0/001"):
            if name:
                (folder / name).unlink()
                del moved[name]
            found = check_folder(folder)
            assert {one.file for one in found} == set(moved)
            assert all(one.unfinished for one in found)
        (folder / "tile/0/000").write_bytes(flipped(moved["tile/0/000"], 77, 1))
        assert [one.file for one in check_folder(folder) if not one.unfinished] == ["tile/0/000"]

    def test_takes_a_checkpoint_with_cosignatures(
        self, tmp_path: Path, small: dict[str, bytes]
    ) -> None:
        note = cosign_note(parse_note(small["checkpoint"]), name="w", signer=WITNESS_KEY, now=NOW)
        folder = copy_of(small | {"checkpoint": note.dump().encode()}, tmp_path / "log")
        assert files_named(folder) == set()

    def test_is_not_held_up_by_what_is_no_file(
        self, tmp_path: Path, small: dict[str, bytes]
    ) -> None:
        for name in ("origin", "tail", "checkpoint"):
            folder = copy_of(small, tmp_path / name)
            (folder / name).unlink()
            os.mkfifo(folder / name)
            assert files_named(folder) == ({name} if name != "checkpoint" else set())

    def test_prints_no_name_that_a_terminal_obeys(
        self, tmp_path: Path, small: dict[str, bytes]
    ) -> None:
        folder = copy_of(small, tmp_path / "log")
        for name in ("\x1b[2J", "\u202e", "\udcff"):
            (folder / name).write_bytes(b"")
        found = check_folder(folder)
        assert len(found) == 3
        assert all(one.say("en").isascii() and one.say("en").isprintable() for one in found)

    def test_finds_a_log_of_another_key(self, tmp_path: Path, small: dict[str, bytes]) -> None:
        folder = copy_of(small, tmp_path / "log")
        (damage,) = check_folder(folder, key=log_key(ORIGIN, OTHER_KEY.public))
        assert damage.file == "origin"

    def test_finds_entries_put_in_place_of_others(
        self, tmp_path: Path, tiled: dict[str, bytes]
    ) -> None:
        """A whole log made anew with the same key, other entries and the old checkpoint."""
        folder = tmp_path / "forged"
        log_of(folder, 0).append_all([*entries(1, 530), *entries(0, 1)], now=NOW)
        shutil.copyfile(copy_of(tiled, tmp_path / "true") / "checkpoint", folder / "checkpoint")
        assert files_named(folder) == {"checkpoint"}
