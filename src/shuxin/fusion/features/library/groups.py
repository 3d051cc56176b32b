"""Groups of features (特征分组) as people read them."""

from __future__ import annotations

from shuxin.kernel.text import Text

_LINES = """
inv_out_scale 销售规模 | size of sales
inv_out_growth 销售增长 | growth of sales
inv_out_stability 销售稳定性 | steadiness of sales
inv_out_void 销项作废与红冲 | voided and red invoices issued
inv_out_pattern 销项开票形态 | pattern of invoices issued
inv_out_tax 销项税额 | tax on sales
inv_out_parties 下游客户 | buyers
inv_in_scale 采购规模 | size of purchases
inv_in_growth 采购增长 | growth of purchases
inv_in_stability 采购稳定性 | steadiness of purchases
inv_in_void 进项作废与红冲 | voided and red invoices received
inv_in_pattern 进项开票形态 | pattern of invoices received
inv_in_tax 进项税额 | tax on purchases
inv_in_parties 上游供应商 | suppliers
margin 进销比 | purchases against sales
tax 增值税税负 | VAT burden
tax_vat 增值税申报 | VAT returns
tax_filing 申报及时性 | punctual filing
tax_income 企业所得税 | income tax of firms
tax_paid 入库税款 | taxes paid
tax_arrears 欠税 | tax arrears
tax_grade 纳税信用 | tax credit
tax_violations 涉税违法 | tax violations
tax_quota 发票额度 | invoice quota
inv_red 红字发票 | red invoices confirmed
tax_export 出口退税 | export refunds
tax_status 纳税人状态 | taxpayer's status
books_size 财报规模 | size in statements
books_leverage 偿债能力 | leverage and liquidity
books_profit 盈利能力 | profit
books_turnover 周转 | turnover
annual_report 企业年报 | annual reports
people_heads 参保人数 | insured persons
people_wages 缴费基数 | base of contributions
people_arrears 社保欠缴 | social insurance owed
people_medical 医保 | medical insurance
people_fund 公积金 | housing fund
people_income 个税与收入 | income of persons
people_disputes 劳动争议与欠薪 | labour disputes and unpaid wages
court_defendant 被告案件 | cases as defendant
court_plaintiff 原告案件 | cases as plaintiff
court_judgments 裁判文书 | judgments
court_enforcement 被执行 | enforcement
court_dishonest 失信与限高 | dishonest debtors and bans
court_freezes 财产保全与冻结 | freezes
court_bankruptcy 破产 | bankruptcy
penalties 行政处罚 | penalties
register 登记 | registration
register_changes 登记变更 | changes of registration
register_abnormal 经营异常与严重违法 | abnormal operations and serious violations
holders 股东与出质 | holders and pledges
key_persons 主要人员 | key persons
guarantees 担保 | guarantees
environment 环保 | environment
safety 安全生产 | safety at work
public_credit 公共信用 | public credit
news 舆情 | news
complaints 消费投诉 | complaints
power_use 用电 | power
power_bills 电费 | power bills
power_shape 用电形态 | shape of power use
water_use 用水 | water
gas_use 用气 | gas
tech_patents 知识产权 | patents, software and marks
tech_titles 科技资质 | titles and certificates
tech_research 研发投入 | research
tech_support 科技支持 | projects and subsidies
chain_receivables 应收账款 | receivables
chain_bills 票据 | bills
chain_orders 订单与中标 | orders and bids
takings 收单 | takings
flow_scale 流水规模 | size of flows
flow_growth 流水变化 | growth and steadiness of flows
flow_balance 账户余额 | balances
flow_parties 流水对手 | parties of flows
flow_debt 偿债与借入 | debt service and borrowing
flow_pattern 流水形态 | pattern of flows
across_sales 销售互证 | sales told by several offices
across_tax 税负与欠税 | taxes against sales
across_risk 风险强度 | risk against size
across_power 用电互证 | power against sales
across_people 用工互证 | people against sales
across_tech 科创强度 | technology against size
across_chain 供应链强度 | orders and receivables against sales
"""


def _read(line: str) -> tuple[str, Text]:
    name, rest = line.split(" ", 1)
    zh, en = rest.split(" | ")
    return name, Text(en=en, zh=zh)


GROUPS = dict(_read(line) for line in _LINES.strip().splitlines())
"""In the order in which they are shown."""
