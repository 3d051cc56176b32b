"""Social security, healthcare security, housing fund (人社局、医保局、公积金中心)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import (
    contract,
    event,
    licence,
    listing,
    of_persons,
    periodic,
    register,
)
from shuxin.city.catalogues.population import every, firms

CODES = """
insurance_type: pension 企业职工养老 40 | unemployment 失业 30 | injury 工伤 30
person_insurance_status: continuing 正常参保 95 | new 新增 2.4 | stop 停保 2.2 | transfer 转移 0.4
dispute_topic: wage 劳动报酬 52 | injury 工伤待遇 16 | dismissal 解除补偿 26 | contract 劳动合同 6
dispute_result: mediated 调解 48 | award_for_worker 裁决支持 30 | award_for_firm 裁决驳回 10 | withdrawn 撤诉 12
injury_grade: none 未达等级 40 | ten 十级 34 | nine 九级 16 | eight_or_worse 八级以上 10
skill_level: five 初级工 34 | four 中级工 36 | three 高级工 24 | two 技师 5 | one 高级技师 1
job_kind: worker 操作工 42 | sales 销售 22 | clerk 文员 14 | technician 技术 14 | manager 管理 8
degree: below_college 大专以下 52 | college 大专 26 | bachelor 本科 18 | master_or_above 硕士及以上 4
labour_contract_kind: fixed 固定期限 86 | open 无固定期限 9 | task 以完成任务为限 5
special_hours: flexible 不定时 42 | comprehensive 综合计算 58
agency_kind: dispatch 劳务派遣 30 | recruitment 人力资源服务 70
training_kind: pre_job 岗前培训 46 | skills 技能提升 40 | apprentice 新型学徒 14
labour_integrity: a A级 24 | b B级 68 | c C级 8
talent_class: a A类 1 | b B类 6 | c C类 25 | d D类 68
insurance_stop_reason: resigned 离职 82 | retired 退休 12 | died 死亡 1 | moved 转出 5
medical_category: resident_clinic 门诊统筹 60 | hospital 住院 30 | chronic 慢特病 10
designated_kind: pharmacy 定点药店 72 | clinic 定点诊所 22 | hospital 定点医院 6
fund_status: normal 正常缴存 92 | deferred 缓缴 3 | stopped 停缴 5
fund_use: purchase 购房 36 | repay_loan 偿还贷款 40 | rent 租房 18 | retirement 退休 6
"""

_STAFFED = every(share=0.55)

CATALOGUES = (
    c("HRSS-01 T37 si_unit_months 社保单位缴费 | Social insurance paid by employers", "M+10 L3 C",
      periodic(every(), 5200, yearly=12, q=-.08, lead=-3),
      "headcount headcount_churn insurance_arrears wage_level W13 operations", """
        ym! 缴费月份 month
        type 险种 code:insurance_type
        insured 参保人数 integer:persons @employees
        base_total 缴费基数合计 fen @wages*.7..1
        unit_due 单位应缴 fen =base_total*.1..0.22
        person_due 个人应缴 fen =base_total*.08..0.11
        paid 实缴合计 fen =unit_due*0..1.5
        paid_at? 缴费日期 date +0..45
        arrears 欠缴额 fen =unit_due*0..1 &5 ^.7"""),
    c("HRSS-02 T38 si_person_months 社保个人缴费 | Social insurance of persons", "M+10 L4 N person",
      of_persons(_STAFFED, 22000, yearly=12, years=3), "headcount_churn wage_level", """
        person_hmac 参保人标识 person_hmac @worker
        unit_uscc 参保单位代码 uscc @party
        type 险种 code:insurance_type
        base 个人缴费基数 fen ~350000..2600000
        months 累计缴费月数 integer:months ~1..360
        status 参保状态 code:person_insurance_status ^.2
        ym! 缴费月份 month"""),
    c("HRSS-03 T39 labour_disputes 劳动仲裁 | Labour disputes", "E+30 L2 C",
      event(every(), 42, q=.5, lead=-2), "lawsuits W13", """
        case_no 仲裁案号 text
        applicant 申请人 name C2 @worker
        claim 请求金额 fen ~200000..30000000
        topic 争议事由 code:dispute_topic
        result 处理结果 code:dispute_result
        collective 是否集体争议 flag %6
        date! 受理日期 date"""),
    c("HRSS-04 T40 wage_arrears_list 拖欠农民工工资名单 | List of wage arrears", "E+10 L1 U",
      listing(firms("ECHFO", .05), 2, q=1, lead=1), "hard_rules exclusions W13", """
        list_decision_no 列入文书号 text
        amount 拖欠金额 fen @wages*.5..6
        people 涉及人数 integer:persons ~5..180 ^.3
        project? 所属项目 text
        listed_by 列入部门 code:county
        date! 列入名单日期 date
        out_date? 移出名单日期 date +180..1095 &40"""),
    c("HRSS-05 T44 stable_job_subsidies 稳岗补贴 | Subsidies for stable employment", "Y+90 L2 C",
      periodic(every(), 180, yearly=1, q=-.2), "subsidy_of_rate headcount", """
        year! 返还年度 date
        amount 返还金额 fen @wages*.002..0.01
        people 稳岗人数 integer:persons @employees
        layoff_rate 裁员率 ratio_ppm ~0..200000 &24 ^.4
        return_ratio 返还比例 ratio_ppm ~300000..600000
        declared_free 是否免申即享 flag %84"""),
    c("HRSS-06 unemployment_registrations 失业登记汇总 | Unemployment registered, by last employer", "M+15 L3 C",
      periodic(every(), 52, yearly=12, q=.3, lead=-1), "headcount_churn W13", """
        month! 登记月份 month
        laid_off 登记失业人数 integer:persons ~1..40
        over_45 四十五岁以上人数 integer:persons ~0..20
        benefit_months 平均待遇月数 number:months ~1..24
        mass_layoff 是否规模性裁员 flag %3
        reemployed 当月再就业人数 integer:persons ~0..10"""),
    c("HRSS-07 work_injuries 工伤认定 | Work injuries", "E+20 L3 C",
      event(every("BCEGH"), 28, q=.15), "accidents", """
        finding_no 认定决定号 text
        injured_hmac 受伤职工标识 person_hmac @worker
        injury_grade 伤残等级 code:injury_grade
        was_insured 事发时是否参保 flag %88
        benefits_paid? 工伤待遇支付 fen ~100000..90000000
        days_off 停工留薪天数 integer:days ~3..360
        injured_on! 受伤日期 date"""),
    c("HRSS-08 labour_contract_filings 劳动合同备案 | Labour contracts filed, by month", "M+15 L3 C",
      periodic(every(), 130, yearly=12), "headcount_churn", """
        month! 备案月份 month
        contract_kind 合同期限类型 code:labour_contract_kind
        signed 新签人数 integer:persons ~0..30
        renewed 续签人数 integer:persons ~0..30
        ended 终止解除人数 integer:persons ~0..30
        average_term 平均期限 number:years ~1..5"""),
    c("HRSS-09 T13 labour_dispatch_licences 劳务派遣与人力资源服务许可 | Licences for labour agencies", "E+7 L1 U",
      licence(firms("L", .05), 2), "qualification hard_rules", """
        licence_no 人力许可证号 text
        name 许可名称 text
        kind 许可类别 code:licence_kind
        authority 许可机关 code:county
        agency_kind 经营类别 code:agency_kind
        dispatched_workers 派遣人数 integer:persons ~0..900
        from! 许可起始日 date
        to 许可终止日 date +1095..1095"""),
    c("HRSS-10 skill_certificates 职业技能等级汇总 | Skill certificates, by employer", "Y+60 L3 C",
      periodic(every(), 46, yearly=1), "people_quality", """
        year! 统计年度 date
        skill_level 技能等级 code:skill_level
        holders 持证人数 integer:persons ~1..60
        own_assessment 企业自主评价人数 integer:persons ~0..40
        occupation 主要工种 code:job_kind
        subsidy_paid 技能补贴额 fen ~0..9000000"""),
    c("HRSS-11 job_vacancies 招聘岗位 | Job vacancies", "W+2 L1 U",
      event(every("BCDEFGHIJKLMNOPQR"), 170, q=-.3, lead=-4), "intent headcount", """
        vacancy_no 岗位编号 text
        job_kind 岗位类别 code:job_kind
        openings 招聘人数 integer:persons ~1..50 ^-.2
        wage_low 月薪下限 fen ~300000..900000
        wage_high 月薪上限 fen =wage_low*1.1..2
        degree 学历要求 code:degree
        published_on! 岗位发布日期 date
        filled_on? 招满日期 date +7..200"""),
    c("HRSS-12 training_subsidies 职业培训补贴 | Training subsidies", "E+20 L2 C",
      event(every("CDFHIOPQ", .1), 13), "people_quality", """
        training_no 培训班号 text
        training_kind 培训类型 code:training_kind
        trainees 培训人数 integer:persons ~5..120
        class_hours 培训课时 integer:hours ~8..240
        training_subsidy 培训补贴额 fen =trainees*20000..120000
        passed_ratio 考核合格率 ratio_ppm ~700000..1000000
        started_on! 开班日期 date"""),
    c("HRSS-13 labour_integrity_grades 劳动保障守法诚信等级 | Labour integrity grades", "Y+90 L2 U",
      periodic(firms(), 92, yearly=1, q=.25), "penalties", """
        year! 评价年度 date
        integrity_grade 守法诚信等级 code:labour_integrity ^.4
        complaints_count 举报投诉数 integer:complaints ~0..12 &8
        corrections 责令改正数 integer:orders ~0..6 &4
        contract_coverage 合同签订率 ratio_ppm ~700000..1000000 ^-.03
        on_time_wages 是否按时支付工资 flag %95 ^-.6"""),
    c("HRSS-14 T12 labour_penalties 劳动保障行政处罚 | Penalties in labour matters", "E+7 L1 U",
      event(every(), 7, q=.5, lead=-1), "penalties", """
        decision_no 劳动处罚决定号 text
        dept 处罚机关 code:county
        fact 劳动违法事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~200000..5000000
        workers_concerned 涉及劳动者数 integer:persons ~1..200
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("HRSS-15 special_hours_permits 特殊工时审批 | Permits for special working hours", "E+7 L1 U",
      licence(firms("CGHFI", .04), 3), "", """
        hours_permit_no 特殊工时批号 text
        special_hours 工时制度 code:special_hours
        posts_covered 适用岗位数 integer:posts ~1..20
        workers_covered 适用职工数 integer:persons ~2..300
        union_consulted 是否征求工会意见 flag %94
        permitted_on! 批准日期 date
        permitted_to 批准有效期止 date +365..730"""),
    c("HRSS-16 talent_recognitions 高层次人才认定 | Recognised talents", "E+15 L3 C",
      register(firms("CIMPQ", .03), 4), "people_quality", """
        talent_hmac 人才标识 person_hmac @worker
        talent_class 人才类别 code:talent_class
        degree 最高学历 code:degree
        housing_aid? 安家补助 fen ~1000000..60000000
        patents_owned 名下专利数 integer:patents ~0..20
        recognised_on! 人才认定日期 date
        left_on? 离岗日期 date +300..1800"""),
    c("HRSS-17 start_up_loans 创业担保贷款推荐 | Recommendations for guaranteed start-up loans", "E+10 L3 C",
      contract(every("ACFGHIO", .1), 17), "subsidy_of_rate first_loan other_debt", """
        recommendation_no 推荐编号 text
        borrower_kind 借款人群体 code:start_up_group
        loan_amount 贷款额 fen ~5000000..300000000
        jobs_created 带动就业人数 integer:persons ~1..25
        interest_borne 财政贴息比例 ratio_ppm ~250000..1000000
        compensated 是否代偿 flag %2 ^.8
        recommended_on! 推荐日期 date
        due_on 到期日期 date +365..1095"""),
    c("HRSS-18 migrant_wage_accounts 农民工工资专户 | Wage accounts of building projects", "M+10 L2 C account",
      periodic(firms("E"), 36, yearly=12, q=-.3, lead=-2), "insurance_arrears op_inflow", """
        month! 发放月份 month
        wage_account 工资专户账号 account
        paid_in 建设单位拨入额 fen @sales*.05..0.3
        paid_workers 代发人数 integer:persons ~5..300
        paid_wages 代发工资额 fen =paid_in*.6..1
        real_name_rate 实名考勤率 ratio_ppm ~600000..1000000"""),
    c("HRSS-19 enterprise_annuities 企业年金备案 | Enterprise annuities", "Y+60 L2 C",
      register(firms(share=.01), 1), "wage_level people_quality", """
        plan_no 年金计划号 text
        trustee 受托人 name @party
        members 年金参加人数 integer:persons @employees
        employer_ratio 单位缴费比例 ratio_ppm ~10000..80000
        plan_assets 年金资产 fen @wages*1..10
        registered_on! 年金备案日期 date"""),
    c("MED-01 T41 medical_unit_months 医保单位缴费 | Medical insurance paid by employers", "M+10 L3 C",
      periodic(every(), 3650, yearly=12, q=-.08, lead=-3), "insurance_arrears headcount W13", """
        ym! 医保缴费月份 month
        insured 医保参保人数 integer:persons @employees
        due 医保应缴额 fen @wages*.07..0.1
        paid 医保实缴额 fen =due*0..1
        arrears 医保欠缴额 fen =due*0..1 &5 ^.6
        maternity_merged 生育保险合并征缴 flag %97"""),
    c("MED-02 medical_person_years 医保个人参保 | Medical insurance of persons", "M+15 L4 N person",
      of_persons(_STAFFED, 1640, yearly=1, years=3), "", """
        person_hmac 参保人标识 person_hmac @worker
        insured_unit 医保参保单位 uscc @party
        months_paid 年内缴费月数 integer:months ~1..12
        account_balance 个人账户余额 fen ~0..3000000
        stop_reason? 停保原因 code:insurance_stop_reason
        year! 参保年度 date"""),
    c("MED-03 designated_institutions 医保定点机构 | Designated clinics and pharmacies", "E+10 L2 U",
      licence(every("FQ", .03), 5), "qualification hard_rules", """
        agreement_no 医保协议编号 text
        designated_kind 定点类别 code:designated_kind
        beds? 协议床位数 integer:beds ~0..600
        chronic_service 开通慢特病结算 flag %38
        interprovincial 开通异地结算 flag %62
        agreed_from! 协议起始日 date
        agreed_to 协议终止日 date +365..1095"""),
    c("MED-04 fund_settlements 医保基金结算 | Settlements of the medical fund", "M+20 L3 C",
      periodic(every("FQ"), 108, yearly=12), "op_inflow receivable_pool", """
        month! 结算月份 month
        category 结算类别 code:medical_category
        visits 结算人次 integer:visits ~10..40000
        claimed 申报费用 fen @sales*.1..0.9
        settled 基金拨付额 fen =claimed*.6..1
        refused 审核扣款 fen =claimed*0..0.1"""),
    c("MED-05 T12 medical_fund_penalties 医保行政处罚 | Penalties in medical insurance", "E+7 L1 U",
      event(every("FQ", .05), 2), "penalties hard_rules", """
        decision_no 医保处罚决定号 text
        dept 处罚机关 code:county
        fact 骗保违规事实 text
        basis 处罚依据 text
        kind 处罚种类 code:penalty_kind
        fine? 罚款额 fen ~500000..80000000
        fund_recovered 追回基金额 fen ~100000..50000000
        date! 处罚日期 date
        repair_date? 信用修复日期 date +90..1095"""),
    c("MED-06 volume_procurement 药品集中带量采购 | Volume procurement of drugs", "Q+30 L2 U",
      contract(firms("CF", .01), 6), "order_backlog receivable_pool", """
        tender_lot_no 集采批次号 text
        generic_name 药品通用名 text
        agreed_quantity 约定采购量 number:boxes ~500..900000
        unit_price 中选价 fen ~10..90000
        delivered_ratio 配送率 ratio_ppm ~600000..1000000
        days_to_pay 回款天数 integer:days ~20..180
        awarded_on! 中选日期 date"""),
    c("MED-07 deferred_medical_fees 医保费缓缴 | Deferred medical insurance fees", "E+5 L3 C",
      event(every(share=.05), 11, q=.5, lead=-3), "insurance_arrears W13", """
        deferral_no 缓缴批复号 text
        months_deferred 缓缴月数 integer:months ~1..6
        deferred_due 缓缴金额 fen @wages*.1..0.6
        deferral_ground 缓缴理由 code:hardship
        repaid_ratio 已补缴比例 ratio_ppm ~0..1000000
        approved_on! 缓缴批准日期 date"""),
    c("MED-08 maternity_benefits 生育津贴汇总 | Maternity benefits, by employer", "Q+20 L3 C",
      periodic(every(), 78, yearly=4), "", """
        quarter! 津贴季度 month
        recipients 享受人数 integer:persons ~1..12
        days_granted 津贴天数 integer:days ~98..188
        benefit_total 津贴金额 fen ~800000..30000000
        wage_basis 月均工资基数 fen ~350000..1500000
        paid_to_employer 是否拨付单位 flag %58"""),
    c("HPF-01 T42 hpf_unit_months 公积金单位缴存 | Housing fund paid by employers", "M+10 L3 C account",
      periodic(every(), 1800, yearly=12, q=-.08, lead=-3), "fund_participation insurance_arrears headcount", """
        ym! 缴存月份 month
        unit_account 单位公积金账号 account
        depositors 缴存人数 integer:persons @employees
        base_total 缴存基数合计 fen @wages*.6..1
        ratio 缴存比例 ratio_ppm ~50000..120000
        due 公积金应缴 fen =base_total*.1..0.24
        paid 公积金实缴 fen =due*0..1
        paid_to 缴至年月 month +-120..0
        status 缴存状态 code:fund_status ^.4"""),
    c("HPF-02 T43 hpf_person_months 公积金个人缴存 | Housing fund of persons", "M+10 L4 N person",
      of_persons(_STAFFED, 6900, yearly=12, years=3), "", """
        person_hmac 缴存人标识 person_hmac @worker
        person_account 个人公积金账号 account C2
        employer_uscc 缴存单位代码 uscc @party
        monthly_deposit 月缴存额 fen ~30000..600000
        balance 公积金余额 fen ~0..40000000
        sealed 是否封存 flag %11
        ym! 个人缴存月份 month"""),
    c("HPF-03 fund_withdrawals 公积金提取汇总 | Withdrawals, by employer", "M+15 L3 C",
      periodic(every(), 190, yearly=12), "", """
        month! 提取月份 month
        fund_use 提取用途 code:fund_use
        withdrawals 提取笔数 integer:withdrawals ~1..60
        withdrawn 提取金额 fen ~100000..90000000
        leavers 离职提取人数 integer:persons ~0..20
        online_ratio 线上办理比例 ratio_ppm ~300000..1000000"""),
    c("HPF-04 fund_loans 公积金贷款合作楼盘 | Housing projects with fund loans", "E+10 L2 C",
      contract(firms("K", .06), 3), "order_backlog other_debt", """
        project_agreement_no 楼盘协议号 text
        developer_deposit 保证金余额 fen ~10000000..900000000
        units_sold 按揭套数 integer:homes ~10..1500
        loans_granted 放贷总额 fen ~100000000..90000000000
        phase_guarantee 是否阶段性担保 flag %93
        agreed_on! 合作签约日期 date"""),
    c("HPF-05 fund_deferrals 公积金缓缴降比 | Deferrals and lower ratios", "E+5 L3 C",
      event(every(share=.04), 4, q=.6, lead=-3), "fund_participation insurance_arrears", """
        approval_no 公积金批复号 text
        measure 批复事项 code:fund_measure
        old_ratio 原缴存比例 ratio_ppm ~50000..120000
        new_ratio 新缴存比例 ratio_ppm ~0..80000 ^-.3
        employees_affected 影响职工数 integer:persons @employees
        approved_on! 批复日期 date
        resumes_on 恢复日期 date +90..365"""),
    c("HPF-06 fund_enforcement 公积金催建催缴 | Orders to open and pay fund accounts", "E+10 L2 C",
      event(every(share=.1), 8, q=.5, lead=-1), "fund_participation penalties", """
        order_no 责令通知号 text
        order_kind 催缴类别 code:fund_order
        employees_concerned 涉及职工数 integer:persons ~1..80
        amount_ordered 责令补缴额 fen ~50000..60000000
        to_court 是否申请强制执行 flag %8
        ordered_on! 责令日期 date
        complied_on? 履行日期 date +10..400"""),
    c("HPF-07 fund_unit_accounts 公积金单位开户 | Housing fund accounts of employers", "D+1 L2 C account",
      register(every(share=.45), 95), "identity fund_participation", """
        opened_account 公积金账户 account
        bank 归集银行 name @lender
        opened_ratio 开户缴存比例 ratio_ppm ~50000..120000
        pay_day 每月汇缴日 integer:day ~1..28
        contact 经办人 name C1 @worker
        opened_on! 公积金开户日期 date
        closed_on? 公积金销户日期 date +300..3000"""),
)  # fmt: skip
