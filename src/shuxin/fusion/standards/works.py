"""Standards of utilities, technology and supply chains (水电气、科技、供应链)."""

from __future__ import annotations

from shuxin.fusion.standards.notation import read_standards

WORK_STANDARDS = read_standards("""
patent T16 专利 | Patents | public M+30
  application_no 专利申请号 code !
  kind 专利类型 code !
  apply 专利申请日 date ! @
  publish 公布日 date
  grant 授权公告日 date
  ipc 主分类号 code
  inventors 发明人数 integer
  status 专利法律状态 code !
  fee_paid_to 年费缴至 date
  cited_by 被引次数 integer
  transferred 是否转让取得 flag

trademark T15 商标 | Trademarks | public M+30
  reg_no 商标注册号 code !
  class 国际分类 integer !
  apply 申请日 date ! @
  reg 注册日 date
  expire 专用权期止 date

software_copyright T18 软件著作权 | Software copyrights | public M+20
  reg_no 软著登记号 code !
  done 开发完成日期 date ! @

certificate T19 认证证书 | Certificates of management systems and products | public M+15
  cert_no 认证证书号 code !
  kind 认证类别 code !
  status 证书状态 code
  from 证书生效日 date ! @
  to 证书到期日 date

high_tech_firm T65 高新技术企业 | High-tech enterprises | public Y+60
  cert_no 高企证书号 code !
  score 高企评审分 integer !
  from 高企有效期起 date ! @
  to 高企有效期止 date !

srdi_firm T66 专精特新 | Specialised and innovative enterprises | public Y+60
  level 专精特新级别 code !
  srdi_score 评价得分 integer !
  from 专精特新有效期起 date ! @
  to 专精特新有效期止 date !

tech_sme_firm T67 科技型中小企业 | Technology-based small enterprises | public Y+60
  reg_no 科小入库号 code !
  score 科小评价分 integer !
  rd_points 研发投入得分 integer
  year 科小年度 date ! @

rd_expense T68 研发费用 | Expenses of research and development | public Y+120
  year 研发费用年度 date ! @
  rd_total 研发费用合计 money !
  staff 研发人员数 integer !
  gov_funded 政府资助额 money
  rd_projects 研发项目数 integer

tech_contract T69 技术合同登记 | Technology contracts | public E+10
  no 技术合同登记号 code !
  amount 技术合同额 money !
  technology_amount 技术交易额 money
  signed_on 技术合同签订日期 date ! @

science_project T70 科技项目 | Science projects | public E+20
  no 科技项目编号 code !
  level 科技项目级别 code
  grant 财政资助额 money !
  from 科技项目起 date ! @
  to 科技项目止 date

fiscal_subsidy T71 财政补贴 | Subsidies paid | public E+15
  no 补贴拨付号 code !
  amount 补贴拨付额 money !
  clawed_back 是否追回 flag
  date 补贴拨付日期 date ! @

procurement_contract T72 政府采购合同 | Government procurement contracts | public E+7
  contract_no 采购合同编号 code !
  buyer 采购单位 text
  amount 采购合同额 money !
  paid 已支付额 money
  signed 采购签订日期 date ! @
  term 履约期限 date

bid_award T73 中标结果 | Bids won | public E+3
  notice 中标公告号 code !
  amount 中标金额 money !
  rank 中标排名 integer
  noticed_on 中标公告日期 date ! @

power_month T77 电费 | Power bills | market M+5
  acct 用电户号 code !
  kwh 用电量 number !
  peak 峰段电量 number
  valley 谷段电量 number
  amount 电费金额 money !
  paid_at 电费缴费日期 date
  arrears 欠电费额 money
  breach_fee 电费违约金 money
  capacity_kva 合同容量 number !
  outage_for_debt 欠费停电 flag
  month 电费月份 date ! @

power_day T78 日用电量 | Power by day | market D+1
  meter_no 电能表编号 code !
  acct 日用电户号 code
  kwh 日用电量 number !
  max_kw 最大负荷 number
  night_kwh 夜间电量 number
  estimated 是否估抄 flag
  date 用电日期 date ! @

water_month T79 水费 | Water bills | market M+5
  acct 用水户号 code !
  volume 用水量 number !
  amount 水费金额 money !
  paid_at 水费缴费日期 date
  arrears 欠水费额 money
  month 水费月份 date ! @

gas_month T80 燃气费 | Gas bills | market M+5
  acct 用气户号 code !
  volume 用气量 number !
  amount 燃气费金额 money !
  paid_at 气费缴费日期 date
  arrears 欠气费额 money
  month 燃气费月份 date ! @

guarantee T86 担保关系 | Guarantees | financial D+2
  contract_no 保证合同号 code !
  guarantor 保证人 text !
  debtor 被保证人 text !
  creditor 债权银行 text
  amount 保证金额 money !
  from 保证期间起 date ! @
  to 保证期间止 date

commercial_bill T90 商业汇票 | Commercial bills | financial D+1
  bill_no 票据号码 code !
  drawer 出票人 text
  acceptor 承兑人 text
  amount 票面金额 money !
  status 票据状态 code
  overdue_list 是否列入逾期名单 flag !
  drawn_on 出票日期 date ! @
  due 票据到期日 date

receivable_voucher T91 应收账款电子凭证 | Electronic receivables | financial D+1
  voucher_no 应收凭证号 code !
  core_firm 核心企业 text !
  amount 凭证金额 money !
  confirmed 债务人是否确认 flag !
  issued_on 凭证开立日期 date ! @
  due 凭证到期日 date !

merchant_day T93 收单与电商日流水 | Takings of merchants by day | market D+1
  merchant 商户号 code !
  orders 订单笔数 integer !
  amount 收单金额 money !
  refund 退款金额 money
  date 收单日期 date ! @
""")
