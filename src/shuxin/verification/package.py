"""The package that a person carries: a ZIP file of stored members, read as a stranger's bytes.

The reader accepts only what ``write_package`` can make: nothing is compressed, so nothing can swell; members
lie one after the other without gaps, so every byte of the file is accounted for; names are labels, never paths.
"""

from __future__ import annotations

import os
import struct
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.verification.commitment import CHUNK_BYTES
from shuxin.verification.presentation import LONGEST_PRESENTATION
from shuxin.verification.receipt import LONGEST_RECEIPT

if TYPE_CHECKING:
    from pathlib import Path

RECEIPT, CONTENT, PRESENTED = "receipt.json", "content/", "presentation.json"
LONGEST_PACKAGE = (1 << 31) - 1  # beyond it ZIP64 would be needed
LONGEST_NAME = 200
_LIMITS = {RECEIPT: LONGEST_RECEIPT, PRESENTED: LONGEST_PRESENTATION}
_END, _ENTRY, _LOCAL = (
    struct.Struct("<4s4H2LH"),
    struct.Struct("<4s6H3L5H2L"),
    struct.Struct("<4s5H3L2H"),
)
_FEWEST, _MOST = 2, 3
_UTF8_NAME = 0x800


class PackageInvalid(InvalidInput):
    code = "package_invalid"
    what = Text(
        en="this is not a document package: {reason}", zh="这不是有效的文件数据包：{reason}"
    )
    mend = Text(
        en="Use the package as it was issued, not packed again; or give file and receipt separately",
        zh="请使用出具时的原数据包，不要重新压缩；或分别提供文件和回执",
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A run of bytes inside a file."""

    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Package:
    """A package (数据包): receipt and presentation (empty when there is none) as bytes, the content as its place."""

    receipt: bytes
    presentation: bytes
    content: Part
    file_name: str


class PartReader:
    """The bytes of one part, to be read once from the start; closes nothing."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        file.seek(part.start)
        self._file, self._left = file, part.size

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        piece = self._file.read(wanted)
        self._left -= len(piece)
        return piece


def content_of(file: BinaryIO, package: Package) -> BinaryIO:
    """The carried document, for ``commitment_of``."""
    return PartReader(file, package.content)  # type: ignore[return-value]


def file_name_problem(name: str) -> str:
    """Why a file's name may not stand in a package; empty when it may."""
    if not name or len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        return "length"
    if name.startswith(".") or "/" in name or "\\" in name or not name.isprintable():
        return "signs"
    return ""


def write_package(
    target: Path, *, receipt: bytes, content: Path, file_name: str, presentation: bytes = b""
) -> None:
    """Write a package in place of ``target``. Raises PackageInvalid when the file is too large or misnamed."""
    if problem := file_name_problem(file_name):
        raise PackageInvalid(reason=f"file name: {problem}")
    if content.stat().st_size > LONGEST_PACKAGE - (1 << 20):
        raise PackageInvalid(reason="size")
    members = [(RECEIPT, receipt), (PRESENTED, presentation)]
    aside = target.with_name(f".{target.name}.part")
    with (
        _made_private(aside) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made,
        content.open("rb") as source,
    ):
        for name, data in members:
            if data:
                made.writestr(_named(name), data)
        with made.open(_named(CONTENT + file_name), "w") as inside:
            while piece := source.read(CHUNK_BYTES):
                inside.write(piece)
    aside.replace(target)


def write_private(target: Path, data: bytes) -> None:
    """Write a file that only its owner reads, in place of ``target``, whatever the process's umask."""
    aside = target.with_name(f".{target.name}.part")
    with _made_private(aside) as file:
        file.write(data)
    aside.replace(target)


def _made_private(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb")


def read_package(file: BinaryIO) -> Package:
    """Read a package from a stranger; the content is not read. Raises PackageInvalid."""
    size = file.seek(0, 2)
    if not _END.size <= size <= LONGEST_PACKAGE:
        raise PackageInvalid(reason="size")
    directory = _directory(file, size)
    parts = _parts(directory, _central(file, directory))
    for name, part in parts.items():
        _require_local(file, name, part)
    content = [name for name in parts if name.startswith(CONTENT)]
    if len(content) != 1 or RECEIPT not in parts or set(parts) - {RECEIPT, PRESENTED, *content}:
        raise PackageInvalid(reason="members")
    file_name = content[0].removeprefix(CONTENT)
    if problem := file_name_problem(file_name):
        raise PackageInvalid(reason=f"file name: {problem}")
    return Package(
        receipt=_small(file, parts[RECEIPT], most=_LIMITS[RECEIPT]),
        presentation=_small(file, parts[PRESENTED], most=_LIMITS[PRESENTED])
        if PRESENTED in parts
        else b"",
        content=parts[content[0]],
        file_name=file_name,
    )


def _named(name: str) -> zipfile.ZipInfo:
    """A member without time or permissions of the machine that packs."""
    return zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))


