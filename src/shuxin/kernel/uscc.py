"""Unified Social Credit Code (统一社会信用代码), GB 32100-2015: type, cleaning, suggestions.

``uscc_array.uscc_checks`` does the same checks on whole columns.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (*(pow(3, place, 31) for place in range(17)), 1)
"""Of the 18 symbols: the weighted sum of a right code is 0 modulo 31."""

LENGTH = 18
MOST_SUGGESTIONS = 5

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_ORGANISATION_BODY, _ORGANISATION_CHECK = slice(8, 16), 16

_OTHER = Text(en="other", zh="其他")

DEPARTMENTS: dict[str, Text] = {
    "1": Text(en="staffing authority", zh="机构编制"),
    "2": Text(en="foreign affairs", zh="外交"),
    "3": Text(en="justice", zh="司法行政"),
    "4": Text(en="culture", zh="文化"),
    "5": Text(en="civil affairs", zh="民政"),
    "6": Text(en="tourism", zh="旅游"),
    "7": Text(en="religion", zh="宗教"),
    "8": Text(en="trade unions", zh="工会"),
    "9": Text(en="market supervision", zh="市场监管"),
    "A": Text(en="military staffing office", zh="中央军委机构编制"),
    "N": Text(en="agriculture", zh="农业"),
    "Y": Text(en="other department", zh="其他"),
}
"""First symbol: registering department (登记管理部门)."""

CATEGORIES: dict[str, Text] = {
    "11": Text(en="government organ", zh="机关"),
    "12": Text(en="public institution", zh="事业单位"),
    "13": Text(en="mass organisation with central staffing", zh="编办直接管理机构编制的群众团体"),
    "19": _OTHER,
    "21": Text(en="resident foreign news bureau", zh="外国常驻新闻机构"),
    "29": _OTHER,
    "31": Text(en="law firm", zh="律师执业机构"),
    "32": Text(en="notary office", zh="公证处"),
    "33": Text(en="grass-roots legal service", zh="基层法律服务所"),
    "34": Text(en="forensic agency", zh="司法鉴定机构"),
    "35": Text(en="arbitration commission", zh="仲裁委员会"),
    "39": _OTHER,
    "41": Text(en="foreign cultural centre", zh="外国在华文化中心"),
    "49": _OTHER,
    "51": Text(en="social association", zh="社会团体"),
    "52": Text(en="private non-enterprise unit", zh="民办非企业单位"),
    "53": Text(en="foundation", zh="基金会"),
    "59": _OTHER,
    "61": Text(en="foreign tourism office", zh="外国旅游部门常驻代表机构"),
    "62": Text(en="Hong Kong, Macao or Taiwan tourism office", zh="港澳台旅游部门常驻代表机构"),
    "69": _OTHER,
    "71": Text(en="place of worship", zh="宗教活动场所"),
    "72": Text(en="religious college", zh="宗教院校"),
    "79": _OTHER,
    "81": Text(en="grass-roots trade union", zh="基层工会"),
    "89": _OTHER,
    "91": Text(en="enterprise", zh="企业"),
    "92": Text(en="individual business", zh="个体工商户"),
    "93": Text(en="farmers' specialised cooperative", zh="农民专业合作社"),
    "A1": Text(en="military institution", zh="军队事业单位"),
    "A9": _OTHER,
    "N1": Text(en="group-level collective economic organisation", zh="组级集体经济组织"),
    "N2": Text(en="village-level collective economic organisation", zh="村级集体经济组织"),
    "N3": Text(en="township-level collective economic organisation", zh="乡镇级集体经济组织"),
    "N9": _OTHER,
    "Y1": _OTHER,
}
"""First two symbols: category of the body (机构类别) within its registering department."""

_REGISTERED = re.compile(rf"(?:{'|'.join(CATEGORIES)})[0-9]{{6}}[{ALPHABET}]{{10}}")


class InvalidUSCC(InvalidInput):
    code = "uscc_invalid"
    what = Text(
        en="This is not a unified social credit code: 18 symbols of 0-9 and A-Y without I, O, S, V",
        zh="不是统一社会信用代码：应为 18 位，由 0-9 和除 I、O、S、V 以外的 A-Y 组成",
    )
    mend = Text(en="Compare it with the business licence", zh="请与营业执照核对")


class USCCCheckFails(InvalidUSCC):
    code = "uscc_check_fails"
    what = Text(
        en="The last symbol of this unified social credit code does not fit the other 17",
        zh="统一社会信用代码的第 18 位与前 17 位不符",
    )
    mend = Text(
        en="One symbol is probably mistyped: compare it with the business licence",
        zh="可能有一位录入错误，请与营业执照核对",
    )


def check_symbol(body: str) -> str:
    """Last symbol for the first 17.

    Raises:
        InvalidUSCC: not 17 symbols of the alphabet.
    """
    if len(body) != LENGTH - 1 or any(symbol not in _VALUE for symbol in body):
        raise InvalidUSCC
    return ALPHABET[-_weighted_sum(body) % 31]


def has_registered_shape(text: str) -> bool:
    """Whether a pair of ``CATEGORIES``, six digits and ten symbols follow each other."""
    return _REGISTERED.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, order=True)
class USCC:
    """A code in upper case whose check symbol holds. Raises InvalidUSCC, USCCCheckFails.

    The code is public and guessable: a bare hash of it is no pseudonym.
    """

    value: str

    def __post_init__(self) -> None:
        if len(self.value) != LENGTH or any(symbol not in _VALUE for symbol in self.value):
            raise InvalidUSCC
        if self.value[-1] != check_symbol(self.value[:-1]):
            raise USCCCheckFails

    def __str__(self) -> str:
        return self.value

    @property
    def department(self) -> Text | None:
        """Registering department; None when the standard lists none for the first symbol."""
        return DEPARTMENTS.get(self.value[0])

    @property
    def category(self) -> Text | None:
        """Category of the body; None when the standard lists none for the first two symbols."""
        return CATEGORIES.get(self.value[:2])

    @property
    def is_individual_business(self) -> bool:
        """An individual business (个体工商户) is a natural person: its data are personal."""
        return self.value.startswith("92")

    @property
    def region_code(self) -> str:
        """Division of the registering authority, not of today's address; 100000 is national."""
        return self.value[2:8]

    @property
    def organisation_code(self) -> str:
        """Symbols 9-17, the organisation code of GB 11714 without hyphen."""
        return self.value[8:17]

    @property
    def organisation_check_holds(self) -> bool:
        """Whether symbols 9-17 pass GB 11714; a few old codes do not: a finding, not an error."""
        return organisation_check(self.value[_ORGANISATION_BODY]) == self.value[_ORGANISATION_CHECK]

    @property
    def registered_shape_holds(self) -> bool:
        """Whether department, category and region are of the registered shape: a finding."""
        return has_registered_shape(self.value)


