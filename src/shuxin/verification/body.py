"""Reading the body of a signed statement member by member, so that nothing unexpected gets further."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from shuxin.kernel.statements import YEARS, StatementInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

Words = TypeVar("Words", bound=StrEnum)
HEX32 = re.compile(r"[0-9a-f]{32}")
HEX64 = re.compile(r"[0-9a-f]{64}")
PARTY = re.compile(r"uscc:[0-9A-HJ-NPQRTUWXY]{18}|person:[0-9a-f]{32}")
NONCE = re.compile(r"[A-Za-z0-9_-]{16,128}")
WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LONGEST_TEXT = 200


def members(value: object, *, names: frozenset[str]) -> Mapping[str, Any]:
    """``value`` as an object with just these members. Raises StatementInvalid."""
    if not isinstance(value, dict) or set(value) != names:
        raise StatementInvalid(reason=f"it needs just {', '.join(sorted(names))}")
    return value


def word(body: Mapping[str, Any], name: str, *, form: re.Pattern[str]) -> str:
    """Text of that form, whole. Raises StatementInvalid."""
    value = body[name]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise StatementInvalid(reason=name)
    return value


def word_or_empty(body: Mapping[str, Any], name: str, *, form: re.Pattern[str]) -> str:
    """Raises StatementInvalid."""
    return "" if body[name] == "" else word(body, name, form=form)


def sentence(body: Mapping[str, Any], name: str) -> str:
    """Printable text of at most 200 signs. Raises StatementInvalid."""
    value = body[name]
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise StatementInvalid(reason=name)
    return value


def one_of(body: Mapping[str, Any], name: str, words: type[Words]) -> Words:
    """One word of an enumeration. Raises StatementInvalid."""
    value = body[name]
    if not isinstance(value, str) or value not in set(words):
        raise StatementInvalid(reason=name)
    return words(value)


def whole(body: Mapping[str, Any], name: str, *, most: int) -> int:
    """A whole number from 0 to ``most``. Raises StatementInvalid."""
    value = body[name]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise StatementInvalid(reason=name)
    return value


def moment(body: Mapping[str, Any], name: str) -> datetime:
    """A time with offset, in the one spelling that ``datetime.isoformat`` gives. Raises StatementInvalid."""
    value = body[name]
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise StatementInvalid(reason=name) from error
    if found.utcoffset() is None or found.isoformat() != value or found.year not in YEARS:
        raise StatementInvalid(reason=name)
    return found


def written(at: datetime) -> str:
    """How a moment stands in a body: to the second, with its offset."""
    if at.utcoffset() is None:
        raise ValueError("times in statements are aware")
    return at.replace(microsecond=0).isoformat()