def _directory(file: BinaryIO, size: int) -> Part:
    file.seek(size - _END.size)
    sign, disk, first, here, entries, length, start, comment = _END.unpack(file.read(_END.size))
    if sign != b"PK\x05\x06" or disk or first or comment or here != entries:
        raise PackageInvalid(reason="end")
    if not _FEWEST <= entries <= _MOST or start + length != size - _END.size:
        raise PackageInvalid(reason="directory")
    if length > _MOST * (_ENTRY.size + LONGEST_NAME + len(CONTENT)):
        raise PackageInvalid(reason="directory")
    return Part(start, length)


def _central(file: BinaryIO, directory: Part) -> list[tuple[str, int, int]]:
    """Name, size and place of the local header of each member, in the directory's order."""
    file.seek(directory.start)
    data, found, at = file.read(directory.size), [], 0
    while at < len(data):
        if len(data) - at < _ENTRY.size:
            raise PackageInvalid(reason="directory")
        entry = _ENTRY.unpack_from(data, at)
        sign, _, _, flags, method = entry[:5]
        packed, plain, name_size, extra, comment, disk = entry[8:14]
        if sign != b"PK\x01\x02" or flags & ~_UTF8_NAME or method or packed != plain:
            raise PackageInvalid(reason="a member is compressed or encrypted")
        if extra or comment or disk:
            raise PackageInvalid(reason="extra")
        name = _text(data[at + _ENTRY.size : at + _ENTRY.size + name_size], name_size)
        found.append((name, plain, entry[16]))
        at += _ENTRY.size + name_size
    return found


def _parts(directory: Part, entries: list[tuple[str, int, int]]) -> dict[str, Part]:
    """Members by name; they must fill the file from its first byte to the directory."""
    parts, at = {}, 0
    for name, size, start in entries:
        if start != at or name in parts:
            raise PackageInvalid(reason="members overlap")
        body = start + _LOCAL.size + len(name.encode())
        parts[name] = Part(body, size)
        at = body + size
    if at != directory.start:
        raise PackageInvalid(reason="members overlap")
    return parts


def _require_local(file: BinaryIO, name: str, part: Part) -> None:
    """The header before a member says the same as the directory."""
    encoded = name.encode()
    file.seek(part.start - _LOCAL.size - len(encoded))
    head = file.read(_LOCAL.size + len(encoded))
    sign, _, flags, method, *_, packed, plain, name_size, extra = _LOCAL.unpack_from(head)
    same = (method, packed, plain, name_size, extra) == (0, part.size, part.size, len(encoded), 0)
    if sign != b"PK\x03\x04" or flags & ~_UTF8_NAME or not same:
        raise PackageInvalid(reason="header")
    if head[_LOCAL.size :] != encoded:
        raise PackageInvalid(reason="header")


def _text(raw: bytes, size: int) -> str:
    try:
        name = raw.decode()
    except UnicodeDecodeError as error:
        raise PackageInvalid(reason="name") from error
    if len(raw) != size or not name:
        raise PackageInvalid(reason="name")
    return name


def _small(file: BinaryIO, part: Part, *, most: int) -> bytes:
    if part.size > most:
        raise PackageInvalid(reason="size")
    file.seek(part.start)
    return file.read(part.size)
