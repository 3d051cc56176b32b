"""What reads catalogues: the features of DOMAIN 3, the warnings of 4.11, the indicators and rules of 1, 4 and 7."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A feature, rule or page. section: of DOMAIN."""

    section: str
    key: str
    zh: str


_READERS = """
1.1 identity 身份对照
1.4 region_of_activity 经营所在地区
1.5 industry_of_activity 实际行业
1.6 size_class 规模划型
3.1 inv_out_amt 开票金额
3.1 inv_out_growth 开票同比与趋势
3.1 inv_gap 断票
3.1 inv_parties 客户与供应商集中度
3.1 inv_void_red 作废与红冲率
3.1 inv_pattern 整额、夜间与月末开票
3.1 quota_use 发票额度使用率
3.1 goods_match 进销项匹配
3.1 purchase_to_sales 进销比
3.1 vat_burden 增值税税负率
3.1 cit_burden 所得税税负率
3.1 declared_vs_invoiced 申报与开票之比
3.1 filing_punctuality 申报及时性
3.1 tax_arrears_path 欠税
3.1 tax_grade_path 纳税信用级别变化
3.1 tax_growth 纳税增长
3.1 turnover_days 周转天数
3.1 leverage 负债与盈利比率
3.2 op_inflow 经营性流入
3.2 debt_service 偿债负担
3.2 bills_returned 退票与票据逾期
3.2 cross_border_flow 跨境收支
3.3 headcount 参保人数
3.3 headcount_churn 人员流动
3.3 wage_level 缴费基数与工资水平
3.3 insurance_arrears 社保欠缴
3.3 fund_participation 公积金参缴率
3.3 headcount_gap 参保与个税人数之差
3.4 lawsuits 涉诉
3.4 plaintiff_cases 原告案件
3.4 enforcement 被执行
3.4 dishonest 失信与限高
3.4 asset_freezes 资产冻结占比
3.4 penalties 行政处罚
3.4 abnormal_list 经营异常
3.4 change_velocity 变更频率
3.4 capital_cuts 减资
3.4 equity_pledged 股权出质率
3.4 environment_colour 环保信用
3.4 accidents 安全事故
3.5 kwh_growth 用电增长
3.5 kwh_shape 用电形态
3.5 kwh_per_sales 万元开票电耗
3.5 capacity_cut 减容暂停
3.5 utility_arrears 水电气欠费
3.5 water_gas_growth 用水用气增长
3.6 innovation_output 创新产出
3.6 rd_input 研发投入
3.6 qualification 资质
3.6 people_quality 人才
3.6 capital_raised 融资
3.6 market_of_innovation 市场
3.7 core_firm_dependence 核心企业依存
3.7 payment_punctuality 付款及时性
3.7 receivable_pool 应收账款池
3.7 order_backlog 在手订单
3.7 logistics_activity 物流活跃度
3.8 controller_network 实际控制人关联
3.8 guarantee_given 对外担保
3.8 shared_address 同址同电话
3.8 neighbours_default 邻居违约暴露
3.9 intent 融资意向
3.9 exclusions 营销排除
4.5 hard_rules 准入硬规则
4.7 collateral_value 押品价值
4.7 tax_limit 税贷额度
4.7 other_debt 他行负债
4.8 subsidy_of_rate 贴息与担保
4.12 first_loan 首贷户
W01 W01 逾期
W02 W02 他行逾期
W03 W03 失信
W04 W04 被执行
W05 W05 涉诉
W06 W06 冻结查封
W07 W07 登记状态变化
W08 W08 纳税级别下降
W09 W09 非正常户
W10 W10 开票下滑
W11 W11 断票
W12 W12 红冲作废突增
W13 W13 参保下降欠缴
W14 W14 用电骤降
W15 W15 法人或控制人变更
W16 W16 循环流水
W17 W17 资金挪用
W18 W18 担保圈
W19 W19 供应链
W20 W20 负面舆情
W21 W21 多头借贷
W22 W22 停产整治
W23 W23 公用事业欠费
W24 W24 押品贬损
W25 W25 模型概率
7.1 dynamism 市场主体活力
7.1 operations 经营景气
7.1 credit_climate 信贷
7.1 judicial_climate 债务与司法
7.1 fundraising_climate 集资与洗钱
7.1 macro_land 宏观与土地
7.2 guarantee_circles 担保圈
7.3 actual_controller 实际控制人
7.4 contagion 风险传染
7.5 suspicious 大额与可疑交易
7.6 illegal_fundraising 非法集资
"""

READERS = {
    key: Reader(section="4.11" if section.startswith("W") else section, key=key, zh=zh)
    for section, key, zh in (line.split() for line in _READERS.strip().splitlines())
}
"""By key. W01 to W25 are the warnings of DOMAIN 4.11."""
