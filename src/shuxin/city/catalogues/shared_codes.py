"""Code tables that several departments use."""

CODES = """
penalty_kind: warning 警告 28 | fine 罚款 58 | confiscation 没收 6 | suspension 责令停产停业 6 | licence 吊销许可 2
licence_kind: ordinary 普通 78 | franchise 特许 4 | recognition 认可 8 | approval 核准 6 | registration 登记 4
appointment: elected 选举 62 | appointed 委派 14 | hired 聘任 24
guaranteed_scope: principal 主债权 24 | principal_and_interest 主债权及利息 46 | all 全部债务及费用 30
follow_up: none 无须后续 84 | order 责令改正 12 | case 立案查处 4
staff_settlement: agreed 协商一致 74 | leave 停薪留职 18 | dismissed 解除合同 8
nationality: cn 中国 88 | hk 中国香港 4 | us 美国 2 | sg 新加坡 2 | vn 越南 2 | de 德国 2
debt_heir: successor 承继主体 84 | owners 原投资人 10 | split 按协议分担 6
repaired_record: penalty 行政处罚 58 | abnormal 经营异常 34 | serious 严重违法 8
goods_category: food 食品 24 | clothing 服装 18 | appliance 家电数码 16 | building 建材 14 | machinery 机械配件 14 |
    other 其他 14
order_band: under_hundred 百单以下 58 | under_thousand 千单以下 32 | above 千单以上 10
public_level: county 县级 48 | city 市级 36 | province 省级 14 | national 国家级 2
growth_type: survival 生存型 62 | growing 成长型 31 | developing 发展型 7
speciality: none 未分类 84 | famous 知名 4 | special 特色 6 | excellent 优质 4 | new 新兴 2
turnover_band: under_ten 十万元以下 46 | under_fifty 五十万元以下 36 | above 五十万元以上 18
ip_asset: patent 专利 64 | trademark 商标 28 | copyright 著作权 8
certificate_status: valid 有效 78 | suspended 暂停 6 | withdrawn 撤销 4 | expired 到期 12
equipment_inspection: periodic 定期检验 82 | supervision 监督检验 14 | first 首次检验 4
accuracy: three 三级 62 | two 二级 30 | one 一级 8
tax_payment_mode: agreement 三方协议扣款 78 | bank_counter 银行端缴款 12 | third_party 第三方支付 10
case_source: selected 随机抽取 34 | reported 举报 22 | transferred 部门移送 26 | assigned 上级交办 18
land_grade: one 一级 12 | two 二级 22 | three 三级 34 | four 四级 32
measure: piece 件 46 | tonne 吨 20 | metre 米 14 | time 次 20
risk_level: low 低 72 | medium 中 22 | high 高 6
start_up_group: graduate 高校毕业生 22 | returned_worker 返乡农民工 34 | veteran 退役军人 10 |
    unemployed 登记失业 24 | small_firm 小微企业 10
hardship: market 市场下滑 52 | funds 资金紧张 30 | relocation 搬迁改造 12 | disaster 受灾 6
fund_measure: defer 缓缴 44 | lower_ratio 降低比例 56
fund_order: open_account 催建 38 | pay 催缴 62
debt_evidence: contract 合同 42 | note 欠条 22 | reconciliation 对账单 36
award_kind: own_claim 本人债权 72 | wages 工资款 16 | costs 费用 12
assessment: excellent 优秀 22 | passed 合格 68 | basic 基本合格 8 | failed 不合格 2
star: none 未评 52 | three 三星 26 | four 四星 16 | five 五星 6
donation_purpose: education 助学 34 | relief 救灾 20 | elderly 助老 22 | rural 乡村振兴 24
performance_grade: a A级 4 | b B级 22 | c C级 46 | d D级 28
health_field: public_place 公共场所 46 | drinking_water 饮用水 12 | medical 医疗 26 | occupational 职业卫生 16
disinfection_class: disinfectant 消毒剂 44 | sanitary 卫生用品 42 | water_contact 涉水产品 14
transfer_reason: sale 买卖 62 | contribution 出资入股 8 | court 司法拍卖 12 | gift_or_heir 赠与继承 18
tree: poplar 杨树 34 | pine 松 28 | bamboo 竹 22 | oil_tea 油茶 16
courier: fast_a 甲快递 34 | fast_b 乙快递 28 | fast_c 丙快递 22 | post 邮政 16
direction: up 上升 26 | flat 持平 52 | down 下降 22
right_source: own 原始取得 94 | assigned 受让 6
tech_field: electronics 电子信息 26 | biology 生物医药 10 | materials 新材料 20 | manufacturing 先进制造 30 |
    energy 新能源 8 | service 高技术服务 6
department_kind: market 市场监管 26 | tax 税务 18 | social 人社 14 | housing 住建 14 | transport 交通 10 |
    other 其他部门 18
platform_tool: product_search 产品搜索 42 | matching 智能匹配 28 | self_test 融资测评 20 | policy 政策查询 10
joint_measure: restrict_tender 限制投标 24 | restrict_subsidy 限制补贴 26 | raise_inspection 提高抽查 22 |
    fast_lane 绿色通道 28
applied_scene: tender 招标投标 30 | approval 行政审批 34 | subsidy 资金申报 24 | finance 融资 12
funds_nature: budget 一般公共预算 78 | fund 政府性基金 16 | unit 单位自有 6
fee_item: sewage 污水处理费 20 | land 土地收益 14 | water 水土保持补偿 20 | union 工会经费 34 | other 其他非税 12
operation_state: normal 正常运营 74 | stopped 停业 8 | preparing 筹建 4 | closed 当年关闭 10 | moved 搬离 4
sector: primary 第一产业 8 | secondary 第二产业 38 | tertiary 第三产业 54
difficulty: easy 容易 22 | normal 一般 56 | hard 困难 22
match_method: code 代码一致 72 | name_and_address 名称地址 20 | manual 人工 8
reserve_stage: sown 培育 62 | reserve 后备 30 | filed 辅导备案 6 | listed 已上市 2
"""
