"""Commerce, industry, science (商务局、经济和信息化局、科学技术局)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import (
    contract,
    event,
    licence,
    listing,
    periodic,
    register,
    relation,
)
from shuxin.city.catalogues.population import ABOVE_MICRO, every, firms

CODES = """
trade_mode: general 一般贸易 76 | processing 加工贸易 14 | e_commerce 跨境电商 10
foreign_kind: wholly 外商独资 62 | joint_venture 合资 34 | cooperative 合作 4
oil_outlet: city 城区站 42 | highway 高速站 6 | rural 农村点 52
commerce_brand: old_brand 中华老字号 8 | provincial 省级老字号 24 | city 市级老字号 68
fair_kind: canton 广交会 34 | abroad 境外展 36 | domestic 境内展 30
srdi_level: innovative 创新型中小企业 62 | srdi 省级专精特新 31 | little_giant 国家级小巨人 6 | champion 单项冠军 1
energy_user: key 重点用能 22 | ordinary 一般用能 78
digital_stage: one 一级 54 | two 二级 32 | three 三级 12 | four 四级 2
upgrade_kind: equipment 设备更新 52 | intelligent 智能化改造 28 | green 绿色化改造 20
industry_platform: five_star 五星上云 8 | four_star 四星上云 22 | three_star 三星上云 70
green_factory: city 市级 62 | province 省级 32 | national 国家级 6
backward_kind: cement 水泥 24 | brick 砖瓦 42 | paper 造纸 14 | dyeing 印染 20
salt_kind: wholesale 批发 14 | retail 零售 86
chain_role: leader 链主 6 | key 骨干 28 | member 配套 66
arrears_side: owed_by_government 机关事业单位拖欠 46 | owed_by_large 大型企业拖欠 54
tech_contract_kind: development 技术开发 46 | transfer 技术转让 6 | consulting 技术咨询 12 | service 技术服务 36
project_level: national 国家级 4 | province 省级 28 | city 市级 68
platform_kind: engineering_centre 工程技术研究中心 52 | key_laboratory 重点实验室 18 | new_institute 新型研发机构 30
incubator_kind: incubator 孵化器 46 | maker_space 众创空间 54
award_class: first 一等奖 8 | second 二等奖 32 | third 三等奖 60
venture_round: angel 天使轮 42 | a A轮 34 | b B轮 16 | c C轮及以后 8
"""

CATALOGUES = (
    c("COM-01 foreign_trade_operators 对外贸易经营者备案 | Foreign trade operators", "E+5 L1 U",
      register(firms("CF", .14), 8), "cross_border_flow industry_of_activity", """
        operator_no 外贸备案号 text
        trade_mode 主要贸易方式 code:trade_mode
        markets 主要市场数 integer:countries ~1..40
        last_year_usd? 上年进出口额 number:usd ~0..90000000
        credit_insured 出口信保覆盖 flag %22
        filed_on! 外贸备案日期 date"""),
    c("COM-02 foreign_investment_reports 外商投资信息报告 | Reports of foreign investment", "E+10 L2 C",
      register(firms(share=.01), 2), "actual_controller capital_raised", """
        report_no 外资报告号 text
        foreign_kind 外资方式 code:foreign_kind
        investor_country 投资者国别 code:nationality
        contracted_usd 合同外资 number:usd ~10000..90000000
        paid_in_usd 实到外资 number:usd ~0..60000000
        restricted_sector 涉准入特别管理 flag %2
        reported_on! 外资报告日期 date"""),
    c("COM-03 prepaid_card_filings 单用途预付卡备案 | Prepaid cards", "Q+30 L2 C",
      periodic(every("FHOR"), 46, yearly=4, q=.3, lead=-3), "illegal_fundraising exclusions", """
        quarter! 预付卡季度 month
        cards_sold 发卡张数 integer:cards ~10..30000
        prepaid_balance 预收资金余额 fen ~100000..900000000
        escrow_ratio 存管比例 ratio_ppm ~0..400000
        card_complaints 退卡投诉数 integer:complaints ~0..60
        redeemed 当季兑付额 fen =prepaid_balance*.1..0.9 ^.2"""),
    c("COM-04 fuel_outlets 成品油零售经营 | Fuel outlets", "M+10 L2 C",
      periodic(every("F"), 22, yearly=12), "op_inflow", """
        month! 销油月份 month
        oil_outlet 站点类型 code:oil_outlet
        litres_sold 销售量 number:l ~2000..900000
        tank_capacity 储罐容量 number:m3 ~20..300
        cash_sales_ratio 非扫码销售比例 ratio_ppm ~0..400000
        invoiced_ratio 开票比例 ratio_ppm ~200000..900000"""),
    c("COM-05 time_honoured_brands 老字号认定 | Time-honoured brands", "Y+60 L1 U",
      listing(every("CFH", .005), 1), "qualification", """
        brand_no 老字号文号 text
        commerce_brand 老字号级别 code:commerce_brand
        brand_founded 品牌创立年份 integer:year ~1850..1990
        shops 直营门店数 integer:shops ~1..120
        heritage_skill 非遗技艺 flag %34
        recognised_on! 老字号认定日期 date"""),
    c("COM-06 retail_sales_reports 限上商贸企业月报 | Monthly reports of large retailers", "M+20 L3 C",
      periodic(firms("FH", sizes=ABOVE_MICRO), 308, yearly=12, q=-.2, lead=-4), "operations inv_out_growth", """
        month! 商贸月报月份 month
        retail_sales 商品零售额 fen @sales*.3..1
        wholesale_sales 批发额 fen @sales*0..0.7
        online_sales 网上零售额 fen @sales*0..0.5
        closing_stock 期末商品库存 fen @purchases*.3..2
        shop_area 营业面积 number:m2 ~60..30000"""),
    c("COM-07 trade_fairs 展会与贸易促进补助 | Trade fairs and promotion grants", "E+30 L2 U",
      event(firms("CF", .2), 13, q=-.3), "market_of_innovation subsidy_of_rate", """
        fair_no 展会编号 text
        fair_kind 展会类别 code:fair_kind
        booths 展位数 integer:booths ~1..12
        intended_orders_usd 意向订单额 number:usd ~0..9000000
        fair_grant 展位补助 fen ~500000..20000000
        new_customers 新增客户数 integer:customers ~0..60
        opened_on! 展会日期 date"""),
    c("IIT-01 T66 srdi_firms 专精特新 | Specialised and innovative firms", "Y+60 L1 U",
      listing(firms("CIMEF", .02), 2, q=-.5), "qualification intent", """
        list_no 专精特新文号 text
        level 专精特新级别 code:srdi_level
        main_product 主导产品 text
        market_share? 细分市场占有率 ratio_ppm ~10000..600000
        srdi_score 评价得分 integer:points ~60..100
        from! 专精特新有效期起 date
        to 专精特新有效期止 date +1095..1095"""),
    c("IIT-02 technology_upgrades 技术改造项目备案 | Upgrading projects", "E+10 L2 U",
      contract(firms("BCD", .3), 14, q=-.4, lead=-12), "intent capital_raised operations", """
        upgrade_no 技改备案号 text
        upgrade_kind 改造类别 code:upgrade_kind
        planned_investment 计划投资 fen @sales*.2..4
        equipment_investment 设备投资 fen =planned_investment*.4..0.9
        bank_loan_planned 拟贷款额 fen =planned_investment*0..0.7
        invested_ratio 投资完成率 ratio_ppm ~0..1000000
        filed_on! 技改备案日期 date"""),
    c("IIT-03 key_energy_users 重点用能单位能耗 | Energy of key users", "M+15 L3 C",
      periodic(firms("BCD"), 116, yearly=12, q=-.2, lead=-4), "kwh_per_sales operations", """
        month! 能耗月份 month
        energy_user 用能类别 code:energy_user
        standard_coal 综合能耗 number:tce ~5..40000
        coal_tonnes 原煤消费 number:t ~0..60000
        output_energy_ratio 单位产值能耗 number:tce_per_10k ~0..4
        energy_over_plan 超计划比例 ratio_ppm ~-300000..400000"""),
    c("IIT-04 digital_maturity 企业数字化评估 | Digital maturity", "Y+60 L2 C",
      periodic(firms("CI"), 20, yearly=1, q=-.2), "market_of_innovation people_quality", """
        year! 数字化评估年度 date
        digital_stage 数字化等级 code:digital_stage
        equipment_online 设备联网率 ratio_ppm ~0..950000
        systems 信息系统数 integer:systems ~0..20
        cloud_star? 上云星级 code:industry_platform
        digital_spend 数字化投入 fen @sales*0..0.3"""),
    c("IIT-05 green_factories 绿色工厂 | Green factories", "Y+60 L1 U",
      listing(firms("C", .02), 1, q=-.4), "environment_colour qualification", """
        factory_no 绿色工厂文号 text
        green_factory 绿色工厂级别 code:green_factory
        water_reuse 水重复利用率 ratio_ppm ~300000..980000
        solid_waste_used 固废综合利用率 ratio_ppm ~400000..1000000
        roof_solar_kw 屋顶光伏容量 number:kw ~0..9000
        listed_on! 绿色工厂公布日期 date"""),
    c("IIT-06 backward_capacity 淘汰落后产能 | Backward capacity closed", "E+10 L1 U",
      listing(firms("C", .02), 1, q=.4), "W22 exclusions", """
        closure_no 淘汰文号 text
        backward_kind 淘汰类别 code:backward_kind
        capacity_closed 淘汰产能 number:t ~100..900000
        compensation_paid? 补偿资金 fen ~0..900000000
        workers_settled 安置职工数 integer:persons ~0..300
        closed_by! 淘汰期限 date"""),
    c("IIT-07 chain_members 产业链链主与配套 | Leaders and members of industrial chains", "Q+30 L2 C",
      relation(firms("CFI", .25), 30), "core_firm_dependence W19 order_backlog", """
        chain_name 产业链名称 text
        chain_role 链上角色 code:chain_role
        leader_name 链主企业 name @core_firm
        supply_share 对链主配套占比 ratio_ppm ~10000..950000
        localised 是否本地配套 flag %35
        tier 配套层级 integer:tier ~1..4
        matched_on! 配套确认日期 date"""),
    c("IIT-08 sme_payment_complaints 拖欠中小企业账款投诉 | Complaints about late payment", "D+3 L2 C",
      event(every("CEFILM"), 32, q=.3, lead=-3), "payment_punctuality receivable_pool W19", """
        complaint_no 欠款投诉号 text
        arrears_side 拖欠主体类别 code:arrears_side
        debtor 欠款单位 name @debtor
        owed 欠款额 fen @sales*.05..2
        overdue_months 逾期月数 integer:months ~1..48
        repaid_amount 化解金额 fen =owed*0..1
        complained_on! 欠款投诉日期 date"""),
    c("IIT-09 industrial_monthly 工业企业运行调度 | Monthly dispatch of industry", "M+12 L3 C",
      periodic(firms("BCD", sizes=ABOVE_MICRO), 83, yearly=12, q=-.2, lead=-4), "operations order_backlog", """
        month! 调度月份 month
        capacity_used 产能利用率 ratio_ppm ~150000..1000000 ^-.2
        orders_in_hand 在手订单额 fen @sales*.3..6
        output_value 工业产值 fen @sales*.8..1.2
        finished_stock 产成品存货 fen @sales*.1..2 ^.3
        expected_next 下月预期 code:direction ^.3"""),
    c("IIT-10 salt_licences 食盐定点批发与零售 | Salt dealers", "E+10 L1 U",
      licence(every("F", .01), 1), "", """
        salt_no 食盐许可证号 text
        salt_kind 食盐经营类别 code:salt_kind
        salt_tonnes 年销量 number:t ~1..9000
        reserve_tonnes 应急储备量 number:t ~0..900
        iodine_compliant 碘含量合格 flag %99
        traceable 追溯系统接入 flag %92
        licensed_on! 食盐许可日期 date"""),
    c("SCI-01 T18 software_copyrights 软件著作权 | Software copyrights", "M+20 L1 U",
      register(firms("CIM", .14), 84, q=-.25), "innovation_output", """
        reg_no 软著登记号 text
        name 软件名称 text
        version 版本号 text
        owners 共有人数 integer:persons ~1..4
        right_source 权利取得方式 code:right_source
        done! 开发完成日期 date
        first_pub? 首次发表日期 date +0..400"""),
    c("SCI-02 T65 high_tech_firms 高新技术企业 | High-tech enterprises", "Y+60 L1 U",
      licence(firms("CIME", .04), 4, q=-.5), "qualification intent rd_input", """
        cert_no 高企证书号 text
        rd_ratio 研发费占比 ratio_ppm ~30000..250000
        score 高企评审分 integer:points ~71..98
        high_tech_income 高新收入占比 ratio_ppm ~600000..1000000
        rd_staff_ratio 科技人员占比 ratio_ppm ~100000..800000
        tech_field 技术领域 code:tech_field
        from! 高企有效期起 date
        to 高企有效期止 date +1095..1095"""),
    c("SCI-03 T67 tech_smes 科技型中小企业 | Technology SMEs", "Y+60 L1 U",
      periodic(firms("CIM"), 24, yearly=1, q=-.35), "qualification first_loan", """
        reg_no 科小入库号 text
        score 科小评价分 integer:points ~60..100
        staff_points 科技人员得分 integer:points ~0..20
        rd_points 研发投入得分 integer:points ~0..50
        result_points 科技成果得分 integer:points ~0..30
        direct_entry 是否直接确认 flag %19
        year! 科小年度 date"""),
    c("SCI-04 T68 rd_expenses 研发费用 | R&D expenses", "Y+120 L3 C",
      periodic(firms("CIM"), 48, yearly=1, q=-.3), "rd_input innovation_output", """
        year! 研发费用年度 date
        rd_total 研发费用合计 fen @sales*.2..2
        staff 研发人员数 integer:persons =rd_projects*1..20
        gov_funded? 政府资助额 fen =rd_total*0..0.3
        rd_wages 研发人员薪酬 fen =rd_total*.3..0.7
        rd_projects 研发项目数 integer:projects ~1..24"""),
    c("SCI-05 T69 tech_contracts 技术合同登记 | Technology contracts", "E+10 L2 C",
      contract(firms("CIMP", .15), 46, q=-.3, lead=-5), "market_of_innovation order_backlog", """
        no 技术合同登记号 text
        kind 技术合同类别 code:tech_contract_kind
        amount 技术合同额 fen @sales*.05..3
        technology_amount 技术交易额 fen =amount*.4..1
        buyer 买方 name @buyer
        seller 卖方 name @name
        signed_on! 技术合同签订日期 date"""),
    c("SCI-06 T70 sci_projects 科技项目 | Science projects", "E+20 L1 U",
      contract(firms("CIMAQ", .06), 9, q=-.4), "rd_input capital_raised", """
        no 科技项目编号 text
        level 科技项目级别 code:project_level
        grant 财政资助额 fen ~5000000..900000000
        own_funds 自筹资金 fen =grant*.5..4
        partners 合作单位数 integer:partners ~0..8
        accepted 是否通过验收 flag %78
        from! 科技项目起 date
        to 科技项目止 date +365..1095"""),
    c("SCI-07 innovation_platforms 科技创新平台 | Innovation platforms", "Y+60 L1 U",
      register(firms("CIM", .03), 3, q=-.4), "innovation_output people_quality", """
        platform_no 创新平台文号 text
        platform_kind 平台类别 code:platform_kind
        platform_level 平台级别 code:project_level
        doctors 博士人数 integer:persons ~0..40
        instruments_value 科研仪器原值 fen ~5000000..9000000000
        assessment 平台评估 code:assessment
        approved_on! 平台批准日期 date"""),
    c("SCI-08 incubated_firms 孵化企业 | Firms in incubators", "Q+20 L2 C",
      periodic(firms("CIM"), 21, yearly=4), "capital_raised people_quality", """
        quarter! 孵化季度 month
        incubator_kind 载体类别 code:incubator_kind
        incubated_area 孵化面积 number:m2 ~10..900
        founders_students 大学生创业 flag %22
        venture_raised? 获投融资额 fen ~0..900000000
        graduated 是否毕业 flag %8"""),
    c("SCI-09 science_awards 科学技术奖励 | Science awards", "Y+60 L1 U",
      event(firms("CIMQ", .02), 1, q=-.5), "innovation_output", """
        award_no 科技奖证书号 text
        award_class 奖励等级 code:award_class
        award_level 奖励级别 code:public_level
        rank_of_unit 完成单位排名 integer:rank ~1..7
        economic_benefit 应用经济效益 fen @sales*.1..3
        discipline 学科领域 code:tech_field
        awarded_on! 授奖日期 date"""),
    c("SCI-10 venture_investments 创投备案投资 | Venture investments filed", "E+30 L2 C",
      contract(firms("CIM", .05), 10, q=-.4), "capital_raised intent", """
        round_no 融资轮次编号 text
        venture_round 融资轮次 code:venture_round
        invested 投资额 fen ~50000000..9000000000
        valuation? 投后估值 fen =invested*4..12
        lead_investor 领投机构 name @shareholder
        buyback_clause 有无回购条款 flag %64
        closed_on! 交割日期 date"""),
)  # fmt: skip
