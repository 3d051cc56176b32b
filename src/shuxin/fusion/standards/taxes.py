"""Standards of taxes and people (税务、社保、公积金、个税)."""

from __future__ import annotations

from shuxin.fusion.standards.notation import read_standards

TAX_STANDARDS = read_standards("""
taxpayer T21 税务登记 | Register of taxpayers | public D+1
  taxpayer_kind 纳税人资格 code !
  cit_mode 所得税征收方式 code
  status 纳税人状态 code !
  registered_on 税务登记日期 date ! @
  abnormal_date 认定非正常日期 date

vat_return T22 增值税申报 | Value-added tax returns | public M+15
  period 所属期/税款所属期 date ! @
  sales_taxable 应税销售额 money !
  sales_simple 简易计税销售额 money
  sales_export 出口销售额 money
  sales_exempt 免税销售额 money
  output_tax 销项税额 money
  input_tax 进项税额 money
  input_transfer_out 进项税额转出 money
  carried_forward 上期留抵税额 money
  payable 应纳税额 money !
  relief 减征额 money
  paid 已缴税额 money
  filed_at 申报时间/申报日期 date !
  corrected 是否更正申报 flag

cit_return T23 企业所得税申报 | Enterprise income tax returns | public Q+15
  period 税款所属期起 date ! @
  is_annual 是否汇算清缴 flag !
  revenue 营业收入 money !
  cost 营业成本 money
  profit 利润总额 money
  taxable_income 应纳税所得额 money !
  tax 应纳所得税额 money
  rd_super_deduction 研发加计扣除额 money
  loss_offset 弥补亏损额 money

financial_statement T24 财务报表报送 | Financial statements | public Q+45
  period 报表所属期 date ! @
  cash 货币资金 money
  receivables 应收账款 money !
  receivables_begin 应收账款期初数 money
  inventory 存货 money
  fixed_assets 固定资产 money
  total_assets 资产总计 money !
  total_assets_begin 资产总计期初数 money
  short_loans 短期借款 money
  payables 应付账款 money
  long_loans 长期借款 money
  total_liabilities 负债合计 money !
  equity 所有者权益合计 money
  revenue 利润表营业收入 money
  cost 利润表营业成本 money
  sell_expense 销售费用 money
  admin_expense 管理费用 money
  rd_expense 研发费用 money
  finance_expense 财务费用 money
  operating_profit 营业利润 money
  total_profit 利润总额 money
  net_profit 净利润 money

tax_payment T25 入库税款 | Tax payments | public D+1
  doc_no 税票号码 code !
  tax_kind 税种 code !
  amount 实缴金额 money !
  paid_at 入库日期 date ! @
  late_fee 滞纳金 money

tax_arrear T26 欠税 | Tax arrears | public Q+20
  arrears_no 欠税记录号 code !
  tax_kind 欠缴税种 code
  arrears 欠税余额 money !
  announced 是否公告 flag
  since 欠缴起始日 date ! @
  cleared 清缴日期 date

tax_grade T27 纳税信用级别 | Tax credit grades | public Y+115
  year 评价年度 date ! @
  score 评价得分 number !
  grade 信用级别 code !
  points_lost 扣分指标数 integer
  repaired 是否修复 flag

tax_violation T28 涉税违法 | Tax violations | public E+15
  doc_no 违法处理文书号 code !
  kind 违法类型 code !
  tax 查补税款 money
  fine 涉税罚款 money
  major_case 是否重大案件 flag
  date 违法认定日期 date ! @

red_confirmation T32 红字确认单 | Confirmations of red invoices | public D+1
  confirm_no 红字确认单号 code !
  reason 红冲原因 code !
  amount 红冲金额 money !
  confirmed_at 确认时间 date ! @

invoice_quota T33 发票总额度 | Invoice quotas | public M+3
  ym 额度月份 date ! @
  quota 授信总额度 money !
  used 已用额度 money !
  adjust_reason 额度调整原因 code
  dynamic_risk_level 动态风险等级 code

income_tax_withheld T34 个税扣缴汇总 | Income tax withheld, by employer | public M+15
  period 扣缴所属月 date ! @
  headcount 扣缴人数 integer !
  income_total 收入合计 money !
  tax 扣缴税额 money
  zero_tax_persons 零税额人数 integer

export_refund T35 出口退税 | Export refunds | public M+20
  period 退税所属月 date ! @
  declared 申报退税额 money !
  refunded 实退税额 money !
  letters_of_inquiry 函调次数 integer

social_insurance T37 社保单位缴费 | Social insurance, by employer | public M+10
  ym 缴费月份 date ! @
  type 险种 code !
  insured 参保人数 integer !
  base_total 缴费基数合计 money !
  unit_due 单位应缴 money
  person_due 个人应缴 money
  paid 实缴合计 money
  paid_at 缴费日期 date
  arrears 欠缴额 money !

medical_insurance T41 医保单位缴费 | Medical insurance, by employer | public M+10
  ym 医保缴费月份 date ! @
  insured 医保参保人数 integer !
  due 医保应缴额 money !
  paid 医保实缴额 money
  arrears 医保欠缴额 money

housing_fund T42 公积金单位缴存 | Housing fund, by employer | public M+10
  ym 缴存月份 date ! @
  unit_account 单位公积金账号 code
  depositors 缴存人数 integer !
  base_total 缴存基数合计 money !
  due 公积金应缴 money !
  paid 公积金实缴 money !
  status 缴存状态 code
""")
