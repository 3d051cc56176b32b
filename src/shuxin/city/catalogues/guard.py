"""Environment, emergency, fire, health, culture, city management (生态、应急、消防、卫健、文旅、城管)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import event, licence, periodic, register
from shuxin.city.catalogues.population import every, firms

CODES = """
env_grade: green 诚信 12 | blue 良好 74 | yellow 警示 11 | red 不良 3
permit_level: key 重点管理 14 | simplified 简化管理 34 | registration 登记管理 52
eia_kind: report 报告书 8 | form 报告表 34 | registration 登记表 58
waste_kind: oil 废矿物油 34 | acid 废酸 12 | sludge 污泥 22 | packaging 废包装 20 | medical 医疗废物 12
radiation_kind: device 射线装置 82 | source 放射源 18
env_order: correction 责令改正 66 | restriction 限制生产 18 | suspension 停产整治 12 | closure 停业关闭 4
carbon_sector: cement 水泥 24 | power 发电 24 | steel 钢铁 14 | chemical 化工 24 | paper 造纸 14
safety_grade: one 一级 2 | two 二级 14 | three 三级 84
hazard_status: closed 已整改 86 | in_progress 整改中 11 | overdue 逾期 3
hazard_class: ordinary 一般隐患 95 | major 重大隐患 5
chemical_business: storage 带储存经营 22 | paper 无储存经营 60 | filling_station 加油站 18
mine_kind: open_pit 露天矿山 74 | underground 地下矿山 16 | tailings 尾矿库 10
fire_conclusion: qualified 合格 90 | unqualified 不合格 10
fire_cause: electric 电气 46 | careless 用火不慎 24 | operation 作业 14 | other 其他 16
health_grade: a A级 18 | b B级 64 | c C级 18
occupational_hazard: dust 粉尘 34 | noise 噪声 38 | chemical 化学毒物 24 | radiation 放射 4
medical_class: clinic 诊所 68 | outpatient 门诊部 20 | hospital 医院 12
culture_kind: internet_cafe 互联网上网服务 34 | entertainment 娱乐经营 38 | performance 演出经纪 28
tourism_grade: three_star 三星 34 | four_star 四星 22 | five_star 五星 4 | scenic_aaa 三A景区 26 |
    scenic_aaaa 四A景区 14
