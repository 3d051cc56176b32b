"""Codes as written in data: what they are, and what is wrong with them. Nothing is repaired."""

from __future__ import annotations

from dataclasses import dataclass

from shuxin.kernel.organisation_code import InvalidOrganisationCode, OrganisationCode
from shuxin.kernel.registration_number import InvalidRegistrationNumber, RegistrationNumber
from shuxin.kernel.taxpayer_number import InvalidTaxpayerNumber, TaxpayerNumber
from shuxin.kernel.uscc import LENGTH, USCC, InvalidUSCC, clean_code_text, suggest_uscc


@dataclass(frozen=True, slots=True)
class CodeReading:
    """One written code (代码).

    ``uscc`` is set when the text is a valid unified social credit code, empty otherwise;
    ``others`` are the text's further meanings as identifiers, such as ``organisation:123456789``.
    ``flawed`` says that a text is there and means nothing valid; ``suggestions`` are then codes it
    may have meant, likeliest first, for a person to choose.
    """

    uscc: str = ""
    others: tuple[str, ...] = ()
    flawed: bool = False
    suggestions: tuple[str, ...] = ()


def read_code(text: str, /) -> CodeReading:
    """Tell by shape and check symbols; case, width, spaces and hyphens do not matter."""
    code = clean_code_text(text)
    if not code:
        return CodeReading()
    if len(code) == LENGTH:
        try:
            return CodeReading(uscc=USCC(code).value)
        except InvalidUSCC:
            suggested = tuple(found.value for found in suggest_uscc(code))
            return CodeReading(flawed=True, suggestions=suggested)
    others = tuple(filter(None, (_organisation(code), _registration(code), _taxpayer(code))))
    return CodeReading(others=others, flawed=not others)


def organisation_code_of(uscc: str, /) -> str:
    """The identifier that a USCC implies: the organisation code (组织机构代码) inside it."""
    return f"organisation:{USCC(uscc).organisation_code}"


def organisation_check_holds(uscc: str, /) -> bool:
    """Whether a valid USCC also holds the older check inside; where not, a slip is likely."""
    return USCC(uscc).organisation_check_holds


def _organisation(code: str) -> str:
    try:
        found = OrganisationCode(code)
    except InvalidOrganisationCode:
        return ""
    return f"organisation:{found}" if found.check_holds else ""


def _registration(code: str) -> str:
    """Old registration number (工商注册号)."""
    try:
        return f"registration:{RegistrationNumber(code)}"
    except InvalidRegistrationNumber:
        return ""


def _taxpayer(code: str) -> str:
    """The organisation code inside an old taxpayer number (纳税人识别号)."""
    try:
        found = TaxpayerNumber(code).organisation_code
    except InvalidTaxpayerNumber:
        return ""
    return f"organisation:{found}" if found is not None and found.check_holds else ""
