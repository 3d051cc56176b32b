from __future__ import annotations

import datetime as dt
import errno
import gzip
import os
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from tests.fusion.conftest import (
    FIRST_DAY,
    Installation,
    csv_text,
    only,
    refused,
    rows_of_firms,
)

from shuxin.fusion import loading
from shuxin.fusion.outcome import State
from shuxin.fusion.proposal_files import proposal_names
from shuxin.fusion.reading import compressed, lines, opening
from shuxin.infra import store as store_module
from shuxin.kernel.errors import ShuxinError

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

pytestmark = pytest.mark.django_db
LATER = FIRST_DAY + dt.timedelta(days=1)


@pytest.fixture
def loaded(office: Installation) -> Installation:
    """An installation with one accepted and loaded file."""
    office.put("罚款.csv", rows_of_firms(30))
    office.load()
    return office


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            (bytes(range(256)) * 64, "file_not_a_table"),
            ("统一社会信用代码,企业名称\n".encode(), "file_header_only"),
            (
                gzip.compress(csv_text(rows_of_firms(30)).encode(), mtime=0)[:-20],
                "compressed_broken",
            ),
            (b"\x80\xff,1\n" * 30, "encoding_unknown"),
        ],
    )
    def test_is_refused_when_it_is_new(
        self, office: Installation, content: bytes, code: str
    ) -> None:
        office.put("新.csv", content)
        before = office.state()
        assert refused(office.run()) == code
        assert office.state() == before
        assert not proposal_names(office.settings.proposals)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            (bytes(range(256)) * 64, "file_not_a_table"),
            (csv_text(rows_of_firms(0)).encode(), "file_header_only"),
            (
                gzip.compress(csv_text(rows_of_firms(9)).encode(), mtime=0)[:-20],
                "compressed_broken",
            ),
        ],
    )
    def test_is_refused_in_place_of_a_good_file(
        self, loaded: Installation, content: bytes, code: str
    ) -> None:
        loaded.put("罚款.csv", content)
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == code
        assert loaded.state() == before

    def test_one_endless_line(self, loaded: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "LONGEST_LINE_MIB", 0)
        monkeypatch.setattr(lines, "BLOCK_BYTES", 64)
        monkeypatch.setattr(
            opening,
            "delimited",
            lambda path, *, file, form: opening.DelimitedText(
                path, file, form.packed, form.encoding, form.delimiter, block_bytes=64
            ),
        )
        before = loaded.state()
        loaded.put("罚款.csv", csv_text(rows_of_firms(9)) + "甲" * 4096)
        assert refused(loaded.run(now=LATER)) == "record_too_long"
        assert loaded.state() == before

    def test_a_file_that_unpacks_without_end(
        self, loaded: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(compressed, "FREE_BYTES", 1 << 16)
        content = csv_text(rows_of_firms(9)) + "甲,乙,丙,1\n" * 200_000
        loaded.put("罚款.csv", gzip.compress(content.encode()))
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "compressed_too_far"
        assert loaded.state() == before

    def test_a_mapping_with_the_wrong_delimiter(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        office.run()
        office.edit_text(old="encoding: auto", new="encoding: auto\ndelimiter: ;")
        office.accept()
        before = office.state()
        assert refused(office.run()) == "layout_changed"
        assert office.state() == before

    def test_a_mapping_with_the_wrong_encoding(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(30))
        office.run()
        office.edit_text(old="encoding: auto", new="encoding: utf-16-le")
        office.accept()
        before = office.state()
        assert refused(office.run()) in {"layout_changed", "file_empty"}
        assert office.state() == before

    def test_a_link_that_leads_out(self, loaded: Installation, tmp_path: Path) -> None:
        (tmp_path / "secret.csv").write_text(csv_text(rows_of_firms(9)))
        (loaded.inbox / "innocent.csv").symlink_to("../secret.csv")
        before = loaded.state()
        with pytest.raises(ShuxinError) as caught:
            loaded.run(now=LATER)
        assert caught.value.code == "path_outside_folder"
        assert loaded.state() == before

    @pytest.mark.parametrize(
        "name", ["a..b.csv", "..\\..\\x.csv", "a\nb.csv", "-rf.csv", "%2e%2e.csv"]
    )
    def test_names_that_look_like_ways_out_stay_inside(
        self, office: Installation, name: str
    ) -> None:
        office.put(name if not name.startswith("..") else f"x{name}", rows_of_firms(20))
        assert only(office.load()).state is State.LOADED
        root = office.settings.home.parent
        assert {path.name for path in root.iterdir()} == {"home", "inbox"}

    def test_a_file_that_changes_while_it_is_read(
        self, loaded: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = loaded.put("罚款.csv", rows_of_firms(50))
        make = loading.RowMaker.make

        def changing(self: loading.RowMaker, batch: object) -> tuple[pa.Table, pa.Table]:
            with path.open("a") as file:
                file.write("one,more,row,1\n")
            return make(self, batch)  # type: ignore[arg-type]

        monkeypatch.setattr(loading.RowMaker, "make", changing)
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "file_changed_while_read"
        assert loaded.state() == before

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
    def test_a_disk_that_is_full_while_rows_are_written(
        self, loaded: Installation, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        loaded.put("罚款.csv", rows_of_firms(50))
        monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "disk_full"
        assert loaded.state() == before

    def test_a_disk_that_is_full_when_the_load_is_kept(
        self, loaded: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: object) -> None:
            raise OSError(errno.ENOSPC, "no space")

        loaded.put("罚款.csv", rows_of_firms(50))
        monkeypatch.setattr(store_module, "_sync", full)
        before = loaded.state()
        assert refused(loaded.run(now=LATER)) == "disk_full"
        assert loaded.state() == before

    def test_of_one_file_does_not_hold_up_the_others(self, office: Installation) -> None:
        office.put("a.csv", b"")
        office.put("b.csv", rows_of_firms(20))
        office.put("c.csv", bytes(range(256)) * 64)
        assert [outcome.state for outcome in office.load()] == [
            State.REFUSED,
            State.LOADED,
            State.REFUSED,
        ]
