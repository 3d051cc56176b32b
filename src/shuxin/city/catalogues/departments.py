"""The 34 departments (部门) of the city, with their budgets of records: DOMAIN 2.1; and who else holds data."""

from __future__ import annotations

from dataclasses import dataclass

from shuxin.kernel.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """One department. budget_millions: records in a `city` of 200,000 firms, over all its catalogues."""

    code: str
    name: Text
    group: Text
    catalogues: int
    budget_millions: float


_GROUPS = {
    "registration": "登记与知识产权",
    "tax": "税务",
    "people": "用工与社会保障",
    "judicial": "司法与公安",
    "regulation": "监管",
    "assets": "资产",
    "qualification": "资质",
    "operations": "经营",
    "innovation": "创新",
    "credit": "公共信用",
    "public_money": "公共资金",
    "trade": "外贸",
    "utilities": "公用事业",
    "finance": "金融",
    "platform": "数据平台",
}
_DEPARTMENTS = """
AMR registration 34 9.0 市场监督管理局 Market Supervision Administration
TAX tax 30 98.0 税务局 Tax Bureau
HRSS people 19 28.0 人力资源和社会保障局 Human Resources and Social Security
MED people 8 5.5 医疗保障局 Healthcare Security
HPF people 7 9.0 住房公积金管理中心 Housing Provident Fund Centre
COURT judicial 14 0.9 中级人民法院 Intermediate Court
PSB judicial 12 2.2 公安局 Public Security
ECO regulation 11 2.0 生态环境局 Ecology and Environment
NRP assets 11 1.6 自然资源和规划局 Natural Resources and Planning
HUC qualification 11 0.9 住房和城乡建设局 Housing and Urban-Rural Construction
TRA operations 10 6.5 交通运输局 Transport
AGR operations 10 1.8 农业农村局 Agriculture and Rural Affairs
COM qualification 7 0.4 商务局 Commerce
IIT qualification 10 0.3 经济和信息化局 Economy and Informatisation
SCI innovation 10 0.25 科学技术局 Science and Technology
DRC credit 10 2.0 发展和改革委员会 Development and Reform
FIN public_money 8 0.5 财政局 Finance
PRT public_money 6 0.5 公共资源交易中心 Public Resource Trading Centre
STA operations 5 0.9 统计局 Statistics
CUS trade 7 1.2 海关 Customs
PWR utilities 5 32.0 供电公司 Power company
WAT utilities 3 5.4 供水集团 Water company
GAS utilities 3 1.5 燃气公司 Gas company
PBC finance 8 1.5 中国人民银行分行 People's Bank branch
LFB finance 8 0.3 地方金融管理局 Local Financial Administration
CIV registration 4 0.2 民政局 Civil Affairs
JUS judicial 5 0.2 司法局 Justice
EME regulation 6 0.3 应急管理局 Emergency Management
FIR regulation 3 0.2 消防救援支队 Fire and Rescue
HEA regulation 5 0.5 卫生健康委员会 Health Commission
CUL regulation 4 0.2 文化和旅游局 Culture and Tourism
URB regulation 4 0.4 城市管理局 Urban Management
DAT platform 3 0.3 数据资源管理局 Data Resources Administration
TOB operations 4 1.9 烟草专卖局 Tobacco Monopoly
"""


def _department(line: str) -> Department:
    code, group, catalogues, budget, zh, en = line.split(maxsplit=5)
    return Department(
        code=code,
        name=Text(en=en, zh=zh),
        group=Text(en=group.replace("_", " "), zh=_GROUPS[group]),
        catalogues=int(catalogues),
        budget_millions=float(budget),
    )


DEPARTMENTS = {
    department.code: department
    for department in map(_department, _DEPARTMENTS.strip().splitlines())
}
"""By code, in the order of DOMAIN 2.1."""

HOLDERS = {
    "BANK": Text(en="Banks", zh="银行"),
    "MKT": Text(en="Market sources", zh="市场数据方"),
    "PLAT": Text(en="The platform", zh="平台"),
}
"""Who holds the catalogues of OUTSIDE."""
