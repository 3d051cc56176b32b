"""Mobile telephone number (手机号码) of mainland China: 11 digits, personal information."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuxin.kernel.embedded import Embedded, half_width
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

_SHAPE = re.compile(r"1[3-9][0-9]{9}")
_EMBEDDED = re.compile(
    r"(?<![0-9])(?<![0-9]\.)(?:(?:\+|00)86[ -]?)?"
    r"(1[3-9][0-9])([ -]?)([0-9]{4})\2([0-9]{4})(?![0-9])(?!\.[0-9])"
)


class InvalidMobileNumber(InvalidInput):
    code = "mobile_number_invalid"
    what = Text(
        en="A mobile number is 11 digits that begin with 13 to 19",
        zh="手机号码应为 11 位数字，以 13 至 19 开头",
    )
    mend = Text(
        en="Give it without country code, spaces and hyphens", zh="请去掉国家代码、空格和连字符"
    )


@dataclass(frozen=True, slots=True, repr=False)
class MobileNumber:
    """Prints masked everywhere; only ``reveal`` gives the number. Raises InvalidMobileNumber."""

    _text: str

    def __post_init__(self) -> None:
        if not _SHAPE.fullmatch(self._text):
            raise InvalidMobileNumber

    def __str__(self) -> str:
        return f"{self._text[:3]}****{self._text[7:]}"

    def __repr__(self) -> str:
        return f"MobileNumber({self})"

    def reveal(self) -> str:
        """The whole number: only for encryption, keyed matching, and calling the subject."""
        return self._text


def find_mobile_numbers(text: str) -> tuple[Embedded[MobileNumber], ...]:
    """Numbers inside ``text``, also with +86, grouped 3-4-4 by spaces or hyphens, in full width.

    Eleven digits inside a longer run of digits, or part of a decimal fraction, are not one.
    """
    return tuple(
        Embedded(
            start=match.start(), end=match.end(), number=MobileNumber("".join(match.group(1, 3, 4)))
        )
        for match in _EMBEDDED.finditer(half_width(text))
    )
