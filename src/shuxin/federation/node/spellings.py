"""How a value may stand in bytes (取值的各种写法): what a search of a transcript looks for."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_BYTES = 4
LONGEST_VALUE = 200
_PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{1,6})?")
_SMALL = 1 << 16
"""Smaller numbers are too common as four bytes to say anything."""
_HUNDRED, _MILLION = 100, 1_000_000
_BASE64 = 3


class ValueUnsearchable(InvalidInput):
    code = "value_unsearchable"
    what = Text(
        en="a value needs four bytes in some spelling, and at most {most} symbols",
        zh="所查取值至少一种写法须达 4 个字节，且不超过 {most} 个字符",
    )
    mend = Text(
        en="Copy a longer value: a code, a name or an amount", zh="请使用更长的取值，如代码、名称或金额"
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a value, and the bytes that it makes."""

    name: Text
    content: bytes

    def by_chance(self, size: int) -> float:
        """Hits to expect in so many random bytes."""
        return float(max(0, size - len(self.content) + 1)) * 256.0 ** -len(self.content)


def spellings_of(value: str) -> tuple[Spelling, ...]:
    """All of at least four bytes, none twice. Raises ValueUnsearchable."""
    text = value.strip()
    if not text or len(text) > LONGEST_VALUE:
        raise ValueUnsearchable(most=LONGEST_VALUE)
    found: dict[bytes, Spelling] = {}
    for one in (*_as_text(text), *_as_number(text.replace(",", "").replace(",", ""))):
        if len(one.content) >= LEAST_BYTES:
            found.setdefault(one.content, one)
    if not found:
        raise ValueUnsearchable(most=LONGEST_VALUE)
    return tuple(found.values())


def _as_text(text: str) -> Iterator[Spelling]:
    plain = text.encode()
    yield Spelling(Text(en="text, UTF-8", zh="文本 UTF-8"), plain)
    for code in ("gb18030", "utf-16-le", "utf-16-be", "utf-32-le"):
        yield Spelling(_named(f"text, {code.upper()}", f"文本 {code.upper()}"), text.encode(code))
    for other, en, zh in (
        (text.lower(), "lower case", "小写"),
        (text.upper(), "upper case", "大写"),
        (text[::-1], "backwards", "倒序"),
    ):
        yield Spelling(_named(f"text, {en}", f"文本({zh})"), other.encode())
    escaped = "".join(f"\\u{ord(one):04x}" if not one.isascii() else one for one in text)
    yield Spelling(Text(en="text, JSON escapes", zh="文本（JSON 转义）"), escaped.encode())
    yield Spelling(Text(en="hexadecimal", zh="十六进制"), plain.hex().encode())
    yield Spelling(Text(en="hexadecimal, capitals", zh="十六进制（大写）"), plain.hex().upper().encode())  # fmt: skip
    yield from _as_base64(plain)
    for hashing in ("md5", "sha1", "sha256", "sha512", "sm3"):
        with suppress(ValueError):
            digest = hashlib.new(hashing, plain, usedforsecurity=False)
            title = hashing.upper()
            yield Spelling(_named(f"{title} of it", f"{title} 哈希"), digest.digest())
            yield Spelling(
                _named(f"{title} of it, hexadecimal", f"{title} 哈希(十六进制)"),
                digest.hexdigest().encode(),
            )


def _as_base64(plain: bytes) -> Iterator[Spelling]:
    """At each of the three offsets within a longer text; symbols that its neighbours touch are left out."""
    for shift in range(_BASE64):
        padded = base64.b64encode(bytes(shift) + plain)
        begin = -(-shift * 8 // 6)
        end = (shift + len(plain)) * 8 // 6
        name = _named(f"base64, offset {shift}", f"Base64(偏移 {shift})")
        yield Spelling(name, padded[begin:end])


def _as_number(text: str) -> Iterator[Spelling]:
    """As whole numbers of units, hundredths (分) and millionths, and as floating point."""
    if not _PLAIN.fullmatch(text):
        return
    with suppress(InvalidOperation):
        number = Decimal(text)
        for form, en in ((f"{number:,}", "with commas"), (f"{number:.2f}", "two decimals")):
            zh = "千分位" if "commas" in en else "两位小数"
            yield Spelling(_named(f"number, {en}", f"数字({zh})"), form.encode())
        for scale, en, zh in (
            (1, "whole", "整数"),
            (_HUNDRED, "hundredths", "乘 100"),
            (_MILLION, "millionths", "乘 1000000"),
        ):
            scaled = number * scale
            if scaled == scaled.to_integral_value():
                yield from _as_integer(int(scaled), en, zh)
        yield from _as_float(float(number))


def _as_integer(number: int, en: str, zh: str) -> Iterator[Spelling]:
    yield Spelling(_named(f"number, {en}, digits", f"数字({zh}),十进制"), str(number).encode())
    for code, bits in (("i", 32), ("q", 64)):
        if bits == 32 and not _SMALL <= abs(number) < 1 << 31:  # noqa: PLR2004 - as said
            continue
        if not -(1 << 63) <= number < 1 << 63:
            continue
        for order, side_en, side_zh in (("<", "little", "小端"), (">", "big", "大端")):
            name = _named(
                f"number, {en}, {bits} bits {side_en} endian", f"数字({zh}),{bits} 位{side_zh}"
            )
            yield Spelling(name, struct.pack(f"{order}{code}", number))


def _as_float(number: float) -> Iterator[Spelling]:
    for code, bits in (("f", 32), ("d", 64)):
        for order, side_en, side_zh in (("<", "little", "小端"), (">", "big", "大端")):
            name = _named(
                f"floating point, {bits} bits {side_en} endian", f"浮点数,{bits} 位{side_zh}"
            )
            yield Spelling(name, struct.pack(f"{order}{code}", number))


def _named(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)
