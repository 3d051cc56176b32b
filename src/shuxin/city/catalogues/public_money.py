"""Credit and projects, treasury, tenders, statistics (发改委、财政局、公共资源交易中心、统计局)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import contract, event, listing, periodic, register
from shuxin.city.catalogues.population import ABOVE_MICRO, every, firms

CODES = """
public_credit: excellent 优 12 | good 良 48 | medium 中 31 | poor 差 9
project_mode: approval 审批 4 | confirmation 核准 8 | filing 备案 88
commitment_kind: approval_replacing 审批替代型 34 | credit_repair 信用修复型 6 | proactive 主动公示型 46 |
    self_discipline 行业自律型 14
blacklist_field: tax 重大税收违法 24 | wage 拖欠工资 22 | food 食品药品 12 | transport 运输物流 14 |
    tender 招标投标 12 | environment 生态环境 16
redlist_field: tax_a 纳税信用A级 62 | customs_aea 海关高级认证 3 | volunteer 志愿慈善 12 | quality 质量标杆 23
price_breach: marked 未明码标价 54 | fraud 价格欺诈 26 | fees 违规收费 20
grain: rice 稻谷 52 | wheat 小麦 34 | maize 玉米 14
investment_sector: industry 工业 52 | service 服务业 34 | agriculture 农业 14
energy_review: approved 通过 94 | revised 修改后通过 6
subsidy_program: technology 科技创新 22 | industry 工业发展 26 | agriculture 涉农 24 | trade 商贸流通 12 |
    employment 就业 8 | finance 金融贴息 8
procurement_method: open 公开招标 42 | negotiation 竞争性磋商 34 | inquiry 询价 12 | single_source 单一来源 12
bond_instrument: deposit 保证金 48 | guarantee_letter 银行保函 32 | insurance 保证保险 20
accounting_breach: books 账簿不实 46 | no_agency_licence 无证代理记账 24 | report 报表不实 30
procurement_breach: collusion 恶意串通 24 | false_materials 提供虚假材料 46 | refuse_contract 拒签合同 30
trade_object: works 工程建设 52 | procurement 政府采购 34 | land 土地 6 | property 产权 8
tender_stage: shortlist 中标候选 54 | award 中标 46
objection_outcome: upheld 成立 14 | rejected 不成立 74 | withdrawn 撤回 12
property_kind: state_assets 国有资产 46 | equity 股权 22 | rural 农村产权 32
statistical_class: industry 规上工业 34 | wholesale_retail 限上批零 38 | service 规上服务业 20 |
    construction 资质内建筑业 8
