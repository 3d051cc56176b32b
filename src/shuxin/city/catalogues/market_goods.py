"""Market supervision (市场监督管理局): intellectual property, licences of goods, quality, complaints."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import contract, event, licence, register
from shuxin.city.catalogues.population import every, firms

CODES = """
certificate_kind: quality_management ISO9001质量管理 46 | environment ISO14001环境管理 17 |
    occupational_health 职业健康安全 15 | ccc 强制性产品认证 12 | organic 有机产品 4 | food_safety 食品安全管理 6
complaint_topic: quality 质量 34 | refund 退款 26 | advertising 虚假宣传 12 | service 服务 18 | prepaid_card 预付卡 10
complaint_result: mediated 调解成功 62 | rejected 不予受理 18 | withdrawn 撤回 12 | case_filed 转案件 8
food_business: catering 餐饮服务 48 | sale 食品销售 44 | canteen 单位食堂 8
food_class: grain_oil 粮油 18 | meat 肉制品 12 | tea 茶叶 16 | baked 糕点 20 | drink 饮料 10 | preserved 酱腌菜 10 |
    other 其他 14
equipment_kind: lift 电梯 46 | boiler 锅炉 8 | pressure_vessel 压力容器 24 | crane 起重机械 12 | forklift 场内车辆 10
inspection_conclusion: qualified 合格 93 | conditional 整改后合格 5 | unqualified 不合格 2
drug_scope: chain 连锁门店 46 | single 单体药店 44 | wholesale 批发 10
device_class: second 第二类 74 | third 第三类 26
instrument_kind: scale 衡器 48 | taximeter 计价器 6 | fuel_dispenser 加油机 10 | pressure_gauge 压力表 22 |
    electricity_meter 电能表 14
