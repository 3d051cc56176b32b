"""Numbers of firms and persons that are valid, unique and belong to nobody in the world."""

from __future__ import annotations

import datetime as dt

from shuxin.city.streams import scattered
from shuxin.city.vocabulary import DISTRICTS
from shuxin.kernel.identity_number import IdentityNumber, identity_check
from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.registration_number import RegistrationNumber, registration_check
from shuxin.kernel.uscc import ALPHABET, USCC, check_symbol

_CODES = len(ALPHABET) ** 6
_SERIALS = 10**8
_FIRST_BIRTH = dt.date(1956, 1, 1)
_BIRTH_DAYS = 48 * 365
_SEQUENCES = 999


def uscc_of(index: int, *, category: str, region: str, seed: int) -> USCC:
    """Code of a firm; ``category`` is the first two symbols, as 91 for enterprises."""
    number = scattered(index, size=_CODES, seed=seed, purpose="organisation_code")
    body = "MA"
    for _ in range(6):
        number, digit = divmod(number, len(ALPHABET))
        body += ALPHABET[digit]
    first = f"{category}{region}{body}{organisation_check(body)}"
    return USCC(first + check_symbol(first))


def registration_number_of(index: int, *, region: str, seed: int) -> RegistrationNumber:
    """Number on a business licence from before October 2015."""
    serial = scattered(index, size=_SERIALS, seed=seed, purpose="registration_number")
    body = f"{region}{serial:08d}"
    return RegistrationNumber(body + registration_check(body))


def identity_number_of(index: int, *, seed: int) -> IdentityNumber:
    """Number of a person born from 1956 to 2003 in one of the city's districts."""
    regions = tuple(DISTRICTS)
    size = len(regions) * _BIRTH_DAYS * _SEQUENCES
    rest, sequence = divmod(
        scattered(index, size=size, seed=seed, purpose="identity_number"), _SEQUENCES
    )
    place, days = divmod(rest, _BIRTH_DAYS)
    birth = _FIRST_BIRTH + dt.timedelta(days=days)
    body = f"{regions[place]}{birth:%Y%m%d}{sequence + 1:03d}"
    return IdentityNumber(body + identity_check(body))