occupation_purpose: construction 施工占道 54 | stall 经营摊点 32 | event 活动 14
signboard_kind: roof 楼顶 12 | wall 墙面 62 | column 立柱 16 | screen 电子屏 10
spoil_kind: earth 渣土 74 | debris 拆除垃圾 26
"""

CATALOGUES = (
    c("ECO-01 T81 environmental_credit 环保信用评价 | Environmental credit", "Y+120 L1 U",
      periodic(firms("BCDENGH"), 26, yearly=1, q=.35, lead=-6), "environment_colour W22", """
        year! 环保评价年度 date
        grade 环保信用等级 code:env_grade ^.4
        permit_level 排污管理级别 code:permit_level
        score 环保得分 number:points @view_judicial
        deducted_items 环保扣分项数 integer:items ~0..12 &30
        vetoed 一票否决 flag %1 ^.5"""),
    c("ECO-02 T82 outlet_monitoring 排污在线监测 | Online monitoring of outlets", "D+1 L2 C account",
      periodic(firms("BCDN"), 1700, yearly=365, years=1, q=-.2, lead=-4, per="outlet"),
      "environment_colour operations kwh_shape", """
        outlet_no 排放口编号 text
        flow 日排放流量 number:m3 ~1..90000
        cod? 化学需氧量 number:mg/l ~5..300
        nh3? 氨氮 number:mg/l ~0..40
        so2? 二氧化硫 number:mg/m3 ~1..200
        nox? 氮氧化物 number:mg/m3 ~5..300
        exceed 是否超标 flag %2 ^.4
        day! 监测日 date"""),
    c("ECO-03 T13 discharge_permits 排污许可 | Discharge permits", "E+7 L1 U",
      licence(firms("BCDNQA", .5), 19), "environment_colour qualification", """
        licence_no 排污许可证号 text
        name 许可名称 text
        kind 许可类别 code:licence_kind
        authority 核发机关 code:county
        permit_level 管理类别 code:permit_level
        outlets 排放口数 integer:outlets ~1..24
        cod_tonnes 许可年排放量 number:t ~0..900
        from! 排污许可起 date
        to 排污许可止 date +1825..1825"""),
    c("ECO-04 T12 environmental_penalties 生态环境行政处罚 | Environmental penalties", "E+7 L1 U",
      event(every("ABCDEHN"), 11, q=.3, lead=-3), "penalties W22", """
        decision_no 环罚决定号 text
        dept 处罚机关 code:county
        fact 环境违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~500000..90000000 &80
        polluted_medium 污染要素 code:pollutant_kind
        daily_fine 是否按日计罚 flag %1
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("ECO-05 impact_assessments 建设项目环评 | Environmental impact assessments", "E+7 L1 U",
      event(firms("ABCDENGQ", .6), 28, q=-.4, lead=-12), "intent industry_of_activity", """
        eia_no 环评批复号 text
        eia_kind 环评文件类型 code:eia_kind
        investment 项目总投资 fen @sales*.3..6
        env_investment 环保投资 fen =investment*.01..0.1
        capacity_added 新增产能说明 text
        self_accepted 竣工自主验收 flag %56
        approved_on! 环评批复日期 date"""),
    c("ECO-06 hazardous_waste_transfers 危险废物转移联单 | Transfers of hazardous waste", "E+5 L2 C",
      event(firms("CDGOQ", .3), 150), "operations", """
        manifest_no 联单编号 text
        waste_kind 危废类别 code:waste_kind
        tonnes 转移量 number:t ~0..60
        receiver 接收单位 name @supplier
        transporter 运输单位 name @party
        disposal_fee? 处置费 fen =tonnes*50000..400000
        moved_on! 转移日期 date"""),
    c("ECO-07 production_restrictions 停限产决定 | Orders to restrict or suspend production", "E+3 L2 U",
      event(firms("BCDN", .2), 4, q=.4, lead=-2), "W22 environment_colour", """
        order_no 停限产决定号 text
        order_kind 措施类型 code:env_order
        cause_of_order 触发原因 text
        lines_stopped 停产生产线数 integer:lines ~1..8
        lifted_by_review 是否复核解除 flag %71
        ordered_from! 停限产起 date
        ordered_to? 停限产止 date +5..200"""),
    c("ECO-08 emission_reduction_list 重污染天气应急减排清单 | Firms in the heavy-pollution plan", "Y+30 L2 U",
      periodic(firms("BCDEN"), 33, yearly=1), "environment_colour", """
        year! 清单年度 date
        performance_grade 绩效分级 code:performance_grade
        cut_yellow 黄色减排比例 ratio_ppm ~100000..400000
        cut_orange 橙色减排比例 ratio_ppm ~200000..600000
        cut_red 红色减排比例 ratio_ppm ~300000..1000000
        exempted 是否豁免 flag %8"""),
    c("ECO-09 radiation_safety 辐射安全许可 | Radiation safety licences", "E+7 L1 U",
      licence(firms("CMQ", .02), 1), "qualification", """
        radiation_no 辐射许可证号 text
        radiation_kind 辐射类别 code:radiation_kind
        devices 装置台数 integer:devices ~1..30
        workers_monitored 剂量监测人数 integer:persons ~1..60
        dose_exceeded 剂量是否超标 flag %1
        licensed_on! 辐射许可日期 date"""),
    c("ECO-10 environmental_petitions 环境信访投诉 | Petitions about the environment", "D+3 L2 C",
      event(every("ABCEHN"), 22, q=.2), "environment_colour", """
        petition_no 信访编号 text
        petition_medium 投诉要素 code:pollutant_kind
        verified 是否属实 flag %48
        repeat_count 重复投诉次数 integer:petitions ~1..12
        handled_days 办理天数 integer:days ~1..60
        satisfied 是否满意 flag %81
        received_on! 信访日期 date"""),
    c("ECO-11 carbon_reports 温室气体排放报告 | Greenhouse gas reports", "Y+90 L2 C",
      periodic(firms("CD"), 6, yearly=1), "kwh_per_sales", """
        year! 碳报告年度 date
        carbon_sector 行业类别 code:carbon_sector
        emitted_tonnes 排放量 number:tCO2 ~300..900000
        allowance_tonnes? 配额量 number:tCO2 ~300..900000
        verified_gap_ratio 核查偏差率 ratio_ppm ~-50000..80000
        allowance_deal? 配额交易额 fen ~0..900000000"""),
    c("EME-01 T83 safety_records 安全生产 | Safety at work", "E+10 L2 C",
      event(firms("BCDEFGN"), 92, q=.15), "accidents W22", """
        record_no 安全事项编号 text
        grade? 标准化等级 code:safety_grade &30
        accident 是否事故 flag %4 ^.3
        deaths 死亡人数 integer:persons ~1..3 &0.3
        rectification 整改要求 text
        direct_loss? 直接经济损失 fen ~100000..90000000 &4
        date! 安全事项日期 date"""),
    c("EME-02 hazard_rectifications 事故隐患排查治理 | Hazards found and mended", "W+3 L2 C",
      event(firms("BCDEFGHN"), 164, q=.15), "accidents", """
        hazard_no 隐患编号 text
        hazard_class 隐患级别 code:hazard_class
        status 治理状态 code:hazard_status ^.4
        found_by_self 自查发现 flag %82
        cost_to_mend 治理投入 fen ~10000..30000000
        days_overdue 逾期天数 integer:days ~0..90 &3
        found_on! 排查日期 date"""),
    c("EME-03 T13 hazardous_chemical_licences 危险化学品经营许可 | Licences for hazardous chemicals", "E+7 L1 U",
      licence(firms("CF", .02), 2), "qualification hard_rules", """
        licence_no 危化许可证号 text
        name 许可名称 text
        kind 许可类别 code:licence_kind
        authority 发证机关 code:county
        chemical_business 经营方式 code:chemical_business
        storage_tonnes? 储存量 number:t ~0..9000
        from! 危化许可起 date
        to 危化许可止 date +1095..1095"""),
    c("EME-04 mine_safety_licences 非煤矿山安全生产许可 | Safety licences of mines", "E+7 L1 U",
      licence(firms("B", .5), 1), "qualification W22", """
        mine_licence_no 安全生产许可证号 text
        mine_kind 矿山类型 code:mine_kind
        designed_output 设计产能 number:kt ~10..3000
        miners 从业矿工数 integer:persons ~5..400
        tailings_grade? 尾矿库等别 code:risk_level
        safety_funds 安全费用提取 fen ~1000000..900000000
        licensed_on! 矿山许可日期 date"""),
    c("EME-05 T12 safety_penalties 应急管理行政处罚 | Penalties in safety matters", "E+7 L1 U",
      event(firms("BCDEFGH"), 8, q=.25), "penalties accidents", """
        decision_no 应急罚决定号 text
        dept 处罚机关 code:county
        fact 安全违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~200000..90000000
        person_fined 是否处罚责任人 flag %38
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("EME-06 special_operators 特种作业人员汇总 | Certified operators, by employer", "Q+20 L3 C",
      periodic(firms("BCDEGN"), 33, yearly=4), "people_quality", """
        quarter! 统计季度 month
        electricians 持证电工数 integer:persons ~0..30
        welders 持证焊工数 integer:persons ~0..60
        at_height 高处作业持证数 integer:persons ~0..60
        expired_certificates 证书过期人数 integer:persons ~0..9 &12
        managers_certified 安全管理持证数 integer:persons ~0..12"""),
    c("FIR-01 fire_acceptances 公众聚集场所消防检查 | Fire inspections before opening", "E+7 L1 U",
      event(every("FHPQR", .3), 42), "qualification", """
        opening_no 消防检查合格证号 text
        venue_area 场所面积 number:m2 ~40..30000
        floors 所在层数 integer:floors ~-2..20
        by_commitment 告知承诺 flag %68
        conclusion 消防检查结论 code:fire_conclusion
        inspected_on! 消防检查日期 date"""),
    c("FIR-02 T12 fire_penalties 消防行政处罚 | Fire penalties", "E+7 L1 U",
      event(every("CFGHOPQR"), 38, q=.2), "penalties W22", """
        decision_no 消防罚决定号 text
        dept 处罚机关 code:county
        fact 消防违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~100000..5000000
        sealed_temporarily 是否临时查封 flag %7
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("FIR-03 fire_supervision 消防监督抽查与火灾 | Fire supervision and fires", "E+5 L2 C",
      event(every("CFGHKOPQR"), 120, q=.1), "accidents collateral_value", """
        supervision_no 监督记录号 text
        hazards_found 火灾隐患数 integer:hazards ~0..15 &40
        is_fire 是否火灾 flag %3 ^.2
        fire_cause? 起火原因 code:fire_cause &3
        burnt_area? 过火面积 number:m2 ~1..3000 &3
        fire_loss? 火灾损失 fen ~10000..90000000 &3
        supervised_on! 监督日期 date"""),
    c("HEA-01 public_place_hygiene 公共场所卫生许可 | Hygiene licences of public places", "E+7 L1 U",
      licence(every("HOR", .55), 44), "qualification", """
        hygiene_no 卫生许可证号 text
        hygiene_grade 量化分级 code:health_grade
        service_items 许可项目数 integer:items ~1..6
        staff_examined 健康证人数 integer:persons @employees
        air_tested 空气检测合格 flag %94
        licensed_on! 卫生许可日期 date"""),
    c("HEA-02 medical_institutions 医疗机构执业许可 | Medical institutions", "E+7 L1 U",
      register(every("Q", .7), 3), "qualification hard_rules", """
        institution_no 医疗机构登记号 text
        medical_class 机构类别 code:medical_class
        approved_beds 核准床位数 integer:beds ~0..900
        doctors 执业医师数 integer:persons ~1..300
        for_profit 营利性 flag %84
        deducted_points 不良执业记分 integer:points ~0..12
        licensed_on! 医疗执业许可日期 date"""),
    c("HEA-03 occupational_hazard_reports 职业病危害申报 | Reports of occupational hazards", "Y+60 L2 C",
      periodic(firms("BCDEN"), 70, yearly=1), "accidents people_quality", """
        year! 职业危害申报年度 date
        occupational_hazard 主要危害因素 code:occupational_hazard
        exposed 接触人数 integer:persons ~1..300
        examined_ratio 体检率 ratio_ppm ~500000..1000000
        suspected_cases 疑似职业病例数 integer:cases ~0..3 &0.5
        over_limit_points 超标点位数 integer:points ~0..9 &8"""),
    c("HEA-04 health_inspections 卫生监督检查 | Health inspections", "E+7 L1 U",
      event(every("CHOPQR"), 376, q=.05), "", """
        health_inspection_no 卫生监督编号 text
        checked_kind 监督专业 code:health_field
        problems 发现问题数 integer:problems ~0..12
        opinion_issued 出具监督意见 flag %31
        samples_failed 抽检不合格数 integer:samples ~0..4 &3
        inspected_on! 卫生监督日期 date"""),
    c("HEA-05 disinfection_products 消毒产品与涉水产品备案 | Disinfection and water-contact products", "E+10 L1 U",
      register(firms("CF", .1), 7), "industry_of_activity", """
        product_filing_no 产品备案号 text
        product_class 产品类别 code:disinfection_class
        product_name 消毒产品名称 text
        tested_by 检验机构 text
        label_compliant 标签合规 flag %90
        production_site 生产地址 address
        filed_on! 消毒备案日期 date"""),
    c("CUL-01 travel_agencies 旅行社业务经营许可 | Travel agencies", "E+7 L1 U",
      licence(firms("L", .04), 1), "qualification hard_rules", """
        agency_no 旅行社许可证号 text
        outbound 可经营出境游 flag %11
        quality_deposit 质量保证金 fen ~10000000..140000000
        guides 签约导游数 integer:persons ~0..60
        complaints_upheld 有效投诉数 integer:complaints ~0..9 &12
        licensed_on! 旅行社许可日期 date"""),
    c("CUL-02 cultural_venues 文化经营许可 | Licences of cultural venues", "E+7 L1 U",
      licence(every("R", .4), 6), "qualification", """
        culture_no 文化经营证号 text
        culture_kind 文化业态 code:culture_kind
        seats 座位或终端数 integer:seats ~10..400
        usable_area 使用面积 number:m2 ~40..3000
        minors_barred 未成年人禁入 flag %72
        licensed_on! 文化许可日期 date"""),
    c("CUL-03 tourism_ratings 旅游等级评定 | Ratings of hotels and sights", "Y+60 L1 U",
      register(firms("HNR", .05), 3), "qualification collateral_value", """
        rating_no 旅游评定号 text
        tourism_grade 旅游等级 code:tourism_grade
        visitors 年接待人次 integer:visitors ~2000..2000000
        ticket_price? 门票价格 fen ~0..20000
        rooms_rated 评定客房数 integer:rooms ~0..500
        warned 是否警告摘牌 flag %4
        rated_on! 旅游评定日期 date"""),
    c("CUL-04 tourist_monthly 文旅企业经营月报 | Monthly reports of tourism firms", "M+15 L3 C",
      periodic(every("HRN"), 190, yearly=12, q=-.3, lead=-4), "operations op_inflow", """
        month! 文旅月报月份 month
        guests 接待游客数 integer:persons ~10..90000
        occupancy 客房出租率 ratio_ppm ~50000..980000
        average_rate 平均房价 fen ~6000..120000
        tourism_revenue 文旅营业收入 fen @sales*.7..1
        bookings_online 线上预订比例 ratio_ppm ~100000..950000"""),
    c("URB-01 T12 city_management_penalties 城管行政处罚 | Penalties of city management", "E+7 L1 U",
      event(every(), 128, q=.1), "penalties", """
        decision_no 城管罚决定号 text
        dept 处罚机关 code:county
        fact 城管违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~5000..5000000
        place 违法地点 address
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("URB-02 road_occupations 占道与挖掘许可 | Permits to occupy or dig roads", "E+3 L1 U",
      licence(every("EFHD"), 82), "order_backlog", """
        occupation_no 占道许可号 text
        occupation_purpose 占道用途 code:occupation_purpose
        occupied_area 占用面积 number:m2 ~2..900
        occupation_fee 占道费 fen ~0..9000000
        restored 是否恢复原状 flag %94
        occupied_from! 占道起 date
        occupied_to 占道止 date +5..365"""),
    c("URB-03 signboards 户外广告设施设置 | Outdoor advertising", "E+5 L1 U",
      licence(every("FHKLOR"), 148), "dynamism region_of_activity", """
        signboard_no 广告设施编号 text
        signboard_kind 设施类型 code:signboard_kind
        sign_area 版面面积 number:m2 ~1..300
        brand_shown 展示品牌 text
        safety_checked 安全检测合格 flag %95
        set_from! 设置起 date
        set_to 设置止 date +365..1095"""),
    c("URB-04 spoil_transport 建筑垃圾处置核准 | Permits to dispose of spoil", "E+3 L1 U",
      licence(firms("EGN", .3), 42), "logistics_activity order_backlog", """
        spoil_no 渣土核准号 text
        spoil_kind 垃圾类别 code:spoil_kind
        cubic_metres 核准方量 number:m3 ~50..400000
        lorries 核准车辆数 integer:vehicles ~1..80
        dump_site 消纳场 text
        route_broken 是否偏离路线 flag %5
        approved_on! 渣土核准日期 date"""),
)  # fmt: skip
