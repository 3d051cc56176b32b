"""Transport, agriculture, tobacco (交通运输局、农业农村局、烟草专卖局)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import contract, event, licence, listing, periodic, register
from shuxin.city.catalogues.population import coops, every, firms, shops

CODES = """
transport_scope: general 普通货运 78 | container 集装箱 6 | dangerous 危险货物 4 | passenger 旅客运输 12
driver_category: freight 货运 74 | passenger 客运 14 | dangerous 危货 6 | escort 押运 6
technical_grade: one 一级 68 | two 二级 30 | failed 不合格 2
ship_kind: dry_cargo 干散货船 74 | tanker 油船 6 | container 集装箱船 12 | passenger 客船 8
repair_class: one 一类 6 | two 二类 34 | three 三类 60
toll_kind: expressway 高速公路 92 | bridge 桥隧 8
transport_breach: overload 超限运输 46 | no_licence 无证经营 18 | charter 违规包车 14 | records 档案不全 22
carrier_grade: aa AA级 12 | a A级 62 | b B级 20 | c C级 6
crop: rice 水稻 34 | wheat 小麦 22 | maize 玉米 12 | vegetables 蔬菜 16 | tea 茶叶 10 | fruit 水果 6
machine_kind: tractor 拖拉机 44 | harvester 收割机 28 | planter 插秧机 12 | dryer 烘干机 10 | drone 植保无人机 6
animal: pig 生猪 44 | poultry 家禽 34 | cattle 牛 8 | sheep 羊 8 | aquatic 水产 6
agri_input: pesticide 农药 44 | seed 种子 34 | feed 饲料 22
leader_level: national 国家级 1 | province 省级 12 | city 市级 46 | county 县级 41
coop_level: national 国家级示范 4 | province 省级示范 16 | city 市级示范 34 | county 县级示范 46
farm_insurance: planting 种植险 64 | breeding 养殖险 28 | forest 森林险 8
product_mark: green 绿色食品 52 | organic 有机农产品 18 | geographic 地理标志 8 | qualified 合格证 22
agri_penalty_field: pesticide 农药 38 | seed 种子 18 | fishing 渔政 26 | animal 动物卫生 18
tobacco_shop: food_store 便利店 54 | supermarket 超市 14 | tobacco_shop 烟酒店 24 | hotel 娱乐服务 8
tobacco_tier: one 一档 6 | two 二档 14 | three 三档 26 | four 四档 30 | five 五档 24
tobacco_breach: no_licence 无证经营 34 | outside_channel 非渠道进货 48 | fake 销售假烟 18
"""

CATALOGUES = (
    c("TRA-01 T62 road_transport_licences 道路运输经营 | Road transport licences", "D+2 L2 C",
      licence(every("G"), 18), "qualification logistics_activity hard_rules", """
        licence 经营许可证号 text #
        scope 经营范围 code:transport_scope
        vehicles 营运车辆数 integer:vehicles ~1..200
        tonnage 核定总吨位 number:t ~2..4000
        own_vehicles 自有车辆数 integer:vehicles =vehicles*.2..1
        granted_on! 经营许可日期 date
        to 经营许可期止 date +1460..1460"""),
    c("TRA-02 T63 waybills 运单 | Waybills", "D+1 L2 C",
      event(every("CFGAB", .3), 6000, q=-.2, lead=-4, years=3),
      "logistics_activity core_firm_dependence operations", """
        waybill_no 运单号 text
        shipper 托运人 name @name
        carrier 承运人 name @supplier
        from 起运地 code:county
        to 到达地 text
        goods 货物类别 code:goods_category
        weight 重量 number:t ~0..60
        freight 运费 fen ~5000..3000000
        signed_at? 签收时间 time +1..9
        loaded_at! 装车时间 time"""),
    c("TRA-03 vehicle_transport_certificates 道路运输证 | Transport certificates of vehicles", "D+3 L2 C",
      register(every("GCF", .3), 84, per="vehicle"), "collateral_value logistics_activity", """
        transport_cert_no 道路运输证号 text
        technical_grade 车辆技术等级 code:technical_grade
        load_tonnes 核定载质量 number:t ~1..35
        satellite_online 卫星定位在线率 ratio_ppm ~300000..1000000
        affiliated 是否挂靠 flag %31
        certified_on! 运输证发放日期 date
        annual_check_to 年审有效期止 date +365..365"""),
    c("TRA-04 transport_drivers 道路运输从业资格汇总 | Qualified drivers, by employer", "Q+20 L3 C",
      periodic(every("G"), 46, yearly=4), "people_quality headcount", """
        quarter! 从业季度 month
        driver_category 从业类别 code:driver_category
        drivers 从业人数 integer:persons ~1..300
        drivers_joined 新入职人数 integer:persons ~0..30
        drivers_left 离职人数 integer:persons ~0..30 ^.2
        integrity_b_or_worse 诚信考核B级以下 integer:persons ~0..20"""),
    c("TRA-05 T12 transport_penalties 交通运输行政处罚 | Penalties in transport", "E+7 L1 U",
      event(every("GEFC"), 34, q=.15), "penalties", """
        decision_no 交通罚决定号 text
        dept 处罚机关 code:county
        fact 运输违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~20000..3000000
        transport_breach 违章类别 code:transport_breach
        vehicle_detained 是否扣车 flag %9
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("TRA-06 vessels 船舶营运证 | Vessels in service", "E+7 L2 U",
      register(firms("G", .05), 2, per="vessel"), "collateral_value", """
        vessel_no 船舶营运证号 text
        ship_kind 船舶类型 code:ship_kind
        deadweight 载重吨 number:t ~100..9000
        engine_kw 主机功率 number:kw ~50..3000
        ship_mortgaged 是否设抵押 flag %34
        hull_insured 船壳险投保 flag %82
        registered_on! 营运证日期 date"""),
    c("TRA-07 repair_shops 机动车维修经营备案 | Vehicle repair shops", "E+7 L1 U",
      register(every("OF", .1), 9), "qualification", """
        repair_no 维修备案号 text
        repair_class 维修类别 code:repair_class
        lifts 举升机台数 integer:devices ~1..30
        technicians 技术人员数 integer:persons ~1..60
        electronic_records 电子档案上传数 integer:records ~0..9000
        quality_grade 质量信誉等级 code:carrier_grade
        filed_on! 维修备案日期 date"""),
    c("TRA-08 toll_months 货车通行汇总 | Lorry toll passages by month", "M+5 L2 C",
      periodic(every("GCFEAB"), 272, yearly=12, q=-.15, lead=-4), "logistics_activity operations", """
        month! 通行月份 month
        toll_kind 收费类别 code:toll_kind
        passages 通行次数 integer:passages ~1..4000
        kilometres 通行里程 number:km ~20..400000
        tolls 通行费 fen =kilometres*80..260
        empty_ratio 空驶率 ratio_ppm ~50000..600000 ^.1"""),
    c("TRA-09 transport_integrity 运输企业质量信誉考核 | Quality assessment of carriers", "Y+90 L1 U",
      periodic(every("G"), 26, yearly=1), "qualification exclusions", """
        year! 考核年度 date
        quality_grade 质量信誉等级 code:carrier_grade
        accident_rate 责任事故率 number:per_vehicle ~0..1
        complaint_rate 投诉率 number:per_vehicle ~0..1
        service_score 服务质量分 number:points ~50..100
        emergency_tasks 应急任务次数 integer:tasks ~0..6"""),
    c("TRA-10 courier_outlets 快递末端网点备案 | Courier outlets", "E+10 L1 U",
      register(every("GF", .1), 9), "region_of_activity", """
        outlet_filing_no 网点备案号 text
        courier_brand 快递品牌 code:courier
        daily_parcels 日均件量 integer:parcels ~40..20000
        couriers 快递员数 integer:persons ~1..60
        franchise 是否加盟 flag %74
        complaint_per_million 申诉率 number:per_million ~0..40
        filed_on! 网点备案日期 date"""),
    c("AGR-01 T64 farm_subsidies 农业补贴与土地承包 | Farm subsidies and contracted land", "Y+60 L2 C",
      periodic(every("A"), 44, yearly=1), "collateral_value region_of_activity", """
        record! 补贴年度 date
        area 承包面积 number:mu ~5..5000
        crop 种植作物 code:crop
        subsidy 补贴金额 fen =area*2000..12000
        leased_area 流转面积 number:mu =area*0..1
        farmer_hmac? 承包户标识 person_hmac @owner"""),
    c("AGR-02 farm_machinery 农机购置与作业补贴 | Farm machines", "E+15 L2 C",
      register(every("A", .8), 46, per="machine"), "collateral_value capital_raised", """
        machine_no 农机牌证号 text
        machine_kind 农机类别 code:machine_kind
        bought_for 购机价格 fen ~500000..90000000
        machine_subsidy 购机补贴额 fen =bought_for*.1..0.35
        worked_area 年作业面积 number:mu ~0..9000
        financed 是否贷款购机 flag %22
        bought_on! 购机日期 date"""),
    c("AGR-03 livestock_months 畜禽水产存栏月报 | Livestock by month", "M+10 L2 C",
      periodic(every("A"), 560, yearly=12, q=-.2, lead=-4), "operations collateral_value", """
        month! 存栏月份 month
        animal 畜禽种类 code:animal
        stock 存栏数 integer:head ~10..90000
        slaughtered 出栏数 integer:head ~0..40000
        breeding_stock 能繁数 integer:head ~0..6000
        deaths_disposed 无害化处理数 integer:head ~0..500"""),
    c("AGR-04 quarantine_certificates 动物检疫合格证明 | Quarantine certificates", "D+2 L2 C",
      event(every("A"), 918), "logistics_activity operations", """
        quarantine_no 检疫证明号 text
        animal 检疫动物种类 code:animal
        head 检疫数量 integer:head ~1..4000
        destination 运往地 text
        for_slaughter 是否屠宰用途 flag %72
        consignee 货主收货方 name @buyer
        issued_on! 检疫出证日期 date"""),
    c("AGR-05 input_traders 农资经营许可 | Dealers in pesticides, seed, feed", "E+7 L1 U",
      licence(every("FA", .06), 18), "qualification", """
        input_licence_no 农资许可证号 text
        agri_input 农资类别 code:agri_input
        restricted_pesticides 经营限制使用农药 flag %11
        storage_area 仓储面积 number:m2 ~20..2000
        trace_records 追溯台账条数 integer:records ~10..9000
        agronomists 植保技术人员 integer:persons ~0..6
        licensed_on! 农资许可日期 date"""),
    c("AGR-06 leading_firms 农业产业化龙头企业 | Leading firms in agriculture", "Y+60 L1 U",
      listing(firms("ACF", .05), 3, q=-.4), "qualification core_firm_dependence", """
        list_no 龙头企业文号 text
        leader_level 龙头级别 code:leader_level
        linked_households 带动农户数 integer:households ~20..9000
        base_area 基地面积 number:mu ~50..50000
        order_purchases 订单收购额 fen @purchases*.5..9
        monitored_passed 监测是否合格 flag %92
        listed_on! 龙头认定日期 date"""),
    c("AGR-07 model_cooperatives 示范合作社与家庭农场 | Model cooperatives and family farms", "Y+60 L1 U",
      listing(coops(share=.3), 3, q=-.4), "qualification", """
        model_no 示范认定文号 text
        coop_level 示范级别 code:coop_level
        members 成员户数 integer:households ~5..600
        surplus_returned 盈余返还比例 ratio_ppm ~600000..1000000
        members_capital 成员出资额 fen ~5000000..900000000
        standard_accounts 财务规范 flag %78
        recognised_on! 示范认定日期 date"""),
    c("AGR-08 farm_insurance_policies 政策性农业保险 | Farm insurance policies", "E+20 L2 C",
      contract(every("A"), 150), "collateral_value", """
        policy_no 农险保单号 text
        farm_insurance 险种 code:farm_insurance
        insured_sum 保险金额 fen ~500000..900000000
        premium 保费 fen =insured_sum*.02..0.08
        premium_subsidy 保费补贴比例 ratio_ppm ~500000..900000
        claim_paid? 赔款 fen =insured_sum*0..0.5 &12
        insured_from! 农险起保日期 date"""),
    c("AGR-09 product_marks 绿色有机与合格证 | Marks and certificates of farm products", "E+10 L1 U",
      licence(every("AC", .3), 52), "qualification", """
        mark_no 农产品标志号 text
        product_mark 标志类别 code:product_mark
        product 认证产品 text
        output_tonnes 批准产量 number:t ~1..9000
        retest_passed 抽检合格 flag %97
        base_village 生产基地 text
        certified_on! 农产品认证日期 date"""),
    c("AGR-10 T12 agricultural_penalties 农业行政处罚 | Penalties in agriculture", "E+7 L1 U",
      event(every("AF"), 6), "penalties", """
        decision_no 农业罚决定号 text
        dept 处罚机关 code:county
        fact 农业违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~10000..2000000
        agri_penalty_field 执法领域 code:agri_penalty_field
        destroyed_value 没收销毁货值 fen ~0..900000
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("TOB-01 T13 tobacco_licences 烟草专卖零售许可 | Tobacco retail licences", "E+5 L1 U",
      licence(every("FH", .3), 62), "dynamism hard_rules", """
        licence_no 烟草许可证号 text
        name 许可名称 text
        kind 许可类别 code:licence_kind
        authority 发证机关 code:county
        tobacco_shop 零售业态 code:tobacco_shop
        metres_to_next 与最近零售点距离 integer:m ~30..900
        from! 烟草许可起 date
        to 烟草许可止 date +1825..1825"""),
    c("TOB-02 tobacco_orders 卷烟订货 | Cigarette orders by week", "W+1 L3 C",
      periodic(shops("FH"), 1640, yearly=52, years=2, q=-.25, lead=-4), "op_inflow inv_out_growth operations", """
        week! 订货周 date
        tobacco_tier 客户档位 code:tobacco_tier ^.25
        cartons 订货条数 integer:cartons ~2..600
        order_amount 订货金额 fen =cartons*8000..30000
        order_ratio 订足率 ratio_ppm ~300000..1000000
        paid_at_once 扣款成功 flag %97 ^-.8
        brands 订货品规数 integer:brands ~2..90"""),
    c("TOB-03 tobacco_customer_months 零售户经营月报 | Tobacco retailers by month", "M+5 L3 C",
      periodic(shops("FH"), 190, yearly=12, years=2, q=-.25, lead=-4), "op_inflow", """
        month! 零售月份 month
        sold_cartons 月销条数 integer:cartons ~2..2400
        gross_margin 毛利额 fen =sold_cartons*800..3500
        stock_days 库存天数 integer:days ~2..60 ^.2
        scan_ratio 扫码销售率 ratio_ppm ~0..1000000
        tier_change 档位升降 code:direction ^.3"""),
    c("TOB-04 T12 tobacco_penalties 烟草行政处罚 | Tobacco penalties", "E+7 L1 U",
      event(every("FHG"), 8, q=.2), "penalties", """
        decision_no 烟草罚决定号 text
        dept 处罚机关 code:county
        fact 涉烟违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~10000..5000000
        tobacco_breach 涉烟案由 code:tobacco_breach
        cartons_seized 查获条数 integer:cartons ~1..5000
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
)  # fmt: skip
