"""Power, water, gas, the data exchange (供电公司、供水集团、燃气公司、数据资源管理局)."""

from __future__ import annotations

from shuxin.city.catalogues.notation import catalogue as c
from shuxin.city.catalogues.notation import event, periodic, register
from shuxin.city.catalogues.population import every

CODES = """
power_account: industrial 大工业 4 | general 一般工商业 82 | agricultural 农业生产 8 | residential 居民 6
capacity_measure: reduce 减容 46 | suspend 暂停 38 | resume 恢复 12 | cancel 销户 4
connection_kind: new 新装 62 | enlarge 增容 32 | temporary 临时用电 6
voltage: low 低压 82 | kv10 十千伏 17 | kv35 三十五千伏 1
power_breach: overload 超容用电 34 | tariff 高价低接 46 | theft 窃电 20
water_use: commercial 非居民 84 | special 特种 4 | residential 居民 12
gas_use: industrial 工业 14 | catering 餐饮 62 | heating 采暖 10 | residential 居民 14
pipe_event: leak 漏损 42 | burst 爆管 14 | meter_change 换表 44
id_scheme: power_account 用电户号 30 | water_account 用水户号 24 | gas_account 用气户号 8 |
    social_unit 社保单位编号 22 | fund_unit 公积金单位账号 16
region_level: prefecture 地级 6 | county 县级 34 | town 乡级 60
exchange_outcome: delivered 已交付 94 | refused 拒绝 4 | failed 失败 2
gas_hazard: none 无隐患 82 | hose 软管老化 10 | alarm 报警器失效 6 | ventilation 通风不良 2
"""

