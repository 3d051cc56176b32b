"""The tax bureau (税务局): taxpayers, returns, payments, grades."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import event, listing, periodic, register
from shuxin.city.catalogues.population import ABOVE_MICRO, every, firms

CODES = """
taxpayer_kind: general 一般纳税人 24 | small_scale 小规模纳税人 76
cit_mode: actual 查账征收 84 | assessed 核定征收 16
filing_cycle: monthly 按月 27 | quarterly 按季 73
taxpayer_status: normal 正常 88 | abnormal 非正常户 4 | cancelled 注销 8
tax_kind: vat 增值税 38 | income_tax 企业所得税 16 | withheld_income_tax 个人所得税 18 |
    construction_tax 城市维护建设税 12 | stamp_duty 印花税 10 | property_tax 房产税 3 |
    land_use_tax 城镇土地使用税 3
tax_grade: a A级 12 | b B级 45 | m M级 28 | c C级 9 | d D级 6
direct_d_reason: evasion 逃避缴纳税款 12 | false_invoices 虚开发票 22 | lost_contact 走逃失联 38 |
    controller_grade_d 直接责任人关联 28
tax_violation: late_filing 逾期申报 74 | evasion 偷税 6 | false_invoices 虚开 6 | lost_contact 走逃失联 9 |
    invoice_misuse 未按规定使用发票 5
export_class: first 一类 8 | second 二类 52 | third 三类 34 | fourth 四类 6
stamp_item: sale_contract 买卖合同 54 | loan_contract 借款合同 12 | construction_contract 建设工程合同 12 |
    lease 租赁合同 14 | account_books 营业账簿 8
relief_item: small_firms 小微企业减免 58 | high_tech 高新技术企业优惠 4 | rd_deduction 研发加计扣除 8 |
    employment 重点群体就业 4 | agriculture 农业项目免税 10 | software 软件即征即退 2 | six_taxes 六税两费减半 14
