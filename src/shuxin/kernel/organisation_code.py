"""Organisation code (组织机构代码), GB 11714: eight symbols of 0-9 A-Z and a check symbol."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

SYMBOL_VALUE = {
    symbol: value for value, symbol in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
CHECK_SYMBOLS = "0X987654321"  # by the remainder of the weighted sum modulo 11
_BODY = re.compile(r"[0-9A-Z]{8}")
_SHAPE = re.compile(r"[0-9A-Z]{8}[0-9X]")


class InvalidOrganisationCode(InvalidInput):
    code = "organisation_code_invalid"
    what = Text(
        en="This is not an organisation code: eight symbols of 0-9 A-Z, then one of 0-9 X",
        zh="不是组织机构代码：应为八位 0-9、A-Z，加一位 0-9 或 X",
    )
    mend = Text(
        en="Compare it with the certificate; remove spaces and hyphens",
        zh="请与证书核对，并去掉空格和连字符",
    )


def organisation_check(body: str) -> str:
    """Check symbol of the eight symbols ``body``; a letter counts A=10 ... Z=35.

    Raises:
        InvalidOrganisationCode: not eight symbols of 0-9 A-Z.
    """
    if not _BODY.fullmatch(body):
        raise InvalidOrganisationCode
    total = sum(SYMBOL_VALUE[symbol] * weight for symbol, weight in zip(body, WEIGHTS, strict=True))
    return CHECK_SYMBOLS[total % 11]


@dataclass(frozen=True, slots=True, order=True)
class OrganisationCode:
    """Nine symbols without the hyphen. Raises InvalidOrganisationCode on a wrong shape only."""

    value: str

    def __post_init__(self) -> None:
        if not _SHAPE.fullmatch(self.value):
            raise InvalidOrganisationCode

    def __str__(self) -> str:
        return self.value

    @property
    def check_holds(self) -> bool:
        """Whether the check symbol is right; a few old codes fail: a finding, not an error."""
        return organisation_check(self.value[:8]) == self.value[8]

    @property
    def hyphenated(self) -> str:
        """As printed on certificates: ``12345678-X``."""
        return f"{self.value[:8]}-{self.value[8]}"