CATALOGUES = (
    c("PWR-01 T77 power_bills 电费 | Power bills", "M+5 L2 C account",
      periodic(every(), 9620, yearly=12, q=-.15, lead=-4, per="meter"),
      "kwh_growth utility_arrears kwh_per_sales W14 W23 operations", """
        acct 用电户号 account
        kwh 用电量 number:kwh ~50..900000
        peak 峰段电量 number:kwh =kwh*.2..0.6
        valley 谷段电量 number:kwh =kwh*.1..0.5
        amount 电费金额 fen =kwh*45..95
        paid_at? 电费缴费日期 date +5..60
        arrears 欠电费额 fen =amount*0..1 &3 ^.6
        breach_fee 电费违约金 fen =amount*0..0.02 &2
        capacity_kva 合同容量 number:kva ~5..12000
        acct_kind 用电类别 code:power_account
        outage_for_debt 欠费停电 flag %1 ^.9
        month! 电费月份 month"""),
    c("PWR-02 T78 power_days 日用电量 | Power by day", "D+1 L2 C account",
      periodic(every(), 21900, yearly=365, years=1, q=-.15, lead=-4, per="meter"), "kwh_growth kwh_shape W14", """
        meter_no 电能表编号 text
        acct 日用电户号 account
        kwh 日用电量 number:kwh ~1..40000
        max_kw 最大负荷 number:kw ~1..9000
        night_kwh 夜间电量 number:kwh =kwh*0..0.6
        estimated 是否估抄 flag %1
        date! 用电日期 date"""),
    c("PWR-03 connection_requests 用电报装 | Requests for connection", "E+3 L2 C account",
      event(every(), 210, q=-.4, lead=-10), "intent capacity_cut region_of_activity", """
        request_no 报装工单号 text
        connection_kind 报装类别 code:connection_kind
        voltage 电压等级 code:voltage
        requested_kva 申请容量 number:kva ~5..12000
        invested_by_power 电网投资额 fen ~0..90000000 &20
        days_to_connect 接电时长 integer:days ~1..90
        requested_on! 报装日期 date"""),
    c("PWR-04 capacity_changes 减容暂停 | Reductions and suspensions of capacity", "E+2 L2 C account",
      event(every("BCDEFGH"), 156, q=.5, lead=-4), "capacity_cut W14 W22", """
        change_order_no 变更用电工单 text
        capacity_measure 变更类别 code:capacity_measure
        old_kva 原容量 number:kva ~50..12000
        new_kva 变更后容量 number:kva =old_kva*0..0.8
        reason_given 变更原因 code:hardship
        permanent 是否永久 flag %22
        from! 变更起 date
        to? 变更止 date +30..720"""),
    c("PWR-05 power_breaches 违约用电与窃电 | Breaches and theft of power", "E+5 L2 C account",
      event(every(share=.3), 114, q=.3, lead=-3), "penalties utility_arrears", """
        breach_no 违约用电单号 text
        power_breach 违约用电类别 code:power_breach
        recovered_kwh 追补电量 number:kwh ~10..300000
        recovered_fee 追补电费 fen =recovered_kwh*50..90
        penalty_charge 违约使用电费 fen =recovered_fee*1..3
        cut_off 是否中止供电 flag %11
        found_on! 违约用电查处日 date"""),
    c("WAT-01 T79 water_bills 水费 | Water bills", "M+5 L2 C account",
      periodic(every(), 5160, yearly=12, q=-.1, lead=-3, per="meter"), "water_gas_growth utility_arrears W23", """
        acct 用水户号 account
        volume 用水量 number:m3 ~1..60000
        amount 水费金额 fen =volume*250..480
        water_use 用水性质 code:water_use
        sewage_fee 污水处理费 fen =volume*95..140
        paid_at? 水费缴费日期 date +3..90
        arrears 欠水费额 fen =amount*0..1 &4 ^.6
        month! 水费月份 month"""),
    c("WAT-02 water_connections 用水报装与过户 | Water connections and transfers", "E+3 L2 C account",
      event(every(), 132), "region_of_activity shared_address", """
        water_order_no 用水工单号 text
        pipe_mm 表径 integer:mm ~15..300
        water_address 用水地址 address
        is_transfer 是否过户 flag %38
        previous_user? 原户名 name @party
        deposit_paid 预存水费 fen ~0..900000
        opened_on! 用水开户日期 date"""),
    c("WAT-03 water_plan_overuse 计划用水与超计划 | Planned and excess water", "Q+20 L2 C account",
      periodic(every("BCDEHNPQ"), 108, yearly=4, q=-.2), "water_gas_growth operations", """
        quarter! 用水计划季度 month
        planned_m3 计划水量 number:m3 ~100..90000
        used_m3 实际水量 number:m3 =planned_m3*.2..1.3
        progressive_charge 累进加价费 fen ~0..9000000 &14
        own_well 自备井水量 number:m3 ~0..20000 &6
        pipe_event? 管网事件 code:pipe_event &4"""),
    c("GAS-01 T80 gas_bills 燃气费 | Gas bills", "M+5 L2 C account",
      periodic(every(), 1380, yearly=12, q=-.1, lead=-3, per="meter"), "water_gas_growth utility_arrears W23", """
        acct 用气户号 account
        volume 用气量 number:m3 ~5..300000
        amount 燃气费金额 fen =volume*310..430
        gas_use 用气性质 code:gas_use
        prepaid_balance 预存气费 fen ~0..3000000
        paid_at? 气费缴费日期 date +3..60
        arrears 欠气费额 fen =amount*0..1 &2 ^.6
        month! 燃气费月份 month"""),
    c("GAS-02 gas_safety_checks 燃气入户安检 | Gas safety checks", "E+5 L2 C account",
      event(every("CHPQ"), 92), "accidents", """
        gas_check_no 燃气安检单号 text
        gas_hazard 燃气隐患 code:gas_hazard
        alarm_fitted 安装报警器 flag %88
        burners 灶具台数 integer:burners ~1..40
        supply_stopped 是否停气 flag %3
        refused_entry 是否拒检 flag %4
        checked_on! 燃气安检日期 date"""),
    c("GAS-03 gas_contracts 工商业供气合同 | Gas supply contracts", "E+5 L2 C account",
      event(every("CDH", .5), 28, q=-.2), "operations", """
        gas_contract_no 供气合同号 text
        daily_max_m3 日最大用气 number:m3 ~20..90000
        take_or_pay_ratio 照付不议比例 ratio_ppm ~0..900000
        gas_price 合同气价 fen ~280..450
        interruptible 是否可中断 flag %34
        security_deposit 用气保证金 fen ~0..90000000
        signed_on! 供气签约日期 date"""),
    c("DAT-01 T-M01 identifier_map 标识对照 | Accounts and numbers of each firm", "D+1 L2 C",
      register(every(), 270), "identity", """
        id_scheme 标识体系 code:id_scheme
        identifier 部门标识 account
        confidence 匹配置信度 ratio_ppm ~600000..1000000
        matched_by 匹配方法 code:match_method
        confirmed_by_hand 是否人工确认 flag %6
        issuer 标识发放单位 name @authority
        valid_from! 对照生效日 date
        valid_to? 对照失效日 date +200..2500"""),
    c("DAT-02 T-M02 regions 行政区划 | Administrative divisions", "Y+1 L1 U region",
      register(every(share=.05), 2, per="region"), "region_of_activity", """
        region_code 区划代码 code:county
        region_name 区划名称 text
        parent 上级区划 text
        region_level 区划级别 code:region_level
        successor? 承继区划 text
        in_national_standard 是否国标区划 flag %92
        valid_from! 区划生效日 date"""),
    c("DAT-03 T-M04 code_tables 代码表与交换目录 | Code tables and exchanges", "D+1 L1 U catalogue",
      register(every(share=.2), 28, per="code"), "", """
        table_name 代码表名 text
        code 代码值 text #
        meaning_zh 中文含义 text
        version 代码表版本 text
        used_by 引用部门 code:department_kind
        exchange_outcome 最近交换结果 code:exchange_outcome
        released_on! 代码发布日期 date"""),
)  # fmt: skip
