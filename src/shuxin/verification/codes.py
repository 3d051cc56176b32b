"""A receipt in QR codes: packed, checksummed, cut into parts. Form: docs/protocols/documents.md."""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.verification.receipt import LONGEST_RECEIPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}
_BASE = len(_SIGNS)
PART_SIGNS = 1_000
MOST_PARTS = 25
LONGEST_PACKED = 16 << 10
_CODE = re.compile(r"SXR1:([1-9]\d?)/([1-9]\d?):([0-9A-F]{16}):([0-9A-Z $%*+\-./:]+)")


class CodesInvalid(InvalidInput):
    code = "receipt_codes_invalid"
    what = Text(
        en="these QR codes do not make a receipt: {reason}", zh="这些二维码不能组成回执：{reason}"
    )
    mend = Text(
        en="Scan every code of the receipt once more; each says which of how many it is",
        zh="请重新扫描回执的全部二维码，每个码都标明第几个、共几个",
    )


def receipt_codes(receipt: bytes) -> list[str]:
    """The texts of the QR codes of a receipt. Raises CodesInvalid when it is too long for 25 codes."""
    packed = zlib.compress(receipt, 9)
    text = base45(packed)
    parts = [text[at : at + PART_SIGNS] for at in range(0, len(text), PART_SIGNS)]
    if len(packed) > LONGEST_PACKED or len(receipt) > LONGEST_RECEIPT or len(parts) > MOST_PARTS:
        raise CodesInvalid(reason="the receipt is too long")
    check = _check(packed)
    return [f"SXR1:{nth}/{len(parts)}:{check}:{part}" for nth, part in enumerate(parts, start=1)]


def receipt_from_codes(texts: Iterable[str]) -> bytes:
    """The receipt's bytes from its codes in any order, some perhaps scanned twice. Raises CodesInvalid."""
    parts: dict[int, str] = {}
    heads: set[tuple[int, str]] = set()
    for text in texts:
        found = _CODE.fullmatch(text) if len(text) <= 2 * PART_SIGNS else None
        if found is None:
            raise CodesInvalid(reason="form")
        heads.add((int(found[2]), found[3]))
        if parts.setdefault(int(found[1]), found[4]) != found[4] or len(heads) > 1:
            raise CodesInvalid(reason="they belong to different receipts")
    if not heads:
        raise CodesInvalid(reason="form")
    ((total, check),) = heads
    if total > MOST_PARTS or sorted(parts) != list(range(1, total + 1)):
        raise CodesInvalid(reason="some are missing")
    packed = from_base45("".join(parts[nth] for nth in sorted(parts)))
    if packed is None or len(packed) > LONGEST_PACKED or _check(packed) != check:
        raise CodesInvalid(reason="checksum")
    return _unpacked(packed)


def _unpacked(packed: bytes) -> bytes:
    engine = zlib.decompressobj()
    try:
        receipt = engine.decompress(packed, LONGEST_RECEIPT)
    except zlib.error as error:
        raise CodesInvalid(reason="packing") from error
    if not engine.eof or engine.unused_data:
        raise CodesInvalid(reason="packing")
    return receipt


def _check(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()[:16].upper()


def base45(raw: bytes) -> str:
    """RFC 9285."""
    groups = (raw[at : at + 2] for at in range(0, len(raw), 2))
    return "".join(_group(int.from_bytes(group, "big"), len(group) + 1) for group in groups)


def _group(value: int, signs: int) -> str:
    return "".join(_SIGNS[value // _BASE**power % _BASE] for power in range(signs))


def from_base45(text: str) -> bytes | None:
    """None when the text is not base45 of anything."""
    groups = [text[at : at + 3] for at in range(0, len(text), 3)]
    raw = bytearray()
    for group in groups:
        value = _value(group)
        size = len(group) - 1
        if value is None or size < 1 or value >= 1 << (8 * size):
            return None
        raw += value.to_bytes(size, "big")
    return bytes(raw)


def _value(group: Sequence[str]) -> int | None:
    if any(sign not in _VALUES for sign in group):
        return None
    total = 0
    for sign in reversed(group):
        total = total * _BASE + _VALUES[sign]
    return total
