"""Amounts, rates and codes as sentences name them, in both languages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.industry import SECTION_BY_DIVISION, IndustryCode, industry_name
from shuxin.kernel.region import RegionCode, published_regions
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

_FEN_OF_YUAN, _FEN_OF_WAN, _DIGITS = 100, 1_000_000, 6


@lru_cache(maxsize=8192)
def said(text: Text, **facts: Text | str | int) -> Text:
    """The sentence with its places filled, in both languages. Kept: a ranking says the same of many products."""
    en = {name: fact.en if isinstance(fact, Text) else fact for name, fact in facts.items()}
    zh = {name: fact.zh if isinstance(fact, Text) else fact for name, fact in facts.items()}
    return Text(en=text.en.format(**en), zh=text.zh.format(**zh))


@lru_cache(maxsize=2048)
def money(fen: int) -> Text:
    """As 30万元 and 300,000 yuan; fen are left out."""
    wan = fen / _FEN_OF_WAN
    zh = f"{wan:,.2f}".rstrip("0").rstrip(".") + "万元"
    return Text(en=f"{fen // _FEN_OF_YUAN:,} yuan", zh=zh)


@lru_cache(maxsize=2048)
def percent(bp: int) -> Text:
    """Of basis points, two decimals."""
    share = f"{bp // 100}.{bp % 100:02d}%"
    return Text(en=share, zh=share)


@lru_cache(maxsize=2048)
def whole_percent(bp: int) -> Text:
    share = f"{(bp + 50) // 100}%"
    return Text(en=share, zh=share)


def listed(texts: Iterable[Text]) -> Text:
    """All of them, parted as each language does."""
    found = tuple(texts)
    return Text(en=", ".join(one.en for one in found), zh="、".join(one.zh for one in found))


@lru_cache(maxsize=8192)
def region_stem(code: str) -> str:
    """A division's code without the zeros that only fill it up: 340000 is 34, 341500 is 3415."""
    while len(code) > 2 and len(code) % 2 == 0 and code.endswith("00"):  # noqa: PLR2004 - a province
        code = code[:-2]
    return code


@lru_cache(maxsize=8192)
def industry_full(code: str) -> str:
    """With the letter of its section in front: 3985 is C3985. What is no code stays as it is."""
    return SECTION_BY_DIVISION.get(code[:2], "") + code if code[:1].isdigit() else code.upper()


@lru_cache(maxsize=2048)
def region_text(code: str) -> Text:
    """The division's name, the code where nobody lists it."""
    try:
        name = published_regions().name(RegionCode(region_stem(code).ljust(_DIGITS, "0")))
    except InvalidInput:
        name = None
    return Text(en=code, zh=name or code)


@lru_cache(maxsize=2048)
def industry_text(code: str) -> Text:
    try:
        return industry_name(IndustryCode.parse(code))
    except (InvalidInput, KeyError):
        return Text(en=code, zh=code)
