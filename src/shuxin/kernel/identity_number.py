"""Resident identity number (公民身份号码), GB 11643-1999: always personal information."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from shuxin.kernel.embedded import Embedded, half_width
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SYMBOLS = "10X98765432"  # by the remainder of the weighted sum modulo 11
_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")
_EMBEDDED = re.compile(
    r"(?<![0-9])([1-9][0-9]{5})([ -]?)([12][0-9]{7})\2([0-9]{3}[0-9Xx])(?![0-9])", re.ASCII
)


class InvalidIdentityNumber(InvalidInput):
    code = "identity_number_invalid"
    what = Text(
        en="A resident identity number is 17 digits and a digit or X",
        zh="公民身份号码应为 17 位数字加一位数字或 X",
    )
    mend = Text(en="Compare it with the identity card", zh="请与身份证核对")


class IdentityNumberDateImpossible(InvalidIdentityNumber):
    code = "identity_number_date_impossible"
    what = Text(
        en="Symbols 7-14 of this resident identity number are not a birth date from 1890 to 2099",
        zh="公民身份号码的第 7 至 14 位不是 1890 至 2099 年间的有效出生日期",
    )


class IdentityNumberCheckFails(InvalidIdentityNumber):
    code = "identity_number_check_fails"
    what = Text(
        en="The last symbol of this resident identity number does not fit the other 17",
        zh="公民身份号码的第 18 位与前 17 位不符",
    )


def identity_check(body: str) -> str:
    """Check symbol of 17 digits.

    Raises:
        InvalidIdentityNumber: not 17 digits, or the first is 0.
    """
    if not _SHAPE.fullmatch(f"{body}0"):
        raise InvalidIdentityNumber
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_SYMBOLS[total % 11]


@dataclass(frozen=True, slots=True, repr=False)
class IdentityNumber:
    """Prints masked everywhere; only ``reveal`` gives the number.

    Numbers of residence permits for Hong Kong, Macao and Taiwan (居住证, prefix 81-83) have the
    same layout. Raises InvalidIdentityNumber, IdentityNumberDateImpossible,
    IdentityNumberCheckFails.
    """

    _text: str

    def __post_init__(self) -> None:
        if not _SHAPE.fullmatch(self._text):
            raise InvalidIdentityNumber
        if _date(self._text[6:14]) is None:
            raise IdentityNumberDateImpossible
        if identity_check(self._text[:17]) != self._text[17]:
            raise IdentityNumberCheckFails

    def __str__(self) -> str:
        return f"{self._text[:6]}********{self._text[14:]}"

    def __repr__(self) -> str:
        return f"IdentityNumber({self})"

    def reveal(self) -> str:
        """The whole number: only for encryption, keyed matching, and the subject's own eyes."""
        return self._text

    @property
    def region_code(self) -> str:
        """Division of the first registration."""
        return self._text[:6]

    @property
    def birth_date(self) -> dt.date:
        return dt.date(int(self._text[6:10]), int(self._text[10:12]), int(self._text[12:14]))

    @property
    def sex(self) -> Literal["female", "male"]:
        """By the last digit of the sequence: odd is male."""
        return "male" if int(self._text[16]) % 2 else "female"


def find_identity_numbers(text: str) -> tuple[Embedded[IdentityNumber], ...]:
    """Right numbers inside ``text``, also grouped 6-8-4 by spaces or hyphens or in full width.

    Eighteen digits inside a longer run of digits are not one.
    """
    return tuple(
        Embedded(start=match.start(), end=match.end(), number=number)
        for match in _EMBEDDED.finditer(half_width(text))
        if (number := _right_number(match)) is not None
    )


def _right_number(match: re.Match[str]) -> IdentityNumber | None:
    region, _, birth, rest = match.groups()
    try:
        return IdentityNumber(f"{region}{birth}{rest.upper()}")
    except InvalidIdentityNumber:
        return None


def _date(digits: str) -> dt.date | None:
    """A possible birth date of a person with a number: from 1890 to 2099."""
    if not "1890" <= digits[:4] <= "2099":
        return None
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
