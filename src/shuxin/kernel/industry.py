"""Industries (国民经济行业分类), GB/T 4754-2017: two levels built in, finer ones from rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SECTION_LINES = """
A 01-05 agriculture, forestry, husbandry, fishery|农、林、牧、渔业
B 06-12 mining|采矿业
C 13-43 manufacturing|制造业
D 44-46 power, heat, gas, water|电力、热力、燃气及水生产和供应业
E 47-50 construction|建筑业
F 51-52 wholesale and retail|批发和零售业
G 53-60 transport, storage, post|交通运输、仓储和邮政业
H 61-62 accommodation and catering|住宿和餐饮业
I 63-65 information, software|信息传输、软件和信息技术服务业
J 66-69 finance|金融业
K 70-70 real estate|房地产业
L 71-72 leasing and business services|租赁和商务服务业
M 73-75 research and technical services|科学研究和技术服务业
N 76-79 water, environment, public facilities|水利、环境和公共设施管理业
O 80-82 resident services, repair|居民服务、修理和其他服务业
P 83-83 education|教育
Q 84-85 health and social work|卫生和社会工作
R 86-90 culture, sports, entertainment|文化、体育和娱乐业
S 91-96 public administration|公共管理、社会保障和社会组织
T 97-97 international organisations|国际组织
"""

_DIVISION_LINES = """
01 farming|农业
02 forestry|林业
03 husbandry|畜牧业
04 fishery|渔业
05 support activities of agriculture|农、林、牧、渔专业及辅助性活动
06 coal|煤炭开采和洗选业
07 oil and gas|石油和天然气开采业
08 ferrous ore|黑色金属矿采选业
09 non-ferrous ore|有色金属矿采选业
10 non-metal ore|非金属矿采选业
11 support activities of mining|开采专业及辅助性活动
12 other mining|其他采矿业
13 agro-food processing|农副食品加工业
14 food|食品制造业
15 beverages and tea|酒、饮料和精制茶制造业
16 tobacco|烟草制品业
17 textile|纺织业
18 garments|纺织服装、服饰业
19 leather and shoes|皮革、毛皮、羽毛及其制品和制鞋业
20 wood|木材加工和木、竹、藤、棕、草制品业
21 furniture|家具制造业
22 paper|造纸和纸制品业
23 printing|印刷和记录媒介复制业
24 culture and sports goods|文教、工美、体育和娱乐用品制造业
25 petroleum and coal fuel|石油、煤炭及其他燃料加工业
26 chemicals|化学原料和化学制品制造业
27 pharmaceuticals|医药制造业
28 chemical fibre|化学纤维制造业
29 rubber and plastics|橡胶和塑料制品业
30 non-metal minerals|非金属矿物制品业
31 ferrous smelting|黑色金属冶炼和压延加工业
32 non-ferrous smelting|有色金属冶炼和压延加工业
33 metal products|金属制品业
34 general machinery|通用设备制造业
35 special machinery|专用设备制造业
36 automobiles|汽车制造业
37 rail, ship, aerospace|铁路、船舶、航空航天和其他运输设备制造业
38 electrical machinery|电气机械和器材制造业
39 computers and electronics|计算机、通信和其他电子设备制造业
40 instruments|仪器仪表制造业
41 other manufacturing|其他制造业
42 waste recycling|废弃资源综合利用业
43 repair of machinery|金属制品、机械和设备修理业
44 power and heat|电力、热力生产和供应业
45 gas|燃气生产和供应业
46 water supply|水的生产和供应业
47 buildings|房屋建筑业
48 civil works|土木工程建筑业
49 installation|建筑安装业
50 decoration and other construction|建筑装饰、装修和其他建筑业
51 wholesale|批发业
52 retail|零售业
53 rail transport|铁路运输业
54 road transport|道路运输业
55 water transport|水上运输业
56 air transport|航空运输业
57 pipeline transport|管道运输业
58 multimodal transport and forwarding|多式联运和运输代理业
59 handling and storage|装卸搬运和仓储业
60 post|邮政业
61 accommodation|住宿业
62 catering|餐饮业
63 telecommunications and broadcasting|电信、广播电视和卫星传输服务
64 internet|互联网和相关服务
65 software and IT services|软件和信息技术服务业
66 monetary services|货币金融服务
67 capital market|资本市场服务
68 insurance|保险业
69 other finance|其他金融业
70 real estate|房地产业
71 leasing|租赁业
72 business services|商务服务业
73 research and development|研究和试验发展
74 professional technical services|专业技术服务业
75 technology promotion|科技推广和应用服务业
76 water management|水利管理业
77 ecology and environment|生态保护和环境治理业
78 public facilities|公共设施管理业
79 land management|土地管理业
80 resident services|居民服务业
81 repair of vehicles and goods|机动车、电子产品和日用产品修理业
82 other services|其他服务业
83 education|教育
84 health|卫生
85 social work|社会工作
86 news and publishing|新闻和出版业
87 broadcasting and film|广播、电视、电影和录音制作业
88 culture and art|文化艺术业
89 sports|体育
90 entertainment|娱乐业
91 Communist Party organs|中国共产党机关
92 state organs|国家机构
93 political consultative conference and parties|人民政协、民主党派
94 social security|社会保障
95 mass and social organisations|群众团体、社会团体和其他成员组织
96 grass-roots self-government|基层群众自治组织及其他组织
97 international organisations|国际组织
"""


def _text(names: str) -> Text:
    english, chinese = names.split("|")
    return Text(en=english, zh=chinese)


def _sections() -> tuple[dict[str, Text], dict[str, str]]:
    names: dict[str, Text] = {}
    by_division: dict[str, str] = {}
    for line in _SECTION_LINES.strip().splitlines():
        section, divisions, name = line.split(" ", 2)
        names[section] = _text(name)
        first, last = divisions.split("-")
        by_division |= {f"{number:02}": section for number in range(int(first), int(last) + 1)}
    return names, by_division


SECTIONS, SECTION_BY_DIVISION = _sections()
"""Letter to name of the 20 sections (门类), and two digits to letter of the 97 divisions."""

DIVISIONS: dict[str, Text] = {
    line[:2]: _text(line[3:]) for line in _DIVISION_LINES.strip().splitlines()
}
"""Two digits to name of the 97 divisions (大类)."""

_SHAPE = re.compile(r"([A-T])?([0-9]{2,4})?")


class InvalidIndustryCode(InvalidInput):
    code = "industry_code_invalid"
    what = Text(
        en="This is not a code of GB/T 4754-2017: a section A-T, two to four digits of one of"
        " its 97 divisions, or both where they agree",
        zh="不是 GB/T 4754-2017 的行业代码：应为门类字母 A-T、97 个大类的二至四位数字，或两者组合",
    )
    mend = Text(
        en="Write it as C3985 or 3985; keep leading zeros, and map codes of older editions first",
        zh="请写作 C3985 或 3985，保留前导零；旧版代码请先转换",
    )


class IndustryLevel(IntEnum):
    """Section 门类, division 大类, group 中类, class 小类; the value is the number of symbols."""

    SECTION = 1
    DIVISION = 3
    GROUP = 4
    CLASS = 5


class Sector(StrEnum):
    """The three sectors (三次产业), as divided by the National Bureau of Statistics in 2018."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"


