"""Holders outside the 34 departments: banks, market sources, the platform. Their rows are not in the 216 million.

Budgets of DOMAIN 2.1 do not cover them; these are of the banks' customers among the firms.
"""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import event, periodic, register
from shuxin.city.catalogues.population import every

CODES = """
loan_product: flow_loan 流水贷 30 | tax_loan 税易贷 26 | mortgage_loan 抵押贷 30 | supply_chain 供应链贷 14
loan_security: credit 信用 34 | mortgage 抵押 38 | pledge 质押 6 | guarantee 保证 22
repay_mode: bullet 到期还本 46 | level 等额本息 34 | interest_first 先息后本 20
flow_direction: in 收 46 | out 支 54
flow_purpose: sale 销货款 40 | purchase 购货款 30 | wages 工资 9 | tax 税费 7 | loan 贷款 6 | transfer 往来款 8
flow_channel: online 网银 62 | mobile 手机 20 | counter 柜面 6 | batch 批量代发 12
news_topic: default 违约 12 | lawsuit 诉讼 16 | layoff 裁员 8 | run 跑路 3 | fundraising 融资 16 | product 产品 30 |
    award 获奖 15
app_kind: demand 需求 24 | product 产品 4 | application 申请 22 | authorisation 授权 24 | decision 决策 14 |
    loan 贷款 6 | compensation 代偿 1 | subsidy 贴息 2 | alert 预警 3
app_state: open 办理中 22 | done 已办结 68 | withdrawn 已撤回 10
day_kind: working 工作日 68 | weekend 周末 28 | holiday 节假日 3 | made_up 调休上班 1
"""

OUTSIDE = (
    c("BANK-01 T85 loan_ledger 借贷台账 | Loan ledger", "D+1 L3 N",
      periodic(every(), 2600, yearly=12, q=.3), "W01 other_debt first_loan credit_climate W25", """
        loan_no 借据号 text
        product 贷款产品 code:loan_product
        contract 借款合同额 fen @debt*.5..1.5
        drawn 已提款额 fen =contract*.5..1
        balance 贷款余额 fen =drawn*0..1 &92
        rate 执行年利率 ratio_ppm ~34000..62000
        guarantee 担保方式 code:loan_security
        from 起息日 date +-360..0
        to 贷款到期日 date +1..720
        repay_mode 还款方式 code:repay_mode
        five_class 贷款五级分类 code:five_class ^.7
        dpd 逾期天数 integer:days ~0..720 &4 ^.8
        overdue 逾期金额 fen =balance*0..1 &4 ^.7
        online 是否线上 flag %46
        first_loan 是否首贷 flag %30
        month! 台账月份 month"""),
    c("BANK-02 T87 bank_flows 对公流水 | Flows of corporate accounts", "D+1 L3 N account",
      event(every(share=.5), 42000, q=-.2, lead=-2, years=3), "op_inflow debt_service W16 W17 suspicious", """
        acct 对公账号 account
        txn_no 交易流水号 text
        direction 借贷方向 code:flow_direction
        amount 交易金额 fen @collected*.001..0.3
        balance_after 交易后余额 fen @cash
        counterparty_name 对手户名 name @party
        cp_account_hmac 对手账号标识 text #
        cp_bank 对手银行 name @lender
        summary 交易摘要 text
        purpose 交易用途 code:flow_purpose
        channel 交易渠道 code:flow_channel
        ts! 交易时间 time"""),
    c("MKT-01 T92 news_sentiment 新闻舆情 | News and sentiment", "RT L1 U",
      event(every(share=.1), 260, q=.3, lead=-1), "W20 illegal_fundraising", """
        doc_id 新闻编号 text #
        source 新闻来源 text
        title_hash 标题摘要值 text #
        uscc_list 涉及企业代码 uscc
        polarity 情感极性 number:score ~-1..1 ^-.4
        topic 新闻主题 code:news_topic
        credibility 可信度 ratio_ppm ~100000..1000000
        published! 发布时间 time"""),
    c("MKT-02 T93 merchant_days 收单与电商日流水 | Takings of merchants by day", "D+1 L3 C account",
      periodic(every("FHOR"), 9000, yearly=365, years=1, q=-.2, lead=-4), "op_inflow inv_out_growth", """
        merchant 商户号 account
        orders 订单笔数 integer:orders ~1..3000
        amount 收单金额 fen @sales*.01..0.08
        refund 退款金额 fen =amount*0..0.1 &24
        reviews 评价条数 integer:reviews ~0..300
        night_ratio 夜间交易占比 ratio_ppm ~0..600000
        date! 收单日期 date"""),
    c("PLAT-01 T94 platform_records 平台业务记录 | Business of the platform", "RT L3 C",
      event(every(share=.3), 220, lead=-3), "intent credit_climate", """
        record_no 业务编号 text
        app_kind 业务类别 code:app_kind
        state 办理状态 code:app_state
        institution 承办机构 name @lender
        asked? 申请金额 fen ~5000000..900000000
        granted? 批准金额 fen =asked*.3..1
        model_version? 模型版本 text #
        done_at! 业务时间 time"""),
    c("PLAT-02 T-M05 calendar 工作日历 | Calendar", "Y L1 U day",
      register(every(share=.01), 2, per="day"), "filing_punctuality", """
        day_kind 日期类别 code:day_kind
        filing_deadline 申报截止日顺延 date +0..9
        spring_festival_month 春节所在月 flag %8
        trading 是否交易日 flag %66
        week_of_year 年内周序 integer:week ~1..53
        month_of_season 淡旺季 code:direction
        next_working_day 下一工作日序 integer:days ~1..9
        day! 日历日 date"""),
)  # fmt: skip
