"""Market supervision (市场监督管理局): registration, lists, annual reports, pledges."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import (
    contract,
    event,
    listing,
    periodic,
    register,
    relation,
)
from shuxin.city.catalogues.population import ABOVE_MICRO, every, firms, shops

CODES = """
entity_type: limited 有限责任公司 58 | joint_stock 股份有限公司 2 | partnership 合伙企业 2 |
    individual 个体工商户 36 | cooperative 农民专业合作社 2
registration_status: active 存续 78 | dormant 歇业 1 | revoked 吊销未注销 6 | cancelled 注销 13 | moved_out 迁出 1 |
    annulled 撤销 1
currency: cny 人民币 99 | usd 美元 0.7 | hkd 港元 0.3
holder_type: natural_person 自然人 82 | enterprise 企业法人 14 | institution 事业单位 1 | state 国有主体 3
contribution_form: money 货币 90 | goods 实物 4 | intellectual_property 知识产权 3 | land_use_right 土地使用权 1 |
    other 其他 2
post: director 董事 30 | supervisor 监事 32 | manager 经理 28 | legal_representative 法定代表人 10
change_item: name 名称 8 | address 住所 24 | legal_representative 法定代表人 16 | capital 注册资本 9 |
    shareholder 股东 17 | scope 经营范围 22 | term 营业期限 4
abnormal_reason: report_missing 未按期公示年报 62 | unreachable 登记住所无法联系 27 |
    false_publicity 公示信息弄虚作假 2 | immediate_information_missing 未公示即时信息 9
list_exit_reason: report_filed 已补报 58 | address_restored 重新取得联系 27 | corrected 已更正 7 |
    cancelled 主体注销 8
serious_reason: abnormal_three_years 列入异常名录届满三年 60 | false_registration 虚假材料取得登记 18 |
    fake_goods 制售假冒伪劣 12 | unlicensed 无证经营 10
guarantee_kind: general 一般保证 22 | joint 连带保证 78
pledge_status: valid 有效 72 | cancelled 已注销 26 | invalid 无效 2
freeze_status: frozen 冻结 60 | renewed 续行冻结 14 | lifted 解除 26
spot_check_item: publicity 公示信息 52 | address 住所 20 | advertising 广告 10 | pricing 价格 10 | food 食品 8
spot_check_result: normal 未发现问题 78 | publicity_missing 未按规定公示 6 | unreachable 无法联系 7 |
    corrected 责令改正 6 | obstructed 不配合 3
trademark_status: registered 已注册 74 | pending 审查中 12 | refused 驳回 6 | expired 期满未续 6 | cancelled 撤销 2
patent_kind: invention 发明 24 | utility_model 实用新型 58 | design 外观设计 18
patent_status: granted 授权 66 | pending 审中 14 | refused 驳回 8 | lapsed 未缴年费失效 12
simple_exit_state: announced 公告中 10 | done 已注销 76 | objected 有异议 8 | withdrawn 撤销申请 6
liquidation_reason: resolution 股东决议解散 66 | expiry 营业期限届满 12 | revocation 依法吊销 16 | court 法院裁定 6
dormancy_reason: market 市场原因 55 | disaster 自然灾害 5 | accident 事故 4 | health 公共卫生 26 |
    personal 经营者个人 10
