"""Reads the words of a PDF that typst made, just enough to see what is printed."""

from __future__ import annotations

import re
import zlib

_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_OBJECT = re.compile(rb"(\d+) 0 obj\s*<<(.*?)>>\s*(stream\r?\n|endobj)", re.DOTALL)
_NEXT = re.compile(rb"\b(BT|ET)\b|/(f\d+) [\d.]+ Tf|<([0-9A-F]+)>|\(|<<.*?>>", re.DOTALL)


def text_of(pdf: bytes) -> str:
    """The text of all pages in drawing order, one line for each run;
    words inside pictures come letter by letter."""
    heads, streams = {}, {}
    for found in _OBJECT.finditer(pdf):
        number, heads[number] = int(found[1]), found[2]
        if found[3] != b"endobj":
            length = int(re.search(rb"/Length (\d+)", found[2])[1])
            raw = pdf[found.end() : found.end() + length]
            streams[number] = zlib.decompress(raw) if b"FlateDecode" in found[2] else raw
    pages = [head for head in heads.values() if b"/Type/Page/" in head]
    return "\n".join(_page(page, pdf, heads, streams) for page in pages)


def _page(page: bytes, pdf: bytes, heads: dict, streams: dict) -> str:
    resources = _referred(rb"/Resources", page)
    whole = re.search(rb"\n%d 0 obj(.*?)endobj" % resources, pdf, re.DOTALL)[1]
    fonts = {
        name: _meanings(streams[_referred(rb"/ToUnicode", heads[int(number)])])
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", whole)
    }
    content = streams[_referred(rb"/Contents", page)]
    lines, meanings, place, is_text = [], {}, 0, False
    while found := _NEXT.search(content, place):
        place = found.end()
        if found[1]:
            is_text = found[1] == b"BT"
        elif found[2]:
            meanings = fonts[found[2]]
            lines.append("")
        elif found[0][:2] != b"<<":
            codes, place = (
                (bytes.fromhex(found[3].decode()), place) if found[3] else _string(content, place)
            )
            if is_text:
                pairs = zip(codes[::2], codes[1::2], strict=True)
                lines[-1] += "".join(meanings[high * 256 + low] for high, low in pairs)
    return "\n".join(lines)


def _string(content: bytes, place: int) -> tuple[bytes, int]:
    """The bytes of a literal string from after its parenthesis, and where it ends."""
    depth, codes = 1, b""
    while True:
        sign = content[place : place + 1]
        place += 1
        if sign == b"\\":
            octal = re.match(rb"[0-7]{3}", content[place : place + 3])
            escape = octal[0] if octal else content[place : place + 1]
            place += len(escape)
            codes += bytes([int(octal[0], 8)]) if octal else _ESCAPED.get(escape, escape)
            continue
        depth += (sign == b"(") - (sign == b")")
        if not depth:
            return codes, place
        codes += sign


def _referred(name: bytes, head: bytes) -> int:
    return int(re.search(name + rb" (\d+) 0 R", head)[1])


def _meanings(table: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", table)
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