_NOT_CODE = re.compile(
    "[\\s\\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


def clean_code_text(text: str) -> str:
    """NFKC, upper case, without spaces, hyphens and invisible characters; repairs nothing else."""
    if text.isascii() and text.isalnum():
        return text.upper()
    half_width = unicodedata.normalize("NFKC", text)
    return unicodedata.normalize("NFKC", _NOT_CODE.sub("", half_width.upper()))


# Pairs read for each other, among them the letters that a code never has.
_LOOK_ALIKE = frozenset(
    frozenset(symbols)
    for group in ("0ODQU", "1IJL7", "2Z7", "3B8S", "5S68", "6GB", "UVW", "VY", "XYK", "MN", "EF")
    for symbols in combinations(group, 2)
)
_MEANT = {
    wrong: tuple(right for right in ALPHABET if frozenset((wrong, right)) in _LOOK_ALIKE)
    for wrong in "IOSVZ"
}
_MOST_WRONG = 3


def suggest_uscc(text: str) -> tuple[USCC, ...]:
    """Codes that ``text`` may have meant, likeliest first: for a person to choose, never a repair.

    A right code (after cleaning) suggests itself. Otherwise: letters a code never has read as
    their look-alikes, one look-alike, one swap of neighbours, one other symbol; each suggestion
    passes both checks and has the registered shape. Empty when nothing fits or more than
    ``MOST_SUGGESTIONS`` do.
    """
    cleaned = clean_code_text(text)
    if len(cleaned) != LENGTH:
        return ()
    if _is_right(cleaned):
        return (USCC(cleaned),)
    found = tuple(dict.fromkeys(filter(_is_plausible, _candidates(cleaned))))
    return tuple(map(USCC, found)) if len(found) <= MOST_SUGGESTIONS else ()


def _weighted_sum(symbols: str) -> int:
    return sum(_VALUE[symbol] * weight for symbol, weight in zip(symbols, WEIGHTS, strict=False))


def _is_right(text: str) -> bool:
    return all(symbol in _VALUE for symbol in text) and _weighted_sum(text) % 31 == 0


def _is_plausible(text: str) -> bool:
    return (
        has_registered_shape(text)
        and _is_right(text)
        and organisation_check(text[_ORGANISATION_BODY]) == text[_ORGANISATION_CHECK]
    )


def _candidates(text: str) -> Iterator[str]:
    wrong = [place for place, symbol in enumerate(text) if symbol not in _VALUE]
    if len(wrong) > _MOST_WRONG:
        return
    yield from _read_as_meant(text)
    if len(wrong) > 1:
        return
    solved = [_solved(text, place=place) for place in wrong or range(LENGTH)]
    alike = [candidate for candidate in solved if _differ_by_look_alike(text, candidate)]
    yield from alike
    if not wrong:
        yield from _swapped_neighbours(text)
    yield from solved


def _read_as_meant(text: str) -> Iterator[str]:
    for symbols in product(*(_MEANT.get(symbol, (symbol,)) for symbol in text)):
        yield "".join(symbols)


def _solved(text: str, *, place: int) -> str:
    """``text`` with the one symbol at ``place`` that makes the outer check hold."""
    zeroed = f"{text[:place]}0{text[place + 1 :]}"
    value = -_weighted_sum(zeroed) * pow(WEIGHTS[place], -1, 31) % 31
    return f"{text[:place]}{ALPHABET[value]}{text[place + 1 :]}"


def _differ_by_look_alike(text: str, candidate: str) -> bool:
    return any(frozenset(pair) in _LOOK_ALIKE for pair in zip(text, candidate, strict=True))


def _swapped_neighbours(text: str) -> Iterator[str]:
    for place in range(LENGTH - 1):
        yield f"{text[:place]}{text[place + 1]}{text[place]}{text[place + 2 :]}"
