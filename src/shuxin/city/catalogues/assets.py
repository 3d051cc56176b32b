"""Land and houses, building (自然资源和规划局、住房和城乡建设局)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import contract, event, licence, periodic, register
from shuxin.city.catalogues.population import every, firms

CODES = """
estate_kind: land 土地 16 | house 房屋 62 | factory 厂房 22
estate_use: commercial 商业 36 | industrial 工业 28 | residential 住宅 30 | storage 仓储 6
estate_right: state_land_use 国有建设用地使用权 70 | collective_land_use 集体建设用地使用权 12 |
    ownership 房屋所有权 18
land_supply: auction 招拍挂 66 | agreement 协议 18 | allocation 划拨 16
seizure_kind: first 首次查封 74 | waiting 轮候查封 20 | preliminary 预查封 6
planning_kind: site 建设用地规划 34 | works 建设工程规划 66
mineral: stone 建筑石料 52 | sand 砂 18 | iron 铁矿 10 | clay 粘土 20
survey_class: a 甲级 12 | b 乙级 88
land_order: stop 责令停止 32 | demolish 限期拆除 34 | confiscate 没收 10 | fine_only 罚款 24
qualification_grade: special 特级 1 | first 一级 10 | second 二级 46 | third 三级 43
builder_kind: general 施工总承包 34 | specialist 专业承包 54 | labour 施工劳务 12
project_state: running 在建 54 | completed 竣工 42 | stopped 停工 4
presale_state: selling 在售 52 | sold_out 售罄 36 | suspended 暂停 12
payment_node: advance 预付款 22 | progress 进度款 54 | settlement 结算款 24
property_star: three 三星 54 | four 四星 32 | five 五星 14
housing_purpose: office 办公 34 | shop 商铺 48 | workshop 厂房 18
builder_conduct: bid_rigging 围标串标 12 | subcontracting 违法分包 34 | quality 质量问题 34 | arrears 拖欠 20
"""

CATALOGUES = (
    c("NRP-01 T56 real_estate 不动产登记 | Register of real estate", "E+5 L3 C",
      register(every(share=.45), 892, q=-.15), "collateral_value region_of_activity", """
        unit_no 不动产单元号 text
        owner 权利人 name C2 @owner
        kind 不动产类型 code:estate_kind
        area 面积 number:m2 ~20..40000
        use 规划用途 code:estate_use
        right_kind 权利类型 code:estate_right
        co_owned 是否共有 flag %27
        value_est? 评估参考价 fen @assets*.05..0.8
        address 坐落 address
        registered_on! 不动产登记日期 date
        term_to? 使用期限止 date +7000..25500"""),
    c("NRP-02 T57 estate_mortgages 不动产抵押 | Mortgages of real estate", "E+5 L3 C",
      contract(every(share=.3), 330, q=.1, lead=-8), "collateral_value other_debt W24 first_loan", """
        cert_no 抵押证明号 text
        mortgagor 抵押人 name C2 @owner
        mortgagee 抵押权人 name @lender
        secured 被担保债权额 fen @debt*.3..1.2
        max_amount 是否最高额抵押 flag %72
        rank 抵押顺位 integer:rank ~1..3 ^.2
        from! 债务履行期起 date
        to 债务履行期止 date +330..7300
        cancelled? 抵押注销日期 date +200..5000 &34"""),
    c("NRP-03 T58 estate_seizures 不动产查封 | Seizures of real estate", "E+1 L2 C",
      event(every(share=.12), 70, q=.9, lead=3), "W06 W24 asset_freezes", """
        doc_no 查封文号 text
        seizure_kind 查封类型 code:seizure_kind
        court 查封法院 name @court
        seized_unit_no 被查封单元号 text
        waiting_order 轮候顺序 integer:order ~0..6 &20
        debt_claimed 查封债权额 fen @sales*.05..1.5
        from! 查封起 date
        to 查封止 date +730..1095"""),
    c("NRP-04 T59 land_grants 土地出让 | Grants of land", "E+10 L1 U",
      contract(firms("CFKGD", .2), 26, q=-.2), "collateral_value macro_land capital_raised", """
        contract_no 出让合同号 text
        area 出让面积 number:m2 ~900..300000
        price 成交价款 fen ~30000000..90000000000
        use 土地用途 code:estate_use
        supply 供应方式 code:land_supply
        floor_area_ratio 容积率 number:ratio ~1..4
        idle 是否闲置 flag %5 ^.5
        signed_on! 出让签订日期 date
        start_due 约定开工日期 date +180..540"""),
    c("NRP-05 planning_permits 规划许可 | Planning permits", "E+7 L1 U",
      licence(firms("CDEFKNPQ", .1), 46), "order_backlog", """
        planning_no 规划许可证号 text
        planning_kind 规划许可类型 code:planning_kind
        permitted_floor_area 许可建筑面积 number:m2 ~200..200000
        height_limit 限高 number:m ~9..100
        green_ratio 绿地率 ratio_ppm ~100000..400000
        changed 是否变更 flag %14
        permitted_on! 规划许可日期 date"""),
    c("NRP-06 mining_rights 采矿权 | Mining rights", "E+10 L1 U",
      licence(firms("B"), 2), "qualification collateral_value", """
        mining_no 采矿许可证号 text
        mineral 开采矿种 code:mineral
        reserves 保有储量 number:kt ~50..90000
        yearly_scale 生产规模 number:kt ~10..3000
        restoration_fund 生态修复基金余额 fen ~1000000..900000000
        mortgaged 是否抵押备案 flag %18
        granted_on! 采矿登记日期 date
        granted_to 采矿有效期止 date +1095..7300"""),
    c("NRP-07 land_penalties 土地违法查处 | Land offences", "E+7 L1 U",
      event(every(), 8, q=.2), "penalties macro_land", """
        land_case_no 土地案件号 text
        land_order 处理措施 code:land_order
        illegal_area 违法占地面积 number:m2 ~20..90000
        farmland 占用耕地面积 number:m2 ~0..40000
        land_fine? 土地罚款 fen ~100000..90000000
        corrected 是否整改到位 flag %68
        decided_on! 土地处理日期 date"""),
    c("NRP-08 survey_qualifications 测绘资质 | Qualifications of surveyors", "E+7 L1 U",
      licence(firms("M", .04), 1), "qualification", """
        survey_no 测绘资质号 text
        survey_class 测绘等级 code:survey_class
        fields_licensed 专业范围数 integer:fields ~1..8
        surveyors 注册测绘师数 integer:persons ~0..20
        instruments_owned 仪器设备台数 integer:devices ~3..80
        licensed_on! 测绘发证日期 date"""),
    c("NRP-09 estate_transfers 不动产转移登记 | Transfers of real estate", "E+5 L3 C",
      event(every(share=.25), 205, q=.3, lead=-5), "collateral_value W17", """
        transfer_no 转移登记号 text
        transferee 受让方 name C2 @party
        deal_price 成交价格 fen @assets*.05..0.7
        reason_of_transfer 转移原因 code:transfer_reason
        to_related_party 是否关联方 flag %12
        price_to_reference 价格偏离率 ratio_ppm ~-400000..300000
        transferred_on! 转移日期 date"""),
    c("NRP-10 land_start_supervision 土地开竣工监管 | Supervision of building on granted land", "E+10 L2 C",
      event(firms("CFKGD", .2), 14, q=.3), "macro_land operations", """
        supervision_no 开竣工监管号 text
        granted_contract_no 所涉出让合同号 text
        started_on_time 是否按期动工 flag %86
        land_invested_ratio 投资强度达标率 ratio_ppm ~100000..1300000
        idle_months 闲置月数 integer:months ~0..48 &12
        idle_fee? 土地闲置费 fen ~0..900000000 &2
        visited_on! 监管核查日期 date"""),
    c("NRP-11 forest_rights 林权登记 | Forest rights", "E+15 L2 C",
      register(every("A", .1), 6), "collateral_value", """
        forest_no 林权证号 text
        trees 主要树种 code:tree
        forest_area 林地面积 number:mu ~5..9000
        timber_volume 立木蓄积 number:m3 ~0..40000
        forest_mortgage 是否抵押 flag %9
        compensation 公益林补偿 fen ~0..30000000
        registered_on! 林权登记日期 date"""),
    c("HUC-01 T60 construction_qualifications 建筑业企业资质 | Qualifications of builders", "M+10 L1 U",
      licence(firms("E"), 52, q=-.2), "qualification hard_rules", """
        cert_no 资质证书号 text
        grade 资质等级 code:qualification_grade
        kind 资质类别 code:builder_kind
        personnel 注册人员数 integer:persons ~3..300
        specialties 专业资质数 integer:specialties ~1..12
        by_commitment 是否告知承诺制 flag %24
        granted_on! 资质批准日期 date
        to 资质有效期止 date +1825..1825"""),
    c("HUC-02 T61 construction_permits 施工许可与项目 | Building permits and projects", "E+7 L1 U",
      contract(firms("E"), 64, q=-.3, lead=-5), "order_backlog operations receivable_pool", """
        project_no 施工许可证号 text
        project 工程名称 text
        contract 合同价格 fen @sales*.5..8
        builder 施工单位 name @name
        owner 建设单位 name @buyer
        progress 形象进度 ratio_ppm ~0..1000000
        state 工程状态 code:project_state ^.25
        from! 开工日期 date
        to 计划竣工日期 date +90..1095"""),
    c("HUC-03 T12 construction_penalties 住建行政处罚 | Penalties in building", "E+7 L1 U",
      event(firms("EKM"), 14, q=.25), "penalties", """
        decision_no 住建罚决定号 text
        dept 处罚机关 code:county
        fact 建设违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~300000..90000000
        builder_conduct 违法行为类别 code:builder_conduct
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("HUC-04 completion_filings 竣工验收备案 | Completion filings", "E+7 L1 U",
      event(firms("E"), 38), "order_backlog", """
        completion_no 竣工备案号 text
        final_cost 竣工造价 fen @sales*.5..9
        cost_overrun 超概比例 ratio_ppm ~-100000..400000
        delay_days 延误天数 integer:days ~0..400
        quality_award 是否获优质工程 flag %3
        main_builder 主体施工单位 name @name
        completed_on! 竣工备案日期 date"""),
    c("HUC-05 presale_permits 商品房预售许可 | Permits to sell before completion", "E+3 L1 U",
      licence(firms("K", .12), 5), "order_backlog macro_land", """
        presale_no 预售许可证号 text
        homes 批准套数 integer:homes ~20..1500
        presale_area 预售面积 number:m2 ~2000..150000
        escrow_balance 监管资金余额 fen ~10000000..90000000000
        presale_state 销售状态 code:presale_state
        homes_signed 已网签套数 integer:homes =homes*0..1
        permitted_on! 预售许可日期 date"""),
    c("HUC-06 payment_of_works 工程款支付监管 | Payments for works", "M+10 L2 C",
      event(firms("E"), 200, q=-.3, lead=-4), "payment_punctuality receivable_pool op_inflow", """
        payment_no 工程款单号 text
        payment_node 付款节点 code:payment_node
        payable_amount 应付工程款 fen @sales*.1..1
        paid_amount 实付工程款 fen =payable_amount*.3..1
        days_late 迟付天数 integer:days ~0..240 &45 ^.4
        payer 付款单位 name @buyer
        due_on! 应付日期 date"""),
    c("HUC-07 builder_credit_scores 建筑市场信用评价 | Credit scores of builders", "Q+20 L1 U",
      periodic(firms("E"), 170, yearly=4, q=-.2), "qualification exclusions", """
        quarter! 评价季度 month
        market_score 市场行为分 number:points ~40..100
        site_score 现场管理分 number:points ~40..100
        rank_in_city 全市排名 integer:rank ~1..8000 ^.3
        good_records 良好行为数 integer:records ~0..12
        bad_records 不良行为数 integer:records ~0..8 &8 ^.4"""),
    c("HUC-08 property_managers 物业服务企业 | Property managers", "Y+60 L1 U",
      periodic(firms("K"), 6, yearly=1), "payment_punctuality", """
        year! 物业评价年度 date
        property_star 服务星级 code:property_star
        managed_area 管理面积 number:m2 ~5000..3000000
        fee_collected_ratio 物业费收缴率 ratio_ppm ~400000..990000
        estates 管理项目数 integer:estates ~1..60
        owners_satisfied 业主满意率 ratio_ppm ~500000..980000"""),
    c("HUC-09 building_safety_sites 施工现场安全监督 | Safety supervision of sites", "M+5 L2 C",
      event(firms("E"), 111, q=.15), "accidents W22", """
        site_visit_no 监督抽查号 text
        site 工地名称 text
        safety_score 安全评分 number:points ~40..100
        stop_order 是否停工 flag %5
        dangerous_works 危大工程数 integer:works ~0..8
        hazards_open 未闭合隐患 integer:hazards ~0..20 &40
        visited_on! 现场监督日期 date"""),
    c("HUC-10 real_name_attendance 工地实名制考勤汇总 | Attendance on building sites", "M+5 L3 C",
      periodic(firms("E"), 94, yearly=12, q=-.3, lead=-3), "headcount operations", """
        month! 考勤月份 month
        site_workers 在场工人数 integer:persons ~5..600
        work_days 出勤工日 integer:days =site_workers*8..26
        key_staff_ratio 关键岗位到岗率 ratio_ppm ~300000..1000000
        subcontractors 分包队伍数 integer:teams ~1..20
        wage_paid_monthly 按月足额支付 flag %93"""),
    c("HUC-11 lease_filings 房屋租赁备案 | Leases of business premises", "E+15 L2 C",
      contract(every(), 146), "region_of_activity shared_address", """
        lease_no 租赁备案号 text
        landlord 出租方 name C2 @party
        rented_area 租赁面积 number:m2 ~8..9000
        monthly_rent 月租金 fen ~50000..30000000
        housing_purpose 租赁用途 code:housing_purpose
        deposit_months 押金月数 integer:months ~1..3
        lease_from! 租期起 date
        lease_to 租期止 date +330..3650"""),
)  # fmt: skip
