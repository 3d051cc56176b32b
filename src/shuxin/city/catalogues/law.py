"""Courts, public security, justice, civil affairs (法院、公安局、司法局、民政局)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import event, licence, listing, periodic, register
from shuxin.city.catalogues.population import every, firms

CODES = """
cause: loan 借款合同纠纷 26 | sale 买卖合同纠纷 38 | labour 劳动争议 12 | construction 建设工程合同纠纷 12 |
    lease 租赁合同纠纷 7 | other 其他 5
case_role: plaintiff 原告 44 | defendant 被告 52 | third_party 第三人 4
case_stage: first 一审 84 | second 二审 13 | retrial 再审 3
judgment_result: for_plaintiff 支持原告 52 | partly 部分支持 22 | dismissed 驳回 10 | withdrawn 准予撤诉 8 |
    mediated 调解 8
close_mode: fulfilled 执行完毕 36 | terminated 终结本次执行 46 | settled 和解 18
dishonest_fact: able_but_refuses 有履行能力而拒不履行 62 | forged_evidence 伪造证据妨碍执行 2 |
    evades 以虚假诉讼等规避执行 4 | breaks_property_report 违反财产报告制度 22 |
    breaks_consumption_ban 违反限制消费令 8 | breaks_settlement 无正当理由拒不履行和解 2
performed: all 全部履行 12 | part 部分履行 16 | none 全部未履行 72
bankruptcy_kind: liquidation 破产清算 82 | reorganisation 重整 14 | settlement 和解 4
frozen_object: account 银行账户 54 | equity 股权 12 | real_estate 不动产 22 | vehicle 车辆 12
auction_round: first 一拍 44 | second 二拍 34 | sell_off 变卖 22
auction_object: house 房产 46 | land 土地 8 | vehicle 车辆 22 | equity 股权 8 | equipment 设备 16
auction_outcome: sold 成交 42 | unsold 流拍 44 | withdrawn 撤回 14
mediation_outcome: agreed 达成协议 46 | failed 调解不成 42 | confirmed 司法确认 12
payment_order_outcome: effective 生效 52 | objected 异议终结 42 | withdrawn 撤回 6
claim_rank: secured 有财产担保 18 | wages 职工债权 12 | tax 税款 8 | ordinary 普通 62
vehicle_kind: lorry 重型货车 22 | light_lorry 轻型货车 38 | car 小型客车 32 | bus 客车 4 | special 专项作业车 4
econ_crime_cause: illegal_deposits 非法吸收公众存款 14 | fundraising_fraud 集资诈骗 6 | contract_fraud 合同诈骗 44 |
    false_invoices 虚开增值税发票 26 | wage_refusal 拒不支付劳动报酬 10
crime_stage: filed 立案 38 | transferred 移送起诉 30 | prosecuted 提起公诉 14 | judged 判决 12 | withdrawn 撤案 6
seal_kind: official 公章 38 | finance 财务章 26 | contract 合同章 14 | invoice 发票章 14 |
    legal_representative 法人章 8
seal_material: photosensitive 光敏 50 | rubber 橡胶 32 | electronic 电子 18
hotel_class: economy 经济型 54 | guesthouse 民宿 32 | star 星级 14
security_service: guarding 门卫守护 72 | escort 武装押运 4 | technical 技术防范 24
explosive_use: mining 矿山开采 62 | construction 工程爆破 34 | research 科研 4
chemical_kind: toxic 剧毒 24 | explosive_precursor 易制爆 76
offence_kind: overload 超限超载 22 | speeding 超速 34 | fatigue 疲劳驾驶 12 | licence 证照不符 8 | other 其他 24
accident_blame: full 全部责任 28 | main 主要责任 16 | equal 同等责任 14 | none 次要或无责 42
protection_level: two 二级 72 | three 三级 28
venue_kind: karaoke 歌舞厅 56 | games 游艺厅 22 | bath 洗浴 22
fraud_role: victim 被骗单位 52 | account_lent 出借账户 34 | shell 空壳注册 14
notary_matter: loan_contract 借款合同 34 | power_of_attorney 委托书 30 | evidence 保全证据 14 | statement 声明 14 |
    debt_instrument 赋予强制执行 8
