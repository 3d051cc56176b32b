"""Taxpayer number (纳税人识别号): today the unified code, before it 15 or 20 symbols."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.identity_number import IdentityNumber, InvalidIdentityNumber
from shuxin.kernel.organisation_code import InvalidOrganisationCode, OrganisationCode
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC, InvalidUSCC

_REGION = re.compile(r"[1-9][0-9]{5}")
_OWNER_SUFFIX = re.compile(r"[0-9]{2}")


class InvalidTaxpayerNumber(InvalidInput):
    code = "taxpayer_number_invalid"
    what = Text(
        en="A taxpayer number is a unified code (18), region and organisation code (15), or"
        " an owner's identity number and two digits (20); this is none of them",
        zh="纳税人识别号应为统一社会信用代码（18 位）、行政区划码加组织机构代码（15 位）"
        "或业主身份号码加两位数字（20 位），此值都不符合",
    )
    mend = Text(en="Compare it with the tax registration", zh="请与税务登记信息核对")


class TaxpayerNumberKind(StrEnum):
    USCC = "uscc"
    REGION_AND_ORGANISATION = "region_and_organisation"
    OWNER = "owner"


_KIND_BY_LENGTH = {
    18: TaxpayerNumberKind.USCC,
    15: TaxpayerNumberKind.REGION_AND_ORGANISATION,
    20: TaxpayerNumberKind.OWNER,
}


@dataclass(frozen=True, slots=True, repr=False)
class TaxpayerNumber:
    """One of the three kinds; an owner's holds an identity number, so it prints masked.

    Raises InvalidTaxpayerNumber.
    """

    _text: str

    def __post_init__(self) -> None:
        try:
            self._check_parts()
        except (KeyError, InvalidUSCC, InvalidOrganisationCode, InvalidIdentityNumber) as error:
            raise InvalidTaxpayerNumber from error

    def _check_parts(self) -> None:
        match self.kind:
            case TaxpayerNumberKind.USCC:
                USCC(self._text)
            case TaxpayerNumberKind.REGION_AND_ORGANISATION:
                OrganisationCode(self._text[6:])
                _require(_REGION, self._text[:6])
            case TaxpayerNumberKind.OWNER:
                IdentityNumber(self._text[:18])
                _require(_OWNER_SUFFIX, self._text[18:])

    def __str__(self) -> str:
        owner = self.owner
        return self._text if owner is None else f"{owner}**"

    def __repr__(self) -> str:
        return f"TaxpayerNumber({self})"

    def reveal(self) -> str:
        """The whole number: an owner's only for encryption and keyed matching."""
        return self._text

    @property
    def kind(self) -> TaxpayerNumberKind:
        return _KIND_BY_LENGTH[len(self._text)]

    @property
    def uscc(self) -> USCC | None:
        return USCC(self._text) if self.kind is TaxpayerNumberKind.USCC else None

    @property
    def organisation_code(self) -> OrganisationCode | None:
        """Of the two kinds that contain one; its own check may fail: a finding."""
        match self.kind:
            case TaxpayerNumberKind.REGION_AND_ORGANISATION:
                return OrganisationCode(self._text[6:])
            case TaxpayerNumberKind.USCC if self._text[16] in "0123456789X":
                return OrganisationCode(self._text[8:17])
            case _:
                return None

    @property
    def owner(self) -> IdentityNumber | None:
        """The owner of an old individual business."""
        return IdentityNumber(self._text[:18]) if self.kind is TaxpayerNumberKind.OWNER else None


def _require(shape: re.Pattern[str], text: str) -> None:
    if not shape.fullmatch(text):
        raise InvalidTaxpayerNumber
