"""Customs (海关)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import contract, event, periodic, register
from shuxin.city.catalogues.population import firms

CODES = """
customs_class: advanced 高级认证 2 | registered 备案企业 95 | dishonest 失信企业 3
customs_breach: misdeclared 申报不实 72 | smuggling 走私 6 | licence 许可证件 12 | bonded 保税违规 10
handbook_kind: supplied 来料加工 22 | purchased 进料加工 78
customs_guarantee: letter 保函 46 | deposit 保证金 34 | insurance 关税保险 20
inspection_result: passed 合格 95 | treated 处理后放行 4 | rejected 不合格退运 1
inspected_goods: food 食品 34 | plants 植物产品 22 | machinery 机电 24 | animals 动物产品 12 | other 其他 8
origin_agreement: rcep 区域全面经济伙伴关系 46 | asean 中国东盟 34 | general 普惠制 12 | non_preferential 非优惠 8
"""

CATALOGUES = (
    c("CUS-01 T75 customs_registrations 海关企业备案 | Firms registered with customs", "E+3 L1 U",
      register(firms("CFGL", .14), 14), "qualification cross_border_flow hard_rules", """
        cust_code 海关编码 text #
        class 海关信用等级 code:customs_class ^.3
        business_kinds 备案类别数 integer:kinds ~1..4
        cross_border_shop 跨境电商备案 flag %14
        recertified 是否复核 flag %6
        customs_house 主管海关 text
        date! 海关备案日期 date"""),
    c("CUS-02 T76 customs_months 报关单汇总 | Declarations by month and chapter", "M+10 L3 C",
      periodic(firms("CF"), 842, yearly=12, q=-.2, lead=-4, per="chapter"),
      "cross_border_flow declared_vs_invoiced operations", """
        ym! 报关月份 month
        hs2 商品章 text
        country 国别地区 code:nationality
        export 出口额 fen @sales*0..1
        import 进口额 fen @purchases*0..1
        count 报关单数 integer:declarations ~1..400
        trade_mode 贸易方式 code:trade_mode"""),
    c("CUS-03 customs_penalties 海关行政处罚 | Customs penalties", "E+7 L1 U",
      event(firms("CFG", .1), 4, q=.2), "penalties hard_rules", """
        customs_case_no 海关案件号 text
        customs_breach 海关违规类别 code:customs_breach
        goods_value 涉案货值 fen @sales*.01..1
        duty_evaded 漏缴税款 fen =goods_value*0..0.2
        customs_fine 海关罚款 fen =goods_value*.01..0.3
        voluntary_disclosure 是否主动披露 flag %32
        decided_on! 海关处罚日期 date"""),
    c("CUS-04 processing_handbooks 加工贸易手册 | Processing-trade handbooks", "E+5 L3 C",
      contract(firms("C", .06), 12, q=-.2), "order_backlog operations", """
        handbook_no 加工手册号 text
        handbook_kind 加工贸易方式 code:handbook_kind
        imports_planned_usd 备案进口额 number:usd ~10000..30000000
        exports_planned_usd 备案出口额 number:usd ~15000..50000000
        loss_rate 单耗损耗率 ratio_ppm ~0..120000
        written_off_late 是否超期核销 flag %6
        opened_on! 手册设立日期 date"""),
    c("CUS-05 customs_guarantees 关税担保与缴纳 | Duties and guarantees", "D+2 L3 C",
      event(firms("CF", .1), 142), "other_debt tax_growth", """
        duty_no 税款缴款书号 text
        duty_paid 关税额 fen ~1000..90000000
        import_vat 进口环节增值税 fen =duty_paid*1..9
        customs_guarantee? 担保形式 code:customs_guarantee
        monthly_settlement 是否汇总征税 flag %22
        days_overdue 滞纳天数 integer:days ~0..30 &2
        paid_on! 关税缴纳日期 date"""),
    c("CUS-06 goods_inspections 进出口检验检疫 | Inspection and quarantine of goods", "D+3 L2 C",
      event(firms("ACF", .1), 104), "", """
        inspection_no 检验检疫号 text
        inspected_goods 检验检疫类别 code:inspected_goods
        batch_value_usd 货值美元 number:usd ~500..3000000
        batch_weight 批重量 number:t ~0..900
        inspection_result 检验检疫结果 code:inspection_result
        foreign_notified 境外通报 flag %1
        inspected_on! 检验检疫日期 date"""),
    c("CUS-07 origin_certificates 原产地证书 | Certificates of origin", "D+1 L1 U",
      event(firms("CF", .08), 82, q=-.2), "market_of_innovation cross_border_flow", """
        origin_no 原产地证号 text
        origin_agreement 优惠协定 code:origin_agreement
        fob_usd 离岸价美元 number:usd ~500..2000000
        destination_country 目的国 code:nationality
        tariff_saved_ratio 减让幅度 ratio_ppm ~0..250000
        self_printed 自助打印 flag %88
        issued_on! 原产地签证日期 date"""),
)  # fmt: skip
