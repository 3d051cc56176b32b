from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.fusion.reading import compressed
from shuxin.fusion.reading.compressed import GuardedGzip
from shuxin.fusion.reading.errors import CompressedBroken, CompressedTooFar, FileUnreadable

if TYPE_CHECKING:
    from pathlib import Path


class TestGuardedGzip:
    def test_refuses_to_unpack_many_times_the_size(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(compressed, "FREE_BYTES", 1 << 16)
        path = tmp_path / "bomb.gz"
        path.write_bytes(gzip.compress(bytes(1 << 20)))
        with GuardedGzip(path, "bomb.gz") as file, pytest.raises(CompressedTooFar):
            while file.read(1 << 12):
                pass

    def test_lets_a_small_list_of_equal_rows_pass(self, tmp_path: Path) -> None:
        content = b"same,row\n" * 100_000
        path = tmp_path / "list.gz"
        path.write_bytes(gzip.compress(content))
        with GuardedGzip(path, "list.gz") as file:
            assert file.read() == content

    @given(st.integers(2, 40))
    def test_tells_a_file_that_was_cut_off(
        self, tmp_path_factory: pytest.TempPathFactory, kept: int
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "cut.gz"
        path.write_bytes(gzip.compress(b"some, content\n" * 99)[:kept])
        with pytest.raises(CompressedBroken), GuardedGzip(path, "cut.gz") as file:
            file.read()

    def test_tells_that_a_file_is_gone(self, tmp_path: Path) -> None:
        with pytest.raises(FileUnreadable):
            compressed.open_bytes(tmp_path / "gone.gz", packed=True, label="gone.gz")
