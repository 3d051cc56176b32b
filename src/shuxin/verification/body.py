"""Reading the body of a signed statement member by member, so that nothing unexpected gets further."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shuxin.kernel.bodies import Fields, Word
from shuxin.kernel.statements import StatementInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

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
    return _fields(body).matching(name, form)


def word_or_empty(body: Mapping[str, Any], name: str, *, form: re.Pattern[str]) -> str:
    """Raises StatementInvalid."""
    return _fields(body).matching_or_empty(name, form)


def sentence(body: Mapping[str, Any], name: str) -> str:
    """Printable text of at most 200 signs. Raises StatementInvalid."""
    value = _fields(body).string(name)
    if len(value) > _LONGEST_TEXT or not value.isprintable():
        raise StatementInvalid(reason=name)
    return value


def one_of(body: Mapping[str, Any], name: str, words: type[Word]) -> Word:
    """One word of an enumeration. Raises StatementInvalid."""
    return _fields(body).word(name, words)


def whole(body: Mapping[str, Any], name: str, *, most: int) -> int:
    """A whole number from 0 to ``most``. Raises StatementInvalid."""
    return _fields(body).number(name, high=most)


def moment(body: Mapping[str, Any], name: str) -> datetime:
    """A time with offset, in the one spelling that ``datetime.isoformat`` gives. Raises StatementInvalid."""
    found = _fields(body).moment(name)
    if found.isoformat() != body[name]:
        raise StatementInvalid(reason=name)
    return found


def _fields(body: Mapping[str, Any]) -> Fields:
    return Fields(body, wrong=lambda name: StatementInvalid(reason=name))


def written(at: datetime) -> str:
    """How a moment stands in a body: to the second, with its offset."""
    if at.utcoffset() is None:
        raise ValueError("times in statements are aware")
    return at.replace(microsecond=0).isoformat()
