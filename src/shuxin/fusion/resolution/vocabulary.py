"""General words of Chinese enterprise names: legal forms, trades, units of a firm, numerals."""

from __future__ import annotations

import re
from enum import StrEnum


class LegalForm(StrEnum):
    """Family of legal forms (组织形式). A limited company may later become a joint-stock company."""

    LIMITED = "limited"
    JOINT_STOCK = "joint_stock"
    COMPANY = "company"
    PARTNERSHIP = "partnership"
    COOPERATIVE = "cooperative"
    GOVERNMENT = "government"
    OTHER = "other"


FORM = re.compile(
    r"(?P<group>(?:控股)?集团|控股)?"
    r"(?:(?P<joint_stock>股份(?:有限)?(?:责任)?公司)"
    r"|(?P<limited>(?:责任)?有限(?:责任)?公司)"
    r"|(?P<company>总?公司)"
    r"|(?P<partnership>合伙企业)"
    r"|(?P<cooperative>(?:农民)?(?:专业)?合作联?社)"
    r"|(?P<government>(?:人民)?政府$))"
)
"""The legal form inside a normalised name; what follows it names a unit of that firm."""

FORM_NOTES = frozenset(
    {
        "有限合伙",
        "普通合伙",
        "特殊普通合伙",
        "合伙",
        "个人独资",
        "个体工商户",
        "个体",
        "有限责任",
        "股份合作",
        "集体",
        "国有独资",
    }
)
"""Bracketed words that repeat or refine the legal form and tell no firms apart."""

OWN_WORDS = frozenset({"集团", "股份", "控股"})
"""Words that belong to the legal form although brackets stand around them."""

FORMER = re.compile(r"^(?:原名称?|曾用名|更名前|旧名|前身|原)[:为是]*")
"""Opens a bracket that states a former name (曾用名)."""

SHORT_FOR = re.compile(r"^(?:以下简称|简称|又名|别名|亦称)[:为是]*")
"""Opens a bracket that states another name."""

TRADES = frozenset(
    """
        科技 技术 信息 网络 软件 数据 数码 电子 通信 通讯 互联网 互联 智能 系统 物联网 计算机 电脑 光电 微电子
        半导体 集成电路 机器人 自动化 控制 电气 电器 电力 能源 新能源 节能 环保 环境 生态 水务 热力 燃气 供热
        石油 化工 材料 新材料 机械 设备 装备 仪器 仪表 器械 医疗器械 制造 精密 汽车 汽车租赁 租赁 航空 航天 船舶
        生物 医药 药业 制药 医疗 健康 医学 诊断 基因 检测 检验 认证 食品 饮料 餐饮 酒店 宾馆 饭店 旅游 旅行社
        国际旅行社 旅行 文化 传媒 传播 广告 影视 影业 娱乐 艺术 体育 教育 培训 出版 图书 印刷 印务 包装 设计
        装饰 装修 建筑 建设 工程 园林 绿化 市政 房地产 置业 地产 开发 物业 物业管理 投资 资本 资产 基金 金融
        保险 证券 担保 典当 小额贷款 财务 会计 税务 律师 咨询 顾问 管理 企业管理 服务 人力资源 劳务 保安 家政
        保洁 商贸 贸易 经贸 商业 工贸 科贸 国际贸易 进出口 电子商务 供应链 物流 运输 货运 仓储 快递 配送 超市
        百货 家具 服装 服饰 纺织 皮革 珠宝 化妆品 美容 美发 日用品 五金 建材 钢铁 金属 矿业 煤炭 农业 种植
        养殖 畜牧 水产 林业 种业 粮油 饲料 产业 实业 发展 控股 国际 运营 研究 研发 创新 创业 孵化器 中心 事务所
        研究院 工作室 经营部 商店 医院 学校 厂 站 店 部 场 社 院 所
        """.split()  # noqa: SIM905 - a list of words reads better as text
)
"""Words that say what a firm does (行业用语)."""

ONE_NAME_TWICE = re.compile(r"((?:股份|责任)?有限(?:责任)?公司)(?:\1|有限公司|公司)+$")
"""A legal form written twice at the end, a slip of the keyboard."""

NUMERALS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)) | {"十": "#", "百": "@"}
"""Chinese numerals as digits; ten and hundred keep signs of their own."""
