"""Which encoding a text is in: UTF-8, UTF-16 or GB18030, decided on bytes alone."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LARGEST_BAD_SHARE = 0.2


def encoding_of(sample: bytes, *, complete: bool) -> str | None:
    """The encoding of a text that begins with ``sample``; None when it is not text.

    A file of mixed encodings gets the one that most of its lines are in; lines in another are
    rejects later. ``complete`` tells that the sample is the whole file, so that no character is cut.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if b"\x00" in sample:
        return _utf16_without_mark(sample)
    lines = sample.split(b"\n")
    if not complete and len(lines) > 1:
        lines.pop()
    votes = {"utf-8": 0, "gb18030": 0, "": 0}
    for line in lines:
        votes[_encoding_of_line(line, cut=not complete and len(lines) == 1)] += 1
    voters = sum(votes.values())
    if _controls(sample) > len(sample) * 0.01 or votes[""] > voters * _LARGEST_BAD_SHARE:
        return None
    return "gb18030" if votes["gb18030"] > _utf8_beyond_ascii(lines) else "utf-8"


def _encoding_of_line(line: bytes, *, cut: bool) -> str:
    for name in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(name)().decode(line, final=not cut)
        except UnicodeDecodeError:
            continue
        return name
    return ""


def _utf8_beyond_ascii(lines: list[bytes]) -> int:
    return sum(
        1 for line in lines if not line.isascii() and _encoding_of_line(line, cut=False) == "utf-8"
    )


def _utf16_without_mark(sample: bytes) -> str | None:
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = sample[: len(sample) // 2 * 2].decode(name, errors="replace")
    plausible = sum(c.isprintable() or c in "\r\n\t" for c in text)
    common = sum(c in "\n,\t" for c in text)
    return name if text and plausible > 0.98 * len(text) and common > len(text) * 0.005 else None


def _controls(sample: bytes) -> int:
    return sum(sample.count(bytes([code])) for code in range(32) if code not in (9, 10, 11, 12, 13))