excise_item: spirits 白酒 44 | oil 成品油 30 | battery 电池 16 | coating 涂料 10
pollutant_kind: air 大气污染物 48 | water 水污染物 36 | solid_waste 固体废物 12 | noise 噪声 4
assessment_outcome: kept 维持定额 78 | raised 调高 14 | lowered 调低 8
deregistration_path: instant 即办 82 | general 一般程序 18
cross_county_item: construction 建筑安装 84 | exhibition 展销 8 | service 劳务 8
"""

CATALOGUES = (
    c("TAX-01 T21 taxpayers 税务登记 | Register of taxpayers", "D+1 L3 C",
      register(every(), 260), "W09 hard_rules industry_of_activity identity", """
        taxpayer_kind 纳税人资格 code:taxpayer_kind
        cit_mode 所得税征收方式 code:cit_mode
        filing_cycle 申报期限 code:filing_cycle
        tax_authority 主管税务机关 code:county
        status 纳税人状态 code:taxpayer_status @status ^.5
        tax_industry 税务行业代码 text @industry
        registered_on! 税务登记日期 date
        abnormal_date? 认定非正常日期 date @status &4"""),
    c("TAX-02 T22 vat_returns 增值税申报 | Value-added tax returns", "M+15 L3 C",
      periodic(every(), 7000, yearly=12, q=.1, lead=-5),
      "vat_burden declared_vs_invoiced tax_growth filing_punctuality inv_out_growth operations W10", """
        period! 所属期 month
        sales_taxable 应税销售额 fen @sales*.7..1
        sales_simple 简易计税销售额 fen @sales*0..0.2 &18
        sales_export 出口销售额 fen @sales*0..0.3 &5
        sales_exempt 免税销售额 fen @sales*0..0.2 &12
        output_tax 销项税额 fen =sales_taxable*.06..0.13
        input_tax 进项税额 fen @purchases*.03..0.13
        input_transfer_out 进项税额转出 fen =input_tax*0..0.03 &8
        carried_forward 上期留抵税额 fen =input_tax*0..0.5 &22
        payable 应纳税额 fen @taxes*.3..0.6
        relief 减征额 fen =payable*0..0.3 &40
        paid 已缴税额 fen =payable*0..1
        filed_at 申报时间 time +10..45
        corrected 是否更正申报 flag %3"""),
    c("TAX-03 T23 cit_returns 企业所得税申报 | Enterprise income tax returns", "Q+15 L3 C",
      periodic(firms(), 2900, yearly=5), "cit_burden leverage rd_input tax_limit", """
        period! 税款所属期起 month
        is_annual 是否汇算清缴 flag %20
        revenue 营业收入 fen @sales
        cost 营业成本 fen @purchases
        profit 利润总额 fen =revenue*-.2..0.15
        adjust 纳税调整额 fen =profit*-.1..0.2
        taxable_income 应纳税所得额 fen =profit*0..1
        rate 适用税率 ratio_ppm ~50000..250000
        tax 应纳所得税额 fen =taxable_income*.05..0.25
        rd_super_deduction? 研发加计扣除额 fen =revenue*0..0.08 &6
        loss_offset? 弥补亏损额 fen =profit*0..0.5 &14
        small_low_profit 小型微利企业 flag %88"""),
    c("TAX-04 T24 financial_statements 财务报表报送 | Financial statements", "Q+45 L3 C",
      periodic(firms(), 2541, yearly=5), "leverage turnover_days debt_service size_class", """
        period! 报表所属期 month
        cash 货币资金 fen @cash
        cash_begin 货币资金期初数 fen =cash*.6..1.5
        receivables 应收账款 fen @sales*.5..3 ^.1
        receivables_begin 应收账款期初数 fen =receivables*.7..1.3
        inventory 存货 fen @purchases*.3..2.5
        inventory_begin 存货期初数 fen =inventory*.7..1.3
        fixed_assets 固定资产 fen @assets*.05..0.5
        total_assets 资产总计 fen @assets
        total_assets_begin 资产总计期初数 fen =total_assets*.8..1.2
        short_loans 短期借款 fen @debt*.4..1
        payables 应付账款 fen @purchases*.5..3
        payables_begin 应付账款期初数 fen =payables*.7..1.3
        long_loans 长期借款 fen @debt*0..0.5
        total_liabilities 负债合计 fen =total_assets*.2..1.1 ^.12
        equity 所有者权益合计 fen =total_assets*-.1..0.8 ^-.2
        revenue 利润表营业收入 fen @sales
        cost 利润表营业成本 fen @purchases
        tax_surcharge 税金及附加 fen =revenue*.002..0.01
        sell_expense 销售费用 fen =revenue*.01..0.1
        admin_expense 管理费用 fen =revenue*.02..0.15
        rd_expense 研发费用 fen =revenue*0..0.08 &12
        finance_expense 财务费用 fen @debt_service*.1..0.4
        operating_profit 营业利润 fen =revenue*-.2..0.15
        total_profit 利润总额 fen =operating_profit*.9..1.1
        net_profit 净利润 fen =total_profit*.75..1"""),
    c("TAX-05 T25 tax_payments 入库税款 | Tax payments", "D+1 L3 C",
      event(every(), 15000, q=-.15, lead=-3), "tax_growth tax_limit filing_punctuality", """
        doc_no 税票号码 text
        tax_kind 税种 code:tax_kind
        period 税款所属月 month +-45..-10
        amount 实缴金额 fen @taxes*.05..0.6
        treasury 收款国库 code:county
        paid_by 缴款方式 code:tax_payment_mode
        paid_at! 入库日期 date
        late_fee 滞纳金 fen =amount*0..0.02 &2 ^.5"""),
    c("TAX-06 T26 tax_arrears 欠税 | Tax arrears", "Q+20 L3 C",
      listing(every(share=.15), 130, q=.7, lead=-4), "tax_arrears_path W08 hard_rules", """
        arrears_no 欠税记录号 text
        tax_kind 欠缴税种 code:tax_kind
        arrears 欠税余额 fen @taxes*.5..6
        announced 是否公告 flag %28
        reminded 催缴次数 integer:reminders ~1..6
        authority 征收机关 code:county
        since! 欠缴起始日 date
        cleared? 清缴日期 date +20..900"""),
    c("TAX-07 T27 tax_credit_grades 纳税信用级别 | Tax credit grades", "Y+115 L3 C",
      periodic(firms(), 560, yearly=1, q=.4, lead=-9), "tax_grade_path W08 tax_limit hard_rules", """
        year! 评价年度 date
        score 评价得分 number:points @view_tax
        grade 信用级别 code:tax_grade ^.45
        direct_d_reason? 直接判D原因 code:direct_d_reason &6
        points_lost 扣分指标数 integer:indicators ~0..15 &60 ^.4
        rerated 是否补评复评 flag %4
        repaired 是否修复 flag %3 ^.1"""),
    c("TAX-08 T28 tax_violations 涉税违法 | Tax violations", "E+15 L3 C",
      event(every(), 150, q=.6, lead=-3), "filing_punctuality penalties W09", """
        doc_no 违法处理文书号 text
        kind 违法类型 code:tax_violation
        tax? 查补税款 fen @taxes*.1..3
        fine? 涉税罚款 fen =tax*.05..1
        major_case 是否重大案件 flag %2 ^.4
        first_no_penalty 首违不罚 flag %46
        date! 违法认定日期 date"""),
    c("TAX-09 T34 iit_withholding 个税扣缴汇总 | Income tax withheld, by employer", "M+15 L3 C",
      periodic(every(), 3400, yearly=12, q=-.08, lead=-3), "headcount_gap wage_level headcount", """
        period! 扣缴所属月 month
        headcount 扣缴人数 integer:persons @employees
        income_total 收入合计 fen @wages
        tax 扣缴税额 fen =income_total*0..0.06
        zero_tax_persons 零税额人数 integer:persons =headcount*.4..1
        bonus_total? 年终奖合计 fen =income_total*0..0.4"""),
    c("TAX-10 T35 export_refunds 出口退税 | Export refunds", "M+20 L3 C",
      periodic(firms("CF"), 95, yearly=12), "cross_border_flow tax_growth", """
        period! 退税所属月 month
        declared 申报退税额 fen @sales*.02..0.11
        refunded 实退税额 fen =declared*.8..1
        class 出口分类管理类别 code:export_class
        export_usd 出口额美元 number:usd ~3000..4000000
        letters_of_inquiry 函调次数 integer:letters ~0..2"""),
    c("TAX-11 T36 tax_inspections 税务稽查 | Tax inspections", "E+30 L3 C",
      event(every(share=.05), 6, q=.6, lead=-2), "penalties tax_arrears_path", """
        case_no 稽查案号 text
        case_source 案源 code:case_source
        tax_due 查补应纳税额 fen @taxes*.5..12
        fine 稽查罚款 fen =tax_due*.3..1.5
        years_covered 检查年度数 integer:years ~1..5
        to_police 是否移送公安 flag %6
        opened! 立案日期 date
        closed? 稽查结案日期 date +60..700"""),
    c("TAX-12 vat_credit_refunds 增值税留抵退税 | Refunds of excess input tax", "E+15 L3 C",
      event(firms("CEFGIM", .1, ABOVE_MICRO), 28), "tax_growth purchase_to_sales", """
        refund_no 退税决定号 text
        excess_input 期末留抵额 fen @purchases*.1..1
        refund_granted 准予退税额 fen =excess_input*.6..1
        input_ratio 进项构成比例 ratio_ppm ~800000..1000000
        is_stock_refund 是否存量留抵 flag %22
        granted_on! 准予退税日期 date"""),
    c("TAX-13 stamp_duty_returns 印花税申报 | Stamp duty returns", "Q+15 L3 C",
      periodic(every(), 1200, yearly=4), "order_backlog declared_vs_invoiced", """
        period! 计税属期 month
        stamp_item 印花税税目 code:stamp_item
        documents 应税凭证份数 integer:documents ~1..300
        taxed_amount 计税金额 fen @sales*.5..3
        duty 应纳印花税 fen =taxed_amount*.00005..0.001
        halved 是否减半征收 flag %86"""),
    c("TAX-14 property_land_tax 房产税与土地使用税申报 | Property and land use tax", "Q+15 L3 C",
      periodic(firms(), 520, yearly=2), "collateral_value region_of_activity", """
        period! 房土税属期 month
        property_value 房产原值 fen @assets*.05..0.5
        rent_received? 租金收入 fen @sales*0..0.2
        land_area 应税土地面积 number:m2 ~60..60000
        land_grade 土地等级 code:land_grade
        property_tax_due 应纳房产税 fen =property_value*.0042..0.0084
        land_tax_due 应纳土地使用税 fen ~10000..60000000"""),
    c("TAX-15 environmental_tax 环境保护税申报 | Environmental protection tax", "Q+15 L3 C",
      periodic(firms("BCDEN"), 66, yearly=4), "environment_colour operations", """
        period! 环保税属期 month
        pollutant_kind 应税污染物类别 code:pollutant_kind
        equivalents 污染当量数 number:equivalents ~1..90000
        per_equivalent 单位税额 fen ~120..1400
        eco_tax_due 应纳环保税 fen =per_equivalent*1..90000
        reduced_for_low_emission 达标减征 flag %34"""),
    c("TAX-16 excise_returns 消费税申报 | Excise returns", "M+15 L3 C",
      periodic(firms("C"), 14, yearly=12), "", """
        period! 消费税属期 month
        excise_item 消费税税目 code:excise_item
        quantity_sold 应税销售数量 number:units ~10..900000
        excise_base 应税销售额 fen @sales
        excise_due 应纳消费税 fen =excise_base*.04..0.2
        deducted_excise 准予扣除税额 fen =excise_due*0..0.3"""),
    c("TAX-17 tax_reliefs 减免税明细 | Tax reliefs", "M+20 L3 C",
      event(every(), 1300), "tax_growth qualification", """
        relief_no 减免记录号 text
        relief_item 减免项目 code:relief_item
        relieved_kind 减免税种 code:tax_kind
        relief_amount 减免税额 fen @taxes*.02..0.9
        policy_no 政策依据文号 text
        self_judged 自行判别 flag %91
        relieved_month! 减免属期 date"""),
    c("TAX-18 general_taxpayer_registrations 一般纳税人登记 | Registrations as general taxpayer", "D+1 L3 C",
      register(firms(share=.4), 42), "size_class quota_use", """
        registration_no 资格登记号 text
        sales_12m 连续十二月销售额 fen @sales*6..14
        voluntary 是否自愿登记 flag %62
        accounting_sound 会计核算健全 flag %97
        tutoring_period 是否辅导期 flag %2
        effective_from! 资格生效日 date
        returned_to_small? 转回小规模日期 date +300..1500"""),
    c("TAX-19 abnormal_taxpayers 非正常户认定 | Taxpayers out of contact", "E+5 L3 C",
      listing(every(share=.12), 48, q=.9, lead=1), "W09 hard_rules exclusions", """
        finding_no 认定文书号 text
        visited_address 实地核查地址 address
        unfiled_periods 未申报期数 integer:periods ~3..24
        unused_invoices 结存发票份数 integer:invoices ~0..50
        tax_owed 认定时欠税额 fen @taxes*0..6
        invoices_voided 是否公告作废发票 flag %30
        found_on! 非正常认定日期 date
        lifted_on? 解除认定日期 date +20..900"""),
    c("TAX-20 fixed_assessments 定期定额核定 | Fixed assessments", "Y+30 L3 C",
      periodic(every("FHOGC"), 190, yearly=1), "declared_vs_invoiced size_class", """
        year! 核定年度 date
        monthly_turnover 月核定营业额 fen @sales*.3..0.9
        monthly_tax 月核定税额 fen =monthly_turnover*0..0.02
        adjust_ratio 调整幅度 ratio_ppm ~-200000..300000
        typical_survey 是否典型调查户 flag %5
        outcome 核定结果 code:assessment_outcome ^.2"""),
    c("TAX-21 tax_clearances 清税证明 | Tax clearance certificates", "E+3 L3 C",
      event(every(share=.3), 52, q=.5, lead=2), "W07 dynamism", """
        clearance_no 清税证明号 text
        path 办理方式 code:deregistration_path
        settled_tax 清算税款 fen @taxes*0..3
        invoices_returned 缴销发票份数 integer:invoices ~0..200
        refund_due? 退抵税额 fen =settled_tax*0..0.3
        cleared_on! 清税日期 date"""),
    c("TAX-22 related_party_reports 关联业务往来报告 | Related-party transaction reports", "Y+150 L3 C",
      periodic(firms(), 16, yearly=1), "controller_network suspicious", """
        year! 关联申报年度 date
        related_parties 关联方户数 integer:parties ~1..25
        related_sales 关联销售额 fen @sales*.05..0.9
        related_purchases 关联采购额 fen @purchases*.05..0.9
        related_loans 关联资金融通额 fen @sales*0..2
        intangible_transfer 有无无形资产转让 flag %3"""),
)  # fmt: skip
