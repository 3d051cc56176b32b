"""Canonical JSON (RFC 8785) and the content hash over it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeAlias

import rfc8785

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


class NotCanonical(InvalidInput):
    code = "not_canonical"
    what = Text(
        en="This value has no canonical JSON: only null, booleans, finite numbers, Unicode text,"
        " lists and dictionaries with text keys do, and not nested too deeply",
        zh="该值没有规范 JSON 形式：限空值、布尔、有限数、文本、列表和文本键的字典，嵌套不能过深",
    )
    mend = Text(en="Convert the value before hashing it", zh="请先转换该值再计算哈希")


class IntegerBeyondJson(NotCanonical):
    code = "integer_beyond_json"
    what = Text(
        en="An integer of 2^53 or more in size is not exact in JSON",
        zh="绝对值达到 2^53 的整数在 JSON 中不精确",
    )
    mend = Text(
        en="Write it as text, money as a text of fen", zh="请写成文本，金额写成以分计的文本"
    )


def canonical_json(value: Json) -> bytes:
    """UTF-8 bytes that are equal for equal values, whatever the order of keys.

    Raises:
        NotCanonical: a value JSON does not have.
        IntegerBeyondJson: an integer outside -(2^53 - 1) .. 2^53 - 1.
    """
    try:
        if is_plain(value):
            return _encode(value).encode()
        return rfc8785.dumps(value)
    except rfc8785.IntegerDomainError as error:
        raise IntegerBeyondJson from error
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonical from error


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_LARGEST = (1 << 53) - 1
_SURROGATES = "\ud800"


def is_plain(value: Any) -> bool:
    """Whether the standard encoder writes the very bytes of RFC 8785, several times faster.

    It does unless there are floats, integers beyond 2^53, or keys that sort differently by UTF-16.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is list or kind is tuple:
        return all(map(is_plain, value))
    if kind is dict:
        keys_sort = all(
            type(key) is str and (key.isascii() or max(key) < _SURROGATES) for key in value
        )
        return bool(keys_sort and all(map(is_plain, value.values())))
    return False


def content_hash(value: Json) -> str:
    """SHA-256 of the canonical JSON, 64 lower-case hexadecimal digits.

    Of guessable personal data a bare hash is no protection: add a secret salt first.
    """
    return hashlib.sha256(canonical_json(value)).hexdigest()