control_mode: shares_over_quarter 持股超百分之二十五 78 | votes 表决权 9 | control 实际控制 8 | manager 高级管理人员 5
repair_outcome: accepted 准予修复 88 | refused 不予修复 8 | materials_missing 材料不全 4
branch_kind: branch 分公司 62 | store 门店 28 | office 办事机构 6 | plant 分厂 4
successor_kind: shop_to_company 个转企 72 | merger 合并 14 | division 分立 6 | form_change 公司类型变更 8
"""

_SOME = firms(share=0.04)

CATALOGUES = (
    c("AMR-01 T01 enterprise_registration 企业登记 | Register of enterprises", "D+1 L2 U",
      register(every(), 778), "identity region_of_activity industry_of_activity W07 dynamism hard_rules", """
        reg_no 注册号 text
        name 名称 text @name
        ent_type 主体类型 code:entity_type
        legal_rep 法定代表人 name C2 @owner
        reg_capital 注册资本 fen @capital
        paid_capital? 实缴资本 fen @capital*0..1 &45
        currency 币种 code:currency
        establish_date! 成立日期 date
        approve_date 核准日期 date +0..400
        expire_date? 营业期限止 date +3650..18250 &50
        reg_authority 登记机关 code:county
        address 住所 address
        geo? 坐标 text @address
        region 行政区划 code:county @region
        industry 行业代码 text @industry
        scope 经营范围 text @scope
        status 登记状态 code:registration_status @status
        revoke_date? 吊销日期 date @status &6
        cancel_date? 注销日期 date @status &13
        operator_id_hmac? 经营者证件标识 person_hmac @owner &36"""),
    c("AMR-02 T02 shareholders 股东及出资 | Shareholders and contributions", "E+5 L2 C",
      relation(firms(), 819), "actual_controller controller_network W15 neighbours_default", """
        holder_type 股东类型 code:holder_type
        holder_name 股东名称 name C2 @shareholder
        holder_uscc? 股东统一代码 uscc @shareholder &14
        holder_id_hmac? 股东证件标识 person_hmac @owner &82
        subscribed 认缴额 fen @capital*.05..1
        paid? 实缴额 fen =subscribed*0..1
        ratio 持股比例 ratio_ppm ~10000..1000000
        form 出资方式 code:contribution_form
        subscribe_due 认缴期限 date +365..3650
        paid_date? 实缴日期 date +0..3650
        valid_from! 生效日期 date
        valid_to? 失效日期 date +90..2000"""),
    c("AMR-03 T03 key_persons 主要人员 | Directors, supervisors, managers", "E+5 L3 C",
      relation(firms(), 1317), "controller_network actual_controller W15", """
        name 姓名 name C2 @person
        id_hmac 证件标识 person_hmac
        post 职务 code:post
        appointed_by 产生方式 code:appointment
        is_legal_representative 是否法定代表人 flag %24
        from! 任职起 date
        to? 任职止 date +200..2400 &22"""),
    c("AMR-04 T04 change_log 变更登记 | Changes of registration", "E+3 L2 U",
      event(every(), 1133, q=.15, lead=-8), "change_velocity capital_cuts W15", """
        change_no 变更序号 text
        item 变更事项 code:change_item
        before 变更前 text
        after 变更后 text
        approved_by 核准机关 code:county
        change_date! 变更日期 date"""),
    c("AMR-05 T05 abnormal_list 经营异常名录 | List of abnormal operations", "E+20 L1 U",
      listing(every(share=.3), 120, q=.55, lead=-6), "abnormal_list W07 hard_rules exclusions", """
        reason 列入原因 code:abnormal_reason
        in_date! 列入日期 date
        in_authority 列入机关 code:county
        in_decision_no 列入决定文号 text
        out_date? 移出日期 date +20..1100 &58
        out_reason? 移出原因 code:list_exit_reason &58
        out_authority? 移出机关 code:county &58"""),
    c("AMR-06 T06 serious_illegal_list 严重违法失信名单 | List of serious violations", "E+20 L1 U",
      listing(every(share=.03), 7, q=.9, lead=-2), "hard_rules exclusions abnormal_list", """
        reason 列入事由 code:serious_reason
        basis 列入依据 text
        in_date! 列入日期 date
        in_decision_no 列入决定书号 text
        authority 作出决定机关 code:county
        joint_measures 联合惩戒措施数 integer:measures ~1..12
        out_date? 移出日期 date +365..1095 &30"""),
    c("AMR-07 T07 annual_reports 企业年报 | Annual reports", "Y+180 L2 C",
      periodic(every(), 749, yearly=1), "size_class leverage headcount_gap", """
        report_year! 年度 date
        employees? 从业人数 integer:persons @employees
        assets? 资产总额 fen @assets
        equity? 所有者权益 fen =assets*-.2..0.7
        revenue? 营业总收入 fen @sales &40
        main_revenue? 主营业务收入 fen =revenue*.8..1
        profit? 利润总额 fen =revenue*-.2..0.15 &36
        net_profit? 净利润 fen =profit*.75..1
        tax? 纳税总额 fen @taxes
        liabilities? 负债总额 fen =assets*.1..1.1
        disclosed_flags 公示项目标志 integer:bits ~0..255
        invest_flag 有无对外投资 flag %9
        guarantee_flag 有无对外担保 flag %4 ^.2
        web? 网站网址 text"""),
    c("AMR-08 T08 annual_report_guarantees 年报对外担保 | Guarantees in annual reports", "Y+180 L2 U",
      relation(firms(share=.06), 8, q=.3, lead=-12), "guarantee_given guarantee_circles W18", """
        creditor 债权人 name @lender
        debtor 主债务人 name @debtor
        debtor_uscc? 主债务人统一代码 uscc @debtor
        amount 主债权额 fen @sales*.05..0.8
        kind 保证方式 code:guarantee_kind
        from! 履行期限起 date
        to 履行期限止 date +180..1095
        scope 保证范围 code:guaranteed_scope"""),
    c("AMR-09 T09 equity_pledges 股权出质 | Pledges of equity", "E+20 L2 U",
      contract(_SOME, 9, q=.25, lead=-10), "equity_pledged W24 capital_raised", """
        pledge_no 出质登记编号 text
        pledgor 出质人 name C2 @shareholder
        target_uscc 标的企业代码 uscc @party
        pledgee 质权人 name @lender
        equity 出质股权额 fen @capital*.1..1
        date! 出质登记日 date
        status 出质状态 code:pledge_status
        cancel_date? 出质注销日 date +180..1500"""),
    c("AMR-10 T11 equity_freezes 股权冻结 | Freezes of equity", "E+5 L2 U",
      event(_SOME, 12, q=.9, lead=3), "asset_freezes W06 judicial_climate", """
        doc_no 执行通知文号 text
        person 被执行人 name C2 @shareholder
        amount 冻结股权数额 fen @capital*.1..1
        court 执行法院 name @court
        freeze_status 冻结状态 code:freeze_status
        from! 冻结起 date
        to 冻结止 date +365..1095"""),
    c("AMR-11 T12 market_penalties 市场监管行政处罚 | Penalties of market supervision", "E+7 L1 U",
      event(every(), 87, q=.35, lead=-3), "penalties W22 hard_rules", """
        decision_no 处罚决定书号 text
        dept 处罚机关 code:county
        fact 违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~20000..30000000 &64
        goods_confiscated 是否没收物品 flag %12
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("AMR-12 T14 spot_checks 双随机抽查 | Random inspections", "E+7 L1 U",
      event(every(), 320, q=.1), "abnormal_list", """
        task_no 抽查任务编号 text
        item 抽查事项 code:spot_check_item
        result 抽查结果 code:spot_check_result ^.25
        inspectors 检查人数 integer:persons ~2..4
        is_joint 是否跨部门联合 flag %22
        follow_up 后续处理 code:follow_up
        date! 检查日期 date"""),
    c("AMR-13 branches 分支机构 | Branches", "E+5 L2 U",
      register(firms(share=.11), 46), "region_of_activity size_class dynamism", """
        branch_uscc 分支机构代码 uscc @subsidiary
        branch_name 分支机构名称 text @name
        branch_kind 分支机构类别 code:branch_kind
        head 负责人 name C2 @person
        branch_region 分支所在地区 code:county
        branch_scope 分支经营范围 text @scope
        opened_on! 设立日期 date
        closed_on? 撤销日期 date +200..2500 &25"""),
    c("AMR-14 simple_cancellations 简易注销公告 | Simplified deregistration notices", "E+1 L1 U",
      event(every(share=.3), 54, q=.5, lead=2), "W07 dynamism", """
        notice_no 公告编号 text
        commitment_signed 全体投资人承诺 flag %96
        objections 异议条数 integer:objections ~0..3 &2 ^.4
        objector? 异议人 name @authority
        outcome 公告结果 code:simple_exit_state
        notice_from! 公告起 date
        notice_to 公告止 date +20..20"""),
    c("AMR-15 liquidation_filings 清算组备案 | Liquidation committees", "E+3 L2 U",
      event(firms(share=.1), 13, q=.7, lead=3), "W07 hard_rules", """
        committee_head 清算组负责人 name C2 @person
        committee_members 清算组成员数 integer:persons ~1..7
        reason 清算原因 code:liquidation_reason
        creditors_notice_no 债权人公告号 text
        claims_declared? 申报债权额 fen @debt*0..1.3
        filed_on! 备案日期 date
        ends_on? 清算结束日期 date +45..900"""),
    c("AMR-16 dormancy_filings 歇业备案 | Dormancy filings", "E+1 L1 U",
      event(every(share=.03), 4, q=.5, lead=-1), "W07 inv_gap", """
        filing_no 歇业备案号 text
        reason 歇业原因 code:dormancy_reason
        service_address 文书送达地址 address
        staff_settled 职工安置情况 code:staff_settlement
        months_asked 拟歇业月数 integer:months ~3..36
        dormant_from! 歇业起 date
        resumed_on? 恢复营业日期 date +60..1095"""),
    c("AMR-17 beneficial_owners 受益所有人备案 | Beneficial owners", "E+10 L3 C",
      relation(firms(share=.7), 105), "actual_controller controller_network", """
        owner_name 受益所有人姓名 name C2 @owner
        owner_id_hmac 受益所有人标识 person_hmac @owner
        nationality 国籍地区 code:nationality
        control_mode 受益形式 code:control_mode
        control_share? 受益比例 ratio_ppm ~250000..1000000
        exempt_by_commitment 承诺免报 flag %61
        formed_on! 受益关系形成日期 date
        ended_on? 受益关系终止日期 date +200..1800"""),
    c("AMR-18 succession 主体承继 | Successions of registered entities", "E+3 L2 U",
      relation(every(share=.03), 6), "identity", """
        predecessor_uscc 原主体代码 uscc @party
        successor_kind 承继方式 code:successor_kind
        keeps_name 是否沿用字号 flag %64
        debts_assumed_by 债务承担方 code:debt_heir
        agreement_no 承继协议号 text
        succeeded_on! 承继日期 date"""),
    c("AMR-19 credit_repairs 信用修复 | Credit repairs", "E+5 L1 U",
      event(every(share=.1), 26, q=-.1, lead=4), "abnormal_list penalties", """
        repair_no 修复申请编号 text
        repaired_record_no 被修复记录文号 text
        record_kind 修复事项类别 code:repaired_record
        outcome 修复结果 code:repair_outcome
        training_hours 信用培训学时 integer:hours ~0..8
        applied_on! 修复申请日期 date
        decided_on? 修复决定日期 date +3..60"""),
    c("AMR-20 online_traders 网络经营主体 | Online traders", "M+10 L2 U",
      register(every("FHOCIR", .12), 38), "industry_of_activity exclusions", """
        platform_name 平台名称 text
        shop_name 网店名称 text @name
        shop_url_no 网店编号 text
        main_category 主营类目 code:goods_category
        licence_shown 是否亮照 flag %83
        monthly_orders_band 月均订单档 code:order_band ^-.3
        linked_on! 关联日期 date"""),
    c("AMR-21 contract_keepers 守合同重信用公示 | Contract keepers", "Y+60 L1 U",
      listing(firms(share=.05, sizes=ABOVE_MICRO), 4, q=-.5), "qualification", """
        honour_no 公示编号 text
        honour_level 公示级别 code:public_level
        years_in_row 连续年数 integer:years ~1..15
        contracts_performed_ratio 合同履约率 ratio_ppm ~930000..1000000 ^-.01
        contracts_signed 年签约份数 integer:contracts ~5..900
        published_on! 公示日期 date"""),
    c("AMR-22 individual_types 个体工商户分型分类 | Types of individual businesses", "Y+90 L1 U",
      register(shops(share=.6), 72, q=-.2), "size_class first_loan", """
        growth_type 分型 code:growth_type ^-.3
        speciality 名特优新类别 code:speciality
        employees_count 雇工人数 integer:persons @employees
        turnover_band 营业额档 code:turnover_band
        service_package_no 帮扶服务包号 text
        typed_on! 认定日期 date
        reviewed_on? 复核日期 date +300..400"""),
)  # fmt: skip
