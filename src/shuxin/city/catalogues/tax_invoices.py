"""The tax bureau (税务局): invoices, quotas, and what else it collects."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import event, periodic
from shuxin.city.catalogues.population import every, firms

CODES = """
invoice_kind: special 专用发票 46 | ordinary 普通发票 54
invoice_status: normal 正常 95.4 | void 作废 1.6 | red 红冲 2.2 | partly_red 部分红冲 0.8
buyer_type: firm 单位 66 | individual 个人 34
deduct_kind: deducted 已抵扣 84 | not_deducted 不抵扣 10 | export_refund 出口退税 6
red_reason: return 销货退回 42 | price_cut 销售折让 18 | wrong_issue 开票有误 34 | service_stop 服务中止 6
applicant_side: seller 销方 78 | buyer 购方 22
quota_reason: none 未调整 90 | business_growth 经营增长调增 6 | risk_cut 风险调减 3 | temporary 临时调整 1
exemption_reason: employer_of_disabled 已安置残疾人 20 | below_thirty_staff 三十人以下免征 64 | none 无 16
"""

CATALOGUES = (
    c("TAX-23 T29 invoices_out 销项发票 | Invoices issued", "D+1 L3 C",
      event(every(share=.7), 38000, q=-.2, lead=-5, years=3),
      "inv_out_amt inv_out_growth inv_gap inv_parties inv_void_red inv_pattern "
      "core_firm_dependence W10 W11 W12 W16 W19 operations contagion", """
        invoice_no 发票号码 text
        kind 发票种类 code:invoice_kind
        date! 开票时间 time
        seller 销方名称 name @name
        buyer 购方名称 name @buyer
        buyer_uscc? 购方识别号 uscc @buyer &66
        buyer_type 购方类型 code:buyer_type
        amount_net 不含税金额 fen @sales*.001..0.5
        tax 发票税额 fen =amount_net*0..0.13
        total 价税合计 fen =amount_net*1..1.13
        top_rate 最高税率 ratio_ppm ~0..130000
        status 发票状态 code:invoice_status ^.25
        red_of? 被红冲发票号 text # &2
        industry_item 商品服务税收编码 text @industry
        region 开票地区 code:county @region"""),
    c("TAX-24 T30 invoices_in 进项发票 | Invoices received", "D+1 L3 C",
      event(every(share=.7), 20000, q=-.15, lead=-5, years=3),
      "purchase_to_sales goods_match inv_parties payment_punctuality W10 W16", """
        invoice_no 发票号码 text
        kind 发票种类 code:invoice_kind
        date! 开票时间 time
        seller 销方名称 name @supplier
        seller_uscc 销方识别号 uscc @supplier
        buyer 购方名称 name @name
        amount_net 不含税金额 fen @purchases*.001..0.5
        tax 发票税额 fen =amount_net*0..0.13
        total 价税合计 fen =amount_net*1..1.13
        top_rate 最高税率 ratio_ppm ~0..130000
        status 发票状态 code:invoice_status
        industry_item 商品服务税收编码 text @industry
        certified 是否认证勾选 flag %82
        certified_period? 勾选所属月 month +0..120 &82
        deduct_kind 抵扣类型 code:deduct_kind"""),
    c("TAX-25 T31 invoice_items 发票明细 | Lines of invoices (a sample)", "D+1 L3 C",
      event(every(share=.05), 1500, years=3), "goods_match", """
        item_invoice_no 明细所属发票号 text
        line 行号 integer:line ~1..8
        code19 税收分类编码 text @industry
        name 货物或服务名称 text
        qty? 数量 number:units ~1..5000
        unit? 计量单位 code:measure
        price? 单价 fen ~100..900000
        amount 行金额 fen @sales*.001..0.2
        rate 行税率 ratio_ppm ~0..130000
        issued_at! 明细开票时间 time"""),
    c("TAX-26 T32 invoice_red_confirmations 红字确认单 | Confirmations of red invoices", "D+1 L3 C",
      event(every(share=.3), 420, q=.3, lead=-3, years=3), "inv_void_red W12", """
        confirm_no 红字确认单号 text
        reason 红冲原因 code:red_reason ^.1
        applicant_side 申请方 code:applicant_side
        confirmed 对方是否确认 flag %94
        amount 红冲金额 fen @sales*.001..0.3
        original_invoice_no 原发票号 text
        confirmed_at! 确认时间 time"""),
    c("TAX-27 T33 invoice_quotas 发票总额度 | Invoice quotas", "M+3 L3 C",
      periodic(every(), 1100, yearly=12, years=3), "quota_use W12", """
        ym! 额度月份 month
        quota 授信总额度 fen @sales*1..4
        used 已用额度 fen @sales
        adjust_reason 额度调整原因 code:quota_reason
        adjusted_by 调整额度 fen =quota*-.5..0.5
        dynamic_risk_level 动态风险等级 code:risk_level ^.5"""),
    c("TAX-28 social_fee_collection 社会保险费征收 | Social insurance fees collected", "M+10 L3 C",
      periodic(every(), 1200, yearly=12, q=-.1, lead=-3), "insurance_arrears W13", """
        month! 费款所属期 month
        declared_fee 申报应缴费额 fen @wages*.2..0.38
        collected_fee 入库费额 fen =declared_fee*0..1
        insured_declared 申报参保人数 integer:persons @employees
        overdue_fine? 社保滞纳金 fen =declared_fee*0..0.02
        collection_mode 征缴方式 code:tax_payment_mode"""),
    c("TAX-29 disabled_employment_levy 残疾人就业保障金 | Levy for the employment of the disabled", "Y+200 L3 C",
      periodic(firms(), 210, yearly=1), "headcount_gap", """
        year! 保障金年度 date
        staff_average 上年在职人数 integer:persons @employees
        disabled_employed 安置残疾职工数 integer:persons ~0..6
        average_wage 上年平均工资 fen ~4000000..12000000
        levy_due 应缴保障金 fen @wages*0..0.015
        exemption_reason 减免原因 code:exemption_reason"""),
    c("TAX-30 cross_county_reports 跨区域涉税事项报告 | Reports of work in other counties", "E+3 L3 C",
      event(firms("EGM", .35), 52), "order_backlog region_of_activity", """
        report_no 跨区域报告号 text
        item 跨区域经营方式 code:cross_county_item
        work_place 经营地 code:county
        contract_value 合同金额 fen @sales*.2..5
        tax_prepaid 已预缴税款 fen =contract_value*0..0.03
        reported_on! 报告日期 date
        valid_to 报告有效期止 date +90..730"""),
)  # fmt: skip
