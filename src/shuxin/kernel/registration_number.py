"""Registration number (注册号) that firms had before the unified code: 15 digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

_SHAPE = re.compile(r"[0-9]{15}")


class InvalidRegistrationNumber(InvalidInput):
    code = "registration_number_invalid"
    what = Text(en="A registration number is 15 digits", zh="注册号应为 15 位数字")
    mend = Text(en="Compare it with the old business licence", zh="请与旧版营业执照核对")


class RegistrationNumberCheckFails(InvalidRegistrationNumber):
    code = "registration_number_check_fails"
    what = Text(
        en="The last digit of this registration number does not fit the other 14",
        zh="注册号的第 15 位与前 14 位不符",
    )


def registration_check(body: str) -> str:
    """Check digit of 14 digits by ISO 7064 MOD 11,10.

    Raises:
        InvalidRegistrationNumber: not 14 digits.
    """
    if not _SHAPE.fullmatch(f"{body}0"):
        raise InvalidRegistrationNumber
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


@dataclass(frozen=True, slots=True, order=True)
class RegistrationNumber:
    """Raises InvalidRegistrationNumber, RegistrationNumberCheckFails."""

    value: str

    def __post_init__(self) -> None:
        if not _SHAPE.fullmatch(self.value):
            raise InvalidRegistrationNumber
        if registration_check(self.value[:14]) != self.value[14]:
            raise RegistrationNumberCheckFails

    def __str__(self) -> str:
        return self.value

    @property
    def region_code(self) -> str:
        """Division of the authority that registered it."""
        return self.value[:6]
