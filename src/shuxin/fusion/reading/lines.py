"""Bytes of any supported encoding as blocks of complete UTF-8 lines, in bounded memory."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from shuxin.fusion.reading.compressed import MIB
from shuxin.fusion.reading.errors import RecordTooLong
from shuxin.fusion.reading.records import BadRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK_BYTES = 4 * MIB
LONGEST_LINE_MIB = 16
_NEVER_UTF8 = b"\xff"


@dataclass(frozen=True, slots=True)
class Block:
    r"""Whole lines in UTF-8, each but perhaps the last ended by ``\\n``; ``first_line`` is 1-based."""

    first_line: int
    data: bytes


def blocks(
    file: IO[bytes], *, encoding: str, label: str, block_bytes: int = BLOCK_BYTES
) -> Iterator[Block | BadRecord]:
    r"""Cut a text into blocks; lines that cannot be decoded come as bad records.

    ``\\r\\n`` becomes ``\\n``. A lone ``\\r`` ends a line in a file without any ``\\n`` in its first
    block, as on old systems, and is a space elsewhere. Raises RecordTooLong.
    """
    line = 1
    inner = "gb18030" if encoding == "gb18030" else "utf-8"
    old: bool | None = None
    for raw in _whole_lines(_utf16_as_utf8(file, encoding, block_bytes), label, block_bytes):
        if old is None:
            old = b"\r" in raw and b"\n" not in raw
            plain = _with_plain_line_ends(raw.removeprefix("\ufeff".encode(inner)), old=old)
        else:
            plain = _with_plain_line_ends(raw, old=old)
        for item in _decoded(plain, first_line=line, encoding=inner):
            yield item
            line += 1 if isinstance(item, BadRecord) else _line_count(item.data)


def _line_count(data: bytes) -> int:
    return data.count(b"\n") + (not data.endswith(b"\n"))


def _utf16_as_utf8(file: IO[bytes], encoding: str, size: int) -> Iterator[bytes]:
    """Chunks as they are, but UTF-16 turned into UTF-8 first: its line end is not one byte.

    Half a surrogate pair and a character cut off at the end become bytes that are not UTF-8 either.
    """
    if not encoding.startswith("utf-16"):
        while chunk := file.read(size):
            yield chunk
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogatepass")
    while chunk := file.read(size):
        yield decoder.decode(chunk).encode("utf-8", errors="surrogatepass")
    left_over, _ = decoder.getstate()
    if left_over:
        yield _NEVER_UTF8


def _whole_lines(chunks: Iterator[bytes], label: str, size: int) -> Iterator[bytes]:
    limit = max(LONGEST_LINE_MIB * MIB, size)
    mark = b""
    held: list[bytes] = []
    held_bytes = lines = 0
    for chunk in chunks:
        mark = mark or (b"\r" if b"\n" not in chunk and b"\r" in chunk[:-1] else b"\n")
        cut = chunk.rfind(mark) + 1
        if not cut:
            held.append(chunk)
            held_bytes += len(chunk)
            if held_bytes > limit:
                raise RecordTooLong(file=label, line=lines + 1, limit_mib=LONGEST_LINE_MIB)
            continue
        whole = b"".join([*held, chunk[:cut]])
        lines += whole.count(mark)
        yield whole
        held = [chunk[cut:]]
        held_bytes = len(held[0])
    if rest := b"".join(held):
        yield rest


def _decoded(raw: bytes, *, first_line: int, encoding: str) -> Iterator[Block | BadRecord]:
    try:
        data = raw.decode(encoding).encode() if encoding != "utf-8" else _checked(raw)
    except UnicodeDecodeError:
        yield from _line_by_line(raw, first_line=first_line, encoding=encoding)
        return
    yield Block(first_line, data)


def _checked(raw: bytes) -> bytes:
    raw.decode("utf-8")
    return raw


def _with_plain_line_ends(data: bytes, *, old: bool) -> bytes:
    if b"\r" not in data:
        return data
    data = data.replace(b"\r\n", b"\n")
    return data.replace(b"\r", b"\n" if old else b" ")


def _line_by_line(raw: bytes, *, first_line: int, encoding: str) -> Iterator[Block | BadRecord]:
    """The good stretches as blocks, each line that does not decode as a bad record."""
    good: list[bytes] = []
    start = line = first_line
    for piece in _split(raw):
        try:
            decoded = piece.decode(encoding).encode()
        except UnicodeDecodeError:
            if good:
                yield Block(start, b"".join(good))
            readable = piece.decode(encoding, errors="replace").strip()
            yield BadRecord(line, "undecodable", (readable,))
            good, start = [], line + 1
        else:
            good.append(decoded)
        line += 1
    if good:
        yield Block(start, b"".join(good))


def _split(raw: bytes) -> list[bytes]:
    pieces = [piece + b"\n" for piece in raw.split(b"\n")]
    pieces[-1] = pieces[-1][:-1]
    return pieces if pieces[-1] else pieces[:-1]
