"""Which words are places, from the kernel's list of divisions (GB/T 2260)."""

from __future__ import annotations

import re
from functools import lru_cache

from shuxin.kernel.region import RegionLevel, published_regions

_KIND = re.compile(r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市|地区|盟)$")
_GROUPINGS = frozenset({"市辖区", "市区", "县", "市", "省直辖县级行政区划"})
_COUNTRY = "中国"


@lru_cache(maxsize=1)
def place_words() -> dict[str, str]:
    """Word as written in names to the place it means.

    Full names of every division, past and present; provinces and cities also without their kind
    (北京市, 北京), and the short word is the place of both. Counties have no short form here: 朝阳
    or 通州 alone is as often a brand.
    """
    places = {_COUNTRY: _COUNTRY}
    for code, spans in published_regions().names.items():
        for name in {span.name for span in spans} - _GROUPINGS:
            short = _KIND.sub("", name)
            if code.level is not RegionLevel.COUNTY and len(short) > 1:
                places[short] = places[name] = short
            elif name:
                places.setdefault(name, name)
    return places


@lru_cache(maxsize=1)
def longest_place() -> int:
    """Characters of the longest word."""
    return max(map(len, place_words()))
