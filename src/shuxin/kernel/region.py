"""Administrative divisions (行政区划代码), GB/T 2260: codes, names and years of validity."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from stdnum import numdb

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Row: TypeAlias = "tuple[str, str, dt.date | None, dt.date | None]"
"""Code, name, first day, day after the last; None is unlimited."""

_SHAPE = re.compile(r"[1-9][0-9]{5}")
_NATION = "100000"


class InvalidRegionCode(InvalidInput):
    code = "region_code_invalid"
    what = Text(
        en="A region code is six digits, the first not 0",
        zh="行政区划代码应为六位数字，首位不为 0",
    )
    mend = Text(en="Use the codes of GB/T 2260", zh="请使用 GB/T 2260 的代码")


class RegionLevel(StrEnum):
    NATION = "nation"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


@dataclass(frozen=True, slots=True, order=True)
class RegionCode:
    """Six digits: province 2, prefecture 2, county 2. Raises InvalidRegionCode.

    A code that was never assigned is a legal value: development zones and test data use such.
    """

    value: str

    def __post_init__(self) -> None:
        if not _SHAPE.fullmatch(self.value):
            raise InvalidRegionCode

    def __str__(self) -> str:
        return self.value

    @property
    def level(self) -> RegionLevel:
        if self.value == _NATION:
            return RegionLevel.NATION
        if self.value.endswith("0000"):
            return RegionLevel.PROVINCE
        return RegionLevel.PREFECTURE if self.value.endswith("00") else RegionLevel.COUNTY

    @property
    def parent(self) -> RegionCode | None:
        """The code one level up by digits; the nation has none."""
        match self.level:
            case RegionLevel.NATION:
                return None
            case RegionLevel.PROVINCE:
                return RegionCode(_NATION)
            case RegionLevel.PREFECTURE:
                return RegionCode(f"{self.value[:2]}0000")
            case RegionLevel.COUNTY:
                return RegionCode(f"{self.value[:4]}00")

    @property
    def is_assigned(self) -> bool:
        """Whether GB/T 2260 ever listed it, by ``published_regions``."""
        return published_regions().is_assigned(self)


@dataclass(frozen=True, slots=True)
class RegionName:
    """A name a code had from ``valid_from`` to before ``valid_to``; None is unlimited."""

    name: str
    valid_from: dt.date | None
    valid_to: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        starts = self.valid_from is None or self.valid_from <= day
        return starts and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class RegionTable:
    """The names of codes over time, each code's earliest first."""

    names: Mapping[RegionCode, tuple[RegionName, ...]] = field(repr=False)

    @classmethod
    def from_rows(cls, rows: Iterable[Row]) -> RegionTable:
        """Build from rows in any order. Raises InvalidRegionCode."""
        names: dict[RegionCode, list[RegionName]] = {}
        for code, name, valid_from, valid_to in rows:
            names.setdefault(RegionCode(code), []).append(RegionName(name, valid_from, valid_to))
        return cls({code: tuple(sorted(spans, key=_first_day)) for code, spans in names.items()})

    def is_assigned(self, code: RegionCode, *, on: dt.date | None = None) -> bool:
        """Whether ``code`` has a name on that day, or without a day ever had."""
        return self.name(code, on=on) is not None

    def name(self, code: RegionCode, *, on: dt.date | None = None) -> str | None:
        """Its name on that day, without a day its last; where two overlap, the later."""
        holding = [
            span.name for span in self.names.get(code, ()) if on is None or span.holds_on(on)
        ]
        return holding[-1] if holding else None

    def full_name(self, code: RegionCode, *, on: dt.date | None = None) -> str:
        """Names from province to ``code`` joined, as 安徽省合肥市瑶海区; unknown parts left out."""
        names: list[str] = []
        part: RegionCode | None = code
        while part is not None:
            name = self.name(part, on=on)
            if name is not None and not _is_grouping(name):
                names.append(name)
            part = part.parent
        return "".join(reversed(names))


def _first_day(span: RegionName) -> dt.date:
    return span.valid_from or dt.date.min


def _is_grouping(name: str) -> bool:
    """Entries that only group counties are no place's name."""
    return name in {"市辖区", "市区", "县", "市"} or "直辖" in name


@cache
def published_regions() -> RegionTable:
    """All codes since about 1980 from the data of the python-stdnum package (Wikipedia's tables).

    It knows years only: a name holds from January 1 of its first year to the end of its last, so
    in a year of change both the old and the new name hold.
    """
    return RegionTable.from_rows(_published_rows())


_SPAN = re.compile(r"(?:\[([0-9]{4})?-([0-9]{4})?\])?([^,\[\]]+)")


def _published_rows() -> Iterator[Row]:
    for _, province, _, _, divisions in numdb.get("cn/loc").prefixes:
        for _, rest, _, facts, _ in divisions:
            for first, last, name in _SPAN.findall(facts["county"]):
                yield (
                    f"{province}{rest}",
                    name,
                    dt.date(int(first), 1, 1) if first else None,
                    dt.date(int(last) + 1, 1, 1) if last else None,
                )


def region_words(code: str, *, table: RegionTable | None = None) -> Text:
    """A code or its first digits as people read it: 安徽省合肥市, the same in both languages.

    Where nobody ever had the code, the part of it that has a name and the digits, as 安徽省（地区 3499）; the digits
    alone where no part has one.
    """
    known = table or published_regions()
    try:
        wanted = RegionCode(code.ljust(6, "0"))
    except InvalidRegionCode:
        return Text(en=f"region {_plain(code)}", zh=f"地区 {_plain(code)}")
    full = known.full_name(wanted)
    if known.is_assigned(wanted):
        return Text(en=full, zh=full)
    if not full:
        return Text(en=f"region {code}", zh=f"地区 {code}")
    return Text(en=f"{full} (region {code})", zh=f"{full}（地区 {code}）")


def _plain(code: str) -> str:
    """What somebody typed: braces are no places for facts."""
    return code.replace("{", "{{").replace("}", "}}")


def region_names(*, table: RegionTable | None = None) -> tuple[str, ...]:
    """Every name a province, prefecture or county ever had, longest first, to strip from names."""
    known = (table or published_regions()).names.values()
    names = {span.name for spans in known for span in spans if not _is_grouping(span.name)}
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


_PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克"
    "|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|达斡尔|仫佬族|羌族"
    "|布朗族|撒拉族|毛南族|仡佬族|锡伯|塔吉克|怒族|普米族|鄂温克族|鄂温克|德昂族|保安族|裕固族|独龙族|鄂伦春"
    "|门巴族|珞巴族|基诺族|各族"
)
_KIND = (
    rf"(?:(?:{_PEOPLES})*自治[区州县旗]|(?:{_PEOPLES})*区|特别行政区|[林特矿新]区|地区|省|市|盟|县)"
)
_NAME_AND_KIND = re.compile(rf"(.{{2,}}?){_KIND}")


def short_region_name(name: str) -> str:
    """The name without its kind, as people say it: 安徽省 安徽, 延边朝鲜族自治州 延边.

    A name that would shrink to one character stays whole, and a banner keeps its 旗.
    """
    match = _NAME_AND_KIND.fullmatch(name)
    return name if match is None else match[1]