sampling_link: production 生产 28 | sale 流通 42 | catering 餐饮 30
sample_result: qualified 合格 96 | unqualified 不合格 4
"""

CATALOGUES = (
    c("AMR-23 T13 food_business_licences 食品经营许可 | Food business licences", "E+7 L1 U",
      licence(every("FHP", .35), 95), "qualification dynamism hard_rules", """
        licence_no 许可编号 text
        name 许可名称 text
        kind 许可类别 code:licence_kind
        authority 发证机关 code:county
        business_kind 主体业态 code:food_business
        premises_area 经营面积 number:m2 ~12..3000
        cold_dishes 含冷食类制售 flag %24
        from! 有效期起 date
        to 有效期止 date +1825..1825"""),
    c("AMR-24 T15 trademarks 商标 | Trademarks", "M+30 L1 U",
      register(every(share=.16), 120, q=-.25), "innovation_output", """
        reg_no 商标注册号 text
        class 国际分类 integer:class ~1..45
        mark_name 商标文字 text
        goods_items 核定商品项数 integer:items ~1..10
        status 商标状态 code:trademark_status
        apply! 申请日 date
        reg? 注册日 date +240..420
        expire? 专用权期止 date +3900..4070"""),
    c("AMR-25 T16 patents 专利 | Patents", "M+30 L1 U",
      register(firms("CIMBE", .12), 62, q=-.3), "innovation_output people_quality", """
        application_no 专利申请号 text
        kind 专利类型 code:patent_kind
        apply! 专利申请日 date
        publish? 公布日 date +180..540
        grant? 授权公告日 date +200..1100
        ipc 主分类号 text
        inventors 发明人数 integer:persons ~1..9
        status 专利法律状态 code:patent_status
        fee_paid_to? 年费缴至 date +365..2900
        cited_by 被引次数 integer:citations ~0..30
        transferred 是否转让取得 flag %8"""),
    c("AMR-26 T17 ip_pledges 知识产权质押 | Pledges of intellectual property", "E+10 L2 U",
      contract(firms("CIM", .03), 2), "collateral_value W24", """
        pledge_reg_no 质押登记号 text
        asset_no 质押标的号 text
        asset_kind 标的类别 code:ip_asset
        pledgee 质权银行 name @lender
        secured 担保债权额 fen @sales*.05..0.4
        appraised? 评估价值 fen =secured*1.5..4
        from! 质押期起 date
        to 质押期止 date +330..1100"""),
    c("AMR-27 T19 quality_certificates 认证证书 | Certificates of management systems and products", "M+15 L1 U",
      licence(firms("CEFIMLN", .1), 52, q=-.25), "qualification", """
        cert_no 认证证书号 text
        kind 认证类别 code:certificate_kind
        certifier 认证机构 text
        covered_persons 覆盖人数 integer:persons @employees
        status 证书状态 code:certificate_status
        first_issued 初次获证 flag %42
        from! 证书生效日 date
        to 证书到期日 date +1095..1095"""),
    c("AMR-28 T20 consumer_complaints 12315投诉举报 | Consumer complaints", "D+1 L2 C",
      event(every("FHOPRIGQ"), 1242, q=.4, lead=-3), "illegal_fundraising penalties", """
        ticket_no 工单编号 text
        complainant 投诉人 name C1 @person
        topic 投诉问题 code:complaint_topic
        amount? 争议金额 fen ~1000..3000000 &80
        goods 涉及商品 code:goods_category
        result 处理结果 code:complaint_result ^.1
        date! 投诉日期 date
        closed_on? 办结日期 date +3..60"""),
    c("AMR-29 food_production_licences 食品生产许可 | Food production licences", "E+7 L1 U",
      licence(every("C", .12), 5), "qualification industry_of_activity", """
        sc_no 生产许可证号 text
        food_class 食品类别 code:food_class
        varieties 许可品种数 integer:varieties ~1..25
        production_lines 生产线条数 integer:lines ~1..12
        site_address 生产地址 address
        quality_manager 食品安全总监 name C2 @worker
        issued_on! 发证日期 date
        valid_to 许可期止 date +1825..1825"""),
    c("AMR-30 special_equipment 特种设备使用登记 | Register of special equipment", "E+5 L2 C",
      register(every("BCDEFGHKPQN", .14), 96, per="equipment"), "kwh_shape collateral_value", """
        equipment_no 设备代码 text
        equipment_kind 设备种类 code:equipment_kind
        maker 制造单位 text
        rated_load? 额定载荷 number:kg ~200..50000
        maintained_by 维保单位 name @supplier
        in_use 是否在用 flag %91
        registered_on! 使用登记日期 date
        scrapped_on? 报废日期 date +1500..6000"""),
    c("AMR-31 equipment_inspections 特种设备检验 | Inspections of special equipment", "E+10 L2 C",
      event(every("BCDEFGHKPQN", .14), 640, per="equipment"), "accidents W22", """
        inspection_report_no 检验报告编号 text
        inspected_equipment_no 受检设备代码 text
        inspection_kind 检验类别 code:equipment_inspection
        conclusion 检验结论 code:inspection_conclusion
        defects 缺陷项数 integer:defects ~0..12 &12
        inspector_body 检验机构 text
        inspected_on! 检验日期 date
        next_due 下次检验日期 date +180..730"""),
    c("AMR-32 drug_device_licences 药械经营许可 | Licences to trade in drugs and devices", "E+7 L1 U",
      licence(every("F", .03), 9), "qualification hard_rules", """
        drug_licence_no 药械许可证号 text
        drug_scope 药品经营方式 code:drug_scope
        device_class? 医疗器械类别 code:device_class
        warehouse_area 仓库面积 number:m2 ~0..4000
        pharmacists 执业药师数 integer:persons ~0..6
        gsp_passed 药品经营质量规范符合 flag %92
        issued_on! 许可发证日 date
        valid_to 许可截止日 date +1825..1825"""),
    c("AMR-33 food_sampling 食品安全抽检 | Samples of food", "E+20 L1 U",
      event(every("CFHA"), 330, q=.12, lead=-2), "penalties", """
        sample_no 抽样单编号 text
        food_sampled 样品名称 text
        food_sampled_class 样品类别 code:food_class
        link 抽样环节 code:sampling_link
        result 检验结果 code:sample_result
        items_failed 不合格项目数 integer:items ~0..4 &4
        laboratory 承检机构 text
        sampled_on! 抽样日期 date"""),
    c("AMR-34 metering_verifications 计量器具强制检定 | Verifications of measuring instruments", "E+10 L1 U",
      event(every("CFGDQ", .2), 620), "", """
        certificate_no 检定证书号 text
        instrument_kind 器具名称 code:instrument_kind
        instruments 检定台件数 integer:pieces ~1..60
        accuracy_class 准确度等级 code:accuracy
        qualified_pieces 合格台件数 integer:pieces =instruments*.9..1
        fee_waived 是否免收费 flag %97
        verified_on! 检定日期 date
        due_on 检定有效期止 date +180..365"""),
)  # fmt: skip
