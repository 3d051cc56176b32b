"""The log under many kills, at every byte, and with every byte flipped. Only in make soak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from tests.ledger.samples import NOW, copy_of, entries, files_of, log_of
from tests.ledger.test_disk import STEPS, append_and_lose_power
from tests.ledger.test_log import cut_everywhere
from tests.ledger.test_processes import killed_while_appending

from shuxin.ledger import disk as disk_module
from shuxin.ledger.api import check_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ledger.test_disk import Step

pytestmark = pytest.mark.soak

KILLS = 1000
SEED = 20260301


class TestKilledWriters:
    def test_lose_no_acknowledged_entry(self, tmp_path: Path) -> None:
        killed_while_appending(tmp_path / "log", kills=KILLS, seed=SEED)


class TestLosingDisk:
    @settings(max_examples=1000, deadline=None)
    @given(STEPS)
    def test_loses_no_acknowledged_entry(
        self, tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
    ) -> None:
        append_and_lose_power(tmp_path_factory.mktemp("losing"), steps)


class TestTail:
    def test_keeps_all_acknowledged_wherever_it_is_cut(self, tmp_path: Path) -> None:
        cut_everywhere(tmp_path, step=1)


class TestCheck:
    def test_names_the_file_of_a_flipped_byte_among_tiles(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A full tile, a partial one above, a tail, a checkpoint: each byte, one bit; the long bundle: each ninth."""
        monkeypatch.setattr(disk_module, "SETTLE_AT", 256)
        log = log_of(tmp_path / "made", 200)
        log.checkpoint()
        log.append_all(entries(200, 260), now=NOW)
        files = files_of(tmp_path / "made")
        folder = copy_of(files, tmp_path / "log")
        for name, content in files.items():
            for at in range(0, len(content), 9 if "entries" in name else 1):
                flipped = content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :]
                (folder / name).write_bytes(flipped)
                assert name in {damage.file for damage in check_folder(folder)}, (name, at)
            (folder / name).write_bytes(content)