law_firm_kind: partnership 合伙所 74 | individual 个人所 26
appraisal_kind: handwriting 文书鉴定 34 | construction_cost 工程造价 32 | accounting 司法会计 22 |
    product_quality 产品质量 12
mediation_topic: goods_payment 货款 42 | labour 劳资 28 | neighbour 相邻 12 | lease 租赁 18
social_org_kind: association 社会团体 46 | private_non_enterprise 民办非企业单位 50 | foundation 基金会 4
"""

CATALOGUES = (
    c("COURT-01 T45 case_filings 立案信息 | Cases filed", "E+7 L2 C",
      event(every(), 345, q=.5, lead=-1), "lawsuits plaintiff_cases W05 judicial_climate", """
        case_no 案号 text
        cause 案由 code:cause
        role 诉讼地位 code:case_role ^.3
        uscc 当事人统一代码 uscc @party
        opponent 对方当事人 name @creditor
        amount 诉讼标的额 fen @sales*.02..2
        court 受理法院 name @court
        stage 审级 code:case_stage
        filed! 立案日期 date"""),
    c("COURT-02 T46 judgments 裁判文书 | Judgments", "E+60 L2 C",
      event(every(), 156, q=.5, lead=1), "lawsuits W05", """
        case_no 裁判案号 text
        doc_no 文书编号 text
        result 裁判结果 code:judgment_result ^-.1
        amount_awarded? 判付金额 fen @sales*.02..2
        court_fee 诉讼费 fen ~5000..30000000
        in_absence 是否缺席判决 flag %27
        effective! 生效日期 date"""),
    c("COURT-03 T47 enforcements 被执行人 | Enforcement cases", "E+7 L1 U",
      event(every(), 117, q=.8, lead=6), "enforcement W04 hard_rules judicial_climate", """
        exec_no 执行案号 text
        target 执行标的额 fen @sales*.05..3
        performed? 已履行金额 fen =target*0..1 &40
        court 执行法院 name @court
        basis_no 执行依据文号 text
        close_mode? 结案方式 code:close_mode ^.2 &60
        filed! 执行立案日期 date
        closed? 执行结案日期 date +60..900 &60"""),
    c("COURT-04 T48 dishonest_list 失信被执行人 | Dishonest judgment debtors", "E+3 L1 U",
      listing(every(share=.1), 28, q=1, lead=12), "dishonest W03 hard_rules exclusions", """
        exec_no 失信执行案号 text
        party_name 失信人名称 name C2 @name
        fact 失信行为情形 code:dishonest_fact
        performed 履行情况 code:performed ^.3
        duty 义务内容 text
        court 公布法院 name @court
        published! 失信发布日期 date
        removed? 屏蔽撤销日期 date +180..1100 &30"""),
    c("COURT-05 T49 consumption_bans 限制高消费 | Bans on high consumption", "E+3 L1 U",
      listing(every(share=.15), 51, q=.9, lead=8), "dishonest W03 hard_rules", """
        order_no 限消令号 text
        person 限制消费人员 name C2 @owner
        uscc 关联企业代码 uscc @party
        applicant 申请执行人 name @creditor
        court 限消法院 name @court
        date! 限消令日期 date
        lifted? 解除限消日期 date +60..1100 &30"""),
    c("COURT-06 T50 bankruptcies 破产重整 | Bankruptcies", "E+5 L1 U",
      event(firms(share=.05), 1, q=1, lead=10), "hard_rules W07", """
        case_no 破产案号 text
        kind 破产程序 code:bankruptcy_kind
        administrator 管理人 name @party
        applicant 破产申请人 name @creditor
        known_debt 已知负债 fen @debt*.8..2
        known_assets 已知资产 fen =known_debt*.05..0.6
        accepted! 裁定受理日期 date"""),
    c("COURT-07 T51 asset_freezes 财产保全 | Freezes of assets", "E+3 L2 C",
      event(every(share=.2), 55, q=.8), "asset_freezes W06", """
        doc_no 保全裁定号 text
        amount 保全金额 fen @sales*.05..1
        object 保全标的 code:frozen_object
        applicant 保全申请人 name @creditor
        counter_security 是否提供反担保 flag %12
        before_suit 是否诉前保全 flag %34
        from! 保全起 date
        to 保全止 date +180..1095"""),
    c("COURT-08 judicial_auctions 司法拍卖 | Judicial auctions", "E+3 L1 U",
      event(every(share=.1), 14, q=.9, lead=12), "collateral_value W24 macro_land", """
        auction_no 拍卖公告号 text
        object 拍卖标的 code:auction_object
        appraisal 评估价 fen @assets*.05..0.6
        start_price 起拍价 fen =appraisal*.56..0.8
        round 拍卖轮次 code:auction_round
        outcome 拍卖结果 code:auction_outcome
        deal_price? 成交价 fen =start_price*1..1.5
        auctioned_on! 开拍日期 date"""),
    c("COURT-09 pre_suit_mediations 诉前调解 | Mediations before suit", "E+7 L2 C",
      event(every(), 50, q=1, lead=-2), "lawsuits", """
        mediation_no 诉前调解号 text
        mediated_cause 纠纷案由 code:cause
        disputed 争议金额 fen @sales*.01..1
        mediator 调解组织 text
        outcome 调解结果 code:mediation_outcome
        instalments 分期履行期数 integer:instalments ~1..24
        assigned_on! 委派日期 date"""),
    c("COURT-10 payment_orders 支付令 | Payment orders", "E+7 L2 C",
      event(every(share=.1), 9, q=.6), "lawsuits other_debt", """
        order_no 支付令号 text
        creditor 债权申请人 name @creditor
        ordered_amount 令付金额 fen @sales*.01..0.5
        evidence_kind 债权凭证 code:debt_evidence
        outcome 支付令结果 code:payment_order_outcome
        issued_on! 发出日期 date"""),
    c("COURT-11 terminated_enforcements 终本案件 | Enforcement ended for want of assets", "E+7 L1 U",
      listing(every(share=.12), 30, q=1, lead=13), "enforcement W04", """
        ended_exec_no 终本案号 text
        unpaid 未履行金额 fen @sales*.05..3
        paid_ratio 已履行比例 ratio_ppm ~0..900000
        searches 财产查询次数 integer:searches ~3..20
        resumed 是否恢复执行 flag %9
        creditor_agreed 申请人书面同意 flag %38
        ended_on! 终本日期 date"""),
    c("COURT-12 enforcement_payments 执行款发放 | Sums paid out in enforcement", "E+5 L2 C",
      event(every(share=.2), 32, q=-.2, lead=6), "plaintiff_cases enforcement", """
        payout_no 执行款凭证号 text
        payout_amount 发放金额 fen @sales*.01..0.8
        received_as 案款性质 code:award_kind
        claimant 领款人 name @creditor
        days_held 在账天数 integer:days ~1..60
        paid_on! 案款发放日期 date"""),
    c("COURT-13 bankruptcy_claims 破产债权申报 | Claims filed in bankruptcies", "E+15 L2 C",
      event(every(share=.03), 6, lead=11), "receivable_pool contagion", """
        claim_no 债权申报号 text
        bankrupt_debtor 破产企业 name @debtor
        claimed_amount 申报债权额 fen @sales*.02..1
        confirmed_amount? 确认债权额 fen =claimed_amount*.5..1
        claim_rank 债权性质 code:claim_rank
        recovery_ratio? 清偿率 ratio_ppm ~0..400000
        claimed_on! 债权申报日期 date"""),
    c("COURT-14 execution_clues 财产线索查控 | Searches for debtors' property", "D+2 L3 C",
      event(every(share=.15), 6, q=.8, lead=7), "asset_freezes", """
        search_no 查控批次号 text
        banks_answered 反馈银行数 integer:banks ~5..40
        balances_found 查得存款 fen @cash*0..1 ^-.5
        vehicles_found 查得车辆数 integer:vehicles ~0..6 &20
        homes_found 查得房产数 integer:homes ~0..5 &12
        controlled_amount 实际控制额 fen =balances_found*0..1
        searched_on! 查控日期 date"""),
    c("PSB-01 T52 vehicles 机动车登记 | Register of vehicles", "D+1 L3 C",
      register(every(share=.42), 620, per="vehicle"), "collateral_value logistics_activity", """
        vin_hmac 车架号标识 text # C2
        owner_uscc 车主代码 uscc @party
        kind 车辆类型 code:vehicle_kind
        plate_region 号牌归属 code:county
        mortgage 是否抵押 flag %17
        first_reg! 初次登记日期 date
        insured_to 交强险止 date +365..1800
        scrapped? 报废日期 date +2500..5400"""),
    c("PSB-02 T53 econ_crimes 经济案件 | Economic crimes", "E+10 L4 N",
      event(every(share=.03), 2, q=.9, lead=3), "hard_rules suspicious illegal_fundraising", """
        case_no 案件编号 text
        suspect_hmac 嫌疑人标识 person_hmac @owner
        cause 案件类别 code:econ_crime_cause
        stage 侦办阶段 code:crime_stage
        amount_involved 涉案金额 fen @sales*.2..10
        victims 受害人数 integer:persons ~1..900
        date! 案件立案日期 date"""),
    c("PSB-03 T54 seals 印章备案 | Register of seals", "E+3 L2 C",
      register(every(), 430), "identity", """
        seal_no 印章编码 text
        seal_kind 印章类型 code:seal_kind
        material 章体材料 code:seal_material
        carver 刻制单位 text
        agent 经办人 name C2 @worker
        lost_declared 是否挂失 flag %2
        carved_on! 刻制日期 date
        destroyed_on? 缴销日期 date +300..3000"""),
    c("PSB-04 hotel_licences 旅馆业特种行业许可 | Hotel licences", "E+7 L2 U",
      licence(every("H", .1), 3), "qualification", """
        hotel_licence_no 特行许可证号 text
        hotel_class 旅馆类型 code:hotel_class
        rooms 客房数 integer:rooms ~6..320
        beds 床位数 integer:beds =rooms*1..2
        real_name_system 实名登记系统接入 flag %98
        security_head 治安负责人 name C2 @worker
        granted_on! 特行许可日期 date"""),
    c("PSB-05 security_companies 保安服务许可 | Licences of security companies", "E+7 L1 U",
      licence(firms("L", .03), 1), "qualification", """
        security_licence_no 保安许可证号 text
        security_service 服务范围 code:security_service
        guards 持证保安员数 integer:persons ~20..900
        clients 服务客户数 integer:clients ~1..120
        own_staff 是否自行招用 flag %12
        granted_on! 保安许可日期 date"""),
    c("PSB-06 explosives_permits 民用爆炸物品许可 | Permits for explosives", "E+3 L3 C",
      licence(firms("BE", .06), 9), "operations", """
        permit_no 民爆许可证号 text
        explosive_use 用途 code:explosive_use
        explosive_kg 炸药许可量 number:kg ~50..90000
        detonators 雷管许可发数 integer:pieces ~100..60000
        used_ratio 实际使用比例 ratio_ppm ~200000..1000000
        permitted_on! 民爆许可日期 date"""),
    c("PSB-07 controlled_chemicals 易制爆剧毒购买备案 | Purchases of controlled chemicals", "E+3 L3 C",
      event(firms("CMF", .05), 52), "operations goods_match", """
        purchase_no 购买备案号 text
        chemical_kind 管制类别 code:chemical_kind
        chemical 品名 text
        bought_kg 购买数量 number:kg ~1..30000
        seller 销售单位 name @supplier
        stored_legally 储存场所合规 flag %96
        bought_on! 购买日期 date"""),
    c("PSB-08 traffic_offences 营运车辆违法 | Traffic offences of firms' vehicles", "W+2 L3 C",
      event(every("GCEFAHLMN", .8), 760, q=.9, per="vehicle"), "accidents logistics_activity", """
        offence_no 违法编号 text
        offence_kind 违法类别 code:offence_kind
        points 记分 integer:points ~0..12
        offence_fine 违法罚款 fen ~5000..200000
        cleared 是否已处理 flag %78
        overload_ratio? 超载比例 ratio_ppm ~50000..800000 &22
        offended_on! 违法日期 date"""),
    c("PSB-09 traffic_accidents 道路交通事故 | Road accidents", "E+10 L3 C",
      event(every("GCEF", .5), 41, per="vehicle"), "accidents", """
        accident_no 事故认定书号 text
        driver_hmac 驾驶人标识 person_hmac @worker
        blame 责任认定 code:accident_blame
        injured 受伤人数 integer:persons ~0..5 &34
        killed 死亡人数 integer:persons ~1..2 &2
        property_loss 财产损失 fen ~20000..30000000
        happened_on! 事故日期 date"""),
    c("PSB-10 network_protection 网络安全等级保护备案 | Graded protection of networks", "E+15 L2 C",
      register(firms("IJPQD", .12), 3), "qualification", """
        protection_no 等保备案号 text
        system_name 系统名称 text
        protection_level 保护等级 code:protection_level
        assessed_score 测评得分 integer:points ~60..98
        data_subjects 个人信息条数 integer:records ~100..2000000
        cloud_hosted 是否上云 flag %57
        filed_on! 等保备案日期 date"""),
    c("PSB-11 entertainment_venues 娱乐场所治安备案 | Entertainment venues", "E+7 L2 C",
      register(every("RO", .15), 9), "exclusions", """
        venue_no 场所备案号 text
        venue_kind 场所类别 code:venue_kind
        capacity 核定人数 integer:persons ~20..600
        cameras 监控点位数 integer:cameras ~4..80
        security_grade 治安分级 code:risk_level
        rectified_items 整改项数 integer:items ~0..9
        registered_on! 治安备案日期 date"""),
    c("PSB-12 fraud_warnings 涉诈风险预警 | Fraud warnings about firms", "D+1 L4 N",
      event(every(), 270, q=1, lead=-2), "suspicious hard_rules shared_address", """
        warning_no 涉诈预警号 text
        fraud_role 涉诈角色 code:fraud_role
        accounts_stopped 止付账户数 integer:accounts ~0..8 &30
        amount_moved 涉诈流水额 fen ~100000..900000000
        same_address_firms 同址注册户数 integer:firms ~1..50
        confirmed 是否核实 flag %24 ^.4
        warned_on! 涉诈预警日期 date"""),
    c("JUS-01 T55 notarial_acts 公证事项 | Notarial acts", "E+5 L2 C",
      event(every(), 96, lead=-3), "other_debt intent", """
        notarial_no 公证书号 text
        matter 公证事项 code:notary_matter
        applicant 公证申请人 name C2 @owner
        amount? 标的金额 fen @sales*.02..0.6
        enforceable 有无强制执行效力 flag %21
        notary_office 公证机构 text
        notarised_on! 出证日期 date"""),
    c("JUS-02 law_firms 律师事务所 | Law firms", "E+7 L1 U",
      register(firms("L", .02), 1), "qualification", """
        practice_no 执业许可证号 text
        law_firm_kind 组织形式 code:law_firm_kind
        lawyers 执业律师数 integer:persons ~1..80
        cases_yearly 年办案件数 integer:cases ~10..1500
        assessed_grade 年度考核 code:assessment
        licensed_on! 执业许可日期 date"""),
    c("JUS-03 forensic_appraisals 司法鉴定 | Forensic appraisals", "E+15 L2 C",
      event(every(share=.2), 18, q=.3), "lawsuits", """
        appraisal_no 鉴定意见书号 text
        appraisal_kind 鉴定类别 code:appraisal_kind
        commissioner 委托单位 name @court
        disputed_value? 鉴定涉及金额 fen @sales*.01..1
        fee 鉴定费 fen ~100000..9000000
        supplemented 是否补充鉴定 flag %7
        appraised_on! 鉴定日期 date"""),
    c("JUS-04 people_mediations 人民调解 | People's mediation", "E+10 L2 C",
      event(every(), 74, q=.3, lead=-2), "lawsuits", """
        people_mediation_no 人民调解卷号 text
        topic 调解纠纷类型 code:mediation_topic
        parties 当事人数 integer:persons ~2..60
        agreed_payment? 协议给付额 fen ~50000..50000000
        performed_at_once 是否当场履行 flag %42
        committee 调委会 text
        mediated_on! 调解日期 date"""),
    c("JUS-05 legal_aid 农民工法律援助 | Legal aid to migrant workers, by employer", "Q+15 L2 C",
      periodic(firms("CEHO"), 11, yearly=4, q=.4), "insurance_arrears", """
        quarter! 援助季度 month
        aided_workers 受援人数 integer:persons ~1..90
        wages_claimed 追索工资额 fen ~300000..90000000
        wages_recovered 挽回工资额 fen =wages_claimed*.2..1
        settled_ratio 和解比例 ratio_ppm ~0..1000000
        main_demand 主要诉求 code:dispute_topic"""),
    c("CIV-01 social_organisations 社会组织登记 | Register of social organisations", "E+5 L1 U",
      register(every("PQRLA", .06), 12), "identity controller_network", """
        organisation_no 社会组织登记号 text
        social_org_kind 社会组织类别 code:social_org_kind
        start_funds 开办资金 fen ~1000000..300000000
        members 会员单位数 integer:members ~5..400
        supervising 业务主管单位 name @authority
        last_inspection 最近年检结论 code:assessment
        registered_on! 社会组织登记日期 date"""),
    c("CIV-02 care_homes 养老机构备案 | Care homes", "E+10 L2 U",
      register(firms("Q", .5), 2), "illegal_fundraising qualification", """
        home_no 养老机构备案号 text
        care_beds 养老床位数 integer:beds ~20..600
        residents 入住老人数 integer:persons =care_beds*.2..0.95
        prepaid_fees 预收费余额 fen ~0..900000000
        escrowed 预收费是否存管 flag %64
        star 星级评定 code:star
        filed_on! 养老备案日期 date"""),
    c("CIV-03 charity_donations 慈善捐赠 | Donations by firms", "E+15 L1 U",
      event(firms(share=.3), 82, q=-.3), "", """
        receipt_no 捐赠票据号 text
        donated 捐赠额 fen ~50000..90000000
        in_kind 是否实物 flag %23
        purpose 捐赠用途 code:donation_purpose
        recipient 受赠单位 name @party
        tax_deductible 可税前扣除 flag %88
        donated_on! 捐赠日期 date"""),
    c("CIV-04 welfare_employers 残疾人集中就业企业 | Firms that employ many disabled people", "Y+60 L2 C",
      register(every("CFHO", .3), 104), "headcount subsidy_of_rate", """
        welfare_no 集中就业认定号 text
        disabled_staff 残疾职工人数 integer:persons ~1..90
        disabled_ratio 残疾职工占比 ratio_ppm ~100000..600000
        refund_entitled 享受即征即退 flag %44
        wages_above_minimum 工资达标 flag %97
        social_insured 全员参保 flag %93
        recognised_on! 集中就业认定日期 date"""),
)  # fmt: skip