_SUPPORT_DIVISIONS = frozenset({"05", "11", "43"})  # tertiary, unlike the rest of their sections
_SECTOR_BY_SECTION = {"A": Sector.PRIMARY} | dict.fromkeys("BCDE", Sector.SECONDARY)


@dataclass(frozen=True, slots=True, order=True)
class IndustryCode:
    """A code in its full form, as ``C``, ``C39``, ``C398``, ``C3985``. Raises InvalidIndustryCode.

    Groups and classes are not checked against the standard: only callers have that list.
    """

    value: str

    def __post_init__(self) -> None:
        if not self.value or _full_form(self.value) != self.value:
            raise InvalidIndustryCode

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str) -> IndustryCode:
        """Of ``C3985``, ``c3985``, ``3985``, ``39`` or ``C``, spaces around allowed."""
        return cls(_full_form(text.strip().upper()))

    @property
    def level(self) -> IndustryLevel:
        return IndustryLevel(len(self.value))

    @property
    def section(self) -> str:
        return self.value[0]

    @property
    def division(self) -> str | None:
        """Two digits; None for a section."""
        return self.value[1:3] or None

    @property
    def parent(self) -> IndustryCode | None:
        """The code one level up; a section has none."""
        match self.level:
            case IndustryLevel.SECTION:
                return None
            case IndustryLevel.DIVISION:
                return IndustryCode(self.section)
            case _:
                return IndustryCode(self.value[:-1])

    @property
    def sector(self) -> Sector | None:
        """None for the sections A, B, C, whose divisions are of two sectors."""
        if self.value in ("A", "B", "C"):
            return None
        if self.division in _SUPPORT_DIVISIONS:
            return Sector.TERTIARY
        return _SECTOR_BY_SECTION.get(self.section, Sector.TERTIARY)


def _full_form(text: str) -> str:
    match = _SHAPE.fullmatch(text)
    if match is None or not text:
        raise InvalidIndustryCode
    letter, digits = match.groups()
    if digits is None:
        return text
    section = SECTION_BY_DIVISION.get(digits[:2])
    if section is None or letter not in (None, section):
        raise InvalidIndustryCode
    return f"{section}{digits}"


@dataclass(frozen=True, slots=True)
class IndustryTable:
    """Chinese names of codes, for the levels a caller loads beside the built-in ones."""

    names: Mapping[IndustryCode, str] = field(repr=False)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str]]) -> IndustryTable:
        """Of (code, Chinese name). Raises InvalidIndustryCode."""
        built_in = {section: name.zh for section, name in SECTIONS.items()}
        built_in |= {division: name.zh for division, name in DIVISIONS.items()}
        names = {IndustryCode.parse(code): name for code, name in built_in.items()}
        return cls(names | {IndustryCode.parse(code): name for code, name in rows})

    def name(self, code: IndustryCode) -> str | None:
        """None when nobody loaded the code."""
        return self.names.get(code)


def industry_name(code: IndustryCode) -> Text:
    """Name of the division, or of the section where the code is one."""
    return SECTIONS[code.section] if code.division is None else DIVISIONS[code.division]
