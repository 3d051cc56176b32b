from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fusion.reading.test_workbook import xls, xlsx

from shuxin.fusion.layout import HEAD_RECORDS, find_layout
from shuxin.fusion.reading.container import Container
from shuxin.fusion.reading.errors import (
    EncodingUnknown,
    FileChanged,
    FileEmpty,
    FileUnreadable,
    NotATable,
    OutsideFolder,
)
from shuxin.fusion.reading.opening import files_under, fingerprint, tables_of
from shuxin.kernel.errors import ShuxinError

if TYPE_CHECKING:
    from pathlib import Path

LIST = "名称,代码,日期\n" + "".join(
    f"北京第{n}有限公司,91110108100000{n:04},2024-01-{n:02}\n" for n in range(1, 28)
)


@pytest.fixture
def put(tmp_path: Path) -> Path:
    return tmp_path / "any name at all.csv"


class TestTablesOf:
    @pytest.mark.parametrize(
        ("content", "container"),
        [
            (LIST.encode(), Container.TEXT),
            (gzip.compress(LIST.encode("gb18030"), mtime=0), Container.TEXT),
            (LIST.replace(",", "\t").encode("utf-16"), Container.TEXT),
            (xlsx(lambda sheet: sheet.write(0, 0, "x")), Container.WORKBOOK),
            (xls(lambda sheet: sheet.write(0, 0, "x")), Container.WORKBOOK),
        ],
    )
    def test_goes_by_the_bytes_and_not_by_the_name(
        self, put: Path, content: bytes, container: Container
    ) -> None:
        put.write_bytes(content)
        found, _, tables = tables_of(put, file="f")
        assert found is container
        assert len(tables) == 1

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"", FileEmpty),
            (b"\xef\xbb\xbf\r\n", FileEmpty),
            (gzip.compress(b"\n", mtime=0), FileEmpty),
            (bytes(range(256)) * 40, NotATable),
            (b"\x89PNG\r\n", NotATable),
            (b"%PDF-1.7", NotATable),
            (b"PK\x03\x04 not an archive", NotATable),
            (b"<!DOCTYPE html><html><table>", NotATable),
            (b'[{"name": 1}]', NotATable),
            (gzip.compress(xlsx(lambda sheet: sheet.write(0, 0, "x")), mtime=0), NotATable),
            (b"\x80\xff,1\n" * 30, EncodingUnknown),
        ],
    )
    def test_says_what_a_file_is_that_is_no_table(
        self, put: Path, content: bytes, error: type[ShuxinError]
    ) -> None:
        put.write_bytes(content)
        with pytest.raises(error):
            tables_of(put, file="f")

    def test_tells_that_a_file_is_gone(self, put: Path) -> None:
        with pytest.raises(FileUnreadable):
            tables_of(put, file="f")


SEEDS = (
    LIST.encode(),
    LIST.encode("gb18030"),
    LIST.encode("utf-16"),
    gzip.compress(LIST.encode(), mtime=0),
    b"",
)
BOOKS = tuple(
    write(lambda sheet: [sheet.write(r, c, f"甲{r}") for r in range(9) for c in range(3)])
    for write in (xlsx, xls)
)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A valid file with pieces replaced, cut out, doubled or put in."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 64)))
        piece = draw(st.one_of(st.binary(max_size=16), st.just(bytes(content[start:end] * 2))))
        content[start:end] = piece
    return bytes(content)


def read_whatever_it_is(path: Path) -> None:
    """The way of an import: find the tables, their layout, and all their rows."""
    _, _, tables = tables_of(path, file="f")
    for table in tables:
        layout = find_layout(table.head(HEAD_RECORDS))
        if layout is None:
            continue
        for batch in table.batches(skip_through=layout.last_line_above, width=layout.width):
            assert {len(column) for column in batch.columns} == {batch.rows}
            assert len(batch.columns) == layout.width


class TestHostileBytes:
    @given(mutated(SEEDS))
    def test_are_read_or_refused_as_text(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes
    ) -> None:
        self._read(tmp_path_factory, content)

    @given(mutated(BOOKS))
    def test_are_read_or_refused_as_workbooks(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes
    ) -> None:
        self._read(tmp_path_factory, content)

    @staticmethod
    def _read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        path = tmp_path_factory.getbasetemp() / "hostile"
        path.write_bytes(content)
        try:
            read_whatever_it_is(path)
        except ShuxinError as error:
            assert error.say("en")
            assert error.say("zh")


class TestFilesUnder:
    def test_gives_regular_files_in_name_order_without_hidden_ones(self, tmp_path: Path) -> None:
        for name in ("b.csv", "a/c.csv", ".hidden", "..secret.csv", "~$b.xlsx", "a/.x/d.csv"):
            (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
            (tmp_path / name).write_text("x")
        os.mkfifo(tmp_path / "pipe")
        found = [path.relative_to(tmp_path).as_posix() for path in files_under(tmp_path)]
        assert found == ["a/c.csv", "b.csv"]

    @pytest.mark.parametrize("target", ["..", "../other.csv", "/etc/passwd", "ring"])
    def test_refuses_a_link_that_leads_out_or_nowhere(self, tmp_path: Path, target: str) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        (tmp_path / "other.csv").write_text("x")
        (folder / "ring").symlink_to(target)
        with pytest.raises(OutsideFolder):
            list(files_under(folder))

    def test_follows_a_link_that_stays_inside(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("x")
        (tmp_path / "b.csv").symlink_to("a.csv")
        assert len(list(files_under(tmp_path))) == 2


class TestFingerprint:
    @given(st.binary(max_size=99), st.binary(max_size=99))
    def test_is_of_the_bytes_alone(
        self, tmp_path_factory: pytest.TempPathFactory, one: bytes, other: bytes
    ) -> None:
        paths = [tmp_path_factory.getbasetemp() / name for name in ("one", "other")]
        for path, content in zip(paths, (one, other), strict=True):
            path.write_bytes(content)
        same = fingerprint(paths[0], file="f").sha256 == fingerprint(paths[1], file="f").sha256
        assert same == (one == other)

    def test_refuses_a_file_that_grows_meanwhile(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "growing.csv"
        path.write_text("a")

        def digest(stream: object, kind: str) -> object:
            path.write_text("a longer text")
            return hashlib_digest(stream, kind)

        import hashlib

        hashlib_digest = hashlib.file_digest
        monkeypatch.setattr(hashlib, "file_digest", digest)
        with pytest.raises(FileChanged):
            fingerprint(path, file="growing.csv")
