"""The People's Bank, the local financial administration (人民银行、地方金融管理局)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import contract, event, periodic, register, relation
from shuxin.city.catalogues.population import every, firms

CODES = """
collateral_kind: equipment 机器设备 34 | stock 存货 22 | receivables 应收账款 38 | vehicles 车辆 6
movable_status: registered 登记有效 70 | changed 变更 10 | cancelled 注销 20
query_reason: loan_approval 贷款审批 52 | post_loan 贷后管理 38 | guarantee_review 担保审查 10
five_class: pass 正常 92 | special_mention 关注 4.4 | substandard 次级 1.8 | doubtful 可疑 1.2 | loss 损失 0.6
bill_kind: bank 银行承兑 82 | commercial 商业承兑 18
bill_status: outstanding 未到期 44 | paid 已兑付 52 | overdue 逾期 3 | refused 拒付 1
account_kind: basic 基本存款账户 62 | general 一般存款账户 32 | special 专用存款账户 4 | temporary 临时存款账户 2
exchange_item: goods 货物贸易 74 | services 服务贸易 18 | capital 资本项目 8
micro_loan_use: turnover 经营周转 66 | agriculture 涉农 24 | consumption 个人消费 10
guarantee_product: loan 借款担保 72 | bid 投标担保 8 | performance 履约担保 14 | litigation 诉讼保全担保 6
pawn_kind: real_estate 房地产 46 | movable 动产 40 | property_right 财产权利 14
lease_kind: sale_and_lease_back 售后回租 62 | direct 直接租赁 38
factoring_kind: with_recourse 有追索权 78 | without_recourse 无追索权 22
fundraising_source: hotline 群众举报 42 | monitoring 大数据监测 38 | bank 银行报告 20
compensation_reason: overdue 逾期代偿 82 | bankrupt 破产代偿 8 | lost_contact 失联代偿 10
listing_board: provincial 省股权交易中心 88 | neeq 新三板 10 | exchange 交易所 2
"""

CATALOGUES = (
    c("PBC-01 T10 movable_mortgages 动产融资统一登记 | Movable property as security", "E+1 L2 U",
      contract(every(share=.2), 75, q=.2, lead=-6), "collateral_value receivable_pool other_debt W24", """
        reg_no 动产登记号 text
        debtor 担保人 name @name
        creditor 担保权人 name @lender
        secured 主债权金额 fen @debt*.1..1
        collateral 担保财产 code:collateral_kind
        from! 动产登记起 date
        to 动产登记止 date +180..1825
        status 动产登记状态 code:movable_status"""),
    c("PBC-02 T86 guarantee_relations 担保关系 | Guarantees", "D+2 L3 C",
      relation(every(share=.15), 16, q=.15, lead=-8), "guarantee_given guarantee_circles W18 contagion", """
        contract_no 保证合同号 text
        guarantor 保证人 name @guarantor
        debtor 被保证人 name @debtor
        creditor 债权银行 name @lender
        amount 保证金额 fen @debt*.3..1.2
        joint 是否联合保证 flag %24
        from! 保证期间起 date
        to 保证期间止 date +330..1460"""),
    c("PBC-03 T88 enterprise_credit_reports 企业信用报告 | Credit reports of enterprises", "E+1 L3 C",
      event(firms(share=.4), 194, lead=-2), "other_debt W02 W21 first_loan", """
        report_no 信用报告编号 text
        loans_by_class 各类未结清贷款 text
        worst_class 最差五级分类 code:five_class ^.7
        open_balance 未结清余额 fen @debt
        closed_loans 已结清笔数 integer:loans ~0..60
        guarantees 对外担保余额 fen @debt*0..1.5
        public_info 公共信息条数 integer:records ~0..30 &20
        queries 近六月查询次数 integer:queries ~0..24 ^.4
        queried_by 查询机构 name @lender
        reported_at! 报告时间 time"""),
    c("PBC-04 T89 owner_credit_reports 个人信用报告 | Credit reports of owners", "E+1 L4 C person",
      event(every(share=.4), 108, lead=-2), "other_debt W02 W21", """
        report_no 个人报告编号 text
        person_hmac 报告主体标识 person_hmac @owner
        relation_to_firm 与企业关系 code:post
        business_loans 个人经营贷余额 fen @debt*0..1 C2
        mortgage_balance 住房贷款余额 fen ~0..300000000 C2
        cards_used_ratio 信用卡使用率 ratio_ppm ~0..1000000 C2 ^.2
        overdue_24m 近两年逾期次数 integer:times ~0..20 &16 C2 ^.5
        query_reason 查询原因 code:query_reason
        reported_at! 个人报告时间 time"""),
    c("PBC-05 T90 commercial_bills 商业汇票 | Commercial bills", "D+1 L3 C",
      contract(firms("CEFGI", .2), 310, q=.1, lead=-3), "bills_returned debt_service W02", """
        bill_no 票据号码 text
        kind 票据种类 code:bill_kind
        drawer 出票人 name @name
        acceptor 承兑人 name @lender
        amount 票面金额 fen @sales*.05..2
        status 票据状态 code:bill_status ^.3
        overdue_list 是否列入逾期名单 flag %1 ^.8
        drawn_on! 出票日期 date
        due 票据到期日 date +90..365"""),
    c("PBC-06 T91 receivable_vouchers 应收账款电子凭证 | Electronic vouchers of receivables", "D+1 L3 C",
      contract(firms("CEFG", .25), 203, q=-.1), "receivable_pool core_firm_dependence payment_punctuality", """
        voucher_no 应收凭证号 text
        core_firm 核心企业 name @core_firm
        holder 持有人 name @name
        amount 凭证金额 fen @sales*.05..1.5
        split_from? 拆分自凭证 text #
        confirmed 债务人是否确认 flag %93
        issued_on! 凭证开立日期 date
        due 凭证到期日 date +30..365"""),
    c("PBC-07 settlement_accounts 单位银行结算账户 | Bank accounts of firms", "D+1 L3 C account",
      register(every(), 400), "identity suspicious", """
        settlement_account 结算账号 account
        account_kind 账户性质 code:account_kind
        opening_bank 开户银行 name @lender
        online_limit 非柜面限额 fen ~0..500000000
        dormant 是否久悬 flag %7 ^.3
        opened_elsewhere 是否异地开户 flag %6
        opened_on! 开户日期 date
        closed_on? 销户日期 date +100..3000 &22"""),
    c("PBC-08 foreign_exchange_receipts 涉外收支申报 | Cross-border receipts and payments", "D+2 L3 C",
      event(firms("CFGI", .12), 194, q=-.15, lead=-4), "cross_border_flow suspicious", """
        declaration_no 收支申报号 text
        exchange_item 收支项目 code:exchange_item
        usd 收支金额美元 number:usd ~200..9000000
        inward 是否收入 flag %68
        counter_country 对方国别 code:nationality
        settled_in_yuan 是否人民币结算 flag %26
        declared_at! 申报收支时间 time"""),
    c("LFB-01 micro_loans 小额贷款公司放款 | Loans of micro-loan companies", "M+10 L3 C",
      contract(every(share=.08), 74, q=.5, lead=-5), "other_debt W21 W02", """
        micro_loan_no 小贷合同号 text
        micro_lender 小贷公司 name @lender
        loaned 放款金额 fen ~500000..500000000
        monthly_rate 月利率 ratio_ppm ~6000..18000
        micro_loan_use 贷款用途 code:micro_loan_use
        overdue_days 最长逾期天数 integer:days ~0..700 &14 ^.5
        loaned_on! 小贷放款日期 date
        loaned_to 小贷到期日期 date +30..730"""),
    c("LFB-02 financing_guarantees 融资担保业务 | Business of guarantee companies", "M+10 L3 C",
      contract(every(share=.12), 66, q=.2, lead=-6), "guarantee_given subsidy_of_rate other_debt", """
        guarantee_no 担保业务编号 text
        guarantee_product 担保品种 code:guarantee_product
        guarantee_company 担保公司 name @guarantor
        guaranteed_balance 在保余额 fen @debt*.2..1
        fee_rate 担保费率 ratio_ppm ~3000..20000
        counter_guaranteed 有无反担保 flag %54
        reguaranteed_ratio 再担保分险比例 ratio_ppm ~0..600000 &60
        guaranteed_on! 承保日期 date"""),
    c("LFB-03 risk_compensation 风险补偿金代偿 | Compensation from the risk fund", "E+20 L3 C",
      event(every(share=.1), 14, q=.9, lead=5), "subsidy_of_rate credit_climate W01", """
        compensation_no 代偿申请号 text
        compensation_reason 代偿原因 code:compensation_reason
        loan_balance_left 未偿本金 fen @debt*.3..1
        fund_share 基金分担比例 ratio_ppm ~200000..500000
        compensated 代偿金额 fen =loan_balance_left*.2..0.5
        recovered? 追偿收回 fen =compensated*0..0.5
        compensated_on! 代偿日期 date"""),
    c("LFB-04 pawn_loans 典当业务 | Pawn loans", "M+10 L3 C",
      contract(every(share=.04), 30, q=.6, lead=-3), "other_debt W21", """
        pawn_no 当票号 text
        pawn_kind 当物类别 code:pawn_kind
        pawn_value 当物估价 fen ~200000..300000000
        pawn_amount 当金 fen =pawn_value*.4..0.8
        fee_monthly 月综合费率 ratio_ppm ~15000..42000
        renewals 续当次数 integer:times ~0..8 ^.3
        pawned_on! 典当日期 date"""),
    c("LFB-05 finance_leases 融资租赁业务 | Finance leases", "M+15 L3 C",
      contract(firms("CEGQ", .1), 34, q=.2, lead=-6), "other_debt debt_service capital_raised", """
        lease_contract_no 租赁合同号 text
        lease_kind 租赁方式 code:lease_kind
        leased_thing 租赁物 text
        lease_principal 租赁本金 fen @sales*.2..5
        rents_left 未付租金 fen =lease_principal*0..1.1
        rent_periods 租金期数 integer:periods ~6..60
        leased_on! 起租日期 date"""),
    c("LFB-06 factoring 商业保理业务 | Factoring", "M+15 L3 C",
      contract(firms("CEF", .08), 42, q=.2, lead=-4), "receivable_pool other_debt", """
        factoring_no 保理业务号 text
        factoring_kind 保理类型 code:factoring_kind
        assigned_receivables 受让应收账款 fen @sales*.2..3
        advanced 保理融资额 fen =assigned_receivables*.5..0.9
        obligor 应收账款债务人 name @core_firm
        disputed 是否发生争议 flag %3
        assigned_on! 保理受让日期 date"""),
    c("LFB-07 illegal_fundraising_leads 非法集资线索 | Leads about illegal fundraising", "E+5 L3 C",
      event(every("JKLRQA", .2), 3, q=.6, lead=-3), "illegal_fundraising fundraising_climate W17", """
        lead_no 集资线索编号 text
        fundraising_source 线索来源 code:fundraising_source
        promised_yield? 承诺收益率 ratio_ppm ~60000..360000
        participants 参与人数 integer:persons ~5..3000
        raised 集资金额 fen ~5000000..9000000000
        risk_points 研判得分 integer:points ~1..20
        found_on! 线索发现日期 date"""),
    c("LFB-08 equity_board_listings 挂牌上市后备企业 | Firms on boards and reserve lists", "Q+30 L2 U",
      periodic(firms(), 37, yearly=4, q=-.3), "capital_raised intent", """
        quarter! 后备季度 month
        listing_board 挂牌板块 code:listing_board
        reserve_stage 后备阶段 code:reserve_stage
        equity_raised? 股权融资额 fen ~0..9000000000
        share_reform_done 完成股改 flag %18
        sponsor 推荐机构 name @lender
        registered_holders 登记股东数 integer:holders ~2..200"""),
)  # fmt: skip
