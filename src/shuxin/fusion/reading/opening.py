"""What kind of file this is, by its bytes and never by its name, and the tables in it."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.reading.columnar import DatabaseTable, ParquetTable
from shuxin.fusion.reading.compressed import MIB, open_bytes
from shuxin.fusion.reading.container import Container
from shuxin.fusion.reading.delimited import DelimitedText, delimiter_of
from shuxin.fusion.reading.encoding import encoding_of
from shuxin.fusion.reading.errors import (
    DatabaseUnreadable,
    EncodingUnknown,
    FileChanged,
    FileEmpty,
    FileUnreadable,
    NotATable,
    OutsideFolder,
)
from shuxin.fusion.reading.workbook import Sheet, sheets_of
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shuxin.fusion.reading.records import Table

_SAMPLE_BYTES = MIB // 4
_LOOKS = (
    (b"%PDF", Text(en="a PDF", zh="PDF 文档")),
    (b"\x89PNG", Text(en="a picture", zh="图片")),
    (b"\xff\xd8\xff", Text(en="a picture", zh="图片")),
    (b"Rar!", Text(en="a RAR archive", zh="RAR 压缩包")),
    (b"7z\xbc\xaf", Text(en="a 7z archive", zh="7z 压缩包")),
    (b"{\\rtf", Text(en="a text document", zh="文字文档")),
    (b"\x7fELF", Text(en="a program", zh="程序文件")),
    (
        b"SQLite format 3",
        Text(
            en="a SQLite database: give its address instead", zh="SQLite 数据库，请改为提供其地址"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How to read a delimited text."""

    packed: bool
    encoding: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The content of a file at one moment: sha256 (hex) of its bytes as stored, and their number."""

    sha256: str
    size: int
    changed_ns: int
    inode: int


def files_under(folder: Path) -> Iterator[Path]:
    """Regular files in name order, hidden ones left out. Raises OutsideFolder for a link that leads out."""
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith((".", "~$")) for part in relative.parts):
            continue
        if path.is_symlink() and not _leads_inside(path, root):
            raise OutsideFolder(file=str(relative))
        if path.is_file():
            yield path


def _leads_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # links in a ring
        return False


def fingerprint(path: Path, *, file: str) -> Fingerprint:
    """Raises FileChanged when the file is written to meanwhile, FileUnreadable."""
    try:
        before = path.stat()
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        after = path.stat()
    except OSError as error:
        raise FileUnreadable(file=file, reason=error.strerror or "unknown") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FileChanged(file=file)
    return Fingerprint(digest, after.st_size, after.st_mtime_ns, after.st_ino)


def container_of(path: Path, *, file: str) -> Container:
    """Raises FileEmpty, FileUnreadable, NotATable."""
    try:
        with path.open("rb") as stream:
            start = stream.read(8192)
    except OSError as error:
        raise FileUnreadable(file=file, reason=error.strerror or "unknown") from error
    if not start.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise FileEmpty(file=file)
    if start.startswith(b"PAR1"):
        return Container.PARQUET
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return Container.WORKBOOK
    if start.startswith(b"PK"):
        return _zip_container(path, file)
    for mark, looks in _LOOKS:
        if start.startswith(mark):
            raise NotATable(file=file, looks=looks)
    return Container.TEXT


def _zip_container(path: Path, file: str) -> Container:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NotATable(
            file=file, looks=Text(en="a damaged archive", zh="已损坏的压缩包")
        ) from error
    if {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} & names:
        return Container.WORKBOOK
    raise NotATable(file=file, looks=Text(en="a ZIP archive", zh="ZIP 压缩包"))


def text_format(path: Path, *, file: str) -> TextFormat:
    """Encoding and delimiter, from the first 256 KiB.

    Raises EncodingUnknown, NotATable, FileEmpty, CompressedBroken, CompressedTooFar.
    """
    with open_bytes(path, packed=False, label=file) as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    with open_bytes(path, packed=packed, label=file) as stream:
        sample = stream.read(_SAMPLE_BYTES)
        complete = len(sample) < _SAMPLE_BYTES
    if not sample.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise FileEmpty(file=file)
    encoding = encoding_of(sample, complete=complete)
    if encoding is None:
        if packed or b"\x00" in sample or sum(b > 127 for b in sample[:2000]) > 200:
            raise NotATable(file=file, looks=Text(en="binary data", zh="二进制数据"))
        raise EncodingUnknown(file=file)
    text = sample.decode(encoding, errors="replace").lstrip()
    if text[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<table", "<meta")):
        raise NotATable(file=file, looks=Text(en="a web page", zh="网页"))
    if text.startswith(("{", "[{")) and '":' in text[:2000]:
        raise NotATable(file=file, looks=Text(en="JSON", zh="JSON"))
    return TextFormat(packed, encoding, delimiter_of(text[: 64 * 1024]))


def tables_of(path: Path, *, file: str) -> tuple[Container, TextFormat | None, list[Table]]:
    """Every table in a file, found without knowing anything about it. Raises the errors of this package."""
    container = container_of(path, file=file)
    if container is Container.PARQUET:
        return container, None, [ParquetTable(path, file)]
    if container is Container.WORKBOOK:
        sheets = sheets_of(path, file=file)
        if not sheets:
            raise FileEmpty(file=file)
        return container, None, [*sheets]
    form = text_format(path, file=file)
    return container, form, [delimited(path, file=file, form=form)]


def delimited(path: Path, *, file: str, form: TextFormat) -> DelimitedText:
    return DelimitedText(
        path, file, packed=form.packed, encoding=form.encoding, delimiter=form.delimiter
    )


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file under the imported folder ``place``; ``file`` is its path there, with forward slashes."""

    path: Path
    file: str
    place: str = ""

    def fingerprint(self) -> Fingerprint:
        return fingerprint(self.path, file=self.file)

    def grew_since(self, seen: Fingerprint) -> bool:
        """A file that somebody keeps appending to has no end to wait for."""
        try:
            return self.path.stat().st_size > seen.size
        except OSError:
            return True

    def tables(self) -> tuple[Container, list[Table]]:
        container, _, tables = tables_of(self.path, file=self.file)
        return container, tables

    def table(self, container: Container, *, sheet: str, encoding: str, delimiter: str) -> Table:
        """The table that an accepted mapping describes; "auto" is found out for this file."""
        if container is Container.PARQUET:
            return ParquetTable(self.path, self.file)
        if container is Container.WORKBOOK:
            return Sheet(self.path, self.file, sheet)
        found = text_format(self.path, file=self.file)
        form = TextFormat(
            packed=found.packed,
            encoding=found.encoding if encoding == "auto" else encoding,
            delimiter=found.delimiter if delimiter == "auto" else delimiter,
        )
        return delimited(self.path, file=self.file, form=form)


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """One table of a database; ``file`` names it without address and password."""

    url: str
    table_name: str

    @property
    def file(self) -> str:
        return f"database:{self.table_name}"

    @property
    def place(self) -> str:
        """The database's address without account and password."""
        if self._is_duckdb():
            return self.url
        import sqlalchemy as sa  # noqa: PLC0415 - an extra, loaded only by those who use it

        try:
            address = sa.make_url(self.url)
        except (sa.exc.ArgumentError, ValueError) as error:
            raise DatabaseUnreadable(
                table=self.table_name, scheme="unknown", reason="the address is not understood"
            ) from error
        port = f":{address.port}" if address.port else ""
        return f"{address.drivername}://{address.host or ''}{port}/{address.database or ''}"

    def fingerprint(self) -> Fingerprint:
        """A digest of every cell, in the order in which rows are read."""
        digest, rows = hashlib.sha256(), 0
        for number, cells in self._table().records():
            digest.update((str(number) + "\x1e" + "\x1f".join(cells)).encode())
            rows += 1
        return Fingerprint(digest.hexdigest(), rows, 0, 0)

    def grew_since(self, seen: Fingerprint) -> bool:
        del seen  # a query sees the table as it was when it began
        return False

    def tables(self) -> tuple[Container, list[Table]]:
        return Container.DATABASE, [self._table()]

    def table(self, container: Container, *, sheet: str, encoding: str, delimiter: str) -> Table:
        del container, sheet, encoding, delimiter  # a database table has one form only
        return self._table()

    def _is_duckdb(self) -> bool:
        return self.url.startswith("duckdb:")

    def _table(self) -> DatabaseTable:
        if self._is_duckdb():
            from shuxin.fusion.reading.duckdb_file import DuckDBTable  # noqa: PLC0415 - heavy

            return DuckDBTable(self.url, self.table_name, self.file)
        return DatabaseTable(self.url, self.table_name, self.file)


Source = FileSource | DatabaseSource
