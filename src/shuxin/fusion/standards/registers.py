"""Standards of registers, courts and penalties (登记、司法、处罚)."""

from __future__ import annotations

from shuxin.fusion.standards.notation import read_standards

_DECISIONS = "/".join(
    f"{office}罚决定号" for office in ("环", "住建", "交通", "农业", "应急", "消防", "城管", "烟草")
)
"""Each office of penalties has a title of its own for the number of a decision."""

REGISTER_STANDARDS = read_standards(f"""
registration T01 企业登记 | Register of enterprises | public D+1
  ent_type 主体类型 code
  reg_capital 注册资本 money !
  paid_capital 实缴资本 money
  establish_date 成立日期 date ! @
  approve_date 核准日期 date
  expire_date 营业期限止 date
  reg_authority 登记机关 code !
  status 登记状态 code !
  revoke_date 吊销日期 date
  cancel_date 注销日期 date
  address 住所/注册地址/登记地址/企业住所 address
  operator_id 经营者证件标识 person

shareholder T02 股东及出资 | Shareholders and contributions | public E+5
  holder_type 股东类型 code !
  holder_uscc 股东统一代码 code
  holder_id 股东证件标识 code
  subscribed 认缴额 money !
  paid 实缴额 money
  subscribe_due 认缴期限 date
  valid_from 生效日期 date ! @
  valid_to 失效日期 date

key_person T03 主要人员 | Directors, supervisors, managers | public E+5
  person_id 证件标识 person !
  post 职务 code !
  legal_rep 是否法定代表人 flag
  from 任职起 date ! @
  to 任职止 date

registration_change T04 变更登记 | Changes of registration | public E+3
  change_no 变更序号 code !
  item 变更事项 code !
  before 变更前 text !
  after 变更后 text !
  change_date 变更日期 date ! @

abnormal_listing T05 经营异常名录 | List of abnormal operations | public E+20
  reason 列入原因 code !
  in_date 列入日期 date ! @
  in_decision_no 列入决定文号 code !
  out_date 移出日期 date
  out_reason 移出原因 code

serious_listing T06 严重违法失信名单 | List of serious violations | public E+20
  reason 列入事由 code !
  in_date 列入日期 date ! @
  in_decision_no 列入决定书号 code !
  out_date 移出日期 date

annual_report T07 企业年报 | Annual reports | public Y+180
  report_year 年度/年报年度 date ! @
  employees 从业人数 integer !
  assets 资产总额 money
  equity 所有者权益 money
  revenue 营业总收入 money !
  net_profit 净利润 money
  tax 纳税总额 money
  liabilities 负债总额 money
  guarantee_flag 有无对外担保 flag

reported_guarantee T08 年报对外担保 | Guarantees in annual reports | public Y+180
  creditor 债权人 text !
  debtor 主债务人 text !
  debtor_uscc 主债务人统一代码 code
  amount 主债权额 money !
  from 履行期限起 date ! @
  to 履行期限止 date

equity_pledge T09 股权出质 | Pledges of equity | public E+20
  pledge_no 出质登记编号 code !
  equity 出质股权额 money !
  status 出质状态 code
  date 出质登记日 date ! @
  cancel_date 出质注销日 date

equity_freeze T11 股权冻结 | Freezes of equity | public E+5
  doc_no 执行通知文号 code !
  amount 冻结股权数额 money !
  from 冻结起 date ! @
  to 冻结止 date

admin_penalty T12 行政处罚 | Administrative penalties | public E+7
  decision_no 处罚决定书号/劳动处罚决定号/医保处罚决定号/{_DECISIONS} code !
  kind 处罚种类 code !
  fine 罚款额 money
  date 处罚日期 date ! @
  repair_date 信用修复日期 date !

complaint T20 12315投诉举报 | Consumer complaints | public D+1
  ticket_no 工单编号 code !
  topic 投诉问题 code !
  amount 争议金额 money
  result 处理结果 code
  date 投诉日期 date ! @

labour_dispute T39 劳动仲裁 | Labour disputes | public E+30
  case_no 仲裁案号 code !
  claim 请求金额 money !
  topic 争议事由 code
  collective 是否集体争议 flag
  date 受理日期 date ! @

wage_arrears_listing T40 拖欠农民工工资名单 | List of wage arrears | public E+10
  list_decision_no 列入文书号 code !
  amount 拖欠金额 money !
  people 涉及人数 integer
  date 列入名单日期 date ! @
  out_date 移出名单日期 date

court_case T45 立案信息 | Cases filed | public E+7
  case_no 案号 code !
  cause 案由 code !
  role 诉讼地位 code !
  amount 诉讼标的额 money !
  filed 立案日期 date ! @

judgment T46 裁判文书 | Judgments | public E+60
  doc_no 文书编号 code !
  result 裁判结果 code !
  amount_awarded 判付金额 money
  in_absence 是否缺席判决 flag
  effective 生效日期 date ! @

enforcement_case T47 被执行人 | Enforcement cases | public E+7
  exec_no 执行案号 code !
  target 执行标的额 money !
  performed 已履行金额 money
  close_mode 结案方式 code
  filed 执行立案日期 date ! @
  closed 执行结案日期 date !

dishonest_listing T48 失信被执行人 | List of dishonest debtors | public E+3
  exec_no 失信执行案号 code !
  fact 失信行为情形 code
  performed 履行情况 code
  published 失信发布日期 date ! @
  removed 屏蔽撤销日期 date

consumption_ban T49 限制高消费 | Bans on high consumption | public E+3
  order_no 限消令号 code !
  date 限消令日期 date ! @
  lifted 解除限消日期 date

bankruptcy T50 破产重整 | Bankruptcies | public E+5
  case_no 破产案号 code !
  kind 破产程序 code !
  known_debt 已知负债 money
  accepted 裁定受理日期 date ! @

asset_freeze T51 财产保全 | Assets frozen | public E+3
  doc_no 保全裁定号 code !
  amount 保全金额 money !
  object 保全标的 code
  from 保全起 date ! @
  to 保全止 date

environment_grade T81 环保信用评价 | Environmental credit | public Y+120
  year 环保评价年度 date ! @
  grade 环保信用等级 code !
  score 环保得分 number

outlet_day T82 排污在线监测 | Outlets by day | public D+1
  outlet_no 排放口编号 code !
  flow 日排放流量 number
  exceed 是否超标 flag !
  day 监测日 date ! @

safety_record T83 安全生产 | Safety at work | public E+10
  record_no 安全事项编号 code !
  grade 标准化等级 code
  accident 是否事故 flag !
  deaths 死亡人数 integer
  direct_loss 直接经济损失 money
  date 安全事项日期 date ! @

public_credit T84 公共信用综合评价 | Public credit evaluations | public Q+20
  date 公共信用评价日期 date ! @
  grade 公共信用等级 code
  score 公共信用得分 number !
  negative_records 失信记录数 integer

news T92 新闻舆情 | News and sentiment | market D+0
  doc_id 新闻编号 code !
  polarity 情感极性 number !
  topic 新闻主题 code !
  published 发布时间 date ! @
""")
