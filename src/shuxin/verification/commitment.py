"""The salted commitment to a file: what stands in a receipt instead of the file. Bytes: docs/protocols/documents.md."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import NotCanonical, canonical_json
from shuxin.kernel.errors import InvalidInput, Unavailable
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from typing import BinaryIO

SALT_BYTES = 32
CHUNK_BYTES = 1 << 20
LONGEST_JSON = 4 << 20
JSON_TYPE = "application/json"
_LARGEST_WHOLE, _LONGEST_WHOLE = (1 << 53) - 1, 17
MEDIA_TYPE = re.compile(r"(?=.{3,100}\Z)[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")


class HashUnavailable(Unavailable):
    code = "hash_unavailable"
    what = Text(en="this machine's OpenSSL lacks {name}", zh="本机的 OpenSSL 不支持 {name}")
    mend = Text(en="Install an OpenSSL that has it", zh="请安装支持该算法的 OpenSSL")


class SaltInvalid(InvalidInput):
    code = "salt_invalid"
    what = Text(en="a salt has 32 bytes", zh="盐值应为 32 字节")
    mend = Text(en="Take the salt from the receipt unchanged", zh="请使用回执中的原盐值")


class NumberNotKept(InvalidInput):
    code = "document_number_not_kept"
    what = Text(
        en="the JSON document has a number that double precision does not keep",
        zh="该 JSON 文件含有双精度无法准确表示的数",
    )
    mend = Text(
        en="Write amounts, long numbers and long decimals as text in quotation marks",
        zh="请将金额、长数字和长小数写成带引号的文本",
    )


class CommitmentAlgorithm(StrEnum):
    """How the commitment is computed (承诺算法)."""

    HMAC_SHA256 = "hmac-sha256"
    HMAC_SM3 = "hmac-sm3"

    @property
    def hash_name(self) -> str:
        return self.value.removeprefix("hmac-")


class Canon(StrEnum):
    """What of a file is hashed: its bytes, or the canonical form of its JSON."""

    NONE = "none"
    JCS = "jcs"


@dataclass(frozen=True, slots=True)
class Form:
    """How a file was committed to; part of what is hashed, so that one form never passes for another."""

    algorithm: CommitmentAlgorithm
    canon: Canon
    media_type: str

    @property
    def head(self) -> bytes:
        return f"DVP1\n{self.algorithm}\n{self.canon}\n{self.media_type}\n".encode("ascii")


def commitment_of(file: BinaryIO, *, form: Form, salt: bytes) -> str:
    """64 hexadecimal digits over what ``file`` still has to give, read in pieces of 1 MiB.

    A file that has no canonical JSON where ``form`` asks for it is hashed as it is: it cannot match. Nor can one
    with a number that the canonical form would change.
    Raises SaltInvalid, HashUnavailable.
    """
    mac = _mac(form, salt)
    if form.canon is Canon.JCS:
        mac.update(_canonical_or_plain(file))
    while piece := file.read(CHUNK_BYTES):
        mac.update(piece)
    return mac.hexdigest()


def canonical_content(data: bytes) -> bytes | None:
    """The canonical JSON of a file, or None when it is too long, has none, or a number would not be kept."""
    try:
        canonical = canonical_json(parse_json(data, longest=LONGEST_JSON))
    except (StatementInvalid, NotCanonical):
        return None
    return canonical if keeps_numbers(data) else None


def keeps_numbers(data: bytes) -> bool:
    """Whether every number of this JSON has the same value in double precision; true of what is no JSON."""
    try:
        json.loads(data, parse_int=_kept_whole, parse_float=_kept)
    except NumberNotKept:
        return False
    except (ValueError, RecursionError):
        return True
    return True


def _kept_whole(text: str) -> int:
    """Raises NumberNotKept for one beyond 2^53 - 1, where neighbours are told apart no more."""
    if len(text) > _LONGEST_WHOLE or abs(int(text)) > _LARGEST_WHOLE:
        raise NumberNotKept
    return int(text)


def _kept(text: str) -> float:
    """Raises NumberNotKept unless the shortest spelling of the double has the value of ``text``."""
    value = float(text)
    if not math.isfinite(value) or _value(text) != _value(repr(value)):
        raise NumberNotKept
    return value


def _value(text: str) -> tuple[str, int]:
    """Digits without zeros at either end, and the power of ten of the last one; the sign is left out."""
    mantissa, _, power = text.lower().lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return "", 0
    if len(power) > _LONGEST_WHOLE:
        raise NumberNotKept
    kept = digits.rstrip("0")
    return kept, int(power or 0) - len(fraction) + len(digits) - len(kept)


def _canonical_or_plain(file: BinaryIO) -> bytes:
    data = file.read(LONGEST_JSON + 1)
    canonical = canonical_content(data)
    return data if canonical is None else canonical


def _mac(form: Form, salt: bytes) -> hmac.HMAC:
    if len(salt) != SALT_BYTES:
        raise SaltInvalid
    if form.algorithm.hash_name not in hashlib.algorithms_available:
        raise HashUnavailable(name=form.algorithm.hash_name)
    return hmac.new(salt, form.head, form.algorithm.hash_name)