statistics_breach: late 迟报 62 | false 虚报 26 | refuse 拒报 12
"""

CATALOGUES = (
    c("DRC-01 T84 public_credit_evaluations 公共信用综合评价 | Public credit evaluations", "Q+20 L2 C",
      periodic(firms(), 1550, yearly=4, q=.2), "hard_rules exclusions", """
        date! 公共信用评价日期 date
        grade 公共信用等级 code:public_credit ^.4
        score 公共信用得分 number:points @view_registry
        negative_records 失信记录数 integer:records ~0..20 &22 ^.5
        positive_records 守信记录数 integer:records ~0..30 ^-.3
        grade_change 等级变动 code:direction ^.3"""),
    c("DRC-02 investment_projects 投资项目备案 | Investment projects", "E+5 L1 U",
      contract(every("ABCDEFGHIKLMNQR"), 84, q=-.4, lead=-12), "intent capital_raised macro_land", """
        project_code_no 项目代码号 text
        project_mode 备案方式 code:project_mode
        total_investment 项目总投资额 fen @sales*.5..12
        own_capital 资本金 fen =total_investment*.2..0.6
        investment_sector 产业类别 code:investment_sector
        key_project 是否重点项目 flag %3
        filed_on! 项目备案日期 date"""),
    c("DRC-03 credit_commitments 信用承诺 | Credit commitments", "E+3 L1 U",
      event(every(), 188), "qualification", """
        commitment_no 信用承诺书号 text
        commitment_kind 承诺类型 code:commitment_kind
        matter_committed 承诺事项 text
        receiving_department 受理部门 code:department_kind
        kept 是否履诺 flag %97
        checks 核查次数 integer:checks ~0..3
        committed_on! 承诺日期 date"""),
    c("DRC-04 credit_blacklists 各领域严重失信名单 | Blacklists of all fields", "E+10 L1 U",
      listing(every(share=.03), 12, q=.9, lead=4), "hard_rules exclusions dishonest", """
        entry_no 名单编号 text
        blacklist_field 失信领域 code:blacklist_field
        entered_by 认定部门 code:department_kind
        restrictions 限制措施数 integer:measures ~1..20
        repair_applied 是否申请修复 flag %28
        entered_on! 名单列入日期 date
        left_on? 名单退出日期 date +180..1500"""),
    c("DRC-05 credit_redlists 守信激励名单 | Lists of the trustworthy", "Y+60 L1 U",
      listing(firms(share=.12), 38, q=-.5), "qualification", """
        red_entry_no 守信名单编号 text
        redlist_field 守信领域 code:redlist_field
        incentives 激励措施数 integer:measures ~1..15
        recommended_to_banks 是否推送银行 flag %66
        years_running 连续入选年数 integer:years ~1..10
        red_level 名单级别 code:public_level
        listed_on! 守信公布日期 date"""),
    c("DRC-06 xinyidai_visits 融资信用服务平台访问 | Visits to the finance platform", "D+1 L2 C",
      event(every(share=.3), 92, lead=-3), "intent W21", """
        session_no 访问编号 text
        products_seen 浏览产品数 integer:products ~1..25
        asked_amount? 意向金额 fen ~5000000..900000000
        query_authorised 是否授权查询 flag %38
        tool_used 使用工具 code:platform_tool
        seconds_spent 停留时长 integer:seconds ~5..1800
        visited_at! 访问时间 time"""),
    c("DRC-07 grain_purchases 粮食收购备案与统计 | Grain purchases", "M+10 L2 C",
      periodic(every("AFC"), 14, yearly=12), "purchase_to_sales operations", """
        month! 收购月份 month
        grain 粮食品种 code:grain
        bought_tonnes 收购量 number:t ~5..40000
        paid_price 收购均价 fen ~200000..320000
        storage_capacity 仓容 number:t ~100..200000
        loans_for_grain? 收购贷款余额 fen @debt*0..1"""),
    c("DRC-08 energy_reviews 节能审查 | Energy reviews of projects", "E+10 L1 U",
      event(firms("CDK", .05), 2), "kwh_per_sales", """
        review_no 节能审查批号 text
        energy_review 节能审查意见 code:energy_review
        yearly_tce 年综合能耗 number:tce ~500..200000
        power_demand_kwh 年用电需求 number:kwh ~100000..200000000
        equivalent_price 等价值能效 number:tce_per_10k ~0..3
        by_commitment 是否承诺制 flag %37
        reviewed_on! 节能审查日期 date"""),
    c("DRC-09 price_conduct 价格与收费监督 | Prices and fees", "E+10 L1 U",
      event(every("FHKPQ"), 12), "penalties", """
        price_case_no 价格案件号 text
        price_breach 价格违法类别 code:price_breach
        overcharged 多收价款 fen ~1000..30000000
        refunded 清退金额 fen =overcharged*.5..1
        item_priced 涉及收费项目 text
        warned_first 是否先行告诫 flag %58
        checked_on! 价格检查日期 date"""),
    c("DRC-10 joint_incentive_feedback 联合奖惩反馈 | Feedback on joint measures", "W+5 L2 C",
      event(every(share=.05), 8, q=.4, lead=5), "", """
        feedback_no 奖惩反馈号 text
        measure_applied 奖惩措施 code:joint_measure
        applied_in 应用场景 code:applied_scene
        feedback_department 反馈部门 code:department_kind
        outcome_amount? 涉及金额 fen ~0..90000000
        is_punishment 是否惩戒 flag %72
        applied_on! 奖惩应用日期 date"""),
    c("FIN-01 T71 fiscal_subsidies 财政补贴 | Fiscal subsidies", "E+15 L2 C",
      event(every(), 236, q=-.25), "subsidy_of_rate qualification op_inflow", """
        no 补贴拨付号 text
        program 补贴项目 code:subsidy_program
        amount 补贴拨付额 fen @sales*.01..1
        budget_level 资金级次 code:public_level
        account_paid 收款账号 account L3
        clawed_back 是否追回 flag %1
        date! 补贴拨付日期 date"""),
    c("FIN-02 T72 procurement_contracts 政府采购合同 | Government procurement contracts", "E+7 L1 U",
      contract(every("CEFIJLMNPQR", .12), 128, q=-.3, lead=-4),
      "order_backlog receivable_pool core_firm_dependence", """
        contract_no 采购合同编号 text
        buyer 采购单位 name @authority
        supplier 供应商 name @name
        amount 采购合同额 fen @sales*.1..6
        method 采购方式 code:procurement_method
        for_small_firms 是否面向中小企业 flag %44
        paid 已支付额 fen =amount*0..1
        signed! 采购签订日期 date
        term 履约期限 date +30..730"""),
    c("FIN-03 treasury_payments 国库集中支付 | Treasury payments to suppliers", "D+3 L2 C",
      event(every("CEFILMNPQR", .12), 92, q=-.2), "payment_punctuality op_inflow", """
        voucher_no 支付凭证号 text
        paying_unit 预算单位 name @authority
        payment_amount 国库支付额 fen @sales*.05..2
        contract_ref_no? 对应合同号 text
        days_from_invoice 开票至支付天数 integer:days ~1..180 ^.2
        funds_nature 资金性质 code:funds_nature
        paid_on! 国库支付日期 date"""),
    c("FIN-04 procurement_blacklist 政府采购严重违法失信记录 | Offenders in procurement", "E+7 L1 U",
      listing(firms("CEFILM", .01), 1, q=.5), "hard_rules penalties", """
        punish_no 采购处罚文号 text
        procurement_breach 采购违法情形 code:procurement_breach
        banned_years 禁止参加年数 integer:years ~1..3
        penalty_amount 采购罚款额 fen ~100000..30000000
        project_concerned 涉及采购项目 text
        punished_on! 采购处罚日期 date"""),
    c("FIN-05 bookkeeping_agencies 代理记账机构 | Bookkeeping agencies", "Y+120 L1 U",
      periodic(firms("L"), 3, yearly=1), "shared_address", """
        year! 代理记账年度 date
        clients 委托客户数 integer:clients ~5..2500
        bookkeepers 专职从业人数 integer:persons ~3..90
        agency_income 代理记账收入 fen @sales
        licence_by_commitment 告知承诺取证 flag %71
        agency_checked 年度备案结论 code:assessment"""),
    c("FIN-06 accounting_inspections 会计信息质量检查 | Inspections of accounts", "E+30 L2 C",
      event(firms(share=.03), 2, q=.4), "penalties leverage", """
        check_no 会计检查号 text
        accounting_breach 会计违法情形 code:accounting_breach
        misstated_profit 利润失真额 fen @sales*-.5..1
        auditors_fined 是否处罚会计师 flag %9
        accounts_adjusted 是否调账 flag %78
        checked_on! 会计检查日期 date"""),
    c("FIN-07 interest_subsidies 贷款贴息 | Interest subsidies", "Q+30 L2 C",
      event(every(share=.2), 26), "subsidy_of_rate other_debt first_loan", """
        subsidy_no 贴息批次号 text
        loan_principal 贴息贷款本金 fen @debt*.2..1
        subsidy_rate 贴息率 ratio_ppm ~5000..30000
        interest_subsidised 贴息金额 fen =loan_principal*.002..0.03
        lending_bank 经办银行 name @lender
        start_up_loan 是否创业担保贷款 flag %44
        granted_on! 贴息日期 date"""),
    c("FIN-08 fiscal_bills 财政票据与非税缴款 | Non-tax payments", "D+3 L2 C",
      event(every(share=.1), 12), "", """
        bill_no 财政票据号 text
        fee_item 非税项目 code:fee_item
        levied 应缴非税额 fen ~1000..90000000
        collected 实缴非税额 fen =levied*.8..1
        collecting_unit 执收单位 name @authority
        instalment 是否分期 flag %6
        levied_on! 非税开票日期 date"""),
    c("PRT-01 T73 bid_awards 中标结果 | Results of tenders", "E+3 L1 U",
      event(every("BCEFIJLMN", .2), 168, q=-.3, lead=-4), "order_backlog market_of_innovation intent", """
        notice 中标公告号 text #
        project 中标项目 text
        winner 中标人 name @name
        amount 中标金额 fen @sales*.2..6
        rank 中标排名 integer:rank ~1..3
        stage 公示阶段 code:tender_stage
        penalty_blacklist 是否曾受处罚 flag %1
        noticed_on! 中标公告日期 date"""),
    c("PRT-02 bids 投标记录 | Bids", "E+3 L2 C",
      event(every("BCEFIJLMN", .2), 236, q=-.2), "intent market_of_innovation", """
        bid_no 投标文件号 text
        bid_price 投标报价 fen @sales*.2..7
        price_score 报价得分 number:points ~0..60
        technical_score 技术得分 number:points ~0..60
        same_machine 投标机器码雷同 flag %1
        bidders 投标家数 integer:bidders ~3..40
        opened_on! 开标日期 date"""),
    c("PRT-03 bid_bonds 投标保证金与保函 | Bid bonds", "D+3 L2 C",
      contract(every("BCEFIJLMN", .2), 70), "other_debt payment_punctuality", """
        bond_no 投标担保号 text
        bond_instrument 担保形式 code:bond_instrument
        bond_amount 担保金额 fen ~100000..800000000
        issuer? 出函机构 name @lender
        returned_days 退还天数 integer:days ~1..60
        forfeited 是否不予退还 flag %1
        lodged_on! 缴纳日期 date"""),
    c("PRT-04 rights_transactions 产权交易 | Sales of rights and property", "E+5 L1 U",
      contract(every(share=.05), 11), "collateral_value W17", """
        transaction_no 产权交易号 text
        property_kind 产权类别 code:property_kind
        listed_price 挂牌价 fen @sales*.1..3
        premium_ratio 溢价率 ratio_ppm ~-200000..900000
        transferor 转让方 name @party
        rounds 竞价轮次 integer:rounds ~1..60
        dealt_on! 产权成交日期 date"""),
    c("PRT-05 tender_objections 招投标异议投诉 | Objections to tenders", "E+10 L2 C",
      event(every("EFCIL", .1), 4), "penalties", """
        objection_no 异议编号 text
        trade_object 交易类别 code:trade_object
        objecting_party 异议方 name @party
        objection_ground 异议理由 text
        objection_outcome 异议结论 code:objection_outcome
        project_delayed_days 影响天数 integer:days ~0..60
        objected_on! 异议提出日期 date"""),
    c("PRT-06 performance_evaluations 中标项目履约评价 | Evaluations of performance", "E+20 L1 U",
      event(every("CEFILMN", .15), 11, q=.2), "payment_punctuality qualification", """
        evaluation_no 履约评价号 text
        performance_score 履约得分 number:points ~40..100 ^-.05
        late_delivery_days 延期交付天数 integer:days ~0..200 &18
        quality_complaints 质量投诉数 integer:complaints ~0..6 &4
        contract_terminated 是否解除合同 flag %2
        evaluating_unit 评价单位 name @authority
        evaluated_on! 履约评价日期 date"""),
    c("STA-01 T74 above_scale_statistics 规上企业统计 | Statistics of larger firms", "M+20 L3 N",
      periodic(firms("BCDEFGHIL", sizes=ABOVE_MICRO), 416, yearly=12, q=-.2, lead=-4), "operations size_class", """
        ym! 统计月份 month
        output 产值 fen @sales*.8..1.2
        revenue 统计营业收入 fen @sales
        energy 能源消费量 number:tce ~1..9000
        staff_average 平均用工人数 integer:persons @employees
        export_delivery 出口交货值 fen @sales*0..0.4"""),
    c("STA-02 statistical_units 调查单位名录 | Register of statistical units", "Q+30 L3 N",
      periodic(firms(), 478, yearly=4), "industry_of_activity region_of_activity size_class", """
        quarter! 名录季度 month
        statistical_industry 统计行业代码 text @industry
        survey_class 专业类别 code:statistical_class
        in_operation 运营状态 code:operation_state
        located_in 统计用区划 code:county @region
        upgraded 是否新入规 flag %2
        staff_at_end 期末从业人数 integer:persons @employees"""),
    c("STA-03 T-M03 industries 国民经济行业分类 | Classification of industries", "Y+1 L1 U industry",
      register(firms(share=.05), 2, per="class"), "industry_of_activity", """
        code 行业代码 text @industry
        parent_code? 上级代码 text @industry
        level 分类层级 integer:level ~1..4
        name 行业名称 text @industry
        edition 版本 text
        sector 三次产业 code:sector
        valid_from! 行业版本生效日 date"""),
    c("STA-04 statistics_offences 统计失信 | Offences against the statistics law", "E+10 L1 U",
      listing(firms("BCEFL", .01, ABOVE_MICRO), 1, q=.4), "penalties", """
        offence_no 统计处罚号 text
        statistics_breach 统计违法情形 code:statistics_breach
        misreported_ratio 数据差错率 ratio_ppm ~50000..9000000
        statistics_fine 统计罚款 fen ~100000..20000000
        published_online 是否公示 flag %88
        found_on! 统计认定日期 date"""),
    c("STA-05 price_and_confidence_surveys 企业景气与价格调查 | Surveys of confidence and prices", "Q+20 L3 N",
      periodic(firms("BCEFGHIKL"), 3, yearly=4), "operations", """
        quarter! 景气季度 month
        confidence 企业家信心 code:direction ^.3
        orders_expected 订单预期 code:direction ^.3
        financing_hard 融资困难程度 code:difficulty ^.4
        sale_price_change 出厂价变动 ratio_ppm ~-150000..150000
        input_price_change 购进价变动 ratio_ppm ~-150000..200000
        staff_planned 用工计划 code:direction"""),
)  # fmt: skip
