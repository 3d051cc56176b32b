"""Words of the synthetic city: an invented place, syllables and trades; no list of real names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = "澜坪"
CITY = f"{PLACE}市"

OTHER_PLACES = ("溪原", "岭栖", "汀阳")
"""Where partners from outside the city sit; no such places exist either."""

DISTRICTS: Mapping[str, str] = {
    "349901": "青岚区",
    "349902": "映川区",
    "349903": "禾浦区",
    "349904": "石榆县",
    "349905": "澄湾县",
    "349906": "枫渚县",
    "349907": "雁栖坞县",
}
"""Districts and counties by codes that GB/T 2260 has assigned to nobody."""

DISTRICT_SHARES: Mapping[str, float] = {
    "349901": 26,
    "349902": 21,
    "349903": 14,
    "349904": 12,
    "349905": 11,
    "349906": 9,
    "349907": 7,
}

ROADS = (
    "桐花路",
    "望澜大道",
    "砚池街",
    "麦浪路",
    "鹭汀路",
    "竹马巷",
    "听潮路",
    "云麓大道",
    "老渡口街",
    "枣林路",
)

BRAND_FIRST = tuple("恒泰宏瑞润博源佳辉旺诚达顺丰嘉永盛远科美晟昊祥鑫清华兴天千未土")
BRAND_SECOND = tuple("恒泰宏瑞润博源佳辉旺诚达顺丰嘉永盛远通和安升业隆发大日士己末")

LOOK_ALIKE: Mapping[str, str] = dict(
    zip(
        "恒泰瑞润博源佳辉旺诚远科美祥清天千未土大日士己末华嘉永晟昊丰",
        "桓秦端涧搏原住晖汪城运料羡详请夭干末士太曰土已未毕喜水晨吴羊",
        strict=True,
    )
)
"""Characters and the ones they are mistaken for by eye or by ear."""

TRADES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "A": (("A0141", "蔬菜"), ("A0112", "小麦种植"), ("A0412", "水产养殖"), ("A0321", "禽业")),
    "B": (("B1011", "石料"), ("B1019", "砂石")),
    "C": (
        ("C1431", "米面食品"),
        ("C1712", "纺织"),
        ("C1811", "服饰"),
        ("C2110", "家具"),
        ("C2319", "印务"),
        ("C2929", "塑料制品"),
        ("C3311", "金属构件"),
        ("C3484", "机械零件"),
        ("C3823", "电气设备"),
        ("C3985", "电子材料"),
    ),
    "D": (("D4430", "热力"), ("D4610", "供水")),
    "E": (("E4710", "建筑工程"), ("E4910", "机电安装"), ("E5011", "装饰装修")),
    "F": (
        ("F5111", "粮油"),
        ("F5165", "建材"),
        ("F5174", "五金"),
        ("F5211", "百货"),
        ("F5212", "超市"),
        ("F5235", "文具"),
        ("F5273", "数码"),
    ),
    "G": (("G5431", "货运"), ("G5990", "仓储")),
    "H": (("H6110", "酒店"), ("H6210", "餐饮"), ("H6220", "快餐")),
    "I": (("I6513", "软件"), ("I6540", "信息系统"), ("I6432", "网络")),
    "J": (("J6940", "融资咨询"),),
    "K": (("K7020", "物业"), ("K7030", "房产经纪")),
    "L": (("L7212", "资产管理"), ("L7251", "广告"), ("L7281", "会展"), ("L7299", "商务")),
    "M": (("M7452", "检测"), ("M7481", "工程咨询"), ("M7512", "新材料研究")),
    "N": (("N7721", "水处理"), ("N7820", "保洁")),
    "O": (("O8111", "汽车维修"), ("O8040", "美发"), ("O8010", "家政")),
    "P": (("P8391", "职业培训"),),
    "Q": (("Q8425", "门诊"), ("Q8514", "养老")),
    "R": (("R9030", "休闲观光"), ("R8810", "文化演艺")),
}
"""Section -> (class of GB/T 4754-2017, word of the trade in names)."""

ENTERPRISE_SECTIONS: Mapping[str, float] = {
    "A": 3, "B": 0.3, "C": 14, "D": 0.4, "E": 9, "F": 31, "G": 4, "H": 3, "I": 6, "J": 0.4,
    "K": 3, "L": 13, "M": 7, "N": 0.6, "O": 2.5, "P": 0.8, "Q": 0.5, "R": 1.5,
}  # fmt: skip
INDIVIDUAL_SECTIONS: Mapping[str, float] = {
    "A": 4.4, "C": 5, "E": 1, "F": 51.1, "G": 6, "H": 15, "I": 1, "K": 0.3, "L": 3, "M": 0.7,
    "O": 10, "P": 0.5, "Q": 0.6, "R": 1.4,
}  # fmt: skip
"""Per cent by section, the proposal of the domain notes after the 2018 and 2023 censuses."""

ENTERPRISE_FORMS: Mapping[str, float] = {
    "有限公司": 68,
    "有限责任公司": 18,
    "股份有限公司": 3,
    "合伙企业（有限合伙）": 5,
    "厂": 6,
}
INDIVIDUAL_FORMS: Mapping[str, tuple[str, ...]] = {
    "C": ("加工坊", "制作部"),
    "F": ("商行", "经营部", "便利铺"),
    "H": ("小馆", "饭庄"),
    "O": ("服务部", "小店"),
}
OTHER_INDIVIDUAL_FORMS = ("工作室", "服务部", "经营部")
COOPERATIVE_FORM = "农民专业合作社"

FORM_VARIANTS: Mapping[str, str] = {
    "有限公司": "有限责任公司",
    "有限责任公司": "有限公司",
    "股份有限公司": "股份公司",
    "合伙企业（有限合伙）": "有限合伙企业",
    "农民专业合作社": "专业合作社",
}
"""How people misquote a legal form."""

SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧")
GIVEN = tuple("伟芳敏静强磊军洋勇艳杰娟涛明超霞平刚桂玉兰文辉鹏飞红梅建国英志宁雪松")

SCOPE_TAIL = "（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
